/* SPDX-License-Identifier: MIT */
/* How far a whole run is, and what is left of it: phases with the work that each is expected to be,
 * in units of one compilation. */
#ifndef CLOBBER_PROGRESS_H
#define CLOBBER_PROGRESS_H

#include "util/util.h"

#include <time.h>

enum phase { PHASE_PROBE, PHASE_COMPILE, PHASE_LINK, PHASE_RUN, PHASE_CLAIMS, PHASES };

struct progress_whole {
	struct timespec start;
	double all[PHASES], done[PHASES]; /* units */
	double seconds[PHASES];           /* wall clock that each took; for `-v` */
	enum phase phase;
	struct timespec since;          /* of the phase */
	void (*show)(const char *line); /* NULL: nobody watches */
};

/* What a payload is expected to take in a process, and in a machine that is emulated. */
enum { UNITS_NATIVE = 2, UNITS_GUEST = 12, UNITS_CLAIMS = 80 };

void progress_begin(struct progress_whole *w, void (*show)(const char *line));

/* Enter a phase: what is known of its work, in units (0: what was known before). Nothing follows
 * the claims, which compile and run in their own phase. */
void progress_phase(struct progress_whole *w, enum phase p, double all);

/* Item `k` of `n` of the phase is done, which makes `done` of its units; `what` is it. */
void progress_item(struct progress_whole *w, unsigned k, unsigned n, double done, const char *what);

/* The last phase is over; the line is cleared. */
void progress_end(struct progress_whole *w);

/* "probe 0.1 s, compile 31.0 s, ...": of the phases that were. In `a`. */
const char *progress_phases(struct arena *a, const struct progress_whole *w);

#endif
