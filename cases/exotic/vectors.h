/* SPDX-License-Identifier: MIT */
/* Vectors of 8, 16, 32 and 64 bytes, 64 bit only; of integers and of floating point numbers.
 *
 * x86-64 psABI 3.2.3: 8 bytes (__m64) are SSE, 16 (__m128) SSE and SSEUP: one xmm register. 32 and
 * 64 bytes are in memory on a processor level without __m256 and __m512, which is what the suite
 * compiles for. The element type does not matter. Microsoft x64, Parameter passing: 8 bytes
 * as an integer, all larger ones by reference; Return values: __m128 in xmm0. */

typedef int v2si __attribute__((vector_size(8)));
typedef float v2sf __attribute__((vector_size(8)));
typedef long long v1di __attribute__((vector_size(8)));
typedef double v1df __attribute__((vector_size(8)));
typedef char v16qi __attribute__((vector_size(16)));
typedef float v4sf __attribute__((vector_size(16)));
typedef double v2df __attribute__((vector_size(16)));
typedef int v8si __attribute__((vector_size(32)));
typedef double v4df __attribute__((vector_size(32)));
typedef short v32hi __attribute__((vector_size(64)));
typedef float v16sf __attribute__((vector_size(64)));
struct s_v2sf { v2sf a; int b; };
struct s_v4sf { v4sf a; };
struct s_v4sf_int { v4sf a; int b; };
union u_v2df { v2df a; long b; };
struct s_v8si { v8si a; };
struct s_v16sf { v16sf a; };

//! group vec8
//! why one SSE eightbyte, integers too: xmm0, never an mmx register
//! known clang ms argument,return,fault: 8-byte vectors are passed by reference and returned in xmm0
v2si ret_v2si(int n, v2sf a, v2si b, double c, v2sf d);
//! known clang ms argument,return,fault: 8-byte vectors are passed by reference and returned in xmm0
v2sf ret_v2sf(v2si a, v2sf b, struct s_v4sf c);
//! why xmm7, then 8 bytes in each stack slot
//! known clang ms argument,fault: 8-byte vectors are passed by reference and returned in xmm0
int v8_stack(double a, double b, double c, double d, double e, double f, double g, v2si h, v2sf i,
	     v2si j, int k);
//! varargs v2si, v2sf, double, v2si
//! known clang ms argument,return: 8-byte vectors are passed by reference and returned in xmm0
v2si va_v8(int n, ...);
//! varargs v2sf, int, v2si
//! known clang ms argument,return: 8-byte vectors are passed by reference and returned in xmm0
v2sf va_v8_float(int n, ...);

//! group vec8-single
//! why a single element: the document names __m64, not how many elements it has
v1di ret_v1di(int n, v1di a, v1df b);
v1df ret_v1df(v1df a, v1di b, int c);
int v8_single_regs(int a, v1di b, double c, v1df d);
int v8_single_stack(double a, double b, double c, double d, double e, double f, double g, v1di h,
		    v1df i, v1di j, v1df k);
//! varargs v1di, v1df, int, v1di, v1df
v1di va_v1di(int n, ...);
//! varargs v1df, v1di, double
v1df va_v1df(int n, ...);

//! group vec16
//! why one xmm register in full
v16qi ret_v16qi(int n, v4sf a, v2df b, v16qi c);
v4sf ret_v4sf(int n, v16qi a, v4sf b, v2df c);
v2df ret_v2df(v2df a, double b, v16qi c, v4sf d);
//! why the last register, then 16-byte aligned memory behind one double
int v16_stack(double a, double b, double c, double d, double e, double f, double g, v4sf h,
	      double i, v16qi j, int k, v2df l);
//! varargs v4sf, v16qi, int, v2df
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_v16(int n, ...);
//! why in the overflow area an odd number of words is before each
//! varargs long, v16qi, long, v4sf, v2df, v4sf, v2df, v16qi, v4sf, v2df, long, v16qi
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
v2df va_ret_v16(long a, long b, long c, long d, long e, long f, ...);

//! group vec-wide
//! why memory at a multiple of 32 or 64, the stack pointer aligned so; returned through rdi
//! known clang cdecl@avx512f,regparm0/32@avx512f,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang/O2 regparm1@avx512f,regparm2@avx512f,regparm3@avx512f caller: a structure with a vector is not aligned on the stack
v8si ret_v8si(int n, v4df a, struct s_v16sf b, v32hi c);
//! known clang cdecl@avx512f,regparm0/32@avx512f,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang>=22/O2 regparm1@avx512f,regparm2@avx512f,regparm3@avx512f caller: a structure with a vector is not aligned on the stack
v4df ret_v4df(int n, v16sf a, struct s_v8si b, v8si c);
//! known clang cdecl@avx512f,regparm0/32@avx512f,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang/O2 regparm1@avx512f,regparm2@avx512f,regparm3@avx512f caller: a structure with a vector is not aligned on the stack
v32hi ret_v32hi(int n, v8si a, v16sf b, struct s_v16sf c);
//! known clang>=22/O2 cdecl@avx512f,regparm0/32@avx512f,regparm1@avx512f,regparm2@avx512f,regparm3@avx512f,stdcall@avx512f caller: a structure with a vector is not aligned on the stack
v16sf ret_v16sf(v8si n, v32hi a, struct s_v8si b, int c);
//! known clang cdecl@avx512f,regparm0/32@avx512f,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang ms: a structure of one wide vector goes by value
struct s_v8si ret_s_v8si(int n, struct s_v16sf a, v32hi b, struct s_v8si c, v4df d);
//! known clang cdecl@avx512f,regparm0/32@avx512f,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang ms: a structure of one wide vector goes by value
struct s_v16sf ret_s_v16sf(v16sf a, struct s_v16sf b, struct s_v8si c, v4df d);
//! known clang cdecl@avx,cdecl@avx512f,regparm0/32@avx,regparm0/32@avx512f,regparm2@avx,regparm2@avx512f,regparm3@avx,regparm3@avx512f,stdcall@avx,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang ms: a structure of one wide vector goes by value
int v32_stack(long a, long b, long c, long d, long e, long f, long g, v8si h, long i, v4df j,
	      int k, struct s_v8si l);
//! known clang cdecl@avx512f,regparm0/32@avx512f,regparm1@avx512f,regparm2@avx512f,regparm3@avx512f,stdcall@avx512f: a structure with a vector is not aligned on the stack
//! known clang ms: a structure of one wide vector goes by value
int v64_stack(long a, long b, long c, long d, long e, long f, long g, v32hi h, long i, v16sf j,
	      int k, struct s_v16sf l);
//! why alone: one reference under ms, however the registers of the machine divide it
//! known clang ms argument,fault: a wide vector goes in pieces, a reference each
int v32_first(v8si a);
//! known clang ms,ms@avx argument,fault: a wide vector goes in pieces, a reference each
int v64_first(v16sf a, int b);
//! varargs v8si, int, v4df, struct s_v8si
//! known clang ms caller: a structure of one wide vector goes by value
//! known clang regparm1@avx,regparm1@avx512f,regparm2@avx,regparm2@avx512f,regparm3@avx,regparm3@avx512f: a structure with a vector is not aligned on the stack
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
//! known gcc regparm1,regparm2,regparm3 callee: the pointer to a variadic memory return is not popped
//! known clang regparm1,regparm2,regparm3: the pointer to a variadic memory return is not popped
struct s_v8si va_v32(int n, ...);
//! varargs v16sf, int, v32hi, struct s_v16sf
//! known clang asmlinkage/64@avx512f,regparm0/64@avx512f,sysv@avx512f: a __m512 in a named structure of a variadic function is read from memory
//! known clang ms caller: a structure of one wide vector goes by value
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
int va_v64(struct s_v16sf n, ...);

//! group vec-struct
//! why SSE and INTEGER; SSE and SSEUP; with more behind it memory
//! known clang ms argument,fault: 8-byte vectors are passed by reference and returned in xmm0
struct s_v2sf ret_s_v2sf(struct s_v4sf a, struct s_v4sf_int b, union u_v2df c, v2si d);
//! known clang ms argument,fault: 8-byte vectors are passed by reference and returned in xmm0
struct s_v4sf ret_s_v4sf(struct s_v2sf a, union u_v2df b, struct s_v4sf_int c, v2sf d);
//! known clang cdecl@avx,cdecl@avx512f,cdecl@sse2,regparm0/32@avx,regparm0/32@avx512f,regparm0/32@sse2,stdcall@avx,stdcall@avx512f,stdcall@sse2: a structure with a vector is not aligned on the stack
struct s_v4sf_int ret_s_v4sf_int(int n, struct s_v4sf_int a, struct s_v2sf b, union u_v2df c);
//! why INTEGER, then SSEUP without SSE before it, which becomes SSE: rax and xmm0
//! known clang cdecl@avx,cdecl@avx512f,cdecl@sse2,regparm0/32@avx,regparm0/32@avx512f,regparm0/32@sse2,stdcall@avx,stdcall@avx512f,stdcall@sse2: a structure with a vector is not aligned on the stack
union u_v2df ret_u_v2df(union u_v2df a, struct s_v4sf b, struct s_v2sf c, struct s_v4sf_int d);
//! known clang cdecl@avx,cdecl@avx512f,cdecl@sse2,fastcall@avx,fastcall@avx512f,fastcall@sse2,regparm0/32@avx,regparm0/32@avx512f,regparm0/32@sse2,regparm1@avx,regparm1@avx512f,regparm1@sse2,regparm2@avx,regparm2@avx512f,regparm2@sse2,regparm3@avx,regparm3@avx512f,regparm3@sse2,stdcall@avx,stdcall@avx512f,stdcall@sse2,thiscall@avx,thiscall@avx512f,thiscall@sse2: a structure with a vector is not aligned on the stack
int v_struct_stack(double a, double b, double c, double d, double e, double f, double g,
		   struct s_v4sf h, double i, struct s_v2sf j, union u_v2df k,
		   struct s_v4sf_int l);
//! varargs struct s_v2sf, struct s_v4sf, union u_v2df, struct s_v4sf_int
//! known clang<16/O0 ms caller reference: 8-byte vectors are passed by reference and returned in xmm0
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_v_struct(int n, ...);
