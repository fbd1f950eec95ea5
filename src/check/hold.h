/* SPDX-License-Identifier: MIT */
/* Holding objects against contracts, each in one place, in one call: for rooms that ask what
 * `clobber check` would find and print nothing. */
#ifndef CLOBBER_CHECK_HOLD_H
#define CLOBBER_CHECK_HOLD_H

#include "check/check.h"
#include "place/kept.h"

/* What of a run every place executes: the linked payload of r->file's functions, integers only at
 * 32 bit. */
struct payload check_payload(const struct check_run *r);

/* Is all of it the kernel's, by its conventions? */
bool check_kernel_only(const struct contract_file *f);

struct holding {
	const char *object;
	const char *contract; /* "FILE" or "FILE:FUNCTION" */
	const char *dir;      /* exists; generated files stay there */
	const char *runtime, *nasm, *ld;
	enum place_id place;
	uint64_t seed;
	const char
		*ground; /* of place/kept.h: what links and runs is kept in `dir`; NULL: is not */
	bool fresh;      /* take nothing that was kept */
};

/* Run the payload of r->file's functions in p->place, and fill in the rest of *p; nothing when it
 * has a why_not. */
void check_run_place(struct check_run *r, struct checked_place *p, const char *runtime,
		     const struct keeping *k);

/* Link each object behind clobber's runtime, call it in its place (together where one machine can
 * run several), judge. Everything in out[0] to out[n - 1] lives in `a`; each has one place, whose
 * why_not may say that nothing ran. 0, or -1 and *error (one line, in `a`) when an object or
 * contract cannot be read or linked, or a contract has nothing for the object's width. */
int check_hold(struct arena *a, const struct holding *h, size_t n, struct check_run *out,
	       const char **error);

#endif
