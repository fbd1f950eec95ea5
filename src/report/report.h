/* SPDX-License-Identifier: MIT */
/* Renderings of the matrix. Each appends to a string; none computes anything the model lacks. */
#ifndef CLOBBER_REPORT_H
#define CLOBBER_REPORT_H

#include "verdict/model.h"

struct text_style {
	unsigned columns; /* width of the terminal; at least 60 */
	bool colour;
	bool every_group;   /* a row for each group, not only for each convention and direction */
	bool every_finding; /* all findings, not one example of each kind */
};

/* The matrix, what was not run and why, and the findings, most serious last. */
void report_text(struct str *out, const struct matrix *m, const struct text_style *style);

/* Three lines: planned = executed + not run; a count for each verdict; known, unexpected, vanished.
 */
void report_totals(struct str *out, const struct matrix *m);

/* matrix.json: docs/matrix-json.md. */
void report_json(struct str *out, const struct matrix *m);

/* Findings that are one fact: same convention, check, rule, subject and compiler family. */
struct cluster {
	const struct finding *example; /* the one with the shortest prototype */
	size_t findings, cases;
	const char *columns;     /* "gcc-12 -m32 -O0 -O2, ..." */
	const char *conventions; /* "sysv, regparm0" */
};

/* Group all findings; returns an array in `a` of *n clusters, least serious first. */
struct cluster *report_clusters(struct arena *a, const struct matrix *m, size_t *n);

#endif
