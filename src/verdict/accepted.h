/* SPDX-License-Identifier: MIT */
/* Findings that are expected from outside: `--known FILE' and `--baseline MATRIX'. Strict both
 * ways, as `//! known' lines beside the cases are. */
#ifndef CLOBBER_ACCEPTED_H
#define CLOBBER_ACCEPTED_H

#include "verdict/model.h"

#include <jansson.h>

/* One line: what it is about. */
struct accepted {
	struct known known;   /* compiler (its family, or its name), version, direction, checks,
				 reason */
	const char *spelt;    /* the compiler, as written */
	const char *cases;    /* a glob of the cases' names: "sysv/counts/x*" */
	const char *profile;  /* NULL: all */
	unsigned width;       /* 0: both */
	const char *where;    /* "FILE:LINE" */
	size_t next;          /* of the same case */
	bool executed, found; /* in this run: any such call; any such finding */
};

struct accepted_list {
	struct accepted *v;
	size_t n;
	json_t *by_case; /* lines without a wildcard: the first of each case */
	size_t *globs;   /* the others */
	size_t nglobs;
};

/* Add the lines of a file's text; blank ones and those that begin with # say nothing. Returns NULL,
 * or what is wrong (in `a`): "FILE:LINE: error: ...". */
const char *accepted_parse(struct arena *a, struct accepted_list *l, const char *path,
			   const char *text);

/* Add one; `line` is copied. */
void accepted_add(struct arena *a, struct accepted_list *l, const struct accepted *line);

/* The line that expects a finding, or NULL; it is `found' then. */
const struct known *accepted_find(struct accepted_list *l, const struct column *col,
				  const struct finding *f);

/* Note which lines are about calls that were executed, and list the others of m->accepted, those
 * that were and were not found, as vanished. */
void accepted_vanished(struct matrix *m);

#endif
