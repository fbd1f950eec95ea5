/* SPDX-License-Identifier: MIT */
/* Private to src/report: the strings of a matrix that is read, each once. Most are there thousands
 * of times. */
#ifndef CLOBBER_REPORT_INTERN_H
#define CLOBBER_REPORT_INTERN_H

#include "util/scan.h"
#include "util/util.h"

struct interns;

/* Strings go to `a`; the texts that are looked up live as long as the table. Free it with
 * interns_free. */
struct interns *interns_new(struct arena *a) __attribute__((returns_nonnull));
void interns_free(struct interns *t);

/* What a string of the document says, without control characters (clean_text): the same pointer
 * for the same words. "" when it is not JSON. */
const char *intern(struct interns *t, struct scan *s, const struct scan_text *text);

#endif
