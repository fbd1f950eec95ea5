/* SPDX-License-Identifier: MIT */
/* Private to src/report: the parts of matrix.json that explain the findings. Each returns a new
 * reference. */
#ifndef CLOBBER_DOCUMENT_H
#define CLOBBER_DOCUMENT_H

#include "report/report.h"

/* All rules with their sentences, and all cases, those with findings
 * with their placements. */
json_t *document_rules(enum edition edition);
json_t *document_cases(const struct matrix *m);

/* One finding of each fact with the assembly around it and the compiler's function, as the
 * disassembler `objdump' shows it (null where there is none). `root' holds all the rest. */
json_t *document_examples(const struct matrix *m, json_t *root);

#endif
