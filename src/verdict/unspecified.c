/* SPDX-License-Identifier: MIT */
/* Where no document decides: what does each implementation do, do they agree with each other, and
 * does each agree with itself as caller and callee?
 *
 * A callee shows exactly where it reads (poison is unique); a caller may have a value in several
 * places at once. All agree when one place is common to all of them. */
#include "verdict/judge.h"
#include "verdict/words.h"

#include <stdlib.h>
#include <string.h>

/* What one column does, in one direction, with one case. */
struct behaviour {
	size_t column;
	int direction;
	/* What was observed, leftovers dropped. */
	struct cl_observation *v;
	unsigned n;
	const char *text; /* "a in ecx, b in esp+0, pops 4" */
};

struct behaviours {
	struct behaviour *v;
	size_t n;
};

static const struct cl_observation *find_in(const struct cl_observation *v, unsigned n,
					    unsigned item, unsigned piece)
{
	for (unsigned i = 0; i < n; i++) {
		if (v[i].item == item && v[i].piece == piece)
			return &v[i];
	}
	return NULL;
}

static const struct cl_observation *find(const struct behaviour *b, unsigned item, unsigned piece)
{
	return find_in(b->v, b->n, item, piece);
}

/* The places common to every behaviour that observed this piece. */
static void common(const struct behaviours *b, unsigned item, unsigned piece, uint64_t out[2])
{
	out[0] = out[1] = ~0ull;
	for (size_t i = 0; i < b->n; i++) {
		const struct cl_observation *o = find(&b->v[i], item, piece);

		if (!o)
			continue;
		if (item == CL_ITEM_POP) {
			/* Numbers, not sets. */
			if (out[0] != ~0ull && out[0] != o->places[0])
				out[0] = 0;
			else
				out[0] = o->places[0];
			out[1] = 0;
			if (!out[0])
				return;
			continue;
		}
		out[0] &= o->places[0];
		out[1] &= o->places[1];
	}
}

/* Is it about a place at all? */
static bool tells_place(const struct cl_observation *o)
{
	return o->piece != CL_PIECE_EXTENDED;
}

/* Does any document leave anything open in this case? */
static bool is_unspecified(const struct gen_case *c)
{
	bool any = c->call.place.pop_unspecified || c->call.place.ret.unspecified;

	for (unsigned i = 0; i < c->call.place.nargs; i++)
		any = any || c->call.place.arg[i].unspecified;
	return any;
}

static bool is_somewhere(const struct cl_observation *o)
{
	return o->places[0] || o->places[1];
}

/* Of one value: itself here, a pointer to it there? */
static bool is_other_kind(const struct cl_observation *a, const struct cl_observation *b)
{
	return a->item == b->item && (a->piece ^ b->piece) & CL_PIECE_POINTER;
}

/* Is the value in memory here and itself elsewhere? */
static bool other_kind(const struct behaviours *b, const struct cl_observation *o)
{
	for (size_t i = 0; i < b->n; i++) {
		for (unsigned k = 0; k < b->v[i].n; k++) {
			if (is_other_kind(&b->v[i].v[k], o))
				return true;
		}
	}
	return false;
}

static bool all_agree(const struct behaviours *b)
{
	uint64_t places[2];

	for (size_t i = 0; i < b->n; i++) {
		const struct behaviour *v = &b->v[i];

		for (unsigned k = 0; k < v->n; k++) {
			common(b, v->v[k].item, v->v[k].piece, places);
			if (tells_place(&v->v[k]) && !places[0] && !places[1])
				return false;
			if (other_kind(b, &v->v[k]))
				return false;
		}
	}
	return true;
}

/* Leftovers ----------------------------------------------------------------------------------- */

/* Keep what both sets have, if they have anything in common. */
static bool narrow(uint64_t places[2], const uint64_t by[2])
{
	uint64_t both[2] = { places[0] & by[0], places[1] & by[1] };

	if (!both[0] && !both[1])
		return false;
	places[0] = both[0];
	places[1] = both[1];
	return true;
}

static uint64_t low_bits(unsigned n)
{
	return n < 64 ? (1ull << n) - 1 : ~0ull;
}

/* Of several places that hold a value, those where arguments are passed. A register on the way
 * there still holds it, and so do memory of the caller's own and the stack below that: at 32 bit
 * what is in the argument area counts first, at 64 bit the convention's registers. */
static void prefer_passing(const struct gen_case *c, uint64_t places[2])
{
	const struct convention *conv = c->call.conv;
	enum width w = conv->width;
	unsigned words = 1 + conv->home_bytes / word_bytes(w);
	uint64_t regs[2] = { low_bits(conv->nvector_args) << CL_BIT_XMM, 0 }, stack[2] = { 0, 0 };

	for (unsigned i = 0; i < c->call.place.nargs; i++) {
		unsigned size = proto_arg_type(c->call.decl->proto, i)->size[w];

		words += (size + word_bytes(w) - 1) / word_bytes(w);
	}
	for (unsigned i = 0; i < conv->nint_args; i++)
		regs[0] |= 1ull << conv->int_arg[i];
	stack[1] = low_bits(words);
	if (!narrow(places, w == W32 ? stack : regs))
		narrow(places, w == W32 ? regs : stack);
}

/* A calling convention does not depend on the optimisation: of several places in which one
 * compiler's caller left a value, those common to all its columns count; of these the one its own
 * callee reads; and if it reads none of them, those where arguments are passed. */
static void drop_leftovers(const struct matrix *m, const struct gen_case *c,
			   const struct behaviours *all, struct behaviour *b)
{
	const struct column *columns = m->plan->columns;

	for (unsigned k = 0; k < b->n; k++) {
		struct cl_observation *o = &b->v[k];
		const struct cl_observation *own = NULL;

		if (o->item == CL_ITEM_POP || !tells_place(o))
			continue;
		for (size_t i = 0; i < all->n; i++) {
			const struct behaviour *peer = &all->v[i];
			const struct cl_observation *p = find(peer, o->item, o->piece);

			if (!p || columns[peer->column].compiler != columns[b->column].compiler)
				continue;
			if (peer->direction == CL_CALLER)
				narrow(o->places, p->places);
			else if (peer->column == b->column)
				own = p;
		}
		if (!own || !narrow(o->places, own->places))
			prefer_passing(c, o->places);
	}
}

/* A value that the callee leaves in two registers, and its own caller takes from one. */
static void drop_copies(const struct behaviours *all, struct behaviour *b)
{
	for (unsigned k = 0; k < b->n; k++) {
		for (size_t i = 0; b->v[k].item == CL_ITEM_RETURN && i < all->n; i++) {
			const struct behaviour *peer = &all->v[i];
			const struct cl_observation *p = find(peer, b->v[k].item, b->v[k].piece);

			if (p && peer->column == b->column && peer->direction == CL_CALLER)
				narrow(b->v[k].places, p->places);
		}
	}
}

static void drop_what_is_left(const struct matrix *m, const struct gen_case *c,
			      struct behaviours *b)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].direction == CL_CALLER)
			drop_leftovers(m, c, b, &b->v[i]);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].direction == CL_CALLEE)
			drop_copies(b, &b->v[i]);
	}
}

/* In words ------------------------------------------------------------------------------------ */

static const char *place_words(struct arena *a, const struct gen_case *c,
			       const struct behaviours *all, const struct cl_observation *o)
{
	uint64_t places[2] = { o->places[0], o->places[1] }, shared[2];

	common(all, o->item, o->piece, shared);
	narrow(places, shared);
	return places_text(a, c->call.conv->width, places);
}

/* What an observation is about, and where a list of its pieces starts: "a in ". */
static void name_item(struct str *s, const struct prototype *p, unsigned item)
{
	str_add(s, s->len ? "; " : "");
	if (item == CL_ITEM_RETURN)
		str_add(s, "returned in ");
	else if (item < p->nparams && p->params[item].name)
		str_addf(s, "%s in ", p->params[item].name);
	else
		str_addf(s, "argument %u in ", item + 1u);
}

static const char *behaviour_words(struct arena *a, const struct gen_case *c,
				   const struct behaviours *all, const struct behaviour *b)
{
	struct str s = { 0 };
	const char *last = "";
	char *r;
	int item = -1;

	str_add(&s, "");
	for (unsigned i = 0; i < b->n; i++) {
		const struct cl_observation *o = &b->v[i];
		const char *places;

		if (!tells_place(o))
			continue;
		if (o->item == CL_ITEM_POP) {
			if (o->places[0])
				str_addf(&s, "%spops %llu", s.len ? "; " : "",
					 (unsigned long long)o->places[0] - 1);
			else
				str_addf(&s, "%spops a varying number", s.len ? "; " : "");
			continue;
		}
		if (o->item >= c->call.place.nargs && o->item != CL_ITEM_RETURN)
			continue;
		places = place_words(a, c, all, o);
		/* If a value is found in one register, its upper parts are not searched for. */
		if (o->item == item && (!strcmp(places, "nowhere") || !strcmp(places, last)))
			continue;
		if (o->item != item)
			name_item(&s, c->call.decl->proto, o->item);
		else
			str_add(&s, ", ");
		item = o->item;
		last = places;
		if (o->piece & CL_PIECE_POINTER && !strcmp(places, "nowhere"))
			places = "memory, but not all of it";
		else if (o->piece & CL_PIECE_POINTER)
			str_add(&s, "memory by pointer in ");
		str_add(&s, places);
	}
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

/* Behaviour i in a list of all. A caller does not show how many bytes are popped: they are those of
 * the same column's callee. */
static const char *told_of(const struct behaviours *b, size_t i)
{
	const struct behaviour *one = &b->v[i];
	size_t n = strlen(one->text);

	for (size_t k = 0; k < b->n; k++) {
		const struct behaviour *peer = &b->v[k];

		if (peer->column == one->column && strlen(peer->text) > n &&
		    !strncmp(peer->text, one->text, n))
			return peer->text;
	}
	return one->text;
}

/* "gcc-12, clang-13: a in ecx | clang-14: a in eax", each behaviour once; "tcc as callee" where a
 * compiler's two directions differ. */
static const char *all_words(struct matrix *m, const struct gen_case *c, const struct behaviours *b)
{
	struct str s = { 0 };
	char *r;

	str_add(&s, "");
	for (size_t i = 0; i < b->n; i++) {
		const struct compiler *last = NULL;
		const char *text = told_of(b, i);
		size_t before = 0;

		while (before < i && strcmp(told_of(b, before), text))
			before++;
		if (before < i)
			continue;
		str_add(&s, s.len ? " | " : "");
		for (size_t k = i; k < b->n; k++) {
			size_t column = b->v[k].column;
			const struct compiler *cc = m->plan->columns[column].compiler;

			if (strcmp(told_of(b, k), text) || cc == last)
				continue;
			str_addf(&s, "%s%s", last ? ", " : "", cc->name);
			if (disagrees_with_itself(m, column, c))
				str_addf(&s, " as %s", direction_name(b->v[k].direction));
			last = cc;
		}
		str_addf(&s, ": %s", text);
	}
	r = arena_strdup(m->arena, s.s);
	str_free(&s);
	return r;
}

/* Both were seen somewhere (not all of a long stack area is watched), and nowhere the same. */
static bool no_place_in_common(const struct cl_observation *a, const struct cl_observation *b)
{
	return is_somewhere(a) && is_somewhere(b) && !(a->places[0] & b->places[0]) &&
	       !(a->places[1] & b->places[1]);
}

/* Does one direction of a compiler return or pass in memory, and the other not? Of an argument that
 * was found nowhere nothing is known. */
static bool kind_differs(const struct outcome *peer, const struct cl_observation *o)
{
	for (unsigned i = 0; i < peer->nobservations; i++) {
		const struct cl_observation *p = &peer->observations[i];

		if (is_other_kind(p, o) &&
		    (o->item == CL_ITEM_RETURN || (is_somewhere(o) && is_somewhere(p))))
			return true;
	}
	return false;
}

bool disagrees_with_itself(const struct matrix *m, size_t column, const struct gen_case *c)
{
	const struct place_run *run = &m->runs[column].run;
	const struct outcome *callee, *caller;

	if (!run->v || m->plan->columns[column].width != c->call.conv->width)
		return false;
	callee = &run->v[c->index * 2 + CL_CALLEE];
	caller = &run->v[c->index * 2 + CL_CALLER];
	for (unsigned i = 0; i < callee->nobservations; i++) {
		const struct cl_observation *o = &callee->observations[i], *p;

		p = o->item == CL_ITEM_POP ? NULL
					   : find_in(caller->observations, caller->nobservations,
						     o->item, o->piece);
		if (kind_differs(caller, o))
			return true;
		if (p && tells_place(o) && no_place_in_common(o, p))
			return true;
	}
	return false;
}

static bool leads(const struct matrix *m, const struct behaviour *b, const char *family)
{
	return !strcmp(m->plan->columns[b->column].compiler->family, family);
}

/* gcc and clang, in all versions of this run, agree on what documents leave open: that is not a
 * document's rule, but what they do de facto, and a verdict of its own. Fills `both` with what they
 * do; false: they do not agree, or one of them is not there. */
static bool de_facto(struct matrix *m, const struct behaviours *b, struct behaviours *both)
{
	bool gcc = false, clang = false;

	*both = (struct behaviours){ arena_alloc(m->arena, (b->n + 1) * sizeof(*b->v)), 0 };
	for (size_t i = 0; i < b->n; i++) {
		bool one = leads(m, &b->v[i], "gcc"), other = leads(m, &b->v[i], "clang");

		gcc = gcc || one;
		clang = clang || other;
		if (one || other)
			both->v[both->n++] = b->v[i];
	}
	return gcc && clang && all_agree(both);
}

/* The check that a divergence is listed under. */
static enum check subject_of(const struct gen_case *c)
{
	return c->call.place.nargs ? CHECK_ARG : CHECK_RETURN;
}

/* Of a call that otherwise passes. */
static void is_de_facto(struct matrix *m, const struct gen_case *c, const struct behaviour *b)
{
	struct judged *j = &m->runs[b->column].judged[c->index * 2 + (size_t)b->direction];

	if (j->verdict == VERDICT_PASS)
		j->verdict = VERDICT_DE_FACTO;
}

static void judge_de_facto(struct matrix *m, const struct gen_case *c, enum rule_id rule,
			   const struct behaviours *b, struct behaviours *both)
{
	const char *words = behaviour_words(m->arena, c, both, &both->v[0]);
	struct finding *f = matrix_add_finding(m, both->v[0].column, c, both->v[0].direction,
					       subject_of(c), rule, VERDICT_DE_FACTO);

	/* Told once for each call: what all others do is the same. */
	f->item = CL_ITEM_POP;
	f->subject = "placement no document decides, on which gcc and clang agree";
	f->expected = "unspecified";
	f->observed = both->v[0].text;
	f->origin = all_words(m, c, both);
	for (size_t i = 0; i < b->n; i++) {
		if (leads(m, &b->v[i], "gcc") || leads(m, &b->v[i], "clang")) {
			is_de_facto(m, c, &b->v[i]);
			continue;
		}
		/* There is room for one more. */
		both->v[both->n] = b->v[i];
		both->n++;
		if (all_agree(both)) {
			is_de_facto(m, c, &b->v[i]);
		} else {
			f = matrix_add_finding(m, b->v[i].column, c, b->v[i].direction,
					       subject_of(c), rule, VERDICT_DIVERGENCE);
			f->item = CL_ITEM_POP;
			f->subject =
				"departure from what gcc and clang do de facto, where no document decides";
			f->expected = arena_printf(m->arena, "de facto %s", words);
			f->observed = b->v[i].text;
		}
		both->n--;
	}
}

static void judge_case(struct matrix *m, const struct gen_case *c, struct behaviours *b)
{
	enum rule_id rule = c->call.place.pop_rule;
	struct behaviours both;
	const char *all;

	for (unsigned i = c->call.place.nargs; i-- > 0;) {
		if (c->call.place.arg[i].unspecified)
			rule = c->call.place.arg[i].rule;
	}
	if (c->call.place.ret.unspecified)
		rule = c->call.place.ret.rule;
	drop_what_is_left(m, c, b);
	for (size_t i = 0; i < b->n; i++)
		b->v[i].text = behaviour_words(m->arena, c, b, &b->v[i]);
	if (de_facto(m, b, &both)) {
		judge_de_facto(m, c, rule, b, &both);
		return;
	}
	if (all_agree(b))
		return;
	all = all_words(m, c, b);
	for (size_t i = 0; i < b->n; i++) {
		struct finding *f = matrix_add_finding(m, b->v[i].column, c, b->v[i].direction,
						       subject_of(c), rule, VERDICT_DIVERGENCE);

		f->item = CL_ITEM_POP;
		f->subject = disagrees_with_itself(m, b->v[i].column, c)
				     ? "placement no document decides, on which this compiler "
				       "disagrees with itself as caller and callee"
				     : "placement no document decides";
		f->expected = "unspecified";
		f->observed = b->v[i].text;
		/* Reported once: it is long, and the same for all. */
		f->origin = i ? NULL : all;
	}
}

static struct cl_observation *copy(struct arena *a, const struct outcome *o)
{
	struct cl_observation *v = arena_alloc(a, o->nobservations * sizeof(*v));

	memcpy(v, o->observations, o->nobservations * sizeof(*v));
	return v;
}

void judge_unspecified(struct matrix *m)
{
	struct behaviours b = { 0 };

	b.v = arena_alloc(m->arena, (2 * m->plan->ncolumns + 1) * sizeof(*b.v));
	for (enum profile_id w = 0; w < PROFILES; w++) {
		for (size_t k = 0; k < m->plan->set[w].n; k++) {
			const struct gen_case *c = &m->plan->set[w].v[k];

			b.n = 0;
			if (!is_unspecified(c))
				continue;
			for (size_t i = 0; i < m->plan->ncolumns; i++) {
				for (int d = 0;
				     m->plan->columns[i].profile == w && d < CL_DIRECTIONS; d++) {
					const struct place_run *run = &m->runs[i].run;
					const struct outcome *o =
						run->v ? &run->v[2 * k + (size_t)d] : NULL;

					if (o && o->state == OUTCOME_EXECUTED && o->nobservations)
						b.v[b.n++] =
							(struct behaviour){ .column = i,
									    .direction = d,
									    .v = copy(m->arena, o),
									    .n = o->nobservations };
				}
			}
			if (b.n)
				judge_case(m, c, &b);
		}
	}
}
