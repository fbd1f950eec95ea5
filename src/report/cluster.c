/* SPDX-License-Identifier: MIT */
/* Findings that are one fact told many times, put together: a reader wants each fact once, with its
 * smallest example and where else it holds. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

/* Is what `item` numbers part of the fact? A register is; which argument it was is not. */
static bool item_matters(const struct finding *f)
{
	switch (f->check) {
	case CHECK_SAVED:
	case CHECK_FAULT:
		return true;
	default:
		return false;
	}
}

static bool unspecified(const struct finding *f)
{
	return f->check == CHECK_ARG && f->item == CL_ITEM_POP;
}

static bool same_fact(const struct matrix *m, const struct finding *a, const struct finding *b)
{
	/* Known ones are told once for each reason. */
	if (a->known && b->known)
		return !strcmp(a->known->reason, b->known->reason);
	/* What nobody decides is one fact for all implementations: they differ from each other. */
	if (unspecified(a) && unspecified(b))
		return a->rule == b->rule;
	if (strcmp(m->plan->columns[a->column].compiler->family,
		   m->plan->columns[b->column].compiler->family))
		return false;
	return a->verdict == b->verdict && a->c->conv->width == b->c->conv->width &&
	       a->direction == b->direction && a->check == b->check && a->rule == b->rule &&
	       !a->known == !b->known && (!item_matters(a) || a->item == b->item);
}

static size_t weight(const struct finding *f)
{
	/* The finding that tells what the others do explains an unspecified placement best. */
	return (unspecified(f) && !f->origin ? 1000000u : 0) + f->c->place.nargs * 1000u +
	       strlen(f->c->decl->proto->text);
}

static int by_seriousness(const void *x, const void *y)
{
	const struct cluster *a = x, *b = y;

	if (!a->example->known != !b->example->known)
		return a->example->known ? -1 : 1;
	if (a->example->verdict != b->example->verdict)
		return a->example->verdict < b->example->verdict ? -1 : 1;
	/* Conventions that lead the matrix lead here too; then as found. */
	if (a->example->c->conv->headline != b->example->c->conv->headline)
		return a->example->c->conv->headline ? 1 : -1;
	return a->example < b->example ? -1 : 1;
}

/* The columns of a cluster, those of one compiler and profile together. */
static const char *column_words(struct arena *a, const struct matrix *m,
				const unsigned char *member)
{
	const struct column *last = NULL;
	struct str s = { 0 };
	char *r;

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];

		/* In another place it is the same bytes: told only where it shows there alone. */
		if (!member[i] || (c->built != i && member[c->built]))
			continue;
		if (last && same_family(last, c))
			str_addf(&s, " -%s", c->opt);
		else
			str_addf(&s, "%s%s", last ? ", " : "", c->name);
		last = c;
	}
	r = arena_strdup(a, s.s ? s.s : "");
	str_free(&s);
	return r;
}

/* The conventions of a cluster, in the order of the matrix. */
static const char *convention_words(struct arena *a, const struct matrix *m, const unsigned *of,
				    unsigned k)
{
	struct str s = { 0 };
	char *r;

	for (const struct convention *const *c = conventions; *c; c++) {
		bool in = false;

		for (size_t i = 0; i < m->nfindings && !in; i++)
			in = of[i] == k && !strcmp(m->findings[i].c->conv->name, (*c)->name);
		for (const struct convention *const *b = conventions; in && b < c; b++)
			in = strcmp((*b)->name, (*c)->name) != 0;
		if (in)
			str_addf(&s, "%s%s", s.len ? ", " : "", (*c)->name);
	}
	r = arena_strdup(a, s.s ? s.s : "");
	str_free(&s);
	return r;
}

struct cluster *report_clusters(struct arena *a, const struct matrix *m, size_t *n)
{
	unsigned *of = arena_alloc(a, (m->nfindings + 1) * sizeof(*of));
	unsigned char *member = arena_alloc(a, m->plan->ncolumns + 1);
	struct cluster *v = NULL;

	*n = 0;
	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		size_t k = 0;

		while (k < *n && !same_fact(m, v[k].example, f))
			k++;
		if (k == *n) {
			v = arena_grow(a, v, *n, sizeof(*v));
			v[(*n)++] = (struct cluster){ .example = f };
		} else if (weight(f) < weight(v[k].example)) {
			v[k].example = f;
		}
		v[k].findings++;
		of[i] = (unsigned)k;
	}
	for (size_t k = 0; k < *n; k++) {
		/* Cases of all profiles: a known fact may hold in several. */
		size_t first[PROFILES + 1] = { 0 };
		unsigned char *seen;

		for (int f = 0; f < PROFILES; f++)
			first[f + 1] = first[f] + m->plan->set[f].n;
		seen = arena_alloc(a, first[PROFILES] + 1);
		memset(member, 0, m->plan->ncolumns);
		for (size_t i = 0; i < m->nfindings; i++) {
			size_t at;

			if (of[i] != k)
				continue;
			member[m->findings[i].column] = 1;
			at = m->findings[i].c->index +
			     first[m->plan->columns[m->findings[i].column].profile];
			v[k].cases += !seen[at];
			seen[at] = 1;
		}
		v[k].columns = column_words(a, m, member);
		v[k].conventions = convention_words(a, m, of, (unsigned)k);
	}
	if (*n)
		qsort(v, *n, sizeof(*v), by_seriousness);
	return v;
}
