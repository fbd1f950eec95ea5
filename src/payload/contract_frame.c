/* SPDX-License-Identifier: MIT */
/* Did a call overwrite its own frame? An array on its stack that is too small for numbers that no
 * line speaks of loses registers, too; but they are read back from where they had been saved. */
#include "payload/contract_fit.h"

#include "payload/handover.h"

enum {
	WORD = sizeof(cl_word),
	LOOKED_AT = 64, /* words below the return address in which registers are saved */
	KNOWN = 2,      /* places where one is, by different paths */
	LEARNING = 200, /* calls */
	LARGE = 32      /* what arrays on the stack are made for, at least */
};

static struct {
	unsigned calls;
	uint8_t n[16], slot[16][KNOWN];
} frame;

extern const uint8_t cl_contract_back[]; /* asm/contract.asm: where calls return */

void ct_frame_begin(void)
{
	__builtin_memset(&frame, 0, sizeof(frame));
}

static cl_word word_below(unsigned n)
{
	return *(const cl_word *)(cl_stack_top - (n + 1) * WORD);
}

static void learn(unsigned r, cl_word value)
{
	if (frame.n[r] == KNOWN || !value || !~value)
		return;
	for (unsigned k = 1; k <= LOOKED_AT; k++) {
		if (word_below(k) != value)
			continue;
		if (!frame.n[r] || frame.slot[r][0] != k)
			frame.slot[r][frame.n[r]++] = (uint8_t)k;
		return;
	}
}

static bool read_back(unsigned r, cl_word entry, cl_word after)
{
	for (unsigned k = 0; k < frame.n[r]; k++) {
		if (after != entry && word_below(frame.slot[r][k]) == after)
			return true;
	}
	return false;
}

void ct_frame_look(const struct ct_contract *c, int how)
{
	bool learning = frame.calls < LEARNING;

	/* Its own canary says so. */
	if (how == CT_STOPPED)
		return;
	ct_now.smashed = how == CL_FAULTED && word_below(0) != (cl_word)cl_contract_back;
	if (how != CL_CAME_BACK)
		return;
	frame.calls += learning;
	for (unsigned r = 0; r < 16; r++) {
		cl_word entry = cl_before_image.gpr[r], after = cl_after_image.gpr[r];

		if (!(c->saved.gpr >> r & 1) || r == GPR_SP)
			continue;
		if (learning && entry == after)
			learn(r, entry);
		ct_now.smashed = ct_now.smashed || read_back(r, entry, after);
	}
}

bool ct_large_numbers(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (ct_unsaid_number(&ct_now.inputs[i]) &&
		    (ct_number_in(i) < 0 || ct_number_in(i) > LARGE))
			return true;
	}
	return false;
}

bool ct_overran(const struct ct_contract *c, const struct findings *now)
{
	int round = ct_now.round, rounds = ct_now.rounds, number = ct_now.number;
	bool above = ct_has(now, CHECK_CANARY), excused, smashed = ct_now.smashed;

	if (cl_contract_step || !ct_large_numbers(c) ||
	    (!above && !smashed && !ct_has(now, CHECK_SAVED)))
		return false;
	/* With small numbers it is seen where registers are saved. */
	excused = ct_returns_when_tame(c, true);
	ct_draw_round(c, round, rounds, ct_fitting.seed);
	ct_now.number = number;
	if (!excused)
		return false;
	excused = !ct_fit_call(c) || above;
	ct_refit();
	return excused;
}
