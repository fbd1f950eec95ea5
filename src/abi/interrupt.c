/* SPDX-License-Identifier: MIT */
/* `interrupt' of GCC and clang: handlers that the processor enters, with its frame on the stack,
 * and that leave by IRET. GCC's manual, "x86 Attributes", interrupt: one argument, a pointer to the
 * frame, and of an exception that has an error code that too, which the handler pops. All registers
 * come back, and IRET restores EFLAGS; SSE, MMX and x87 states GCC does not preserve, for which
 * -mgeneral-regs-only is documented. Clang's "interrupt (X86)" says of all registers that they are
 * callee-saved: what the two contradict each other on is not judged. The frame is that of the SDM,
 * volume 3, 6.12.1 and at 64 bit 6.14.2, for a handler of the interrupted code's own privilege
 * level. */
#include "abi/conventions.h"

#define HANDLER                                                                                    \
	.name = "interrupt", .attribute = "__attribute__((interrupt))",                            \
	.title = "GCC's and clang's handlers", .named_only = true, .by_processor = true,           \
	.in_kernel = true, .prototyped = true, .place = interrupt_place,                           \
	.silent = {                                                                                \
		.xmm = 0xffffffff, .ymm = 0xffffffff, .zmm = 0xffffffff, .mask = 0xff, .x87 = 0xff \
	}
#define HANDLER_RULES                                                             \
	[CHECK_SAVED] = RULE_INTERRUPT_SAVED, [CHECK_ARG] = RULE_INTERRUPT_FRAME, \
	[CHECK_SP] = RULE_INTERRUPT_IRET, [CHECK_ENTERED] = RULE_INTERRUPT_FRAME, \
	[CHECK_FAULT] = RULE_INTERRUPT_IRET

const char *abi_no_handler(const struct prototype *p, enum width w)
{
	static const char why[] =
		"is no interrupt handler: void, with a pointer to the frame, and for an exception "
		"with an error code an unsigned integer of a word";

	if (p->ret->kind != TYPE_VOID || !p->nparams || p->nparams > 2 || p->variadic ||
	    p->params[0].type->kind != TYPE_POINTER)
		return why;
	if (p->nparams == 2 &&
	    (!type_is_integer(p->params[1].type) || !p->params[1].type->is_unsigned ||
	     p->params[1].type->kind == TYPE_BOOL || p->params[1].type->kind == TYPE_ENUM ||
	     p->params[1].type->size[w] != word_bytes(w)))
		return why;
	return NULL;
}

static void interrupt_place(const struct convention *c, const struct prototype *p,
			    struct placement *out)
{
	out->arg[0] = (struct value_place){ .words = "the address of the frame",
					    .rule = RULE_INTERRUPT_FRAME };
	out->pop_rule = RULE_INTERRUPT_IRET;
	if (p->nparams > 1)
		out->arg[1] = (struct value_place){ .words = "the word on top of the stack",
						    .nlocs = 1,
						    .loc[0] = { .kind = LOC_STACK,
								.bytes = word_bytes(c->width) },
						    .rule = RULE_INTERRUPT_CODE };
}

const struct convention abi_interrupt_32 = {
	HANDLER,
	.width = W32,
	.preserved = { .gpr = 0xff & ~GPR_BIT(SP), .flags = FLAGS_STATUS },
	I386_PASSING,
	.rule = { I386_STATE_RULES, [CHECK_LOCALS] = RULE_I386_LOCALS, HANDLER_RULES },
};

const struct convention abi_interrupt_64 = {
	HANDLER,
	.width = W64,
	.preserved = { .gpr = 0xffff & ~GPR_BIT(SP), .flags = FLAGS_STATUS },
	.int_ret = { GPR_AX, GPR_DX },
	.align = 16,
	.va = "va",
	.upper_return = RULE_SYSV_UPPER,
	.rule = { SYSV_STATE_RULES, [CHECK_UPPER] = RULE_SYSV_UPPER,
		  [CHECK_LOCALS] = RULE_SYSV_LOCALS, HANDLER_RULES },
};
