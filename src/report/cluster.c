/* SPDX-License-Identifier: MIT */
/* Group the findings that report one fact: a reader wants each fact once, with its
 * smallest example and where else it holds. */
#include "report/follow.h"

#include <stdlib.h>
#include <string.h>

static bool unspecified(const struct stored_finding *f)
{
	return !strcmp(f->expected, "unspecified");
}

static enum cluster_kind kind_of(const struct stored_finding *f)
{
	if (f->known)
		return CLUSTER_KNOWN;
	if (f->verdict == VERDICT_DE_FACTO)
		return CLUSTER_DE_FACTO;
	if (f->verdict == VERDICT_DIVERGENCE)
		return CLUSTER_POINT;
	return !strcmp(f->check, checks[CHECK_FAULT].name) && !strcmp(f->subject, "the compiler")
		       ? CLUSTER_DIED
		       : CLUSTER_CAUSE;
}

/* Findings with the same key are one fact. */
static const char *fact_key(const struct stored *s, const struct stored_finding *f)
{
	switch (kind_of(f)) {
	case CLUSTER_KNOWN:
		return arena_printf(s->arena, "known %s", f->known_reason);
	case CLUSTER_POINT: /* of all implementations: they differ from each other */
		return arena_printf(s->arena, "point %s", f->rule->name);
	case CLUSTER_DE_FACTO:
		return arena_printf(s->arena, "de facto %s", f->rule->name);
	case CLUSTER_DIED:
		return arena_printf(s->arena, "died %s", s->columns[f->column].compiler);
	default:
		return arena_printf(s->arena, "%s %s %s %s", s->columns[f->column].family,
				    verdict_info[f->verdict].name, f->check, cause_shape(s, f));
	}
}

/* Of two cases the shorter declaration is the simpler one, however the convention is spelt. */
static size_t spelling(const char *prototype)
{
	static const char attribute[] = "__attribute__((";
	const char *end = strstr(prototype, ")) ");

	return strlen(strncmp(prototype, attribute, sizeof(attribute) - 1) || !end ? prototype
										   : end + 3);
}

/* The finding that says who does what explains best a point that no document decides. */
static size_t vagueness(const struct stored_finding *f)
{
	if (f->verdict != VERDICT_DIVERGENCE || f->known)
		return 0;
	if (!unspecified(f) || !f->origin)
		return 1000000;
	return strstr(f->origin, " | ") ? 0 : 500000;
}

static size_t weight(const struct stored_finding *f)
{
	return vagueness(f) + f->c->arguments * 1000u + spelling(f->c->prototype);
}

static bool headline(const struct stored_finding *f)
{
	const struct convention *c =
		convention_find(f->c->convention, f->c->width == 64 ? W64 : W32);

	return c && c->headline;
}

static int by_seriousness(const void *x, const void *y)
{
	const struct cluster *a = x, *b = y;

	if (a->kind != b->kind && (a->kind <= CLUSTER_DIED || b->kind <= CLUSTER_DIED))
		return a->kind < b->kind ? -1 : 1;
	if (a->example->verdict != b->example->verdict)
		return a->example->verdict < b->example->verdict ? -1 : 1;
	/* Conventions that lead the matrix lead here too; then what is found most; then as found.
	 */
	if (headline(a->example) != headline(b->example))
		return headline(a->example) ? 1 : -1;
	if (a->kind >= CLUSTER_DE_FACTO && a->cases != b->cases)
		return a->cases < b->cases ? -1 : 1;
	return a->example < b->example ? -1 : 1;
}

/* The columns of a cluster, those that differ in optimisation only together. */
static const char *column_words(const struct stored *s, const unsigned char *member)
{
	const struct stored_column *last = NULL;
	struct str t = { 0 };
	char *r;

	str_add(&t, "");
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];

		/* Another place runs the same bytes: report it only where it shows there alone. */
		if (!member[i] || (c->built != i && member[c->built]))
			continue;
		if (last && stored_siblings(last, c))
			str_addf(&t, " -%s", c->opt);
		else
			str_addf(&t, "%s%s", last ? ", " : "", c->name);
		last = c;
	}
	r = arena_strdup(s->arena, t.s);
	str_free(&t);
	return r;
}

/* The compilers of a cluster. */
static const char *compiler_words(const struct stored *s, const unsigned char *member)
{
	const char *last = NULL, *r = "";

	for (size_t i = 0; i < s->ncolumns; i++) {
		const char *name = s->columns[i].compiler;
		bool reported = !member[i] || (last && !strcmp(last, name));

		for (size_t k = 0; k < i && !reported; k++)
			reported = member[k] && !strcmp(s->columns[k].compiler, name);
		if (reported)
			continue;
		r = arena_printf(s->arena, "%s%s%s", r, *r ? ", " : "", name);
		last = name;
	}
	return r;
}

/* The conventions of a cluster, in the order of the matrix. */
static const char *convention_words(const struct stored *s, const json_t *in)
{
	struct str t = { 0 };
	char *r;

	str_add(&t, "");
	for (size_t i = 0; i < s->nrows; i++) {
		const char *name = s->rows[i].convention;
		bool reported = s->lead[i] != i || !json_object_get(in, name);

		/* It may lead at both widths. */
		for (size_t k = 0; k < i && !reported; k++)
			reported = s->lead[k] == k && !strcmp(s->rows[k].convention, name);
		if (!reported)
			str_addf(&t, "%s%s", t.len ? ", " : "", name);
	}
	r = arena_strdup(s->arena, t.s);
	str_free(&t);
	return r;
}

/* What the findings of one cluster have in common: those whose `of` is `k`. */
static void fill(const struct stored *s, struct causes *c, size_t k, unsigned char *member,
		 unsigned char *seen)
{
	struct cluster *v = &c->v[k];
	json_t *in = json_object();

	memset(member, 0, s->ncolumns);
	memset(seen, 0, s->ncases);
	for (size_t i = c->first[k]; i != NO_FINDING; i = c->next[i]) {
		const struct stored_finding *f = &s->findings[i];
		unsigned char *at = &seen[f->c - s->cases];

		member[f->column] = 1;
		v->findings++;
		v->cases += !*at;
		v->as[f->direction] += !(*at & (1 << f->direction));
		v->widths |= f->c->width;
		*at |= (unsigned char)(1 << f->direction);
		json_object_set_new_nocheck(in, f->c->convention, json_true());
	}
	v->columns = column_words(s, member);
	v->compilers = compiler_words(s, member);
	v->conventions = convention_words(s, in);
	json_decref(in);
}

/* Least serious first, and what follows from others not at all; `of` follows. */
static void in_order(const struct stored *s, struct causes *c, const struct follow *follow)
{
	struct cluster *v = arena_alloc(s->arena, (c->n + 1) * sizeof(*v));
	unsigned *place = arena_alloc(s->arena, (c->n + 1) * sizeof(*place));
	size_t n = 0;

	for (size_t k = 0; k < c->n; k++) {
		if (follow[k].from == k)
			v[n++] = c->v[k];
	}
	qsort(v, n, sizeof(*v), by_seriousness);
	for (unsigned i = 0; i < n; i++)
		place[c->of[v[i].example - s->findings]] = i;
	for (size_t i = 0; i < s->nfindings; i++)
		c->of[i] = place[follow_root(follow, c->of[i])];
	c->v = v;
	c->n = n;
}

/* Put what follows with what it follows from, and say so there. */
static void fold(const struct stored *s, struct causes *c, struct follow *follow)
{
	for (size_t k = 0; k < c->n; k++) {
		size_t root = follow_root(follow, k), last = c->first[k];
		struct cluster *v = &c->v[root];

		if (root == k)
			continue;
		v->follows = arena_grow(s->arena, v->follows, v->nfollows, sizeof(*v->follows));
		v->follows[v->nfollows++] = (struct follower){
			.example = c->v[k].example,
			.cases = follow[k].ncases,
		};
		while (c->next[last] != NO_FINDING)
			last = c->next[last];
		c->next[last] = c->first[root];
		c->first[root] = c->first[k];
		c->first[k] = NO_FINDING;
		c->count[CLUSTER_CAUSE]--;
	}
}

static enum check check_of(const struct stored_finding *f)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		if (!strcmp(checks[i].name, f->check))
			return (enum check)i;
	}
	return CHECK_FAULT;
}

static struct follow *follow_of(const struct stored *s, const struct causes *c)
{
	struct follow *v = arena_alloc(s->arena, (c->n + 1) * sizeof(*v));
	size_t words = s->ncases / 64 + 1;

	for (size_t k = 0; k < c->n; k++) {
		const struct stored_finding *f = c->v[k].example;

		v[k].cases = arena_alloc(s->arena, words * sizeof(*v[k].cases));
		v[k].check = check_of(f);
		v[k].verdict = f->verdict;
		if (c->v[k].kind == CLUSTER_CAUSE)
			v[k].family = s->columns[f->column].family;
		for (size_t i = c->first[k]; i != NO_FINDING; i = c->next[i]) {
			size_t at = (size_t)(s->findings[i].c - s->cases);

			v[k].cases[at / 64] |= 1ull << at % 64;
		}
	}
	follow_causes(s->arena, v, c->n, words);
	return v;
}

/* Put each finding into its cluster, in order; c->first and c->next link them. */
static void divide(const struct stored *s, struct causes *c)
{
	json_t *keys = json_object();

	for (size_t i = 0; i < s->nfindings; i++) {
		const struct stored_finding *f = &s->findings[i];
		const char *key = fact_key(s, f);
		const json_t *j = json_object_get(keys, key);
		size_t k = j ? (size_t)json_integer_value(j) : c->n;

		if (!j) {
			json_object_set_new_nocheck(keys, key, json_integer((json_int_t)k));
			c->v = arena_grow(s->arena, c->v, c->n, sizeof(*c->v));
			c->first = arena_grow(s->arena, c->first, c->n, sizeof(*c->first));
			c->first[c->n] = NO_FINDING;
			c->v[c->n++] = (struct cluster){ .kind = kind_of(f), .example = f };
			c->count[kind_of(f)]++;
		} else if (weight(f) < weight(c->v[k].example)) {
			c->v[k].example = f;
		}
		c->of[i] = (unsigned)k;
		c->next[i] = c->first[k];
		c->first[k] = i;
	}
	json_decref(keys);
}

void report_causes(const struct stored *s, struct causes *out)
{
	unsigned char *member = arena_alloc(s->arena, s->ncolumns + 1);
	unsigned char *seen = arena_alloc(s->arena, s->ncases + 1);
	struct follow *follow;

	*out = (struct causes){
		.of = arena_alloc(s->arena, (s->nfindings + 1) * sizeof(*out->of)),
		.next = arena_alloc(s->arena, (s->nfindings + 1) * sizeof(*out->next)),
	};
	divide(s, out);
	if (!out->n)
		return;
	follow = follow_of(s, out);
	fold(s, out, follow);
	for (size_t k = 0; k < out->n; k++) {
		if (follow[k].from == k)
			fill(s, out, k, member, seen);
	}
	in_order(s, out, follow);
}

struct cluster *report_clusters(const struct stored *s, size_t *n)
{
	struct causes c;

	report_causes(s, &c);
	*n = c.n;
	return c.v;
}
