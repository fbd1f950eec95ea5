/* SPDX-License-Identifier: MIT */
/* One declaration for many functions: `for GLOB' lines of contracts. */
#ifndef CLOBBER_CHECK_FAMILY_H
#define CLOBBER_CHECK_FAMILY_H

#include "check/object.h"
#include "check/source.h"

/* Each declaration with such lines becomes one of every function of the objects whose name matches
 * and that no other declaration names. 0, or -1 and *error, with position, in `a`: none matches. */
int families_expand(struct arena *a, struct declarations *d, const struct objects *o,
		    const char **error);

#endif
