/* SPDX-License-Identifier: MIT */
/* Renderings of the matrix. Each appends to a string; none computes anything the model lacks. The
 * JSON is made from the model; all others are made from the JSON (report/stored.h), so that
 * `clobber run' and `clobber report' say the same. */
#ifndef CLOBBER_REPORT_H
#define CLOBBER_REPORT_H

#include "report/stored.h"
#include "util/terminal.h"

/* matrix.json as a document: docs/matrix-json.md. `claims` is NULL when they were not decided;
 * `command` is what to type to run the same again.
 * The caller owns the result. */
json_t *report_document(const struct matrix *m, const struct claims_table *claims,
			const char *command);

/* Describe this machine for matrix.json. The caller owns the result. */
json_t *report_host(struct arena *a);

/* The text of a document. Ends the process with a message when memory is exhausted. */
void report_json(struct str *out, const json_t *document);

/* For a terminal: the matrix, what was not run and why, and the findings, most serious last. */
void report_text(struct str *out, const struct stored *s, const struct text_style *style);

/* The renderings of `clobber report`. `everything`: all findings and groups where the format has
 * room for it, not one of each kind. */
typedef void report_function(struct str *out, const struct stored *s, bool everything);
report_function report_mail, report_markdown, report_junit, report_html, report_junit, report_ktap,
	report_github;

struct report_format {
	const char *name, *file; /* file: what `clobber run' writes it to; NULL: it does not */
	const char *what;
	report_function *render;
};
extern const struct report_format report_formats[]; /* ends with a NULL name */

/* By name; NULL if there is none. */
const struct report_format *report_format(const char *name);

/* Three lines: planned = executed + not run; a count for each verdict; known, unexpected, vanished.
 */
void report_totals(struct str *out, const struct stored *s);

/* Findings that are one fact: same convention, check, rule, subject and compiler family. */
struct cluster {
	const struct stored_finding *example; /* the one with the shortest prototype */
	size_t findings, cases;
	const char *columns;     /* "gcc-12 -m32 -O0 -O2, ..." */
	const char *conventions; /* "sysv, regparm0" */
};

/* Group all findings; returns an array in s->arena of *n clusters, least serious first. */
struct cluster *report_clusters(const struct stored *s, size_t *n);

#endif
