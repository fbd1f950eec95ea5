/* SPDX-License-Identifier: MIT */
/* Integer and floating arguments interleaved: two register files, one or two counters.
 *
 * Under sysv INTEGER and SSE registers are counted apart (x86-64 psABI 3.2.3); under ms the
 * position selects the register and uses up its twin (Microsoft x64 calling convention). At 32 bit
 * only integers may leave the stack (GCC manual, x86 attributes), which leaves gaps to close. */

//! group int-double
//! why independent counters under sysv, positional ones under ms, closed gaps with regparm
int int_dbl(int a, double b);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
int dbl_int(double a, int b);
//! why regparm and fastcall skip the double: c takes the next register, not the third
int int_dbl_int(int a, double b, int c);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
double dbl_int_dbl(double a, int b, double c);
int int_dbl_x2(int a, double b, int c, double d);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
int dbl_int_x2(double a, int b, double c, int d);
int int2_dbl2(int a, int b, double c, double d);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
double dbl2_int2(double a, double b, int c, int d);
//! why the 5th argument is on the stack under ms although each file has registers left
int alternate_5(int a, double b, int c, double d, int e);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
double alternate_6(double a, int b, double c, int d, double e, int f);
//! why fills both files exactly under sysv: not one stack byte
int int6_dbl8(int a, int b, int c, int d, int e, int f, double g, double h, double i, double j,
	      double k, double l, double m, double n);
//! why overflows both files by one: the stack keeps declaration order, int before double
int int7_dbl9(int a, int b, int c, int d, int e, int f, int g, double h, double i, double j,
	      double k, double l, double m, double n, double o, double p);
//! why same counts, other order: the doubles come first, their overflow is nearest to sp
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
double dbl9_int7(double a, double b, double c, double d, double e, double f, double g, double h,
		 double i, int j, int k, int l, int m, int n, int o, int p);

//! group float-double
//! why float and double share a register file but not a format: a conversion slip shows here
double flt_dbl(float a, double b);
double dbl_flt(double a, float b);
float flt_dbl_x2(float a, double b, float c, double d);
//! why at 32 bit the double sits at offset 4, not aligned to 8 (i386 psABI 2.2.3)
double flt_dbl_flt(float a, double b, float c);
//! why a float and a double on the 64-bit stack, an eightbyte each
double dbl8_flt_dbl(double a, double b, double c, double d, double e, double f, double g, double h,
		    float i, double j);

//! group int-float
//! why 4-byte floats between integers: 4 and 8 byte slots differ between the widths
float int_flt(int a, float b);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
int flt_int(float a, int b);
float ptr_flt_ptr(void *a, float b, void *c);
long long_flt_long(long a, float b, long c);
//! why three integers leave for regparm3, both floats stay and become adjacent
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
int flt_int3_flt(float a, int b, int c, int d, float e);
int char_flt_short_dbl(char a, float b, short c, double d);
//! why a float in the last ms position, its integer twin r9 unused
int int3_flt_int(int a, int b, int c, float d, int e);

//! group ld-between
//! why long double is of class X87: in memory, without using up a register (x86-64 psABI 3.2.3)
int int_ld_int(int a, long double b, int c);
double dbl_ld_dbl(double a, long double b, double c);
long double int_ld_dbl_ld(int a, long double b, double c, long double d);
//! why the 7th int and its padding precede the 16-aligned long double on the stack
double int7_ld_dbl(int a, int b, int c, int d, int e, int f, int g, long double h, double i);

//! group psabi-example
//! why the parameter passing example of x86-64 psABI 3.2.3, without aggregates and wide vectors
void psabi_plain(int e, int f, int g, int h, long double ld, double m, double n, int i, int j,
		 int k);
//! why its struct spelled as two eightbytes gives the registers of the document's figure
void psabi_split(int e, int f, long s_ab, double s_d, int g, int h, long double ld, double m,
		 double n, int i, int j, int k);

//! group ms-example
//! why the argument passing examples of Microsoft's x64 calling convention
void ms_all_float(float a, double b, float c, double d, float e, float f);
void ms_mixed(int a, double b, int c, float d, int e, float f);
