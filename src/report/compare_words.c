/* SPDX-License-Identifier: MIT */
/* A comparison as text and Markdown. A change that several columns share is reported once. */
#include "report/compare.h"
#include "report/style.h"
#include "util/terminal.h"

#include <stdlib.h>
#include <string.h>

/* More of a kind than a reader wants at once. */
enum { MAX_TOLD = 20 };

/* Changes of one cause, in one or more cases and columns. */
struct group {
	const struct finding_change *example; /* of the shortest prototype */
	unsigned char *columns, *cases;       /* by column and case of the example's matrix */
	size_t ncases;
};

struct groups {
	struct group *v;
	size_t n;
};

static const struct stored *side(const struct comparison *c, const struct finding_change *f)
{
	return f->new ? c->new : c->old;
}

/* Is the subject part of the cause? Which register it was is; which argument it was is not. */
static const char *subject_of(const struct stored_finding *f)
{
	return !strcmp(f->check, checks[CHECK_SAVED].name) ||
			       !strcmp(f->check, checks[CHECK_FAULT].name)
		       ? f->subject
		       : "";
}

/* What happened, and to what kind of compiler; what no document decides is one fact of all. */
static const char *cause_key(const struct comparison *c, const struct finding_change *x)
{
	const struct stored_finding *f = change_finding(x);
	struct arena *a = c->new->arena;
	const char *what = arena_printf(a, "%s %s", verdict_info[f->verdict].name, f->rule->name);

	if (x->old && x->new && x->old->verdict != x->new->verdict)
		what = arena_printf(a, "%s %s", what, verdict_info[x->old->verdict].name);
	if (f->known)
		return arena_printf(a, "%s known %s", what, f->known_reason);
	if (!strcmp(f->expected, "unspecified"))
		return what;
	return arena_printf(a, "%s %s %u %s %s", what, side(c, x)->columns[f->column].compiler,
			    f->c->width, f->check, subject_of(f));
}

static size_t weight(const struct finding_change *x)
{
	const struct stored_finding *f = change_finding(x);

	return f->c->arguments * 1000 + strlen(f->c->prototype);
}

static struct groups group_changes(const struct comparison *c, enum change kind, bool regression)
{
	struct groups g = { 0 };
	json_t *index = json_object();
	struct arena *a = c->new->arena;

	for (size_t i = 0; i < c->nfindings; i++) {
		const struct finding_change *f = &c->findings[i];
		const struct stored *s = side(c, f);
		struct group *to;
		const char *key;
		const json_t *at;
		size_t k;

		if (f->kind != kind || f->regression != regression)
			continue;
		key = cause_key(c, f);
		at = json_object_get(index, key);
		k = at ? (size_t)json_integer_value(at) : g.n;
		if (!at) {
			json_object_set_new_nocheck(index, key, json_integer((json_int_t)k));
			g.v = arena_grow(a, g.v, g.n, sizeof(*g.v));
			g.v[g.n++] = (struct group){ .example = f,
						     .columns = arena_alloc(a, s->ncolumns + 1),
						     .cases = arena_alloc(a, s->ncases + 1) };
		}
		to = &g.v[k];
		if (weight(f) < weight(to->example))
			to->example = f;
		to->columns[change_finding(f)->column] = 1;
		to->ncases += !to->cases[change_finding(f)->c - s->cases]++;
	}
	json_decref(index);
	return g;
}

/* "cc/64/O2; 33 cases, the smallest: int f(int a)": columns, and how many cases if not one. */
static const char *group_words(const struct comparison *c, const struct group *g)
{
	const struct stored *s = side(c, g->example);
	struct arena *a = c->new->arena;
	const char *t = "";

	for (size_t i = 0; i < s->ncolumns; i++) {
		if (g->columns[i])
			t = arena_printf(a, "%s%s%s", t, *t ? ", " : "", s->columns[i].id);
	}
	if (g->ncases == 1)
		return t;
	return arena_printf(a, "%s; %zu cases, the smallest: %s", t, g->ncases,
			    change_finding(g->example)->c->prototype);
}

static const char *headline(const struct comparison *c)
{
	struct arena *a = c->new->arena;

	if (!c->regressions)
		return "no regressions";
	return arena_printf(a, "%u regression%s", c->regressions, c->regressions == 1 ? "" : "s");
}

/* "new 2, changed 0, fixed 1, vanished 0" */
static const char *counts(struct arena *a, const unsigned n[CHANGE_COUNT])
{
	char *s = arena_strdup(a, "");

	for (int i = 0; i < CHANGE_COUNT; i++)
		s = arena_printf(a, "%s%s%u %s", s, *s ? ", " : "", n[i], change_names[i]);
	return s;
}

/* "old/matrix.json of 2026-11-28 01:40, clobber 0.1.0: gcc-12 12.2.0 (/usr/bin/gcc-12)" */
static const char *side_words(struct arena *a, const struct stored *s,
			      const struct compared_file *file)
{
	char *t = arena_printf(a, "%s%s%s, clobber %s: ", file->path ? file->path : "a matrix",
			       file->date ? " of " : "", file->date ? file->date : "", s->version);
	const char *separator = "";

	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *n = &s->columns[i];

		if (i && !strcmp(n[-1].compiler, n->compiler))
			continue;
		t = arena_printf(a, "%s%s%s %s%s%s%s", t, separator, n->compiler, n->version,
				 n->path ? " (" : "", n->path ? n->path : "", n->path ? ")" : "");
		separator = ", ";
	}
	return t;
}

/* What else is different between the two, and therefore may explain changes. */
static const char *circumstances(const struct comparison *c)
{
	struct arena *a = c->new->arena;
	char *s = arena_strdup(a, "");

	if (c->old->seed != c->new->seed)
		s = arena_printf(a, "%sseed %llu before, %llu now; ", s,
				 (unsigned long long)c->old->seed,
				 (unsigned long long)c->new->seed);
	for (size_t i = 0; i < c->new->ncolumns; i++) {
		const struct stored_column *n = &c->new->columns[i], *o;

		if (c->old_of[i] == NO_COLUMN)
			continue;
		o = &c->old->columns[c->old_of[i]];
		if ((strcmp(o->version, n->version) || strcmp(o->compiler, n->compiler)) &&
		    (!i || strcmp(n[-1].compiler, n->compiler)))
			s = arena_printf(a, "%s%s %s before, %s %s now; ", s, o->compiler,
					 o->version, n->compiler, n->version);
	}
	if (*s)
		s[strlen(s) - 2] = 0;
	return s;
}

static const char *left_out(const struct comparison *c)
{
	return arena_printf(
		c->new->arena,
		"%u findings of what no document decides: they compare the compilers of "
		"a run, and those are not the same",
		c->left_out);
}

/* Names of the columns that are in one of the two only. */
static const char *lonely(const struct comparison *c, bool added)
{
	const struct stored *s = added ? c->new : c->old;
	const int *other = added ? c->old_of : c->new_of;
	char *t = arena_strdup(c->new->arena, "");

	for (size_t i = 0; i < s->ncolumns; i++) {
		if (other[i] == NO_COLUMN)
			t = arena_printf(c->new->arena, "%s%s%s", t, *t ? ", " : "",
					 s->columns[i].id);
	}
	return t;
}

/* The same of absent ones, and whether that is a regression. */
static const char *absent_words(const struct comparison *c)
{
	if (c->part || !c->lost)
		return lonely(c, false);
	return arena_printf(
		c->new->arena, "%s: %zu of them ran before: %s", lonely(c, false), c->lost,
		"regressions; --map OLD=NEW says what is now called otherwise, --part that "
		"the second run was asked for less");
}

static const char *cell_words(const struct comparison *c, const struct cell_change *x)
{
	const struct stored *s = x->new ? c->new : c->old;
	const struct cell *cell = x->new ? x->new : x->old;
	struct arena *a = c->new->arena;
	const char *name =
		arena_printf(a, "%s in %s", s->rows[cell->row].id, s->columns[cell->column].id);

	if (!x->new || !x->old)
		return arena_printf(a, "%s: %s", name, verdict_info[cell->verdict].name);
	if (x->regression)
		return arena_printf(a, "%s: %u of %u cases run, were %u%s%s", name,
				    x->new->executed, x->new->planned, x->old->executed,
				    x->new->reason ? ": " : "",
				    x->new->reason ? x->new->reason : "");
	if (x->old->verdict == x->new->verdict)
		return arena_printf(a, "%s: %u of %u cases run, were %u", name, x->new->executed,
				    x->new->planned, x->old->executed);
	return arena_printf(a, "%s: %s, was %s", name, verdict_info[x->new->verdict].name,
			    verdict_info[x->old->verdict].name);
}

/* Text ----------------------------------------------------------------------------------------- */

static void title(struct str *out, const char *what)
{
	str_addf(out, "%s\n", what);
	for (size_t i = strlen(what); i; i--)
		str_add(out, "-");
	str_add(out, "\n");
}

static void text_change(struct str *out, const struct comparison *c, const struct group *g,
			const struct text_style *style, bool full)
{
	const struct stored_finding *f = change_finding(g->example);
	struct arena *a = c->new->arena;

	if (full) {
		if (g->example->how)
			str_addf(out, "(%s) ", g->example->how);
		text_finding(out, side(c, g->example), style, f, group_words(c, g));
		return;
	}
	text_wrap(out, style, "  ", "    ",
		  arena_printf(a, "%s%s %s as %s, %s: %s: %s%s%s%s", f->known ? "known " : "",
			       verdict_info[f->verdict].name, f->c->id,
			       direction_name(f->direction), group_words(c, g), f->check,
			       f->subject, g->example->how ? " (" : "",
			       g->example->how ? g->example->how : "", g->example->how ? ")" : ""));
}

/* One kind of changes; regressions in full. */
static void text_changes(struct str *out, const struct comparison *c, enum change kind,
			 bool regression, const struct text_style *style, bool everything)
{
	struct groups g = group_changes(c, kind, regression);

	if (g.n)
		title(out, arena_printf(c->new->arena, "%s%s findings",
					regression ? "Regressions: " : "", change_names[kind]));
	for (size_t i = 0; i < g.n; i++) {
		if (i == MAX_TOLD && !everything) {
			str_addf(out, "  ... and %zu more: -v lists them\n", g.n - i);
			break;
		}
		text_change(out, c, &g.v[i], style, regression);
	}
	if (g.n)
		str_add(out, "\n");
}

static void text_cells(struct str *out, const struct comparison *c, bool regression,
		       const struct text_style *style, bool everything)
{
	size_t reported = 0;

	for (size_t i = 0; i < c->ncells; i++) {
		const struct cell_change *x = &c->cells[i];

		if (x->regression != regression)
			continue;
		if (!reported)
			title(out, regression ? "Regressions: cells with fewer cases run, or none"
					      : "Cells");
		if (reported++ < MAX_TOLD || everything)
			text_wrap(out, style, "  ", "    ",
				  arena_printf(c->new->arena, "%s  %s", change_names[x->kind],
					       cell_words(c, x)));
	}
	if (reported > MAX_TOLD && !everything)
		str_addf(out, "  ... and %zu more: -v lists them\n", reported - MAX_TOLD);
	if (reported)
		str_add(out, "\n");
}

void compare_text(struct str *out, const struct comparison *c, bool everything)
{
	struct text_style style = { .columns = 80 };
	struct arena *a = c->new->arena;
	const char *also = circumstances(c);

	text_wrap(out, &style, "", "  ",
		  arena_printf(a, "%s; %zu columns compared, %zu added, %zu absent", headline(c),
			       c->compared, c->added, c->absent));
	text_wrap(out, &style, "old:      ", "  ", side_words(a, c->old, &c->old_file));
	text_wrap(out, &style, "new:      ", "  ", side_words(a, c->new, &c->new_file));
	text_wrap(out, &style, "findings: ", "  ", counts(a, c->finding_count));
	text_wrap(out, &style, "cells:    ", "  ", counts(a, c->cell_count));
	if (*also)
		text_wrap(out, &style, "also:     ", "  ", also);
	if (c->left_out)
		text_wrap(out, &style, "left out: ", "  ", left_out(c));
	if (c->added)
		text_wrap(out, &style, "added:    ", "  ", lonely(c, true));
	if (c->absent)
		text_wrap(out, &style, "absent:   ", "  ", absent_words(c));
	str_add(out, "\n");
	for (int r = 1; r >= 0; r--) {
		for (int k = 0; k < CHANGE_COUNT; k++)
			text_changes(out, c, (enum change)k, r, &style, everything);
		text_cells(out, c, r, &style, everything);
	}
}

/* Markdown ------------------------------------------------------------------------------------- */

static void markdown_changes(struct str *out, const struct comparison *c, enum change kind,
			     bool regression, bool everything)
{
	struct groups g = group_changes(c, kind, regression);

	if (g.n)
		str_addf(out, "<details%s><summary>%s%s findings: %zu</summary>\n\n",
			 regression ? " open" : "", regression ? "Regressions: " : "",
			 change_names[kind], g.n);
	for (size_t i = 0; i < g.n; i++) {
		if (i == MAX_TOLD && !everything) {
			str_addf(out, "... and %zu more\n\n", g.n - i);
			break;
		}
		if (g.v[i].example->how) {
			markdown_safe(out, g.v[i].example->how);
			str_add(out, ": ");
		}
		markdown_finding(out, change_finding(g.v[i].example), group_words(c, &g.v[i]));
	}
	if (g.n)
		str_add(out, "</details>\n\n");
}

void compare_markdown(struct str *out, const struct comparison *c, bool everything)
{
	const char *also = circumstances(c);
	struct arena *a = c->new->arena;
	size_t reported = 0;

	str_addf(out, "## clobber compare: %s\n\n", headline(c));
	str_addf(out, "| | %s | %s | %s | %s |\n|---|--:|--:|--:|--:|\n", change_names[0],
		 change_names[1], change_names[2], change_names[3]);
	str_addf(out, "| findings | %u | %u | %u | %u |\n", c->finding_count[0],
		 c->finding_count[1], c->finding_count[2], c->finding_count[3]);
	str_addf(out, "| cells | %u | %u | %u | %u |\n\n", c->cell_count[0], c->cell_count[1],
		 c->cell_count[2], c->cell_count[3]);
	str_addf(out, "%zu columns compared, %zu added, %zu absent\n\n", c->compared, c->added,
		 c->absent);
	str_add(out, "old: ");
	markdown_safe(out, side_words(a, c->old, &c->old_file));
	str_add(out, "  \nnew: ");
	markdown_safe(out, side_words(a, c->new, &c->new_file));
	str_add(out, "\n\n");
	if (c->absent) {
		str_add(out, "Absent: ");
		markdown_safe(out, absent_words(c));
		str_add(out, "\n\n");
	}
	if (*also) {
		markdown_safe(out, also);
		str_add(out, "\n\n");
	}
	if (c->left_out)
		str_addf(out, "Left out: %s\n\n", left_out(c));
	for (int r = 1; r >= 0; r--) {
		for (int k = 0; k < CHANGE_COUNT; k++)
			markdown_changes(out, c, (enum change)k, r, everything);
	}
	for (size_t i = 0; i < c->ncells; i++) {
		if (!reported++)
			str_addf(out, "<details><summary>Cells: %zu</summary>\n\n", c->ncells);
		if (reported > MAX_TOLD && !everything) {
			str_addf(out, "- ... and %zu more\n", c->ncells - i);
			break;
		}
		str_addf(out, "- %s%s ", c->cells[i].regression ? "**less run**, " : "",
			 change_names[c->cells[i].kind]);
		markdown_safe(out, cell_words(c, &c->cells[i]));
		str_add(out, "\n");
	}
	if (reported)
		str_add(out, "\n</details>\n");
}
