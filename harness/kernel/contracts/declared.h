/* SPDX-License-Identifier: MIT */
/* Functions of Linux 6.1 at 64 bit that count on more than their prototypes promise: the x86-64
 * psABI leaves the upper half of a register undefined that holds a 32-bit argument, and
 * these use it. (Callers so far happen to leave 0 there.) See only64.h. */

/* arch/x86/crypto/sha256_ssse3_glue.c, sha256-ssse3-asm.S: shl $6, %rdx */
//! abi sysv
//! arg state buf 104
//! arg blocks len 256 of data each 64
//! arg data read-only
void sha256_transform_ssse3(void *state, const unsigned char *data, int blocks);

/* arch/x86/crypto/chacha_glue.c, chacha-ssse3-x86_64.S: mov %rcx, %rax */
//! abi sysv
//! arg state buf 64 aligned 16 read-only
//! arg len len 64 of dst, src
//! arg nrounds one of 8, 12, 20
void chacha_block_xor_ssse3(const unsigned int *state, unsigned char *dst,
			    const unsigned char *src, unsigned int len, int nrounds);

/* arch/x86/crypto/chacha_glue.c, chacha-ssse3-x86_64.S: mov %rcx, %rax */
//! abi sysv
//! arg state buf 64 aligned 16 read-only
//! arg len len 256 of dst, src
//! arg nrounds one of 8, 12, 20
void chacha_4block_xor_ssse3(const unsigned int *state, unsigned char *dst,
			     const unsigned char *src, unsigned int len, int nrounds);

/* arch/x86/crypto/sha1_ssse3_glue.c, sha1_ssse3_asm.S: shl $6, %rdx */
//! abi sysv
//! arg state buf 96
//! arg blocks len 64 of data each 64 from 1
//! arg data read-only
void sha1_transform_ssse3(void *state, const unsigned char *data, int blocks);

/* arch/x86/crypto/aesni-intel_glue.c, aesni-intel_asm.S: test %rcx, %rcx; the context has the number
 * of rounds behind two schedules of 240 bytes. */
//! abi sysv
//! arg ctx buf 484 aligned 16 read-only
//! arg len len 512 of dst, src multiple 16
void aesni_ecb_enc(const void *ctx, unsigned char *dst, const unsigned char *src, unsigned int len);

/* arch/x86/crypto/ghash-clmulni-intel_glue.c, ghash-clmulni-intel_asm.S: cmp $16, %rdx */
//! abi sysv
//! arg dst buf 16
//! arg srclen len 256 of src
//! arg shash buf 16 read-only
void clmul_ghash_update(char *dst, const char *src, unsigned int srclen, const void *shash);
