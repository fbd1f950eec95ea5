/* SPDX-License-Identifier: MIT */
/* own-time SECONDS LONGEST PROGRAM [ARGUMENT...]: runs a compiler, and ends it when its time is up.
 *
 * What counts is the time it takes by itself: that it and its descendants spend on a processor, and
 * that in which all of them sleep. While one of them waits for a processor or a disk, or was
 * stopped, the machine is slow, and not the compiler. timeout(1) cannot tell. A program that after
 * LONGEST seconds of the clock neither ended nor used up its time is ended as well; that is the
 * machine's fault.
 *
 * Exit status: the program's; 128 and the signal that ended it; 126 or 127 as of env(1) where it
 * cannot be executed; OWN_TIME_UP and OWN_TIME_STARVED, with a line on stderr (plan/own_time.h). */
#include "plan/own_time.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LOOK_MS = 100,    /* between two looks at the processes */
	KILL_MS = 5000,   /* of its own time, from SIGTERM to SIGKILL */
	GENERATIONS = 32, /* of processes that are looked at */
};

/* What is seen of the program and its descendants in one look. */
struct look {
	double spent; /* processor time, in seconds */
	bool known;   /* /proc could be read */
	bool awake;   /* a thread runs, or waits for a processor or a disk, or is stopped */
	int signal;   /* 0, or sent to each */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A file of /proc as text. False: it is not there, as the process has ended. */
static bool read_text(char *out, size_t room, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, room - 1);

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = 0;
	return n >= 0;
}

/* proc(5), /proc/PID/stat: state is the third field, behind the name in parentheses; utime, stime,
 * and those of children that were waited for are fields 14 to 17. */
static bool read_stat(const char *path, char *state, double *spent)
{
	char text[1024], *at;
	unsigned long own[2];
	long children[2];

	if (!read_text(text, sizeof(text), path))
		return false;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %ld %ld",
			  state, &own[0], &own[1], &children[0], &children[1]) != 5)
		return false;
	*spent = (double)(own[0] + own[1] + (unsigned long)(children[0] + children[1])) /
		 (double)sysconf(_SC_CLK_TCK);
	return true;
}

static void look_at(struct look *l, pid_t pid, int generations);

static void look_at_children(struct look *l, const char *path, int generations)
{
	char text[4096], *at = text, *end;

	if (!read_text(text, sizeof(text), path))
		return;
	for (long pid; (pid = strtol(at, &end, 10)) > 0; at = end)
		look_at(l, (pid_t)pid, generations);
}

static void look_at(struct look *l, pid_t pid, int generations)
{
	char path[128], state;
	double spent, of_thread;
	struct dirent *e;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (!read_stat(path, &state, &spent))
		return;
	l->spent += spent;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (e = readdir(tasks))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stat", (int)pid, e->d_name);
		if (read_stat(path, &state, &of_thread) && !strchr("SZX", state))
			l->awake = true;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children", (int)pid, e->d_name);
		if (generations)
			look_at_children(l, path, generations - 1);
	}
	if (tasks)
		closedir(tasks);
	/* After its children: those of a process that is gone are found as ours. */
	if (l->signal)
		kill(pid, l->signal);
}

/* All of them, and those that have ended and were waited for. `signal': 0, or sent to all. */
static struct look look(int signal)
{
	struct look l = { .signal = signal };
	struct rusage past;
	char path[64], text[8];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	l.known = read_text(text, sizeof(text), path);
	look_at_children(&l, path, GENERATIONS);
	getrusage(RUSAGE_CHILDREN, &past);
	l.spent += (double)(past.ru_utime.tv_sec + past.ru_stime.tv_sec) +
		   (double)(past.ru_utime.tv_usec + past.ru_stime.tv_usec) / 1e6;
	return l;
}

/* The time that the program took by itself, in seconds. */
struct own_time {
	double at;    /* of the last look */
	double spent; /* on a processor, as of that look */
	double sum;
};

static void count(struct own_time *t)
{
	struct look l = look(0);
	double at = now(), passed = at - t->at, used = l.spent - t->spent;

	/* We may have been kept from looking for longer than that. */
	if (passed > LOOK_MS / 1e3)
		passed = LOOK_MS / 1e3;
	if (used > 0)
		t->sum += used;
	else
		used = 0;
	if (l.known && !l.awake && passed > used)
		t->sum += passed - used;
	t->at = at;
	t->spent = l.spent;
}

/* More than once, as they may be starting others. */
static void kill_all(void)
{
	for (int i = 0; i < 10; i++)
		look(SIGKILL);
}

/* Has the program ended? Others that became ours are waited for, too. */
static bool has_ended(pid_t program, int *status)
{
	int s;
	pid_t pid;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
		if (pid != program)
			continue;
		*status = WIFSIGNALED(s) ? 128 + WTERMSIG(s) : WEXITSTATUS(s);
		return true;
	}
	return false;
}

/* Until the next look, or until something happens. A signal that asks to end is passed on to all,
 * and ends us the same way. */
static void wait_a_little(const sigset_t *wanted)
{
	const struct timespec nap = { 0, LOOK_MS * 1000000l };
	int number = sigtimedwait(wanted, NULL, &nap);
	sigset_t one;

	if (number <= 0 || number == SIGCHLD)
		return;
	kill_all();
	prctl(PR_SET_DUMPABLE, 0); /* SIGQUIT is no fault of ours */
	signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	_exit(128 + number);
}

static int run(pid_t program, double seconds, double longest, const sigset_t *wanted)
{
	struct own_time t = { .at = now() };
	double start = t.at, ended_at = 0;
	int status;

	while (!has_ended(program, &status)) {
		wait_a_little(wanted);
		if (now() - t.at < LOOK_MS / 1e3)
			continue;
		count(&t);
		if (!ended_at && t.sum >= seconds) {
			ended_at = t.sum;
			look(SIGTERM);
		} else if (ended_at && t.sum >= ended_at + KILL_MS / 1e3) {
			kill_all();
			fprintf(stderr, "\n" OWN_TIME_WORDS "%s\n", OWN_TIME_KILLED);
			return OWN_TIME_UP;
		}
		if (now() - start >= longest) {
			kill_all();
			fprintf(stderr,
				"\n" OWN_TIME_WORDS
				"no end within %.0f s, of which it used %.0f s\n",
				longest, t.sum);
			return OWN_TIME_STARVED;
		}
	}
	if (!ended_at)
		return status;
	kill_all();
	fprintf(stderr, "\n" OWN_TIME_WORDS "%s\n", OWN_TIME_ENDED);
	return OWN_TIME_UP;
}

static double number(const char *s)
{
	char *end;
	double n = strtod(s, &end);

	if (*end || !(n > 0)) {
		fprintf(stderr, "own-time: `%s' is no number of seconds\n", s);
		exit(OWN_TIME_STARVED);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const int handled[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	pid_t parent = getppid(), self = getpid(), program;
	sigset_t wanted, before;
	double seconds, longest;

	if (argc < 4) {
		fprintf(stderr,
			"own-time: usage: own-time SECONDS LONGEST PROGRAM [ARGUMENT...]\n");
		return OWN_TIME_STARVED;
	}
	seconds = number(argv[1]);
	longest = number(argv[2]);
	sigemptyset(&wanted);
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		sigaddset(&wanted, handled[i]);
	sigprocmask(SIG_BLOCK, &wanted, &before);
	/* The shell that started us may be killed, and processes in the tree below us. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (getppid() != parent)
		return 128 + SIGTERM;
	program = fork();
	if (program == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(127);
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(argv[3], argv + 3);
		fprintf(stderr, "own-time: %s: %s\n", argv[3], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (program < 0) {
		fprintf(stderr, "own-time: cannot start a process: %s\n", strerror(errno));
		return OWN_TIME_STARVED;
	}
	return run(program, seconds, longest, &wanted);
}
