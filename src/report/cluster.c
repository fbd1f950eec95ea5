/* SPDX-License-Identifier: MIT */
/* Group the findings that report one fact: a reader wants each fact once, with its
 * smallest example and where else it holds. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

/* Is the subject part of the fact? Which register it was is; which argument it was is not. */
static bool subject_matters(const struct stored_finding *f)
{
	return !strcmp(f->check, checks[CHECK_SAVED].name) ||
	       !strcmp(f->check, checks[CHECK_FAULT].name);
}

static bool unspecified(const struct stored_finding *f)
{
	return !strcmp(f->expected, "unspecified");
}

/* Findings with the same key are one fact. */
static const char *fact_key(const struct stored *s, const struct stored_finding *f)
{
	const char *what = "";

	/* Report known ones once for each reason. */
	if (f->known)
		return arena_printf(s->arena, "known %s", f->known_reason);
	/* What nobody decides is one fact for all implementations: they differ from each other. */
	if (unspecified(f))
		return arena_printf(s->arena, "unspecified %s", f->rule->name);
	/* Of a fault, the kind is what was observed. */
	if (subject_matters(f))
		what = arena_printf(s->arena, "%s %s", f->subject,
				    strcmp(f->check, checks[CHECK_FAULT].name) ? "" : f->observed);
	return arena_printf(s->arena, "%s %s %u %d %s %s %s", s->columns[f->column].family,
			    verdict_info[f->verdict].name, f->c->width, f->direction, f->check,
			    f->rule->name, what);
}

/* Of two cases the shorter declaration is the simpler one, however the convention is spelt. */
static size_t spelling(const char *prototype)
{
	static const char attribute[] = "__attribute__((";
	const char *end = strstr(prototype, ")) ");

	return strlen(strncmp(prototype, attribute, sizeof(attribute) - 1) || !end ? prototype
										   : end + 3);
}

static size_t weight(const struct stored_finding *f)
{
	/* The finding that says what the other compilers do explains an unspecified placement best.
	 */
	return (unspecified(f) && !f->origin ? 1000000u : 0) + f->c->arguments * 1000u +
	       spelling(f->c->prototype);
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

	if (!a->example->known != !b->example->known)
		return a->example->known ? -1 : 1;
	if (a->example->verdict != b->example->verdict)
		return a->example->verdict < b->example->verdict ? -1 : 1;
	/* Conventions that lead the matrix lead here too; then as found. */
	if (headline(a->example) != headline(b->example))
		return headline(a->example) ? 1 : -1;
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

/* The conventions of a cluster, in the order of the matrix. */
static const char *convention_words(const struct stored *s, const json_t *in)
{
	struct str t = { 0 };
	char *r;

	str_add(&t, "");
	for (size_t i = 0; i < s->nrows; i++) {
		const char *name = s->rows[i].convention;
		bool reported = !json_object_get(in, name);

		for (size_t k = 0; k < i && !reported; k++)
			reported = !strcmp(s->rows[k].convention, name);
		if (!reported)
			str_addf(&t, "%s%s", t.len ? ", " : "", name);
	}
	r = arena_strdup(s->arena, t.s);
	str_free(&t);
	return r;
}

struct cluster *report_clusters(const struct stored *s, size_t *n)
{
	unsigned *of = arena_alloc(s->arena, (s->nfindings + 1) * sizeof(*of));
	unsigned char *member = arena_alloc(s->arena, s->ncolumns + 1);
	unsigned char *seen = arena_alloc(s->arena, s->ncases + 1);
	json_t *keys = json_object();
	struct cluster *v = NULL;

	*n = 0;
	for (size_t i = 0; i < s->nfindings; i++) {
		const struct stored_finding *f = &s->findings[i];
		const char *key = fact_key(s, f);
		const json_t *j = json_object_get(keys, key);
		size_t k = j ? (size_t)json_integer_value(j) : *n;

		if (!j) {
			json_object_set_new_nocheck(keys, key, json_integer((json_int_t)k));
			v = arena_grow(s->arena, v, *n, sizeof(*v));
			v[(*n)++] = (struct cluster){ .example = f };
		} else if (weight(f) < weight(v[k].example)) {
			v[k].example = f;
		}
		v[k].findings++;
		of[i] = (unsigned)k;
	}
	json_decref(keys);
	for (size_t k = 0; k < *n; k++) {
		json_t *in = json_object();

		memset(member, 0, s->ncolumns);
		memset(seen, 0, s->ncases);
		for (size_t i = 0; i < s->nfindings; i++) {
			const struct stored_finding *f = &s->findings[i];

			if (of[i] != k)
				continue;
			member[f->column] = 1;
			v[k].cases += !seen[f->c - s->cases];
			seen[f->c - s->cases] = 1;
			json_object_set_new_nocheck(in, f->c->convention, json_true());
		}
		v[k].columns = column_words(s, member);
		v[k].conventions = convention_words(s, in);
		json_decref(in);
	}
	if (*n)
		qsort(v, *n, sizeof(*v), by_seriousness);
	return v;
}
