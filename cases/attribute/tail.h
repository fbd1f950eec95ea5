/* SPDX-License-Identifier: MIT */
/* Targets that end with the call of another function. A compiler may make a jump of it: by then all that a
 * convention preserves has to be as it was, the stack pointer at the return address, and what the callee
 * pops popped by somebody. */

//! group tail-call
//! why a call that nothing follows may be a jump: what was saved comes back before it, and no argument area is left
//! known causes
//! tail
void tail_none(void);
void tail_int3(int a, int b, int c);
void tail_int8(int a, int b, int c, int d, int e, int f, int g, int h);
void tail_long6(long a, long b, long c, long d, long e, long f);
void tail_double(double a, float b);
void tail_mixed(char a, long long b, double c, short d, void *e, float f, unsigned g, long h);

struct tail_memory {
	long a[5];
};
void tail_memory(struct tail_memory a, int b);
//! varargs double, long
void tail_varargs(int a, ...);

//! group preserve-most-tail
//! why a function that ends with the call of one of the C convention: a jump would leave registers to that one
//! tail
__attribute__((preserve_most)) void pm_tail_none(void);
__attribute__((preserve_most)) void pm_tail_int3(int a, long b, char c);

//! group preserve-all-tail
//! why a function that ends with the call of one of the C convention: a jump would leave registers to that one
//! tail
__attribute__((preserve_all)) void pa_tail_none(void);
__attribute__((preserve_all)) void pa_tail_int3(int a, long b, char c);

//! group preserve-none-tail
//! why a function that ends with the call of one of the C convention: a jump would leave registers to that one
//! tail
__attribute__((preserve_none)) void pn_tail_none(void);
__attribute__((preserve_none)) void pn_tail_int3(int a, long b, char c);

//! group no-caller-saved-tail
//! why a function that ends with the call of one that destroys what the C convention lets it: no jump will do
//! tail
//! known clang<20/O2 no_caller_saved callee callee-saved: LLVM issue 97758: the call is made by a jump, behind which nothing restores registers
__attribute__((no_caller_saved_registers)) void ncs_tail_none(void);
//! known clang<20/O2 no_caller_saved callee callee-saved: LLVM issue 97758: the call is made by a jump, behind which nothing restores registers
__attribute__((no_caller_saved_registers)) void ncs_tail_int3(int a, long b, char c);
