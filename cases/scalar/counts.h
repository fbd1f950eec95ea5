/* SPDX-License-Identifier: MIT */
/* How many arguments of one class fit in registers, and where the first one that does not fit goes.
 *
 * Counts lie on both sides of every boundary: 1, 2 and 3 (thiscall, fastcall, regparm: GCC manual,
 * x86 attributes), 4 (Microsoft x64 calling convention), 6 INTEGER and 8 SSE registers (x86-64
 * psABI 3.2.3), and 16 for a long run of stack slots (i386 psABI 2.2.3: everything). */

//! group int-count
//! why the n-th int leaves the registers at a count that only the convention decides
int int_0(void);
int int_1(int a);
int int_2(int a, int b);
int int_3(int a, int b, int c);
//! why fills regparm3 and overflows it by one; the last register of ms
int int_4(int a, int b, int c, int d);
//! why the 5th integer is the first on the stack under ms, above the 32-byte home area
int int_5(int a, int b, int c, int d, int e);
int int_6(int a, int b, int c, int d, int e, int f);
//! why the 7th integer is the first on the stack (x86-64 psABI 3.2.3)
int int_7(int a, int b, int c, int d, int e, int f, int g);
//! why two stack words: the order is right to left, the padding even
int int_8(int a, int b, int c, int d, int e, int f, int g, int h);
//! why three stack words: an odd count, so the caller pads to keep the stack 16-aligned
int int_9(int a, int b, int c, int d, int e, int f, int g, int h, int i);
int int_12(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l);
int int_16(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l,
	   int m, int n, int o, int p);

//! group long-count
//! why word-size integers use all 64 bits of a register; int-count leaves upper halves untested
long long_1(long a);
long long_2(long a, long b);
long long_3(long a, long b, long c);
long long_4(long a, long b, long c, long d);
long long_5(long a, long b, long c, long d, long e);
long long_6(long a, long b, long c, long d, long e, long f);
//! why a full eightbyte in the first stack slot
long long_7(long a, long b, long c, long d, long e, long f, long g);
long long_16(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j, long k,
	     long l, long m, long n, long o, long p);

//! group pointer-count
//! why pointers are of class INTEGER (x86-64 psABI 3.2.3) and integral for regparm and fastcall
void *ptr_1(void *a);
void *ptr_2(void *a, void *b);
void *ptr_3(void *a, void *b, void *c);
void *ptr_4(void *a, void *b, void *c, void *d);
void *ptr_5(void *a, void *b, void *c, void *d, void *e);
void *ptr_6(void *a, void *b, void *c, void *d, void *e, void *f);
void *ptr_7(void *a, void *b, void *c, void *d, void *e, void *f, void *g);
void *ptr_16(void *a, void *b, void *c, void *d, void *e, void *f, void *g, void *h, void *i,
	     void *j, void *k, void *l, void *m, void *n, void *o, void *p);

//! group double-count
//! why xmm0-7 under sysv, xmm0-3 under ms, always the stack at 32 bit (i386 psABI 2.2.3)
double dbl_1(double a);
double dbl_2(double a, double b);
double dbl_3(double a, double b, double c);
double dbl_4(double a, double b, double c, double d);
//! why the 5th floating argument is the first on the stack under ms
double dbl_5(double a, double b, double c, double d, double e);
//! why the 7th is still in xmm6: there are more SSE than INTEGER registers
double dbl_7(double a, double b, double c, double d, double e, double f, double g);
double dbl_8(double a, double b, double c, double d, double e, double f, double g, double h);
//! why the 9th double is the first on the stack (x86-64 psABI 3.2.3)
double dbl_9(double a, double b, double c, double d, double e, double f, double g, double h,
	     double i);
double dbl_16(double a, double b, double c, double d, double e, double f, double g, double h,
	      double i, double j, double k, double l, double m, double n, double o, double p);

//! group float-count
//! why a float fills a quarter of its xmm register, 4 stack bytes at 32 bit, an eightbyte at 64
float flt_1(float a);
float flt_4(float a, float b, float c, float d);
float flt_5(float a, float b, float c, float d, float e);
float flt_8(float a, float b, float c, float d, float e, float f, float g, float h);
//! why the 9th float occupies 8 bytes of stack, the upper 4 are padding (x86-64 psABI 3.2.3)
float flt_9(float a, float b, float c, float d, float e, float f, float g, float h, float i);
float flt_16(float a, float b, float c, float d, float e, float f, float g, float h, float i,
	     float j, float k, float l, float m, float n, float o, float p);
