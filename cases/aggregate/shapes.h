/* SPDX-License-Identifier: MIT */
/* Structs of unusual shape: empty, with a tail of no size, with anonymous members, without a tag.
 *
 * GCC manual, Empty Structures, Arrays of Length Zero, Unnamed Fields: an empty struct of C has
 * size 0. x86-64 psABI 3.2.3: without fields it has no class but NO_CLASS; the tail of a flexible
 * struct is no part of its value. i386 psABI 2.2.3 and Microsoft x64 know no empty structs. */

struct empty { };
union empty_union { };
struct holds_empty { int a; struct empty b; float c; };
struct only_empty { struct empty a; struct empty b[3]; };
struct flex { int a; short b; char c[]; };
struct flex_long { long a; double b[]; };
struct zero_tail { double a; int b[0]; };
struct zero_only { int a[0]; };
struct zero_head { long long a[0]; float b; };
struct anon { union { int a; float b; }; struct { short c; char d; }; };
union anon_union { struct { float a, b; }; struct { int c; }; double d; };
typedef struct { long a; char b; } pair_t;
typedef union { double a; float b[2]; } value_t;

//! group empty
//! why an empty struct takes neither register nor memory under sysv: its neighbours do not move
struct empty ret_empty(void);
struct empty ret_empty_args(union empty_union a, struct empty b, double c, struct zero_only d);
union empty_union ret_empty_union(int a, union empty_union b, struct zero_only c, int d);
struct only_empty ret_only_empty(struct empty a, int b, struct zero_only c);
//! why an array of no elements is no field either
struct zero_only ret_zero_only(int n, struct only_empty a, struct zero_only b, int c);
//! why in the middle, and last
int empty_between(int a, struct empty b, int c, struct only_empty d, double e,
		  union empty_union f);
//! why registers are full: nor does it take a stack word
int empty_stack(long a, long b, long c, long d, long e, long f, struct empty g, long h,
		union empty_union i, struct only_empty j, struct zero_only k, long l);
//! varargs struct empty, int, struct only_empty, union empty_union, double
int va_empty(int n, ...);
//! varargs int, struct zero_only, struct only_empty, union empty_union, int
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
struct zero_only va_ret_empty(union empty_union n, ...);

//! group zero-tail
//! why an empty member leaves its neighbours' offsets and classes alone
//! known clang ms argument,fault: a structure with an array of length zero goes by reference
struct holds_empty ret_holds_empty(struct holds_empty a, struct zero_head b, struct flex c);
//! why a tail of no size has no class, and is not passed
//! known clang ms argument,return,fault: a structure with an array of length zero goes by reference
//! known clang cdecl@reg-struct,fastcall@reg-struct,regparm0/32@reg-struct,regparm1@reg-struct,regparm2@reg-struct,regparm3@reg-struct,stdcall@reg-struct,thiscall@reg-struct: a structure with a flexible array returns in memory
//! known gcc cdecl@reg-struct,fastcall@reg-struct,regparm0/32@reg-struct,regparm1@reg-struct,regparm2@reg-struct,regparm3@reg-struct,stdcall@reg-struct,thiscall@reg-struct: a structure with a flexible array returns in memory
struct flex ret_flex(struct flex a, struct flex_long b, struct holds_empty c);
//! known clang ms argument,return,fault: a structure with an array of length zero goes by reference
struct flex_long ret_flex_long(struct zero_tail a, struct flex b, struct flex_long c);
//! known clang ms argument,fault: a structure with an array of length zero goes by reference
struct zero_tail ret_zero_tail(struct flex_long a, struct zero_head b, struct zero_tail c);
//! why an array of no long long still aligns the struct (4 at 32 bit, 8 at 64), but is no INTEGER
//! known clang ms argument,fault: a structure with an array of length zero goes by reference
struct zero_head ret_zero_head(struct zero_head a, struct holds_empty b, struct flex c,
			       struct zero_tail d);
//! known clang ms argument,fault: a structure with an array of length zero goes by reference
int tails_stack(long a, long b, long c, long d, long e, long f, struct flex g, struct zero_tail h,
		struct flex_long i, struct holds_empty j, struct zero_head k);
//! known clang ms argument,fault: a structure with an array of length zero goes by reference
//! known clang regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int tails_sse(double a, double b, double c, double d, double e, double f, double g,
	      struct zero_tail h, struct zero_head i, struct holds_empty j, struct flex_long k);
//! varargs struct flex, struct zero_tail, struct zero_head, struct flex_long, struct holds_empty
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known clang ms caller argument: a structure with an array of length zero goes by reference
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
struct holds_empty va_tails(int n, ...);

//! group anonymous
//! why members of an anonymous member are members of the struct: their classes merge as such
struct anon ret_anon(union anon_union a, pair_t b, struct anon c);
union anon_union ret_anon_union(int n, struct anon a, value_t b);
//! why only a typedef names the struct
//! known clang regparm3@reg-struct: structures travel in registers, integral types only may
//! known gcc regparm3@reg-struct: structures travel in registers, integral types only may
pair_t ret_pair(int n, value_t a, struct anon b);
value_t ret_value(struct anon a, pair_t b, union anon_union c);
int anonymous_stack(long a, long b, long c, long d, long e, struct anon f, pair_t g,
		    union anon_union h, value_t i, struct anon j);
//! known clang regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
int anonymous_sse(double a, double b, double c, double d, double e, double f, double g, value_t h,
		  value_t i, union anon_union j, pair_t k);
//! varargs struct anon, pair_t, value_t, union anon_union
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_anonymous(int n, ...);
