/* SPDX-License-Identifier: MIT */
/* Causes and what follows from them. One broken thing shows in many ways: where an argument is
 * looked for in the wrong register, another one arrives there, a structure returns nowhere, and a
 * call dies. A cluster that shows only in cases where one that may bring it about shows too is no
 * cause of its own. */
#include "report/follow.h"

#include <string.h>

#define C(id) (1ull << CHECK_##id)

/* What a check that fails may bring about in the same case. */
static const uint64_t brings[CHECK_COUNT] = {
	[CHECK_LAYOUT] = C(ARG) | C(RETURN) | C(UPPER) | C(REFERENCE) | C(HIDDEN) | C(FAULT) |
			 C(CANARY) | C(LOCALS) | C(SAVED) | C(SP) | C(COPY) | C(ENTERED),
	[CHECK_ARG] = C(COPY) | C(UPPER) | C(SP) | C(LOCALS) | C(FAULT) | C(CANARY) | C(HIDDEN) |
		      C(REFERENCE) | C(RETURN) | C(ENTERED),
	[CHECK_HIDDEN] = C(ARG) | C(RETURN) | C(FAULT) | C(CANARY) | C(SP) | C(ENTERED),
	[CHECK_RETURN] = C(FAULT) | C(X87_STACK) | C(MMX) | C(HIDDEN) | C(ARG) | C(SP) | C(CANARY) |
			 C(UPPER),
	[CHECK_SP] = C(FAULT) | C(LOCALS) | C(SAVED) | C(CANARY) | C(RETURN) | C(ENTERED),
	[CHECK_ALIGN] = C(FAULT),
	[CHECK_REFERENCE] = C(ARG) | C(FAULT),
	[CHECK_SAVED] = C(LOCALS) | C(FAULT),
};

static bool may_bring(const struct follow *l, const struct follow *k)
{
	if (l->check == k->check && l->verdict != k->verdict)
		return false;
	if (l->check == k->check)
		return l->ncases > k->ncases || (l->ncases == k->ncases && l->number < k->number);
	if (!(brings[l->check] >> k->check & 1))
		return false;
	/* Of two that may bring about each other it is the more frequent one. */
	return !(brings[k->check] >> l->check & 1) || l->ncases > k->ncases ||
	       (l->ncases == k->ncases && l->number < k->number);
}

static size_t common(const struct follow *a, const uint64_t *b, size_t words)
{
	size_t n = 0;

	for (size_t i = 0; i < words; i++)
		n += (size_t)__builtin_popcountll(a->cases[i] & b[i]);
	return n;
}

size_t follow_root(const struct follow *v, size_t k)
{
	while (v[k].from != k)
		k = v[k].from;
	return k;
}

/* Of a call that dies nothing else is known: half of its cases are enough. */
static bool enough(const struct follow *k, size_t explained)
{
	return k->check == CHECK_FAULT ? explained * 2 >= k->ncases
				       : explained * 10 >= k->ncases * 7;
}

void follow_causes(struct arena *a, struct follow *v, size_t n, size_t words)
{
	uint64_t *together = arena_alloc(a, (words + 1) * sizeof(*together));

	for (size_t k = 0; k < n; k++) {
		v[k].from = v[k].number = k;
		v[k].ncases = common(&v[k], v[k].cases, words);
	}
	for (size_t k = 0; k < n; k++) {
		size_t best = k, most = 0;

		memset(together, 0, words * sizeof(*together));
		for (size_t l = 0; l < n && v[k].family; l++) {
			size_t shared;

			if (l == k || !v[l].family || strcmp(v[l].family, v[k].family) ||
			    !may_bring(&v[l], &v[k]))
				continue;
			for (size_t i = 0; i < words; i++)
				together[i] |= v[l].cases[i];
			shared = common(&v[l], v[k].cases, words);
			if (shared > most && follow_root(v, l) != k) {
				most = shared;
				best = l;
			}
		}
		if (most && enough(&v[k], common(&v[k], together, words)))
			v[k].from = best;
	}
}
