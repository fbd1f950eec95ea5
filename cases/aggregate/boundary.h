/* SPDX-License-Identifier: MIT */
/* Structs where registers run out, and struct results that shift the arguments.
 *
 * x86-64 psABI 3.2.3, Passing: without a register for every eightbyte the whole argument is on the
 * stack, and registers already assigned for its earlier eightbytes are given back, so that later
 * arguments find them. Returning of Values: the address of a MEMORY result takes rdi. Microsoft
 * x64, Return values: it takes rcx. i386 psABI 2.2.3: it is the first stack word, which the callee
 * pops; GCC manual, x86 attributes: silent on fastcall, thiscall and regparm. */

struct ll { long a, b; };
struct dd { double a, b; };
struct ld { long a; double b; };
struct dl { double a; long b; };
struct small { int a, b; };
struct big { long a[3]; };
typedef struct { int a, b; double d; } structparm;

//! group runout-int
//! why {long, long} at each distance from the last INTEGER register
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int ll_after_5(int a, int b, int c, int d, int e, struct ll f);
//! why one register is given back: the int behind the struct is in r9
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int ll_after_5_int(int a, int b, int c, int d, int e, struct ll f, int g, int h);
//! why the small struct needs one register only, so it is the one that finds r9
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int ll_after_5_small(int a, int b, int c, int d, int e, struct ll f, struct small g, structparm h);

//! group runout-sse
//! why {double, double} at each distance from xmm7
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int dd_after_7(double a, double b, double c, double d, double e, double f, double g, struct dd h);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int dd_after_8(double a, double b, double c, double d, double e, double f, double g, double h,
	       struct dd i);
//! why xmm7 is given back to the double behind the struct
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
double dd_after_7_dbl(double a, double b, double c, double d, double e, double f, double g,
		      struct dd h, double i, double j);

//! group runout-mixed
//! why INTEGER registers are gone: {long, double} is in memory, xmm0 is free for the double
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int ld_after_6_longs(long a, long b, long c, long d, long e, long f, struct ld g, double h,
		     struct dd i, struct dl j, double k);
//! why SSE registers are gone: the long half must not stay behind in rdi
//! known clang regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm3,kernel/32 argument: structures travel in registers, integral types only may
int ld_after_8_dbls(double a, double b, double c, double d, double e, double f, double g, double h,
		    struct ld i, struct ll j, struct dl k, struct small l, long m);
//! why one register of each kind is left, for exactly one such struct
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int ld_5_longs_7_dbls(long a, long b, long c, long d, long e, double f, double g, double h,
		      double i, double j, double k, double l, struct ld m, struct dl n, long o,
		      double p);

//! group two-structs
//! why two structs in a row share the sequence of registers
//! known clang regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int two_ll(struct ll a, struct ll b, structparm c);
//! why three fill rdi to r9, the fourth has none
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang/O2 kernel/32 caller locals: structures travel in registers, integral types only may
//! known gcc/O2 kernel/32 caller locals: structures travel in registers, integral types only may
int four_ll(struct ll a, struct ll b, struct ll c, struct ll d, int e);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int five_dd(struct dd a, struct dd b, struct dd c, struct dd d, struct dd e, double f);
//! known clang regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
int seven_ld(struct ld a, struct dl b, struct ld c, struct dl d, struct ld e, struct dl f,
	     struct ld g, double h);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int big_ll_big(int n, struct big a, struct ll b, struct big c, struct dd d);
//! why small structs alternate: by position under ms, by class under sysv
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int small_dd_small(struct small a, struct dd b, struct small c, struct dl d, struct small e);

//! group then-scalars
//! why the example of x86-64 psABI 3.2.3 (Figure 3.5), without its vectors
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int psabi_structparm(int e, int f, structparm s, int g, int h, long double ld, double m, double n,
		     int i, int j, int k);
structparm structparm_twice(structparm a, structparm b, int c, double d);
//! why scalars of both kinds behind a struct in memory take registers as if it were not there
//! known clang fastcall argument: a structure uses up registers that it is not passed in
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known gcc fastcall argument: a structure uses up registers that it is not passed in
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int big_then_scalars(struct big a, int b, double c, long d, float e, char f);
//! why int, struct, int, ...: the stack keeps the order of what is on it
//! known clang fastcall argument: a structure uses up registers that it is not passed in
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc fastcall argument: a structure uses up registers that it is not passed in
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int ll_int_x4(struct ll a, int b, struct ll c, int d, struct ll e, int f, struct ll g, int h);
//! varargs structparm, structparm, int, structparm, double
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_structparm(int e, int f, ...);

//! group hidden-count
//! why the hidden pointer shifts n ints by one register or word: rdi, rcx, esp+0
struct big hidden_0(void);
struct big hidden_1(int a);
struct big hidden_2(int a, int b);
struct big hidden_3(int a, int b, int c);
//! why the 4th int is on the stack under ms, above the home area
struct big hidden_4(int a, int b, int c, int d);
struct big hidden_5(int a, int b, int c, int d, int e);
//! why the 6th int is the first on the stack under sysv
struct big hidden_6(int a, int b, int c, int d, int e, int f);
struct big hidden_7(int a, int b, int c, int d, int e, int f, int g);

//! group hidden-args
//! why the hidden pointer leaves one INTEGER register too few for the last struct
struct big hidden_ll(struct ll a, struct ll b, double c, struct ll d, int e);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
struct big hidden_mixed(struct small a, structparm b, struct big c, struct dl d, long e);
//! why variadic: under regparm and fastcall too all arguments are on the stack
//! varargs struct ll, struct small, struct dl, struct ll
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
struct big va_hidden(int n, ...);

//! group regs-return
//! why rdx:rax, xmm1:xmm0, rax and xmm0 leave where arguments came in
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
struct ll ret_ll(struct dd a, struct ll b, struct ld c);
struct dd ret_dd(struct ll a, struct dd b, struct dl c);
struct ld ret_ld(struct dl a, struct ld b);
struct dl ret_dl(struct ld a, struct dl b);
struct small ret_small(int a, int b, int c, int d, int e, int f, struct small g);
//! why no hidden pointer under sysv, one under ms: only there do the arguments shift
struct ll ret_ll_7(int a, int b, int c, int d, int e, int f, int g);
//! varargs struct dd, struct ld, struct ll, struct dl, struct big, struct small
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
struct ld va_ret_ld(int n, ...);
