/* SPDX-License-Identifier: MIT */
/* Single checks, of callees, callers and calls by contract: see check.c. Each compares the pictures
 * of runtime.h. */
#ifndef CLOBBER_PAYLOAD_CHECK_H
#define CLOBBER_PAYLOAD_CHECK_H

#include "payload/compare.h"
#include "payload/runtime.h"

enum check {
#define CHECK(id, ...) CHECK_##id,
#include "abi/checks.def"
#undef CHECK
};

/* DF, x87, MXCSR, and the flags of ring 0. `x87_regs`: how many registers of the x87 stack are in
 * use, or ANY_X87. */
enum { ANY_X87 = 0xff };
void check_state(const struct cl_image *was, const struct cl_image *is, unsigned x87_regs, int item,
		 int round, struct findings *out);
/* Registers that must be after the call what they were before. */
void check_saved(const struct reg_set *kept, int round, struct findings *out);
/* Poison above the argument area. */
void check_canary(unsigned args, int round, struct findings *out);
/* `c` may be NULL. */
void check_stack_pointer(const struct cl_case *c, unsigned pop, int round, struct findings *out);
/* What the function kept across its call. */
void check_locals(const struct cl_case *c, int round, struct findings *out);
/* What was popped after a failed VMREAD. */
void check_slots(const struct cl_values *v, int round, struct findings *out);

/* What an integer narrower than long long becomes when it is widened as its type says; and such a
 * value after the compiler widened it: to int what is narrower, else to long long. */
long long widened(const struct cl_value *d, const uint8_t *value);
long long seen_wide(const struct cl_value *d, int as_int, long long as_long);

/* check_caller.c: do n bytes at p lie in the caller's frame? And what was there at the call:
 * afterwards its memory is its own to reuse. */
bool in_frame(cl_word p, unsigned n);
const uint8_t *frame_at(cl_word p, unsigned n);

enum {
	CALL_ALIGN = 16,
	MOST_OBSERVED = 32 /* bytes of an argument whose places are reported */
};

#endif
