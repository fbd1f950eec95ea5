/* SPDX-License-Identifier: MIT */
/* One virtual machine with one processor, through the plain KVM API (Linux,
 * Documentation/virt/kvm/api.rst): what place `kvm`, its probe and engine `kvm-nested` share. Calls
 * that fail hand back the name of what failed, a constant text, and leave errno as it was set. */
#ifndef CLOBBER_KVM_MACHINE_H
#define CLOBBER_KVM_MACHINE_H

#include "abi/abi.h"

#include <linux/kvm.h>

struct kvm_machine {
	int kvm, vm, cpu;
	struct kvm_run *run;
	size_t run_bytes;
};

/* The processor's features that KVM offers to guests. */
struct kvm_features {
	bool vmx, svm, avx, avx512;
};

/* /dev/kvm, or -1 and in *why what is wrong with it and what to do: a constant text. */
int kvm_open(const char **why);

/* The module that stands behind /dev/kvm ("kvm_intel", "kvm_amd", or another one named like them),
 * in `a`; NULL when there is none. */
const char *kvm_vendor(struct arena *a);

struct kvm_features kvm_features(int kvm);

/* Make a machine without memory, its processor having all that KVM supports. */
const char *kvm_make(struct kvm_machine *m);

/* Give it memory: page-aligned, whole pages, shared with every process that has it mapped. */
const char *kvm_give_memory(struct kvm_machine *m, unsigned slot, uint64_t at, void *memory,
			    size_t bytes);

/* Accesses to model-specific registers become #GP, as in a process, and KVM leaves the guest's code
 * as it is. */
const char *kvm_confine(struct kvm_machine *m);

/* Put the processor into the state that src/payload/handover.h promises: ring 0, 64-bit mode or
 * 32-bit protected mode with PAE paging, register di = `handover`, page tables at `tables` (five
 * pages) of `memory`, which is the guest's from address 0 on. */
const char *kvm_enter(struct kvm_machine *m, enum width w, uint8_t *memory, uint64_t tables,
		      uint64_t entry, uint64_t handover);

/* An exception at the next entry, with error code 0 where the vector has one. */
const char *kvm_inject(struct kvm_machine *m, uint8_t vector);

/* A non-maskable interrupt, also to a guest that gave up the handler of the last one. */
const char *kvm_nmi(struct kvm_machine *m);

/* A maskable interrupt. True when it was injected; else the guest cannot take one now, and the next
 * exit comes as soon as it can. Without an interrupt controller in the kernel, nothing else is
 * allowed: entering a guest whose IF is clear with an interrupt fails on Intel's processors. */
bool kvm_interrupt(struct kvm_machine *m, uint8_t vector);

/* Are the #DB exceptions of a guest that sets TF exits (KVM_EXIT_DEBUG)? By KVM_SET_GUEST_DEBUG,
 * but not by its single steps: for those KVM sets the very TF, which a guest that loads its flags
 * clears and one that stores them sees, and which may leave a stray #DB behind. */
const char *kvm_take_steps(struct kvm_machine *m, bool on);

/* Behind a step: nothing blocks events any more. With a single step that was taken and STI's or MOV
 * SS's blocking, VM entry fails on Intel's processors (SDM volume 3, 26.3.1.5), and KVM takes the
 * blocking off for its own single steps only (Linux, arch/x86/kvm/vmx/vmx.c, vmx_vcpu_run). */
const char *kvm_end_shadow(struct kvm_machine *m);

/* The guest's last port access shall not have happened: finish it, go back to the instruction. */
const char *kvm_undo_io(struct kvm_machine *m);

/* What the last exit was, for messages, into `out`. */
void kvm_exit_text(const struct kvm_machine *m, char *out, size_t room);

void kvm_close(struct kvm_machine *m);

#endif
