/* SPDX-License-Identifier: MIT */
/* What the columns of a stored matrix are called where there is no room, or no need, for one name
 * each. */
#include "report/style.h"

#include <string.h>

const char *stored_group(const struct stored *s, const struct stored_column *c)
{
	bool plain = !strcmp(c->profile, "user") || !strcmp(c->profile, "default");
	bool placed = strcmp(c->place, "native");

	return arena_printf(s->arena, "%s%s%s%s%s", c->compiler, plain ? "" : " ",
			    plain ? "" : c->profile, placed ? " " : "", placed ? c->place : "");
}

bool stored_siblings(const struct stored_column *a, const struct stored_column *b)
{
	return a->width == b->width && !strcmp(a->compiler, b->compiler) &&
	       !strcmp(a->profile, b->profile) && !strcmp(a->place, b->place) &&
	       !strcmp(a->version, b->version);
}

const char *stored_places(const struct stored *s)
{
	bool any = false; /* place in which something ran: others have no part in the results */
	struct str t = { 0 };
	char *r;

	for (size_t i = 0; i < s->ncolumns; i++)
		any = any || !s->columns[i].why_not;
	str_add(&t, "");
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];
		bool reported = any && c->why_not;

		for (size_t k = 0; k < i && !reported; k++)
			reported = !strcmp(s->columns[k].place, c->place) &&
				   !strcmp(s->columns[k].engine, c->engine);
		if (!reported)
			str_addf(&t, "%s%s (%.*s)", t.len ? ", " : "", c->place,
				 (int)strcspn(c->engine, ","), c->engine);
	}
	r = arena_strdup(s->arena, t.s);
	str_free(&t);
	return r;
}

const char *stored_compilers(const struct stored *s)
{
	const struct stored_column *last = NULL;
	struct str t = { 0 };
	char *r;

	str_add(&t, "");
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];

		if (last && !strcmp(c->compiler, last->compiler) &&
		    !strcmp(c->version, last->version))
			continue;
		str_addf(&t, "%s%s %s", last ? ", " : "", c->compiler, c->version);
		last = c;
	}
	r = arena_strdup(s->arena, t.s);
	str_free(&t);
	return r;
}

const char *stored_place_names(const struct stored *s)
{
	const char *r = "";

	for (size_t i = 0; i < s->ncolumns; i++) {
		bool reported = s->columns[i].why_not;

		for (size_t k = 0; k < i && !reported; k++)
			reported = !s->columns[k].why_not &&
				   !strcmp(s->columns[k].place, s->columns[i].place);
		if (!reported)
			r = arena_printf(s->arena, "%s%s%s", r, *r ? ", " : "",
					 s->columns[i].place);
	}
	return *r ? r : "no place";
}

const char *stored_opts(const struct stored *s)
{
	const char *r = "";

	for (size_t i = 0; i < s->ncolumns; i++) {
		bool reported = false;

		for (size_t k = 0; k < i && !reported; k++)
			reported = !strcmp(s->columns[k].opt, s->columns[i].opt);
		if (!reported)
			r = arena_printf(s->arena, "%s%s-%s", r, *r ? " " : "", s->columns[i].opt);
	}
	return r;
}

const char *colour_of(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
	case VERDICT_DE_FACTO:
		return GREEN;
	case VERDICT_DIVERGENCE:
		return YELLOW;
	case VERDICT_VIOLATION:
		return RED;
	case VERDICT_CRASH:
	case VERDICT_TIMEOUT:
		return MAGENTA;
	default:
		return DIM;
	}
}
