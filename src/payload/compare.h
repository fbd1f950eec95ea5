/* SPDX-License-Identifier: MIT */
/* Comparing bytes and finding where they are: see compare.c. */
#ifndef CLOBBER_COMPARE_H
#define CLOBBER_COMPARE_H

#include "payload/runtime.h"

#include <stdbool.h>

enum { STACK_WORDS = 64 };

/* Are n bytes the same? */
bool same(const volatile void *a, const volatile void *b, unsigned n);

/* As same, of a value that is CL_PLAIN, whose whole words may be read. */
static inline bool same_plain(const volatile void *a, const volatile void *b, unsigned n)
{
	cl_word differs = *(const volatile cl_word *)a ^ *(const volatile cl_word *)b;

	return !(differs << 8 * (sizeof(cl_word) - n));
}

/* Index of the first word that differs, or `words`. */
unsigned first_difference(const cl_word *a, const cl_word *b, unsigned words);

/* As same, of the bits of a mask only (NULL: all). */
bool agree(const volatile void *a, const volatile void *b, const uint8_t *mask, unsigned n);

/* Copy n observed bytes, with the expected bits wherever the mask says padding: that is never
 * compared. */
void observed(uint8_t *to, const volatile void *got, const void *want, const uint8_t *mask,
	      unsigned n);

/* Do n bytes of a value with this mask carry anything at all? */
bool carries(const uint8_t *mask, unsigned n);

/* The registers and, unless `stack` is NULL, stack words of a picture that hold these n bytes. */
/* The same, of those places only that are in `among`. */
struct candidates search_among(const struct cl_image *m, const uint8_t *stack, const void *bytes,
			       const uint8_t *mask, unsigned n, const uint64_t among[2]);
struct candidates search(const struct cl_image *m, const uint8_t *stack, const void *bytes,
			 unsigned n);

/* As search, as far as the mask goes. */
struct candidates search_masked(const struct cl_image *m, const uint8_t *stack, const void *bytes,
				const uint8_t *mask, unsigned n);

/* Arguments whose value begins with these n bytes: bits from CL_BIT_ARG on. */
uint64_t search_args(const struct cl_case *c, const struct cl_values *v, const void *bytes,
		     unsigned n);

static inline const uint8_t *mask_at(const struct cl_value *d, unsigned off)
{
	return d->mask ? d->mask + off : NULL;
}

static inline unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

#endif
