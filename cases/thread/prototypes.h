/* SPDX-License-Identifier: MIT */
/* The C prototypes of the thread "KVM/VMX: Do not declare vmread_error asmlinkage" (2022), and of
 * the kinds of assembly it names: crypto, math emulation, system calls, plain helpers.
 *
 * What the thread argues about holds for these very signatures: stack or registers on 32 bit, no
 * difference on 64 (GCC manual, x86 attributes, regparm; x86-64 psABI 3.2.3). */

struct task_struct;
struct vmcs;
struct cipher_ctx;
struct trap_frame;

//! group thread
//! why signatures of the thread, and of the assembly it says asmlinkage is meant for
void vmread_error(unsigned long field, _Bool fault);
//! why the first generation: asmlinkage, so both on the stack at 32 bit, a no-op at 64
__attribute__((regparm(0))) void vmread_error_asmlinkage(unsigned long field, _Bool fault);
void vmwrite_error(unsigned long field, unsigned long value);
//! why the physical address is a pair at 32 bit, in edx and ecx under regparm3
void vmptrld_error(struct vmcs *vmcs, unsigned long long phys_addr);
//! why a 16-bit identifier between two words
void invvpid_error(unsigned long ext, unsigned short vpid, unsigned long gva);
//! why what schedule_tail_wrapper exists for: the previous task in eax, or pushed
void schedule_tail(struct task_struct *prev);
//! why all three register arguments of a 32-bit kernel, and a narrow result in al
_Bool vmx_vcpu_run(void *vmx, unsigned long *regs, unsigned int flags);
void vmx_update_host_rsp(void *vmx, unsigned long host_rsp);
//! why assembly that calls the handler it is given, behind a frame of its own
void interrupt_irqoff(unsigned long handler);
//! why an interrupt handler's C part: the frame and an error code
void handle_exception(struct trap_frame *frame, unsigned long error_code);
//! why math emulation style: 7 arguments, narrow ones among them, all on the i386 stack
int soft_float_add(const void *a, const void *b, void *dest, unsigned short control,
		   unsigned char sign, int expa, int expb);
//! why crypto style: context, destination, source
void cipher_encrypt(const struct cipher_ctx *ctx, unsigned char *dst, const unsigned char *src);
//! why a length beyond the regparm3 registers, an initialisation vector beyond those of ms
void cipher_cbc_encrypt(const struct cipher_ctx *ctx, unsigned char *dst, const unsigned char *src,
			unsigned long len, unsigned char *iv);
//! why a system call's six words fill the INTEGER registers exactly
long do_syscall_6(long a, long b, long c, long d, long e, long f);
void *copy_bytes(void *restrict dst, const void *restrict src, unsigned long n);
//! why the fill value is an int of which one byte counts
void *fill_bytes(void *dst, int value, unsigned long n);
unsigned int checksum_partial(const void *buff, int len, unsigned int sum);
