/* SPDX-License-Identifier: MIT */
/* _Complex of other floating-point types than complex.h has, and of other names of these.
 *
 * x86-64 psABI 3.2.3, since 2024: complex _Float16 and __float128 are as a struct of two parts: one
 * eightbyte, and memory, for no register holds a second SSEUP. i386 psABI 2.1.1 and 2.2.3: complex __float128
 * is aligned to 16, and returns in memory; nothing is known of complex _Float16. */

struct c_float16 { _Complex _Float16 a; int b; };
struct c_float16_two { _Complex _Float16 a, b; };
struct c_float128 { _Complex __float128 a; };

//! group complex-others
//! why one eightbyte; memory
//! known causes
_Complex _Float16 ret_cf16(int a, _Complex _Float16 b, double c);
struct c_float16 ret_s_cf16(struct c_float16 a, double b);
struct c_float16_two cf16_stack(double a, double b, double c, double d, double e, double f, double g,
				struct c_float16_two h, _Complex _Float16 i, _Complex _Float16 j);
_Complex __float128 ret_cf128(int a, _Complex __float128 b, int c);
struct c_float128 ret_s_cf128(struct c_float128 a, double b);
int cf128_odd(long a, long b, long c, long d, long e, long f, int g, _Complex __float128 h, int i);
int cf128_first(_Complex __float128 a, int b, float c);
//! varargs int, _Complex __float128, double
int va_cf128(int n, ...);
//! why other names of these types
_Complex _Float32 ret_cf32(_Complex _Float32 a, _Float64 b);
_Float64x _Complex ret_cf64x(_Complex __float80 a, _Float32x b);
