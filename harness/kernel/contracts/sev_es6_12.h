/* SPDX-License-Identifier: MIT */
/* arch/x86/kvm/svm/vmenter.S of Linux 6.12, at 64 bit only: when an encrypted guest exits the processor loads
 * registers from the host's save area (AMD64 Architecture Programmer's Manual volume 2, appendix B), where
 * software has to have put them. From 0x300 on they are there in their usual order. See svm.h. */
struct vcpu_svm;
struct sev_es_save_area;

//! abi kernel
//! in vmcb stack 3
//! arg svm buf 320
//! arg svm holds vmcb at 256
//! arg vmcb buf 16 read-only
//! arg vmcb holds 0x2345678000 at 8 bytes 8
//! arg hostsa buf 1024 scratch
//! svm exits
//! svm fails
//! svm vmrun 0x2345678000
//! svm restores hostsa at 768 = - cx dx bx - bp si di r8 r9 r10 r11 r12 r13 r14 r15
//! supply kvm_rebooting data 1 = 1
//! supply x86_spec_ctrl_current data 8
void __svm_sev_es_vcpu_run(struct vcpu_svm *svm, _Bool spec_ctrl_intercepted,
			   struct sev_es_save_area *hostsa, void *vmcb);
