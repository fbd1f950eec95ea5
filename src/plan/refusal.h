/* SPDX-License-Identifier: MIT */
/* Why a file of a compiler under test did not become part of a payload: read from the files and
 * logs that the edges of build.ninja and link.ninja leave. */
#ifndef CLOBBER_REFUSAL_H
#define CLOBBER_REFUSAL_H

#include "plan/plan.h"

/* What an edge that failed writes at the end of its log, before the status. */
#define REFUSAL_STATUS "clobber: exit status "

struct refusal {
	enum absence kind; /* PRESENT: there is none */
	const char *why;
	const char *fault; /* NULL, or of this machine: then `kind` says nothing */
};

/* What became of an object, whose log is beside it, and whose compiler had so many seconds. Texts
 * are in `a`. */
struct refusal refusal_of_object(struct arena *a, const char *path, enum width w, unsigned seconds);

/* What became of a payload. Texts are in `a`. */
struct link_result {
	const char *log;       /* what the linker printed */
	const char *failed;    /* NULL, or why there is no payload */
	const char *fault;     /* NULL, or of this machine */
	const char *undefined; /* names that nothing defines, a newline behind each; "": none */
};

/* `log`: the linker's output; NULL: the file does not exist. */
struct link_result refusal_of_link(struct arena *a, const char *payload, const char *log);

/* Is it because of this object, `name` to the linker? */
struct refusal link_refusal(struct arena *a, const struct link_result *l, const char *name,
			    const char *path);

#endif
