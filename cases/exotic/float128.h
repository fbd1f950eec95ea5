/* SPDX-License-Identifier: MIT */
/* __float128: one vector register at 64 bit, 16 bytes of aligned memory at 32.
 *
 * x86-64 psABI 3.2.3: SSE and SSEUP. i386 psABI 2.1.2, Table 2.1: 16-byte aligned, so parameters
 * are padded (2.2.3), and the result is in memory (Table 2.4). Microsoft x64, Parameter passing:
 * by reference. */

struct f128 { __float128 a; };
union f128_long { __float128 a; long b; };
struct f128_char { char a; __float128 b; };

//! group float128
//! why one register of 16 bytes
//! known clang<22 regparm0/32,cdecl,stdcall,asmlinkage/32: __float128 is not aligned to 16 on the stack
__float128 ret_f128(int n, __float128 a, double b, __float128 c);
//! why an odd number of words before it, then it; registers of the other kind stay free
//! known clang fastcall,thiscall: __float128 is not aligned to 16 on the stack
//! known clang<20 ms: LLVM 115052: __float128 is passed by value
//! known clang<22 regparm0/32,cdecl,stdcall,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32: __float128 is not aligned to 16 on the stack
//! known gcc thiscall: the first integer goes in ecx though it is not the first argument
int f128_stack(double a, double b, double c, double d, double e, double f, double g, double h,
	       double i, __float128 j, int k, __float128 l);
//! varargs __float128, double, __float128
//! known clang regparm0/32,cdecl,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64 callee: LLVM 74601: __float128 in structures and variadic arguments is not SSE
//! known gcc regparm1,regparm2,regparm3,kernel/32: the pointer to a variadic memory return is not popped
__float128 va_f128(int n, ...);
//! why the last SSE register of the save area, and beyond it
//! varargs double, double, double, double, double, double, double, __float128, int, __float128
//! known clang regparm0/32,cdecl,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64 callee: LLVM 74601: __float128 in structures and variadic arguments is not SSE
//! known clang<20 ms caller: LLVM 115052: __float128 is passed by value
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
int va_f128_after_7(int n, ...);

//! group f128-struct
//! why a struct or union of it: SSE and SSEUP, or INTEGER and SSE, or memory
//! known clang regparm0/32,cdecl,stdcall,asmlinkage/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64: LLVM 74601: __float128 in structures and variadic arguments is not SSE
//! known clang<20 ms: LLVM 115052: __float128 is passed by value
struct f128 ret_s_f128(struct f128 a, union f128_long b, struct f128_char c, __float128 d);
//! why INTEGER, then SSEUP without SSE before it, which becomes SSE: rax and xmm0
//! known clang regparm0/32,cdecl,stdcall,asmlinkage/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64: LLVM 74601: __float128 in structures and variadic arguments is not SSE
//! known clang<20 ms: LLVM 115052: __float128 is passed by value
union f128_long ret_f128_long(union f128_long a, struct f128 b, struct f128_char c, __float128 d);
//! known clang regparm0/32,cdecl,stdcall,asmlinkage/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64: LLVM 74601: __float128 in structures and variadic arguments is not SSE
struct f128_char ret_f128_char(union f128_long a, struct f128_char b, struct f128 c);
//! known clang regparm0/32,cdecl,stdcall,fastcall,thiscall,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64: LLVM 74601: __float128 in structures and variadic arguments is not SSE
int f128_struct_7(double a, double b, double c, double d, double e, double f, double g,
		  struct f128 h, struct f128 i, union f128_long j, struct f128_char k);
//! known clang regparm0/32,cdecl,stdcall,fastcall,thiscall,regparm1,regparm2,asmlinkage/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64: LLVM 74601: __float128 in structures and variadic arguments is not SSE
int f128_struct_stack(long a, long b, long c, long d, long e, long f, long g,
		      union f128_long h, struct f128_char i, struct f128 j);
//! varargs struct f128, union f128_long, struct f128_char
//! known clang regparm0/32,cdecl,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32: __float128 is not aligned to 16 on the stack
//! known clang<18 sysv,regparm0/64,asmlinkage/64,kernel/64: LLVM 74601: __float128 in structures and variadic arguments is not SSE
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
int va_f128_struct(int n, ...);
