/* SPDX-License-Identifier: MIT */
/* Places: where a payload runs. Each takes an ELF and hands back one outcome for each case and
 * direction; none interprets them. */
#ifndef CLOBBER_PLACE_H
#define CLOBBER_PLACE_H

#include "payload/handover.h"
#include "payload/record.h"
#include "abi/profile.h"

enum outcome_state {
	OUTCOME_MISSING, /* no record: the payload never came to it */
	OUTCOME_ABSENT,  /* the column has no such function, or nothing specifies its return */
	OUTCOME_EXECUTED
};

struct outcome {
	enum outcome_state state;
	unsigned nfindings, nobservations;
	const struct cl_finding *findings;
	const struct cl_observation *observations;
};

/* What running a payload took, in nanoseconds of wall clock; of virtual machines, all of them
 * together. `machines` 0: there were none. */
struct place_cost {
	unsigned machines;
	uint64_t exits;
	uint64_t wall; /* from the first start to the last record read */
	uint64_t create, load, run, destroy;
};

struct place_run {
	struct outcome *v;    /* index * 2 + direction */
	size_t n;             /* cases */
	const uint8_t *nargs; /* arguments of each case; NULL: they are calls by contract */
	const char *
		why_not; /* NULL, or why the place cannot run here: then every outcome is missing */
	const char
		*broken; /* NULL, or how the payload itself failed: missing outcomes are crashes */
	const char *unstarted;  /* NULL, or why the engine could not be started this time, or what
				   ended it besides the payload: missing outcomes are not-run */
	unsigned restarts;      /* times the payload died and was started again behind the case */
	bool reused;            /* nothing ran: these are the records of an earlier run (kept.h) */
	struct place_cost cost; /* wall: set by the caller if not by the place */
};

/* What a place needs to know of a payload. */
struct payload {
	const char *path;
	enum width width;
	enum isa isa;
	size_t ncases;
	uint64_t seed;
	const uint8_t *nargs; /* of struct place_run */
	unsigned directions;  /* bit set of cl_direction */
	/* Each case in a process of its own (where the place runs processes): what one does to the
	 * memory it runs in, it does to itself. */
	bool apart;
	/* NULL, or who runs the process, started to be traced (ptrace(2)), to its end: its wait
	 * status, or -1 when it had to be ended. */
	int (*trace)(void *closure, int pid, const volatile struct cl_header *h);
	void *closure;
};

/* The places there are: PLACE_NATIVE is an ordinary process and the first; the others are after
 * their rows (places.def). */
enum place_id {
#define PLACE(id, row) PLACE_##id,
#include "place/places.def"
#undef PLACE
	PLACES
};

/* How to run; a place looks at what concerns it. */
struct place_options {
	const char *runtime; /* folder with vmx64.rom, kvm64.bin and their like */
	const char *engine;  /* one of the place's engines, by name; NULL: its first */
	const char *bochs;   /* the program; NULL: as CLOBBER_BOCHS says, or the one found */
	const char *model; /* the processor to emulate, as the engine names it; NULL: its default */
	unsigned at_once; /* machines that one payload may be shared out among; 0, 1: one runs it */
	unsigned monitor; /* of a guest: CL_STEP, CL_INTERRUPTS, CL_STEP_LEAF, CL_TRAP_FPU */
};

/* One payload to run in a place. */
struct place_job {
	const struct place *place;
	struct arena *a; /* the outcomes' */
	const struct payload *p;
	const struct place_options *o;
	struct place_run *out;
};

/* A row of the table of places. */
struct place {
	const char *name;  /* "root-vmcs" */
	const char *title; /* "VMX root operation with a current VMCS" */
	const char *const
		*engines;    /* what can implement it, NULL-ended; the first is the default */
	bool widths[WIDTHS]; /* of the code it runs */
	bool stands_in;      /* for the native place, where that cannot run code */
	bool kernel;         /* the kernel's code runs there, too, unless places are named */
	bool guest;          /* a virtual machine, whose monitor has options */
	bool root; /* runs only code written for VMX root operation; all other code behaves as in a
		      guest */
	const struct place
		*with; /* NULL, or the place it comes with: if that works, so does this */
	unsigned mode; /* for its functions */
	/* Does it work here, for code of the width with these vector registers? NULL, or why not
	 * and what to do. *engine is what a report says: "bochs 2.7, corei7_icelake_u". Both live
	 * in `a`. */
	const char *(*why_not)(const struct place *self, struct arena *a,
			       const struct place_options *o, enum width w, enum isa isa,
			       const char **engine);
	/* Run a payload there. Outcomes live in `a`. Deaths, hangs and lost results are charged to
	 * the case under way, and the run goes on behind it. */
	void (*run)(const struct place *self, struct arena *a, const struct payload *p,
		    const struct place_options *o, struct place_run *out);
	/* NULL, or names the machine that would run code of the width: payloads with the same name,
	 * of whichever of these places, may run together. NULL from it: alone. In `a`. */
	const char *(*machine)(const struct place *self, struct arena *a,
			       const struct place_options *o, enum width w);
	/* Run them on that machine. The outcomes are those of `run`; cost.wall of each is set. */
	void (*run_together)(const struct place_job *v, size_t n);
};

extern const struct place *const all_places[PLACES];

/* "native", "kvm", ... */
const char *place_name(enum place_id place);

/* PLACES if no place has the name. */
enum place_id place_find(const char *name);

/* "native, kvm, ...", in `a`. */
const char *place_names(struct arena *a);

/* Add the places of a comma-separated LIST to `wanted`; `all` is every one, `auto` sets *automatic.
 * NULL, or what is wrong with the list, in `a`. */
const char *place_list(struct arena *a, const char *list, bool wanted[PLACES], bool *automatic);

/* Is it one of the place's engines? */
bool place_has_engine(enum place_id place, const char *engine);

/* See struct place. `engine` may be NULL. */
const char *place_why_not(struct arena *a, enum place_id place, const struct place_options *o,
			  enum width w, enum isa isa, const char **engine);

/* Can this machine run processes of the width with these vector registers? NULL, or why not. */
const char *native_why_not(enum width w, enum isa isa);

/* Run as an ordinary, confined process. Outcomes live in `a`. */
void native_run(struct arena *a, const struct payload *p, struct place_run *out);

/* Where records are read from. */
struct record_source {
	const struct cl_header *h;
	size_t bytes;        /* of memory, header included */
	uint64_t key;        /* of the seals */
	uint32_t first, end; /* positions (index * 2 + direction) that it may speak of */
};

/* The records of a finished or interrupted run, into out->v, validated: callers may rely on every
 * code and index in them. An impossible record, or one whose seal is wrong, becomes a fault of its
 * call (CL_FAULT_OVERWRITTEN); malformed memory ends the reading, and the rest stays missing. False
 * in either case. */
bool records_read(struct arena *a, const struct record_source *from, struct place_run *out);

/* A payload that ended wrote a record for every position from `first` to before `end`: give those
 * without one the fault CL_FAULT_OVERWRITTEN. */
void records_complete(struct arena *a, const struct payload *p, uint32_t first, uint32_t end,
		      struct place_run *out);

/* Append outcomes to a string as a payload leaves them: a header, then the records. */
void records_add(struct str *out, const struct place_run *r, enum width w, uint64_t seed);

/* The key of stored records, whose seals find damage only. */
enum { STORED_KEY = 0 };

/* What runs payloads could not be started, instead of `broken`: a place that cannot run here, if it
 * has not run anything. */
void place_run_unstarted(struct place_run *out, const char *why);

/* Charge the end of the whole payload to the call it was in (index * 2 + direction): it was late,
 * or died. */
void outcome_charge(struct arena *a, struct place_run *out, uint32_t current, bool late);

#endif
