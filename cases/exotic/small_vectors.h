/* SPDX-License-Identifier: MIT */
/* Vectors of 4 bytes: GCC's extension has them, no document does (the packed types of both psABIs are
 * __m64 to __m512). What each compiler does is reported. */

typedef char v4qi __attribute__((vector_size(4)));
typedef short v2hi __attribute__((vector_size(4)));
typedef float v1sf __attribute__((vector_size(4)));
struct s_v4qi { v4qi a; };

//! group vec4
//! why in an integer or a vector register, or on the stack
int v4_first(v4qi a);
int v4_second(int a, v2hi b);
int v4_two(v4qi a, v2hi b, int c);
int v4_float(v1sf a);
//! why returned: where, nobody says
v4qi ret_v4qi(int a);
v2hi ret_v2hi(v2hi a);
//! known clang regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2,thiscall@avx,thiscall@avx512f,thiscall@sse2 argument,fault: a structure with a vector is not aligned on the stack
//! known gcc<12 regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2 argument: structures travel in registers, integral types only may
int v4_struct(struct s_v4qi a);
//! varargs v4qi, int, v2hi
int va_v4(int n, ...);
