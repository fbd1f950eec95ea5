/* SPDX-License-Identifier: MIT */
/* Claims 5 and 20: inline assembly calls the trampoline by name, so its declaration should change
 * nothing. DECLARED 0: plain; 1: asmlinkage; 2: regparm(0); 3: an opaque symbol; 4: not at all. */
#if DECLARED == 0
void vmread_error_trampoline(unsigned long field, _Bool fault);
#elif DECLARED == 1 && defined(__i386__)
__attribute__((regparm(0))) void vmread_error_trampoline(unsigned long field, _Bool fault);
#elif DECLARED == 1
void vmread_error_trampoline(unsigned long field, _Bool fault);
#elif DECLARED == 2
__attribute__((regparm(0))) void vmread_error_trampoline(unsigned long field, _Bool fault);
#elif DECLARED == 3
extern unsigned long vmread_error_trampoline;
#endif

unsigned long vmcs_read(unsigned long field)
{
	unsigned long value, fault = 0;

	__asm__ volatile("vmread %1, %0\n\tja 1f\n\t"
			 "push %2\n\tpush %1\n\tcall vmread_error_trampoline\n\tpop %1\n\tpop %0\n1:"
			 : "=&r"(value), "+r"(field)
			 : "r"(fault)
			 : "cc", "memory");
	return value;
}
