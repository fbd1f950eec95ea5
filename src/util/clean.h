/* SPDX-License-Identifier: MIT */
/* Text of others (compilers, files) made fit to be printed and stored. */
#ifndef CLOBBER_CLEAN_H
#define CLOBBER_CLEAN_H

#include "util/util.h"

/* Append text without what a terminal, a Markdown file or a log would take for a command: a blank
 * for each control character, U+FFFD for each byte that is not UTF-8 (Unicode 15, table 3-7). With
 * `lines`, line ends and tabs stay. */
void str_add_clean(struct str *out, const char *s, bool lines);

/* The same as a string: `s` itself if nothing changes, else in `a`. NULL stays NULL. */
const char *clean_text(struct arena *a, const char *s);
const char *clean_lines(struct arena *a, const char *s);

#endif
