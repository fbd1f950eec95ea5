/* SPDX-License-Identifier: MIT */
/* Private to src/report: the parts of the text report, and its tables. */
#ifndef CLOBBER_STYLE_H
#define CLOBBER_STYLE_H

#include "report/report.h"

const char *colour_of(enum verdict v);

/* Parts of the text reports: a finding in full; a known fact in short; the columns and conventions
 * of a cluster in front of its example; known findings that vanished; what could not be tried and
 * why; what the marks in the tables mean; the totals, wrapped. */
void text_finding(struct str *out, const struct stored *s, const struct text_style *style,
		  const struct stored_finding *f, const char *columns);
void text_known(struct str *out, const struct text_style *style, const struct cluster *v);
const char *text_cluster_columns(const struct stored *s, const struct cluster *v);
void text_vanished(struct str *out, const struct stored *s, const struct text_style *style);
void text_absences(struct str *out, const struct stored *s, const struct text_style *style);
void text_legend(struct str *out, const struct text_style *style);
void text_totals(struct str *out, const struct stored *s, const struct text_style *style);

/* Who extends narrow arguments, who relies on it, and which pairs are therefore unsafe. */
void report_narrow(struct str *out, const struct stored *s, const struct text_style *style);

/* Text in a paragraph or table of Markdown, with what means something there made harmless; and one
 * finding in full. */
void markdown_safe(struct str *out, const char *s);
void markdown_finding(struct str *out, const struct stored_finding *f, const char *columns);

/* Does a cell hold violations, crashes or timeouts that are not all known? */
bool cell_fails(const struct cell *c);

/* The text of the findings that make a cell fail; how many there are. Long texts are cut, and say
 * so. */
unsigned cell_text(struct str *out, const struct stored *s, const struct cell *c, unsigned columns);

/* Counts of the cells of several rows. */
struct sum {
	unsigned planned, executed, known, count[VERDICT_COUNT];
	enum verdict verdict;
};

/* A column's cells in the rows with the convention and width of `like`, this direction and this
 * group or, if NULL, any. */
struct sum table_sum(const struct stored *s, size_t column, const struct row *like,
		     const char *group, int direction);

/* "ok", "ok-", "12d", "3V", "1!", "4k", "-", "n/r": what is known steps back behind what is not.
 * Returns the colour. */
const char *table_mark(char buf[16], const struct sum *s);

/* Is it the first row of its convention and width? */
bool table_leads(const struct stored *s, size_t row);

/* Do two columns belong in one table: same width, profile and place? */
bool table_same_kind(const struct stored_column *a, const struct stored_column *b);

/* A column of each kind, in the order in which they are reported: the platform's defaults first, 64
 * bit before 32; *n of them, in s->arena. Places where nothing differs are left out. */
size_t *table_kinds(const struct stored *s, size_t *n);

/* The cases whose verdict in another place is not the native one; with style->every_finding what
 * else there is to say of each place. */
void text_places(struct str *out, const struct stored *s, const struct text_style *style);

/* One table a width: rows are conventions and directions (and groups, if asked), cells verdicts. */
void report_tables(struct str *out, const struct stored *s, const struct text_style *style);

/* Conformance of a compiler under a convention, over all of its options, profiles and places. */
struct summary_cell {
	unsigned planned, expressible, executed, known;
	unsigned causes, died; /* causes that are not known; cases on which the compiler died */
	bool native;
	const char *place; /* the first in which anything ran, if none ran natively */
};

/* The matrix in short: rows are conventions, columns compilers by width, 64 bit first. */
struct summary {
	const struct stored_column **group; /* a column of each compiler and width */
	const char **name;                  /* of conventions, those that lead the matrix first */
	size_t ngroups, nnames, nheadline;
	struct summary_cell *cell; /* by name * ngroups + group */
};

void summary_make(const struct stored *s, const struct causes *c, struct summary *out);

/* "ok", "ok k", "FAIL 2", "died 90", "-", "n/r"; with the place in front where it is not native:
 * "vmx ok". In `a`; the colour in *colour. */
const char *summary_mark(struct arena *a, const struct summary_cell *c, const char **colour);

/* The label of row `name`: conventions with the same cells as an earlier one are folded into that
 * unless they lead the matrix or `unfold`. NULL: it is folded. */
const char *summary_label(struct arena *a, const struct summary *m, size_t name, bool unfold);

/* As a table, as many columns side by side as fit; and what the marks mean. */
void summary_text(struct str *out, const struct stored *s, const struct summary *m,
		  const struct text_style *style);

/* Unexpected, or known and vanished? */
bool answer_fails(const struct stored *s);

/* "41,840". In `a`. */
const char *grouped_number(struct arena *a, size_t n);

/* Causes that are not known, most serious first: `most` of them, each in full with one example; the
 * others in a line each, those beyond `lines` counted. */
void text_causes(struct str *out, const struct stored *s, const struct causes *c,
		 const struct text_style *style, size_t most, size_t lines);

/* What follows from a cause, with the number of cases: `most` of it. */
void text_followers(struct str *out, const struct stored *s, const struct cluster *c,
		    const struct text_style *style, size_t most);

/* Compilers that died, with an example each. */
void text_died(struct str *out, const struct stored *s, const struct causes *c,
	       const struct text_style *style);

/* Points that no document decides, a line each. */
void text_points(struct str *out, const struct stored *s, const struct causes *c,
		 const struct text_style *style);

/* The claims of the thread in a line; nothing when none were decided. */
void text_claims_line(struct str *out, const struct stored_claims *c,
		      const struct text_style *style);

#endif
