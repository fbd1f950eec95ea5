/* SPDX-License-Identifier: MIT */
/* Leaf functions: a compiler that has a red zone keeps what they need in memory below the stack
 * pointer, where no interrupt handler of a kernel's leaves it alone (x86-64 psABI, 3.2.2 and
 * A.2.2). Natively they are calls like all others. In ring 0 with an interrupt at every instruction
 * (docs/vmx.md) code compiled with a red zone loses its data, and kernel code must not. Microsoft
 * x64 and the 32-bit conventions have no red zone: they are there to show that nothing is lost. */

//! group leaf
//! why functions that call nothing and need memory: red zone or frame?
//! abi sysv kernel asmlinkage regparm0 ms cdecl regparm3 fastcall
//! leaf
int leaf_int(int a);
long leaf_long_long(long a, long b);
unsigned char leaf_narrow(signed char a, unsigned short b, _Bool c);
void *leaf_pointer(void *p, unsigned long n);

//! why all six integer registers of sysv, to be spilt beside the function's own data
long leaf_six(long a, int b, long c, int d, long e, int f);

//! why arguments in memory above the return address, own data below the stack pointer
int leaf_stack(int a, int b, int c, int d, int e, int f, int g, long h);

//! why nothing to receive or return: its own memory is all it has
void leaf_void(void);

//! why the trampoline's function of the kernel's VMREAD: two words, no result
void leaf_vmread_error(unsigned long field, _Bool fault);
