/* SPDX-License-Identifier: MIT */
/* The prototype of a case as C and messages spell it. */
#include "gen/gen.h"

char *gen_prototype(struct arena *a, const struct call *c)
{
	const struct prototype *p = c->decl->proto;
	struct str s = { 0 };
	char *r;

	if (!p->attribute && *c->conv->attribute)
		str_addf(&s, "%s ", c->conv->attribute);
	str_add(&s, p->text);
	for (size_t i = 0; i < p->nvarargs; i++)
		str_addf(&s, "%s%s", i ? ", " : " /* ", type_spell(a, p->varargs[i], ""));
	if (p->nvarargs)
		str_add(&s, " */");
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}
