/* SPDX-License-Identifier: MIT */
/* Words of a POSIX shell's command line. */
#ifndef CLOBBER_SHELL_H
#define CLOBBER_SHELL_H

#include "util/util.h"

/* A word in single quotes: 'it'\''s'. In `a`. */
char *shell_quote(struct arena *a, const char *s);

/* A word, quoted only where it needs to be. In `a`, or `s` itself. */
const char *shell_word(struct arena *a, const char *s);

#endif
