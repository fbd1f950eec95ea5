/* SPDX-License-Identifier: MIT */
/* __int128 in structs and unions, 64 bit only.
 *
 * x86-64 psABI 3.2.3: two INTEGER eightbytes; in memory at a multiple of 16. In a struct of its own
 * it takes two registers, with anything more the struct is larger than two eightbytes. Microsoft
 * x64, Parameter passing: by reference. */

struct i128 { __int128 a; };
struct i128_char { char a; __int128 b; };
union i128_parts { __int128 a; struct { long b; double c; } d; };
struct i128_packed { char a; __int128 b; } __attribute__((packed));

//! group i128-struct
//! why rdx:rax, or memory
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct i128 ret_i128(struct i128_packed a, struct i128_char b, union i128_parts c, struct i128 d);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct i128_char ret_i128_char(int n, struct i128 a, struct i128_packed b);
//! why INTEGER wins both eightbytes over the double
union i128_parts ret_i128_parts(int n, struct i128 a, union i128_parts b);
//! why 17 bytes, with a misaligned field
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct i128_packed ret_i128_packed(int n, struct i128_packed a, union i128_parts b);
//! why one register is left: all of it at a multiple of 16 on the stack, and the int finds r9
int i128_split(int a, int b, int c, int d, int e, struct i128 f, int g, struct i128_char h);
//! why 7 integers: 8 bytes of padding before it
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int i128_struct_stack(long a, long b, long c, long d, long e, long f, long g, struct i128 h,
		      long i, union i128_parts j, struct i128_char k, struct i128_packed l);
//! varargs struct i128, union i128_parts, struct i128_char, struct i128_packed
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
union i128_parts va_i128_struct(int n, ...);
//! why va_arg after an odd number of words in the overflow area
//! varargs long, struct i128, long, struct i128_char, long, union i128_parts, struct i128_packed
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_i128_stack(long a, long b, long c, long d, long e, long f, ...);
