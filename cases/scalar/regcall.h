/* SPDX-License-Identifier: MIT */
/* regcall: no document that could be read places anything. What compilers do is observed, and compared:
 * who differs from whom, and callers from callees of one compiler. LLVM issue 225057 (a caller keeps a value
 * in the register of the tenth argument) is not seen: no document says that a callee may change it. */

//! group regcall-scalars
//! why as many arguments as possible travel in registers
__attribute__((regcall)) void rc_void(void);
__attribute__((regcall)) int rc_int(int a);
__attribute__((regcall)) long rc_long4(long a, long b, long c, long d);
__attribute__((regcall)) int rc_narrow(char a, short b, _Bool c, unsigned char d);
__attribute__((regcall)) void *rc_pointers(void *a, int *b);
__attribute__((regcall)) int rc_many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m);
__attribute__((regcall)) double rc_double2(double a, float b);
__attribute__((regcall)) double rc_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i, double j);
__attribute__((regcall)) float rc_mixed(int a, float b, long c, double d);
__attribute__((regcall)) long double rc_ldouble(long double a);
__attribute__((regcall)) long long rc_llong(long long a, int b);
__attribute__((regcall)) __int128 rc_int128(__int128 a, int b);

struct rc_i2 { int a, b; };
struct rc_l2 { long a, b; };
struct rc_l5 { long a[5]; };
struct rc_id { int a; double b; };
struct rc_f2 { float a, b; };
struct rc_big { long a[16]; };

//! group regcall-structures
//! why results, too, travel in registers, and which structures are taken apart
__attribute__((regcall)) int rc_struct_i2(struct rc_i2 a, int b);
__attribute__((regcall)) long rc_struct_l2(struct rc_l2 a, long b);
__attribute__((regcall)) double rc_struct_id(struct rc_id a, double b);
__attribute__((regcall)) float rc_struct_f2(struct rc_f2 a, float b);
__attribute__((regcall)) long rc_struct_l5(struct rc_l5 a, long b);
__attribute__((regcall)) long rc_struct_big(struct rc_big a, long b);
__attribute__((regcall)) struct rc_i2 rc_ret_i2(int a);
__attribute__((regcall)) struct rc_l5 rc_ret_l5(long a);
__attribute__((regcall)) struct rc_id rc_ret_id(int a);
__attribute__((regcall)) struct rc_big rc_ret_big(long a);
