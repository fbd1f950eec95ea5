/* SPDX-License-Identifier: MIT */
/* Calls through a pointer, with every argument register in use: where code is compiled against
 * speculation (`clobber list profiles`: kernel-retpoline and others), the address travels in a
 * register more, to a thunk. GCC manual, x86 Options, -mindirect-branch-register. */

//! group indirect
//! abi kernel asmlinkage
//! why one register for the address is left at 32 bit that is not the callee's to lose
//! through indirect
int indirect_three(int a, int b, int c);
//! abi kernel asmlinkage
//! why all six argument registers of 64 bit are taken, and the stack besides
//! through indirect
long indirect_seven(long a, long b, long c, long d, long e, long f, long g);
//! abi kernel asmlinkage
//! why a result in two registers at 32 bit
//! through indirect
long long indirect_wide(long long a, void *b);
