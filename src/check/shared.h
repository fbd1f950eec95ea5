/* SPDX-License-Identifier: MIT */
/* Shared objects, as relocatable ones: the whole image as one section, its dynamic symbols and
 * relocations as plain ones. */
#ifndef CLOBBER_CHECK_SHARED_H
#define CLOBBER_CHECK_SHARED_H

#include "plan/made.h"

/* Of an ELF file of type ET_DYN for x86, in memory. NULL, or what is wrong with it ("is ..."), in
 * `a`. */
const char *shared_read(struct arena *a, const uint8_t *data, size_t len, struct made *out);

#endif
