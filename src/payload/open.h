/* SPDX-License-Identifier: MIT */
/* Return values that no document places: see open.c. */
#ifndef CLOBBER_OPEN_H
#define CLOBBER_OPEN_H

#include "payload/runtime.h"

/* For asm/open.asm: how the probe of this round returns. */
enum { CL_OPEN_RETURN = 1 /* else it goes back to the runtime */, CL_OPEN_X87 = 2 };
extern struct cl_open {
	cl_word how;
	cl_word pointer; /* address of the word that is the caller's pointer, or 0 */
	cl_word bytes;   /* of the value */
	cl_word pop;
} cl_open;

/* After prepare: gives a callee a buffer by every place a hidden pointer may be in, and decides how
 * a probe returns. Nothing, unless the return value of `c` is open, or whether an argument is
 * passed by reference. */
void open_prepare(const struct cl_case *c, int direction, int round);

/* After a run: where the callee left the value, or where the caller took it from. True: x87 or mmx
 * registers in use say nothing of this run. */
bool open_callee(const struct cl_case *c, const struct cl_values *v, struct findings *out);
bool open_caller(const struct cl_case *c, const struct cl_values *v, int round, int how,
		 struct findings *out);

/* After open_caller: the probe wrote the value through a pointer that was none to a result. What
 * the caller has lost since, it may have lost by that. */
bool open_misled(void);

/* The places whose buffer, as it was before the call, begins with these bytes: the callee followed
 * a pointer from there. */
struct candidates open_pointed(const struct cl_case *c, const volatile uint8_t *bytes,
			       const uint8_t *mask, unsigned n);

/* After the rounds of a callee: what it did, for the rounds of its caller. */
void open_after_callee(const struct cl_case *c, const struct findings *v);

/* How the callee took an argument that no document places. A caller leaves copies and pointers to
 * them in registers; what its own callee does not look for is left over. */
enum open_way { OPEN_UNKNOWN, OPEN_VALUE, OPEN_POINTER };
enum open_way open_callee_takes(const struct cl_case *c, unsigned arg);

#endif
