/* SPDX-License-Identifier: MIT */
/* Conventions spelled in the declaration itself, as sources do, not applied by the suite.
 *
 * GCC manual, x86 attributes: cdecl, stdcall, fastcall, thiscall and regparm at 32 bit, sysv_abi
 * and ms_abi at 64. An attribute wins over the default and over the flag it is documented to
 * override (cdecl over -mrtd, regparm over -mregparm). */

//! group attr-none
//! why no keyword: the convention is the column's default, to compare the spelled ones with
int plain_int3(int a, int b, int c);
double plain_mixed(int a, double b, long c);

//! group attr-cdecl
//! why the caller pops the arguments, which are all on the stack
__attribute__((cdecl)) int cdecl_none(void);
__attribute__((cdecl)) int cdecl_int3(int a, int b, int c);
__attribute__((cdecl)) double cdecl_mixed(char a, double b, long long c);

//! group attr-stdcall
//! why the callee pops exactly the argument bytes
__attribute__((stdcall)) int stdcall_none(void);
__attribute__((stdcall)) int stdcall_int3(int a, int b, int c);
//! why 4 + 8 + 12 bytes are popped
__attribute__((stdcall)) double stdcall_mixed(char a, double b, long double c);
//! why variadic: back to the caller popping
//! varargs int, double
__attribute__((stdcall)) int stdcall_variadic(int n, ...);

//! group attr-fastcall
//! why ecx and edx for the first two integral arguments, the callee pops the rest
__attribute__((fastcall)) int fastcall_int2(int a, int b);
__attribute__((fastcall)) int fastcall_int4(int a, int b, int c, int d);
//! why a narrow value and a pointer in registers, the double in between on the stack
__attribute__((fastcall)) int fastcall_mixed(unsigned char a, double b, void *c);
//! why 64 bits as the first argument: too wide for ecx: ecx and edx, or the stack?
__attribute__((fastcall)) long long fastcall_llong(long long a, int b);

//! group attr-thiscall
//! why ecx for the first argument, the callee pops the rest
__attribute__((thiscall)) int thiscall_this(void *this_ptr);
__attribute__((thiscall)) int thiscall_int3(void *this_ptr, int a, int b);
//! why the first argument is not integral: ecx stays unused, or does b get it?
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
__attribute__((thiscall)) int thiscall_dbl_first(double a, int b);

//! group attr-regparm
//! why up to n integral arguments in eax, edx, ecx, the caller pops the rest
__attribute__((regparm(0))) int regparm0_int3(int a, int b, int c);
__attribute__((regparm(1))) int regparm1_int2(int a, int b);
__attribute__((regparm(1))) int regparm1_ptr_dbl(void *a, double b, int c);
__attribute__((regparm(2))) int regparm2_int3(int a, int b, int c);
//! why the pair fits exactly
__attribute__((regparm(2))) long long regparm2_llong(long long a, int b);
__attribute__((regparm(3))) int regparm3_int4(int a, int b, int c, int d);
__attribute__((regparm(3))) int regparm3_sub(_Bool a, short b, unsigned char c);
//! why one register is left for a pair that needs two
__attribute__((regparm(3))) long long regparm3_llong_last(int a, int b, long long c);
//! why variadic: all arguments on the stack
//! varargs int, double
__attribute__((regparm(3))) int regparm3_variadic(int n, ...);

//! group attr-sysv
//! why the default on most systems, to be told apart from ms_abi when both are in one file
__attribute__((sysv_abi)) int sysv_int7(int a, int b, int c, int d, int e, int f, int g);
__attribute__((sysv_abi)) double sysv_mixed(int a, double b, long c, float d);
//! varargs int, double
__attribute__((sysv_abi)) int sysv_variadic(int n, ...);

//! group attr-ms
//! why another convention inside a System V program: home area, rsi, rdi and xmm6-15 preserved
__attribute__((ms_abi)) int ms_int5(int a, int b, int c, int d, int e);
__attribute__((ms_abi)) double ms_mixed_args(int a, double b, long c, float d, double e);
//! why by reference in the first position
__attribute__((ms_abi)) int ms_int128(__int128 a, int b);
//! why the double is in xmm1 and in rdx
//! varargs double, int
__attribute__((ms_abi)) int ms_variadic(int n, ...);
