/* SPDX-License-Identifier: MIT */
/* Private to src/verdict: what judge.c and unspecified.c share. */
#ifndef CLOBBER_JUDGE_H
#define CLOBBER_JUDGE_H

#include "verdict/model.h"

/* Append a finding and raise its case's verdict to `verdict`. The pointer is good until the next.
 */
struct finding *matrix_add_finding(struct matrix *m, size_t column, const struct gen_case *c,
				   int direction, enum check check, enum rule_id rule,
				   enum verdict verdict);

/* Compare what implementations do where no document decides; differences become divergences. */
void judge_unspecified(struct matrix *m);

/* Fill m->extension from the records and findings. */
void judge_places(struct matrix *m);
void judge_extension(struct matrix *m);

/* Mark the findings that `//! known` lines expect, and list the known ones that did not occur. */
void judge_known(struct matrix *m);

/* The known cause that explains a finding in a case that did not come with clobber, or in a column
 * of C++, or NULL. */
const struct known *known_cause(const struct column *col, const struct finding *f);

#endif
