/* SPDX-License-Identifier: MIT */
/* Aggregates of integers and pointers only: what code without floating point passes, the kernel's
 * above all.
 *
 * i386 psABI 2.2.3: on the stack, whatever they hold; with -freg-struct-return 1, 2, 4 or 8 bytes
 * return in registers (GCC manual, Interfacing to GCC Output). x86-64 psABI 3.2.3: INTEGER eightbytes,
 * in memory where a field is not aligned by its type. */

struct i_nested { struct { short a; char b; } in; int c; };
union i_union { int a; char b[6]; };
struct i_packed { char a; int b; short c; } __attribute__((packed));
struct i_over { int a; } __attribute__((aligned(16)));
typedef int i_loose __attribute__((aligned(1)));
struct i_under { char a; i_loose b; };
struct i_flexible { int n; char tail[]; };

//! group integers
//! abi kernel asmlinkage regparm0
//! why fields within fields; as wide as two words
//! known clang kernel/32 argument,locals: structures travel in registers, integral types only may
//! known gcc kernel/32 argument,locals: structures travel in registers, integral types only may
int i_args(struct i_nested a, union i_union b, int c);
//! known clang asmlinkage/32,kernel/32,regparm0/32@kernel,regparm0/32@reg-struct argument,fault,locals,return: a union returns in memory
//! known gcc asmlinkage/32,kernel/32,regparm0/32@kernel,regparm0/32@reg-struct argument,fault,locals,return: a union returns in memory
union i_union i_ret_union(struct i_nested a, struct i_packed b);
//! known clang kernel/32 argument: structures travel in registers, integral types only may
//! known clang<19 asmlinkage/64,kernel/64,regparm0/64 argument,locals: LLVM 85387: unaligned fields do not make a structure MEMORY
//! known gcc kernel/32 argument,locals: structures travel in registers, integral types only may
struct i_nested i_ret_nested(int n, union i_union a, struct i_under b);
//! why fields that are not aligned: MEMORY at 64 bit, and a pointer first
//! known clang<19 asmlinkage/64,kernel/64,regparm0/64 argument: LLVM 85387: unaligned fields do not make a structure MEMORY
struct i_packed i_ret_packed(struct i_packed a, struct i_under b, int (*fn)(int));
//! known clang<19 asmlinkage/64,kernel/64,regparm0/64 argument,hidden-pointer,return: LLVM 85387: unaligned fields do not make a structure MEMORY
struct i_under i_ret_under(struct i_under a, union i_union b, int (*fn)(int));
//! known clang kernel/32 argument: structures travel in registers, integral types only may
//! known clang<19 asmlinkage/64,kernel/64,regparm0/64 argument: LLVM 85387: unaligned fields do not make a structure MEMORY
//! known gcc kernel/32 argument,locals: structures travel in registers, integral types only may
int i_all(struct i_nested a, struct i_packed b, struct i_under c, union i_union d, int e);
//! known clang kernel/32 argument: structures travel in registers, integral types only may
//! known clang<19 asmlinkage/64,kernel/64,regparm0/64 argument: LLVM 85387: unaligned fields do not make a structure MEMORY
//! known gcc kernel/32 argument: structures travel in registers, integral types only may
int i_packed_regs(int a, int b, struct i_packed c, int d, struct i_under e);
int i_packed_stack(long a, long b, long c, long d, long e, long f, struct i_packed g,
		   struct i_under h, union i_union i);
//! why further aligned than the stack, which no document allows for; alone
int i_over_alone(struct i_over a);
//! why a member that has no size
//! known clang kernel/32 argument,locals: structures travel in registers, integral types only may
//! known gcc kernel/32 argument,locals: structures travel in registers, integral types only may
int i_flexible_last(struct i_packed a, int n, struct i_flexible b);
//! varargs struct i_packed, int, union i_union, struct i_under
//! known clang<19 asmlinkage/64,kernel/64,regparm0/64 argument: LLVM 85387: unaligned fields do not make a structure MEMORY
int i_va(int n, ...);
