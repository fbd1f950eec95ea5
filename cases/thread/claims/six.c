/* SPDX-License-Identifier: MIT */
/* Claim 19: six reads in a row. BODY 0: a trampoline that preserves nothing that a callee may change,
 * so the assembly clobbers it; 1: one that preserves every register; 2: asm goto with an output. */
extern unsigned long sum(unsigned long a, unsigned long b, unsigned long c, unsigned long d);
void vmread_error(unsigned long field, _Bool fault);

#ifdef __i386__
#define CLOBBERS , "eax", "ecx", "edx"
#else
#define CLOBBERS , "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"
#endif

static inline __attribute__((always_inline)) unsigned long vmcs_read(unsigned long field)
{
	unsigned long value;
#if BODY == 2
	__asm__ goto("vmread %1, %0\n\tjna %l[failed]"
		     : "=r"(value) : "r"(field) : "cc" : failed);
	return value;
failed:
	vmread_error(field, 0);
	return 0;
#elif BODY == 1
	__asm__ volatile("vmread %1, %0\n\tja 1f\n\t"
			 "push $0\n\tpush %1\n\tcall vmread_error_trampoline\n\tpop %1\n\tpop %0\n1:"
			 : "=&r"(value), "+r"(field) : : "cc", "memory");
	return value;
#else
	/* Operands must be where the call leaves them alone: bx and bp, or what else is saved. */
	__asm__ volatile("vmread %1, %0\n\tja 1f\n\t"
			 "push $0\n\tpush %1\n\tcall vmread_error_trampoline\n\tpop %1\n\tpop %0\n1:"
			 : "=&r"(value), "+r"(field) : : "cc", "memory" CLOBBERS);
	return value;
#endif
}

unsigned long six(unsigned long *out)
{
	unsigned long a = vmcs_read(0x6800), b = vmcs_read(0x6802), c = vmcs_read(0x6804);
	unsigned long d = vmcs_read(0x681c), e = vmcs_read(0x681e), f = vmcs_read(0x6820);

	out[0] = a;
	out[1] = b;
	out[2] = c;
	out[3] = d;
	out[4] = e;
	out[5] = f;
	return a + b + c + d + e + f;
}
