/* SPDX-License-Identifier: MIT */
/* The same for vectorcall: made by `clobber coverage --generate --abi vectorcall'. */
//! group vectorcall-coverage
//! why every state of the convention meets every class of argument
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_000(long long, int, long long, int, long long, long long, float, int, int, int, int, long long, float, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_001(long long, long long, int, long long, float, int, double, long long, int, int, float, int, int, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_002(long long, float, int, long long, long long, float, int, double, long long, long long, float, int, int, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_003(long long, double, long long, int, float, int, float, float, long long, long long, float, int, int, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_004(float, long long, float, int, long long, long long, float, int, double, float, long long, long long, float, int);
__attribute__((vectorcall)) void vc_walk_005(int, int, double, int, long long, long long, float, long long, int, long long, int, long long, float, long long);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_006(int, long long, double, double, double, long long, long long, float, int, double, double, long long, int, long long);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_007(int, float, float, float, long long, double, long long, int, double, float, long long, int, long long, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_008(int, float, double, double, float, long long, float, long long, int, double, int, long long, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_009(int, float, long long, int, long long, int, double, double, float, long long, long long, float, long long, long long);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_010(long long, long long, long long, long long, float, long long, double, long long, int, float, float, long long, double, float);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_011(long long, long long, double, float, long long, float, long long, int, double, float, long long, double, long long, long long);
__attribute__((vectorcall)) void vc_walk_012(float, float, int, int, int, long long, float, long long, double, double, float);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_013(float, float, long long, double, float, long long, int, double, float, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_014(float, float, float, int, double, float, long long, int, int, int, int, double);
__attribute__((vectorcall)) void vc_walk_015(int, int, int, long long, long long, float, long long, float, double, float, float, float);
__attribute__((vectorcall)) void vc_walk_016(int, int, int, double, long long, double, float, double, double, double);
__attribute__((vectorcall)) void vc_walk_017(int, int, long long, float, int, long long, float, float, int, int, long long, float, int);
__attribute__((vectorcall)) void vc_walk_018(int, int, long long, double);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_019(int, long long, long long, float, double, double, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_020(int, long long, long long, double, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_021(int, float, float, long long, long long, float, float, float, double, long long, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_022(long long, long long, long long, int, int, int, float);
__attribute__((vectorcall)) void vc_walk_023(long long, long long, long long, float, long long, double, float, long long, double, float, long long, long long, float, long long);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_024(long long, long long, long long, double, long long, float, double, float, long long, double, double, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_025(float, float, float, long long, int);
__attribute__((vectorcall)) void vc_walk_026(int, int, int, long long, double);
__attribute__((vectorcall)) void vc_walk_027(int, float, float, float, int);
__attribute__((vectorcall)) void vc_walk_028(float, float, float, float, int, double, float, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_029(float, float, float, float, long long, int);
__attribute__((vectorcall)) void vc_walk_030(float, float, float, float, float, int, double, long long);
__attribute__((vectorcall)) void vc_walk_031(int, float, float, float, float, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_032(long long, long long, float, float, float, double, float, float, int);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_033(float, float, float, float, float, long long, int);
__attribute__((vectorcall)) void vc_walk_034(int, float, float, float, float, float, int);
__attribute__((vectorcall)) void vc_walk_035(long long, long long, float, float, float, float, double, double, long long);
__attribute__((vectorcall)) void vc_walk_036(float, float, float, float, float, float, int);
__attribute__((vectorcall)) void vc_walk_037(float, float, float, float, float, float, long long);
//! known clang<16 vectorcall/32 argument,stack-pointer,fault: behind a 64-bit integer no other takes ecx or edx
__attribute__((vectorcall)) void vc_walk_038(long long, long long, float, float, float, float, float, int);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows __int128 is passed as the psABI has it
__attribute__((vectorcall)) void vc_walk_039(__int128, int, __int128, __int128, float, float);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows __int128 is passed as the psABI has it
__attribute__((vectorcall)) void vc_walk_040(float, __int128, __int128, __int128, float, float);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows __int128 is passed as the psABI has it
__attribute__((vectorcall)) void vc_walk_041(float, float, __int128, __int128);
//! known clang vectorcall/64 argument,reference: LLVM issue 62700: outside of Windows __int128 is passed as the psABI has it
__attribute__((vectorcall)) void vc_walk_042(float, float, float, __int128, float, double);
__attribute__((vectorcall)) void vc_walk_043(int, int, int, int, float, double);
