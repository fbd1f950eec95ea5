/* SPDX-License-Identifier: MIT */
/* Functions of OpenSSL 3.0's libcrypto that are written in assembly for x86-64: plain prototypes,
 * nothing else. */
typedef unsigned long u64;

void ossl_md5_block_asm_data_order(void *context, const void *data, unsigned long num);
void whirlpool_block(void *context, const void *data, unsigned long n);
void sha1_block_data_order(void *context, const void *data, unsigned long num);
void sha256_block_data_order(void *context, const void *data, unsigned long num);
void bn_GF2m_mul_2x2(u64 *r, u64 a1, u64 a0, u64 b1, u64 b0);
void x25519_fe51_mul(u64 *h, const u64 *f, const u64 *g);
void x25519_fe51_sqr(u64 *h, const u64 *f);
void gcm_gmult_4bit(u64 *xi, const void *table);
int CRYPTO_memcmp(const void *a, const void *b, unsigned long len);
void OPENSSL_cleanse(void *ptr, unsigned long len);
int OPENSSL_atomic_add(int *value, int amount);
