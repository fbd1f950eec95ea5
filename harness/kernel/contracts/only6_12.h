/* SPDX-License-Identifier: MIT */
/* Assembly of Linux 6.12 that 6.1 has not, or promises otherwise; the rest is in both.h. */

/* arch/x86/kvm/vmx/vmenter.S; vmx/vmx_ops.h: what the trampoline calls has another name now. */
//! abi kernel
//! in field stack 1
//! in fault stack 2
//! keeps all
//! calls vmread_error_trampoline2(field, fault)
//! out stack 1 = field
//! out stack 2 = 0
void vmread_error_trampoline(unsigned long field, _Bool fault);

//! abi kernel
void vmread_error_trampoline2(unsigned long field, _Bool fault);

/* arch/x86/kvm/vmx/vmenter.S: two of what was one; the handlers end with IRET. */
//! abi kernel
//! calls entry() by interrupt
void vmx_do_interrupt_irqoff(void (*entry)(void));

//! abi kernel
//! calls asm_exc_nmi_kvm_vmx() by interrupt
void vmx_do_nmi_irqoff(void);

//! abi kernel
void asm_exc_nmi_kvm_vmx(void);

struct vcpu_svm;

/* arch/x86/kvm/svm/vmenter.S: the guest's registers are where SVM_vcpu_arch_regs says (stub/kvm). rax
 * and rsp are in the VMCB. */
//! abi kernel
//! arg svm buf 320 holds addresses
//! guest/64 svm = - cx dx bx - bp si di r8 r9 r10 r11 r12 r13 r14 r15
//! guest/32 svm = - cx dx bx - bp si di
//! svm exits
//! supply svm_data data 32
//! supply kvm_rebooting data 1 = 1
//! supply x86_spec_ctrl_current data 8
void __svm_vcpu_run(struct vcpu_svm *svm, _Bool spec_ctrl_intercepted);
