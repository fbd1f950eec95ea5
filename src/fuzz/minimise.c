/* SPDX-License-Identifier: MIT */
/* Minimising many prototypes at once. Compiling is slow to start and quick to go on, so all
 * reductions of all subjects are tried together, and each subject goes on with the lightest that
 * still shows what it should. */
#include "fuzz/fuzz.h"

static size_t gather(struct arena *a, struct fuzz_subject *v, size_t n, unsigned most,
		     struct fuzz_candidate **out)
{
	const struct prototype **reductions = arena_alloc(a, (most + 1) * sizeof(*reductions));
	struct fuzz_candidate *all = NULL;
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		size_t found = v[i].done ? 0 : fuzz_reductions(a, v[i].proto, most, reductions);

		v[i].done = !found;
		for (size_t k = 0; k < found; k++) {
			all = arena_grow(a, all, total, sizeof(*all));
			all[total++] = (struct fuzz_candidate){ i, reductions[k], false };
		}
	}
	*out = all;
	return total;
}

void fuzz_minimise(struct arena *a, struct fuzz_subject *v, size_t n, const struct fuzz_limits *l,
		   fuzz_try try, void *ctx)
{
	double until = fuzz_clock() + l->seconds;
	struct fuzz_candidate *all;

	for (unsigned round = 0; round < l->rounds && fuzz_clock() < until; round++) {
		size_t total = gather(a, v, n, l->candidates, &all);

		if (!total)
			return;
		try(ctx, all, total);
		/* Lightest first: the first that shows it is the step. */
		for (size_t i = 0, k = 0; i < n; i++) {
			bool step = false;

			for (; k < total && all[k].subject == i; k++) {
				if (!all[k].shows || step)
					continue;
				v[i].proto = all[k].proto;
				v[i].steps++;
				step = true;
			}
			if (!step)
				v[i].done = true;
		}
	}
}
