/* SPDX-License-Identifier: MIT */
/* Objects of x32 code (ELF of 32 bit for x86-64) as those of 64 bit, beside which the linker takes
 * no other. */
#ifndef CLOBBER_PLAN_X32_H
#define CLOBBER_PLAN_X32_H

#include "plan/made.h"

/* Do these bytes look like an ELF file of x32 code? */
bool x32_is(const uint8_t *data, size_t len);
/* Read a relocatable one into *out. NULL, or what is wrong with it ("is ...", "has ..."), in `a`.
 * Its code is what it was: 64-bit code whose addresses are below 4 GiB, which it is linked for.
 * Notes and what debuggers read is left out. */
const char *x32_read(struct arena *a, const uint8_t *data, size_t len, struct made *out);

#endif
