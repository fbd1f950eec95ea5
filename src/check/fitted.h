/* SPDX-License-Identifier: MIT */
/* Inputs that fit a function, which the payload found by running it (src/payload/contract_fit.c).
 */
#ifndef CLOBBER_CHECK_FITTED_H
#define CLOBBER_CHECK_FITTED_H

#include "check/check.h"

/* Read what place `p`, the first that has run, found: into r->fitted. */
void fitted_read(struct check_run *r, const struct checked_place *p);

/* Make contracts of it, for whoever calls the functions again. Returns whether that changed
 * anything: then the payload has to be linked again. */
bool fitted_apply(struct check_run *r);

#endif
