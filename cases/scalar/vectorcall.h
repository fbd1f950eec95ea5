/* SPDX-License-Identifier: MIT */
/* vectorcall: what no document places is observed: at 64 bit, outside of Windows, all that is on the
 * stack. Types of the page are float, double, __m128 and __m256 (see also cases/exotic/vectorcall.h);
 * examples of it have its numbers. */

//! group vectorcall-integers
//! why integer types go by position (64 bit), or take the next of ecx and edx (32 bit)
__attribute__((vectorcall)) void vc_void(void);
__attribute__((vectorcall)) int vc_int(int a);
__attribute__((vectorcall)) _Bool vc_narrow(char a, unsigned short b, _Bool c);
__attribute__((vectorcall)) short vc_short(signed char a, short b, unsigned char c, unsigned short d);
__attribute__((vectorcall)) void *vc_pointers(void *a, char *b, int (*c)(void));
__attribute__((vectorcall)) long vc_long4(long a, unsigned long b, long c, long d);
__attribute__((vectorcall)) int vc_int6(int a, int b, int c, int d, int e, int f);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) int vc_llong(int a, long long b, int c, int d);
__attribute__((vectorcall)) long long vc_ret_llong(int a);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows __int128 is passed as the psABI has it
__attribute__((vectorcall)) void vc_int128(int a, __int128 b, int c);

//! group vectorcall-floats
//! why floating-point values take vector registers 0 to 5, by position or one after the other
__attribute__((vectorcall)) float vc_float(float a);
__attribute__((vectorcall)) double vc_double(double a);
__attribute__((vectorcall)) double vc_double2(float a, double b);
__attribute__((vectorcall)) float vc_double6(double a, float b, double c, float d, double e, float f);
__attribute__((vectorcall)) double vc_mixed4(int a, double b, int c, float d);
__attribute__((vectorcall)) double vc_mixed6(int a, double b, int c, float d, double e, double f);
__attribute__((vectorcall)) int vc_first(double a, int b);
__attribute__((vectorcall)) float vc_pointer(float *a, float b, char c, double d);
__attribute__((vectorcall)) double vc_double7(double a, double b, double c, double d, double e, double f, double g);

struct vc_i1 { int a; };
struct vc_s2 { short a, b; };
struct vc_i2 { int a, b; };
struct vc_c3 { char a[3]; };
struct vc_i3 { int a, b, c; };
struct vc_big { long a[5]; };
union vc_u { int a; char b[4]; };

//! group vectorcall-structures
//! why a structure that fits a register is an integer type; larger ones go by reference, or on the stack
//! known clang vectorcall/32 argument,stack-pointer,fault: a structure that fits ecx or edx goes on the stack
__attribute__((vectorcall)) int vc_struct4(struct vc_i1 a, int b);
//! known clang vectorcall/32 argument,stack-pointer,fault: a structure that fits ecx or edx goes on the stack
__attribute__((vectorcall)) int vc_shorts(int a, struct vc_s2 b, int c);
//! known clang vectorcall/32 argument,stack-pointer,fault: a structure that fits ecx or edx goes on the stack
__attribute__((vectorcall)) int vc_union4(union vc_u a, int b);
//! known clang vectorcall/32 argument,stack-pointer,fault: behind a structure on the stack no integer takes ecx or edx
__attribute__((vectorcall)) int vc_struct8(int a, struct vc_i2 b, int c);
//! known clang vectorcall/32 argument,stack-pointer,fault: a structure that fits ecx or edx goes on the stack
__attribute__((vectorcall)) int vc_struct3(int a, struct vc_c3 b, int c);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
//! known clang vectorcall/32 argument,stack-pointer,fault: behind a structure on the stack no integer takes ecx or edx
__attribute__((vectorcall)) int vc_struct12(int a, struct vc_i3 b, int c);
__attribute__((vectorcall)) double vc_struct_large(double a, struct vc_big b, float c);
//! known clang vectorcall/32 argument,return,fault: structures return in memory, as the i386 psABI has it
__attribute__((vectorcall)) struct vc_i1 vc_ret_struct4(int a);
//! known clang vectorcall/32 argument,return,fault: structures return in memory, as the i386 psABI has it
__attribute__((vectorcall)) struct vc_i2 vc_ret_struct8(int a, double b);
//! known clang vectorcall/64 argument,return,hidden-pointer: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_i3 vc_ret_struct12(int a, double b);
__attribute__((vectorcall)) struct vc_big vc_ret_struct_large(void);

struct vc_f1 { float a; };
struct vc_f3 { float a, b, c; };
struct vc_f4 { float a[4]; };
struct vc_d2 { double a, b; };
struct vc_d3 { double a, b, c; };
struct vc_d4 { double w, x, y, z; };
struct vc_d5 { double a[5]; };
struct vc_fi { float a; int b; double c; };
struct vc_nest { struct vc_d2 a; double b; };
union vc_ud { double a[3]; double b; };

//! group vectorcall-hva
//! why members of a homogeneous aggregate take the vector registers that vector arguments leave
__attribute__((vectorcall)) int vc_hva2(struct vc_d2 a);
//! known clang vectorcall/64 argument: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva3(int a, struct vc_f3 b, int c);
//! known clang vectorcall/64 argument: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva4(struct vc_f4 a, double b);
//! known clang vectorcall/64 argument,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva_apart(double a, struct vc_d4 b, double c);
//! known clang vectorcall/64 argument: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva_two(struct vc_d2 a, struct vc_f4 b);
//! known clang vectorcall/64 argument,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva_many(struct vc_d4 a, struct vc_d3 b, struct vc_d2 c);
//! known clang vectorcall/64 argument: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva_late(int a, int b, int c, int d, int e, struct vc_d2 f);
//! known clang vectorcall/64 argument,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_hva_reference(int a, int b, struct vc_d4 c, struct vc_d4 d);
__attribute__((vectorcall)) int vc_hva_five(struct vc_d5 a, double b);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
//! known clang vectorcall/32 argument,stack-pointer,fault: structures are passed as the psABI has them, whose floating-point members take xmm registers
__attribute__((vectorcall)) int vc_hva_mixed(struct vc_fi a, double b);
__attribute__((vectorcall)) int vc_hva_small(struct vc_f1 a, struct vc_d2 b);
__attribute__((vectorcall)) int vc_hva_nested(struct vc_nest a, int b);
__attribute__((vectorcall)) int vc_hva_union(union vc_ud a, int b);
__attribute__((vectorcall)) struct vc_d2 vc_ret_hva2(struct vc_d2 a);
//! known clang vectorcall/64 return: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_f3 vc_ret_hva3(float a);
//! known clang vectorcall/64 argument,return,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_d4 vc_ret_hva4(int a, struct vc_d4 b);
__attribute__((vectorcall)) struct vc_d5 vc_ret_hva5(int a);
