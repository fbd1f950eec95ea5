/* SPDX-License-Identifier: MIT */
/* Types and prototypes written out as C. */
#include "proto/type.h"

/* A chain of typedefs of functions that take the previous one twice doubles its length at each
 * level: after this many types the rest is "...". */
enum { MAX_SPELLED = 16384 };

struct speller {
	struct arena *a;
	unsigned spelled; /* types so far */
};

static char *spell(struct speller *sp, const struct type *t, const char *inner);

static char *join(struct speller *sp, const char *type, const char *inner)
{
	return *inner ? arena_printf(sp->a, "%s %s", type, inner) : arena_strdup(sp->a, type);
}

/* Declarator and parameter list of a function. */
static char *spell_call(struct speller *sp, const struct prototype *p, const char *inner)
{
	char *s = arena_printf(sp->a, "%s(", inner);

	for (size_t i = 0; i < p->nparams; i++) {
		const char *name = p->params[i].name ? p->params[i].name : "";

		s = arena_printf(sp->a, "%s%s%s", s, i ? ", " : "",
				 spell(sp, p->params[i].type, name));
	}
	if (!p->nparams)
		s = arena_printf(sp->a, "%svoid", s);
	return arena_printf(sp->a, "%s%s)", s, p->variadic ? ", ..." : "");
}

static char *spell_pointer(struct speller *sp, const struct type *t, const char *inner)
{
	const struct type *of = t->of;

	if (of->kind == TYPE_FUNCTION && of->fn->attribute)
		inner = arena_printf(sp->a, "(%s *%s)", of->fn->attribute, inner);
	else if (of->kind == TYPE_FUNCTION || (of->kind == TYPE_ARRAY && !of->alias))
		inner = arena_printf(sp->a, "(*%s)", inner);
	else
		inner = arena_printf(sp->a, "*%s", inner);
	if (of->kind == TYPE_FUNCTION && !of->alias)
		return spell(sp, of->fn->ret, spell_call(sp, of->fn, inner));
	return spell(sp, of, inner);
}

static char *spell_field(struct speller *sp, const struct field *f)
{
	char *s = spell(sp, f->type, f->name ? f->name : "");

	if (f->is_bitfield)
		s = arena_printf(sp->a, "%s : %u", s, f->bits);
	if (f->packed)
		s = arena_printf(sp->a, "%s __attribute__((packed))", s);
	if (f->aligned)
		s = arena_printf(sp->a, "%s __attribute__((aligned(%u)))", s, f->aligned);
	return s;
}

static const char *const basic_names[] = {
#define X(kind, name, s32, a32, s64, a64) name,
	BASIC_TYPES(X)
#undef X
};

/* "struct TAG { ... }", or "struct TAG" of an incomplete type. */
static char *spell_body(struct speller *sp, const struct type *t)
{
	const char *word = t->kind == TYPE_STRUCT  ? "struct"
			   : t->kind == TYPE_UNION ? "union"
						   : "enum";
	char *head = join(sp, word, t->tag ? t->tag : "");
	struct str s = { 0 };
	char *all;

	if (t->incomplete)
		return head;
	if (t->fixed)
		head = arena_printf(sp->a, "%s : %s", head, basic_names[t->of->kind]);
	str_add(&s, head);
	for (size_t i = 0; i < t->nbases; i++)
		str_addf(&s, "%s%s", i ? ", " : " : ", t->bases[i].type->tag);
	str_add(&s, " {");
	if (t->special & SPECIAL_COPY)
		str_addf(
			&s,
			" %s() { } %s(const %s &o) { __builtin_memcpy((void *)this, (const void *)&o, "
			"sizeof(o)); }",
			t->tag, t->tag, t->tag);
	if (t->special & SPECIAL_DESTRUCTOR)
		str_addf(&s, " ~%s() { }", t->tag);
	for (size_t i = 0; i < t->nfields; i++) {
		if (!t->fields[i].inherited)
			str_addf(&s, " %s;", spell_field(sp, &t->fields[i]));
	}
	for (size_t i = 0; i < t->nenumerators; i++)
		str_addf(&s, "%s %s = %lld", i ? "," : "", t->enumerators[i].name,
			 t->enumerators[i].value);
	str_add(&s, " }");
	if (t->packed)
		str_add(&s, " __attribute__((packed))");
	if (t->transparent)
		str_add(&s, " __attribute__((transparent_union))");
	if (t->aligned && t->kind != TYPE_ENUM)
		str_addf(&s, " __attribute__((aligned(%u)))", t->aligned);
	all = arena_strdup(sp->a, s.s);
	str_free(&s);
	return all;
}

/* Structs, unions and enums as they are used. */
static char *spell_tagged(struct speller *sp, const struct type *t)
{
	if (t->tag)
		return arena_printf(sp->a, "%s %s",
				    t->kind == TYPE_STRUCT  ? "struct"
				    : t->kind == TYPE_UNION ? "union"
							    : "enum",
				    t->tag);
	return spell_body(sp, t);
}

static char *spell(struct speller *sp, const struct type *t, const char *inner)
{
	if (sp->spelled++ >= MAX_SPELLED)
		return arena_strdup(sp->a, "...");
	if (t->alias)
		return join(sp, t->alias, inner);
	if (t->atomic)
		return join(sp, arena_printf(sp->a, "_Atomic %s", basic_names[t->kind]), inner);
	switch (t->kind) {
	case TYPE_POINTER:
		return spell_pointer(sp, t, inner);
	case TYPE_ARRAY:
		if (t->flexible)
			inner = arena_printf(sp->a, "%s[]", inner);
		else
			inner = arena_printf(sp->a, "%s[%u]", inner, t->count);
		return spell(sp, t->of, inner);
	case TYPE_FUNCTION:
		inner = spell_call(sp, t->fn, inner);
		if (t->fn->attribute)
			inner = arena_printf(sp->a, "%s %s", t->fn->attribute, inner);
		return spell(sp, t->fn->ret, inner);
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
		return join(sp, spell_tagged(sp, t), inner);
	case TYPE_COMPLEX:
		/* gcc has no complex __float128 by that name, clang none by the other: csource.c
		 * defines it there. */
		return join(sp,
			    arena_printf(sp->a, "%s _Complex",
					 t->of->kind == TYPE_FLOAT128 ? "_Float128"
								      : basic_names[t->of->kind]),
			    inner);
	case TYPE_VECTOR:
		return join(sp,
			    arena_printf(sp->a, "%s __attribute__((vector_size(%u)))",
					 spell(sp, t->of, ""), t->size[W64]),
			    inner);
	case TYPE_BITINT:
		return join(sp,
			    arena_printf(sp->a, "%s_BitInt(%u)", t->is_unsigned ? "unsigned " : "",
					 t->count),
			    inner);
	default:
		return join(sp, basic_names[t->kind], inner);
	}
}

char *type_spell(struct arena *a, const struct type *t, const char *name)
{
	struct speller sp = { .a = a };

	return spell(&sp, t, name);
}

char *type_define(struct arena *a, const struct type *t)
{
	struct speller sp = { .a = a };
	bool tagged = type_is_record(t) || t->kind == TYPE_ENUM;

	if (type_is_realigned(t)) {
		struct type plain = *t;
		const struct type *of = t->of;

		plain.alias = NULL;
		plain.aligned = 0;
		if (!type_is_record(t))
			of = &plain;
		return arena_printf(a, "typedef %s __attribute__((aligned(%u)))",
				    spell(&sp, of, t->alias), t->aligned);
	}
	if (tagged && t->alias)
		return arena_printf(a, "typedef %s %s", spell_body(&sp, t), t->alias);
	return tagged ? spell_body(&sp, t) : spell(&sp, t, "");
}

char *proto_spell(struct arena *a, const struct prototype *p)
{
	struct speller sp = { .a = a };

	return spell(&sp, p->ret, spell_call(&sp, p, p->name ? p->name : ""));
}
