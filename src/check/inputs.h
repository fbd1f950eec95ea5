/* SPDX-License-Identifier: MIT */
/* What is given as objects: ELF objects and archives as they are; shared objects, COFF objects,
 * thin archives and folders made into such. */
#ifndef CLOBBER_CHECK_INPUTS_H
#define CLOBBER_CHECK_INPUTS_H

#include "check/object.h"

/* Read them all: 0, or -1 and *error, one line, in `a`. `shared`: are shared objects taken? What is
 * made here is in memory, under paths in /proc that last as long as this process. */
int inputs_read(struct arena *a, char *const *paths, size_t n, bool shared, struct objects *out,
		const char **error);

#endif
