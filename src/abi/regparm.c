/* SPDX-License-Identifier: MIT */
/* i386 regparm(0) to regparm(3): GCC manual, x86 Attributes; the same by -mregparm: x86 Options. */
#include "abi/conventions.h"

void i386_regparm_place(const struct convention *c, const struct prototype *p, bool option,
			struct placement *out)
{
	unsigned number = c->nint_args;
	enum rule_id rule = option   ? RULE_GCC_MREGPARM_ARGS
			    : number ? RULE_GCC_REGPARM_ARGS
				     : RULE_I386_STACK;
	unsigned i, used = 0;

	i386_return(c, p, out);
	if (number && !p->variadic)
		i386_unspecified_return(out);
	out->pop_rule = out->hidden.nlocs ? RULE_I386_HIDDEN : c->rule[CHECK_SP];
	if (out->stack_unspecified)
		return;
	/* "Arguments number one to N" counts positions; "the number of registers" of -mregparm,
	 * which the attribute is said to control, counts registers. What both readings share is
	 * specified; of the option's own text there is only the second. */
	for (i = 0; i < out->nargs; i++) {
		const struct type *t = proto_arg_type(p, i);
		bool integral = i386_fits_register(t), position, reg;

		if (i386_other_arg(c, p, i, out)) {
			if (out->stack_unspecified)
				return;
			continue;
		}
		if (p->variadic) {
			i386_stack_arg(p, i, RULE_GCC_REGPARM_VA, out);
			continue;
		}
		if (i386_wide_integer(t) && (used < number || (!option && i < number))) {
			i386_unspecified_from(i, RULE_GCC_REGPARM_WIDE, out);
			return;
		}
		reg = integral && used < number;
		position = option ? reg : integral && i < number;
		if (position && reg && (option || i == used)) {
			i386_reg_arg(p, i, c->int_arg[used], rule, out);
		} else if (!position && !reg && !out->stack_unspecified) {
			i386_stack_arg(p, i, rule, out);
		} else {
			out->arg[i].unspecified = true;
			out->arg[i].rule = RULE_GCC_REGPARM_GAP;
			if (position != reg)
				out->stack_unspecified = true;
		}
		used += reg;
	}
}

static void regparm_place(const struct convention *c, const struct prototype *p,
			  struct placement *out)
{
	i386_regparm_place(c, p, false, out);
}

#define REGPARM(variable, n, lead, spelt)                                               \
	const struct convention variable = {                                            \
		.name = "regparm" #n,                                                   \
		.width = W32,                                                           \
		.attribute = "__attribute__((regparm(" #n ")))",                        \
		.title = "i386 regparm(" #n ")",                                        \
		.headline = lead,                                                       \
		.in_kernel = n == 0,                                                    \
		I386_FRAME,                                                             \
		.int_arg = REGPARM_REGISTERS,                                           \
		.nint_args = n,                                                         \
		.rule = { I386_RULES, [CHECK_SP] = RULE_I386_SP, [CHECK_ARG] = spelt }, \
		.place = regparm_place,                                                 \
	}

REGPARM(abi_regparm0_32, 0, true, RULE_I386_STACK);
REGPARM(abi_regparm1, 1, false, RULE_GCC_REGPARM_ARGS);
REGPARM(abi_regparm2, 2, false, RULE_GCC_REGPARM_ARGS);
REGPARM(abi_regparm3, 3, false, RULE_GCC_REGPARM_ARGS);
