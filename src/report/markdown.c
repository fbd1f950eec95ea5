/* SPDX-License-Identifier: MIT */
/* The report as Markdown, for a pull request or the summary of a CI job: GitHub's and GitLab's
 * common dialect (tables, and <details> to fold). */
#include "report/report.h"
#include "report/style.h"

#include <string.h>

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

static bool shown(const struct stored_column *c, const struct stored_column *kind)
{
	return table_same_kind(c, kind) && !c->unusable;
}

static void row(struct str *out, const struct stored *s, const struct row *r, int direction,
		const struct stored_column *kind)
{
	bool bold = r->headline && !direction;

	str_addf(out, "| %s%s%s | %s |", bold ? "**" : "", direction ? "" : r->convention,
		 bold ? "**" : "", direction_name(direction));
	for (size_t k = 0; k < s->ncolumns; k++) {
		char mark[16];
		struct sum sum;

		if (!shown(&s->columns[k], kind))
			continue;
		sum = table_sum(s, k, r, NULL, direction);
		table_mark(mark, &sum);
		str_addf(out, " %s |", mark);
	}
	str_add(out, "\n");
}

static bool has_cells(const struct stored *s, const struct row *r,
		      const struct stored_column *kind)
{
	for (size_t k = 0; k < s->ncolumns; k++) {
		if (shown(&s->columns[k], kind) && (table_sum(s, k, r, NULL, CL_CALLEE).planned ||
						    table_sum(s, k, r, NULL, CL_CALLER).planned))
			return true;
	}
	return false;
}

static void table(struct str *out, const struct stored *s, const struct stored_column *kind)
{
	bool user = !strcmp(kind->profile, "user"), native = !strcmp(kind->place, "native");
	size_t n = 0;

	for (size_t i = 0; i < s->ncolumns; i++)
		n += shown(&s->columns[i], kind);
	if (!n)
		return;
	str_addf(out, "| -m%u%s%s%s%s | as |", kind->width, user ? "" : " ",
		 user ? "" : kind->profile, native ? "" : " ", native ? "" : kind->place);
	for (size_t i = 0; i < s->ncolumns; i++) {
		if (!shown(&s->columns[i], kind))
			continue;
		str_add(out, " ");
		markdown_safe(out, s->columns[i].compiler);
		str_addf(out, " %s |", s->columns[i].opt);
	}
	str_add(out, "\n|---|---|");
	for (size_t i = 0; i < n; i++)
		str_add(out, "--:|");
	str_add(out, "\n");
	for (size_t i = 0; i < s->nrows; i++) {
		if (s->rows[i].width != kind->width || !table_leads(s, i) ||
		    !has_cells(s, &s->rows[i], kind))
			continue;
		for (int d = 0; d < CL_DIRECTIONS; d++)
			row(out, s, &s->rows[i], d, kind);
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

static void findings(struct str *out, const struct stored *s)
{
	size_t n, unknown = 0, known = 0;
	struct cluster *v = report_clusters(s, &n);

	for (size_t i = 0; i < n; i++) {
		unknown += !v[i].example->known;
		known += v[i].example->known;
	}
	if (unknown)
		str_addf(out,
			 "<details%s><summary>Findings: %zu, the most serious "
			 "first</summary>\n\n",
			 s->unexpected ? " open" : "", unknown);
	for (size_t i = n; i-- > 0;) {
		if (!v[i].example->known)
			markdown_finding(out, v[i].example, text_cluster_columns(s, &v[i]));
	}
	if (unknown)
		str_add(out, "</details>\n\n");
	if (known)
		str_addf(out, "<details><summary>Known findings: %zu</summary>\n\n", known);
	for (size_t i = 0; i < n; i++) {
		if (!v[i].example->known)
			continue;
		str_add(out, "- ");
		markdown_safe(out, v[i].example->known_reason);
		str_add(out, " (");
		markdown_safe(out, v[i].columns);
		str_addf(out, "; %zu case%s such as ", v[i].cases, v[i].cases == 1 ? "" : "s");
		code(out, v[i].example->c->id);
		str_add(out, ")\n");
	}
	if (known)
		str_add(out, "\n</details>\n\n");
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

void report_markdown(struct str *out, const struct stored *s, bool everything)
{
	struct str totals = { 0 };
	char *line, *rest;
	size_t n, *kinds;
	bool first = true;

	(void)everything;
	str_addf(out, "## clobber: %s\n\n",
		 s->unexpected || s->nvanished ? "findings that are not expected"
					       : "nothing unexpected");
	report_totals(&totals, s);
	for (line = strtok_r(totals.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		str_addf(out, "%s%s", first ? "" : "  \n", line);
		first = false;
	}
	str_free(&totals);
	str_add(out, "\n\n");
	markdown_safe(out, arena_printf(s->arena, "clobber %s, seed %llu, places %s: %s",
					s->version, (unsigned long long)s->seed, stored_places(s),
					stored_compilers(s)));
	str_add(out, "\n\n");
	for (size_t i = 0; i < s->nplaces; i++) {
		const struct stored_place *p = &s->places[i];

		if (p->instead) {
			markdown_safe(out, arena_printf(s->arena, "place %s instead of native: %s",
							p->name, p->instead));
			str_add(out, "\n\n");
		}
	}
	kinds = table_kinds(s, &n);
	for (size_t i = 0; i < n; i++)
		table(out, s, &s->columns[kinds[i]]);
	str_add(out, "ok: all checks hold; ok-: some cases not expressible here; NV: violate a "
		     "document; N!: crash or hang; Nk: only known ones of these; Nd: documents "
		     "are silent or contradict, implementations differ; n/r: not run\n\n");
	findings(out, s);
	claims(out, &s->claims);
}
