/* SPDX-License-Identifier: MIT */
/* Decimal floating point: _Decimal32, _Decimal64, _Decimal128.
 *
 * x86-64 psABI 3.2.3: SSE, SSE, SSE and SSEUP. i386 psABI 2.2.3: on the stack, _Decimal64 as if
 * aligned to 4, _Decimal128 to 16 (Table 2.1); Table 2.4 returns them in eax, edx:eax and memory.
 * Microsoft x64 does not know them; there they are observed. */

struct dec32 {
	_Decimal32 a;
};
struct dec32_3 {
	_Decimal32 a[3];
};
struct dec_mixed {
	_Decimal32 a;
	int b;
	_Decimal64 c;
};
struct dec_char {
	char a;
	_Decimal64 b;
};
union dec_long {
	_Decimal64 a;
	long b;
};
struct dec128 {
	_Decimal128 a;
};

//! group decimal
//! why 4, 8 and 16 bytes of a vector register; of the stack
_Decimal32 ret_dec32(int a, _Decimal32 b, double c, _Decimal32 d);
_Decimal64 ret_dec64(char a, _Decimal64 b, float c, _Decimal64 d);
_Decimal128 ret_dec128(int a, _Decimal128 b, double c, _Decimal128 d);
//! why an odd number of words before them; the integer registers stay free
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
int dec_stack(double a, double b, double c, double d, double e, double f, double g, double h,
	      _Decimal32 i, _Decimal64 j, int k, _Decimal128 l);
//! why no default argument promotion: a _Decimal32 stays one
//! varargs _Decimal32, double, _Decimal64, int, _Decimal128
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_dec(int n, ...);
//! why the last SSE register of the save area, and beyond it
//! varargs double, double, double, double, double, double, _Decimal32, _Decimal128, _Decimal64, int
_Decimal64 va_dec_after_6(int n, ...);

//! group decimal-struct
//! why SSE alone
struct dec32 ret_s_dec32(struct dec32 a, _Decimal32 b);
//! why two eightbytes of SSE, the second one half full
struct dec32_3 ret_s_dec32_3(struct dec32_3 a, float b);
//! why INTEGER where an int shares the eightbyte, SSE for the other
struct dec_mixed ret_dec_mixed(struct dec_mixed a, int b);
struct dec_char ret_dec_char(struct dec_char a, double b);
//! why INTEGER wins in a union
//! known gcc regparm0/32,cdecl,stdcall,fastcall,thiscall,regparm1,regparm2,regparm3,sseregparm layout,argument: a union of a _Decimal64 is aligned to 4, a structure of one to 8
union dec_long ret_dec_long(union dec_long a, _Decimal64 b);
//! why SSE and SSEUP: one register
struct dec128 ret_s_dec128(struct dec128 a, _Decimal128 b);
//! known gcc regparm0/32,cdecl,stdcall,fastcall,thiscall,regparm1,regparm2,regparm3,sseregparm layout,argument: a union of a _Decimal64 is aligned to 4, a structure of one to 8
int dec_struct_stack(double a, double b, double c, double d, double e, double f, double g,
		     struct dec32_3 h, struct dec_mixed i, struct dec128 j, union dec_long k);
