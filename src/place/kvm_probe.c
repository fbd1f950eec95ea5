/* SPDX-License-Identifier: MIT */
/* Can KVM here run payloads? Its name proves little: behind /dev/kvm may be a vendor that emulates
 * instructions, and only a few of them. So a guest (asm/kvm/probe.asm) does what payloads do, in a
 * process that is ended when it takes too long. */
#include "place/kvm_probe.h"

#include "place/kvm.h"
#include "place/kvm_machine.h"

#include <cpuid.h>
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
	DEADLINE_MS = 900, /* of processor time, each width: both together stay under 2 s */
	PATIENCE_S = 60,   /* on a machine that gives it none */
	TABLES = 0x10000,
	GUEST = 0x400000,
	MEMORY = 8 << 20,
	LEAST_STEPS = 5, /* of the probe's instructions between TF on and off */
	MSR_VMX_BASIC = 0x480
};

/* Written by the child, read by us. */
struct answer {
	uint32_t stage;
	char why[160];
};

const char *kvm_cannot(uint32_t stage)
{
	static const char *const next[] = {
		[KVM_STAGE_NONE] = "execute its first instructions",
		[KVM_STAGE_RUNS] = "execute SSE instructions",
		[KVM_STAGE_SSE] = "execute x87 instructions",
		[KVM_STAGE_X87] = "handle an exception of its own",
		[KVM_STAGE_EXCEPTION] = "say that it waits for an interrupt",
		[KVM_STAGE_WANTS_INTERRUPT] = "take an injected interrupt",
		[KVM_STAGE_INTERRUPTED] = "say that it waits for an NMI",
		[KVM_STAGE_WANTS_NMI] = "take an NMI",
		[KVM_STAGE_GOT_NMI] = "say that it is to be stepped",
		[KVM_STAGE_WANTS_STEPS] = "be stepped by TF and KVM_SET_GUEST_DEBUG",
		[KVM_STAGE_STEPPED] = "execute AVX instructions",
		[KVM_STAGE_AVX_ONCE] = "execute AVX instructions behind an exit",
		[KVM_STAGE_AVX] = "execute AVX-512 instructions",
		[KVM_STAGE_AVX512] = "come to its end",
	};

	return stage < ARRAY_SIZE(next) ? next[stage] : "compute correctly";
}

const char *kvm_engine(const char *module, bool nests_vmx, bool nests_svm)
{
	if (module)
		return !strcmp(module, "kvm_intel") ? "vmx"
		       : !strcmp(module, "kvm_amd") ? "svm"
						    : "another vendor";
	return nests_vmx ? "vmx" : nests_svm ? "svm" : "another vendor";
}

/* The guest ------------------------------------------------------------------------------------ */

/* What the guest asks for with a stage. False ends the probe. */
static bool serve(struct kvm_machine *m, struct answer *r, uint32_t stage, unsigned steps)
{
	const char *failed = NULL;

	if (stage > KVM_STAGE_WRONG || (stage < KVM_STAGE_WRONG && stage != r->stage + 1)) {
		snprintf(r->why, sizeof(r->why), "it says %u after %u", stage, r->stage);
		return false;
	}
	if (stage == KVM_STAGE_WRONG) {
		snprintf(r->why, sizeof(r->why), "the result is wrong");
		return false;
	}
	if (stage == KVM_STAGE_STEPPED && steps < LEAST_STEPS) {
		snprintf(r->why, sizeof(r->why), "%u steps came", steps);
		return false;
	}
	r->stage = stage;
	if (stage == KVM_STAGE_WANTS_INTERRUPT)
		kvm_interrupt(m, CL_VECTOR_DIRTY);
	else if (stage == KVM_STAGE_WANTS_NMI)
		failed = kvm_nmi(m);
	else if (stage == KVM_STAGE_WANTS_STEPS)
		failed = kvm_take_steps(m, true);
	else if (stage == KVM_STAGE_STEPPED)
		failed = kvm_take_steps(m, false);
	if (failed)
		snprintf(r->why, sizeof(r->why), "%s: %s", failed, strerror(errno));
	return !failed && stage != KVM_STAGE_DONE;
}

static void converse(struct kvm_machine *m, struct answer *r)
{
	unsigned steps = 0;

	for (;;) {
		uint32_t stage;

		if (ioctl(m->cpu, KVM_RUN, 0) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			snprintf(r->why, sizeof(r->why), "KVM_RUN: %s", strerror(errno));
			return;
		}
		switch (m->run->exit_reason) {
		case KVM_EXIT_IO:
			if (m->run->io.port != CL_PORT || m->run->io.direction != KVM_EXIT_IO_OUT ||
			    m->run->io.size != sizeof(stage) || m->run->io.count != 1) {
				snprintf(r->why, sizeof(r->why), "port access at 0x%x",
					 m->run->io.port);
				return;
			}
			memcpy(&stage, (uint8_t *)m->run + m->run->io.data_offset, sizeof(stage));
			if (!serve(m, r, stage, steps))
				return;
			continue;
		case KVM_EXIT_IRQ_WINDOW_OPEN:
			kvm_interrupt(m, CL_VECTOR_DIRTY);
			continue;
		case KVM_EXIT_DEBUG:
			steps++;
			continue;
		default:
			kvm_exit_text(m, r->why, sizeof(r->why));
			return;
		}
	}
}

static void probe(const void *guest, size_t bytes, enum width w, struct answer *r)
{
	uint8_t *memory =
		mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kvm_machine m;
	const char *failed = kvm_make(&m);

	if (!failed && memory == MAP_FAILED)
		failed = "memory for a machine";
	if (!failed) {
		memcpy(memory + GUEST, guest, bytes);
		failed = kvm_give_memory(&m, 0, 0, memory, MEMORY);
	}
	if (!failed)
		failed = kvm_enter(&m, w, memory, TABLES, GUEST, 0);
	if (failed)
		snprintf(r->why, sizeof(r->why), "%s: %s", failed, strerror(errno));
	else
		converse(&m, r);
}

static long milliseconds(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	clock_gettime(clock, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for the child, whose time is the guest's; ends it when that is up. NULL, or what it did not
 * do. On a busy machine it has longer: that is no reason to say that KVM does not work. */
static const char *wait_for(struct arena *a, pid_t pid)
{
	const struct timespec nap = { 0, 1000000 };
	const long from = milliseconds(CLOCK_MONOTONIC);
	const char *why = NULL;
	clockid_t clock;
	bool counted = !clock_getcpuclockid(pid, &clock);

	while (!why) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return NULL;
		nanosleep(&nap, NULL);
		if (counted && milliseconds(clock) >= DEADLINE_MS)
			why = arena_printf(a, "no answer within %d ms", DEADLINE_MS);
		else if (milliseconds(CLOCK_MONOTONIC) - from >= PATIENCE_S * 1000)
			why = arena_printf(a, "no answer within %d s", PATIENCE_S);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return why;
}

/* Words ---------------------------------------------------------------------------------------- */

/* "AMD EPYC 7763 64-Core Processor": CPUID leaves 0x80000002 to 0x80000004. */
static const char *brand(struct arena *a)
{
	uint32_t r[13] = { 0 };
	char *s = (char *)r, *end;

	for (unsigned i = 0; i < 3; i++) {
		if (!__get_cpuid(0x80000002 + i, &r[4 * i], &r[4 * i + 1], &r[4 * i + 2],
				 &r[4 * i + 3]))
			return "an unnamed processor";
	}
	s += strspn(s, " ");
	for (end = s + strlen(s); end > s && end[-1] == ' ';)
		*--end = 0;
	return arena_strdup(a, s);
}

/* A kernel whose KVM can describe VMX to a guest's hypervisor runs on such a processor. */
static bool tells_vmx(int kvm)
{
	union {
		struct kvm_msrs head;
		uint8_t room[sizeof(struct kvm_msrs) + sizeof(struct kvm_msr_entry)];
	} m = { .room = { 0 } };

	m.head.nmsrs = 1;
	m.head.entries[0].index = MSR_VMX_BASIC;
	return ioctl(kvm, KVM_GET_MSRS, &m) == 1 && m.head.entries[0].data;
}

static const char *engine_text(struct arena *a, int kvm, const char *module, uint32_t stage)
{
	struct kvm_features f = kvm_features(kvm);

	return arena_printf(a, "%s, %s, %s%s", kvm_engine(module, f.vmx || tells_vmx(kvm), f.svm),
			    module ? module : "kvm built in", brand(a),
			    f.avx512 && stage >= KVM_STAGE_AVX512 ? ", AVX-512"
			    : f.avx && stage >= KVM_STAGE_AVX     ? ", AVX"
								  : "");
}

static const char *reason(struct arena *a, const char *module, enum width w, const struct answer *r,
			  const char *late)
{
	const char *why = late ? late : r->why[0] ? r->why : "it ended without a word";

	return arena_printf(a, "kvm: %s%s: a %u-bit guest cannot %s: %s",
			    module && kvm_engine(module, false, false)[0] == 'a' ? "vendor " : "",
			    module ? module : "kvm", width_bits(w), kvm_cannot(r->stage), why);
}

/* How far it has to come for code with these vector registers. */
static uint32_t stage_for(enum isa isa)
{
	return isa >= ISA_AVX512F ? KVM_STAGE_AVX512
	       : isa >= ISA_AVX   ? KVM_STAGE_AVX
				  : KVM_STAGE_STEPPED;
}

const char *kvm_why_not(struct arena *a, const struct kvm_options *o, enum width w, enum isa isa,
			const char **engine)
{
	const char *path = arena_printf(a, "%s/kvm%u.bin", o->runtime, width_bits(w));
	const char *why, *module;
	int kvm = kvm_open(&why);
	struct answer *r;
	char *guest;
	size_t bytes;
	const char *late;
	pid_t pid;

	if (kvm < 0)
		return why;
	guest = file_read(path, &bytes);
	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!guest || r == MAP_FAILED)
		why = guest ? "kvm: out of memory"
			    : arena_printf(a, "%s is missing: build or install clobber again",
					   path);
	pid = why ? -1 : fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		probe(guest, bytes, w, r);
		_exit(0);
	}
	if (pid < 0 && !why)
		why = "kvm: cannot start a process";
	if (!why) {
		late = wait_for(a, pid);
		module = kvm_vendor(a);
		if (r->stage < stage_for(isa))
			why = reason(a, module, w, r, late);
		else if (engine)
			*engine = engine_text(a, kvm, module, r->stage);
	}
	close(kvm);
	free(guest);
	if (r != MAP_FAILED)
		munmap(r, sizeof(*r));
	return why;
}
