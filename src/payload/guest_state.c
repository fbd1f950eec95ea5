/* SPDX-License-Identifier: MIT */
/* The processor's state that only ring 0 can change, and that a function leaves alone: control and
 * debug registers, descriptor tables, bases of segments. Compared after every run with what the
 * payload set up, and put back. Intel SDM volume 3, chapter 2. */
#include "payload/compare.h"
#include "payload/guest.h"

enum {
	CR0_TS = 1 << 3,
	CR0_WP = 1 << 16,
	CR4_OSXSAVE = 1 << 18,
	CR4_FSGSBASE = 1 << 16,
	MSR_EFER = (int)0xc0000080,
	TSS_BUSY = 2
};
/* Of a breakpoint that is off: anything. Its low bits differ from each other's. */
#define BREAKPOINT(n) ((cl_word)0x5afe0d00 + (n))
/* What SWAPGS would bring: canonical, and nobody's. */
#define KERNEL_GS ((cl_word)0x00005afe5eed0000ull)

struct table {
	uint16_t limit;
	cl_word base;
} __attribute__((packed));

struct state {
	cl_word v[CL_CONTROLS];
};

static struct state wanted;
static bool has_bases; /* RDFSBASE and the like */

#define READ(name, text)                                       \
	static cl_word name(void)                              \
	{                                                      \
		cl_word v;                                     \
                                                               \
		__asm__ volatile(text : "=r"(v) : : "memory"); \
		return v;                                      \
	}
#define WRITE(name, text)                                     \
	static void name(cl_word v)                           \
	{                                                     \
		__asm__ volatile(text : : "r"(v) : "memory"); \
	}
READ(read_cr0, "mov %%cr0, %0")
WRITE(write_cr0, "mov %0, %%cr0")
READ(read_cr3, "mov %%cr3, %0")
WRITE(write_cr3, "mov %0, %%cr3")
READ(read_cr4, "mov %%cr4, %0")
WRITE(write_cr4, "mov %0, %%cr4")
READ(read_dr7, "mov %%dr7, %0")
WRITE(write_dr7, "mov %0, %%dr7")
READ(read_dr0, "mov %%dr0, %0")
WRITE(write_dr0, "mov %0, %%dr0")
READ(read_dr1, "mov %%dr1, %0")
WRITE(write_dr1, "mov %0, %%dr1")
READ(read_dr2, "mov %%dr2, %0")
WRITE(write_dr2, "mov %0, %%dr2")
READ(read_dr3, "mov %%dr3, %0")
WRITE(write_dr3, "mov %0, %%dr3")
#ifdef __x86_64__
READ(read_cr8, "mov %%cr8, %0")
WRITE(write_cr8, "mov %0, %%cr8")
READ(read_fs_base, "rdfsbase %0")
WRITE(write_fs_base, "wrfsbase %0")
READ(read_gs_base, "rdgsbase %0")
WRITE(write_gs_base, "wrgsbase %0")
#endif

static cl_word read_xcr0(void)
{
	uint32_t a, d;

	if (!(wanted.v[CL_CONTROL_CR4] & CR4_OSXSAVE))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return a;
}

static void write_xcr0(cl_word v)
{
	if (wanted.v[CL_CONTROL_CR4] & CR4_OSXSAVE)
		__asm__ volatile("xsetbv" : : "a"((uint32_t)v), "d"(0), "c"(0));
}

/* Of KVM each access to one of these may be an exit: dr0 to dr3, cr8. */
static bool exits_are_cheap;

static void read_exiting(struct state *s)
{
	if (!exits_are_cheap)
		return;
	s->v[CL_CONTROL_DR0] = read_dr0();
	s->v[CL_CONTROL_DR1] = read_dr1();
	s->v[CL_CONTROL_DR2] = read_dr2();
	s->v[CL_CONTROL_DR3] = read_dr3();
#ifdef __x86_64__
	s->v[CL_CONTROL_CR8] = read_cr8();
#endif
}

static void write_breakpoints(const struct state *s)
{
	write_dr0(s->v[CL_CONTROL_DR0]);
	write_dr1(s->v[CL_CONTROL_DR1]);
	write_dr2(s->v[CL_CONTROL_DR2]);
	write_dr3(s->v[CL_CONTROL_DR3]);
}

/* Puts them back, too. */
static void check_exiting(struct state *s)
{
	bool same = true;

	read_exiting(s);
	for (int i = CL_CONTROL_DR0; i <= CL_CONTROL_DR3; i++)
		same = same && s->v[i] == wanted.v[i];
	if (!same)
		write_breakpoints(&wanted);
#ifdef __x86_64__
	if (s->v[CL_CONTROL_CR8] != wanted.v[CL_CONTROL_CR8])
		write_cr8(wanted.v[CL_CONTROL_CR8]);
#endif
}

/* In root operation; a guest's access is a fault. */
static cl_word read_efer(void)
{
	uint32_t a, d;

	__asm__ volatile("rdmsr" : "=a"(a), "=d"(d) : "c"(MSR_EFER));
	return a;
}

static void write_efer(cl_word v)
{
	__asm__ volatile("wrmsr" : : "a"((uint32_t)v), "d"(0), "c"(MSR_EFER));
}

/* Is this still root operation, with or without a current VMCS? Puts it back, too. */
static void check_root(struct state *s, bool has_vcpu)
{
	if (cl_where != CL_IN_ROOT)
		return;
	s->v[CL_CONTROL_EFER] = read_efer();
	if (s->v[CL_CONTROL_EFER] != wanted.v[CL_CONTROL_EFER])
		write_efer(wanted.v[CL_CONTROL_EFER]);
	s->v[CL_CONTROL_VMX] = guest_vmx_operation();
	/* That VMCS is the current one until the caller takes it away. */
	if (has_vcpu && s->v[CL_CONTROL_VMX])
		s->v[CL_CONTROL_VMX] = wanted.v[CL_CONTROL_VMX];
	if (s->v[CL_CONTROL_VMX] != wanted.v[CL_CONTROL_VMX])
		guest_say(CL_SAY_VCPU, s->v[CL_CONTROL_VMX] ? 0 : 3, 0);
}

static void read_bases(struct state *s)
{
#ifdef __x86_64__
	if (!has_bases)
		return;
	s->v[CL_CONTROL_FS_BASE] = read_fs_base();
	s->v[CL_CONTROL_GS_BASE] = read_gs_base();
	__asm__ volatile("swapgs");
	s->v[CL_CONTROL_KERNEL_GS] = read_gs_base();
	__asm__ volatile("swapgs");
#else
	(void)s;
#endif
}

static void write_bases(const struct state *s)
{
#ifdef __x86_64__
	if (!has_bases)
		return;
	__asm__ volatile("swapgs");
	write_gs_base(s->v[CL_CONTROL_KERNEL_GS]);
	__asm__ volatile("swapgs");
	write_gs_base(s->v[CL_CONTROL_GS_BASE]);
	write_fs_base(s->v[CL_CONTROL_FS_BASE]);
#else
	(void)s;
#endif
}

static void read_tables(struct state *s)
{
	struct table gdt, idt;
	uint16_t ldt, tr;

	__asm__ volatile("sgdt %0; sidt %1; sldt %2; str %3"
			 : "=m"(gdt), "=m"(idt), "=m"(ldt), "=m"(tr));
	s->v[CL_CONTROL_GDTR] = gdt.base;
	s->v[CL_CONTROL_IDTR] = idt.base;
	s->v[CL_CONTROL_LDTR] = ldt;
	s->v[CL_CONTROL_TR] = tr;
	s->v[CL_CONTROL_GDT_LIMIT] = gdt.limit;
	s->v[CL_CONTROL_IDT_LIMIT] = idt.limit;
}

/* Always: a VM exit of a guest of code under test leaves limits of 0xffff (SDM volume 3, 27.5.2).
 */
static void write_tables(const struct state *s, cl_word tr)
{
	const struct table gdt = { (uint16_t)s->v[CL_CONTROL_GDT_LIMIT], s->v[CL_CONTROL_GDTR] };
	const struct table idt = { (uint16_t)s->v[CL_CONTROL_IDT_LIMIT], s->v[CL_CONTROL_IDTR] };
	uint16_t ldt = (uint16_t)s->v[CL_CONTROL_LDTR], task = (uint16_t)s->v[CL_CONTROL_TR];

	__asm__ volatile("lgdt %0; lidt %1" : : "m"(gdt), "m"(idt));
	__asm__ volatile("lldt %0" : : "m"(ldt));
	if (tr == task)
		return;
	/* LTR wants it not busy. */
	guest_gdt[SEL_TSS / 8] &= ~((uint64_t)TSS_BUSY << 40);
	__asm__ volatile("ltr %0" : : "m"(task) : "memory");
}

void guest_state_keep(void)
{
	uint32_t a = 0, b = 0, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (WIDE && a >= 7) {
		a = 7;
		c = 0;
		__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
		has_bases = b & 1;
	}
	if (has_bases)
		write_cr4(read_cr4() | CR4_FSGSBASE);
	wanted.v[CL_CONTROL_CR0] = read_cr0();
	wanted.v[CL_CONTROL_CR3] = read_cr3();
	wanted.v[CL_CONTROL_CR4] = read_cr4();
	wanted.v[CL_CONTROL_DR7] = read_dr7();
	wanted.v[CL_CONTROL_XCR0] = read_xcr0();
	exits_are_cheap = place_proof() != CL_PROOF_GUEST;
	if (exits_are_cheap) {
		for (unsigned i = 0; i < 4; i++)
			wanted.v[CL_CONTROL_DR0 + i] = BREAKPOINT(i);
		write_breakpoints(&wanted);
	}
	read_exiting(&wanted);
	if (cl_where == CL_IN_ROOT) {
		guest_msrs_keep(has_bases);
		wanted.v[CL_CONTROL_EFER] = read_efer();
		wanted.v[CL_CONTROL_VMX] = guest_vmx_operation();
	}
	read_tables(&wanted);
	if (has_bases) {
		read_bases(&wanted);
		wanted.v[CL_CONTROL_KERNEL_GS] = KERNEL_GS;
		write_bases(&wanted);
	}
}

/* A triple fault. The call under way ends so, and those behind it get an image that is whole. */
static void die(void)
{
	static const struct table none;

	__asm__ volatile("lidt %0; ud2" : : "m"(none));
}

void guest_state_check(int round, bool has_vcpu, struct findings *out)
{
	static struct state now;

	/* First what the rest, and a fault in it, needs. */
	read_tables(&now);
	write_tables(&wanted, now.v[CL_CONTROL_TR]);
	if (has_vcpu) {
		now.v[CL_CONTROL_GDT_LIMIT] = wanted.v[CL_CONTROL_GDT_LIMIT];
		now.v[CL_CONTROL_IDT_LIMIT] = wanted.v[CL_CONTROL_IDT_LIMIT];
	}
	now.v[CL_CONTROL_CR4] = read_cr4();
	if (now.v[CL_CONTROL_CR4] != wanted.v[CL_CONTROL_CR4])
		write_cr4(wanted.v[CL_CONTROL_CR4]);
	/* CR0.TS is the FPU trap's. */
	now.v[CL_CONTROL_CR0] = read_cr0();
	if ((now.v[CL_CONTROL_CR0] ^ wanted.v[CL_CONTROL_CR0]) & ~(cl_word)CR0_TS)
		write_cr0((wanted.v[CL_CONTROL_CR0] & ~(cl_word)CR0_TS) |
			  (now.v[CL_CONTROL_CR0] & CR0_TS));
	/* Code could be written to. */
	if (!(now.v[CL_CONTROL_CR0] & CR0_WP) && place_code_changed())
		die();
	now.v[CL_CONTROL_CR3] = read_cr3();
	if (now.v[CL_CONTROL_CR3] != wanted.v[CL_CONTROL_CR3])
		write_cr3(wanted.v[CL_CONTROL_CR3]);
	now.v[CL_CONTROL_DR7] = read_dr7();
	if (now.v[CL_CONTROL_DR7] != wanted.v[CL_CONTROL_DR7])
		write_dr7(wanted.v[CL_CONTROL_DR7]);
	now.v[CL_CONTROL_XCR0] = read_xcr0();
	if (now.v[CL_CONTROL_XCR0] != wanted.v[CL_CONTROL_XCR0])
		write_xcr0(wanted.v[CL_CONTROL_XCR0]);
	read_bases(&now);
	write_bases(&wanted);
	check_exiting(&now);
	check_root(&now, has_vcpu);
	if (cl_where == CL_IN_ROOT && !guest_msrs_check(round, out))
		die();
	now.v[CL_CONTROL_CR0] ^= (now.v[CL_CONTROL_CR0] ^ wanted.v[CL_CONTROL_CR0]) & CR0_TS;
	/* No word of it differs, as a rule: an instruction for all. */
	if (first_difference(now.v, wanted.v, CL_CONTROLS) == CL_CONTROLS)
		return;
	for (int i = 0; i < CL_CONTROLS; i++) {
		if (now.v[i] != wanted.v[i])
			check_control(i, round, wanted.v[i], now.v[i], out);
	}
}
