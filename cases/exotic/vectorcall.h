/* SPDX-License-Identifier: MIT */
/* vectorcall's vectors, and aggregates of them: the examples of Microsoft's page. */
typedef float vc_m128 __attribute__((vector_size(16)));
typedef double vc_m256 __attribute__((vector_size(32)));
typedef long long vc_i128 __attribute__((vector_size(16)));
typedef float vc_m64 __attribute__((vector_size(8)));
struct vc_hva2 { vc_m128 array[2]; };
struct vc_hva4 { vc_m256 array[4]; };
struct vc_hva5 { vc_m128 array[5]; };

//! group vectorcall-vectors
//! why vectors travel in registers 0 to 5, whatever their size, and by reference beyond these
__attribute__((vectorcall)) vc_m128 vc_one(vc_m128 a);
__attribute__((vectorcall)) vc_m128 vc_six(vc_m128 a, vc_m128 b, vc_m128 c, vc_m128 d, vc_m128 e, vc_m128 f);
__attribute__((vectorcall)) vc_m128 vc_mixed(int a, vc_m128 b, double c, vc_m128 d);
__attribute__((vectorcall)) vc_m128 vc_seven(int a, int b, vc_m128 c, vc_m128 d, vc_m128 e, vc_m128 f, vc_m128 g, vc_m128 h, vc_m128 i);
__attribute__((vectorcall)) int vc_m64s(vc_m64 a, vc_m128 b);
//! known clang vectorcall/64 argument,return,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_hva2 vc_hva_m128(int a, struct vc_hva2 b, vc_m128 c);
__attribute__((vectorcall)) int vc_hva_five_m128(struct vc_hva5 a, vc_m128 b);

//! known clang vectorcall/64 argument,return,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_hva2 vc_hva_register(vc_m128 a, vc_m128 b, vc_m128 c, vc_m128 d, struct vc_hva2 e);
//! known clang vectorcall/64 argument,return,reference,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_hva2 vc_hva_no_register(vc_m128 a, vc_m128 b, vc_m128 c, struct vc_hva2 d, vc_m128 e, vc_m128 f);

union vc_m { vc_m128 a; vc_i128 b; };
struct vc_hvau { union vc_m a, b, c, d; };

//! group vectorcall-unions
//! why clang before 19 passes a pointer on the stack and reads the aggregate there: LLVM issue 56107, a divergence
__attribute__((vectorcall)) struct vc_hvau vc_union_hva(union vc_m a, union vc_m b, union vc_m c, struct vc_hvau d, union vc_m e, int f);
__attribute__((vectorcall)) union vc_m vc_union(union vc_m a, int b);

//! group vectorcall-examples
//! why Microsoft's page has these examples
__attribute__((vectorcall)) vc_m128 vc_example1(vc_m128 a, vc_m128 b, vc_m256 c, vc_m128 d, vc_m256 e);
__attribute__((vectorcall)) vc_m256 vc_example2(int a, vc_m128 b, int c, vc_m128 d, vc_m256 e, float f, int g);
//! known clang vectorcall/64 argument,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) vc_m128 vc_example3(int a, struct vc_hva2 b, int c, int d, int e);
//! known clang vectorcall/64@avx,vectorcall/64@avx512f argument,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) float vc_example4(int a, float b, struct vc_hva4 c, vc_m128 d, int e);
//! known clang vectorcall/64 argument,fault: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) int vc_example5(int a, struct vc_hva2 b, int c, struct vc_hva4 d, int e);
//! known clang vectorcall/64@avx,vectorcall/64@avx512f argument,return,fault,reference: LLVM issue 62700: outside of Windows aggregates are passed as the psABI has them
__attribute__((vectorcall)) struct vc_hva4 vc_example6(struct vc_hva2 a, struct vc_hva4 b, vc_m256 c, struct vc_hva2 d);
