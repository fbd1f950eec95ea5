/* SPDX-License-Identifier: MIT */
/* Assembly of Linux 6.1 that exists at both widths. What each function promises is read from the
 * comments and callers in the kernel's sources, named at each. */

struct vcpu_vmx;

/* arch/x86/kvm/vmx/vmenter.S; pushed, not passed, by vmread in vmx/vmx_ops.h. */
//! abi kernel
//! in field stack 1
//! in fault stack 2
//! keeps all
//! calls vmread_error(field, fault)
//! out stack 1 = field
//! out stack 2 = 0
void vmread_error_trampoline(unsigned long field, _Bool fault);

//! abi kernel
void vmread_error(unsigned long field, _Bool fault);

/* arch/x86/kvm/vmx/vmenter.S; vmx/run_flags.h: bit 0 of flags asks for VMRESUME. */
//! abi kernel
//! arg vmx buf 256
//! arg/64 regs buf 128
//! arg/32 regs buf 64
//! arg flags from 0 to 3
//! calls vmx_update_host_rsp(vmx, sp)
//! calls vmx_spec_ctrl_restore_host(vmx, flags)
//! guest/64 regs = ax cx dx bx - bp si di r8 r9 r10 r11 r12 r13 r14 r15
//! guest/32 regs = ax cx dx bx - bp si di
//! vmx fails
//! vmx exits vmx_vmexit
//! vmx resumes if flags & 1
//! returns 0 else 1
//! supply kvm_rebooting data 1 = 1
//! supply x86_spec_ctrl_current data 8
//! supply x86_verw_sel data 2
//! supply clear_bhb_loop returns
unsigned int __vmx_vcpu_run(struct vcpu_vmx *vmx, unsigned long *regs, unsigned int flags);

//! abi kernel
void vmx_update_host_rsp(struct vcpu_vmx *vmx, unsigned long host_rsp);

//! abi kernel
void vmx_spec_ctrl_restore_host(struct vcpu_vmx *vmx, unsigned int flags);

/* arch/x86/kvm/vmx/vmenter.S: the handler ends with IRET. */
//! abi kernel
//! calls entry() by interrupt
void vmx_do_interrupt_nmi_irqoff(void (*entry)(void));

/* arch/x86/lib/hweight.S; called by inline assembly that declares no clobbers (asm/arch_hweight.h). */
//! abi kernel
//! keeps all but ax
unsigned int __sw_hweight32(unsigned int w);

/* arch/x86/lib/getuser.S: inline assembly calls it and counts on all other registers. -14 is -EFAULT. */
//! abi kernel
//! in ptr ax
//! arg ptr buf 4 faults
//! keeps all but ax dx
//! out ax = 0 else -14
//! out dx = *ptr else 0
int __get_user_4(const unsigned int *ptr);

/* arch/x86/lib/putuser.S: the value in ax, the address in cx, the error in cx; bx is lost. */
//! abi kernel
//! in value ax
//! in ptr cx
//! arg ptr buf 4 faults
//! keeps all but cx bx
//! out cx = 0 else 4294967282
void __put_user_4(unsigned int value, unsigned int *ptr);

/* arch/x86/entry/thunk_64.S, thunk_32.S: called from inline assembly that declares no clobbers. */
//! abi kernel
//! keeps all
//! calls preempt_schedule()
//! supply preempt_schedule_notrace returns
void preempt_schedule_thunk(void);

//! abi kernel
void preempt_schedule(void);
