/* SPDX-License-Identifier: MIT */
/* See preprocess.h. Line markers: GCC, "The C Preprocessor", Preprocessor Output. */
#include "check/preprocess.h"

#include "util/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SECONDS = 20 };

static bool starts(const char *s, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(s, word, n) && strchr(" \t\n(!", s[n]);
}

bool preprocess_wanted(const char *text)
{
	bool first = true;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *s = line + (*line == '\n');

		line = s;
		s += strspn(s, " \t");
		if (*s != '#')
			continue;
		s += 1 + strspn(s + 1, " \t");
		if (starts(s, "if") || starts(s, "ifdef") || starts(s, "ifndef") ||
		    starts(s, "elif")) {
			size_t n = strcspn(s, "\n");
			const char *cxx = strstr(s, "__cplusplus");
			bool guard = first && starts(s, "ifndef");

			first = false;
			if (!guard && !(cxx && cxx < s + n))
				return true;
		} else if (starts(s, "define")) {
			s += 6 + strspn(s + 6, " \t");
			s += strcspn(s, " \t\n(");
			if (*s == '(')
				return true;
		}
	}
	return false;
}

/* What a marker, "# 12 "file" 1", says; false: it is none. */
static bool marker(const char *s, unsigned long *line, const char **name, size_t *len)
{
	char *end;

	if (s[0] != '#' || s[1] != ' ')
		return false;
	*line = strtoul(s + 2, &end, 10);
	if (end == s + 2 || end[0] != ' ' || end[1] != '"')
		return false;
	*name = end + 2;
	*len = strcspn(*name, "\"\n");
	return true;
}

static bool is_pack(const char *s, size_t n)
{
	const char *pragma = strstr(s, "pragma"), *pack = pragma ? strstr(pragma, "pack") : NULL;

	return pack && pack < s + n;
}

/* Lines of the header itself where they were; all others in the line they were included in. */
static char *in_place(struct arena *a, const char *path, const char *text)
{
	struct str out = { 0 };
	unsigned long at = 1, line = 1;
	bool own = true;
	char *r;

	str_add(&out, "");
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, "\n"), len;
		const char *name;

		if (marker(s, &line, &name, &len)) {
			own = len == strlen(path) && !strncmp(name, path, len);
		} else {
			for (; own && at < line; at++)
				str_add(&out, "\n");
			/* Of directives that are left one matters, on a line of its own. */
			if (s[strspn(s, " \t")] != '#') {
				str_addn(&out, s, n);
				str_add(&out, " ");
			} else if (is_pack(s, n)) {
				str_addf(&out, "\n%.*s\n", (int)n, s);
				at += 2;
			}
			line++;
		}
		s += n + (s[n] == '\n');
	}
	r = arena_strndup(a, out.s, out.len);
	str_free(&out);
	return r;
}

static char *read_all(struct arena *a, int fd)
{
	off_t n = lseek(fd, 0, SEEK_END);
	char *text = n > 0 ? arena_alloc(a, (size_t)n + 1) : NULL;

	return text && pread(fd, text, (size_t)n, 0) == n ? text : NULL;
}

char *preprocess(struct arena *a, const char *path, enum width w, const char **why)
{
	const char *cc = getenv("CC");
	int fd = memfd_create("preprocessed", MFD_CLOEXEC);
	const char *argv[] = { cc && *cc && !strchr(cc, ' ') ? cc : "cc",
			       w == W64 ? "-m64" : "-m32",
			       "-E",
			       "-C",
			       "-xc",
			       "-o",
			       arena_printf(a, "/proc/%d/fd/%d", (int)getpid(), fd),
			       path,
			       NULL };
	struct str said = { 0 };
	char *text = NULL;

	*why = NULL;
	if (fd < 0 || run_program(argv, SECONDS, &said))
		*why = arena_printf(a, "`#if' was not evaluated: %s -E: %.*s", argv[0],
				    said.s ? (int)strcspn(said.s, "\n") : 12,
				    said.s ? said.s : "does not run");
	else
		text = read_all(a, fd);
	if (fd >= 0)
		close(fd);
	str_free(&said);
	return text ? in_place(a, path, text) : NULL;
}
