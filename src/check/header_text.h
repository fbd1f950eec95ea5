/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_CHECK_HEADER_TEXT_H
#define CLOBBER_CHECK_HEADER_TEXT_H

#include "util/util.h"

/* A project's header, or what a preprocessor made of one, as the parser takes it: without
 * directives, function bodies, extern "C" and what is under a #pragma pack; macros that
 * the header defines for attributes, and those of the Linux kernel, in the words they stand for.
 * A function with an asm label gets its symbol as name. Lines stay lines. *left_out counts what a
 * label that cannot be read or a #pragma pack kept out. In `a`; `text` is used up. */
char *header_text(struct arena *a, char *text, size_t *left_out);

#endif
