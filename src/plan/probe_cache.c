/* SPDX-License-Identifier: MIT */
/* The answers of a probed compiler, kept in one text file per key. The last line holds a hash of
 * the others: a damaged or truncated file is as good as none. */
#include "plan/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *cache_path(struct arena *a, const char *cache, const struct probe_list *l)
{
	return arena_printf(a, "%s/%016" PRIx64 ".probe", cache, l->key);
}

/* The next line, cut out of *text in place; NULL at the end. */
static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = 0;
	*text = end + 1;
	return line;
}

/* What follows `word` and a blank at the start of `line`, or NULL. */
static const char *after(const char *line, const char *word)
{
	size_t n = strlen(word);

	if (!line || strncmp(line, word, n) || (line[n] && line[n] != ' '))
		return NULL;
	return line[n] ? line + n + 1 : line + n;
}

/* "ok" or "no WHY" */
static bool parse_answer(struct arena *a, const char *s, struct probe *p)
{
	const char *why = s ? after(s, "no") : NULL;

	*p = (struct probe){ 0 };
	if (why && *why) {
		p->why = arena_strdup(a, why);
		return true;
	}
	p->ok = s && !strcmp(s, "ok");
	return p->ok;
}

/* Check and cut off the last line. */
static bool intact(char *text, size_t len)
{
	char *last;
	uint64_t sum;

	if (!len || strlen(text) != len || text[len - 1] != '\n')
		return false;
	text[len - 1] = 0;
	last = strrchr(text, '\n');
	if (!last || sscanf(last + 1, "end %" SCNx64, &sum) != 1)
		return false;
	last[1] = 0;
	return sum == hash_str(HASH_INIT, text);
}

static bool parse(struct arena *a, char *text, const struct probe_list *l, struct target *t)
{
	struct probe works, answers[MAX_ITEMS];
	const char *flags[MAX_FLAGS] = { NULL };
	size_t nflags = 0;
	const char *s;

	if (!after(next_line(&text), "clobber-probe") ||
	    !parse_answer(a, after(next_line(&text), "works"), &works))
		return false;
	for (; after(text, "flag"); nflags++) {
		if (nflags + 1 >= MAX_FLAGS)
			return false;
		flags[nflags] = arena_strdup(a, after(next_line(&text), "flag"));
	}
	for (size_t i = 0; i < l->n; i++) {
		s = after(next_line(&text), l->item[i].kind);
		s = after(s, l->item[i].name);
		if (!parse_answer(a, s, &answers[i]))
			return false;
	}
	if (*text)
		return false;
	t->works = works;
	memcpy(t->flags, flags, sizeof(flags));
	for (size_t i = 0; i < l->n; i++)
		*l->item[i].result = answers[i];
	return true;
}

bool probe_cache_load(struct arena *a, const char *cache, const struct probe_list *l,
		      struct target *t)
{
	size_t len;
	char *text = file_read(cache_path(a, cache, l), &len);
	bool ok = text && intact(text, len) && parse(a, text, l, t);

	free(text);
	return ok;
}

static void add_answer(struct str *b, const struct probe *p)
{
	str_addf(b, " %s%s\n", p->ok ? "ok" : "no ", p->ok ? "" : p->why);
}

void probe_cache_store(struct arena *a, const char *cache, const struct probe_list *l,
		       const struct compiler *c, const struct target *t)
{
	const char *path = cache_path(a, cache, l);
	struct str b = { 0 };

	str_addf(&b, "clobber-probe %s %s\nworks", c->name, c->version);
	add_answer(&b, &t->works);
	for (const char *const *flag = t->flags; *flag; flag++)
		str_addf(&b, "flag %s\n", *flag);
	for (size_t i = 0; i < l->n; i++) {
		str_addf(&b, "%s %s", l->item[i].kind, l->item[i].name);
		add_answer(&b, l->item[i].result);
	}
	str_addf(&b, "end %016" PRIx64 "\n", hash_str(HASH_INIT, b.s));
	if (make_dirs(cache) < 0 || file_write(path, b.s, b.len) < 0)
		warn("cannot keep what %s can do in %s: %s", c->name, path, strerror(errno));
	str_free(&b);
}
