/* SPDX-License-Identifier: MIT */
/* Deciding claims: shared by `claims' and `run'. */
#ifndef CLOBBER_RUN_CLAIMS_H
#define CLOBBER_RUN_CLAIMS_H

#include "claims/claims.h"
#include "run/run.h"

/* Fill `r` for a run whose sets are in `p` (no columns yet), if the thread's own cases are all
 * among `cases` and profile kernel is in the run; else r->plan stays NULL. Everything lives in
 * p->arena. */
void request_claims(const struct plan *p, const struct case_list *cases,
		    const struct compiler_list *compilers, struct claims_request *r);

/* Run what the claims of `r` need in the wanted places, and decide them. r->plan has its arena,
 * tools and work folder, and no columns; r->claims and r->places are set here: of the
 * wanted places root operation, and the first of the others that works. The caller closes *m
 * (matrix_close) and *out (claims_close). */
void decide_claims(struct claims_request *r, struct matrix *m, struct places *places,
		   struct claims_table *out);

/* What claims ask of src/check: see hold_function. */
void hold_contracts(const struct plan *p, struct hold_order *v, size_t n);

/* The exit status: as given, but 1 in place of 0, with a message, when a case that is broken on
 * purpose was not caught. */
int claims_status(const struct claims_table *t, int status);

#endif
