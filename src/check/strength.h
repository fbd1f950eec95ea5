/* SPDX-License-Identifier: MIT */
/* How much a result says: calls that were judged, instructions that ran, checks that did not. */
#ifndef CLOBBER_CHECK_STRENGTH_H
#define CLOBBER_CHECK_STRENGTH_H

#include "check/check.h"
#include "check/never.h"

/* At most so many checks may be missing. */
enum { STRENGTH_MISSING = 8 };

struct strength {
	unsigned calls;      /* 0: none were */
	unsigned insns, ran; /* instructions; 0: not known */
	struct never *never;
	size_t nnever;
	bool open; /* some jumps lead to where this cannot tell */
	struct cycles {
		unsigned median, low, high; /* of a call; half of them are between the latter */
	} cycles[2];                        /* of the function, of its reference; 0: not measured */
	const char **note;                  /* what is no finding */
	size_t nnotes;
	bool no_equal;        /* equal calls were not compared */
	const char **missing; /* checks that did not run, and what would have them run */
	size_t nmissing;
};

/* From the records of a place: the native one, or else the first that ran. */
void strength_read(struct check_run *r, const struct checked_place *p);
/* "1000 calls, 97 of 97 instructions"; "" when nothing is known. In r->arena. */
const char *strength_text(const struct check_run *r, const struct contract *c);
/* "cycles a call: 41 (39 to 44); the reference: 310 (300 to 335), 7.6 times as many", or NULL. */
const char *strength_cycles(const struct check_run *r, const struct contract *c);
/* "f+0x12 (3 instructions, f.S:7): xor ebx, ebx; jne ..." */
const char *strength_never(const struct check_run *r, const struct never *x);
/* Once it is known what ran: which checks did not. */
void strength_missing(struct check_run *r);

#endif
