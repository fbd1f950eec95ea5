/* SPDX-License-Identifier: MIT */
#include "plan/progress.h"

#include <stdio.h>

static const char *const names[PHASES] = { "probe", "compile", "link", "run", "claims" };

static double since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

void progress_begin(struct progress_whole *w, void (*show)(const char *line))
{
	*w = (struct progress_whole){ .show = show };
	clock_gettime(CLOCK_MONOTONIC, &w->start);
	w->since = w->start;
}

void progress_phase(struct progress_whole *w, enum phase p, double all)
{
	/* Claims compile and run, too. */
	if (w->phase == PHASE_CLAIMS)
		return;
	w->seconds[w->phase] += since(&w->since);
	clock_gettime(CLOCK_MONOTONIC, &w->since);
	/* What it took no longer counts as work to come. */
	w->all[w->phase] = w->done[w->phase];
	w->phase = p;
	if (all > 0)
		w->all[p] = w->done[p] + all;
}

void progress_item(struct progress_whole *w, unsigned k, unsigned n, double done, const char *what)
{
	double all = 0, ready = 0;
	char line[160], left[32] = "";

	w->done[w->phase] += done;
	for (int p = 0; p < PHASES; p++) {
		all += w->all[p];
		ready += w->done[p];
	}
	if (!w->show)
		return;
	if (ready >= 3 && all >= ready) {
		unsigned s = (unsigned)(since(&w->start) * (all - ready) / ready);

		snprintf(left, sizeof(left), ", %u:%02u left of all", s / 60, s % 60);
	}
	if (n)
		snprintf(line, sizeof(line), "%s %u/%u%s: %.50s", names[w->phase], k, n, left,
			 what);
	else
		snprintf(line, sizeof(line), "%s%s: %.50s", names[w->phase], left, what);
	w->show(line);
}

void progress_end(struct progress_whole *w)
{
	w->seconds[w->phase] += since(&w->since);
	clock_gettime(CLOCK_MONOTONIC, &w->since);
	if (w->show)
		w->show(NULL);
}

const char *progress_phases(struct arena *a, const struct progress_whole *w)
{
	const char *s = "";

	for (int p = 0; p < PHASES; p++) {
		if (w->seconds[p] >= 0.05)
			s = arena_printf(a, "%s%s%s %.1f s", s, *s ? ", " : "", names[p],
					 w->seconds[p]);
	}
	return s;
}
