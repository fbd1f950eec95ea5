/* SPDX-License-Identifier: MIT */
/* report.h: the form of `clobber check's report. */
#include "prove/report.h"

#include "check/check.h"
#include "report/style.h"

#include <string.h>

static const char *colour(enum answer a)
{
	return a == PROVED ? GREEN : a == REFUTED ? RED : YELLOW;
}

static void assumptions(struct str *out, const struct proof *p, const struct text_style *style)
{
	for (size_t i = 0; i < p->nassumptions; i++)
		text_wrap(out, style, "  if ", "     ", p->assumption[i]);
}

static void functions(struct str *out, const struct prove_subject *f, const struct proof *p,
		      size_t n, const struct text_style *style, bool verbose)
{
	for (size_t i = 0; i < n; i++) {
		const char *word = answer_name[p[i].answer];

		paint(out, style, colour(p[i].answer), word);
		str_addf(out, "%*s%s/%s", 12 - (int)strlen(word), "", f[i].conv->name, f[i].name);
		if (p[i].answer == PROVED && p[i].nassumptions)
			str_addf(out, "  if %zu assumption%s hold%s", p[i].nassumptions,
				 p[i].nassumptions == 1 ? "" : "s",
				 p[i].nassumptions == 1 ? "s" : "");
		str_add(out, "\n");
		if (verbose)
			assumptions(out, &p[i], style);
	}
	str_add(out, "\n");
}

static void finding(struct arena *a, struct str *out, const struct proof_finding *x, bool refuted,
		    const struct text_style *style)
{
	text_wrap(out, style, "  ", "    ",
		  x->check == CHECK_COUNT || !refuted
			  ? x->words
			  : arena_printf(a, "%s: %s", checks[x->check].name, x->words));
	if (x->instruction)
		text_wrap(out, style, "  at ", "    ", x->instruction);
	if (x->hint)
		text_wrap(out, style, refuted ? "  " : "  to close it: ", "    ", x->hint);
	for (size_t i = 0; i < x->npath; i++)
		text_wrap(out, style, i ? "       " : "  path ", "         ", x->path[i].words);
	if (refuted && x->rule)
		text_wrap(out, style, "  ", "    ", check_rule_text(a, x->rule));
}

static void details(struct arena *a, struct str *out, const struct prove_subject *f,
		    const struct proof *p, const struct text_style *style)
{
	paint(out, style, colour(p->answer), answer_name[p->answer]);
	str_addf(out, "  %s/%s\n", f->conv->name, f->name);
	if (f->proto)
		text_wrap(out, style, "  ", "    ",
			  arena_printf(a, "%s:%u: %s", f->proto->pos.file, f->proto->pos.line,
				       f->proto->text));
	for (size_t i = 0; i < p->nfindings; i++)
		finding(a, out, &p->finding[i], p->answer == REFUTED, style);
	str_add(out, "\n");
}

int prove_report(struct arena *a, struct str *out, const struct prove_subject *f,
		 const struct proof *p, size_t n, const struct text_style *style, bool verbose)
{
	static const enum answer order[] = { REFUTED, OPEN };
	size_t count[OPEN + 1] = { 0 };
	const char *comma = "";

	functions(out, f, p, n, style, verbose);
	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		for (size_t i = 0; i < n; i++) {
			if (p[i].answer == order[k])
				details(a, out, &f[i], &p[i], style);
		}
	}
	for (size_t i = 0; i < n; i++)
		count[p[i].answer]++;
	str_addf(out, "%zu function%s: ", n, n == 1 ? "" : "s");
	for (int i = 0; i <= OPEN; i++) {
		if (!count[i])
			continue;
		str_addf(out, "%s%zu %s", comma, count[i], answer_name[i]);
		comma = ", ";
	}
	str_add(out, "\n");
	return count[REFUTED] ? 1 : 0;
}
