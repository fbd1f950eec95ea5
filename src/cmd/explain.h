/* SPDX-License-Identifier: MIT */
/* Private to `clobber explain`. */
#ifndef CLOBBER_EXPLAIN_H
#define CLOBBER_EXPLAIN_H

#include "abi/abi.h"

#include <jansson.h>

/* A prototype under a convention, compiled in a profile. */
struct explained {
	const struct convention *c;
	const struct prototype *p;
	enum profile_id profile;
	const char *why; /* it cannot be declared there, or NULL */
	struct placement pl;
};

/* As docs/explain-json.md says. */
json_t *explain_json(struct arena *a, enum edition e, const struct explained *x);

/* One convention with all that there is to say. */
void explain_full(struct str *out, struct arena *a, const struct explained *x);

/* A table of v[0..n-1], all of one prototype: a line a convention, equal ones merged; blocks where
 * lines would be longer than 80 columns. */
void explain_table(struct str *out, struct arena *a, const struct explained *v, size_t n);

/* What changes from one to the other, a line each. Arguments are the same by position. */
void explain_change(struct str *out, struct arena *a, const struct explained *from,
		    const struct explained *to);

/* Where a value is: "rdi", "xmm0 (bytes 0-7), rdi (8-15)", "rdx and xmm1", "pointer in rcx", "?".
 * In `a`. */
const char *explain_value(struct arena *a, enum width w, const struct value_place *v);

#endif
