/* SPDX-License-Identifier: MIT */
/* Private to the parts that make the inputs of a call: contract_values.c (all of them, and where
 * they go), contract_numbers.c, contract_memory.c. */
#ifndef CLOBBER_CONTRACT_DRAW_H
#define CLOBBER_CONTRACT_DRAW_H

#include "payload/contract_run.h"

/* splitmix64. */
static inline uint64_t ct_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* contract_numbers.c: inputs have streams of their own, apart from poison: from here on, of this
 * seed of the run. */
void ct_random_begin(uint64_t state, uint64_t seed);
uint64_t ct_random(void);
uint64_t ct_random_seed(void); /* of the run */
uint64_t ct_modulo(uint64_t n, uint64_t by);

static inline void ct_put(uint8_t *to, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

/* The number that input i is in this round. */
void ct_make_number(unsigned i, const struct ct_input *d, uint8_t *to);
/* As it is now, without sign. */
uint64_t ct_number_of(unsigned i);
/* Floating point into memory of it. */
void ct_fill_floats(const struct ct_input *d, uint8_t *to, uint32_t bytes);
/* What is changed of it in this call. */
void ct_change_number(unsigned i);

/* contract_memory.c: no buffers; the memory of input i, whose number among buffers is given; then,
 * of all, what overlaps and what is changed of them in this call. */
void ct_memory_begin(void);
void ct_make_pointer(unsigned i, const struct ct_input *d, unsigned number);
void ct_memory_end(void);
/* What is in memory now is what the call finds. */
void ct_keep_prepared(void);
/* contract_first.c: have functions that are called before prepare it. */
void ct_prepare(const struct ct_contract *c);
/* Contents into all buffers, poison beside them. */
void ct_restore_buffers(const struct ct_sources *sources);

static inline bool ct_is_pointer(const struct ct_input *d)
{
	return d->role == CT_BUFFER || d->role == CT_STRING || d->role == CT_PAGE;
}

#endif
