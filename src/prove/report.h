/* SPDX-License-Identifier: MIT */
/* Proofs as text, and for other programs. */
#ifndef CLOBBER_PROVE_REPORT_H
#define CLOBBER_PROVE_REPORT_H

#include "prove/prove.h"
#include "report/report.h"
#include "util/test_results.h"

/* n functions, each with what came of it. */
struct proofs {
	const struct prove_subject *f;
	struct proof *p;
	size_t n;
};

/* One line a function, then what is refuted or open, each with its path. `verbose` adds what each
 * proof assumes; `quiet` leaves out what is proved. */
void prove_report(struct arena *a, struct str *out, const struct proofs *r,
		  const struct text_style *style, bool verbose, bool quiet);

/* One of the findings, in lines. */
void prove_finding_text(struct arena *a, struct str *out, const struct proof *p, size_t i);

/* How many are what, and why those that are not proved are not, the most frequent reason first: a
 * table in Markdown. */
void prove_reasons(struct arena *a, struct str *out, const struct proofs *r);

/* Exit status: 1 when something is refuted. */
int prove_status(const struct proofs *r);

void prove_json(struct arena *a, struct str *out, const struct proofs *r);

/* A result for each function, in memory of `a`. */
struct test_result *prove_results(struct arena *a, const struct proofs *r);

#endif
