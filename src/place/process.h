/* SPDX-License-Identifier: MIT */
/* A payload as a process, started again behind the case that took it down: what place native and
 * the user-mode emulators have in common. */
#ifndef CLOBBER_PROCESS_PLACE_H
#define CLOBBER_PROCESS_PLACE_H

#include "place/place.h"

#include <sys/types.h>
#include <time.h>

/* How a payload is started and watched. */
struct process {
	const char *program;    /* path of what runs the payload; NULL: itself */
	const char *options[3]; /* in front of the payload, NULL-ended */
	/* In the child, before it becomes the program: confine it. False: that failed. May be NULL.
	 */
	bool (*confine)(void *closure);
	/* Wait for the process: its wait status, or -1 when it had to be ended because code under
	 * test does not end. */
	int (*wait)(void *closure, pid_t pid, const volatile struct cl_header *h);
	void *closure;
	bool together; /* several such processes may be under way at a time, each in a thread */
};

/* Run the payload. Outcomes live in `a`; out->n is set, and out->why_not by the caller. */
void process_run(struct arena *a, const struct payload *p, const struct process *how,
		 struct place_run *out);

/* Does the process make progress? Looked at now and then while waiting for it. */
struct progress {
	clockid_t clock; /* of its processor time */
	time_t since,
		used;  /* seconds: wall clock when last looked at, processor time at the start */
	time_t waited; /* seconds of wall clock since the start */
	uint32_t executed, current;
};

/* Seconds without progress after which a process is given up, by its watcher: of processor time, so
 * that a busy machine times nothing out; and of wall clock, for one that waits. */
enum { PROCESS_STUCK_S = 15, PROCESS_STUCK_WALL_S = 120 };

void progress_start(struct progress *g, pid_t pid, const volatile struct cl_header *h);
/* Is it to be given up? A case that came to its end is progress. */
bool progress_stuck(struct progress *g, pid_t pid, const volatile struct cl_header *h);

#endif
