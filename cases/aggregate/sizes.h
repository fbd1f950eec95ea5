/* SPDX-License-Identifier: MIT */
/* Structs of integers, by size: where the line between registers and memory is.
 *
 * Two eightbytes fit in registers, three do not (x86-64 psABI 3.2.3, classification of aggregates);
 * 1, 2, 4 and 8 bytes travel as an integer, anything else by reference (Microsoft x64, Parameter
 * passing and Return values); every struct is on the stack and returned in memory (i386 psABI
 * 2.2.3). Layout: x86-64 psABI 3.1.2, i386 psABI 2.1.2. */

struct s1 { char a; };
struct s2 { short a; };
struct s3 { char a[3]; };
struct s4 { int a; };
struct s5 { char a[5]; };
struct s8 { int a, b; };
struct s12 { int a, b, c; };
struct s16 { int a; short b, c; long long d; };
struct s17 { char a[17]; };
struct s24 { int a[6]; };
struct s32 { long long a[4]; };
struct s64 { int a[16]; };
struct s100 { int a[25]; };

//! group size-return
//! why al, ax, eax, rax, rdx:rax or memory (x86-64 psABI 3.2.3, Returning of Values)
//! known clang kernel/32,regparm1@reg-struct,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
//! known gcc kernel/32,regparm1@reg-struct,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
struct s1 ret_1(struct s2 a);
//! known clang kernel/32,regparm1@reg-struct,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
//! known gcc kernel/32,regparm1@reg-struct,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
struct s2 ret_2(struct s1 a);
//! why 3 and 5 bytes: rax under sysv although no register has that part; memory under ms
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
struct s3 ret_3(struct s5 a, struct s4 b);
//! known clang kernel/32,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
//! known gcc kernel/32,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
struct s4 ret_4(struct s8 a);
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
struct s5 ret_5(struct s3 a, struct s1 b);
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known clang kernel/32,regparm3@reg-struct: structures travel in registers, integral types only may
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
//! known gcc kernel/32,regparm3@reg-struct: structures travel in registers, integral types only may
struct s8 ret_8(struct s12 a, struct s2 b);
//! why rdx:rax with 4 bytes in rdx
struct s12 ret_12(struct s16 a);
//! why the largest that registers return under sysv
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct s16 ret_16(struct s17 a, struct s3 b, struct s24 c);
//! why the smallest returned in memory under sysv: a hidden pointer, which comes back in rax
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct s17 ret_17(struct s12 a, struct s5 b);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct s24 ret_24(struct s32 a, struct s100 b);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct s32 ret_32(struct s24 a, struct s4 b, struct s64 c);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct s64 ret_64(struct s100 a);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct s100 ret_100(struct s64 a, struct s17 b, struct s32 c);

//! group size-register
//! why three structs in a row, each with the integer register of its position
//! known clang regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known gcc/O2 kernel/32 caller locals: structures travel in registers, integral types only may
int reg_1_to_4(int n, struct s1 a, struct s2 b, struct s3 c, struct s4 d);
//! known clang>=19/O0 ms caller reference: copies passed by reference are not aligned to 16
int reg_5_8(int n, int m, struct s5 a, struct s8 b, struct s1 c);
//! why s12 and s16 take two registers each, s17 none: the last int still has one
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known clang kernel/32: structures travel in registers, integral types only may
//! known gcc kernel/32: structures travel in registers, integral types only may
int reg_12_16_17(int n, struct s12 a, struct s16 b, struct s17 c, int d);
//! why memory under sysv: the int behind three large structs is still in esi
//! known clang fastcall argument: a structure uses up registers that it is not passed in
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc fastcall argument: a structure uses up registers that it is not passed in
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int mem_24_to_100(struct s24 a, int b, struct s32 c, struct s64 d, struct s100 e, int f);

//! group size-boundary
//! why the last register: r9 under sysv, r9 again under ms three arguments earlier
int last_8(int a, int b, int c, int d, int e, struct s8 f, struct s1 g);
//! why one register is left for 12 bytes: the whole struct goes to the stack, f finds r9
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
int split_12(int a, int b, int c, int d, int e, struct s12 g, int f);
//! why exactly two registers are left; the 5 bytes behind are in memory
//! known clang ms caller reference: copies passed by reference are not aligned to 16
int fits_16(int a, int b, int c, int d, struct s16 e, struct s5 f);

//! group size-stack
//! why narrow structs behind six longs: a full eightbyte each (x86-64 psABI 3.2.3, Passing)
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
int stack_1_to_4(long a, long b, long c, long d, long e, long f, struct s1 g, struct s2 h,
		 struct s3 i, struct s4 j, int k);
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
int stack_5_to_16(long a, long b, long c, long d, long e, long f, struct s5 g, struct s8 h,
		  struct s12 i, struct s16 j, int k);
//! why sizes that are not a multiple of the word between ints at 32 bit
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int stack_17_to_100(long a, long b, long c, long d, long e, long f, struct s17 g, struct s24 h,
		    struct s32 i, struct s64 j, struct s100 k, int l);

//! group size-va
//! why va_arg of a struct: register save area or overflow area (x86-64 psABI 3.5.7)
//! varargs struct s1, struct s2, struct s3, struct s4, struct s5
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_1_to_5(int n, ...);
//! why r9 is left when s12 comes: to the overflow area as a whole, and s8 still takes r9
//! varargs struct s16, struct s16, struct s12, struct s8, struct s1
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_8_to_16(int n, ...);
//! varargs struct s17, struct s24, int, struct s32
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_17_to_32(int n, ...);
//! varargs struct s64, struct s4, struct s100, struct s17
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
struct s2 va_64_100(struct s64 n, ...);
