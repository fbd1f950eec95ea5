/* SPDX-License-Identifier: MIT */
/* The guest from its start to its end: VM entry, VM exit, and what each exit asks for. Intel SDM
 * volume 3, 25.1 (what exits), appendix C (reasons). */
#include "vmx/hv.h"
#include "vmx/vmcs.h"

enum { VECTOR_DB = 1, VECTOR_UD = 6, VECTOR_GP = 13, FLAG_TF = 0x100, FLAG_IF = 0x200 };
enum { MSR_VMX_MISC = 0x485 };

/* Ticks in one and the same case until the payload is asked whether it is stuck. A case takes a
 * small part of a tick. */
enum { PATIENCE = 2 };

/* A case that goes on calling, by contract, may take so many times as long as one that is stuck. */
enum { LONGEST_CASE = 15 };

/* Ticks of such a case between two signs of life, without which the emulator itself is given up. */
enum { SIGNS = 25 };

/* The preemption timer counts the guest's time: code that only causes exits uses none. So this many
 * ticks of the processor's time count as one of the guest's. */
enum { TICKS_WITH_EXITS = 6 };

struct guest {
	struct registers r;
	bool launched, done;
	enum vmx_end end;
	uint32_t executed, current; /* as of the last look */
	uint32_t calls;
	uint64_t idle, in_case;    /* ticks since they changed; since more than `calls' did */
	uint64_t told;             /* `in_case' at the last sign of a case that goes on calling */
	uint64_t looked;           /* TSC at the last look, at the host's own */
	word code_start, code_end; /* compiled code in the payload */
	bool stepping, interrupting;
	uint64_t steps_left; /* 0: any number */
};

static void finish(struct guest *g, enum vmx_end end)
{
	g->done = true;
	g->end = end;
}

static void skip_instruction(void)
{
	vmwrite(GUEST_IP, vmread(GUEST_IP) + vmread(EXIT_LENGTH));
}

/* What ring 3 may not do either is an exception, so that a guest's verdict is a process's. */
static void inject(uint8_t vector)
{
	vmwrite(ENTRY_EVENT, EVENT_EXCEPTION | vector | (vector == VECTOR_GP ? EVENT_ERROR : 0));
	vmwrite(ENTRY_ERROR_CODE, 0);
}

static void emulate_cpuid(struct registers *r)
{
	struct cpuid c = cpuid((uint32_t)r->r[AX], (uint32_t)r->r[CX]);

	if ((uint32_t)r->r[AX] == CL_CPUID_PROOF)
		c.b = (uint32_t)r->r[CX] ^ CL_CPUID_ANSWER;
	r->r[AX] = c.a;
	r->r[BX] = c.b;
	r->r[CX] = c.c;
	r->r[DX] = c.d;
	skip_instruction();
}

/* What XSETBV accepts here: SDM volume 1, 13.3; what it does not is #GP. */
static bool is_xcr0(uint64_t v)
{
	enum { X87 = 1, SSE = 2, AVX = 4, BOUNDS = 0x18, AVX512 = 0xe0 };
	struct cpuid c = cpuid(13, 0);
	uint64_t wide = v & AVX512, bounds = v & BOUNDS;

	return !(v & ~((uint64_t)c.d << 32 | c.a)) && v & X87 && (!(v & AVX) || v & SSE) &&
	       (!bounds || bounds == BOUNDS) && (!wide || (wide == AVX512 && v & AVX));
}

/* XCR0 is the processor's, not the guest's: SDM volume 3, 25.1.2 and 31.2.2. */
static void emulate_xsetbv(const struct registers *r)
{
	uint32_t low = (uint32_t)r->r[AX], high = (uint32_t)r->r[DX];

	if ((uint32_t)r->r[CX] || !is_xcr0((uint64_t)high << 32 | low)) {
		inject(VECTOR_GP);
		return;
	}
	__asm__ volatile("xsetbv" : : "a"(low), "d"(high), "c"(0));
	skip_instruction();
}

/* The preemption timer counts the guest's time only: its rest is saved at every exit (27.3.4). */
static void wind(const struct guest *g)
{
	unsigned shift = rdmsr(MSR_VMX_MISC) & 31; /* appendix A.6: TSC cycles a timer unit */

	if (vmx_features() & VMX_HAS_TIMER)
		vmwrite(GUEST_TIMER,
			(word)((g->stepping ? request.stepped_tick : request.tick) >> shift));
}

static void set_stepping(struct guest *g, bool on)
{
	g->stepping = on;
	vmwrite(EXCEPTIONS, on ? 1 << VECTOR_DB : 0);
	wind(g);
}

/* The payload says something: src/payload/handover.h. */
static void listen(struct guest *g)
{
	/* Table 27-5: the port in bits 31:16; bits 2:0 the size less 1, bit 3 the direction in, bit
	 * 4 a string. */
	enum { WORD_OUT = 3, HOW = 0x1f };
	word q = vmread(QUALIFICATION);
	uint32_t what = (uint32_t)g->r.r[AX];

	/* What else code under test writes there is a port access like any other. */
	if (q >> 16 != CL_PORT || (q & HOW) != WORD_OUT || !what || what > CL_SAY_LAST) {
		inject(VECTOR_GP);
		return;
	}
	skip_instruction();
	switch (what) {
	case CL_SAY_CASE:
		announced = results()->current;
		write_segment(VMX_RUNNING);
		return;
	case CL_SAY_CODE:
		g->code_start = g->r.r[CX];
		g->code_end = g->r.r[BX];
		return;
	case CL_SAY_STEP:
		set_stepping(g, g->r.r[CX]);
		g->steps_left = g->r.r[BX];
		return;
	case CL_SAY_DONE:
		/* Code under test can say so, too. */
		finish(g, results()->finished ? VMX_FINISHED : VMX_DIED);
		return;
	default:
		segment.qualification = g->r.r[CX];
		segment.ip = g->r.r[BX];
		finish(g, VMX_BROKEN);
	}
}

/* The preemption timer ran out (25.5.1): look whether the guest goes on, and let it look too. */
static void tick(struct guest *g)
{
	struct cl_header *h = results();
	word blocked = vmread(GUEST_INTERRUPTIBILITY);

	wind(g);
	g->looked = rdtsc();
	segment.ticks++;
	g->idle++;
	g->in_case++;
	if (h->executed != g->executed || h->current != g->current) {
		g->executed = h->executed;
		g->current = h->current;
		g->idle = g->in_case = g->told = 0;
		write_segment(VMX_RUNNING);
	} else if (h->calls != g->calls && g->in_case < LONGEST_CASE * request.stuck) {
		g->calls = h->calls;
		g->idle = 0;
		if (g->in_case - g->told >= SIGNS) {
			g->told = g->in_case;
			write_segment(VMX_RUNNING);
		}
	} else if (g->idle > request.stuck) {
		finish(g, VMX_STUCK);
		return;
	}
	/* The payload's handler uses the interrupted stack at 32 bit, and what is below the stack
	 * pointer there is watched now and then: so it comes only when it is needed. */
	if (g->idle < PATIENCE)
		return;
	/* What is to come with this entry comes first. */
	if (vmread(ENTRY_EVENT) & EVENT_VALID)
		return;
	/* 26.3.1.5: no NMI where STI or MOV SS block events; the next tick will do. One that was
	 * answered by giving up a call did not end with IRET, and blocks still. */
	if (blocked & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS))
		return;
	vmwrite(GUEST_INTERRUPTIBILITY, blocked & ~(word)BLOCKED_BY_NMI);
	vmwrite(ENTRY_EVENT, EVENT_NMI);
}

/* One instruction of code under test was executed: #DB, for TF is set. The monitor trap flag would
 * do the same without TF, but Bochs 2.7 offers that control and ignores it. */
static void step(struct guest *g)
{
	word ip = vmread(GUEST_IP);
	word blocked = vmread(GUEST_INTERRUPTIBILITY);

	vmwrite(GUEST_PENDING_DEBUG, 0);
	/* Behind STI: with TF set, VM entry wants the step pending that was just taken (26.3.1.5,
	 * "Pending debug exceptions"), unless nothing is blocked. Bochs 2.7 does not look. */
	vmwrite(GUEST_INTERRUPTIBILITY, blocked & ~(word)(BLOCKED_BY_STI | BLOCKED_BY_MOV_SS));
	if (ip < g->code_start || ip >= g->code_end)
		return;
	segment.steps++;
	/* Enough, also if it loads TF again. */
	if (g->steps_left && !--g->steps_left) {
		vmwrite(GUEST_FLAGS, vmread(GUEST_FLAGS) & ~(word)FLAG_TF);
		g->steps_left = 1;
		g->stepping = false;
		wind(g);
		return;
	}
	if (request.forget)
		g->r.r[request.forget - 1] = 0;
	if (g->interrupting && vmread(GUEST_FLAGS) & FLAG_IF &&
	    !(blocked & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)))
		vmwrite(ENTRY_EVENT, EVENT_VALID | CL_VECTOR_DIRTY);
}

/* Only #DB exits. INT1's belongs to the guest, and ends behind the instruction; the exit came at it
 * (27.2.2, 27.3.3). */
static void debug_exception(struct guest *g)
{
	word event = vmread(EXIT_EVENT);

	if ((event & 0xff) != VECTOR_DB) {
		finish(g, VMX_DIED);
	} else if ((event & EVENT_TYPE) == EVENT_INT1) {
		skip_instruction();
		inject(VECTOR_DB);
	} else {
		step(g);
	}
}

static void handle(struct guest *g, uint32_t reason)
{
	switch (reason) {
	case EXIT_EXCEPTION:
		debug_exception(g);
		return;
	case EXIT_INTERRUPT:
		return;
	case EXIT_TASK_SWITCH:
		if (!task_switch(&g->r))
			finish(g, VMX_DIED);
		return;
	case EXIT_CPUID:
		emulate_cpuid(&g->r);
		return;
	case EXIT_XSETBV:
		emulate_xsetbv(&g->r);
		return;
	case EXIT_IO:
		listen(g);
		return;
	case EXIT_TIMER:
		tick(g);
		return;
	case EXIT_HLT:
	case EXIT_CR:
	case EXIT_RDMSR:
	case EXIT_WRMSR:
		inject(VECTOR_GP);
		return;
	case EXIT_GETSEC:
	case EXIT_INVEPT:
	case EXIT_INVVPID:
	case EXIT_VMCALL ... EXIT_VMXON:
		inject(VECTOR_UD);
		return;
	default: /* triple fault, EPT violation, invalid state, whatever there may be */
		finish(g, VMX_DIED);
	}
}

enum vmx_end guest_run(void)
{
	static struct guest g;

	g = (struct guest){ .current = CL_NO_CASE, .looked = rdtsc() };
	vmcs_make();
	guest_reset(&g.r);
	g.interrupting = request.options & (CL_INTERRUPTS | CL_STEP_LEAF);
	set_stepping(&g, request.options & CL_STEP);
	while (!g.done) {
		int failed;

		failed = vmx_enter(&g.r, !g.launched);
		if (failed) {
			if (failed == 2)
				segment.reason = (uint32_t)vmread(INSTRUCTION_ERROR);
			cannot("VM entry failed; the VM-instruction error is in `reason'");
		}
		g.launched = true;
		segment.exits++;
		segment.reason = (uint32_t)vmread(EXIT_REASON);
		handle(&g, segment.reason);
		if (!g.done && rdtsc() - g.looked > TICKS_WITH_EXITS * request.tick)
			tick(&g);
	}
	if (g.end == VMX_DIED || g.end == VMX_STUCK) {
		segment.qualification = vmread(QUALIFICATION);
		segment.ip = vmread(GUEST_IP);
	}
	return g.end;
}
