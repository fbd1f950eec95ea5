/* SPDX-License-Identifier: MIT */
/* Bytes of values, compared as far as they carry anything, and looked for in pictures of registers
 * and stack, so that a wrong value can say where it came from. */
#include "payload/compare.h"

bool same(const volatile void *a, const volatile void *b, unsigned n)
{
	const volatile uint8_t *x = a, *y = b;
	unsigned i = 0;

	for (; i + sizeof(cl_word) <= n; i += sizeof(cl_word)) {
		if (*(const volatile cl_word *)(x + i) != *(const volatile cl_word *)(y + i))
			return false;
	}
	for (; i < n; i++) {
		if (x[i] != y[i])
			return false;
	}
	return true;
}

#ifdef __x86_64__
#define REPE_CMPS_WORDS "repe cmpsq"
#else
#define REPE_CMPS_WORDS "repe cmpsl"
#endif

unsigned first_difference(const cl_word *a, const cl_word *b, unsigned words)
{
	cl_word left = words;
	bool equal;

	/* No loop of instructions: on an emulated processor each costs the same. Equal when there
	 * is nothing to compare. */
	__asm__ volatile("cmp %%eax, %%eax; " REPE_CMPS_WORDS
			 : "+S"(a), "+D"(b), "+c"(left), "=@ccz"(equal)
			 :
			 : "memory");
	return equal ? words : words - (unsigned)left - 1;
}

bool agree(const volatile void *a, const volatile void *b, const uint8_t *mask, unsigned n)
{
	const volatile uint8_t *x = a, *y = b;

	if (!mask)
		return same(a, b, n);
	for (unsigned i = 0; i < n; i++) {
		if ((x[i] ^ y[i]) & mask[i])
			return false;
	}
	return true;
}

struct candidates search_masked(const struct cl_image *m, const uint8_t *stack, const void *bytes,
				const uint8_t *mask, unsigned n)
{
	struct candidates c = { { 0, 0 } };
	unsigned word = min(n, sizeof(cl_word)), wide = min(n, 8);

	for (unsigned r = 0; r < (sizeof(cl_word) == 8 ? 16 : 8); r++) {
		if (r != 4 && agree(&m->gpr[r], bytes, mask, word))
			c.bits[0] |= 1ull << r;
		if (agree(m->fx + FX_XMM + 16 * r, bytes, mask, wide))
			c.bits[0] |= 1ull << (CL_BIT_XMM + r);
	}
	for (unsigned k = 0; stack && k < STACK_WORDS; k++) {
		if (agree(stack + k * sizeof(cl_word), bytes, mask, word))
			c.bits[1] |= 1ull << k;
	}
	return c;
}

struct candidates search(const struct cl_image *m, const uint8_t *stack, const void *bytes,
			 unsigned n)
{
	return search_masked(m, stack, bytes, NULL, n);
}

void observed(uint8_t *to, const volatile void *got, const void *want, const uint8_t *mask,
	      unsigned n)
{
	const volatile uint8_t *g = got;
	const uint8_t *w = want;

	for (unsigned i = 0; i < n; i++)
		to[i] = mask ? (uint8_t)((g[i] & mask[i]) | (w[i] & ~mask[i])) : g[i];
}

bool carries(const uint8_t *mask, unsigned n)
{
	for (unsigned i = 0; mask && i < n; i++) {
		if (mask[i])
			return true;
	}
	return !mask;
}

uint64_t search_args(const struct cl_case *c, const struct cl_values *v, const void *bytes,
		     unsigned n)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < c->nargs; i++) {
		unsigned m = min(n, c->args[i].compare);

		if (c->args[i].class != CL_BOOL && m && same(v->arg[i], bytes, m))
			bits |= 1ull << (CL_BIT_ARG + i);
	}
	return bits;
}
