/* SPDX-License-Identifier: MIT */
/* cdecl, the default convention at 32 bit (i386 psABI 2.2.3), and stdcall, which differs from it in
 * who pops (GCC manual, x86 Attributes). */
#include "abi/conventions.h"

static void cdecl_place(const struct convention *c, const struct prototype *p,
			struct placement *out)
{
	i386_return(c, p, out);
	for (unsigned i = 0; !out->stack_unspecified && i < out->nargs; i++) {
		if (!i386_other_arg(c, p, i, out))
			i386_stack_arg(p, i, p->variadic ? RULE_I386_VARARGS : RULE_I386_STACK,
				       out);
	}
	out->pop_rule = out->hidden.nlocs ? RULE_I386_HIDDEN : c->rule[CHECK_SP];
}

static void stdcall_place(const struct convention *c, const struct prototype *p,
			  struct placement *out)
{
	cdecl_place(c, p, out);
	if (!p->variadic && !out->pop_unspecified) {
		out->pop_bytes = out->stack_bytes;
		out->pop_rule = c->rule[CHECK_SP];
	}
	out->pop_unspecified = out->pop_unspecified || (!p->variadic && out->stack_unspecified);
}

const struct convention abi_cdecl = {
	.name = "cdecl",
	.width = W32,
	.attribute = "",
	.title = "i386 psABI (cdecl)",
	.saved_gpr = I386_SAVED,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_I386_STACK, [CHECK_SP] = RULE_I386_SP },
	.upper_return = RULE_I386_RET_SUB,
	.place = cdecl_place,
};

const struct convention abi_stdcall = {
	.name = "stdcall",
	.width = W32,
	.attribute = "__attribute__((stdcall))",
	.title = "i386 stdcall",
	.saved_gpr = I386_SAVED,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_I386_STACK, [CHECK_SP] = RULE_GCC_STDCALL_POP },
	.upper_return = RULE_I386_RET_SUB,
	.place = stdcall_place,
};
