/* SPDX-License-Identifier: MIT */
/* How generated C reads the value of an argument or a result. */
#include "gen/gen.h"

const char *gen_access_type(struct arena *a, const struct type *t)
{
	return t->kind == TYPE_POINTER ? "void *" : type_spell(a, t, "");
}

/* An integer narrower than this is loaded from a wider, dirty one and converted. */
static bool loads_dirty(const struct type *t, enum width w)
{
	return type_is_integer(t) && t->kind != TYPE_BOOL && t->kind != TYPE_ENUM &&
	       t->size[w] < word_bytes(w);
}

static bool is_record(const struct type *t)
{
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;
}

void gen_load(struct str *out, struct arena *a, enum language language, const struct type *t,
	      enum width w, const char *area, unsigned offset)
{
	const char *wide = t->size[w] < 4 ? "int" : "long long";

	if (loads_dirty(t, w))
		str_addf(out, "(%s)*(%s volatile *)(%s + %u)", type_spell(a, t, ""), wide, area,
			 offset);
	else if (language == LANGUAGE_CXX && t->kind == TYPE_POINTER)
		str_addf(out, "(%s)*(void *volatile *)(%s + %u)", type_spell(a, t, ""), area,
			 offset);
	else if (language == LANGUAGE_CXX && is_record(t))
		str_addf(out, "*(%s *)(%s + %u)", type_spell(a, t, ""), area, offset);
	else
		str_addf(out, "*(%s volatile *)(%s + %u)", gen_access_type(a, t), area, offset);
}
