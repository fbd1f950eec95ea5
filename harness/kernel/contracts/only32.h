/* SPDX-License-Identifier: MIT */
/* Assembly of Linux 6.1 that exists at 32 bit only. */

typedef long long atomic64_t;

/* arch/x86/lib/hweight.S; as __sw_hweight32 in both.h. It takes eax and edx; the C callers pass one
 * integer of 64 bits, of which no document says where regparm(3) puts it. */
//! abi kernel
//! keeps all but ax
unsigned long __sw_hweight64(unsigned int low, unsigned int high);

/* arch/x86/lib/checksum_32.S; asm/checksum_32.h */
//! abi asmlinkage
//! arg buff read-only
//! arg len len 300 of buff
unsigned int csum_partial(const void *buff, int len, unsigned int sum);

/* arch/x86/lib/atomic64_cx8_32.S; who is in which register, and what is lost, is in the inline
 * assembly of asm/atomic64_32.h. */
//! in v cx
//! keeps all but ax dx
//! out ax
//! out dx
void atomic64_read_cx8(const atomic64_t *v);

//! in v si
//! in low bx
//! in high cx
//! keeps all but ax dx
void atomic64_set_cx8(atomic64_t *v, unsigned int low, unsigned int high);

//! in v si
//! in low bx
//! in high cx
//! keeps all but ax dx
void atomic64_xchg_cx8(atomic64_t *v, unsigned int low, unsigned int high);

//! in low ax
//! in high dx
//! in v cx
//! keeps all but ax dx cx
void atomic64_add_return_cx8(unsigned int low, unsigned int high, atomic64_t *v);

//! in low ax
//! in high dx
//! in v cx
//! keeps all but ax dx cx
void atomic64_sub_return_cx8(unsigned int low, unsigned int high, atomic64_t *v);

//! in v si
//! keeps all but ax dx cx
void atomic64_inc_return_cx8(atomic64_t *v);

//! in v si
//! keeps all but ax dx cx
void atomic64_dec_return_cx8(atomic64_t *v);

//! in v si
//! keeps all but ax dx cx
void atomic64_dec_if_positive_cx8(atomic64_t *v);

//! in v si
//! keeps all but ax dx cx
void atomic64_inc_not_zero_cx8(atomic64_t *v);

//! in low ax
//! in high dx
//! in unless_low cx
//! in unless_high di
//! in v si
//! keeps all but ax dx cx di
void atomic64_add_unless_cx8(unsigned int low, unsigned int high, atomic64_t *v,
			     unsigned int unless_low, unsigned int unless_high);

/* arch/x86/math-emu; prototypes in fpu_emu.h and poly.h. An Xsig has 12 bytes. */
//! abi asmlinkage
//! arg x buf 8
//! arg y from 1 to 4294967295
unsigned long FPU_div_small(unsigned long long *x, unsigned long y);

//! abi asmlinkage
//! arg x buf 12
//! arg n from 0 to 130
void shr_Xsig(void *x, int n);

//! abi asmlinkage
//! arg x buf 12
void mul32_Xsig(void *x, unsigned long mult);

//! abi asmlinkage
//! arg l buf 8
//! arg x from 0 to 130
unsigned int FPU_shrx(void *l, unsigned int x);

/* Not of 0: what BSR finds in that is undefined (SDM volume 2). */
//! abi asmlinkage
//! arg x buf 12
//! arg x holds 1, 0x8000, 0x12345678, 0x7fffffff, 0x80000000, 0xffffffff at 4
int round_Xsig(void *x);

/* arch/x86/lib/retpoline.S: a call through a register, flags and all as they were. */
//! abi kernel
//! keeps all and flags
//! jumps to eax
void __x86_indirect_thunk_eax(void);

//! abi kernel
//! keeps all and flags
//! jumps to ebx
void __x86_indirect_thunk_ebx(void);

//! abi kernel
//! keeps all and flags
//! jumps to ecx
void __x86_indirect_thunk_ecx(void);

//! abi kernel
//! keeps all and flags
//! jumps to edx
void __x86_indirect_thunk_edx(void);

//! abi kernel
//! keeps all and flags
//! jumps to esi
void __x86_indirect_thunk_esi(void);

//! abi kernel
//! keeps all and flags
//! jumps to edi
void __x86_indirect_thunk_edi(void);

//! abi kernel
//! keeps all and flags
//! jumps to ebp
void __x86_indirect_thunk_ebp(void);
