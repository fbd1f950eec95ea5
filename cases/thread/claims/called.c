/* SPDX-License-Identifier: MIT */
/* Claim 17: the trampoline as an opaque symbol. FUDGED 0: called all the same, which must not
 * compile; 1: through a cast of its address; 2: declared again as a function in an inner scope; 3:
 * through another name for the symbol. */
extern unsigned long vmread_error_trampoline;

#if FUDGED == 3
void fudged(unsigned long field, _Bool fault) __asm__("vmread_error_trampoline");
#endif

void caller(unsigned long field)
{
#if FUDGED == 0
	vmread_error_trampoline(field, 0);
#elif FUDGED == 1
	((void (*)(unsigned long, _Bool))&vmread_error_trampoline)(field, 0);
#elif FUDGED == 2
	void vmread_error_trampoline(unsigned long field, _Bool fault);

	vmread_error_trampoline(field, 0);
#else
	fudged(field, 0);
#endif
}
