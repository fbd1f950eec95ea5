/* SPDX-License-Identifier: MIT */
/* Single checks, for calls by contract: see check.c. Each compares the pictures of runtime.h. */
#ifndef CLOBBER_PAYLOAD_CHECK_H
#define CLOBBER_PAYLOAD_CHECK_H

#include "payload/compare.h"
#include "payload/runtime.h"

enum check {
#define CHECK(id, ...) CHECK_##id,
#include "abi/checks.def"
#undef CHECK
};

extern const struct candidates nowhere;

/* Record that `size` bytes of `item` differ; `origin` explains what was observed, `found` where the
 * expected value is. */
void differ(struct verdicts *out, int check, int item, int round, const volatile void *want,
	    const volatile void *got, unsigned size, struct candidates origin,
	    struct candidates found);
void differ_word(struct verdicts *out, int check, int item, int round, cl_word want, cl_word got);

/* DF, x87, MXCSR, and the flags of ring 0. */
void check_state(const struct cl_image *was, const struct cl_image *is, unsigned x87_regs, int item,
		 int round, struct verdicts *out);
/* Registers that must be after the call what they were before. */
void check_saved(const struct reg_set *kept, int round, struct verdicts *out);
/* Poison above the argument area. */
void check_canary(unsigned args, int round, struct verdicts *out);
/* `c` may be NULL. */
void check_stack_pointer(const struct cl_case *c, unsigned pop, int round, struct verdicts *out);

#endif
