/* SPDX-License-Identifier: MIT */
/* Tests of how findings.c puts the findings of several rounds together, of what it observes where
 * no document decides, and of faults. */
#include "payload/check_test.h"

/* ---- several rounds ---- */

/* One round leaves two places open, the next only one of them. */
START_TEST(rounds_narrow_origins)
{
	for (int round = 0; round < 2; round++) {
		play_callee(round);
		for (unsigned k = 0; k < 4; k++)
			cl_got[k] = ((uint8_t *)&cl_before_image.gpr[BX])[k];
		/* In the first round cx, which is named first, holds it too. */
		if (!round)
			cl_before_image.gpr[R9] = cl_before_image.gpr[BX];
		judge_callee(round);
		if (!round) {
			/* Saved registers compare before with after. */
			ck_assert_uint_eq(out.nfindings, 1);
			findings_close(&out, (struct areas){ 0, 0 });
			ck_assert_uint_eq(out.finding[0].f.origin, CL_AT_GPR + R9);
		}
	}
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 1);
	ck_assert_uint_eq(out.finding[0].f.origin, CL_AT_GPR + BX);
	ck_assert_uint_eq(out.finding[0].f.round, 0);
}
END_TEST

/* Rounds that contradict each other leave no place at all; bytes are those of the first. */
START_TEST(rounds_contradict)
{
	uint8_t want[4], observed[4];

	for (int round = 0; round < 3; round++) {
		cl_word *from = &cl_before_image.gpr[round == 1 ? R10 : BX];

		play_callee(round);
		for (unsigned k = 0; k < 4; k++)
			cl_got[k] = ((uint8_t *)from)[k];
		if (!round) {
			memcpy(want, val.arg[A_INT], 4);
			memcpy(observed, from, 4);
		}
		judge_callee(round);
	}
	ck_assert_uint_eq(found(CHECK_ARG, A_INT, want, observed, 4)->origin, CL_AT_UNKNOWN);
}
END_TEST

/* A check that fails in a later round only says in which. */
START_TEST(rounds_first_failure)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_callee(round);
		if (round >= 3)
			cl_after_image.flags |= 0x400;
		judge_callee(round);
	}
	ck_assert_uint_eq(found_word(CHECK_DF, 0, 0, 1)->round, 3);
}
END_TEST

/* More findings than there is room for: as many as fit, nothing beyond. */
START_TEST(everything_breaks)
{
	static struct cl_value many[24];

	for (unsigned i = 0; i < 24; i++)
		many[i] = (struct cl_value)VALUE(CL_SIGNED, 0, 8, 8, (uint16_t)(16 * i),
						 GPR(BX, 0, 8, 64 * i));
	the_case.preserved = MS;
	the_case.args = many;
	the_case.nargs = 24;
	for (int round = 0; round < ROUNDS; round++) {
		play_callee(round);
		for (unsigned i = 0; i < CL_AREA; i++)
			cl_got[i] = 0;
		memset(&cl_after_image, 0x5a, sizeof(cl_after_image));
		memset(&cl_nested_image, 0xff, sizeof(cl_nested_image));
		for (int i = 0; i < 2 * CL_LIVE; i++)
			cl_back[i] = 1;
		*(cl_word *)cl_stack_top = 0;
		judge_callee(round);
	}
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, ARRAY_SIZE(out.finding));
	for (unsigned i = 0; i < out.nfindings; i++) {
		ck_assert_uint_lt(out.finding[i].f.check, CHECK_COUNT);
		ck_assert_uint_le(out.finding[i].f.size, 16);
	}
}
END_TEST

/* ---- what no document decides ---- */

static const struct cl_value unplaced[2] = {
	{ .class = CL_SIGNED, .flags = CL_UNSPECIFIED, .compare = 8, .size = 8, .buffer = 0 },
	{ .class = CL_SIGNED, .flags = CL_UNSPECIFIED, .compare = 16, .size = 16, .buffer = 16 },
};

static void unplaced_case(void)
{
	the_case.args = unplaced;
	the_case.nargs = 2;
	the_case.flags |= CL_STACK_UNSPECIFIED;
	the_case.stack_bytes = CL_OBSERVED_STACK; /* what a trampoline reserves */
}

static const struct merged_observation *observed(unsigned at, unsigned item, unsigned piece)
{
	const struct merged_observation *w = &out.observation[at];

	ck_assert_uint_lt(at, out.nobservations);
	ck_assert_uint_eq(w->item, item);
	ck_assert_uint_eq(w->piece, piece);
	return w;
}

START_TEST(observes_callee)
{
	unplaced_case();
	for (int round = 0; round < 2; round++) {
		play_callee(round);
		/* a from si, and in one round from r9 as well; b from bx and stack word 3. */
		for (unsigned k = 0; k < 8; k++) {
			cl_got[k] = ((uint8_t *)&cl_before_image.gpr[SI])[k];
			cl_got[16 + k] = ((uint8_t *)&cl_before_image.gpr[BX])[k];
			cl_got[24 + k] = cl_before_stack[24 + k];
		}
		if (round)
			cl_before_image.gpr[R9] = cl_before_image.gpr[SI];
		judge_callee(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 3);
	ck_assert_uint_eq(observed(0, 0, 0)->place[0], 1u << SI);
	ck_assert_uint_eq(observed(0, 0, 0)->place[1], 0);
	ck_assert_uint_eq(observed(1, 1, 0)->place[0], 1u << BX);
	ck_assert_uint_eq(observed(2, 1, 1)->place[0], 0);
	ck_assert_uint_eq(observed(2, 1, 1)->place[1], 1u << 3);
}
END_TEST

START_TEST(observes_caller)
{
	unplaced_case();
	for (int round = 0; round < 2; round++) {
		play_caller(round);
		memcpy(&cl_probe_image.gpr[CX], val.arg[0], 8);
		memcpy(cl_probe_stack + 8, val.arg[0], 8);
		memcpy(&cl_probe_image.gpr[DX], val.arg[1], 8);
		memcpy(cl_probe_image.fx + FX_XMM + 16 * 4, val.arg[1] + 8, 8);
		judge_caller(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 3);
	ck_assert_uint_eq(observed(0, 0, 0)->place[0], 1u << CX);
	ck_assert_uint_eq(observed(0, 0, 0)->place[1], 1u << 1);
	ck_assert_uint_eq(observed(1, 1, 0)->place[0], 1u << DX);
	ck_assert_uint_eq(observed(2, 1, 1)->place[0], 1ull << (CL_BIT_XMM + 4));
}
END_TEST

/* A wide value in memory, and a pointer to it in r8. */
START_TEST(observes_pointer)
{
	unplaced_case();
	for (int round = 0; round < 2; round++) {
		play_caller(round);
		memcpy(&cl_probe_image.gpr[CX], val.arg[0], 8);
		put_in_frame(cl_stack_top - 64, val.arg[1], 16);
		cl_probe_image.gpr[R8] = cl_stack_top - 64;
		judge_caller(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 2);
	ck_assert_uint_eq(observed(1, 1, CL_PIECE_POINTER)->place[0], 1u << R8);
	ck_assert_uint_eq(observed(1, 1, CL_PIECE_POINTER)->place[1], 0);
}
END_TEST

/* -1 in a register, as after many a comparison: no pointer, and not to be followed. */
START_TEST(observes_no_absurd_pointer)
{
	static const cl_word absurd[] = { (cl_word)-1, (cl_word)-16, (cl_word)-8, 0 };

	unplaced_case();
	play_caller(0);
	cl_probe_image.gpr[BX] = absurd[_i];
	memcpy(cl_probe_stack + 80, &absurd[_i], 8);
	judge_caller(0);
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 3);
}
END_TEST

/* Popped bytes: a number plus one when all rounds agree, 0 when not or when it is absurd. */
START_TEST(observes_pops)
{
	static const struct {
		cl_word popped[2];
		uint64_t place;
	} t[] = {
		{ { 0, 0 }, 1 },
		{ { 12, 12 }, 13 },
		{ { 0, 8 }, 0 },
		{ { 4, 12 }, 0 }, /* 5 and 13 have bits in common */
		{ { 12, 4 }, 0 },
		{ { 0x100000, 0x100000 }, 0 },
		{ { (cl_word)-8, (cl_word)-8 }, 0 },
	};

	the_case.flags |= CL_POP_UNSPECIFIED;
	for (int round = 0; round < 2; round++) {
		play_callee(round);
		cl_after_image.gpr[SP] += t[_i].popped[round];
		judge_callee(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 1);
	ck_assert_uint_eq(observed(0, CL_ITEM_POP, 0)->place[0], t[_i].place);
	ck_assert_uint_eq(observed(0, CL_ITEM_POP, 0)->place[1], 0);
}
END_TEST

/* A value that is in several places: the one that passes it is told, not what it went through. */
START_TEST(leftovers_come_last)
{
	const struct {
		uint64_t registers, words;
		unsigned place;
	} t[] = {
		{ 1u << AX | 1u << R8, 0, CL_AT_GPR + R8 },
		{ 1u << AX | 1u << BX, 1u << 5, CL_AT_STACK + 5 },
		{ 1u << AX | 1ull << (CL_BIT_XMM + 3), 1u << 5, CL_AT_XMM + 3 },
		/* Beyond what arguments could take is the caller's own. */
		{ 1u << AX, 1u << 6, CL_AT_GPR + AX },
	};
	const struct candidates found = { { t[_i].registers, t[_i].words } };
	const cl_word one = 1, two = 2;

	differ(&out, CHECK_ARG, 0, 0, &one, &two, sizeof(one), nowhere, found);
	findings_close(&out, (struct areas){ 0, 6 });
	ck_assert_uint_eq(out.finding[0].f.found, t[_i].place);
}
END_TEST

/* A return value is where such are, whatever registers hold copies. */
START_TEST(returned_in_ax)
{
	const struct candidates found = { { 1u << AX | 1u << CX, 0 } };
	const cl_word one = 1, two = 2;

	differ(&out, CHECK_RETURN, 0, 0, &one, &two, sizeof(one), nowhere, found);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_GPR + AX);
}
END_TEST

/* ---- faults ---- */

START_TEST(faults)
{
	const cl_word where[2] = { 0x401234, 0xdead0000 };
	uint8_t none[16] = { 0 };
	const struct cl_finding *f;

	check_fault(2, CL_FAULT_SEGV, where[0], where[1], &out);
	f = found(CHECK_FAULT, CL_FAULT_SEGV, none, where, 16);
	ck_assert_uint_eq(f->round, 2);
	ck_assert_uint_eq(f->offset, 0);
	/* An address of 0 in front does not shift the other. */
	start_again();
	check_fault(0, CL_FAULT_ILL, 0, 5, &out);
	found(CHECK_FAULT, CL_FAULT_ILL, none, (cl_word[2]){ 0, 5 }, 16);
}
END_TEST

TCase *round_tests(void)
{
	TCase *t = tcase_create("rounds");

	tcase_add_checked_fixture(t, set_up_call, NULL);
	tcase_add_test(t, rounds_narrow_origins);
	tcase_add_test(t, rounds_contradict);
	tcase_add_test(t, rounds_first_failure);
	tcase_add_test(t, everything_breaks);
	tcase_add_test(t, observes_callee);
	tcase_add_test(t, observes_caller);
	tcase_add_test(t, observes_pointer);
	tcase_add_loop_test(t, observes_no_absurd_pointer, 0, 4);
	tcase_add_loop_test(t, observes_pops, 0, 7);
	tcase_add_loop_test(t, leftovers_come_last, 0, 4);
	tcase_add_test(t, returned_in_ax);
	tcase_add_test(t, faults);
	return t;
}
