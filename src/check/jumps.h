/* SPDX-License-Identifier: MIT */
/* The jumps of code under test that do not say where they go, and where they may lead: what a
 * number that is out of bounds makes of one is no fault of the function. */
#ifndef CLOBBER_CHECK_JUMPS_H
#define CLOBBER_CHECK_JUMPS_H

#include "check/blocks.h"
#include "check/contract.h"

/* Of all functions of the file, whose blocks are known, and of those that they enter, into
 * file->jump, file->lead (of jumps whose table was not found) and file->edge (of the others), in
 * order. Jumps whose table was not found are left out where no local label is known. In `a`. */
void find_jumps(struct arena *a, const struct code *k, struct contract_file *file);

#endif
