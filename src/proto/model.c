/* SPDX-License-Identifier: MIT */
/* Types as 64-bit code has them where long, or long and pointers, have 4 bytes, and every other
 * scalar is as in the psABI: Windows ("x64 ABI conventions", x64 type and storage layout) and x32
 * (x86-64 psABI 3.1.2, Figure 3.1, ILP32). */
#include "proto/type.h"

#include <string.h>

static const struct type short_long[] = {
	{ .kind = TYPE_LONG, .size = { 4, 4 }, .align = { 4, 4 } },
	{ .kind = TYPE_ULONG, .size = { 4, 4 }, .align = { 4, 4 }, .is_unsigned = true },
};

/* Types that are mapped once stay one type: declarations tell types apart by their address. */
struct mapped {
	const struct type *from, *to;
};

struct mapping {
	struct arena *a;
	bool pointers;
	struct mapped *v;
	size_t n;
};

static const struct type *map(struct mapping *m, const struct type *t);

static bool is_long(const struct type *t)
{
	return t->kind == TYPE_LONG || t->kind == TYPE_ULONG;
}

/* Does a value of the type hold what has another size? What a pointer points to does not count. */
static bool differs(const struct mapping *m, const struct type *t)
{
	for (size_t i = 0; type_is_record(t) && i < t->nfields; i++) {
		if (differs(m, t->fields[i].type))
			return true;
	}
	if (t->kind == TYPE_ARRAY || t->kind == TYPE_VECTOR || t->kind == TYPE_ENUM)
		return differs(m, t->of);
	return is_long(t) || (m->pointers && t->kind == TYPE_POINTER);
}

static const struct type *map_record(struct mapping *m, const struct type *t)
{
	struct type *copy = arena_alloc(m->a, sizeof(*copy));
	bool realigned = t->of != NULL;

	*copy = *t;
	copy->fields = arena_alloc(m->a, (t->nfields + 1) * sizeof(*copy->fields));
	memcpy(copy->fields, t->fields, t->nfields * sizeof(*copy->fields));
	for (size_t i = 0; i < t->nfields; i++)
		copy->fields[i].type = map(m, t->fields[i].type);
	if (realigned)
		copy->of = map(m, t->of);
	type_layout(copy);
	if (realigned)
		copy->align[W64] = t->align[W64];
	return copy;
}

static const struct type *map_other(struct mapping *m, const struct type *t)
{
	const struct type *of;
	struct type *copy;

	switch (t->kind) {
	case TYPE_ARRAY:
		return type_array(m->a, map(m, t->of), t->count, t->flexible);
	case TYPE_VECTOR:
		of = map(m, t->of);
		return type_vector(m->a, of, t->count * t->of->size[W64] / of->size[W64]);
	case TYPE_STRUCT:
	case TYPE_UNION:
		return map_record(m, t);
	case TYPE_ENUM:
		/* What does not fit an int is a long long there. */
		copy = arena_alloc(m->a, sizeof(*copy));
		*copy = *t;
		copy->of = type_basic(t->of->kind == TYPE_LONG ? TYPE_LLONG : TYPE_ULLONG);
		return copy;
	default:
		copy = arena_alloc(m->a, sizeof(*copy));
		*copy = *t;
		copy->size[W64] = short_long[0].size[W64];
		if (!t->aligned)
			copy->align[W64] = short_long[0].align[W64];
		return copy;
	}
}

static const struct type *map(struct mapping *m, const struct type *t)
{
	const struct type *to;

	if (!differs(m, t))
		return t;
	if (t == type_basic(TYPE_LONG))
		return &short_long[0];
	if (t == type_basic(TYPE_ULONG))
		return &short_long[1];
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].from == t)
			return m->v[i].to;
	}
	to = map_other(m, t);
	m->v = arena_grow(m->a, m->v, m->n, sizeof(*m->v));
	m->v[m->n++] = (struct mapped){ t, to };
	return to;
}

const struct prototype *proto_in_model(struct arena *a, const struct prototype *p,
				       enum data_model model)
{
	struct mapping m = { .a = a, .pointers = model == MODEL_ILP32 };
	struct prototype *copy;

	if (model == MODEL_LP64)
		return p;
	copy = arena_alloc(a, sizeof(*copy));
	*copy = *p;
	copy->ret = map(&m, p->ret);
	copy->params = arena_alloc(a, (p->nparams + 1) * sizeof(*copy->params));
	copy->varargs = arena_alloc(a, (p->nvarargs + 1) * sizeof(*copy->varargs));
	for (size_t i = 0; i < p->nparams; i++) {
		copy->params[i] = p->params[i];
		copy->params[i].type = map(&m, p->params[i].type);
	}
	for (size_t i = 0; i < p->nvarargs; i++)
		copy->varargs[i] = map(&m, p->varargs[i]);
	return copy;
}
