/* SPDX-License-Identifier: MIT */
/* Random prototypes: how many arguments, in which order, what comes back. Register files run out
 * after 2, 3, 4, 6 and 8 arguments: most prototypes are about that long, and some of them fill one
 * register file before the others come. */
#include "fuzz/draw.h"

enum { MAX_DRAWN = 16, MAX_VARARGS = 6 };

static size_t draw_count(struct random *r)
{
	static const unsigned weight[MAX_DRAWN + 1] = { 2, 6, 7, 8, 8, 8, 9, 9, 8,
							7, 3, 2, 2, 1, 1, 1, 1 };

	return random_pick(r, weight, ARRAY_SIZE(weight));
}

static void draw_params(struct arena *a, struct random *r, const struct fuzz_weights *w,
			struct prototype *p)
{
	const struct type *filler = draw_type(a, r, w);
	unsigned style = random_below(r, 10);
	size_t prefix = 0;

	/* Six in ten: any order. Two: one type up to a boundary. Two: one type but for some. */
	if (style == 6 || style == 7)
		prefix = 1 + random_below(r, (unsigned)p->nparams + 1);
	for (size_t i = 0; i < p->nparams; i++) {
		bool fill = i < prefix || (style > 7 && !random_percent(r, 25));

		p->params[i].name = draw_name(i);
		p->params[i].type = fill ? filler : draw_type(a, r, w);
	}
}

/* va_start's last named parameter must not be of a type that changes when it is passed (C11
 * 7.16.1.4). */
static bool may_precede_dots(const struct type *t)
{
	return type_promote(t) == t && t->kind != TYPE_ENUM && t->kind != TYPE_FLOAT16 &&
	       t->kind != TYPE_BF16;
}

static void draw_variadic(struct arena *a, struct random *r, const struct fuzz_weights *w,
			  struct prototype *p)
{
	const struct param *last = &p->params[p->nparams - 1];

	if (!may_precede_dots(last->type))
		p->params[p->nparams - 1].type = type_basic(TYPE_INT);
	p->variadic = true;
	p->varargs = arena_alloc(a, MAX_VARARGS * sizeof(struct type *));
	p->nvarargs = random_below(r, MAX_VARARGS + 1);
	for (size_t i = 0; i < p->nvarargs; i++) {
		const struct type *drawn = draw_type(a, r, w), *t = type_promote(drawn);

		/* Conversions of these in a variadic call are not the same everywhere; a float
		 * becomes a double, which may not be wanted. */
		if (t->kind == TYPE_FLOAT16 || t->kind == TYPE_BF16 || drawn->kind == TYPE_ENUM ||
		    (t->kind == TYPE_DOUBLE && !w->w[FUZZ_DOUBLE]) ||
		    (t->kind == TYPE_POINTER && t->of->kind == TYPE_FUNCTION))
			t = type_basic(TYPE_INT);
		p->varargs[i] = t;
	}
}

struct prototype *draw_prototype(struct arena *a, struct random *r, const struct fuzz_weights *w)
{
	struct prototype *p = arena_alloc(a, sizeof(*p));

	p->nparams = draw_count(r);
	p->params = arena_alloc(a, (p->nparams + 1) * sizeof(*p->params));
	draw_params(a, r, w, p);
	p->ret = random_percent(r, 15) ? type_basic(TYPE_VOID) : draw_type(a, r, w);
	if (p->nparams && w->w[FUZZ_VARIADIC] &&
	    random_below(r, w->w[FUZZ_VARIADIC] + 80) < w->w[FUZZ_VARIADIC])
		draw_variadic(a, r, w, p);
	return p;
}
