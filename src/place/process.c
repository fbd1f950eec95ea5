/* SPDX-License-Identifier: MIT */
/* Starting a payload as a process, as often as it takes. This side bounds it: resource limits and a
 * watchdog; when code under test took the whole process down, the case under way is charged, and
 * the run goes on behind it. */
#include "place/process.h"

#include "place/image.h"
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESULT_BYTES = 64 << 20, RESULT_FD = 3, CPU_S = 120, MAX_RESTARTS = 1000, MAX_KILLS = 8 };

/* How the child ends when it does not become the payload. */
enum { NO_PARENT = 124, NO_CONFINEMENT, NO_RESULTS, NO_PROGRAM };
static const char *const failures[] = {
	"clobber ended",
	"it cannot be confined (CLOBBER_UNCONFINED=1 runs it all the same)",
	"no descriptor for its results",
	"it cannot be executed",
};

/* In the child: nothing but results, no core, little time. */
static void child(const struct process *how, int fd, char *const argv[], pid_t parent)
{
	/* At the hard limit the kernel kills like anybody else. */
	struct rlimit none = { 0, 0 }, cpu = { CPU_S, CPU_S + 10 };
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

static time_t seconds(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	clock_gettime(clock, &t);
	return t.tv_sec;
}

void progress_start(struct progress *g, pid_t pid, const volatile struct cl_header *h)
{
	if (clock_getcpuclockid(pid, &g->clock))
		g->clock = CLOCK_MONOTONIC;
	g->since = seconds(CLOCK_MONOTONIC);
	g->waited = 0;
	g->used = seconds(g->clock);
	g->executed = h->executed;
	g->current = h->current;
}

bool progress_stuck(struct progress *g, pid_t pid, const volatile struct cl_header *h)
{
	time_t now = seconds(CLOCK_MONOTONIC);

	if (h->executed != g->executed || h->current != g->current)
		progress_start(g, pid, h);
	/* Between two looks this side may have been stopped: that is not the other's time. */
	g->waited += now - g->since < 1 ? now - g->since : 1;
	g->since = now;
	return seconds(g->clock) - g->used > PROCESS_STUCK_S || g->waited > PROCESS_STUCK_WALL_S;
}

/* Was it the end of its time? Others can send the signal of that, too, but sooner: one thread uses
 * no more than passes. */
static bool was_late(int status, time_t passed)
{
	return status == -1 ||
	       (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU && passed >= CPU_S - 1);
}

/* One payload, started as often as it takes. */
struct series {
	struct arena *a;
	const struct payload *p;
	const struct process *how;
	struct place_run *out;
	struct cl_header *h; /* memory that it writes its records to */
	int fd;              /* of that memory */
	uint32_t first, end; /* positions of this start */
	unsigned kills;      /* by others, so far */
	uint64_t key;
};

/* Start it; its process, or -1. */
static pid_t start(struct series *s)
{
	char args[5][24];
	char *argv[1 + ARRAY_SIZE(s->how->options) + 1 + ARRAY_SIZE(args) + 1] = { NULL };
	pid_t pid, parent = getpid();
	size_t n = 0;

	s->key = random_key();
	snprintf(args[0], sizeof(args[0]), "%u", s->first);
	snprintf(args[1], sizeof(args[1]), "%d", s->p->apart);
	snprintf(args[2], sizeof(args[2]), "%u", s->p->directions);
	snprintf(args[3], sizeof(args[3]), "%llu", (unsigned long long)s->p->seed);
	snprintf(args[4], sizeof(args[4]), "%llu", (unsigned long long)s->key);
	if (s->how->program)
		argv[n++] = (char *)s->how->program;
	for (size_t i = 0; i < ARRAY_SIZE(s->how->options) && s->how->options[i]; i++)
		argv[n++] = (char *)s->how->options[i];
	argv[n++] = (char *)s->p->path;
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		argv[n++] = args[i];
	memset(s->h, 0, sizeof(*s->h));
	s->h->capacity = RESULT_BYTES - sizeof(*s->h);
	s->h->current = CL_NO_CASE;
	lseek(s->fd, 0, SEEK_SET);
	pid = fork();
	if (pid == 0)
		child(s->how, s->fd, argv, parent);
	return pid;
}

/* Did it come to where code under test runs? From there on it cannot move the descriptor. */
static bool started(const struct series *s)
{
	return lseek(s->fd, 0, SEEK_CUR) == CL_STARTED;
}

static const char *not_started(struct series *s, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) < NO_PARENT)
		return arena_printf(s->a, "the payload did not start (wait status 0x%x)",
				    (unsigned)status);
	s->out->unstarted = arena_printf(s->a, "the payload could not be started: %s",
					 failures[WEXITSTATUS(status) - NO_PARENT]);
	return s->out->unstarted;
}

/* Code under test sends no signals (seccomp), and the runtime takes those of its faults: so the
 * process was ended by others, and the case under way runs once more. */
static const char *start_again(struct series *s, uint32_t current)
{
	if (++s->kills > MAX_KILLS) {
		s->out->unstarted =
			"the payload was killed by others, or got no processor time, again and again";
		return s->out->unstarted;
	}
	if (!s->p->apart && current > s->first && current < s->end)
		s->first = current;
	return NULL;
}

/* Run from s->first on; afterwards s->first is where the next start goes on. NULL, or why starting
 * again is impossible. */
static const char *run_once(struct series *s)
{
	const struct payload *p = s->p;
	uint32_t first = s->first, current;
	time_t start_s = seconds(CLOCK_MONOTONIC);
	bool late;
	int status;
	pid_t pid;

	s->end = p->apart ? (first / 2 + 1) * 2 : 2 * (uint32_t)p->ncases;
	pid = start(s);
	if (pid < 0) {
		s->out->unstarted =
			arena_printf(s->a, "cannot start a process: %s", strerror(errno));
		return s->out->unstarted;
	}
	status = s->how->wait(s->how->closure, pid, s->h);
	late = was_late(status, seconds(CLOCK_MONOTONIC) - start_s);
	/* Before it catches them, any signal of others may end it. */
	if (!started(s) && status != -1 && WIFSIGNALED(status) &&
	    (ended_by_others(status) || s->kills < MAX_KILLS))
		return start_again(s, first);
	if (!started(s))
		return not_started(s, status);
	records_read(s->a, &(struct record_source){ s->h, RESULT_BYTES, s->key, first, s->end },
		     s->out);
	if (ended_by_others(status) && !late)
		return start_again(s, s->h->current);
	s->first = s->end;
	if (s->h->finished && WIFEXITED(status)) {
		records_complete(s->a, p, first, s->end, s->out);
		return s->h->full ? "results did not fit into memory"
				  : image_ran_otherwise(s->a, p->path, s->h, CL_PROOF_PROCESS);
	}
	current = p->apart && (s->h->current < first || s->h->current >= s->end) ? first
										 : s->h->current;
	if (current < first || current >= s->end)
		return "the payload lost track of its cases";
	outcome_charge(s->a, s->out, current, late);
	s->out->restarts++;
	s->first = p->apart ? s->end : current + 1;
	return NULL;
}

static void open_results(struct series *s)
{
	s->fd = memfd_create("clobber-results", MFD_CLOEXEC);
	if (s->fd < 0 || ftruncate(s->fd, RESULT_BYTES) < 0)
		die("cannot make shared memory for results: %s", strerror(errno));
	s->h = mmap(NULL, RESULT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (s->h == MAP_FAILED)
		die("cannot map shared memory for results: %s", strerror(errno));
}

static void close_results(struct series *s)
{
	munmap(s->h, RESULT_BYTES);
	close(s->fd);
}

/* Several at a time -------------------------------------------------------------------------- */

enum { MOST_WORKERS = 16, WORTH_A_WORKER = 8 };

/* Runs cases that are apart, one after the other, as long as there are any left. */
struct worker {
	struct series s;
	struct place_run out; /* its outcomes are all workers' */
	atomic_size_t *next;
	pthread_t thread;
	bool started;
};

static void *work(void *closure)
{
	struct worker *w = closure;
	size_t i;

	while (!w->out.broken && w->out.restarts < MAX_RESTARTS &&
	       (i = atomic_fetch_add(w->next, 1)) < w->s.p->ncases) {
		w->s.first = (uint32_t)(2 * i);
		w->out.broken = run_once(&w->s);
	}
	return NULL;
}

/* Another one begins while others are under way: what it allocates is its own until then. */
static void run_together(struct arena *a, const struct payload *p, const struct process *how,
			 struct place_run *out, size_t n)
{
	struct worker *w = arena_alloc(a, n * sizeof(*w));
	atomic_size_t next = 0;

	for (size_t i = 0; i < n; i++) {
		w[i] = (struct worker){ .out = *out, .next = &next };
		w[i].s = (struct series){ .a = arena_new(), .p = p, .how = how, .out = &w[i].out };
		open_results(&w[i].s);
		w[i].started = i && !pthread_create(&w[i].thread, NULL, work, &w[i]);
	}
	work(&w[0]);
	for (size_t i = 0; i < n; i++) {
		if (w[i].started)
			pthread_join(w[i].thread, NULL);
		close_results(&w[i].s);
		arena_take(a, w[i].s.a);
		out->restarts += w[i].out.restarts;
		out->broken = out->broken ? out->broken : w[i].out.broken;
		out->unstarted = out->unstarted ? out->unstarted : w[i].out.unstarted;
	}
}

static size_t workers_for(const struct payload *p, const struct process *how)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = p->ncases / WORTH_A_WORKER;

	/* Whoever traces a process is the thread that started it. */
	if (!p->apart || !how->together || p->trace || processors < 2)
		return 1;
	n = n < (size_t)processors ? n : (size_t)processors;
	return n > MOST_WORKERS ? MOST_WORKERS : n;
}

void process_run(struct arena *a, const struct payload *p, const struct process *how,
		 struct place_run *out)
{
	struct series s = { .a = a, .p = p, .how = how, .out = out };
	size_t workers = workers_for(p, how);

	*out = (struct place_run){ .n = p->ncases, .nargs = p->nargs };
	out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	if (workers > 1) {
		run_together(a, p, how, out, workers);
	} else {
		open_results(&s);
		while (s.first < 2 * p->ncases && !out->broken && out->restarts < MAX_RESTARTS)
			out->broken = run_once(&s);
		close_results(&s);
	}
	if (out->unstarted)
		place_run_unstarted(out, out->unstarted);
}
