/* SPDX-License-Identifier: MIT */
/* The tables of the text report: as many columns side by side as fit the width, the optimisations
 * of a compiler never torn apart. */
#include "report/style.h"
#include "util/terminal.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 19, CELL = 5, MAX_COLUMNS = 256, MOST_DIFFERENCES = 10 };

/* Columns side by side. The first of a compiler is wide enough for its name. */
struct table {
	const struct stored *s;
	const struct text_style *style;
	const struct stored_column *like; /* of the width, profile and place of all columns */
	size_t column[MAX_COLUMNS], n;
	int room[MAX_COLUMNS];
};

struct sum table_sum(const struct stored *s, size_t column, const struct row *like,
		     const char *group, int direction)
{
	size_t lead = s->lead[like - s->rows];
	struct sum sum = { 0 };

	for (size_t i = s->first_cell[column]; i < s->first_cell[column + 1]; i++) {
		const struct cell *c = &s->cells[s->by_column[i]];
		const struct row *r = &s->rows[c->row];

		if (s->lead[c->row] != lead || r->direction != direction ||
		    (group && strcmp(group, r->group)))
			continue;
		sum.planned += c->planned;
		sum.executed += c->executed;
		sum.known += c->known;
		for (int v = 0; v < VERDICT_COUNT; v++)
			sum.count[v] += c->count[v];
		if (c->verdict > sum.verdict)
			sum.verdict = c->verdict;
	}
	return sum;
}

const char *table_mark(char buf[16], const struct sum *s)
{
	unsigned bad =
		s->count[VERDICT_VIOLATION] + s->count[VERDICT_CRASH] + s->count[VERDICT_TIMEOUT];

	if (!s->planned || s->verdict == VERDICT_UNSUPPORTED_HERE) {
		snprintf(buf, 16, "-");
		return DIM;
	}
	if (bad > s->known) {
		bool died = s->count[VERDICT_CRASH] + s->count[VERDICT_TIMEOUT] > 0;

		snprintf(buf, 16, "%u%c", bad - s->known, died ? '!' : 'V');
		return colour_of(died ? VERDICT_CRASH : VERDICT_VIOLATION);
	}
	if (bad) {
		snprintf(buf, 16, "ok k");
		return colour_of(VERDICT_PASS);
	}
	if (s->verdict == VERDICT_NOT_RUN) {
		snprintf(buf, 16, "n/r");
		return DIM;
	}
	snprintf(buf, 16, "ok");
	return colour_of(VERDICT_PASS);
}

static void row(struct str *out, const struct table *t, const struct row *like, const char *group,
		int direction, const char *label)
{
	str_addf(out, "%-*s", LABEL, label);
	for (size_t i = 0; i < t->n; i++) {
		struct sum s = table_sum(t->s, t->column[i], like, group, direction);
		char buf[16];
		const char *colour = table_mark(buf, &s);

		str_addf(out, "%*s", t->room[i] - (int)strlen(buf), "");
		paint(out, t->style, colour, buf);
	}
	str_add(out, "\n");
}

/* Compilers of neighbouring columns once above their optimisations. */
static void head(struct str *out, const struct table *t)
{
	struct str names = { 0 }, opts = { 0 };
	bool user = !strcmp(t->like->profile, "user"), placed = strcmp(t->like->place, "native");
	char title[48];

	snprintf(title, sizeof(title), "-m%u%s%s%s%s", t->like->width, user ? "" : " ",
		 user ? "" : t->like->profile, placed ? " " : "", placed ? t->like->place : "");
	str_addf(&names, "%-*s", LABEL, title);
	str_addf(&opts, "%-*s", LABEL, "");
	for (size_t i = 0; i < t->n;) {
		const struct stored_column *c = &t->s->columns[t->column[i]];
		int room = 0;

		do {
			str_addf(&opts, "%*s", t->room[i], t->s->columns[t->column[i]].opt);
			room += t->room[i++];
		} while (i < t->n && stored_siblings(&t->s->columns[t->column[i]], c));
		str_addf(&names, " %*.*s", room - 1, room - 1, c->compiler);
	}
	if (t->style->colour)
		str_add(out, BOLD);
	str_addf(out, "%s\n%s\n", names.s, opts.s);
	if (t->style->colour)
		str_add(out, OFF);
	str_free(&names);
	str_free(&opts);
}

bool table_leads(const struct stored *s, size_t row)
{
	return s->lead[row] == row;
}

/* Was any case of the convention planned for these columns? */
static bool has_cells(const struct table *t, const struct row *like)
{
	for (size_t i = 0; i < t->n; i++) {
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			if (table_sum(t->s, t->column[i], like, NULL, d).planned)
				return true;
		}
	}
	return false;
}

static void body(struct str *out, const struct table *t)
{
	for (size_t i = 0; i < t->s->nrows; i++) {
		const struct row *r = &t->s->rows[i];
		bool reported =
			r->width != t->like->width || !table_leads(t->s, i) || !has_cells(t, r);

		for (int d = 0; d < CL_DIRECTIONS && !reported; d++) {
			char label[64];

			snprintf(label, sizeof(label), "%-10s %s", d ? "" : r->convention,
				 direction_name(d));
			row(out, t, r, NULL, d, label);
			for (size_t k = 0; t->style->every_group && k < t->s->nrows; k++) {
				const struct row *g = &t->s->rows[k];

				if (g->width != r->width || g->direction != d ||
				    strcmp(g->convention, r->convention))
					continue;
				snprintf(label, sizeof(label), "  %.*s", LABEL - 3, g->group);
				row(out, t, r, g->group, d, label);
			}
		}
	}
}

static void finish(struct str *out, struct table *t)
{
	if (!t->n)
		return;
	head(out, t);
	body(out, t);
	str_add(out, "\n");
	t->n = 0;
}

bool table_same_kind(const struct stored_column *a, const struct stored_column *b)
{
	return a->width == b->width && !strcmp(a->profile, b->profile) &&
	       !strcmp(a->place, b->place);
}

/* The columns of one compiler, i.. up to *end; their summed room. */
static unsigned measure(const struct table *t, size_t i, size_t *end)
{
	const struct stored_column *c = &t->s->columns[i];
	unsigned cells = 0, name = (unsigned)strlen(c->compiler) + 1;

	for (*end = i; *end < t->s->ncolumns && stored_siblings(&t->s->columns[*end], c); ++*end)
		cells += CELL;
	if (name > 24)
		name = 24;
	return cells < name ? name : cells;
}

static void add_compiler(struct table *t, size_t i, size_t end, unsigned room)
{
	unsigned first = room - CELL * (unsigned)(end - i - 1);

	for (; i < end && t->n < MAX_COLUMNS; i++, first = CELL) {
		t->column[t->n] = i;
		t->room[t->n++] = (int)first;
	}
}

static void one_kind(struct str *out, struct table *t)
{
	unsigned used = LABEL;
	size_t end;

	for (size_t i = 0; i < t->s->ncolumns; i = end) {
		unsigned room;

		end = i + 1;
		if (!table_same_kind(&t->s->columns[i], t->like) || t->s->columns[i].unusable)
			continue;
		room = measure(t, i, &end);
		if (used + room > t->style->columns || t->n + (end - i) > MAX_COLUMNS) {
			finish(out, t);
			used = LABEL;
		}
		add_compiler(t, i, end, room);
		used += room;
	}
	finish(out, t);
}

/* Is anything different in this place and profile? If not, the tables of the first place say
 * everything. */
static bool differs(const struct stored *s, const struct stored_column *like)
{
	for (size_t i = 0; i < s->ndifferences; i++) {
		if (table_same_kind(&s->columns[s->differences[i].column], like))
			return true;
	}
	return false;
}

void text_places(struct str *out, const struct stored *s, const struct text_style *style)
{
	for (size_t i = 0; i < s->nplaces; i++) {
		const struct stored_place *p = &s->places[i];
		size_t n = 0;
		char *line;

		for (size_t k = 0; k < s->ndifferences; k++)
			n += !strcmp(s->columns[s->differences[k].column].place, p->name);
		if (!style->every_finding && !n)
			continue;
		if (p->why_not) {
			line = arena_printf(s->arena, "place %s: %s", p->name, p->why_not);
			text_wrap(out, style, "not-run      ", "             ", line);
			str_add(out, "\n");
		}
		if (p->instead) {
			line = arena_printf(s->arena, "place %s instead of native: %s", p->name,
					    p->instead);
			text_wrap(out, style, "", "  ", line);
			if (!p->compared && !p->alone)
				str_add(out, "\n");
		}
		if (!p->compared && !p->alone)
			continue;
		line = arena_printf(s->arena, "place %s (%s): ", p->name, p->engine);
		if (n)
			line = arena_printf(s->arena,
					    "%s%u cases, %zu of them with another verdict than "
					    "natively",
					    line, p->compared, n);
		else if (p->compared)
			line = arena_printf(s->arena,
					    "%s%u cases, all with the same verdict as natively",
					    line, p->compared);
		if (p->alone)
			line = arena_printf(s->arena, "%s%s%u cases without a native verdict", line,
					    p->compared ? "; " : "", p->alone);
		text_wrap(out, style, "", "  ", line);
		for (size_t k = 0, reported = 0; k < s->ndifferences; k++) {
			const struct difference *d = &s->differences[k];

			if (strcmp(s->columns[d->column].place, p->name))
				continue;
			if (++reported > MOST_DIFFERENCES && !style->every_finding) {
				str_addf(out, "  and %zu more: with -v\n", n - MOST_DIFFERENCES);
				break;
			}
			line = arena_printf(
				s->arena, "%s as %s, %s: %s, natively %s%s%s", d->id,
				direction_name(d->direction), s->columns[d->column].name,
				verdict_info[d->verdict].name, verdict_info[d->native].name,
				d->reason ? ": " : "", d->reason ? d->reason : "");
			text_wrap(out, style, "  ", "    ", line);
		}
		str_add(out, "\n");
	}
}

static bool same_code(const struct stored_column *a, const struct stored_column *b)
{
	return a->width == b->width && !strcmp(a->profile, b->profile);
}

/* Did anything run in columns of the width, profile and place? */
static bool ran(const struct stored *s, const struct stored_column *like)
{
	for (size_t i = 0; i < s->ncolumns; i++) {
		if (!table_same_kind(&s->columns[i], like))
			continue;
		for (size_t k = s->first_cell[i]; k < s->first_cell[i + 1]; k++) {
			if (s->cells[s->by_column[k]].executed)
				return true;
		}
	}
	return false;
}

/* Of the places of one width and profile, the first in which anything ran, else the first. */
static bool leads_places(const struct stored *s, size_t column)
{
	const struct stored_column *c = &s->columns[column];
	bool runs = ran(s, c);

	for (size_t k = 0; k < s->ncolumns; k++) {
		const struct stored_column *o = &s->columns[k];

		if (!same_code(o, c) || table_same_kind(o, c))
			continue;
		if (k < column ? ran(s, o) || !runs : ran(s, o) && !runs)
			return false;
	}
	return true;
}

size_t *table_kinds(const struct stored *s, size_t *n)
{
	unsigned char *reported = arena_alloc(s->arena, s->ncolumns + 1);
	size_t *v = arena_alloc(s->arena, (s->ncolumns + 1) * sizeof(*v));

	*n = 0;
	for (unsigned pass = 0; pass < 6; pass++) {
		for (size_t i = 0; i < s->ncolumns; i++) {
			const struct stored_column *c = &s->columns[i];
			unsigned rank = !strcmp(c->profile, "user")     ? 0
					: !strcmp(c->profile, "kernel") ? 2
									: 4;

			if (reported[i] || rank + (c->width == 32) != pass)
				continue;
			for (size_t k = i; k < s->ncolumns; k++)
				reported[k] |= table_same_kind(&s->columns[k], c);
			if (leads_places(s, i) || differs(s, c))
				v[(*n)++] = i;
		}
	}
	return v;
}

void report_tables(struct str *out, const struct stored *s, const struct text_style *style)
{
	size_t n, *kinds = table_kinds(s, &n);

	for (size_t i = 0; i < n; i++) {
		struct table t = { .s = s, .style = style, .like = &s->columns[kinds[i]] };

		one_kind(out, &t);
	}
	text_places(out, s, style);
}
