/* SPDX-License-Identifier: MIT */
/* Minimising many prototypes at once. Compiling is slow to start and quick to go on, so reductions
 * of all subjects are tried together, and each subject goes on with the lightest that still shows
 * what it should. A subject is minimal when none of its reductions shows it any more.
 *
 * Time is shared fairly: each try takes from every subject as many reductions as the time that is
 * left pays for, and a subject that may cost much (a compiler that dies, a call that does not end)
 * is tried alone, within its own share. */
#include "fuzz/fuzz.h"

#include <string.h>

enum { FIRST_TRY = 400, FEWEST = 4, ALL = 4096 };

static const char out_of_time[] = "out of time";

static bool active(const struct fuzz_subject *s)
{
	return !s->done && !s->why_not;
}

/* The subject's next candidates: first some of all weights; when none of these shows it, all of
 * them, in pieces. Returns how many, at most `most`. */
static size_t next_candidates(struct arena *a, struct fuzz_subject *s, size_t most,
			      const struct prototype **out)
{
	const struct prototype **all;
	size_t n;

	if (!s->exhaustive) {
		n = fuzz_reductions(a, s->proto, most, out);
		s->last = n < most;
		return n;
	}
	all = arena_alloc(a, ALL * sizeof(*all));
	n = fuzz_reductions(a, s->proto, ALL, all);
	n = n > s->tried ? n - s->tried : 0;
	s->last = n <= most;
	n = n < most ? n : most;
	memcpy(out, all + s->tried, n * sizeof(*all));
	s->tried += n;
	return n;
}

/* The lightest that shows it is the step. */
static void take(struct fuzz_subject *s, const struct fuzz_candidate *v, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (!v[k].shows)
			continue;
		s->proto = v[k].proto;
		s->steps++;
		s->exhaustive = false;
		s->tried = 0;
		return;
	}
	s->done = s->last;
	s->exhaustive = true;
}

struct pass {
	struct arena *a;
	struct fuzz_subject *v;
	size_t n;
	fuzz_try try;
	void *ctx;
};

/* One try, of one subject (`only`) or of all that are not tried alone. False when it was ended by a
 * signal: then nothing is known. */
static bool try_some(struct pass *p, const struct fuzz_subject *only, size_t most)
{
	const struct prototype **some = arena_alloc(p->a, (most + 1) * sizeof(*some));
	struct fuzz_candidate *all = NULL;
	size_t total = 0, *first = arena_alloc(p->a, (p->n + 1) * sizeof(*first));
	double start = fuzz_clock();

	for (size_t i = 0; i < p->n; i++) {
		struct fuzz_subject *s = &p->v[i];
		size_t found = 0;

		first[i] = total;
		if (active(s) && (only ? s == only : !s->alone)) {
			found = next_candidates(p->a, s, most, some);
			s->done = !found;
		}
		for (size_t k = 0; k < found; k++) {
			all = arena_grow(p->a, all, total, sizeof(*all));
			all[total++] = (struct fuzz_candidate){ .subject = i, .proto = some[k] };
		}
	}
	first[p->n] = total;
	if (!total)
		return true;
	if (!p->try(p->ctx, all, total)) {
		/* Asked once more from the start of what is left. */
		for (size_t i = 0; i < p->n; i++)
			p->v[i].tried = 0;
		return false;
	}
	for (size_t i = 0; i < p->n; i++) {
		size_t n = first[i + 1] - first[i];

		if (!n)
			continue;
		p->v[i].cost = (fuzz_clock() - start) / (double)total;
		p->v[i].used += p->v[i].cost * (double)n;
		take(&p->v[i], all + first[i], n);
	}
	return true;
}

/* So many candidates as may be tried in `seconds`. */
static size_t affordable(const struct fuzz_limits *l, double seconds, double cost, size_t subjects)
{
	double n =
		cost > 0 ? seconds / cost / (double)subjects : (double)FIRST_TRY / (double)subjects;

	if (n < FEWEST)
		return FEWEST;
	return n < l->candidates ? (size_t)n : l->candidates;
}

static void give_up(struct fuzz_subject *v, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		if (active(&v[i]))
			v[i].why_not = why;
	}
}

static void try_alone(struct pass *p, const struct fuzz_limits *l, double share)
{
	for (size_t i = 0; i < p->n; i++) {
		struct fuzz_subject *s = &p->v[i];

		if (!s->alone || !active(s))
			continue;
		if (s->used >= share)
			s->why_not = out_of_time;
		else
			try_some(p, s,
				 affordable(l, (share - s->used) / 2, s->cost,
					    s->cost > 0 ? 1 : FIRST_TRY / FEWEST / 2));
	}
}

void fuzz_minimise(struct arena *a, struct fuzz_subject *v, size_t n, const struct fuzz_limits *l,
		   fuzz_try try, void *ctx)
{
	struct pass p = { a, v, n, try, ctx };
	double start = fuzz_clock(), seconds = l->seconds;
	bool shortened = false;

	for (unsigned round = 0; round < l->rounds; round++) {
		double now = fuzz_clock() - start, cost = 0;
		size_t together = 0, left = 0;

		if (l->stop && *l->stop && !shortened) {
			shortened = true;
			if (seconds > now + l->seconds_when_stopped)
				seconds = now + l->seconds_when_stopped;
		}
		for (size_t i = 0; i < n; i++) {
			left += active(&v[i]);
			together += active(&v[i]) && !v[i].alone;
			if (active(&v[i]) && !v[i].alone && v[i].cost > cost)
				cost = v[i].cost;
		}
		if (!left)
			return;
		if (now >= seconds)
			break;
		if (together)
			try_some(&p, NULL, affordable(l, (seconds - now) / 4, cost, together));
		try_alone(&p, l, seconds / (double)n);
	}
	give_up(v, n, out_of_time);
}
