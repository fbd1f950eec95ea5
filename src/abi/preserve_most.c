/* SPDX-License-Identifier: MIT */
/* clang's preserve_most: "Attributes in Clang", preserve_most. Arguments and return values are the
 * C convention's; another set of registers is preserved. The page speaks of X86-64 only. */
#include "abi/conventions.h"

const struct convention abi_preserve_most = {
	.name = "preserve_most",
	.width = W64,
	.attribute = "__attribute__((preserve_most))",
	.title = "clang's preserve_most",
	.named_only = true,
	.preserved = { .gpr = 0xffff & ~(GPR_BIT(SP) | GPR_BIT(R11)) },
	SYSV_PASSING,
	.rule = { SYSV_CALL_RULES, [CHECK_SAVED] = RULE_CLANG_PRESERVE_MOST,
		  [CHECK_LOCALS] = RULE_CLANG_PRESERVE_MOST_LOCALS },
	.place = sysv_place,
};
