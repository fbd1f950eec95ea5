/* SPDX-License-Identifier: MIT */
/* Making and driving one virtual machine: Linux, Documentation/virt/kvm/api.rst. States of the
 * processor: Intel SDM volume 3, 3.4.5 (segments), 4.4.1 and 4.5 (paging), 9.8.5 (64-bit mode). */
#include "place/kvm_machine.h"
#include "util/without.h"

#include <cpuid.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	CPUIDS = 256,
	TSS_AT = 0xfffbd000 - (1ll << 32), /* three pages that no memory is at */
	VECTOR_GP = 13,
	PAGE = 4096,
};

int kvm_open(const char **why)
{
	int fd;

	*why = without(WITHOUT_KVM);
	if (*why)
		return -1;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	switch (errno) {
	case EACCES:
	case EPERM:
		*why = "kvm: no permission on /dev/kvm: join the group kvm (adduser USER kvm) and "
		       "log in again";
		break;
	case ENOENT:
		*why = "kvm: there is no /dev/kvm: this kernel has no KVM, or the processor's "
		       "virtualization is switched off";
		break;
	default:
		*why = "kvm: /dev/kvm cannot be opened: the processor's virtualization is switched "
		       "off or in use";
	}
	return -1;
}

const char *kvm_vendor(struct arena *a)
{
	const char *found = NULL;
	DIR *d = opendir("/sys/module");
	struct dirent *e;

	/* Other vendors than the two known ones go by their name. */
	while (d && (e = readdir(d))) {
		if (!strncmp(e->d_name, "kvm_", 4))
			found = arena_strdup(a, e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

/* KVM_GET_SUPPORTED_CPUID: no entries on failure. */
union cpuids {
	struct kvm_cpuid2 head;
	uint8_t room[sizeof(struct kvm_cpuid2) + CPUIDS * sizeof(struct kvm_cpuid_entry2)];
};

static bool supported(int kvm, union cpuids *c)
{
	memset(c, 0, sizeof(*c));
	c->head.nent = CPUIDS;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, c) == 0)
		return true;
	c->head.nent = 0;
	return false;
}

struct kvm_features kvm_features(int kvm)
{
	struct kvm_features f = { 0 };
	union cpuids c;

	supported(kvm, &c);
	for (uint32_t i = 0; i < c.head.nent; i++) {
		const struct kvm_cpuid_entry2 *e = &c.head.entries[i];

		if (e->function == 1) {
			f.vmx = e->ecx >> 5 & 1;
			f.avx = e->ecx & bit_AVX;
		} else if (e->function == 7 && e->index == 0) {
			f.avx512 = e->ebx & bit_AVX512F;
		} else if (e->function == 0x80000001) {
			f.svm = e->ecx >> 2 & 1;
		}
	}
	return f;
}

/* What is used here and was not there from the start: api.rst, 4.4, and at each of them. NULL, or
 * the name of what this kernel's KVM has not. */
static const char *lacking(int kvm)
{
	static const struct {
		int capability;
		const char *name;
	} needed[] = {
		{ KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY" },
		{ KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID" },
		{ KVM_CAP_USER_NMI, "KVM_CAP_USER_NMI" },
		{ KVM_CAP_SET_GUEST_DEBUG, "KVM_CAP_SET_GUEST_DEBUG" },
		{ KVM_CAP_VCPU_EVENTS, "KVM_CAP_VCPU_EVENTS" },
		{ KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT (Linux 4.13)" },
		{ KVM_CAP_X86_MSR_FILTER, "KVM_CAP_X86_MSR_FILTER (Linux 5.10)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (ioctl(kvm, KVM_CHECK_EXTENSION, needed[i].capability) <= 0)
			return needed[i].name;
	}
	return NULL;
}

const char *kvm_make(struct kvm_machine *m)
{
	union cpuids c;
	const char *failed;
	int size;

	*m = (struct kvm_machine){ .kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC),
				   .vm = -1,
				   .cpu = -1 };
	if (m->kvm < 0)
		return "opening /dev/kvm";
	/* api.rst, 4.1: of any other, nothing is to be used. */
	errno = EPROTO;
	if (ioctl(m->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return "KVM_GET_API_VERSION";
	errno = EOPNOTSUPP;
	failed = lacking(m->kvm);
	if (failed)
		return failed;
	m->vm = ioctl(m->kvm, KVM_CREATE_VM, 0);
	if (m->vm < 0)
		return "KVM_CREATE_VM";
	/* Intel's processors need it for code without paging; others may not know it. The page of
	 * the identity map, below it, stays where it is (api.rst, 4.34, 4.35). */
	if (ioctl(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_SET_TSS_ADDR) > 0 &&
	    ioctl(m->vm, KVM_SET_TSS_ADDR, (unsigned long)(uint32_t)TSS_AT) < 0)
		return "KVM_SET_TSS_ADDR";
	m->cpu = ioctl(m->vm, KVM_CREATE_VCPU, 0);
	if (m->cpu < 0)
		return "KVM_CREATE_VCPU";
	size = ioctl(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(*m->run))
		return "KVM_GET_VCPU_MMAP_SIZE";
	m->run_bytes = (size_t)size;
	m->run = mmap(NULL, m->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, m->cpu, 0);
	if (m->run == MAP_FAILED) {
		m->run = NULL;
		return "mapping struct kvm_run";
	}
	if (!supported(m->kvm, &c))
		return "KVM_GET_SUPPORTED_CPUID";
	/* Whoever runs the machine says that it is one: SDM volume 2, CPUID, leaf 1, leaves that
	 * bit to hypervisors; the payload proves by it where it ran. */
	for (unsigned i = 0; i < c.head.nent; i++) {
		if (c.head.entries[i].function == 1)
			c.head.entries[i].ecx |= 1u << 31;
	}
	return ioctl(m->cpu, KVM_SET_CPUID2, &c) < 0 ? "KVM_SET_CPUID2" : NULL;
}

void kvm_close(struct kvm_machine *m)
{
	if (m->run)
		munmap(m->run, m->run_bytes);
	if (m->cpu >= 0)
		close(m->cpu);
	if (m->vm >= 0)
		close(m->vm);
	if (m->kvm >= 0)
		close(m->kvm);
	*m = (struct kvm_machine){ .kvm = -1, .vm = -1, .cpu = -1 };
}

const char *kvm_give_memory(struct kvm_machine *m, unsigned slot, uint64_t at, void *memory,
			    size_t bytes)
{
	struct kvm_userspace_memory_region r = { .slot = slot,
						 .guest_phys_addr = at,
						 .memory_size = bytes & ~(size_t)(PAGE - 1),
						 .userspace_addr = (uintptr_t)memory };

	return ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &r) < 0 ? "KVM_SET_USER_MEMORY_REGION"
								: NULL;
}

const char *kvm_confine(struct kvm_machine *m)
{
	/* KVM wants at least one range; this one allows nothing. */
	uint8_t none[8] = { 0 };
	struct kvm_msr_filter f = { .flags = KVM_MSR_FILTER_DEFAULT_DENY };
	struct kvm_enable_cap quirk = { .cap = KVM_CAP_DISABLE_QUIRKS2,
					.args = { KVM_X86_QUIRK_FIX_HYPERCALL_INSN } };
	int quirks = ioctl(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_DISABLE_QUIRKS2);

	f.ranges[0] =
		(struct kvm_msr_filter_range){ .flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
					       .nmsrs = 8 * sizeof(none),
					       .bitmap = none };
	if (ioctl(m->vm, KVM_X86_SET_MSR_FILTER, &f) < 0)
		return "KVM_X86_SET_MSR_FILTER";
	/* Or a VMCALL or VMMCALL of code under test is rewritten in place. */
	if (quirks > 0 && quirks & KVM_X86_QUIRK_FIX_HYPERCALL_INSN &&
	    ioctl(m->vm, KVM_ENABLE_CAP, &quirk) < 0)
		return "KVM_ENABLE_CAP, KVM_CAP_DISABLE_QUIRKS2";
	return NULL;
}

/* State ---------------------------------------------------------------------------------------- */

/* The first GiB in pages of 2 MiB: SDM volume 3, figures 4-7 (PAE) and 4-8 (4-level). */
static void first_tables(uint64_t *t, uint64_t at, bool wide)
{
	enum { PRESENT = 1, WRITE = 2, LARGE = 0x80, ENTRIES = 512 };

	memset(t, 0, 3 * PAGE);
	if (wide) {
		t[0] = (at + PAGE) | PRESENT | WRITE;
		t[ENTRIES] = (at + 2 * PAGE) | PRESENT | WRITE;
		t += 2 * ENTRIES;
	} else {
		t[0] = (at + PAGE) | PRESENT;
		t += ENTRIES;
	}
	for (uint64_t i = 0; i < ENTRIES; i++)
		t[i] = i << 21 | PRESENT | WRITE | LARGE;
}

static struct kvm_segment flat(uint8_t type, uint16_t selector, bool wide)
{
	return (struct kvm_segment){ .limit = 0xffffffff,
				     .selector = selector,
				     .type = type,
				     .present = 1,
				     .db = !wide,
				     .l = wide,
				     .s = 1,
				     .g = 1 };
}

const char *kvm_enter(struct kvm_machine *m, enum width w, uint8_t *memory, uint64_t tables,
		      uint64_t entry, uint64_t handover)
{
	enum { CODE = 11, DATA = 3, TSS = 11 };
	enum { CR0 = 0x80010031 - (1ll << 32) /* PG WP NE ET PE */, CR4_PAE = 1 << 5 };
	enum { EFER_LME = 1 << 8, EFER_LMA = 1 << 10, EFER_NXE = 1 << 11 };
	bool wide = w == W64;
	struct kvm_sregs s;
	struct kvm_regs g = { .rip = entry, .rdi = handover, .rflags = 2 };

	first_tables((uint64_t *)(memory + tables), tables, wide);
	if (ioctl(m->cpu, KVM_GET_SREGS, &s) < 0)
		return "KVM_GET_SREGS";
	s.cs = flat(CODE, 0x08, wide);
	s.ds = s.es = s.fs = s.gs = s.ss = flat(DATA, 0x10, false);
	s.tr = (struct kvm_segment){ .limit = 103, .type = TSS, .present = 1 };
	s.ldt = (struct kvm_segment){ .unusable = 1 };
	s.gdt = s.idt = (struct kvm_dtable){ 0 };
	s.cr0 = (uint32_t)CR0;
	s.cr3 = tables;
	s.cr4 = CR4_PAE;
	s.efer = EFER_NXE | (wide ? EFER_LME | EFER_LMA : 0);
	if (ioctl(m->cpu, KVM_SET_SREGS, &s) < 0)
		return "KVM_SET_SREGS";
	return ioctl(m->cpu, KVM_SET_REGS, &g) < 0 ? "KVM_SET_REGS" : NULL;
}

/* Events --------------------------------------------------------------------------------------- */

const char *kvm_inject(struct kvm_machine *m, uint8_t vector)
{
	struct kvm_vcpu_events e;

	if (ioctl(m->cpu, KVM_GET_VCPU_EVENTS, &e) < 0)
		return "KVM_GET_VCPU_EVENTS";
	e.exception.injected = 1;
	e.exception.nr = vector;
	e.exception.has_error_code = vector == VECTOR_GP;
	e.exception.error_code = 0;
	return ioctl(m->cpu, KVM_SET_VCPU_EVENTS, &e) < 0 ? "KVM_SET_VCPU_EVENTS" : NULL;
}

const char *kvm_nmi(struct kvm_machine *m)
{
	struct kvm_vcpu_events e;

	if (ioctl(m->cpu, KVM_GET_VCPU_EVENTS, &e) < 0)
		return "KVM_GET_VCPU_EVENTS";
	if (e.nmi.masked) {
		e.nmi.masked = 0;
		if (ioctl(m->cpu, KVM_SET_VCPU_EVENTS, &e) < 0)
			return "KVM_SET_VCPU_EVENTS";
	}
	return ioctl(m->cpu, KVM_NMI, 0) < 0 ? "KVM_NMI" : NULL;
}

bool kvm_interrupt(struct kvm_machine *m, uint8_t vector)
{
	struct kvm_interrupt i = { vector };

	m->run->request_interrupt_window = !m->run->ready_for_interrupt_injection;
	if (!m->run->ready_for_interrupt_injection || !m->run->if_flag)
		return false;
	return ioctl(m->cpu, KVM_INTERRUPT, &i) == 0;
}

const char *kvm_take_steps(struct kvm_machine *m, bool on)
{
	/* Asking for breakpoints, without setting one, makes every #DB an exit. */
	struct kvm_guest_debug d = { .control = on ? KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP
						   : 0 };

	return ioctl(m->cpu, KVM_SET_GUEST_DEBUG, &d) < 0 ? "KVM_SET_GUEST_DEBUG" : NULL;
}

const char *kvm_end_shadow(struct kvm_machine *m)
{
	struct kvm_vcpu_events e;

	/* Most steps leave none. */
	if (!m->run->if_flag || m->run->ready_for_interrupt_injection)
		return NULL;
	if (ioctl(m->cpu, KVM_GET_VCPU_EVENTS, &e) < 0)
		return "KVM_GET_VCPU_EVENTS";
	if (!e.interrupt.shadow)
		return NULL;
	e.interrupt.shadow = 0;
	e.flags |= KVM_VCPUEVENT_VALID_SHADOW;
	return ioctl(m->cpu, KVM_SET_VCPU_EVENTS, &e) < 0 ? "KVM_SET_VCPU_EVENTS" : NULL;
}

const char *kvm_undo_io(struct kvm_machine *m)
{
	struct kvm_regs before;
	int r;

	if (ioctl(m->cpu, KVM_GET_REGS, &before) < 0)
		return "KVM_GET_REGS";
	/* The access is complete only after KVM_RUN was called again (api.rst, 5). */
	m->run->immediate_exit = 1;
	r = ioctl(m->cpu, KVM_RUN, 0);
	m->run->immediate_exit = 0;
	if (r == 0 || errno != EINTR)
		return "KVM_RUN, to complete a port access";
	return ioctl(m->cpu, KVM_SET_REGS, &before) < 0 ? "KVM_SET_REGS" : NULL;
}

void kvm_exit_text(const struct kvm_machine *m, char *out, size_t room)
{
	const struct kvm_run *r = m->run;

	switch (r->exit_reason) {
	case KVM_EXIT_INTERNAL_ERROR:
		if (r->internal.suberror == KVM_INTERNAL_ERROR_EMULATION)
			snprintf(out, room, "KVM tried to emulate an instruction and could not");
		else
			snprintf(out, room, "KVM's internal error %u", r->internal.suberror);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		snprintf(out, room, "the processor refuses its state, reason 0x%llx",
			 (unsigned long long)r->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_SHUTDOWN:
		snprintf(out, room, "triple fault");
		break;
	case KVM_EXIT_MMIO:
		snprintf(out, room, "access to address 0x%llx, where no memory is",
			 (unsigned long long)r->mmio.phys_addr);
		break;
	default:
		snprintf(out, room, "KVM's exit reason %u", r->exit_reason);
	}
}
