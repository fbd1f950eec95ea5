/* SPDX-License-Identifier: MIT */
#include "util/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH = 16, TRIES = 20 };

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int remove_tree(const char *path)
{
	return nftw(path, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS);
}

/* A process of its own, and of no terminal: wait until nobody holds the lifeline, then remove the
 * folder. Programs that were in it may take a moment longer to end. */
static void keep_watch(int lifeline, const char *path) __attribute__((noreturn));
static void keep_watch(int lifeline, const char *path)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE };
	const struct timespec nap = { 0, 50000000 };
	int null = open("/dev/null", O_RDWR);
	char byte;

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	/* A file system that it would keep busy may be unmounted. */
	if (chdir("/") < 0)
		_exit(1);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	/* Others' pipes and locks end with those that use them. */
	dup2(lifeline, 3);
	syscall(SYS_close_range, 4, ~0u, 0);
	while (read(3, &byte, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < TRIES && remove_tree(path) < 0 && access(path, F_OK) == 0; i++)
		nanosleep(&nap, NULL);
	_exit(0);
}

/* Twice forked, so that it is nobody's child to wait for. */
static int set_watch(const char *path)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		if (fork() == 0)
			keep_watch(ends[0], path);
		_exit(0);
	}
	close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return ends[1];
}

const char *scratch_open(struct arena *a, const char *name, struct scratch *out)
{
	const char *tmp = getenv("TMPDIR");
	char *path = arena_printf(a, "%s/clobber-%s-XXXXXX", tmp && *tmp ? tmp : "/tmp", name);

	*out = (struct scratch){ .lifeline = -1 };
	if (!mkdtemp(path))
		return arena_printf(a, "cannot make a temporary folder %s: %s", path,
				    strerror(errno));
	out->path = path;
	out->lifeline = set_watch(path);
	return NULL;
}

void scratch_close(struct scratch *s)
{
	if (s->path && remove_tree(s->path) < 0)
		warn("cannot remove %s: %s", s->path, strerror(errno));
	if (s->lifeline >= 0)
		close(s->lifeline);
	*s = (struct scratch){ .lifeline = -1 };
}
