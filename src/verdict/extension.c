/* SPDX-License-Identifier: MIT */
/* Assume and guarantee: who extends narrow arguments, and who relies on it. From both follow the
 * pairs of caller and callee that do not work together, without running the pairs. */
#include "verdict/judge.h"

const char *const narrow_names[NARROWS] = { "_Bool", "char", "short" };

static bool narrow_of(const struct type *t, enum narrow *n)
{
	switch (t->kind) {
	case TYPE_BOOL:
		*n = NARROW_BOOL;
		return true;
	case TYPE_CHAR:
	case TYPE_SCHAR:
	case TYPE_UCHAR:
		*n = NARROW_CHAR;
		return true;
	case TYPE_SHORT:
	case TYPE_USHORT:
		*n = NARROW_SHORT;
		return true;
	default:
		return false;
	}
}

static bool on_stack(const struct gen_case *c, unsigned arg)
{
	return c->call.place.arg[arg].nlocs && c->call.place.arg[arg].loc[0].kind == LOC_STACK;
}

static struct extension *of(const struct matrix *m, size_t column, const struct gen_case *c)
{
	size_t i = 0;

	while (conventions[i] != c->call.conv)
		i++;
	return &m->extension[column * MAX_CONVENTIONS + i];
}

const struct extension *extension_of(const struct matrix *m, size_t column, size_t conv)
{
	return &m->extension[column * MAX_CONVENTIONS + conv];
}

static void see_callers(struct matrix *m, size_t column)
{
	const struct gen_set *set = column_set(m->plan, &m->plan->columns[column]);
	const struct place_run *run = &m->runs[column].run;

	for (size_t k = 0; run->v && k < set->n; k++) {
		const struct gen_case *c = &set->v[k];
		const struct outcome *o = &run->v[2 * k + CL_CALLER];

		for (unsigned i = 0; o->state == OUTCOME_EXECUTED && i < o->nobservations; i++) {
			const struct cl_observation *b = &o->observations[i];
			struct extension *e;
			enum narrow n;
			bool stack;

			if (b->piece != CL_PIECE_EXTENDED || b->item >= c->call.place.nargs ||
			    !narrow_of(proto_arg_type(c->call.decl->proto, b->item), &n))
				continue;
			stack = on_stack(c, b->item);
			e = of(m, column, c);
			e->extends[n][stack] =
				(!e->seen[n][stack] || e->extends[n][stack]) && b->places[0];
			e->seen[n][stack] = true;
		}
	}
}

void judge_extension(struct matrix *m)
{
	m->extension = arena_alloc(m->arena, (m->plan->ncolumns + 1) * MAX_CONVENTIONS *
						     sizeof(*m->extension));
	for (size_t i = 0; i < m->plan->ncolumns; i++)
		see_callers(m, i);
	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		enum narrow n;

		if (f->check == CHECK_UPPER && f->direction == CL_CALLEE &&
		    f->item < f->c->call.place.nargs &&
		    narrow_of(proto_arg_type(f->c->call.decl->proto, f->item), &n))
			of(m, f->column, f->c)->relies[n][on_stack(f->c, f->item)] = true;
	}
}

bool extension_unsafe(const struct matrix *m, size_t caller, size_t callee, size_t conv)
{
	const struct extension *a = extension_of(m, caller, conv),
			       *b = extension_of(m, callee, conv);

	for (int n = 0; n < NARROWS; n++) {
		for (int stack = 0; stack < 2; stack++) {
			if (a->seen[n][stack] && !a->extends[n][stack] && b->relies[n][stack])
				return true;
		}
	}
	return false;
}
