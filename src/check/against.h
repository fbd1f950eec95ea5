/* SPDX-License-Identifier: MIT */
/* A reference: functions whose results and memory those under test are compared with. */
#ifndef CLOBBER_CHECK_AGAINST_H
#define CLOBBER_CHECK_AGAINST_H

#include "check/contract.h"

/* Where a reference is looked for, and what it is made with. */
struct reference {
	const char *given; /* "ref.o", "ref.c", "ref.a:name" */
	const char *dir;   /* what is made goes here */
	const char *cc, *ld, *objcopy;
	const char *file, *name; /* of `given`; name NULL: the same as each function's */
};

/* Make dir/against.o: the reference of each function under test under the name that struct
 * contract's `against` gets; all else in it is local. Functions that have none keep NULL. Returns
 * its path, or NULL and *error, one line, in `a`. */
const char *reference_make(struct arena *a, struct reference *ref, struct contract_file *f,
			   const char **error);

#endif
