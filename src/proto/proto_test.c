/* SPDX-License-Identifier: MIT */
/* Tests of src/proto: what is accepted and which types it makes, layouts against offsets worked out
 * by hand from the psABIs, what is refused and where, spelling, and mutated input. */
#include "proto/type.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static const struct prototype *parse(const char *text)
{
	const char *error = NULL;
	const struct prototype *p = proto_parse_decl(arena, text, &error);

	ck_assert_msg(p != NULL, "%s\nrefused:\n%s", text, error);
	return p;
}

static struct case_list parse_cases(const char *text)
{
	struct case_list list = { 0 };
	const char *error = NULL;
	int r = proto_parse_file(arena, "cases/some.h", text, &list, &error);

	ck_assert_msg(r == 0, "%s\nrefused:\n%s", text, error);
	return list;
}

/* ---- types and their sizes ---- */

/* As a parameter's type: its canonical spelling, size and alignment at 32 and 64 bit. */
static const struct {
	const char *in, *spelled;
	uint32_t s32, a32, s64, a64;
} types[] = {
	{ "_Bool", "_Bool", 1, 1, 1, 1 },
	{ "bool", "_Bool", 1, 1, 1, 1 },
	{ "char", "char", 1, 1, 1, 1 },
	{ "signed char", "signed char", 1, 1, 1, 1 },
	{ "char unsigned", "unsigned char", 1, 1, 1, 1 },
	{ "short", "short", 2, 2, 2, 2 },
	{ "int short signed", "short", 2, 2, 2, 2 },
	{ "short unsigned int", "unsigned short", 2, 2, 2, 2 },
	{ "signed", "int", 4, 4, 4, 4 },
	{ "unsigned", "unsigned int", 4, 4, 4, 4 },
	{ "const int volatile", "int", 4, 4, 4, 4 },
	{ "long", "long", 4, 4, 8, 8 },
	{ "unsigned long int", "unsigned long", 4, 4, 8, 8 },
	{ "unsigned long int long", "unsigned long long", 8, 4, 8, 8 },
	{ "long signed long", "long long", 8, 4, 8, 8 },
	{ "__int128", "__int128", 0, 0, 16, 16 },
	{ "__int128 unsigned", "unsigned __int128", 0, 0, 16, 16 },
	{ "float", "float", 4, 4, 4, 4 },
	{ "double", "double", 8, 4, 8, 8 },
	{ "double long", "long double", 12, 4, 16, 16 },
	{ "_Float16", "_Float16", 2, 2, 2, 2 },
	{ "__float128", "__float128", 16, 16, 16, 16 },
	{ "_Float128", "__float128", 16, 16, 16, 16 },
	{ "_Decimal32", "_Decimal32", 4, 4, 4, 4 },
	{ "_Decimal64", "_Decimal64", 8, 8, 8, 8 },
	{ "_Decimal128", "_Decimal128", 16, 16, 16, 16 },
	{ "_Complex float", "float _Complex", 8, 4, 8, 4 },
	{ "double _Complex", "double _Complex", 16, 4, 16, 8 },
	{ "long _Complex double", "long double _Complex", 24, 4, 32, 16 },
	{ "_Complex _Float16", "_Float16 _Complex", 4, 2, 4, 2 },
	{ "__float128 _Complex", "_Float128 _Complex", 32, 16, 32, 16 },
	{ "_Complex _Float64x", "long double _Complex", 24, 4, 32, 16 },
	{ "float __attribute__((ext_vector_type(4)))", "float __attribute__((vector_size(16)))", 16,
	  16, 16, 16 },
	{ "_BitInt(2)", "_BitInt(2)", 1, 1, 1, 1 },
	{ "unsigned _BitInt(1)", "unsigned _BitInt(1)", 1, 1, 1, 1 },
	{ "_BitInt(9)", "_BitInt(9)", 2, 2, 2, 2 },
	{ "_BitInt(17)", "_BitInt(17)", 4, 4, 4, 4 },
	{ "_BitInt(33)", "_BitInt(33)", 8, 4, 8, 8 },
	{ "_BitInt(64)", "_BitInt(64)", 8, 4, 8, 8 },
	{ "_BitInt(65)", "_BitInt(65)", 12, 4, 16, 8 },
	{ "unsigned _BitInt(128)", "unsigned _BitInt(128)", 16, 4, 16, 8 },
	{ "_BitInt(129)", "_BitInt(129)", 20, 4, 24, 8 },
	{ "size_t", "unsigned long", 4, 4, 8, 8 },
	{ "ssize_t", "long", 4, 4, 8, 8 },
	{ "ptrdiff_t", "long", 4, 4, 8, 8 },
	{ "uintptr_t", "unsigned long", 4, 4, 8, 8 },
	{ "int8_t", "signed char", 1, 1, 1, 1 },
	{ "uint16_t", "unsigned short", 2, 2, 2, 2 },
	{ "int64_t", "long long", 8, 4, 8, 8 },
	{ "wchar_t", "int", 4, 4, 4, 4 },
	{ "u8", "unsigned char", 1, 1, 1, 1 },
	{ "s16", "short", 2, 2, 2, 2 },
	{ "u32", "unsigned int", 4, 4, 4, 4 },
	{ "u64", "unsigned long long", 8, 4, 8, 8 },
	{ "__m128", "float __attribute__((vector_size(16)))", 16, 16, 16, 16 },
	{ "__m256i", "long long __attribute__((vector_size(32)))", 32, 32, 32, 32 },
	{ "int __attribute__((vector_size(8)))", "int __attribute__((vector_size(8)))", 8, 8, 8,
	  8 },
	{ "int __attribute__((mode(DI)))", "long long", 8, 4, 8, 8 },
	{ "unsigned __attribute__((__mode__(__word__)))", "unsigned long", 4, 4, 8, 8 },
	{ "void *", "void *", 4, 4, 8, 8 },
	{ "const char *restrict const *__restrict", "char **", 4, 4, 8, 8 },
	{ "char __user *", "char *", 4, 4, 8, 8 },
	{ "__int128 *", "__int128 *", 0, 0, 8, 8 },
	{ "int [4]", "int *", 4, 4, 8, 8 },
	{ "int a[]", "int *", 4, 4, 8, 8 },
	{ "int a[static 4]", "int *", 4, 4, 8, 8 },
	{ "int a[const]", "int *", 4, 4, 8, 8 },
	{ "int a[2][3]", "int (*)[3]", 4, 4, 8, 8 },
	{ "int *a[2]", "int **", 4, 4, 8, 8 },
	{ "int (*)[]", "int (*)[]", 4, 4, 8, 8 },
	{ "int (char)", "int (*)(char)", 4, 4, 8, 8 },
	{ "int g(char)", "int (*)(char)", 4, 4, 8, 8 },
	{ "int (g)", "int", 4, 4, 4, 4 },
	{ "int (size_t)", "int (*)(unsigned long)", 4, 4, 8, 8 },
	{ "int size_t", "int", 4, 4, 4, 4 },
	{ "int (*(*)(void))(long)", "int (*(*)(void))(long)", 4, 4, 8, 8 },
	{ "int (*(*x[2])(int, ...))[3]", "int (*(**)(int, ...))[3]", 4, 4, 8, 8 },
	{ "struct s *", "struct s *", 4, 4, 8, 8 },
	{ "enum { A, B }", "enum { A = 0, B = 1 }", 4, 4, 4, 4 },
	{ "enum { A = -1 }", "enum { A = -1 }", 4, 4, 4, 4 },
	{ "enum { A = 1ll << 40 }", "enum { A = 1099511627776 }", 8, 4, 8, 8 },
	{ "enum : short { A }", "enum : short { A = 0 }", 2, 2, 2, 2 },
	{ "enum __attribute__((packed)) { A = 200 }", "enum { A = 200 } __attribute__((packed))", 1,
	  1, 1, 1 },
	{ "enum { A = 300 } __attribute__((packed))", "enum { A = 300 } __attribute__((packed))", 2,
	  2, 2, 2 },
	{ "void (__stdcall *)(int)", "void (__attribute__((stdcall)) *)(int)", 4, 4, 8, 8 },
	{ "void (*x)(int) __attribute__((regparm(2)))", "void (__attribute__((regparm(2))) *)(int)",
	  4, 4, 8, 8 },
};

START_TEST(test_types)
{
	const char *text = arena_printf(arena, "void f(%s)", types[_i].in);
	const struct type *t = parse(text)->params[0].type;

	ck_assert_str_eq(type_spell(arena, t, ""), types[_i].spelled);
	ck_assert_uint_eq(t->size[W32], types[_i].s32);
	ck_assert_uint_eq(t->align[W32], types[_i].a32);
	ck_assert_uint_eq(t->size[W64], types[_i].s64);
	ck_assert_uint_eq(t->align[W64], types[_i].a64);
	ck_assert(type_exists(t, W32) == (types[_i].s32 != 0));
}
END_TEST

START_TEST(test_predicates)
{
	const struct prototype *p = parse("void f(bool, enum { A } x, _BitInt(7), float, void *)");

	for (size_t i = 0; i < 3; i++)
		ck_assert(type_is_integer(p->params[i].type));
	ck_assert(!type_is_integer(p->params[4].type));
	ck_assert(type_is_float(p->params[3].type) && !type_is_integer(p->params[3].type));
	ck_assert(type_basic(TYPE_UINT)->is_unsigned && !type_basic(TYPE_CHAR)->is_unsigned);
	ck_assert_ptr_eq(type_promote(p->params[0].type), type_basic(TYPE_INT));
	ck_assert_ptr_eq(type_promote(p->params[1].type), type_basic(TYPE_UINT));
	ck_assert_ptr_eq(type_promote(p->params[2].type), p->params[2].type);
	ck_assert_ptr_eq(type_promote(p->params[3].type), type_basic(TYPE_DOUBLE));
	ck_assert_ptr_eq(type_promote(type_basic(TYPE_FLOAT16)), type_basic(TYPE_FLOAT16));
	ck_assert(proto_exists(p, W32));
	ck_assert(!proto_exists(parse("void f(int, struct { __int128 x; } y)"), W32));
}
END_TEST

/* Constant expressions, as the value of an enumerator. */
static const struct {
	const char *in;
	long long value;
} constants[] = {
	{ "0x10 + 010 + 0b11", 27 },
	{ "1 + 2 * 3 - 4 / 2", 5 },
	{ "(1 + 2) * 3 % 5", 4 },
	{ "1 << 4 | 3 & ~1 ^ 8", 26 },
	{ "1 << 31", -2147483648ll },
	{ "1u << 31", 2147483648ll },
	{ "~0u", 4294967295ll },
	{ "~0", -1 },
	{ "-1 < 0u", 0 },
	{ "-7 / 2", -3 },
	{ "-8 >> 1", -4 },
	{ "1 ? 2 : 3", 2 },
	{ "0 ? 2 : 1 ? 4 : 5", 4 },
	{ "!5 || 3 > 2 && 2 >= 2", 1 },
	{ "0x7fffffffffffffff", 9223372036854775807ll },
	{ "- - 3", 3 },
	{ "FIRST + 1", 8 },
};

START_TEST(test_constants)
{
	const char *text =
		arena_printf(arena, "void f(enum { FIRST = 7, X = %s } x)", constants[_i].in);
	const struct type *t = parse(text)->params[0].type;

	ck_assert_int_eq(t->enumerators[1].value, constants[_i].value);
}
END_TEST

/* ---- layouts ---- */

struct at {
	uint32_t at32, at64;
};

/* Sizes, alignments, and the offset of each field: in bytes, or in bits if there are bit-fields. */
static const struct {
	const char *in;
	uint32_t s32, a32, s64, a64;
	struct at fields[6];
} layouts[] = {
	{ "struct {}", 0, 1, 0, 1, { { 0, 0 } } },
	{ "struct { char a; int b; }", 8, 4, 8, 4, { { 0, 0 }, { 4, 4 } } },
	{ "struct { char a; double b; }", 12, 4, 16, 8, { { 0, 0 }, { 4, 8 } } },
	{ "struct { char a; long long b; char c; }",
	  16,
	  4,
	  24,
	  8,
	  { { 0, 0 }, { 4, 8 }, { 12, 16 } } },
	{ "struct { char a; long double b; }", 16, 4, 32, 16, { { 0, 0 }, { 4, 16 } } },
	{ "struct { char a; __float128 b; }", 32, 16, 32, 16, { { 0, 0 }, { 16, 16 } } },
	{ "struct { char a; void *p; short b; }", 12, 4, 24, 8, { { 0, 0 }, { 4, 8 }, { 8, 16 } } },
	{ "struct { char a[3]; short b[2]; }", 8, 2, 8, 2, { { 0, 0 }, { 4, 4 } } },
	{ "struct { int n; char a[]; }", 4, 4, 4, 4, { { 0, 0 }, { 4, 4 } } },
	{ "struct { char n; long a[]; }", 4, 4, 8, 8, { { 0, 0 }, { 4, 8 } } },
	{ "struct { char n; int a[0]; }", 4, 4, 4, 4, { { 0, 0 }, { 4, 4 } } },
	{ "union { char a; int b; short c; }", 4, 4, 4, 4, { { 0, 0 }, { 0, 0 }, { 0, 0 } } },
	{ "union { char a[5]; short b; }", 6, 2, 6, 2, { { 0, 0 }, { 0, 0 } } },
	{ "struct { char a; struct { char b; double c; } d; }",
	  16,
	  4,
	  24,
	  8,
	  { { 0, 0 }, { 4, 8 } } },
	{ "struct { int a; union { long b; char c; }; char d; }",
	  12,
	  4,
	  24,
	  8,
	  { { 0, 0 }, { 4, 8 }, { 8, 16 } } },
	{ "struct { char a; __m128 b; }", 32, 16, 32, 16, { { 0, 0 }, { 16, 16 } } },
	{ "struct { char a; double _Complex b; }", 20, 4, 24, 8, { { 0, 0 }, { 4, 8 } } },
	{ "struct { char a; _BitInt(70) b; }", 16, 4, 24, 8, { { 0, 0 }, { 4, 8 } } },
	{ "struct { int a; __int128 b; }", 0, 0, 32, 16, { { 0, 0 }, { 0, 16 } } },
	/* Attributes. */
	{ "struct { char a; int b; } __attribute__((packed))", 5, 1, 5, 1, { { 0, 0 }, { 1, 1 } } },
	{ "struct __attribute__((packed, aligned(4))) { char a; int b; }",
	  8,
	  4,
	  8,
	  4,
	  { { 0, 0 }, { 1, 1 } } },
	{ "struct { char a; int b __attribute__((packed)); short c; }",
	  8,
	  2,
	  8,
	  2,
	  { { 0, 0 }, { 1, 1 }, { 6, 6 } } },
	{ "struct { char a; int b __attribute__((aligned(8))); }",
	  16,
	  8,
	  16,
	  8,
	  { { 0, 0 }, { 8, 8 } } },
	{ "struct { char a; _Alignas(16) int b; }", 32, 16, 32, 16, { { 0, 0 }, { 16, 16 } } },
	{ "struct { int a; } __attribute__((aligned(16)))", 16, 16, 16, 16, { { 0, 0 } } },
	{ "struct [[gnu::aligned(2)]] { char a; }", 2, 2, 2, 2, { { 0, 0 } } },
	{ "struct { double a __attribute__((aligned(8))); int b; }",
	  16,
	  8,
	  16,
	  8,
	  { { 0, 0 }, { 8, 8 } } },
	/* Bit-fields: psABI figures "Bit-Field Alignment and padding". */
	{ "struct { int a : 5; int b : 6; int c : 7; }",
	  4,
	  4,
	  4,
	  4,
	  { { 0, 0 }, { 5, 5 }, { 11, 11 } } },
	{ "struct { short s : 9; int j : 9; char c; short t : 9; short u : 9; char d; }",
	  12,
	  4,
	  12,
	  4,
	  { { 0, 0 }, { 9, 9 }, { 24, 24 }, { 32, 32 }, { 48, 48 }, { 64, 64 } } },
	{ "struct { char c; short s : 8; }", 2, 2, 2, 2, { { 0, 0 }, { 8, 8 } } },
	{ "union { char c; short s : 8; }", 2, 2, 2, 2, { { 0, 0 }, { 0, 0 } } },
	{ "struct { char c; int : 0; char d; short : 9; char e; }",
	  9,
	  1,
	  9,
	  1,
	  { { 0, 0 }, { 32, 32 }, { 32, 32 }, { 48, 48 }, { 64, 64 } } },
	{ "struct { int a : 31; int b : 2; }", 8, 4, 8, 4, { { 0, 0 }, { 32, 32 } } },
	{ "struct { char a : 7; char b : 2; }", 2, 1, 2, 1, { { 0, 0 }, { 8, 8 } } },
	{ "struct { _Bool a : 1; unsigned b : 1; }", 4, 4, 4, 4, { { 0, 0 }, { 1, 1 } } },
	/* A unit of 8 bytes may start at any 4 on i386. */
	{ "struct { int a; long long b : 40; }", 12, 4, 16, 8, { { 0, 0 }, { 32, 64 } } },
	{ "struct { int a : 30; long long b : 40; }", 12, 4, 16, 8, { { 0, 0 }, { 32, 64 } } },
	{ "struct { int a : 20; long long b : 40; }", 8, 4, 8, 8, { { 0, 0 }, { 20, 20 } } },
	{ "struct { int a : 31; int b : 2; } __attribute__((packed))",
	  5,
	  1,
	  5,
	  1,
	  { { 0, 0 }, { 31, 31 } } },
	{ "struct { char a; long b : 40; }", 0, 0, 8, 8, { { 0, 0 }, { 0, 8 } } },
	{ "struct { int : 4; char a; }", 2, 1, 2, 1, { { 0, 0 }, { 8, 8 } } },
	{ "struct { enum { A } e : 3; unsigned b : 29; }", 4, 4, 4, 4, { { 0, 0 }, { 3, 3 } } },
};

START_TEST(test_layouts)
{
	const struct type *t =
		parse(arena_printf(arena, "void f(%s *x)", layouts[_i].in))->params[0].type->of;
	bool in_bits = false;

	ck_assert_uint_eq(t->size[W32], layouts[_i].s32);
	ck_assert_uint_eq(t->align[W32], layouts[_i].a32);
	ck_assert_uint_eq(t->size[W64], layouts[_i].s64);
	ck_assert_uint_eq(t->align[W64], layouts[_i].a64);
	for (size_t i = 0; i < t->nfields; i++)
		in_bits = in_bits || t->fields[i].is_bitfield;
	for (size_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];
		const struct at *at = &layouts[_i].fields[i];

		if (type_exists(t, W32))
			ck_assert_uint_eq(in_bits ? f->bit_offset[W32] : f->offset[W32], at->at32);
		ck_assert_uint_eq(in_bits ? f->bit_offset[W64] : f->offset[W64], at->at64);
		ck_assert(f->is_bitfield || f->bit_offset[W64] == 8 * f->offset[W64]);
	}
}
END_TEST

START_TEST(test_storage_units)
{
	const struct type *t =
		parse("void f(struct { char c; int a : 9; short b : 9; } *x)")->params[0].type->of;

	/* a: bits 8-16 of the int at 0; b: bits 17-25, in the short at 2. */
	ck_assert_uint_eq(t->fields[1].bit_offset[W64], 8);
	ck_assert_uint_eq(t->fields[1].offset[W64], 0);
	ck_assert_uint_eq(t->fields[2].bit_offset[W64], 17);
	ck_assert_uint_eq(t->fields[2].offset[W64], 2);
	ck_assert(t->fields[2].is_bitfield && t->fields[2].bits == 9);
}
END_TEST

/* ---- spelling ---- */

/* Definitions, and a prototype that is spelled as it is written. */
static const char *const spelled[][2] = {
	{ "", "void f(void)" },
	{ "", "int f(long a, double)" },
	{ "", "int f(char *format, ...)" },
	{ "", "void (*f(int sig, void (*handler)(int)))(int)" },
	{ "", "int (*f(void))[3]" },
	{ "", "char *(*(*f(int (*cb)(void *), int (*m)[4][5]))(void))(long)" },
	{ "", "void f(int (*(*table)[3])(char))" },
	{ "",
	  "void f(void (__attribute__((stdcall)) *cb)(int (__attribute__((fastcall)) *)(void)))" },
	{ "", "void (__attribute__((ms_abi)) *f(int))(long)" },
	{ "", "void (asmlinkage *f(int))(long)" },
	{ "struct s { int a; char b[3]; };", "struct s f(struct s x, struct s *y)" },
	{ "typedef struct { int a; } pair;", "pair f(pair, pair *)" },
	{ "typedef int big __attribute__((aligned(16)));", "big f(big, big *x)" },
	{ "enum e { A = 1 };", "enum e f(enum e x)" },
	{ "typedef enum { A = 1 } e;", "e f(e (*)(e))" },
	{ "", "void f(struct { int a; unsigned int b : 3; unsigned int : 0; "
	      "union { long c; }; } x)" },
	{ "", "void f(struct { int b __attribute__((packed)) __attribute__((aligned(2))); } *)" },
	{ "union u { float f; };", "union u *f(float __attribute__((vector_size(16))))" },
	{ "", "_BitInt(12) f(unsigned _BitInt(200) x, long double _Complex, _Float16)" },
};

START_TEST(test_spelled)
{
	const char *text = arena_printf(arena, "%s%s", spelled[_i][0], spelled[_i][1]);

	ck_assert_str_eq(proto_spell(arena, parse(text)), spelled[_i][1]);
}
END_TEST

/* The definitions that a spelled prototype needs, for types that are not nested in others. */
START_TEST(test_define)
{
	const struct prototype *p = parse(
		"struct in { short s; };"
		"struct out { struct in i; int a : 3, : 2; char *p[2]; } __attribute__((packed));"
		"typedef union { int a; float b; } either;"
		"typedef struct in wide __attribute__((aligned(32)));"
		"typedef long big __attribute__((aligned(16)));"
		"typedef enum { ONE = 1, TWO } number;"
		"enum fixed : short { LOW = -1 };"
		"void f(struct out, either, wide, big, number, enum fixed, struct later *)");
	static const char *const want[] = {
		("struct out { struct in i; int a : 3; int : 2; char *p[2]; } "
		 "__attribute__((packed))"),
		"typedef union { int a; float b; } either",
		"typedef struct in wide __attribute__((aligned(32)))",
		"typedef long big __attribute__((aligned(16)))",
		"typedef enum { ONE = 1, TWO = 2 } number",
		"enum fixed : short { LOW = -1 }",
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_str_eq(type_define(arena, p->params[i].type), want[i]);
	ck_assert_str_eq(type_define(arena, p->params[6].type->of), "struct later");
	ck_assert_uint_eq(p->params[2].type->size[W32], 2);
	ck_assert_uint_eq(p->params[2].type->align[W32], 32);
	ck_assert_uint_eq(p->params[3].type->align[W64], 16);
	ck_assert_str_eq(proto_spell(arena, p), "void f(struct out, either, wide, big, number, "
						"enum fixed, struct later *)");
}
END_TEST

START_TEST(test_round_trip)
{
	const char *once =
		proto_spell(arena, parse(arena_printf(arena, "void f(%s)", types[_i].in)));

	ck_assert_str_eq(proto_spell(arena, parse(once)), once);
}
END_TEST

/* Forty levels of doubling must not be spelled out. */
START_TEST(test_spell_bounded)
{
	struct str s = { 0 };

	str_add(&s, "typedef void f0(int);");
	for (int i = 1; i < 40; i++)
		str_addf(&s, "typedef void f%d(f%d *, f%d *);", i, i - 1, i - 1);
	str_add(&s, "void f(f39 *)");
	ck_assert_uint_lt(strlen(proto_spell(arena, parse(s.s))), 1u << 20);
	str_free(&s);
}
END_TEST

/* ---- prototypes: conventions, text, positions ---- */

static const struct {
	const char *in, *convention, *attribute;
} conventions[] = {
	{ "int f(int)", NULL, NULL },
	{ "int f(int) __attribute__((cdecl))", "cdecl", "__attribute__((cdecl))" },
	{ "int f(int) __attribute__((__stdcall__))", "stdcall", "__attribute__((stdcall))" },
	{ "__attribute__((noreturn, fastcall)) int f(int)", "fastcall",
	  "__attribute__((fastcall))" },
	{ "int __attribute__((thiscall)) f(int)", "thiscall", "__attribute__((thiscall))" },
	{ "int *__attribute__((stdcall)) f(int)", "stdcall", "__attribute__((stdcall))" },
	{ "int (__attribute__((stdcall)) f)(int)", "stdcall", "__attribute__((stdcall))" },
	{ "int __fastcall f(int)", "fastcall", "__attribute__((fastcall))" },
	{ "_cdecl int f(int)", "cdecl", "__attribute__((cdecl))" },
	{ "int f(int) __attribute__((regparm(0)))", "regparm0", "__attribute__((regparm(0)))" },
	{ "int f(int) __attribute__((__regparm__(1 + 2)))", "regparm3",
	  "__attribute__((regparm(3)))" },
	{ "int f(int) __attribute__((sysv_abi))", "sysv", "__attribute__((sysv_abi))" },
	{ "[[gnu::ms_abi]] int f(int)", "ms", "__attribute__((ms_abi))" },
	{ "int f [[gnu::ms_abi]] (int)", "ms", "__attribute__((ms_abi))" },
	{ "int f(int) [[__gnu__::__ms_abi__]]", "ms", "__attribute__((ms_abi))" },
	{ "extern asmlinkage int f(int)", "asmlinkage", "asmlinkage" },
	{ "typedef int __stdcall fn(int); fn f", "stdcall", "__attribute__((stdcall))" },
	{ "void (__stdcall *f(int))(char)", NULL, NULL },
	{ "void (*f(int))(char) __attribute__((stdcall))", "stdcall", "__attribute__((stdcall))" },
	{ "int f(int) __attribute__((pure)) __attribute__((nonnull(1), deprecated(\"x)\")))", NULL,
	  NULL },
	{ "[[nodiscard]] [[deprecated(\"no\")]] _Noreturn inline int f(int)", NULL, NULL },
};

START_TEST(test_conventions)
{
	const struct prototype *p = parse(conventions[_i].in);

	ck_assert_pstr_eq(p->convention, conventions[_i].convention);
	ck_assert_pstr_eq(p->attribute, conventions[_i].attribute);
}
END_TEST

START_TEST(test_text)
{
	struct case_list l = parse_cases("/* a */ extern\tint  f( int a , /* b */ char*b ) ,\n"
					 "\t*g(long) ; // c\n");

	ck_assert_uint_eq(l.n, 2);
	ck_assert_str_eq(l.v[0].proto->text, "extern int f( int a , char*b )");
	ck_assert_str_eq(l.v[1].proto->text, "extern int *g(long)");
	ck_assert_str_eq(l.v[0].proto->pos.file, "cases/some.h");
	ck_assert_uint_eq(l.v[0].proto->pos.line, 1);
	ck_assert_uint_eq(l.v[0].proto->pos.col, 21);
	ck_assert_uint_eq(l.v[1].proto->pos.line, 2);
	ck_assert_uint_eq(l.v[1].proto->pos.col, 3);
	ck_assert_str_eq(proto_spell(arena, l.v[1].proto), "int *g(long)");
	ck_assert_str_eq(l.v[0].proto->params[1].name, "b");
}
END_TEST

START_TEST(test_annotations)
{
	struct case_list l = parse_cases("void a(int);\n"
					 "//! group one some text\n"
					 "void b(int);\n"
					 "//! why it is b2\n"
					 "//! abi sysv ms\n"
					 "void b2(int);\n"
					 "void b3(int);\n"
					 "//! group two text that the next line replaces\n"
					 "//! why of the group\n"
					 "//! abi regparm3\n"
					 "//! why of c\n"
					 "void c(int), c2(int);\n"
					 "void c3(int);\n"
					 "//! group three\n"
					 "\n"
					 "//! why of d\n"
					 "typedef float real;\n"
					 "//! varargs real, char, double, struct s *, int [2]\n"
					 "void d(int, ...);\n"
					 "void d2(int, ...);\n"
					 "//! leaf\n"
					 "void e(int), e2(int);\n"
					 "void e3(int);\n"
					 "//! group four\n"
					 "//! leaf\n"
					 "//! known causes\n"
					 "//! why of the group\n"
					 "void g(int);\n"
					 "void g2(int);\n"
					 "//! group five\n"
					 "void h(int);\n");
	static const char *const want[][3] = {
		{ "some", NULL, NULL },
		{ "one", "some text", NULL },
		{ "one", "it is b2", "sysv" },
		{ "one", "some text", NULL },
		{ "two", "of c", "regparm3" },
		{ "two", "of c", "regparm3" },
		{ "two", "of the group", "regparm3" },
		{ "three", "of d", NULL },
		{ "three", NULL, NULL },
		{ "three", NULL, NULL },
		{ "three", NULL, NULL },
		{ "three", NULL, NULL },
		{ "four", "of the group", NULL },
		{ "four", "of the group", NULL },
		{ "five", NULL, NULL },
	};
	static const char leaves[] = "ee2gg2";
	const struct prototype *d;
	struct str s = { 0 };

	ck_assert_uint_eq(l.n, ARRAY_SIZE(want));
	for (size_t i = 0; i < l.n; i++) {
		ck_assert_str_eq(l.v[i].stem, "some");
		ck_assert_str_eq(l.v[i].group, want[i][0]);
		ck_assert_pstr_eq(l.v[i].why, want[i][1]);
		ck_assert_pstr_eq(l.v[i].nconventions ? l.v[i].conventions[0] : NULL, want[i][2]);
	}
	for (size_t i = 0; i < l.n; i++)
		str_add(&s, l.v[i].leaf ? l.v[i].proto->name : "");
	ck_assert_str_eq(s.s, leaves);
	str_free(&s);
	for (size_t i = 0; i < l.n; i++)
		ck_assert_int_eq(l.v[i].causes, !strcmp(l.v[i].group, "four"));
	ck_assert_uint_eq(l.v[2].nconventions, 2);
	d = l.v[7].proto;
	ck_assert(d->variadic && d->nvarargs == 5);
	ck_assert_str_eq(type_spell(arena, d->varargs[0], ""), "double");
	ck_assert_str_eq(type_spell(arena, d->varargs[1], ""), "int");
	ck_assert_str_eq(type_spell(arena, d->varargs[3], ""), "struct s *");
	ck_assert_str_eq(type_spell(arena, d->varargs[4], ""), "int *");
	ck_assert(l.v[8].proto->variadic && !l.v[8].proto->nvarargs);
}
END_TEST

START_TEST(test_append)
{
	struct case_list l = parse_cases("void a(int);");
	const char *error = NULL;

	ck_assert_int_eq(proto_parse_file(arena, "x.h", "void a(int);", &l, &error), 0);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_int_eq(proto_parse_file(arena, "y.h", "void b(int); int", &l, &error), -1);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_int_eq(proto_parse_file(arena, "z.h", "", &l, &error), 0);
	ck_assert_uint_eq(l.n, 2);
}
END_TEST

START_TEST(test_known)
{
	struct case_list l =
		parse_cases("//! known clang<18/O0,O2 sysv, regparm0/64 callee: LLVM 1: split\n"
			    "//! known gcc>=12 ms: why\n"
			    "//! known tcc cdecl caller: no reason\n"
			    "//! known gcc ms callee argument,stack-pointer: x\n"
			    "//! known gcc ms callee-saved, caller-frame : y\n"
			    "int f(int);\n"
			    "int g(int);");
	const struct known *k = l.v[0].known;

	ck_assert_uint_eq(l.v[0].nknown, 5);
	ck_assert_uint_eq(k[0].nchecks + k[1].nchecks + k[2].nchecks, 0);
	ck_assert_uint_eq(k[3].nchecks, 2);
	ck_assert_str_eq(k[3].direction, "callee");
	ck_assert_str_eq(k[3].checks[0], "argument");
	ck_assert_str_eq(k[3].checks[1], "stack-pointer");
	ck_assert_ptr_null(k[4].direction);
	ck_assert_uint_eq(k[4].nchecks, 2);
	ck_assert_str_eq(k[4].checks[0], "callee-saved");
	ck_assert_uint_eq(l.v[1].nknown, 0);
	ck_assert_str_eq(k[0].family, "clang");
	ck_assert_uint_eq(k[0].nopts, 2);
	ck_assert_str_eq(k[0].opts[1], "O2");
	ck_assert_uint_eq(k[1].nopts, 0);
	ck_assert(k[0].op == KNOWN_LT && k[0].version == 18 && k[0].nconventions == 2);
	ck_assert_str_eq(k[0].conventions[1], "regparm0/64");
	ck_assert_str_eq(k[0].direction, "callee");
	ck_assert_str_eq(k[0].reason, "LLVM 1: split");
	ck_assert_uint_eq(k[0].pos.line, 1);
	ck_assert(k[1].op == KNOWN_GE && k[1].version == 12 && !k[1].direction);
	ck_assert(k[2].op == KNOWN_ANY && !strcmp(k[2].direction, "caller"));
}
END_TEST

START_TEST(test_implicit)
{
	struct case_list l =
		parse_cases("//! implicit a / b\nlong long __divdi3(long long a, long long b);\n"
			    "//! implicit memset: a ? b : c\nint f(int a, int b, int c);\n"
			    "int g(int a);\n");

	ck_assert_str_eq(l.v[0].proto->implicit, "a / b");
	ck_assert_str_eq(l.v[0].proto->called, "__divdi3");
	ck_assert_str_eq(l.v[1].proto->implicit, "a ? b : c");
	ck_assert_str_eq(l.v[1].proto->called, "memset");
	ck_assert_ptr_null(l.v[2].proto->implicit);
}
END_TEST

TCase *reject_tests(void); /* reject_test.c */

int main(void)
{
	Suite *s = suite_create("proto");
	TCase *t = tcase_create("accepted");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_types, 0, ARRAY_SIZE(types));
	tcase_add_test(t, test_predicates);
	tcase_add_test(t, test_known);
	tcase_add_test(t, test_implicit);
	tcase_add_loop_test(t, test_constants, 0, ARRAY_SIZE(constants));
	tcase_add_loop_test(t, test_layouts, 0, ARRAY_SIZE(layouts));
	tcase_add_test(t, test_storage_units);
	tcase_add_loop_test(t, test_spelled, 0, ARRAY_SIZE(spelled));
	tcase_add_test(t, test_define);
	tcase_add_loop_test(t, test_round_trip, 0, ARRAY_SIZE(types));
	tcase_add_test(t, test_spell_bounded);
	tcase_add_loop_test(t, test_conventions, 0, ARRAY_SIZE(conventions));
	tcase_add_test(t, test_text);
	tcase_add_test(t, test_annotations);
	tcase_add_test(t, test_append);
	suite_add_tcase(s, t);
	suite_add_tcase(s, reject_tests());
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
