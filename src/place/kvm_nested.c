/* SPDX-License-Identifier: MIT */
/* Engine `kvm-nested`: the hypervisor as a guest of the host's KVM, which then has to nest VMX. The
 * plain KVM API (Linux, Documentation/virt/kvm/api.rst): memory, one processor, and the
 * hypervisor's flat binary entered in 32-bit protected mode with the disk's image in memory.
 * Whether it works is found by trying, in a process of its own with a deadline. */
#include "place/kvm_machine.h"
#include "place/vmx.h"
#include "util/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	HYPERVISOR_AT = 0x100000,
	DISK_AT = 0x20000000, /* inside of the GiB that the hypervisor maps, behind all memory */
	POWER_PORT = 0x8900,
	PROBE_SECONDS = 2,
	CR0_PE = 1
};

/* Written by the child, read by the parent. */
struct report {
	char why[200];
};

static void fail(struct report *r, const char *what) __attribute__((noreturn));
static void fail(struct report *r, const char *what)
{
	snprintf(r->why, sizeof(r->why), "kvm: %s: %s", what, strerror(errno));
	_exit(1);
}

static void *anonymous(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static const char *cannot_nest(struct arena *a)
{
	const char *why, *vendor;
	int kvm = kvm_open(&why);
	bool vmx;

	if (kvm < 0)
		return why;
	vmx = kvm_features(kvm).vmx;
	close(kvm);
	if (vmx)
		return NULL;
	vendor = kvm_vendor(a);
	return arena_printf(a, "kvm: %s does not offer VMX to its guests%s",
			    vendor ? vendor : "an unknown vendor",
			    vendor && !strcmp(vendor, "kvm_intel") ? " (kvm_intel nested=1)" : "");
}

static void flat(struct kvm_segment *s, unsigned type, unsigned selector)
{
	*s = (struct kvm_segment){ .limit = 0xffffffff,
				   .selector = (uint16_t)selector,
				   .type = (uint8_t)type,
				   .present = 1,
				   .db = 1,
				   .s = 1,
				   .g = 1 };
}

/* As asm/vmx/rom.asm leaves it, but for ebx: the disk is in memory. */
static void enter_hypervisor(int cpu, struct report *r)
{
	struct kvm_sregs s;
	struct kvm_regs g = { .rip = HYPERVISOR_AT, .rbx = DISK_AT, .rflags = 2 };

	if (ioctl(cpu, KVM_GET_SREGS, &s) < 0)
		fail(r, "KVM_GET_SREGS");
	flat(&s.cs, 11, 0x08);
	flat(&s.ds, 3, 0x10);
	s.es = s.fs = s.gs = s.ss = s.ds;
	s.cr0 |= CR0_PE;
	if (ioctl(cpu, KVM_SET_SREGS, &s) < 0 || ioctl(cpu, KVM_SET_REGS, &g) < 0)
		fail(r, "setting registers");
}

/* In the child: run until the hypervisor switches the machine off. */
static void machine(const char *hypervisor, size_t bytes, uint8_t *disk, size_t disk_bytes,
		    size_t memory_bytes, struct report *r) __attribute__((noreturn));
static void machine(const char *hypervisor, size_t bytes, uint8_t *disk, size_t disk_bytes,
		    size_t memory_bytes, struct report *r)
{
	uint8_t *memory = anonymous(memory_bytes);
	struct kvm_machine m;
	const char *failed = memory ? kvm_make(&m) : "memory for a machine";

	if (!failed) {
		memcpy(memory + HYPERVISOR_AT, hypervisor, bytes);
		failed = kvm_give_memory(&m, 0, 0, memory, memory_bytes);
	}
	if (!failed)
		failed = kvm_give_memory(&m, 1, DISK_AT, disk, disk_bytes);
	if (failed)
		fail(r, failed);
	enter_hypervisor(m.cpu, r);
	for (;;) {
		if (ioctl(m.cpu, KVM_RUN, 0) < 0) {
			/* Nothing exited: what the last exit was is no news. */
			if (errno == EINTR || errno == EAGAIN)
				continue;
			fail(r, "KVM_RUN");
		}
		if (m.run->exit_reason == KVM_EXIT_HLT ||
		    (m.run->exit_reason == KVM_EXIT_IO && m.run->io.port == POWER_PORT))
			_exit(0);
		if (m.run->exit_reason == KVM_EXIT_IO)
			continue;
		snprintf(r->why, sizeof(r->why), "kvm: the machine stopped (exit reason %u)",
			 m.run->exit_reason);
		_exit(1);
	}
}

static double seconds_of(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* True when it ended by itself. *starved: it did not, and had no processor to do it on. */
static bool wait_until(pid_t pid, unsigned seconds, int *status, bool *starved)
{
	struct timespec nap = { 0, 5000000 };
	double start = seconds_of(CLOCK_MONOTONIC);
	clockid_t clock;

	while (seconds_of(CLOCK_MONOTONIC) - start < seconds) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		nanosleep(&nap, NULL);
	}
	*starved = !clock_getcpuclockid(pid, &clock) && seconds_of(clock) < seconds / 2.0;
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return false;
}

const char *kvm_nested_boot(struct arena *a, const struct vmx_options *o, struct vmx_machine *m,
			    uint8_t *disk, size_t disk_bytes)
{
	unsigned seconds = m->probe ? PROBE_SECONDS : o->seconds ? o->seconds : VMX_SECONDS;
	const char *path = arena_printf(a, "%s/vmx%u.bin", o->runtime, m->root_width);
	const char *why = cannot_nest(a);
	struct report *r = why ? NULL : anonymous(sizeof(*r));
	char *hypervisor = NULL;
	int status = 0;
	size_t bytes;
	pid_t pid;

	m->absent = true;
	m->stalled = false;
	if (!r)
		return why ? why : "kvm: out of memory";
	hypervisor = file_read(path, &bytes);
	if (!hypervisor)
		return arena_printf(a, "%s is missing: build or install clobber again", path);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		machine(hypervisor, bytes, disk, disk_bytes, (size_t)m->megs << 20, r);
	}
	if (pid < 0)
		why = "kvm: cannot start a process";
	m->absent = pid < 0;
	if (pid > 0 && !wait_until(pid, seconds, &status, &m->stalled))
		why = arena_printf(a, "kvm: the machine did not end within %u s", seconds);
	else if (pid > 0 && r->why[0])
		why = arena_strdup(a, r->why);
	m->killed = m->stalled || (pid > 0 && ended_by_others(status) && !why);
	free(hypervisor);
	munmap(r, sizeof(*r));
	return why;
}
