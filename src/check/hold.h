/* SPDX-License-Identifier: MIT */
/* Holding an object against a contract natively, in one call: for rooms that ask what `clobber
 * check` would find and print nothing. */
#ifndef CLOBBER_CHECK_HOLD_H
#define CLOBBER_CHECK_HOLD_H

#include "check/check.h"

/* What of a run every place executes: the linked payload of r->file's functions, integers only at
 * 32 bit. */
struct payload check_payload(const struct check_run *r);

struct holding {
	const char *object;
	const char *contract; /* "FILE" or "FILE:FUNCTION" */
	const char *dir;      /* exists; generated files stay there */
	const char *runtime, *nasm, *ld;
	uint64_t seed;
	const char
		*ground; /* of place/kept.h: what links and runs is kept in `dir`; NULL: is not */
	bool fresh;      /* take nothing that was kept */
};

/* Link the object behind clobber's runtime, call it natively, judge. Everything in `out` lives in
 * `a`; it has one place, whose why_not may say that nothing ran. 0, or -1 and *error (one line, in
 * `a`) when object or contract cannot be read or linked, or the contract has nothing for the
 * object's width. */
int check_hold(struct arena *a, const struct holding *h, struct check_run *out, const char **error);

#endif
