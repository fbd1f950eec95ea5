/* SPDX-License-Identifier: MIT */
/* Alignments that differ from what is usual: enums that are not 4 bytes wide, scalars that a typedef
 * aligns less (GCC's and Clang's headers have them: __m128_u), packed members, and structures in
 * packed ones.
 *
 * x86-64 psABI 3.1.2 (Figure 3.1 aligns scalars, structures assume the alignment of their most
 * strictly aligned component, bit-fields obey the rules of other members, unnamed ones do not count)
 * and 3.2.3, classification of aggregates, 1: an object with unaligned fields has class MEMORY.
 * i386 psABI 2.1.1, 2.1.2 and 2.2.3. */

enum e_packed { E_A } __attribute__((packed));
enum e_packed2 { E_B = 300 } __attribute__((packed));
enum e_wide { E_C, E_D = 0x123456789LL };
struct e_char_packed { char a; enum e_packed b; };
struct e_array { enum e_packed2 a[5]; };
struct __attribute__((packed)) e_low { int a; enum e_wide b; };

//! group enum-width
//! abi sysv cdecl
//! why an enum of 1 or 2 bytes is aligned to as many: nothing is unaligned, registers
int f_enum_packed(struct e_char_packed x, enum e_packed y, enum e_packed2 z);
struct e_char_packed ret_enum_packed(int n, struct e_array x);
struct e_array ret_enum_array(struct e_array x, enum e_packed y);
//! why an enum of 8 bytes at offset 4 is unaligned: memory
struct e_low ret_enum_low(struct e_low x, enum e_wide y);

struct m_in { short a; int b __attribute__((packed)); };
struct m_out { short x; struct m_in i; };
union m_union { char a; long long b __attribute__((packed)); };
struct m_union_in { long long x; union m_union i; };

//! group packed-member
//! abi sysv cdecl
//! why a packed member asks for no alignment, so its structure has 2 and 1: nothing is unaligned
int f_packed_member(struct m_out x, int y);
struct m_out ret_packed_member(struct m_union_in x, int y);

struct bf_in { int a : 20; };
struct bf_unnamed { char a; int : 20; };
union bf_union { int m : 12; };
struct __attribute__((packed)) bf_out { char c; struct bf_in in; };
struct __attribute__((packed)) bf_unnamed_out { char c; struct bf_unnamed in; };
struct __attribute__((packed)) bf_union_out { short c; union bf_union in; };

//! group nested-bitfield
//! abi sysv cdecl
//! why a structure of an int bit-field is aligned to 4: at offset 1 or 2 of a packed one it is unaligned
//! known gcc sysv argument,locals: bit-fields do not count for the alignment of a nested structure
int f_bitfield_in(struct bf_out x, int y);
//! known gcc sysv return,hidden-pointer,argument,locals: bit-fields do not count for the alignment of a nested structure
struct bf_out ret_bitfield_in(int x, struct bf_union_out y);
//! why an unnamed bit-field asks for no alignment
int f_bitfield_unnamed(struct bf_unnamed_out x, int y);

union __attribute__((packed)) bu_12 { unsigned m : 12; };
union __attribute__((packed)) bu_20 { unsigned m : 20; };
struct bu_contained { char c; union bu_12 in; };
struct bu_split { short c; union bu_20 in; };

//! group union-bitfield
//! abi sysv cdecl
//! why bits 8 to 19 are in a storage unit of an unsigned: no field is unaligned (no report found)
//! known gcc sysv argument,locals: a bit-field of a union counts as unaligned by its width, not by its storage unit
int f_union_bitfield(struct bu_contained x, int y);
//! known gcc sysv return,hidden-pointer,argument,locals,fault: a bit-field of a union counts as unaligned by its width, not by its storage unit
struct bu_contained ret_union_bitfield(int x);
//! why bits 16 to 35 are not in one: documents do not say whether that is unaligned, implementations differ
int f_split_bitfield(struct bu_split x, int y);
struct bu_split ret_split_bitfield(int x);

struct al_in { char c; } __attribute__((aligned(4)));
struct __attribute__((packed)) al_out { char c; struct al_in in; };

//! group nested-aligned
//! abi sysv cdecl
//! why only an attribute makes it unaligned: documents are silent, implementations differ
int f_aligned_in(struct al_out x, int y);

typedef __int128 int128_a1 __attribute__((aligned(1)));
typedef long double ldouble_a4 __attribute__((aligned(4)));
typedef float v4_u __attribute__((vector_size(16), aligned(1)));
typedef __float128 float128_a4 __attribute__((aligned(4)));

//! group under-aligned-stack
//! abi sysv cdecl
//! why on the stack a type is aligned as the psABI's table has it, whatever a typedef says
//! known clang<18 sysv argument,locals: LLVM 41784: __int128 is not aligned to 16 on the stack
int under_int128(long a, long b, long c, long d, long e, long f, int g, int128_a1 x, int h);
int under_ldouble(int a, long b, long c, long d, long e, long f, int g, ldouble_a4 x, int h);
int under_vector(double a, double b, double c, double d, double e, double f, double g, double h,
		 int i, long j, long k, long l, long m, long n, int o, v4_u x, int p);
//! known clang<22 cdecl argument,stack-pointer,locals,fault: __float128 is not aligned to 16 on the stack
int under_float128(double a, double b, double c, double d, double e, double f, double g, double h,
		   int i, long j, long k, long l, long m, long n, int o, float128_a4 x, int p);
//! why __int128 and long double through the dots, too
//! known clang<18 sysv caller argument,locals: LLVM 41784: __int128 is not aligned to 16 on the stack
//! varargs int128_a1, ldouble_a4
int va_under(long a, long b, long c, long d, long e, long f, int g, ...);
