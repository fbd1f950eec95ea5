/* SPDX-License-Identifier: MIT */
/* `clobber check --step`: code under test, one instruction at a time, traced from outside. */
#ifndef CLOBBER_CHECK_STEP_H
#define CLOBBER_CHECK_STEP_H

#include "check/check.h"

/* Run the payload once more as a process, stepped, and add what is found to r->finding. Functions
 * without call frame information are noted in r->no_cfi. NULL, or why it cannot be done (in
 * r->arena). */
const char *check_step(struct check_run *r);

#endif
