/* SPDX-License-Identifier: MIT */
/* Which cases are compiled as one file. A compiler's start costs as much as a dozen functions, so
 * files are large; cases of several case files share one if what those files name does not clash.
 */
#include "gen/gen.h"
#include "util/index.h"

#include <string.h>

enum { BATCH = 100 }; /* cases, two functions each */

/* The tags, typedef names and enumerators of a batch, and the file each comes from. */
struct names {
	struct {
		const char *name, *file;
	} * v;
	size_t n;
};

/* The types a case is made from, each once. */
struct types {
	const struct type **v;
	size_t n;
};

static void collect(struct arena *a, struct types *seen, const struct type *t)
{
	for (size_t i = 0; i < seen->n; i++) {
		if (seen->v[i] == t)
			return;
	}
	seen->v = arena_grow(a, seen->v, seen->n, sizeof(*seen->v));
	seen->v[seen->n++] = t;
	if (t->of)
		collect(a, seen, t->of);
	for (size_t i = 0; i < t->nfields; i++)
		collect(a, seen, t->fields[i].type);
	if (!t->fn)
		return;
	collect(a, seen, t->fn->ret);
	for (size_t i = 0; i < t->fn->nparams; i++)
		collect(a, seen, t->fn->params[i].type);
}

static void types_of(struct arena *a, const struct prototype *p, struct types *out)
{
	*out = (struct types){ 0 };
	collect(a, out, p->ret);
	for (size_t i = 0; i < p->nparams; i++)
		collect(a, out, p->params[i].type);
	for (size_t i = 0; i < p->nvarargs; i++)
		collect(a, out, p->varargs[i]);
}

/* Does another file in the batch define this name (which may be NULL)? */
static bool taken(const struct names *names, const char *name, const char *file)
{
	for (size_t i = 0; name && i < names->n; i++) {
		if (!strcmp(names->v[i].name, name) && strcmp(names->v[i].file, file))
			return true;
	}
	return false;
}

static bool clash(const struct names *names, const struct types *types, const char *file)
{
	for (size_t i = 0; i < types->n; i++) {
		const struct type *t = types->v[i];

		if (taken(names, t->tag, file) || taken(names, t->alias, file))
			return true;
		for (size_t k = 0; k < t->nenumerators; k++) {
			if (taken(names, t->enumerators[k].name, file))
				return true;
		}
	}
	return false;
}

static void add_name(struct arena *a, struct names *names, const char *name, const char *file)
{
	for (size_t i = 0; i < names->n; i++) {
		if (!name || !strcmp(names->v[i].name, name))
			return;
	}
	if (!name)
		return;
	names->v = arena_grow(a, names->v, names->n, sizeof(*names->v));
	names->v[names->n].name = name;
	names->v[names->n++].file = file;
}

static void add_names(struct arena *a, struct names *names, const struct types *types,
		      const char *file)
{
	for (size_t i = 0; i < types->n; i++) {
		const struct type *t = types->v[i];

		add_name(a, names, t->tag, file);
		add_name(a, names, t->alias, file);
		for (size_t k = 0; k < t->nenumerators; k++)
			add_name(a, names, t->enumerators[k].name, file);
	}
}

/* The name of files, targets of ninja and words of shells: letters, digits and few others, whatever
 * the case file is called. Case files of one stem in different folders must not share it: `names`
 * are those given, and how many begin alike, so that the next number is known. */
static const char *batch_name(struct arena *a, struct index *names, const struct gen_case *c)
{
	char *stem = arena_printf(a, "%s_%s_", c->call.conv->name, c->call.decl->stem);
	unsigned number;
	size_t *like;

	for (char *p = stem; *p; p++) {
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || strchr("_-.+", *p)))
			*p = '_';
	}
	like = index_add_text(names, stem);
	number = *like == INDEX_NEW ? 0 : (unsigned)*like;
	for (;; number++) {
		char *name = arena_printf(a, "%s%u", stem, number);
		size_t *taken = index_add_text(names, name);

		if (*taken != INDEX_NEW)
			continue;
		*taken = 0;
		*index_add_text(names, stem) = number + 1;
		return name;
	}
}

/* Code through hand-written assembly declares what that needs, so it stays with its own file. */
static bool may_join(const struct gen_case *first, const struct gen_case *last,
		     const struct gen_case *c)
{
	const char *file = c->call.decl->proto->pos.file;

	if (first->call.conv != c->call.conv)
		return false;
	return !strcmp(last->call.decl->proto->pos.file, file) ||
	       (!first->call.decl->through && !last->call.decl->through && !c->call.decl->through);
}

void gen_batches(struct arena *a, struct gen_set *set)
{
	struct index *given = index_new();
	struct names names = { 0 };

	for (size_t i = 0; i < set->n; i++) {
		struct gen_case *c = &set->v[i];
		struct gen_batch *b = set->nbatches ? &set->batch[set->nbatches - 1] : NULL;
		const char *file = c->call.decl->proto->pos.file;
		struct types types;

		types_of(a, c->call.decl->proto, &types);
		if (!b || b->n == BATCH || !may_join(&set->v[b->first], &set->v[i - 1], c) ||
		    clash(&names, &types, file)) {
			const char *name = batch_name(a, given, c);

			set->batch = arena_grow(a, set->batch, set->nbatches, sizeof(*b));
			b = &set->batch[set->nbatches++];
			*b = (struct gen_batch){ .name = name, .first = i };
			names.n = 0;
		}
		add_names(a, &names, &types, file);
		b->n++;
		c->batch = set->nbatches - 1;
	}
	index_free(given);
}
