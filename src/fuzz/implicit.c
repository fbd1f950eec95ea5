/* SPDX-License-Identifier: MIT */
/* Random calls that compilers make by themselves: of libgcc (GCC internals manual, The GCC
 * low-level runtime library: names and types of its routines), of memcpy and the like (GCC manual,
 * C Dialect Options, -ffreestanding: GCC requires them), of a sanitizer's handlers. What a compiler
 * has instructions for it does not call: which depends on compiler, width and options. */
#include "fuzz/draw.h"

/* A type, and what names of libgcc have for it. */
struct mode {
	const char *type, *mode, *sign;
};

static const struct mode integers[] = {
	{ "long long", "di", "" },
	{ "unsigned long long", "di", "u" },
	{ "__int128", "ti", "" },
	{ "unsigned __int128", "ti", "u" },
};
static const struct mode floats[] = {
	{ "float", "sf", "" },
	{ "double", "df", "" },
	{ "long double", "xf", "" },
	{ "__float128", "tf", "" },
};

#define PICK(r, of) (&(of)[random_below(r, ARRAY_SIZE(of))])

static char *one(struct arena *a, const char *called, const char *expression, const char *ret,
		 const char *name, const char *params)
{
	return arena_printf(a, "//! implicit %s: %s\n%s %s(%s);\n", called, expression, ret, name,
			    params);
}

static char *division(struct arena *a, struct random *r, const char *name)
{
	const struct mode *t = PICK(r, integers);
	bool rest = random_percent(r, 50);

	return one(a, arena_printf(a, "__%s%s%s3", t->sign, rest ? "mod" : "div", t->mode),
		   rest ? "a % b" : "a / b", t->type, name,
		   arena_printf(a, "%s a, %s b", t->type, t->type));
}

/* Of integers to floating point and back: __floatundidf, __fixsfdi. */
static char *conversion(struct arena *a, struct random *r, const char *name)
{
	const struct mode *i = PICK(r, integers), *f = PICK(r, floats);

	if (random_percent(r, 50))
		return one(a,
			   arena_printf(a, "__float%s%s%s", *i->sign ? "un" : "", i->mode, f->mode),
			   arena_printf(a, "(%s)a", f->type), f->type, name,
			   arena_printf(a, "%s a", i->type));
	return one(a, arena_printf(a, "__fix%s%s%s", *i->sign ? "uns" : "", f->mode, i->mode),
		   arena_printf(a, "(%s)a", i->type), i->type, name,
		   arena_printf(a, "%s a", f->type));
}

static char *arithmetic(struct arena *a, struct random *r, const char *name)
{
	static const char *const names[] = { "add", "sub", "mul", "div" };
	static const char signs[] = "+-*/";
	const struct mode *f = PICK(r, floats);
	unsigned n = random_below(r, ARRAY_SIZE(names));

	if (f != &floats[3] && random_percent(r, 25))
		return one(a, arena_printf(a, "__powi%s2", f->mode),
			   arena_printf(a, "__builtin_powi%s(a, b)",
					f == &floats[0]   ? "f"
					: f == &floats[2] ? "l"
							  : ""),
			   f->type, name, arena_printf(a, "%s a, int b", f->type));
	return one(a, arena_printf(a, "__%s%s3", names[n], f->mode),
		   arena_printf(a, "a %c b", signs[n]), f->type, name,
		   arena_printf(a, "%s a, %s b", f->type, f->type));
}

static char *bits(struct arena *a, struct random *r, const char *name)
{
	if (random_percent(r, 50))
		return one(a, "__popcountdi2", "__builtin_popcountll(a)", "int", name,
			   "unsigned long long a");
	return one(a, "__mulodi4", "({ long long p; (void)__builtin_mul_overflow(a, b, &p); p; })",
		   "long long", name, "long long a, long long b, int *overflow");
}

/* Of a number of bytes that is known, which is then the compiler's own, or is not. */
static char *bytes(struct arena *a, struct random *r, const char *name)
{
	unsigned known = random_percent(r, 30) ? 1000 + random_below(r, 100000) : 0;
	const char *n = known ? arena_printf(a, "%u", known) : "n";

	switch (random_below(r, 4)) {
	case 0:
		return one(a, "memcpy", arena_printf(a, "__builtin_memcpy(to, from, %s)", n),
			   "void", name, "void *to, const void *from, unsigned long n");
	case 1:
		return one(a, "memmove", arena_printf(a, "__builtin_memmove(to, from, %s)", n),
			   "void", name, "void *to, const void *from, unsigned long n");
	case 2:
		return one(a, "memset",
			   arena_printf(a, "__builtin_memset(to, %u, %s)", random_below(r, 256), n),
			   "void", name, "void *to, int c, unsigned long n");
	default:
		return one(a, "memcmp", "__builtin_memcmp(one, other, n)", "int", name,
			   "const void *one, const void *other, unsigned long n");
	}
}

/* Values of a type that is as wide as a register travel by value, behind a pointer of the
 * compiler's own. */
static char *of_sanitizer(struct arena *a, struct random *r, const char *name)
{
	static const char *const element[] = { "char", "short", "int", "long",
					       "struct { int v[3]; }" };
	static const char *const types[] = { "int", "unsigned int", "long", "unsigned long" };
	const char *value = *PICK(r, types), *by = *PICK(r, types);

	if (random_percent(r, 50))
		return one(a, "__ubsan_handle_out_of_bounds",
			   arena_printf(a, "&((struct { %s t[%u]; int end; } *)cl_arg)->t[index]",
					*PICK(r, element), 1 + random_below(r, 60)),
			   "void", name, "void *data, unsigned long index");
	return one(a, "__ubsan_handle_shift_out_of_bounds",
		   random_percent(r, 50) ? "value << by" : "value >> by", "void", name,
		   arena_printf(a, "void *data, %s value, %s by", value, by));
}

char *draw_implicit(struct arena *a, struct random *r, const char *name, bool handler)
{
	static char *(*const kinds[])(struct arena *, struct random *,
				      const char *) = { division, division, conversion, arithmetic,
							bits,     bytes,    bytes };

	return (handler ? of_sanitizer : *PICK(r, kinds))(a, r, name);
}
