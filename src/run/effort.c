/* SPDX-License-Identifier: MIT */
#include "run/effort.h"

#include <sys/resource.h>

void effort_start(struct effort *e)
{
	*e = (struct effort){ 0 };
	clock_gettime(CLOCK_MONOTONIC, &e->start);
}

void effort_add(struct effort *e, const struct matrix *m)
{
	/* Batches that a compiler refuses are compiled and no part of what there is in the end. */
	e->files += m->plan->files > m->plan->built ? m->plan->files : m->plan->built;
	e->built += m->plan->built;
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct place_run *r = &m->runs[i].run;

		e->payloads += r->v && !r->why_not;
		e->reused += r->reused;
	}
}

static double seconds(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
	       (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double elapsed(const struct effort *e)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - e->start.tv_sec) +
	       (double)(now.tv_nsec - e->start.tv_nsec) / 1e9;
}

const char *effort_short(struct arena *a, const struct effort *e)
{
	double s = elapsed(e);
	char *r = s < 10   ? arena_printf(a, "%.1f s", s)
		  : s < 60 ? arena_printf(a, "%.0f s", s)
			   : arena_printf(a, "%.0f min %02.0f s", (double)(int)(s / 60),
					  (double)((int)s % 60));

	return e->reused
		       ? arena_printf(a, "%s (%u of %u payloads reused)", r, e->reused, e->payloads)
		       : r;
}

const char *effort_text(struct arena *a, const struct effort *e)
{
	struct rusage own = { 0 }, children = { 0 };

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return arena_printf(
		a,
		"%.1f s (%.1f s of processor time): %u of %u files built, %u of %u payloads run%s",
		elapsed(e), seconds(&own) + seconds(&children), e->built, e->files,
		e->payloads - e->reused, e->payloads,
		e->built < e->files || e->reused ? "; the others are reused, for nothing that they "
						   "depend on has changed (--fresh runs all)"
						 : "");
}
