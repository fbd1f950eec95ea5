/* SPDX-License-Identifier: MIT */
/* Columns, and which cases a compiler can express: decided by the probes of toolchain.h. */
#include "plan/plan.h"

#include <string.h>

/* The feature a type needs, or FEATURE_COUNT. */
static enum feature feature_of(const struct type *t)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return FEATURE_BOOL;
	case TYPE_LLONG:
	case TYPE_ULLONG:
		return FEATURE_LLONG;
	case TYPE_INT128:
	case TYPE_UINT128:
		return FEATURE_INT128;
	case TYPE_FLOAT:
		return FEATURE_FLOAT;
	case TYPE_DOUBLE:
		return FEATURE_DOUBLE;
	case TYPE_LDOUBLE:
		return FEATURE_LDOUBLE;
	case TYPE_ENUM:
		return FEATURE_ENUM;
	case TYPE_POINTER:
		return t->of->kind == TYPE_FUNCTION ? FEATURE_FNPTR : FEATURE_COUNT;
	default:
		return FEATURE_COUNT;
	}
}

static const struct probe *lacks(const struct target *t, const struct type *type)
{
	enum feature f = feature_of(type);

	return f < FEATURE_COUNT && !t->feature[f].ok ? &t->feature[f] : NULL;
}

static size_t convention_index(const struct convention *c)
{
	size_t i = 0;

	while (conventions[i] != c)
		i++;
	return i;
}

/* The probe that rules the case out, or NULL. */
static const struct probe *ruled_out(const struct target *t, const struct gen_case *c)
{
	const struct prototype *p = c->decl->proto;
	size_t conv = convention_index(c->conv);
	const struct probe *l;

	if (!t->convention[conv].ok)
		return &t->convention[conv];
	if (p->variadic && !t->variadic[conv].ok)
		return &t->variadic[conv];
	l = lacks(t, p->ret);
	for (unsigned i = 0; !l && i < c->place.nargs; i++)
		l = lacks(t, abi_arg_type(p, i));
	return l;
}

/* tcc's code calls helpers of its own (va_arg, for one). Asked of the compiler: the line after
 * "libtcc1:" of its search folders. */
static const char *support_library(struct arena *a, const struct compiler *c, enum width w)
{
	const char *const argv[] = { c->path, w == W32 ? "-m32" : "-m64", "-print-search-dirs",
				     NULL };
	const char *library = NULL;
	struct str out = { 0 };
	char *at;

	if (strcmp(c->family, "tcc") || run_program(argv, 10, &out) != 0 || !out.s)
		return NULL;
	at = strstr(out.s, "libtcc1:");
	if (at) {
		at += strcspn(at, "\n");
		at += strspn(at, " \n");
		library = arena_strndup(a, at, strcspn(at, "\n"));
	}
	str_free(&out);
	return library;
}

static void decide(struct plan *p, struct column *col)
{
	const struct gen_set *set = &p->set[col->width];
	const struct target *t = &col->compiler->target[col->width];

	if (!t->works.ok) {
		col->unusable = t->works.why ? t->works.why : "does not compile for this width";
		return;
	}
	col->absent = arena_alloc(p->arena, set->n + 1);
	col->why = arena_alloc(p->arena, (set->n + 1) * sizeof(*col->why));
	for (size_t i = 0; i < set->n; i++) {
		const struct probe *l = ruled_out(t, &set->v[i]);

		if (!l)
			continue;
		col->absent[i] = UNSUPPORTED;
		col->why[i] = l->why ? l->why : "the compiler rejects it";
	}
}

void plan_columns(struct plan *p, struct compiler_list *compilers, const bool widths[WIDTHS],
		  const char *const *opts)
{
	const char *cache = arena_printf(p->arena, "%s/probes", p->work);

	for (size_t i = 0; i < compilers->n; i++) {
		struct compiler *c = &compilers->v[i];

		for (enum width w = W32; w < WIDTHS; w++) {
			if (!widths[w] || !p->set[w].n)
				continue;
			if (p->progress)
				p->progress(arena_printf(p->arena, "probing %s -m%u", c->name,
							 width_bits(w)));
			compiler_probe(p->arena, c, w, cache);
			c->target[w].library = support_library(p->arena, c, w);
			for (const char *const *o = opts; *o; o++) {
				struct column col = { .compiler = c, .width = w, .opt = *o };

				col.name = arena_printf(p->arena, "%s -m%u -%s", c->name,
							width_bits(w), *o);
				col.id = arena_printf(p->arena, "%s/%u/%s", c->name, width_bits(w),
						      *o);
				decide(p, &col);
				p->columns =
					arena_grow(p->arena, p->columns, p->ncolumns, sizeof(col));
				p->columns[p->ncolumns++] = col;
			}
		}
	}
	if (p->progress)
		p->progress(NULL);
}
