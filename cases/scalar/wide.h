/* SPDX-License-Identifier: MIT */
/* Values wider than a register, at every position relative to the last register.
 *
 * At 32 bit a 64-bit integer needs two words and, where a convention has registers, two of them
 * (GCC manual, x86 attributes: says little); a double needs two stack words, only 4-aligned (i386
 * psABI 2.2.3). At 64 bit __int128 takes two registers or none, and 16-byte alignment in memory;
 * long double is in memory, 16-aligned (x86-64 psABI 3.2.3). Microsoft's x64 calling
 * convention passes what is not 1, 2, 4 or 8 bytes by reference. */

//! group ll-position
//! why a register pair that must fit as a whole, or not at all, at each distance from the end
long long ll_first(long long a);
unsigned long long ull_first(unsigned long long a);
//! why the pair takes edx and ecx under regparm3; under regparm2 one register is left
long long ll_after_1(int a, long long b);
//! why one register is left under regparm3: the pair is not split
long long ll_after_2(int a, int b, long long c);
long long ll_after_3(int a, int b, int c, long long d);
long long ll_after_4(int a, int b, int c, int d, long long e);
int ll_then_int(long long a, int b);
int int_ll_int(int a, long long b, int c);
//! why may the int use the register the pair could not? GCC manual, x86 attributes: silent
int int2_ll_int(int a, int b, long long c, int d);
long long ll_2(long long a, long long b);
long long ll_3(long long a, long long b, long long c);
//! why a float consumes no integer register
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
long long flt_ll(float a, long long b);
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
int flt_ll_int(float a, long long b, int c);
long long int_dbl_ll(int a, double b, long long c);
//! why 64-bit integers on the 64-bit stack are like long
long long ll_7(long long a, long long b, long long c, long long d, long long e, long long f,
	       long long g);

//! group dbl-position
//! why at 32 bit a double is two words at any multiple of 4 (i386 psABI 2.2.3)
double dbl_after_1(int a, double b);
double dbl_after_2(int a, int b, double c);
double dbl_after_3(int a, int b, int c, double d);
//! why one integer is left on the stack by regparm3, before the double
double dbl_after_4(int a, int b, int c, int d, double e);
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall: the first integer goes in ecx though it is not the first argument
int dbl_then_int(double a, int b);
int int2_dbl_int(int a, int b, double c, int d);
double ll_dbl_ll(long long a, double b, long long c);

//! group i128-position
//! why two INTEGER eightbytes, both in registers or both in memory (x86-64 psABI 3.2.3)
__int128 i128_first(__int128 a);
unsigned __int128 u128_2(unsigned __int128 a, unsigned __int128 b);
//! why no register is skipped to start at an even one: rsi and rdx
__int128 i128_after_1(int a, __int128 b);
__int128 i128_after_3(int a, int b, int c, __int128 d);
//! why the last two registers, r8 and r9
__int128 i128_after_4(int a, int b, int c, int d, __int128 e);
//! why only r9 is left: the whole value goes to the stack
//! known clang<18 sysv,regparm0,asmlinkage/64,kernel/64,asmlinkage/32: LLVM 41784: __int128 split or misaligned
__int128 i128_after_5(int a, int b, int c, int d, int e, __int128 f);
__int128 i128_after_6(int a, int b, int c, int d, int e, int f, __int128 g);
//! why one word is on the stack already: padding up to a 16-byte boundary
//! known clang<18 sysv,regparm0,asmlinkage/64,kernel/64,asmlinkage/32: LLVM 41784: __int128 split or misaligned
__int128 i128_after_7(int a, int b, int c, int d, int e, int f, int g, __int128 h);
//! why the register taken for the first half is given back, and the 7th argument uses it
//! known clang<20 sysv,regparm0,asmlinkage/64,kernel/64,asmlinkage/32: LLVM 41784, 123935: r9 lost behind __int128
int i128_after_5_int(int a, int b, int c, int d, int e, __int128 f, int g);
int i128_after_6_int(int a, int b, int c, int d, int e, int f, __int128 g, int h);
//! why padding before each 16-byte value, words between them
//! known clang<18 sysv,regparm0,asmlinkage/64,kernel/64,asmlinkage/32: LLVM 41784: __int128 split or misaligned
int i128_stack_twice(long a, long b, long c, long d, long e, long f, long g, __int128 h, long i,
		     __int128 j);
__int128 i128_3(__int128 a, __int128 b, __int128 c);
//! why three pairs fill the registers, the fourth is on the stack
__int128 i128_4(__int128 a, __int128 b, __int128 c, __int128 d);
//! why under ms a pointer to the value travels in its position
int i128_between(double a, __int128 b, int c);

//! group ld-position
//! why 12 bytes at 32 bit, 16 aligned ones at 64, never in an argument register
long double ld_first(long double a);
long double ld_2(long double a, long double b);
long double ld_after_1(int a, long double b);
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall: the first integer goes in ecx though it is not the first argument
//! known clang<19 fastcall: a long double uses up integer registers
int ld_then_int(long double a, int b);
//! why one word on the stack: 8 bytes of padding before the long double
long double ld_after_7(int a, int b, int c, int d, int e, int f, int g, long double h);
long double ld_after_8(int a, int b, int c, int d, int e, int f, int g, int h, long double i);
//! why the same padding after an SSE argument
long double ld_after_9_dbl(double a, double b, double c, double d, double e, double f, double g,
			   double h, double i, long double j);
long double flt_ld(float a, long double b);
long double ld_5(long double a, long double b, long double c, long double d, long double e);
