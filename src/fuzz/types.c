/* SPDX-License-Identifier: MIT */
/* Random types. */
#include "fuzz/draw.h"

enum { MAX_NESTING = 2, MAX_MEMBERS = 6 };

const char *draw_name(size_t i)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i",
					     "j", "k", "l", "m", "n", "o", "p", "q", "r",
					     "s", "t", "u", "v", "w", "x", "y", "z" };

	return names[i % ARRAY_SIZE(names)];
}

static struct type *derive(struct arena *a, enum type_kind kind, const struct type *of)
{
	struct type *t = arena_alloc(a, sizeof(*t));

	t->kind = kind;
	t->of = of;
	return t;
}

static const struct type *one_of(struct random *r, const enum type_kind *kinds, unsigned n)
{
	return type_basic(kinds[random_below(r, n)]);
}

/* Of every width: packed ones are as small as their values, large values make them wide. */
static const struct type *enumeration(struct arena *a, struct random *r,
				      const struct fuzz_weights *w)
{
	static const long long sets[][3] = {
		{ 0, 1, 2 }, { -1, 0, 1 }, { 0, 255, 65535 }, { 0, 1, 0x123456789 }, { 0, 1, 2 }
	};
	static const enum type_kind named[] = { TYPE_UCHAR, TYPE_SHORT, TYPE_UINT, TYPE_LLONG };
	unsigned n = random_below(r, ARRAY_SIZE(sets));
	const long long *set = sets[n];
	struct type *t = derive(a, TYPE_ENUM, type_basic(TYPE_INT));

	t->nenumerators = 3;
	t->enumerators = arena_alloc(a, 3 * sizeof(*t->enumerators));
	for (size_t i = 0; i < 3; i++)
		t->enumerators[i] = (struct enumerator){ draw_name(i), set[i] };
	t->packed = w->w[FUZZ_PACKED] && random_percent(r, 40);
	t->fixed = n == ARRAY_SIZE(sets) - 1 && !t->packed;
	if (t->fixed)
		t->of = one_of(r, named, ARRAY_SIZE(named));
	return t;
}

static const struct type *pointer(struct arena *a, struct random *r)
{
	static const enum type_kind to[] = { TYPE_VOID, TYPE_CHAR, TYPE_INT, TYPE_DOUBLE,
					     TYPE_LONG };

	return derive(a, TYPE_POINTER, one_of(r, to, ARRAY_SIZE(to)));
}

static const struct type *function_pointer(struct arena *a, struct random *r)
{
	static const enum type_kind returns[] = { TYPE_VOID, TYPE_INT, TYPE_DOUBLE };
	static const enum type_kind takes[] = { TYPE_CHAR, TYPE_INT, TYPE_LONG, TYPE_FLOAT };
	struct prototype *p = arena_alloc(a, sizeof(*p));
	struct type *t = derive(a, TYPE_FUNCTION, NULL);

	p->ret = one_of(r, returns, ARRAY_SIZE(returns));
	p->nparams = random_below(r, 3);
	p->params = arena_alloc(a, (p->nparams + 1) * sizeof(*p->params));
	for (size_t i = 0; i < p->nparams; i++)
		p->params[i].type = one_of(r, takes, ARRAY_SIZE(takes));
	t->fn = p;
	return derive(a, TYPE_POINTER, t);
}

static const struct type *vector(struct arena *a, struct random *r)
{
	static const enum type_kind of[] = { TYPE_INT, TYPE_FLOAT, TYPE_DOUBLE, TYPE_CHAR,
					     TYPE_SHORT };
	static const unsigned bytes[] = { 16, 16, 16, 8, 32, 64 };
	const struct type *element = one_of(r, of, ARRAY_SIZE(of));
	unsigned size = bytes[random_below(r, ARRAY_SIZE(bytes))];
	struct type *t;

	/* A vector of one element is a case of its own, unknown to the documents. */
	if (size == element->size[W64])
		element = type_basic(TYPE_FLOAT);
	t = derive(a, TYPE_VECTOR, element);
	/* Spelt by its size, at either width. */
	t->size[W32] = t->size[W64] = size;
	t->count = t->size[W64] / element->size[W64];
	return t;
}

/* Up to what the first compilers that had them can do. */
static const struct type *bit_precise(struct arena *a, struct random *r)
{
	static const unsigned bits[] = { 2, 7, 8, 9, 17, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128 };

	struct type *t = derive(a, TYPE_BITINT, NULL);

	t->count = bits[random_below(r, ARRAY_SIZE(bits))];
	t->is_unsigned = random_percent(r, 50);
	return t;
}

static bool is_record(const struct type *t)
{
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;
}

/* A chance of `weight` to 40: features of a struct, which need no others to step back. */
static bool chance(struct random *r, unsigned weight)
{
	return weight && random_below(r, weight + 40) < weight;
}

/* By a typedef that aligns it more or less than it is: as __m128_u is, and cache lines are. */
static const struct type *realigned(struct arena *a, struct random *r, const struct fuzz_weights *w,
				    const struct type *t)
{
	static const unsigned alignments[] = { 1, 2, 4, 8, 16, 32 };
	struct type *c;

	if (t->kind == TYPE_ENUM || !chance(r, w->w[FUZZ_ALIGNED]))
		return t;
	c = arena_alloc(a, sizeof(*c));
	*c = *t;
	c->alias = "t"; /* text.c names it */
	c->aligned = alignments[random_below(r, ARRAY_SIZE(alignments))];
	if (is_record(t))
		c->of = t;
	return c;
}

static const struct type *record(struct arena *a, struct random *r, const struct fuzz_weights *w,
				 enum fuzz_class class, unsigned nesting);

static const struct type *of_class(struct arena *a, struct random *r, const struct fuzz_weights *w,
				   enum fuzz_class class, unsigned nesting)
{
	static const enum type_kind chars[] = { TYPE_CHAR, TYPE_SCHAR, TYPE_UCHAR };
	static const enum type_kind parts[] = { TYPE_FLOAT, TYPE_DOUBLE, TYPE_LDOUBLE };
	static const enum type_kind decimals[] = { TYPE_DECIMAL32, TYPE_DECIMAL64,
						   TYPE_DECIMAL128 };
	bool odd = random_percent(r, 35); /* the unsigned one */

	switch (class) {
	case FUZZ_BOOL:
		return type_basic(TYPE_BOOL);
	case FUZZ_CHAR:
		return one_of(r, chars, ARRAY_SIZE(chars));
	case FUZZ_SHORT:
		return type_basic(odd ? TYPE_USHORT : TYPE_SHORT);
	case FUZZ_LONG:
		return type_basic(odd ? TYPE_ULONG : TYPE_LONG);
	case FUZZ_LLONG:
		return type_basic(odd ? TYPE_ULLONG : TYPE_LLONG);
	case FUZZ_INT128:
		return type_basic(odd ? TYPE_UINT128 : TYPE_INT128);
	case FUZZ_FLOAT:
		return type_basic(TYPE_FLOAT);
	case FUZZ_DOUBLE:
		return type_basic(TYPE_DOUBLE);
	case FUZZ_LDOUBLE:
		return type_basic(TYPE_LDOUBLE);
	case FUZZ_FLOAT16:
		return type_basic(TYPE_FLOAT16);
	case FUZZ_BF16:
		return type_basic(TYPE_BF16);
	case FUZZ_FLOAT128:
		return type_basic(TYPE_FLOAT128);
	case FUZZ_DECIMAL:
		return one_of(r, decimals, ARRAY_SIZE(decimals));
	case FUZZ_ENUM:
		return enumeration(a, r, w);
	case FUZZ_POINTER:
		return pointer(a, r);
	case FUZZ_FNPTR:
		return function_pointer(a, r);
	case FUZZ_COMPLEX:
		return derive(a, TYPE_COMPLEX, one_of(r, parts, ARRAY_SIZE(parts)));
	case FUZZ_VECTOR:
		return vector(a, r);
	case FUZZ_BITINT:
		return bit_precise(a, r);
	case FUZZ_STRUCT:
	case FUZZ_UNION:
		return record(a, r, w, class, nesting);
	default:
		return type_basic(odd ? TYPE_UINT : TYPE_INT);
	}
}

/* A member's type: of what has a weight, or an int where only structs do. */
static const struct type *member_type(struct arena *a, struct random *r,
				      const struct fuzz_weights *w, unsigned nesting)
{
	struct fuzz_weights in = *w;
	unsigned c;

	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		if (!fuzz_class_is_type((enum fuzz_class)i) || i == FUZZ_STRUCT || i == FUZZ_UNION)
			in.w[i] = 0;
	}
	if (nesting < MAX_NESTING && w->w[FUZZ_NESTED]) {
		in.w[FUZZ_STRUCT] = w->w[FUZZ_STRUCT] ? w->w[FUZZ_NESTED] : 0;
		in.w[FUZZ_UNION] = w->w[FUZZ_UNION] ? w->w[FUZZ_NESTED] / 3 + 1 : 0;
	}
	c = random_pick(r, in.w, FUZZ_CLASS_COUNT);
	if (c == FUZZ_CLASS_COUNT) {
		static const enum fuzz_class plain[] = { FUZZ_CHAR, FUZZ_SHORT,  FUZZ_INT,
							 FUZZ_LONG, FUZZ_DOUBLE, FUZZ_FLOAT };

		c = plain[random_below(r, ARRAY_SIZE(plain))];
	}
	return of_class(a, r, w, (enum fuzz_class)c, nesting + 1);
}

static bool holds_bits(const struct type *t)
{
	return t->kind >= TYPE_BOOL && t->kind <= TYPE_ULLONG;
}

static const struct type *bit_field_type(struct random *r, const struct fuzz_weights *w)
{
	static const enum fuzz_class classes[] = { FUZZ_INT, FUZZ_CHAR, FUZZ_SHORT, FUZZ_LLONG };
	static const enum type_kind kinds[][2] = { { TYPE_INT, TYPE_UINT },
						   { TYPE_SCHAR, TYPE_UCHAR },
						   { TYPE_SHORT, TYPE_USHORT },
						   { TYPE_LLONG, TYPE_ULLONG } };
	unsigned weight[ARRAY_SIZE(classes)], i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		weight[i] = w->w[classes[i]];
	i = random_pick(r, weight, ARRAY_SIZE(classes)) % ARRAY_SIZE(classes);
	return one_of(r, kinds[i], 2);
}

/* The same structure with other names of its members: of one without a name they are those of the
 * structure that it is in. */
static const struct type *renamed(struct arena *a, const struct type *t, const char *prefix)
{
	struct type *c = arena_alloc(a, sizeof(*c));

	*c = *t;
	c->fields = arena_alloc(a, (t->nfields + 1) * sizeof(*c->fields));
	for (size_t i = 0; i < t->nfields; i++) {
		struct field *f = &c->fields[i];

		*f = t->fields[i];
		if (f->name)
			f->name = arena_printf(a, "%s_%s", prefix, f->name);
		else if (!f->is_bitfield)
			f->type = renamed(a, f->type, prefix);
	}
	return c;
}

static void member(struct arena *a, struct random *r, const struct fuzz_weights *w,
		   unsigned nesting, struct field *f)
{
	static const unsigned alignments[] = { 2, 4, 8, 16, 32 };

	f->type = member_type(a, r, w, nesting);
	if (is_record(f->type) && f->type->nfields && random_percent(r, 30)) {
		f->type = renamed(a, f->type, f->name);
		f->name = NULL;
		return;
	}
	/* C has no arrays of what is aligned further than it is long. */
	if (random_percent(r, 50)) {
		const struct type *t = realigned(a, r, w, f->type);

		if (t != f->type) {
			f->type = t;
			return;
		}
	}
	if (chance(r, 2 * w->w[FUZZ_BITFIELD])) {
		if (!holds_bits(f->type))
			f->type = bit_field_type(r, w);
		f->is_bitfield = true;
		/* At 32 bit, where a long is 4 bytes, too. */
		f->bits = (uint8_t)(f->type->kind == TYPE_BOOL
					    ? 1
					    : 1 + random_below(r, 8 * f->type->size[W32]));
		if (random_percent(r, 10)) {
			f->name = NULL;
			if (random_percent(r, 50))
				f->bits = 0;
			return;
		}
	} else if (chance(r, w->w[FUZZ_ARRAY])) {
		struct type *t = derive(a, TYPE_ARRAY, f->type);

		t->count = 1 + random_below(r, 5);
		f->type = t;
	}
	if (chance(r, w->w[FUZZ_ALIGNED] / 2))
		f->aligned = alignments[random_below(r, ARRAY_SIZE(alignments))];
	else if (chance(r, w->w[FUZZ_PACKED] / 2))
		f->packed = true;
}

static const struct type *record(struct arena *a, struct random *r, const struct fuzz_weights *w,
				 enum fuzz_class class, unsigned nesting)
{
	/* Most structs that travel in registers are small. */
	static const unsigned members[MAX_MEMBERS + 1] = { 0, 6, 10, 7, 5, 2, 2 };
	struct type *t = derive(a, class == FUZZ_UNION ? TYPE_UNION : TYPE_STRUCT, NULL);

	if (!chance(r, w->w[FUZZ_EMPTY]))
		t->nfields = random_pick(r, members, ARRAY_SIZE(members));
	t->fields = arena_alloc(a, (t->nfields + 1) * sizeof(*t->fields));
	for (size_t i = 0; i < t->nfields; i++) {
		t->fields[i].name = draw_name(i);
		member(a, r, w, nesting, &t->fields[i]);
	}
	t->packed = chance(r, w->w[FUZZ_PACKED]);
	if (chance(r, w->w[FUZZ_ALIGNED]))
		t->aligned = 1u << (1 + random_below(r, 5));
	return t;
}

const struct type *draw_class(struct arena *a, struct random *r, const struct fuzz_weights *w,
			      enum fuzz_class class)
{
	return of_class(a, r, w, class, 0);
}

const struct type *draw_type(struct arena *a, struct random *r, const struct fuzz_weights *w)
{
	struct fuzz_weights in = *w;
	unsigned c;

	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		if (!fuzz_class_is_type((enum fuzz_class)i))
			in.w[i] = 0;
	}
	c = random_pick(r, in.w, FUZZ_CLASS_COUNT);
	return realigned(
		a, r, w,
		of_class(a, r, w, c == FUZZ_CLASS_COUNT ? FUZZ_INT : (enum fuzz_class)c, 0));
}
