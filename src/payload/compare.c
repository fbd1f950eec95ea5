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

/* Places that are left, lowest first: takes one out of the set. */
static unsigned take_place(uint32_t *left)
{
	unsigned place = (unsigned)__builtin_ctz(*left);

	*left &= *left - 1;
	return place;
}

static bool holds(const void *at, const void *bytes, const uint8_t *mask, unsigned n)
{
	if (!mask && n == sizeof(cl_word))
		return *(const cl_word *)at == *(const cl_word *)bytes;
	return agree(at, bytes, mask, n);
}

struct candidates search_among(const struct cl_image *m, const uint8_t *stack, const void *bytes,
			       const uint8_t *mask, unsigned n, const uint64_t among[2])
{
	enum {
		REGISTERS = sizeof(cl_word) == 8 ? 0xffef : 0xef,
		VECTORS = sizeof(cl_word) == 8 ? 0xffff : 0xff
	};
	struct candidates c = { { 0, 0 } };
	unsigned word = min(n, sizeof(cl_word)), wide = min(n, 8);

	for (uint32_t left = (uint32_t)among[0] & REGISTERS; left;) {
		unsigned r = take_place(&left);

		if (holds(&m->gpr[r], bytes, mask, word))
			c.bits[0] |= 1ull << r;
	}
	for (uint32_t left = (uint32_t)(among[0] >> CL_BIT_XMM) & VECTORS; left;) {
		unsigned r = take_place(&left);

		if (holds(m->fx + FX_XMM + 16 * r, bytes, mask, wide))
			c.bits[0] |= 1ull << (CL_BIT_XMM + r);
	}
	for (unsigned half = 0; stack && half < STACK_WORDS; half += 32) {
		const uint8_t *at = stack + half * sizeof(cl_word);

		for (uint32_t left = (uint32_t)(among[1] >> half); left;) {
			unsigned k = take_place(&left);

			if (holds(at + k * sizeof(cl_word), bytes, mask, word))
				c.bits[1] |= 1ull << (half + k);
		}
	}
	return c;
}

struct candidates search_masked(const struct cl_image *m, const uint8_t *stack, const void *bytes,
				const uint8_t *mask, unsigned n)
{
	static const uint64_t anywhere[2] = { ~0ull, ~0ull };

	return search_among(m, stack, bytes, mask, n, anywhere);
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
