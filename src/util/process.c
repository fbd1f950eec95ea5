/* SPDX-License-Identifier: MIT */
/* Run a program to its end or to a deadline, and collect what it prints.
 *
 * Between us and the program stands a guard, a process that does nothing but wait. The kernel
 * signals it when we die, however we die, and inherits whatever the program leaves behind
 * (prctl(2), PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER); so it can end compilers behind drivers,
 * wrapper scripts, timeout(1) and ninja, which a signal to one process or one group would miss. */
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	OUTPUT_LIMIT = 64 << 20, /* a program that prints for ever must not exhaust memory */
	BUFFERS = 16,            /* of 64 KiB in one look: as much as a pipe can hold */
	LONGEST_NAP_MS = 20,
	TRIES = 8,       /* of what others end */
	GENERATIONS = 4, /* of processes whose time counts */
	GUARD_FD = 0     /* where the guard writes the program's wait status */
};

const char *signal_of_others(int number, const char **name)
{
	/* Named as in strsignal(3), whatever the locale. */
	static const struct {
		int number;
		const char *name, *what;
	} signals[] = {
		{ SIGKILL, "Killed", "killed (signal 9), as by a kernel out of memory" },
		{ SIGTERM, "Terminated", "ended by SIGTERM" },
		{ SIGHUP, "Hangup", "ended by SIGHUP" },
		{ SIGINT, "Interrupt", "ended by SIGINT" },
		{ SIGQUIT, "Quit", "ended by SIGQUIT" },
		{ SIGALRM, "Alarm clock", "ended by SIGALRM" },
		{ SIGPIPE, "Broken pipe", "ended by SIGPIPE" },
		{ SIGUSR1, "User defined signal 1", "ended by SIGUSR1" },
		{ SIGUSR2, "User defined signal 2", "ended by SIGUSR2" },
		{ SIGXCPU, "CPU time limit exceeded", "ended by a limit of processor time" },
		{ SIGXFSZ, "File size limit exceeded", "ended by a limit of file size" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (signals[i].number != number)
			continue;
		if (name)
			*name = signals[i].name;
		return signals[i].what;
	}
	return NULL;
}

bool ended_by_others(int status)
{
	return status != -1 && WIFSIGNALED(status) && signal_of_others(WTERMSIG(status), NULL);
}

struct child {
	pid_t guard;
	int fd;    /* what the program prints, non-blocking */
	int ended; /* its wait status, from the guard */
};

/* Is it among `variables` (may be NULL), under whatever value? */
static bool is_set_anew(const char *const *variables, const char *entry)
{
	for (; variables && *variables; variables++) {
		if (!strncmp(*variables, entry, strcspn(*variables, "=") + 1))
			return true;
	}
	return !strncmp(entry, "LC_ALL=", 7);
}

/* The environment with `variables` (NULL-ended; may be NULL), and with LC_ALL=C, because
 * diagnostics are searched for English words. */
static const char **child_environment(const char *const *variables)
{
	size_t n = 0, added = 1, kept = 0;
	const char **env;

	while (environ[n])
		n++;
	while (variables && variables[added - 1])
		added++;
	env = calloc(n + added + 1, sizeof(*env));
	if (!env)
		die("out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!is_set_anew(variables, environ[i]))
			env[kept++] = environ[i];
	}
	env[kept++] = "LC_ALL=C";
	for (; variables && *variables; variables++)
		env[kept++] = *variables;
	return env;
}

/* Between fork and exec: only what is safe there. A failure is reported as an errno. */
static _Noreturn void become(const char *const argv[], const char *dir, const char **env, int out,
			     int report, pid_t group, pid_t parent)
{
	char *const *args = (char *const *)argv;
	sigset_t none;
	int in, failure;

	setpgid(0, group);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before it could be watched */
		_exit(127);
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if ((!dir || chdir(dir) == 0) && in >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 &&
	    dup2(out, 2) >= 0) {
		/* A path is executed as it is: only the search falls back to /bin/sh. */
		if (strchr(argv[0], '/'))
			execve(argv[0], args, (char **)env);
		else
			execvpe(argv[0], args, (char **)env);
	}
	failure = errno;
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

/* The guard: as it may be a copy of a process with threads, it does only what is safe in a signal
 * handler. Its children are the program and, when their parents die, all that it started. */

static volatile sig_atomic_t ending; /* of the guard: kill everything */

static void kill_children(void)
{
	char text[4096];
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	pid_t pid = 0;

	/* "12 345 ", or nothing where the kernel does not say. */
	for (ssize_t i = 0; i < n; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			pid = pid * 10 + (text[i] - '0');
			continue;
		}
		if (pid)
			kill(pid, SIGKILL);
		pid = 0;
	}
	if (fd >= 0)
		close(fd);
}

static void end_all(int number)
{
	(void)number;
	ending = 1;
	kill_children();
}

static void close_from(int first)
{
	if (syscall(SYS_close_range, first, ~0u, 0) == 0)
		return;
	for (int fd = first; fd < 1024; fd++)
		close(fd);
}

static _Noreturn void guard(const char *const argv[], const char *dir, const char **env, int out,
			    int report, int ended, pid_t group, pid_t parent)
{
	struct sigaction act = { .sa_handler = end_all };
	pid_t program, one, self = getpid();
	int status;

	/* What is sent to a group is not for it: it must be there when the others are gone. */
	setpgid(0, 0);
	sigaction(SIGTERM, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&act.sa_mask);
	sigprocmask(SIG_SETMASK, &act.sa_mask, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	program = vfork(); /* what clobber has in memory is not copied twice */
	if (program == 0)
		become(argv, dir, env, out, report, group, self);
	if (dup2(ended, GUARD_FD) < 0 || program < 0)
		_exit(127);
	close_from(GUARD_FD + 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		end_all(0);
	for (;;) {
		one = waitpid(-1, &status, 0);
		if (one < 0 && errno == ECHILD)
			_exit(0);
		if (ending)
			kill_children();
		if (one != program)
			continue;
		/* Perhaps nobody is left to read it: then end everything else, too. */
		if (write(GUARD_FD, &status, sizeof(status)) < 0)
			end_all(0);
		/* What it left running on purpose may go on: the server of a compiler cache. */
		if (!ending)
			_exit(0);
	}
}

/* The errno with which the child could not become the program; 0 once it has. */
static int read_failure(int report)
{
	int failure = 0;
	ssize_t n;

	do
		n = read(report, &failure, sizeof(failure));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(failure) ? failure : 0;
}

static pid_t wait_for(pid_t pid, int *status, int options)
{
	pid_t r;

	do
		r = waitpid(pid, status, options);
	while (r < 0 && errno == EINTR);
	return r;
}

static void close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static int start(const char *const argv[], const char *dir, const char *const *variables,
		 bool own_group, struct child *c)
{
	int out[2], report[2], ended[2], failure = 0, status;
	pid_t parent = getpid(), group = own_group ? 0 : getpgrp();
	const char **env;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(report, O_CLOEXEC) < 0 || pipe2(ended, O_CLOEXEC) < 0) {
		failure = errno;
		close_both(out);
		errno = failure;
		return -1;
	}
	env = child_environment(variables);
	*c = (struct child){ .fd = out[0], .ended = ended[0] };
	c->guard = fork();
	if (c->guard == 0)
		guard(argv, dir, env, out[1], report[1], ended[1], group, parent);
	if (c->guard < 0)
		failure = errno;
	free(env);
	close(out[1]);
	close(report[1]);
	close(ended[1]);
	if (c->guard > 0) {
		failure = read_failure(report[0]);
		if (failure)
			wait_for(c->guard, &status, 0);
	}
	close(report[0]);
	if (!failure && fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
		failure = errno;
	if (failure) {
		close(c->fd);
		close(c->ended);
	}
	errno = failure;
	return failure ? -1 : 0;
}

/* Take what is in the pipe. False once every writer has closed it. Bounded, so that a program which
 * prints faster than it is read cannot outrun its deadline. */
static bool drain(int fd, struct str *output)
{
	char buf[65536];

	for (int i = 0; i < BUFFERS; i++) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n == 0)
			return false;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (output && output->len < OUTPUT_LIMIT)
			str_addn(output, buf, (size_t)n);
	}
	return true;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* The program's wait status, which the guard hands on before it ends. */
static int end_of(struct child *c, int status)
{
	int of_program;
	ssize_t n = read(c->ended, &of_program, sizeof(of_program));

	close(c->fd);
	close(c->ended);
	return n == (ssize_t)sizeof(of_program) ? of_program : status;
}

/* Who looks while a program runs. */
struct watcher {
	void (*take)(void *closure, struct str *output); /* NULL, or takes what it printed */
	bool (*go_on)(void *closure, double spent);      /* NULL, or says no to end it */
	void *closure;
};

/* Processor time of a process' children and of theirs, in seconds, so that a wrapper around the
 * program counts, too; 0 if unknown. */
static double spent_below(pid_t parent, int generations)
{
	char path[64], text[256] = "", *at = text, *end;
	double sum = 0;
	struct timespec t;
	clockid_t clock;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	for (pid_t pid; n > 0 && (pid = (pid_t)strtol(at, &end, 10)) > 0; at = end) {
		if (!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &t))
			sum += (double)t.tv_sec + (double)t.tv_nsec / 1e9;
		if (generations > 1)
			sum += spent_below(pid, generations - 1);
	}
	return sum;
}

/* Processor time as a watcher counts it. Between two looks there are some hundredths of a second,
 * and a machine of many processors may be given more: but the time in which a virtual machine stood
 * still is charged, by its kernel, to what ran in it then. */
struct meter {
	double last,
		counted; /* what the processes had, at the last look; what is counted of that */
};

static const double MOST_BETWEEN_LOOKS = 0.25;

static double count(struct meter *m, double spent)
{
	double more = spent - m->last; /* less than nothing: one of the processes has ended */

	if (more > 0)
		m->counted += more < MOST_BETWEEN_LOOKS ? more : MOST_BETWEEN_LOOKS;
	m->last = spent;
	return m->counted;
}

/* Wait for the program, with `w` looking at it. The wait status, or -1 with errno. */
static int watch(struct child *c, long long deadline, struct str *output, const struct watcher *w,
		 bool *timed_out)
{
	struct meter m = { 0 };
	bool open = true;
	int nap = 1, status = 0;
	pid_t ended;

	*timed_out = false;
	/* The end of the output is not the end of the program, nor the reverse: a program may close
	 * its output early, or leave a helper behind that keeps it open. Look at both. */
	while (!(ended = wait_for(c->guard, &status, WNOHANG))) {
		struct pollfd p = { .fd = open ? c->fd : -1, .events = POLLIN };
		long long left = deadline - now_ms();

		*timed_out = left <= 0;
		if (*timed_out ||
		    (w->go_on &&
		     !w->go_on(w->closure, count(&m, spent_below(c->guard, GENERATIONS))))) {
			kill(c->guard, SIGTERM);
			ended = wait_for(c->guard, &status, 0);
			break;
		}
		if (poll(&p, 1, left < nap ? (int)left : nap) > 0) {
			open = drain(c->fd, output);
			nap = 1;
		} else if (nap < LONGEST_NAP_MS) {
			nap++;
		}
		if (w->take)
			w->take(w->closure, output);
	}
	if (ended < 0) {
		int failure = errno;

		kill(c->guard, SIGTERM);
		close(c->fd);
		close(c->ended);
		errno = failure;
		return -1;
	}
	if (open)
		drain(c->fd, output);
	return end_of(c, status);
}

int run_program_watched(const char *dir, const char *variable, const char *const argv[],
			unsigned seconds, bool (*go_on)(void *closure, double spent), void *closure,
			struct str *output)
{
	const struct watcher w = { .go_on = go_on, .closure = closure };
	long long deadline = now_ms() + seconds * 1000ll;
	struct child c;
	bool timed_out;
	int status;

	if (start(argv, dir, variable ? (const char *const[]){ variable, NULL } : NULL, true, &c) <
	    0)
		return -1;
	status = watch(&c, deadline, output, &w, &timed_out);
	if (output && output->len >= OUTPUT_LIMIT)
		str_addf(output, "\noutput cut after %d MiB\n", OUTPUT_LIMIT >> 20);
	if (timed_out && output)
		str_addf(output, "%stimed out after %u s\n",
			 output->len && output->s[output->len - 1] != '\n' ? "\n" : "", seconds);
	return status;
}

int run_program(const char *const argv[], unsigned seconds, struct str *output)
{
	return run_program_watched(NULL, NULL, argv, seconds, NULL, NULL, output);
}

int run_program_again(const char *const argv[], unsigned seconds, struct str *output)
{
	int status = 0;

	for (int tries = 0; tries < TRIES; tries++) {
		if (output)
			str_free(output);
		status = run_program(argv, seconds, output);
		if (!ended_by_others(status))
			break;
	}
	return status;
}

struct lines {
	void (*line)(void *closure, const char *line);
	void *closure;
};

/* Hand on whole lines; what is left stays for the next time. */
static void take_lines(void *closure, struct str *text)
{
	const struct lines *l = closure;
	char *at = text->s, *end;

	while (at && (end = memchr(at, '\n', text->len - (size_t)(at - text->s)))) {
		*end = 0;
		l->line(l->closure, at);
		at = end + 1;
	}
	if (at) {
		text->len -= (size_t)(at - text->s);
		memmove(text->s, at, text->len + 1);
	}
}

int run_program_lines(const char *const argv[], const char *const variables[],
		      void (*line)(void *closure, const char *line), void *closure)
{
	struct lines l = { line, closure };
	const struct watcher w = { .take = take_lines, .closure = &l };
	struct str text = { 0 };
	struct child c;
	bool timed_out;
	int status;

	if (start(argv, NULL, variables, false, &c) < 0)
		return -1;
	status = watch(&c, INT64_MAX, &text, &w, &timed_out);
	take_lines(&l, &text);
	if (text.len)
		line(closure, text.s);
	str_free(&text);
	return status;
}
