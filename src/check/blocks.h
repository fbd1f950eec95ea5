/* SPDX-License-Identifier: MIT */
/* The instructions of a function, in blocks: what can be reached from its entry by jumps and calls
 * that say where they go, without entering other global functions, and through tables of jumps.
 * Also the numbers that its instructions compare with. Decoded with Zydis. */
#ifndef CLOBBER_CHECK_BLOCKS_H
#define CLOBBER_CHECK_BLOCKS_H

#include "check/contract.h"

/* A linked payload, as far as its code is concerned. */
struct code;
/* NULL: it cannot be read. */
struct code *code_open(struct arena *a, const char *payload, enum width w);
/* A global symbol's address; 0: there is none. */
uint64_t code_symbol(const struct code *k, const char *name);
/* Bytes at an address, at most `most`; NULL: none there. Not to be written to. */
const uint8_t *code_bytes(const struct code *k, uint64_t address, size_t *most);

struct block {
	uint32_t at, bytes, insns;
	uint32_t from; /* the instruction that leads here first: a jump or call; 0: the entry */
	bool falls;    /* by not jumping */
};

struct blocks {
	struct block *v; /* by address */
	size_t n;
	unsigned insns;
	uint64_t *constant; /* of its instructions, those of comparisons first */
	size_t nconstants;
	struct ct_offset {
		uint32_t at, bytes;
	} * offset; /* behind pointers, that it reads */
	size_t noffsets;
	bool open; /* a jump or call leads to where only running it would show */
};

/* Of the function at `entry`, and what begins at `other` (0: nothing); nothing where there is no
 * code. In `a`. */
struct blocks *blocks_of(struct arena *a, const struct code *k, uint64_t entry, uint64_t other);

#endif
