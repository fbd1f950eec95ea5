/* SPDX-License-Identifier: MIT */
/* clang's preserve_most: arguments and return values are the C convention's, and a callee preserves
 * every general register but r11 and those of the return value ("Attributes in Clang",
 * preserve_most). Up to clang 16 the callee also restores rax over its return value; mended in LLVM
 * by review D141020. */

//! group preserve-most-void
//! why nothing comes back: every register but r11 is as it was
__attribute__((preserve_most)) void pm_none(void);
__attribute__((preserve_most)) void pm_int7(int a, int b, int c, int d, int e, int f, int g);
__attribute__((preserve_most)) void pm_dbl3(double a, double b, double c);
__attribute__((preserve_most)) void pm_mixed_void(char a, double b, void *c, float d, long e);
//! why al counts vector registers, and rax is preserved
//! varargs double, int
__attribute__((preserve_most)) void pm_variadic(int n, ...);

//! group preserve-most-int
//! why rax is the return value's, rdx is preserved
//! known clang<17 preserve_most callee return: rax is restored over the return value
__attribute__((preserve_most)) int pm_int(int a);
//! known clang<17 preserve_most callee return: rax is restored over the return value
__attribute__((preserve_most)) short pm_short(short a, unsigned char b);
//! known clang<17 preserve_most callee return: rax is restored over the return value
__attribute__((preserve_most)) _Bool pm_bool(_Bool a);
//! known clang<17 preserve_most callee return: rax is restored over the return value
__attribute__((preserve_most)) void *pm_pointer(void *a, long b);
//! why rax and rdx are the return value's
//! known clang<17 preserve_most callee return: rax is restored over the return value
__attribute__((preserve_most)) __int128 pm_int128(__int128 a, int b);

//! group preserve-most-other
//! why vector registers are the caller's to save; rax is preserved
__attribute__((preserve_most)) double pm_double(double a, int b);
__attribute__((preserve_most)) float pm_float(int a, float b);
__attribute__((preserve_most)) long double pm_ldouble(long double a);
struct pm_two { long a; double b; };
//! why one eightbyte in rax, one in xmm0
//! known clang<17 preserve_most callee return: rax is restored over the return value
__attribute__((preserve_most)) struct pm_two pm_pair(struct pm_two a);
struct pm_big { long a[4]; };
//! why returned in memory: the pointer comes back in rax, as in the C convention
//! known clang preserve_most callee hidden-pointer: rax is restored over the pointer to the return value
//! known clang/O2 preserve_most caller locals: a value is kept in rax, where the pointer comes back
__attribute__((preserve_most)) struct pm_big pm_memory(int a);
