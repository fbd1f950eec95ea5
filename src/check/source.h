/* SPDX-License-Identifier: MIT */
/* Where the declarations of `clobber check` come from. */
#ifndef CLOBBER_CHECK_SOURCE_H
#define CLOBBER_CHECK_SOURCE_H

#include "check/contract.h"

struct declarations {
	struct case_list cases;
	struct contract_source source;
	bool header; /* of a project: it may declare more than is under test */
};

/* `--proto' texts, each with `//!' lines before it (`notes', for the last one), as one source
 * called
 * "<prototype>". 0, or -1 and *error in `a`. */
int declarations_of_protos(struct arena *a, const char *const *protos, const char *const *notes,
			   struct declarations *out, const char **error);

/* A contract file, "FILE" or "FILE:FUNCTION" (that one and what it calls). */
int declarations_of_contract(struct arena *a, const char *path, struct declarations *out,
			     const char **error);

/* A C header: preprocessor lines and extern "C" are passed over. */
int declarations_of_header(struct arena *a, const char *path, struct declarations *out,
			   const char **error);

#endif
