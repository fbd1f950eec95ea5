/* SPDX-License-Identifier: MIT */
/* Lines of `--known FILE':
 *
 *   COMPILER[<=>VERSION] CASES [32|64] [@PROFILE] [callee|caller] [CHECK,...]: REASON
 */
#include "verdict/accepted.h"
#include "verdict/judge.h"
#include "util/words.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define FORM                                                                                 \
	"write: COMPILER[<=>VERSION] CASES [32|64] [@PROFILE] [callee|caller] [CHECK,...]: " \
	"REASON, as in tcc 'fastcall/*' 32 callee argument: not supported"

static bool is_glob(const char *s)
{
	return s[strcspn(s, "*?[")];
}

void accepted_add(struct arena *a, struct accepted_list *l, const struct accepted *line)
{
	const json_t *first;

	l->v = arena_grow(a, l->v, l->n, sizeof(*l->v));
	l->v[l->n] = *line;
	l->v[l->n].next = SIZE_MAX;
	if (is_glob(line->cases)) {
		l->globs = arena_grow(a, l->globs, l->nglobs, sizeof(*l->globs));
		l->globs[l->nglobs++] = l->n;
	} else {
		if (!l->by_case)
			l->by_case = json_object();
		first = json_object_get(l->by_case, line->cases);
		if (first)
			l->v[l->n].next = (size_t)json_integer_value(first);
		json_object_set_new_nocheck(l->by_case, line->cases,
					    json_integer((json_int_t)l->n));
	}
	l->n++;
}

/* Parsing -------------------------------------------------------------------------------------- */

struct reading {
	struct arena *a;
	const char *path;
	unsigned line;
	const char *wrong;
};

static bool wrong(struct reading *r, const char *what, const char *word)
{
	r->wrong = arena_printf(r->a, "%s:%u: error: %s%s%s%s\n%s", r->path, r->line, what,
				word ? " '" : "", word ? word : "", word ? "'" : "", FORM);
	return false;
}

static bool compiler(struct reading *r, const char *word, struct accepted *out)
{
	size_t n = strcspn(word, "<=>");
	const char *op = word + n, *number;
	char *end;

	out->spelt = word;
	out->known.family = arena_strndup(r->a, word, n);
	if (!*op)
		return true;
	out->known.op = *op == '<' ? KNOWN_LT : *op == '>' ? KNOWN_GT : KNOWN_EQ;
	number = op + 1;
	if (*number == '=' && *op != '=') {
		out->known.op = *op == '<' ? KNOWN_LE : KNOWN_GE;
		number++;
	}
	out->known.version = (unsigned)strtoul(number, &end, 10);
	return (*number && !*end) || wrong(r, "no version in", word);
}

static bool check_names(struct reading *r, const char *word, struct accepted *out)
{
	const char **names = split_list(r->a, word);

	for (size_t i = 0; names[i]; i++) {
		bool found = false;

		for (int c = 0; c < CHECK_COUNT; c++)
			found = found || !strcmp(checks[c].name, names[i]);
		if (!found)
			return wrong(r, "unknown check (`clobber list checks')", names[i]);
		out->known.nchecks++;
	}
	out->known.checks = names;
	return true;
}

/* A word behind the compiler and the cases. */
static bool detail(struct reading *r, const char *word, struct accepted *out)
{
	if (!strcmp(word, "32") || !strcmp(word, "64")) {
		out->width = word[0] == '3' ? 32 : 64;
		return true;
	}
	if (!strcmp(word, direction_name(CL_CALLEE)) || !strcmp(word, direction_name(CL_CALLER))) {
		out->known.direction = word;
		return true;
	}
	if (*word != '@')
		return out->known.checks ? wrong(r, "unexpected", word) : check_names(r, word, out);
	out->profile = word + 1;
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (!strcmp(profiles[f].name, word + 1))
			return true;
	}
	return wrong(r, "unknown profile (`clobber list profiles')", word + 1);
}

static bool one_line(struct reading *r, const char *text, struct accepted *out)
{
	const char *colon = strchr(text, ':');
	char *head, *word, *rest = NULL;
	unsigned n = 0;

	if (!colon || !colon[1 + strspn(colon + 1, " \t\r")])
		return wrong(r, "there is no reason behind a colon", NULL);
	out->known.reason = colon + 1 + strspn(colon + 1, " \t");
	out->where = arena_printf(r->a, "%s:%u", r->path, r->line);
	head = arena_strndup(r->a, text, (size_t)(colon - text));
	for (word = strtok_r(head, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest), n++) {
		if (n == 0 && !compiler(r, word, out))
			return false;
		if (n == 1)
			out->cases = word;
		if (n > 1 && !detail(r, word, out))
			return false;
	}
	return n > 1 || wrong(r, "it names no cases", NULL);
}

const char *accepted_parse(struct arena *a, struct accepted_list *l, const char *path,
			   const char *text)
{
	struct reading r = { .a = a, .path = path };

	while (*text) {
		size_t n = strcspn(text, "\n");
		struct accepted line = { 0 };
		char *s = arena_strndup(a, text, n);

		r.line++;
		text += n + (text[n] == '\n');
		n = strlen(s);
		while (n && strchr(" \t\r", s[n - 1]))
			s[--n] = 0;
		s += strspn(s, " \t");
		if (!*s || *s == '#')
			continue;
		if (!one_line(&r, s, &line))
			return r.wrong;
		accepted_add(a, l, &line);
	}
	return NULL;
}

/* Matching ------------------------------------------------------------------------------------- */

static bool about(const struct accepted *k, const struct column *col, const char *id, int direction)
{
	const struct compiler *cc = col->compiler;

	return (!strcmp(k->known.family, cc->name) || !strcmp(k->known.family, cc->family)) &&
	       known_version(&k->known, cc->version) &&
	       (!k->width || k->width == width_bits(col->width)) &&
	       (!k->profile || !strcmp(k->profile, profiles[col->profile].name)) &&
	       (!k->known.direction || !strcmp(k->known.direction, direction_name(direction))) &&
	       fnmatch(k->cases, id, 0) == 0;
}

static bool of_check(const struct accepted *k, enum check check)
{
	for (size_t i = 0; i < k->known.nchecks; i++) {
		if (!strcmp(k->known.checks[i], checks[check].name))
			return true;
	}
	return !k->known.nchecks;
}

/* The first line of a case that has no wildcard. */
static size_t first_of(const struct accepted_list *l, const char *id)
{
	const json_t *j = json_object_get(l->by_case, id);

	return j ? (size_t)json_integer_value(j) : SIZE_MAX;
}

const struct known *accepted_find(struct accepted_list *l, const struct column *col,
				  const struct finding *f)
{
	const struct known *found = NULL;

	/* All that expect it: none of them has vanished. */
	for (size_t i = first_of(l, f->c->id); i != SIZE_MAX; i = l->v[i].next) {
		if (about(&l->v[i], col, f->c->id, f->direction) && of_check(&l->v[i], f->check)) {
			l->v[i].found = true;
			found = &l->v[i].known;
		}
	}
	for (size_t i = 0; i < l->nglobs; i++) {
		struct accepted *k = &l->v[l->globs[i]];

		if (about(k, col, f->c->id, f->direction) && of_check(k, f->check)) {
			k->found = true;
			found = found ? found : &k->known;
		}
	}
	return found;
}

static void executed(struct accepted_list *l, const struct column *col, const char *id, int d)
{
	for (size_t i = first_of(l, id); i != SIZE_MAX; i = l->v[i].next)
		l->v[i].executed = l->v[i].executed || about(&l->v[i], col, id, d);
	for (size_t i = 0; i < l->nglobs; i++) {
		struct accepted *k = &l->v[l->globs[i]];

		k->executed = k->executed || about(k, col, id, d);
	}
}

void accepted_vanished(struct matrix *m)
{
	struct accepted_list *l = m->accepted;

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *col = &m->plan->columns[i];
		const struct gen_set *set = column_set(m->plan, col);

		for (size_t k = 0; k < 2 * set->n; k++) {
			if (m->runs[i].judged[k].verdict >= VERDICT_PASS)
				executed(l, col, set->v[k / 2].id, (int)(k % 2));
		}
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct accepted *k = &l->v[i];

		if (!k->executed || k->found)
			continue;
		m->vanished = arena_grow(m->arena, m->vanished, m->nvanished, sizeof(*m->vanished));
		m->vanished[m->nvanished++] = (struct vanished){ .id = k->cases,
								 .compiler = k->spelt,
								 .where = k->where,
								 .reason = k->known.reason };
	}
}
