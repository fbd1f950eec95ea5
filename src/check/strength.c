/* SPDX-License-Identifier: MIT */
/* See strength.h. */
#include "check/strength.h"

#include <string.h>

/* Appends to a list of strings. */
static void append(struct arena *a, const char ***v, size_t *n, const char *what)
{
	*v = arena_grow(a, *v, *n, sizeof(**v));
	(*v)[(*n)++] = what;
}

/* Numbers of which no line speaks that made it divide by zero, or overflow. */
static void read_division(struct check_run *r, const struct contract *c, struct strength *s,
			  const struct cl_observation *x, const struct cl_observation *next)
{
	unsigned input = x->places[0] & 0xff, with = x->places[0] >> 8 & 0xff;
	const char *also = "";

	if (input >= c->ninputs || with > c->ninputs)
		return;
	if (with && next)
		also = arena_printf(r->arena, " and %s = %lld",
				    check_input_name(r->arena, c, with - 1),
				    (long long)next->places[1]);
	append(r->arena, &s->note, &s->nnotes,
	       arena_printf(
		       r->arena,
		       "a %s with %s = %lld%s: nothing says what it may be (an `arg' line does)",
		       x->places[0] >> 16 & 1 ? "memory access violation" : "divide error",
		       check_input_name(r->arena, c, input), (long long)x->places[1], also));
}

static void read_dirt(struct check_run *r, struct strength *s, const struct cl_observation *x)
{
	static const char *const where[] = { "when it returns", "when it calls others" };

	for (unsigned k = 0; k < ARRAY_SIZE(where); k++) {
		if (x->places[k])
			append(r->arena, &s->note, &s->nnotes,
			       arena_printf(
				       r->arena,
				       "upper halves of vector registers are in use %s: no "
				       "VZEROUPPER comes before, and SSE code that follows may be "
				       "slow",
				       where[k]));
	}
}

static void read_one(struct check_run *r, struct code *k, const struct contract *c,
		     const struct outcome *o)
{
	struct strength *s = &r->strength[c->index];
	uint8_t ran[CT_MOST_BLOCKS / 8] = { 0 };
	bool blocks = false;

	for (unsigned i = 0; i < o->nobservations; i++) {
		const struct cl_observation *x = &o->observations[i];
		unsigned at = x->piece - CT_STRENGTH_BLOCKS;

		if (x->item != CT_STRENGTH)
			continue;
		if (x->piece == CT_STRENGTH_CALLS) {
			s->calls = (unsigned)x->places[0];
			s->no_equal = x->places[1] & CT_NO_EQUAL_CALLS;
		} else if (x->piece >= CT_STRENGTH_CYCLES &&
			   x->piece < CT_STRENGTH_CYCLES + ARRAY_SIZE(s->cycles)) {
			s->cycles[x->piece - CT_STRENGTH_CYCLES] =
				(struct cycles){ (unsigned)x->places[0], (unsigned)x->places[1],
						 (unsigned)(x->places[1] >> 32) };
		} else if (x->piece == CT_STRENGTH_DIVIDES) {
			read_division(r, c, s, x, i + 1 < o->nobservations ? x + 1 : NULL);
		} else if (x->piece == CT_STRENGTH_DIRTY) {
			read_dirt(r, s, x);
		} else if (at < CT_STRENGTH_MOST) {
			memcpy(ran + 16 * at, x->places, 16);
			blocks = true;
		}
	}
	if (!blocks || !c->blocks)
		return;
	s->insns = c->blocks->insns;
	s->open = c->blocks->open;
	for (size_t i = 0; i < c->blocks->n; i++)
		s->ran += ran[i / 8] >> (i % 8) & 1 ? c->blocks->v[i].insns : 0;
	if (s->ran < s->insns && k)
		s->never = never_ran(r->arena, k, c, ran, &s->nnever);
}

void strength_read(struct check_run *r, const struct checked_place *p)
{
	struct code *k = code_open(r->arena, r->payload, r->file->width);

	r->strength = arena_alloc(r->arena, (r->file->n + 1) * sizeof(*r->strength));
	for (size_t i = 0; i < r->file->n; i++) {
		const struct outcome *o = &p->run.v[2 * i + CL_CALLER];

		if (o->state == OUTCOME_EXECUTED)
			read_one(r, k, &r->file->v[i], o);
	}
}

const char *strength_text(const struct check_run *r, const struct contract *c)
{
	const struct strength *s = r->strength ? &r->strength[c->index] : NULL;

	if (!s || !s->calls)
		return "";
	if (!s->insns)
		return arena_printf(r->arena, "%u call%s", s->calls, s->calls == 1 ? "" : "s");
	return arena_printf(r->arena, "%u call%s, %u of %u instruction%s%s", s->calls,
			    s->calls == 1 ? "" : "s", s->ran, s->insns, s->insns == 1 ? "" : "s",
			    s->open ? " that can be found" : "");
}

const char *strength_cycles(const struct check_run *r, const struct contract *c)
{
	const struct strength *s = r->strength ? &r->strength[c->index] : NULL;
	const struct cycles *f, *ref;

	if (!r->file->bench || !s || !s->calls)
		return NULL;
	f = &s->cycles[0];
	ref = &s->cycles[1];
	if (!c->against)
		return arena_printf(r->arena, "cycles a call: %u (%u to %u)", f->median, f->low,
				    f->high);
	return arena_printf(r->arena,
			    "cycles a call: %u (%u to %u); of the reference: %u (%u to %u)%s",
			    f->median, f->low, f->high, ref->median, ref->low, ref->high,
			    f->median ? arena_printf(r->arena, ", %.1f times as many",
						     (double)ref->median / f->median)
				      : "");
}

const char *strength_never(const struct check_run *r, const struct never *x)
{
	return arena_printf(r->arena, "%s (%u instruction%s%s%s): %s%s%s%s%s%s", x->where, x->insns,
			    x->insns == 1 ? "" : "s", x->line ? ", " : "", x->line ? x->line : "",
			    x->text, x->why ? "; " : "", x->why ? x->why : "",
			    x->help ? "; a line such as `" : "", x->help ? x->help : "",
			    x->help ? "' may lead there" : "");
}

static void add(struct check_run *r, struct strength *s, const char *what)
{
	append(r->arena, &s->missing, &s->nmissing, what);
}

/* Pointers to memory without a size, given or found. */
static bool has_open_buffers(const struct check_run *r, const struct contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		const bool fitted = r->fitted && r->fitted[c->index].known[i];

		if (c->input[i].d.role == CT_PAGE && !fitted)
			return true;
	}
	return false;
}

void strength_missing(struct check_run *r)
{
	if (!r->strength)
		return;
	for (size_t i = 0; i < r->file->n; i++) {
		const struct contract *c = &r->file->v[i];
		struct strength *s = &r->strength[i];

		if (!s->calls)
			continue;
		if (has_open_buffers(r, c))
			add(r, s, "ends of buffers (`arg P buf N', `arg N len of P')");
		if (s->no_equal)
			add(r, s, "equal calls (they differ, or nothing says what is called)");
		if (!s->insns)
			add(r, s, "which instructions ran (that is not known here)");
		if (r->stepped && c->by_interrupt)
			add(r, s,
			    "stack writes and call frame information (an interrupt entered it)");
		if (!r->stepped && c->frame_line)
			add(r, s, "the chain of frame pointers (--step)");
		if (!r->stepped)
			add(r, s, "stack writes and call frame information (--step)");
	}
}
