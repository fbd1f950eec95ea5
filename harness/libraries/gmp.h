/* SPDX-License-Identifier: MIT */
/* Functions of GNU MP 6.2 that are written in assembly for x86-64: plain prototypes, nothing else.
 * (gmp.h and gmp-impl.h call them mpn_NAME; mp_limb_t is unsigned long there, mp_size_t long.) */
typedef unsigned long limb;

limb __gmpn_add_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_sub_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_and_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_andn_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_nand_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_ior_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_iorn_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_nior_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_xor_n(limb *rp, const limb *up, const limb *vp, long n);
void __gmpn_xnor_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_addlsh1_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_sublsh1_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_rsblsh1_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_addlsh2_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_rsblsh2_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_rsh1add_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_rsh1sub_n(limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_mul_1(limb *rp, const limb *up, long n, limb v);
limb __gmpn_addmul_1(limb *rp, const limb *up, long n, limb v);
limb __gmpn_submul_1(limb *rp, const limb *up, long n, limb v);
limb __gmpn_lshift(limb *rp, const limb *up, long n, unsigned int bits);
limb __gmpn_rshift(limb *rp, const limb *up, long n, unsigned int bits);
limb __gmpn_lshiftc(limb *rp, const limb *up, long n, unsigned int bits);
void __gmpn_com(limb *rp, const limb *up, long n);
void __gmpn_copyi(limb *rp, const limb *up, long n);
void __gmpn_copyd(limb *rp, const limb *up, long n);
limb __gmpn_popcount(const limb *up, long n);
limb __gmpn_hamdist(const limb *up, const limb *vp, long n);
limb __gmpn_mod_34lsub1(const limb *up, long n);
limb __gmpn_cnd_add_n(limb condition, limb *rp, const limb *up, const limb *vp, long n);
limb __gmpn_cnd_sub_n(limb condition, limb *rp, const limb *up, const limb *vp, long n);
