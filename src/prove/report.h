/* SPDX-License-Identifier: MIT */
/* Proofs as text. */
#ifndef CLOBBER_PROVE_REPORT_H
#define CLOBBER_PROVE_REPORT_H

#include "prove/prove.h"
#include "report/report.h"

/* One line a function, then what is refuted or open, each with its path; `verbose` adds what each
 * proof assumes. Returns the exit status: 1 when something is refuted. */
int prove_report(struct arena *a, struct str *out, const struct prove_subject *f,
		 const struct proof *p, size_t n, const struct text_style *style, bool verbose);

#endif
