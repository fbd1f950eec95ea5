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

/* One table a width: rows are conventions and directions (and groups, if asked), cells verdicts. */
void report_tables(struct str *out, const struct stored *s, const struct text_style *style);

#endif
