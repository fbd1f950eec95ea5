/* SPDX-License-Identifier: MIT */
/* Simpler prototypes: arguments dropped, in chunks of all sizes; types replaced by simpler ones;
 * variadic made fixed; nothing returned. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SIMPLER = 24, ARGUMENT = 10 };

/* Weights ------------------------------------------------------------------------------------ */

static unsigned type_weight(const struct type *t, unsigned depth)
{
	unsigned n = 0;

	if (depth > 20)
		return 1;
	if (t->alias && t->aligned && t->kind != TYPE_STRUCT && t->kind != TYPE_UNION) {
		struct type plain = *t;

		plain.alias = NULL;
		return 2 + type_weight(&plain, depth + 1);
	}
	switch (t->kind) {
	case TYPE_VOID:
		return 0;
	case TYPE_INT:
		return 1;
	case TYPE_LONG:
	case TYPE_DOUBLE:
		return 2;
	case TYPE_UINT:
	case TYPE_CHAR:
	case TYPE_SHORT:
	case TYPE_LLONG:
	case TYPE_FLOAT:
	case TYPE_ULONG:
		return 3;
	case TYPE_POINTER:
		return 4 + type_weight(t->of, depth + 1);
	case TYPE_FUNCTION:
		return 8;
	case TYPE_ENUM:
		return 6;
	case TYPE_ARRAY:
		return 3 + t->count + type_weight(t->of, depth + 1);
	case TYPE_COMPLEX:
		return 5 + type_weight(t->of, depth + 1);
	case TYPE_VECTOR:
		return 8;
	case TYPE_STRUCT:
	case TYPE_UNION:
		n = 8 + (t->packed ? 2 : 0) + (t->aligned ? 2 : 0) + (t->alias ? 2 : 0);
		for (size_t i = 0; i < t->nfields; i++) {
			const struct field *f = &t->fields[i];

			n += 3 + type_weight(f->type, depth + 1) + (f->packed ? 1 : 0) +
			     (f->aligned ? 1 : 0) + (f->is_bitfield ? 2 : 0) + (f->name ? 0 : 1);
		}
		return n;
	default:
		return 4;
	}
}

unsigned fuzz_weight(const struct prototype *p)
{
	unsigned n = type_weight(p->ret, 0) + (p->variadic ? ARGUMENT : 0);

	for (size_t i = 0; i < p->nparams; i++)
		n += ARGUMENT + type_weight(p->params[i].type, 0);
	for (size_t i = 0; i < p->nvarargs; i++)
		n += ARGUMENT + type_weight(p->varargs[i], 0);
	return n;
}

/* Types -------------------------------------------------------------------------------------- */

struct types {
	struct arena *a;
	const struct type **v;
	size_t n, max;
};

static void add_type(struct types *out, const struct type *t)
{
	if (out->n < out->max)
		out->v[out->n++] = t;
}

static struct type *like(struct types *out, const struct type *t)
{
	struct type *c = arena_alloc(out->a, sizeof(*c));

	*c = *t;
	return c;
}

static void with_field(struct types *out, const struct type *t, size_t i, struct field f)
{
	struct type *c = like(out, t);

	c->fields = arena_alloc(out->a, t->nfields * sizeof(*c->fields));
	memcpy(c->fields, t->fields, t->nfields * sizeof(*c->fields));
	c->fields[i] = f;
	add_type(out, c);
}

/* Of the members of a structure, those of structures without a name included; NULL: none has one.
 */
static const char *first_name(const struct type *t)
{
	const char *name = NULL;

	for (size_t i = 0; i < t->nfields && !name; i++) {
		const struct field *f = &t->fields[i];

		name = f->name || f->is_bitfield ? f->name : first_name(f->type);
	}
	return name;
}

static bool has_name(const struct type *t, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < t->nfields && !found; i++) {
		const struct field *f = &t->fields[i];

		found = f->name ? f->name == name : !f->is_bitfield && has_name(f->type, name);
	}
	return found;
}

/* Is `t` a structure whose members are all members of `of`? */
static bool same_names(const struct type *t, const struct type *of)
{
	bool same = (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && t->nfields;

	for (size_t i = 0; same && i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->name)
			same = has_name(of, f->name);
		else if (!f->is_bitfield)
			same = same_names(f->type, of);
	}
	return same;
}

static void simpler_field(struct types *out, const struct type *t, size_t i)
{
	struct field f = t->fields[i];
	const struct type *in[6];
	size_t n;

	if (f.is_bitfield && f.name) {
		f.is_bitfield = false;
		with_field(out, t, i, f);
		f = t->fields[i];
	}
	if (f.packed || f.aligned) {
		f.packed = false;
		f.aligned = 0;
		with_field(out, t, i, f);
		f = t->fields[i];
	}
	if (f.is_bitfield)
		return;
	n = fuzz_simpler(out->a, f.type, ARRAY_SIZE(in), in);
	for (size_t k = 0; k < n; k++) {
		f.type = in[k];
		/* What is no longer made of the same members needs a name: one of theirs is free.
		 */
		f.name = t->fields[i].name;
		if (!f.name && !same_names(in[k], t->fields[i].type))
			f.name = first_name(t->fields[i].type);
		if (f.name || same_names(in[k], t->fields[i].type))
			with_field(out, t, i, f);
	}
}

/* A structure that a typedef re-aligns: without the typedef, or with a simpler structure below it.
 */
static void simpler_realigned(struct types *out, const struct type *t)
{
	const struct type *in[24];
	size_t n = fuzz_simpler(out->a, t->of, ARRAY_SIZE(in), in);

	add_type(out, t->of);
	for (size_t i = 0; i < n; i++) {
		struct type *c = like(out, in[i]);

		if (c->kind != t->kind || c->alias)
			continue;
		c->alias = t->alias;
		c->aligned = t->aligned;
		c->of = in[i];
		add_type(out, c);
	}
}

static void simpler_record(struct types *out, const struct type *t)
{
	if (t->packed || t->aligned) {
		struct type *c = like(out, t);

		c->packed = false;
		c->aligned = 0;
		add_type(out, c);
	}
	for (size_t i = 0; i < t->nfields; i++) {
		struct type *c = like(out, t);

		c->nfields--;
		c->fields = arena_alloc(out->a, (c->nfields + 1) * sizeof(*c->fields));
		memcpy(c->fields, t->fields, i * sizeof(*c->fields));
		memcpy(c->fields + i, t->fields + i + 1, (c->nfields - i) * sizeof(*c->fields));
		add_type(out, c);
	}
	if (t->nfields == 1 && !t->fields[0].is_bitfield && t->fields[0].type->kind != TYPE_ARRAY)
		add_type(out, t->fields[0].type);
	for (size_t i = 0; i < t->nfields; i++)
		simpler_field(out, t, i);
}

static void simpler(struct types *out, const struct type *t)
{
	static const enum type_kind usual[] = { TYPE_INT, TYPE_DOUBLE, TYPE_LONG };

	/* An array cannot be passed, but be in a struct. */
	if (t->kind == TYPE_ARRAY) {
		struct type *c = like(out, t);

		add_type(out, t->of);
		c->count = 1;
		add_type(out, c);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		add_type(out, type_basic(usual[i]));
	if (t->alias && t->aligned && t->kind != TYPE_STRUCT && t->kind != TYPE_UNION) {
		struct type *c = like(out, t);

		c->alias = NULL;
		c->aligned = 0;
		add_type(out, t->kind < TYPE_BASIC_COUNT ? type_basic(t->kind) : c);
	}
	if (t->is_unsigned && t->kind >= TYPE_BOOL && t->kind <= TYPE_UINT128 &&
	    t->kind != TYPE_BOOL)
		add_type(out, type_basic(t->kind - 1));
	if (t->kind == TYPE_SCHAR || t->kind == TYPE_UCHAR || t->kind == TYPE_BOOL)
		add_type(out, type_basic(TYPE_CHAR));
	if (t->kind == TYPE_COMPLEX)
		add_type(out, t->of);
	if ((t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && t->alias && t->of)
		simpler_realigned(out, t);
	else if (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION)
		simpler_record(out, t);
}

size_t fuzz_simpler(struct arena *a, const struct type *t, size_t max, const struct type **out)
{
	const struct type *all[64];
	struct types types = { .a = a, .v = all, .max = ARRAY_SIZE(all) };
	size_t n = 0;

	simpler(&types, t);
	for (size_t i = 0; i < types.n && n < max; i++) {
		if (type_weight(all[i], 0) < type_weight(t, 0))
			out[n++] = all[i];
	}
	return n;
}

/* Prototypes --------------------------------------------------------------------------------- */

struct reductions {
	struct arena *a;
	const struct prototype *of;
	const struct prototype **v;
	size_t n;
};

static struct prototype *reduced(struct reductions *r)
{
	const struct prototype *p = r->of;
	struct prototype *c = arena_alloc(r->a, sizeof(*c));

	*c = *p;
	c->params = arena_alloc(r->a, (p->nparams + p->nvarargs + 1) * sizeof(*c->params));
	for (size_t i = 0; i < p->nparams; i++)
		c->params[i] = p->params[i];
	c->varargs = arena_alloc(r->a, (p->nvarargs + 1) * sizeof(*c->varargs));
	for (size_t i = 0; i < p->nvarargs; i++)
		c->varargs[i] = p->varargs[i];
	r->v = arena_grow(r->a, r->v, r->n, sizeof(*r->v));
	r->v[r->n++] = c;
	return c;
}

/* Chunks of arguments, named and variadic ones alike: all that are whole, halves, ... of n. */
static void drop_params(struct reductions *r)
{
	size_t n = r->of->nparams;

	for (size_t size = n; size; size /= 2) {
		for (size_t at = 0; at + size <= n; at++) {
			struct prototype *c;

			if (r->of->variadic && size == n)
				continue;
			c = reduced(r);
			c->nparams = n - size;
			for (size_t i = at; i + size < n; i++)
				c->params[i] = r->of->params[i + size];
		}
	}
	/* All but the first or the last ones: what matters is often at one end. */
	for (size_t kept = 1; kept + 1 < n; kept++) {
		reduced(r)->nparams = kept;
		if (r->of->variadic)
			continue;
		struct prototype *c = reduced(r);

		c->nparams = kept;
		for (size_t i = 0; i < kept; i++)
			c->params[i] = r->of->params[n - kept + i];
	}
}

static void drop_varargs(struct reductions *r)
{
	size_t n = r->of->nvarargs;
	struct prototype *c;

	if (!r->of->variadic)
		return;
	c = reduced(r);
	c->variadic = false;
	c->nvarargs = 0;
	c = reduced(r); /* fixed, with all of its arguments */
	c->variadic = false;
	c->nvarargs = 0;
	for (size_t i = 0; i < n; i++)
		c->params[c->nparams++] = (struct param){ NULL, r->of->varargs[i] };
	for (size_t size = n; size; size /= 2) {
		for (size_t at = 0; at + size <= n; at++) {
			c = reduced(r);
			c->nvarargs = n - size;
			for (size_t i = at; i + size < n; i++)
				c->varargs[i] = r->of->varargs[i + size];
		}
	}
}

/* Every argument an int, but for one; or none but for it. */
static void all_ints(struct reductions *r)
{
	size_t n = r->of->nparams;

	for (size_t but = 0; but <= n; but++) {
		struct prototype *c = reduced(r);

		for (size_t i = 0; i < n; i++) {
			if (i != but)
				c->params[i].type = type_basic(TYPE_INT);
		}
		for (size_t i = 0; i < c->nvarargs; i++)
			c->varargs[i] = type_basic(TYPE_INT);
	}
}

static void simpler_types(struct reductions *r)
{
	const struct type *types[MAX_SIMPLER];
	size_t n;

	if (r->of->ret->kind != TYPE_VOID) {
		reduced(r)->ret = type_basic(TYPE_VOID);
		n = fuzz_simpler(r->a, r->of->ret, MAX_SIMPLER, types);
		for (size_t k = 0; k < n; k++)
			reduced(r)->ret = types[k];
	}
	for (size_t i = 0; i < r->of->nparams; i++) {
		n = fuzz_simpler(r->a, r->of->params[i].type, MAX_SIMPLER, types);
		for (size_t k = 0; k < n; k++)
			reduced(r)->params[i].type = types[k];
	}
	for (size_t i = 0; i < r->of->nvarargs; i++) {
		n = fuzz_simpler(r->a, r->of->varargs[i], MAX_SIMPLER, types);
		for (size_t k = 0; k < n; k++)
			reduced(r)->varargs[i] = type_promote(types[k]);
	}
}

static bool valid(const struct prototype *p)
{
	return !p->variadic || (p->nparams && type_promote(p->params[p->nparams - 1].type) ==
						      p->params[p->nparams - 1].type);
}

static void name_params(struct arena *a, struct prototype *p)
{
	for (size_t i = 0; i < p->nparams; i++)
		p->params[i].name =
			i < 26 ? arena_printf(a, "%c", (int)('a' + i)) : arena_printf(a, "p%zu", i);
}

static int by_weight(const void *x, const void *y)
{
	const struct prototype *a = *(const struct prototype *const *)x;
	const struct prototype *b = *(const struct prototype *const *)y;
	unsigned m = fuzz_weight(a), n = fuzz_weight(b);

	return m < n ? -1 : m > n;
}

/* Of `n` in order of weight, `max` spread over all weights: the heavy ones are the likely ones. */
static size_t spread(const struct prototype **v, size_t n, size_t max, const struct prototype **out)
{
	if (n <= max) {
		memcpy(out, v, n * sizeof(*v));
		return n;
	}
	for (size_t i = 0; i < max; i++)
		out[i] = v[max > 1 ? i * (n - 1) / (max - 1) : 0];
	return max;
}

size_t fuzz_reductions(struct arena *a, const struct prototype *p, size_t max,
		       const struct prototype **out)
{
	struct reductions r = { .a = a, .of = p };
	size_t n = 0;

	/* Its types are those of a library. */
	if (p->implicit)
		return 0;
	drop_params(&r);
	drop_varargs(&r);
	all_ints(&r);
	simpler_types(&r);
	for (size_t i = 0; i < r.n; i++) {
		if (!valid(r.v[i]) || fuzz_weight(r.v[i]) >= fuzz_weight(p))
			continue;
		name_params(a, (struct prototype *)r.v[i]);
		r.v[n++] = r.v[i];
	}
	if (n)
		qsort(r.v, n, sizeof(*r.v), by_weight);
	return spread(r.v, n, max, out);
}
