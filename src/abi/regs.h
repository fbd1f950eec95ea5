/* SPDX-License-Identifier: MIT */
/* The registers, once: hardware number, names by width. Shared by the oracle, the generator, the
 * payload's runtime and the report, so that index, comparison and message come from one list. */
#ifndef CLOBBER_REGS_H
#define CLOBBER_REGS_H

#include <stdint.h>

/* enumerator, 64-bit name, 32-bit name, 16-bit name, 8-bit name; in hardware encoding order.
 * The registers from r8 on do not exist at 32 bit. */
#define GPRS(X)                               \
	X(AX, "rax", "eax", "ax", "al")       \
	X(CX, "rcx", "ecx", "cx", "cl")       \
	X(DX, "rdx", "edx", "dx", "dl")       \
	X(BX, "rbx", "ebx", "bx", "bl")       \
	X(SP, "rsp", "esp", "sp", "spl")      \
	X(BP, "rbp", "ebp", "bp", "bpl")      \
	X(SI, "rsi", "esi", "si", "sil")      \
	X(DI, "rdi", "edi", "di", "dil")      \
	X(R8, "r8", "r8d", "r8w", "r8b")      \
	X(R9, "r9", "r9d", "r9w", "r9b")      \
	X(R10, "r10", "r10d", "r10w", "r10b") \
	X(R11, "r11", "r11d", "r11w", "r11b") \
	X(R12, "r12", "r12d", "r12w", "r12b") \
	X(R13, "r13", "r13d", "r13w", "r13b") \
	X(R14, "r14", "r14d", "r14w", "r14b") \
	X(R15, "r15", "r15d", "r15w", "r15b")

enum gpr {
#define X(id, n64, n32, n16, n8) GPR_##id,
	GPRS(X)
#undef X
		GPR_COUNT
};

#define GPR_BIT(id) (1u << GPR_##id)

/* Vector registers: 16 at 64 bit, 8 at 32 bit; with AVX-512 32 at 64 bit, whose upper half passes
 * nothing under any convention. */
/* The formatter never comes to rest here. */
/* clang-format off */
#define VECTORS(X)                                                                             \
	X(0)                                                                                   \
	X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) \
		X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29)  \
			X(30) X(31)
/* clang-format on */
enum { XMM_COUNT = 16, VECTOR_COUNT = 32, MASK_COUNT = 8, X87_COUNT = 8 };

/* OF SF ZF AF PF CF: what instructions leave behind in EFLAGS (SDM volume 1, 3.4.3.1). */
enum { FLAGS_STATUS = 0x8d5, FLAG_DF = 0x400 };

/* A set of registers of every class that calls preserve, destroy or pass values in. A vector
 * register has three parts, because conventions split it: Microsoft x64 preserves xmm6 but not the
 * rest of ymm6. One layout at both widths, in the program, in generated tables and in payloads. */
struct reg_set {
	uint32_t gpr;   /* bits by enum gpr */
	uint32_t xmm;   /* bits 0 to 127 of vector register n */
	uint32_t ymm;   /* bits 128 to 255 */
	uint32_t zmm;   /* bits 256 to 511 */
	uint32_t mask;  /* k0 to k7 */
	uint32_t x87;   /* the eight registers that are st and mm */
	uint32_t flags; /* bits of EFLAGS, of FLAGS_STATUS only */
};

#endif
