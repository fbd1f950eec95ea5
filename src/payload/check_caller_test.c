/* SPDX-License-Identifier: MIT */
/* Tests of check_caller: one thing at a time that a caller does wrong. */
#include "payload/check_test.h"

static uint8_t elsewhere[64] __attribute__((aligned(16)));

START_TEST(caller_conforms)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_caller(round);
		judge_caller(round);
	}
	nothing_found();
	/* Whether it extended what is narrower than an int is told, not judged: here it did not. */
	ck_assert_uint_eq(out.nobservations, 2);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_uint_eq(out.observation[i].item, i ? D_BOOL : C_CHAR);
		ck_assert_uint_eq(out.observation[i].piece, CL_PIECE_EXTENDED);
		ck_assert_uint_eq(out.observation[i].place[0], 0);
	}
}
END_TEST

/* The char in all rounds, sign and all; the bool in all but the last. */
START_TEST(caller_extends)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_caller(round);
		cl_probe_image.gpr[SI] = (uint32_t)(int8_t)val.arg[C_CHAR][0] | 5ull << 32;
		if (round + 1 < ROUNDS)
			cl_probe_image.gpr[DX] = val.arg[D_BOOL][0];
		judge_caller(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 2);
	ck_assert_uint_eq(out.observation[0].place[0], 1);
	ck_assert_uint_eq(out.observation[1].place[0], 0);
}
END_TEST

START_TEST(caller_places_elsewhere)
{
	const struct cl_finding *f;

	play_caller(0);
	cl_probe_image.gpr[R10] = cl_probe_image.gpr[DI];
	cl_probe_image.gpr[DI] = 1;
	judge_caller(0);
	f = found(CHECK_ARG, A_INT, val.arg[A_INT], &cl_probe_image.gpr[DI], 4);
	ck_assert_uint_eq(f->found, CL_AT_GPR + R10);
	ck_assert_uint_eq(f->origin, CL_AT_UNKNOWN);

	/* Two arguments swapped: each holds the other's value. */
	start_again();
	play_caller(0);
	memcpy(&cl_probe_image.gpr[R9], val.arg[F_STACK], 8);
	memcpy(cl_probe_stack, val.arg[G_POINTER], 8);
	judge_caller(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 2);
	ck_assert_uint_eq(out.finding[0].f.item, F_STACK);
	ck_assert_uint_eq(out.finding[0].f.origin, CL_AT_ARG + G_POINTER);
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_GPR + R9);
	ck_assert_uint_eq(out.finding[1].f.item, G_POINTER);
	ck_assert_uint_eq(out.finding[1].f.origin, CL_AT_ARG + F_STACK);
	ck_assert_uint_eq(out.finding[1].f.found, CL_AT_STACK + 0);
}
END_TEST

START_TEST(caller_places_wide)
{
	play_caller(0);
	memcpy(&cl_probe_image.gpr[R10], val.arg[E_INT128] + 8, 8);
	cl_probe_image.gpr[R8] = 0;
	judge_caller(0);
	ck_assert_uint_eq(
		found(CHECK_ARG, E_INT128, val.arg[E_INT128] + 8, &(cl_word){ 0 }, 8)->found,
		CL_AT_GPR + R10);

	start_again();
	play_caller(0);
	cl_probe_stack[16 + 15] ^= 1;
	judge_caller(0);
	ck_assert_uint_eq(
		found(CHECK_ARG, H_WIDE, val.arg[H_WIDE] + 8, cl_probe_stack + 24, 8)->offset, 8);
}
END_TEST

/* Above a narrow value and in padding a caller may leave anything. */
START_TEST(caller_upper_bits)
{
	play_caller(0);
	cl_probe_image.gpr[DI] ^= ~0xfffffffful;
	cl_probe_image.gpr[SI] ^= ~0xfful;
	cl_probe_image.gpr[DX] ^= ~0xfful;
	cl_probe_stack[8] ^= 0xff;
	memset(cl_probe_image.fx + FX_XMM + 8, 0x99, 8);
	judge_caller(0);
	nothing_found();
	/* Of a bool's own byte all bits count. */
	cl_probe_image.gpr[DX] ^= 2;
	judge_caller(0);
	found(CHECK_ARG, D_BOOL, val.arg[D_BOOL], &cl_probe_image.gpr[DX], 1);
}
END_TEST

START_TEST(caller_calls)
{
	play_caller(0);
	cl_probe_count = 0;
	judge_caller(0);
	found_word(CHECK_ENTERED, 0, 1, 0);

	start_again();
	play_caller(0);
	cl_probe_image.gpr[SP] += 4;
	judge_caller(0);
	found_word(CHECK_ALIGN, 0, 0, 4);
}
END_TEST

START_TEST(caller_al)
{
	static const struct {
		cl_word al;
		bool good;
	} t[] = { { 0, false }, { 1, true }, { 8, true }, { 9, false }, { 255, false } };

	the_case.al = 1;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		start_again();
		play_caller(0);
		cl_probe_image.gpr[AX] = (cl_probe_image.gpr[AX] & ~0xfful) | t[i].al;
		judge_caller(0);
		if (t[i].good)
			nothing_found();
		else
			found_word(CHECK_AL, 0, 1, t[i].al);
	}
}
END_TEST

START_TEST(caller_control_state)
{
	control_state(play_caller, judge_caller, &cl_after_image, 0);
	control_state(play_caller, judge_caller, &cl_probe_image, CL_ITEM_NESTED);
}
END_TEST

START_TEST(caller_reads_return)
{
	const struct cl_finding *f;
	long long want, dirty;

	play_caller(0);
	for (unsigned k = 0; k < 8; k++)
		cl_got_ret[k] = ((uint8_t *)&cl_poison_callee.gpr[DX])[k];
	judge_caller(0);
	f = found(CHECK_RETURN, 0, val.ret, &cl_poison_callee.gpr[DX], 8);
	ck_assert_uint_eq(f->origin, CL_AT_GPR + DX);

	start_again();
	the_case.ret = (struct cl_value)VALUE(CL_SIGNED, CL_WIDENED, 2, 2, 0, GPR(AX, 0, 2, 0));
	play_caller(0);
	want = wide_of(&the_case.ret, val.ret);
	dirty = want ^ 0x10000;
	cl_wide_int_ret = (int)dirty;
	judge_caller(0);
	found(CHECK_UPPER, CL_ITEM_RETURN, &want, &dirty, 8);
}
END_TEST

/* A caller is a function of the default convention itself. */
START_TEST(caller_keeps_its_own)
{
	cl_word want;

	the_case.preserved = MS;
	play_caller(0);
	cl_after_image.gpr[SI] ^= 1; /* preserved in ms, not in a caller's own convention */
	judge_caller(0);
	nothing_found();
	cl_after_image.gpr[R12] ^= 1;
	judge_caller(0);
	found_word(CHECK_SAVED, R12, cl_before_image.gpr[R12], cl_after_image.gpr[R12]);

	start_again();
	play_caller(0);
	cl_after_image.gpr[SP] -= 16;
	judge_caller(0);
	found_word(CHECK_SP, 0, 0, (cl_word)-16);

	start_again();
	play_caller(0);
	want = *(cl_word *)cl_stack_top;
	*(cl_word *)cl_stack_top = 5;
	judge_caller(0);
	ck_assert_uint_eq(found_word(CHECK_CANARY, 0, want, 5)->offset, 0);

	start_again();
	play_caller(0);
	want = cl_live[0];
	cl_back[0] = cl_poison_callee.gpr[AX];
	judge_caller(0);
	ck_assert_uint_eq(found_word(CHECK_LOCALS, 0, want, cl_poison_callee.gpr[AX])->origin,
			  CL_AT_NESTED);
}
END_TEST

/* The probe could not return: only what was true at the call is judged. */
START_TEST(caller_escaped)
{
	play_caller(0);
	memset(&cl_after_image, 0x5a, sizeof(cl_after_image));
	memset((void *)cl_back, 0x5a, sizeof(cl_back));
	cl_got_ret[0] ^= 1;
	check_caller(&the_case, &val, 0, CL_ESCAPED, &out);
	nothing_found();
	cl_probe_image.gpr[R9] ^= 1;
	check_caller(&the_case, &val, 0, CL_ESCAPED, &out);
	found(CHECK_ARG, G_POINTER, val.arg[G_POINTER], &cl_probe_image.gpr[R9], 8);
}
END_TEST

/* The compiler's own, as the first argument of a sanitizer's handler: any value is right. */
START_TEST(caller_undecided)
{
	struct cl_value own[NARGS];

	memcpy(own, args, sizeof(own));
	own[G_POINTER].compare = 0;
	own[G_POINTER].flags = 0;
	the_case.args = own;
	play_caller(0);
	cl_probe_image.gpr[R9] ^= 0xff00;
	judge_caller(0);
	nothing_found();
	own[G_POINTER].compare = 8;
	judge_caller(0);
	found(CHECK_ARG, G_POINTER, val.arg[G_POINTER], &cl_probe_image.gpr[R9], 8);
}
END_TEST

/* ---- by reference ---- */

static const struct cl_value reference =
	VALUE(CL_SIGNED, CL_REFERENCE, 16, 16, 0, GPR(CX, 0, 8, 0));

static void play_reference(cl_word p)
{
	start_again();
	the_case.args = &reference;
	the_case.nargs = 1;
	play_caller(0);
	put_in_frame(cl_stack_top - 64, val.arg[0], 16);
	put_in_frame(cl_stack_top - 24, val.arg[0], 16);
	memcpy(elsewhere, val.arg[0], 16);
	cl_probe_image.gpr[CX] = p;
}

START_TEST(caller_passes_reference)
{
	cl_word low;

	play_reference(cl_stack_top - 64);
	judge_caller(0);
	nothing_found();
	/* What it holds after the call is the caller's affair. */
	memset((void *)(cl_stack_top - 64), 0, 16);
	judge_caller(0);
	nothing_found();

	low = cl_probe_image.gpr[SP];
	play_reference((cl_word)elsewhere);
	judge_caller(0);
	found_word(CHECK_REFERENCE, 0, low, (cl_word)elsewhere);

	play_reference(0);
	judge_caller(0);
	found_word(CHECK_REFERENCE, 0, low, 0);

	play_reference(cl_stack_top - 24);
	judge_caller(0);
	found_word(CHECK_REFERENCE, 0, cl_stack_top - 32, cl_stack_top - 24);

	play_reference(cl_stack_top - 96);
	judge_caller(0);
	found(CHECK_ARG, 0, val.arg[0], (void *)(cl_stack_top - 96), 16);
}
END_TEST

/* A pointer at the very end of the address space is not followed. */
START_TEST(caller_passes_absurd_reference)
{
	static const cl_word absurd[] = { (cl_word)-16, (cl_word)-1, (cl_word)-8, 1ul << 63 };
	cl_word p = absurd[_i];

	play_reference(p);
	judge_caller(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 1);
	ck_assert_uint_eq(out.finding[0].f.check, CHECK_REFERENCE);
}
END_TEST

TCase *caller_tests(void)
{
	TCase *t = tcase_create("caller");

	tcase_add_checked_fixture(t, set_up_call, NULL);
	tcase_add_test(t, caller_conforms);
	tcase_add_test(t, caller_extends);
	tcase_add_test(t, caller_places_elsewhere);
	tcase_add_test(t, caller_places_wide);
	tcase_add_test(t, caller_upper_bits);
	tcase_add_test(t, caller_calls);
	tcase_add_test(t, caller_al);
	tcase_add_test(t, caller_control_state);
	tcase_add_test(t, caller_reads_return);
	tcase_add_test(t, caller_keeps_its_own);
	tcase_add_test(t, caller_escaped);
	tcase_add_test(t, caller_undecided);
	tcase_add_test(t, caller_passes_reference);
	tcase_add_loop_test(t, caller_passes_absurd_reference, 0, 4);
	return t;
}
