/* SPDX-License-Identifier: MIT */
/* Words of the command line. */
#ifndef CLOBBER_WORDS_UTIL_H
#define CLOBBER_WORDS_UTIL_H

#include "util/util.h"

/* Split a comma-separated LIST into a NULL-ended array in `a`; NULL stays NULL. */
const char **split_list(struct arena *a, const char *list);

/* The nearest of a NULL-ended list of words to a misspelt one, or NULL. */
const char *nearest(const char *word, const char *const *words);

/* Is `name` in a NULL-ended list, or that NULL? */
bool listed(const char *const *names, const char *name);

#endif
