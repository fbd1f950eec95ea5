/* SPDX-License-Identifier: MIT */
/* The report in the kernel's dialect of the Test Anything Protocol (Linux,
 * Documentation/dev-tools/ktap.rst, version 1): a test a column, a subtest a cell, the text of the
 * findings as diagnostic lines in front of the result. A cell whose failures are all known is an
 * expected failure. */
#include "report/report.h"
#include "report/style.h"

#include <string.h>

static void diagnostics(struct str *out, const char *indent, char *text)
{
	char *rest;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		str_addf(out, "%s# %s\n", indent, line);
}

/* A `#' begins a directive. */
static const char *words(struct arena *a, const char *s)
{
	char *r = arena_strdup(a, s);

	for (char *p = r; *p; p++) {
		if (*p == '#' || *p == '\n')
			*p = ' ';
	}
	return r;
}

static bool cell(struct str *out, const struct stored *s, const struct cell *c, unsigned number)
{
	bool fails = cell_fails(c);
	struct str text = { 0 };

	if (fails && cell_text(&text, s, c, 100))
		diagnostics(out, "  ", text.s);
	str_free(&text);
	str_addf(out, "  %s %u %s", fails ? "not ok" : "ok", number,
		 words(s->arena, s->rows[c->row].id));
	if (!c->executed)
		str_addf(out, " # SKIP %s", words(s->arena, c->reason ? c->reason : "not run"));
	else if (!fails && c->known)
		str_addf(out, " # XFAIL %u known", c->known);
	str_add(out, "\n");
	return !fails;
}

static void column(struct str *out, const struct stored *s, size_t index)
{
	const struct stored_column *c = &s->columns[index];
	unsigned planned = 0, number = 0, executed = 0;
	const char *name = words(s->arena, arena_printf(s->arena, "%s %s", c->name, c->place));
	bool ok = true;

	for (size_t i = 0; i < s->ncells; i++) {
		planned += s->cells[i].column == index;
		executed += s->cells[i].column == index && s->cells[i].executed;
	}
	str_addf(out, "  KTAP version 1\n  # Subtest: %s\n  1..%u\n", name, planned);
	for (size_t i = 0; i < s->ncells; i++) {
		if (s->cells[i].column == index)
			ok = cell(out, s, &s->cells[i], ++number) && ok;
	}
	str_addf(out, "%s %zu %s", ok ? "ok" : "not ok", index + 1, name);
	if (!executed)
		str_addf(out, " # SKIP %s",
			 words(s->arena, c->unusable  ? c->unusable
					 : c->why_not ? c->why_not
						      : "nothing was run"));
	str_add(out, "\n");
}

void report_ktap(struct str *out, const struct stored *s, bool everything)
{
	struct str totals = { 0 };

	(void)everything;
	str_addf(out, "KTAP version 1\n1..%zu\n", s->ncolumns + s->nvanished);
	for (size_t i = 0; i < s->ncolumns; i++)
		column(out, s, i);
	for (size_t i = 0; i < s->nvanished; i++) {
		const struct vanished *v = &s->vanished[i];

		str_addf(out,
			 "# the known finding vanished: delete the line %s\nnot ok %zu %s %s\n",
			 v->where, s->ncolumns + i + 1, words(s->arena, v->compiler),
			 words(s->arena, v->id));
	}
	report_totals(&totals, s);
	diagnostics(out, "", totals.s);
	str_free(&totals);
}
