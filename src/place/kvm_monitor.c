/* SPDX-License-Identifier: MIT */
/* The monitor of one virtual machine: makes it, loads a payload as src/payload/handover.h says,
 * answers what it exits for (Linux, Documentation/virt/kvm/api.rst, 5), looks at it from time to
 * time, and destroys it. It must do for the payload what src/vmx/run.c does. A case needs no exit:
 * results are in memory. */
#include "place/kvm_monitor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>

enum { TICK_US = 50000 }; /* of processor time, so that a busy machine times nothing out */
enum {
	STEPPED_TICK_US = 4 * TICK_US, /* while every instruction is an exit */
	PATIENCE = 2, /* ticks in one case until the payload is asked whether it is stuck */
	STUCK_TICKS = 100,
	LONGEST_CASE = 15, /* times as long: one that goes on calling, by contract */
	VECTOR_DB = 1,
	VECTOR_GP = 13,
	FLAG_TF = 0x100,
	RESULTS_ROOM = KVM_RESULT_BYTES - sizeof(struct cl_header)
};

struct monitor {
	const struct kvm_job *job;
	struct kvm_report *report;
	struct kvm_machine m;
	struct cl_header *results; /* in the guest's memory: may hold anything */
	bool done, announcing, interrupting;
	uint64_t code_start, code_end; /* compiled code in the payload */
	uint32_t executed, current;    /* as of the last tick */
	uint32_t calls;
	unsigned idle, in_case; /* ticks since they changed; since more than `calls' did */
	uint64_t steps_left;    /* 0: any number */
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void finish(struct monitor *g, enum kvm_end end)
{
	g->done = true;
	g->report->end = end;
}

/* KVM refused something; NULL is fine. */
static void check(struct monitor *g, const char *failed)
{
	if (!failed)
		return;
	snprintf(g->report->why, sizeof(g->report->why), "kvm: %s: %s", failed, strerror(errno));
	finish(g, KVM_CANNOT);
}

/* Results -------------------------------------------------------------------------------------- */

/* Code under test may have overwritten the header, but it cannot reach what was announced. */
static uint32_t under_way(const struct monitor *g)
{
	if (g->announcing)
		return g->report->announced;
	return g->results->magic == CL_MAGIC ? g->results->current : CL_NO_CASE;
}

/* Keep what is new: records that are settled are never written again, and of the one under way
 * there may be another version, unless the guest has come to its end. False when the header cannot
 * be true. */
static bool keep(struct monitor *g, bool ended)
{
	struct cl_header h = *g->results, *kept = g->job->kept;

	if (h.magic != CL_MAGIC || h.version != CL_VERSION || h.used > RESULTS_ROOM ||
	    h.settled > h.used || h.planned != g->job->payload->ncases)
		return false;
	if (!ended)
		h.used = h.settled;
	if (h.used < kept->used)
		return false;
	memcpy((uint8_t *)(kept + 1) + kept->used, (uint8_t *)(g->results + 1) + kept->used,
	       h.used - kept->used);
	*kept = h;
	return true;
}

/* The clock ------------------------------------------------------------------------------------ */

static void wind(bool stepped)
{
	const suseconds_t us = stepped ? STEPPED_TICK_US : TICK_US;
	const struct itimerval t = { { 0, us }, { 0, us } };

	setitimer(ITIMER_PROF, &t, NULL);
}

static sigset_t tick_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPROF);
	return set;
}

/* The signal is blocked but for the time in KVM_RUN, which it ends, so that none is lost between
 * two of them (api.rst, 4.18). */
static const char *start_clock(struct monitor *g)
{
	enum { KERNEL_SIGSET = 8 };
	union {
		struct kvm_signal_mask mask;
		uint8_t bytes[sizeof(struct kvm_signal_mask) + KERNEL_SIGSET];
	} none = { .mask = { .len = KERNEL_SIGSET } };
	sigset_t set = tick_signal();

	sigprocmask(SIG_BLOCK, &set, NULL);
	if (ioctl(g->m.cpu, KVM_SET_SIGNAL_MASK, &none) < 0)
		return "KVM_SET_SIGNAL_MASK";
	wind(false);
	return NULL;
}

/* KVM_RUN was interrupted: by our signal? Then it is taken off. */
static bool ticked(void)
{
	sigset_t set = tick_signal();
	const struct timespec now_or_never = { 0, 0 };

	return sigtimedwait(&set, NULL, &now_or_never) == SIGPROF;
}

/* Exits ---------------------------------------------------------------------------------------- */

static void set_steps(struct monitor *g, bool on)
{
	check(g, kvm_take_steps(&g->m, on));
	wind(on);
}

/* What ring 3 may not do either raises an exception, so that a guest gets the same verdict as a
 * process. */
static void refuse_io(struct monitor *g)
{
	const char *failed = kvm_undo_io(&g->m);

	check(g, failed ? failed : kvm_inject(&g->m, VECTOR_GP));
}

/* HLT is behind the guest when it exits. */
static void refuse_halt(struct monitor *g)
{
	struct kvm_regs r;

	if (ioctl(g->m.cpu, KVM_GET_REGS, &r) < 0)
		return check(g, "KVM_GET_REGS");
	r.rip--;
	if (ioctl(g->m.cpu, KVM_SET_REGS, &r) < 0)
		return check(g, "KVM_SET_REGS");
	check(g, kvm_inject(&g->m, VECTOR_GP));
}

static void next_case(struct monitor *g)
{
	/* The case before wrote where it must not: it is the one announced. */
	if (!keep(g, false)) {
		finish(g, KVM_DIED);
		return;
	}
	g->report->announced = g->results->current;
}

/* The payload says something: src/payload/handover.h. */
static void listen(struct monitor *g)
{
	const struct kvm_run *run = g->m.run;
	struct kvm_regs r;
	uint32_t what;

	if (run->io.port != CL_PORT || run->io.direction != KVM_EXIT_IO_OUT ||
	    run->io.size != sizeof(what) || run->io.count != 1) {
		refuse_io(g);
		return;
	}
	memcpy(&what, (const uint8_t *)run + run->io.data_offset, sizeof(what));
	/* What else code under test writes there is a port access like any other. */
	if (!what || what > CL_SAY_LAST) {
		refuse_io(g);
		return;
	}
	if (ioctl(g->m.cpu, KVM_GET_REGS, &r) < 0)
		return check(g, "KVM_GET_REGS");
	switch (what) {
	case CL_SAY_CASE:
		next_case(g);
		return;
	case CL_SAY_CODE:
		g->code_start = r.rcx;
		g->code_end = r.rbx;
		return;
	case CL_SAY_STEP:
		set_steps(g, r.rcx);
		g->steps_left = r.rbx;
		return;
	case CL_SAY_DONE:
		/* Code under test can say so, too. */
		finish(g, keep(g, true) && g->job->kept->finished ? KVM_FINISHED : KVM_DIED);
		return;
	default:
		g->report->vector = r.rcx;
		g->report->ip = r.rbx;
		finish(g, KVM_BROKEN);
	}
}

/* So many steps were enough. */
static void end_steps(struct monitor *g)
{
	struct kvm_regs r;

	if (ioctl(g->m.cpu, KVM_GET_REGS, &r) < 0)
		return check(g, "KVM_GET_REGS");
	r.rflags &= ~(uint64_t)FLAG_TF;
	if (ioctl(g->m.cpu, KVM_SET_REGS, &r) < 0)
		check(g, "KVM_SET_REGS");
}

/* INT1's #DB belongs to the guest: DR6.BS, which a step sets, is clear (SDM volume 3, 17.2.3). The
 * exit came at the instruction. */
static bool is_int1(const struct monitor *g, uint64_t ip)
{
	enum { DR6_BS = 1 << 14, INT1 = 0xf1 };

	return !(g->m.run->debug.arch.dr6 & DR6_BS) && ip < g->job->memory_bytes &&
	       g->job->memory[ip] == INT1;
}

static void trap_int1(struct monitor *g)
{
	struct kvm_regs r;

	if (ioctl(g->m.cpu, KVM_GET_REGS, &r) < 0)
		return check(g, "KVM_GET_REGS");
	r.rip++;
	if (ioctl(g->m.cpu, KVM_SET_REGS, &r) < 0)
		return check(g, "KVM_SET_REGS");
	check(g, kvm_inject(&g->m, VECTOR_DB));
}

/* One instruction was executed. Between two of compiled code an interrupt may come, where the guest
 * takes one: not behind STI or a load of ss. */
static void step(struct monitor *g)
{
	uint64_t ip = g->m.run->debug.arch.pc;

	if (is_int1(g, ip)) {
		trap_int1(g);
		return;
	}
	check(g, kvm_end_shadow(&g->m));
	if (ip < g->code_start || ip >= g->code_end)
		return;
	g->report->steps++;
	/* Enough, also if it loads TF again. */
	if (g->steps_left && !--g->steps_left) {
		end_steps(g);
		g->steps_left = 1;
		return;
	}
	if (g->interrupting && g->m.run->if_flag && g->m.run->ready_for_interrupt_injection &&
	    !kvm_interrupt(&g->m, CL_VECTOR_DIRTY))
		check(g, "KVM_INTERRUPT");
}

/* Time passed: look whether the guest goes on, and let it look too. */
static void tick(struct monitor *g)
{
	struct cl_header h = *g->results;

	g->idle++;
	g->in_case++;
	if (h.executed != g->executed || h.current != g->current) {
		g->executed = h.executed;
		g->current = h.current;
		g->idle = g->in_case = 0;
		keep(g, false);
	} else if (h.calls != g->calls && g->in_case < LONGEST_CASE * STUCK_TICKS) {
		g->calls = h.calls;
		g->idle = 0;
	} else if (g->idle > STUCK_TICKS) {
		finish(g, KVM_STUCK);
	} else if (g->idle >= PATIENCE) {
		/* The payload's handler uses the interrupted stack at 32 bit, where a trampoline
		 * may have put poison: so it comes only when it is needed. */
		check(g, kvm_nmi(&g->m));
	}
}

static void handle(struct monitor *g)
{
	switch (g->m.run->exit_reason) {
	case KVM_EXIT_IO:
		listen(g);
		return;
	case KVM_EXIT_DEBUG:
		step(g);
		return;
	case KVM_EXIT_HLT:
		refuse_halt(g);
		return;
	case KVM_EXIT_INTERNAL_ERROR:
		/* Of an instruction that a guest led it to; anything else is KVM's own. */
		kvm_exit_text(&g->m, g->report->why, sizeof(g->report->why));
		finish(g, g->m.run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION ? KVM_DIED
										      : KVM_CANNOT);
		return;
	case KVM_EXIT_FAIL_ENTRY:
	case KVM_EXIT_UNKNOWN:
		kvm_exit_text(&g->m, g->report->why, sizeof(g->report->why));
		finish(g, KVM_CANNOT);
		return;
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		return;
	default: /* triple fault, no memory there, an instruction that KVM cannot emulate, ... */
		kvm_exit_text(&g->m, g->report->why, sizeof(g->report->why));
		finish(g, KVM_DIED);
	}
}

/* From making to destroying -------------------------------------------------------------------- */

static void load(struct monitor *g)
{
	const struct kvm_job *j = g->job;
	const struct image *i = j->image;
	struct cl_handover *h = (struct cl_handover *)(j->memory + KVM_LOW);
	uint64_t results = image_results(i);

	memcpy(j->memory + i->at, i->data, i->bytes);
	memset(j->memory + i->at + i->bytes, 0, i->memory_bytes - i->bytes);
	*h = (struct cl_handover){ .magic = CL_HANDOVER_MAGIC,
				   .version = CL_HANDOVER_VERSION,
				   .where = CL_IN_GUEST,
				   .options = j->handover,
				   .first = j->first,
				   .directions = j->payload->directions,
				   .seed = j->payload->seed,
				   .key = j->key,
				   .results = results,
				   .results_bytes = KVM_RESULT_BYTES };
	g->results = (struct cl_header *)(j->memory + results);
	*g->results = (struct cl_header){ .capacity = RESULTS_ROOM, .current = CL_NO_CASE };
	*j->kept = *g->results;
	check(g, kvm_enter(&g->m, j->payload->width, j->memory, KVM_LOW + 4096, i->at, KVM_LOW));
}

static void run(struct monitor *g)
{
	while (!g->done) {
		int r = ioctl(g->m.cpu, KVM_RUN, 0);

		g->report->cost.exits++;
		if (r == 0)
			handle(g);
		else if (errno == EINTR && ticked())
			tick(g);
		else if (errno != EINTR && errno != EAGAIN)
			check(g, "KVM_RUN");
	}
}

void kvm_monitor(const struct kvm_job *j)
{
	struct place_cost *cost = &j->report->cost;
	struct monitor g = { .job = j,
			     .report = j->report,
			     .announcing = j->handover & CL_ANNOUNCE,
			     .interrupting = j->handover & (CL_INTERRUPTS | CL_STEP_LEAF),
			     .current = CL_NO_CASE };
	uint64_t t = now(), then;
	const char *failed;

	failed = kvm_make(&g.m);
	if (!failed)
		failed = kvm_give_memory(&g.m, 0, 0, j->memory, j->memory_bytes);
	if (!failed)
		failed = kvm_confine(&g.m);
	check(&g, failed);
	then = now();
	cost->create = then - t;
	if (!g.done)
		load(&g);
	t = now();
	cost->load = t - then;
	if (!g.done)
		check(&g, start_clock(&g));
	if (!g.done && j->handover & CL_STEP)
		set_steps(&g, true);
	run(&g);
	j->report->current = g.results ? under_way(&g) : CL_NO_CASE;
	/* What came before a death is worth as much as before. */
	if (g.results && j->report->end != KVM_FINISHED)
		keep(&g, true);
	then = now();
	cost->run = then - t;
	kvm_close(&g.m);
	cost->destroy = now() - then;
	cost->machines = 1;
}
