/* SPDX-License-Identifier: MIT */
/* Reading declarations: of the command line, of contract files, of projects' own headers. */
#include "check/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int parse(struct arena *a, const char *name, const char *text, size_t len,
		 struct declarations *out, const char **error)
{
	out->source = (struct contract_source){ text, len };
	return proto_parse_mem(a, name, text, len, &out->cases, error);
}

int declarations_of_protos(struct arena *a, const char *const *protos, const char *const *notes,
			   struct declarations *out, const char **error)
{
	struct str s = { 0 };
	const char *text;
	size_t len;

	*out = (struct declarations){ 0 };
	for (; *protos; protos++) {
		size_t n = strlen(*protos);

		for (; !protos[1] && *notes; notes++)
			str_addf(&s, "//! %s\n", *notes);
		while (n && strchr(" \t\r\n", (*protos)[n - 1]))
			n--;
		str_addn(&s, *protos, n);
		str_add(&s, n && (*protos)[n - 1] == ';' ? "\n" : ";\n");
	}
	text = arena_strndup(a, s.s, s.len);
	len = s.len;
	str_free(&s);
	if (parse(a, "<prototype>", text, len, out, error) < 0)
		return -1;
	if (!out->cases.n) {
		*error = "<prototype>: no function is declared; give one, such as 'int f(long n)'";
		return -1;
	}
	return 0;
}

static char *read_text(struct arena *a, const char *path, size_t *len, const char **error)
{
	char *raw = file_read(path, len), *text;

	if (!raw) {
		*error = arena_printf(a, "%s: cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	text = arena_strndup(a, raw, *len);
	memcpy(text, raw, *len);
	free(raw);
	return text;
}

/* One function, and those that its lines call. */
static int keep_only(struct arena *a, const char *path, const char *name, struct case_list *cases,
		     const char **error)
{
	const struct case_decl *wanted = NULL;
	struct case_list kept = { .v = arena_alloc(a, (cases->n + 1) * sizeof(*cases->v)) };

	for (size_t i = 0; i < cases->n; i++) {
		if (!strcmp(cases->v[i].proto->name, name))
			wanted = &cases->v[i];
	}
	if (!wanted) {
		*error = arena_printf(a, "%s declares no function `%s'", path, name);
		return -1;
	}
	kept.v[kept.n++] = *wanted;
	for (size_t i = 0; i < cases->n; i++) {
		bool called = false;

		for (size_t k = 0; k < wanted->ncontract; k++) {
			const char *rest = wanted->contract[k].rest;
			size_t n = strcspn(rest, " \t(");

			called = called || (!strcmp(wanted->contract[k].word, "calls") &&
					    n == strlen(cases->v[i].proto->name) &&
					    !strncmp(rest, cases->v[i].proto->name, n));
		}
		if (called && &cases->v[i] != wanted)
			kept.v[kept.n++] = cases->v[i];
	}
	*cases = kept;
	return 0;
}

int declarations_of_contract(struct arena *a, const char *path, struct declarations *out,
			     const char **error)
{
	const char *only = NULL;
	struct stat st;
	size_t len;
	char *text;

	*out = (struct declarations){ 0 };
	path = arena_strdup(a, path);
	if (strrchr(path, ':') && stat(path, &st) < 0) {
		char *split = strrchr(path, ':');

		*split = 0;
		only = split + 1;
	}
	text = read_text(a, path, &len, error);
	if (!text || parse(a, path, text, len, out, error) < 0)
		return -1;
	if (!out->cases.n) {
		*error = arena_printf(a, "%s: no function is declared", path);
		return -1;
	}
	return only ? keep_only(a, path, only, &out->cases, error) : 0;
}

/* What is not C to the parser: directives, and extern "C" { }. Positions stay. */
static void blank_preprocessor(char *text)
{
	bool line_start = true;
	unsigned depth = 0;

	for (char *s = text; *s; s++) {
		if (s[0] == '/' && s[1] == '*') {
			char *end = strstr(s + 2, "*/");

			s = end ? end + 1 : s + strlen(s) - 1;
			continue;
		}
		if (line_start && *s == '#') {
			bool continued;

			do {
				size_t n = strcspn(s, "\n");

				continued = n && s[n - 1] == '\\';
				memset(s, ' ', n);
				s += n;
				if (continued && *s)
					s++;
			} while (continued && *s);
			if (!*s)
				return;
		}
		if (line_start && !strncmp(s, "extern \"C\"", 10)) {
			char *brace = s + 10 + strspn(s + 10, " \t\n");

			memset(s, ' ', 10);
			if (*brace == '{') {
				*brace = ' ';
				depth++;
			}
		} else if (line_start && *s == '}' && depth) {
			*s = ' ';
			depth--;
		}
		if (*s == '\n')
			line_start = true;
		else if (*s != ' ' && *s != '\t')
			line_start = false;
	}
}

int declarations_of_header(struct arena *a, const char *path, struct declarations *out,
			   const char **error)
{
	size_t len;
	char *text = read_text(a, path, &len, error);
	struct contract_source shown;

	*out = (struct declarations){ .header = true };
	if (!text)
		return -1;
	shown = (struct contract_source){ arena_strndup(a, text, len), len };
	blank_preprocessor(text);
	if (parse(a, path, text, len, out, error) < 0)
		return -1;
	out->source = shown;
	if (!out->cases.n) {
		*error = arena_printf(a, "%s: no function is declared", path);
		return -1;
	}
	return 0;
}
