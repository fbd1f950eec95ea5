/* SPDX-License-Identifier: MIT */
/* Compiling a claim's source as a column would: its compiler, its flags, and the options of the
 * step. What comes of it is kept under a name made from compiler, flags and source, so that a
 * second run compiles nothing. */
#include "claims/room.h"
#include "place/kept.h"
#include "plan/probe.h"
#include "util/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 30, MOST_WORDS = MAX_FLAGS + 32 };

struct command {
	const char *v[MOST_WORDS];
	size_t n;
	uint64_t hash;
};

static void word(struct command *c, const char *s)
{
	if (c->n + 1 >= MOST_WORDS)
		die("internal error: a claim's command has too many words");
	c->v[c->n++] = s;
	c->v[c->n] = NULL;
	/* The words' ends count: -DA -DB is not -DA-DB. */
	c->hash = hash_bytes(c->hash, s, strlen(s) + 1);
}

static void words(struct arena *a, struct command *c, const char *options)
{
	while (*options) {
		size_t n = strcspn(options, " ");

		if (n)
			word(c, arena_strndup(a, options, n));
		options += n + (options[n] == ' ');
	}
}

static bool is_assembly(const char *source)
{
	size_t n = strlen(source);

	return n > 4 && !strcmp(source + n - 4, ".asm");
}

static void compose(struct unit *u, const char *source, const char *options, struct command *c)
{
	const struct plan *p = u->request->plan;

	c->hash = HASH_INIT;
	if (is_assembly(source)) {
		word(c, p->nasm);
		word(c, u->column->width == W64 ? "-felf64" : "-felf32");
		word(c, arena_printf(u->arena, "-I%s/", p->runtime));
	} else {
		c->hash = hash_bytes(c->hash, &u->column->compiler->identity, sizeof(uint64_t));
		if (p->launcher)
			word(c, p->launcher);
		word(c, u->column->compiler->path);
		word(c, arena_printf(u->arena, "-%s", u->column->opt));
		/* What it says is evidence, so no -w. */
		for (const char *const *f = u->target->flags; *f; f++) {
			if (strcmp(*f, "-w"))
				word(c, *f);
		}
		word(c, "-c");
	}
	words(u->arena, c, options);
}

/* What is there of an object, for `remembered`. */
static const char *object_line(struct arena *a, const char *object)
{
	struct str s = { 0 };
	const char *r;

	str_add(&s, "");
	if (!kept_file(&s, "object", object))
		str_add(&s, "none\n");
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

/* The status and output of a compilation that was done before, whose object is as it was then. */
static bool remembered(struct arena *a, const char *log, const char *key, const char *object,
		       int *status, const char **output)
{
	size_t bytes;
	const char *body = kept_body(a, log, key, &bytes), *line;
	char *end;

	if (!body)
		return false;
	*status = (int)strtol(body, &end, 10);
	line = object_line(a, object);
	if (*end != '\n' || strncmp(end + 1, line, strlen(line)))
		return false;
	*output = end + 1 + strlen(line);
	return true;
}

struct compiled claims_compile(struct unit *u, const char *source, const char *options)
{
	const struct claims_request *r = u->request;
	const char *from = arena_printf(u->arena, "%s/%s", r->claims, source), *to, *log, *key,
		   *output;
	struct command c = { 0 };
	struct compiled out = { 0 };
	struct str text = { 0 };
	char *content, *folder, *temporary;
	size_t len;
	int status;

	content = file_read(from, &len);
	if (!content)
		die("cannot read %s: %s", from, strerror(errno));
	compose(u, source, options, &c);
	/* Diagnostics name the file. */
	c.hash = hash_bytes(hash_str(c.hash, from), content, len);
	if (is_assembly(source))
		/* What nasm may include. */
		c.hash = hash_files(c.hash,
				    arena_printf(u->arena, "%s/*.inc", u->request->plan->runtime));
	free(content);
	folder = arena_printf(u->arena, "%s/compiled", r->plan->work);
	if (make_dirs(folder) < 0)
		die("cannot make folder %s: %s", folder, strerror(errno));
	to = arena_printf(u->arena, "%s/%.*s-%016llx.o", folder, (int)strcspn(source, "."), source,
			  (unsigned long long)c.hash);
	log = arena_printf(u->arena, "%s.log", to);
	key = arena_printf(u->arena, "clobber-claim %016llx", (unsigned long long)c.hash);
	/* Under a name of its own: columns share what is assembled. */
	temporary = arena_printf(u->arena, "%s.%zx.o", to, (size_t)u->column);
	word(&c, "-o");
	word(&c, temporary);
	word(&c, from);
	if (!remembered(u->arena, log, key, to, &status, &output)) {
		const char *code;

		status = run_program(c.v, SECONDS, &text);
		if (status < 0)
			die("cannot run %s: %s", c.v[0], strerror(errno));
		if (status)
			unlink(temporary);
		else if (rename(temporary, to) < 0 && errno != ENOENT)
			die("cannot write %s: %s", to, strerror(errno));
		code = arena_printf(u->arena, "%d\n%s%s", status, object_line(u->arena, to),
				    text.s ? text.s : "");
		output = arena_strdup(u->arena, text.s ? text.s : "");
		str_free(&text);
		if (!WIFSIGNALED(status))
			keep_body(log, key, code, strlen(code));
	}
	out.says = diagnostic_ignored(u->arena, output, from);
	if (status) {
		out.why = diagnostic_reason(u->arena, output, from);
		if (!out.why)
			out.why = arena_printf(u->arena, "status %d, without a word", status);
		if (is_assembly(source))
			die("nasm refused %s: %s", from, out.why);
		return out;
	}
	if (access(to, R_OK) < 0)
		out.why = "it wrote no object";
	else
		out.object = to;
	return out;
}
