/* SPDX-License-Identifier: MIT */
/* The same bytes in several places: where a verdict differs, the place made the difference. */
#include "verdict/judge.h"

static bool ran(const struct judged *j)
{
	return j->verdict != VERDICT_NOT_RUN && j->verdict != VERDICT_UNSUPPORTED_HERE;
}

/* Findings that a place is known to make or to prevent: why is in docs/vmx.md. */
static const char *known_reason(const struct finding *f)
{
	if (f->rule == f->c->call.conv->rule[CHECK_STACK])
		return "red zone";
	switch (f->check) {
	case CHECK_FLAGS:
	case CHECK_SEGMENTS:
	case CHECK_CONTROL:
		return "privilege";
	case CHECK_FAULT:
		return f->item == CL_FAULT_FPU ? "FPU trapped" : NULL;
	default:
		return NULL;
	}
}

/* The reason of a difference, from a finding with a known one in either column. */
static const char *known_between(const struct matrix *m, size_t one, size_t other,
				 const struct gen_case *c, int direction)
{
	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		const char *why = known_reason(f);

		if (why && (f->column == one || f->column == other) && f->c == c &&
		    f->direction == direction)
			return arena_printf(m->arena, "%s (%s: %s)", why, checks[f->check].name,
					    f->subject);
	}
	return NULL;
}

/* Otherwise name the most serious finding of the case in the column. */
static const char *reason(const struct matrix *m, size_t column, const struct gen_case *c,
			  int direction)
{
	const struct finding *most = NULL;

	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];

		if (f->column == column && f->c == c && f->direction == direction &&
		    (!most || f->verdict > most->verdict))
			most = f;
	}
	return most ? arena_printf(m->arena, "%s: %s", checks[most->check].name, most->subject)
		    : NULL;
}

/* The native column of the same code, or the number of columns. */
static size_t native_of(const struct plan *p, const struct column *c)
{
	size_t i = 0;

	while (i < p->ncolumns &&
	       (p->columns[i].place != PLACE_NATIVE || p->columns[i].built != c->built))
		i++;
	return i;
}

void judge_places(struct matrix *m)
{
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];
		const struct gen_set *set = column_set(m->plan, c);

		size_t other = native_of(m->plan, c);

		if (c->place == PLACE_NATIVE)
			continue;
		for (size_t k = 0; k < 2 * set->n; k++) {
			const struct judged *here = &m->runs[i].judged[k];
			const struct judged *native =
				other < m->plan->ncolumns ? &m->runs[other].judged[k] : NULL;
			const struct gen_case *one = &set->v[k / 2];
			struct difference d = { .id = one->id,
						.column = i,
						.direction = (int)(k % 2),
						.verdict = (enum verdict)here->verdict };

			if (!ran(here))
				continue;
			if (!native || !ran(native)) {
				m->alone[c->place]++;
				continue;
			}
			m->compared[c->place]++;
			d.native = (enum verdict)native->verdict;
			if (d.verdict == d.native)
				continue;
			d.reason = known_between(m, i, other, one, d.direction);
			if (!d.reason)
				d.reason = reason(m, d.verdict > d.native ? i : other, one,
						  d.direction);
			m->differences =
				arena_grow(m->arena, m->differences, m->ndifferences, sizeof(d));
			m->differences[m->ndifferences++] = d;
		}
	}
}
