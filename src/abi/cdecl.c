/* SPDX-License-Identifier: MIT */
/* cdecl, the default convention at 32 bit (i386 psABI 2.2.3), and stdcall, which differs from it in
 * who pops (GCC manual, x86 Attributes). */
#include "abi/conventions.h"

void cdecl_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	i386_return(c, p, out);
	for (unsigned i = 0; !out->stack_unspecified && i < out->nargs; i++) {
		if (!i386_other_arg(c, p, i, out))
			i386_stack_arg(p, i, p->variadic ? RULE_I386_VARARGS : RULE_I386_STACK,
				       out);
	}
	out->pop_rule = !out->hidden.nlocs                            ? c->rule[CHECK_SP]
			: c->profile->struct_return == RETURN_WINDOWS ? RULE_MS32_HIDDEN_POP
								      : RULE_I386_HIDDEN;
}

const struct convention abi_cdecl = {
	.name = "cdecl",
	.width = W32,
	.attribute = "",
	.title = "i386 psABI (cdecl)",
	.in_windows = true,
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_I386_STACK, [CHECK_SP] = RULE_I386_SP },
	.place = cdecl_place,
};

const struct convention abi_stdcall = {
	.name = "stdcall",
	.width = W32,
	.attribute = "__attribute__((stdcall))",
	.title = "i386 stdcall",
	.in_windows = true,
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_I386_STACK, [CHECK_SP] = RULE_GCC_STDCALL_POP },
	.callee_pops = true,
	.place = cdecl_place,
};
