/* SPDX-License-Identifier: MIT */
/* Which functions come back. Behind a call of one that never does lies code of another path, or
 * none: to follow it would accuse the caller. */
#include "prove/flow.h"
#include "prove/subject.h"

#include <string.h>

enum { MOST_STEPS = 20000 };

static enum returns by_name(const char *name)
{
	static const struct {
		const char *name;
		enum returns returns;
	} known[] = {
#define KNOWN(name, returns) { #name, RETURNS##returns },
#include "prove/known_functions.def"
#undef KNOWN
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(name, known[i].name))
			return known[i].returns;
	}
	return RETURNS_UNKNOWN;
}

bool is_known(const char *name)
{
	return by_name(name) != RETURNS_UNKNOWN;
}

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
			     .keeps = x->keeps,
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
	enum returns r = by_name(name), found;
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

/* One look at it, taking what is known of the symbol for what calls of itself do. */
static bool keeps(struct machine *x, struct image_symbol *s)
{
	struct arena *a = arena_new();
	struct prove_subject f;
	struct machine y = { .a = a,
			     .m = x->m,
			     .job = x->job,
			     .f = &f,
			     .ask = returns_of,
			     .keeps = keeps_convention };
	struct flow w = { .x = &y, .a = a, .most = MOST_STEPS };
	struct state state;
	bool all;

	subject_of_name(s->name, x->f->conv, &f);
	machine_start(&y, &state);
	y.entry = s->address;
	flow_run(&w, s->address, &state);
	all = y.above <= (int64_t)s->above;
	s->above = all ? s->above : (uint32_t)y.above;
	s->keeps = y.nissues || w.exhausted ? KEEPS_NOT : all ? KEEPS : KEEPS_ASKED;
	for (size_t i = 0; all && i < y.nassumptions; i++)
		machine_assume(x, arena_strdup(x->a, y.assumption[i]));
	arena_free(a);
	return all;
}

bool keeps_convention(struct machine *x, const struct image_symbol *symbol)
{
	/* The answer is remembered. */
	struct image_symbol *s = (struct image_symbol *)symbol;

	if (s->keeps)
		return s->keeps != KEEPS_NOT;
	/* Until what it writes of its caller's frame is no more than was taken for that. */
	for (s->keeps = KEEPS_ASKED; s->keeps == KEEPS_ASKED && !keeps(x, s);)
		;
	return s->keeps == KEEPS;
}
