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
#define REPE_CMPS_WORDS  "repe cmpsq"
#define REPNE_SCAS_WORDS "repne scasq"
#else
#define REPE_CMPS_WORDS  "repe cmpsl"
#define REPNE_SCAS_WORDS "repne scasl"
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

/* A word that reaches beyond n bytes is not read: what is behind a value may be nobody's. */
bool agree(const volatile void *a, const volatile void *b, const uint8_t *mask, unsigned n)
{
	const volatile uint8_t *x = a, *y = b;
	unsigned i = 0;

	if (!mask)
		return same(a, b, n);
	for (; i + sizeof(cl_word) <= n; i += sizeof(cl_word)) {
		if ((*(const volatile cl_word *)(x + i) ^ *(const volatile cl_word *)(y + i)) &
		    *(const cl_word *)(mask + i))
			return false;
	}
	for (; i < n; i++) {
		if ((x[i] ^ y[i]) & mask[i])
			return false;
	}
	return true;
}

/* Bytes that are looked for in many places: two words of them, and which of their bits count. */
struct wanted {
	cl_word value[2], mask[2];
};

static struct wanted wanted_of(const uint8_t *bytes, const uint8_t *mask, unsigned n)
{
	struct wanted w = { { 0, 0 }, { 0, 0 } };
	uint8_t *value = (uint8_t *)w.value, *counts = (uint8_t *)w.mask;

	if (!mask && n == sizeof(cl_word))
		return (struct wanted){ { *(const cl_word *)bytes, 0 }, { ~(cl_word)0, 0 } };
	for (unsigned i = 0; i < n && i < sizeof(w.value); i++) {
		value[i] = bytes[i];
		counts[i] = mask ? mask[i] : 0xff;
	}
	return w;
}

/* All of these words that hold this one. No loop of instructions: see first_difference. */
static __attribute__((noinline)) uint64_t words_that_are(cl_word value, const cl_word *first,
							 unsigned words)
{
	const cl_word *at = first;
	uint64_t found = 0;

	for (cl_word left = words; left;) {
		bool equal;

		__asm__ volatile(REPNE_SCAS_WORDS
				 : "+D"(at), "+c"(left), "=@ccz"(equal)
				 : "a"(value)
				 : "memory");
		if (equal)
			found |= 1ull << (at - 1 - first);
	}
	return found;
}

/* Which of up to 64 words hold the first word of what is wanted, of those that are in `among`. */
static inline __attribute__((always_inline)) uint64_t
words_with(const struct wanted *w, const cl_word *at, unsigned words, uint64_t among)
{
	const uint64_t all = words < 64 ? (1ull << words) - 1 : ~0ull;
	uint64_t found = 0;

	among &= all;
	/* Behind the first round few are left, and each is looked at alone. */
	if (!(w->mask[0] + 1) && among == all)
		return words_that_are(w->value[0], at, words);
	for (unsigned half = 0; half < words; half += 32) {
		for (uint32_t left = (uint32_t)(among >> half); left; left &= left - 1) {
			unsigned k = half + (unsigned)__builtin_ctz(left);

			if (!((at[k] ^ w->value[0]) & w->mask[0]))
				found |= 1ull << k;
		}
	}
	return found;
}

struct candidates search_among(const struct cl_image *m, const uint8_t *stack, const void *bytes,
			       const uint8_t *mask, unsigned n, const uint64_t among[2])
{
	enum {
		GPRS = sizeof(cl_word) == 8 ? 16 : 8,
		REGISTERS = sizeof(cl_word) == 8 ? 0xffef : 0xef,
		VECTORS = (1 << GPRS) - 1,
		WIDE = 8 / sizeof(cl_word) /* words of a vector register that are compared */
	};
	const struct wanted w = wanted_of(bytes, mask, n);
	struct candidates c = nowhere;

	c.bits[0] = words_with(&w, m->gpr, GPRS, among[0]) & REGISTERS;
	for (uint32_t left = (uint32_t)(among[0] >> CL_BIT_XMM) & VECTORS; left; left &= left - 1) {
		unsigned r = (unsigned)__builtin_ctz(left);
		const cl_word *x = (const cl_word *)(m->fx + FX_XMM + 16 * r);

		if (!((x[0] ^ w.value[0]) & w.mask[0]) &&
		    (WIDE == 1 || !((x[WIDE - 1] ^ w.value[WIDE - 1]) & w.mask[WIDE - 1])))
			c.bits[0] |= 1ull << (CL_BIT_XMM + r);
	}
	if (stack && among[1])
		c.bits[1] = words_with(&w, (const cl_word *)stack, STACK_WORDS, among[1]);
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
