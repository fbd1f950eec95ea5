/* SPDX-License-Identifier: MIT */
/* See known.h. Strict both ways: what no longer happens has to leave the file. */
#include "check/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *trimmed(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = 0;
	return s;
}

static bool take_line(struct check_run *r, const char *path, unsigned number, char *line,
		      const char **error)
{
	struct known_line k = { .where = arena_printf(r->arena, "%s:%u", path, number) };
	char *comment = strchr(line, '#'), *colon;

	if (comment) {
		*comment = 0;
		k.reference = trimmed(comment + 1);
	}
	line = trimmed(line);
	if (!*line)
		return true;
	colon = strchr(line, ':');
	if (!colon || colon == line || !*trimmed(colon + 1)) {
		*error = arena_printf(r->arena,
				      "%s: a finding is 'FUNCTION: CHECK: SUBJECT # reference', as "
				      "in 'f: callee-saved: rbx after the call # bug 12'",
				      k.where);
		return false;
	}
	*colon = 0;
	k.function = trimmed(line);
	k.text = trimmed(colon + 1);
	r->known = arena_grow(r->arena, r->known, r->nknown, sizeof(k));
	r->known[r->nknown++] = k;
	return true;
}

int known_read(struct check_run *r, const char *path, const char **error)
{
	char *raw = file_read(path, NULL), *text;
	unsigned number = 1;
	bool ok = true;

	if (!raw) {
		*error = arena_printf(r->arena, "%s cannot be read: %s", path, strerror(errno));
		return -1;
	}
	text = arena_strdup(r->arena, raw);
	free(raw);
	for (char *next; ok && text; text = next, number++) {
		next = strchr(text, '\n');
		if (next)
			*next++ = 0;
		ok = take_line(r, path, number, text, error);
	}
	return ok ? 0 : -1;
}

static struct known_line *line_of(struct check_run *r, const struct checked_finding *x)
{
	const char *text = arena_printf(r->arena, "%s: %s", checks[x->f.check].name,
					x->f.subject ? x->f.subject : "");

	for (size_t i = 0; i < r->nknown; i++) {
		struct known_line *k = &r->known[i];

		if (!strcmp(k->function, x->c->call.decl->proto->name) &&
		    !strncmp(text, k->text, strlen(k->text)))
			return k;
	}
	return NULL;
}

static bool was_judged(const struct check_run *r, const char *function)
{
	for (size_t i = 0; i < r->file->n; i++) {
		if (!strcmp(r->file->v[i].call.decl->proto->name, function))
			return check_verdict(r, &r->file->v[i]) != VERDICT_NOT_RUN;
	}
	return false;
}

void known_apply(struct check_run *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->nfindings; i++) {
		struct known_line *k = line_of(r, &r->finding[i]);

		if (k)
			k->found = true;
		else
			r->finding[kept++] = r->finding[i];
	}
	r->nfindings = kept;
	for (size_t i = 0; i < r->nknown; i++)
		r->known[i].vanished = !r->known[i].found && was_judged(r, r->known[i].function);
}
