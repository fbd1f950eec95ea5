/* SPDX-License-Identifier: MIT */
/* More alignment than the fields ask for: 16, 32 and 64, on the type and on a member.
 *
 * GCC manual, type attribute aligned; x86-64 psABI 3.2.3, Passing, 1: in memory the argument is
 * aligned, and 3.2.2, The Stack Frame, on a boundary beyond 16. Registers are not skipped for it.
 * i386 psABI 2.2.3 has the alignments of Table 2.1 only. Microsoft x64, Parameter passing: memory
 * behind a reference is 16-byte aligned. */

struct __attribute__((aligned(16))) t16 { int a; };
struct __attribute__((aligned(16))) t16_pair { long long a, b; };
struct __attribute__((aligned(32))) t32 { long long a; };
struct __attribute__((aligned(64))) t64 { int a, b; };
struct m16 { char a __attribute__((aligned(16))); };
struct m16_tail { short a; float b __attribute__((aligned(16))); };
struct m32 { int a; double b __attribute__((aligned(32))); };
struct m64 { char a __attribute__((aligned(64))); };
typedef struct { float a, b; } __attribute__((aligned(16))) t16_float;

//! group align-return
//! why 16 bytes with 4 in use: eax alone, the second eightbyte has no class
struct t16 ret_t16(int n, struct m16 a, struct t16_pair b);
struct t16_pair ret_t16_pair(struct t16 a, int b, struct m16 c, t16_float d);
//! why 32 bytes and more: memory, and the hidden pointer is to aligned memory
struct t32 ret_t32(int n, struct m64 a, struct m32 b);
struct t64 ret_t64(int n, struct m64 a, struct m16_tail b);
struct m16 ret_m16(int n, t16_float a, struct t16_pair b);
//! why the float is 16 bytes behind the short, so in memory
struct m16_tail ret_m16_tail(int n, struct m16_tail a, struct m32 b);
struct m32 ret_m32(int n, struct m32 a, struct t64 b, struct m16_tail c);
struct m64 ret_m64(int n, struct t32 a, struct t64 b, struct m64 c);
t16_float ret_t16_float(int n, t16_float a, struct m16 b, float c);

//! group align-regs
//! why the pair starts at rsi: registers are not rounded to even ones as stack offsets are
int align_regs(int a, struct t16_pair b, int c, struct t16 d, t16_float e, struct m16 f);
//! why one register is left: to the stack at a multiple of 16, and the int finds r9
int align_split(int a, int b, int c, int d, int e, struct t16_pair f, int g, struct t16 h);

//! group align-stack
//! why an odd number of words is before the struct: a hole of 8 bytes to the next multiple of 16
int align_stack_16(long a, long b, long c, long d, long e, long f, long g, struct t16 h, long i,
		   struct t16_pair j, long k, struct m16 l, long m, t16_float n);
//! why memory anyway, aligned to 32: the stack pointer itself must be at the call
int align_stack_32(int a, struct t32 b, int c, struct m32 d, struct m16_tail e);
int align_stack_64(int a, struct t64 b, int c, struct m64 d, int e);
//! why a plain stack argument before each: where do the holes lie?
int align_holes(long a, long b, long c, long d, long e, long f, long g, struct t32 h, long i,
		struct m16_tail j, long k, struct m32 l);
int align_holes_64(long a, long b, long c, long d, long e, long f, long g, struct t64 h, long i,
		   struct m64 j);

//! group align-va
//! why va_arg aligns the overflow area to 16 or more first (x86-64 psABI 3.5.7)
//! varargs struct t16, int, struct m16, struct t16_pair, t16_float
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
int va_align_16(int n, ...);
//! varargs long, struct t16_pair, long, struct t16, struct m16, t16_float
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
int va_align_stack(int a, int b, int c, int d, int e, int f, ...);
//! varargs struct t32, int, struct m16_tail
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
int va_align_32(int n, ...);
//! varargs struct m64, struct m32, struct t64
//! known clang regparm1,regparm2,regparm3,kernel/32: the pointer to a variadic memory return is not popped
//! known gcc regparm1,regparm2,regparm3,kernel/32 callee: the pointer to a variadic memory return is not popped
//! known gcc ms callee: va_arg reads wide values in line, the caller passes a reference
struct t32 va_ret_align(int n, ...);
