/* SPDX-License-Identifier: MIT */
/* The payload on bare metal, in ring 0: as a guest of any hypervisor, or in VMX root operation.
 * Started as src/payload/handover.h says. Traps become faults charged to the call under way, as the
 * signals in native.c do. Intel SDM volume 3: chapters 2 (control registers), 6 (traps). */
#include "payload/guest.h"

void guest_main(const struct cl_handover *from) __attribute__((noreturn));

struct cl_handover guest_handover;

/* Speaking ------------------------------------------------------------------------------------ */

void guest_say(uint32_t what, cl_word c, cl_word b)
{
	if (guest_handover.where == CL_IN_ROOT)
		((void (*)(uint32_t, cl_word, cl_word))(cl_word)guest_handover.say)(what, c, b);
	else
		__asm__ volatile("outl %0, %w1"
				 :
				 : "a"(what), "d"(CL_PORT), "c"(c), "b"(b)
				 : "memory");
}

void guest_quit(uint32_t what, cl_word c, cl_word b)
{
	for (;;)
		guest_say(what, c, b);
}

/* Control registers and flags: SDM volume 3, 2.5; volume 1, 3.4.3. */
enum {
	CR0_MP = 1 << 1,
	CR0_EM = 1 << 2,
	CR0_TS = 1 << 3,
	CR0_NE = 1 << 5,
	CR0_WP = 1 << 16,
	CR0_AM = 1 << 18,
	CR4_OSFXSR = 1 << 9,
	CR4_OSXMMEXCPT = 1 << 10,
	CR4_OSXSAVE = 1 << 18,
	FLAG_TF = 1 << 8,
	FLAG_IF = 1 << 9,
	FLAG_IOPL = 3 << 12,
	FLAG_NT = 1 << 14,
	FLAG_AC = 1 << 18,
};

/* Traps --------------------------------------------------------------------------------------- */

struct trap {
#ifdef __x86_64__
	cl_word r15, r14, r13, r12, r11, r10, r9, r8, di, si, bp, bx, dx, cx, ax;
#else
	cl_word di, si, bp, sp_here, bx, dx, cx, ax, es, ds;
#endif
	cl_word vector, error, ip, cs, flags;
#ifdef __x86_64__
	cl_word sp, ss;
#endif
};

static cl_word code_start, code_end;

static void find_code(void)
{
	code_start = payload_code();
	code_end = (cl_word)cl_rodata;
	guest_say(CL_SAY_CODE, code_start, code_end);
}

/* CR0.TS makes every x87 and vector instruction trap (#NM; SDM volume 3, 2.5). Compiled code has no
 * business using one; the engine has: it clears the flag meanwhile (asm/image.inc, FPU_ON), and
 * elsewhere its instruction is let through, with a step of one (#DB) to set the flag again. */
static bool passing;

static void set_ts(void)
{
	cl_word cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | CR0_TS));
}

static void trap_fpu(bool on)
{
	cl_fpu_trapped = on;
	if (!on)
		__asm__ volatile("clts");
}

static bool let_through(struct trap *t)
{
	/* Task switches, of the clock's at 32 bit, set CR0.TS: nothing to do with the code. */
	if (t->vector == 7 && !cl_fpu_trapped) {
		__asm__ volatile("clts");
		return true;
	}
	if (t->vector == 7 && (t->ip < code_start || t->ip >= code_end)) {
		__asm__ volatile("clts");
		t->flags |= FLAG_TF;
		passing = true;
		return true;
	}
	if (t->vector == 1 && passing) {
		set_ts();
		t->flags &= ~(cl_word)FLAG_TF;
		passing = false;
		return true;
	}
	return false;
}

/* Of a step that no one beneath took for himself: KVM queues #DB for an instruction that it
 * emulates and skips, such as CPUID, whatever it was asked to do with #DB (Linux,
 * arch/x86/kvm/x86.c, kvm_vcpu_do_singlestep). DR6.BS tells a step from INT1 (SDM volume
 * 3, 17.2.3). */
static bool is_step(const struct trap *t)
{
	enum { DR6_BS = 1 << 14 };
	cl_word dr6;

	if (t->vector != 1 || !(cl_flags_set & t->flags & FLAG_TF))
		return false;
	__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
	__asm__ volatile("mov %0, %%dr6" : : "r"(dr6 & ~(cl_word)DR6_BS));
	return dr6 & DR6_BS;
}

/* Vectors become the faults that Linux makes of them for a process. */
static int fault_of(cl_word vector)
{
	switch (vector) {
	case 0:  /* #DE */
	case 16: /* #MF */
	case 19: /* #XM */
		return CL_FAULT_FPE;
	case 1: /* #DB */
	case 3: /* #BP */
		return CL_FAULT_TRAP;
	case 6: /* #UD */
		return CL_FAULT_ILL;
	case 7: /* #NM */
		return CL_FAULT_FPU;
	case 11: /* #NP */
	case 12: /* #SS */
	case 17: /* #AC */
		return CL_FAULT_BUS;
	case STUB_SYSCALL:
		return CL_FAULT_SYS;
	default:
		return CL_FAULT_SEGV;
	}
}

/* What siginfo's si_addr would be. */
static cl_word address_of(const struct trap *t)
{
	cl_word cr2;

	switch (t->vector) {
	case 8:
	case 14:
		__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
		return cr2;
	case 0:
	case 1:
	case 6:
	case 16:
	case 19:
	case STUB_SYSCALL:
		return t->ip;
	default:
		return 0;
	}
}

/* Where the stack pointer was. */
static cl_word stack_of(const struct trap *t)
{
#ifdef __x86_64__
	return t->sp;
#else
	return (cl_word)(t + 1);
#endif
}

static bool is_break(struct trap *t)
{
	const cl_word gpr[] = { t->ax, t->cx, t->dx,  t->bx,  stack_of(t), t->bp,  t->si,  t->di,
#ifdef __x86_64__
				t->r8, t->r9, t->r10, t->r11, t->r12,      t->r13, t->r14, t->r15
#endif
	};

	for (unsigned i = 0; i < sizeof(gpr) / sizeof(gpr[0]); i++)
		cl_break_gpr[i] = gpr[i];
	return payload_break(&t->ip, &t->flags);
}

static void note_fault(int kind, cl_word ip, cl_word address)
{
	cl_fault_kind = kind;
	cl_fault_ip = ip;
	cl_fault_address = address;
}

static void acknowledge_clock(void)
{
	/* 8259A: non-specific end of interrupt. */
	__asm__ volatile("outb %0, %1" : : "a"((uint8_t)0x20), "Nd"((uint16_t)0x20));
}

void guest_trap(struct trap *t);
void guest_trap(struct trap *t)
{
	bool tick = t->vector == 2 || t->vector == STUB_CLOCK;

	if (t->vector == STUB_CLOCK)
		acknowledge_clock();
	if (t->vector == 6 && t->ip == (cl_word)guest_vmread) {
		t->ip = (cl_word)guest_no_vmx;
		return;
	}
	if (t->vector == 13 && (t->ip == (cl_word)guest_rdmsr || t->ip == (cl_word)guest_wrmsr)) {
		t->ip = (cl_word)guest_no_msr;
		return;
	}
	if (let_through(t) || is_step(t) || (tick && !place_late()))
		return;
	if ((t->vector == 1 || t->vector == 3) && code_under_test_runs() && is_break(t))
		return;
	/* In root operation VMREAD is an instruction like any other. */
	if (t->vector == 6 && cl_where != CL_IN_ROOT && place_emulate(&t->ip, &t->flags))
		return;
	if ((t->vector == 6 || t->vector == 13 || t->vector == 14) &&
	    payload_trap(&t->ip, &t->flags))
		return;
	if (!code_under_test_runs())
		guest_quit(CL_SAY_BROKEN, t->vector, t->ip);
	/* SYSCALL is undefined here: EFER.SCE is off. */
	if (t->vector == 6 && *(const uint16_t *)t->ip == 0x050f) {
		t->vector = STUB_SYSCALL;
		t->ip += 2;
	}
	note_fault(tick ? CL_FAULT_TIMEOUT : fault_of(t->vector), t->ip, address_of(t));
	cl_fault_sp = t->vector == 8 ? 0 : stack_of(t);
	t->ip = (cl_word)guest_give_up;
	t->cs = SEL_CODE;
	t->flags = 2;
#ifndef __x86_64__
	t->ds = t->es = SEL_DATA;
#endif
}

#ifndef __x86_64__
/* The clock's task: the interrupted one's state is in its TSS. */
void guest_clock(void);
void guest_clock(void)
{
	acknowledge_clock();
	if (!place_late())
		return;
	note_fault(CL_FAULT_TIMEOUT, guest_tss[8], 0);
	guest_tss[8] = (uint32_t)guest_give_up;
	guest_tss[9] = 2;
	for (int i = 18; i <= 23; i++)
		guest_tss[i] = i == 19 ? SEL_CODE : SEL_DATA;
}
#endif

/* In root operation: code under test has a VMCS to enter a guest with. */
static bool has_vcpu;

/* After each run: segment registers as they were, and no more stepping. */
static void after_run(int round, struct findings *out)
{
	static const uint16_t want[] = { SEL_ES, SEL_CODE, SEL_DATA, SEL_DATA, SEL_FS, SEL_GS };
	uint16_t got[6];

	__asm__ volatile("mov %%es, %0; mov %%cs, %1; mov %%ss, %2; mov %%ds, %3; mov %%fs, %4; "
			 "mov %%gs, %5"
			 : "=m"(got[0]), "=m"(got[1]), "=m"(got[2]), "=m"(got[3]), "=m"(got[4]),
			   "=m"(got[5]));
	__asm__ volatile("push %0; popf" : : "r"((cl_word)2) : "memory", "cc");
	/* Bases before selectors, which load them. */
	guest_state_check(round, has_vcpu, out);
	guest_segments();
	if (has_vcpu)
		guest_say(CL_SAY_VCPU, 0, 0);
	has_vcpu = false;
	for (int i = 0; i < 6; i++) {
		if (got[i] != want[i])
			check_segment(i, round, want[i], got[i], out);
	}
}

/* What of the flags code under test finds set, and has to leave alone. */
static void choose_flags(bool step, bool interrupts)
{
	cl_flags_random = FLAG_AC | FLAG_IF | FLAG_IOPL;
	/* With NT set IRET would switch tasks, or fault (SDM volume 3, 7.4). */
	cl_flags_clear = FLAG_NT;
	cl_flags_set = 0;
	if (interrupts || guest_handover.options & CL_CLOCK)
		cl_flags_set |= FLAG_IF;
	if (step)
		cl_flags_set |= FLAG_TF;
}

/* Rounds of a leaf case from this one on are stepped; those before run with the FPU trapped. */
enum { FIRST_STEPPED = ROUNDS - 2 };
/* Of a call by contract, which may take any number of instructions. */
enum { MOST_STEPS = 2000 };

/* For whoever ends a machine that says nothing for long: so many cycles are a part of a second of
 * an emulator. */
static bool is_time_for_a_sign(void)
{
	enum { CYCLES_SHIFT = 25 };
	static uint32_t last;
	uint32_t low, high, now;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	now = (uint32_t)(((uint64_t)high << 32 | low) >> CYCLES_SHIFT);
	if (now == last)
		return false;
	last = now;
	return true;
}

static void before_round(const struct cl_case *c, int round)
{
	static bool stepping;
	bool interrupted = c->flags & CL_INTERRUPTED;
	bool step = interrupted || (c->flags & CL_LEAF_TARGET && round >= FIRST_STEPPED);

	if (guest_handover.options & CL_ANNOUNCE && (!round || is_time_for_a_sign()))
		guest_say(CL_SAY_CASE, 0, 0);
	has_vcpu = cl_where == CL_IN_ROOT && c->flags & CL_ENTERS_GUEST;
	/* A VM exit goes on with CR0 as it is now. */
	if (has_vcpu && cl_fpu_trapped)
		set_ts();
	if (has_vcpu)
		guest_say(CL_SAY_VCPU, c->flags & CL_LAUNCHED ? 2 : 1, 0);
	if (!(guest_handover.options & CL_STEP_LEAF) || step == stepping)
		return;
	stepping = step;
	guest_say(CL_SAY_STEP, step, interrupted ? MOST_STEPS : 0);
	choose_flags(step, step);
	if (guest_handover.options & CL_TRAP_FPU)
		trap_fpu(!step);
}

static void cpuid(uint32_t leaf, uint32_t r[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
			 : "a"(leaf), "c"(0));
}

/* x87, SSE, and all that CPUID offers under XCR0: SDM volume 1, 13.2 and 13.3; volume 3, 13.1. */
static void enable_vectors(void)
{
	uint32_t r[4];
	cl_word cr0, cr4;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	cr0 = (cr0 & ~(cl_word)(CR0_EM | CR0_TS | CR0_AM)) | CR0_MP | CR0_NE | CR0_WP;
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0));
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	cpuid(1, r);
	cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT | (r[2] >> 26 & 1 ? CR4_OSXSAVE : 0);
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
	if (cr4 & CR4_OSXSAVE) {
		cpuid(13, r);
		/* x87, SSE, AVX, and AVX-512's three. */
		__asm__ volatile("xsetbv" : : "a"(r[0] & 0xe7), "d"(0), "c"(0));
	}
	__asm__ volatile("fninit");
}

void guest_main(const struct cl_handover *from)
{
	struct cl_header *h;
	uint32_t r[4];

	guest_handover = *from;
	if (guest_handover.magic != CL_HANDOVER_MAGIC ||
	    guest_handover.version != CL_HANDOVER_VERSION)
		guest_quit(CL_SAY_BROKEN, ~0ul, guest_handover.magic);
	cpuid(0x80000001, r);
	guest_map(r[3] >> 20 & 1);
	guest_descriptors();
	enable_vectors();
	cl_where = (int)guest_handover.where;
	/* Nothing beneath steps in root operation. */
	if (cl_where == CL_IN_ROOT)
		guest_handover.options &= ~(uint32_t)CL_STEP_LEAF;
	cl_interrupts = guest_handover.options & CL_STEP_LEAF;
	cl_before_round = before_round;
	cl_after_run = after_run;
	choose_flags(guest_handover.options & CL_STEP, guest_handover.options & CL_INTERRUPTS);
	find_code();
	h = (struct cl_header *)(cl_word)guest_handover.results;
	guest_state_keep();
	place_begin(h, guest_handover.seed, guest_handover.key);
	guest_handover.key = 0;
	if (guest_handover.options & CL_TRAP_FPU)
		trap_fpu(true);
	if (guest_handover.end)
		cl_case_limit = guest_handover.end / 2 - guest_handover.first / 2;
	payload_run(h, guest_handover.first, guest_handover.directions, guest_handover.seed);
	place_end(h);
	guest_quit(CL_SAY_DONE, 0, 0);
}
