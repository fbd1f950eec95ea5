/* SPDX-License-Identifier: MIT */
/* Private to the payload's part that holds hand-written assembly against contracts. */
#ifndef CLOBBER_CONTRACT_RUN_H
#define CLOBBER_CONTRACT_RUN_H

#include "payload/check.h"
#include "payload/contract.h"
#include "payload/handover.h"
#include "payload/prepare.h"

/* Written by src/check, addresses of tables; code under test is between cl_code_start and
 * cl_rodata. */
extern const uint32_t cl_contract_table[], cl_contract_count;
extern const uint32_t cl_probe_table[], cl_probe_total;
extern const uint8_t cl_code_start[], cl_rodata[];
/* asm/check.ld: struct exception_table_entry of Linux, arch/x86/include/asm/extable.h */
extern const int32_t cl_extable[], cl_extable_end[];

/* asm/contract*.asm: as `entry` of cl_run. The first calls cl_function; the second tells whoever
 * traces the process before. */
void cl_contract_call(void);
void cl_contract_step_call(void);
/* With the frame of an interrupt; the second with CT_ERROR_CODE on top. */
void cl_contract_interrupt(void);
void cl_contract_interrupt_error(void);
/* A guest: keeps the registers it is entered with in cl_guest_image, counts in cl_guest_entries,
 * and leaves with those in cl_exit_image. The first two go to cl_exit_ip, the second with rax as it
 * was; the third is for a processor to run, and ends with VMCALL. */
void cl_contract_exit(void);
void cl_contract_svm_exit(void);
/* Another instruction of SVM: keeps rax in cl_svm_rax and goes to cl_exit_ip. */
void cl_contract_svm_other(void);
extern cl_word cl_svm_rax;
/* A TDX module: the same, with those registers alone that a `guest' line names. */
void cl_contract_tdx_exit(void);
void cl_tdx_module(void);
void cl_contract_guest(void);
/* Where a VM exit may come: keeps the stack pointer in cl_arrival_sp and ends the call. */
void cl_contract_arrival(void);
/* A probe, as landing pad of a jump. */
void cl_contract_landing(void);

extern struct cl_image cl_reply, cl_exit_image, cl_guest_image;
extern cl_word cl_guest_entries, cl_arrival_sp;
extern cl_word cl_reply_ip, cl_exit_ip, cl_contract_index;
extern uint32_t cl_contract_step;

/* Where the data of objects under test starts (src/check/tables.c) and ends (asm/check.ld). */
extern uint8_t cl_objects_data[], cl_objects_data_end[], cl_objects_bss[], cl_objects_bss_end[];
extern uint8_t cl_shared[], cl_shared_data[], cl_shared_data_end[]; /* of a shared object */
/* asm/check.ld: initial values of thread-local variables; relocations of indirect functions; what
 * runs before main(). */
extern const uint8_t cl_tls_image[], cl_tls_image_end[], cl_init[], cl_init_end[];
extern const cl_word cl_irelative[], cl_irelative_end[], cl_init_array[], cl_init_array_end[];
/* Generated: from the thread pointer to the first thread-local variable, negative. */
cl_word cl_tls_offset(void);
/* Symbols that nothing defines: so many bytes of forbidden pages each, from the probe of that
 * number on. */
extern uint8_t cl_traps[], cl_traps_end[];
extern const uint32_t cl_trap_bytes, cl_first_trap;
extern const uint32_t cl_contract_rounds; /* asked for; 0: as many as usual */
extern const uint32_t cl_contract_bench;  /* measure cycles */
extern const uint32_t cl_contract_effort; /* calls that may look for what did not run */

/* One argument of an outgoing call, in the order of their happening. */
struct ct_said {
	uint16_t probe;
	uint8_t arg, bytes;
	uint8_t value[16];
};
enum { CT_MOST_SAID = 128 };
/* How a call ended that needs what nothing defines: besides CL_FAULTED and the like. */
enum { CT_STOPPED = 8 };

/* What is changed of the inputs of a round. */
enum ct_change_kind {
	CT_CHANGE_NUMBER, /* bytes at `at` of the value are this one's */
	CT_CHANGE_MOVE,   /* the pointer, modulo 64 */
	CT_CHANGE_NULL,
	CT_CHANGE_SAME,  /* pointer: the same as that of input `at` */
	CT_CHANGE_POKE,  /* bytes at `at` of what it points to */
	CT_CHANGE_FILL,  /* all of them: `at` says how (enum ct_fill) */
	CT_CHANGE_COPY,  /* as much as there is of what input `at` points to */
	CT_CHANGE_RESULT /* of the first calls it makes: number `at`; ~0: all */
};
enum ct_fill { CT_FILL_BYTE, CT_FILL_BYTES, CT_FILL_SHORTS, CT_FILL_WORDS, CT_FILL_FEW, CT_FILLS };
struct ct_change {
	uint8_t kind, input, bytes;
	uint32_t at;
	uint64_t value;
};
enum { CT_MOST_CHANGES = 10 };

/* The call under way. */
struct ct_call_state {
	const struct ct_contract *c;
	struct ct_input *inputs; /* a copy, which fitting changes */
	struct cl_values values;
	cl_word pointer[CT_ARGS]; /* where buffers are, and their size in this call */
	uint32_t bytes[CT_ARGS];
	uint32_t row[CT_ARGS], columns[CT_ARGS]; /* of rows: from one to the next, and of each */
	uint8_t deref[CT_ARGS][16];
	int round, rounds;
	bool other;                   /* the way of `else` */
	bool ended;                   /* where it was to jump or call for ever */
	unsigned at, count[CT_CALLS]; /* the `calls` line that is due; calls by each line */
	uint32_t extended;            /* bit set of inputs with no dirt above them, for once */
	unsigned extended_to;         /* so many bytes */
	struct draw draw, first_draw; /* of values that probes return: now, at the start */
	struct findings *out;
	const struct ct_change *change;
	unsigned nchanges, ncalled; /* calls that it made */
	int number;                 /* of the round, for the report */
	unsigned gave_up; /* 1 + the probe for `abort' and its like that ended a call; 0: none */
	bool overlaps;    /* two buffers of this round do */
	uint32_t instead; /* the function to call, if it is another: a reference */
	uint32_t cycles;  /* of the call, if they are measured */
	uint32_t ticks;   /* that it lasted, of 0.1 s */
	bool unprepared;  /* a function that is called before did not return */
	bool smashed;     /* the call overwrote its own frame */
	bool clean;       /* upper halves of vector registers are 0, as after VZEROUPPER */
	bool stubbed;     /* something was called about which nothing is known */
	bool interrupted; /* between any two of its instructions, where the place can */
	unsigned nsaid;
	struct ct_said said[CT_MOST_SAID];
};
extern struct ct_call_state ct_now;

static inline bool ct_has(const struct findings *v, int check)
{
	for (unsigned i = 0; i < v->nfindings; i++) {
		if (v->finding[i].f.check == check)
			return true;
	}
	return false;
}

/* One of this check and item; NULL: there is none. */
const struct merged_finding *ct_find(const struct findings *v, const struct cl_finding *f);

/* A difference of equal calls, enum ct_what, that is one of memory. */
static inline bool ct_in_memory(unsigned what)
{
	return what == CT_WHAT_DATA || (what >= CT_WHAT_BUFFER && what < CT_WHAT_ARGUMENT);
}

/* An address in the tables. */
static inline const void *ct_at(uint32_t address)
{
	return (const void *)(cl_word)address;
}

/* cl_vector_bytes, to be set. */
extern uint32_t cl_vectors_here;

/* An integer in part of a register or stack word. */
static inline bool ct_is_narrow(const struct ct_input *d)
{
	return d->nlocs == 1 && !(d->flags & CT_REFERENCE) &&
	       (d->loc[0].kind == CL_GPR || d->loc[0].kind == CL_STACK) &&
	       d->loc[0].bytes < sizeof(cl_word) &&
	       (d->class == CL_SIGNED || d->class == CL_UNSIGNED || d->class == CL_BOOL);
}

/* Bits of a value that carry it, or NULL: all. */
static inline const uint8_t *ct_mask(const struct ct_input *d)
{
	return d->mask ? ct_at(d->mask) : NULL;
}

/* A bit for each place in a repeated call that holds other poison: enum ct_source. */
struct ct_sources {
	uint8_t other[CT_SOURCES];
};

/* contract_values.c: values of all inputs and the contents of all buffers, for ct_now.round. */
void ct_draw(uint64_t seed);
/* All of it into registers, stack and memory, with the poison that `sources` asks for. */
void ct_apply(const struct ct_sources *sources);
/* Memory that must be as it was. */
void ct_check_buffers(void);
/* The i-th buffer of the call as it is now; NULL behind the last. */
const uint8_t *ct_buffer(unsigned i, unsigned *input, uint32_t *bytes);
/* contract_poison.c: two sets of poison for a round. */
/* The stream of what probes return. */
struct draw ct_make_poison(uint64_t seed, uint64_t state);
struct ct_poison {
	struct cl_image entry, callee;
	uint8_t stack[CL_POISON_BELOW + CL_POISON_ABOVE];
};
const struct ct_poison *ct_poison_of(bool second);
/* The low ends of wide registers as in the picture that all processors have. */
void ct_join_vectors(struct cl_image *m);
/* Registers, flags and stack, before inputs are placed. */
void ct_apply_poison(const struct ct_sources *sources);
/* contract_start.c: what a program finds when it starts. */
void ct_start(void);
/* The number of the probe that stands for what the fault under way accessed; -1: none. */
int ct_missing_symbol(void);
cl_word ct_trap_page(unsigned i); /* 0 behind the last */
/* Memory of the objects that they may write; no bytes: there is none. */
struct ct_region {
	uint8_t *at;
	size_t bytes;
};
enum { CT_REGIONS = 4 };
struct ct_region ct_objects_region(unsigned i);
/* contract_again.c: data of the objects as it was before the first call. */
void ct_keep_data(void);
void ct_restore_data(void);
/* Calls with equal inputs differ, or cannot be compared. */
bool ct_varied(const struct ct_contract *c);
/* Make the call that was just made, and ended as `how` says, again with other poison, and tell what
 * that changes. True: it is because of what was found to fit, which is less now, or more memory. */
bool ct_compare(const struct ct_contract *c, int how, struct findings *told);
/* And once more with interrupts, in some rounds: where the place has them they overwrite what is
 * below the stack pointer. */
void ct_interrupt(const struct ct_contract *c, struct findings *told);
/* contract_bench.c: cycles of calls, as observations. */
void ct_bench(const struct ct_contract *c, int rounds, uint64_t seed, struct findings *out);
/* contract_against.c: call the reference, if there is one, and tell what is other. */
void ct_against(const struct ct_contract *c, struct findings *out);
/* contract_blame.c: is it the inputs that no line speaks of that made the call fault? */
bool ct_unfit(const struct ct_contract *c);
/* contract_cover.c: code that was written through another address runs as it is now. */
void ct_serialize(void);

/* contract_jumps.c: from here on calls end that jump to where no jump leads. Not while breakpoints
 * of blocks are set. */
void ct_watch_jumps(bool on);
/* Of another function. */
void ct_watch_begin(void);
/* Before each call; after it: was it one that did? At a trap: was it one of these breakpoints? */
void ct_watch_call(void);
bool ct_went_wild(void);
bool ct_watch_break(cl_word *ip, cl_word *flags);
/* Does a call with inputs as they are now, some of them unsaid? */
bool ct_strays(const struct ct_contract *c);

/* contract_frame.c: did the call, which ended as `how` says, overwrite its own frame? Into
 * ct_now.smashed. */
void ct_frame_begin(void);
void ct_frame_look(const struct ct_contract *c, int how);
/* Are the findings of the call that was just made those of an array on its stack that was too small
 * for numbers no line speaks of? */
bool ct_overran(const struct ct_contract *c, const struct findings *now);
/* contract_room.c: was something written beside memory whose size was found? Then there is more of
 * it.
 */
bool ct_widen_for(const struct ct_contract *c, const struct findings *now);
/* The round under way has shown that what fits is something else. */
void ct_refit(void);
/* After a call that did not fit: look for inputs that do, or for fewer. False: there are none (any
 * more). */
bool ct_fit(const struct ct_contract *c, uint64_t seed);
/* Forget what fitted another function. */
void ct_fit_begin(const struct ct_contract *c, uint64_t seed);
bool ct_fitted(void);
/* Numbers that were found to fit, but are unlike what is passed: something tame in their place; or
 * in place of all of them. False: there are none. */
bool ct_make_plain(const struct ct_contract *c, bool all);
/* What fits, as observations. */
void ct_fit_tell(const struct ct_contract *c, struct findings *out);
/* contract_cover.c: which blocks of the function's instructions ran. Breakpoints at their
 * beginnings, each of which goes when it is reached; where none can be set nothing is known. */
void ct_cover_begin(const struct ct_contract *c);
void ct_cover_end(void);
/* Calls between these two do not count. */
void ct_cover_pause(void);
void ct_cover_resume(void);
/* What was reached since the last of these calls counts; or does not, and is watched again. Returns
 * how many blocks that is. */
unsigned ct_cover_keep(void);
unsigned ct_cover_forget(void);
unsigned ct_cover_fresh(void);
bool ct_cover_known(void);
bool ct_cover_all(void);
void ct_cover_tell(struct findings *out);
/* contract_reads.c: bytes of what an input points to that an instruction reads, from `at` behind
 * the pointer on. Makes the call under way once more and returns how many there are. At a trap: was
 * it one of its breakpoints? */
struct ct_look {
	uint8_t input, bytes;
	uint32_t at;
};
unsigned ct_look(const struct ct_contract *c, struct ct_look *to, unsigned most, uint64_t random);
bool ct_read_break(cl_word *ip);
/* contract_run.c: the call faulted at `ip' because of what is above narrow inputs, which is told:
 * then that is no fault of its own. */
void ct_fault_by_upper_bits(struct findings *told, struct findings *call, cl_word ip);
/* contract_notes.c: what is told of a function though it breaks nothing. A divide error that a
 * number made of which no line speaks; after a call, the same once more to see what is left in use
 * of vector registers. */
void ct_notes_begin(void);
bool ct_divides(const struct ct_contract *c);
void ct_look_for_dirt(const struct ct_contract *c);
void ct_clean_vectors(struct cl_image *m);
void ct_note_call(const struct cl_image *at_call);
void ct_notes_tell(struct findings *out);
/* contract_explore.c: inputs toward what did not run. Those of a round that reached something are
 * where it starts from. */
void ct_explore_begin(void);
void ct_explore_end(void); /* inputs are what was found to fit */
void ct_explore_remember(int round);
/* The next inputs, drawn; false: it is over. */
bool ct_explore_draw(const struct ct_contract *c, int rounds, uint64_t seed);
/* What the call with them reached that was new, and whether it faulted. */
void ct_explore_learn(unsigned reached, bool faulted);
/* Were inputs changed that no line speaks of? Then a fault is nobody's. */
bool ct_explore_guessed(void);
/* ... or memory of such? */
bool ct_explore_made_up(const struct ct_contract *c);
/* Where the area of a pointer starts. */
uint8_t *ct_area_of(unsigned input);
/* Inputs of a round, the same for all calls of it; contract_run.c. */
void ct_draw_round(const struct ct_contract *c, int round, int rounds, uint64_t seed);
/* One call with the inputs that are drawn; contract_run.c. */
int ct_call(const struct ct_contract *c, const struct ct_sources *sources, struct findings *out);
/* contract_guest.c: does this call enter a guest (and not fail to)? */
bool ct_enters_guest(const struct ct_contract *c);
/* In root operation: nothing says where the host's stack is, so none can be entered. */
bool ct_guest_unknown(const struct ct_contract *c);
/* What the place is to know of the call: enum cl_case_flags. */
unsigned ct_guest_case_flags(const struct ct_contract *c);
/* Before a call, with all inputs in place. */
void ct_guest_ready(const struct ct_contract *c);
/* A called function was passed the stack pointer. */
void ct_guest_stack(cl_word sp);
/* Before the calls of a contract. */
void ct_guest_try(const struct ct_contract *c);
void ct_check_guest(const struct ct_contract *c);
/* payload_trap of the instructions that need VMX or SVM operation. */
bool ct_guest_trap(cl_word *ip, cl_word *flags);
/* contract_calls.c: the bytes a value stands for; 0: any. `sp` is what `sp` means. */
unsigned ct_evaluate(const struct ct_value *v, cl_word sp, uint8_t to[16]);
/* Calls that should have been made. */
void ct_check_calls(void);
/* Bytes of a value returned, as far as it has places in registers: how many. */
unsigned ct_returned(const struct ct_input *d, const struct cl_image *m, uint8_t to[CL_VALUE]);

/* The time stamp counter, when what came before has ended: SDM volume 2, RDTSC. */
static inline uint64_t ct_time_stamp(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return low | (uint64_t)high << 32;
}

/* Ticks of processor time in a process. Elsewhere no clock runs, and 4 million cycles are one: of
 * an emulated processor about as many instructions, which take as long. */
static inline uint32_t ct_clock(void)
{
	return cl_where == CL_IN_PROCESS ? cl_ticks : (uint32_t)(ct_time_stamp() >> 22);
}

#endif
