/* SPDX-License-Identifier: MIT */
/* The work folder and its lock, and the tools that clobber itself needs. */
#include "run/tools.h"
#include "place/kept.h"
#include "util/data.h"
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *absolute(struct arena *a, const char *path)
{
	char *cwd, *r;

	if (*path == '/')
		return path;
	cwd = getcwd(NULL, 0);
	if (!cwd)
		die("cannot find the current folder: %s", strerror(errno));
	r = arena_printf(a, "%s/%s", cwd, path);
	free(cwd);
	return r;
}

/* One run at a time in a work folder. The lock ends with the process, however it ends. */
static void lock(const char *work)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/lock", work);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		die("cannot write into %s: %s; choose another folder with --out", work,
		    strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		die("another clobber is at work in %s; wait for it or choose another folder with "
		    "--out",
		    work);
}

void open_work(struct plan *p, const char *out, const char *work)
{
	p->work = absolute(p->arena, work ? work : arena_printf(p->arena, "%s/work", out));
	p->runtime = data_dir(p->arena, "runtime");
	p->include = data_dir(p->arena, "include");
	if (make_dirs(out) < 0 || make_dirs(p->work) < 0)
		die("cannot make folder %s: %s; choose another with --out", out, strerror(errno));
	lock(p->work);
}

void keep_records(struct plan *p)
{
	p->kept = arena_printf(p->arena, "%s/kept", p->work);
	if (!p->ground)
		p->ground = kept_ground(p->arena, p->runtime);
}

/* Asked before use, so that the message names what to install. */
static const char *tool(struct arena *a, const char *name, const char *package)
{
	if (!program_path(a, name))
		die("`%s' is not on PATH; install %s (or run `make deps')", name, package);
	return name;
}

/* Expectation tables are compiled by any compiler that makes both widths. */
static const char *host_compiler(const struct compiler_list *found)
{
	const char *const families[] = { "gcc", "clang" };

	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		for (size_t i = 0; i < found->n; i++) {
			if (!strcmp(found->v[i].family, families[f]) && !found->v[i].given)
				return found->v[i].path;
		}
	}
	return NULL;
}

/* Ask one after the other: asking all compilers there are takes a while. */
static const char *find_host_compiler(struct arena *a)
{
	static const char *const lists[] = { "gcc", "clang", NULL };
	const char *error, *found = NULL;

	for (size_t i = 0; !found && i < ARRAY_SIZE(lists); i++) {
		struct compiler_list l;

		if (compilers_find(a, lists[i], &l, &error) < 0)
			continue;
		for (size_t k = 0; k < l.n; k++)
			l.v[k].given = NULL;
		found = host_compiler(&l);
	}
	return found;
}

const char *find_launcher(const char *name)
{
	struct arena *a = arena_new();

	tool(a, name, name);
	arena_free(a);
	return name;
}

void find_tools(struct plan *p, const char *cc, struct compiler_list *compilers)
{
	const char *error;

	if (compilers_find(p->arena, cc, compilers, &error) < 0)
		die("--cc: %s", error);
	if (!compilers->n)
		die("no compiler found on PATH; install gcc or clang (or run `make deps'), or name "
		    "one with "
		    "--cc");
	p->host_cc = host_compiler(compilers);
	if (!p->host_cc)
		p->host_cc = find_host_compiler(p->arena);
	if (!p->host_cc)
		die("expectation tables need gcc or clang on PATH, whatever is tested; run `make "
		    "deps'");
	p->nasm = tool(p->arena, "nasm", "nasm");
	p->ninja = tool(p->arena, "ninja", "ninja-build");
	p->ld = tool(p->arena, "ld", "binutils");
}
