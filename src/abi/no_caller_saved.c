/* SPDX-License-Identifier: MIT */
/* no_caller_saved_registers of GCC and clang: arguments and return values are the C convention's,
 * and every register is callee-saved. GCC's manual, "x86 Attributes", makes no exception;
 * "Attributes in Clang", no_caller_saved_registers, excepts those that arguments and results travel
 * in. GCC's says that it does not preserve SSE, MMX and x87 states, and is to be used with
 * -mgeneral-regs-only; clang's speaks of all registers. What they contradict each other on is not
 * judged. EFLAGS are nobody's. */
#include "abi/conventions.h"

#define OWN_RULES [CHECK_SAVED] = RULE_NO_CALLER_SAVED, [CHECK_LOCALS] = RULE_NO_CALLER_SAVED_LOCALS
#define ATTRIBUTE                                                                                  \
	.name = "no_caller_saved", .attribute = "__attribute__((no_caller_saved_registers))",      \
	.title = "GCC's and clang's attribute", .named_only = true, .arguments_open = true,        \
	.silent = {                                                                                \
		.xmm = 0xffffffff, .ymm = 0xffffffff, .zmm = 0xffffffff, .mask = 0xff, .x87 = 0xff \
	}

const struct convention abi_no_caller_saved_32 = {
	ATTRIBUTE,
	.width = W32,
	.preserved = { .gpr = 0xff & ~GPR_BIT(SP) },
	I386_PASSING,
	.rule = { I386_CALL_RULES,
		  OWN_RULES, [CHECK_ARG] = RULE_I386_STACK, [CHECK_SP] = RULE_I386_SP },
	.place = cdecl_place,
};

const struct convention abi_no_caller_saved_64 = {
	ATTRIBUTE,           .width = W64,
	.in_kernel = true,   .preserved = { .gpr = 0xffff & ~GPR_BIT(SP) },
	SYSV_PASSING,        .rule = { SYSV_CALL_RULES, OWN_RULES },
	.place = sysv_place,
};
