/* SPDX-License-Identifier: MIT */
/* regcall of Intel's compilers and clang. The pages that could be read (Intel's "C/C++ Calling
 * Conventions", to which "Attributes in Clang" refers) say that as many arguments and results as
 * possible travel in registers, and that the attribute is ignored on variadic functions. Which
 * registers these are, in which order, and which ones a callee preserves they leave to an ABI
 * document that could not be read: so all of it is observed, and compilers are compared with each
 * other. */
#include "abi/conventions.h"

static void open_place(struct value_place *v, enum rule_id why)
{
	v->unspecified = true;
	v->rule = why;
}

static void regcall_place(const struct convention *c, const struct prototype *p,
			  struct placement *out)
{
	if (p->ret->kind != TYPE_VOID)
		open_place(&out->ret, RULE_REGCALL_RETURN);
	for (unsigned i = 0; i < out->nargs; i++)
		open_place(&out->arg[i], RULE_REGCALL_ARGS);
	out->stack_unspecified = true;
	out->pop_unspecified = c->width == W32;
	out->pop_rule = c->rule[CHECK_SP];
}

/* Every register that may pass arguments, to be looked at, and that may be preserved: neither
 * compared nor destroyed. */
#define ATTRIBUTE                                                                          \
	.name = "regcall", .attribute = "__attribute__((regcall))", .prototyped = true,    \
	.decorates = true, .named_only = true, .needs_sse2 = true, .place = regcall_place, \
	.align = 16,                                                                       \
	.silent = { .gpr = 0xffff & ~GPR_BIT(SP),                                          \
		    .xmm = 0xffffffff,                                                     \
		    .ymm = 0xffffffff,                                                     \
		    .zmm = 0xffffffff,                                                     \
		    .mask = 0xff,                                                          \
		    .x87 = 0xff }
#define OWN_RULES                                                                 \
	[CHECK_ARG] = RULE_REGCALL_ARGS, [CHECK_RETURN] = RULE_REGCALL_RETURN,    \
	[CHECK_HIDDEN] = RULE_REGCALL_RETURN, [CHECK_SAVED] = RULE_REGCALL_SAVED, \
	[CHECK_LOCALS] = RULE_REGCALL_SAVED

const struct convention abi_regcall_32 = {
	ATTRIBUTE,
	.width = W32,
	.title = "Intel's regcall at 32 bit",
	.int_arg = { GPR_AX, GPR_CX, GPR_DX, GPR_DI, GPR_SI, GPR_BX },
	.nint_args = 6,
	.nvector_args = 8,
	.int_ret = { GPR_AX, GPR_DX },
	.upper_return = RULE_I386_RET_SUB,
	.rule = { I386_PLATFORM_RULES, OWN_RULES, [CHECK_SP] = RULE_REGCALL_POP },
};

const struct convention abi_regcall_64 = {
	ATTRIBUTE,
	.width = W64,
	.title = "Intel's regcall at 64 bit",
	.int_arg = { GPR_AX, GPR_CX, GPR_DX, GPR_DI, GPR_SI, GPR_R8, GPR_R9, GPR_R10, GPR_R11,
		     GPR_R12, GPR_R13, GPR_R14, GPR_R15 },
	.nint_args = 13,
	.nvector_args = 16,
	.int_ret = { GPR_AX, GPR_DX },
	.red_zone = 128,
	.upper_return = RULE_SYSV_UPPER,
	.rule = { SYSV_PLATFORM_RULES, OWN_RULES, [CHECK_UPPER] = RULE_SYSV_UPPER },
};
