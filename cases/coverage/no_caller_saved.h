/* SPDX-License-Identifier: MIT */
/* The same for no_caller_saved, whose functions of each argument list save what they change: made by
 * `clobber coverage --generate --abi no_caller_saved'. */
//! group no-caller-saved-coverage
//! why every state of the convention meets every class of argument
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_000(long long, long long, float, float, float, long long, double, float, double, double, long double, double, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_001(long long, long double, long long, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_002(float, int, int, int, int, int, int, int, int, long long, long long, __int128, float, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_003(double, long long, long long, long long, long long, long long, long long, double, long long, int, __int128, float, int, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_004(long double, int, __int128, long long, long long, long long, long long, int, __int128, float, long double, int, float, long long);
//! leaf
//! known clang<20 no_caller_saved argument: LLVM 41784, 123935: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_005(int, float, __int128, __int128, __int128, float, int, double, long long, long long, __int128, float, int, int);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_006(int, double, float, int, int, int, int, long long, long double, int, float, __int128, double, long long);
//! leaf
//! known clang<20 no_caller_saved argument: LLVM 41784, 123935: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_007(__int128, long long, __int128, __int128, float, double, __int128, float, int, long double, int, float, long long, __int128);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_008(__int128, __int128, __int128, long double, double, int, double, double, double, __int128, float, int, int, long long);
//! leaf
//! known clang<20 no_caller_saved argument: LLVM 41784, 123935: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_009(__int128, double, __int128, float, long long, double, __int128, float, int, double, __int128, float, int, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_010(float, __int128, double, long long, long long, float, int, double, long long, long double, int, float, long long, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_011(float, float, int, long long, __int128, double, long long, long double, long long, int, long double, int, float, double);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_012(float, double, long long, __int128, __int128, long double, int, int, __int128, int, long double);
//! leaf
//! known clang<20 no_caller_saved argument: LLVM 41784, 123935: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_013(float, long double, int, double, float, int, int, int, float, int, __int128, float, int, long double);
//! leaf
//! known clang<20 no_caller_saved argument: LLVM 41784, 123935: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_014(int, __int128, float, float, float, long long, double, long long, double, __int128, float, int, long long, long long);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_015(int, __int128, double, double, double, float, int, float, int, double, long long, __int128, float, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_016(int, __int128, long double, int, float, double, long double, __int128, int, float, float, long double);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_017(int, float, long double, int, long double, int, long double, int, long double, __int128, int, __int128, int, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_018(__int128, __int128, long double, double, int, long double, float, float, float, long double, float, long double, long long);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_019(float, float, __int128, double, __int128, long double, __int128, int, float, float, float, __int128, double, long long);
//! leaf
//! known clang<20 no_caller_saved argument: LLVM 41784, 123935: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_020(float, float, float, int, long long, float, int, long long, double, float, int, __int128, float, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_021(float, float, double, long long, __int128, long double, __int128, float, float, float, double, long long, __int128, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_022(float, float, long double, int, double, float, int, long long, double, int, double, long long, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_023(int, __int128, __int128, long double, double, int, int, float, float, float, float, double, float, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_024(int, float, float, long double, int, long double, int, long double, float, float, long double, __int128);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_025(float, float, float, __int128, double, __int128, long double, __int128, int, float, __int128, int, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_026(float, float, float, float, int, long long, float, int, long long, long double, long long, int, float, long double);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_027(float, float, float, double, long long, float, int, long long, float, int, float, int, __int128, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_028(float, float, float, long double, int, double, double, long long, __int128, __int128, int, float, double, long long);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_029(int, float, float, float, long double, int, long double, float, double, float, int, long long, double, long long);
//! leaf
//! known clang<18 no_caller_saved argument: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_030(__int128, __int128, __int128, int, long long, int, __int128, int, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_031(__int128, __int128, __int128, int, double, float, float, float, float, float, long double, float, double, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_032(__int128, __int128, __int128, int, long double, float, float, float, float, float, float, float, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_033(float, float, float, float, __int128, long double, float, double, long long, float, int, float, int, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_034(float, float, float, float, float, int, __int128, long double, __int128, float, float, double, long long, long long);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_035(float, float, float, float, double, long long, float, int, __int128, long double, __int128, int, float, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_036(float, float, float, float, long double, int, long double, __int128, float, float, long double, __int128, float, long double);
//! leaf
//! known clang<18 no_caller_saved argument: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_037(float, float, float, float, float, __int128, long double, float, float, int, long long, double, long long, __int128);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_038(float, float, float, float, float, float, int, long long, double, long long, float, int, __int128, __int128);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_039(float, float, float, float, float, double, long long, float, int, __int128, long double, __int128, int, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_040(float, float, float, float, float, long double, int, double, double, long long, float, int, long long, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_041(int, float, float, float, float, float, long double, float, long double, __int128, float, __int128, float, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_042(float, float, float, float, float, float, __int128, long double, float, double, long long, __int128, double, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_043(float, float, float, float, float, float, float, int, float, int, __int128, double, int, long long);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_044(float, float, float, float, float, float, double, long long, double, long long, float, int, int, long long);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_045(float, float, float, float, float, float, long double, float, __int128, long double, float, double, long long, long long);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_046(float, float, float, float, float, float, float, float, int, __int128, float, __int128, __int128, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_047(float, float, float, float, float, float, float, double, long long, float, int, __int128, __int128, int);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_048(float, float, float, float, float, float, float, long double, int, long double, __int128, float, double, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_049(float, float, float, float, float, float, float, float, __int128, long double, __int128, long double, __int128, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_050(float, float, float, float, float, float, float, float, float, int, long long, float, float, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_051(float, float, float, float, float, float, float, float, double, long long, __int128, double, float, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_052(float, float, float, float, float, float, float, float, long double, int, double, float, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_053(float, float, float, float, float, float, float, float, float, __int128, long double, __int128, __int128, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_054(float, float, float, float, float, float, float, float, float, float, float, double, float, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_055(int, float, float, float, float, float, float, float, float, float, double, float, long double);
//! leaf
//! known clang<18 no_caller_saved argument,locals: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_056(__int128, __int128, __int128, int, float, float, float, float, float, float, float, __int128, int, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_057(__int128, __int128, __int128, float, float, float, float, float, float, float, float, long double, int, long long);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_058(__int128, __int128, float, float, float, float, float, float, float, float, float, float, float, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_059(__int128, __int128, float, float, float, float, float, float, float, float, float, long double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_060(int, __int128, __int128, float, float, float, float, float, float, float, float, float, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_061(int, __int128, __int128, float, float, float, float, float, float, float, float, float, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_062(int, __int128, __int128, float, float, float, float, float, float, float, float, float, long double);
//! leaf
//! known clang<18 no_caller_saved argument: LLVM 41784: __int128 split, or r9 lost behind it
__attribute__((no_caller_saved_registers)) void ncs_walk_063(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, __int128);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_064(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, float);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_065(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, double);
//! leaf
__attribute__((no_caller_saved_registers)) void ncs_walk_066(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, long double);
