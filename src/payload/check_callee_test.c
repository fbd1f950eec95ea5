/* SPDX-License-Identifier: MIT */
/* Tests of check_callee: one thing at a time that a callee does wrong. */
#include "payload/check_test.h"

/* What the C function says it received. */
static void got(unsigned arg, unsigned from, const void *bytes, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		cl_got[args[arg].buffer + from + k] = ((const uint8_t *)bytes)[k];
}

START_TEST(callee_conforms)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_callee(round);
		judge_callee(round);
	}
	nothing_found();
	ck_assert_uint_eq(out.nobservations, 0);
}
END_TEST

START_TEST(callee_reads_wrong_register)
{
	const struct cl_finding *f;

	play_callee(0);
	got(A_INT, 0, &cl_before_image.gpr[R10], 4);
	judge_callee(0);
	f = found(CHECK_ARG, A_INT, val.arg[A_INT], &cl_before_image.gpr[R10], 4);
	ck_assert_uint_eq(f->origin, CL_AT_GPR + R10);
	ck_assert_uint_eq(f->offset, 0);
}
END_TEST

START_TEST(callee_reads_wrong_xmm)
{
	play_callee(0);
	got(B_DOUBLE, 0, cl_before_image.fx + FX_XMM + 16, 8);
	judge_callee(0);
	ck_assert_uint_eq(
		found(CHECK_ARG, B_DOUBLE, val.arg[B_DOUBLE], cl_before_image.fx + FX_XMM + 16, 8)
			->origin,
		CL_AT_XMM + 1);
}
END_TEST

START_TEST(callee_reads_wrong_stack_word)
{
	play_callee(0);
	got(F_STACK, 0, cl_before_stack + 8 * 5, 8);
	judge_callee(0);
	ck_assert_uint_eq(
		found(CHECK_ARG, F_STACK, val.arg[F_STACK], cl_before_stack + 40, 8)->origin,
		CL_AT_STACK + 5);
}
END_TEST

/* Only the wrong half is shown, and where it came from. */
START_TEST(callee_reads_wrong_half)
{
	const struct cl_finding *f;

	play_callee(0);
	got(E_INT128, 8, &cl_before_image.gpr[BX], 8);
	judge_callee(0);
	f = found(CHECK_ARG, E_INT128, val.arg[E_INT128] + 8, &cl_before_image.gpr[BX], 8);
	ck_assert_uint_eq(f->offset, 8);
	ck_assert_uint_eq(f->origin, CL_AT_GPR + BX);
}
END_TEST

/* The guest ran twice: each register is what it made of it. sp is in the VMCS. */
static void play_guest(void)
{
	play_callee(0);
	for (unsigned r = 0; r < 16; r++)
		cl_guest[r] = cl_poison_callee.gpr[r] + 2 * 0x1111 * (cl_word)(r + 1);
	cl_guest[4] = 0;
}

START_TEST(callee_enters_guest)
{
	cl_word kept;

	the_case.flags |= CL_ENTERS_GUEST;
	play_guest();
	judge_callee(0);
	nothing_found();
	start_again();
	play_guest();
	kept = cl_guest[CX]++;
	judge_callee(0);
	found_word(CHECK_GUEST, CX, kept, kept + 1);
}
END_TEST

/* One wrong byte of a value, found nowhere: no origin is made up. */
START_TEST(callee_garbles)
{
	uint8_t bytes[8];

	play_callee(0);
	memcpy(bytes, val.arg[G_POINTER], 8);
	bytes[7] ^= 1;
	got(G_POINTER, 7, bytes + 7, 1);
	judge_callee(0);
	ck_assert_uint_eq(found(CHECK_ARG, G_POINTER, val.arg[G_POINTER], bytes, 8)->origin,
			  CL_AT_UNKNOWN);
}
END_TEST

START_TEST(callee_inverts_bool)
{
	uint8_t bytes[1];

	play_callee(0);
	bytes[0] = !val.arg[D_BOOL][0];
	got(D_BOOL, 0, bytes, 1);
	judge_callee(0);
	ck_assert_uint_eq(found(CHECK_ARG, D_BOOL, val.arg[D_BOOL], bytes, 1)->origin,
			  CL_AT_UNKNOWN);
}
END_TEST

/* The value itself is right; what it was widened to is not. */
START_TEST(callee_trusts_upper_bits)
{
	long long want, dirty;

	play_callee(0);
	want = wide_of(&args[A_INT], val.arg[A_INT]);
	dirty = (long long)cl_before_image.gpr[DI];
	ck_assert(want < 0 && want != dirty);
	cl_wide[A_INT] = dirty;
	cl_wide_int[A_INT] = 0; /* that of a narrower type: not looked at */
	judge_callee(0);
	found(CHECK_UPPER, A_INT, &want, &dirty, 8);

	start_again();
	play_callee(0);
	want = wide_of(&args[C_CHAR], val.arg[C_CHAR]);
	dirty = (uint8_t)want; /* zero extension of a negative value */
	cl_wide_int[C_CHAR] = (int)dirty;
	cl_wide[C_CHAR] = 0;
	judge_callee(0);
	found(CHECK_UPPER, C_CHAR, &want, &dirty, 8);
}
END_TEST

START_TEST(callee_returns_elsewhere)
{
	play_callee(0);
	cl_after_image.gpr[DX] = cl_after_image.gpr[AX];
	cl_after_image.gpr[AX] = cl_poison_callee.gpr[AX];
	judge_callee(0);
	ck_assert_uint_eq(found(CHECK_RETURN, 0, val.ret, &cl_poison_callee.gpr[AX], 8)->found,
			  CL_AT_GPR + DX);
}
END_TEST

/* Only the bytes of the type count. */
START_TEST(callee_returns_narrow)
{
	the_case.ret = (struct cl_value)VALUE(CL_SIGNED, CL_WIDENED, 2, 2, 0, GPR(AX, 0, 2, 0));
	play_callee(0);
	cl_after_image.gpr[AX] ^= ~0xfffful;
	judge_callee(0);
	nothing_found();
	cl_after_image.gpr[AX] ^= 0x100;
	judge_callee(0);
	found(CHECK_RETURN, 0, val.ret, &cl_after_image.gpr[AX], 2);
}
END_TEST

START_TEST(callee_returns_pair)
{
	the_case.ret =
		(struct cl_value)VALUE(CL_SIGNED, 0, 16, 16, 0, GPR(AX, 0, 8, 0), GPR(DX, 8, 8, 0));
	play_callee(0);
	judge_callee(0);
	nothing_found();
	cl_after_image.gpr[CX] = cl_after_image.gpr[DX];
	cl_after_image.gpr[DX] = 1;
	judge_callee(0);
	ck_assert_uint_eq(found(CHECK_RETURN, 1, val.ret + 8, &cl_after_image.gpr[DX], 8)->found,
			  CL_AT_GPR + CX);
}
END_TEST

START_TEST(callee_returns_double)
{
	the_case.ret = (struct cl_value)VALUE(CL_DOUBLE, 0, 8, 8, 0, XMM(0, 0, 8, 0));
	play_callee(0);
	memset(cl_after_image.fx + FX_XMM + 8, 0x77, 8);
	judge_callee(0);
	nothing_found();
	memcpy(cl_after_image.fx + FX_XMM + 16, val.ret, 8);
	memset(cl_after_image.fx + FX_XMM, 0x11, 8);
	judge_callee(0);
	ck_assert_uint_eq(found(CHECK_RETURN, 0, val.ret, cl_after_image.fx + FX_XMM, 8)->found,
			  CL_AT_XMM + 1);
}
END_TEST

/* i386's way in x86-64: in st0, which must not be in use. */
START_TEST(callee_returns_double_in_st0)
{
	double d;
	long double l;

	the_case.ret = (struct cl_value)VALUE(CL_DOUBLE, 0, 8, 8, 0, XMM(0, 0, 8, 0));
	play_callee(0);
	memcpy(&d, val.ret, 8);
	l = d;
	memset(cl_after_image.fx + FX_XMM, 0x11, 8);
	memcpy(cl_after_image.fx + FX_ST, &l, 10);
	cl_after_image.fx[FX_FTW] = 0x80;
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 2);
	ck_assert_uint_eq(out.finding[0].f.check, CHECK_RETURN);
	ck_assert_uint_eq(out.finding[1].f.check, CHECK_X87_STACK);
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_ST0);
}
END_TEST

/* A zero left in st0 is not the value that was expected. */
START_TEST(callee_leaves_zero_in_st0)
{
	play_callee(0);
	cl_after_image.gpr[AX] = 1;
	memset(cl_after_image.fx + FX_ST, 0, 16);
	cl_after_image.fx[FX_FTW] = 0x80;
	judge_callee(0);
	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_uint_eq(out.nfindings, 2);
	ck_assert_uint_eq(out.finding[0].f.check, CHECK_RETURN);
	ck_assert_uint_eq(out.finding[0].f.found, CL_AT_UNKNOWN);
}
END_TEST

START_TEST(callee_returns_st0)
{
	the_case.ret = (struct cl_value)VALUE(CL_LDOUBLE, 0, 10, 16, 0, X87(0, 0, 10));
	play_callee(0);
	judge_callee(0);
	nothing_found();
	cl_after_image.fx[FX_ST + 9] ^= 0x80;
	judge_callee(0);
	ck_assert_uint_eq(
		found(CHECK_RETURN, 0, val.st[0] + 8, cl_after_image.fx + FX_ST + 8, 2)->offset, 8);

	start_again();
	play_callee(0);
	cl_after_image.fx[FX_FTW] = 0;
	judge_callee(0);
	found_word(CHECK_X87_STACK, 0, 1, 0);

	start_again();
	play_callee(0);
	cl_after_image.fx[FX_FTW] = 0xc0;
	judge_callee(0);
	found_word(CHECK_X87_STACK, 0, 1, 2);
}
END_TEST

/* Of whose value a call-preserved register comes back with, and where its own went. */
START_TEST(callee_loses_register)
{
	cl_word was;
	const struct cl_finding *f;

	play_callee(0);
	was = cl_before_image.gpr[BX];
	cl_after_image.gpr[BX] = cl_before_image.gpr[R9];
	cl_after_image.gpr[R10] = was;
	judge_callee(0);
	f = found_word(CHECK_SAVED, BX, was, cl_before_image.gpr[R9]);
	ck_assert_uint_eq(f->origin, CL_AT_GPR + R9);
	ck_assert_uint_eq(f->found, CL_AT_GPR + R10);

	start_again();
	play_callee(1);
	cl_after_image.gpr[BP] = cl_poison_callee.gpr[R10];
	judge_callee(1);
	f = found_word(CHECK_SAVED, BP, cl_before_image.gpr[BP], cl_poison_callee.gpr[R10]);
	ck_assert_uint_eq(f->origin, CL_AT_NESTED);
	ck_assert_uint_eq(f->round, 1);

	start_again();
	play_callee(0);
	cl_after_image.gpr[R12] = cl_live[3];
	judge_callee(0);
	ck_assert_uint_eq(
		found_word(CHECK_SAVED, R12, cl_before_image.gpr[R12], cl_live[3])->origin,
		CL_AT_LOCAL);
}
END_TEST

/* What is preserved depends on the convention. */
START_TEST(callee_ms_registers)
{
	uint8_t *xmm6 = cl_after_image.fx + FX_XMM + 16 * 6;
	uint8_t *xmm5 = cl_after_image.fx + FX_XMM + 16 * 5;

	the_case.preserved = MS;
	play_callee(0);
	xmm5[0] ^= 1;
	judge_callee(0);
	nothing_found();
	xmm6[15] ^= 1;
	judge_callee(0);
	found(CHECK_SAVED, CL_ITEM_XMM + 6, cl_before_image.fx + FX_XMM + 16 * 6 + 8, xmm6 + 8, 8);

	start_again();
	play_callee(0);
	cl_after_image.gpr[SI] ^= 1;
	judge_callee(0);
	found_word(CHECK_SAVED, SI, cl_before_image.gpr[SI], cl_after_image.gpr[SI]);

	start_again();
	the_case.preserved = SYSV;
	play_callee(0);
	cl_after_image.gpr[SI] ^= 1;
	xmm6[0] ^= 1;
	judge_callee(0);
	nothing_found();
}
END_TEST

/* A convention may preserve every register, in full. */
START_TEST(callee_keeps_all)
{
	the_case.preserved = ALL;
	play_callee(0);
	judge_callee(0);
	nothing_found();
	cl_after_image.mask[7] ^= 0x8000;
	judge_callee(0);
	found_word(CHECK_SAVED, CL_ITEM_MASK + 7, (uint16_t)cl_before_image.mask[7],
		   (uint16_t)cl_after_image.mask[7]);

	start_again();
	play_callee(0);
	cl_after_image.wide[31][63] ^= 1;
	judge_callee(0);
	found(CHECK_SAVED, CL_ITEM_XMM + 31, cl_before_image.wide[31] + 56,
	      cl_after_image.wide[31] + 56, 8);

	start_again();
	play_callee(0);
	cl_after_image.flags ^= 0x40;
	judge_callee(0);
	found_word(CHECK_SAVED, CL_ITEM_FLAGS, cl_before_image.flags & FLAGS_STATUS,
		   cl_after_image.flags & FLAGS_STATUS);
}
END_TEST

START_TEST(callee_pops)
{
	play_callee(0);
	cl_after_image.gpr[SP] += 8;
	judge_callee(0);
	found_word(CHECK_SP, 0, 0, 8);

	start_again();
	the_case.pop_bytes = 12;
	play_callee(0);
	judge_callee(0);
	nothing_found();
	cl_after_image.gpr[SP] -= 16;
	judge_callee(0);
	found_word(CHECK_SP, 0, 12, (cl_word)-4);
}
END_TEST

/* The first word that was written above the argument area; the area itself is the callee's. */
START_TEST(callee_writes_frame)
{
	cl_word *frame;
	cl_word want;
	const struct cl_finding *f;

	play_callee(0);
	frame = (cl_word *)(cl_before_image.gpr[SP] + the_case.stack_bytes);
	frame[-1] ^= 1;
	judge_callee(0);
	nothing_found();
	want = frame[2];
	frame[2] = cl_before_image.gpr[R10];
	judge_callee(0);
	f = found_word(CHECK_CANARY, 0, want, cl_before_image.gpr[R10]);
	ck_assert_uint_eq(f->offset, the_case.stack_bytes + 16);
	ck_assert_uint_eq(f->origin, CL_AT_GPR + R10);

	start_again();
	play_callee(0);
	frame = (cl_word *)stack_poison_end() - 1;
	want = *frame;
	*frame = 0;
	judge_callee(0);
	found_word(CHECK_CANARY, 0, want, 0);
}
END_TEST

/* Values and offset are those of one round, the first, wherever later rounds write. */
START_TEST(callee_writes_frame_again)
{
	const struct cl_finding *f;
	cl_word want = 0;

	for (int round = 0; round < 2; round++) {
		cl_word *frame;

		play_callee(round);
		frame = (cl_word *)(cl_before_image.gpr[SP] + the_case.stack_bytes) + 3 + 2 * round;
		if (!round)
			want = *frame;
		*frame = 0;
		judge_callee(round);
	}
	f = found_word(CHECK_CANARY, 0, want, 0);
	ck_assert_uint_eq(f->round, 0);
	ck_assert_uint_eq(f->offset, the_case.stack_bytes + 24);
}
END_TEST

START_TEST(callee_nested_call)
{
	play_callee(0);
	cl_nested_count = 2;
	judge_callee(0);
	found_word(CHECK_ENTERED, 0, 1, 2);

	start_again();
	play_callee(0);
	cl_nested_count = 0;
	judge_callee(0);
	found_word(CHECK_ENTERED, 0, 1, 0);

	start_again();
	play_callee(0);
	cl_nested_image.gpr[SP] -= 8;
	judge_callee(0);
	found_word(CHECK_ALIGN, CL_ITEM_NESTED, 0, 8);
}
END_TEST

START_TEST(callee_loses_locals)
{
	cl_word want;
	double was;

	play_callee(0);
	want = cl_live[5];
	cl_back[5] = cl_poison_callee.gpr[R9];
	judge_callee(0);
	ck_assert_uint_eq(found_word(CHECK_LOCALS, 5, want, cl_poison_callee.gpr[R9])->origin,
			  CL_AT_NESTED);

	start_again();
	play_callee(0);
	want = cl_live[2];
	cl_back[CL_LIVE + 2] = 77;
	judge_callee(0);
	found_word(CHECK_LOCALS, CL_LIVE + 2, want, 77);

	/* Doubles only under a convention that has them call-preserved. */
	start_again();
	play_callee(0);
	cl_back_double[4] = 1.5;
	judge_callee(0);
	nothing_found();

	start_again();
	the_case.preserved = MS;
	play_callee(0);
	was = cl_live_double[4];
	cl_back_double[4] = 1.5;
	judge_callee(0);
	found(CHECK_LOCALS, 64 + 4, &was, &(double){ 1.5 }, 8);

	/* Those the function did not keep. */
	start_again();
	play_callee(0);
	cl_back[9] = cl_unset;
	((volatile uint64_t *)cl_back_double)[4] = cl_unset;
	judge_callee(0);
	nothing_found();
}
END_TEST

/* It calls nothing; what it keeps in memory of its own comes through, and shows that it ran. */
START_TEST(callee_is_a_leaf)
{
	the_case.flags |= CL_LEAF_TARGET;
	play_callee(0);
	cl_nested_count = 0;
	memset(&cl_nested_image, 0, sizeof(cl_nested_image));
	judge_callee(0);
	nothing_found();

	cl_back[CL_LEAF_LIVE - 1] = 77;
	judge_callee(0);
	found_word(CHECK_LOCALS, CL_LEAF_LIVE - 1, cl_live[CL_LEAF_LIVE - 1], 77);

	start_again();
	cl_back[CL_LEAF_LIVE - 1] = cl_unset;
	judge_callee(0);
	found_word(CHECK_ENTERED, 0, 1, 0);
}
END_TEST

START_TEST(callee_control_state)
{
	control_state(play_callee, judge_callee, &cl_after_image, 0);
	control_state(play_callee, judge_callee, &cl_nested_image, CL_ITEM_NESTED);
}
END_TEST

TCase *callee_tests(void)
{
	TCase *t = tcase_create("callee");

	tcase_add_checked_fixture(t, set_up_call, NULL);
	tcase_add_test(t, callee_conforms);
	tcase_add_test(t, callee_reads_wrong_register);
	tcase_add_test(t, callee_reads_wrong_xmm);
	tcase_add_test(t, callee_reads_wrong_stack_word);
	tcase_add_test(t, callee_reads_wrong_half);
	tcase_add_test(t, callee_enters_guest);
	tcase_add_test(t, callee_garbles);
	tcase_add_test(t, callee_inverts_bool);
	tcase_add_test(t, callee_trusts_upper_bits);
	tcase_add_test(t, callee_returns_elsewhere);
	tcase_add_test(t, callee_returns_narrow);
	tcase_add_test(t, callee_returns_pair);
	tcase_add_test(t, callee_returns_double);
	tcase_add_test(t, callee_returns_double_in_st0);
	tcase_add_test(t, callee_leaves_zero_in_st0);
	tcase_add_test(t, callee_returns_st0);
	tcase_add_test(t, callee_loses_register);
	tcase_add_test(t, callee_ms_registers);
	tcase_add_test(t, callee_keeps_all);
	tcase_add_test(t, callee_pops);
	tcase_add_test(t, callee_writes_frame);
	tcase_add_test(t, callee_writes_frame_again);
	tcase_add_test(t, callee_nested_call);
	tcase_add_test(t, callee_loses_locals);
	tcase_add_test(t, callee_is_a_leaf);
	tcase_add_test(t, callee_control_state);
	return t;
}
