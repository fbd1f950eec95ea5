/* SPDX-License-Identifier: MIT */
/* Argument lists that take every transition of every convention the other case files leave out.
 * Made by `clobber coverage --generate'. */
//! group coverage
//! why every state of every convention meets every class of argument
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_000(__int128, float, long long, long long, long long, int, long long, int, __int128, float, long long, __int128, __int128, float);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_001(int, float, __int128, __int128, long long, long double, int, float, float, long long, long long, __int128, __int128, float);
void walk_002(__int128, __int128, float, float, __int128, long double, float, long double, int, float, int, int, long long, long long);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument,locals: LLVM 41784: __int128 split or misaligned
void walk_003(__int128, float, __int128, long double, __int128, int, __int128, int, long double, int, float, float, long double);
//! known clang<20 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784, 123935: r9 lost behind __int128
void walk_004(__int128, float, long double, int, double, int, float, int, __int128, float, int, __int128, float, int);
void walk_005(float, float, __int128, __int128, double, long long, double, long long, long double, int, float, int, long long, long long);
//! known clang<20 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784, 123935: r9 lost behind __int128
void walk_006(float, float, long double, int, __int128, __int128, __int128, float, long double, long long, int, float, __int128);
//! known clang<20 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784, 123935: r9 lost behind __int128
void walk_007(int, __int128, __int128, float, __int128, float, long double, long long, int, float, float, long double, float, __int128);
//! known clang<20 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784, 123935: r9 lost behind __int128
void walk_008(int, __int128, __int128, double, float, float, float, __int128, float, long long, float, long long, int, __int128);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_009(int, __int128, float, long double, float, long double, int, long double, float, float, long long, long double, float, __int128);
void walk_010(int, float, float, float, int, __int128, long double, __int128, float, float, long double, int, float, long long);
void walk_011(int, float, float, double, long long, float, int, int, double, int, double, int, long double);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_012(int, float, float, long double, int, long double, float, double, long long, float, int, float, int, __int128);
void walk_013(float, float, float, int, __int128, double, double, long long, double, long long, float, int, int, long long);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument,locals: LLVM 41784: __int128 split or misaligned
void walk_014(float, float, float, long long, float, int, __int128, long double, __int128, int, float, __int128, int, long double);
void walk_015(float, float, float, __int128, long double, int, long double, long long, float, float, long double, __int128);
void walk_016(float, float, float, long double, int, double, long long, float, int, __int128, long double, float, double, long long);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_017(int, float, float, float, long double, __int128, __int128, float, float, float, long double, float, __int128, float);
void walk_018(float, float, float, float, int, __int128, long double, __int128, float, float, float, double, int, int);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_019(float, float, float, float, long long, float, int, long long, float, int, float, int, long double);
void walk_020(float, float, float, float, __int128, double, float, int, long long, double, __int128, __int128, float, long long);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_021(float, float, float, float, long double, int, double, long long, double, long long, float, int, float, int);
void walk_022(int, float, float, float, float, long double, int, long double, float, long double, __int128, float, long double, __int128);
void walk_023(float, float, float, float, float, int, __int128, double, double, long long, double, long long, long long, __int128);
void walk_024(float, float, float, float, float, long long, float, int, float, int, float, int, __int128, float);
void walk_025(float, float, float, float, float, long double, __int128, int, long double, float, long double, __int128);
void walk_026(int, float, float, float, float, float, double, long long, double, long long, double, long long, float, long long);
void walk_027(int, float, float, float, float, float, long double, float, float, int, __int128, long double, long long);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_028(float, float, float, float, float, float, int, double, long long, float, int, __int128, __int128, float);
void walk_029(float, float, float, float, float, float, long long, long double, __int128, float, long double, __int128, int, long double);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument: LLVM 41784: __int128 split or misaligned
void walk_030(float, float, float, float, float, float, __int128, long double, __int128, __int128, int, float, __int128);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
//! known gcc thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_031(float, float, float, float, float, float, long double, float, int, float, int, long long, float, long long);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument,locals: LLVM 41784: __int128 split or misaligned
void walk_032(float, float, float, float, float, float, float, long long, double, long long, __int128, double, __int128, __int128);
void walk_033(float, float, float, float, float, float, float, __int128, double, float, long long, __int128, long long, float);
void walk_034(float, float, float, float, float, float, float, long double, int, long double, __int128, float, double, float);
void walk_035(__int128, float, float, float, float, float, float, float, long double, float, double, __int128, float, long double);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument,locals: LLVM 41784: __int128 split or misaligned
void walk_036(float, float, float, float, float, float, float, float, int, __int128, long double, __int128, double, __int128);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_037(float, float, float, float, float, float, float, float, long long, float, long long, float, long double);
void walk_038(float, float, float, float, float, float, float, float, long double, __int128, float, double, float, long double);
void walk_039(int, float, float, float, float, float, float, float, float, double, __int128, double, __int128, long double);
void walk_040(int, float, float, float, float, float, float, float, float, long double, float, float, float, double);
void walk_041(float, float, float, float, float, float, float, float, float, long long, long double, __int128, float, long double);
void walk_042(float, float, float, float, float, float, float, float, float, __int128, __int128, double, __int128, double);
//! known clang<18 sysv,regparm0,asmlinkage/64,asmlinkage/32 argument,locals: LLVM 41784: __int128 split or misaligned
void walk_043(__int128, __int128, __int128, int, float, float, float, float, float, float, __int128, int, long double);
void walk_044(__int128, __int128, __int128, int, float, float, float, float, float, float, float, long double, float, long double);
void walk_045(__int128, __int128, float, float, float, float, float, float, float, float, float, long double);
void walk_046(int, __int128, __int128, float, float, float, float, float, float, float, float, float, float);
void walk_047(int, __int128, __int128, float, float, float, float, float, float, float, float, float, double);
void walk_048(int, __int128, __int128, float, float, float, float, float, float, float, float, float, long double);
void walk_049(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, long double);
void walk_050(int, int, float, int, float, long long, long long, float, long double, long double);
void walk_051(int, double, double, long long, long long, long long, double, double, long double, long long, long long, double, double, long double);
void walk_052(int, double, long double, long long, long double, long long, long double);
void walk_053(int, long double, long long);
void walk_054(int, long double, long double, double, double, double, long double, double, double);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_055(double, double, long long, long long, long long, double, double, long double, long long, long long, double, double, long double, long double);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_056(double, long double, long long, long double);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_057(long double, long double, long long);
//! known clang thiscall argument,stack-pointer,fault: the first integer goes in ecx though it is not the first argument
void walk_058(double, double, long double, long long);
void walk_059(double, double, long double, double);
void walk_060(long double, float);
void walk_061(int, int, long double, float, float, float, float, double, double, long double, long double, long double, double);
void walk_062(int, float, double, long double, long double);
void walk_063(int, float, long double);
void walk_064(int, double, float);
void walk_065(int, long double, float);
void walk_066(float, float, double);
void walk_067(float, double, double);
void walk_068(float, double, long double);
void walk_069(float, long double, float);
void walk_070(double, long double, long double);
void walk_071(int, int, int, int, float, float, float, long long, long long, long long, long double);
void walk_072(int, int, float, long double, long double);
void walk_073(int, int, int, __int128);
void walk_074(int, int, int, long double);
void walk_075(int, int, int, long long, long long, int, long long, long long);
void walk_076(int, long long, float, long long, long long, float, int, int, long long, float, long long);
