/* SPDX-License-Identifier: MIT */
/* i386 fastcall: GCC manual, x86 Attributes, and Microsoft's __fastcall. Where the two documents
 * differ (a non-integral or 64-bit argument among the first two) nothing is specified. */
#include "abi/conventions.h"

static void fastcall_place(const struct convention *c, const struct prototype *p,
			   struct placement *out)
{
	static const unsigned char regs[] = { GPR_CX, GPR_DX };
	unsigned i;

	i386_return(p, out);
	out->pop_rule = c->rule[CHECK_SP];
	if (p->variadic) {
		for (i = 0; i < out->nargs; i++)
			i386_stack_arg(p, i, RULE_GCC_FASTCALL_VA, out);
		out->pop_unspecified = true;
		out->pop_rule = RULE_GCC_FASTCALL_VA_POP;
		return;
	}
	for (i = 0; i < out->nargs && i < 2 && i386_fits_register(abi_arg_type(p, i)); i++)
		i386_reg_arg(p, i, regs[i], RULE_GCC_FASTCALL_ARGS, out);
	/* Both documents put floating-point arguments on the stack; they disagree on what an
	 * integral argument after one gets, as long as a register is left by either's count. */
	for (bool gap = false; i < out->nargs; i++) {
		const struct type *t = abi_arg_type(p, i);

		if (type_is_float(t)) {
			gap = gap || i < 2;
		} else if (i < 2 && t->size[W32] > 4) {
			i386_unspecified_from(i, RULE_GCC_FASTCALL_WIDE, out);
			break;
		} else if (gap && i386_fits_register(t)) {
			i386_unspecified_from(i, RULE_GCC_FASTCALL_GAP, out);
			break;
		}
		i386_stack_arg(p, i, RULE_GCC_FASTCALL_ARGS, out);
	}
	out->pop_bytes = out->stack_bytes;
	out->pop_unspecified = out->stack_unspecified;
}

const struct convention abi_fastcall = {
	.name = "fastcall",
	.width = W32,
	.attribute = "__attribute__((fastcall))",
	.title = "i386 fastcall",
	.headline = true,
	.saved_gpr = I386_SAVED,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_GCC_FASTCALL_ARGS,
		  [CHECK_SP] = RULE_GCC_FASTCALL_POP },
	.upper_return = RULE_I386_RET_SUB,
	.place = fastcall_place,
};
