/* SPDX-License-Identifier: MIT */
/* Classes of types: which there are, how --types weighs them, which a prototype uses. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

const struct fuzz_class_info fuzz_classes[FUZZ_CLASS_COUNT] = {
#define X(id, name, weight, what) { name, weight, what },
	FUZZ_CLASSES(X)
#undef X
};

#define BIT(id)            (1u << FUZZ_##id)
#define RANGE(first, last) ((2u << FUZZ_##last) - (1u << FUZZ_##first))

/* Groups of classes. */
static const struct {
	const char *name;
	uint32_t classes;
} groups[] = {
	{ "scalar", RANGE(BOOL, FNPTR) },
	{ "wide", BIT(INT128) | BIT(LDOUBLE) | BIT(FLOAT128) | BIT(VECTOR) | BIT(BITINT) },
	{ "aggregate", RANGE(STRUCT, EMPTY) },
	{ "exotic", RANGE(COMPLEX, DECIMAL) },
	{ "all", RANGE(BOOL, DECIMAL) },
};

bool fuzz_class_is_type(enum fuzz_class c)
{
	return c != FUZZ_VARIADIC && c != FUZZ_IMPLICIT && (c < FUZZ_NESTED || c > FUZZ_EMPTY);
}

void fuzz_default_weights(struct fuzz_weights *out)
{
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		out->w[i] = fuzz_classes[i].weight;
}

/* The classes of a name as a bit set; 0: unknown. */
static uint32_t find_classes(const char *name, size_t n)
{
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		if (strlen(fuzz_classes[i].name) == n && !strncmp(fuzz_classes[i].name, name, n))
			return 1u << i;
	}
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (strlen(groups[i].name) == n && !strncmp(groups[i].name, name, n))
			return groups[i].classes;
	}
	return 0;
}

static const char *no_class(struct arena *a, const char *name, size_t n)
{
	struct str s = { 0 };
	const char *r;

	str_addf(&s,
		 "unknown class of types `%.*s': use scalar, wide, aggregate, exotic, "
		 "all",
		 (int)n, name);
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		str_addf(&s, ", %s", fuzz_classes[i].name);
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

/* What is inside structs is of no use without them. */
static void complete(struct fuzz_weights *w)
{
	unsigned inside = 0;

	for (int i = FUZZ_NESTED; i <= FUZZ_EMPTY; i++)
		inside += w->w[i];
	if (inside && !w->w[FUZZ_STRUCT] && !w->w[FUZZ_UNION])
		w->w[FUZZ_STRUCT] = fuzz_classes[FUZZ_STRUCT].weight;
}

const char *fuzz_parse_weights(struct arena *a, const char *list, struct fuzz_weights *out)
{
	int weight[FUZZ_CLASS_COUNT]; /* -1: not named */
	bool some = false, any = false, types = false;

	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		weight[i] = -1;
	while (*list) {
		size_t len = strcspn(list, ","), name = strcspn(list, "=,");
		unsigned long n = 0;
		uint32_t classes = find_classes(list, name);
		bool given = name < len;

		if (len && !classes)
			return no_class(a, list, name);
		if (given) {
			const char *s = list + name + 1;
			char *end;

			n = strtoul(s, &end, 10);
			if (*s < '0' || *s > '9' || end != list + len || n > 1000)
				return arena_printf(a,
						    "`%.*s' is not a class with a weight of 0 to "
						    "1000",
						    (int)len, list);
		}
		for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
			if (!(classes & 1u << i))
				continue;
			weight[i] = (int)(given ? n : fuzz_classes[i].weight);
			any = true;
			some = some || weight[i];
		}
		list += len + (list[len] == ',');
	}
	if (!any)
		return "empty list; use for instance int=4,float=2";
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		out->w[i] = weight[i] >= 0 ? (unsigned)weight[i]
			    : some         ? 0
					   : fuzz_classes[i].weight;
		types = types || (i != FUZZ_VARIADIC && out->w[i]);
	}
	if (!types)
		return "no class of types is left";
	if (some)
		complete(out);
	return NULL;
}

static uint32_t bit(enum fuzz_class c)
{
	return 1u << c;
}

static uint32_t classes_of(const struct type *t, unsigned depth);
static uint32_t classes_of_kind(const struct type *t, unsigned depth);

static uint32_t record_classes(const struct type *t, unsigned depth)
{
	uint32_t set = bit(t->kind == TYPE_UNION ? FUZZ_UNION : FUZZ_STRUCT);

	if (!t->nfields)
		set |= bit(FUZZ_EMPTY);
	if (t->packed)
		set |= bit(FUZZ_PACKED);
	if (t->aligned)
		set |= bit(FUZZ_ALIGNED);
	for (size_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		set |= classes_of(f->type, depth + 1);
		if (f->is_bitfield)
			set |= bit(FUZZ_BITFIELD);
		if (f->packed)
			set |= bit(FUZZ_PACKED);
		if (f->aligned)
			set |= bit(FUZZ_ALIGNED);
		if (f->type->kind == TYPE_STRUCT || f->type->kind == TYPE_UNION)
			set |= bit(FUZZ_NESTED);
	}
	return set;
}

static uint32_t classes_of(const struct type *t, unsigned depth)
{
	uint32_t set = t->alias && t->aligned ? bit(FUZZ_ALIGNED) : 0;

	return depth > 20 ? 0 : set | classes_of_kind(t, depth);
}

static uint32_t classes_of_kind(const struct type *t, unsigned depth)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return bit(FUZZ_BOOL);
	case TYPE_CHAR:
	case TYPE_SCHAR:
	case TYPE_UCHAR:
		return bit(FUZZ_CHAR);
	case TYPE_SHORT:
	case TYPE_USHORT:
		return bit(FUZZ_SHORT);
	case TYPE_INT:
	case TYPE_UINT:
		return bit(FUZZ_INT);
	case TYPE_LONG:
	case TYPE_ULONG:
		return bit(FUZZ_LONG);
	case TYPE_LLONG:
	case TYPE_ULLONG:
		return bit(FUZZ_LLONG);
	case TYPE_INT128:
	case TYPE_UINT128:
		return bit(FUZZ_INT128);
	case TYPE_FLOAT:
		return bit(FUZZ_FLOAT);
	case TYPE_DOUBLE:
		return bit(FUZZ_DOUBLE);
	case TYPE_LDOUBLE:
		return bit(FUZZ_LDOUBLE);
	case TYPE_FLOAT16:
		return bit(FUZZ_FLOAT16);
	case TYPE_BF16:
		return bit(FUZZ_BF16);
	case TYPE_FLOAT128:
		return bit(FUZZ_FLOAT128);
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		return bit(FUZZ_DECIMAL);
	case TYPE_ENUM:
		return bit(FUZZ_ENUM);
	case TYPE_POINTER:
		return bit(t->of->kind == TYPE_FUNCTION ? FUZZ_FNPTR : FUZZ_POINTER);
	case TYPE_ARRAY:
		return bit(FUZZ_ARRAY) | classes_of(t->of, depth + 1);
	case TYPE_STRUCT:
	case TYPE_UNION:
		return record_classes(t, depth);
	case TYPE_COMPLEX:
		return bit(FUZZ_COMPLEX);
	case TYPE_VECTOR:
		return bit(FUZZ_VECTOR);
	case TYPE_BITINT:
		return bit(FUZZ_BITINT);
	default:
		return 0;
	}
}

uint32_t fuzz_classes_of(const struct prototype *p)
{
	uint32_t set = classes_of(p->ret, 0) | (p->variadic ? bit(FUZZ_VARIADIC) : 0) |
		       (p->implicit ? bit(FUZZ_IMPLICIT) : 0);

	for (size_t i = 0; i < p->nparams; i++)
		set |= classes_of(p->params[i].type, 0);
	for (size_t i = 0; i < p->nvarargs; i++)
		set |= classes_of(p->varargs[i], 0);
	return set;
}
