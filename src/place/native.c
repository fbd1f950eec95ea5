/* SPDX-License-Identifier: MIT */
/* Place `native`: the payload as an ordinary process. It confines itself (seccomp) and charges
 * traps to their case; this side bounds it (resource limits, a watchdog) and, when code under test
 * took the whole process down, charges the case under way and goes on behind it. */
#include "place/place.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESULT_BYTES = 64 << 20, RESULT_FD = 3, CPU_S = 120, STUCK_S = 15, MAX_RESTARTS = 1000 };

/* In the child: nothing but results, no core, little memory and time. */
static void child(const char *path, int fd, char *const argv[], bool traced)
{
	struct rlimit none = { 0, 0 }, cpu = { CPU_S, CPU_S };
	char *const env[] = { NULL };

	if (fd != RESULT_FD && dup2(fd, RESULT_FD) < 0)
		_exit(126);
	/* dup2 onto itself would keep close-on-exec. */
	if (fd == RESULT_FD && dup2(dup(fd), RESULT_FD) < 0)
		_exit(126);
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &none);
	setrlimit(RLIMIT_CPU, &cpu);
	for (int i = 0; i < 3; i++)
		close(i);
	if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(125);
	execve(path, argv, env);
	_exit(127);
}

/* Wait for the child; its wait status, or -1 when it had to be ended: when no case came to its end
 * in STUCK_S seconds of wall clock (code under test may have broken the runtime's own clock). */
static int wait_for(pid_t pid, const volatile struct cl_header *h)
{
	struct timespec nap = { 0, 1000000 }, since, now;
	uint32_t executed = h->executed, current = h->current;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &since);
	for (;;) {
		pid_t r = waitpid(pid, &status, WNOHANG);

		if (r == pid)
			return status;
		if (r < 0 && errno != EINTR)
			return -1;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (h->executed != executed || h->current != current) {
			executed = h->executed;
			current = h->current;
			since = now;
		}
		if (now.tv_sec - since.tv_sec > STUCK_S) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 20000000)
			nap.tv_nsec *= 2;
	}
}

/* Was it the end of its time? */
static bool was_late(int status)
{
	return status == -1 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
}

static const char *run_from(struct arena *a, const struct payload *p, uint32_t first, int fd,
			    struct cl_header *h, struct place_run *out, uint32_t *next)
{
	char args[3][24];
	char *argv[] = { (char *)p->path, args[0], args[1], args[2], NULL };
	int status;
	pid_t pid;

	snprintf(args[0], sizeof(args[0]), "%u", first);
	snprintf(args[1], sizeof(args[1]), "%u", p->directions);
	snprintf(args[2], sizeof(args[2]), "%llu", (unsigned long long)p->seed);
	memset(h, 0, sizeof(*h));
	h->capacity = RESULT_BYTES - sizeof(*h);
	h->current = CL_NO_CASE;
	pid = fork();
	if (pid < 0)
		return arena_printf(a, "cannot start a process: %s", strerror(errno));
	if (pid == 0)
		child(p->path, fd, argv, p->trace);
	status = p->trace ? p->trace(p->closure, pid, h) : wait_for(pid, h);
	records_read(a, h, RESULT_BYTES, out);
	if (h->finished) {
		*next = 2 * (uint32_t)p->ncases;
		return h->full ? "results did not fit into memory" : NULL;
	}
	if (h->magic != CL_MAGIC)
		return arena_printf(a, "the payload did not start (wait status 0x%x)",
				    (unsigned)status);
	if (h->current == CL_NO_CASE || h->current >= 2 * p->ncases || h->current < first)
		return "the payload lost track of its cases";
	outcome_charge(a, out, h->current, was_late(status));
	*next = h->current + 1;
	return NULL;
}

void native_run(struct arena *a, const struct payload *p, struct place_run *out)
{
	struct cl_header *h;
	uint32_t first = 0;
	int fd;

	*out = (struct place_run){ .n = p->ncases };
	out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	out->why_not = native_why_not(p->width, p->isa);
	if (out->why_not)
		return;
	fd = memfd_create("clobber-results", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, RESULT_BYTES) < 0)
		die("cannot make shared memory for results: %s", strerror(errno));
	h = mmap(NULL, RESULT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (h == MAP_FAILED)
		die("cannot map shared memory for results: %s", strerror(errno));
	while (first < 2 * p->ncases && !out->broken && out->restarts < MAX_RESTARTS) {
		out->broken = run_from(a, p, first, fd, h, out, &first);
		if (first < 2 * p->ncases)
			out->restarts++;
	}
	munmap(h, RESULT_BYTES);
	close(fd);
}

static const char *why_not(const struct place *self, struct arena *a, const struct place_options *o,
			   enum width w, enum isa isa, const char **engine)
{
	(void)self;
	(void)a;
	(void)o;
	*engine = "process";
	return native_why_not(w, isa);
}

static void run(const struct place *self, struct arena *a, const struct payload *p,
		const struct place_options *o, struct place_run *out)
{
	(void)self;
	(void)o;
	native_run(a, p, out);
}

static const char *const engines[] = { "process", NULL };

const struct place native_place = { .name = "native",
				    .title = "an ordinary process, confined",
				    .engines = engines,
				    .widths = { true, true },
				    .why_not = why_not,
				    .run = run };
