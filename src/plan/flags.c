/* SPDX-License-Identifier: MIT */
/* The flags of each profile. A compiler need not know a flag to be tested, unless it is one of
 * those that make the profile what it is: these begin with `!`. Of alternatives (a|b) the first
 * that it knows is taken. */
#include "plan/probe.h"

/* What makes code plain: no run-time library, no relocations through tables, nothing inserted into
 * prologues. -w comes last because probes leave it out. */
#define COMMON                                                                          \
	"-std=gnu11", "-ffreestanding", "-fno-pic", "-fno-pie", "-fno-stack-protector", \
		"-fno-asynchronous-unwind-tables", "-fno-strict-aliasing", "-fno-ipa-icf", "-w"

/* Linux 6.1, arch/x86/Makefile: lines 70 (no SSE, MMX, AVX) and 85 (no CET); line 96 at 32 bit,
 * lines 136, 137, 149, 166 and 167 at 64; the stack's alignment, lines 105 and 146, last: gcc takes
 * it only when SSE is off. */
#define KERNEL_COMMON \
	"!-mno-sse", "-mno-mmx", "-mno-sse2", "-mno-3dnow", "-mno-avx", "-fcf-protection=none"

#define KERNEL_32                                                                       \
	"-m32", KERNEL_COMMON, "!-msoft-float", "!-mregparm=3", "!-freg-struct-return", \
		"!-mpreferred-stack-boundary=2|-mstack-alignment=4"
/* gcc takes the code model only of code that is not position-independent. */
#define KERNEL_64                                                                      \
	"-m64", KERNEL_COMMON, "-mno-80387", "-mno-fp-ret-in-387", "-mskip-rax-setup", \
		"!-mno-red-zone", "-fno-pic", "-fno-pie", "!-mcmodel=kernel",          \
		"!-mpreferred-stack-boundary=3|-mstack-alignment=8"

/* Variants, of the same file: retpolines, lines 16, 20 and 203; return thunks, line 26; IBT, line
 * 83; straight-line speculation, line 208; and of the top Makefile, line 1024: kernel CFI. */
#define RETPOLINE                                                     \
	"!-mindirect-branch=thunk-extern|-mretpoline-external-thunk", \
		"-mindirect-branch-register", "-fno-jump-tables"
/* scripts/Makefile.ubsan: those whose handlers take a value of the program's. */
#define UBSAN "!-fsanitize=bounds", "!-fsanitize=shift"
#define IBT   "!-fcf-protection=branch", "!-fno-jump-tables"

/* Compilers for Windows alone do not know --target. */
#define WINDOWS(machine) "--target=" machine "-pc-windows-gnu", COMMON

const char *const profile_flags[PROFILES][MAX_FLAGS] = {
	[PROFILE_USER_32] = { "-m32", COMMON },
	[PROFILE_USER_64] = { "-m64", COMMON },
	[PROFILE_KERNEL_32] = { KERNEL_32, COMMON },
	[PROFILE_KERNEL_64] = { KERNEL_64, COMMON },
	[PROFILE_KERNEL_RETPOLINE_32] = { KERNEL_32, RETPOLINE, COMMON },
	[PROFILE_KERNEL_RETPOLINE_64] = { KERNEL_64, RETPOLINE, COMMON },
	[PROFILE_KERNEL_RETHUNK_32] = { KERNEL_32, "!-mfunction-return=thunk-extern", COMMON },
	[PROFILE_KERNEL_RETHUNK_64] = { KERNEL_64, "!-mfunction-return=thunk-extern", COMMON },
	[PROFILE_KERNEL_IBT_32] = { KERNEL_32, IBT, COMMON },
	[PROFILE_KERNEL_IBT_64] = { KERNEL_64, IBT, COMMON },
	[PROFILE_KERNEL_SLS_32] = { KERNEL_32, "!-mharden-sls=all", COMMON },
	[PROFILE_KERNEL_SLS_64] = { KERNEL_64, "!-mharden-sls=all", COMMON },
	[PROFILE_KERNEL_CFI_32] = { KERNEL_32, "!-fsanitize=kcfi", COMMON },
	[PROFILE_KERNEL_CFI_64] = { KERNEL_64, "!-fsanitize=kcfi", COMMON },
	[PROFILE_KERNEL_UBSAN_32] = { KERNEL_32, UBSAN, COMMON },
	[PROFILE_KERNEL_UBSAN_64] = { KERNEL_64, UBSAN, COMMON },
	[PROFILE_SSE2_32] = { "-m32", "!-msse2", COMMON },
	[PROFILE_AVX_32] = { "-m32", "!-mavx", COMMON },
	[PROFILE_AVX_64] = { "-m64", "!-mavx", COMMON },
	[PROFILE_AVX512_32] = { "-m32", "!-mavx512f", COMMON },
	[PROFILE_AVX512_64] = { "-m64", "!-mavx512f", COMMON },
	[PROFILE_REG_STRUCT_32] = { "-m32", "!-freg-struct-return", COMMON },
	[PROFILE_PCC_STRUCT_32] = { "-m32", "!-fpcc-struct-return", COMMON },
	[PROFILE_WINDOWS_32] = { "-m32", WINDOWS("i686") },
	[PROFILE_WINDOWS_64] = { "-m64", WINDOWS("x86_64") },
	[PROFILE_X32_64] = { "-mx32", COMMON },
	[PROFILE_PCC_STRUCT_64] = { "-m64", "!-fpcc-struct-return", COMMON },
};
