/* SPDX-License-Identifier: MIT */
/* Offsets of KVM structures, any that differ: contracts name them by number. */
#define SVM_vcpu_arch_regs 0
#define SVM_current_vmcb 256
#define SVM_spec_ctrl 264
#define SVM_vmcb01 272
#define KVM_VMCB_pa 8
#define SD_save_area_pa 16
#define VMX_spec_ctrl 128
