/* SPDX-License-Identifier: MIT */
/* Find compilers on PATH or where the user says, and ask each who it is. What it can do is not
 * decided here: see probe.c. */
#include "plan/toolchain.h"
#include "util/process.h"
#include "util/without.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VERSION_SECONDS = 20, SCRIPT_LIMIT = 64 << 10 };

static const struct {
	const char *name;
	bool versions;
	const char *mark;
	bool version_follows;
} families[] = {
#define FAMILY(name, versions, mark, version_follows) { name, versions, mark, version_follows },
#include "proto/families.def"
#undef FAMILY
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "-12", "-4.9" */
static bool is_version_suffix(const char *s)
{
	for (char separator = '-'; *s == separator; separator = '.') {
		size_t digits = strspn(++s, "0123456789");

		if (!digits)
			return false;
		s += digits;
		if (!*s)
			return true;
	}
	return false;
}

/* Exactly the compilers: not gcc-ar, clang-format or clang++. */
static int is_compiler_entry(const struct dirent *d)
{
	if (without(WITHOUT_COMPILERS))
		return !strcmp(d->d_name, "gcc") || !strcmp(d->d_name, "clang");
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		size_t n = strlen(families[i].name);

		if (strncmp(d->d_name, families[i].name, n))
			continue;
		if (!d->d_name[n] || (families[i].versions && is_version_suffix(d->d_name + n)))
			return 1;
	}
	return 0;
}

/* 0, or the errno that explains why `path` cannot be executed. */
static int not_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(path, X_OK) < 0 ? errno : 0;
}

/* The path as given, made absolute because builds run elsewhere, but with links kept: some programs
 * behave by the name they are called by. */
static const char *absolute(struct arena *a, const char *path)
{
	char *cwd;
	const char *full;

	if (path[0] == '/')
		return path;
	cwd = getcwd(NULL, 0);
	if (!cwd)
		die("cannot find the current directory: %s", strerror(errno));
	if (path[0] == '.' && path[1] == '/')
		path += 2;
	full = arena_printf(a, "%s/%s", cwd, path);
	free(cwd);
	return full;
}

/* The directories of PATH, absolute; an empty one is the current directory. */
static size_t path_dirs(struct arena *a, const char ***dirs)
{
	const char *p = getenv("PATH");
	size_t n = 0;

	*dirs = NULL;
	if (!p)
		return 0;
	for (;; p++) {
		size_t len = strcspn(p, ":");
		const char *dir = len ? arena_strndup(a, p, len) : ".";

		*dirs = arena_grow(a, *dirs, n, sizeof(**dirs));
		(*dirs)[n++] = absolute(a, dir);
		p += len;
		if (!*p)
			return n;
	}
}

static const char *find_on_path(struct arena *a, const char *name)
{
	const char **dirs;
	size_t n = path_dirs(a, &dirs);

	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(a, "%s/%s", dirs[i], name);

		if (!not_executable(path))
			return path;
	}
	return NULL;
}

/* "12.2.0" of "12.2.0-14+deb12u1" */
static const char *version_at(struct arena *a, const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '.')
		n++;
	return n ? arena_strndup(a, s, n) : "unknown";
}

/* The first word that begins with a digit and is not in parentheses, where packagers put theirs. */
static const char *version_in(struct arena *a, const char *banner)
{
	int depth = 0;

	for (const char *p = banner; *p; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
		else if (!depth && isdigit((unsigned char)*p) && p > banner && p[-1] == ' ')
			return version_at(a, p);
	}
	return "unknown";
}

/* Fill in family and version from what the compiler printed. */
static void recognise(struct arena *a, struct compiler *c, const char *text)
{
	c->family = "other";
	c->version = version_in(a, c->banner);
	for (size_t i = ARRAY_SIZE(families); i-- > 0;) {
		const char *at = strstr(text, families[i].mark);

		if (!at)
			continue;
		c->family = families[i].name;
		if (families[i].version_follows)
			c->version = version_at(a, at + strlen(families[i].mark));
		return;
	}
}

static uint64_t identity(const struct compiler *c, const char *text)
{
	char *real = realpath(c->path, NULL);
	uint64_t h = hash_str(hash_str(HASH_INIT, c->path), real ? real : "");
	struct stat st;

	h = hash_str(h, text);
	if (stat(c->path, &st) == 0) {
		long long facts[] = { st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec };

		h = hash_bytes(h, facts, sizeof(facts));
		/* A wrapper script edited twice within a tick of the clock is another compiler. */
		if (S_ISREG(st.st_mode) && st.st_size < SCRIPT_LIMIT) {
			size_t len;
			char *content = file_read(c->path, &len);

			if (content)
				h = hash_bytes(h, content, len);
			free(content);
		}
	}
	free(real);
	return h;
}

/* Ask the program at c->path who it is; NULL, or why it cannot be run. */
static const char *ask(struct arena *a, struct compiler *c)
{
	const char *const version[] = { c->path, "--version", NULL };
	const char *const help[] = { c->path, "--help", NULL };
	struct str text = { 0 };
	int status = run_program_again(version, VERSION_SECONDS, &text);
	const char *failure = NULL;

	if (status < 0)
		failure = strerror(errno);
	else if (WIFSIGNALED(status))
		failure = arena_printf(a, "--version ended by signal %d (%s)", WTERMSIG(status),
				       strsignal(WTERMSIG(status)));
	c->banner = "";
	str_add(&text, "");
	if (status == 0)
		c->banner = arena_strndup(a, text.s, strcspn(text.s, "\r\n"));
	recognise(a, c, status == 0 ? text.s : "");
	if (!failure && status != 0) {
		/* chibicc has no --version, but its usage names it. */
		struct str usage = { 0 };

		if (run_program_again(help, VERSION_SECONDS, &usage) >= 0 && usage.s)
			recognise(a, c, usage.s);
		str_free(&usage);
	}
	c->identity = identity(c, text.s);
	str_free(&text);
	return failure;
}

static bool name_taken(const struct compiler_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i].name, name))
			return true;
	}
	return false;
}

static struct compiler *add(struct arena *a, struct compiler_list *l, const char *path)
{
	struct compiler *c;

	l->v = arena_grow(a, l->v, l->n, sizeof(*l->v));
	c = &l->v[l->n];
	memset(c, 0, sizeof(*c));
	c->path = path;
	c->name = base_name(path);
	l->n++;
	return c;
}

/* Names head columns, so no two compilers may share one. "@2", because ".2" looks like a version.
 */
static void disambiguate(struct arena *a, struct compiler_list *l)
{
	struct compiler_list before = { .v = l->v };

	for (; before.n < l->n; before.n++) {
		struct compiler *c = &l->v[before.n];
		const char *name = c->name;

		for (unsigned k = 2; name_taken(&before, c->name); k++)
			c->name = arena_printf(a, "%s@%u", name, k);
	}
}

static bool same_file(const char *path, const char *other)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Every program on PATH whose name is a compiler's, unasked; a file seen twice under one name
 * (/bin and /usr/bin) counts once. */
static void scan_path(struct arena *a, struct compiler_list *out)
{
	const char **dirs;
	size_t n = path_dirs(a, &dirs);

	for (size_t i = 0; i < n; i++) {
		struct dirent **entries;
		int count = scandir(dirs[i], &entries, is_compiler_entry, alphasort);

		for (int k = 0; k < count; k++) {
			const char *path = arena_printf(a, "%s/%s", dirs[i], entries[k]->d_name);
			bool seen = not_executable(path) != 0;

			for (size_t j = 0; !seen && j < out->n; j++)
				seen = !strcmp(out->v[j].name, entries[k]->d_name) &&
				       same_file(out->v[j].path, path);
			if (!seen)
				add(a, out, path);
			free(entries[k]);
		}
		if (count >= 0)
			free(entries);
	}
}

static unsigned family_rank(const char *family)
{
	unsigned i = 0;

	while (i < ARRAY_SIZE(families) && strcmp(families[i].name, family))
		i++;
	return i;
}

static int by_family_and_version(const void *x, const void *y)
{
	const struct compiler *a = x, *b = y;
	unsigned ra = family_rank(a->family), rb = family_rank(b->family);
	int order;

	if (ra != rb)
		return ra < rb ? -1 : 1;
	order = strverscmp(a->version, b->version);
	return order ? order : strverscmp(a->name, b->name);
}

/* One compiler under two names. The file alone does not decide: every name in a directory of ccache
 * links to the same program. */
static bool same_compiler(const struct compiler *a, const struct compiler *b)
{
	return same_file(a->path, b->path) && !strcmp(a->family, b->family) &&
	       !strcmp(a->version, b->version);
}

static int find_all(struct arena *a, struct compiler_list *out, const char **error)
{
	struct compiler_list found = { 0 };

	scan_path(a, &found);
	for (size_t i = 0; i < found.n; i++) {
		struct compiler *c = &found.v[i], *twin = NULL;

		const char *failure = ask(a, c);

		if (failure) {
			warn("%s is left out: it cannot be run: %s", c->path, failure);
			continue;
		}
		for (size_t j = 0; j < out->n; j++) {
			if (same_compiler(c, &out->v[j]))
				twin = &out->v[j];
		}
		if (!twin)
			*add(a, out, c->path) = *c;
		else if (strlen(c->name) > strlen(twin->name)) /* "gcc-12" says more than "gcc" */
			*twin = *c;
	}
	if (!out->n) {
		*error = "no compiler on PATH: looked for gcc, gcc-N, clang, clang-N, tcc, chibicc "
			 "and pcc; install one, or name one with --cc";
		return -1;
	}
	disambiguate(a, out);
	qsort(out->v, out->n, sizeof(*out->v), by_family_and_version);
	return 0;
}

static const char *unknown_name(struct arena *a, const char *name)
{
	struct compiler_list known = { 0 };
	struct str text = { 0 };
	const char *kept;

	scan_path(a, &known);
	str_addf(&text, "no compiler \"%s\" on PATH", name);
	for (size_t i = 0; i < known.n; i++)
		str_addf(&text, "%s%s", i ? ", " : "; there are ", known.v[i].name);
	str_add(&text, "; a path must contain a '/'");
	kept = arena_strdup(a, text.s);
	str_free(&text);
	return kept;
}

static int find_one(struct arena *a, const char *entry, struct compiler_list *out,
		    const char **error)
{
	const char *path = strchr(entry, '/') ? absolute(a, entry) : find_on_path(a, entry);
	const char *failure;

	if (!*entry) {
		*error = "empty name in the list of compilers";
		return -1;
	}
	if (!path) {
		*error = unknown_name(a, entry);
		return -1;
	}
	for (size_t i = 0; i < out->n; i++) {
		if (!strcmp(out->v[i].path, path))
			return 0;
	}
	failure = not_executable(path) ? strerror(not_executable(path)) : ask(a, add(a, out, path));
	if (failure) {
		*error = arena_printf(a, "cannot run compiler \"%s\": %s", entry, failure);
		return -1;
	}
	out->v[out->n - 1].given = entry;
	return 0;
}

static const char *trimmed(struct arena *a, const char *s, const char *end)
{
	while (s < end && isblank((unsigned char)*s))
		s++;
	while (end > s && isblank((unsigned char)end[-1]))
		end--;
	return arena_strndup(a, s, (size_t)(end - s));
}

int compilers_find(struct arena *a, const char *list, struct compiler_list *out, const char **error)
{
	*out = (struct compiler_list){ 0 };
	if (!list)
		return find_all(a, out, error);
	for (const char *p = list;; p++) {
		const char *end = p + strcspn(p, ",");

		if (find_one(a, trimmed(a, p, end), out, error) < 0)
			return -1;
		p = end;
		if (!*p)
			break;
	}
	disambiguate(a, out);
	return 0;
}

void compilers_find_windows(struct arena *a, struct compiler_list *out)
{
	/* GNU's names for its own. */
	static const char *const names[] = { "x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc" };

	*out = (struct compiler_list){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(names) && !without(WITHOUT_COMPILERS); i++) {
		const char *path = find_on_path(a, names[i]);

		if (path && ask(a, add(a, out, path)))
			out->n--;
	}
}
