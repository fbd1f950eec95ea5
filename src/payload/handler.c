/* SPDX-License-Identifier: MIT */
/* Functions that the processor enters: what their frame is made of. The trampolines push it
 * (src/gen/asm.c, asm/contract.asm). */
#include "payload/compare.h"
#include "payload/runtime.h"

/* Words that the processor pushes without a change of privilege: SDM volume 3, 6.12.1 and 6.14.2.
 */
enum { FRAME_WORDS = sizeof(cl_word) == 8 ? 5 : 3 };

void cl_after(void); /* asm/engine.asm */

cl_word cl_interrupted, cl_interrupt_top, cl_interrupt_cs, cl_interrupt_ss;
const cl_word cl_interrupt_ip = (cl_word)cl_after;

void handler_interrupted(cl_word sp)
{
	uint16_t cs, ss;

	__asm__ volatile("mov %%cs, %0\n\tmov %%ss, %1" : "=r"(cs), "=r"(ss));
	cl_interrupt_cs = cs;
	cl_interrupt_ss = ss;
	cl_interrupted = sp;
	cl_interrupt_top = sizeof(cl_word) == 8 ? sp & ~(cl_word)15 : sp;
}

void handler_prepare(int round, struct cl_values *v)
{
	/* At any word: interrupts do not wait for an aligned stack. */
	handler_interrupted(cl_stack_top - ((cl_word)round + 1) * sizeof(cl_word));
	/* Whoever is interrupted may be in the middle of a copy downwards. */
	if (round & 1)
		cl_poison.flags |= FLAG_DF;
	*(cl_word *)v->arg[0] = cl_interrupt_top - FRAME_WORDS * sizeof(cl_word);
}
