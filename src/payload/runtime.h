/* SPDX-License-Identifier: MIT */
/* Private to the payload's runtime: the state that trampolines, probes and C code under test share
 * with it (named in asm/ and in the generated C), and the parts of the runtime. */
#ifndef CLOBBER_RUNTIME_H
#define CLOBBER_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include "payload/case.h"
#include "payload/findings.h"
#include "payload/image.h"
#include "payload/record.h"

/* `cl_` is short for clobber: it keeps every name that the payload's parts share (assembly,
 * generated code and C under test included) apart from those of code under test. */

/* Written by the runtime before a run, read by trampolines, probes and C under test. */
extern struct cl_image cl_poison, cl_poison_callee;
extern uint8_t cl_cell[CL_AREA], cl_ret_cell[CL_RET_BYTES];
extern volatile uint8_t cl_arg[CL_AREA], cl_ret[CL_VALUE];
extern uint8_t cl_reference[CL_AREA];
extern volatile cl_word cl_live[CL_LIVE];
extern volatile double cl_live_double[CL_LIVE_DOUBLES];
extern void (*cl_function)(void);
/* The probe that the function under test is to call under another name, or NULL: what has that name
 * jumps there (src/gen/implicit.c). */
extern void (*cl_implicit)(void);
extern cl_word cl_stack_top;
/* Poison around the stack pointer at entry, lowest first: where the argument area and the callee's
 * frame will be, and above, where nothing may be written. */
enum { CL_POISON_BELOW = 1024, CL_POISON_ABOVE = 1024 };
extern const uint8_t *cl_poison_stack; /* CL_POISON_BELOW + CL_POISON_ABOVE bytes of it */
extern cl_word cl_picture_words;       /* of the stack, in the picture of a called probe */

/* Written by them, read by the runtime afterwards. */
extern struct cl_image cl_before_image, cl_after_image, cl_probe_image, cl_nested_image;
extern uint8_t cl_before_stack[1024], cl_probe_stack[1024];
extern volatile uint32_t cl_probe_count, cl_nested_count;
extern volatile uint8_t cl_got[CL_AREA], cl_got_ret[CL_VALUE];
extern volatile uint8_t cl_result[CL_VALUE]; /* where a memory return value is written */
extern volatile long long cl_layout[CL_MEMBERS];
extern volatile long long cl_wide[CL_ARGS], cl_wide_ret;
extern volatile int cl_wide_int[CL_ARGS], cl_wide_int_ret;
/* Some targets call a function of another convention when it is set, in every second round. */
extern volatile int cl_other_convention;
extern volatile cl_word cl_back[2 * CL_LIVE];
extern volatile double cl_back_double[2 * CL_LIVE_DOUBLES];
extern volatile cl_word
	cl_slot[2]; /* what was popped: the field, and the result of a failed VMREAD */
/* asm/thread/vcpu*.inc: the guest's registers at its last VM exit, in encoding order; and what the
 * current VMCS would hold, for place_emulate. */
extern volatile cl_word cl_guest[16];
extern volatile cl_word cl_guest_ip, cl_host_ip;
/* What the guest adds to register r between VM entry and exit (asm/thread: GUEST_ADDS). */
enum { CL_GUEST_ADDS = 0x1111, CL_GUEST_ENTRIES = 2 };
extern cl_word cl_unset; /* what cl_back and cl_back_double hold before a run */

/* asm/engine.asm: switch to the test stack, poison every register, jump to `entry`; 0 when it came
 * back through cl_after, what cl_abort was given otherwise. */
int cl_run(void (*entry)(void));
void cl_abort(int code) __attribute__((noreturn));
void cl_call_c(void); /* as `entry`: calls cl_function */

enum { CL_CAME_BACK = 0, CL_ESCAPED = 1, CL_FAULTED = 2 };

/* asm/payload.ld: the code, and what lies behind it. */
extern const uint8_t cl_text[], cl_text_end[], cl_rodata[];
/* handler.c: what an interrupt's frame is made of. The interrupted code's stack pointer, the same
 * aligned as the processor does before it pushes, selectors, and where that code goes on: cl_after.
 */
extern cl_word cl_interrupted, cl_interrupt_top, cl_interrupt_cs, cl_interrupt_ss;
extern const cl_word cl_interrupt_ip;
void handler_interrupted(cl_word sp);
struct cl_values;
/* A round of a CL_HANDLER case, after prepare(): where it is interrupted, with which DF, and what
 * its first argument is. */
void handler_prepare(int round, struct cl_values *v);

/* Collected by the linker (asm/payload.ld) from the expectation tables. */
extern const struct cl_case *const cl_cases[], *const cl_cases_end[];
/* What calls leave as it was, by cl_case.preserved; the first is what the default convention of the
 * width does. */
extern const struct reg_set cl_preserved[];
/* Size of the vector registers that code under test may use: 16, 32 or 64. */
extern const uint32_t cl_vector_bytes;

/* What a picture says of a vector register that holds `bytes` bytes of a value. */
static inline const uint8_t *vector_in(const struct cl_image *m, unsigned reg, unsigned bytes)
{
	return bytes > 16 ? m->wide[reg] : m->fx + FX_XMM + 16 * reg;
}

enum { ROUNDS = 5 };

/* prepare.c: values, poison and dirt of one round. */
struct cl_values {
	uint8_t arg[CL_ARGS][CL_VALUE]; /* as in memory, padding included */
	uint8_t ret[CL_VALUE];
	uint8_t st[2][10]; /* st0 and st1 on return */
};
void prepare(const struct cl_case *c, int direction, int round, uint64_t seed, struct cl_values *v);
uint8_t *stack_poison_end(void); /* one past the poisoned memory above cl_stack_top */

/* check_callee.c, check_caller.c: compare after a run. */
void check_callee(const struct cl_case *c, const struct cl_values *v, int round,
		  struct findings *out);
void check_caller(const struct cl_case *c, const struct cl_values *v, int round, int how,
		  struct findings *out);
/* What a payload holds: cases (cases.c, in rt*.o) or calls by contract (contract_run.c and its
 * like, in rc*.o). How many there are; and run them from position `first` (index * 2 + direction)
 * on, in the given directions (bit set), writing records to h. */
uint32_t payload_count(void);
void payload_run(struct cl_header *h, uint32_t first, unsigned directions, uint64_t seed);
/* Where code under test starts; it ends at cl_rodata. */
cl_word payload_code(void);
/* At a fault of code under test: does what is run provide for it? Then *ip and *flags say how it
 * goes on. */
bool payload_trap(cl_word *ip, cl_word *flags);
/* At a trap of code under test, *ip behind the breakpoint: was it one that what is run has set, or
 * its single step? Then it goes on at *ip with *flags. */
bool payload_break(cl_word *ip, cl_word *flags);
/* Registers there, by number. */
extern cl_word cl_break_gpr[16];
/* The i-th page of its own that nobody may touch; 0 behind the last. */
cl_word payload_guard(unsigned i);
/* A page from which on code up to cl_rodata may be written, too; cl_rodata: there is none. */
cl_word payload_mixed(void);
/* Where fs (64 bit) or gs (32 bit) is to point while code under test runs; 0: nowhere. Sets that
 * memory up. */
cl_word payload_thread(void);

/* record.c. Records are sealed with this key. */
extern uint64_t cl_key;
/* So many cases are run in this start, from the first one on; 0: all. */
extern uint32_t cl_case_limit;
void record_write(struct cl_header *h, uint32_t index, int direction, int flags,
		  const struct findings *v);
extern volatile uint32_t cl_ticket; /* changes with every run: for the watchdog */

/* Tickets are odd while code under test runs. */
static inline bool code_under_test_runs(void)
{
	return cl_ticket & 1;
}

/* place.c: what all places share. */
enum { CL_PAGE = 4096, CL_TEST_STACK = 64 * 1024 };
extern uint8_t cl_test_stack[]; /* between two pages nobody may touch */
/* Fills in h, cl_stack_top and cl_key. */
void place_begin(struct cl_header *h, uint64_t seed, uint64_t key);
enum cl_proof place_proof(void);     /* where this runs, as what only that place does shows */
void place_end(struct cl_header *h); /* when all cases ran */
/* At a fault of code under test outside of VMX operation: is the instruction VMREAD or VMRESUME of
 * a case whose own fails? Then it failed, as the flags say now, and *ip is behind it. Or one that
 * takes a case to a guest of its own and back? Then *ip is there. Intel SDM volume 3, 30.2, 30.3.
 */
extern unsigned cl_vmx_flags; /* CL_FAILING_VMX or CL_ENTERS_GUEST, of the case under way */
bool place_emulate(cl_word *ip, cl_word *flags);
bool place_code_changed(void); /* since place_begin */
bool place_late(void);         /* on every tick: has the call under way had its time? */

/* What a place adds in ring 0; all zero in a process. */
extern int cl_where; /* enum cl_where of payload/handover.h */
/* Bits of the flags poison: random, always set; and clear, and to be left so. */
extern cl_word cl_flags_random, cl_flags_set, cl_flags_clear;
/* Not 0: CR0.TS is set while code under test runs (asm/image.inc, FPU_ON). */
extern uint32_t cl_fpu_trapped;
/* It heeds CL_INTERRUPTED. */
extern bool cl_interrupts;
/* NULL, or called before each round of a case, `h->current` set. */
extern void (*cl_before_round)(const struct cl_case *c, int round);
/* NULL, or called after each run of code under test, however it ended. */
extern void (*cl_after_run)(int round, struct findings *out);

/* What the place's fault handler leaves before cl_abort(CL_FAULTED). */
extern volatile int cl_fault_kind;
extern volatile cl_word cl_fault_ip, cl_fault_address, cl_fault_sp; /* sp 0: not known */

/* Areas of buffers of calls by contract, each behind a page nobody may touch, and another such page
 * at the end. */
enum { CL_AREAS = 12, CL_BUFFER = 16 * CL_PAGE, CL_AREA_STRIDE = CL_PAGE + CL_BUFFER };
/* place.c: what to add to an address of code under test to write there; 0: it cannot be written. */
extern cl_word cl_code_alias;
/* place.c: ticks of the place's clock. */
extern volatile uint32_t cl_ticks;
/* place.c: where they are if a place has them elsewhere, far from each other; NULL: where
 * payload_guard says. The first begins there, the next so many bytes behind it. */
extern uint8_t *cl_far_areas;
extern cl_word cl_far_stride;
/* place.c: the i-th page that nobody may touch; 0 behind the last. */
cl_word place_guard(unsigned i);

#endif
