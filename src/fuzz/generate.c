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

	if (f == PROFILE_WINDOWS_64)
		p = proto_in_windows(a, p);

	for (const struct convention *const *c = conventions; *c; c++) {
		if (selects(s->abis, f, *c) && proto_exists(p, (*c)->width) &&
		    profile_concerns(&profiles[f], p) && !abi_place_in(f, *c, p, &at))
			return true;
	}
	return false;
}

/* Does the oracle place it anywhere? */
static bool placed(struct arena *a, const struct fuzz_source *s, const char *text)
{
	struct case_list list = { 0 };
	const char *error;

	if (proto_parse_mem(a, "fuzz.h", text, strlen(text), &list, &error) < 0 || list.n != 1)
		return false;
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (s->profiles[f] && placed_in(a, s, f, list.v[0].proto))
			return true;
	}
	return false;
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

void fuzz_source_adapt(struct fuzz_source *s)
{
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		bool inside = i == FUZZ_VARIADIC || (i >= FUZZ_NESTED && i <= FUZZ_EMPTY);

		if (s->weights.w[i] && !inside && !class_placed(s, (enum fuzz_class)i))
			s->weights.w[i] = 0;
	}
}

char *fuzz_prototype(struct arena *a, const struct fuzz_source *s, unsigned long n)
{
	struct random r = random_start(s->seed, n);
	char *kept = NULL;

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
