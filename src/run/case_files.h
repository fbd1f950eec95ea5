/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_CASE_FILES_H
#define CLOBBER_CASE_FILES_H

#include "proto/proto.h"

/* Case files named by a LIST of files, folders, globs, each optionally with ":FUNCTION" to take one
 * case only; NULL: the cases that come with clobber. Ends with a message on bad input. */
void load_cases(struct arena *a, const char *list, struct case_list *out);

#endif
