/* SPDX-License-Identifier: MIT */
/* What a run took, and what it took from the last one: its last line. */
#ifndef CLOBBER_EFFORT_H
#define CLOBBER_EFFORT_H

#include "verdict/model.h"

#include <time.h>

struct effort {
	struct timespec start;
	unsigned files, built;     /* objects and payloads there are; those that ninja made */
	unsigned payloads, reused; /* payloads with records; those whose records were kept */
};

/* The clock runs from here. */
void effort_start(struct effort *e);

/* Add the files of the plan and the payloads of its executed matrix. */
void effort_add(struct effort *e, const struct matrix *m);

/* "12.3 s (20.1 s of processor time): 3 of 751 files built, 2 of 42 payloads run; ...", in `a`.
 * Processor time is that of this process and of all it has waited for. */
const char *effort_text(struct arena *a, const struct effort *e);

/* "48 s", "2 min 10 s"; where payloads were kept, how many of them. In `a`. */
const char *effort_short(struct arena *a, const struct effort *e);

#endif
