/* SPDX-License-Identifier: MIT */
/* Assembly of Linux 6.1 that exists at 64 bit only. The sizes of structures are those of the
 * headers in include/crypto. */

/* arch/x86/lib/hweight.S; as __sw_hweight32 in both.h */
//! abi kernel
//! keeps all but ax
unsigned long __sw_hweight64(unsigned long w);

/* arch/x86/lib */
//! abi kernel
//! arg n len 600 of to, from
//! returns to
void *__memcpy(void *to, const void *from, unsigned long n);

//! abi kernel
//! arg n len 600 of s
//! returns s
void *__memset(void *s, int c, unsigned long n);

//! abi kernel
//! arg n len 600 of to, from
//! returns to
void *__memmove(void *to, const void *from, unsigned long n);

//! abi kernel
//! arg to buf 4096 aligned 4096
//! arg from buf 4096 aligned 4096 read-only
void copy_page(void *to, const void *from);

//! abi kernel
//! arg page buf 4096 aligned 4096
void clear_page_orig(void *page);

/* arch/x86/crypto; called between kernel_fpu_begin() and kernel_fpu_end(): vector registers are
 * theirs. Two take lengths that C declares as 32-bit integers and use all 64 bits of the register:
 * here they have the type that they need, in declared.h the one that they are declared with. */
//! abi sysv
//! arg ctx buf 4256 read-only
//! arg dst buf 16
//! arg src buf 16 read-only
void twofish_enc_blk(const void *ctx, unsigned char *dst, const unsigned char *src);

//! abi sysv
//! arg state buf 104
//! arg blocks len 256 of data each 64
//! arg data read-only
void sha256_transform_ssse3(void *state, const unsigned char *data, unsigned long blocks);

//! abi sysv
//! arg expkey buf 384 read-only
//! arg dst buf 8
//! arg src buf 8 read-only
void des3_ede_x86_64_crypt_blk(const unsigned int *expkey, unsigned char *dst,
			       const unsigned char *src);

//! abi sysv
//! arg state buf 112
//! arg nblocks len 256 of block each 64 from 1
void blake2s_compress_ssse3(void *state, const unsigned char *block, unsigned long nblocks,
			    unsigned int inc);

//! abi sysv
//! arg state buf 64 aligned 16 read-only
//! arg len len 64 of dst, src
//! arg nrounds one of 8, 12, 20
void chacha_block_xor_ssse3(const unsigned int *state, unsigned char *dst,
			    const unsigned char *src, unsigned long len, int nrounds);

/* arch/x86/lib/retpoline.S: a call through a register, flags and all as they were. */
//! abi kernel
//! keeps all and flags
//! jumps to rax
void __x86_indirect_thunk_rax(void);

//! abi kernel
//! keeps all and flags
//! jumps to rbx
void __x86_indirect_thunk_rbx(void);

//! abi kernel
//! keeps all and flags
//! jumps to rcx
void __x86_indirect_thunk_rcx(void);

//! abi kernel
//! keeps all and flags
//! jumps to rdx
void __x86_indirect_thunk_rdx(void);

//! abi kernel
//! keeps all and flags
//! jumps to rsi
void __x86_indirect_thunk_rsi(void);

//! abi kernel
//! keeps all and flags
//! jumps to rdi
void __x86_indirect_thunk_rdi(void);

//! abi kernel
//! keeps all and flags
//! jumps to rbp
void __x86_indirect_thunk_rbp(void);

//! abi kernel
//! keeps all and flags
//! jumps to r8
void __x86_indirect_thunk_r8(void);

//! abi kernel
//! keeps all and flags
//! jumps to r9
void __x86_indirect_thunk_r9(void);

//! abi kernel
//! keeps all and flags
//! jumps to r10
void __x86_indirect_thunk_r10(void);

//! abi kernel
//! keeps all and flags
//! jumps to r11
void __x86_indirect_thunk_r11(void);

//! abi kernel
//! keeps all and flags
//! jumps to r12
void __x86_indirect_thunk_r12(void);

//! abi kernel
//! keeps all and flags
//! jumps to r13
void __x86_indirect_thunk_r13(void);

//! abi kernel
//! keeps all and flags
//! jumps to r14
void __x86_indirect_thunk_r14(void);

//! abi kernel
//! keeps all and flags
//! jumps to r15
void __x86_indirect_thunk_r15(void);
