/* SPDX-License-Identifier: MIT */
/* no_caller_saved_registers: arguments and return values are the C convention's, and every general
 * register is callee-saved, but for the return value's; registers of arguments are not judged, for GCC
 * and clang document them differently. At -O0 clang restores rax over the return value. */

//! group no-caller-saved-void
//! why nothing comes back: every general register that holds no argument is as it was
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) void ncs_none(void);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) void ncs_int3(int a, long b, char c);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) void ncs_int7(int a, int b, int c, int d, int e, int f, int g);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) void ncs_pointer_void(void *a, unsigned short b);

//! group no-caller-saved-int
//! why integers come back in rax and rdx
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved callee return: LLVM issue 173800: at -O0 rax is restored over the return value
__attribute__((no_caller_saved_registers)) int ncs_int(int a);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved callee return: LLVM issue 173800: at -O0 rax is restored over the return value
__attribute__((no_caller_saved_registers)) _Bool ncs_bool(_Bool a);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved callee return: LLVM issue 173800: at -O0 rax is restored over the return value
__attribute__((no_caller_saved_registers)) short ncs_short(short a, unsigned char b);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved callee return: LLVM issue 173800: at -O0 rax is restored over the return value
__attribute__((no_caller_saved_registers)) void *ncs_pointer(void *a, long b);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved/64 callee return: LLVM issue 173800: at -O0 rax is restored over the return value
__attribute__((no_caller_saved_registers)) long long ncs_llong(unsigned a, long long b);
__attribute__((no_caller_saved_registers)) __int128 ncs_int128(__int128 a, int b);

//! group no-caller-saved-float
//! why floating-point values travel as in the C convention, and no document agrees about vector state
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved/64 callee return: LLVM issue 173800: at -O0 xmm0 is restored over the return value
__attribute__((no_caller_saved_registers)) float ncs_float(float a);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved/64 callee return: LLVM issue 173800: at -O0 xmm0 is restored over the return value
__attribute__((no_caller_saved_registers)) double ncs_double(double a, float b);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) double ncs_doubles9(double a, double b, double c, double d, double e, double f, double g, double h, double i);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) long double ncs_ldouble(long double a);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
//! known clang/O0 no_caller_saved callee return: LLVM issue 173800: at -O0 rax is restored over the return value
__attribute__((no_caller_saved_registers)) int ncs_mixed(int a, double b, long c, float d);
//! known clang/O0 no_caller_saved/32 callee locals: LLVM issue 173800: at -O0 eax is restored over the return value of a function that it calls
__attribute__((no_caller_saved_registers)) void ncs_void_double(double a);
