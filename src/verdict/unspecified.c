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
	const struct outcome *o;
	const char *text; /* "a in ecx, b in esp+0, pops 4" */
};

struct behaviours {
	struct behaviour *v;
	size_t n;
};

static const struct cl_observation *find(const struct outcome *o, unsigned item, unsigned piece)
{
	for (unsigned i = 0; i < o->nobservations; i++) {
		if (o->observations[i].item == item && o->observations[i].piece == piece)
			return &o->observations[i];
	}
	return NULL;
}

/* The places common to every behaviour that observed this piece. */
static void common(const struct behaviours *b, unsigned item, unsigned piece, uint64_t out[2])
{
	out[0] = out[1] = ~0ull;
	for (size_t i = 0; i < b->n; i++) {
		const struct cl_observation *o = find(b->v[i].o, item, piece);

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

static bool all_agree(const struct behaviours *b)
{
	uint64_t places[2];

	for (size_t i = 0; i < b->n; i++) {
		const struct outcome *o = b->v[i].o;

		for (unsigned k = 0; k < o->nobservations; k++) {
			common(b, o->observations[k].item, o->observations[k].piece, places);
			if (tells_place(&o->observations[k]) && !places[0] && !places[1])
				return false;
		}
	}
	return true;
}

/* Of a caller's several places, prefer what is common to all its peers, then what its own callee
 * reads. */
static const char *place_words(struct arena *a, const struct gen_case *c,
			       const struct behaviours *all, const struct behaviour *b,
			       const struct cl_observation *o)
{
	uint64_t places[2];

	common(all, o->item, o->piece, places);
	if (places[0] || places[1])
		return places_text(a, c->call.conv->width, places);
	for (size_t i = 0; i < all->n; i++) {
		const struct behaviour *peer = &all->v[i];
		const struct cl_observation *p;

		if (peer->column != b->column || peer->direction != CL_CALLEE)
			continue;
		p = find(peer->o, o->item, o->piece);
		if (!p)
			continue;
		places[0] = p->places[0] & o->places[0];
		places[1] = p->places[1] & o->places[1];
		if (places[0] || places[1])
			return places_text(a, c->call.conv->width, places);
	}
	return places_text(a, c->call.conv->width, o->places);
}

static const char *behaviour_words(struct arena *a, const struct gen_case *c,
				   const struct behaviours *all, const struct behaviour *b)
{
	struct str s = { 0 };
	char *r;
	int item = -1;

	str_add(&s, "");
	for (unsigned i = 0; i < b->o->nobservations; i++) {
		const struct cl_observation *o = &b->o->observations[i];
		const struct prototype *p = c->call.decl->proto;
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
		if (o->item >= c->call.place.nargs)
			continue;
		places = place_words(a, c, all, b, o);
		/* Of a value found in one register its upper parts are not looked for. */
		if (o->item == item && !strcmp(places, "nowhere"))
			continue;
		if (o->item != item && o->item < p->nparams && p->params[o->item].name)
			str_addf(&s, "%s%s in ", s.len ? "; " : "", p->params[o->item].name);
		else if (o->item != item)
			str_addf(&s, "%sargument %u in ", s.len ? "; " : "", o->item + 1u);
		else
			str_add(&s, ", ");
		item = o->item;
		if (o->piece & CL_PIECE_POINTER)
			str_add(&s, "memory by pointer in ");
		str_add(&s, places);
	}
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

/* "gcc-12 -m32 -O2 (callee, caller), ...: a in ecx | clang-14 ...: a in eax", each behaviour once.
 */
static const char *all_words(struct matrix *m, const struct behaviours *b)
{
	struct str s = { 0 };
	char *r;

	str_add(&s, "");
	for (size_t i = 0; i < b->n; i++) {
		const struct compiler *last = NULL;
		bool seen = false;

		/* Told already; or, without the popped bytes, by the callee of this very column. */
		for (size_t k = 0; k < b->n; k++)
			seen = seen || (k < i && !strcmp(b->v[k].text, b->v[i].text)) ||
			       (b->v[k].column == b->v[i].column &&
				strlen(b->v[k].text) > strlen(b->v[i].text) &&
				!strncmp(b->v[k].text, b->v[i].text, strlen(b->v[i].text)));
		if (seen)
			continue;
		str_add(&s, s.len ? " | " : "");
		for (size_t k = i; k < b->n; k++) {
			const struct compiler *cc = m->plan->columns[b->v[k].column].compiler;

			if (strcmp(b->v[k].text, b->v[i].text) || cc == last)
				continue;
			str_addf(&s, "%s%s", last ? ", " : "", cc->name);
			last = cc;
		}
		str_addf(&s, ": %s", b->v[i].text);
	}
	r = arena_strdup(m->arena, s.s);
	str_free(&s);
	return r;
}

/* Both were seen somewhere (not all of a long stack area is watched), and nowhere the same. */
static bool no_place_in_common(const struct cl_observation *a, const struct cl_observation *b)
{
	return (a->places[0] || a->places[1]) && (b->places[0] || b->places[1]) &&
	       !(a->places[0] & b->places[0]) && !(a->places[1] & b->places[1]);
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

		p = o->item == CL_ITEM_POP ? NULL : find(caller, o->item, o->piece);
		if (p && tells_place(o) && no_place_in_common(o, p))
			return true;
	}
	return false;
}

static bool leads(const struct matrix *m, const struct behaviour *b, const char *family)
{
	return !strcmp(m->plan->columns[b->column].compiler->family, family);
}

/* gcc and clang, in all versions of this run, agree on what documents leave open: that is de facto
 * the rule, of which only who departs from it is told. Fills `both` with what they do; false: they
 * do not agree, or one of them is not there. */
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

static void departs_from_de_facto(struct matrix *m, const struct gen_case *c, enum rule_id rule,
				  const struct behaviours *b, struct behaviours *both)
{
	const char *words = behaviour_words(m->arena, c, both, &both->v[0]);

	for (size_t i = 0; i < b->n; i++) {
		struct finding *f;

		if (leads(m, &b->v[i], "gcc") || leads(m, &b->v[i], "clang"))
			continue;
		/* There is room for one more. */
		both->v[both->n] = b->v[i];
		both->n++;
		if (!all_agree(both)) {
			f = matrix_add_finding(m, b->v[i].column, c, b->v[i].direction, CHECK_ARG,
					       rule, VERDICT_DIVERGENCE);
			f->item = CL_ITEM_POP;
			f->subject = "placement no document decides, but de facto gcc and clang do";
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
	for (size_t i = 0; i < b->n; i++)
		b->v[i].text = behaviour_words(m->arena, c, b, &b->v[i]);
	if (all_agree(b))
		return;
	if (de_facto(m, b, &both)) {
		departs_from_de_facto(m, c, rule, b, &both);
		return;
	}
	all = all_words(m, b);
	for (size_t i = 0; i < b->n; i++) {
		struct finding *f = matrix_add_finding(m, b->v[i].column, c, b->v[i].direction,
						       CHECK_ARG, rule, VERDICT_DIVERGENCE);

		f->item = CL_ITEM_POP;
		f->subject = disagrees_with_itself(m, b->v[i].column, c)
				     ? "placement no document decides, on which this compiler "
				       "disagrees with itself as caller and callee"
				     : "placement no document decides";
		f->expected = "unspecified";
		f->observed = b->v[i].text;
		/* Told once: it is long, and the same for all. */
		f->origin = i ? NULL : all;
	}
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
						b.v[b.n++] = (struct behaviour){ i, d, o, NULL };
				}
			}
			if (b.n)
				judge_case(m, c, &b);
		}
	}
}
