/* SPDX-License-Identifier: MIT */
/* Variadic functions: promoted arguments, the hidden al, the register save area.
 *
 * x86-64 psABI 3.2.3 (al bounds the vector registers used) and 3.5.7 (va_arg); i386 psABI 2.2.4
 * (all arguments on the stack); GCC manual, x86 attributes (regparm, fastcall, thiscall and
 * stdcall fall back to the stack and to the caller's clean-up); Microsoft x64 calling
 * convention, varargs (a floating value is in its xmm register and in the integer twin). */

//! group va-named
//! why named arguments use up registers before the unnamed ones, at each boundary
//! varargs int
int va_int_1(int n, ...);
//! varargs int
int va_int_2(int a, int b, ...);
//! why under ms the first unnamed argument is in r9, the last register
//! varargs int
int va_int_3(int a, int b, int c, ...);
//! why all named arguments are in registers under ms, all unnamed ones on the stack
//! varargs int, int
int va_int_4(int a, int b, int c, int d, ...);
//! why the unnamed int takes r9, the last entry of the register save area
//! varargs int, int
int va_int_5(int a, int b, int c, int d, int e, ...);
//! why va_start must begin in the overflow area
//! varargs int, int
int va_int_6(int a, int b, int c, int d, int e, int f, ...);
//! why a named argument on the stack: the overflow area begins behind it
//! varargs int
int va_int_7(int a, int b, int c, int d, int e, int f, int g, ...);
//! varargs int, double
int va_int_9(int a, int b, int c, int d, int e, int f, int g, int h, int i, ...);
//! varargs double
double va_dbl_1(double a, ...);
//! varargs double, double
double va_dbl_4(double a, double b, double c, double d, ...);
//! why one SSE register is left for the first unnamed double
//! varargs double, double
double va_dbl_7(double a, double b, double c, double d, double e, double f, double g, ...);
//! varargs double
double va_dbl_8(double a, double b, double c, double d, double e, double f, double g, double h,
		...);
//! why one named double is on the stack, al is 8 at most
//! varargs double
double va_dbl_9(double a, double b, double c, double d, double e, double f, double g, double h,
		double i, ...);

//! group va-none
//! why an ellipsis with nothing behind it still needs al and the stack-only rules
int va_none(int n, ...);
double va_none_dbl(double a, ...);
//! why a named float is not promoted, only unnamed ones would be
float va_none_flt(float a, int b, ...);
//! why named sub-int arguments are not promoted either
int va_none_sub(_Bool a, char b, short c, int d, ...);
int va_none_int_7(int a, int b, int c, int d, int e, int f, int g, ...);

//! group va-one-type
//! why runs of one unnamed type, across the end of its registers
//! varargs int, int, int, int, int, int, int, int
int va_ints(const char *fmt, ...);
//! varargs unsigned, unsigned, unsigned
unsigned va_uints(const char *fmt, ...);
//! varargs long, long, long, long, long, long
long va_longs(const char *fmt, ...);
//! why two words each at 32 bit, 4-aligned
//! varargs long long, long long, long long, long long
long long va_llongs(const char *fmt, ...);
//! why al must cover all 8: a callee may save only as many xmm registers as al says
//! varargs double, double, double, double, double, double, double, double
double va_doubles_8(const char *fmt, ...);
//! why more doubles than SSE registers: the 9th is in the overflow area, al is 8
//! varargs double, double, double, double, double, double, double, double
double va_doubles_9(double first, ...);
//! varargs void *, const char *, void **
void *va_pointers(const char *fmt, ...);
//! why in the overflow area only, 16-aligned; by reference under ms
//! varargs long double, long double
long double va_ldoubles(const char *fmt, ...);
//! why an unnamed pair is not split between the save area and memory (x86-64 psABI 3.5.7)
//! varargs __int128, __int128, __int128
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 caller argument,locals: LLVM 41784: __int128 split or misaligned
__int128 va_int128s(const char *fmt, ...);

//! group va-mixed
//! why va_arg switches between gp_offset, fp_offset and the overflow area
//! varargs int, double, int, double
int va_int_dbl(int n, ...);
//! varargs double, int, double, int
int va_dbl_int(int n, ...);
//! varargs int, long, long long, double, void *
int va_each(const char *fmt, ...);
//! why a long double between must not disturb the register counters
//! varargs int, long double, double, long double, int
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_ld_between(const char *fmt, ...);
//! why a word in the overflow area, then padding for the 16-aligned value
//! varargs int, long double, int
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_ld_aligned(int a, int b, int c, int d, int e, int f, ...);
//! why only r9 is left: the pair is in memory, the int behind it takes r9 (x86-64 psABI 3.2.3)
//! varargs __int128, int
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
//! known clang<20/O0 sysv,regparm0,asmlinkage/64,asmlinkage/32 caller argument: LLVM 41784, 123935: r9 lost behind __int128
int va_i128_last(int a, int b, int c, int d, int e, ...);
//! why the pair in the overflow area is 16-aligned
//! varargs int, __int128
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 caller argument: LLVM 41784: __int128 split or misaligned
__int128 va_i128_aligned(int a, int b, int c, int d, int e, int f, ...);
//! why at 32 bit the long long sits at offset 8, then at 20
//! varargs int, long long, int, long long
long long va_llong_odd(int n, ...);
//! why a narrow named argument last: va_start begins behind its promoted slot
//! varargs int, double
int va_after_char(int a, char b, int last, ...);
//! why a printf-like use: format, size, pointer, precision and a floating value
//! varargs int, void *, double, unsigned long, const char *
int va_format(char *restrict dst, unsigned long size, const char *restrict fmt, ...);
