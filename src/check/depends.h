/* SPDX-License-Identifier: MIT */
/* Words of findings that equal calls bring up (src/payload/contract_again.c). */
#ifndef CLOBBER_CHECK_DEPENDS_H
#define CLOBBER_CHECK_DEPENDS_H

#include "check/check.h"

/* A result that depends on what is no input: r->item is enum ct_source, r->loc enum ct_what. */
void depends_words(struct arena *a, const struct contract *c, enum width w,
		   const struct cl_finding *r, struct finding *f);
/* A result that is what its place held before. */
void never_set_words(struct arena *a, const struct contract *c, const struct cl_finding *r,
		     struct finding *f);

#endif
