/* SPDX-License-Identifier: MIT */
/* From a plan to a judged matrix: its payloads run in their places, as many at once as there are
 * processors, and what came back is judged. */
#ifndef CLOBBER_RUN_H
#define CLOBBER_RUN_H

#include "run/places.h"
#include "verdict/model.h"

/* Run every payload of m->plan (built before) in the places of its columns, as many at once as
 * m->plan->jobs says (0: as there are processors), and judge. m->arena, plan and seed are set by
 * the caller; `places` says how, and are asked what they are. */
void execute(struct matrix *m, struct places *places);

/* Mark every column not-run, with this reason. */
void execute_nothing(struct matrix *m, const char *why);

/* Free what execute allocated beside m->arena. */
void matrix_close(struct matrix *m);

#endif
