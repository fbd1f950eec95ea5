/* SPDX-License-Identifier: MIT */
/* The matrix as text for a terminal or a file: fits the width it is given, colour only when asked.
 */
#include "report/report.h"
#include "version.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 19, CELL = 5, EXAMPLES = 1 };

#define RED     "\033[31m"
#define GREEN   "\033[32m"
#define YELLOW  "\033[33m"
#define MAGENTA "\033[35m"
#define DIM     "\033[2m"
#define BOLD    "\033[1m"
#define OFF     "\033[0m"

static const char *colour_of(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
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

static void paint(struct str *out, const struct text_style *s, const char *colour, const char *text)
{
	str_addf(out, "%s%s%s", s->colour ? colour : "", text, s->colour ? OFF : "");
}

/* Counts of the cells of several rows. */
struct sum {
	unsigned planned, executed, known, count[VERDICT_COUNT];
	enum verdict verdict;
};

static struct sum add_cells(const struct matrix *m, size_t column, const struct convention *conv,
			    const char *group, int direction)
{
	struct sum s = { 0 };

	for (size_t i = 0; i < m->ncells; i++) {
		const struct cell *c = &m->cells[i];
		const struct row *r = &m->rows[c->row];

		if (c->column != column || r->conv != conv || r->direction != direction ||
		    (group && strcmp(group, r->group)))
			continue;
		s.planned += c->planned;
		s.executed += c->executed;
		s.known += c->known;
		for (int v = 0; v < VERDICT_COUNT; v++)
			s.count[v] += c->count[v];
		if (c->verdict > s.verdict)
			s.verdict = c->verdict;
	}
	return s;
}

/* Five characters at most: "ok", "ok-", "12d", "3V", "1!", "-", "n/r". */
static void cell_text(char buf[16], const struct sum *s)
{
	unsigned bad =
		s->count[VERDICT_VIOLATION] + s->count[VERDICT_CRASH] + s->count[VERDICT_TIMEOUT];

	if (bad && bad == s->known) {
		snprintf(buf, 16, "%uk", bad);
		return;
	}
	switch (s->planned ? s->verdict : VERDICT_UNSUPPORTED_HERE) {
	case VERDICT_PASS:
		snprintf(buf, 16, s->executed == s->planned ? "ok" : "ok-");
		break;
	case VERDICT_NOT_RUN:
		snprintf(buf, 16, "n/r");
		break;
	case VERDICT_DIVERGENCE:
		snprintf(buf, 16, "%ud", s->count[VERDICT_DIVERGENCE]);
		break;
	case VERDICT_VIOLATION:
		snprintf(buf, 16, "%uV", bad - s->known);
		break;
	case VERDICT_TIMEOUT:
	case VERDICT_CRASH:
		snprintf(buf, 16, "%u!", bad - s->known);
		break;
	default:
		snprintf(buf, 16, "-");
	}
}

static void table_row(struct str *out, const struct matrix *m, const struct text_style *style,
		      const size_t *columns, size_t n, const struct convention *conv,
		      const char *group, int direction, const char *label)
{
	str_addf(out, "%-*s", LABEL, label);
	for (size_t i = 0; i < n; i++) {
		struct sum s = add_cells(m, columns[i], conv, group, direction);
		char buf[16];

		cell_text(buf, &s);
		str_addf(out, "%*s", CELL - (int)strlen(buf), "");
		paint(out, style,
		      strchr(buf, 'k') && *buf != 'o'
			      ? YELLOW
			      : colour_of(s.planned ? s.verdict : VERDICT_UNSUPPORTED_HERE),
		      buf);
	}
	str_add(out, "\n");
}

/* Compilers of neighbouring columns once above their optimisations. */
static void table_head(struct str *out, const struct matrix *m, const struct text_style *style,
		       const size_t *columns, size_t n, enum width w)
{
	struct str names = { 0 }, opts = { 0 };
	char title[32];

	snprintf(title, sizeof(title), "-m%u", width_bits(w));
	str_addf(&names, "%-*s", LABEL, title);
	str_addf(&opts, "%-*s", LABEL, "");
	for (size_t i = 0; i < n;) {
		const struct column *c = &m->plan->columns[columns[i]];
		size_t k = i;
		int room;

		for (; k < n && m->plan->columns[columns[k]].compiler == c->compiler; k++)
			str_addf(&opts, "%*s", CELL, m->plan->columns[columns[k]].opt);
		room = (int)(k - i) * CELL - 1;
		str_addf(&names, " %*.*s", room, room, c->compiler->name);
		i = k;
	}
	if (style->colour)
		str_add(out, BOLD);
	str_addf(out, "%s\n%s\n", names.s, opts.s);
	if (style->colour)
		str_add(out, OFF);
	str_free(&names);
	str_free(&opts);
}

static bool has_cases(const struct matrix *m, const struct convention *c)
{
	for (size_t i = 0; i < m->nrows; i++) {
		if (m->rows[i].conv == c)
			return true;
	}
	return false;
}

static void table_body(struct str *out, const struct matrix *m, const struct text_style *style,
		       const size_t *columns, size_t n, enum width w)
{
	for (const struct convention *const *c = conventions; *c; c++) {
		if ((*c)->width != w || !has_cases(m, *c))
			continue;
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			char label[64];

			snprintf(label, sizeof(label), "%-11s%s", d ? "" : (*c)->name,
				 direction_name(d));
			table_row(out, m, style, columns, n, *c, NULL, d, label);
			for (size_t i = 0; style->every_group && i < m->nrows; i++) {
				if (m->rows[i].conv != *c || m->rows[i].direction != d)
					continue;
				snprintf(label, sizeof(label), "  %.*s", LABEL - 3,
					 m->rows[i].group);
				table_row(out, m, style, columns, n, *c, m->rows[i].group, d,
					  label);
			}
		}
	}
}

/* One table a width, as many columns side by side as fit, compilers never torn apart. */
static void tables(struct str *out, const struct matrix *m, const struct text_style *style)
{
	size_t fit = (style->columns > LABEL + 2 * CELL ? style->columns - LABEL : 2 * CELL) / CELL;

	for (int w = W64; w >= W32; w--) {
		size_t columns[256], n = 0;

		for (size_t i = 0; i <= m->plan->ncolumns; i++) {
			bool last = i == m->plan->ncolumns;
			size_t same = 0;

			if (!last &&
			    ((int)m->plan->columns[i].width != w || m->plan->columns[i].unusable))
				continue;
			for (size_t k = i;
			     !last && k < m->plan->ncolumns &&
			     m->plan->columns[k].compiler == m->plan->columns[i].compiler &&
			     (int)m->plan->columns[k].width == w;
			     k++)
				same++;
			if (n && (last || (n + same > fit &&
					   (i == 0 ||
					    m->plan->columns[i].compiler !=
						    m->plan->columns[columns[n - 1]].compiler)))) {
				table_head(out, m, style, columns, n, (enum width)w);
				table_body(out, m, style, columns, n, (enum width)w);
				str_add(out, "\n");
				n = 0;
			}
			if (!last && n < ARRAY_SIZE(columns))
				columns[n++] = i;
		}
	}
}

/* Append text wrapped at the width, each line indented. */
static void wrap(struct str *out, const struct text_style *style, const char *first,
		 const char *indent, const char *text)
{
	const char *lead = first;

	while (*text) {
		size_t room = style->columns - strlen(lead);
		size_t n = strlen(text);

		if (n > room) {
			n = room;
			while (n > 20 && text[n] != ' ')
				n--;
			if (text[n] != ' ')
				n = room;
		}
		str_addf(out, "%s%.*s\n", lead, (int)n, text);
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
	str_addf(out, "  %s  as %s  %s\n", f->c->id, direction_name(f->direction), m->place);
	wrap(out, style, "  ", "    ", columns);
	str_addf(&s, "%s:%u: %s", f->c->decl->proto->pos.file, f->c->decl->proto->pos.line, proto);
	wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "%s: %s: expected %s, got %s", checks[f->check].name, f->subject, f->expected,
		 f->observed);
	if (f->origin)
		str_addf(&s, " (%s)", f->origin);
	wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "rule %s%s: %s [%s, %s]", rule->name,
		 rule->status == STATED   ? ""
		 : rule->status == SILENT ? " (silent)"
					  : " (contradictory)",
		 rule->sentence, documents[rule->document].title, rule->section);
	wrap(out, style, "  ", "    ", s.s);
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
	wrap(out, style, "known  ", "  ", s.s);
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
		wrap(out, style, "vanished  ", "  ", s.s);
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

/* Compilers and conventions that could not be tried, with reasons. */
static void absences(struct str *out, const struct matrix *m, const struct text_style *style)
{
	const char *last = "";
	struct str s = { 0 };

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];

		if (i && m->plan->columns[i - 1].compiler == c->compiler &&
		    m->plan->columns[i - 1].width == c->width)
			continue;
		if (c->unusable) {
			s.len = 0;
			str_addf(&s, "%s -m%u: %s", c->compiler->name, width_bits(c->width),
				 c->unusable);
			wrap(out, style, "unsupported  ", "             ", s.s);
		} else if (m->runs[i].run.why_not && strcmp(last, m->runs[i].run.why_not)) {
			last = m->runs[i].run.why_not;
			s.len = 0;
			str_addf(&s, "%s -m%u: %s", m->place, width_bits(c->width), last);
			wrap(out, style, "not-run      ", "             ", s.s);
		}
	}
	str_free(&s);
}

/* What ran where. */
static void header(struct str *out, const struct matrix *m, const struct text_style *style)
{
	struct str s = { 0 };
	const struct compiler *last = NULL;

	str_addf(&s, "clobber %s, seed %llu, place %s (%s):", CLOBBER_VERSION,
		 (unsigned long long)m->seed, m->place, m->engine);
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct compiler *c = m->plan->columns[i].compiler;

		if (c == last)
			continue;
		str_addf(&s, "%s %s %s", last ? "," : "", c->name, c->version);
		last = c;
	}
	wrap(out, style, "", "  ", s.s);
	str_add(out, "\n");
	str_free(&s);
}

void report_totals(struct str *out, const struct matrix *m)
{
	const char *comma = ": ";

	str_addf(out, "%u planned = %u executed + %u not run", m->planned, m->executed, m->not_run);
	for (int v = VERDICT_COUNT; v-- > 0;) {
		if (!m->total[v])
			continue;
		str_addf(out, "%s%u %s", comma, m->total[v], verdict_info[v].name);
		comma = ", ";
	}
	if (m->known || m->nvanished)
		str_addf(out, " (%u known, %u unexpected, %zu vanished)", m->known, m->unexpected,
			 m->nvanished);
	str_add(out, "\n");
}

void report_text(struct str *out, const struct matrix *m, const struct text_style *style)
{
	struct text_style s = *style;

	if (s.columns < 60)
		s.columns = 60;
	header(out, m, &s);
	tables(out, m, &s);
	str_add(out,
		"ok all checks hold   ok- some cases not expressible here   - none expressible\n"
		"NV violate a document   N! crash or hang   Nk only known ones of these\n"
		"Nd documents are silent or contradict, implementations differ   n/r not run\n\n");
	absences(out, m, &s);
	findings(out, m, &s);
	vanished(out, m, &s);
	report_totals(out, m);
}
