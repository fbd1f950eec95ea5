/* SPDX-License-Identifier: MIT */
/* Text for a terminal: its width and colours. */
#ifndef CLOBBER_TERMINAL_H
#define CLOBBER_TERMINAL_H

#include "util/util.h"

#define RED     "\033[31m"
#define GREEN   "\033[32m"
#define YELLOW  "\033[33m"
#define MAGENTA "\033[35m"
#define DIM     "\033[2m"
#define BOLD    "\033[1m"
#define OFF     "\033[0m"

/* How a text report is laid out. */
struct text_style {
	unsigned columns; /* width of the terminal; at least 60 */
	bool colour;
	bool every_group;   /* a row for each group, not only for each convention and direction */
	bool every_finding; /* all findings, not one example of each kind */
};

/* For standard output: as wide as its terminal, else 80; `color` is auto, always or never: auto
 * colours a terminal, unless NO_COLOR is set. */
struct text_style terminal_style(const char *color);

/* Append text, in colour if the style has any. */
void paint(struct str *out, const struct text_style *style, const char *colour, const char *text);

/* Append text wrapped at the width: the first line begins with `first`, the others with `indent`.
 */
void text_wrap(struct str *out, const struct text_style *style, const char *first,
	       const char *indent, const char *text);

#endif
