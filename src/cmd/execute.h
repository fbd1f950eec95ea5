/* SPDX-License-Identifier: MIT */
/* Running a plan: shared by the verbs that do. */
#ifndef CLOBBER_EXECUTE_H
#define CLOBBER_EXECUTE_H

#include "verdict/model.h"

/* Show a line of progress on a terminal's stderr, overwriting the last; NULL clears it. */
void show_progress(const char *line);

/* Make OUT and the work folder (NULL: OUT/work), lock the latter against other runs, and find
 * clobber's own data. Ends with a message on failure. */
void open_work(struct plan *p, const char *out, const char *work);

/* The compilers of a --cc LIST (NULL: all), and the tools clobber itself needs. */
void find_tools(struct plan *p, const char *cc, struct compiler_list *compilers);

/* The program that compilers are called through; ends with a message when it is not there. */
const char *find_launcher(const char *name);

/* Run every payload of m->plan (built before), as many at once as there are processors, and judge.
 * m->arena, plan and seed are set by the caller. */
void execute(struct matrix *m);

/* Free what execute allocated beside m->arena. */
void matrix_close(struct matrix *m);

#endif
