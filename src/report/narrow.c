/* SPDX-License-Identifier: MIT */
/* The part of the text report on bits above narrow arguments: who extends, who relies on it, and
 * which callers and callees therefore do not go together. */
#include "report/style.h"

#include <string.h>

static const char *const names[NARROWS] = { "_Bool", "char", "short" };

/* "char, short; char on the stack" of the flags that are set. */
static void list(struct str *out, const bool set[NARROWS][2])
{
	bool begun = false;

	for (int stack = 0; stack < 2; stack++) {
		bool first = true;

		for (int n = 0; n < NARROWS; n++) {
			if (!set[n][stack])
				continue;
			str_addf(out, "%s%s", !begun ? "" : first ? "; " : ", ", names[n]);
			first = false;
			begun = true;
		}
		if (stack && !first)
			str_add(out, " on the stack");
	}
}

struct habits {
	bool leaves[NARROWS][2], relies[NARROWS][2];
	bool any_left, any_relied, seen;
};

static struct habits habits_of(const struct matrix *m, size_t column, size_t conv)
{
	const struct extension *e = extension_of(m, column, conv);
	struct habits h;

	memset(&h, 0, sizeof(h));
	for (int n = 0; n < NARROWS; n++) {
		for (int s = 0; s < 2; s++) {
			h.leaves[n][s] = e->seen[n][s] && !e->extends[n][s];
			h.relies[n][s] = e->relies[n][s];
			h.any_left = h.any_left || h.leaves[n][s];
			h.any_relied = h.any_relied || h.relies[n][s];
			h.seen = h.seen || e->seen[n][s];
		}
	}
	return h;
}

static bool same(const struct habits *a, const struct habits *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Conventions of one column with the same habits are one line. */
static void one_line(struct str *out, const struct matrix *m, const struct text_style *style,
		     size_t column, size_t conv)
{
	struct habits h = habits_of(m, column, conv);
	struct str s = { 0 };

	str_addf(&s, "%s, %s", m->plan->columns[column].name, conventions[conv]->name);
	for (size_t k = conv + 1; conventions[k]; k++) {
		struct habits o = habits_of(m, column, k);

		if (o.seen && same(&h, &o))
			str_addf(&s, ", %s", conventions[k]->name);
	}
	str_add(&s, h.any_left ? ": as a caller does not extend " : ": as a caller extends all");
	list(&s, h.leaves);
	if (h.any_relied)
		str_add(&s, "; as a callee relies on ");
	list(&s, h.relies);
	text_wrap(out, style, "  ", "    ", s.s);
	str_free(&s);
}

static void column_lines(struct str *out, const struct matrix *m, const struct text_style *style,
			 size_t column)
{
	for (size_t i = 0; conventions[i]; i++) {
		struct habits h = habits_of(m, column, i);
		bool told = !h.any_left && !h.any_relied;

		for (size_t k = 0; k < i && !told; k++) {
			struct habits o = habits_of(m, column, k);

			told = o.seen && same(&h, &o);
		}
		if (!told)
			one_line(out, m, style, column, i);
	}
}

/* Callees that break when called by `caller` under a convention. */
static void unsafe(struct str *out, const struct matrix *m, const struct text_style *style,
		   size_t caller)
{
	for (size_t conv = 0; conventions[conv]; conv++) {
		struct str s = { 0 };

		for (size_t k = 0; k < m->plan->ncolumns; k++) {
			if (same_world(&m->plan->columns[caller], &m->plan->columns[k]) &&
			    extension_unsafe(m, caller, k, conv))
				str_addf(&s, "%s%s", s.len ? ", " : "", m->plan->columns[k].name);
		}
		if (s.len) {
			char *line = arena_printf(
				m->arena, "under %s, code of %s must not call code of %s",
				conventions[conv]->name, m->plan->columns[caller].name, s.s);

			text_wrap(out, style, "  unsafe: ", "    ", line);
		}
		str_free(&s);
	}
}

void report_narrow(struct str *out, const struct matrix *m, const struct text_style *style)
{
	size_t start;

	text_wrap(out, style, "", "  ",
		  "Integers narrower than int, of which no document says who extends them "
		  "(compilers not "
		  "listed extend as callers and do not rely on it as callees):");
	start = out->len;
	/* What code does is the same in every place it runs in. */
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		if (m->plan->columns[i].built == i)
			column_lines(out, m, style, i);
	}
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		if (m->plan->columns[i].built == i)
			unsafe(out, m, style, i);
	}
	if (out->len == start)
		str_add(out, "  none\n");
	str_add(out, "\n");
}
