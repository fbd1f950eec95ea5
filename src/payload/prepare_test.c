/* SPDX-License-Identifier: MIT */
/* Tests of prepare.c, built natively: values, poison and dirt come from the seed alone, differ from
 * each other, and survive whatever register or x87 load a wrong read goes through. */
#include "payload/compare.h"
#include "payload/value_test.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What asm/payload.ld defines in a payload: no code to emulate here. */
const uint8_t cl_text[1], cl_text_end[1], cl_rodata[1];

enum { STACK = 8192, SEEDS = 200 };

static uint8_t stack[STACK] __attribute__((aligned(64)));
static struct cl_values values __attribute__((aligned(16)));

/* Nothing runs here, so the picture may have what the processor lacks. */
const uint32_t cl_vector_bytes = 64;
const struct reg_set cl_preserved[] = { { .gpr = 0xf028, .xmm = 0xffc0 } };
const struct cl_case *const cl_cases[1] = { NULL };
__asm__(".globl cl_cases_end\n.set cl_cases_end, cl_cases");

int cl_run(void (*entry)(void))
{
	(void)entry;
	return CL_CAME_BACK;
}

void cl_call_c(void)
{
}

void cl_after(void);
void cl_after(void)
{
}

static void set_up(void)
{
	cl_stack_top = (cl_word)(stack + STACK / 2);
}

/* One argument of each class, and one in two pieces. */
static const struct cl_value args[] = {
	VALUE(CL_SIGNED, CL_WIDENED, 4, 4, 0, GPR(7, 0, 4, 0)),
	VALUE(CL_DOUBLE, 0, 8, 8, 16, XMM(0, 0, 8, 64)),
	VALUE(CL_SIGNED, CL_WIDENED, 1, 1, 32, GPR(6, 0, 1, 128)),
	VALUE(CL_BOOL, CL_WIDENED, 1, 1, 48, GPR(2, 0, 1, 192)),
	VALUE(CL_UNSIGNED, 0, 16, 16, 64, GPR(1, 0, 8, 256), GPR(8, 8, 8, 272)),
	VALUE(CL_POINTER, 0, 8, 8, 80, GPR(9, 0, 8, 320)),
	VALUE(CL_LDOUBLE, 0, 10, 16, 96, ON_STACK(0, 16, 384)),
	VALUE(CL_FLOAT, 0, 4, 4, 112, XMM(1, 0, 4, 448)),
	VALUE(CL_UNSIGNED, CL_WIDENED, 2, 2, 128, ON_STACK(0, 2, 512)),
	VALUE(CL_SIGNED, CL_REFERENCE, 16, 16, 144, GPR(10, 0, 8, 576)),
};
enum { NARGS = sizeof(args) / sizeof(args[0]) };

static struct cl_case a_case(unsigned index)
{
	return (struct cl_case){ .index = index,
				 .key = index,
				 .nargs = NARGS,
				 .flags = CL_RETURNS,
				 .al = -1,
				 .align = 16,
				 .align_calls = 16,
				 .al_most = 8,
				 .stack_bytes = 32,
				 .args = args,
				 .ret = VALUE(CL_SIGNED, 0, 8, 8, 0, GPR(0, 0, 8, 0)) };
}

/* Bytes of a value of up to 16 that are filled in; what is behind them is nobody's. */
enum { FILLED = 16 };

/* Everything prepare writes. */
struct snapshot {
	struct cl_image poison, callee;
	uint8_t poison_stack[(CL_POISON_BELOW + CL_POISON_ABOVE)], stack[STACK];
	uint8_t cell[CL_AREA], arg[CL_AREA], got[CL_AREA], reference[CL_AREA];
	uint8_t ret_cell[64], ret[FILLED], got_ret[FILLED];
	cl_word live[CL_LIVE], back[2 * CL_LIVE], unset;
	long long wide[32];
	int wide_int[32];
	struct cl_values values;
};

static void take(struct snapshot *s, const struct cl_case *c, int direction, int round,
		 uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	/* What the other direction needs is not filled in. */
	memset((void *)cl_arg, 0, CL_AREA);
	memset((void *)cl_got, 0, CL_AREA);
	memset(cl_reference, 0, CL_AREA);
	memset(cl_ret_cell, 0, sizeof(cl_ret_cell));
	memset((void *)cl_got_ret, 0, FILLED);
	memset((void *)cl_wide, 0, sizeof(cl_wide));
	memset((void *)cl_wide_int, 0, sizeof(cl_wide_int));
	prepare(c, direction, round, seed, &values);
	s->poison = cl_poison;
	s->callee = cl_poison_callee;
	memcpy(s->poison_stack, cl_poison_stack, (CL_POISON_BELOW + CL_POISON_ABOVE));
	memcpy(s->stack, stack, STACK);
	memcpy(s->cell, cl_cell, CL_AREA);
	memcpy(s->arg, (void *)cl_arg, CL_AREA);
	memcpy(s->got, (void *)cl_got, CL_AREA);
	memcpy(s->reference, cl_reference, CL_AREA);
	memcpy(s->ret_cell, cl_ret_cell, 64);
	memcpy(s->ret, (void *)cl_ret, FILLED);
	memcpy(s->got_ret, (void *)cl_got_ret, FILLED);
	memcpy(s->live, (void *)cl_live, sizeof(cl_live));
	memcpy(s->back, (void *)cl_back, sizeof(cl_back));
	s->unset = cl_unset;
	memcpy(s->wide, (void *)cl_wide, sizeof(cl_wide));
	memcpy(s->wide_int, (void *)cl_wide_int, sizeof(cl_wide_int));
	s->values = values;
}

static struct snapshot one, two;

START_TEST(deterministic)
{
	struct cl_case c = a_case(3);

	take(&one, &c, CL_CALLEE, 1, 42);
	/* Another round in between, dirt in what is written: no state is carried over. */
	take(&two, &c, CL_CALLER, 4, 7);
	memset(cl_cell, 0x5a, CL_AREA);
	memset(&values, 0x5a, sizeof(values));
	take(&two, &c, CL_CALLEE, 1, 42);
	/* Cells that belong to no argument are nobody's; those of arguments are compared, as far as
	 * they are loaded. */
	for (unsigned i = 0; i < NARGS; i++) {
		for (unsigned k = 0; k < args[i].nlocs; k++) {
			const struct cl_loc *l = &args[i].loc[k];
			unsigned to = l->kind == CL_XMM ? 16 : sizeof(cl_word);

			ck_assert_mem_eq(one.cell + l->cell, two.cell + l->cell,
					 (l->bytes + to - 1) / to * to);
		}
		ck_assert_mem_eq(one.values.arg[i], two.values.arg[i], FILLED);
	}
	ck_assert_mem_eq(one.values.ret, two.values.ret, FILLED);
	memcpy(two.cell, one.cell, CL_AREA);
	two.values = one.values;
	ck_assert_mem_eq(&one, &two, sizeof(one));
}
END_TEST

/* Seed, case, round and direction each change every register, and every argument but the bool. */
START_TEST(different)
{
	static const struct {
		unsigned index;
		int direction, round;
		uint64_t seed;
		const char *what;
	} v[] = {
		{ 3, CL_CALLEE, 1, 43, "seed" },
		{ 3, CL_CALLEE, 1, 42 | 1ull << 63, "high bit of the seed" },
		{ 4, CL_CALLEE, 1, 42, "case" },
		{ 3, CL_CALLEE, 0, 42, "round" },
		{ 3, CL_CALLER, 1, 42, "direction" },
	};
	struct cl_case c = a_case(3);

	take(&one, &c, CL_CALLEE, 1, 42);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct cl_case other = a_case(v[i].index);

		take(&two, &other, v[i].direction, v[i].round, v[i].seed);
		for (unsigned r = 0; r < 16; r++) {
			ck_assert_msg(one.poison.gpr[r] != two.poison.gpr[r],
				      "another %s, the same register %u", v[i].what, r);
			ck_assert_msg(memcmp(one.poison.fx + FX_XMM + 16 * r,
					     two.poison.fx + FX_XMM + 16 * r, 8),
				      "another %s, the same xmm%u", v[i].what, r);
			ck_assert_mem_eq(one.poison.wide[r], one.poison.fx + FX_XMM + 16 * r, 16);
			for (unsigned at = 16; at < 64; at += 8)
				ck_assert_msg(
					memcmp(one.poison.wide[r] + at, two.poison.wide[r] + at, 8),
					"another %s, the same zmm%u", v[i].what, r);
		}
		for (unsigned k = 0; k < NARGS; k++) {
			if (args[k].size >= 4)
				ck_assert_msg(memcmp(one.values.arg[k], two.values.arg[k],
						     args[k].compare),
					      "another %s, the same argument %u", v[i].what, k);
		}
		ck_assert_msg(memcmp(one.poison_stack, two.poison_stack, 16),
			      "another %s, the same stack", v[i].what);
		ck_assert_msg(memcmp(one.values.ret, two.values.ret, 8),
			      "another %s, the same return value", v[i].what);
	}
}
END_TEST

struct words {
	uint64_t v[2000];
	size_t n;
};

static void add_words(struct words *w, const volatile void *p, size_t bytes)
{
	for (size_t i = 0; i + 8 <= bytes; i += 8)
		memcpy(&w->v[w->n++], (const uint8_t *)p + i, 8);
}

/* All poison of a round: registers of both images, stack, live values. */
static struct words *all_poison(struct words *w)
{
	w->n = 0;
	add_words(w, cl_poison.gpr, sizeof(cl_poison.gpr));
	add_words(w, cl_poison_callee.gpr, sizeof(cl_poison_callee.gpr));
	add_words(w, cl_poison.fx + FX_XMM, 256);
	add_words(w, cl_poison_callee.fx + FX_XMM, 256);
	add_words(w, cl_poison.fx + FX_ST, 128);
	add_words(w, cl_poison_callee.fx + FX_ST, 128);
	add_words(w, cl_poison_stack, (CL_POISON_BELOW + CL_POISON_ABOVE));
	add_words(w, cl_live, sizeof(cl_live));
	add_words(w, cl_live_double, sizeof(cl_live_double));
	add_words(w, &cl_unset, sizeof(cl_unset));
	return w;
}

static int by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static struct words some;

START_TEST(poison_is_distinct)
{
	struct cl_case c = a_case(0);

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		prepare(&c, CL_CALLEE, (int)(seed % ROUNDS), seed, &values);
		all_poison(&some);
		for (unsigned i = 0; i < NARGS; i++) {
			if (args[i].compare >= 8)
				add_words(&some, values.arg[i], 8);
		}
		qsort(some.v, some.n, 8, by_value);
		for (size_t i = 1; i < some.n; i++) {
			if (some.v[i] == some.v[i - 1])
				ck_abort_msg("seed %d: 0x%llx twice", (int)seed,
					     (unsigned long long)some.v[i]);
		}
		/* Registers in the lower halves too: a 32-bit value is looked for there. */
		for (unsigned r = 0; r < 16; r++) {
			for (unsigned k = 0; k < r; k++) {
				if ((uint32_t)cl_poison.gpr[r] == (uint32_t)cl_poison.gpr[k])
					ck_abort_msg("seed %d: registers %u and %u", (int)seed, k,
						     r);
			}
		}
	}
}
END_TEST

/* A wrong read through the x87 brings the very bits back only if they are a normal number: of a
 * signalling NaN it would not. */
START_TEST(poison_is_normal)
{
	struct cl_case c = a_case(0);

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		prepare(&c, CL_CALLER, (int)(seed % ROUNDS), seed, &values);
		all_poison(&some);
		for (size_t i = 0; i < some.n; i++) {
			double d;
			float f[2];

			memcpy(&d, &some.v[i], 8);
			memcpy(f, &some.v[i], 8);
			if (!isnormal(d) || !isnormal(f[0]) || !isnormal(f[1]))
				ck_abort_msg("seed %d: 0x%016llx is not normal as a double or as "
					     "two floats",
					     (int)seed, (unsigned long long)some.v[i]);
		}
	}
}
END_TEST

/* Only loads that keep control bits valid: MXCSR reserved bits fault, status bits start clear. */
START_TEST(control_state)
{
	struct cl_case c = a_case(0);
	unsigned x87_modes = 0, sse_modes = 0;

	for (int round = 0; round < ROUNDS; round++) {
		uint16_t cw;
		uint32_t mxcsr;

		prepare(&c, CL_CALLEE, round, 5, &values);
		memcpy(&cw, cl_poison.fx + FX_FCW, 2);
		memcpy(&mxcsr, cl_poison.fx + FX_MXCSR, 4);
		ck_assert_uint_eq(mxcsr & ~0x7f80u, 0);
		ck_assert_uint_eq(mxcsr & 0x1f80, 0x1f80);
		ck_assert_uint_eq(cw & 0x33f, 0x33f);
		ck_assert_uint_eq(cl_poison.fx[FX_FTW], 0);
		ck_assert_uint_eq(cl_poison.flags & ~0x8d7ul, 0);
		ck_assert_uint_eq(cl_poison.flags & 2, 2);
		x87_modes |= 1u << (cw == 0x37f);
		sse_modes |= 1u << (mxcsr == 0x1f80);
	}
	/* The default in some rounds, something else in others. */
	ck_assert_uint_eq(x87_modes, 3);
	ck_assert_uint_eq(sse_modes, 3);
}
END_TEST

/* Each bool argument is told by its pattern over the rounds, which is never constant. */
START_TEST(bool_patterns)
{
	struct cl_value bools[16];
	unsigned pattern[16] = { 0 };
	struct cl_case c = a_case(0);

	for (unsigned i = 0; i < 16; i++)
		bools[i] = (struct cl_value)VALUE(CL_BOOL, 0, 1, 1, (uint16_t)(16 * i),
						  GPR(0, 0, 1, 64 * i));
	c.args = bools;
	c.nargs = 16;
	for (int round = 0; round < ROUNDS; round++) {
		prepare(&c, CL_CALLEE, round, 9, &values);
		for (unsigned i = 0; i < 16; i++) {
			ck_assert_uint_le(values.arg[i][0], 1);
			ck_assert_uint_eq(cl_cell[64 * i], values.arg[i][0]);
			pattern[i] |= (unsigned)values.arg[i][0] << round;
		}
	}
	for (unsigned i = 0; i < 16; i++) {
		ck_assert_msg(pattern[i] != 0 && pattern[i] != (1u << ROUNDS) - 1,
			      "argument %u is always %u", i, pattern[i] & 1);
		for (unsigned k = 0; k < i; k++)
			ck_assert_msg(pattern[i] != pattern[k], "arguments %u and %u are both 0x%x",
				      k, i, pattern[i]);
	}
}
END_TEST

START_TEST(floating_values_are_normal)
{
	struct cl_case c = a_case(0);
	unsigned signs = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		double d;
		float f;
		long double l = 0;

		prepare(&c, CL_CALLEE, (int)(seed % ROUNDS), seed, &values);
		memcpy(&d, values.arg[1], 8);
		memcpy(&f, values.arg[7], 4);
		memcpy(&l, values.arg[6], 10);
		if (!isnormal(d) || !isnormal(f) || !isnormal(l))
			ck_abort_msg("seed %d: %g %g %Lg", (int)seed, d, (double)f, l);
		if (!(values.arg[6][7] & 0x80))
			ck_abort_msg("seed %d: a long double without its integer bit", (int)seed);
		signs |= 1u << !signbit(d) | 4u << !signbit(f) | 16u << !signbit(l);
	}
	/* Either sign of each. */
	ck_assert_uint_eq(signs, 0x3f);
}
END_TEST

/* The sign bit is set in all rounds but one: zero extension of a negative value shows, and so does
 * sign extension of a positive one. */
START_TEST(sign_bits)
{
	struct cl_case c = a_case(0);

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		for (int round = 0; round < ROUNDS; round++) {
			prepare(&c, CL_CALLEE, round, seed, &values);
			for (unsigned i = 0; i < NARGS; i++) {
				bool negative = values.arg[i][args[i].size - 1] & 0x80;

				if (args[i].class != CL_SIGNED && args[i].class != CL_UNSIGNED)
					continue;
				if (negative != (round != 2))
					ck_abort_msg("seed %d, round %d, argument %u", (int)seed,
						     round, i);
			}
		}
	}
}
END_TEST

/* What a trampoline loads: the value's bytes, and above them neither of its extensions. */
START_TEST(cells)
{
	struct cl_case c = a_case(0);
	cl_word p;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		prepare(&c, CL_CALLEE, (int)(seed % ROUNDS), seed, &values);
		for (unsigned i = 0; i < NARGS; i++) {
			const struct cl_value *d = &args[i];

			for (unsigned k = 0; k < d->nlocs && !(d->flags & CL_REFERENCE); k++) {
				const struct cl_loc *l = &d->loc[k];
				const uint8_t *cell = cl_cell + l->cell;
				static const uint8_t zeroes[8],
					ones[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };

				ck_assert_mem_eq(cell, values.arg[i] + l->off, l->bytes);
				if (l->bytes >= 8)
					continue;
				ck_assert_mem_ne(cell + l->bytes, zeroes, 8u - l->bytes);
				ck_assert_mem_ne(cell + l->bytes, ones, 8u - l->bytes);
			}
			/* What the C under test stores starts out wrong in every byte. */
			for (unsigned k = 0; k < d->size; k++) {
				if (cl_got[d->buffer + k] == values.arg[i][k])
					ck_abort_msg("argument %u, byte %u", i, k);
			}
		}
		memcpy(&p, cl_cell + 576, sizeof(p));
		ck_assert_uint_eq(p, (cl_word)(cl_reference + args[9].buffer));
		ck_assert_uint_eq(p % 16, 0);
		ck_assert_mem_eq((void *)p, values.arg[9], 16);
	}
}
END_TEST

/* What a caller under test loads. */
START_TEST(loaded)
{
	struct cl_case c = a_case(0);

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		prepare(&c, CL_CALLER, (int)(seed % ROUNDS), seed, &values);
		for (unsigned i = 0; i < NARGS; i++)
			ck_assert_mem_eq((void *)(cl_arg + args[i].buffer), values.arg[i],
					 args[i].size);
	}
}
END_TEST

/* CL_PLAIN makes preparing shorter, and changes nothing of what is loaded or compared. */
START_TEST(plain_arguments)
{
	static const uint8_t sizes[] = { 1, 2, 4, 8 };
	struct cl_case c = a_case(0);
	struct cl_value plain[8], any[8];
	int direction = _i & 1;

	for (unsigned i = 0; i < 8; i++) {
		uint8_t class = i & 1 ? CL_SIGNED : CL_UNSIGNED, size = sizes[i / 2];

		any[i] = (struct cl_value)VALUE(class, CL_WIDENED, size, size, 16 * i,
						GPR(i, 0, size, 64 * i));
		plain[i] = any[i];
		plain[i].flags |= CL_PLAIN;
	}
	c.nargs = 8;
	for (int round = 0; round < ROUNDS; round++) {
		c.args = any;
		take(&one, &c, direction, round, (uint64_t)_i);
		c.args = plain;
		take(&two, &c, direction, round, (uint64_t)_i);
		for (unsigned i = 0; i < 8; i++) {
			/* Behind a value there is nothing that anyone looks at. */
			memcpy(two.values.arg[i] + sizes[i / 2], one.values.arg[i] + sizes[i / 2],
			       CL_VALUE - sizes[i / 2]);
			memcpy(two.arg + 16 * i + sizes[i / 2], one.arg + 16 * i + sizes[i / 2],
			       8u - sizes[i / 2]);
			memcpy(two.got + 16 * i + sizes[i / 2], one.got + 16 * i + sizes[i / 2],
			       8u - sizes[i / 2]);
		}
		ck_assert_mem_eq(&one, &two, sizeof(one));
	}
}
END_TEST

/* The test stack holds poison from below the argument area and a frame's worth of memory to
 * CL_POISON_ABOVE bytes above its top, and no byte beyond is written. */
START_TEST(stack_is_poisoned)
{
	/* With arguments that no document places at least so much is looked at. */
	static const struct {
		unsigned bytes, flags, poisoned;
	} rows[] = { { 0, 0, 0 },
		     { 48, 0, 48 },
		     { 768, 0, 768 },
		     { 48, CL_STACK_UNSPECIFIED, CL_OBSERVED_STACK },
		     { 640, CL_STACK_UNSPECIFIED, 640 } };
	struct cl_case c = a_case(0);
	uint8_t *top = stack + STACK / 2;
	size_t below = min(rows[_i].poisoned + 256, CL_POISON_BELOW);

	memset(stack, 0xcc, STACK);
	c.stack_bytes = (uint16_t)rows[_i].bytes;
	c.flags |= (uint16_t)rows[_i].flags;
	prepare(&c, CL_CALLEE, 0, 1, &values);
	ck_assert_ptr_eq(stack_poison_end(), top + CL_POISON_ABOVE);
	ck_assert_mem_eq(top - below, cl_poison_stack + CL_POISON_BELOW - below,
			 below + CL_POISON_ABOVE);
	for (size_t i = 0; i < STACK; i++) {
		if ((stack + i < top - below || stack + i >= top + CL_POISON_ABOVE) &&
		    stack[i] != 0xcc)
			ck_abort_msg("byte %zu of the stack was written", i);
	}
}
END_TEST

/* The picture a probe takes of the stack holds all of its arguments, and where they may be. */
START_TEST(picture_holds_arguments)
{
	struct cl_case c = a_case(0);

	c.nargs = 0;
	c.stack_bytes = 600;
	prepare(&c, CL_CALLER, 0, 1, &values);
	ck_assert_uint_ge(cl_picture_words * sizeof(cl_word), 600);
	c.stack_bytes = 0;
	prepare(&c, CL_CALLER, 0, 1, &values);
	ck_assert_uint_eq(cl_picture_words, STACK_WORDS);
	c.flags |= CL_RETURN_UNSPECIFIED;
	prepare(&c, CL_CALLER, 0, 1, &values);
	ck_assert_uint_eq(cl_picture_words * sizeof(cl_word), sizeof(cl_probe_stack));
}
END_TEST

/* Return values: where the probe loads them from, and st0 as the 80 bits of the same number. */
START_TEST(returns)
{
	struct cl_case c = a_case(0);
	float f;
	double d;
	long double st0 = 0;

	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_GPR, values.ret, 8);
	ck_assert_mem_eq((void *)cl_ret, values.ret, 8);
	for (unsigned k = 0; k < 8; k++)
		ck_assert_uint_eq(cl_got_ret[k], (uint8_t)~values.ret[k]);
	c.ret = (struct cl_value)VALUE(CL_SIGNED, 0, 16, 16, 0, GPR(0, 0, 8, 0), GPR(2, 8, 8, 0));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_GPR, values.ret, 8);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_GPR + 16, values.ret + 8, 8);
	c.ret = (struct cl_value)VALUE(CL_DOUBLE, 0, 8, 8, 0, XMM(0, 0, 8, 0));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_XMM, values.ret, 8);

	c.ret = (struct cl_value)VALUE(CL_FLOAT, 0, 4, 4, 0, X87(0, 0, 4));
	prepare(&c, CL_CALLER, 0, 3, &values);
	memcpy(&f, values.ret, 4);
	memcpy(&st0, values.st[0], 10);
	ck_assert(st0 == f);
	c.ret = (struct cl_value)VALUE(CL_DOUBLE, 0, 8, 8, 0, X87(0, 0, 8));
	prepare(&c, CL_CALLER, 0, 3, &values);
	memcpy(&d, values.ret, 8);
	memcpy(&st0, values.st[0], 10);
	ck_assert(st0 == d);
	c.ret = (struct cl_value)VALUE(CL_LDOUBLE, 0, 10, 16, 0, X87(0, 0, 10));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(values.st[0], values.ret, 10);
}
END_TEST

START_TEST(counters_start_at_zero)
{
	struct cl_case c = a_case(0);

	cl_probe_count = cl_nested_count = 9;
	cl_back[0] = cl_back[2 * CL_LIVE - 1] = 9;
	cl_back_double[2 * CL_LIVE_DOUBLES - 1] = 9;
	prepare(&c, CL_CALLEE, 0, 1, &values);
	ck_assert_uint_eq(cl_probe_count + cl_nested_count, 0);
	/* Not kept: a word that no register, stack word or value holds. */
	for (int i = 0; i < 2 * CL_LIVE; i++)
		ck_assert_uint_eq(cl_back[i], cl_unset);
	for (int i = 0; i < 2 * CL_LIVE_DOUBLES; i++)
		ck_assert_uint_eq(((volatile uint64_t *)cl_back_double)[i], cl_unset);
}
END_TEST

/* ---- aggregates ---- */

/* struct { _Bool a, b; float f; double d; long double l; }, and 224 bytes without a scalar that
 * must be a proper one. */
static const struct cl_leaf leaves[] = {
	{ 0, CL_BOOL, 1 },   { 1, CL_BOOL, 1 },      { 4, CL_FLOAT, 4 },
	{ 8, CL_DOUBLE, 8 }, { 16, CL_LDOUBLE, 16 },
};
static const struct cl_leaf one_double[] = { { 0, CL_DOUBLE, 8 } };
enum { WHOLE = 256 };

START_TEST(leaves_are_proper)
{
	const struct cl_value d = AGGREGATE(NULL, leaves, WHOLE, 0, ON_STACK(0, WHOLE, 0));
	struct cl_case c = a_case(0);
	unsigned signs = 0, bools = 0;
	uint8_t varies[WHOLE] = { 0 }, first[WHOLE];

	c.args = &d;
	c.nargs = 1;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		const uint8_t *v = values.arg[0];
		float f;
		double e;
		long double l = 0;

		prepare(&c, CL_CALLEE, (int)(seed % ROUNDS), seed, &values);
		memcpy(&f, v + 4, 4);
		memcpy(&e, v + 8, 8);
		memcpy(&l, v + 16, 10);
		if (!isnormal(f) || !isnormal(e) || !isnormal(l) || !(v[23] & 0x80))
			ck_abort_msg("seed %d: %g %g %Lg", (int)seed, (double)f, e, l);
		ck_assert_uint_le(v[0], 1);
		ck_assert_uint_le(v[1], 1);
		bools |= 1u << v[0] | 4u << v[1];
		signs |= 1u << !signbit(f) | 4u << !signbit(e) | 16u << !signbit(l);
		if (!seed)
			memcpy(first, v, WHOLE);
		for (unsigned k = 0; k < WHOLE; k++)
			varies[k] |= v[k] ^ first[k];
	}
	ck_assert_uint_eq(signs, 0x3f);
	ck_assert_uint_eq(bools, 0xf);
	/* Everything else is random in every bit. */
	for (unsigned k = 32; k < WHOLE; k++)
		ck_assert_msg(varies[k] == 0xff, "byte %u: bits 0x%x vary", k, varies[k]);
}
END_TEST

/* All bytes of the largest value are in its buffers and its cell, and none beyond. */
START_TEST(largest_value)
{
	struct cl_value d = AGGREGATE(NULL, leaves, WHOLE, WHOLE, ON_STACK(0, WHOLE, 320));
	struct cl_case c = a_case(0);
	cl_word pointer;

	c.args = &d;
	c.nargs = 1;
	c.flags = 0;
	memset(cl_cell, 0xcc, CL_AREA);
	memset((void *)cl_arg, 0xcc, CL_AREA);
	memset((void *)cl_got, 0xcc, CL_AREA);
	memset(cl_reference, 0xcc, CL_AREA);
	prepare(&c, CL_CALLEE, 0, 3, &values);
	ck_assert_mem_eq(cl_cell + 320, values.arg[0], WHOLE);
	for (unsigned k = 0; k < CL_AREA; k++) {
		bool own = k >= WHOLE && k < 2 * WHOLE, cell = k >= 320 && k < 320 + WHOLE;

		if (own)
			ck_assert_uint_eq(cl_got[k], (uint8_t)~values.arg[0][k - WHOLE]);
		else if (cl_arg[k] != 0xcc || cl_got[k] != 0xcc || cl_reference[k] != 0xcc)
			ck_abort_msg("byte %u of a buffer was written", k);
		if (!cell && cl_cell[k] != 0xcc)
			ck_abort_msg("byte %u of the cells was written", k);
	}
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq((void *)(cl_arg + WHOLE), values.arg[0], WHOLE);
	for (unsigned k = 0; k < CL_AREA; k++) {
		if ((k < WHOLE || k >= 2 * WHOLE) && cl_arg[k] != 0xcc)
			ck_abort_msg("byte %u of what is loaded was written", k);
	}
	/* Where a pointer to it is passed. */
	d.flags |= CL_REFERENCE;
	d.loc[0].bytes = sizeof(pointer);
	prepare(&c, CL_CALLEE, 0, 3, &values);
	ck_assert_mem_eq(cl_reference + WHOLE, values.arg[0], WHOLE);
	memcpy(&pointer, cl_cell + 320, sizeof(pointer));
	ck_assert_uint_eq(pointer, (cl_word)(cl_reference + WHOLE));
}
END_TEST

/* The pieces of a value in registers of two kinds, dirt above the last. */
START_TEST(pieces)
{
	const struct cl_value d =
		AGGREGATE(NULL, one_double, 12, 0, XMM(0, 0, 8, 0), GPR(7, 8, 4, 64));
	static const uint8_t zeroes[4];
	struct cl_case c = a_case(0);

	c.args = &d;
	c.nargs = 1;
	prepare(&c, CL_CALLEE, 0, 3, &values);
	ck_assert_mem_eq(cl_cell, values.arg[0], 8);
	ck_assert_mem_eq(cl_cell + 64, values.arg[0] + 8, 4);
	ck_assert_mem_ne(cl_cell + 64 + 4, zeroes, 4);
}
END_TEST

/* A value returned in memory: the cell of the pointer to it, and bytes there that are all wrong. */
START_TEST(memory_return)
{
	struct cl_case c = a_case(0);

	c.ret = (struct cl_value)AGGREGATE(NULL, leaves, WHOLE, 0, { 0 });
	c.ret.nlocs = 0;
	c.hidden = (struct cl_value)VALUE(CL_POINTER, 0, 8, 8, 0, GPR(7, 0, 8, 24 * 320));
	for (int round = 0; round < ROUNDS; round++) {
		cl_word p;

		prepare(&c, CL_CALLEE, round, 3, &values);
		memcpy(&p, cl_cell + 24 * 320, sizeof(p));
		ck_assert_uint_eq(p, (cl_word)cl_result);
		ck_assert_uint_eq(p % 64, 0);
		ck_assert_mem_eq((void *)cl_ret, values.ret, WHOLE);
		for (unsigned k = 0; k < WHOLE; k++)
			ck_assert_uint_eq(cl_result[k], (uint8_t)~values.ret[k]);
		prepare(&c, CL_CALLER, round, 3, &values);
		for (unsigned k = 0; k < WHOLE; k++)
			ck_assert_uint_eq(cl_got_ret[k], (uint8_t)~values.ret[k]);
	}
}
END_TEST

/* What the probe loads rax, rdx, xmm0 and xmm1 from; st0 and st1. */
START_TEST(returns_in_several)
{
	static const struct cl_leaf parts[] = { { 0, CL_LDOUBLE, 16 }, { 16, CL_LDOUBLE, 16 } };
	struct cl_case c = a_case(0);

	c.ret = (struct cl_value)AGGREGATE(NULL, one_double, 16, 0, XMM(0, 0, 8, 0),
					   GPR(0, 8, 8, 0));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_XMM, values.ret, 8);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_GPR, values.ret + 8, 8);
	c.ret = (struct cl_value)AGGREGATE(NULL, one_double, 12, 0, XMM(0, 0, 8, 0),
					   XMM(1, 8, 4, 0));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_XMM, values.ret, 8);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_XMM + 16, values.ret + 8, 4);
	c.ret = (struct cl_value)AGGREGATE(NULL, one_double, 16, 0, GPR(0, 0, 8, 0),
					   GPR(2, 8, 8, 0));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_GPR, values.ret, 8);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_GPR + 16, values.ret + 8, 8);
	/* A vector: 16 bytes of one register. */
	c.ret = (struct cl_value)AGGREGATE(NULL, one_double, 16, 0, XMM(0, 0, 16, 0));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(cl_ret_cell + CL_RET_XMM, values.ret, 16);
	c.ret = (struct cl_value)AGGREGATE(NULL, parts, 32, 0, X87(0, 0, 10), X87(1, 16, 10));
	prepare(&c, CL_CALLER, 0, 3, &values);
	ck_assert_mem_eq(values.st[0], values.ret, 10);
	ck_assert_mem_eq(values.st[1], values.ret + 16, 10);
	ck_assert_mem_ne(values.st[0], values.st[1], 10);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("prepare");
	TCase *t = tcase_create("prepare");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, deterministic);
	tcase_add_test(t, different);
	tcase_add_test(t, poison_is_distinct);
	tcase_add_test(t, poison_is_normal);
	tcase_add_test(t, control_state);
	tcase_add_test(t, bool_patterns);
	tcase_add_test(t, floating_values_are_normal);
	tcase_add_test(t, sign_bits);
	tcase_add_test(t, cells);
	tcase_add_test(t, loaded);
	tcase_add_loop_test(t, plain_arguments, 0, 64);
	tcase_add_loop_test(t, stack_is_poisoned, 0, 5);
	tcase_add_test(t, picture_holds_arguments);
	tcase_add_test(t, returns);
	tcase_add_test(t, counters_start_at_zero);
	suite_add_tcase(s, t);
	t = tcase_create("aggregates");
	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, leaves_are_proper);
	tcase_add_test(t, largest_value);
	tcase_add_test(t, pieces);
	tcase_add_test(t, memory_return);
	tcase_add_test(t, returns_in_several);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
