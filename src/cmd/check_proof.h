/* SPDX-License-Identifier: MIT */
/* `clobber check --prove': what is proved beside what ran. */
#ifndef CLOBBER_CMD_CHECK_PROOF_H
#define CLOBBER_CMD_CHECK_PROOF_H

#include "check/check.h"

/* Prove every function of a run that was judged; answers are in r->proof. */
void check_prove(struct check_run *r);

#endif
