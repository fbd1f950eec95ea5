/* SPDX-License-Identifier: MIT */
/* The report for a mail: 72 columns of ASCII, no colour, nothing that breaks when it is quoted.
 * What ran where first, then the matrix, then the findings with their evidence, the most serious
 * first, then what is known, and how to see it oneself. */
#include "report/report.h"
#include "report/style.h"
#include "util/terminal.h"

#include <string.h>

enum { MAIL_COLUMNS = 72 };

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

static void head(struct str *out, const struct stored *s, const struct text_style *style)
{
	struct str totals = { 0 };
	char *rest, *line;

	text_wrap(out, style, "", "",
		  arena_printf(s->arena, "clobber %s: who keeps which calling convention",
			       s->version));
	str_add(out, "\n");
	field(out, style, "compilers", stored_compilers(s));
	field(out, style, "places", stored_places(s));
	field(out, style, "host", host_words(s));
	field(out, style, "seed", arena_printf(s->arena, "%llu", (unsigned long long)s->seed));
	report_totals(&totals, s);
	line = strtok_r(totals.s, "\n", &rest);
	for (const char *name = "result"; line; name = "", line = strtok_r(NULL, "\n", &rest)) {
		if (*name)
			field(out, style, name, line);
		else
			text_wrap(out, style, "            ", "            ", line);
	}
	str_free(&totals);
	str_add(out, "\n");
}

static void title(struct str *out, const char *text)
{
	str_addf(out, "%s\n", text);
	for (size_t i = strlen(text); i; i--)
		str_add(out, "-");
	str_add(out, "\n\n");
}

/* Most serious first. With -v all of them, else one of each fact. */
static void findings(struct str *out, const struct stored *s, const struct text_style *style)
{
	size_t n, reported = 0;
	struct cluster *v = report_clusters(s, &n);

	title(out, "Findings, the most serious first");
	if (style->every_finding) {
		for (int level = VERDICT_COUNT; level-- > VERDICT_DIVERGENCE;) {
			for (size_t i = 0; i < s->nfindings; i++) {
				const struct stored_finding *f = &s->findings[i];

				if ((int)f->verdict != level)
					continue;
				text_finding(out, s, style, f, s->columns[f->column].name);
				reported++;
			}
		}
	}
	for (size_t i = n; i-- > 0 && !style->every_finding;) {
		if (v[i].example->known)
			continue;
		text_finding(out, s, style, v[i].example, text_cluster_columns(s, &v[i]));
		reported++;
	}
	if (!reported)
		str_add(out, "none\n\n");
	for (size_t i = 0, first = 1; i < n; i++) {
		if (!v[i].example->known)
			continue;
		if (first)
			title(out, "Known findings, listed beside the cases with their reasons");
		text_known(out, style, &v[i]);
		first = 0;
		if (i + 1 == n || !v[i + 1].example->known)
			str_add(out, "\n");
	}
	if (s->nvanished) {
		title(out, "Known findings that did not occur: they are to be deleted");
		text_vanished(out, s, style);
		str_add(out, "\n");
	}
}

static void how(struct str *out, const struct stored *s, const struct text_style *style)
{
	title(out, "How to reproduce");
	str_addf(out, "  %s\n\n", s->command ? s->command : "clobber run");
	text_wrap(out, style, "", "",
		  "and the command under each finding repeats that one alone. Payloads, by the "
		  "FNV-1a hash of their code:");
	str_add(out, "\n");
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];

		if (c->text_hash)
			str_addf(out, "  %s  %s\n", c->text_hash, c->id);
	}
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

	head(out, s, &style);
	report_tables(out, s, &style);
	text_legend(out, &style);
	text_absences(out, s, &style);
	findings(out, s, &style);
	if (s->claims.n)
		title(out, "Claims");
	text_claims(out, &s->claims, &(struct text_style){ .columns = MAIL_COLUMNS });
	report_narrow(out, s, &style);
	how(out, s, &style);
	only_ascii(out, from);
}
