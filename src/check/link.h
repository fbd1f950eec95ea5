/* SPDX-License-Identifier: MIT */
/* From objects and contracts to a payload: the objects are linked as they are, byte for byte,
 * behind clobber's runtime and what is generated for their contracts. */
#ifndef CLOBBER_CHECK_LINK_H
#define CLOBBER_CHECK_LINK_H

#include "check/contract.h"
#include "check/object.h"

struct linking {
	struct arena *a;
	const struct objects *objects;
	struct contract_file *file; /* gains a probe for each stub */
	const char *dir;            /* generated files go here */
	const char *runtime;        /* clobber's own: rc64.o, check.ld */
	const char *nasm, *ld;
	const char *ground; /* of place/kept.h: link only what changed in `dir`; NULL: always */
	bool weak_stubs;
	bool traps;  /* undefined symbols are no error: calls of them are told, memcpy and the like
			exist */
	bool follow; /* find the blocks of each function, for the payload to see which run */
	const char *against; /* an object with references (against.h); NULL: none */
	const char **stub;   /* what stands in for undefined symbols */
	size_t nstubs;
};

/* The payload's path, or NULL and *error (one line, in `a`). */
const char *link_payload(struct linking *l, const char **error);

#endif
