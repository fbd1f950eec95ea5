/* SPDX-License-Identifier: MIT */
/* A prototype as a piece of a case file that can be pasted anywhere: its tags, enumerators and
 * typedefs are renamed after the function, so that nothing clashes. */
#include "fuzz/fuzz.h"

#include <string.h>

enum { MAX_RENAMED = 128 };

struct renaming {
	struct arena *a;
	const char *name;
	struct str definitions;
	struct {
		const struct type *from;
		struct type *to;
	} done[MAX_RENAMED];
	size_t ndone;
	unsigned tags;
};

static const struct type *copy(struct renaming *n, const struct type *t);
static void copy_inside(struct renaming *n, struct type *c);

static const struct prototype *copy_function(struct renaming *n, const struct prototype *p)
{
	struct prototype *c = arena_alloc(n->a, sizeof(*c));

	*c = *p;
	c->ret = copy(n, p->ret);
	c->params = arena_alloc(n->a, (p->nparams + 1) * sizeof(*c->params));
	for (size_t i = 0; i < p->nparams; i++)
		c->params[i] = (struct param){ p->params[i].name, copy(n, p->params[i].type) };
	c->varargs = arena_alloc(n->a, (p->nvarargs + 1) * sizeof(*c->varargs));
	for (size_t i = 0; i < p->nvarargs; i++)
		c->varargs[i] = copy(n, p->varargs[i]);
	return c;
}

static const char *fresh(struct renaming *n, enum type_kind kind)
{
	char letter = kind == TYPE_STRUCT  ? 's'
		      : kind == TYPE_UNION ? 'u'
		      : kind == TYPE_ENUM  ? 'e'
					   : 't';

	return arena_printf(n->a, "%s_%c%u", n->name, letter, n->tags++);
}

static void define(struct renaming *n, const struct type *t)
{
	str_addf(&n->definitions, "%s;\n", type_define(n->a, t));
}

/* Of a member without a name: spelt with its body. */
static const struct type *copy_untagged(struct renaming *n, const struct type *t)
{
	struct type *c = arena_alloc(n->a, sizeof(*c));

	*c = *t;
	c->tag = NULL;
	copy_inside(n, c);
	return c;
}

/* Members and enumerators. Their types are defined before the type itself is. */
static void copy_inside(struct renaming *n, struct type *c)
{
	struct field *fields = arena_alloc(n->a, (c->nfields + 1) * sizeof(*fields));
	struct enumerator *enumerators =
		arena_alloc(n->a, (c->nenumerators + 1) * sizeof(*enumerators));

	for (size_t i = 0; i < c->nfields; i++) {
		fields[i] = c->fields[i];
		fields[i].type = fields[i].name || fields[i].is_bitfield
					 ? copy(n, fields[i].type)
					 : copy_untagged(n, fields[i].type);
	}
	for (size_t i = 0; i < c->nenumerators; i++)
		enumerators[i] = (struct enumerator){ arena_printf(n->a, "%s_%zu", c->tag, i),
						      c->enumerators[i].value };
	c->fields = fields;
	c->enumerators = enumerators;
}

static const struct type *copy(struct renaming *n, const struct type *t)
{
	bool tagged = t->kind == TYPE_STRUCT || t->kind == TYPE_UNION || t->kind == TYPE_ENUM;
	struct type *c;

	if (!tagged && !t->alias && !t->of && !t->fn)
		return t;
	for (size_t i = 0; i < n->ndone; i++) {
		if (n->done[i].from == t)
			return n->done[i].to;
	}
	c = arena_alloc(n->a, sizeof(*c));
	*c = *t;
	if (n->ndone < MAX_RENAMED) {
		n->done[n->ndone].from = t;
		n->done[n->ndone++].to = c;
	}
	if (t->alias) {
		c->of = t->of ? copy(n, t->of) : NULL;
		c->alias = fresh(n, TYPE_VOID);
		if (tagged && !t->of) {
			c->tag = NULL;
			copy_inside(n, c);
		}
		define(n, c);
		return c;
	}
	if (tagged) {
		c->tag = fresh(n, t->kind);
		copy_inside(n, c);
		define(n, c);
		return c;
	}
	if (t->of)
		c->of = copy(n, t->of);
	if (t->fn)
		c->fn = copy_function(n, t->fn);
	return c;
}

char *fuzz_case_text(struct arena *a, const struct prototype *p, const char *name, const char *abi)
{
	struct renaming n = { .a = a, .name = name };
	struct prototype *c = (struct prototype *)copy_function(&n, p);
	struct str s = { 0 };
	char *r;

	c->name = name;
	str_add(&s, n.definitions.s ? n.definitions.s : "");
	if (abi)
		str_addf(&s, "//! abi %s\n", abi);
	if (p->implicit)
		str_addf(&s, "//! implicit %s: %s\n", p->called, p->implicit);
	for (size_t i = 0; i < c->nvarargs; i++)
		str_addf(&s, "%s%s%s", i ? ", " : "//! varargs ", type_spell(a, c->varargs[i], ""),
			 i + 1 == c->nvarargs ? "\n" : "");
	str_addf(&s, "%s;\n", proto_spell(a, c));
	r = arena_strdup(a, s.s);
	str_free(&s);
	str_free(&n.definitions);
	return r;
}
