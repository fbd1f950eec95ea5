/* SPDX-License-Identifier: MIT */
/* The payload on bare metal: page tables, descriptor tables, stacks for traps. Intel SDM volume 3:
 * chapters 3 and 4 (segments, paging), 6 (gates), 7 (the TSS). */
#include "payload/guest.h"

/* Paging: SDM volume 3, 4.4 (PAE) and 4.5 (4-level); both have entries of 8 bytes. */

enum { TABLES = 48, ENTRIES = 512, LARGE = 2 << 20 };
#define P_PRESENT 1ull
#define P_WRITE   2ull
#define P_LARGE   0x80ull
#define P_NOEXEC  (1ull << 63)

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(CL_PAGE)));
static unsigned used_tables = 1; /* the first is the top */

/* The entry of `table` for `at`, which translates 2^shift bytes. */
static uint64_t *entry(uint64_t *table, uint64_t at, unsigned shift)
{
	return &table[at >> shift & (ENTRIES - 1)];
}

/* The table an entry points to; made if need be. */
static uint64_t *below(uint64_t *e, uint64_t flags)
{
	if (!*e) {
		if (used_tables == TABLES)
			guest_quit(CL_SAY_BROKEN, ~0ul, (cl_word)e);
		*e = (cl_word)tables[used_tables++] | flags;
	}
	return (uint64_t *)(cl_word)(*e & ~(uint64_t)(CL_PAGE - 1));
}

/* From `at` to `end`: the memory from `frame` on. */
static void map_to(uint64_t at, uint64_t end, uint64_t frame, uint64_t flags)
{
	uint64_t step = flags & P_LARGE ? LARGE : CL_PAGE;

	for (; at < end; at += step, frame += step) {
		uint64_t *table = tables[0];

		if (WIDE)
			table = below(entry(table, at, 39), P_PRESENT | P_WRITE);
		/* An entry of the PAE pointer table has no write bit: SDM table 4-8. */
		table = below(entry(table, at, 30), P_PRESENT | (WIDE ? P_WRITE : 0));
		if (!(flags & P_LARGE))
			table = below(entry(table, at, 21), P_PRESENT | P_WRITE);
		*entry(table, at, flags & P_LARGE ? 21 : 12) = frame | flags | P_PRESENT;
	}
}

static void map(uint64_t at, uint64_t end, uint64_t flags)
{
	map_to(at, end, at, flags);
}

/* Code under test a second time, where it can be written, as in a process (native.c); not if it
 * takes more tables than there are. */
static void map_code_twice(uint64_t noexec)
{
	enum {
		ALIAS = 0x70000000,
		OTHERS = 4 /* above those of pages, and for what is mapped after it */
	};
	cl_word from = payload_code() & ~(cl_word)(CL_PAGE - 1);
	cl_word bytes = (cl_word)cl_rodata - from;

	if (used_tables + bytes / LARGE + 2 + OTHERS > TABLES)
		return;
	map_to(ALIAS, ALIAS + (uint64_t)bytes, from, P_WRITE | noexec);
	cl_code_alias = ALIAS - from;
}

/* Of a page that map() made present. */
static void unmap(uint64_t at)
{
	uint64_t *table = WIDE ? below(entry(tables[0], at, 39), 0) : tables[0];

	table = below(entry(table, at, 30), 0);
	table = below(entry(table, at, 21), 0);
	*entry(table, at, 12) = 0;
}

void guest_map(bool has_noexec)
{
	uint64_t noexec = has_noexec ? P_NOEXEC : 0;

	map((cl_word)cl_text, payload_mixed(), 0);
	map(payload_mixed(), (cl_word)cl_rodata, P_WRITE);
	map((cl_word)cl_rodata, (cl_word)cl_data, noexec);
	map((cl_word)cl_data, (cl_word)cl_image_end, P_WRITE | noexec);
	/* Page 0 is absent like all else. So are the pages around the stack and buffers. */
	for (unsigned i = 0; place_guard(i); i++)
		unmap(place_guard(i));
	map(guest_handover.results, guest_handover.results + guest_handover.results_bytes,
	    P_WRITE | P_LARGE | noexec);
	map(guest_handover.host, guest_handover.host + guest_handover.host_bytes, P_WRITE);
	if (payload_guard(0))
		map_code_twice(noexec);
	__asm__ volatile("mov %0, %%cr3" : : "r"((cl_word)tables[0]) : "memory");
}

/* Descriptor tables: SDM volume 3, 3.4.5, 6.11 and 6.14. */

/* Data segments are all alike; there are several so that a changed register is seen. */
uint64_t guest_gdt[10];
uint32_t guest_tss[32] __attribute__((aligned(128)));
static cl_word idt[256 * (WIDE ? 2 : 1)][8 / sizeof(cl_word)] __attribute__((aligned(16)));
static uint8_t trap_stack[4][4096] __attribute__((aligned(16)));

enum { IST_FAULT = 1, IST_DF, IST_NMI, IST_CLOCK };
enum { GATE_TASK = 0x8500, GATE_INTERRUPT = 0x8e00 };

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
	/* There before a switch pushes an error code: QEMU's SVM leaves a guest whose memory the
	 * hypervisor gives only then in the new task, and delivers the first fault again in it. */
	*(volatile uint32_t *)(stack_end(ist) - sizeof(uint32_t)) = 0;
	guest_gdt[selector / 8] = descriptor((cl_word)tss, 103, 0x89);
	((uint64_t *)idt)[vector] = (uint64_t)selector << 16 | (uint64_t)GATE_TASK << 32;
}
#endif

void guest_descriptors(void)
{
	uint64_t cr3 = (cl_word)tables[0];

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
