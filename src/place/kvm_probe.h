/* SPDX-License-Identifier: MIT */
/* The stages that the probe's guest reports, in this order (asm/kvm/probe.asm), and what a report
 * says when the next one does not come. */
#ifndef CLOBBER_KVM_PROBE_H
#define CLOBBER_KVM_PROBE_H

#include <stdbool.h>
#include <stdint.h>

enum kvm_stage {
	KVM_STAGE_NONE,
	KVM_STAGE_RUNS,
	KVM_STAGE_SSE,
	KVM_STAGE_X87,
	KVM_STAGE_EXCEPTION,
	KVM_STAGE_WANTS_INTERRUPT,
	KVM_STAGE_INTERRUPTED,
	KVM_STAGE_WANTS_NMI,
	KVM_STAGE_GOT_NMI,
	KVM_STAGE_WANTS_STEPS,
	KVM_STAGE_STEPPED,  /* all that is needed for code without AVX */
	KVM_STAGE_AVX_ONCE, /* executed, if the guest's CPUID has it */
	KVM_STAGE_AVX,      /* and once more behind an exit: QEMU 7.2 forgets that it is enabled */
	KVM_STAGE_AVX512,
	KVM_STAGE_DONE,
	KVM_STAGE_WRONG, /* a result was not what it has to be */
};

/* What a guest that came to `stage` and no further cannot do: "execute SSE instructions". */
const char *kvm_cannot(uint32_t stage);

/* "vmx", "svm", or "another vendor": by the module that stands behind /dev/kvm (NULL: built in, or
 * unknown) and, without one, by what KVM says it can nest. */
const char *kvm_engine(const char *module, bool nests_vmx, bool nests_svm);

#endif
