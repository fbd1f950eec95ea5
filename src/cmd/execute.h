/* SPDX-License-Identifier: MIT */
/* Running a plan: shared by the verbs that do. */
#ifndef CLOBBER_EXECUTE_H
#define CLOBBER_EXECUTE_H

#include "place/kvm.h"
#include "place/vmx.h"
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

/* How to run in places other than the native one. */
struct places {
	bool wanted[PLACES];
	const char *why_not[PLACES]; /* of a place that was left out, or NULL */
	struct vmx_options vmx;
	struct kvm_options kvm;
	/* vmx.options are for all payloads in places kvm and vmx; else their profile decides */
	bool vmx_options_given;
};

/* Run every payload of m->plan (built before) in the places of its columns, as many at once as
 * m->plan->jobs says (0: as there are processors), and judge. m->arena, plan and seed are set by
 * the caller; `places` may be NULL when all columns are native. */
void execute(struct matrix *m, const struct places *places);

/* Run nothing, for that reason. */
void execute_nothing(struct matrix *m, const char *why);

/* Free what execute allocated beside m->arena. */
void matrix_close(struct matrix *m);

#endif
