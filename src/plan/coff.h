/* SPDX-License-Identifier: MIT */
/* Objects of Windows (COFF), as ELF objects. */
#ifndef CLOBBER_PLAN_COFF_H
#define CLOBBER_PLAN_COFF_H

#include "plan/made.h"

/* Do these bytes look like a COFF object for x86? */
bool coff_is(const uint8_t *data, size_t len);
/* Read it into *out. NULL, or what is wrong with it ("is ..."), in `a`. At 32 bit names lose the
 * decoration of their convention (_f, _f@8, @f@8). What only debuggers and the loader of Windows
 * read (.pdata, .xdata, .debug*, .drectve) is left out. */
const char *coff_read(struct arena *a, const uint8_t *data, size_t len, struct made *out);

#endif
