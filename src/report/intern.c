/* SPDX-License-Identifier: MIT */
/* Two tables: strings as they are written, where that is not what they say, and what is said. */
#include "report/intern.h"
#include "util/clean.h"
#include "util/index.h"

#include <stdlib.h>
#include <string.h>

struct interns {
	struct arena *arena;
	struct index *written, *said; /* number in `v` */
	const char **v;
	size_t n;
};

struct interns *interns_new(struct arena *a)
{
	struct interns *t = arena_alloc(a, sizeof(*t));

	*t = (struct interns){ .arena = a, .written = index_new(), .said = index_new() };
	return t;
}

void interns_free(struct interns *t)
{
	index_free(t->written);
	index_free(t->said);
	free(t->v);
}

static size_t add(struct interns *t, const char *s)
{
	if (t->n % 1024 == 0) {
		t->v = realloc(t->v, (t->n + 1024) * sizeof(*t->v));
		if (!t->v)
			die("out of memory");
	}
	t->v[t->n] = s;
	return t->n++;
}

/* What is said, by its bytes, which are copied when new. */
static size_t said(struct interns *t, const char *s, size_t n)
{
	size_t at = index_find(t->said, s, n);
	const char *copy;

	if (at != INDEX_NEW)
		return at;
	copy = arena_strndup(t->arena, s, n);
	at = add(t, copy);
	*index_add(t->said, copy, n) = at;
	return at;
}

const char *intern(struct interns *t, struct scan *s, const struct scan_text *text)
{
	const char *clean;
	json_t *decoded;
	size_t *at, plain;

	if (text->plain) {
		plain = said(t, text->s, text->n);
		return t->v[plain];
	}
	at = index_add(t->written, text->s, text->n);
	if (*at == INDEX_NEW) {
		decoded = scan_decode(s, text);
		clean = decoded ? clean_text(t->arena, json_string_value(decoded)) : "";
		*at = said(t, clean, strlen(clean));
		json_decref(decoded);
	}
	return t->v[*at];
}
