/* SPDX-License-Identifier: MIT */
/* Deciding claims: shared by `claims' and `run'. */
#ifndef CLOBBER_CMD_CLAIMS_H
#define CLOBBER_CMD_CLAIMS_H

#include "claims/claims.h"
#include "cmd/execute.h"

/* Run what the claims of `r` need in the wanted places, and decide them. r->plan has its arena,
 * tools and work folder, and no columns; r->claims and r->places are set here, and
 * place vmx is left out. The caller closes *m
 * (matrix_close) and *out (claims_close). */
void decide_claims(struct claims_request *r, struct matrix *m, struct places *places,
		   struct claims_table *out);

/* The exit status: as given, but 1 in place of 0, with a message, when a case that is broken on
 * purpose was not caught. */
int claims_status(const struct claims_table *t, int status);

#endif
