/* SPDX-License-Identifier: MIT */
/* The tables of the text report: as many columns side by side as fit the width, the optimisations
 * of a compiler never torn apart. */
#include "report/style.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 19, CELL = 5, MAX_COLUMNS = 256 };

const char *colour_of(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return GREEN;
	case VERDICT_DIVERGENCE:
		return YELLOW;
	case VERDICT_VIOLATION:
		return RED;
	case VERDICT_CRASH:
	case VERDICT_TIMEOUT:
		return MAGENTA;
	default:
		return DIM;
	}
}

void paint(struct str *out, const struct text_style *s, const char *colour, const char *text)
{
	str_addf(out, "%s%s%s", s->colour ? colour : "", text, s->colour ? OFF : "");
}

/* Columns side by side. The first of a compiler is wide enough for its name. */
struct table {
	const struct matrix *m;
	const struct text_style *style;
	enum profile_id profile;
	enum place_id place;
	size_t column[MAX_COLUMNS], n;
	int room[MAX_COLUMNS];
};

/* Counts of the cells of several rows. */
struct sum {
	unsigned planned, executed, known, count[VERDICT_COUNT];
	enum verdict verdict;
};

static struct sum add_cells(const struct matrix *m, size_t column, const struct convention *conv,
			    const char *group, int direction)
{
	struct sum s = { 0 };

	for (size_t i = 0; i < m->ncells; i++) {
		const struct cell *c = &m->cells[i];
		const struct row *r = &m->rows[c->row];

		if (c->column != column || r->conv != conv || r->direction != direction ||
		    (group && strcmp(group, r->group)))
			continue;
		s.planned += c->planned;
		s.executed += c->executed;
		s.known += c->known;
		for (int v = 0; v < VERDICT_COUNT; v++)
			s.count[v] += c->count[v];
		if (c->verdict > s.verdict)
			s.verdict = c->verdict;
	}
	return s;
}

/* "ok", "ok-", "12d", "3V", "1!", "4k", "-", "n/r". What is known steps back behind what is not. */
static const char *cell_text(char buf[16], const struct sum *s)
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
	if (s->count[VERDICT_DIVERGENCE]) {
		snprintf(buf, 16, "%ud", s->count[VERDICT_DIVERGENCE]);
		return colour_of(VERDICT_DIVERGENCE);
	}
	if (bad) {
		snprintf(buf, 16, "%uk", bad);
		return colour_of(VERDICT_DIVERGENCE);
	}
	if (s->verdict == VERDICT_NOT_RUN) {
		snprintf(buf, 16, "n/r");
		return DIM;
	}
	snprintf(buf, 16, s->executed == s->planned ? "ok" : "ok-");
	return colour_of(VERDICT_PASS);
}

static void row(struct str *out, const struct table *t, const struct convention *conv,
		const char *group, int direction, const char *label)
{
	str_addf(out, "%-*s", LABEL, label);
	for (size_t i = 0; i < t->n; i++) {
		struct sum s = add_cells(t->m, t->column[i], conv, group, direction);
		char buf[16];
		const char *colour = cell_text(buf, &s);

		str_addf(out, "%*s", t->room[i] - (int)strlen(buf), "");
		paint(out, t->style, colour, buf);
	}
	str_add(out, "\n");
}

/* Compilers of neighbouring columns once above their optimisations. */
static void head(struct str *out, const struct table *t)
{
	struct str names = { 0 }, opts = { 0 };
	const struct profile *pr = &profiles[t->profile];
	bool user = t->profile == profile_user(pr->width);
	char title[48];

	snprintf(title, sizeof(title), "-m%u%s%s%s%s", width_bits(pr->width), user ? "" : " ",
		 user ? "" : pr->name, t->place ? " " : "", t->place ? place_name(t->place) : "");
	str_addf(&names, "%-*s", LABEL, title);
	str_addf(&opts, "%-*s", LABEL, "");
	for (size_t i = 0; i < t->n;) {
		const struct compiler *c = t->m->plan->columns[t->column[i]].compiler;
		int room = 0;

		do {
			str_addf(&opts, "%*s", t->room[i], t->m->plan->columns[t->column[i]].opt);
			room += t->room[i++];
		} while (i < t->n && t->m->plan->columns[t->column[i]].compiler == c);
		str_addf(&names, " %*.*s", room - 1, room - 1, c->name);
	}
	if (t->style->colour)
		str_add(out, BOLD);
	str_addf(out, "%s\n%s\n", names.s, opts.s);
	if (t->style->colour)
		str_add(out, OFF);
	str_free(&names);
	str_free(&opts);
}

static bool has_cases(const struct table *t, const struct convention *c)
{
	const struct gen_set *set = &t->m->plan->set[t->profile];

	for (size_t i = 0; i < set->n; i++) {
		if (set->v[i].conv == c)
			return true;
	}
	return false;
}

static void body(struct str *out, const struct table *t)
{
	for (const struct convention *const *c = conventions; *c; c++) {
		if (!has_cases(t, *c))
			continue;
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			char label[64];

			snprintf(label, sizeof(label), "%-11s%s", d ? "" : (*c)->name,
				 direction_name(d));
			row(out, t, *c, NULL, d, label);
			for (size_t i = 0; t->style->every_group && i < t->m->nrows; i++) {
				const struct row *r = &t->m->rows[i];

				if (r->conv != *c || r->direction != d)
					continue;
				snprintf(label, sizeof(label), "  %.*s", LABEL - 3, r->group);
				row(out, t, *c, r->group, d, label);
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

static bool is_of(const struct table *t, const struct column *c)
{
	return c->profile == t->profile && c->place == t->place;
}

/* The columns of one compiler, i.. up to *end, of the table's kind; their summed room. */
static unsigned measure(const struct table *t, size_t i, size_t *end)
{
	const struct plan *p = t->m->plan;
	const struct compiler *c = p->columns[i].compiler;
	unsigned cells = 0, name = (unsigned)strlen(c->name) + 1;

	for (*end = i;
	     *end < p->ncolumns && p->columns[*end].compiler == c && is_of(t, &p->columns[*end]);
	     ++*end)
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

static void one_kind(struct str *out, struct table *t);

/* Another place runs the same bytes: what matters is where its verdicts differ. Tables only of the
 * profiles where any does. */
static void other_place(struct str *out, struct table *t)
{
	const struct matrix *m = t->m;
	size_t cases = 0, differ[PROFILES] = { 0 }, all = 0;
	struct str s = { 0 };

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];
		const struct judged *here = m->runs[i].judged, *native = m->runs[c->built].judged;

		if (c->place != t->place || c->built == i)
			continue;
		for (size_t k = 0; k < 2 * column_set(m->plan, c)->n; k++) {
			if (here[k].verdict == VERDICT_NOT_RUN ||
			    here[k].verdict == VERDICT_UNSUPPORTED_HERE)
				continue;
			cases++;
			differ[c->profile] += here[k].verdict != native[k].verdict;
		}
	}
	for (t->profile = 0; t->profile < PROFILES; t->profile++) {
		all += differ[t->profile];
		if (differ[t->profile])
			one_kind(out, t);
	}
	if (!m->engine[t->place] || !cases)
		return;
	str_addf(&s, "place %s (%s): %zu cases, ", place_name(t->place), m->engine[t->place],
		 cases);
	if (all)
		str_addf(&s, "%zu of them with another verdict than natively", all);
	else
		str_add(&s, "all with the same verdict as natively");
	text_wrap(out, t->style, "", "  ", s.s);
	str_add(out, "\n");
	str_free(&s);
}

static void one_kind(struct str *out, struct table *t)
{
	const struct plan *p = t->m->plan;
	unsigned used = LABEL;
	size_t end;

	t->n = 0;
	for (size_t i = 0; i < p->ncolumns; i = end) {
		unsigned room;

		end = i + 1;
		if (!is_of(t, &p->columns[i]) || p->columns[i].unusable)
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

void report_tables(struct str *out, const struct matrix *m, const struct text_style *style)
{
	/* The platform's defaults first, 64 bit before 32; then what differs from them. */
	static const enum profile_id first[] = { PROFILE_USER_64, PROFILE_USER_32,
						 PROFILE_KERNEL_64, PROFILE_KERNEL_32 };
	struct table t = { .m = m, .style = style };

	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		t.profile = first[i];
		one_kind(out, &t);
	}
	for (t.profile = PROFILE_KERNEL_64 + 1; t.profile < PROFILES; t.profile++)
		one_kind(out, &t);
	for (t.place = PLACE_NATIVE + 1; t.place < PLACES; t.place++)
		other_place(out, &t);
}
