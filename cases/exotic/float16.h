/* SPDX-License-Identifier: MIT */
/* _Float16, 64 bit only: a narrow value in a vector register.
 *
 * x86-64 psABI 3.2.3 (editions since 2021): class SSE. Not promoted as a variadic argument. Fields
 * of one eightbyte are packed as memory has them. Microsoft x64 does not know the type; structs
 * of it go by their size. */

struct h1 { _Float16 a; };
struct h3 { _Float16 a[3]; };
struct h_float { _Float16 a, b; float c; double d; };
struct h_char { _Float16 a; char b; };

//! group float16
//! why 16 bits of an xmm register; what is above them is unspecified
//! known clang regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2,thiscall@avx,thiscall@avx512f,thiscall@sse2 argument,fault,stack-pointer: a _Float16 among the first arguments takes or uses up a register
//! known gcc thiscall@avx,thiscall@avx512f,thiscall@sse2 argument,fault,stack-pointer: a _Float16 among the first arguments takes or uses up a register
_Float16 ret_f16(_Float16 a, int b, double c, _Float16 d);
//! why 2 bytes in a stack slot of 8
//! known clang regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2 argument,locals: a _Float16 among the first arguments takes or uses up a register
int f16_stack(double a, double b, double c, double d, double e, double f, double g, double h,
	      _Float16 i, _Float16 j, float k);
//! varargs _Float16, int, _Float16, double
_Float16 va_f16(int n, ...);

//! group f16-struct
//! why one SSE eightbyte of 2 and of 6 bytes, two of mixed floats, INTEGER beside a char
//! known clang>=16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct h1 ret_h1(struct h3 a, struct h_char b, _Float16 c);
struct h3 ret_h3(struct h1 a, struct h_float b, struct h_char c, _Float16 d);
//! known clang>=16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct h_float ret_h_float(int n, struct h3 a, struct h1 b, _Float16 c);
//! known clang>=16 ms caller reference: copies passed by reference are not aligned to 16
struct h_char ret_h_char(struct h_char a, struct h_float b, struct h3 c, struct h1 d);
//! known clang>=16 ms caller reference: copies passed by reference are not aligned to 16
//! known clang>=16 thiscall@avx,thiscall@avx512f,thiscall@sse2: the first integer or structure goes in ecx though it is not the first argument
int h_struct_stack(double a, double b, double c, double d, double e, double f, double g,
		   struct h_float h, struct h3 i, struct h1 j, struct h_char k);
//! known clang>=16 ms caller reference: copies passed by reference are not aligned to 16
int h_struct_ints(int a, int b, int c, int d, int e, int f, struct h_char g, struct h1 h,
		  struct h_float i, struct h3 j);
//! varargs struct h1, struct h3, struct h_float, struct h_char
//! known clang>=16 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
//! known clang>=16 regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2: the pointer to a variadic memory return is not popped
//! known gcc regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2: the pointer to a variadic memory return is not popped
struct h_float va_h_struct(int n, ...);
