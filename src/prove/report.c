/* SPDX-License-Identifier: MIT */
/* report.h: the form of `clobber check's report. */
#include "prove/report.h"

#include "check/check.h"
#include "report/style.h"

#include <stdlib.h>
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

static void functions(struct str *out, const struct proofs *r, const struct text_style *style,
		      bool verbose)
{
	const struct prove_subject *f = r->f;
	const struct proof *p = r->p;

	for (size_t i = 0; i < r->n; i++) {
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
		text_wrap(out, style, "  ", "    ", check_rule_text(a, x->rule, EDITION_LATEST));
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

static void totals(struct str *out, const struct proofs *r)
{
	size_t count[OPEN + 1] = { 0 };
	const char *comma = "";

	for (size_t i = 0; i < r->n; i++)
		count[r->p[i].answer]++;
	str_addf(out, "%zu function%s: ", r->n, r->n == 1 ? "" : "s");
	for (int i = 0; i <= OPEN; i++) {
		if (!count[i])
			continue;
		str_addf(out, "%s%zu %s", comma, count[i], answer_name[i]);
		comma = ", ";
	}
	str_add(out, "\n");
}

void prove_report(struct arena *a, struct str *out, const struct proofs *r,
		  const struct text_style *style, bool verbose, bool quiet)
{
	static const enum answer order[] = { REFUTED, OPEN };

	if (!quiet)
		functions(out, r, style, verbose);
	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		for (size_t i = 0; i < r->n; i++) {
			if (r->p[i].answer == order[k])
				details(a, out, &r->f[i], &r->p[i], style);
		}
	}
	totals(out, r);
}

struct reason {
	const char *words;
	enum answer answer;
	size_t n;
	const char *first; /* the function */
};

static int by_number(const void *x, const void *y)
{
	const struct reason *a = x, *b = y;

	if (a->answer != b->answer)
		return (int)a->answer - (int)b->answer;
	return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : strcmp(a->words, b->words);
}

/* Numbers and names apart, two reasons are the same. */
static const char *kind_of(struct arena *a, const struct proof *p)
{
	const struct proof_finding *x = p->finding;
	const char *words = x->words, *digits;

	if (!p->nfindings)
		return "?";
	if (p->answer == REFUTED)
		return arena_printf(a, "%s", checks[x->check].name);
	digits = strpbrk(words, "0123456789");
	if (x->check == CHECK_SAVED)
		words = "a register that has to be preserved leaves with a value of which nothing "
			"is known";
	else if (digits && strncmp(words, "what", 4) != 0)
		words = arena_printf(a, "%.*s...", (int)(digits - words), words);
	return words;
}

void prove_reasons(struct arena *a, struct str *out, const struct proofs *r)
{
	struct reason *v = arena_alloc(a, (r->n + 1) * sizeof(*v));
	size_t n = 0, k;

	totals(out, r);
	for (size_t i = 0; i < r->n; i++) {
		const char *words;

		if (r->p[i].answer == PROVED)
			continue;
		words = kind_of(a, &r->p[i]);
		for (k = 0; k < n; k++) {
			if (v[k].answer == r->p[i].answer && !strcmp(v[k].words, words))
				break;
		}
		if (k == n)
			v[n++] = (struct reason){ words, r->p[i].answer, 0, r->f[i].name };
		v[k].n++;
	}
	if (!n)
		return;
	qsort(v, n, sizeof(*v), by_number);
	str_add(out, "\n| functions | answer | reason | the first |\n|---|---|---|---|\n");
	for (k = 0; k < n; k++)
		str_addf(out, "| %zu | %s | %s | %s |\n", v[k].n, answer_name[v[k].answer],
			 v[k].words, v[k].first);
}

int prove_status(const struct proofs *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->p[i].answer == REFUTED)
			return 1;
	}
	return 0;
}
