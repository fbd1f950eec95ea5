/* SPDX-License-Identifier: MIT */
/* What has to be proved, from contracts and from cases. */
#ifndef CLOBBER_PROVE_SUBJECT_H
#define CLOBBER_PROVE_SUBJECT_H

#include "check/contract.h"
#include "prove/prove.h"

/* What a contract promises. */
void subject_of_contract(const struct contract *c, struct prove_subject *out);

/* What a prototype under a convention promises, compiled in a profile, under a name. NULL, or why
 * it cannot be declared there. */
const char *subject_of_prototype(const char *name, const struct prototype *p,
				 const struct convention *c, enum profile_id profile,
				 struct prove_subject *out);

/* What every function of a convention promises, whatever its prototype. */
void subject_of_name(const char *name, const struct convention *c, struct prove_subject *out);

/* The declared functions of a file of contracts, under test or called, for struct prove_job's
 * `callee`; `closure` is a struct contract_file. */
const struct prove_callee *subject_callee(void *closure, const char *name);

#endif
