/* SPDX-License-Identifier: MIT */
/* The same for preserve_most and preserve_all: made by `clobber coverage --generate --abi
 * preserve_most,preserve_all'. */
//! group preserve-coverage
//! why every state of the convention meets every class of argument
//! abi preserve_most preserve_all
//! known causes
void pres_walk_000(__int128, __int128, __int128, float, int, int, long long, long long, __int128, float, int, int, long long, long long);
void pres_walk_001(__int128, float, int, int, int, int, double, __int128, float, int, int, long long, long long, __int128);
void pres_walk_002(__int128, long double, int, float, long long, long long, long long, long double, int, float, __int128, double, float, int);
void pres_walk_003(int, __int128, double, __int128, __int128, float, int, long double, int, float, __int128, double, long long, int);
void pres_walk_004(int, __int128, long double, int, float, float, int, __int128, float, int, long double, int, float, long long);
void pres_walk_005(int, float, __int128, float, int, long long, double, __int128, float, int, __int128, float, int, int);
void pres_walk_006(int, float, long double, int, long long, double, long long, float, int, double, long long, double, long long, long long);
void pres_walk_007(__int128, __int128, double, double, double, long long, long double, long long, int, double, __int128, long double, int, float);
void pres_walk_008(__int128, __int128, long double, int, __int128, float, double, long double, long long, int, double, long double);
void pres_walk_009(__int128, float, __int128, long double, __int128, int, double, long double, int, float, float, double, __int128, __int128);
void pres_walk_010(__int128, float, long double, int, long double, __int128, long double, int, int, __int128, int, long double);
void pres_walk_011(float, float, long long, int, __int128, long double, __int128, int, float, float, long double, float, float, int);
void pres_walk_012(float, float, __int128, float, int, int, float, int, __int128, float, int, double, long long, int);
void pres_walk_013(float, float, long double, int, __int128, float, long long, double, long long, double, long long, long double, int, float);
void pres_walk_014(int, __int128, __int128, long double, double, float, float, float, long double, float, __int128, float, int, __int128);
void pres_walk_015(int, float, float, float, int, long long, float, int, float, int, double, long long, float, int);
void pres_walk_016(int, float, float, double, long long, __int128, long double, __int128, int, float, float, double, long long, double);
void pres_walk_017(__int128, __int128, __int128, long double, double, int, float, float, float, float, long double, float, long double);
void pres_walk_018(__int128, float, float, long double, int, long double, __int128, float, float, float, long double, float, __int128, float);
void pres_walk_019(float, float, float, int, __int128, double, long long, double, float, int, double, int, long long, int);
void pres_walk_020(float, float, float, long long, float, int, int, float, int, double, long long, long double, float, long long);
void pres_walk_021(float, float, float, __int128, float, long long, double, long long, long double, long long, float, float, __int128, float);
void pres_walk_022(float, float, float, double, int, long long, __int128, long double, __int128, int, float, float, float, long long);
void pres_walk_023(float, float, float, long double, int, double, __int128, long double, __int128, float, float, float, double, int);
void pres_walk_024(int, float, float, float, long double, int, double, float, int, float, int, float, int, long double);
void pres_walk_025(__int128, __int128, __int128, int, __int128, int, float, float, float, float, float, float, double, __int128);
void pres_walk_026(__int128, __int128, __int128, int, double, float, float, float, float, float, __int128, int, long double);
void pres_walk_027(__int128, __int128, __int128, int, long double, float, float, float, float, float, float, float, __int128, float);
void pres_walk_028(__int128, float, float, float, long double, int, long double, __int128, int, float, float, float, float, double);
void pres_walk_029(float, float, float, float, long long, float, int, long long, double, long long, double, __int128, long double);
void pres_walk_030(float, float, float, float, __int128, double, __int128, __int128, int, float, float, float, int, int);
void pres_walk_031(float, float, float, float, long double, int, double, long long, float, int, float, int, float, int);
void pres_walk_032(int, float, float, float, float, long double, int, long double, float, double, long long, double, long long, double);
void pres_walk_033(float, float, float, float, float, int, __int128, long double, __int128, float, float, float, long long, long long);
void pres_walk_034(float, float, float, float, float, long long, float, int, __int128, long double, __int128, int, float, double);
void pres_walk_035(float, float, float, float, float, __int128, long double, float, float, int, float, int, long long, __int128);
void pres_walk_036(float, float, float, float, float, double, int, long long, double, long long, double, long long, __int128, __int128);
void pres_walk_037(float, float, float, float, float, long double, int, double, __int128, long double, __int128, float, float, float);
void pres_walk_038(int, float, float, float, float, float, long double, float, float, int, __int128, long double, long long);
void pres_walk_039(float, float, float, float, float, float, long long, double, long long, float, int, __int128, double, int);
void pres_walk_040(float, float, float, float, float, float, __int128, long double, float, double, long long, float, int, int);
void pres_walk_041(float, float, float, float, float, float, long double, int, long double, float, __int128, long double, __int128);
void pres_walk_042(float, float, float, float, float, float, float, int, float, int, __int128, float, long long, long long);
void pres_walk_043(float, float, float, float, float, float, float, long long, double, long long, float, int, long long, __int128);
void pres_walk_044(float, float, float, float, float, float, float, __int128, long double, float, double, long long, __int128, __int128);
void pres_walk_045(float, float, float, float, float, float, float, double, int, __int128, double, float, long double);
void pres_walk_046(float, float, float, float, float, float, float, long double, int, long double, float, float, int, __int128);
void pres_walk_047(float, float, float, float, float, float, float, float, long long, double, long long, float, long double);
void pres_walk_048(float, float, float, float, float, float, float, float, long double, __int128, __int128, double, float, long double);
void pres_walk_049(int, float, float, float, float, float, float, float, float, long double, float, __int128, double);
void pres_walk_050(float, float, float, float, float, float, float, float, float, int, float, float, double);
void pres_walk_051(float, float, float, float, float, float, float, float, float, long long, long double, int, float, double);
void pres_walk_052(float, float, float, float, float, float, float, float, float, __int128, long double, int, __int128, long double);
void pres_walk_053(float, float, float, float, float, float, float, float, float, double, float, long double);
void pres_walk_054(int, __int128, float, float, float, float, float, float, float, float, float, long double);
void pres_walk_055(__int128, __int128, __int128, int, float, float, float, float, float, float, float, long double, float, float);
void pres_walk_056(__int128, __int128, __int128, float, float, float, float, float, float, float, float, double, long long, long double);
void pres_walk_057(__int128, __int128, float, float, float, float, float, float, float, float, float, double, float, long double);
void pres_walk_058(int, __int128, __int128, float, float, float, float, float, float, float, float, float, float);
void pres_walk_059(int, __int128, __int128, float, float, float, float, float, float, float, float, float, double);
void pres_walk_060(int, __int128, __int128, float, float, float, float, float, float, float, float, float, long double);
void pres_walk_061(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, __int128);
void pres_walk_062(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, float);
void pres_walk_063(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, double);
void pres_walk_064(__int128, __int128, __int128, int, float, float, float, float, float, float, float, float, long double);
