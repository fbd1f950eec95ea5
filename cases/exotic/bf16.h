/* SPDX-License-Identifier: MIT */
/* __bf16, of which the x86-64 psABI (3.1.2, Special Types, editions since 2022) says that it is
 * passed and returned like _Float16: a narrow value in a vector register. The i386 psABI and
 * Microsoft x64 do not know it; there it is observed. */

struct bf1 {
	__bf16 a;
};
struct bf3 {
	__bf16 a[3];
};
struct bf_float {
	__bf16 a, b;
	float c;
	double d;
};
struct bf_char {
	__bf16 a;
	char b;
};

//! group bf16
//! why 16 bits in xmm
__bf16 ret_bf16(__bf16 a, int b, double c, __bf16 d);
//! why stack slots with mostly padding
int bf16_stack(double a, double b, double c, double d, double e, double f, double g, double h,
	       __bf16 i, __bf16 j, float k);
__bf16 bf16_alone(__bf16 a);
__bf16 bf16_returned(void);
int bf16_last(int a, int b, int c, int d, __bf16 e);
//! varargs int, double
__bf16 va_ret_bf16(int n, ...);
//! varargs __bf16, int, __bf16, double
int va_bf16(int n, ...);

//! group bf16-struct
//! why SSE, and INTEGER where an integer shares the eightbyte
//! known clang<17/O2 sysv,regparm0/64,asmlinkage/64 argument,return: clang 16 loses all but the first __bf16 of a structure
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known clang<17/O0 sysv,regparm0/64,asmlinkage/64 fault: clang 16 dies of it
struct bf1 ret_bf1(struct bf3 a, struct bf_char b, __bf16 c);
//! known clang<17/O0 sysv,regparm0/64,asmlinkage/64 fault: clang 16 dies of it
struct bf3 ret_bf3(struct bf1 a, struct bf_float b, struct bf_char c, __bf16 d);
//! known clang<17/O2 sysv,regparm0/64,asmlinkage/64 argument,return: clang 16 loses all but the first __bf16 of a structure
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known clang<17/O0 sysv,regparm0/64,asmlinkage/64 fault: clang 16 dies of it
struct bf_float ret_bf_float(int n, struct bf3 a, struct bf1 b, __bf16 c);
//! known clang<17/O0 sysv,regparm0/64,asmlinkage/64 argument,return: clang 16 loses all but the first __bf16 of a structure
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known clang<17/O2 sysv,regparm0/64,asmlinkage/64 fault: clang 16 dies of it
struct bf_char ret_bf_char(__bf16 a, struct bf_char b, struct bf_float c, struct bf3 d);
