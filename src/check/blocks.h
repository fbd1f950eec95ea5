/* SPDX-License-Identifier: MIT */
/* The instructions of a function, in blocks: what can be reached from its entry by jumps and calls
 * that say where they go, without entering other global functions, and through tables of jumps.
 * Also the numbers that its instructions compare with. Decoded with Zydis. */
#ifndef CLOBBER_CHECK_BLOCKS_H
#define CLOBBER_CHECK_BLOCKS_H

#include "check/code.h"
#include "payload/contract.h"

struct block {
	uint32_t at, bytes, insns;
};

/* A jump or call, and where it leads. */
struct edge {
	uint32_t from, to;
	bool falls; /* by not jumping, or behind the call */
};

struct blocks {
	struct block *v; /* by address */
	size_t n;
	unsigned insns;
	struct edge *edge;
	size_t nedges;
	uint64_t *constant; /* of its instructions, those of comparisons first */
	size_t nconstants;
	struct ct_offset {
		uint32_t at, bytes;
	} * offset; /* behind pointers, that it reads */
	size_t noffsets;
	struct ct_read *read; /* through pointers, in general registers */
	size_t nreads;
	uint32_t *indirect; /* its jumps that do not say where they go */
	size_t nindirect;
	uint32_t *beyond; /* other global functions that it enters */
	size_t nbeyond;
	bool open; /* a jump or call leads to where only running it would show */
};

/* Of the function at `entry`, and what begins at `other` (0: nothing); nothing where there is no
 * code. In `a`. */
struct blocks *blocks_of(struct arena *a, const struct code *k, enum width width, uint64_t entry,
			 uint64_t other);

#endif
