/* SPDX-License-Identifier: MIT */
/* The matrix as text for a terminal or a file: fits the width it is given, colour only when asked.
 */
#include "report/report.h"
#include "report/style.h"
#include "util/terminal.h"

#include <stdio.h>
#include <string.h>

/* What the first screen has room for: causes with an example, in a line, and points. */
enum { FEW_CAUSES = 2, MOST_CAUSES = 12, FEW_POINTS = 6, MOST_VANISHED = 12 };

void text_vanished(struct str *out, const struct stored *m, const struct text_style *style)
{
	size_t most = style->every_finding ? m->nvanished : MOST_VANISHED;

	for (size_t i = 0; i < m->nvanished && i < most; i++) {
		const struct vanished *v = &m->vanished[i];
		struct str s = { 0 };

		str_addf(&s, "%s no longer shows the known finding of %s (%s): %s%s", v->compiler,
			 v->id, v->reason,
			 strcmp(v->reason, IN_BASELINE) ? "delete the line " : "make it anew: ",
			 v->where);
		text_wrap(out, style, "vanished  ", "  ", s.s);
		str_free(&s);
	}
	if (m->nvanished > most)
		str_addf(out, "vanished  ... and %zu more: -v\n", m->nvanished - most);
}

static void findings(struct str *out, const struct stored *m, const struct text_style *style)
{
	for (int level = VERDICT_DE_FACTO; level < VERDICT_COUNT; level++) {
		for (size_t i = 0; i < m->nfindings; i++) {
			const struct stored_finding *f = &m->findings[i];

			if ((int)f->verdict == level)
				text_finding(out, m, style, f, m->columns[f->column].name);
		}
	}
}

void text_absences(struct str *out, const struct stored *m, const struct text_style *style)
{
	const char *last = "";
	struct str s = { 0 };

	for (size_t i = 0; i < m->ncolumns; i++) {
		const struct stored_column *c = &m->columns[i];

		if (i && stored_siblings(&m->columns[i - 1], c))
			continue;
		if (c->unusable) {
			s.len = 0;
			str_addf(&s, "%s -m%u: %s", stored_group(m, c), c->width, c->unusable);
			text_wrap(out, style, "unsupported  ", "             ", s.s);
		} else if (c->why_not && strcmp(last, c->why_not)) {
			last = c->why_not;
			s.len = 0;
			str_addf(&s, "%s -m%u: %s", c->place, c->width, last);
			text_wrap(out, style, "not-run      ", "             ", s.s);
		}
	}
	str_free(&s);
}

/* What ran where: "clobber 0.1.0  gcc-12 12.2.0, ...  -O0 -O2  native, vmx". */
static void header(struct str *out, const struct stored *m, const struct text_style *style)
{
	text_wrap(out, style, "", "  ",
		  arena_printf(m->arena, "clobber %s  %s  %s  %s  seed %llu", m->version,
			       stored_compilers(m), stored_opts(m), stored_place_names(m),
			       (unsigned long long)m->seed));
	str_add(out, "\n");
}

void text_legend(struct str *out, const struct text_style *style)
{
	text_wrap(out, style, "", "",
		  "ok: no document is violated (of points that none decides: a divergence where "
		  "implementations differ, de facto where gcc and clang agree); k: known findings "
		  "only; NV: N cases violate a document; N!: crash or hang; -: not expressible; "
		  "n/r: not run");
	str_add(out, "\n");
}

void report_totals(struct str *out, const struct stored *s)
{
	const char *comma = "";

	str_addf(out, "%u planned = %u executed + %u not run\n", s->planned, s->executed,
		 s->not_run);
	for (int v = VERDICT_COUNT; v-- > 0;) {
		if (!s->total[v])
			continue;
		str_addf(out, "%s%u %s", comma, s->total[v], verdict_info[v].name);
		comma = ", ";
	}
	str_addf(out, "\n%u known, %u unexpected, %zu vanished\n", s->known, s->unexpected,
		 s->nvanished);
}

void text_totals(struct str *out, const struct stored *s, const struct text_style *style)
{
	struct str totals = { 0 };
	char *rest;

	report_totals(&totals, s);
	for (char *line = strtok_r(totals.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		text_wrap(out, style, "", "  ", line);
	str_free(&totals);
}

/* All there is, for -v. */
static void everything(struct str *out, const struct stored *m, const struct text_style *style)
{
	struct text_style claims = *style; /* their evidence is for `clobber claims -v` */

	report_tables(out, m, style);
	text_legend(out, style);
	report_narrow(out, m, style);
	text_absences(out, m, style);
	findings(out, m, style);
	claims.every_finding = false;
	text_claims(out, &m->claims, &claims);
}

void report_text(struct str *out, const struct stored *m, const struct run_facts *run,
		 const struct text_style *style)
{
	struct text_style s = *style;
	struct summary summary;
	struct causes causes;
	bool few;

	if (s.columns < 60)
		s.columns = 60;
	report_causes(m, &causes);
	summary_make(m, &causes, &summary);
	few = causes.count[CLUSTER_CAUSE] <= FEW_CAUSES;
	header(out, m, &s);
	if (s.every_finding)
		everything(out, m, &s);
	summary_text(out, m, &summary, &s);
	if (!s.every_finding)
		text_places(out, m, &s);
	if (!s.every_finding)
		text_causes(out, m, &causes, &s, few ? FEW_CAUSES : 0, MOST_CAUSES);
	text_vanished(out, m, &s);
	if (s.every_finding || causes.count[CLUSTER_POINT] <= FEW_POINTS)
		text_points(out, m, &causes, &s);
	report_answer(out, m, &causes, run, &s);
	if (s.every_finding)
		text_totals(out, m, &s);
}

void report_terminal(struct str *out, const struct stored *s, bool everything)
{
	struct text_style style = terminal_style("auto");

	style.every_group = style.every_finding = everything;
	report_text(out, s, NULL, &style);
}
