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

struct causes;

/* What a run knows of itself and its matrix does not. */
struct run_facts {
	const char *took;   /* "48 s" */
	const char *folder; /* of the reports */
};

/* For a terminal: the matrix in short, what was found by cause, and the answer last; with
 * style->every_finding all tables and findings before it. `run` may be NULL. */
void report_text(struct str *out, const struct stored *s, const struct run_facts *run,
		 const struct text_style *style);

/* Only the answer, in one to six lines: who is fine, who violates what by cause, how many calls
 * were checked, what was not run here and why. It ends report_text too. */
void report_answer(struct str *out, const struct stored *s, const struct causes *c,
		   const struct run_facts *run, const struct text_style *style);

/* The renderings of `clobber report`. `everything`: all findings and groups where the format has
 * room for it, not one of each kind. */
typedef void report_function(struct str *out, const struct stored *s, bool everything);
report_function report_terminal, report_mail, report_markdown, report_html, report_junit,
	report_ktap, report_github, report_known;

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

/* What a cluster of findings is. */
enum cluster_kind {
	CLUSTER_KNOWN,    /* listed with its case, with a reason */
	CLUSTER_DIED,     /* the compiler itself died */
	CLUSTER_DE_FACTO, /* no document decides, gcc and clang agree */
	CLUSTER_POINT,    /* no document decides, implementations differ */
	CLUSTER_CAUSE,    /* a document is violated, or a call did not come back */
};

/* What happens, too, where a cause shows: see src/report/follow.c. */
struct follower {
	const struct stored_finding *example;
	size_t cases;
};

/* Findings that are one fact. Of causes: what happened (check and shape: which register, kind of
 * value) with one compiler family, and what follows from it; of points: the rule that documents
 * lack or contradict each other on; of known ones: the reason. */
struct cluster {
	enum cluster_kind kind;
	const struct stored_finding *example; /* the one with the shortest prototype */
	size_t findings, cases;
	size_t as[CL_DIRECTIONS]; /* its cases by direction */
	unsigned widths;          /* 32, 64 or, of both, 96 */
	struct follower *follows;
	size_t nfollows;
	const char *columns;     /* "gcc-12 -m32 -O0 -O2, ..." */
	const char *compilers;   /* "gcc-11, gcc-12" */
	const char *conventions; /* "sysv, regparm0" */
};

/* All clusters of a matrix, and of each finding the cluster it is in. */
struct causes {
	struct cluster *v;
	size_t n, count[CLUSTER_CAUSE + 1]; /* all, and by kind */
	unsigned *of;
	size_t *first, *next; /* the findings of each cluster as it was before those that follow
				 were put with others, linked */
};

/* Group all findings; least serious first, all in s->arena. */
void report_causes(const struct stored *s, struct causes *out);

/* The same, for who needs the clusters only: *n of them. */
struct cluster *report_clusters(const struct stored *s, size_t *n);

/* Part of the key of a cause: what of the finding is what happened, and not with which value. In
 * s->arena. */
const char *cause_shape(const struct stored *s, const struct stored_finding *f);

/* A cause in a few words: "rbx, r12 are not preserved". In s->arena. */
const char *cause_title(const struct stored *s, const struct cluster *c);

/* The same of a finding alone. */
const char *cause_words(const struct stored *s, const struct stored_finding *f);

/* Who does what where no document decides, in a line: "c in esp+4 (gcc-12), edx (clang-14)". In
 * s->arena. */
const char *point_words(const struct stored *s, const struct cluster *c);

#endif
