/* SPDX-License-Identifier: MIT */
/* The claims of the thread as text: a table for each width and place, and each claim in words. */
#include "report/claims.h"
#include "report/style.h"
#include "util/terminal.h"

#include <string.h>

enum { NUMBER = 6 }; /* columns of "claim" */

static const char *mark(const struct stored_claim_result *r)
{
	static const char *const marks[CLAIM_VERDICT_COUNT] = {
		[CLAIM_TRUE] = "true",
		[CLAIM_FALSE] = "false",
		[CLAIM_EXCEPT] = "except",
		[CLAIM_NOT_RUN] = "n/r",
	};

	return r && r->applies ? marks[r->verdict] : "-";
}

static const char *colour(const struct stored_claim_result *r)
{
	return !r || !r->applies || r->verdict == CLAIM_NOT_RUN ? DIM
	       : r->verdict == CLAIM_TRUE                       ? GREEN
	       : r->verdict == CLAIM_FALSE                      ? RED
								: YELLOW;
}

static bool same_kind(const struct stored_claim_column *a, const struct stored_claim_column *b)
{
	return a->width == b->width && !strcmp(a->place, b->place);
}

static const struct stored_claim_result *result_in(const struct stored_claim *c, size_t column)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].column == column)
			return &c->v[i];
	}
	return NULL;
}

static bool spoken_of(const struct stored_claims *s, const struct stored_claim *c,
		      const struct stored_claim_column *kind)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].applies && same_kind(&s->columns[c->v[i].column], kind))
			return true;
	}
	return false;
}

static int cell_width(const struct stored_claim_column *c)
{
	size_t n = strlen(c->compiler);

	return (int)(n < 6 ? 6 : n) + 1;
}

/* Columns first to the one before the result, as many as fit. */
static size_t fitting(const struct stored_claims *s, const size_t *list, size_t first, size_t n,
		      unsigned width)
{
	unsigned used = NUMBER;
	size_t i = first;

	while (i < n && (i == first || used + (unsigned)cell_width(&s->columns[list[i]]) <= width))
		used += (unsigned)cell_width(&s->columns[list[i++]]);
	return i;
}

static void table(struct str *out, const struct stored_claims *s,
		  const struct stored_claim_column *kind, const struct text_style *style)
{
	size_t list[256], n = 0;

	for (size_t i = 0; i < s->ncolumns && n < ARRAY_SIZE(list); i++) {
		if (same_kind(&s->columns[i], kind))
			list[n++] = i;
	}
	for (size_t from = 0, to; from < n; from = to) {
		to = fitting(s, list, from, n, style->columns);
		str_addf(out, "\n-m%u%s%s\n%-*s", kind->width,
			 strcmp(kind->place, "native") ? " " : "",
			 strcmp(kind->place, "native") ? kind->place : "", NUMBER, "claim");
		for (size_t i = from; i < to; i++)
			str_addf(out, "%*s", cell_width(&s->columns[list[i]]),
				 s->columns[list[i]].compiler);
		str_add(out, "\n");
		for (size_t k = 0; k < s->n; k++) {
			if (!spoken_of(s, &s->v[k], kind))
				continue;
			str_addf(out, "%*u", NUMBER - 1, s->v[k].number);
			str_add(out, " ");
			for (size_t i = from; i < to; i++) {
				const struct stored_claim_result *r = result_in(&s->v[k], list[i]);
				int pad = cell_width(&s->columns[list[i]]) - (int)strlen(mark(r));

				str_addf(out, "%*s", pad, "");
				paint(out, style, colour(r), mark(r));
			}
			str_add(out, "\n");
		}
	}
}

/* May two results of one width and place share a sentence? */
static bool told_together(const struct stored_claims *s, const struct stored_claim_result *a,
			  const struct stored_claim_result *b)
{
	return a->verdict == b->verdict &&
	       same_kind(&s->columns[a->column], &s->columns[b->column]) &&
	       !strcmp(a->reason ? a->reason : "", b->reason ? b->reason : "");
}

/* "true: gcc-12, clang-14: WHY" of result `i` and those that share its sentence. False if an
 * earlier one reported it. */
static bool said(struct str *t, const struct stored_claims *s, const struct stored_claim *c,
		 size_t i)
{
	const struct stored_claim_result *r = &c->v[i];

	t->len = 0;
	for (size_t k = 0; k < i; k++) {
		if (told_together(s, &c->v[k], r))
			return false;
	}
	if (!r->applies) {
		str_addf(t, "-: %s", r->reason);
		return true;
	}
	str_addf(t, "%s:", claim_verdict_names[r->verdict]);
	for (size_t k = i; k < c->n; k++) {
		if (told_together(s, &c->v[k], r))
			str_addf(t, "%s %s", k == i ? "" : ",",
				 s->columns[c->v[k].column].compiler);
	}
	if (r->reason)
		str_addf(t, ": %s", r->reason);
	return true;
}

bool claims_sentence(struct str *t, const struct stored_claims *s, const struct stored_claim *c,
		     size_t i)
{
	const struct stored_claim_column *column = &s->columns[c->v[i].column];
	struct str own = { 0 }, other = { 0 };
	bool reported = !said(&own, s, c, i), elsewhere = false;

	t->len = 0;
	str_addf(t, "-m%u", column->width);
	for (size_t k = 0; k < c->n && !reported; k++) {
		const struct stored_claim_column *at = &s->columns[c->v[k].column];

		if (at->width != column->width || !said(&other, s, c, k) || strcmp(own.s, other.s))
			continue;
		reported = k < i;
		elsewhere = elsewhere || strcmp(at->place, "native");
		str_addf(t, "%s %s", k == i ? "" : ",", at->place);
	}
	/* Where only the native place is meant it goes without saying. */
	if (!elsewhere || !c->v[i].applies) {
		t->len = 0;
		str_addf(t, "-m%u", column->width);
	}
	str_addf(t, " %s", reported ? "" : own.s);
	str_free(&own);
	str_free(&other);
	return !reported;
}

static void evidence(struct str *out, const struct text_style *style,
		     const struct stored_claim_result *r)
{
	struct str t = { 0 };
	const json_t *e;
	size_t i;

	json_array_foreach(r->evidence, i, e)
	{
		const json_t *holds = json_object_get(e, "holds");
		const char *detail = json_string_value(json_object_get(e, "detail"));
		const char *shows = json_string_value(json_object_get(e, "shows"));
		const char *id = json_string_value(json_object_get(e, "id"));
		const char *kind = json_string_value(json_object_get(e, "kind"));

		t.len = 0;
		str_addf(&t, "%s (%s; %s): %s",
			 json_is_null(holds)   ? "not-run"
			 : json_is_true(holds) ? "holds"
					       : "does not hold",
			 kind ? kind : "",
			 json_is_true(json_object_get(e, "decides")) ? "decides" : "told only",
			 shows ? shows : "");
		text_wrap(out, style, "      ", "        ", t.s);
		t.len = 0;
		str_addf(&t, "%s: %s", id ? id : "", detail ? detail : "");
		text_wrap(out, style, "        ", "          ", t.s);
	}
	str_free(&t);
	text_wrap(out, style, "      ", "        ", r->repro);
}

/* In every column that it is about. */
static bool plainly_true(const struct stored_claim *c)
{
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].applies && c->v[i].verdict != CLAIM_TRUE)
			return false;
		any = any || c->v[i].applies;
	}
	return any;
}

void text_claims(struct str *out, const struct stored_claims *s, const struct text_style *style)
{
	struct str t = { 0 };

	if (!s->n)
		return;
	str_addf(out, "The claims of the thread (docs/thread.md), decided at -%s\n", s->opt);
	for (size_t i = 0; i < s->ncolumns; i++) {
		bool first = true, any = false;

		for (size_t k = 0; k < i; k++)
			first = first && !same_kind(&s->columns[k], &s->columns[i]);
		for (size_t k = 0; k < s->n; k++)
			any = any || spoken_of(s, &s->v[k], &s->columns[i]);
		if (first && any)
			table(out, s, &s->columns[i], style);
	}
	str_add(out, "\n");
	for (size_t i = 0; i < s->n; i++) {
		const struct stored_claim *c = &s->v[i];

		t.len = 0;
		str_addf(&t, "%u. %s (%s)%s", c->number, c->text, c->who,
			 !style->every_finding && plainly_true(c) ? ": true" : "");
		text_wrap(out, style, "", "   ", t.s);
		if (!style->every_finding && plainly_true(c))
			continue;
		for (size_t k = 0; k < c->n; k++) {
			/* With evidence, each column speaks for itself. */
			if (style->every_finding && c->v[k].applies) {
				struct stored_claim alone = { .v = &c->v[k], .n = 1 };

				claims_sentence(&t, s, &alone, 0);
				text_wrap(out, style, "   ", "     ", t.s);
				evidence(out, style, &c->v[k]);
			} else if (claims_sentence(&t, s, c, k)) {
				text_wrap(out, style, "   ", "     ", t.s);
			}
		}
	}
	if (!style->every_finding)
		text_wrap(out, style, "", "  ",
			  "The evidence of a verdict: clobber claims --cc COMPILER --width WIDTH "
			  "--claim NUMBER -v");
	str_add(out, "\n");
	str_free(&t);
}

/* The one verdict of a claim in all columns that decided it; CLAIM_EXCEPT where they differ. */
static enum claim_verdict whole_verdict(const struct stored_claim *c)
{
	enum claim_verdict v = CLAIM_NOT_RUN;

	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].applies || c->v[i].verdict == CLAIM_NOT_RUN)
			continue;
		if (v != CLAIM_NOT_RUN && v != c->v[i].verdict)
			return CLAIM_EXCEPT;
		v = c->v[i].verdict;
	}
	return v;
}

void text_claims_line(struct str *out, const struct stored_claims *s,
		      const struct text_style *style)
{
	static const struct {
		enum claim_verdict verdict;
		const char *words;
	} parts[] = { { CLAIM_TRUE, "true" },
		      { CLAIM_FALSE, "false" },
		      { CLAIM_EXCEPT, "mixed" },
		      { CLAIM_NOT_RUN, "not run" } };
	struct str t = { 0 };

	if (!s->n)
		return;
	str_addf(&t, "claims of the thread: ");
	for (size_t k = 0, any = 0; k < ARRAY_SIZE(parts); k++) {
		unsigned n = 0;

		for (size_t i = 0; i < s->n; i++)
			n += whole_verdict(&s->v[i]) == parts[k].verdict;
		if (n)
			str_addf(&t, "%s%u %s", any++ ? ", " : "", n, parts[k].words);
	}
	str_add(&t, " (clobber claims)");
	text_wrap(out, style, "      ", "      ", t.s);
	str_free(&t);
}
