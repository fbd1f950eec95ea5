/* SPDX-License-Identifier: MIT */
/* Bit-fields in structs: where the bits lie, and which class they give their eightbyte.
 *
 * x86-64 psABI 3.1.2, Bit-Fields: allocated from right to left, never across a boundary of the
 * declared type, unnamed ones without influence on alignment. A named one is of an integral type,
 * so of class INTEGER (3.2.3); of unnamed ones no document says whether they are fields or padding
 * (C: they are no members). The i386 psABI 2.1.2 lays structs out alike. Every member's bits are
 * compared, never padding. */

struct named { int a : 3; unsigned b : 5; int c : 9; };
struct signs { signed int a : 5; unsigned b : 5; short c : 7; unsigned char d : 3; };
struct gaps { int a : 3; int : 7; unsigned b : 5; int : 20; char c; };
struct zero { char a : 4; int : 0; char b : 4; short c; };
struct zero_float { float a; int : 0; float b; };
struct zero_last { float a; int : 0; };
union zero_double { double a; long long : 0; };
union zero_first { int : 0; float a; };
struct unnamed_wide { long long : 39; };
struct unnamed_word { long long : 64; };
union one_double { double a; };
struct cross { int a : 20, b : 20, c : 20; };
struct wide { long long a : 40; unsigned long long b : 23; long long c : 50; };
struct bools { _Bool a : 1; _Bool b : 1; char c; _Bool d : 1; };
struct pad_float { int : 32; float a; };
struct float_bits { float a; int b : 7; float c; long long : 20; };
struct bits_only { int : 5; };
union bits { int a : 11; float b; _Bool c : 1; };

//! group bits-return
//! why bits in rax, rdx:rax, or in memory at 32 bit; what is above them is padding
//! known clang kernel/32,regparm3@reg-struct: structures travel in registers, integral types only may
//! known gcc kernel/32,regparm3@reg-struct: structures travel in registers, integral types only may
struct named ret_named(int n, struct gaps a, struct signs b);
//! known clang kernel/32,regparm3@reg-struct: structures travel in registers, integral types only may
//! known gcc kernel/32,regparm3@reg-struct: structures travel in registers, integral types only may
struct signs ret_signs(int n, struct zero a, struct named b);
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known clang kernel/32,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
//! known gcc kernel/32,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
struct gaps ret_gaps(int n, struct named a, struct cross b);
//! known clang ms caller reference: copies passed by reference are not aligned to 16
struct zero ret_zero(int n, struct cross a, struct bools b);
//! why 12 bytes: a bit-field starts a new int when it does not fit
struct cross ret_cross(int n, struct wide a, struct zero b);
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
struct wide ret_wide(int n, struct bools a, struct gaps b);
struct bools ret_bools(int n, struct signs a, struct wide b);
//! known clang stdcall stack-pointer,fault: a structure of unnamed bit-fields only is dropped
//! known gcc/O2 ms@pcc-struct caller: a structure of unnamed bit-fields only does not return in memory
union bits ret_union(int n, union bits a, struct float_bits b, struct bits_only c);

//! group bits-regs
//! why INTEGER registers, one or two each, up to the last
//! known clang regparm1,regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm1,regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known gcc kernel/32 caller locals: structures travel in registers, integral types only may
int bits_regs(struct named a, struct signs b, struct cross c, struct bools d, struct zero e);
//! known clang regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
int bits_regs_wide(struct gaps a, struct wide b, union bits c, struct signs d, struct pad_float e);

//! group bits-stack
//! why the same in memory, behind six longs
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
int bits_stack(long a, long b, long c, long d, long e, long f, struct named g, struct gaps h,
	       struct zero i, struct cross j);
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
int bits_stack_wide(long a, long b, long c, long d, long e, struct wide f, struct bools g,
		    struct signs h, union bits i, struct wide j, struct cross k);

//! group bits-class
//! why are unnamed bits fields? {int : 32; float} is SSE when they are padding, else INTEGER
struct pad_float ret_pad_float(struct pad_float a, struct float_bits b, float c);
//! why INTEGER, then SSE or INTEGER: unnamed bits behind a float
struct float_bits ret_float_bits(struct float_bits a, struct pad_float b, union bits c);
//! known clang regparm2,regparm3,kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc regparm2,regparm3,kernel/32 argument: structures travel in registers, integral types only may
int bits_class_regs(double a, double b, double c, double d, double e, double f, double g,
		    struct pad_float h, struct float_bits i, union bits j);
//! known clang stdcall stack-pointer,fault: a structure of unnamed bit-fields only is dropped
//! known clang fastcall stack-pointer,fault: a structure uses up registers that it is not passed in
//! known clang thiscall stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
int bits_class_stack(long a, long b, long c, long d, long e, long f, struct float_bits g,
		     struct pad_float h, union bits i, struct bits_only j);

//! group bits-padding
//! why only unnamed bits: 4 bytes, NO_CLASS under sysv if they are padding, an integer under ms
//! known clang regparm0/32,cdecl,stdcall,asmlinkage/32 argument,stack-pointer,locals,fault: a structure of unnamed bit-fields only is dropped
//! known clang fastcall@reg-struct,regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
//! known clang thiscall@reg-struct: the first integer or structure goes in ecx though it is not the first argument
//! known gcc asmlinkage/64@pcc-struct,ms@pcc-struct,regparm0/64@pcc-struct,sysv@pcc-struct: a structure of unnamed bit-fields only does not return in memory
//! known gcc regparm2@reg-struct,regparm3@reg-struct: structures travel in registers, integral types only may
struct bits_only ret_padding_args(struct bits_only a, int b, double c, struct bits_only d);
//! known clang regparm0/32,cdecl,stdcall,thiscall,regparm1,asmlinkage/32 argument,stack-pointer,locals,fault: a structure of unnamed bit-fields only is dropped
//! known clang/O2 regparm3,kernel/32 caller locals: a structure of unnamed bit-fields only is dropped
//! known gcc kernel/32: a structure uses up registers that it is not passed in
int padding_between(int a, struct bits_only b, int c, struct bits_only d);
//! why a word of its own at 32 bit, no register under sysv: the long behind tells
//! known clang regparm0/32,cdecl,stdcall,fastcall,thiscall,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32 argument,stack-pointer,fault: a structure of unnamed bit-fields only is dropped
//! known gcc ms argument: a structure of unnamed bit-fields only takes no slot
//! known clang/O2 asmlinkage/32,regparm0/32@kernel caller locals: a structure of unnamed bit-fields only is dropped
//! known clang/O2 kernel/32 caller locals: structures travel in registers, integral types only may
int padding_stack(long a, long b, long c, long d, long e, long f, struct bits_only g, long h);

//! group bits-zero
//! why nothing of a zero-width bit-field is in an eightbyte: it stays SSE
//! known gcc<12 asmlinkage/64,regparm0/64,sysv argument: GCC PR 102024: a zero-width bit-field makes an eightbyte INTEGER
//! known gcc regparm2,regparm3 argument: structures travel in registers, integral types only may
//! known clang regparm2,regparm3 argument,locals: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
int zero_args(struct zero_float a, struct zero_last b, int c);
//! known gcc asmlinkage/64,regparm0/64,sysv argument: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
//! known gcc regparm2,regparm3 argument: structures travel in registers, integral types only may
//! known clang thiscall argument,fault: the first integer or structure goes in ecx though it is not the first argument
int zero_union_args(union zero_double a, union zero_first b, double c);
//! known gcc<12 asmlinkage/64,regparm0/64,sysv return: GCC PR 102024: a zero-width bit-field makes an eightbyte INTEGER
struct zero_float ret_zero_float(int a);
//! known gcc<12 asmlinkage/64,regparm0/64,sysv,asmlinkage/64@pcc-struct,regparm0/64@pcc-struct,sysv@pcc-struct argument,return: GCC PR 102024: a zero-width bit-field makes an eightbyte INTEGER
struct zero_last ret_zero_last(struct zero_last a);
//! known gcc asmlinkage/64,regparm0/64,sysv,asmlinkage/64@pcc-struct,regparm0/64@pcc-struct,sysv@pcc-struct argument,return: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
union zero_double ret_zero_double(union zero_first a);
//! known gcc asmlinkage/64,regparm0/64,sysv return: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
union zero_first ret_zero_first(void);
//! varargs struct zero_float, union zero_double, double
//! known gcc asmlinkage/64,regparm0/64,sysv argument,varargs-al: a zero-width bit-field of a union makes its eightbyte INTEGER, as GCC PR 102024 says of structures
int va_zero(int n, ...);

//! group bits-wide
//! why two words of unnamed bits on the stack, and registers free behind them
//! known gcc fastcall stack-pointer,fault: a structure uses up registers that it is not passed in
//! known gcc kernel/32 argument,locals: structures travel in registers, integral types only may
//! known clang regparm0/32,cdecl,stdcall,thiscall,asmlinkage/32,regparm0/32@kernel argument,stack-pointer,locals,fault: a structure of unnamed bit-fields only is dropped
//! known clang fastcall stack-pointer,fault: a structure uses up registers that it is not passed in
//! known clang regparm2,regparm3,kernel/32 caller locals: structures travel in registers, integral types only may
//! known clang/O0 ms caller reference: copies passed by reference are not aligned to 16
void unnamed_wide_first(struct unnamed_wide a, int b);
//! why where everything behind a structure goes, down to what is aligned to 16
//! known gcc fastcall argument,stack-pointer,fault: a structure uses up registers that it is not passed in
//! known gcc regparm2,regparm3 argument: structures travel in registers, integral types only may
//! known clang<22 regparm0/32,cdecl,stdcall argument,stack-pointer,locals,fault: __float128 is not aligned to 16 on the stack
//! known clang fastcall argument,stack-pointer,fault: a structure uses up registers that it is not passed in
//! known clang thiscall argument,stack-pointer,fault: the first integer or structure goes in ecx though it is not the first argument
//! known clang<20 ms argument,reference,locals: LLVM 115052: __float128 is passed by value
void one_double_first(union one_double a, int b, int c, int d, __float128 e);
//! known clang/O0,O2 regparm0/32,cdecl,stdcall,thiscall,asmlinkage/32,regparm0/32@kernel,regparm3,kernel/32 stack-pointer,locals,fault: a structure of unnamed bit-fields only is dropped
//! known clang fastcall stack-pointer,fault: a structure uses up registers that it is not passed in
//! known clang>=19/O0 ms caller reference: copies passed by reference are not aligned to 16
int unnamed_wide_slots(int a, int b, int c, int d, struct unnamed_wide e);
//! why behind the registers of ms, a slot of its own
//! known clang/O0,O2 regparm0/32,cdecl,stdcall,thiscall,regparm1,regparm2,asmlinkage/32,kernel/32,regparm0/32@kernel stack-pointer,locals,fault: a structure of unnamed bit-fields only is dropped
//! known clang fastcall stack-pointer,fault: a structure uses up registers that it is not passed in
//! known gcc ms caller locals: a structure of unnamed bit-fields only takes no slot
void unnamed_word_slot(int a, int b, int c, int d, struct unnamed_word e);

//! group bits-va
//! why va_arg reads whole eightbytes; bits are cut out of them
//! varargs struct named, struct gaps, struct cross, struct zero
//! known clang/O2 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_bits(int n, ...);
//! varargs struct wide, struct signs, struct bools, union bits
//! known clang ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_bits_wide(int n, ...);
//! varargs struct pad_float, struct float_bits, double
//! known clang<16/O0 ms caller reference: copies passed by reference are not aligned to 16
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
int va_bits_class(int n, ...);
//! varargs int, struct bits_only, int
//! known clang regparm0/32,cdecl,regparm1,regparm2,regparm3,asmlinkage/32,kernel/32 argument,stack-pointer,fault: a structure of unnamed bit-fields only is dropped
//! known gcc regparm1,regparm2,regparm3 stack-pointer,fault: the pointer to a variadic memory return is not popped
//! known gcc ms callee argument: va_arg reads wide values in line, the caller passes a reference
//! known gcc asmlinkage/64@pcc-struct,regparm0/64@pcc-struct,sysv@pcc-struct: a structure of unnamed bit-fields only does not return in memory
//! known gcc ms@pcc-struct caller: va_arg reads wide values in line, the caller passes a reference
//! known gcc ms@pcc-struct callee hidden-pointer: a structure of unnamed bit-fields only does not return in memory
struct bits_only va_bits_padding(int n, ...);
