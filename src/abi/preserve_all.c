/* SPDX-License-Identifier: MIT */
/* clang's preserve_all: "Attributes in Clang", preserve_all. Arguments and return values are the C
 * convention's. "All floating-point registers (XMMs/YMMs)" are preserved beside general ones; the
 * page is silent about the upper half of zmm registers and the x87 stack. X86-64 only. */
#include "abi/conventions.h"

const struct convention abi_preserve_all = {
	.name = "preserve_all",
	.width = W64,
	.attribute = "__attribute__((preserve_all))",
	.title = "clang's preserve_all",
	.named_only = true,
	.preserved = { .gpr = 0xffff & ~(GPR_BIT(SP) | GPR_BIT(R11)),
		       .xmm = 0xffffffff,
		       .ymm = 0xffffffff },
	.silent = { .zmm = 0xffffffff, .x87 = 0xff },
	SYSV_PASSING,
	.rule = { SYSV_CALL_RULES, [CHECK_SAVED] = RULE_CLANG_PRESERVE_ALL,
		  [CHECK_LOCALS] = RULE_CLANG_PRESERVE_ALL_LOCALS },
	.place = sysv_place,
};
