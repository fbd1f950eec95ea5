/* SPDX-License-Identifier: MIT */
/* The class of each eightbyte of a struct or union: INTEGER, SSE, both, X87.
 *
 * x86-64 psABI 3.2.3, classification of aggregates: fields of one eightbyte merge, INTEGER before
 * SSE, and eightbytes of one struct may travel in registers of both kinds. Microsoft x64,
 * Parameter passing: only the size counts, so even {float} is an integer. At 32 bit every one is
 * on the stack and returned in memory (i386 psABI 2.2.3), even {float} and {double}. */

struct f1 { float a; };
struct d1 { double a; };
struct ff { float a, b; };
struct i_f { int a; float b; };
struct di { double a; int b; };
struct f3 { float a[3]; };
struct fid { float a; int b; double c; };
struct dd { double a, b; };
struct inner { char a; float b; };
struct nest { struct inner a; struct ff b; };
struct nest2 { struct { short a; struct { char b[2]; } c; } d; struct d1 e; };
struct arr { short a[3]; char b[2]; float c[2]; };
struct arr_nest { struct f1 a[3]; struct s_int { int a; } b[1]; };
union u_id { int a; double b; };
union u_ldc { long double a; char b; };
union u_ldd { long double a; double b; };
union u_struct { struct { float a, b, c; } s; int i; };
struct ld1 { long double a; };
struct ld_int { long double a; int b; };
struct ptrs { void *a; const char *b; };
struct fns { int (*a)(int); double b; };
struct bools { _Bool a; char b[6]; _Bool c; };

//! group mixed-return
//! why a lone float or double is in xmm0 under sysv, in eax or rax under ms, in memory at 32 bit
struct f1 ret_f1(struct d1 a, float b);
struct d1 ret_d1(struct f1 a, double b, struct dd c);
struct ff ret_ff(struct i_f a, struct dd b);
//! why INTEGER wins the eightbyte: the float is in the upper half of rax
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
struct i_f ret_i_f(struct ff a, struct f3 b);
//! why one eightbyte in xmm0, the other in rax
struct di ret_di(struct fid a, struct i_f b, struct d1 c);
//! why rax first, then xmm0: each sequence starts anew
struct fid ret_fid(struct di a);
//! why xmm0 and xmm1, with 4 bytes in xmm1
struct f3 ret_f3(struct fid a, struct ff b);
//! known clang<14/O2 ms caller reference: copies passed by reference are not aligned to 16
struct dd ret_dd(struct f3 a, struct di b);

//! group mixed-regs
//! why all kinds beside scalars: the next free register of each class, by eightbyte
//! known clang regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm3,kernel/32 argument: structures travel in registers, integral types only may
int mixed_regs(int n, struct f1 a, struct d1 b, struct ff c, float d, struct i_f e, struct di f);
int mixed_regs_2(int n, struct f3 a, struct dd b, struct fid c, double d, struct d1 e);

//! group mixed-stack
//! why no SSE register is left for the second eightbyte: all of it goes to memory
//! known clang regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known gcc regparm3,kernel/32 argument: structures travel in registers, integral types only may
int mixed_after_7(double a, double b, double c, double d, double e, double f, double g,
		  struct f3 h, struct dd i, struct ff j, struct f1 k);
//! why no INTEGER register is left: structs with an INTEGER eightbyte go to memory, others do not
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int mixed_after_6(long a, long b, long c, long d, long e, long f, struct di g, struct fid h,
		  struct d1 i, struct i_f j, struct f1 k);

//! group mixed-va
//! why va_arg must join an INTEGER and an SSE eightbyte of the save area (x86-64 psABI 3.5.7)
//! varargs struct di, struct fid, struct ff, struct f1
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_mixed(int n, ...);
//! why under ms a {float} or {double} is an integer: no copy in xmm
//! varargs struct i_f, struct f3, struct dd, struct d1, double
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_mixed_sse(int n, ...);

//! group nested
//! why fields are classified recursively, wherever the braces are (x86-64 psABI 3.2.3, 4)
struct nest ret_nest(struct nest2 a, struct arr b, struct arr_nest c);
struct nest2 ret_nest2(struct arr_nest a, struct nest b, struct arr c);
struct arr ret_arr(int n, struct nest a, struct nest2 b, struct arr_nest c);
struct arr_nest ret_arr_nest(struct arr a, struct nest2 b, struct nest c);
//! why every register of one kind is in use: {INTEGER, SSE} structs in memory
int nested_stack(long a, long b, long c, long d, long e, long f, struct nest g, struct nest2 h,
		 struct arr i, struct arr_nest j);
//! varargs struct nest, struct arr, struct nest2, struct arr_nest
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
struct arr_nest va_nested(int n, ...);

//! group unions
//! why members overlay: int and double in one eightbyte are INTEGER
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
union u_id ret_u_id(union u_struct a, union u_id b, union u_ldd c);
//! why SSE merged with INTEGER, then SSE alone: rax and xmm0
//! known clang>=19/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known clang<14/O2 ms caller reference: copies passed by reference are not aligned to 16
union u_struct ret_u_struct(union u_id a, union u_struct b, union u_ldc c);
//! why X87 and INTEGER merge to INTEGER, so that X87UP stands alone: memory
union u_ldc ret_u_ldc(union u_struct a, union u_ldc b, union u_ldd c);
//! why X87 and SSE merge to MEMORY
union u_ldd ret_u_ldd(union u_id a, union u_ldd b, int c, union u_struct d);
int union_last(int a, int b, int c, int d, int e, union u_struct f, union u_ldd g, union u_id h,
	       union u_ldc i, struct ld_int j, struct ld1 k);
int union_stack(long a, long b, long c, long d, long e, long f, union u_id g, union u_struct h,
		union u_ldc i, int j, union u_ldd k);
//! varargs union u_id, union u_ldc, union u_struct, union u_ldd
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_unions(int n, ...);

//! group long-double
//! why {long double} returns in st0 under sysv, in memory elsewhere
//! known gcc cdecl@reg-struct,regparm0/32@reg-struct,stdcall@reg-struct: a structure of one long double returns in st0
struct ld1 ret_ld1(int n, struct ld1 a, struct ld_int b);
//! why 32 bytes: memory, whatever the classes
struct ld_int ret_ld_int(struct ld1 a, struct ld_int b, float c);
//! why X87 is passed in memory and takes no register from its neighbours
//! known clang regparm3,kernel/32 argument: structures travel in registers, integral types only may
int ldouble_mem(int n, struct ld1 a, int b, struct ld_int c, union u_ldc d, double e);
//! why an odd number of stack words before it: 16-byte alignment at 64 bit, none at 32
int ldouble_stack(long a, long b, long c, long d, long e, long f, long g, struct ld1 h, long i,
		  struct ld_int j);
//! varargs struct ld1, int, struct ld_int
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
struct ld_int va_ldouble(int n, ...);

//! group pointers
//! why pointers and function pointers are INTEGER; 4 bytes each at 32 bit, 8 at 64
//! known clang regparm3@reg-struct: structures travel in registers, integral types only may
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
//! known gcc regparm3@reg-struct: structures travel in registers, integral types only may
struct ptrs ret_ptrs(struct fns a, struct bools b, struct ptrs c);
struct fns ret_fns(struct ptrs a, struct bools b, struct fns c);
//! why _Bool is INTEGER: 8 bytes in rax
struct bools ret_bools(struct bools a, struct fns b, struct ptrs c);
//! why rsi:rdi, then rdx and xmm0, then rcx: all in registers
//! known clang regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int pointers_regs(struct ptrs a, struct fns b, struct bools c, struct ld1 d);
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int pointers_stack(long a, long b, long c, long d, long e, struct ptrs f, struct fns g,
		   struct bools h, struct ptrs i, struct bools j, struct fns k);
//! varargs struct ptrs, struct fns, struct bools
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_pointers(int n, ...);
