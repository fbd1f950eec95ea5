/* SPDX-License-Identifier: MIT */
/* What the branches of one path say about the values that they compare: so much that a path on
 * which one of them contradicts another is seen. A value has a number, equal for equal ones. */
#ifndef CLOBBER_PROVE_FACTS_H
#define CLOBBER_PROVE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How two values compare, as numbers with and without a sign: bit sets. */
enum { LESS = 1, EQUAL = 2, MORE = 4, ANY_ORDER = 7 };
struct order {
	uint8_t plain, with_sign;
};

enum { MOST_FACTS = 128 };
/* Of a pair of values; or the limits of one. */
struct fact {
	uint64_t key;
	struct order order;
	bool limits;
	uint64_t low, high;
	int64_t lowest, highest;
};

struct facts {
	struct fact v[MOST_FACTS];
	size_t n;
};

/* One step of a hash. */
uint64_t facts_mix(uint64_t a, uint64_t b);
/* Values `left` and `right` of `bytes` bytes compare like this. False: that cannot be. */
bool facts_pair(struct facts *f, uint64_t left, uint64_t right, struct order o);
/* Likewise with a constant. */
bool facts_constant(struct facts *f, uint64_t left, uint64_t constant, unsigned bytes,
		    struct order o);
/* What a number stands for holds, or does not. */
bool facts_truth(struct facts *f, uint64_t key, bool truth);

#endif
