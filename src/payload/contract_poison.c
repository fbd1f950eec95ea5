/* SPDX-License-Identifier: MIT */
/* Two sets of poison for each round. A call takes the first; the same call made again takes from
 * the second what it is asked to, so that a difference has one cause. */
#include "payload/contract_run.h"

enum {
	FSW_RANDOM = 0x473f, /* condition codes and exception flags: SDM volume 1, 8.1.3 */
	MXCSR_STATUS = 0x3f,
	VECTORS = sizeof(cl_word) == 8 ? 16 : 8,
	STACK_BYTES = CL_POISON_BELOW + CL_POISON_ABOVE
};

static struct ct_poison poisons[2];
static uint8_t stack[STACK_BYTES];

const struct ct_poison *ct_poison_of(bool second)
{
	return &poisons[second];
}

/* Status bits, of which prepare_open() makes none: they are no input either. */
static void make_status(struct cl_image *m, uint64_t random)
{
	*(uint16_t *)(m->fx + FX_FSW) = (uint16_t)random & FSW_RANDOM;
	*(uint32_t *)(m->fx + FX_MXCSR) |= (uint32_t)(random >> 16) & MXCSR_STATUS;
}

static void turn_status(struct cl_image *m, const struct cl_image *other)
{
	m->flags = other->flags ^ FLAGS_STATUS;
	*(uint16_t *)(m->fx + FX_FSW) = *(const uint16_t *)(other->fx + FX_FSW) ^ FSW_RANDOM;
	*(uint32_t *)(m->fx + FX_MXCSR) = *(const uint32_t *)(other->fx + FX_MXCSR) ^ MXCSR_STATUS;
}

static void flood(struct cl_image *m, int with)
{
	__builtin_memset(m->gpr, with, sizeof(m->gpr));
	__builtin_memset(m->fx + FX_ST, with, (8 + VECTORS) * 16);
	if (cl_vector_bytes > 16) {
		__builtin_memset(m->wide, with, sizeof(m->wide));
		__builtin_memset(m->mask, with, sizeof(m->mask));
	}
}

struct draw ct_make_poison(uint64_t seed, uint64_t state)
{
	struct draw draw;

	for (int k = 1; k >= 0; k--) {
		draw = prepare_open(state ^ (uint64_t)k << 40, seed, ct_now.round);
		poisons[k].entry = cl_poison;
		poisons[k].callee = cl_poison_callee;
		__builtin_memcpy(poisons[k].stack, cl_poison_stack, STACK_BYTES);
		make_status(&poisons[k].entry, prepare_next(&draw));
		make_status(&poisons[k].callee, prepare_next(&draw));
	}
	turn_status(&poisons[1].entry, &poisons[0].entry);
	turn_status(&poisons[1].callee, &poisons[0].callee);
	/* Poison is never 0: what tests for that would not see a difference. */
	if (ct_now.round % 3) {
		int with = ct_now.round % 3 == 1 ? 0 : 0xff;

		flood(&poisons[1].entry, with);
		flood(&poisons[1].callee, with);
		__builtin_memset(poisons[1].stack, with, STACK_BYTES);
	}
	return draw;
}

static void choose_registers(struct cl_image *to, const struct cl_image *second, const uint8_t *gpr,
			     const uint8_t *xmm)
{
	for (unsigned r = 0; r < 16; r++) {
		if (gpr[r])
			to->gpr[r] = second->gpr[r];
		if (xmm[r] && (sizeof(cl_word) == 8 || r < 8))
			__builtin_memcpy(to->fx + FX_XMM + 16 * r, second->fx + FX_XMM + 16 * r,
					 16);
	}
}

/* Above the 16 bytes that all processors have; and what only some have at all. */
static void choose_wide(struct cl_image *to, const struct cl_image *second, const uint8_t *other)
{
	for (unsigned r = 0; cl_vector_bytes > 16 && r < VECTOR_COUNT; r++) {
		unsigned from = r < 16 ? 16 : 0;

		if (other[r])
			__builtin_memcpy(to->wide[r] + from, second->wide[r] + from, 64 - from);
	}
	for (unsigned k = 0; cl_vector_bytes > 32 && k < MASK_COUNT; k++) {
		if (other[CT_FROM_MASK - CT_FROM_YMM + k])
			to->mask[k] = second->mask[k];
	}
}

void ct_join_vectors(struct cl_image *m)
{
	for (unsigned r = 0; cl_vector_bytes > 16 && r < VECTORS; r++)
		__builtin_memcpy(m->wide[r], m->fx + FX_XMM + 16 * r, 16);
}

static void choose_entry(const struct ct_sources *s)
{
	static const uint16_t flags[] = { 1, 4, 0x10, 0x40, 0x80, 0x800 };
	const struct cl_image *second = &poisons[1].entry;

	cl_poison = poisons[0].entry;
	choose_wide(&cl_poison, second, s->other + CT_FROM_YMM);
	choose_registers(&cl_poison, second, s->other + CT_FROM_GPR, s->other + CT_FROM_XMM);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (s->other[CT_FROM_FLAG + i])
			cl_poison.flags ^= flags[i];
	}
	if (s->other[CT_FROM_X87]) {
		*(uint16_t *)(cl_poison.fx + FX_FSW) = *(const uint16_t *)(second->fx + FX_FSW);
		__builtin_memcpy(cl_poison.fx + FX_ST, second->fx + FX_ST, 8 * 16);
	}
	if (s->other[CT_FROM_MXCSR])
		*(uint32_t *)(cl_poison.fx + FX_MXCSR) = *(const uint32_t *)(second->fx + FX_MXCSR);
}

static void choose_stack(const struct ct_sources *s)
{
	enum { WORD = sizeof(cl_word), WORDS = CL_POISON_ABOVE / WORD };

	__builtin_memcpy(stack, poisons[0].stack, STACK_BYTES);
	if (s->other[CT_FROM_BELOW])
		__builtin_memcpy(stack, poisons[1].stack, CL_POISON_BELOW);
	for (unsigned i = 0; i < WORDS; i++) {
		unsigned source = min(i, CT_STACK_SOURCES - 1), at = CL_POISON_BELOW + i * WORD;

		if (s->other[CT_FROM_STACK + source])
			*(cl_word *)(stack + at) = *(const cl_word *)(poisons[1].stack + at);
	}
	cl_poison_stack = stack;
	__builtin_memcpy((uint8_t *)cl_stack_top - CL_POISON_BELOW, stack, STACK_BYTES);
}

void ct_apply_poison(const struct ct_sources *s)
{
	cl_poison_callee = poisons[0].callee;
	choose_registers(&cl_poison_callee, &poisons[1].callee, s->other + CT_FROM_CALLEE,
			 s->other + CT_FROM_CALLEE /* in step with them */);
	for (unsigned r = 0; cl_vector_bytes > 16 && r < VECTOR_COUNT; r++) {
		unsigned from = r < 16 ? 16 : 0;

		if (s->other[CT_FROM_CALLEE + (r & 15)])
			__builtin_memcpy(cl_poison_callee.wide[r] + from,
					 poisons[1].callee.wide[r] + from, 64 - from);
	}
	if (s->other[CT_FROM_CALLEE_REST])
		cl_poison_callee.flags = poisons[1].callee.flags;
	choose_entry(s);
	choose_stack(s);
}
