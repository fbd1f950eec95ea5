/* SPDX-License-Identifier: MIT */
/* clang's preserve_all: arguments and return values are the C convention's, and a callee preserves
 * every general register but r11, every vector register, and not those of the return value
 * ("Attributes in Clang", preserve_all). Up to clang 16 the callee restores rax, rdx and xmm0 over its
 * return value (LLVM issue 48789, mended by review D143425). With AVX clang ends such a function in
 * vzeroupper, behind what restores the registers: their upper halves are lost, and of the registers
 * from 16 on it saves none. */

//! group preserve-all-void
//! why nothing comes back: every register that is preserved at all is
__attribute__((preserve_all)) void pa_none(void);
__attribute__((preserve_all)) void pa_int7(int a, int b, int c, int d, int e, int f, int g);
__attribute__((preserve_all)) void pa_int14(long a, int b, char c, long d, int e, short f, long g,
	int h, char i, long j, int k, short l, long m, int n);
__attribute__((preserve_all)) void pa_dbl3(double a, double b, double c);
__attribute__((preserve_all)) void pa_dbl10(double a, double b, double c, double d, double e,
	double f, double g, double h, double i, double j);
__attribute__((preserve_all)) void pa_mixed_void(char a, double b, void *c, float d, long e);
//! varargs double, int
__attribute__((preserve_all)) void pa_variadic(int n, ...);
//! varargs int, long, int, int, int, int, int
__attribute__((preserve_all)) void pa_variadic_ints(int n, int m, ...);

//! group preserve-all-int
//! why integers come back in rax and rdx
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) int pa_int(int a);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) short pa_short(short a, unsigned char b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) _Bool pa_bool(_Bool a);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) char pa_char(long a, char b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) void *pa_pointer(void *a, long b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) long long pa_llong(unsigned a, long long b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) __int128 pa_int128(__int128 a, int b);

//! group preserve-all-float
//! why vector registers
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) double pa_double(double a, int b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) float pa_float(int a, float b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) double pa_doubles(double a, float b, double c, double d, int e);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) float pa_floats(float a, float b, float c, float d);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) double pa_late(int a, int b, int c, int d, int e, int f, int g,
	double h);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) float pa_nine(float a, float b, float c, float d, float e, float f,
	float g, float h, float i);
__attribute__((preserve_all)) long double pa_ldouble(long double a);
__attribute__((preserve_all)) long double pa_ldouble_int(int a, long double b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) _Complex double pa_complex(_Complex double a, int b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) _Complex float pa_complex_float(_Complex float a);

//! group preserve-all-aggregate
//! why structures: in registers, in memory
struct pa_two { long a; double b; };
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) struct pa_two pa_pair(struct pa_two a);
struct pa_ints { int a[4]; };
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) struct pa_ints pa_ints(struct pa_ints a, int b);
struct pa_floats { float a, b, c; };
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) struct pa_floats pa_floats2(float a, struct pa_floats b);
struct pa_small { char a; short b; };
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) struct pa_small pa_small(struct pa_small a, struct pa_small b);
struct pa_big { long a[4]; };
//! known clang preserve_all callee hidden-pointer: rax is restored over the pointer to the return value
//! known clang/O2 preserve_all caller locals: a value is kept in rax, where the pointer comes back
__attribute__((preserve_all)) struct pa_big pa_memory(int a);
//! known clang preserve_all callee hidden-pointer: rax is restored over the pointer to the return value
//! known clang/O2 preserve_all caller locals: a value is kept in rax, where the pointer comes back
__attribute__((preserve_all)) struct pa_big pa_memory_late(struct pa_big a, int b, double c);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
__attribute__((preserve_all)) int pa_through(struct pa_two a, struct pa_two b, struct pa_two c,
	struct pa_ints d, struct pa_ints e);

//! group preserve-all-vector
//! why a vector as wide as the profile has them
typedef int pa_v16 __attribute__((vector_size(16)));
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
//! known clang preserve_all@avx,preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) pa_v16 pa_wide16(pa_v16 a, int b);
//! known clang preserve_all@avx,preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) void pa_v16_void(pa_v16 a, pa_v16 b, double c);
typedef float pa_v32 __attribute__((vector_size(32)));
//! known clang<17 preserve_all@avx,preserve_all@avx512f callee return: LLVM issue 48789: restored over the return value
//! known clang preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) pa_v32 pa_wide32(int a, pa_v32 b);
//! known clang preserve_all@avx,preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) void pa_v32_void(pa_v32 a, pa_v32 b);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
//! known clang preserve_all@avx,preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) int pa_v32_int(pa_v32 a, long b);
typedef double pa_v64 __attribute__((vector_size(64)));
//! known clang<17 preserve_all@avx512f callee return: LLVM issue 48789: restored over the return value
//! known clang preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) pa_v64 pa_wide64(pa_v64 a, int b);
//! known clang preserve_all@avx,preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) void pa_v64_void(pa_v64 a);
//! known clang<17 preserve_all callee return: LLVM issue 48789: restored over the return value
//! known clang preserve_all@avx,preserve_all@avx512f callee callee-saved: vzeroupper behind the reloads; 16 to 31 not saved
__attribute__((preserve_all)) int pa_v64_int(int a, pa_v64 b);
