/* SPDX-License-Identifier: MIT */
/* From clusters to minimal prototypes: reductions are tried in rounds of their own, in the one
 * column and convention of the example; what is left is then run under all conventions in all
 * columns, to see which others show it. */
#include "fuzz/fuzz.h"

#include <string.h>

enum { ROUNDS = 200, CANDIDATES = 40, SECONDS_WHEN_STOPPED = 10 };

/* The clusters that are minimised. */
struct work {
	struct fuzz_setup *setup;
	struct arena *arena;
	struct fuzz_cluster **cluster;
	struct fuzz_subject *subject;
	size_t n;
	void (*progress)(const char *line);
	unsigned tries;
};

static const struct prototype *parse(struct arena *a, const char *text)
{
	struct case_list list = { 0 };
	const char *error;

	if (proto_parse_mem(a, "fuzz.h", text, strlen(text), &list, &error) < 0 || list.n != 1)
		die("internal error: a kept prototype does not parse; please report this:\n%s",
		    error);
	return list.v[0].proto;
}

/* Which cluster each declaration of the round is about. */
struct asked {
	const struct fuzz_round *round;
	struct fuzz_cluster **cluster;
};

static bool wanted(void *ctx, size_t column, const struct gen_case *c)
{
	const struct asked *asked = ctx;
	const struct fuzz_cluster *k = asked->cluster[fuzz_number(asked->round, c->call.decl)];

	return c->call.conv == k->conv &&
	       (k->key.unspecified ? asked->round->plan.columns[column].profile == k->key.profile
				   : column == k->example);
}

static const struct gen_case *case_of(const struct fuzz_round *r, size_t decl,
				      enum profile_id profile, const struct convention *conv)
{
	const struct gen_set *set = &r->plan.set[profile];

	for (size_t i = 0; i < set->n; i++) {
		if (set->v[i].call.conv == conv && fuzz_number(r, set->v[i].call.decl) == decl)
			return &set->v[i];
	}
	return NULL;
}

static bool executed(const struct fuzz_round *r, enum profile_id profile, const struct gen_case *c,
		     size_t column)
{
	const struct column_run *run = &r->matrix.runs[column];
	enum verdict v[2];

	if (r->plan.columns[column].profile != profile)
		return false;
	for (size_t d = 0; d < 2; d++)
		v[d] = (enum verdict)run->judged[c->index * 2 + d].verdict;
	return v[0] > VERDICT_NOT_RUN || v[1] > VERDICT_NOT_RUN;
}

static bool try_all(void *ctx, struct fuzz_candidate *v, size_t n)
{
	struct work *w = ctx;
	struct arena *a = arena_new();
	struct fuzz_cluster **cluster = arena_alloc(a, n * sizeof(struct fuzz_cluster *));
	struct str text = { 0 };
	struct fuzz_round r;
	struct asked asked = { &r, cluster };

	if (w->progress)
		w->progress(arena_printf(a, "minimising %zu clusters: step %u, %zu candidates",
					 w->n, ++w->tries, n));
	for (size_t i = 0; i < n; i++) {
		cluster[i] = w->cluster[v[i].subject];
		str_add(&text, fuzz_case_text(a, v[i].proto, arena_printf(a, "fuzz_%06zu", i),
					      cluster[i]->conv->name));
	}
	fuzz_round_run(w->setup, &r, "fuzz.h", text.s, wanted, &asked);
	for (size_t i = 0; i < n && !r.dropped; i++) {
		const struct gen_case *c =
			case_of(&r, i, cluster[i]->key.profile, cluster[i]->conv);

		v[i].ran = c && executed(&r, cluster[i]->key.profile, c, cluster[i]->example);
		v[i].shows = c && fuzz_shows(&r, &cluster[i]->key, c, cluster[i]->example);
	}
	fuzz_round_close(&r);
	str_free(&text);
	arena_free(a);
	return !r.dropped;
}

/* A compiler that hangs takes its time limit for every try. */
static bool hangs(const struct fuzz_cluster *c)
{
	return strstr(c->key.message, "did not end") != NULL;
}

/* What does not show the finding itself cannot be made smaller and still show it: no reduction that
 * fails then says anything. */
static void try_starts(struct work *w, struct fuzz_clusters *all)
{
	struct fuzz_candidate *v = arena_alloc(w->arena, (w->n + 1) * sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (!w->subject[i].why_not)
			v[n++] = (struct fuzz_candidate){ .subject = i,
							  .proto = w->subject[i].proto };
	}
	/* Ended by a signal: nothing is known, and little time is left. */
	if (!n || !try_all(w, v, n))
		return;
	for (size_t i = 0; i < n; i++) {
		struct fuzz_subject *s = &w->subject[v[i].subject];

		if (v[i].shows)
			continue;
		s->why_not = v[i].ran ? "its prototype does not show it when it is run again"
				      : "its prototype could not be run again";
		if (!v[i].ran)
			all->failed = w->cluster[v[i].subject]->name;
	}
}

static void minimise(struct work *w, struct fuzz_clusters *all, double seconds)
{
	const struct fuzz_limits limits = { ROUNDS, seconds, CANDIDATES, w->setup->stop,
					    SECONDS_WHEN_STOPPED };

	for (size_t i = 0; i < w->n; i++) {
		const struct fuzz_key *k = &w->cluster[i]->key;

		w->subject[i].proto = parse(w->arena, w->cluster[i]->text);
		w->subject[i].alone = *k->message || k->verdict == VERDICT_TIMEOUT;
		if (hangs(w->cluster[i]))
			w->subject[i].why_not = "a compiler that hangs is not asked again";
	}
	if (seconds > 0)
		try_starts(w, all);
	if (w->n)
		fuzz_minimise(w->arena, w->subject, w->n, &limits, try_all, w);
	if (w->progress)
		w->progress(NULL);
}

/* All conventions, all columns --------------------------------------------------------------- */

static void look_everywhere(struct fuzz_setup *s, struct fuzz_cluster *c,
			    const struct fuzz_round *r, size_t decl)
{
	c->shows = arena_alloc(s->arena, s->ncolumns + 1);
	c->holds = arena_alloc(s->arena, s->ncolumns + 1);
	for (size_t k = 0; conventions[k]; k++) {
		const struct gen_case *g = case_of(r, decl, c->key.profile, conventions[k]);
		struct fuzz_key key = c->key;

		if (conventions[k]->width != c->key.width)
			continue;
		for (size_t i = 0; g && i < r->plan.ncolumns; i++) {
			bool here = g->call.conv == c->conv;

			/* Another convention has rules of its own for the same thing. */
			for (size_t f = 0; !here && !key.unspecified && f < r->matrix.nfindings;
			     f++) {
				const struct finding *o = &r->matrix.findings[f];

				if (o->c == g && o->column == i && o->check == key.check)
					key.rule = o->rule;
			}
			if (fuzz_shows(r, &key, g, i)) {
				c->shows_conventions |= 1u << k;
				if (here)
					c->shows[i] = 1;
			} else if (here && executed(r, c->key.profile, g, i)) {
				c->holds[i] = 1;
			}
		}
	}
}

static const char *unique_name(struct arena *a, const struct fuzz_clusters *all, size_t i)
{
	const char *name = all->v[i].name;
	unsigned same = 1;

	for (size_t k = 0; k < i; k++)
		same += !strcmp(all->v[k].name, name);
	return same == 1 ? name : arena_printf(a, "%s_%u", name, same);
}

static void fold_into(struct fuzz_clusters *all, struct fuzz_cluster *o, struct fuzz_cluster *c)
{
	c->folded = true;
	o->also = arena_grow(all->arena, o->also, o->nalso, sizeof(*o->also));
	o->also[o->nalso++] =
		arena_printf(all->arena, "%s: %s [%s] in %zu cases", checks[c->key.check].name,
			     c->subject, rules[c->key.rule].name, c->cases);
	o->shows_conventions |= c->shows_conventions;
	o->conventions |= c->conventions;
}

/* What is known is reported once for each reason. */
static void fold_known(struct fuzz_clusters *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];

		for (size_t k = i + 1; k < all->n && c->known && !c->folded; k++) {
			struct fuzz_cluster *o = &all->v[k];

			if (!o->known || strcmp(c->known, o->known))
				continue;
			fold_into(all, o, c);
			o->cases += c->cases;
			o->findings += c->findings;
			for (size_t j = 0; j < all->setup->ncolumns; j++)
				o->column[j] |= c->column[j];
		}
	}
}

/* Findings of one minimal prototype are one fact, reported by the most serious. */
static void fold(struct fuzz_clusters *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];

		for (size_t k = i + 1; k < all->n && !c->folded; k++) {
			struct fuzz_cluster *o = &all->v[k];

			if (!c->settled || !o->settled || strcmp(c->shape, o->shape) ||
			    c->key.width != o->key.width || c->known || o->known ||
			    c->key.direction != o->key.direction || c->key.unspecified ||
			    o->key.unspecified || strcmp(c->key.compilers, o->key.compilers))
				continue;
			fold_into(all, o, c);
		}
	}
}

static const char *one_line(char *text)
{
	for (char *p = text; *p; p++) {
		if (*p == '\n')
			*p = p[1] ? ' ' : 0;
	}
	return text;
}

static uint32_t failing_checks(const struct fuzz_round *r, const struct finding *of)
{
	uint32_t set = 0;

	for (size_t i = 0; i < r->matrix.nfindings; i++) {
		const struct finding *f = &r->matrix.findings[i];

		if (f->c == of->c && f->direction == of->direction &&
		    f->verdict >= VERDICT_VIOLATION)
			set |= 1u << f->check;
	}
	return set;
}

/* Does the call of a finding also have an argument in the wrong place? */
static bool wrong_argument(const struct fuzz_round *r, const struct finding *of)
{
	for (size_t i = 0; i < r->matrix.nfindings; i++) {
		const struct finding *f = &r->matrix.findings[i];

		if (f->c == of->c && f->column == of->column && f->direction == of->direction &&
		    f->verdict >= VERDICT_VIOLATION &&
		    (f->check == CHECK_ARG || f->check == CHECK_REFERENCE))
			return true;
	}
	return false;
}

static void run_minimal(struct fuzz_setup *s, struct fuzz_clusters *all,
			const struct prototype *const *proto)
{
	struct str text = { 0 };
	struct fuzz_round r;

	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];

		c->minimal =
			fuzz_case_text(all->arena, proto[i], unique_name(all->arena, all, i), NULL);
		c->shape = one_line(fuzz_case_text(all->arena, proto[i], "f", NULL));
		str_add(&text, c->minimal);
	}
	fuzz_round_surely(s, &r, "fuzz.h", text.s, NULL, NULL);
	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];
		const struct gen_case *g = case_of(&r, i, c->key.profile, c->conv);
		const struct finding *f = g ? fuzz_shows(&r, &c->key, g, c->example) : NULL;

		c->prototype =
			g ? arena_strdup(all->arena, gen_prototype(r.arena, &g->call)) : c->text;
		c->settled = f != NULL;
		c->decl = i;
		look_everywhere(s, c, &r, i);
		/* Types that may not matter explain nothing. */
		*(c->not_minimal ? &c->perhaps : &c->known) =
			f && f->known
				? f->known->reason
				: fuzz_explained(all, c, proto[i], f && wrong_argument(&r, f));
		if (f) {
			c->checks = failing_checks(&r, f);
			c->subject = arena_strdup(all->arena, f->subject);
			c->expected = arena_strdup(all->arena, f->expected);
			c->observed = arena_strdup(all->arena, f->observed);
			c->origin = NULL;
			/* Only one finding per case carries the summary of all compilers. */
			for (size_t k = 0; k < r.matrix.nfindings && !f->origin; k++) {
				const struct finding *o = &r.matrix.findings[k];

				if (o->c == g && o->origin && o->check == f->check &&
				    o->item == f->item && c->key.unspecified)
					f = o;
			}
			if (f->origin)
				c->origin = arena_strdup(all->arena, f->origin);
		}
	}
	fuzz_clusters_sort(all);
	fold_known(all);
	fold(all);
	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];
		const struct gen_case *g = case_of(&r, c->decl, c->key.profile, c->conv);

		if (g && !c->folded)
			fuzz_reproducer(s, c, &r, g);
	}
	fuzz_round_close(&r);
	str_free(&text);
}

void fuzz_settle(struct fuzz_setup *s, struct fuzz_clusters *all, size_t most, double seconds,
		 void (*progress)(const char *line))
{
	struct work w = { .setup = s, .arena = all->arena, .progress = progress };
	const struct prototype **proto;
	size_t first;

	if (!all->n)
		return;
	proto = arena_alloc(all->arena, all->n * sizeof(struct prototype *));
	w.cluster = arena_alloc(all->arena, all->n * sizeof(struct fuzz_cluster *));
	w.subject = arena_alloc(all->arena, all->n * sizeof(*w.subject));
	first = all->n > most ? all->n - most : 0;
	for (size_t i = first; i < all->n; i++)
		w.cluster[w.n++] = &all->v[i];
	minimise(&w, all, seconds);
	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];

		if (i >= first) {
			const struct fuzz_subject *m = &w.subject[i - first];

			proto[i] = m->proto;
			c->steps = m->steps;
			c->not_minimal = m->why_not;
		} else {
			proto[i] = parse(all->arena, c->text);
			c->not_minimal = "only the most serious clusters are minimised";
		}
	}
	run_minimal(s, all, proto);
}
