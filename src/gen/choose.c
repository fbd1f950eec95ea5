/* SPDX-License-Identifier: MIT */
/* The cases that a first answer needs: for each convention, those that exercise something no
 * earlier case does. */
#include "gen/coverage.h"
#include "util/index.h"

#include <string.h>

/* What was exercised so far, as texts in `a`. */
struct seen {
	struct arena *a;
	struct index *texts;
};

/* True if the text is new. */
static bool see(struct seen *s, const char *text)
{
	size_t *known = index_add_text(s->texts, text);
	bool new = *known == INDEX_NEW;

	*known = true;
	return new;
}

/* "GG" for two general registers, "S" for the stack: the kinds of places a value travels in. */
static const char *kinds(struct arena *a, const struct value_place *p)
{
	char *s = arena_alloc(a, p->nlocs + 3);
	unsigned n = 0;

	if (p->unspecified)
		s[n++] = '?';
	if (p->by_reference)
		s[n++] = '&';
	for (unsigned i = 0; i < p->nlocs; i++)
		s[n++] = (char)('A' + p->loc[i].kind);
	return s;
}

/* Does the case show a type, where it may be, that was not shown before? */
static bool new_types(struct seen *s, const struct gen_case *c)
{
	const struct prototype *p = c->call.decl->proto;
	const char *conv = c->call.conv->name;
	bool new;

	new = see(s, arena_printf(s->a, "%s group %s", conv, c->call.decl->group));
	new |= see(s, arena_printf(s->a, "%s return %s %s%s", conv, type_spell(s->a, p->ret, ""),
				   kinds(s->a, &c->call.place.ret),
				   c->call.place.hidden.nlocs ? "*" : ""));
	for (unsigned i = 0; i < c->call.place.nargs; i++)
		new |= see(s,
			   arena_printf(s->a, "%s %s %s %s", conv,
					i < c->call.place.nnamed ? "argument" : "variable argument",
					type_spell(s->a, proto_arg_type(p, i), ""),
					kinds(s->a, &c->call.place.arg[i])));
	return new;
}

/* Each of these was written for one thing: no other case replaces it. */
static bool is_special(const struct case_decl *d)
{
	return d->through || d->leaf || d->tail || d->nknown || d->proto->attribute ||
	       d->nconventions;
}

void coverage_choose(struct arena *a, struct gen_set *set)
{
	const struct convention *conv = NULL;
	struct coverage_walk *walk = NULL;
	struct seen seen = { a, index_new() };
	size_t kept = 0;

	for (size_t i = 0; i < set->n; i++) {
		struct gen_case *c = &set->v[i];
		bool wanted;

		if (c->call.conv != conv)
			walk = coverage_walk(a, conv = c->call.conv);
		wanted = is_special(c->call.decl);
		wanted |= coverage_take(walk, c);
		wanted |= new_types(&seen, c);
		if (!wanted)
			continue;
		set->v[kept] = *c;
		set->v[kept].index = (uint32_t)kept;
		kept++;
	}
	index_free(seen.texts);
	set->n = kept;
	set->nbatches = 0;
	gen_batches(a, set);
}
