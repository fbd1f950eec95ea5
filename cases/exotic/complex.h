/* SPDX-License-Identifier: MIT */
/* _Complex float, double and long double, alone and in structs.
 *
 * x86-64 psABI 3.2.3: complex float and double are as a struct of two parts, complex long double
 * is COMPLEX_X87: in memory as an argument, in st0 and st1 as a result. i386 psABI 2.2.3, Table
 * 2.4: complex float in edx:eax, the others in memory. Microsoft x64 has no complex types. */

struct c_float { _Complex float a; };
struct c_double { _Complex double a; };
struct c_ldouble { _Complex long double a; };
struct c_mixed { int a; _Complex float b; float c; };

//! group complex-return
//! why both parts in xmm0, one each in xmm0 and xmm1, or st0 and st1; edx:eax at 32 bit
_Complex float ret_cf(int n, _Complex double a, _Complex long double b);
_Complex double ret_cd(int n, _Complex float a, _Complex double b);
_Complex long double ret_cld(int n, _Complex float a, _Complex long double b);

//! group complex-args
//! why next to scalars, on both sides of the last register
//! known clang regparm3,kernel/32 argument: complex values and their structures travel in registers, integral types only may
int complex_regs(int n, _Complex float a, _Complex double b, double c, _Complex long double d,
		 int e);
//! why one SSE register is left: complex float needs one, complex double two
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
int complex_stack(double a, double b, double c, double d, double e, double f, double g,
		  _Complex double h, _Complex float i, _Complex float j, _Complex long double k,
		  int l);
//! why complex float is not promoted
//! varargs _Complex float, _Complex double, _Complex long double, int
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_complex(int n, ...);
//! varargs _Complex double, _Complex float
//! known clang regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
_Complex long double va_ret_complex(int n, ...);

//! group complex-struct
//! why a struct of one is not the type itself: at 32 bit in memory, COMPLEX_X87 too large
struct c_float ret_c_float(struct c_double a, struct c_mixed b, struct c_ldouble c);
struct c_double ret_c_double(struct c_ldouble a, struct c_float b, struct c_mixed c);
struct c_ldouble ret_c_ldouble(struct c_double a, struct c_ldouble b, struct c_float c);
//! why an eightbyte of an int and the real part, another of the imaginary part and a float
struct c_mixed ret_c_mixed(struct c_float a, struct c_mixed b, struct c_double c);
//! known clang regparm3,kernel/32 argument,locals: complex values and their structures travel in registers, integral types only may
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int c_struct_regs(int n, struct c_float a, struct c_mixed b, struct c_ldouble c, double d);
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
int c_struct_stack(double a, double b, double c, double d, double e, double f, double g,
		   struct c_double h, struct c_float i, struct c_mixed j, struct c_ldouble k,
		   int l);
//! varargs struct c_float, struct c_double, struct c_ldouble, struct c_mixed
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_c_struct(int n, ...);

//! group complex-alone
//! why nothing but one: the smallest call in which it can be in the wrong place
//! known clang regparm2,regparm3,kernel/32 argument,locals: complex values and their structures travel in registers, integral types only may
//! known clang thiscall argument,fault: a complex first argument goes by reference in ecx, not on the stack
void c_float_alone(_Complex float a);
//! known clang thiscall argument,fault: a complex first argument goes by reference in ecx, not on the stack
void c_double_alone(_Complex double a);
//! known clang thiscall argument,fault: a complex first argument goes by reference in ecx, not on the stack
void c_ldouble_alone(_Complex long double a);
