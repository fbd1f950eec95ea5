/* SPDX-License-Identifier: MIT */
/* Place `vmx`: the payload under clobber's own VMX hypervisor (src/vmx, docs/vmx.md), as its guest
 * or in root operation. Engine `bochs` emulates the processor; engine `kvm-nested` runs the same
 * hypervisor under /dev/kvm. */
#ifndef CLOBBER_VMX_H
#define CLOBBER_VMX_H

#include "place/place.h"
#include "vmx/disk.h"

enum vmx_engine { VMX_BOCHS, VMX_KVM_NESTED };

struct vmx_options {
	enum vmx_engine engine;
	const char *runtime; /* folder with vmx64.rom and its like */
	const char *model;   /* of Bochs' processors; NULL: VMX_MODEL */
	enum vmx_mode mode;  /* VMX_MODE_GUEST or one of the roots; 0 is VMX_MODE_GUEST */
	unsigned root_width; /* 32 or 64; 0: 64 for a guest. A payload in root mode has its own. */
	unsigned options;    /* CL_STEP, CL_INTERRUPTS, CL_TRAP_FPU of payload/handover.h */
	unsigned forget;     /* tests only: 1 + the register the hypervisor loses at every step */
	unsigned at_once; /* machines that one payload may be shared out among; 0, 1: one runs it */
	unsigned part;    /* cases worth a machine of their own; 0: VMX_PART */
	unsigned seconds; /* of work, for one start of the engine and payload; 0: VMX_SECONDS */
	const char *bochs; /* the program; NULL: as bochs_program says */
};

/* A model with SSE, AVX, AVX-512, EPT and unrestricted guest. */
#define VMX_MODEL "corei7_icelake_u"
/* So many cases take about as long as a machine takes to start. */
enum { VMX_SECONDS = 120, VMX_PART = 500 };

/* Does the engine work here for payloads of the width with these vector registers? NULL, or why not
 * and what to do. Boots the hypervisor and asks it, unless the same emulator answered before
 * (answers.h). *engine (may be NULL) is what a report says: "bochs 2.7, corei7_icelake_u, 64-bit
 * root, EPT, unrestricted guest". Both live in `a`. */
const char *vmx_why_not(struct arena *a, const struct vmx_options *o, enum width w, enum isa isa,
			const char **engine);

/* Run the payload, if it is large on several machines at once, each with a part of its cases.
 * Outcomes live in `a`. Deaths, hangs and lost results are charged to the case under way, and the
 * run goes on behind it. out->cost.wall is set. */
void vmx_run(struct arena *a, const struct payload *p, const struct vmx_options *o,
	     struct place_run *out);

/* One payload of several that one start of an engine runs, one behind the other. Between them the
 * processor is reset, so that each finds what it would find alone. One that does not end is started
 * again alone; those behind it get a new start without it. */
struct vmx_job {
	struct arena *a; /* the outcomes' */
	const struct payload *p;
	const struct vmx_options *o;
	struct place_run *out;
	uint32_t from, to; /* cases, from this one to before that one; both 0: all */
};
void vmx_run_together(struct vmx_job *v, size_t n);

/* Names the machine that runs a payload of the width, in `a`: those with the same name may run
 * together. NULL: alone. */
const char *vmx_machine(struct arena *a, const struct vmx_options *o, enum width w);

/* One start of an engine on a disk that vmx_run made, in its folder. NULL, or how it failed: the
 * segments on the disk still show how far it came. */
struct vmx_machine {
	const char *dir; /* holds `disk` and `rom`; the engine may put its files there */
	unsigned megs;   /* memory */
	unsigned root_width;
	bool probe;                  /* it has nothing to do but answer */
	unsigned payloads;           /* how many it runs: its limit is theirs */
	void (*look)(void *closure); /* NULL, or called now and then while it runs */
	void *closure;
	bool stalled; /* set by the engine, with `killed`: it waited for something, without working
		       */
	bool absent;  /* set by the engine: it did not even start, so no code under test ran */
	bool idle;    /* set by the engine: it was ended for lack of progress */
	bool killed;  /* set by the engine: another process ended it, or the machine it runs on */
};
/* The program: named by the options or by CLOBBER_BOCHS, else what `make deps-bochs` built, else
 * the one in PATH. */
const char *bochs_program(const struct vmx_options *o);
const char *bochs_boot(struct arena *a, const struct vmx_options *o, struct vmx_machine *m);
const char *bochs_why_not(struct arena *a, const struct vmx_options *o, const char **version);
const char *kvm_nested_boot(struct arena *a, const struct vmx_options *o, struct vmx_machine *m,
			    uint8_t *disk, size_t disk_bytes);

/* segments.c: the segments on a disk, checked, one by one from sector *at on. NULL: there is no
 * further one, or it is incomplete. Behind it lie s->bytes of struct cl_header and records. */
const struct vmx_segment *segment_next(const uint8_t *disk, size_t bytes, uint64_t *at);

#endif
