/* SPDX-License-Identifier: MIT */
/* Less alignment than the type asks for: packed structs and members, under-aligned typedefs.
 *
 * GCC manual, type attributes packed and aligned; x86-64 psABI 3.2.3, classification of
 * aggregates, 1: an object with unaligned fields has class MEMORY, however small. A packed struct
 * whose fields happen to be aligned is not such an object. Microsoft x64, Parameter passing: only
 * the size counts. i386 psABI 2.2.3: on the stack, padded to words. */

struct __attribute__((packed)) p5 { char a; int b; };
struct __attribute__((packed)) p8 { short a; int b; short c; };
struct __attribute__((packed)) p9_low { char a; double b; };
struct __attribute__((packed)) p9_ok { int a, b; char c; };
struct __attribute__((packed)) p12 { double a; float b; };
struct p_member { char a; int b __attribute__((packed)); short c; };
struct p_nest { char a; struct p5 b; short c; };
struct __attribute__((packed)) p_bits { int a : 13; int b : 22; char c; };
typedef int int_a2 __attribute__((aligned(2)));
typedef double double_a4 __attribute__((aligned(4)));
typedef long long llong_a1 __attribute__((aligned(1)));
struct under2 { char a; int_a2 b; };
struct under4 { float a; double_a4 b; };
struct under1 { char a; llong_a1 b; };

//! group packed-low
//! why a misaligned field: memory under sysv, even of 5 and of 8 bytes
struct p5 ret_p5(int n, struct p8 a, struct p_member b, struct p_nest c);
//! why under ms 8 bytes are an integer, misaligned fields or not
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct p8 ret_p8(struct p5 a, struct p9_low b, struct p_member c);
//! known clang<19/O2 ms caller reference: copies passed by reference are not aligned to 16
struct p9_low ret_p9_low(struct p9_low a, int b, struct p_nest c);
//! why the attribute of one member only
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
struct p_member ret_p_member(int n, struct p_nest a, struct p8 b, struct p9_low c);
//! why the misaligned field lies one struct deeper
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct p_nest ret_p_nest(int n, struct p_member a, struct p9_low b, struct p5 c);
//! why memory takes no register from the ints between
//! known clang fastcall argument: a structure uses up registers that it is not passed in
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc fastcall argument: a structure uses up registers that it is not passed in
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int packed_mem(struct p5 a, int b, struct p8 c, int d, struct p9_low e, double f);

//! group packed-aligned
//! why packed, but every field is where it would be anyway: registers, 9 or 12 bytes
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct p9_ok ret_p9_ok(struct p12 a, struct p9_ok b, struct p_bits c);
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct p12 ret_p12(int n, struct p9_ok a, struct p12 b, struct p_bits c);
//! why bit-fields of a packed struct cross their type's boundary
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct p_bits ret_p_bits(struct p_bits a, struct p12 b, struct p9_ok c, int d);
//! why one register is left for p9_ok, which needs two; p12 has its two, one of them in xmm
//! known clang ms caller reference: copies passed by reference are not aligned to 16
int packed_split(int a, int b, int c, int d, int e, struct p9_ok f, struct p12 g, int h,
		 struct p_bits i);

//! group under-aligned
//! why is a field aligned because its typedef says so? Figure 3.1 knows only that of int
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known clang<19 sysv,regparm0/64,asmlinkage/64,kernel/64 argument,return,hidden-pointer,callee-saved,locals: LLVM 85387: unaligned fields do not make a structure MEMORY
struct under2 ret_under2(struct under4 a, struct under1 b, int_a2 c, struct under2 d);
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known clang<19 sysv,regparm0/64,asmlinkage/64,kernel/64 argument,return,hidden-pointer,locals: LLVM 85387: unaligned fields do not make a structure MEMORY
struct under4 ret_under4(struct under1 a, struct under2 b, double_a4 c, struct under4 d);
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known clang<19 sysv,regparm0/64,asmlinkage/64,kernel/64 argument,return,hidden-pointer,locals: LLVM 85387: unaligned fields do not make a structure MEMORY
struct under1 ret_under1(struct under2 a, struct under4 b, llong_a1 c, struct under1 d);
//! why as an argument by itself it is a plain int, double, long long
int_a2 under_int(int_a2 a, double_a4 b, llong_a1 c);
double_a4 under_double(int_a2 a, double_a4 b, llong_a1 c);
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known clang<19 sysv,regparm0/64,asmlinkage/64,kernel/64 argument,callee-saved,locals: LLVM 85387: unaligned fields do not make a structure MEMORY
llong_a1 under_llong(char a, llong_a1 b, int_a2 c, double_a4 d, struct under2 e, struct under1 f,
		     struct under4 g);

//! group packed-stack
//! why odd sizes and low alignment behind six longs: each starts at an eightbyte
//! known clang ms caller reference: copies passed by reference are not aligned to 16
int packed_stack(long a, long b, long c, long d, long e, long f, struct p5 g, struct p9_ok h,
		 struct p_member i, struct p12 j, struct p_bits k, struct p_nest l);
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known clang<19 sysv,regparm0/64,asmlinkage/64,kernel/64 argument: LLVM 85387: unaligned fields do not make a structure MEMORY
int under_stack(long a, long b, long c, long d, long e, long f, struct under2 g, struct under1 h,
		struct under4 i, int_a2 j, llong_a1 k, double_a4 l, struct p8 m);

//! group packed-va
//! why va_arg takes MEMORY structs from the overflow area only (x86-64 psABI 3.5.7)
//! varargs struct p5, struct p9_ok, struct p_member, struct p12, struct p_bits
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_packed(int n, ...);
//! varargs struct p8, struct p9_low, struct p_nest
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_packed_low(int n, ...);
//! varargs struct under2, struct under4, struct under1, int_a2, double_a4, llong_a1
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known clang<19 sysv,regparm0/64,asmlinkage/64,kernel/64 argument,callee-saved,locals: LLVM 85387: unaligned fields do not make a structure MEMORY
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_under(int n, ...);
