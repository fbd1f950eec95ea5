/* SPDX-License-Identifier: MIT */
/* i386 thiscall for C functions: GCC manual, x86 Attributes. Only the first argument may be in a
 * register. (Microsoft defines __thiscall for C++ members only, whose first argument is `this`.) */
#include "abi/conventions.h"

static void thiscall_place(const struct convention *c, const struct prototype *p,
			   struct placement *out)
{
	unsigned i = 0;

	if (i386_callee_pops(c, p, RULE_GCC_THISCALL_VA, RULE_GCC_THISCALL_VA_POP, out))
		return;
	if (out->nargs && i386_fits_register(proto_arg_type(p, 0))) {
		i386_reg_arg(p, 0, c->int_arg[0], RULE_GCC_THISCALL_ARGS, out);
		i = 1;
	} else if (out->nargs && i386_wide_integer(proto_arg_type(p, 0))) {
		i386_unspecified_from(0, RULE_GCC_THISCALL_WIDE, out);
		i = out->nargs;
	}
	for (; !out->stack_unspecified && i < out->nargs; i++) {
		enum rule_id why = i386_silent_with_attribute(c, proto_arg_type(p, i));

		if (why)
			i386_unspecified_from(i, why, out);
		else
			i386_stack_arg(p, i, RULE_GCC_THISCALL_ARGS, out);
	}
}

const struct convention abi_thiscall = {
	.name = "thiscall",
	.width = W32,
	.attribute = "__attribute__((thiscall))",
	.title = "i386 thiscall",
	.in_windows = true,
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_GCC_THISCALL_ARGS,
		  [CHECK_SP] = RULE_GCC_THISCALL_POP },
	.int_arg = { GPR_CX },
	.nint_args = 1,
	.callee_pops = true,
	.place = thiscall_place,
};
