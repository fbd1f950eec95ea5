/* SPDX-License-Identifier: MIT */
/* Claim 18: the function whose first parameter is to come from the stack at 64 bit. attributes.asm
 * calls it with a value of its own in every register and slot; cl_taken tells which one it took. */
extern unsigned long cl_taken;

#ifdef STRUCTURE
/* x86-64 psABI 3.2.3: more than two eightbytes, so class MEMORY. */
struct pushed {
	unsigned long field, fault, unused;
};
void target(struct pushed pushed)
{
	cl_taken = pushed.field;
}
#elif defined(SEVENTH)
void target(long a, long b, long c, long d, long e, long f, unsigned long field)
{
	cl_taken = field;
}
#elif defined(INTERRUPT)
/* Its own prototype: what the processor pushed, and the error code above which that lies. */
struct frame;
__attribute__((interrupt)) void target(struct frame *frame, unsigned long fault)
{
	(void)frame;
	cl_taken = fault;
}
#else
#ifndef ATTRIBUTE
#define ATTRIBUTE
#endif
/* Under its own name, whatever the attribute makes of it. */
ATTRIBUTE void target(unsigned long field, _Bool fault) __asm__("target");
ATTRIBUTE void target(unsigned long field, _Bool fault)
{
	(void)fault;
	cl_taken = field;
}
#endif
