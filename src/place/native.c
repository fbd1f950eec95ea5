/* SPDX-License-Identifier: MIT */
/* Place `native`: the payload as an ordinary process. It is confined from outside, confines itself
 * further (seccomp) before code under test runs, and charges traps to their case. */
#include "place/confine.h"
#include "place/process.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A payload that is to be traced (p->trace) asks for it. */
static bool confine(void *closure)
{
	const struct payload *p = closure;

	return (!p->trace || ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0) && confine_payload();
}

/* Ends the child when no case came to its end in a while: code under test may have broken the
 * runtime's own clock. */
static int wait_for(void *closure, pid_t pid, const volatile struct cl_header *h)
{
	const struct payload *p = closure;
	struct timespec nap = { 0, 100000 };
	struct progress g;
	int status;

	if (p->trace)
		return p->trace(p->closure, pid, h);
	progress_start(&g, pid, h);
	for (;;) {
		pid_t r = waitpid(pid, &status, WNOHANG);

		if (r == pid)
			return status;
		if (r < 0 && errno != EINTR)
			return -1;
		if (progress_stuck(&g, pid, h)) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			/* Code that may make no system call cannot wait: others stopped it. */
			return g.waited > PROCESS_STUCK_WALL_S ? status : -1;
		}
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 20000000)
			nap.tv_nsec *= 2;
	}
}

void native_run(struct arena *a, const struct payload *p, struct place_run *out)
{
	const struct process how = {
		.confine = confine, .wait = wait_for, .closure = (void *)p, .together = true
	};
	const char *why = native_why_not(p->width, p->isa);

	*out = (struct place_run){ .n = p->ncases, .why_not = why };
	if (why)
		out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	else
		process_run(a, p, &how, out);
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
