/* SPDX-License-Identifier: MIT */
/* The part of the text report on bits above narrow arguments: who extends, who relies on it, and
 * which callers and callees therefore do not go together. */
#include "report/style.h"
#include "util/terminal.h"

#include <string.h>

/* "char, short; char on the stack" of the flags that are set. */
static void list(struct str *out, const bool set[NARROWS][2])
{
	bool begun = false;

	for (int stack = 0; stack < 2; stack++) {
		bool first = true;

		for (int n = 0; n < NARROWS; n++) {
			if (!set[n][stack])
				continue;
			str_addf(out, "%s%s", !begun ? "" : first ? "; " : ", ", narrow_names[n]);
			first = false;
			begun = true;
		}
		if (stack && !first)
			str_add(out, " on the stack");
	}
}

static bool any(const bool set[NARROWS][2])
{
	for (int n = 0; n < NARROWS; n++) {
		if (set[n][0] || set[n][1])
			return true;
	}
	return false;
}

static bool same(const struct stored_narrow *a, const struct stored_narrow *b)
{
	return a->column == b->column && !memcmp(a->leaves, b->leaves, sizeof(a->leaves)) &&
	       !memcmp(a->relies, b->relies, sizeof(a->relies));
}

/* Conventions of one column with the same habits are one line: that of the first. */
static void one_line(struct str *out, const struct stored *s, const struct text_style *style,
		     size_t at)
{
	const struct stored_narrow *w = &s->narrow[at];
	struct str line = { 0 };

	for (size_t k = 0; k < at; k++) {
		if (same(&s->narrow[k], w) && s->narrow[k].seen)
			return;
	}
	str_addf(&line, "%s, %s", s->columns[w->column].name, w->convention);
	for (size_t k = at + 1; k < s->nnarrow; k++) {
		if (same(&s->narrow[k], w) && s->narrow[k].seen)
			str_addf(&line, ", %s", s->narrow[k].convention);
	}
	str_add(&line,
		any(w->leaves) ? ": as a caller does not extend " : ": as a caller extends all");
	list(&line, w->leaves);
	if (any(w->relies))
		str_add(&line, "; as a callee relies on ");
	list(&line, w->relies);
	text_wrap(out, style, "  ", "    ", line.s);
	str_free(&line);
}

/* Callees that break when called by the code of one column. */
static void unsafe(struct str *out, const struct stored *s, const struct text_style *style,
		   const struct stored_narrow *w)
{
	struct str callees = { 0 };
	const json_t *id;
	size_t i;

	json_array_foreach(w->unsafe, i, id)
	{
		const char *name = json_string_value(id);

		for (size_t k = 0; name && k < s->ncolumns; k++) {
			if (!strcmp(s->columns[k].id, name))
				str_addf(&callees, "%s%s", callees.len ? ", " : "",
					 s->columns[k].name);
		}
	}
	if (callees.len) {
		char *line = arena_printf(s->arena, "under %s, code of %s must not call code of %s",
					  w->convention, s->columns[w->column].name, callees.s);

		text_wrap(out, style, "  unsafe: ", "    ", line);
	}
	str_free(&callees);
}

void report_narrow(struct str *out, const struct stored *s, const struct text_style *style)
{
	size_t start;

	text_wrap(out, style, "", "  ",
		  "Integers narrower than int, of which no document says who extends them "
		  "(compilers not "
		  "listed extend as callers and do not rely on it as callees):");
	start = out->len;
	for (size_t i = 0; i < s->nnarrow; i++) {
		/* What code does is the same in every place it runs in. */
		if (s->columns[s->narrow[i].column].built != s->narrow[i].column)
			continue;
		if (any(s->narrow[i].leaves) || any(s->narrow[i].relies))
			one_line(out, s, style, i);
	}
	for (size_t i = 0; i < s->nnarrow; i++) {
		if (s->columns[s->narrow[i].column].built == s->narrow[i].column)
			unsafe(out, s, style, &s->narrow[i]);
	}
	if (out->len == start)
		str_add(out, "  none\n");
	str_add(out, "\n");
}
