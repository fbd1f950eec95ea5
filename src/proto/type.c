/* SPDX-License-Identifier: MIT */
/* C types: the basic ones of the psABIs, what is derived from them, questions about them. */
#include "proto/type.h"

#define X(type, spelling, s32, a32, s64, a64)                                             \
	[TYPE_##type] = {                                                                 \
		.kind = TYPE_##type,                                                      \
		.size = { s32, s64 },                                                     \
		.align = { a32, a64 },                                                    \
		.is_unsigned = TYPE_##type == TYPE_BOOL || TYPE_##type == TYPE_UCHAR ||   \
			       TYPE_##type == TYPE_USHORT || TYPE_##type == TYPE_UINT ||  \
			       TYPE_##type == TYPE_ULONG || TYPE_##type == TYPE_ULLONG || \
			       TYPE_##type == TYPE_UINT128,                               \
	},
static const struct type basic[TYPE_BASIC_COUNT] = { BASIC_TYPES(X) };
#undef X

const struct type *type_basic(enum type_kind kind)
{
	return &basic[kind];
}

bool type_is_integer(const struct type *t)
{
	return (t->kind >= TYPE_BOOL && t->kind <= TYPE_UINT128) || t->kind == TYPE_ENUM ||
	       t->kind == TYPE_BITINT;
}

bool type_is_float(const struct type *t)
{
	return t->kind >= TYPE_FLOAT && t->kind <= TYPE_DECIMAL128;
}

bool type_is_decimal(const struct type *t)
{
	return t->kind >= TYPE_DECIMAL32 && t->kind <= TYPE_DECIMAL128;
}

bool type_exists(const struct type *t, enum width w)
{
	return t->kind == TYPE_VOID || t->align[w];
}

bool proto_exists(const struct prototype *p, enum width w)
{
	bool all = type_exists(p->ret, w);

	for (size_t i = 0; i < p->nparams; i++)
		all = all && type_exists(p->params[i].type, w);
	for (size_t i = 0; i < p->nvarargs; i++)
		all = all && type_exists(p->varargs[i], w);
	return all;
}

unsigned type_bits(const struct type *t, enum width w)
{
	if (t->kind == TYPE_BOOL)
		return 1;
	return t->kind == TYPE_BITINT ? t->count : 8 * t->size[w];
}

const struct type *type_promote(const struct type *t)
{
	switch (t->kind) {
	case TYPE_BOOL:
	case TYPE_CHAR:
	case TYPE_SCHAR:
	case TYPE_UCHAR:
	case TYPE_SHORT:
	case TYPE_USHORT:
	case TYPE_INT:
		return &basic[TYPE_INT];
	case TYPE_FLOAT:
		return &basic[TYPE_DOUBLE];
	case TYPE_ENUM:
		return type_promote(t->of);
	default:
		return t;
	}
}

/* A type derived from `of`, that exists at the widths where `of` does. */
static struct type *derive(struct arena *a, enum type_kind kind, const struct type *of)
{
	struct type *t = arena_alloc(a, sizeof(*t));

	t->kind = kind;
	t->of = of;
	t->depth = of->depth + 1;
	return t;
}

struct type *type_pointer(struct arena *a, const struct type *of)
{
	struct type *t = derive(a, TYPE_POINTER, of);

	for (enum width w = W32; w < WIDTHS; w++)
		if (type_exists(of, w))
			t->size[w] = t->align[w] = word_bytes(w);
	return t;
}

struct type *type_array(struct arena *a, const struct type *of, uint32_t count, bool flexible)
{
	struct type *t = derive(a, TYPE_ARRAY, of);

	t->count = count;
	t->flexible = flexible;
	for (enum width w = W32; w < WIDTHS; w++) {
		uint64_t size = (uint64_t)of->size[w] * count;

		if (size > MAX_TYPE_BYTES)
			return NULL;
		t->size[w] = (uint32_t)size;
		t->align[w] = of->align[w];
	}
	return t;
}

/* Laid out like an array of two (real, imaginary) parts in memory. */
struct type *type_complex(struct arena *a, enum type_kind of)
{
	struct type *t = derive(a, TYPE_COMPLEX, &basic[of]);

	for (enum width w = W32; w < WIDTHS; w++) {
		t->size[w] = 2 * basic[of].size[w];
		t->align[w] = basic[of].align[w];
	}
	return t;
}

struct type *type_vector(struct arena *a, const struct type *of, uint32_t count)
{
	struct type *t = derive(a, TYPE_VECTOR, of);

	t->count = count;
	for (enum width w = W32; w < WIDTHS; w++)
		t->size[w] = t->align[w] = count * of->size[w];
	return t;
}

/* x86-64 psABI, Fundamental Types of N-bit Integers: up to 64 bits like the smallest standard
 * integer that holds them, above that as many words as are needed, aligned like a word. The i386
 * psABI has no such type: its words are 32 bits here, so that there is a size for what is observed.
 */
struct type *type_bitint(struct arena *a, uint32_t bits, bool is_unsigned)
{
	struct type *t = arena_alloc(a, sizeof(*t));

	t->kind = TYPE_BITINT;
	t->count = bits;
	t->is_unsigned = is_unsigned;
	for (enum width w = W32; w < WIDTHS; w++) {
		uint32_t word = word_bytes(w), size = 1;

		if (bits <= 64)
			while (8 * size < bits)
				size *= 2;
		else
			size = (bits + 8 * word - 1) / (8 * word) * word;
		t->size[w] = size;
		t->align[w] = size < word ? size : word;
	}
	return t;
}

struct type *type_function(struct arena *a, const struct prototype *fn)
{
	struct type *t = derive(a, TYPE_FUNCTION, fn->ret);

	t->of = NULL;
	t->fn = fn;
	for (size_t i = 0; i < fn->nparams; i++)
		if (fn->params[i].type->depth >= t->depth)
			t->depth = fn->params[i].type->depth + 1;
	for (enum width w = W32; w < WIDTHS; w++)
		t->size[w] = t->align[w] = proto_exists(fn, w);
	return t;
}

struct type *type_atomic(struct arena *a, const struct type *of)
{
	struct type *t = arena_alloc(a, sizeof(*t));

	*t = *of;
	t->atomic = true;
	if (t->size[W32] > word_bytes(W32))
		t->size[W32] = t->align[W32] = 0;
	return t;
}

struct type *type_realign(struct arena *a, const struct type *t, uint32_t align, const char *alias)
{
	struct type *copy = arena_alloc(a, sizeof(*copy));

	*copy = *t;
	copy->aligned = align;
	copy->alias = alias;
	if (type_is_record(t))
		copy->of = t;
	for (enum width w = W32; w < WIDTHS; w++)
		if (type_exists(t, w))
			copy->align[w] = align;
	return copy;
}

const struct type *proto_arg_type(const struct prototype *p, unsigned i)
{
	return i < p->nparams ? p->params[i].type : p->varargs[i - p->nparams];
}

const char *proto_arg_name(const struct prototype *p, unsigned i)
{
	return i < p->nparams ? p->params[i].name : NULL;
}

const char *proto_arg_label(struct arena *a, const struct prototype *p, unsigned i)
{
	const char *name = proto_arg_name(p, i);

	return name ? name : arena_printf(a, i < p->nparams ? "#%u" : "...#%u", i + 1);
}
