/* SPDX-License-Identifier: MIT */
/* See family.h. */
#include "check/family.h"

#include <fnmatch.h>
#include <string.h>

static const struct contract_line *family_line(const struct case_decl *d, size_t *from)
{
	for (; *from < d->ncontract; (*from)++) {
		if (!strcmp(d->contract[*from].word, "for"))
			return &d->contract[(*from)++];
	}
	return NULL;
}

static bool is_family(const struct case_decl *d)
{
	size_t from = 0;

	return family_line(d, &from) != NULL;
}

/* Does one of the patterns of the line, words that spaces or commas separate, match? */
static bool line_matches(struct arena *a, const char *rest, const char *name)
{
	static const char between[] = " \t\r,";

	for (const char *s = rest + strspn(rest, between); *s; s += strspn(s, between)) {
		size_t n = strcspn(s, between);

		if (!strncmp(s, "//", 2))
			return false;
		if (!fnmatch(arena_strndup(a, s, n), name, 0))
			return true;
		s += n;
	}
	return false;
}

static bool matches(struct arena *a, const struct case_decl *d, const char *name)
{
	const struct contract_line *l;
	size_t from = 0;

	while ((l = family_line(d, &from))) {
		if (line_matches(a, l->rest, name))
			return true;
	}
	return false;
}

static bool is_declared(const struct case_list *cases, const char *name)
{
	for (size_t i = 0; i < cases->n; i++) {
		if (!is_family(&cases->v[i]) && !strcmp(cases->v[i].proto->name, name))
			return true;
	}
	return false;
}

/* The declaration with another name in it. */
static struct case_decl renamed(struct arena *a, const struct case_decl *d, const char *name)
{
	struct prototype *p = arena_alloc(a, sizeof(*p));
	const char *at = d->proto->text;
	size_t n = strlen(d->proto->name);
	struct case_decl out = *d;

	*p = *d->proto;
	p->name = name;
	while ((at = strstr(at, d->proto->name)) && at[n + strspn(at + n, " ")] != '(')
		at += n;
	if (at)
		p->text = arena_printf(a, "%.*s%s%s", (int)(at - d->proto->text), d->proto->text,
				       name, at + n);
	out.proto = p;
	return out;
}

static bool expand(struct arena *a, const struct case_list *all, const struct case_decl *d,
		   const struct objects *o, struct case_list *out)
{
	size_t before = out->n;

	for (size_t i = 0; i < o->nsymbols; i++) {
		const struct object_symbol *s = &o->symbol[i];
		bool known = false;

		if (!s->global || !s->code || !matches(a, d, s->name) || is_declared(all, s->name))
			continue;
		for (size_t k = 0; k < out->n; k++)
			known = known || !strcmp(out->v[k].proto->name, s->name);
		if (known)
			continue;
		out->v = arena_grow(a, out->v, out->n, sizeof(*out->v));
		out->v[out->n++] = renamed(a, d, s->name);
	}
	return out->n > before;
}

int families_expand(struct arena *a, struct declarations *d, const struct objects *o,
		    const char **error)
{
	struct case_list out = { 0 };

	for (size_t i = 0; i < d->cases.n; i++) {
		const struct case_decl *x = &d->cases.v[i];
		size_t from = 0;
		const struct contract_line *l = family_line(x, &from);

		if (!l) {
			out.v = arena_grow(a, out.v, out.n, sizeof(*out.v));
			out.v[out.n++] = *x;
		} else if (!expand(a, &d->cases, x, o, &out)) {
			*error = arena_printf(
				a,
				"%s:%u: error: `for %s': no function of the objects has "
				"such a name",
				l->pos.file, l->pos.line, l->rest);
			return -1;
		}
	}
	d->cases = out;
	return 0;
}
