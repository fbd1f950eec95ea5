/* SPDX-License-Identifier: MIT */
/* Claim 7: bodies in which a parameter lives across a call. What arrives in a register must then be
 * kept: in a register that is saved and restored for it, or on the stack; what arrives on the stack
 * is there already. ATTRIBUTE 1: asmlinkage as arch/x86/include/asm/linkage.h has it. */
#if ATTRIBUTE == 1
#define LINKAGE __attribute__((regparm(0)))
#else
#define LINKAGE
#endif

extern unsigned long last_field, faults;
void before(void);

LINKAGE void one_lives(unsigned long field, _Bool fault)
{
	if (fault)
		++faults;
	before();
	last_field = field;
}

LINKAGE void both_live(unsigned long field, _Bool fault)
{
	before();
	last_field = field;
	if (fault)
		faults += field;
}
