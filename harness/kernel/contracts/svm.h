/* SPDX-License-Identifier: MIT */
/* Entries of SVM: arch/x86/kvm/svm/vmenter.S. Where members of the structures are says stub/kvm; what
 * is no parameter (the current VMCB, and the host's save area of 6.12) is declared as one behind the
 * others, so that memory can be made for it. rax and rsp of a guest are in its VMCB. */
struct vcpu_svm;

/* State that VMRUN does not switch: that of the guest is loaded from, and saved to, vmcb01; what is
 * there of the host's is loaded at the end. */
//! abi kernel
//! in vmcb stack 3
//! arg svm buf 320
//! arg svm holds vmcb at 256
//! arg/64 svm holds 0x1234567000 at 280 bytes 8
//! arg/32 svm holds 0x34567000 at 280
//! arg vmcb buf 16 read-only
//! arg/64 vmcb holds 0x2345678000 at 8 bytes 8
//! arg/32 vmcb holds 0x45678000 at 8
//! guest/64 svm = - cx dx bx - bp si di r8 r9 r10 r11 r12 r13 r14 r15
//! guest/32 svm = - cx dx bx - bp si di
//! svm exits
//! svm fails
//! svm/64 vmload 0x1234567000
//! svm/64 vmrun 0x2345678000
//! svm/64 vmsave 0x1234567000
//! svm/64 vmload 0x56789000
//! svm/32 vmload 0x34567000
//! svm/32 vmrun 0x45678000
//! svm/32 vmsave 0x34567000
//! svm/32 vmload 0x56789000
//! supply svm_data data 32 = 0, 0, 0x56789000, 0
//! supply kvm_rebooting data 1 = 1
//! supply x86_spec_ctrl_current data 8
void __svm_vcpu_run(struct vcpu_svm *svm, _Bool spec_ctrl_intercepted, void *vmcb);
