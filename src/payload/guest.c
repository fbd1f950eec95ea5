/* SPDX-License-Identifier: MIT */
/* The payload on bare metal, in ring 0: as a guest of any hypervisor, or in VMX root operation.
 * Started as src/payload/handover.h says. Page tables that allow what the ELF's segments allow and
 * nothing else, descriptor tables, and traps that become faults charged to the call under way, as
 * the signals in native.c do. Intel SDM volume 3: chapters 4 (paging), 6 (traps), 7 (the TSS). */
#include "payload/handover.h"
#include "payload/runtime.h"

/* asm/guest*.asm */
void guest_tables(const void *gdtr, const void *idtr);
void guest_segments(void);
void guest_dirty(void);
void guest_give_up(void);
void guest_double_fault(void);
void guest_clock_task(void);
extern const uint8_t guest_stubs[][16];
void guest_main(const struct cl_handover *from) __attribute__((noreturn));

/* asm/payload.ld */
extern uint8_t cl_text[], cl_rodata[], cl_data[], cl_image_end[];

enum { WIDE = sizeof(cl_word) == 8 };

static struct cl_handover handover;

/* Speaking ------------------------------------------------------------------------------------ */

static void say(uint32_t what, cl_word c, cl_word b)
{
	if (handover.where == CL_IN_ROOT)
		((void (*)(uint32_t, cl_word, cl_word))(cl_word)handover.say)(what, c, b);
	else
		__asm__ volatile("outl %0, %w1"
				 :
				 : "a"(what), "d"(CL_PORT), "c"(c), "b"(b)
				 : "memory");
}

static void quit(uint32_t what, cl_word c, cl_word b) __attribute__((noreturn));
static void quit(uint32_t what, cl_word c, cl_word b)
{
	for (;;)
		say(what, c, b);
}

static void announce(void)
{
	say(CL_SAY_CASE, 0, 0);
}

/* Paging: SDM volume 3, 4.4 (PAE) and 4.5 (4-level); both have entries of 8 bytes. --------------
 */

enum { TABLES = 48, ENTRIES = 512, LARGE = 2 << 20 };
#define P_PRESENT 1ull
#define P_WRITE   2ull
#define P_LARGE   0x80ull
#define P_NOEXEC  (1ull << 63)

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(CL_PAGE)));
static unsigned used_tables = 1; /* the first is the top */
static uint64_t noexec;          /* P_NOEXEC, where the processor has it */

/* The entry of `table` for `at`, which translates 2^shift bytes; its table is made if need be. */
static uint64_t *entry(uint64_t *table, uint64_t at, unsigned shift)
{
	return &table[at >> shift & (ENTRIES - 1)];
}

static uint64_t *below(uint64_t *e, uint64_t flags)
{
	if (!*e) {
		if (used_tables == TABLES)
			quit(CL_SAY_BROKEN, ~0ul, (cl_word)e);
		*e = (cl_word)tables[used_tables++] | flags;
	}
	return (uint64_t *)(cl_word)(*e & ~(uint64_t)(CL_PAGE - 1));
}

static void map(uint64_t at, uint64_t end, uint64_t flags)
{
	uint64_t step = flags & P_LARGE ? LARGE : CL_PAGE;

	for (; at < end; at += step) {
		uint64_t *table = tables[0];

		if (WIDE)
			table = below(entry(table, at, 39), P_PRESENT | P_WRITE);
		/* An entry of the PAE pointer table has no write bit: SDM table 4-8. */
		table = below(entry(table, at, 30), P_PRESENT | (WIDE ? P_WRITE : 0));
		if (!(flags & P_LARGE))
			table = below(entry(table, at, 21), P_PRESENT | P_WRITE);
		*entry(table, at, flags & P_LARGE ? 21 : 12) = at | flags | P_PRESENT;
	}
}

static void map_everything(void)
{
	cl_word stack = (cl_word)cl_test_stack;

	map((cl_word)cl_text, (cl_word)cl_rodata, 0);
	map((cl_word)cl_rodata, (cl_word)cl_data, noexec);
	map((cl_word)cl_data, (cl_word)cl_image_end, P_WRITE | noexec);
	/* Page 0 is absent like all else. So are the pages around the stack. */
	*entry(below(entry(below(entry(WIDE ? below(entry(tables[0], stack, 39), 0) : tables[0],
				       stack, 30),
				 0),
			   stack, 21),
		     0),
	       stack, 12) = 0;
	map(handover.results, handover.results + handover.results_bytes,
	    P_WRITE | P_LARGE | noexec);
	map(handover.host, handover.host + handover.host_bytes, P_WRITE);
}

/* Descriptor tables: SDM volume 3, 3.4.5, 6.11 and 6.14. ----------------------------------------
 */

/* Data segments are all alike; there are several so that a changed register is seen. */
uint64_t guest_gdt[10];
uint32_t guest_tss[32] __attribute__((aligned(128)));
static cl_word idt[256 * (WIDE ? 2 : 1)][8 / sizeof(cl_word)] __attribute__((aligned(16)));
static uint8_t trap_stack[4][4096] __attribute__((aligned(16)));

enum {
	SEL_CODE = 0x08,
	SEL_DATA = 0x10,
	SEL_ES = 0x18,
	SEL_FS = 0x20,
	SEL_GS = 0x28,
	SEL_TSS = 0x30,
	SEL_FAULT = 0x38,
	SEL_CLOCK = 0x40
};
enum { IST_FAULT = 1, IST_DF, IST_NMI, IST_CLOCK };
enum { GATE_TASK = 0x8500, GATE_INTERRUPT = 0x8e00 };
enum { STUB_CLOCK = 32, STUB_SYSCALL = 33 };

static uint64_t descriptor(cl_word base, uint32_t limit, uint64_t flags)
{
	return (limit & 0xffff) | (base & 0xffffffull) << 16 | flags << 40 |
	       (uint64_t)(limit >> 16 & 0xf) << 48 | (uint64_t)(base >> 24 & 0xff) << 56;
}

static void gate(unsigned vector, const void *to, unsigned ist)
{
	uint64_t at = (cl_word)to;
	uint64_t low = (at & 0xffff) | SEL_CODE << 16 | (at >> 16 & 0xffff) << 48 |
		       (uint64_t)GATE_INTERRUPT << 32 | (WIDE ? (uint64_t)ist << 32 : 0);
	uint64_t *g = (uint64_t *)idt;

	g[WIDE ? 2 * vector : vector] = low;
	if (WIDE)
		g[2 * vector + 1] = at >> 32;
}

static cl_word stack_end(unsigned ist)
{
	return (cl_word)trap_stack[ist - 1] + sizeof(trap_stack[0]);
}

#ifndef __x86_64__
static uint32_t fault_tss[26] __attribute__((aligned(128)));
static uint32_t clock_tss[26] __attribute__((aligned(128)));

/* A gate to a task of its own: SDM volume 3, 7.2.1 (figure 7-2) and 7.2.5. */
static void task(unsigned vector, unsigned selector, uint32_t *tss, void (*run)(void), unsigned ist,
		 uint64_t cr3)
{
	tss[7] = (uint32_t)cr3;
	tss[8] = (uint32_t)run;
	tss[9] = 2;
	tss[14] = (uint32_t)stack_end(ist);
	for (int i = 18; i <= 23; i++)
		tss[i] = i == 19 ? SEL_CODE : SEL_DATA;
	tss[25] = 104 << 16;
	guest_gdt[selector / 8] = descriptor((cl_word)tss, 103, 0x89);
	((uint64_t *)idt)[vector] = (uint64_t)selector << 16 | (uint64_t)GATE_TASK << 32;
}
#endif

static void set_descriptors(uint64_t cr3)
{
	struct {
		uint16_t limit;
		cl_word base;
	} __attribute__((packed)) gdtr = { sizeof(guest_gdt) - 1, (cl_word)guest_gdt },
				  idtr = { sizeof(idt) - 1, (cl_word)idt };

	guest_gdt[SEL_CODE / 8] = descriptor(0, 0xfffff, WIDE ? 0xa09b : 0xc09b);
	for (int i = SEL_DATA / 8; i < SEL_TSS / 8; i++)
		guest_gdt[i] = descriptor(0, 0xfffff, 0xc093);
	guest_gdt[SEL_TSS / 8] = descriptor((cl_word)guest_tss, 103, 0x89);
	guest_tss[25] = 104 << 16; /* no I/O bitmap */
	for (unsigned v = 0; v < 32; v++)
		gate(v, guest_stubs[v], v == 2 ? IST_NMI : v == 8 ? IST_DF : IST_FAULT);
	gate(CL_VECTOR_CLOCK, guest_stubs[STUB_CLOCK], IST_CLOCK);
	gate(0x80, guest_stubs[STUB_SYSCALL], IST_FAULT);
	gate(CL_VECTOR_DIRTY, (const void *)guest_dirty, 0);
#ifdef __x86_64__
	(void)cr3;
	for (unsigned i = 1; i <= 4; i++)
		*(cl_word *)&guest_tss[7 + 2 * i] = stack_end(i); /* figure 7-11: ISTs */
#else
	guest_tss[7] = (uint32_t)cr3;
	task(8, SEL_FAULT, fault_tss, guest_double_fault, IST_DF, cr3);
	task(CL_VECTOR_CLOCK, SEL_CLOCK, clock_tss, guest_clock_task, IST_CLOCK, cr3);
#endif
	guest_tables(&gdtr, &idtr);
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
	FLAG_AC = 1 << 18,
};

/* Traps -----------------------------------------------------------------------------------------
 */

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

/* Compiled code: the linker puts it behind the runtime, trampolines and probes. */
static cl_word code_start, code_end;

static void find_code(void)
{
	code_start = code_end = (cl_word)cl_rodata;
	for (const struct cl_case *const *p = cl_cases; p < cl_cases_end; p++) {
		cl_word target = (cl_word)(*p)->target, caller = (cl_word)(*p)->caller;

		if (target && target < code_start)
			code_start = target;
		if (caller && caller < code_start)
			code_start = caller;
	}
	say(CL_SAY_CODE, code_start, code_end);
}

static void trap_fpu(void)
{
	cl_word cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | CR0_TS));
}

/* CR0.TS makes every x87 and vector instruction trap (#NM; SDM volume 3, 2.5). Compiled code has no
 * business using one; the engine has: its instruction is let through, with a step of one (#DB) to
 * set the flag again. */
static bool passing;

static bool let_through(struct trap *t)
{
	/* Task switches, of the clock's at 32 bit, set CR0.TS: nothing to do with the code. */
	if (t->vector == 7 && !(handover.options & CL_TRAP_FPU)) {
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
		trap_fpu();
		t->flags &= ~(cl_word)FLAG_TF;
		passing = false;
		return true;
	}
	return false;
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
	if (let_through(t) || (tick && !place_late()))
		return;
	if (!code_under_test_runs())
		quit(CL_SAY_BROKEN, t->vector, t->ip);
	/* SYSCALL is undefined here: EFER.SCE is off. */
	if (t->vector == 6 && *(const uint16_t *)t->ip == 0x050f) {
		t->vector = STUB_SYSCALL;
		t->ip += 2;
	}
	note_fault(tick ? CL_FAULT_TIMEOUT : fault_of(t->vector), t->ip, address_of(t));
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

/* After each run: segment registers as they were, and no more stepping. */
static void after_run(int round, struct verdicts *out)
{
	static const uint16_t want[] = { SEL_ES, SEL_CODE, SEL_DATA, SEL_DATA, SEL_FS, SEL_GS };
	uint16_t got[6];

	__asm__ volatile("mov %%es, %0; mov %%cs, %1; mov %%ss, %2; mov %%ds, %3; mov %%fs, %4; "
			 "mov %%gs, %5"
			 : "=m"(got[0]), "=m"(got[1]), "=m"(got[2]), "=m"(got[3]), "=m"(got[4]),
			   "=m"(got[5]));
	guest_segments();
	__asm__ volatile("push %0; popf" : : "r"((cl_word)2) : "memory", "cc");
	for (int i = 0; i < 6; i++) {
		if (got[i] != want[i])
			check_segment(i, round, want[i], got[i], out);
	}
}

/* What of the flags code under test finds set, and has to leave alone. */
static void choose_flags(void)
{
	cl_flags_random = FLAG_AC | FLAG_IF;
	if (handover.options & (CL_CLOCK | CL_INTERRUPTS))
		cl_flags_set |= FLAG_IF;
	if (handover.options & CL_STEP)
		cl_flags_set |= FLAG_TF;
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

	handover = *from;
	if (handover.magic != CL_HANDOVER_MAGIC || handover.version != CL_HANDOVER_VERSION)
		quit(CL_SAY_BROKEN, ~0ul, handover.magic);
	cpuid(0x80000001, r);
	noexec = r[3] >> 20 & 1 ? P_NOEXEC : 0;
	map_everything();
	__asm__ volatile("mov %0, %%cr3" : : "r"((cl_word)tables[0]) : "memory");
	set_descriptors((cl_word)tables[0]);
	enable_vectors();
	cl_where = (int)handover.where;
	if (handover.options & CL_ANNOUNCE)
		cl_announce = announce;
	cl_after_run = after_run;
	choose_flags();
	find_code();
	h = (struct cl_header *)(cl_word)handover.results;
	place_begin(h, handover.seed);
	if (handover.options & CL_TRAP_FPU)
		trap_fpu();
	run_cases(h, handover.first, handover.directions, handover.seed);
	quit(CL_SAY_DONE, 0, 0);
}
