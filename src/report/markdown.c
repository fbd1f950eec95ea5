/* SPDX-License-Identifier: MIT */
/* The report as Markdown, for a pull request or the summary of a CI job: GitHub's and GitLab's
 * common dialect (tables, and <details> to fold). */
#include "report/report.h"
#include "report/style.h"

#include <string.h>

enum { FEW_CAUSES = 2 }; /* that many are not folded */

/* Text inside of a table or a paragraph, with what means something there made harmless. */
void markdown_safe(struct str *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			str_add(out, "&lt;");
		else if (*s == '&')
			str_add(out, "&amp;");
		else if (*s == '\n')
			str_add(out, " ");
		else if (strchr("\\|*_`[]~#", *s))
			str_addf(out, "\\%c", *s);
		else
			str_addn(out, s, 1);
	}
}

/* A code span, delimited by more backticks than the text holds in a row. */
static void code(struct str *out, const char *s)
{
	size_t longest = 0, run = 0;
	struct str quote = { 0 };

	for (const char *p = s; *p; p++) {
		run = *p == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (run = 0; run <= longest; run++)
		str_add(&quote, "`");
	str_addf(out, longest ? "%s %s %s" : "%s%s%s", quote.s, s, quote.s);
	str_free(&quote);
}

static void table(struct str *out, const struct stored *s, const struct summary *m)
{
	const char *colour;

	str_add(out, "| |");
	for (size_t i = 0; i < m->ngroups; i++) {
		str_add(out, " ");
		markdown_safe(out, m->group[i]->compiler);
		str_addf(out, " -m%u |", m->group[i]->width);
	}
	str_add(out, "\n|---|");
	for (size_t i = 0; i < m->ngroups; i++)
		str_add(out, "---|");
	str_add(out, "\n");
	for (size_t k = 0; k < m->nnames; k++) {
		const char *label = summary_label(s->arena, m, k, false);
		bool bold = k < m->nheadline;

		if (!label)
			continue;
		str_addf(out, "| %s", bold ? "**" : "");
		markdown_safe(out, label);
		str_addf(out, "%s |", bold ? "**" : "");
		for (size_t i = 0; i < m->ngroups; i++)
			str_addf(out, " %s |",
				 summary_mark(s->arena, &m->cell[k * m->ngroups + i], &colour));
		str_add(out, "\n");
	}
	str_add(out, "\n");
}

void markdown_finding(struct str *out, const struct stored_finding *f, const char *columns)
{
	str_addf(out, "**%s** ", verdict_info[f->verdict].name);
	code(out, f->c->id);
	str_addf(out, " as %s: ", direction_name(f->direction));
	markdown_safe(out, columns);
	str_add(out, "  \n");
	code(out, f->c->prototype);
	str_add(out, " (");
	markdown_safe(out, f->c->where);
	str_add(out, ")  \n");
	markdown_safe(out, f->subject);
	str_add(out, ": expected ");
	markdown_safe(out, f->expected);
	str_add(out, ", got ");
	markdown_safe(out, f->observed);
	if (f->origin) {
		str_add(out, " (");
		markdown_safe(out, f->origin);
		str_add(out, ")");
	}
	str_addf(out, "  \nrule %s (%s): ", f->rule->name, f->rule->status);
	markdown_safe(out, f->rule->sentence);
	str_add(out, " [");
	markdown_safe(out, f->rule->document);
	str_add(out, ", ");
	markdown_safe(out, f->rule->section);
	str_addf(out, "]\n\n    %s\n\n", f->repro);
}

static void causes_of(struct str *out, const struct stored *s, const struct causes *c)
{
	size_t n = c->count[CLUSTER_CAUSE] + c->count[CLUSTER_DIED];

	if (n)
		str_addf(out,
			 "<details%s><summary>Causes: %zu, the most serious first</summary>\n\n",
			 n <= FEW_CAUSES ? " open" : "", n);
	for (size_t i = c->n; i-- > 0;) {
		const struct cluster *v = &c->v[i];

		if (v->kind != CLUSTER_CAUSE && v->kind != CLUSTER_DIED)
			continue;
		str_add(out, "**");
		markdown_safe(out, v->compilers);
		str_add(out, ": ");
		markdown_safe(out, cause_title(s, v));
		str_add(out, "**  \n");
		markdown_finding(out, v->example, text_cluster_columns(s, v));
	}
	if (n)
		str_add(out, "</details>\n\n");
}

static void points(struct str *out, const struct stored *s, const struct causes *c,
		   enum cluster_kind kind, const char *title)
{
	size_t n = c->count[kind];

	if (n)
		str_addf(out, "<details><summary>%s: %zu</summary>\n\n", title, n);
	for (size_t i = c->n; i-- > 0;) {
		const struct cluster *v = &c->v[i];

		if (v->kind != kind)
			continue;
		str_addf(out, "- %s (%zu case%s): ", v->example->rule->name, v->cases,
			 v->cases == 1 ? "" : "s");
		markdown_safe(out, point_words(s, v));
		str_add(out, "\n");
	}
	if (n)
		str_add(out, "\n</details>\n\n");
}

static void known(struct str *out, const struct causes *c)
{
	size_t n = c->count[CLUSTER_KNOWN];

	if (n)
		str_addf(out, "<details><summary>Known findings: %zu</summary>\n\n", n);
	for (size_t i = 0; i < c->n; i++) {
		const struct cluster *v = &c->v[i];

		if (v->kind != CLUSTER_KNOWN)
			continue;
		str_add(out, "- ");
		markdown_safe(out, v->example->known_reason);
		str_add(out, " (");
		markdown_safe(out, v->columns);
		str_addf(out, "; %zu case%s such as ", v->cases, v->cases == 1 ? "" : "s");
		code(out, v->example->c->id);
		str_add(out, ")\n");
	}
	if (n)
		str_add(out, "\n</details>\n\n");
}

static void vanished(struct str *out, const struct stored *s)
{
	for (size_t i = 0; i < s->nvanished; i++) {
		str_add(out, "**vanished** ");
		markdown_safe(out, s->vanished[i].compiler);
		str_add(out, " no longer shows the known finding of ");
		code(out, s->vanished[i].id);
		str_add(out, ": delete the line ");
		markdown_safe(out, s->vanished[i].where);
		str_add(out, "\n\n");
	}
}

static void claims(struct str *out, const struct stored_claims *s)
{
	struct str t = { 0 };

	if (!s->n)
		return;
	str_addf(out, "<details><summary>The claims of the thread, decided at -%s</summary>\n\n",
		 s->opt);
	for (size_t i = 0; i < s->n; i++) {
		const struct stored_claim *c = &s->v[i];

		str_addf(out, "%u. **", c->number);
		markdown_safe(out, c->text);
		str_add(out, "** (");
		markdown_safe(out, c->who);
		str_add(out, ")\n");
		for (size_t k = 0; k < c->n; k++) {
			if (!claims_sentence(&t, s, c, k))
				continue;
			str_add(out, "   - ");
			markdown_safe(out, t.s);
			str_add(out, "\n");
		}
	}
	str_add(out, "\n</details>\n\n");
	str_free(&t);
}

/* The answer in a paragraph, a line each. */
static void answer(struct str *out, const struct stored *s, const struct causes *c)
{
	struct text_style style = { .columns = 1000 };
	struct str t = { 0 };
	char *rest;

	report_answer(&t, s, c, NULL, &style);
	for (char *line = strtok_r(t.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		bool word = *line != ' ';
		size_t n = word ? strcspn(line, " ") : 0;

		if (word)
			str_addf(out, "**%.*s** ", (int)n, line);
		markdown_safe(out, line + n + strspn(line + n, " "));
		str_add(out, "  \n");
	}
	str_add(out, "\n");
	str_free(&t);
}

void report_markdown(struct str *out, const struct stored *s, bool everything)
{
	struct summary summary;
	struct causes c;

	(void)everything;
	report_causes(s, &c);
	summary_make(s, &c, &summary);
	str_addf(out, "## clobber: %s\n\n", answer_fails(s) ? "FAIL" : "ok");
	answer(out, s, &c);
	markdown_safe(out, arena_printf(s->arena, "clobber %s: %s %s, %s, seed %llu", s->version,
					stored_compilers(s), stored_opts(s), stored_place_names(s),
					(unsigned long long)s->seed));
	str_add(out, "\n\n");
	table(out, s, &summary);
	vanished(out, s);
	causes_of(out, s, &c);
	points(out, s, &c, CLUSTER_POINT, "Points no document decides");
	points(out, s, &c, CLUSTER_DE_FACTO, "De facto: no document decides, gcc and clang agree");
	known(out, &c);
	claims(out, &s->claims);
}
