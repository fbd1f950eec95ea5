/* SPDX-License-Identifier: MIT */
/* Private to `clobber explain', and to the page that answers the same questions (src/page). */
#ifndef CLOBBER_EXPLAIN_H
#define CLOBBER_EXPLAIN_H

#include "abi/abi.h"

struct json_t;

/* A prototype under a convention, compiled in a profile. */
struct explained {
	const struct convention *c;
	const struct prototype *p;
	enum profile_id profile;
	const char *why; /* it cannot be declared there, or NULL */
	struct placement pl;
};

/* What is asked about a prototype. */
struct question {
	const char **names; /* of conventions, ends with NULL; NULL: all */
	bool width[WIDTHS];
	const bool *profiles; /* those wanted; NULL: what each convention belongs to */
	enum edition edition;
	/* What to compare with: a convention, or another prototype, or neither. */
	const char *vs_convention;
	const struct prototype *vs;
};

/* All that are asked for, 64 bit first; none: *why says why. In `a`. */
struct explained *explain_places(struct arena *a, const struct question *q,
				 const struct prototype *p, size_t *n, const char **why);

/* What is compared: under each convention, or from one's own to the other's. NULL and *why where
 * there is nothing. In `a`. */
struct explained_pair {
	struct explained from, to;
};
struct explained_pair *explain_pairs(struct arena *a, const struct question *q,
				     const struct prototype *p, size_t *n, const char **why);

bool explain_is_convention(const char *name);

/* The answer as text, of a table or of changes. NULL, or why there is none. */
const char *explain_text(struct str *out, struct arena *a, const struct question *q,
			 const struct prototype *p);

/* As docs/explain-json.md says. */
struct json_t *explain_json(struct arena *a, enum edition e, const struct explained *x);

/* One convention with all that there is to say. */
void explain_full(struct str *out, struct arena *a, const struct explained *x);

/* Conventions that place everything alike, and preserve the same: a cell an argument, what is
 * returned, the argument area. No cell where first->why says that there is none. `out` has room for
 * n. */
struct explained_group {
	const struct explained *first;
	const char *names, *cell[MAX_ARGS + 2];
	size_t n;
};
size_t explain_groups(struct arena *a, const struct explained *v, size_t n,
		      struct explained_group *out);

/* Of a cell. */
const char *explain_heading(struct arena *a, const struct explained *x, size_t i);

/* Why there is a question mark, once a rule; ends with NULL. */
const char **explain_open(struct arena *a, const struct explained_group *g, size_t n);

/* A table of v[0..n-1], all of one prototype: a line a convention, equal ones merged; blocks where
 * lines would be longer than 80 columns. */
void explain_table(struct str *out, struct arena *a, const struct explained *v, size_t n);

/* What changes from one to the other. Arguments are the same by position. In `a`. */
struct explained_change {
	const char *what, *from, *to;
};
struct explained_change *explain_changes(struct arena *a, const struct explained *from,
					 const struct explained *to, size_t *n);

/* "sysv", "sysv -> ms". */
const char *explain_pair_name(struct arena *a, const struct explained_pair *pair);

/* The same as text, a line each. */
void explain_change(struct str *out, struct arena *a, const struct explained_pair *pair);

/* Where a value is: "rdi", "xmm0 (bytes 0-7), rdi (8-15)", "rdx and xmm1", "pointer in rcx", "?".
 * In `a`. */
const char *explain_value(struct arena *a, enum width w, const struct value_place *v);

#endif
