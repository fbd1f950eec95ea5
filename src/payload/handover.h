/* SPDX-License-Identifier: MIT */
/* How a payload is started on bare metal: what whoever starts it (the hypervisor in src/vmx, or a
 * virtual machine monitor of another place) owes it, and what the payload says back. The same for
 * every engine and both widths.
 *
 * At `guest_start` the processor is in ring 0 of 64-bit mode, or of 32-bit protected mode with PAE
 * paging; linear addresses are physical ones for the payload, the results and the handover; flat
 * segments; interrupts off; EFER.NXE set when CPUID has it; register di holds the address of a
 * struct cl_handover below 4 GiB. There need be no stack. The payload then makes page tables,
 * descriptor tables and stacks of its own (src/payload/guest.c).
 *
 * It speaks by writing one of enum cl_saying (eax; details in cx and bx) to port CL_PORT; where no
 * one can intercept that (VMX root), by calling `say`. */
#ifndef CLOBBER_HANDOVER_H
#define CLOBBER_HANDOVER_H

#include <stdint.h>

enum { CL_HANDOVER_MAGIC = 0x444e4148 /* "HAND" */, CL_HANDOVER_VERSION = 4, CL_PORT = 0xc10b };

/* Where the payload runs: cl_where, 0 in a process. */
enum cl_where { CL_IN_PROCESS, CL_IN_GUEST, CL_IN_ROOT /* ring 0 of VMX root operation */ };

enum cl_handover_options {
	CL_ANNOUNCE = 1,   /* say every case before it runs */
	CL_STEP = 2,       /* TF set while code under test runs: one #DB an instruction */
	CL_INTERRUPTS = 4, /* with CL_STEP; IF set while code under test runs: vector
			    * CL_VECTOR_DIRTY may come between any two of its instructions */
	CL_TRAP_FPU = 8,   /* CR0.TS set while compiled code runs: using x87 or SSE is a fault;
			    * not together with CL_STEP */
	CL_CLOCK = 16, /* ticks come as vector CL_VECTOR_CLOCK (an 8259 to acknowledge), not NMI */
	CL_STEP_LEAF = 32, /* CL_STEP and CL_INTERRUPTS in the last rounds of cases with a leaf
			    * target, and in some calls by contract of functions without a red
			    * zone, announced by CL_SAY_STEP; CL_TRAP_FPU rests there */
};

/* Vectors the payload has handlers for besides the exceptions (and NMI, the watchdog's tick). */
enum {
	CL_VECTOR_CLOCK = 0x20,
	CL_VECTOR_DIRTY = 0x31, /* an interrupt that overwrites memory below its stack frame */
};

enum cl_saying {
	CL_SAY_DONE = 1,   /* all cases ran: h->finished is set */
	CL_SAY_BROKEN = 2, /* the runtime itself failed: cx = vector or ~0, bx = address */
	CL_SAY_CODE = 4,   /* compiled code, what is under test, is from cx to bx; goes on */
	CL_SAY_CASE = 3,   /* the case in h->current is about to run; execution goes on */
	CL_SAY_VCPU = 6,   /* in root operation: the current VMCS becomes one (cx 1; cx 2: that was
			    * launched) that code under test can enter a guest with, which it has but
			    * to tell where host and guest go on; or again what it was (cx 0), also
			    * behind code that left root operation (cx 3) */
	CL_SAY_LAST = CL_SAY_VCPU,
	CL_SAY_STEP = 5, /* from here on code under test is stepped (cx 1; no more after bx steps,
			  * if that is not 0) or no more (cx 0) */
};

struct cl_handover {
	uint32_t magic, version;
	uint32_t where;   /* enum cl_where */
	uint32_t options; /* enum cl_handover_options */
	uint32_t first;   /* as for run_cases */
	uint32_t directions;
	uint32_t end, unused; /* 0, or the position before which it ends, as `first` */
	uint64_t seed, key;   /* of the records' seals */
	uint64_t results;     /* struct cl_header and room for records, aligned to 2 MiB */
	uint64_t results_bytes;
	uint64_t host, host_bytes; /* CL_IN_ROOT: memory to keep mapped, with `say` in it; pages */
	uint64_t say; /* CL_IN_ROOT: void say(uint32_t, unsigned long, unsigned long), C */
};

#endif
