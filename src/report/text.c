/* SPDX-License-Identifier: MIT */
/* The matrix as text for a terminal or a file: fits the width it is given, colour only when asked.
 */
#include "report/report.h"
#include "report/style.h"
#include "version.h"

#include <stdio.h>
#include <string.h>

void text_wrap(struct str *out, const struct text_style *style, const char *first,
	       const char *indent, const char *text)
{
	const char *lead = first;

	while (*text) {
		size_t room = style->columns - strlen(lead);
		size_t n = strlen(text), end;

		if (n > room) {
			n = room;
			while (n > 20 && text[n] != ' ')
				n--;
			if (text[n] != ' ')
				n = room;
		}
		end = n;
		while (end && text[end - 1] == ' ')
			end--;
		str_addf(out, "%s%.*s\n", lead, (int)end, text);
		text += n;
		while (*text == ' ')
			text++;
		lead = indent;
	}
}

static void one_finding(struct str *out, const struct matrix *m, const struct text_style *style,
			const struct finding *f, const char *columns)
{
	const struct rule *rule = &rules[f->rule];
	struct str s = { 0 };
	char *proto = gen_prototype(m->arena, f->c);

	if (f->known)
		paint(out, style, YELLOW, "known ");
	paint(out, style, colour_of(f->verdict), verdict_info[f->verdict].name);
	str_addf(&s, "%s  as %s  %s", f->c->id, direction_name(f->direction),
		 place_name(m->plan->columns[f->column].place));
	if (strlen(verdict_info[f->verdict].name) + 8 + s.len <= style->columns) {
		str_addf(out, "  %s\n", s.s);
	} else {
		str_add(out, "\n");
		text_wrap(out, style, "  ", "    ", s.s);
	}
	s.len = 0;
	text_wrap(out, style, "  ", "    ", columns);
	str_addf(&s, "%s:%u: %s", f->c->decl->proto->pos.file, f->c->decl->proto->pos.line, proto);
	text_wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "%s: %s: expected %s, got %s", checks[f->check].name, f->subject, f->expected,
		 f->observed);
	if (f->origin)
		str_addf(&s, " (%s)", f->origin);
	text_wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "rule %s%s: %s [%s, %s]", rule->name,
		 rule->status == STATED   ? ""
		 : rule->status == SILENT ? " (silent)"
					  : " (contradictory)",
		 rule->sentence, documents[rule->document].title, rule->section);
	text_wrap(out, style, "  ", "    ", s.s);
	/* A command is for copying: it is never broken. */
	str_addf(out, "  %s\n\n", f->repeat);
	str_free(&s);
}

/* A known fact in short: what, where, why it is expected. */
static void known_line(struct str *out, const struct text_style *style, const struct cluster *v)
{
	const struct finding *f = v->example;
	struct str s = { 0 };

	str_addf(&s, "%s (%s; %zu case%s such as %s)", f->known->reason, v->columns, v->cases,
		 v->cases == 1 ? "" : "s", f->c->id);
	text_wrap(out, style, "known  ", "  ", s.s);
	str_free(&s);
}

static void vanished(struct str *out, const struct matrix *m, const struct text_style *style)
{
	for (size_t i = 0; i < m->nvanished; i++) {
		const struct vanished *v = &m->vanished[i];
		struct str s = { 0 };

		str_addf(&s,
			 "%s no longer shows the known finding of %s (%s): delete the line %s:%u",
			 v->column->compiler->name, v->c->id, v->known->reason, v->known->pos.file,
			 v->known->pos.line);
		text_wrap(out, style, "vanished  ", "  ", s.s);
		str_free(&s);
	}
}

static void findings(struct str *out, const struct matrix *m, const struct text_style *style)
{
	size_t n;
	struct cluster *v = report_clusters(m->arena, m, &n);

	if (style->every_finding) {
		for (int level = VERDICT_DIVERGENCE; level < VERDICT_COUNT; level++) {
			for (size_t i = 0; i < m->nfindings; i++) {
				const struct finding *f = &m->findings[i];

				if ((int)f->verdict == level)
					one_finding(out, m, style, f,
						    m->plan->columns[f->column].name);
			}
		}
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *columns = v[i].columns;

		if (v[i].example->known) {
			known_line(out, style, &v[i]);
			if (i + 1 == n || !v[i + 1].example->known)
				str_add(out, "\n");
			continue;
		}
		if (v[i].cases > 1)
			columns =
				arena_printf(m->arena, "%s; %s; %zu cases, the smallest:", columns,
					     v[i].conventions, v[i].cases);
		one_finding(out, m, style, v[i].example, columns);
	}
}

/* Length of a column's name without its optimisation. */
static int family_length(const struct column *c)
{
	return (int)(strlen(c->name) - strlen(c->opt) - 2);
}

/* Compilers and conventions that could not be tried, with reasons. */
static void absences(struct str *out, const struct matrix *m, const struct text_style *style)
{
	const char *last = "";
	struct str s = { 0 };

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];

		if (i && same_family(&m->plan->columns[i - 1], c))
			continue;
		if (c->unusable) {
			s.len = 0;
			str_addf(&s, "%.*s: %s", family_length(c), c->name, c->unusable);
			text_wrap(out, style, "unsupported  ", "             ", s.s);
		} else if (m->runs[i].run.why_not && strcmp(last, m->runs[i].run.why_not)) {
			last = m->runs[i].run.why_not;
			s.len = 0;
			str_addf(&s, "%s -m%u: %s", place_name(c->place), width_bits(c->width),
				 last);
			text_wrap(out, style, "not-run      ", "             ", s.s);
		}
	}
	str_free(&s);
}

/* What ran where. */
static void header(struct str *out, const struct matrix *m, const struct text_style *style)
{
	struct str s = { 0 };
	const struct compiler *last = NULL;

	str_addf(&s, "clobber %s, seed %llu", CLOBBER_VERSION, (unsigned long long)m->seed);
	for (enum place_id i = 0; i < PLACES; i++) {
		if (m->engine[i])
			str_addf(&s, ", place %s (%s)", place_name(i), m->engine[i]);
	}
	str_add(&s, ":");
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct compiler *c = m->plan->columns[i].compiler;

		if (c == last)
			continue;
		str_addf(&s, "%s %s %s", last ? "," : "", c->name, c->version);
		last = c;
	}
	text_wrap(out, style, "", "  ", s.s);
	str_add(out, "\n");
	str_free(&s);
}

void report_totals(struct str *out, const struct matrix *m)
{
	const char *comma = "";

	str_addf(out, "%u planned = %u executed + %u not run\n", m->planned, m->executed,
		 m->not_run);
	for (int v = VERDICT_COUNT; v-- > 0;) {
		if (!m->total[v])
			continue;
		str_addf(out, "%s%u %s", comma, m->total[v], verdict_info[v].name);
		comma = ", ";
	}
	str_addf(out, "\n%u known, %u unexpected, %zu vanished\n", m->known, m->unexpected,
		 m->nvanished);
}

void report_text(struct str *out, const struct matrix *m, const struct text_style *style)
{
	struct text_style s = *style;
	struct str totals = { 0 };
	char *rest;

	if (s.columns < 60)
		s.columns = 60;
	header(out, m, &s);
	report_tables(out, m, &s);
	text_wrap(out, &s, "", "",
		  "ok: all checks hold; ok-: some cases not expressible here; -: none expressible; "
		  "NV: "
		  "violate a document; N!: crash or hang; Nk: only known ones of these; Nd: "
		  "documents "
		  "are "
		  "silent or contradict, implementations differ; n/r: not run");
	str_add(out, "\n");
	report_narrow(out, m, &s);
	absences(out, m, &s);
	findings(out, m, &s);
	vanished(out, m, &s);
	report_totals(&totals, m);
	for (char *line = strtok_r(totals.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		text_wrap(out, &s, "", "  ", line);
	str_free(&totals);
}
