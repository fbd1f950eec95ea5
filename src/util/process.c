/* SPDX-License-Identifier: MIT */
/* Run a program to its end or to a deadline, and collect what it prints.
 *
 * The child leads a process group of its own, so that the kill at the deadline reaches the compiler
 * proper behind a driver or a wrapper script. Because the terminal's Ctrl-C no longer reaches that
 * group, the child asks for SIGTERM when clobber dies. */
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	OUTPUT_LIMIT = 64 << 20, /* a program that prints for ever must not exhaust memory */
	BUFFERS = 16,            /* of 64 KiB in one look: as much as a pipe can hold */
	LONGEST_NAP_MS = 20
};

struct child {
	pid_t pid;
	int fd; /* what it prints, non-blocking */
};

/* The environment with LC_ALL=C, because diagnostics are searched for English words. */
static char **child_environment(void)
{
	static char locale[] = "LC_ALL=C";
	size_t n = 0, kept = 0;
	char **env;

	while (environ[n])
		n++;
	env = calloc(n + 2, sizeof(*env));
	if (!env)
		die("out of memory");
	for (size_t i = 0; i < n; i++) {
		if (strncmp(environ[i], "LC_ALL=", 7))
			env[kept++] = environ[i];
	}
	env[kept] = locale;
	return env;
}

/* Between fork and exec: only what is safe there. A failure is reported as an errno. */
static _Noreturn void become(const char *const argv[], char **env, int out, int report,
			     pid_t parent)
{
	char *const *args = (char *const *)argv;
	sigset_t none;
	int in, failure;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it died before it could be watched */
		_exit(127);
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0) {
		/* A path is executed as it is: only the search falls back to /bin/sh. */
		if (strchr(argv[0], '/'))
			execve(argv[0], args, env);
		else
			execvpe(argv[0], args, env);
	}
	failure = errno;
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
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

static int start(const char *const argv[], struct child *c)
{
	int out[2], report[2], failure = 0, status;
	pid_t parent = getpid();
	char **env;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(report, O_CLOEXEC) < 0) {
		failure = errno;
		close(out[0]);
		close(out[1]);
		errno = failure;
		return -1;
	}
	env = child_environment();
	c->fd = out[0];
	c->pid = fork();
	if (c->pid == 0)
		become(argv, env, out[1], report[1], parent);
	if (c->pid < 0)
		failure = errno;
	free(env);
	close(out[1]);
	close(report[1]);
	if (c->pid > 0) {
		failure = read_failure(report[0]);
		if (failure)
			wait_for(c->pid, &status, 0);
	}
	close(report[0]);
	if (!failure && fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
		failure = errno;
	if (failure)
		close(c->fd);
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

/* Kill the whole group. Its leader is not reaped yet, so its number cannot be another's. */
static void kill_group(pid_t pid)
{
	if (kill(-pid, SIGKILL) < 0)
		kill(pid, SIGKILL);
}

int run_program(const char *const argv[], unsigned seconds, struct str *output)
{
	long long deadline = now_ms() + seconds * 1000ll;
	bool open = true, timed_out = false;
	int nap = 1, status = 0;
	struct child c;
	pid_t ended;

	if (start(argv, &c) < 0)
		return -1;
	/* The end of the output is not the end of the program, nor the reverse: a program may close
	 * its output early, or leave a helper behind that keeps it open. Look at both. */
	while (!(ended = wait_for(c.pid, &status, WNOHANG))) {
		struct pollfd p = { .fd = open ? c.fd : -1, .events = POLLIN };
		long long left = deadline - now_ms();

		if (left <= 0) {
			kill_group(c.pid);
			ended = wait_for(c.pid, &status, 0);
			timed_out = true;
			break;
		}
		if (poll(&p, 1, left < nap ? (int)left : nap) > 0) {
			open = drain(c.fd, output);
			nap = 1;
		} else if (nap < LONGEST_NAP_MS) {
			nap++;
		}
	}
	if (ended < 0) {
		int failure = errno;

		kill_group(c.pid);
		close(c.fd);
		errno = failure;
		return -1;
	}
	if (open)
		drain(c.fd, output);
	close(c.fd);
	if (output && output->len >= OUTPUT_LIMIT)
		str_addf(output, "\noutput cut after %d MiB\n", OUTPUT_LIMIT >> 20);
	if (timed_out && output)
		str_addf(output, "%stimed out after %u s\n",
			 output->len && output->s[output->len - 1] != '\n' ? "\n" : "", seconds);
	return status;
}
