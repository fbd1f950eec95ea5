/* SPDX-License-Identifier: MIT */
/* Place `qemu-user`: the payload unchanged under qemu-i386 or qemu-x86_64, which emulate the
 * processor and hand system calls to this kernel. So the emulator is confined from outside, before
 * it starts: a filter allows what it takes to run code, and puts every other call before this side
 * (seccomp_unotify(2)), which lets them through until the payload is set up. From then on code
 * under test may run, and gets SIGSYS as in a process, whatever became of the emulator.
 *
 * The clock is kept here, too: the payload's own timer is refused, for QEMU 7.2 loses the x87 state
 * of 32-bit code at every signal. A call that does not end gets the timer's signal from here. */
#include "place/answers.h"
#include "place/process.h"
#include "util/data.h"
#include "util/process.h"
#include "util/without.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	HELP_SECONDS = 20,
	LOOK_MS = 20,
	LATE_MS = 400, /* of processor time in one and the same case, until the first tick */
	TICK_MS = 100,
	MOST_CALLS = 32
};

/* What the two sides of one start share. */
struct supervised {
	volatile int listener; /* as the child numbers it; 0: not there yet, -1: refused */
};

static const char *program_of(enum width w)
{
	return w == W64 ? "qemu-x86_64" : "qemu-i386";
}

/* In the child ------------------------------------------------------------------------------- */

/* System calls that the emulator needs while it runs code; none reaches beyond its own process. */
static const unsigned harmless[] = {
	__NR_brk,
	__NR_mmap,
	__NR_munmap,
	__NR_mprotect,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_rt_sigsuspend,
	__NR_exit_group,
	__NR_exit,
	__NR_clock_nanosleep,
	__NR_nanosleep,
	__NR_clock_gettime,
	__NR_sched_yield,
	__NR_restart_syscall,
	__NR_membarrier,
	/* its own thread may begin late */
	__NR_set_robust_list,
	__NR_rseq,
	__NR_gettid,
};
_Static_assert(ARRAY_SIZE(harmless) <= MOST_CALLS, "the filter's jumps reach over all of them");

/* Calls of another architecture (a 64-bit process can make 32-bit ones) end the process. Harmless
 * calls and signals to itself are allowed. All others ask. */
static bool confine(void *closure)
{
	struct supervised *s = closure;
	struct sock_filter code[MOST_CALLS + 16];
	struct sock_fprog program = { .filter = code };
	size_t n = 0, count = ARRAY_SIZE(harmless);
	int null = open("/dev/null", O_RDWR), fd;

	/* The emulator writes to its standard streams when it fails. */
	for (int i = 0; i < 3; i++) {
		if (null < 0 || (null != i && dup2(null, i) < 0))
			return false;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	code[n++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, harmless[i],
							 (uint8_t)(count - i + 3), 0);
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 2);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, args[0]));
	code[n++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = (unsigned short)n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	fd = (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			  &program);
	s->listener = fd > 0 ? fd : -1;
	return fd > 0;
}

/* On this side -------------------------------------------------------------------------------- */

struct watch {
	pid_t pid;
	int listener;
	bool set_up; /* code under test may run: no call is let through any more */
	const volatile struct cl_header *header;
	uint32_t executed, current; /* as of the last look */
	double since, ticked;       /* processor time then, and at the last tick */
};

/* Our own number of the child's listener, or -1. */
static int take_listener(pid_t pid, const struct supervised *s)
{
	const struct timespec nap = { 0, 200000 };
	int from, r;

	for (int i = 0; !s->listener && i < 5000; i++) {
		siginfo_t info = { 0 };

		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid)
			return -1;
		nanosleep(&nap, NULL);
	}
	if (s->listener <= 0)
		return -1;
	from = (int)syscall(__NR_pidfd_open, pid, 0);
	r = from < 0 ? -1 : (int)syscall(__NR_pidfd_getfd, from, s->listener, 0);
	if (from >= 0)
		close(from);
	return r;
}

/* The payload's last call before its first case asks for what it has already: no new privileges. It
 * must not arm its timer. */
static void answer(struct watch *w, const struct seccomp_notif *n, struct seccomp_notif_resp *r)
{
	bool last = n->data.nr == __NR_prctl && n->data.args[0] == PR_SET_NO_NEW_PRIVS;

	*r = (struct seccomp_notif_resp){ .id = n->id };
	if (w->set_up) {
		/* The emulator's own thread is not code under test. */
		if ((pid_t)n->pid == w->pid)
			syscall(__NR_tgkill, w->pid, n->pid, SIGSYS);
		r->error = -EPERM;
	} else if (n->data.nr == __NR_setitimer) {
		r->error = -EPERM;
	} else if (!last) {
		r->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
	w->set_up = w->set_up || last;
}

static void serve(struct watch *w)
{
	union {
		struct seccomp_notif n;
		uint8_t room[1024]; /* kernels may know longer ones */
	} in = { .room = { 0 } };
	struct seccomp_notif_resp out;

	if (ioctl(w->listener, SECCOMP_IOCTL_NOTIF_RECV, &in.n) < 0)
		return;
	answer(w, &in.n, &out);
	ioctl(w->listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
}

static double cpu_ms(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t) < 0)
		return 0;
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A case that takes much too long gets the ticks that make the payload give it up. */
static void tick(struct watch *w)
{
	double now = cpu_ms(w->pid);

	if (w->header->executed != w->executed || w->header->current != w->current) {
		w->executed = w->header->executed;
		w->current = w->header->current;
		w->since = now;
	} else if (w->set_up && now - w->since > LATE_MS && now - w->ticked > TICK_MS) {
		w->ticked = now;
		kill(w->pid, SIGPROF);
	}
}

static int wait_for(void *closure, pid_t pid, const volatile struct cl_header *h)
{
	struct supervised *s = closure;
	struct watch w = { .pid = pid, .listener = take_listener(pid, s), .header = h };
	struct progress g;
	int status = -1;

	s->listener = 0;
	progress_start(&g, pid, h);
	for (;;) {
		struct pollfd p = { .fd = w.listener, .events = POLLIN };
		pid_t r;

		if (poll(&p, 1, LOOK_MS) > 0 && p.revents & POLLIN) {
			serve(&w);
			continue;
		}
		r = waitpid(pid, &status, WNOHANG);
		if (r == pid || (r < 0 && errno != EINTR))
			break;
		tick(&w);
		if (w.listener < 0 || progress_stuck(&g, pid, h)) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			status = -1;
			break;
		}
		/* The filter's last user is gone: poll would return at once. */
		if (p.revents & POLLHUP)
			usleep(LOOK_MS * 100);
	}
	if (w.listener >= 0)
		close(w.listener);
	return status;
}

/* The place ------------------------------------------------------------------------------------ */

/* Does this kernel let us supervise a child as above? Found by trying. */
static bool supervises(void)
{
	struct supervised *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = s == MAP_FAILED ? -1 : fork();
	int listener = -1;

	if (pid == 0) {
		confine(s);
		for (;;)
			pause();
	}
	if (pid > 0) {
		listener = take_listener(pid, s);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (listener >= 0)
		close(listener);
	if (s != MAP_FAILED)
		munmap(s, sizeof(*s));
	return listener >= 0;
}

/* "7.2.22", or NULL. */
static const char *version(struct arena *a, const char *name)
{
	const char *argv[] = { name, "--version", NULL };
	uint64_t key = answer_key(a, name);
	char *known = answer_load(a, key);
	struct str text = { 0 };
	const char *at, *r = NULL;

	if (known)
		return known;
	run_program_again(argv, HELP_SECONDS, &text);
	at = text.s ? strstr(text.s, "version ") : NULL;
	if (at) {
		at += strlen("version ");
		r = arena_strndup(a, at, strcspn(at, " \n"));
		answer_store(a, key, r);
	}
	str_free(&text);
	return r;
}

static const char *why_not(const struct place *self, struct arena *a, const struct place_options *o,
			   enum width w, enum isa isa, const char **engine)
{
	const char *name = program_of(w), *v;

	(void)self;
	(void)o;
	if (without(WITHOUT_QEMU_USER))
		return without(WITHOUT_QEMU_USER);
	if (!program_path(a, name))
		return arena_printf(a, "%s is not installed: apt-get install qemu-user", name);
	v = version(a, name);
	if (!v)
		return arena_printf(a, "`%s --version' does not look like QEMU", name);
	/* Instructions of the kernel's code, VMREAD among them, are emulated behind a fault. */
	if (isa == ISA_INTEGER && w == W32)
		return arena_printf(
			a,
			"%s %s: it loses x87 state at signals, with which instructions of "
			"32-bit kernel code are emulated: use place vmx",
			name, v);
	if (isa >= ISA_AVX512F)
		return arena_printf(a, "%s %s: it does not emulate AVX-512", name, v);
	if (isa >= ISA_AVX && strtoul(v, NULL, 10) < 8 && strncmp(v, "7.2", 3) != 0)
		return arena_printf(a, "%s %s: it does not emulate AVX", name, v);
	if (!supervises())
		return "this kernel does not let a process supervise another's system calls "
		       "(seccomp_unotify), which confines code under test";
	*engine = arena_printf(a, "%s %s", name, v);
	return NULL;
}

static void run(const struct place *self, struct arena *a, const struct payload *p,
		const struct place_options *o, struct place_run *out)
{
	struct supervised *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct process how = { .program = program_path(a, program_of(p->width)),
				     .options = { "-cpu", "max" },
				     .confine = confine,
				     .wait = wait_for,
				     .closure = s };

	(void)self;
	(void)o;
	if (s == MAP_FAILED)
		die("cannot make shared memory for a process: %s", strerror(errno));
	process_run(a, p, &how, out);
	munmap(s, sizeof(*s));
}

static const char *const engines[] = { "qemu-user", NULL };

const struct place qemu_user_place = { .name = "qemu-user",
				       .title = "a process under QEMU's user-mode emulation",
				       .engines = engines,
				       .widths = { true, true },
				       .why_not = why_not,
				       .run = run };
