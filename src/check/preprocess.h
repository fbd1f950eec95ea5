/* SPDX-License-Identifier: MIT */
/* Headers as a compiler's preprocessor leaves them. */
#ifndef CLOBBER_CHECK_PREPROCESS_H
#define CLOBBER_CHECK_PREPROCESS_H

#include "proto/proto.h"

/* Does it depend on what a preprocessor decides: conditions besides an include guard and
 * __cplusplus, or macros with arguments? */
bool preprocess_wanted(const char *text);

/* The header at `path` by `cc -E` ($CC, or cc) for a width, with each line of its own where it is
 * in the file and what it includes before that. NULL and *why when that is not possible. In `a`. */
char *preprocess(struct arena *a, const char *path, enum width w, const char **why);

#endif
