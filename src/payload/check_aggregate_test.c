/* SPDX-License-Identifier: MIT */
/* Tests of check_callee.c and check_caller.c on aggregates: padding is never compared and every
 * other bit is, the layout that the C code sees, values returned in memory, in several registers
 * and on the x87 stack. */
#include "payload/check_test.h"

enum { FIRST, SECOND, AGGREGATES };
enum { HIDDEN_CELL = 24 * 320 };

/* struct { short a; int b : 5; unsigned c : 20; double d; }: b shares the first word with a, c
 * would cross its end and begins the second. */
static const uint8_t first_mask[16] = { 0xff, 0xff, 0x1f, 0,    0xff, 0xff, 0x0f, 0,
					0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const struct cl_leaf first_leaves[] = { { 8, CL_DOUBLE, 8 } };

/* struct { char c; long l; float f; } */
static const uint8_t second_mask[24] = { 0xff, 0,    0,    0,    0,    0,    0,    0,
					 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0 };
static const struct cl_leaf second_leaves[] = { { 16, CL_FLOAT, 4 } };

static const struct cl_value aggregates[AGGREGATES] = {
	[FIRST] = AGGREGATE(first_mask, first_leaves, 16, 0, GPR(SI, 0, 8, 0), XMM(0, 8, 8, 64)),
	[SECOND] = AGGREGATE(second_mask, second_leaves, 24, 256, ON_STACK(0, 24, 320)),
};

/* struct { double x; int i; long l[2]; } */
static const uint8_t result_mask[32] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,
					 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const struct cl_leaf result_leaves[] = { { 0, CL_DOUBLE, 8 } };

/* What gen_members lists of the first and of the return type, in its order. */
enum { SIZE, ALIGNMENT, OFFSET_A, BITS_B, BITS_C, OFFSET_D, RESULT_SIZE, MEMBERS };
static const struct cl_member members[MEMBERS] = {
	[SIZE] = { SIZE, FIRST, 0, 0, 16 },
	[ALIGNMENT] = { ALIGNMENT, FIRST, 0, 0, 8 },
	[OFFSET_A] = { OFFSET_A, FIRST, 0, 0, 0 },
	[BITS_B] = { BITS_B, FIRST, 5, true, 16 },
	[BITS_C] = { BITS_C, FIRST, 20, false, 32 },
	[OFFSET_D] = { OFFSET_D, FIRST, 0, 0, 8 },
	[RESULT_SIZE] = { RESULT_SIZE, CL_RETURNED, 0, 0, 32 },
};

/* As sysv: a hidden pointer in rdi, the first argument in rsi and xmm0, the second in memory. */
static void set_up_aggregates(void)
{
	set_up_call();
	the_case.args = aggregates;
	the_case.nargs = AGGREGATES;
	the_case.stack_bytes = 24;
	the_case.members = members;
	the_case.nmembers = MEMBERS;
	the_case.ret = (struct cl_value){ .class = CL_OPAQUE,
					  .compare = 32,
					  .size = 32,
					  .mask = result_mask,
					  .leaves = result_leaves,
					  .nleaves = 1 };
	the_case.hidden =
		(struct cl_value)VALUE(CL_POINTER, 0, 8, 8, 0, GPR(DI, 0, 8, HIDDEN_CELL));
}

static void returns(struct cl_value v)
{
	the_case.ret = v;
	the_case.hidden = (struct cl_value){ 0 };
	the_case.nmembers = RESULT_SIZE;
}

START_TEST(conform)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_callee(round);
		judge_callee(round);
		play_caller(round);
		judge_caller(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 0);
}
END_TEST

/* Flip each bit of `n` bytes in turn: it is found if and only if the mask has it. */
static void each_bit(volatile uint8_t *at, const uint8_t *mask, unsigned n, void (*judge)(int),
		     enum check check, unsigned item)
{
	for (unsigned bit = 0; bit < 8 * n; bit++) {
		bool counts = mask[bit / 8] >> bit % 8 & 1;

		start_again();
		at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		judge(0);
		at[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_msg(out.nfindings == counts, "bit %u: %u findings", bit, out.nfindings);
		if (!counts)
			continue;
		ck_assert_uint_eq(out.finding[0].f.check, check);
		ck_assert_uint_eq(out.finding[0].f.item, item);
		ck_assert_uint_eq(out.finding[0].f.offset, bit / 64 * 8);
	}
}

/* Padding between members, bits between bit-fields, the tail: nobody's. */
START_TEST(padding_as_callee)
{
	play_callee(0);
	each_bit(cl_got, first_mask, 16, judge_callee, CHECK_ARG, FIRST);
	each_bit(cl_got + 256, second_mask, 24, judge_callee, CHECK_ARG, SECOND);
	each_bit(cl_result, result_mask, 32, judge_callee, CHECK_RETURN, 0);
}
END_TEST

START_TEST(padding_as_caller)
{
	play_caller(0);
	each_bit((uint8_t *)&cl_probe_image.gpr[SI], first_mask, 8, judge_caller, CHECK_ARG, FIRST);
	each_bit(cl_probe_stack, second_mask, 24, judge_caller, CHECK_ARG, SECOND);
	each_bit(cl_got_ret, result_mask, 32, judge_caller, CHECK_RETURN, 0);
}
END_TEST

/* Of what is in a register pair each register has its own part of the mask. */
START_TEST(padding_in_registers)
{
	returns((struct cl_value)AGGREGATE(first_mask, first_leaves, 16, 0, GPR(AX, 0, 8, 0),
					   XMM(0, 8, 8, 0)));
	play_callee(0);
	judge_callee(0);
	nothing_found();
	each_bit((uint8_t *)&cl_after_image.gpr[AX], first_mask, 8, judge_callee, CHECK_RETURN, 0);
	cl_after_image.fx[FX_XMM] ^= 1;
	start_again();
	judge_callee(0);
	found(CHECK_RETURN, 1, val.ret + 8, cl_after_image.fx + FX_XMM, 8);
}
END_TEST

START_TEST(wrong_eightbyte)
{
	const struct cl_finding *f;

	/* The callee reads the second eightbyte from xmm1. */
	play_callee(0);
	for (unsigned k = 0; k < 8; k++)
		cl_got[8 + k] = cl_before_image.fx[FX_XMM + 16 + k];
	judge_callee(0);
	f = found(CHECK_ARG, FIRST, val.arg[FIRST] + 8, cl_before_image.fx + FX_XMM + 16, 8);
	ck_assert_uint_eq(f->offset, 8);
	ck_assert_uint_eq(f->origin, CL_AT_XMM + 1);

	/* The caller puts it in rdx, with the first, whose padding differs, in rcx. */
	start_again();
	play_caller(0);
	memcpy(&cl_probe_image.gpr[DX], val.arg[FIRST] + 8, 8);
	memset(cl_probe_image.fx + FX_XMM, 0x11, 8);
	judge_caller(0);
	ck_assert_uint_eq(
		found(CHECK_ARG, FIRST, val.arg[FIRST] + 8, cl_probe_image.fx + FX_XMM, 8)->found,
		CL_AT_GPR + DX);

	start_again();
	play_caller(0);
	cl_probe_image.gpr[CX] = cl_probe_image.gpr[SI] ^ 0xff000000ul;
	cl_probe_image.gpr[SI] ^= 3;
	judge_caller(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 1);
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_GPR + CX);
}
END_TEST

/* Where a wrong value came from, or went, is told by the bits that count: padding need not be
 * copied with them. */
START_TEST(origin_behind_padding)
{
	const uint8_t *from = (const uint8_t *)&cl_before_image.gpr[R10];

	play_callee(0);
	for (unsigned k = 0; k < 8; k++)
		cl_got[k] = (from[k] & first_mask[k]) | (uint8_t)~first_mask[k];
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 1);
	ck_assert_uint_eq(out.finding[0].f.origin, CL_AT_GPR + R10);
}
END_TEST

START_TEST(found_behind_padding)
{
	returns((struct cl_value)AGGREGATE(first_mask, first_leaves, 16, 0, GPR(AX, 0, 8, 0),
					   XMM(0, 8, 8, 0)));
	play_callee(0);
	cl_after_image.gpr[CX] = cl_after_image.gpr[AX] ^ 0xff000000ul;
	cl_after_image.gpr[AX] ^= 1;
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 1);
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_GPR + CX);
}
END_TEST

/* ---- layout ---- */

START_TEST(layout_differs)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		long long want, got;

		start_again();
		play_callee(0);
		want = cl_layout[i];
		got = cl_layout[i] = want + 4;
		judge_callee(0);
		found(CHECK_LAYOUT, i, &want, &got, 8);
	}
	/* The first alone: those after it follow from it. */
	start_again();
	play_callee(0);
	cl_layout[SIZE] = cl_layout[ALIGNMENT] = cl_layout[OFFSET_D] = 4;
	judge_callee(0);
	found(CHECK_LAYOUT, SIZE, &(long long){ 16 }, &(long long){ 4 }, 8);
}
END_TEST

/* By hand: b is bits 16 to 20, signed; c is bits 32 to 51, unsigned. */
START_TEST(layout_bit_fields)
{
	static const struct {
		uint8_t bytes[8];
		long long b, c;
	} t[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0 }, 0, 0 },
		{ { 0xff, 0xff, 0xe0, 0xff, 0, 0, 0xf0, 0xff }, 0, 0 },
		{ { 0, 0, 0x0f, 0, 0xff, 0xff, 0x0f, 0 }, 15, 0xfffff },
		{ { 0, 0, 0x10, 0, 0, 0, 0x08, 0 }, -16, 0x80000 },
		{ { 0, 0, 0x1f, 0, 0x21, 0x43, 0x05, 0 }, -1, 0x54321 },
		{ { 0, 0, 0xf5, 0, 1, 0, 0xf0, 0 }, -11, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		start_again();
		play_callee(0);
		/* As if the round had drawn these. */
		memcpy(val.arg[FIRST], t[i].bytes, 8);
		for (unsigned k = 0; k < 8; k++)
			cl_got[k] = t[i].bytes[k];
		cl_layout[BITS_B] = t[i].b;
		cl_layout[BITS_C] = t[i].c;
		judge_callee(0);
		nothing_found();
	}
	start_again();
	cl_layout[BITS_B] = 21; /* -11, read without its sign */
	judge_callee(0);
	found(CHECK_LAYOUT, BITS_B, &(long long){ -11 }, &(long long){ 21 }, 8);
}
END_TEST

/* Where no document says how it arrives its bits may be anything; its offsets may not. */
START_TEST(layout_of_unspecified)
{
	static struct cl_value unplaced[AGGREGATES];

	memcpy(unplaced, aggregates, sizeof(unplaced));
	unplaced[FIRST].nlocs = 0;
	unplaced[FIRST].flags = CL_UNSPECIFIED;
	the_case.args = unplaced;
	play_callee(0);
	cl_layout[BITS_B] = 1000;
	cl_layout[BITS_C] = -1;
	judge_callee(0);
	nothing_found();
	cl_layout[OFFSET_D] = 12;
	judge_callee(0);
	found(CHECK_LAYOUT, OFFSET_D, &(long long){ 8 }, &(long long){ 12 }, 8);
}
END_TEST

/* Nor of one that did not arrive: that is told once. */
START_TEST(layout_of_lost)
{
	play_callee(0);
	cl_got[0] ^= 1;
	cl_layout[BITS_B] += 1;
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 1);
	ck_assert_uint_eq(out.finding[0].f.check, CHECK_ARG);
}
END_TEST

/* ---- memory returns ---- */

START_TEST(callee_returns_in_memory)
{
	const struct cl_finding *f;

	play_callee(0);
	cl_result[17] ^= 0x80;
	judge_callee(0);
	f = found(CHECK_RETURN, 0, val.ret + 16, (const void *)(cl_result + 16), 16);
	ck_assert_uint_eq(f->offset, 16);

	/* ax holds something else than the pointer. */
	start_again();
	play_callee(0);
	cl_after_image.gpr[AX] = (cl_word)cl_result + 8;
	judge_callee(0);
	found_word(CHECK_HIDDEN, 0, (cl_word)cl_result, (cl_word)cl_result + 8);

	/* In registers instead: nothing was written, and ax holds the first eightbyte. */
	start_again();
	play_callee(0);
	for (unsigned k = 0; k < 32; k++)
		cl_result[k] = (uint8_t)~val.ret[k];
	memcpy(&cl_after_image.gpr[AX], val.ret, 8);
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 2);
	ck_assert_uint_eq(out.finding[0].f.check, CHECK_RETURN);
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_GPR + AX);
	ck_assert_uint_eq(out.finding[1].f.check, CHECK_HIDDEN);
}
END_TEST

/* i386: the pointer on the stack, popped by the callee. */
START_TEST(callee_pops_hidden)
{
	the_case.hidden =
		(struct cl_value)VALUE(CL_POINTER, 0, 8, 8, 0, ON_STACK(0, 8, HIDDEN_CELL));
	the_case.nargs = 1;
	the_case.stack_bytes = 8;
	the_case.pop_bytes = 8;
	play_callee(0);
	judge_callee(0);
	nothing_found();
	cl_after_image.gpr[SP] -= 8;
	judge_callee(0);
	found_word(CHECK_SP, 0, 8, 0);
}
END_TEST

START_TEST(caller_passes_hidden)
{
	static const struct {
		int from_top; /* 0: not in the frame at all */
		bool good;
	} t[] = { { 320, true }, { 32, true }, { 31, false }, { 16, false }, { 0, false } };
	cl_word low;

	for (int on_stack = 0; on_stack < 2; on_stack++) {
		if (on_stack) {
			the_case.hidden = (struct cl_value)VALUE(CL_POINTER, 0, 8, 8, 0,
								 ON_STACK(24, 8, HIDDEN_CELL));
			the_case.stack_bytes = 32;
		}
		for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
			cl_word p;

			start_again();
			play_caller(0);
			low = cl_probe_image.gpr[SP];
			p = t[i].from_top ? cl_stack_top - (cl_word)t[i].from_top
					  : (cl_word)cl_result;
			memcpy(on_stack ? (void *)(cl_probe_stack + 24)
					: (void *)&cl_probe_image.gpr[DI],
			       &p, 8);
			judge_caller(0);
			if (t[i].good)
				nothing_found();
			else
				found_word(CHECK_HIDDEN, 0, low, p);
		}
	}
	/* Below the stack pointer, null, the end of the address space. */
	for (int i = 0; i < 3; i++) {
		const cl_word absurd[] = { low - 64, 0, (cl_word)-16 };

		start_again();
		play_caller(0);
		memcpy(cl_probe_stack + 24, &absurd[i], 8);
		judge_caller(0);
		found_word(CHECK_HIDDEN, 0, low, absurd[i]);
	}
}
END_TEST

START_TEST(caller_reads_memory_return)
{
	play_caller(0);
	cl_got_ret[31] ^= 1;
	judge_caller(0);
	ck_assert_uint_eq(
		found(CHECK_RETURN, 0, val.ret + 24, (const void *)(cl_got_ret + 24), 8)->offset,
		24);
}
END_TEST

/* ---- registers ---- */

/* complex double: xmm0 and xmm1. */
START_TEST(callee_returns_two_vectors)
{
	static const struct cl_leaf leaves[] = { { 0, CL_DOUBLE, 8 }, { 8, CL_DOUBLE, 8 } };
	uint8_t *xmm = cl_after_image.fx + FX_XMM;

	returns((struct cl_value)AGGREGATE(NULL, leaves, 16, 0, XMM(0, 0, 8, 0), XMM(1, 8, 8, 0)));
	play_callee(0);
	judge_callee(0);
	nothing_found();
	/* Both parts in xmm0, as a vector. */
	memcpy(xmm + 8, val.ret + 8, 8);
	memset(xmm + 16, 0x22, 8);
	judge_callee(0);
	found(CHECK_RETURN, 1, val.ret + 8, xmm + 16, 8);
}
END_TEST

/* complex long double: st0 and st1, and nothing else in use. */
START_TEST(callee_returns_two_x87)
{
	static const struct cl_leaf leaves[] = { { 0, CL_LDOUBLE, 16 }, { 16, CL_LDOUBLE, 16 } };
	static const uint8_t mask[32] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0,    0,    0,    0,    0,    0,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0,    0,    0,    0,    0,    0 };
	uint8_t *st = cl_after_image.fx + FX_ST;

	returns((struct cl_value)AGGREGATE(mask, leaves, 32, 0, X87(0, 0, 10), X87(1, 16, 10)));
	play_callee(0);
	ck_assert_mem_eq(val.st[0], val.ret, 10);
	ck_assert_mem_eq(val.st[1], val.ret + 16, 10);
	judge_callee(0);
	nothing_found();
	cl_after_image.fx[FX_FTW] = 0x80;
	judge_callee(0);
	found_word(CHECK_X87_STACK, 0, 2, 1);

	/* Exchanged. */
	start_again();
	play_callee(0);
	memcpy(st, val.st[1], 10);
	memcpy(st + 16, val.st[0], 10);
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 2);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_uint_eq(out.finding[i].f.check, CHECK_RETURN);
		ck_assert_uint_eq(out.finding[i].f.item, i);
	}
}
END_TEST

/* By reference: its padding counts no more than elsewhere. */
START_TEST(caller_passes_reference_to_aggregate)
{
	static struct cl_value reference;
	cl_word p = cl_stack_top - 64;

	reference = (struct cl_value)AGGREGATE(second_mask, second_leaves, 24, 0, GPR(CX, 0, 8, 0));
	reference.flags = CL_REFERENCE;
	the_case.args = &reference;
	the_case.nargs = 1;
	the_case.nmembers = 0;
	play_caller(0);
	put_in_frame(p, val.arg[0], 24);
	cl_probe_image.gpr[CX] = p;
	judge_caller(0);
	nothing_found();
	each_bit(cl_probe_stack + (p - cl_probe_image.gpr[SP]), second_mask, 24, judge_caller,
		 CHECK_ARG, 0);
	/* Its end would be above the caller's frame. */
	start_again();
	cl_probe_image.gpr[CX] = cl_stack_top - 16;
	judge_caller(0);
	found_word(CHECK_REFERENCE, 0, cl_probe_image.gpr[SP], cl_stack_top - 16);
}
END_TEST

/* An argument aligned to 64 bytes wants the stack pointer to be. */
START_TEST(caller_aligns)
{
	the_case.align = 64;
	play_caller(0);
	ck_assert_uint_eq(cl_probe_image.gpr[SP] % 64, 0);
	judge_caller(0);
	nothing_found();
	cl_probe_image.gpr[SP] -= 16;
	judge_caller(0);
	found_word(CHECK_ALIGN, 0, 0, 48);
}
END_TEST

/* ---- what no document decides ---- */

/* Words that carry nothing are not looked for; of others only the bits that do. */
START_TEST(observes_masked)
{
	static const uint8_t mask[24] = { 0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,
					  0,    0,    0,    0,    0,    0,    0,    0,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };
	static struct cl_value d;

	d = (struct cl_value){
		.class = CL_OPAQUE, .flags = CL_UNSPECIFIED, .compare = 24, .size = 24, .mask = mask
	};
	the_case.args = &d;
	the_case.nargs = 1;
	the_case.nmembers = 0;
	the_case.stack_bytes = CL_OBSERVED_STACK;
	for (int round = 0; round < 2; round++) {
		play_caller(round);
		memcpy(&cl_probe_image.gpr[CX], val.arg[0], 8);
		cl_probe_image.gpr[CX] ^= 0xffffffff00000000ul;
		memcpy(cl_probe_stack + 40, val.arg[0] + 16, 8);
		cl_probe_stack[47] ^= 0x80;
		judge_caller(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 2);
	ck_assert_uint_eq(out.observation[0].piece, 0);
	ck_assert_uint_eq(out.observation[0].place[0], 1u << CX);
	ck_assert_uint_eq(out.observation[0].place[1], 0);
	ck_assert_uint_eq(out.observation[1].piece, 2);
	ck_assert_uint_eq(out.observation[1].place[0], 0);
	ck_assert_uint_eq(out.observation[1].place[1], 1u << 5);
}
END_TEST

TCase *aggregate_tests(void)
{
	TCase *t = tcase_create("aggregate");

	tcase_add_checked_fixture(t, set_up_aggregates, NULL);
	tcase_add_test(t, conform);
	tcase_add_test(t, padding_as_callee);
	tcase_add_test(t, padding_as_caller);
	tcase_add_test(t, padding_in_registers);
	tcase_add_test(t, wrong_eightbyte);
	tcase_add_test(t, origin_behind_padding);
	tcase_add_test(t, found_behind_padding);
	tcase_add_test(t, layout_differs);
	tcase_add_test(t, layout_bit_fields);
	tcase_add_test(t, layout_of_unspecified);
	tcase_add_test(t, layout_of_lost);
	tcase_add_test(t, callee_returns_in_memory);
	tcase_add_test(t, callee_pops_hidden);
	tcase_add_test(t, caller_passes_hidden);
	tcase_add_test(t, caller_reads_memory_return);
	tcase_add_test(t, callee_returns_two_vectors);
	tcase_add_test(t, callee_returns_two_x87);
	tcase_add_test(t, caller_passes_reference_to_aggregate);
	tcase_add_test(t, caller_aligns);
	tcase_add_test(t, observes_masked);
	return t;
}
