/* SPDX-License-Identifier: MIT */
/* What `run' and `merge' do with a judged matrix: write all reports, print one, and return the exit
 * status. */
#ifndef CLOBBER_RESULTS_H
#define CLOBBER_RESULTS_H

#include "report/report.h"

struct results_style {
	const char *out;   /* folder */
	const char *color; /* auto, always or never */
	const char *took;  /* how long it took, in words; or NULL */
	bool verbose, quiet;
};

/* Write DIR/matrix.json and the reports made from it, print the matrix (quiet: its answer) on
 * standard output. `claims` may be NULL. `host` replaces the host of the document unless it is
 * NULL. Returns the exit status. */
int results(struct matrix *m, const struct claims_table *claims, const char *command, json_t *host,
	    const struct results_style *style);

#endif
