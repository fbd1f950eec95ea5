/* SPDX-License-Identifier: MIT */
/* One finding as text, and the columns that a cluster of findings is about. */
#include "report/report.h"
#include "report/style.h"
#include "util/terminal.h"

#include <string.h>

void text_finding(struct str *out, const struct stored *m, const struct text_style *style,
		  const struct stored_finding *f, const char *columns)
{
	const struct stored_rule *rule = f->rule;
	const char *place = m->columns[f->column].place;
	struct str s = { 0 };

	if (f->known)
		paint(out, style, YELLOW, "known ");
	paint(out, style, colour_of(f->verdict), verdict_info[f->verdict].name);
	str_addf(&s, "%s  as %s  %s", f->c->id, direction_name(f->direction), place);
	if (strlen(verdict_info[f->verdict].name) + 8 + s.len <= style->columns) {
		str_addf(out, "  %s\n", s.s);
	} else {
		str_add(out, "\n");
		text_wrap(out, style, "  ", "    ", s.s);
	}
	s.len = 0;
	text_wrap(out, style, "  ", "    ", columns);
	str_addf(&s, "%s: %s", f->c->where, f->c->prototype);
	text_wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "%s: %s: expected %s, got %s", f->check, f->subject, f->expected, f->observed);
	if (f->origin)
		str_addf(&s, " (%s)", f->origin);
	text_wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "rule %s", rule->name);
	if (strcmp(rule->status, "stated"))
		str_addf(&s, " (%s)", rule->status);
	str_addf(&s, ": %s [%s (%s), %s]", rule->sentence, rule->document, rule->edition,
		 rule->section);
	text_wrap(out, style, "  ", "    ", s.s);
	/* A command is for copying: it is never broken. */
	str_addf(out, "  %s\n\n", f->repro);
	str_free(&s);
}

/* A known fact in short: what, where, why it is expected. */
void text_known(struct str *out, const struct text_style *style, const struct cluster *v)
{
	const struct stored_finding *f = v->example;
	struct str s = { 0 };

	str_addf(&s, "%s (%s; %zu case%s such as %s)", f->known_reason, v->columns, v->cases,
		 v->cases == 1 ? "" : "s", f->c->id);
	text_wrap(out, style, "known  ", "  ", s.s);
	str_free(&s);
}

const char *text_cluster_columns(const struct stored *s, const struct cluster *v)
{
	if (v->cases <= 1)
		return v->columns;
	return arena_printf(s->arena, "%s; %s; %zu cases, the smallest:", v->columns,
			    v->conventions, v->cases);
}
