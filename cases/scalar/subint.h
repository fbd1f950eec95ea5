/* SPDX-License-Identifier: MIT */
/* Integers narrower than a register: which bits of the register or stack slot are the value?
 *
 * The psABIs define the low bits only, and for _Bool the low byte (x86-64 psABI 3.2.3, i386 psABI
 * 2.2.3); whether the caller extends to 32 bits is not said, and compilers differ. The upper
 * bits of a sub-int return are undefined (i386 psABI 2.2.3). Microsoft's x64 calling convention
 * lets the callee ignore them. Every case below exposes one side that trusts too much. */

//! group sub-alone
//! why each narrow type in the first register, or the first stack slot, with dirty upper bits
int take_bool(_Bool a);
int take_char(char a);
int take_schar(signed char a);
int take_uchar(unsigned char a);
int take_short(short a);
int take_ushort(unsigned short a);
//! why 32 bits in a 64-bit register: the upper half is unspecified, and an index widens it
unsigned long take_uint_widen(unsigned a);
//! why the callee must sign-extend by itself to use the value as a word
long take_int_widen(int a);
//! why the sign must reach the upper word of a register pair at 32 bit
long long take_schar_widen(signed char a);

//! group sub-position
//! why each INTEGER register has a byte part of its own; sil, dil, r8b exist only at 64 bit
int bool_2nd(int a, _Bool b);
int bool_3rd(int a, int b, _Bool c);
int bool_4th(int a, int b, int c, _Bool d);
int char_2nd(int a, char b);
int char_3rd(int a, int b, char c);
int char_4th(int a, int b, int c, char d);
//! why r8b under sysv, the first stack slot under ms
int char_5th(int a, int b, int c, int d, char e);
int char_6th(int a, int b, int c, int d, int e, char f);
int short_2nd(int a, short b);
int short_3rd(int a, int b, short c);
int ushort_4th(int a, int b, int c, unsigned short d);
int short_6th(int a, int b, int c, int d, int e, short f);
//! why all six sysv registers hold bytes: a mix-up of two registers shows in any of them
int uchar_6(unsigned char a, unsigned char b, unsigned char c, unsigned char d, unsigned char e,
	    unsigned char f);
//! why all six sysv registers hold truth values, dirty above bit 7
_Bool bool_6(_Bool a, _Bool b, _Bool c, _Bool d, _Bool e, _Bool f);

//! group sub-stack
//! why the 7th and later integers are on the stack: a narrow one still takes a whole word
int bool_7th(int a, int b, int c, int d, int e, int f, _Bool g);
int char_7th(int a, int b, int c, int d, int e, int f, char g);
int short_7th(int a, int b, int c, int d, int e, int f, short g);
//! why an int on the 64-bit stack is narrow too: 4 bytes of its slot are padding
long uint_7th_widen(long a, long b, long c, long d, long e, long f, unsigned g);
//! why neighbours on the stack are not packed: two chars, two slots
int char_7th_8th(int a, int b, int c, int d, int e, int f, char g, char h);
//! why a wide slot follows narrow ones at its own word
long sub_then_long(int a, int b, int c, int d, int e, int f, char g, short h, long i);

//! group sub-mixed
//! why narrow beside wide: each argument keeps a register or slot of its own
int char_short_int(char a, short b, int c);
long long_char_long(long a, char b, long c);
int bool_ptr_bool(_Bool a, void *b, _Bool c);
//! why same bits, different sign: extension must follow the parameter's own type
int schar_uchar(signed char a, unsigned char b);
int short_ushort(short a, unsigned short b);
//! why a narrow argument after a register pair at 32 bit
int llong_char(long long a, char b);
//! why a narrow integer does not consume an xmm register, except its position under ms
double char_double_char(char a, double b, char c);

//! group sub-return
//! why only al or ax is defined in a narrow result; the rest may be anything (i386 psABI 2.2.3)
_Bool ret_bool_of_int(int a);
char ret_char_of_int(int a);
unsigned char ret_uchar_of_int(int a);
short ret_short_of_int(int a);
unsigned short ret_ushort_of_int(int a);
signed char ret_schar_of_long(long a);
//! why nothing to narrow in the callee: a caller that trusts eax sees the argument's dirty bits
char ret_char_of_char(char a);
//! why eax only: rax bits 32-63 of an unsigned result are not promised to be zero
unsigned ret_uint_of_ulong(unsigned long a);
