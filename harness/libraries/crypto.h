/* SPDX-License-Identifier: MIT */
/* Functions of OpenSSL 3.0's libcrypto that are written in assembly for x86-64 and need nothing else
 * of it: plain prototypes. */
void ossl_md5_block_asm_data_order(void *context, const void *data, unsigned long num);
void whirlpool_block(void *context, const void *data, unsigned long n);
