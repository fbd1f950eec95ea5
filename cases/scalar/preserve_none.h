/* SPDX-License-Identifier: MIT */
/* clang's preserve_none: r12 is the first of twelve registers for arguments, and a callee preserves
 * rbp only ("Attributes in Clang", preserve_none). clang 19 is the first to have it;
 * as a callee and as a caller it disagrees with itself on variadic functions (LLVM issue 204325). */

//! group preserve-none-void
//! why nothing comes back: every register that is preserved at all is
__attribute__((preserve_none)) void pn_none(void);
__attribute__((preserve_none)) void pn_int7(int a, int b, int c, int d, int e, int f, int g);
__attribute__((preserve_none)) void pn_int14(long a, int b, char c, long d, int e, short f,
	long g, int h, char i, long j, int k, short l, long m, int n);
__attribute__((preserve_none)) void pn_dbl3(double a, double b, double c);
__attribute__((preserve_none)) void pn_dbl10(double a, double b, double c, double d, double e,
	double f, double g, double h, double i, double j);
__attribute__((preserve_none)) void pn_mixed_void(char a, double b, void *c, float d, long e);
//! varargs double, int
__attribute__((preserve_none)) void pn_variadic(int n, ...);
//! varargs int, long, int, int, int, int, int
__attribute__((preserve_none)) void pn_variadic_ints(int n, int m, ...);

//! group preserve-none-int
//! why integers come back in rax and rdx
__attribute__((preserve_none)) int pn_int(int a);
__attribute__((preserve_none)) short pn_short(short a, unsigned char b);
__attribute__((preserve_none)) _Bool pn_bool(_Bool a);
__attribute__((preserve_none)) char pn_char(long a, char b);
__attribute__((preserve_none)) void *pn_pointer(void *a, long b);
__attribute__((preserve_none)) long long pn_llong(unsigned a, long long b);
__attribute__((preserve_none)) __int128 pn_int128(__int128 a, int b);
__attribute__((preserve_none)) __int128 pn_int128_late(long a, long b, long c, long d, long e,
	__int128 f, long g, long h, long i, long j, long k, __int128 l);

//! group preserve-none-float
//! why vector registers
__attribute__((preserve_none)) double pn_double(double a, int b);
__attribute__((preserve_none)) float pn_float(int a, float b);
__attribute__((preserve_none)) double pn_doubles(double a, float b, double c, double d, int e);
__attribute__((preserve_none)) float pn_floats(float a, float b, float c, float d);
__attribute__((preserve_none)) double pn_late(int a, int b, int c, int d, int e, int f, int g,
	double h);
__attribute__((preserve_none)) float pn_nine(float a, float b, float c, float d, float e, float f,
	float g, float h, float i);
__attribute__((preserve_none)) long double pn_ldouble(long double a);
__attribute__((preserve_none)) long double pn_ldouble_int(int a, long double b);
__attribute__((preserve_none)) _Complex double pn_complex(_Complex double a, int b);
__attribute__((preserve_none)) _Complex float pn_complex_float(_Complex float a);

//! group preserve-none-aggregate
//! why structures: in registers, in memory
struct pn_two { long a; double b; };
__attribute__((preserve_none)) struct pn_two pn_pair(struct pn_two a);
struct pn_ints { int a[4]; };
__attribute__((preserve_none)) struct pn_ints pn_ints(struct pn_ints a, int b);
struct pn_floats { float a, b, c; };
__attribute__((preserve_none)) struct pn_floats pn_floats2(float a, struct pn_floats b);
struct pn_small { char a; short b; };
__attribute__((preserve_none)) struct pn_small pn_small(struct pn_small a, struct pn_small b);
struct pn_big { long a[4]; };
__attribute__((preserve_none)) struct pn_big pn_memory(int a);
//! known clang<23 preserve_none: LLVM issue 188930: passed as a pointer instead of on the stack
__attribute__((preserve_none)) struct pn_big pn_memory_late(struct pn_big a, int b, double c);
//! known clang<23 preserve_none: LLVM issue 188930: passed as a pointer instead of on the stack
__attribute__((preserve_none)) int pn_through(struct pn_two a, struct pn_two b, struct pn_two c,
	struct pn_ints d, struct pn_ints e);

//! group preserve-none-vector
//! why a vector as wide as the profile has them
typedef int pn_v16 __attribute__((vector_size(16)));
__attribute__((preserve_none)) pn_v16 pn_wide16(pn_v16 a, int b);
__attribute__((preserve_none)) void pn_v16_void(pn_v16 a, pn_v16 b, double c);
typedef float pn_v32 __attribute__((vector_size(32)));
__attribute__((preserve_none)) pn_v32 pn_wide32(int a, pn_v32 b);
__attribute__((preserve_none)) void pn_v32_void(pn_v32 a, pn_v32 b);
__attribute__((preserve_none)) int pn_v32_int(pn_v32 a, long b);
typedef double pn_v64 __attribute__((vector_size(64)));
__attribute__((preserve_none)) pn_v64 pn_wide64(pn_v64 a, int b);
__attribute__((preserve_none)) void pn_v64_void(pn_v64 a);
__attribute__((preserve_none)) int pn_v64_int(int a, pn_v64 b);
