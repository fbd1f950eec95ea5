/* SPDX-License-Identifier: MIT */
/* Where each scalar type is returned, with nothing else and with arguments in the way.
 *
 * x86-64 psABI 3.2.3 (rax, rdx, xmm0, st0), i386 psABI 2.2.3 (eax, edx:eax, st0 for every floating
 * type, which the caller must pop), Microsoft x64 calling convention (rax or xmm0). */

enum ret_sign { RET_MINUS = -1, RET_ZERO, RET_PLUS };
enum ret_kind { RET_NONE, RET_SOME = 3, RET_MANY = 0x70000000 };
typedef int (*ret_callback_t)(int);

//! group ret-integer
//! why al, ax, eax, rax, edx:eax or rdx:rax, as the type's size says
_Bool ret_bool(void);
char ret_char(void);
signed char ret_schar(void);
unsigned char ret_uchar(void);
short ret_short(void);
unsigned short ret_ushort(void);
int ret_int(void);
unsigned ret_uint(void);
long ret_long(void);
unsigned long ret_ulong(void);
long long ret_llong(void);
unsigned long long ret_ullong(void);
__int128 ret_int128(void);
unsigned __int128 ret_uint128(void);

//! group ret-float
//! why st0 at 32 bit, xmm0 at 64, st0 for long double: the x87 stack must hold exactly that
float ret_float(void);
double ret_double(void);
long double ret_ldouble(void);

//! group ret-nothing
//! why no result: every call-preserved register and the x87 stack are left as found
void ret_void(void);
void ret_void_int(int a);
void ret_void_dbl(double a);

//! group ret-pointer
//! why any pointer is returned in eax or rax
void *ret_ptr(void);
const char *ret_cstring(void);
char **ret_ptr_ptr(void);
ret_callback_t ret_callback(void);
//! why an enum is an int: eax (i386 psABI 2.2.3)
enum ret_sign ret_enum_signed(void);
enum ret_kind ret_enum_unsigned(void);

//! group ret-with-args
//! why result and argument registers overlap (eax, edx, rdx, xmm0): in as argument, out as result
_Bool ret_bool_args(int a, int b, int c);
short ret_short_args(short a, short b, short c);
unsigned ret_uint_args(unsigned a, unsigned b, unsigned c);
//! why edx carries an argument in and the upper half out under regparm2 and regparm3
long long ret_llong_args(int a, int b, int c);
//! why under fastcall the upper half leaves in edx, where b came in, and bytes are popped
long long ret_llong_stack(int a, int b, int c, int d, int e);
//! why rdx carries the 3rd argument in and the upper half out
__int128 ret_int128_args(long a, long b, long c);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
float ret_float_args(float a, int b, float c);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
double ret_double_args(double a, double b, int c);
//! why an integer in, a floating result out: no register is shared
double ret_double_of_long(long a);
long ret_long_of_double(double a);
//! why the result is on the x87 stack while all arguments are in memory
long double ret_ldouble_args(long double a, double b, float c);
long double ret_ldouble_of_int(int a);
