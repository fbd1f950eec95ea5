/* SPDX-License-Identifier: MIT */
/* x32: 64-bit code whose longs and pointers have 4 bytes (x86-64 psABI, ILP32 Programming Model).
 * Other cases run there, too, with --profile x32. */
struct x32_one { char *p; };
struct x32_two { char *p; long n; };
struct x32_three { char *p; long n; int *q; };
struct x32_four { char *p; long n; int *q; unsigned long m; };
struct x32_five { char *p; long n; int *q; unsigned long m; short s; };
struct x32_mixed { char *p; float f; double d; };
struct x32_padded { char c; long long w; char *p; };
union x32_either { char *p; long n; double d; };

//! group x32-pointers
//! abi x32
//! why a pointer fills its register: bits 32 to 63 are zero
char *x32_same(char *p);
int *x32_second(long n, int *p);
void *x32_last_register(int a, int b, int c, int d, int e, void *p);
char **x32_on_stack(int a, int b, int c, int d, int e, int f, char **p);
const void *x32_all(const void *a, char *b, int *c, long *d, double *e, void **f, short *g, float *h);
int (*x32_function(int (*f)(void), long (*g)(char *)))(void);
char *x32_among(double a, char *p, float b, long n, long double c, char *q);
char *x32_narrow(char c, char *p, short s, _Bool b, unsigned char *q);

//! group x32-long
//! abi x32
//! why long has 4 bytes, long long 8
long x32_long(long a);
unsigned long x32_unsigned(unsigned long a, long long b, long c);
long x32_stack(long a, long b, long c, long d, long e, long f, long g, unsigned long h);
long long x32_wide(long a, long long b, unsigned long c, unsigned long long d);
long x32_int128(long a, __int128 b, long c);
long x32_pressed(double a, long b, int *c, long d, float e, long f, char *g, long h, long i);

//! group x32-structures
//! abi x32
//! why two pointers share an eightbyte, and three need two
struct x32_one x32_return_one(struct x32_one a);
struct x32_two x32_return_two(struct x32_two a, char *p);
struct x32_three x32_return_three(int a, struct x32_three b);
struct x32_four x32_return_four(struct x32_four a, struct x32_four b, struct x32_four c, struct x32_four d);
struct x32_five x32_return_five(struct x32_five a, char *p);
struct x32_mixed x32_return_mixed(struct x32_mixed a, long b);
struct x32_padded x32_return_padded(char *p, struct x32_padded a);
union x32_either x32_return_either(union x32_either a, union x32_either b);

//! group x32-varargs
//! abi x32
//! why va_arg steps by eightbytes and reads 4 bytes of a pointer
//! varargs char *, long, int *
int x32_va(const char *fmt, ...);
//! varargs char *, char *, char *, char *, char *, char *, char *
char *x32_va_stack(const char *fmt, ...);
//! varargs double, char *, double, long
long x32_va_mixed(long n, ...);
//! varargs long long, long, unsigned long long, unsigned long
long x32_va_wide(int n, ...);
//! varargs struct x32_three, char *
int x32_va_structure(int n, ...);
//! varargs struct x32_five, long, struct x32_four
long x32_va_memory(int n, ...);
