/* SPDX-License-Identifier: MIT */
/* Private to src/fuzz: repeatable random numbers. The n-th prototype of a seed has a state of its
 * own, so that it is the same whatever was generated before it. */
#ifndef CLOBBER_FUZZ_RANDOM_H
#define CLOBBER_FUZZ_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* A permutation of the 64-bit numbers that changes about half of all bits. */
static inline uint64_t random_mix(uint64_t x)
{
	x = (x ^ (x >> 31)) * 0xd6e8feb86659fd93ull;
	x = (x ^ (x >> 29)) * 0xa3b195354a39b70dull;
	return x ^ (x >> 32);
}

static inline struct random random_start(uint64_t seed, uint64_t n)
{
	return (struct random){ random_mix(random_mix(seed + 1) + 2 * n + 1) };
}

static inline uint64_t random_next(struct random *r)
{
	r->state += 0x9e3779b97f4a7c15ull;
	return random_mix(r->state);
}

/* 0 to n - 1; n is small, so that the remainder's bias does not matter. */
static inline unsigned random_below(struct random *r, unsigned n)
{
	return n ? (unsigned)((random_next(r) >> 16) % n) : 0;
}

static inline bool random_percent(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}

/* An index, with probabilities in proportion to the weights; n when all are 0. */
static inline unsigned random_pick(struct random *r, const unsigned *weight, unsigned n)
{
	unsigned sum = 0, at;

	for (unsigned i = 0; i < n; i++)
		sum += weight[i];
	if (!sum)
		return n;
	at = random_below(r, sum);
	for (unsigned i = 0; i < n; i++) {
		if (at < weight[i])
			return i;
		at -= weight[i];
	}
	return n;
}

#endif
