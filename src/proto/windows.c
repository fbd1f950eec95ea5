/* SPDX-License-Identifier: MIT */
/* Types as 64-bit Windows has them: "x64 ABI conventions", x64 type and storage layout, where long
 * is 4 bytes and every other scalar as in the psABI. */
#include "proto/type.h"

#include <string.h>

static const struct type windows_long[] = {
	{ .kind = TYPE_LONG, .size = { 4, 4 }, .align = { 4, 4 } },
	{ .kind = TYPE_ULONG, .size = { 4, 4 }, .align = { 4, 4 }, .is_unsigned = true },
};

/* Types that are mapped once stay one type: declarations tell types apart by their address. */
struct mapped {
	const struct type *from, *to;
};

struct mapping {
	struct arena *a;
	struct mapped *v;
	size_t n;
};

static const struct type *map(struct mapping *m, const struct type *t);

static bool is_long(const struct type *t)
{
	return t->kind == TYPE_LONG || t->kind == TYPE_ULONG;
}

/* Does a value of the type hold a long? What a pointer points to does not count. */
static bool holds_long(const struct type *t)
{
	for (size_t i = 0; type_is_record(t) && i < t->nfields; i++) {
		if (holds_long(t->fields[i].type))
			return true;
	}
	if (t->kind == TYPE_ARRAY || t->kind == TYPE_VECTOR || t->kind == TYPE_ENUM)
		return holds_long(t->of);
	return is_long(t);
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
		copy->size[W64] = windows_long[0].size[W64];
		if (!t->aligned)
			copy->align[W64] = windows_long[0].align[W64];
		return copy;
	}
}

static const struct type *map(struct mapping *m, const struct type *t)
{
	const struct type *to;

	if (!holds_long(t))
		return t;
	if (t == type_basic(TYPE_LONG))
		return &windows_long[0];
	if (t == type_basic(TYPE_ULONG))
		return &windows_long[1];
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].from == t)
			return m->v[i].to;
	}
	to = map_other(m, t);
	m->v = arena_grow(m->a, m->v, m->n, sizeof(*m->v));
	m->v[m->n++] = (struct mapped){ t, to };
	return to;
}

const struct prototype *proto_in_windows(struct arena *a, const struct prototype *p)
{
	struct mapping m = { .a = a };
	struct prototype *copy = arena_alloc(a, sizeof(*copy));

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
