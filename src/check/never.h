/* SPDX-License-Identifier: MIT */
/* Instructions that never ran: what leads to them, and which line of a contract might. */
#ifndef CLOBBER_CHECK_NEVER_H
#define CLOBBER_CHECK_NEVER_H

#include "check/blocks.h"
#include "check/contract.h"

struct never {
	uint32_t at, bytes, insns;
	const char *where; /* "f+0x12" */
	const char *text;  /* of the first one */
	const char *line;  /* "f.S:12", or NULL */
	const char *why;   /* "needs a == 5 at f+0x3 (cmp rdi, 5)", or NULL */
	const char *help;  /* "arg a one of 5", or NULL */
};

/* Blocks of contract c of which `ran` has no bit, those that follow one another together. In `a`;
 * *n: how many. */
struct never *never_ran(struct arena *a, struct code *k, const struct contract *c,
			const uint8_t *ran, size_t *n);

#endif
