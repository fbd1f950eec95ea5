/* SPDX-License-Identifier: MIT */
/* i386 regparm(0) to regparm(3): GCC manual, x86 Attributes. */
#include "abi/conventions.h"

static void regparm_place(const struct prototype *p, unsigned number, struct placement *out)
{
	static const unsigned char regs[] = { GPR_AX, GPR_DX, GPR_CX };
	unsigned i, used = 0;

	i386_return(p, out);
	if (number && !p->variadic)
		i386_unspecified_return(out);
	if (out->ret.unspecified)
		return;
	if (p->variadic) {
		for (i = 0; i < out->nargs; i++)
			i386_stack_arg(p, i, RULE_GCC_REGPARM_VA, out);
		return;
	}
	/* "Arguments number one to N" counts positions; "the number of registers" of -mregparm,
	 * which the attribute is said to control, counts registers. What both readings share is
	 * specified. */
	for (i = 0; i < out->nargs; i++) {
		const struct type *t = abi_arg_type(p, i);
		bool integral = i386_fits_register(t), position, reg;

		if (i386_wide_integer(t) && (i < number || used < number)) {
			i386_unspecified_from(i, RULE_GCC_REGPARM_WIDE, out);
			return;
		}
		position = integral && i < number;
		reg = integral && used < number;
		if (position && reg && i == used) {
			i386_reg_arg(p, i, regs[i], RULE_GCC_REGPARM_ARGS, out);
		} else if (!position && !reg && !out->stack_unspecified) {
			i386_stack_arg(p, i, number ? RULE_GCC_REGPARM_ARGS : RULE_I386_STACK, out);
		} else {
			out->arg[i].unspecified = true;
			out->arg[i].rule = RULE_GCC_REGPARM_GAP;
			if (position != reg)
				out->stack_unspecified = true;
		}
		used += reg;
	}
}

#define REGPARM(variable, n, lead, spelt)                                                     \
	static void regparm##n##_place(const struct convention *c, const struct prototype *p, \
				       struct placement *out)                                 \
	{                                                                                     \
		regparm_place(p, n, out);                                                     \
		out->pop_rule = out->hidden.nlocs ? RULE_I386_HIDDEN : c->rule[CHECK_SP];     \
	}                                                                                     \
	const struct convention variable = {                                                  \
		.name = "regparm" #n,                                                         \
		.width = W32,                                                                 \
		.attribute = "__attribute__((regparm(" #n ")))",                              \
		.title = "i386 regparm(" #n ")",                                              \
		.headline = lead,                                                             \
		.saved_gpr = I386_SAVED,                                                      \
		.rule = { I386_RULES, [CHECK_SP] = RULE_I386_SP, [CHECK_ARG] = spelt },       \
		.upper_return = RULE_I386_RET_SUB,                                            \
		.place = regparm##n##_place,                                                  \
	}

REGPARM(abi_regparm0_32, 0, true, RULE_I386_STACK);
REGPARM(abi_regparm1, 1, false, RULE_GCC_REGPARM_ARGS);
REGPARM(abi_regparm2, 2, false, RULE_GCC_REGPARM_ARGS);
REGPARM(abi_regparm3, 3, false, RULE_GCC_REGPARM_ARGS);
