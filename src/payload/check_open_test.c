/* SPDX-License-Identifier: MIT */
/* Tests of open.c: calls whose return value no document places, played as check_test.h has it. */
#include "payload/check_test.h"
#include "payload/open.h"

extern uint8_t cl_open_cell[];

enum { BYTES = 32 };

static void set_up_open(void)
{
	set_up_call();
	the_case.flags |= CL_RETURN_UNSPECIFIED;
	the_case.nargs = 0;
	the_case.stack_bytes = 64;
	the_case.pointer_regs = 1u << DI | 1u << SI;
	the_case.pointer_first = DI;
	the_case.ret = (struct cl_value){ .class = CL_OPAQUE, .compare = BYTES, .size = BYTES };
}

/* The one observation of a piece of the return value, or none. */
static const uint64_t *places(unsigned piece)
{
	for (unsigned i = 0; i < out.nobservations; i++) {
		if (out.observation[i].item == CL_ITEM_RETURN && out.observation[i].piece == piece)
			return out.observation[i].place;
	}
	return NULL;
}

static void returned_in(unsigned piece, uint64_t registers, uint64_t words)
{
	nothing_found();
	ck_assert_ptr_nonnull(places(piece));
	ck_assert_uint_eq(places(piece)[0], registers);
	ck_assert_uint_eq(places(piece)[1], words);
}

static void play_open_callee(int round)
{
	play_callee(round);
	open_prepare(&the_case, CL_CALLEE, round);
	memcpy(cl_before_image.gpr, cl_poison.gpr, sizeof(cl_poison.gpr));
	cl_before_image.gpr[SP] = cl_stack_top - the_case.stack_bytes;
	memcpy(cl_before_stack, (void *)cl_before_image.gpr[SP], sizeof(cl_before_stack));
	for (unsigned r = 0; r < 16; r++) {
		if (cl_preserved[SYSV].gpr >> r & 1)
			cl_after_image.gpr[r] = cl_before_image.gpr[r];
	}
	cl_after_image.gpr[SP] = cl_before_image.gpr[SP];
}

START_TEST(callee_in_memory)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_open_callee(round);
		memcpy((void *)cl_poison.gpr[DI], val.ret, BYTES);
		/* A copy on the way. */
		memcpy(cl_after_image.fx + FX_XMM, val.ret, 16);
		judge_callee(round);
	}
	returned_in(CL_PIECE_POINTER, 1u << DI, 0);
	ck_assert_uint_eq(out.nobservations, 1);
}
END_TEST

START_TEST(callee_in_memory_by_the_stack)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_open_callee(round);
		memcpy(((void **)(cl_stack_top - the_case.stack_bytes))[1], val.ret, BYTES);
		judge_callee(round);
	}
	returned_in(CL_PIECE_POINTER, 0, 1u << 1);
}
END_TEST

/* What is one byte long is found in one word only: no two words have one low byte in all rounds. */
START_TEST(callee_reads_a_byte)
{
	unsigned twice = 0;

	the_case.ret.size = the_case.ret.compare = 8;
	for (uint32_t key = 1; key <= 400; key++) {
		unsigned same[8] = { 0 };

		the_case.key = key * 0x10001u;
		for (int round = 0; round < ROUNDS; round++) {
			const uint64_t *words = (void *)(cl_stack_top - the_case.stack_bytes);

			play_open_callee(round);
			for (unsigned k = 1; k < 8; k++)
				same[k] += (uint8_t)words[k] == (uint8_t)words[0];
		}
		for (unsigned k = 1; k < 8; k++)
			twice += same[k] == ROUNDS;
	}
	ck_assert_uint_eq(twice, 0);
}
END_TEST

/* All but the last byte arrived: it is not there. */
START_TEST(callee_short_by_a_byte)
{
	play_open_callee(0);
	memcpy((void *)cl_poison.gpr[DI], val.ret, BYTES - 1);
	/* What it went through is no place of it. */
	memcpy(cl_after_image.fx + FX_XMM, val.ret, BYTES);
	judge_callee(0);
	returned_in(CL_PIECE_POINTER, 0, 0);
	ck_assert_ptr_null(places(0));
}
END_TEST

START_TEST(callee_in_vectors)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_open_callee(round);
		for (unsigned r = 0; r < BYTES / 16; r++) {
			memcpy(cl_after_image.fx + FX_XMM + 16 * r, val.ret + 16 * r, 16);
			memcpy(cl_after_image.wide[r], val.ret + 16 * r, 16);
		}
		judge_callee(round);
	}
	returned_in(0, 1ull << CL_BIT_XMM, 0);
	returned_in(3, 1ull << (CL_BIT_XMM + 1), 0);
}
END_TEST

START_TEST(callee_on_the_x87_stack)
{
	the_case.ret = (struct cl_value){ .class = CL_LDOUBLE, .compare = 10, .size = 16 };
	for (int round = 0; round < ROUNDS; round++) {
		play_open_callee(round);
		memcpy(cl_after_image.fx + FX_ST, val.ret, 10);
		cl_after_image.fx[FX_FTW] = 0x80;
		judge_callee(round);
	}
	returned_in(0, 1ull << CL_BIT_ST0, 0);
}
END_TEST

/* What it left there is something else: charged as in any call. */
START_TEST(callee_leaves_the_x87_stack)
{
	play_open_callee(0);
	memcpy((void *)cl_poison.gpr[DI], val.ret, BYTES);
	cl_after_image.fx[FX_FTW] = 0x80;
	judge_callee(0);
	found_word(CHECK_X87_STACK, 0, 0, 1);
}
END_TEST

/* An argument by reference, from where no document says: the buffer there is what it read. */
START_TEST(callee_follows_a_pointer)
{
	static const struct cl_value arg = {
		.class = CL_OPAQUE, .flags = CL_UNSPECIFIED, .compare = 16, .size = 16
	};

	the_case.nargs = 1;
	the_case.args = &arg;
	for (int round = 0; round < ROUNDS; round++) {
		play_open_callee(round);
		memcpy((void *)cl_got, (void *)cl_poison.gpr[SI], 16);
		memcpy((void *)cl_poison.gpr[DI], val.ret, BYTES);
		judge_callee(round);
	}
	returned_in(CL_PIECE_POINTER, 1u << DI, 0);
	ck_assert_uint_eq(out.observation[0].item, 0);
	ck_assert_uint_eq(out.observation[0].piece, CL_PIECE_POINTER);
	ck_assert_uint_eq(out.observation[0].place[0], 1u << SI);
}
END_TEST

/* One round of a caller that passes a pointer in `reg` (NONE: passes none), and receives these
 * bytes (NULL: what is behind its pointer). */
enum { NONE = 16 };
static cl_word damage; /* to a register that it must keep */

static void play_open_caller(int round, unsigned reg, const void *received)
{
	play_caller(round);
	open_prepare(&the_case, CL_CALLER, round);
	if (reg != NONE)
		cl_probe_image.gpr[reg] = cl_stack_top - 256;
	cl_after_image.gpr[BX] ^= damage;
	for (unsigned i = 0; i < the_case.ret.compare; i++)
		cl_got_ret[i] = ((const uint8_t *)(received ? received : val.ret))[i];
	check_caller(&the_case, &val, round,
		     cl_open.how & CL_OPEN_RETURN ? CL_CAME_BACK : CL_ESCAPED, &out);
}

START_TEST(caller_in_memory)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_open_caller(round, DI, NULL);
		ck_assert_uint_eq(cl_open.how, round ? CL_OPEN_RETURN : 0);
		ck_assert_uint_eq(cl_open.pointer, round ? (cl_word)&cl_probe_image.gpr[DI] : 0);
	}
	returned_in(CL_PIECE_POINTER, 1u << DI, 0);
}
END_TEST

/* A pointer into the frame that nobody follows is a leftover. */
START_TEST(caller_in_vectors)
{
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t bytes[BYTES];

		play_caller(round);
		open_prepare(&the_case, CL_CALLER, round);
		memcpy(bytes, cl_open_cell + 64, 16);
		memcpy(bytes + 16, cl_open_cell + 128, 16);
		play_open_caller(round, DI, bytes);
	}
	returned_in(0, 1ull << CL_BIT_XMM, 0);
	returned_in(2, 1ull << (CL_BIT_XMM + 1), 0);
	ck_assert_ptr_null(places(CL_PIECE_POINTER));
}
END_TEST

/* Only the convention's first register is followed: what others hold is not written to. */
START_TEST(caller_with_another_pointer)
{
	for (int round = 0; round < ROUNDS; round++) {
		play_open_caller(round, SI, NULL);
		ck_assert_uint_eq(cl_open.pointer, 0);
	}
}
END_TEST

/* From the x87 stack, which is tried when it came from nowhere else. */
START_TEST(caller_from_the_x87_stack)
{
	the_case.ret = (struct cl_value){ .class = CL_LDOUBLE, .compare = 10, .size = 16 };
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t indefinite[16] = { 0 };

		play_caller(round);
		open_prepare(&the_case, CL_CALLER, round);
		play_open_caller(round, NONE,
				 cl_open.how & CL_OPEN_X87 ? cl_open_cell + 32 : indefinite);
	}
	returned_in(0, 1ull << CL_BIT_ST0, 0);
}
END_TEST

/* Nobody knows what to pop: no round returns, and the pointer is all there is to see. */
START_TEST(caller_that_cannot_return)
{
	the_case.flags |= CL_POP_UNSPECIFIED;
	for (int round = 0; round < ROUNDS; round++) {
		play_open_caller(round, DI, NULL);
		ck_assert_uint_eq(cl_open.how, 0);
	}
	returned_in(CL_PIECE_POINTER, 1u << DI, 0);
}
END_TEST

/* It pops what the callee of the same case did, and of no other. */
START_TEST(caller_pops_as_its_callee)
{
	the_case.flags |= CL_POP_UNSPECIFIED;
	observe_pop(&out, 12);
	open_after_callee(&the_case, &out);
	start_again();
	play_open_caller(0, DI, NULL);
	play_open_caller(1, DI, NULL);
	ck_assert_uint_eq(cl_open.how, CL_OPEN_RETURN);
	ck_assert_uint_eq(cl_open.pop, 12);
	the_case.index++;
	play_open_caller(2, DI, NULL);
	ck_assert_uint_eq(cl_open.how, 0);
}
END_TEST

/* A pointer to an argument is no pointer to the return value. */
START_TEST(caller_passes_by_reference)
{
	static const struct cl_value arg = {
		.class = CL_OPAQUE, .flags = CL_UNSPECIFIED, .compare = 16, .size = 16
	};

	the_case.nargs = 1;
	the_case.args = &arg;
	the_case.flags |= CL_POP_UNSPECIFIED;
	for (int round = 0; round < ROUNDS; round++) {
		play_caller(round);
		put_in_frame(cl_stack_top - 256, val.arg[0], 16);
		cl_probe_image.gpr[DI] = cl_stack_top - 256;
		open_prepare(&the_case, CL_CALLER, round);
		check_caller(&the_case, &val, round, CL_ESCAPED, &out);
	}
	nothing_found();
	ck_assert_ptr_null(places(CL_PIECE_POINTER));
}
END_TEST

/* Nor is one to a part of it, as vectors are passed that are wider than any register. */
START_TEST(caller_passes_parts_by_reference)
{
	static const struct cl_value arg = {
		.class = CL_OPAQUE, .flags = CL_UNSPECIFIED, .compare = 64, .size = 64
	};

	the_case.nargs = 1;
	the_case.args = &arg;
	the_case.flags |= CL_POP_UNSPECIFIED;
	for (int round = 0; round < ROUNDS; round++) {
		play_caller(round);
		put_in_frame(cl_stack_top - 256, val.arg[0] + 48, 16);
		cl_probe_image.gpr[DI] = cl_stack_top - 256;
		open_prepare(&the_case, CL_CALLER, round);
		check_caller(&the_case, &val, round, CL_ESCAPED, &out);
	}
	nothing_found();
	ck_assert_ptr_null(places(CL_PIECE_POINTER));
}
END_TEST

/* Padding of an argument is like anything. */
START_TEST(caller_has_a_result_beside_a_padded_argument)
{
	static uint8_t mask[32] = { 0xff, 0xff, 0xff, 0xff };
	static const struct cl_value arg = {
		.class = CL_OPAQUE, .flags = CL_UNSPECIFIED, .compare = 32, .size = 32, .mask = mask
	};

	the_case.nargs = 1;
	the_case.args = &arg;
	for (int round = 0; round < ROUNDS; round++)
		play_open_caller(round, DI, NULL);
	returned_in(CL_PIECE_POINTER, 1u << DI, 0);
}
END_TEST

/* What was damaged by a value that was written where none is looked for is not the caller's doing.
 */
START_TEST(caller_is_not_charged_with_what_the_probe_wrote)
{
	damage = 1;
	for (int round = 1; round < ROUNDS; round++) {
		uint8_t bytes[BYTES];

		play_open_caller(0, DI, NULL);
		open_prepare(&the_case, CL_CALLER, round);
		memcpy(bytes, cl_open_cell + 64, 16);
		memcpy(bytes + 16, cl_open_cell + 128, 16);
		play_open_caller(round, DI, bytes);
	}
	nothing_found();
	play_open_caller(1, DI, NULL); /* it got the value there */
	damage = 0;
	found_word(CHECK_SAVED, BX, cl_before_image.gpr[BX], cl_before_image.gpr[BX] ^ 1);
}
END_TEST

/* A byte that is the argument's by chance says nothing of the pointer to it. */
START_TEST(caller_with_an_argument_by_chance)
{
	static const uint8_t mask[16] = { 0xff };
	static const struct cl_value arg = {
		.class = CL_OPAQUE, .flags = CL_UNSPECIFIED, .compare = 16, .size = 16, .mask = mask
	};

	the_case.nargs = 1;
	the_case.args = &arg;
	for (int round = 0; round < ROUNDS; round++) {
		play_caller(round);
		put_in_frame(cl_stack_top - 256, val.arg[0], 16);
		cl_probe_image.gpr[DI] = cl_stack_top - 256;
		open_prepare(&the_case, CL_CALLER, round);
		for (unsigned i = 0; i < the_case.ret.compare; i++)
			cl_got_ret[i] = val.ret[i];
		check_caller(&the_case, &val, round,
			     cl_open.how & CL_OPEN_RETURN ? CL_CAME_BACK : CL_ESCAPED, &out);
	}
	returned_in(CL_PIECE_POINTER, 1u << DI, 0);
}
END_TEST

TCase *open_tests(void)
{
	TCase *t = tcase_create("open");

	tcase_add_checked_fixture(t, set_up_open, NULL);
	tcase_add_test(t, callee_in_memory);
	tcase_add_test(t, callee_in_memory_by_the_stack);
	tcase_add_test(t, callee_reads_a_byte);
	tcase_add_test(t, callee_short_by_a_byte);
	tcase_add_test(t, callee_in_vectors);
	tcase_add_test(t, callee_on_the_x87_stack);
	tcase_add_test(t, callee_leaves_the_x87_stack);
	tcase_add_test(t, callee_follows_a_pointer);
	tcase_add_test(t, caller_in_memory);
	tcase_add_test(t, caller_in_vectors);
	tcase_add_test(t, caller_with_another_pointer);
	tcase_add_test(t, caller_from_the_x87_stack);
	tcase_add_test(t, caller_that_cannot_return);
	tcase_add_test(t, caller_pops_as_its_callee);
	tcase_add_test(t, caller_passes_by_reference);
	tcase_add_test(t, caller_with_an_argument_by_chance);
	tcase_add_test(t, caller_passes_parts_by_reference);
	tcase_add_test(t, caller_has_a_result_beside_a_padded_argument);
	tcase_add_test(t, caller_is_not_charged_with_what_the_probe_wrote);
	return t;
}
