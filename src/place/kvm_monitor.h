/* SPDX-License-Identifier: MIT */
/* What runs beneath a payload in place kvm, in a process of its own: kvm_monitor.c. */
#ifndef CLOBBER_KVM_MONITOR_H
#define CLOBBER_KVM_MONITOR_H

#include "payload/handover.h"
#include "place/image.h"
#include "place/kvm.h"
#include "place/kvm_machine.h"

/* The guest's memory from address 0 on; the payload and its results lie where vmx has them. */
enum {
	KVM_LOW = 0x10000, /* handover, then the first page tables */
	KVM_RESULT_BYTES = 64 << 20
};

enum kvm_end {
	KVM_END_NONE, /* the monitor did not come to its end */
	KVM_FINISHED,
	KVM_DIED,   /* the guest ended, or wrote over its results */
	KVM_STUCK,  /* no progress */
	KVM_BROKEN, /* the payload's runtime itself failed: `vector`, `ip` */
	KVM_CANNOT, /* KVM refused something: `why` */
};

/* Written by the monitor, read by the process that started it. */
struct kvm_report {
	enum kvm_end end;
	uint32_t current;   /* the case it ended in, or CL_NO_CASE: unknown */
	uint32_t announced; /* with CL_ANNOUNCE: the case under way */
	uint64_t vector, ip;
	uint64_t steps;
	struct place_cost cost;
	char why[200];
};

/* One start of a payload. All memory is shared with the process that reads it afterwards. */
struct kvm_job {
	const struct image *image;
	const struct payload *payload;
	unsigned handover; /* enum cl_handover_options */
	uint32_t first;    /* case * 2 + direction to begin with */
	uint64_t key;      /* of the records' seals */
	uint8_t *memory;   /* the guest's */
	size_t memory_bytes;
	struct cl_header *kept; /* header and records, out of the guest's reach */
	struct kvm_report *report;
};

/* In a process of its own: make a machine, run the payload in it until it ends, destroy it. */
void kvm_monitor(const struct kvm_job *j);

#endif
