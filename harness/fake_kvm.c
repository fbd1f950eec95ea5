/* SPDX-License-Identifier: MIT */
/* A /dev/kvm that runs nothing, for LD_PRELOAD: its guest is clobber's probe, or a payload all of
 * whose cases pass, played from outside. FAKE_KVM says what goes wrong, as a list of
 *
 *	REQUEST=ERRNO[@N]   the ioctl fails; @N: the N-th one only, over all processes
 *	REQUEST=short@N     what it hands back is cut off or absurd
 *	cap=NAME            KVM_CHECK_EXTENSION denies it
 *	exit=REASON.SUB     the payload's guest exits so
 *	late=SECONDS        the probe's guest waits for a processor first
 *
 * FAKE_COUNT is a file for the counters, FAKE_CASES the payload's cases, FAKE_TEXT the bytes of its
 * code. Documented in Linux, Documentation/virt/kvm/api.rst. */
#define _GNU_SOURCE
#include "payload/handover.h"
#include "payload/record.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RUN_BYTES = 3 * 4096, HANDOVER = 0x10000, IMAGE = 0x400000, MOST = 64, TF = 0x100 };
enum { STAGE_WANTS_INTERRUPT = 5, STAGE_WANTS_NMI = 7, STAGE_WANTS_STEPS = 9, STAGE_DONE = 14 };

static const struct {
	unsigned long request;
	const char *name;
} requests[] = {
#define R(n)          \
	{             \
		n, #n \
	}
	R(KVM_GET_API_VERSION),
	R(KVM_CREATE_VM),
	R(KVM_CHECK_EXTENSION),
	R(KVM_GET_VCPU_MMAP_SIZE),
	R(KVM_GET_SUPPORTED_CPUID),
	R(KVM_SET_TSS_ADDR),
	R(KVM_CREATE_VCPU),
	R(KVM_SET_USER_MEMORY_REGION),
	R(KVM_SET_CPUID2),
	R(KVM_X86_SET_MSR_FILTER),
	R(KVM_ENABLE_CAP),
	R(KVM_GET_SREGS),
	R(KVM_SET_SREGS),
	R(KVM_GET_REGS),
	R(KVM_SET_REGS),
	R(KVM_SET_SIGNAL_MASK),
	R(KVM_RUN),
	R(KVM_NMI),
	R(KVM_INTERRUPT),
	R(KVM_SET_GUEST_DEBUG),
	R(KVM_GET_VCPU_EVENTS),
	R(KVM_SET_VCPU_EVENTS),
	R(KVM_GET_MSRS),
#undef R
};
static const struct {
	int capability;
	const char *name;
} caps[] = {
#define C(n)          \
	{             \
		n, #n \
	}
	C(KVM_CAP_USER_MEMORY),     C(KVM_CAP_EXT_CPUID),    C(KVM_CAP_USER_NMI),
	C(KVM_CAP_SET_GUEST_DEBUG), C(KVM_CAP_VCPU_EVENTS),  C(KVM_CAP_IMMEDIATE_EXIT),
	C(KVM_CAP_X86_MSR_FILTER),  C(KVM_CAP_SET_TSS_ADDR), C(KVM_CAP_DISABLE_QUIRKS2),
#undef C
};
static const struct {
	int number;
	const char *name;
} errors[] = {
#define E(n)          \
	{             \
		n, #n \
	}
	E(EINTR), E(EAGAIN), E(EFAULT), E(EINVAL), E(ENOMEM),
	E(EBUSY), E(EPERM),  E(E2BIG),  E(ENXIO),  E(EIO),
#undef E
};

static int kvm = -1, vm = -1, cpu = -1;
static struct kvm_run *run;
static uint8_t *memory;
static struct kvm_regs regs;
static struct kvm_sregs sregs;
static uint32_t stage;
static unsigned steps;
static int served, debugging;

/* Faults --------------------------------------------------------------------------------------- */

static unsigned count(size_t i)
{
	static unsigned *counters;
	const char *path = getenv("FAKE_COUNT");

	if (!counters) {
		int fd = path ? (int)syscall(257 /* openat */, AT_FDCWD, path, O_RDWR) : -1;

		counters =
			fd < 0 ? NULL : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (!counters || counters == MAP_FAILED)
			_exit(99);
	}
	return __atomic_add_fetch(&counters[i], 1, __ATOMIC_SEQ_CST);
}

/* What is said of a name: the text behind "NAME=", or NULL. */
static const char *plan_of(const char *name)
{
	const char *s = getenv("FAKE_KVM");
	size_t n = strlen(name);

	for (; s && *s; s = strchr(s, ','), s += s != NULL) {
		if (!strncmp(s, name, n) && s[n] == '=')
			return s + n + 1;
	}
	return NULL;
}

/* 0, an errno, or -1: hand back something short. */
static int fault_of(unsigned long request)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const char *plan, *at;

		if ((uint32_t)requests[i].request != (uint32_t)request)
			continue;
		plan = plan_of(requests[i].name);
		if (!plan)
			return 0;
		at = memchr(plan, '@', strcspn(plan, ","));
		if (at && count(i) != (unsigned)atoi(at + 1))
			return 0;
		if (!strncmp(plan, "short", 5))
			return -1;
		for (size_t k = 0; k < sizeof(errors) / sizeof(errors[0]); k++) {
			if (!strncmp(plan, errors[k].name, strlen(errors[k].name)))
				return errors[k].number;
		}
		_exit(98);
	}
	fprintf(stderr, "fake_kvm: unknown request 0x%lx\n", request);
	_exit(97);
}

/* The guest ------------------------------------------------------------------------------------ */

static int say(uint32_t what)
{
	run->exit_reason = KVM_EXIT_IO;
	run->io.direction = KVM_EXIT_IO_OUT;
	run->io.size = 4;
	run->io.count = 1;
	run->io.port = CL_PORT;
	run->io.data_offset = 4096;
	memcpy((uint8_t *)run + 4096, &what, 4);
	return 0;
}

static int run_probe(void)
{
	const char *late = plan_of("late");

	if (late && !stage)
		sleep((unsigned)atoi(late));
	run->if_flag = run->ready_for_interrupt_injection = stage == STAGE_WANTS_INTERRUPT;
	if ((stage == STAGE_WANTS_INTERRUPT || stage == STAGE_WANTS_NMI) && !served) {
		run->exit_reason = KVM_EXIT_IRQ_WINDOW_OPEN;
		return 0;
	}
	if (stage == STAGE_WANTS_STEPS && debugging && steps < 9) {
		steps++;
		run->exit_reason = KVM_EXIT_DEBUG;
		return 0;
	}
	served = 0;
	return say(++stage);
}

static int run_payload(const struct cl_handover *from)
{
	const uint32_t cases = (uint32_t)atoi(getenv("FAKE_CASES"));
	const uint32_t text = (uint32_t)atoi(getenv("FAKE_TEXT"));
	struct cl_header *h = (struct cl_header *)(memory + from->results);
	struct cl_record *r = (struct cl_record *)(h + 1);
	const char *plan = plan_of("exit");

	if (plan) {
		run->exit_reason = (uint32_t)atoi(plan);
		run->internal.suberror = (uint32_t)atoi(strchr(plan, '.') + 1);
		return 0;
	}
	h->magic = CL_MAGIC;
	h->version = CL_VERSION;
	h->width = 64;
	h->planned = cases;
	h->seed = from->seed;
	h->text_before = h->text_after =
		cl_text_sum(0, (const uint32_t *)(memory + IMAGE), text / 4);
	for (uint32_t i = 0; i < 2 * cases; i++) {
		*r = (struct cl_record){ .index = i / 2, .direction = (uint8_t)(i % 2) };
		r->seal = cl_seal(from->key, i * (uint32_t)sizeof(*r), r, r + 1, 0);
		r++;
	}
	h->ran_before = h->ran_after = CL_PROOF_GUEST;
	h->used = 2 * cases * (uint32_t)sizeof(*r);
	h->executed = 2 * cases;
	h->current = CL_NO_CASE;
	h->finished = 1;
	return say(CL_SAY_DONE);
}

static int run_guest(void)
{
	const struct cl_handover *h = (const void *)(memory + HANDOVER);

	if (run->immediate_exit) {
		errno = EINTR;
		return -1;
	}
	return h->magic == CL_HANDOVER_MAGIC ? run_payload(h) : run_probe();
}

/* Requests ------------------------------------------------------------------------------------- */

static int check_extension(int capability)
{
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		/* That one is a set of quirks. */
		if (caps[i].capability == KVM_CAP_DISABLE_QUIRKS2 &&
		    capability == caps[i].capability)
			return plan_of("cap") ? 0 : KVM_X86_QUIRK_FIX_HYPERCALL_INSN;
		if (caps[i].capability == capability)
			return !plan_of("cap") ||
			       strncmp(plan_of("cap"), caps[i].name, strlen(caps[i].name));
	}
	return 0;
}

static int serve(unsigned long request, void *arg, int is_short)
{
	switch (request) {
	case KVM_GET_API_VERSION:
		return is_short ? 11 : KVM_API_VERSION;
	case KVM_CREATE_VM:
		return vm = dup(kvm);
	case KVM_CREATE_VCPU:
		return cpu = dup(kvm);
	case KVM_CHECK_EXTENSION:
		return check_extension((int)(long)arg);
	case KVM_GET_VCPU_MMAP_SIZE:
		return is_short ? 16 : RUN_BYTES;
	case KVM_GET_SUPPORTED_CPUID:
		((struct kvm_cpuid2 *)arg)->nent = 0;
		return 0;
	case KVM_SET_USER_MEMORY_REGION:
		memory = (uint8_t *)(uintptr_t)((struct kvm_userspace_memory_region *)arg)
				 ->userspace_addr;
		return 0;
	case KVM_GET_SREGS:
		memcpy(arg, &sregs, sizeof(sregs));
		return 0;
	case KVM_SET_SREGS:
		memcpy(&sregs, arg, sizeof(sregs));
		return 0;
	case KVM_GET_REGS:
		memcpy(arg, &regs, sizeof(regs));
		return 0;
	case KVM_SET_REGS:
		memcpy(&regs, arg, sizeof(regs));
		return 0;
	case KVM_GET_VCPU_EVENTS:
		memset(arg, 0, sizeof(struct kvm_vcpu_events));
		return 0;
	case KVM_NMI:
	case KVM_INTERRUPT:
		served = 1;
		return 0;
	case KVM_SET_GUEST_DEBUG:
		debugging = ((struct kvm_guest_debug *)arg)->control & KVM_GUESTDBG_ENABLE;
		return 0;
	case KVM_RUN:
		return run_guest();
	default:
		return 0;
	}
}

/* What is overridden --------------------------------------------------------------------------- */

int ioctl(int fd, unsigned long request, ...)
{
	va_list v;
	void *arg;
	int fault;

	va_start(v, request);
	arg = va_arg(v, void *);
	va_end(v);
	if (fd < 0 || (fd != kvm && fd != vm && fd != cpu))
		return ((int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl"))(fd, request,
										     arg);
	fault = fault_of(request);
	if (fault > 0) {
		errno = fault;
		return -1;
	}
	return serve(request, arg, fault < 0);
}

static int is_device(const char *path)
{
	return !strcmp(path, "/dev/kvm");
}

static int real_open(const char *path, int flags, mode_t mode)
{
	return (int)syscall(257 /* openat */, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list v;
	mode_t mode;

	va_start(v, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(v, mode_t) : 0;
	va_end(v);
	if (!is_device(path))
		return real_open(path, flags, mode);
	return kvm = real_open("/dev/null", O_RDWR | O_CLOEXEC, 0);
}

int open(const char *path, int flags, ...) __attribute__((alias("open64")));

void *mmap64(void *at, size_t bytes, int prot, int flags, int fd, off_t off)
{
	if (fd >= 0 && fd == cpu) {
		run = mmap64(NULL, RUN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		return run;
	}
	return (void *)syscall(9 /* mmap */, at, bytes, prot, flags, fd, off);
}

void *mmap(void *at, size_t bytes, int prot, int flags, int fd, off_t off)
	__attribute__((alias("mmap64")));

int close(int fd)
{
	if (fd == kvm)
		kvm = -1;
	if (fd == vm)
		vm = -1;
	if (fd == cpu)
		cpu = -1;
	return (int)syscall(3 /* close */, fd);
}
