/* SPDX-License-Identifier: MIT */
/* Place `kvm`: the payload in ring 0 of a virtual machine of this kernel's own hypervisor, through
 * the plain KVM API, one machine for each payload. See docs/places.md for what it is worth. */
#ifndef CLOBBER_KVM_H
#define CLOBBER_KVM_H

#include "place/place.h"

struct kvm_options {
	const char *runtime; /* folder with kvm32.bin and kvm64.bin, the guests of the probe */
	unsigned options;    /* CL_STEP, CL_INTERRUPTS, CL_TRAP_FPU, CL_STEP_LEAF of handover.h */
};

/* Do machines of the width run what payloads with these vector registers need? Found out by doing
 * it, within a second. NULL, or why not and what to do. *engine (may be NULL) is what a report
 * says: "svm, kvm_amd, AMD EPYC 7763, AVX". Both live in `a`. */
const char *kvm_why_not(struct arena *a, const struct kvm_options *o, enum width w, enum isa isa,
			const char **engine);

/* Run the payload. Outcomes live in `a`. Deaths, hangs and lost results are charged to the case
 * under way, and the run goes on behind it in a new machine. */
void kvm_run_payload(struct arena *a, const struct payload *p, const struct kvm_options *o,
		     struct place_run *out);

#endif
