/* SPDX-License-Identifier: MIT */
/* Temporary folders that do not outlive the program, however it ends. */
#ifndef CLOBBER_SCRATCH_H
#define CLOBBER_SCRATCH_H

#include "util/util.h"

struct scratch {
	const char *path; /* in the arena it was opened with; NULL: there is none */
	int lifeline;     /* descriptor; when the last copy of it is closed, the folder goes */
};

/* Make the folder `clobber-NAME-XXXXXX` in TMPDIR, or in /tmp, for this user alone. It is removed
 * with all that is in it by scratch_close, or by a small process that waits for this one to end:
 * after SIGKILL, too. NULL, or what went wrong, in `a`. */
const char *scratch_open(struct arena *a, const char *name, struct scratch *out);

/* Remove the folder and what is in it. */
void scratch_close(struct scratch *s);

/* Remove a folder and what is in it, without following links. 0, or -1 and errno. */
int remove_tree(const char *path);

#endif
