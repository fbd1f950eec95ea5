/* SPDX-License-Identifier: MIT */
/* What every run begins with: the work folder, the compilers, the tools; and its progress. */
#ifndef CLOBBER_TOOLS_H
#define CLOBBER_TOOLS_H

#include "plan/plan.h"

/* Show a line of progress on a terminal's stderr, overwriting the last; NULL clears it. */
void show_progress(const char *line);

/* Make OUT and the work folder (NULL: OUT/work), lock the latter against other runs, and find
 * clobber's own data. Ends with a message on failure. */
void open_work(struct plan *p, const char *out, const char *work);

/* Keep in the work folder what payloads record, and take it from there. */
void keep_records(struct plan *p);

/* The compilers of a --cc LIST (NULL: all), and the tools clobber itself needs. */
void find_tools(struct plan *p, const char *cc, struct compiler_list *compilers);

/* The program that compilers are called through; ends with a message when it is not there. */
const char *find_launcher(const char *name);

#endif
