/* SPDX-License-Identifier: MIT */
/* Claim 10: one function and one call of it, and nothing else that a default could change: with the
 * attribute under -mregparm=3, and without it where the stack is the default. */
#ifdef SWITCHED
#define LINKAGE __attribute__((regparm(0)))
#else
#define LINKAGE
#endif

extern unsigned long last_field, faults;
LINKAGE void vmread_failed(unsigned long field, _Bool fault);

void caller(void)
{
	vmread_failed(last_field, 0);
	vmread_failed(last_field + 1, 1);
}

LINKAGE void vmread_error(unsigned long field, _Bool fault)
{
	last_field = field;
	if (fault)
		faults += field;
}
