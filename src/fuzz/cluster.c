/* SPDX-License-Identifier: MIT */
/* Clusters: findings of one cause, over all rounds.
 *
 * Two findings have one cause when check, rule, verdict and direction are the same and the same
 * compilers of a family show it: a bug that clang 14 has and clang 19 has not is another one than
 * what both do. Of a call's wrong arguments only the first one counts, the rest follows from it. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static bool unspecified(const struct finding *f)
{
	return f->check == CHECK_ARG && f->item == CL_ITEM_POP;
}

static bool compiler_died(const struct finding *f)
{
	return f->check == CHECK_FAULT && f->subject && !strcmp(f->subject, "the compiler");
}

static bool is_argument(const struct finding *f)
{
	return !unspecified(f) &&
	       (f->check == CHECK_ARG || f->check == CHECK_COPY || f->check == CHECK_REFERENCE);
}

/* The compiler's last words, less what differs from file to file. */
static const char *last_words(struct arena *a, const char *why)
{
	const char *s = strstr(why, "internal compiler error:");
	const char *colon = strstr(why, "): ");

	if (s)
		return arena_strndup(a, s, strcspn(s, "\n"));
	return colon && strstr(why, "did not end") == NULL
		       ? arena_strndup(a, why, (size_t)(colon - why) + 1)
		       : why;
}

/* All but the compilers, which are put together afterwards. */
static struct fuzz_key key_of(const struct fuzz_round *r, const struct finding *f)
{
	struct fuzz_key k = { .verdict = f->verdict,
			      .check = f->check,
			      .rule = f->rule,
			      .width = f->c->call.conv->width,
			      .profile = r->plan.columns[f->column].profile,
			      .conv = f->c->call.conv,
			      .direction = f->direction,
			      .item = -1,
			      .compilers = "",
			      .message = "" };

	if (f->check == CHECK_SAVED || f->check == CHECK_FAULT)
		k.item = (int)f->item;
	if (unspecified(f)) {
		k.unspecified = true;
		k.direction = -1;
	}
	if (compiler_died(f)) {
		k.direction = k.item = -1;
		k.message = last_words(r->arena, f->observed);
	}
	return k;
}

static bool same_but_compilers(const struct fuzz_key *a, const struct fuzz_key *b)
{
	return a->verdict == b->verdict && a->check == b->check && a->rule == b->rule &&
	       a->profile == b->profile && a->direction == b->direction && a->item == b->item &&
	       a->unspecified == b->unspecified && !strcmp(a->message, b->message);
}

const struct finding *fuzz_shows(const struct fuzz_round *r, const struct fuzz_key *k,
				 const struct gen_case *c, size_t column)
{
	const struct matrix *m = &r->matrix;
	bool seen[CL_DIRECTIONS] = { false };

	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		struct fuzz_key mine;

		if (f->c != c || f->column != column)
			continue;
		/* Of wrong arguments only the first is a cause. */
		if (is_argument(f) && seen[f->direction])
			continue;
		seen[f->direction] = seen[f->direction] || is_argument(f);
		mine = key_of(r, f);
		if (same_but_compilers(&mine, k) && (!k->unspecified || !*k->compilers ||
						     disagrees_with_itself(&r->matrix, column, c)))
			return f;
	}
	return NULL;
}

/* Findings of one case that may be one cause ------------------------------------------------- */

struct fact {
	struct fuzz_key key;
	const struct gen_case *c;
	const char *family; /* NULL where families do not matter */
	const struct finding *first;
	unsigned char *column;
	size_t findings;
};

struct facts {
	struct fact *v;
	size_t n;
};

static void add_fact(const struct fuzz_round *r, struct facts *all, const struct finding *f,
		     size_t since)
{
	struct fuzz_key key = key_of(r, f);
	const char *family = key.unspecified ? "" : r->plan.columns[f->column].compiler->family;
	struct fact *t = NULL;

	for (size_t i = since; i < all->n && !t; i++) {
		if (all->v[i].c == f->c && !strcmp(all->v[i].family, family) &&
		    same_but_compilers(&all->v[i].key, &key))
			t = &all->v[i];
	}
	if (!t) {
		all->v = arena_grow(r->arena, all->v, all->n, sizeof(*t));
		t = &all->v[all->n++];
		*t = (struct fact){ .key = key, .c = f->c, .family = family, .first = f };
		t->column = arena_alloc(r->arena, r->plan.ncolumns + 1);
	}
	t->column[f->column] = 1;
	t->findings++;
	/* The one that carries the summary of all compilers. */
	if (key.unspecified && !t->first->origin && f->origin)
		t->first = f;
}

static int by_case(const void *x, const void *y)
{
	const struct finding *a = *(const struct finding *const *)x;
	const struct finding *b = *(const struct finding *const *)y;

	if (a->c != b->c)
		return a->c < b->c ? -1 : 1;
	return a < b ? -1 : a > b;
}

static struct facts collect(const struct fuzz_round *r)
{
	const struct matrix *m = &r->matrix;
	const struct finding **sorted = arena_alloc(r->arena, (m->nfindings + 1) * sizeof(*sorted));
	struct facts all = { 0 };
	size_t n = 0, since = 0;

	for (size_t i = 0; i < m->nfindings; i++) {
		/* What gcc and clang agree on needs no looking into. */
		if (m->findings[i].verdict != VERDICT_DE_FACTO)
			sorted[n++] = &m->findings[i];
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_case);
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = sorted[i], *before = i ? sorted[i - 1] : NULL;
		bool follows = false;

		if (before && before->c != f->c)
			since = all.n;
		for (size_t k = i; k-- > 0 && sorted[k]->c == f->c && !follows;)
			follows = is_argument(f) && is_argument(sorted[k]) &&
				  sorted[k]->column == f->column &&
				  sorted[k]->direction == f->direction;
		if (!follows)
			add_fact(r, &all, f, since);
	}
	return all;
}

/* The names of the compilers of some columns; of an unspecified placement those that disagree with
 * themselves. */
static const char *compilers_of(const struct fuzz_round *r, const struct fact *t)
{
	const struct compiler *last = NULL;
	struct str s = { 0 };
	const char *names;

	str_add(&s, "");
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const struct compiler *c = r->plan.columns[i].compiler;

		if (!t->column[i] || c == last ||
		    (t->key.unspecified && !disagrees_with_itself(&r->matrix, i, t->c)))
			continue;
		str_addf(&s, "%s%s", s.len ? " " : "", c->name);
		last = c;
	}
	names = arena_strdup(r->arena, s.s);
	str_free(&s);
	return names;
}

static bool same_key(const struct fuzz_key *a, const struct fuzz_key *b)
{
	return same_but_compilers(a, b) && !strcmp(a->compilers, b->compilers);
}

/* Clusters ----------------------------------------------------------------------------------- */

static struct fuzz_cluster *find(struct fuzz_clusters *all, const struct fuzz_key *k)
{
	struct fuzz_cluster *c;

	for (size_t i = 0; i < all->n; i++) {
		if (same_key(&all->v[i].key, k) && all->v[i].key.conv == k->conv)
			return &all->v[i];
	}
	all->v = arena_grow(all->arena, all->v, all->n, sizeof(*c));
	c = &all->v[all->n++];
	*c = (struct fuzz_cluster){ .key = *k };
	c->key.compilers = arena_strdup(all->arena, k->compilers);
	c->key.message = arena_strdup(all->arena, k->message);
	c->column = arena_alloc(all->arena, all->setup->ncolumns + 1);
	return c;
}

static uint32_t convention_bit(const struct convention *c)
{
	unsigned i = 0;

	while (conventions[i] != c)
		i++;
	return 1u << (i % 32);
}

static const char *keep(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

static void keep_example(struct fuzz_clusters *all, struct fuzz_cluster *c,
			 const struct fuzz_round *r, const struct fact *t, const char *text)
{
	struct arena *a = all->arena;
	const struct finding *f = t->first;

	c->text = arena_strdup(a, text);
	c->name = arena_strdup(a, t->c->call.decl->proto->name);
	c->conv = t->c->call.conv;
	c->example = f->column;
	c->direction = f->direction;
	/* A compiler that disagrees with itself is the example of an unspecified placement. */
	for (size_t i = r->plan.ncolumns; t->key.unspecified && *t->key.compilers && i-- > 0;) {
		if (t->column[i] && disagrees_with_itself(&r->matrix, i, t->c))
			c->example = i;
	}
	c->subject = keep(a, f->subject);
	c->expected = keep(a, f->expected);
	c->observed = keep(a, f->observed);
	c->origin = keep(a, f->origin);
}

static void add_to_cluster(struct fuzz_clusters *all, const struct fuzz_round *r, struct fact *t,
			   const char *const *texts)
{
	struct fuzz_cluster *c;
	size_t weight;

	t->key.compilers = compilers_of(r, t);
	c = find(all, &t->key);
	c->cases++;
	c->findings += t->findings;
	c->conventions |= convention_bit(t->c->call.conv);
	for (size_t i = 0; i < r->plan.ncolumns; i++)
		c->column[i] |= t->column[i];
	weight = 2 * fuzz_weight(t->c->call.decl->proto) + (t->c->call.conv->noop != RULE_NONE);
	if (c->text && weight >= c->weight)
		return;
	c->weight = weight;
	keep_example(all, c, r, t, texts[fuzz_number(r, t->c->call.decl)]);
}

/* "FILE:LINE:COL: error: what" without the position and without our names' numbers. */
static const char *reason(struct arena *a, const char *why)
{
	const char *at = strstr(why, "error: ");
	struct str s = { 0 };
	const char *r;

	str_add(&s, "");
	for (const char *p = at ? at + 7 : why; *p; p++) {
		str_addn(&s, p, 1);
		if (!strncmp(p, "fuzz_0", 6)) {
			str_add(&s, "uzz_N");
			p += 4 + strspn(p + 5, "0123456789");
		}
	}
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

static void add_refusals(struct fuzz_clusters *all, const struct fuzz_round *r)
{
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const struct column *col = &r->plan.columns[i];

		for (size_t k = 0; !col->unusable && k < r->plan.set[col->profile].n; k++) {
			const char *why;
			size_t n = 0;

			if (col->absent[k] != UNSUPPORTED && col->absent[k] != WITHOUT_RUNTIME)
				continue;
			why = reason(r->arena, col->why[k]);
			while (n < all->nrefusals &&
			       (strcmp(all->refusals[n].compiler, col->compiler->name) ||
				all->refusals[n].width != col->width ||
				strcmp(all->refusals[n].why, why)))
				n++;
			if (n == all->nrefusals) {
				all->refusals = arena_grow(all->arena, all->refusals, n,
							   sizeof(*all->refusals));
				all->refusals[all->nrefusals++] = (struct fuzz_refusal){
					.compiler = col->compiler->name,
					.width = col->width,
					.why = arena_strdup(all->arena, why),
				};
			}
			all->refusals[n].cases++;
		}
	}
}

void fuzz_clusters_add(struct fuzz_clusters *all, const struct fuzz_round *r,
		       const char *const *texts)
{
	struct facts facts = collect(r);

	for (size_t i = 0; i < facts.n; i++)
		add_to_cluster(all, r, &facts.v[i], texts);
	add_refusals(all, r);
}

bool fuzz_unexpected(const struct fuzz_cluster *c)
{
	return !c->known && c->key.verdict >= VERDICT_VIOLATION;
}

static int by_seriousness(const void *x, const void *y)
{
	const struct fuzz_cluster *a = x, *b = y;
	bool selves[2] = { a->key.unspecified && *a->key.compilers,
			   b->key.unspecified && *b->key.compilers };

	if (!a->known != !b->known)
		return a->known ? -1 : 1;
	if (a->key.verdict != b->key.verdict)
		return a->key.verdict < b->key.verdict ? -1 : 1;
	if (selves[0] != selves[1])
		return selves[0] ? 1 : -1;
	if (a->conv->headline != b->conv->headline)
		return a->conv->headline ? 1 : -1;
	if (a->cases != b->cases)
		return a->cases < b->cases ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void merge(const struct fuzz_clusters *all, struct fuzz_cluster *into,
		  const struct fuzz_cluster *from)
{
	struct fuzz_cluster sum = from->weight < into->weight ? *from : *into;

	sum.cases = into->cases + from->cases;
	sum.findings = into->findings + from->findings;
	sum.conventions = into->conventions | from->conventions;
	sum.column = into->column;
	for (size_t i = 0; i < all->setup->ncolumns; i++)
		sum.column[i] |= from->column[i];
	*into = sum;
}

/* What may be known under one convention and not under another stays apart. */
void fuzz_clusters_merge(struct fuzz_clusters *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		size_t k = 0;

		while (k < n && !(same_key(&all->v[k].key, &all->v[i].key) &&
				  !memcmp(all->v[k].may, all->v[i].may, sizeof(all->v[i].may))))
			k++;
		if (k < n)
			merge(all, &all->v[k], &all->v[i]);
		else
			all->v[n++] = all->v[i];
	}
	all->n = n;
}

void fuzz_clusters_sort(struct fuzz_clusters *all)
{
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_seriousness);
}
