/* SPDX-License-Identifier: MIT */
/* The same for preserve_none, which has registers of its own for arguments: made by `clobber coverage
 * --generate --abi preserve_none'. */
//! group preserve-none-coverage
//! why every state of the convention meets every class of argument
__attribute__((preserve_none)) void pn_walk_000(int, __int128, __int128, long long, long long,
	int, int, int, int, int, int, int, long long, long long, float, int, int, long long,
	long long, __int128, float, int);
__attribute__((preserve_none)) void pn_walk_001(int, double, int, int, int, int, int, int, int,
	int, int, int, int, double, long long, int, __int128, float, int, int, long long,
	long long);
__attribute__((preserve_none)) void pn_walk_002(__int128, __int128, __int128, __int128, __int128,
	__int128, double, long double, int, float, long long, double, __int128, float, int, int,
	long long, long long, __int128, float, int, int);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_003(__int128, float, long long, long long, long long,
	long long, long long, long long, long long, long long, long long, __int128, float, int,
	long double, int, float, __int128, double, double, long long, long long);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_004(__int128, double, __int128, __int128, __int128,
	__int128, float, int, __int128, float, int, long double, int, float, __int128,
	long double, int, float, __int128, __int128, float, int);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_005(__int128, long double, int, float, __int128,
	__int128, __int128, __int128, double, double, __int128, float, __int128, float, int,
	double, long long, int, __int128, float, int, int);
__attribute__((preserve_none)) void pn_walk_006(float, long long, long long, float, int, int, int,
	int, int, int, int, int, long long, long double, long long, int, double, double, double,
	float, long long, double);
__attribute__((preserve_none)) void pn_walk_007(float, __int128, double, long long, long long,
	long long, long long, long long, long long, long long, long long, float, int, double,
	double, long long, long double, int, double, __int128, long double);
__attribute__((preserve_none)) void pn_walk_008(float, long double, int, __int128, float,
	__int128, __int128, __int128, float, int, long long, long double, long long, int,
	long double, int, float, long double, int, float, long double);
__attribute__((preserve_none)) void pn_walk_009(int, __int128, double, double, float, int, int,
	int, int, int, int, long long, float, int, long double, int, int, float, float, float,
	long long, long long);
__attribute__((preserve_none)) void pn_walk_010(int, __int128, long double, int, float, float,
	__int128, __int128, __int128, double, double, long long, long long, int, float, float,
	double, __int128, __int128, float, int, int);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_011(int, float, float, int, __int128, float,
	long long, long long, long long, long long, long long, float, int, float, int, __int128,
	float, __int128, float, int, double, long long);
__attribute__((preserve_none)) void pn_walk_012(int, float, double, long long, float, int,
	long long, __int128, __int128, __int128, long double, __int128, int, float, float, float,
	long double, float, long double, int, float, long long);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_013(int, float, long double, int, long double, int,
	long double, int, double, double, float, int, int, int, int, int, long long, double,
	long long, double, double, __int128);
__attribute__((preserve_none)) void pn_walk_014(__int128, __int128, double, long double, int,
	float, float, __int128, __int128, double, float, int, float, int, long double, int, int,
	float, double, __int128, __int128, float);
__attribute__((preserve_none)) void pn_walk_015(__int128, __int128, long double, int, float,
	double, double, float, long long, long long, long long, long long, double, long long,
	double, long long, long long, int, float, long double, float, double);
__attribute__((preserve_none)) void pn_walk_016(float, float, int, __int128, double, __int128,
	double, __int128, __int128, long double, __int128, float, long double, float, float,
	float, int, long double, int, float, int, double);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_017(float, float, long long, float, int, long long,
	float, int, long long, float, int, int, int, int, float, int, float, int, double,
	__int128, float, int);
__attribute__((preserve_none)) void pn_walk_018(float, float, __int128, double, __int128, double,
	__int128, __int128, __int128, long double, __int128, int, float, float, float, float,
	long double);
__attribute__((preserve_none)) void pn_walk_019(float, float, long double, int, double, long long,
	float, int, long long, float, int, long long, long long, long long, long long, double,
	long long, double, long long, long double, long long);
__attribute__((preserve_none)) void pn_walk_020(int, __int128, __int128, double, long double, int,
	float, float, float, float, __int128, __int128, long double, __int128);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_021(int, __int128, __int128, long double, int, float,
	double, double, double, double, float, int, int, int, float, int, float, int, double,
	__int128, long double, long long);
__attribute__((preserve_none)) void pn_walk_022(int, float, float, long double, int, long double,
	int, long double, int, long double, int, long double, int, long double, int, float, float,
	float, __int128, long double, __int128);
__attribute__((preserve_none)) void pn_walk_023(__int128, __int128, __int128, double, long double,
	int, float, double, double, double, float, long long, long long, double, long long,
	double, float, int, long long);
//! known clang<20 preserve_none argument: LLVM 41784: __int128 split
//! known clang>20/O0 preserve_none fault: clang 22 dies where every register holds an argument
__attribute__((preserve_none)) void pn_walk_024(__int128, __int128, __int128, long double, int,
	__int128, __int128, __int128, float, long double, long long, int, double, __int128, int,
	long double);
__attribute__((preserve_none)) void pn_walk_025(float, float, float, int, __int128, double,
	__int128, double, __int128, double, __int128, long double, __int128, float, float, float,
	float, float, double, float, long double);
__attribute__((preserve_none)) void pn_walk_026(float, float, float, long long, float, int,
	long long, float, int, long long, float, int, long long, float, int, int, float, int,
	double, float, long double, long long);
__attribute__((preserve_none)) void pn_walk_027(float, float, float, __int128, double, __int128,
	double, __int128, double, __int128, __int128, long double, __int128);
__attribute__((preserve_none)) void pn_walk_028(float, float, float, long double, int, double,
	long long, float, int, long long, float, int, long long, float, int, long long, long long,
	double, long long, __int128);
__attribute__((preserve_none)) void pn_walk_029(int, __int128, __int128, __int128, float, double,
	long double, int, float, float, float, float, float, __int128, long double, __int128);
__attribute__((preserve_none)) void pn_walk_030(int, __int128, __int128, __int128, long double,
	int, float, float, double, double, double, double, double, float, int, float, int,
	long long);
__attribute__((preserve_none)) void pn_walk_031(int, float, float, float, long double, int,
	long double, int, long double, int, long double, int, long double, int, long double, int,
	long double, int, long double, int, long double, __int128);
__attribute__((preserve_none)) void pn_walk_032(__int128, __int128, __int128, __int128, double,
	double, long double, int, long double, __int128);
__attribute__((preserve_none)) void pn_walk_033(__int128, __int128, __int128, __int128,
	long double, int, float, float, double, float, float, float, float, long double,
	__int128);
__attribute__((preserve_none)) void pn_walk_034(float, float, float, float, long long, __int128,
	double, __int128, double, __int128, double, float, int, long long, double, long long,
	__int128);
__attribute__((preserve_none)) void pn_walk_035(float, float, float, float, __int128, double,
	long long, float, int, long long, float, int, long long, double, long long, float, int,
	float, long double, __int128);
__attribute__((preserve_none)) void pn_walk_036(float, float, float, float, long double, int,
	float, int, __int128, double, __int128, double, __int128, double, double, long long,
	__int128);
__attribute__((preserve_none)) void pn_walk_037(int, __int128, __int128, __int128, __int128,
	double, long double, double, int, long double, __int128);
__attribute__((preserve_none)) void pn_walk_038(int, __int128, __int128, __int128, __int128,
	long double, int, float, long double, __int128, int, __int128, int, long double);
__attribute__((preserve_none)) void pn_walk_039(int, __int128, __int128, __int128, float,
	long double, int, long double, __int128, double, float, float, float, float, float, float,
	float, double, float, long double);
__attribute__((preserve_none)) void pn_walk_040(int, float, float, float, float, double,
	long long, float, int, long long, float, int, long long, float, int, float, int, float,
	long double, __int128);
__attribute__((preserve_none)) void pn_walk_041(int, float, float, float, float, long double, int,
	long double, int, long double, int, long double, int, long double, int, long double, int,
	long double, int, long double, float, long double);
__attribute__((preserve_none)) void pn_walk_042(__int128, __int128, __int128, __int128, __int128,
	long double, double);
__attribute__((preserve_none)) void pn_walk_043(float, float, float, float, float, int, __int128,
	double, __int128, double, __int128, long double, __int128, float, float, double, float,
	long double);
__attribute__((preserve_none)) void pn_walk_044(float, float, float, float, float, long long,
	float, int, long long, float, int, long long, float, int, long long, double, long long,
	__int128);
__attribute__((preserve_none)) void pn_walk_045(float, float, float, float, float, __int128,
	double, __int128, double, __int128, double, float, int, float, long double, __int128);
__attribute__((preserve_none)) void pn_walk_046(float, float, float, float, float, long double,
	int, double, long long, float, int, long long, float, int, long long, double, long long,
	__int128);
__attribute__((preserve_none)) void pn_walk_047(int, __int128, __int128, __int128, __int128,
	__int128, long double, double);
__attribute__((preserve_none)) void pn_walk_048(int, float, float, float, float, float,
	long double, int, long double, int, long double, int, long double, int, long double, int,
	long double, int, long double, float, long double);
__attribute__((preserve_none)) void pn_walk_049(__int128, __int128, __int128, __int128, __int128,
	__int128, long double, int, __int128, int, float);
__attribute__((preserve_none)) void pn_walk_050(float, float, float, float, float, float, int,
	__int128, double, __int128, double, float, int, __int128, double, float, long double);
__attribute__((preserve_none)) void pn_walk_051(float, float, float, float, float, float,
	long long, float, int, long long, float, int, long long, double, long long, float,
	long double, __int128);
__attribute__((preserve_none)) void pn_walk_052(float, float, float, float, float, float,
	__int128, double, __int128, double, float, int, __int128, double, float, long double);
__attribute__((preserve_none)) void pn_walk_053(float, float, float, float, float, float,
	long double, int, double, long long, float, int, long long, double, long long, float,
	long double, __int128);
__attribute__((preserve_none)) void pn_walk_054(int, float, float, float, float, float, float,
	long double, int, long double, int, long double, int, long double, int, long double, int,
	long double, __int128, long double, float, long double);
__attribute__((preserve_none)) void pn_walk_055(__int128, __int128, __int128, __int128, __int128,
	__int128, int, double);
__attribute__((preserve_none)) void pn_walk_056(__int128, __int128, __int128, __int128, __int128,
	__int128, int, long double);
__attribute__((preserve_none)) void pn_walk_057(float, float, float, float, float, float, float,
	int, __int128, double, float, int, __int128, double, float, long double);
__attribute__((preserve_none)) void pn_walk_058(float, float, float, float, float, float, float,
	long long, float, int, long long, double, long long, float, long double, __int128);
__attribute__((preserve_none)) void pn_walk_059(float, float, float, float, float, float, float,
	__int128, double, float, int, __int128, double, float, long double);
__attribute__((preserve_none)) void pn_walk_060(float, float, float, float, float, float, float,
	long double, int, double, long long, double, long long, float, long double, __int128);
__attribute__((preserve_none)) void pn_walk_061(int, float, float, float, float, float, float,
	float, long double, int, long double, int, long double, int, long double, int,
	long double, int, long double);
__attribute__((preserve_none)) void pn_walk_062(float, float, float, float, float, float, float,
	float, int, float, int, __int128, double, float, long double);
__attribute__((preserve_none)) void pn_walk_063(float, float, float, float, float, float, float,
	float, long long, double, long long, float, long double, __int128);
__attribute__((preserve_none)) void pn_walk_064(float, float, float, float, float, float, float,
	float, long double, __int128, float, double, float, long double, int, float, double,
	float, long double);
__attribute__((preserve_none)) void pn_walk_065(int, float, float, float, float, float, float,
	float, float, long double, __int128);
__attribute__((preserve_none)) void pn_walk_066(float, float, float, float, float, float, float,
	float, float, int, __int128);
__attribute__((preserve_none)) void pn_walk_067(float, float, float, float, float, float, float,
	float, float, long long, float, float, double, float, long double);
__attribute__((preserve_none)) void pn_walk_068(float, float, float, float, float, float, float,
	float, float, __int128);
__attribute__((preserve_none)) void pn_walk_069(float, float, float, float, float, float, float,
	float, float, float, float, long double);
