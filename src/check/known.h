/* SPDX-License-Identifier: MIT */
/* Findings that are accepted: `check --known FILE'. */
#ifndef CLOBBER_CHECK_KNOWN_H
#define CLOBBER_CHECK_KNOWN_H

#include "check/check.h"

/* Read the file: a line each, "FUNCTION: CHECK: SUBJECT  # reference", the beginning of what a
 * report says; empty lines and lines of a comment count for nothing. 0, or -1 and *error. */
int known_read(struct check_run *r, const char *path, const char **error);

/* Findings that lines speak of leave r->finding: those lines are marked `found'. Lines of functions
 * that were judged and had no such finding are marked `vanished'. */
void known_apply(struct check_run *r);

#endif
