/* SPDX-License-Identifier: MIT */
/* Finds and parses the case files of a --cases LIST. */
#include "run/case_files.h"
#include "abi/abi.h"
#include "util/data.h"
#include "util/words.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct files {
	const char **v;
	size_t n;
};

static void add_file(struct arena *a, struct files *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++) {
		if (!strcmp(f->v[i], path))
			return;
	}
	f->v = arena_grow(a, f->v, f->n, sizeof(*f->v));
	f->v[f->n++] = arena_strdup(a, path);
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* A folder on the way down to where we are. */
struct above {
	const struct above *next;
	dev_t device;
	ino_t inode;
};

/* What is in a folder and below. A link to a folder it is in leads to nothing new. */
static void add_tree(struct arena *a, struct files *f, const char *dir, const struct above *above)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct files names = { 0 };
	struct above here = { .next = above };
	struct stat st;

	if (!d || fstat(dirfd(d), &st) < 0)
		die("--cases: cannot read folder %s: %s", dir, strerror(errno));
	here.device = st.st_dev;
	here.inode = st.st_ino;
	for (; above; above = above->next) {
		if (above->device == here.device && above->inode == here.inode) {
			closedir(d);
			return;
		}
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] != '.')
			add_file(a, &names, arena_printf(a, "%s/%s", dir, e->d_name));
	}
	closedir(d);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (size_t i = 0; i < names.n; i++) {
		size_t len = strlen(names.v[i]);

		if (stat(names.v[i], &st) == 0 && S_ISDIR(st.st_mode))
			add_tree(a, f, names.v[i], &here);
		else if (len > 2 && !strcmp(names.v[i] + len - 2, ".h"))
			add_file(a, f, names.v[i]);
	}
}

/* Names of `//! abi` lines, which the parser does not know: a convention, and no other than the one
 * an attribute of the declaration fixes. */
static void check_abi_lines(struct arena *a, const struct case_list *cases, size_t from,
			    const char *text, size_t len)
{
	for (size_t i = from; i < cases->n; i++) {
		const struct case_decl *d = &cases->v[i];

		for (size_t k = 0; k < d->nconventions; k++) {
			const char *name = d->conventions[k], *what = NULL,
				   *fixed = d->proto->convention;

			if (!convention_find(name, W32) && !convention_find(name, W64))
				what = arena_printf(a, "unknown convention '%s'", name);
			else if (fixed && strcmp(fixed, name))
				what = arena_printf(
					a, "the attribute of `%s' fixes another convention, %s",
					d->proto->name, fixed);
			if (!what)
				continue;
			fprintf(stderr, "%s\n",
				proto_error_at(a, &d->convention_pos[k], text, len, strlen(name),
					       what, "`clobber list abis' prints the conventions"));
			exit(2);
		}
	}
}

/* The same of `//! known` lines: their conventions and checks. */
static void check_known_lines(struct arena *a, const struct case_list *cases, size_t from,
			      const char *text, size_t len)
{
	for (size_t i = from; i < cases->n; i++) {
		for (size_t k = 0; k < cases->v[i].nknown; k++) {
			const struct known *known = &cases->v[i].known[k];
			const char *what = NULL, *hint = NULL;

			for (size_t n = 0; n < known->nconventions; n++) {
				const char *name = known->conventions[n];
				const char *plain = arena_strndup(a, name, strcspn(name, "/@"));
				const char *at = strchr(name, '@');
				bool found = !at;

				for (enum profile_id f = 0; at && f < PROFILES; f++)
					found = found || !strcmp(at + 1, profiles[f].name);
				if (!found) {
					what = arena_printf(a, "unknown profile '%s'", at + 1);
					hint = "`clobber list profiles' prints the profiles";
					continue;
				}
				if (convention_find(plain, W32) || convention_find(plain, W64))
					continue;
				what = arena_printf(a, "unknown convention '%s'", plain);
				hint = "`clobber list abis' prints the conventions";
			}
			for (size_t n = 0; n < known->nchecks; n++) {
				bool found = false;

				for (int c = 0; c < CHECK_COUNT; c++)
					found = found || !strcmp(checks[c].name, known->checks[n]);
				if (found)
					continue;
				what = arena_printf(a, "unknown check '%s'", known->checks[n]);
				hint = "`clobber list checks' prints the checks";
			}
			if (!what)
				continue;
			fprintf(stderr, "%s\n",
				proto_error_at(a, &known->pos, text, len, 1, what, hint));
			exit(2);
		}
	}
}

/* Contracts are about assembly that is there, not about what is generated. */
static void refuse_contracts(struct arena *a, const struct case_list *cases, size_t from,
			     const char *text, size_t len)
{
	for (size_t i = from; i < cases->n; i++) {
		if (!cases->v[i].ncontract)
			continue;
		fprintf(stderr, "%s\n",
			proto_error_at(
				a, &cases->v[i].contract[0].pos, text, len,
				strlen(cases->v[i].contract[0].word),
				"this is a line of a contract",
				"`clobber check OBJ --contract FILE' holds assembly against it"));
		exit(2);
	}
}

/* Its real path below clobber's own cases, or NULL. */
static const char *own_path(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL), *r = NULL;
	const char *own = data_dir(a, "cases");
	size_t n = strlen(own);

	if (real && !strncmp(real, own, n) && real[n] == '/')
		r = arena_strdup(a, real + n + 1);
	free(real);
	return r;
}

static void parse(struct arena *a, const char *path, const char *name, const char *only,
		  struct case_list *out)
{
	size_t len, before = out->n;
	const char *error;
	struct stat st;
	char *text;
	bool own;

	/* A pipe or a device may never end. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		die("--cases: %s is not a regular file", path);
	text = file_read(path, &len);
	if (!text)
		die("--cases: cannot read %s: %s", path, strerror(errno));
	if (proto_parse_mem(a, name, arena_strndup(a, text, len), len, out, &error) < 0) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	own = own_path(a, path) != NULL;
	for (size_t i = before; i < out->n; i++)
		out->v[i].own = own;
	refuse_contracts(a, out, before, text, len);
	check_abi_lines(a, out, before, text, len);
	check_known_lines(a, out, before, text, len);
	free(text);
	if (only) {
		size_t kept = before;

		for (size_t i = before; i < out->n; i++) {
			if (!strcmp(out->v[i].proto->name, only))
				out->v[kept++] = out->v[i];
		}
		out->n = kept;
		if (kept == before)
			die("--cases: %s declares no function `%s'", path, only);
	}
}

/* "cases/scalar/x.h" for a file that comes with clobber, the path as given for any other, with '?'
 * for control characters: it stands in every report and in generated sources, and as a glob it
 * still finds the file. */
static const char *display_name(struct arena *a, const char *path)
{
	const char *own = own_path(a, path);
	char *r = arena_strdup(a, path);

	for (char *c = r; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return own ? arena_printf(a, "cases/%s", own) : r;
}

static void load_entry(struct arena *a, const char *entry, struct case_list *out)
{
	struct files f = { 0 };
	const char *colon = strrchr(entry, ':'), *only = NULL;
	char *path = arena_strdup(a, entry);
	struct stat st;
	glob_t g;

	if (colon && stat(entry, &st) < 0) {
		path[colon - entry] = 0;
		only = colon + 1;
	}
	/* A path printed in a report works from anywhere: it is relative to clobber's own data. */
	if (stat(path, &st) < 0 && !strncmp(path, "cases/", 6)) {
		const char *own = arena_printf(a, "%s/%s", data_dir(a, "cases"), path + 6);

		if (stat(own, &st) == 0)
			path = (char *)own;
	}
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			add_tree(a, &f, path, NULL);
		else
			add_file(a, &f, path);
	} else if (glob(path, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++) {
			if (stat(g.gl_pathv[i], &st) == 0 && S_ISDIR(st.st_mode))
				add_tree(a, &f, g.gl_pathv[i], NULL);
			else
				add_file(a, &f, g.gl_pathv[i]);
		}
		globfree(&g);
	} else {
		die("--cases: no such file, folder or glob: %s", path);
	}
	if (!f.n)
		die("--cases: %s holds no case file (*.h)", path);
	for (size_t i = 0; i < f.n; i++)
		parse(a, f.v[i], display_name(a, f.v[i]), only, out);
}

void load_cases(struct arena *a, const char *list, struct case_list *out)
{
	const char **v = split_list(a, list ? list : data_dir(a, "cases"));

	*out = (struct case_list){ 0 };
	for (; *v; v++)
		load_entry(a, *v, out);
	if (!out->n)
		die("--cases: the files hold no prototype; `clobber list cases' prints those that "
		    "come with clobber");
}
