/* SPDX-License-Identifier: MIT */
/* Prototypes by seed and number. What the oracle does not place is drawn again: coverage grows with
 * the oracle, without a list of what it can do. */
#include "fuzz/draw.h"

#include <string.h>

enum { TRIES = 200, CLASS_TRIES = 24 };

/* Does the convention exist in the profile, and is it among those named (NULL: all)? */
static bool selects(const char *const *abis, enum profile_id f, const struct convention *c)
{
	if (!convention_in(c, f))
		return false;
	for (const char *const *n = abis; n && *n; n++) {
		if (!strcmp(*n, c->name))
			return true;
	}
	return !abis;
}

static bool placed_in(struct arena *a, const struct fuzz_source *s, enum profile_id f,
		      const struct prototype *p)
{
	struct placement at;

	p = proto_in_model(a, p, profile_model(f));

	for (const struct convention *const *c = conventions; *c; c++) {
		if (p->implicit && !gen_implicit_applies(p, *c, f))
			continue;
		if (selects(s->abis, f, *c) && proto_exists(p, (*c)->width) &&
		    profile_concerns(&profiles[f], p) && !abi_place_in(f, *c, p, &at))
			return true;
	}
	return false;
}

/* May it be drawn: are its types among those that have a weight? What compilers call by themselves
 * has what types it has; where no types are named it may have any. */
static bool wanted(const struct fuzz_source *s, const struct prototype *p)
{
	uint32_t types = 0, weighs = 0;

	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		types |= (uint32_t)fuzz_class_is_type((enum fuzz_class)i) << i;
		weighs |= (uint32_t)(s->weights.w[i] != 0) << i;
	}
	return !p->implicit || !(types & weighs) || !(fuzz_classes_of(p) & types & ~weighs);
}

/* Does the oracle place it anywhere? */
static bool placed(struct arena *a, const struct fuzz_source *s, const char *text)
{
	struct case_list list = { 0 };
	const char *error;

	if (proto_parse_mem(a, "fuzz.h", text, strlen(text), &list, &error) < 0 || list.n != 1)
		return false;
	for (enum profile_id f = 0; f < PROFILES && wanted(s, list.v[0].proto); f++) {
		if (s->profiles[f] && placed_in(a, s, f, list.v[0].proto))
			return true;
	}
	return false;
}

static char *implicit(struct arena *a, const struct fuzz_source *s, struct random *r,
		      unsigned long n)
{
	bool sanitizes = false;
	char *text = NULL;

	for (enum profile_id f = 0; f < PROFILES; f++)
		sanitizes = sanitizes || (s->profiles[f] && profile_sanitizes(f));
	for (unsigned i = 0; i < TRIES && !text; i++) {
		text = draw_implicit(a, r, arena_printf(a, "fuzz_%06lu", n),
				     sanitizes && random_percent(r, 50));
		text = placed(a, s, text) ? text : NULL;
	}
	return text;
}

static bool class_placed(const struct fuzz_source *s, enum fuzz_class class)
{
	struct random r = random_start(0, (uint64_t) class);
	struct fuzz_weights plain = { { 0 } };
	bool found = false;

	for (unsigned i = 0; i < CLASS_TRIES && !found; i++) {
		struct arena *a = arena_new();
		struct param param = { "a", draw_class(a, &r, &plain, class) };
		struct prototype p = { .ret = type_basic(TYPE_VOID),
				       .params = &param,
				       .nparams = 1 };

		found = placed(a, s, fuzz_case_text(a, &p, "f", NULL));
		arena_free(a);
	}
	return found;
}

static bool implicit_placed(const struct fuzz_source *s)
{
	struct random r = random_start(0, FUZZ_IMPLICIT);
	struct arena *a = arena_new();
	bool found = implicit(a, s, &r, 0);

	arena_free(a);
	return found;
}

void fuzz_source_adapt(struct fuzz_source *s)
{
	if (s->weights.w[FUZZ_IMPLICIT] && !implicit_placed(s))
		s->weights.w[FUZZ_IMPLICIT] = 0;
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		if (s->weights.w[i] && fuzz_class_is_type((enum fuzz_class)i) &&
		    !class_placed(s, (enum fuzz_class)i))
			s->weights.w[i] = 0;
	}
}

/* Is this number a call that compilers make by themselves? Decided by numbers of its own: the other
 * prototypes do not depend on it. Leaves *r at them. */
static bool is_implicit(const struct fuzz_source *s, unsigned long n, struct random *r)
{
	unsigned w = s->weights.w[FUZZ_IMPLICIT], types = 0;

	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		types += fuzz_class_is_type((enum fuzz_class)i) ? s->weights.w[i] : 0;
	*r = random_start(~s->seed, n);
	return w && random_below(r, w + types) < w;
}

char *fuzz_prototype(struct arena *a, const struct fuzz_source *s, unsigned long n)
{
	struct random r = random_start(s->seed, n);
	struct random own_r;
	char *kept = is_implicit(s, n, &own_r) ? implicit(a, s, &own_r, n) : NULL;

	for (unsigned i = 0; i < TRIES && !kept; i++) {
		struct arena *own = arena_new();
		const struct prototype *p = draw_prototype(own, &r, &s->weights);
		const char *text = fuzz_case_text(own, p, arena_printf(own, "fuzz_%06lu", n), NULL);

		if (placed(own, s, text))
			kept = arena_strdup(a, text);
		arena_free(own);
	}
	return kept;
}
