/* SPDX-License-Identifier: MIT */
/* From a plan to a judged matrix: its payloads run in their places, as many at once as there are
 * processors, and what came back is judged. */
#ifndef CLOBBER_RUN_H
#define CLOBBER_RUN_H

#include "verdict/model.h"

/* How to run in places other than the native one. */
struct places {
	bool wanted[PLACES];
	const char *why_not[PLACES]; /* of a place that was left out, or NULL */
	struct place_options options;
	/* options.monitor is for all payloads in guests; else their profile decides */
	bool monitor_given;
};

/* Run every payload of m->plan (built before) in the places of its columns, as many at once as
 * m->plan->jobs says (0: as there are processors), and judge. m->arena, plan and seed are set by
 * the caller; `places` may be NULL when all columns are native. */
void execute(struct matrix *m, const struct places *places);

/* Run nothing, for that reason. */
void execute_nothing(struct matrix *m, const char *why);

/* Free what execute allocated beside m->arena. */
void matrix_close(struct matrix *m);

#endif
