/* SPDX-License-Identifier: MIT */
/* The matrix in short, for the first screen: who conforms to what. Cells say conformance only:
 * where no document decides nobody fails. */
#include "report/style.h"

#include <string.h>

enum { LABEL = 22, LONGEST_NAME = 20 };

static bool same_group(const struct stored_column *a, const struct stored_column *b)
{
	return a->width == b->width && !strcmp(a->compiler, b->compiler) &&
	       !strcmp(a->version, b->version);
}

/* The groups of all columns, those of 64 bit first; compilers that cannot be used at a width have
 * none there. */
static size_t *make_groups(const struct stored *s, struct summary *m)
{
	size_t *of = arena_alloc(s->arena, (s->ncolumns + 1) * sizeof(*of));

	m->group = arena_alloc(s->arena, (s->ncolumns + 1) * sizeof(*m->group));
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < s->ncolumns; i++) {
			const struct stored_column *c = &s->columns[i];
			size_t k = 0;

			if ((c->width == 64) == pass || c->unusable)
				continue;
			while (k < m->ngroups && !same_group(m->group[k], c))
				k++;
			if (k == m->ngroups)
				m->group[m->ngroups++] = c;
			of[i] = k;
		}
	}
	return of;
}

static bool has_convention(const struct stored *s, const char *name)
{
	for (size_t i = 0; i < s->nrows; i++) {
		if (!strcmp(s->rows[i].convention, name))
			return true;
	}
	return false;
}

/* The platform's own convention has a name for each width: with both, one row for the two. */
static const char *row_name(const struct stored *s, const char *convention)
{
	const char *own_64 = convention_default(profile_user(W64))->name;
	const char *own_32 = convention_default(profile_user(W32))->name;

	if (!has_convention(s, own_64) || !has_convention(s, own_32) ||
	    (strcmp(convention, own_64) && strcmp(convention, own_32)))
		return convention;
	return arena_printf(s->arena, "%s/%s", own_64, own_32);
}

/* The name of each row. */
static size_t *make_names(const struct stored *s, struct summary *m)
{
	size_t *of = arena_alloc(s->arena, (s->nrows + 1) * sizeof(*of));

	m->name = arena_alloc(s->arena, (s->nrows + 1) * sizeof(*m->name));
	for (int pass = 0; pass < 4; pass++) {
		for (size_t i = 0; i < s->nrows; i++) {
			const struct row *r = &s->rows[i];
			const char *name = row_name(s, r->convention);
			size_t k = 0;

			if (r->headline == pass / 2 || (r->width == 64) == pass % 2)
				continue;
			if (s->lead[i] != i) {
				of[i] = of[s->lead[i]];
				continue;
			}
			while (k < m->nnames && strcmp(m->name[k], name))
				k++;
			if (k == m->nnames) {
				m->name[m->nnames++] = name;
				m->nheadline += r->headline;
			}
			of[i] = k;
		}
	}
	return of;
}

static void count(struct summary_cell *to, const struct cell *c, const char *place)
{
	to->planned += c->planned;
	to->expressible += c->planned - c->count[VERDICT_UNSUPPORTED_HERE];
	to->executed += c->executed;
	to->known += c->known;
	if (!c->executed)
		return;
	to->native = to->native || !strcmp(place, "native");
	to->place = to->place ? to->place : place;
}

void summary_make(const struct stored *s, const struct causes *c, struct summary *out)
{
	size_t *group, *name, ncells;
	unsigned char *seen;

	*out = (struct summary){ 0 };
	group = make_groups(s, out);
	name = make_names(s, out);
	ncells = out->nnames * out->ngroups;
	out->cell = arena_alloc(s->arena, (ncells + 1) * sizeof(*out->cell));
	seen = arena_alloc(s->arena, ncells * c->n + 1);
	for (size_t i = 0; i < s->ncells; i++) {
		const struct cell *cell = &s->cells[i];
		const struct stored_column *column = &s->columns[cell->column];

		if (!column->unusable)
			count(&out->cell[name[cell->row] * out->ngroups + group[cell->column]],
			      cell, column->place);
	}
	for (size_t i = 0; i < s->nfindings; i++) {
		const struct cell *cell = &s->cells[s->findings[i].cell];
		size_t at = name[cell->row] * out->ngroups + group[cell->column];
		enum cluster_kind kind = c->v[c->of[i]].kind;
		unsigned char *flag = &seen[at * c->n + c->of[i]];

		out->cell[at].died += kind == CLUSTER_DIED;
		out->cell[at].causes += kind == CLUSTER_CAUSE && !*flag;
		*flag = 1;
	}
}

const char *summary_mark(struct arena *a, const struct summary_cell *c, const char **colour)
{
	bool elsewhere = c->executed && !c->native;
	const char *mark;

	*colour = c->causes ? RED : c->died ? MAGENTA : GREEN;
	if (c->causes) {
		mark = arena_printf(a, "FAIL %u", c->causes);
	} else if (c->died) {
		mark = arena_printf(a, "died %u", c->died);
	} else if (!c->executed) {
		*colour = DIM;
		return c->expressible ? "n/r" : "-";
	} else {
		mark = c->known ? "ok k" : "ok";
	}
	return elsewhere ? arena_printf(a, "%s %s", c->place, mark) : mark;
}

static bool same_cells(struct arena *a, const struct summary *m, size_t x, size_t y)
{
	const char *colour;

	for (size_t i = 0; i < m->ngroups; i++) {
		const struct summary_cell *v = &m->cell[x * m->ngroups + i],
					  *w = &m->cell[y * m->ngroups + i];

		if (strcmp(summary_mark(a, v, &colour), summary_mark(a, w, &colour)))
			return false;
	}
	return true;
}

const char *summary_label(struct arena *a, const struct summary *m, size_t name, bool unfold)
{
	size_t more = 0;

	if (name < m->nheadline || unfold)
		return m->name[name];
	for (size_t i = m->nheadline; i < m->nnames; i++) {
		if (i == name || !same_cells(a, m, i, name))
			continue;
		if (i < name)
			return NULL;
		more++;
	}
	return more ? arena_printf(a, "%s, %zu more", m->name[name], more) : m->name[name];
}

/* The room of a column: its widest cell, or its name, and two blanks. */
static int room_of(const struct stored *s, const struct summary *m, size_t group)
{
	size_t room = strlen(m->group[group]->compiler);
	const char *colour;

	room = room > LONGEST_NAME ? LONGEST_NAME : room;
	for (size_t i = 0; i < m->nnames; i++) {
		size_t n =
			strlen(summary_mark(s->arena, &m->cell[i * m->ngroups + group], &colour));

		room = n > room ? n : room;
	}
	return (int)room + 2;
}

/* Is there anything to show? With `folded`, a convention that no compiler can express is not. */
static bool any_cell(const struct summary *m, size_t name, size_t from, size_t to, bool folded)
{
	for (size_t i = from; i < to; i++) {
		const struct summary_cell *c = &m->cell[name * m->ngroups + i];

		if (c->planned && (!folded || c->executed || c->expressible || c->died))
			return true;
	}
	return false;
}

static void line_end(struct str *out)
{
	while (out->len && out->s[out->len - 1] == ' ')
		out->s[--out->len] = 0;
	str_add(out, "\n");
}

static void block(struct str *out, const struct stored *s, const struct summary *m,
		  const struct text_style *style, size_t from, size_t to)
{
	str_addf(out, "%-*s", LABEL, "");
	for (size_t i = from; i < to; i++) {
		bool first = i == from || m->group[i]->width != m->group[i - 1]->width;

		str_addf(out, "%-*s", room_of(s, m, i),
			 first ? arena_printf(s->arena, "%u bit", m->group[i]->width) : "");
	}
	line_end(out);
	str_addf(out, "%-*s", LABEL, "");
	for (size_t i = from; i < to; i++)
		str_addf(out, "%-*.*s", room_of(s, m, i), LONGEST_NAME, m->group[i]->compiler);
	line_end(out);
	for (size_t k = 0; k < m->nnames; k++) {
		const char *label = summary_label(s->arena, m, k, style->every_group), *colour;

		if (!label || !any_cell(m, k, from, to, k >= m->nheadline && !style->every_group))
			continue;
		str_addf(out, "%-*.*s", LABEL, LABEL - 1, label);
		for (size_t i = from; i < to; i++) {
			const char *mark =
				summary_mark(s->arena, &m->cell[k * m->ngroups + i], &colour);

			paint(out, style, colour, mark);
			str_addf(out, "%*s", room_of(s, m, i) - (int)strlen(mark), "");
		}
		line_end(out);
	}
	str_add(out, "\n");
}

/* What the marks that there are mean. */
static void legend(struct str *out, const struct stored *s, const struct summary *m,
		   const struct text_style *style)
{
	static const struct {
		const char *in, *means;
	} marks[] = { { "ok k", "k: known findings only" },
		      { "FAIL", "FAIL n: n causes" },
		      { "died", "died n: the compiler, on n cases" },
		      { "-", "-: not expressible" },
		      { "n/r", "n/r: not run" } };
	const char *colour, *text = "";

	for (size_t k = 0; k < ARRAY_SIZE(marks); k++) {
		bool any = false;

		for (size_t i = 0; i < m->nnames * m->ngroups && !any; i++)
			any = strstr(summary_mark(s->arena, &m->cell[i], &colour), marks[k].in);
		if (any)
			text = arena_printf(s->arena, "%s%s%s", text, *text ? "   " : "",
					    marks[k].means);
	}
	if (*text) {
		text_wrap(out, style, "", "", text);
		str_add(out, "\n");
	}
}

void summary_text(struct str *out, const struct stored *s, const struct summary *m,
		  const struct text_style *style)
{
	for (size_t from = 0, to; from < m->ngroups; from = to) {
		unsigned used = LABEL;

		for (to = from; to < m->ngroups; to++) {
			/* The blanks behind the last column need no room. */
			used += (unsigned)room_of(s, m, to);
			if (to > from && used > style->columns + 2)
				break;
		}
		block(out, s, m, style, from, to);
	}
	legend(out, s, m, style);
}
