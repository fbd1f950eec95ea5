/* SPDX-License-Identifier: MIT */
/* Places: where a payload runs. Each takes an ELF and hands back one outcome for each case and
 * direction; none interprets them. */
#ifndef CLOBBER_PLACE_H
#define CLOBBER_PLACE_H

#include "payload/record.h"
#include "abi/profile.h"

enum outcome_state {
	OUTCOME_MISSING, /* no record: the payload never came to it */
	OUTCOME_ABSENT,  /* the column has no such function, or nothing specifies its return */
	OUTCOME_EXECUTED
};

struct outcome {
	enum outcome_state state;
	unsigned nfindings, nobservations;
	const struct cl_finding *findings;
	const struct cl_observation *observations;
};

/* What running a payload took, in nanoseconds of wall clock; of virtual machines, all of them
 * together. `machines` 0: there were none. */
struct place_cost {
	unsigned machines;
	uint64_t exits;
	uint64_t wall; /* from the first start to the last record read */
	uint64_t create, load, run, destroy;
};

struct place_run {
	struct outcome *v; /* index * 2 + direction */
	size_t n;          /* cases */
	const char *
		why_not; /* NULL, or why the place cannot run here: then every outcome is missing */
	const char *broken; /* NULL, or how the payload itself failed: what is missing is charged */
	unsigned restarts;  /* times the payload died and was started again behind the case */
	struct place_cost cost; /* wall: by whoever runs places */
};

/* What a place needs to know of a payload. */
struct payload {
	const char *path;
	enum width width;
	enum isa isa;
	size_t ncases;
	uint64_t seed;
	unsigned directions; /* bit set of cl_direction */
	/* NULL, or who runs the process, started to be traced (ptrace(2)), to its end: its wait
	 * status, or -1 when it had to be ended. */
	int (*trace)(void *closure, int pid, const volatile struct cl_header *h);
	void *closure;
};

/* Can this machine run processes of the width with these vector registers? NULL, or why not. */
const char *native_why_not(enum width w, enum isa isa);

/* Run as an ordinary, confined process. Outcomes live in `a`. */
void native_run(struct arena *a, const struct payload *p, struct place_run *out);

/* The records of a finished or interrupted run, into out->v. Malformed memory (a payload that wrote
 * over its results) ends the reading: what was not read stays missing. */
void records_read(struct arena *a, const struct cl_header *h, size_t bytes, struct place_run *out);

/* Charge the end of the whole payload to the call it was in (index * 2 + direction): it was late,
 * or died. */
void outcome_charge(struct arena *a, struct place_run *out, uint32_t current, bool late);

#endif
