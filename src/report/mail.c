/* SPDX-License-Identifier: MIT */
/* The report for a mail: 72 columns of ASCII, no colour, nothing that breaks when it is quoted.
 * The answer first, then what ran where, the matrix in short, the causes with one example each, the
 * most serious first, and how to see it oneself. With -v all there is. */
#include "report/report.h"
#include "report/style.h"
#include "util/terminal.h"

#include <string.h>

enum { MAIL_COLUMNS = 72, FULL_CAUSES = 10, MOST_CAUSES = 40 };

static void field(struct str *out, const struct text_style *style, const char *name,
		  const char *value)
{
	char lead[32] = "";

	strcat(strncat(lead, name, 20), ":             ");
	lead[12] = 0;
	text_wrap(out, style, lead, "            ", value);
}

static const char *host_words(const struct stored *s)
{
	const char *of[4];
	static const char *const keys[] = { "cpu", "machine", "system", "release" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		of[i] = json_string_value(json_object_get(s->host, keys[i]));
		of[i] = of[i] ? of[i] : "unknown";
	}
	return arena_printf(s->arena, "%s, %s, %s %s", of[0], of[1], of[2], of[3]);
}

static void title(struct str *out, const char *text)
{
	str_addf(out, "%s\n", text);
	for (size_t i = strlen(text); i; i--)
		str_add(out, "-");
	str_add(out, "\n\n");
}

static void head(struct str *out, const struct stored *s, const struct causes *c,
		 const struct text_style *style)
{
	text_wrap(out, style, "", "",
		  arena_printf(s->arena, "clobber %s: who keeps which calling convention",
			       s->version));
	str_add(out, "\n");
	report_answer(out, s, c, NULL, style);
	str_add(out, "\n");
	field(out, style, "compilers",
	      arena_printf(s->arena, "%s  %s", stored_compilers(s), stored_opts(s)));
	field(out, style, "places", stored_places(s));
	field(out, style, "host", host_words(s));
	str_add(out, "\n");
}

/* Every finding, most serious first. */
static void every_finding(struct str *out, const struct stored *s, const struct text_style *style)
{
	for (int level = VERDICT_COUNT; level-- > VERDICT_DE_FACTO;) {
		for (size_t i = 0; i < s->nfindings; i++) {
			const struct stored_finding *f = &s->findings[i];

			if ((int)f->verdict == level)
				text_finding(out, s, style, f, s->columns[f->column].name);
		}
	}
}

static void findings(struct str *out, const struct stored *s, const struct causes *c,
		     const struct text_style *style)
{
	if (style->every_finding) {
		title(out, "Findings, the most serious first");
		every_finding(out, s, style);
	} else if (c->count[CLUSTER_CAUSE] + c->count[CLUSTER_DIED]) {
		title(out, "Causes, the most serious first");
		text_causes(out, s, c, style, FULL_CAUSES, MOST_CAUSES);
		text_died(out, s, c, style);
	}
	if (s->nvanished) {
		title(out, "Known findings that did not occur: they are to be deleted");
		text_vanished(out, s, style);
		str_add(out, "\n");
	}
	if (!style->every_finding)
		return;
	for (size_t i = 0, first = 1; i < c->n; i++) {
		if (c->v[i].kind != CLUSTER_KNOWN)
			continue;
		if (first)
			title(out, "Known findings, listed beside the cases with their reasons");
		text_known(out, style, &c->v[i]);
		first = 0;
		if (i + 1 == c->n || c->v[i + 1].kind != CLUSTER_KNOWN)
			str_add(out, "\n");
	}
}

static void payloads(struct str *out, const struct stored *s)
{
	str_add(out, "Payloads, by the FNV-1a hash of their code:\n\n");
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];

		if (c->text_hash)
			str_addf(out, "  %s  %s\n", c->text_hash, c->id);
	}
	str_add(out, "\n");
}

/* What is not ASCII may be lost in a mail: shown as question marks. */
static void only_ascii(struct str *s, size_t from)
{
	for (size_t i = from; i < s->len; i++) {
		unsigned char c = (unsigned char)s->s[i];

		if (c >= 0x7f || (c < ' ' && c != '\n'))
			s->s[i] = '?';
	}
}

void report_mail(struct str *out, const struct stored *s, bool everything)
{
	struct text_style style = { .columns = MAIL_COLUMNS,
				    .every_group = everything,
				    .every_finding = everything };
	size_t from = out->len;
	struct summary summary;
	struct causes causes;

	report_causes(s, &causes);
	summary_make(s, &causes, &summary);
	head(out, s, &causes, &style);
	summary_text(out, s, &summary, &style);
	if (everything) {
		report_tables(out, s, &style);
		text_legend(out, &style);
		text_absences(out, s, &style);
	}
	if (!everything)
		text_places(out, s, &style);
	findings(out, s, &causes, &style);
	text_points(out, s, &causes, &style);
	if (everything) {
		text_claims(out, &s->claims, &(struct text_style){ .columns = MAIL_COLUMNS });
		report_narrow(out, s, &style);
		payloads(out, s);
	}
	str_addf(out, "Again:\n\n  %s\n", s->command ? s->command : "clobber run");
	only_ascii(out, from);
}
