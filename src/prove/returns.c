/* SPDX-License-Identifier: MIT */
/* Which functions come back. Behind a call of one that never does lies code of another path, or
 * none: to follow it would accuse the caller. */
#include "prove/flow.h"
#include "prove/subject.h"

#include <string.h>

enum { MOST_STEPS = 20000 };

/* Follow it, and see whether an end is reached. */
static enum returns by_code(struct machine *x, const struct image *m, struct image_symbol *symbol,
			    bool *certain)
{
	struct arena *a = arena_new();
	struct prove_subject f;
	struct machine y = { .a = a,
			     .m = m,
			     .job = x->job,
			     .f = &f,
			     .ask = returns_of,
			     .sum = x->sum,
			     .asks = true };
	struct flow w = { .x = &y, .a = a, .most = MOST_STEPS };
	struct state s;
	bool lost = false;

	symbol->returns = RETURNS_ASKED;
	subject_of_name(symbol->name, x->f->conv, &f);
	machine_start(&y, &s);
	flow_run(&w, symbol->address, &s);
	/* A return that is not understood may be one. */
	for (size_t i = 0; i < y.nissues; i++)
		lost = lost || y.issue[i].check == CHECK_COUNT || y.issue[i].check == CHECK_SP;
	symbol->returns = y.returned || lost || w.exhausted ? RETURNS : RETURNS_NEVER;
	*certain = symbol->returns == RETURNS_NEVER || (y.returned && !y.doubted);
	arena_free(a);
	return symbol->returns;
}

enum returns returns_of(struct machine *x, const char *name)
{
	enum returns r = known_returns(name), found;
	bool certain = false;

	for (size_t i = 0; r != RETURNS && i < x->job->images->n; i++) {
		struct image *m = x->job->images->v[i];
		struct image_symbol *s = image_find(m, name);

		if (!s || s->local || !s->function || s->resolver)
			continue;
		if (s->returns == RETURNS_ASKED) /* it calls itself: by its other paths */
			return r ? r : RETURNS;
		if (s->returns)
			return (enum returns)s->returns;
		found = by_code(x, m, s, &certain);
		/* Another function of a well-known name. */
		if (r && !certain)
			s->returns = found = r;
		return found;
	}
	return r;
}

/* Less than was taken to be so holds: that much less. False: nothing is left to say. */
static bool weaken(const struct summary *before, struct summary *t, const struct issue *i)
{
	if (i->check == CHECK_SAVED && i->item < 16 && before->gpr >> i->item & 1) {
		t->gpr &= (uint16_t) ~(1u << i->item);
		return true;
	}
	if (i->check == CHECK_SAVED && i->item >= 16 && before->vector >> (i->item - 16) & 1) {
		t->vector &= (uint16_t) ~(1u << (i->item - 16));
		return true;
	}
	/* Of another function, to which it jumps. */
	if (i->check == CHECK_SAVED && i->item == 16 && t->vector & ~t->conv->preserved.xmm) {
		t->vector &= (uint16_t)t->conv->preserved.xmm;
		return true;
	}
	return false;
}

/* One look at it, taking its summary for what calls of itself do. */
static void look_at(struct machine *x, struct image_symbol *s)
{
	struct arena *a = arena_new();
	struct summary *t = &s->summary, before = *t;
	struct prove_subject f;
	struct machine y = { .a = a,
			     .m = x->m,
			     .job = x->job,
			     .f = &f,
			     .ask = returns_of,
			     .sum = summary_of,
			     .summing = true,
			     .left_x87 = t->x87 };
	struct flow w = { .x = &y, .a = a, .most = MOST_STEPS };
	struct state state;
	bool none = false;

	subject_of_name(s->name, x->f->conv, &f);
	f.kept_gpr = t->gpr;
	f.kept_vector = t->vector;
	f.kept_upper = 0;
	f.pop = t->pop;
	f.align_entry = t->align;
	machine_start(&y, &state);
	y.entry = s->address;
	flow_run(&w, s->address, &state);
	for (size_t i = 0; i < y.nissues; i++) {
		if (!weaken(&before, t, &y.issue[i]))
			none = none || y.issue[i].check != CHECK_SP || y.excess <= 0 || t->pop;
	}
	if (y.excess > 0 && !t->pop)
		t->pop = (uint32_t)y.excess;
	else if (y.excess)
		none = true;
	if (y.left_x87 != t->x87)
		none = true;
	if (y.above > (int64_t)t->above)
		t->above = (uint32_t)y.above;
	t->through |= y.through;
	x->provisional = x->provisional || y.provisional;
	if (none || w.exhausted || y.nissues == MOST_ISSUES)
		t->state = SUM_NONE;
	else if (!memcmp(t, &before, sizeof(before)))
		t->state = SUM_HOLDS;
	for (size_t i = 0; t->state == SUM_HOLDS && i < y.nassumptions; i++)
		machine_assume(x, arena_strdup(x->a, y.assumption[i]));
	arena_free(a);
}

const struct summary *summary_of(struct machine *x, const struct image_symbol *symbol)
{
	/* The answer is remembered. */
	struct image_symbol *s = (struct image_symbol *)symbol;
	struct summary *t = &s->summary;
	bool before = x->provisional;

	if (t->state == SUM_ASKED) {
		x->provisional = x->provisional || x->entry != s->address;
		return t;
	}
	if (t->state != SUM_UNKNOWN && t->conv == x->f->conv)
		return t->state == SUM_HOLDS ? t : NULL;
	x->provisional = false;
	for (unsigned attempt = 0; attempt < 4 && t->state != SUM_HOLDS; attempt++) {
		memset(t, 0, sizeof(*t));
		t->conv = x->f->conv;
		t->state = SUM_ASKED;
		t->gpr = (uint16_t)~GPR_BIT(SP);
		t->vector = 0xffff;
		t->x87 = attempt % 2;
		t->align = (uint8_t)(attempt < 2 ? x->f->conv->align : x->word);
		while (t->state == SUM_ASKED)
			look_at(x, s);
	}
	/* What rests on another one that is not finished may not hold. */
	if (x->provisional && x->summing) {
		static const struct summary nothing;
		bool holds = t->state == SUM_HOLDS;

		x->last = *t;
		*t = nothing;
		return holds ? &x->last : NULL;
	}
	x->provisional = before;
	return t->state == SUM_HOLDS ? t : NULL;
}
