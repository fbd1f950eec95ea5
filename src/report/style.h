/* SPDX-License-Identifier: MIT */
/* Private to src/report: colours of the text report, and its tables. */
#ifndef CLOBBER_STYLE_H
#define CLOBBER_STYLE_H

#include "report/report.h"

#define RED     "\033[31m"
#define GREEN   "\033[32m"
#define YELLOW  "\033[33m"
#define MAGENTA "\033[35m"
#define DIM     "\033[2m"
#define BOLD    "\033[1m"
#define OFF     "\033[0m"

const char *colour_of(enum verdict v);

/* Append text, in colour if the style has any. */
void paint(struct str *out, const struct text_style *s, const char *colour, const char *text);

/* Append text wrapped at the width: the first line begins with `first`, the others with `indent`.
 */
void text_wrap(struct str *out, const struct text_style *style, const char *first,
	       const char *indent, const char *text);

/* Who extends narrow arguments, who relies on it, and which pairs are therefore unsafe. */
void report_narrow(struct str *out, const struct matrix *m, const struct text_style *style);

/* One table a width: rows are conventions and directions (and groups, if asked), cells verdicts. */
void report_tables(struct str *out, const struct matrix *m, const struct text_style *style);

#endif
