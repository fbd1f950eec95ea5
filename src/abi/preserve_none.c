/* SPDX-License-Identifier: MIT */
/* clang's preserve_none: "Attributes in Clang", preserve_none, as of clang 19 to 22. The page calls
 * the convention unstable. What it does not name (return values, vector registers, the stack) stays
 * the C convention's. X86-64 only. */
#include "abi/conventions.h"

const struct convention abi_preserve_none = {
	.name = "preserve_none",
	.width = W64,
	.attribute = "__attribute__((preserve_none))",
	.title = "clang's preserve_none",
	.named_only = true,
	.preserved = { .gpr = GPR_BIT(BP) },
	.int_arg = { GPR_R12, GPR_R13, GPR_R14, GPR_R15, GPR_DI, GPR_SI, GPR_DX, GPR_CX, GPR_R8,
		     GPR_R9, GPR_R11, GPR_AX },
	.nint_args = 12,
	.nvector_args = 8,
	.int_ret = { GPR_AX, GPR_DX },
	.align = 16,
	.red_zone = 128,
	.va = "va",
	.rule = { SYSV_FRAME_RULES, [CHECK_ARG] = RULE_CLANG_PRESERVE_NONE_ARGS,
		  [CHECK_SAVED] = RULE_CLANG_PRESERVE_NONE,
		  [CHECK_LOCALS] = RULE_CLANG_PRESERVE_NONE_LOCALS },
	.silent_varargs = RULE_CLANG_PRESERVE_NONE_VA,
	.silent_narrow = RULE_CLANG_PRESERVE_NONE_NARROW,
	.upper_return = RULE_SYSV_UPPER,
	.place = sysv_place,
};
