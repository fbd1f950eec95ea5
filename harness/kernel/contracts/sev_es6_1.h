/* SPDX-License-Identifier: MIT */
/* arch/x86/kvm/svm/vmenter.S of Linux 6.1: registers of an encrypted guest are in its own save area, and
 * nothing of the host's is in registers when it exits. See svm.h. */
struct vcpu_svm;

//! abi kernel
//! in vmcb stack 3
//! arg svm buf 320
//! arg svm holds vmcb at 256
//! arg vmcb buf 16 read-only
//! arg/64 vmcb holds 0x2345678000 at 8 bytes 8
//! arg/32 vmcb holds 0x45678000 at 8
//! svm exits
//! svm fails
//! svm/64 vmrun 0x2345678000
//! svm/32 vmrun 0x45678000
//! supply kvm_rebooting data 1 = 1
//! supply x86_spec_ctrl_current data 8
void __svm_sev_es_vcpu_run(struct vcpu_svm *svm, _Bool spec_ctrl_intercepted, void *vmcb);
