/* SPDX-License-Identifier: MIT */
/* The Linux kernel's own conventions, which exist under its flags only (profile kernel):
 * arch/x86/Makefile and arch/x86/include/asm/linkage.h of Linux 6.1. At 32 bit the default is
 * -mregparm=3 (GCC manual, x86 Options), and asmlinkage takes a function back to the stack; at 64
 * bit the default is the psABI's, which asmlinkage does not change. */
#include "abi/conventions.h"

static void kernel_place(const struct convention *c, const struct prototype *p,
			 struct placement *out)
{
	i386_regparm_place(c, p, true, out);
}

static void asmlinkage_place(const struct convention *c, const struct prototype *p,
			     struct placement *out)
{
	i386_regparm_place(c, p, false, out);
}

const struct convention abi_kernel_32 = {
	.name = "kernel",
	.width = W32,
	.attribute = "",
	.title = "Linux, i386: -mregparm=3",
	.only = "kernel",
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_SP] = RULE_I386_SP, [CHECK_ARG] = RULE_GCC_MREGPARM_ARGS },
	.int_arg = REGPARM_REGISTERS,
	.nint_args = 3,
	.place = kernel_place,
};

const struct convention abi_asmlinkage_32 = {
	.name = "asmlinkage",
	.width = W32,
	.attribute = "asmlinkage",
	.title = "Linux, i386: regparm(0)",
	.only = "kernel",
	.headline = true,
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_SP] = RULE_I386_SP, [CHECK_ARG] = RULE_LINUX_ASMLINKAGE_32 },
	.place = asmlinkage_place,
};

const struct convention abi_kernel_64 = {
	.name = "kernel",
	.width = W64,
	.attribute = "",
	.title = "Linux, x86-64",
	.only = "kernel",
	.preserved = { .gpr = SYSV_SAVED },
	SYSV_PASSING,
	.rule = { SYSV_RULES },
	.place = sysv_place,
};
