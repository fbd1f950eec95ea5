/* SPDX-License-Identifier: MIT */
/* What prepare.c offers to others: poison and values of a round. */
#ifndef CLOBBER_PREPARE_H
#define CLOBBER_PREPARE_H

#include "payload/runtime.h"

/* Where a round is in the random words. With the key, the same ones are others in each round. */
struct draw {
	unsigned at;
	uint64_t key;
};

/* So many bytes of this round's poison that nothing else got; whole words, there until the next
 * round. prepare and prepare_open leave CL_POISON_SPARE. */
enum { CL_POISON_SPARE = 40 * CL_VALUE };
const uint8_t *prepare_take(size_t bytes);

/* Poison in cl_poison, cl_poison_callee and around cl_stack_top; all from seed and state. */
struct draw prepare_open(uint64_t state, uint64_t seed, int round);
uint64_t prepare_next(struct draw *draw);
/* A value of a class, whole words of it; for floating point also as st0 holds it. */
void prepare_value(struct draw *draw, const struct cl_value *d, unsigned number, int round,
		   uint8_t *to, uint8_t st0[10]);

#endif
