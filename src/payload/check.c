/* SPDX-License-Identifier: MIT */
/* Checks of any call, whichever side is C: state, call-preserved registers, the caller's frame. The
 * list of checks is src/abi/checks.def. */
#include "payload/check.h"

enum { FSW_TOP = 7 << 11, MXCSR_CONTROL = 0xffc0 };

/* What an integer narrower than long long becomes when it is widened as its type says. */
long long widened(const struct cl_value *d, const uint8_t *value)
{
	unsigned long long x = 0;
	unsigned bits = d->size * 8u;

	__builtin_memcpy(&x, value, min(d->size, 8));
	if (d->class == CL_SIGNED && bits < 64 && (x >> (bits - 1) & 1))
		x |= ~0ull << bits;
	return (long long)x;
}

/* A value after the compiler widened it: to int what is narrower, else to long long. */
long long seen_wide(const struct cl_value *d, int as_int, long long as_long)
{
	return d->size < 4 ? as_int : as_long;
}

/* Is the CPU in the mode of mmx registers: all eight x87 tags valid, the top of the stack 0, and a
 * register such as MMX instructions leave it, its sign and exponent all ones? (SDM volume 1, 9.5.1
 * and 9.5.2) */
static bool in_mmx_mode(const struct cl_image *m)
{
	if (m->fx[FX_FTW] != 0xff || *(const uint16_t *)(m->fx + FX_FSW) & FSW_TOP)
		return false;
	for (int r = 0; r < 8; r++) {
		if (*(const uint16_t *)(m->fx + FX_ST + 16 * r + 8) == 0xffff)
			return true;
	}
	return false;
}

/* Control state that any function hands back as it got it, or as the convention wants it. */
void check_state(const struct cl_image *was, const struct cl_image *is, unsigned x87_regs, int item,
		 int round, struct findings *out)
{
	unsigned tags = is->fx[FX_FTW], used = 0;
	uint32_t m0 = *(const uint32_t *)(was->fx + FX_MXCSR) & MXCSR_CONTROL;
	uint32_t m1 = *(const uint32_t *)(is->fx + FX_MXCSR) & MXCSR_CONTROL;
	uint16_t c0 = *(const uint16_t *)(was->fx + FX_FCW),
		 c1 = *(const uint16_t *)(is->fx + FX_FCW);

	if (is->flags & FLAG_DF)
		differ_word(out, CHECK_DF, item, round, 0, 1);
	for (; tags; tags &= tags - 1)
		used++;
	if (in_mmx_mode(is) && x87_regs != ANY_X87)
		differ_word(out, CHECK_MMX, item, round, 0, 1);
	else if (used != x87_regs && x87_regs != ANY_X87)
		differ_word(out, CHECK_X87_STACK, item, round, x87_regs, used);
	if (c0 != c1)
		differ_word(out, CHECK_X87_CW, item, round, c0, c1);
	/* Nothing to compare in a process. */
	if ((was->flags ^ is->flags) & (cl_flags_random | cl_flags_clear))
		differ_word(out, CHECK_FLAGS, item, round,
			    was->flags & (cl_flags_random | cl_flags_clear),
			    is->flags & (cl_flags_random | cl_flags_clear));
	if (m0 != m1)
		differ_word(out, CHECK_MXCSR, item, round, m0, m1);
}

/* Call-preserved registers. A wrong value may be another register's, a local's of the function, or
 * what its own callee left. */
static void check_saved_gprs(unsigned gprs, int round, struct findings *out)
{
	const struct cl_image *was = &cl_before_image, *is = &cl_after_image;

	for (; gprs; gprs &= gprs - 1) {
		unsigned r = (unsigned)__builtin_ctz(gprs);
		struct candidates origin;

		if (was->gpr[r] == is->gpr[r])
			continue;
		origin = search(was, NULL, &is->gpr[r], sizeof(cl_word));
		if (search(&cl_poison_callee, NULL, &is->gpr[r], sizeof(cl_word)).bits[0])
			origin.bits[0] |= 1ull << CL_BIT_NESTED;
		for (int i = 0; i < CL_LIVE; i++) {
			if (cl_live[i] == is->gpr[r])
				origin.bits[0] |= 1ull << CL_BIT_LOCAL;
		}
		differ(out, CHECK_SAVED, (int)r, round, &was->gpr[r], &is->gpr[r], sizeof(cl_word),
		       origin, search(is, NULL, &was->gpr[r], sizeof(cl_word)));
	}
}

/* Bytes of vector register r that are kept, from its low end on, as far as the picture has them. */
static unsigned kept_bytes(const struct reg_set *kept, unsigned r)
{
	if (cl_vector_bytes >= 64 && kept->zmm >> r & 1)
		return 64;
	if (cl_vector_bytes >= 32 && kept->ymm >> r & 1)
		return 32;
	return r < XMM_COUNT || cl_vector_bytes >= 64 ? 16 : 0;
}

static void check_saved_vectors(const struct reg_set *kept, int round, struct findings *out)
{
	const struct cl_image *was = &cl_before_image, *is = &cl_after_image;

	for (unsigned set = kept->xmm; set; set &= set - 1) {
		unsigned r = (unsigned)__builtin_ctz(set), n = kept_bytes(kept, r);
		const uint8_t *a = r < XMM_COUNT ? vector_in(was, r, n) : was->wide[r];
		const uint8_t *b = r < XMM_COUNT ? vector_in(is, r, n) : is->wide[r];

		if (!same(a, b, n))
			differ(out, CHECK_SAVED, CL_ITEM_XMM + (int)r, round, a, b, n,
			       same(a, b, 8) ? nowhere : search(was, NULL, b, 8), nowhere);
	}
}

void check_saved(const struct reg_set *kept, int round, struct findings *out)
{
	const struct cl_image *was = &cl_before_image, *is = &cl_after_image;

	check_saved_gprs(kept->gpr, round, out);
	check_saved_vectors(kept, round, out);
	for (unsigned k = 0; cl_vector_bytes >= 64 && k < MASK_COUNT; k++) {
		uint16_t a = (uint16_t)was->mask[k], b = (uint16_t)is->mask[k];

		if (kept->mask >> k & 1 && a != b)
			differ_word(out, CHECK_SAVED, CL_ITEM_MASK + (int)k, round, a, b);
	}
	for (unsigned n = 0; kept->x87 && n < X87_COUNT; n++) {
		const uint8_t *a = was->fx + FX_ST + 16 * n, *b = is->fx + FX_ST + 16 * n;

		if (kept->x87 >> n & 1 && !same(a, b, 10))
			differ(out, CHECK_SAVED, CL_ITEM_X87 + (int)n, round, a, b, 10, nowhere,
			       nowhere);
	}
	if ((was->flags ^ is->flags) & kept->flags)
		differ_word(out, CHECK_SAVED, CL_ITEM_FLAGS, round, was->flags & kept->flags,
			    is->flags & kept->flags);
}

/* Memory above the argument area still holds its poison. */
void check_canary(unsigned args, int round, struct findings *out)
{
	const cl_word *at = (cl_word *)(cl_before_image.gpr[GPR_SP] + args);
	const cl_word *want =
		(const cl_word *)(cl_poison_stack + CL_POISON_BELOW + ((cl_word)at - cl_stack_top));
	const cl_word *end = (const cl_word *)stack_poison_end();
	struct merged_finding *m;
	unsigned n;

	n = first_difference(at, want, (unsigned)(end - at));
	at += n;
	want += n;
	if (at >= end)
		return;
	differ(out, CHECK_CANARY, 0, round, want, at, sizeof(cl_word),
	       search(&cl_before_image, NULL, at, sizeof(cl_word)), nowhere);
	m = &out->finding[out->nfindings - 1];
	if (m->f.check == CHECK_CANARY && m->f.round == round)
		m->f.offset = (uint16_t)((cl_word)at - cl_before_image.gpr[GPR_SP]);
}

void check_stack_pointer(const struct cl_case *c, unsigned pop, int round, struct findings *out)
{
	cl_word was = cl_before_image.gpr[GPR_SP], is = cl_after_image.gpr[GPR_SP];

	if (c && c->flags & CL_POP_UNSPECIFIED)
		observe_pop(out, is - was);
	else if (is != was + pop)
		differ_word(out, CHECK_SP, 0, round, pop, is - was);
}

/* The locals from `half` on as they were, and behind those that this function keeps all as
 * prepared? The few instructions that most functions take; anything else is looked at one by one.
 */
static bool as_kept(unsigned half)
{
	const cl_word *back = (const cl_word *)cl_back + half;
	unsigned n = first_difference(back, (const cl_word *)cl_live, CL_LIVE);

	/* Each word like the one behind it, and the last one unset. */
	return n == CL_LIVE ||
	       (cl_back[half + CL_LIVE - 1] == cl_unset &&
		first_difference(back + n, back + n + 1, CL_LIVE - 1 - n) == CL_LIVE - 1 - n);
}

static __attribute__((noinline)) bool lost_local(int round, struct findings *out)
{
	for (unsigned i = 0; i < 2 * CL_LIVE; i++) {
		/* Word by word, the first of its two places before the second. */
		unsigned k = i / 2 + (i & 1) * CL_LIVE;
		cl_word want = cl_live[i / 2], got = cl_back[k];
		struct candidates origin = nowhere;

		/* Words that this function does not keep are still as prepared. */
		if (got == want || got == cl_unset)
			continue;
		if (search(&cl_poison_callee, NULL, &got, sizeof(got)).bits[0])
			origin.bits[0] = 1ull << CL_BIT_NESTED;
		differ(out, CHECK_LOCALS, (int)k, round, &want, &got, sizeof(cl_word), origin,
		       nowhere);
		return true;
	}
	return false;
}

void check_locals(const struct cl_case *c, int round, struct findings *out)
{
	const cl_word unset = cl_unset;

	/* One is enough: they are lost for one reason. */
	if (!(as_kept(0) && as_kept(CL_LIVE)) && lost_local(round, out))
		return;
	for (int i = 0; cl_preserved[c->preserved].xmm && i < 2 * CL_LIVE_DOUBLES; i++) {
		uint64_t want = ((volatile uint64_t *)cl_live_double)[i % CL_LIVE_DOUBLES];
		uint64_t got = ((volatile uint64_t *)cl_back_double)[i];

		if (got != (uint64_t)unset && got != want)
			differ(out, CHECK_LOCALS, 64 + i, round, &want, &got, 8, nowhere, nowhere);
	}
}

/* What was popped after a failed VMREAD: the field as it was pushed, and 0 for its result. */
void check_slots(const struct cl_values *v, int round, struct findings *out)
{
	cl_word field = *(const cl_word *)v->arg[0];

	if (cl_slot[0] != field)
		differ_word(out, CHECK_SLOT, 0, round, field, cl_slot[0]);
	if (cl_slot[1])
		differ_word(out, CHECK_SLOT, 1, round, 0, cl_slot[1]);
}
