/* SPDX-License-Identifier: MIT */
/* Claims 4, 7 and 13: a function, a call of one like it, and the attribute that makes the difference, or
 * none. The one called is defined elsewhere, so that it is called. ATTRIBUTE 1: asmlinkage as arch/x86/include/asm/linkage.h has it; 2: regparm(0). */
#if ATTRIBUTE == 1 && defined(__i386__)
#define LINKAGE __attribute__((regparm(0)))
#elif ATTRIBUTE == 2
#define LINKAGE __attribute__((regparm(0)))
#else
#define LINKAGE
#endif

extern unsigned long last_field, faults;
LINKAGE void vmread_failed(unsigned long field, _Bool fault);

void caller(unsigned long field)
{
	vmread_failed(field, 0);
	vmread_failed(field + 1, 1);
}

LINKAGE void vmread_error(unsigned long field, _Bool fault)
{
	last_field = field;
	if (fault)
		faults += field;
}
