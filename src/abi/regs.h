/* SPDX-License-Identifier: MIT */
/* The registers, once: hardware number, names by width. Shared by the oracle, the generator, the
 * payload's runtime and the report, so that index, comparison and message come from one list. */
#ifndef CLOBBER_REGS_H
#define CLOBBER_REGS_H

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

/* Vector registers: 16 at 64 bit, 8 at 32 bit. (AVX-512's other 16 pass nothing.) */
#define XMMS(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
enum { XMM_COUNT = 16 };

#endif
