/* SPDX-License-Identifier: MIT */
/* Unions whose members merge to other classes than each has alone, bit-fields of width 0 in a union, and
 * bit-fields that an attribute aligns less.
 *
 * x86-64 psABI 3.2.3, classification of aggregates, 4 and 5: SSEUP merges with SSE to SSE, with INTEGER
 * to INTEGER; one larger than two eightbytes is in memory unless it is SSE and SSEUP throughout; a
 * bit-field of width 0 is NO_CLASS. 3.1.2: a bit-field lies in a storage unit of its declared type.
 *
 * Reports: LLVM 183723 is the vector beside an array, in a union of 64 bytes; GCC PR 102024 the bit-field
 * of width 0, in structures. In November 2026 none was found of SSEUP beside INTEGER, of vzeroupper before
 * the return of a union, of named vectors of variadic functions, and of aligned(2) on a bit-field. */

typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));

union q_pair { __float128 f; struct { double d; int i; } s; };
union q_floats { __float128 f; float a[3]; };
union v_pair { v4 v; struct { float f; long l; } s; };

//! group union-sseup
//! abi sysv
//! why SSEUP and INTEGER are INTEGER: xmm0 and a general register
//! known clang sysv argument,locals: SSEUP of one member and INTEGER or SSE of another is not merged
int f_q_pair(union q_pair x, int y);
//! known clang sysv return,argument,fault,locals,hidden-pointer,callee-saved: SSEUP of one member and INTEGER or SSE of another is not merged
union q_pair ret_q_pair(int n, union q_pair x);
//! why SSEUP and SSE are SSE: two vector registers
//! known clang sysv argument,locals: SSEUP of one member and INTEGER or SSE of another is not merged
int f_q_floats(union q_floats x, double y);
int f_v_pair(union v_pair x, int y, double z);

union z_double { double d; __int128 : 0; };
union z_ldouble { long double l; short : 0; };

//! group union-width-0
//! abi sysv
//! why a bit-field of width 0 has no class: the union is its other member
//! known gcc sysv argument,locals: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
int f_z_double(union z_double x, double y, int z);
//! known gcc sysv return,argument,locals: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
union z_double ret_z_double(int n);
//! known gcc sysv: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
union z_ldouble ret_z_ldouble(void);

struct low_bits { unsigned long long a : 33; int b : 20 __attribute__((aligned(2))); };

//! group aligned-bitfield
//! abi sysv
//! why 20 bits of an int do not cross a boundary of 32 bits: from bit 64 on
//! known clang sysv layout,argument: aligned(2) lets a bit-field cross a boundary of its type
int f_low_bits(struct low_bits x, int y);

union y_doubles { v8 v; double d[4]; };
union y_float { v8 v; float f; };

//! group union-ymm
//! abi sysv
//! why SSEUP of the vector and SSE of the doubles are SSE: larger than two eightbytes, so in memory
//! known clang sysv@avx,sysv@avx512f argument,locals,alignment,callee-saved: LLVM 183723: a vector and an array of as many bytes travel in one register
int f_y_doubles(union y_doubles x, int y);
//! why SSE and SSEUP throughout, whatever the first eightbyte also holds: one ymm register
//! known gcc/O2 sysv@avx,sysv@avx512f callee return: vzeroupper before the return of a union of a vector and a float
union y_float ret_y_float(int n, union y_float x);

//! group named-ymm
//! abi sysv
//! why named arguments of a variadic function are as any other; al counts them
//! known clang sysv@avx,sysv@avx512f argument,varargs-al,locals: named vectors of variadic functions go on the stack
int va_named_ymm(v8 a, int n, ...);
