/* SPDX-License-Identifier: MIT */
/* Long argument lists: both register files exhausted, many slots in the right order.
 *
 * x86-64 psABI 3.2.3 (right-to-left, one eightbyte or an aligned pair each), i386 psABI 2.2.3
 * (consecutive words), Microsoft x64 calling convention (home area, then one slot each), stdcall
 * and fastcall (GCC manual, x86 attributes): the number of bytes the callee pops. */

//! group long-uniform
//! why 16 of one narrow or wide type: a slot each, none packed, none skipped
int chars_16(char a, char b, char c, char d, char e, char f, char g, char h, char i, char j,
	     char k, char l, char m, char n, char o, char p);
_Bool bools_16(_Bool a, _Bool b, _Bool c, _Bool d, _Bool e, _Bool f, _Bool g, _Bool h, _Bool i,
	       _Bool j, _Bool k, _Bool l, _Bool m, _Bool n, _Bool o, _Bool p);
int shorts_16(short a, short b, short c, short d, short e, short f, short g, short h, short i,
	      short j, short k, short l, short m, short n, short o, short p);
//! why 128 bytes at 32 bit, the most that callee-popping conventions pop here for integers
long long llongs_16(long long a, long long b, long long c, long long d, long long e, long long f,
		    long long g, long long h, long long i, long long j, long long k, long long l,
		    long long m, long long n, long long o, long long p);
//! why 256 bytes at 64 bit: displacements beyond a signed byte
long double ldoubles_16(long double a, long double b, long double c, long double d, long double e,
			long double f, long double g, long double h, long double i, long double j,
			long double k, long double l, long double m, long double n, long double o,
			long double p);
//! why three pairs in registers, five in memory
__int128 int128_8(__int128 a, __int128 b, __int128 c, __int128 d, __int128 e, __int128 f,
		  __int128 g, __int128 h);

//! group long-pairs
//! why a pattern of two types drains two register files at different speeds
double int_dbl_x8(int a, double b, int c, double d, int e, double f, int g, double h, int i,
		  double j, int k, double l, int m, double n, int o, double p);
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall: the first integer goes in ecx though it is not the first argument
float flt_long_x8(float a, long b, float c, long d, float e, long f, float g, long h, float i,
		  long j, float k, long l, float m, long n, float o, long p);
int char_llong_x8(char a, long long b, char c, long long d, char e, long long f, char g,
		  long long h, char i, long long j, char k, long long l, char m, long long n,
		  char o, long long p);
//! why the 7th int is on the stack: 8 bytes of padding before the long double behind it
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall: the first integer goes in ecx though it is not the first argument
//! known clang regparm2,regparm3,kernel/32: a long double uses up integer registers
//! known clang<19 fastcall: a long double uses up integer registers
int ld_int_x8(long double a, int b, long double c, int d, long double e, int f, long double g,
	      int h, long double i, int j, long double k, int l, long double m, int n,
	      long double o, int p);
double flt_dbl_x8(float a, double b, float c, double d, float e, double f, float g, double h,
		  float i, double j, float k, double l, float m, double n, float o, double p);

//! group long-mixed
//! why many types at once, each with its own size and class
int every_type(_Bool a, char b, signed char c, unsigned char d, short e, unsigned short f, int g,
	       unsigned h, long i, unsigned long j, long long k, unsigned long long l, void *m,
	       float n, double o, long double p);
//! why the same backwards: the integers that had registers come last, on the stack
//! known clang thiscall: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall: the first integer goes in ecx though it is not the first argument
int every_type_back(long double a, double b, float c, void *d, unsigned long long e, long long f,
		    unsigned long g, long h, unsigned i, int j, unsigned short k, short l,
		    unsigned char m, signed char n, char o, _Bool p);
//! why INTEGER registers full, then one of each kind, all but k and n on the stack, with padding
//! known clang<18 sysv,regparm0,asmlinkage/64,kernel/64,asmlinkage/32: LLVM 41784: __int128 split or misaligned
int full_then_each(long a, long b, long c, long d, long e, long f, char g, __int128 h, short i,
		   long double j, float k, _Bool l, void *m, double n, int o, long long p);
