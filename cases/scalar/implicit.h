/* SPDX-License-Identifier: MIT */
/* Calls that compilers make by themselves: no declaration says which convention they have. It is the
 * platform's, or what the options make of it: with -mregparm=3, as Linux is built at 32 bit, "you must
 * build all modules with the same value, including any libraries" (GCC manual, x86 Options). Where an
 * instruction does, the compiler makes no such call, and the case is unsupported. */

//! group implicit-division
//! why 64 bits at 32, 128 bits at 64: libgcc's
//! implicit a / b
long long __divdi3(long long a, long long b);
//! implicit a % b
long long __moddi3(long long a, long long b);
//! implicit a / b
unsigned long long __udivdi3(unsigned long long a, unsigned long long b);
//! implicit a % b
unsigned long long __umoddi3(unsigned long long a, unsigned long long b);
//! implicit a / b
__int128 __divti3(__int128 a, __int128 b);
//! implicit a % b
unsigned __int128 __umodti3(unsigned __int128 a, unsigned __int128 b);

//! group implicit-copies
//! why the C library's, which gcc and clang call without being told to
//! implicit __builtin_memcpy(to, from, n)
void memcpy(void *to, const void *from, unsigned long n);
//! implicit __builtin_memmove(to, from, n)
void memmove(void *to, const void *from, unsigned long n);
//! why c is converted to unsigned char, before the call by clang, behind it by gcc: either is right
//! implicit __builtin_memset(to, 0x5a, n)
void memset(void *to, int c, unsigned long n);
//! implicit __builtin_memcmp(one, other, n)
int memcmp(const void *one, const void *other, unsigned long n);

//! group implicit-float
//! why libgcc's: __float128, and with -msoft-float anything else
//! implicit a * b
float __mulsf3(float a, float b);
//! implicit a / b
double __divdf3(double a, double b);
//! known clang<22 cdecl argument,stack-pointer,locals,fault: __float128 is not aligned to 16 on the stack
//! implicit a - b
__float128 __subtf3(__float128 a, __float128 b);
//! implicit (double)a
double __trunctfdf2(__float128 a);
//! implicit (__float128)a
__float128 __extenddftf2(double a);

//! group implicit-handlers
//! why a sanitizer's (profile kernel-ubsan): the first argument is the compiler's own
//! known clang<19 kernel/32 caller argument: LLVM 89670: sanitizer handlers are called without regard to -mregparm
//! implicit &((struct { char t[4]; int end; } *)cl_arg)->t[index]
void __ubsan_handle_out_of_bounds(void *data, unsigned long index);
//! known clang<19 kernel/32 caller argument: LLVM 89670: sanitizer handlers are called without regard to -mregparm
//! implicit value << by
void __ubsan_handle_shift_out_of_bounds(void *data, int value, int by);
