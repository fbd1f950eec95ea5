/* SPDX-License-Identifier: MIT */
/* Starting a payload as a process, as often as it takes. This side bounds it: resource limits and a
 * watchdog; when code under test took the whole process down, the case under way is charged, and
 * the run goes on behind it. */
#include "place/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESULT_BYTES = 64 << 20, RESULT_FD = 3, CPU_S = 120, MAX_RESTARTS = 1000 };

/* How the child ends when it does not become the payload. */
enum { NO_PARENT = 124, NO_CONFINEMENT, NO_RESULTS, NO_PROGRAM };
static const char *const failures[] = { "clobber ended", "it cannot be confined",
					"no descriptor for its results", "it cannot be executed" };

/* In the child: nothing but results, no core, little time. */
static void child(const struct process *how, int fd, char *const argv[], pid_t parent)
{
	struct rlimit none = { 0, 0 }, cpu = { CPU_S, CPU_S };
	char *const env[] = { NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before it could be watched */
		_exit(NO_PARENT);
	if (fd != RESULT_FD && dup2(fd, RESULT_FD) < 0)
		_exit(NO_RESULTS);
	/* dup2 onto itself would keep close-on-exec. */
	if (fd == RESULT_FD && dup2(dup(fd), RESULT_FD) < 0)
		_exit(NO_RESULTS);
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &none);
	setrlimit(RLIMIT_CPU, &cpu);
	for (int i = 0; i < 3; i++)
		close(i);
	if (how->confine && !how->confine(how->closure))
		_exit(NO_CONFINEMENT);
	execve(argv[0], argv, env);
	_exit(NO_PROGRAM);
}

void progress_start(struct progress *g, const volatile struct cl_header *h)
{
	clock_gettime(CLOCK_MONOTONIC, &g->since);
	g->executed = h->executed;
	g->current = h->current;
}

long progress_idle(struct progress *g, const volatile struct cl_header *h)
{
	struct timespec now;

	if (h->executed != g->executed || h->current != g->current)
		progress_start(g, h);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - g->since.tv_sec;
}

/* Was it the end of its time? */
static bool was_late(int status)
{
	return status == -1 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
}

static const char *run_from(struct arena *a, const struct payload *p, const struct process *how,
			    uint32_t first, int fd, struct cl_header *h, struct place_run *out,
			    uint32_t *next)
{
	char args[3][24];
	char *argv[ARRAY_SIZE(how->options) + 6] = { NULL };
	size_t n = 0;
	int status;
	pid_t pid, parent = getpid();

	snprintf(args[0], sizeof(args[0]), "%u", first);
	snprintf(args[1], sizeof(args[1]), "%u", p->directions);
	snprintf(args[2], sizeof(args[2]), "%llu", (unsigned long long)p->seed);
	if (how->program)
		argv[n++] = (char *)how->program;
	for (size_t i = 0; i < ARRAY_SIZE(how->options) && how->options[i]; i++)
		argv[n++] = (char *)how->options[i];
	argv[n++] = (char *)p->path;
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		argv[n++] = args[i];
	memset(h, 0, sizeof(*h));
	h->capacity = RESULT_BYTES - sizeof(*h);
	h->current = CL_NO_CASE;
	pid = fork();
	if (pid < 0) {
		out->unstarted = arena_printf(a, "cannot start a process: %s", strerror(errno));
		return out->unstarted;
	}
	if (pid == 0)
		child(how, fd, argv, parent);
	status = how->wait(how->closure, pid, h);
	records_read(a, h, RESULT_BYTES, out);
	if (h->finished) {
		*next = 2 * (uint32_t)p->ncases;
		return h->full ? "results did not fit into memory" : NULL;
	}
	if (h->magic != CL_MAGIC && WIFEXITED(status) && WEXITSTATUS(status) >= NO_PARENT) {
		out->unstarted = arena_printf(a, "the payload could not be started: %s",
					      failures[WEXITSTATUS(status) - NO_PARENT]);
		return out->unstarted;
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

void process_run(struct arena *a, const struct payload *p, const struct process *how,
		 struct place_run *out)
{
	struct cl_header *h;
	uint32_t first = 0;
	int fd;

	*out = (struct place_run){ .n = p->ncases, .nargs = p->nargs };
	out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	fd = memfd_create("clobber-results", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, RESULT_BYTES) < 0)
		die("cannot make shared memory for results: %s", strerror(errno));
	h = mmap(NULL, RESULT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (h == MAP_FAILED)
		die("cannot map shared memory for results: %s", strerror(errno));
	while (first < 2 * p->ncases && !out->broken && out->restarts < MAX_RESTARTS) {
		out->broken = run_from(a, p, how, first, fd, h, out, &first);
		if (first < 2 * p->ncases)
			out->restarts++;
	}
	if (out->unstarted)
		place_run_unstarted(out, out->unstarted);
	munmap(h, RESULT_BYTES);
	close(fd);
}
