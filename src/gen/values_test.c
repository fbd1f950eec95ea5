/* SPDX-License-Identifier: MIT */
/* Tests of src/gen/values.c: classes, buffers and cells, the bits of a type that carry its value,
 * the scalars inside of it, and what is asked of its layout. Offsets and bits are counted by hand
 * from the layout rules: x86-64 psABI 3.1.2, i386 psABI 2.1.2. */
#include "gen/gen.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every test runs in a process of its own (CK_FORK), with these to itself. */
static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static struct case_list parse(const char *text)
{
	struct case_list list = { 0 };
	const char *error = NULL;

	ck_assert_msg(proto_parse_file(arena, "cases/some.h", text, &list, &error) == 0, "%s",
		      error);
	return list;
}

/* The type of the only parameter of `text`, or that parameter's declaration alone. */
static const struct type *type_of(const char *text)
{
	struct case_list list = parse(strchr(text, ';') && strstr(text, "f(")
					      ? text
					      : arena_printf(arena, "int f(%s);", text));

	return list.v[0].proto->params[0].type;
}

START_TEST(classes)
{
	static const struct {
		const char *type;
		enum cl_class class;
		unsigned bytes[WIDTHS];
		bool widens[WIDTHS];
	} v[] = {
		{ "_Bool", CL_BOOL, { 1, 1 }, { true, true } },
		{ "char", CL_SIGNED, { 1, 1 }, { true, true } },
		{ "signed char", CL_SIGNED, { 1, 1 }, { true, true } },
		{ "unsigned char", CL_UNSIGNED, { 1, 1 }, { true, true } },
		{ "short", CL_SIGNED, { 2, 2 }, { true, true } },
		{ "unsigned short", CL_UNSIGNED, { 2, 2 }, { true, true } },
		{ "int", CL_SIGNED, { 4, 4 }, { true, true } },
		{ "unsigned", CL_UNSIGNED, { 4, 4 }, { true, true } },
		{ "long", CL_SIGNED, { 4, 8 }, { true, false } },
		{ "unsigned long", CL_UNSIGNED, { 4, 8 }, { true, false } },
		{ "long long", CL_SIGNED, { 8, 8 }, { false, false } },
		{ "__int128", CL_SIGNED, { 0, 16 }, { true, false } },
		{ "unsigned __int128", CL_UNSIGNED, { 0, 16 }, { true, false } },
		{ "float", CL_FLOAT, { 4, 4 }, { false, false } },
		{ "double", CL_DOUBLE, { 8, 8 }, { false, false } },
		{ "long double", CL_LDOUBLE, { 10, 10 }, { false, false } },
		{ "void *", CL_POINTER, { 4, 8 }, { false, false } },
		{ "int (*)(char)", CL_POINTER, { 4, 8 }, { false, false } },
		{ "enum e", CL_SIGNED, { 4, 4 }, { false, false } },
		{ "enum u", CL_UNSIGNED, { 4, 4 }, { false, false } },
		{ "struct s", CL_OPAQUE, { 8, 16 }, { false, false } },
		{ "union n", CL_OPAQUE, { 4, 4 }, { false, false } },
		{ "float _Complex", CL_OPAQUE, { 8, 8 }, { false, false } },
		{ "long double _Complex", CL_OPAQUE, { 24, 32 }, { false, false } },
		{ "__float128", CL_OPAQUE, { 16, 16 }, { false, false } },
		{ "_Float16", CL_OPAQUE, { 2, 2 }, { false, false } },
		{ "_BitInt(65)", CL_OPAQUE, { 12, 16 }, { false, false } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct case_list list = parse(arena_printf(
			arena,
			"enum e { A = -1, B }; enum u { C, D };\n"
			"struct s { char c; long l; }; union n { char c; int i; };\nint f(%s);",
			v[i].type));
		const struct type *t = list.v[0].proto->params[0].type;

		ck_assert_msg(gen_class(t) == v[i].class, "class of %s", v[i].type);
		for (enum width w = W32; w < WIDTHS; w++) {
			if (!v[i].bytes[w])
				continue;
			ck_assert_msg(gen_compare_bytes(t, w) == v[i].bytes[w],
				      "bytes of %s at %u bit", v[i].type, width_bits(w));
			ck_assert_msg(gen_widens(t, w) == v[i].widens[w],
				      "widening of %s at %u bit", v[i].type, width_bits(w));
		}
	}
}
END_TEST

/* No two values share a byte, nor do two pieces of one, nor the hidden pointer; all fit. A value
 * that is not in pieces has all of its argument's cells. */
START_TEST(buffers_and_cells)
{
	unsigned char taken[CL_AREA] = { 0 }, cells[CL_AREA] = { 0 };
	unsigned hidden = gen_cell(MAX_ARGS, 0);

	ck_assert_uint_eq(hidden % 16, 0);
	ck_assert_uint_le(hidden + 16, CL_AREA);
	memset(cells + hidden, 1, 16);
	for (unsigned arg = 0; arg < MAX_ARGS; arg++) {
		unsigned at = gen_buffer(arg);

		ck_assert_uint_eq(at % 64, 0);
		for (unsigned k = at; k < at + ABI_MAX_VALUE; k++) {
			ck_assert_msg(k < CL_AREA && !taken[k], "buffer of argument %u, byte %u",
				      arg, k - at);
			taken[k] = 1;
		}
		at = gen_cell(arg, 0);
		for (unsigned k = at; k < at + ABI_MAX_VALUE; k++) {
			ck_assert_msg(k < CL_AREA && !cells[k], "cells of argument %u, byte %u",
				      arg, k - at);
			cells[k] = 1;
		}
		for (unsigned loc = 1; loc < MAX_LOCS; loc++) {
			ck_assert_uint_eq(gen_cell(arg, loc) % 16, 0);
			ck_assert_uint_ge(gen_cell(arg, loc), gen_cell(arg, loc - 1) + 16);
		}
	}
}
END_TEST

/* ---- masks ---- */

/* Masks in hexadecimal, byte after byte; NULL: all bits of all bytes are compared; "" where the
 * type does not exist at this width. */
static const struct {
	const char *type, *mask64, *mask32;
} masks[] = {
	{ "int", NULL, NULL },
	{ "_Bool", NULL, NULL },
	{ "__int128", NULL, "" },
	/* 10 bytes are compared, and all of them count. */
	{ "long double", NULL, NULL },
	{ "_Complex float", NULL, NULL },
	{ "_Complex double", NULL, NULL },
	{ "_Complex long double",
	  "ffffffffffffffffffff000000000000ffffffffffffffffffff000000000000",
	  "ffffffffffffffffffff0000ffffffffffffffffffff0000" },
	{ "typedef float v __attribute__((vector_size(16))); int f(v);", NULL, NULL },
	{ "_BitInt(37)", "ffffffff1f000000", "ffffffff1f000000" },
	{ "_BitInt(64)", NULL, NULL },
	{ "struct { long double l; }", "ffffffffffffffffffff000000000000",
	  "ffffffffffffffffffff0000" },
	/* Between members and at the end. */
	{ "struct { char c; int i; short s; }", "ff000000ffffffffffff0000",
	  "ff000000ffffffffffff0000" },
	{ "struct { char c; long l; float f; }", "ff00000000000000ffffffffffffffffffffffff00000000",
	  "ff000000ffffffffffffffff" },
	{ "struct { char c; double d; }", "ff00000000000000ffffffffffffffff",
	  "ff000000ffffffffffffffff" },
	{ "struct { int a, b; }", NULL, NULL },
	{ "struct { char c; int i; } __attribute__((packed))", NULL, NULL },
	{ "struct { char c; } __attribute__((aligned(16)))", "ff000000000000000000000000000000",
	  "ff000000000000000000000000000000" },
	{ "struct { char c; short s __attribute__((aligned(4))); }", "ff000000ffff0000",
	  "ff000000ffff0000" },
	{ "struct {}", NULL, NULL },
	/* Arrays, and members of members. */
	{ "struct { struct { char c; short s; } a[2]; }", "ff00ffffff00ffff", "ff00ffffff00ffff" },
	{ "struct { char c[3]; short s; }", "ffffff00ffff", "ffffff00ffff" },
	{ "struct { int a; struct { char b; }; union { char c; int d; }; }",
	  "ffffffffff000000ffffffff", "ffffffffff000000ffffffff" },
	/* What any member of a union uses. */
	{ "union { char c; short s; }", NULL, NULL },
	{ "union { char c[5]; int i; }", "ffffffffff000000", "ffffffffff000000" },
	{ "union { struct { char a; short b; } x; struct { short c; char d; } y; }", "ffffffff",
	  "ffffffff" },
	/* Bit-fields: from the right; one that would cross its unit begins the next. */
	{ "struct { int a : 5; }", "1f000000", "1f000000" },
	{ "struct { unsigned a : 31; unsigned b : 2; }", "ffffff7f03000000", "ffffff7f03000000" },
	{ "struct { short a; int b : 5; unsigned c : 20; double d; }",
	  "ffff1f00ffff0f00ffffffffffffffff", "ffff1f00ffff0f00ffffffffffffffff" },
	{ "struct { char a : 4; char b : 5; }", "0f1f", "0f1f" },
	{ "struct { _Bool b : 1; }", "01", "01" },
	{ "struct { long long a : 40; }", "ffffffffff000000", "ffffffffff000000" },
	{ "struct { char c; int b : 8; char d; }", "ffffff00", "ffffff00" },
	/* 64 bit: 8 + 30 fit a long; 32 bit: a long is 32 bits, so bit 32. */
	{ "struct { char c; long b : 30; }", "ffffffff3f000000", "ff000000ffffff3f" },
	{ "struct { unsigned a : 3; unsigned b : 30; } __attribute__((packed))", "ffffffff01",
	  "ffffffff01" },
	{ "union { int i : 3; unsigned char c : 5; }", "1f000000", "1f000000" },
	/* Unnamed ones are padding, but their room is taken. */
	{ "struct { int : 32; }", "00000000", "00000000" },
	{ "struct { int : 3; int a : 4; int : 0; char c; }", "78000000ff000000",
	  "78000000ff000000" },
	{ "struct { char a; int : 9; char b; }", "ff0000ff", "ff0000ff" },
};

START_TEST(mask)
{
	const struct type *t = type_of(masks[_i].type);
	const char *wanted[WIDTHS] = { [W32] = masks[_i].mask32, [W64] = masks[_i].mask64 };

	for (enum width w = W32; w < WIDTHS; w++) {
		uint8_t got[ABI_MAX_VALUE];
		char text[2 * ABI_MAX_VALUE + 1] = "";
		const char *want = wanted[w];
		unsigned bytes = gen_compare_bytes(t, w);
		bool partial, all;

		if (want && !*want)
			continue;
		memset(got, 0x5a, sizeof(got));
		partial = gen_mask(t, w, got);
		all = !want || strspn(want, "f") == strlen(want);
		ck_assert_msg(partial == !all, "%s: %d", masks[_i].type, partial);
		for (unsigned i = 0; i < bytes; i++)
			snprintf(text + strlen(text), 3, "%02x", got[i]);
		if (want)
			ck_assert_msg(!strcmp(text, want), "%s at %u bit: %s, not %s",
				      masks[_i].type, width_bits(w), text, want);
		else
			ck_assert_msg(strspn(text, "f") == 2 * bytes, "%s at %u bit: %s",
				      masks[_i].type, width_bits(w), text);
		/* Behind the value there is nothing. */
		for (unsigned i = bytes; i < ABI_MAX_VALUE; i++)
			ck_assert_msg(!got[i], "%s: byte %u", masks[_i].type, i);
	}
}
END_TEST

/* ---- leaves ---- */

/* "class@offset" of each scalar that must hold a proper value, in order. */
static const struct {
	const char *type, *leaves64, *leaves32;
} leaf_rows[] = {
	{ "struct { int i; char c; void *p; long long l; }", "", "" },
	{ "struct {}", "", "" },
	{ "struct { _Bool b : 1; int i : 3; }", "", "" },
	{ "struct { _Bool b; float f; double d[2]; struct { long double l; int i; } s; }",
	  "B@0 F@4 D@8 D@16 L@32", "B@0 F@4 D@8 D@16 L@24" },
	{ "struct { char c; double d; long double l; }", "D@8 L@16", "D@4 L@12" },
	{ "_Complex float", "F@0 F@4", "F@0 F@4" },
	{ "_Complex double", "D@0 D@8", "D@0 D@8" },
	{ "_Complex long double", "L@0 L@16", "L@0 L@12" },
	{ "struct { int i; _Complex double c[2]; }", "D@8 D@16 D@24 D@32", "D@4 D@12 D@20 D@28" },
	{ "typedef float v __attribute__((vector_size(16))); struct s { char c; v x; }; int "
	  "f(struct s);",
	  "F@16 F@20 F@24 F@28", "F@16 F@20 F@24 F@28" },
	{ "typedef int v __attribute__((vector_size(16))); int f(v);", "", "" },
	/* Of a union the last one wins where they overlap: it is proper whichever is read as its
	 * own type only where they agree, and bytes are compared, not numbers. */
	{ "union { float f; double d; }", "F@0 D@0", "F@0 D@0" },
	{ "struct { struct { _Bool b[2]; } s[2]; struct { float f; }; }", "B@0 B@1 B@2 B@3 F@4",
	  "B@0 B@1 B@2 B@3 F@4" },
	{ "struct { char c; float f; } __attribute__((packed))", "F@1", "F@1" },
};

START_TEST(leaves)
{
	static const char letter[] = {
		[CL_BOOL] = 'B', [CL_FLOAT] = 'F', [CL_DOUBLE] = 'D', [CL_LDOUBLE] = 'L'
	};
	const struct type *t = type_of(leaf_rows[_i].type);
	const char *wanted[WIDTHS] = {
		[W32] = leaf_rows[_i].leaves32, [W64] = leaf_rows[_i].leaves64
	};

	for (enum width w = W32; w < WIDTHS; w++) {
		const unsigned sizes[] = { [CL_BOOL] = 1,
					   [CL_FLOAT] = 4,
					   [CL_DOUBLE] = 8,
					   [CL_LDOUBLE] = w == W64 ? 16 : 12 };
		struct gen_leaves l = { .n = 0 };
		const char *text = "";

		gen_leaves(t, w, 0, &l);
		for (unsigned i = 0; i < l.n; i++) {
			ck_assert_uint_lt(l.v[i].class, ARRAY_SIZE(letter));
			ck_assert_uint_eq(l.v[i].size, sizes[l.v[i].class]);
			text = arena_printf(arena, "%s%s%c@%u", text, i ? " " : "",
					    letter[l.v[i].class], l.v[i].off);
		}
		ck_assert_msg(!strcmp(text, wanted[w]), "%s at %u bit: %s, not %s",
			      leaf_rows[_i].type, width_bits(w), text, wanted[w]);
	}
}
END_TEST

/* As many as there is room for, from the offset that is asked for. */
START_TEST(leaves_fit)
{
	struct gen_leaves l = { .n = 0 };

	gen_leaves(type_of("struct { _Bool b[200]; }"), W64, 0, &l);
	ck_assert_uint_eq(l.n, ARRAY_SIZE(l.v));
	l.n = 0;
	gen_leaves(type_of("struct { int i; float f; }"), W64, 100, &l);
	ck_assert_uint_eq(l.n, 1);
	ck_assert_uint_eq(l.v[0].off, 104);
}
END_TEST

/* ---- members ---- */

static struct gen_set select_of(const char *text, enum width w, const char *abi)
{
	const char *names[] = { abi, NULL };
	struct case_list list = parse(text);
	const char *error = NULL;
	struct gen_set set;

	ck_assert_msg(gen_select(arena, &list, w, names, &set, &error) == 0, "%s", error);
	ck_assert_uint_eq(set.n, 1);
	return set;
}

static const char *members_text(const struct gen_set *set)
{
	struct gen_members m;
	const char *text = "";

	gen_members(arena, &set->v[0].call, &m);
	for (unsigned i = 0; i < m.n; i++) {
		const struct gen_member *g = &m.v[i];

		if (g->arg == CL_RETURNED)
			text = arena_printf(arena, "%sR ", text);
		else
			text = arena_printf(arena, "%s%u ", text, g->arg);
		if (g->bits)
			text = arena_printf(arena, "%s%s %c%u at bit %u\n", text, g->path,
					    g->is_signed ? 's' : 'u', g->bits, g->expected);
		else
			text = arena_printf(arena, "%s%s%s%s %u\n", text, g->what,
					    g->path ? " " : "", g->path ? g->path : "",
					    g->expected);
	}
	return text;
}

static const char members_of[] =
	"struct in { char c; short h; };\n"
	"struct s {\n"
	"	int x; struct in i; int b : 3; unsigned u : 4; _Bool t : 1;\n"
	"	int : 5; struct { long y; }; union { float f; int g; } v;\n"
	"	short a[3];\n"
	"};\n";

/* x 0; i 4 to 7; from bit 64 on b, u, t and 5 unnamed bits, to bit 77; y at the next multiple of 8;
 * v behind it; 6 bytes of array; 34 bytes, 40 in multiples of 8. */
START_TEST(members64)
{
	struct gen_set set = select_of(
		arena_printf(arena, "%sint f(int n, struct s p);", members_of), W64, "sysv");

	ck_assert_str_eq(members_text(&set), "1 size 40\n"
					     "1 alignment 8\n"
					     "1 offset x 0\n"
					     "1 offset i 4\n"
					     "1 offset i.c 4\n"
					     "1 offset i.h 6\n"
					     "1 b s3 at bit 64\n"
					     "1 u u4 at bit 67\n"
					     "1 t u1 at bit 71\n"
					     "1 offset y 16\n"
					     "1 offset v 24\n"
					     "1 offset v.f 24\n"
					     "1 offset v.g 24\n"
					     "1 offset a 28\n");
}
END_TEST

/* y is 4 bytes, at a multiple of 4: 12. Of a return value the bit-fields' bits are not asked. */
START_TEST(members32)
{
	struct gen_set set = select_of(
		arena_printf(arena, "%sstruct s f(struct in p, union { int k; } q, struct in *r);",
			     members_of),
		W32, "cdecl");

	ck_assert_str_eq(members_text(&set), "R size 28\n"
					     "R alignment 4\n"
					     "R offset x 0\n"
					     "R offset i 4\n"
					     "R offset i.c 4\n"
					     "R offset i.h 6\n"
					     "R offset y 12\n"
					     "R offset v 16\n"
					     "R offset v.f 16\n"
					     "R offset v.g 16\n"
					     "R offset a 20\n"
					     "0 size 4\n"
					     "0 alignment 2\n"
					     "0 offset c 0\n"
					     "0 offset h 2\n"
					     "1 size 4\n"
					     "1 alignment 4\n"
					     "1 offset k 0\n");
}
END_TEST

/* Offsets in packed and aligned ones; nothing of scalars, complex types and what `...` passes. */
START_TEST(members_attributes)
{
	struct gen_set set =
		select_of("struct p { char c; int i; short b : 9; } __attribute__((packed));\n"
			  "struct q {\n"
			  "	char c, d __attribute__((aligned(8)));\n"
			  "	struct { int m : 3; unsigned n : 6; } e;\n"
			  "};\n"
			  "//! varargs struct q\n"
			  "_Complex double f(struct p a, struct q b, double c, ...);",
			  W64, "sysv");

	ck_assert_str_eq(members_text(&set), "0 size 7\n"
					     "0 alignment 1\n"
					     "0 offset c 0\n"
					     "0 offset i 1\n"
					     "0 b s9 at bit 40\n"
					     "1 size 16\n"
					     "1 alignment 8\n"
					     "1 offset c 0\n"
					     "1 offset d 8\n"
					     "1 offset e 12\n"
					     "1 e.m s3 at bit 96\n"
					     "1 e.n u6 at bit 99\n");
}
END_TEST

/* Never more than there are slots, in the same order in the table and in the C. */
START_TEST(members_fit)
{
	struct str s = { 0 };
	struct gen_set set;
	struct gen_members m;

	str_add(&s, "struct s {");
	for (int i = 0; i < 100; i++)
		str_addf(&s, " char m%d;", i);
	str_add(&s, " }; int f(struct s a, struct { int z; } b);");
	set = select_of(s.s, W64, "sysv");
	gen_members(arena, &set.v[0].call, &m);
	ck_assert_uint_eq(m.n, CL_MEMBERS);
	ck_assert_str_eq(m.v[CL_MEMBERS - 1].path, "m61");
	s.len = 0;
	gen_c(&s, arena, LANGUAGE_C, set.v, 1);
	ck_assert_ptr_nonnull(strstr(s.s, "cl_layout[63] = CL_OFFSET(struct s, m61);"));
	ck_assert_ptr_null(strstr(s.s, "cl_layout[64]"));
	str_free(&s);
}
END_TEST

/* ---- the table ---- */

/* What the runtime's tables say about an aggregate: exactly these lines. */
START_TEST(table)
{
	struct gen_set set =
		select_of("struct s { short a; int b : 5; unsigned c : 20; double d; };\n"
			  "struct t { long double l; char c; };\n"
			  "struct t f(struct s x);",
			  W64, "sysv");
	char *dir = arena_strdup(arena, "/tmp/clobber-test-XXXXXX");
	static const char *const lines[] = {
		"static const uint8_t mask_0_0[] = { 255, 255, 31, 0, 255, 255, 15, 0, 255, 255, "
		"255, 255, 255, 255, 255, 255 };\n",
		"static const struct cl_leaf leaves_0_0[] = { { .off = 8, .class = CL_DOUBLE, .size = 8 }, };\n",
		"static const uint8_t mask_0_1[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, "
		"255, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };\n",
		"static const struct cl_leaf leaves_0_1[] = { { .off = 0, .class = CL_LDOUBLE, .size = 16 }, };\n",
		/* The return type's first. */
		"static const struct cl_member members_0[] = {"
		"\n\t{ .slot = 0, .arg = 255, .bits = 0, .is_signed = 0, .expected = 32 },"
		"\n\t{ .slot = 1, .arg = 255, .bits = 0, .is_signed = 0, .expected = 16 },"
		"\n\t{ .slot = 2, .arg = 255, .bits = 0, .is_signed = 0, .expected = 0 },"
		"\n\t{ .slot = 3, .arg = 255, .bits = 0, .is_signed = 0, .expected = 16 },"
		"\n\t{ .slot = 4, .arg = 0, .bits = 0, .is_signed = 0, .expected = 16 },"
		"\n\t{ .slot = 5, .arg = 0, .bits = 0, .is_signed = 0, .expected = 8 },"
		"\n\t{ .slot = 6, .arg = 0, .bits = 0, .is_signed = 0, .expected = 0 },"
		"\n\t{ .slot = 7, .arg = 0, .bits = 5, .is_signed = 1, .expected = 16 },"
		"\n\t{ .slot = 8, .arg = 0, .bits = 20, .is_signed = 0, .expected = 32 },"
		"\n\t{ .slot = 9, .arg = 0, .bits = 0, .is_signed = 0, .expected = 8 },"
		" };\n",
		/* rdi is the hidden pointer's: rsi and xmm0. */
		"{ .class = CL_OPAQUE, .compare = 16, .size = 16, .buffer = 0, .mask = mask_0_0, "
		".nleaves = 1, .leaves = leaves_0_0,\n\t\t.nlocs = 2, .loc = { "
		"{ .kind = CL_GPR, .bytes = 8, .cell = 0, .reg = 6 /* rsi */ }, "
		"{ .kind = CL_XMM, .bytes = 8, .cell = 64, .off = 8, .reg = 0 /* xmm0 */ }, } }",
		".ret = { .class = CL_OPAQUE, .compare = 32, .size = 32, .buffer = 0, "
		".mask = mask_0_1, .nleaves = 1, .leaves = leaves_0_1 },\n",
		".hidden = { .class = CL_POINTER, .compare = 8, .size = 8,\n\t\t.nlocs = 1, .loc = { "
		"{ .kind = CL_GPR, .bytes = 8, .cell = 7680, .reg = 7 /* rdi */ }, } },\n",
		".nmembers = 10, .members = members_0,\n",
	};
	char *text;
	size_t n;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(gen_write(arena, &set, dir), 0);
	text = file_read(arena_printf(arena, "%s/conventions.table.c", dir), &n);
	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_msg(strstr(text, lines[i]) != NULL, "not there: %s\n%s", lines[i], text);
	free(text);
	ck_assert_int_eq(system(arena_printf(arena, "rm -r %s", dir)), 0);
}
END_TEST

/* Every number of a placement fits the field of the table that takes it. */
START_TEST(numbers_fit)
{
	static const struct {
		const char *text;
		unsigned align;
	} t[] = {
		{ "void f(struct { char c; } __attribute__((aligned(64))) a);", 64 },
		{ "void f(struct { char c; } __attribute__((aligned(128))) a);", 128 },
		{ "void f(struct { char c; } __attribute__((aligned(256))) a);", 256 },
	};
	struct cl_case c;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct gen_set set = select_of(t[i].text, W64, "sysv");

		ck_assert_uint_eq(set.v[0].call.place.align, t[i].align);
		c.align = (__typeof__(c.align))set.v[0].call.place.align;
		ck_assert_msg(c.align == t[i].align, "cl_case.align of %u is %u", t[i].align,
			      c.align);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("values");
	TCase *t = tcase_create("values");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, classes);
	tcase_add_test(t, buffers_and_cells);
	tcase_add_loop_test(t, mask, 0, ARRAY_SIZE(masks));
	tcase_add_loop_test(t, leaves, 0, ARRAY_SIZE(leaf_rows));
	tcase_add_test(t, leaves_fit);
	tcase_add_test(t, members64);
	tcase_add_test(t, members32);
	tcase_add_test(t, members_attributes);
	tcase_add_test(t, members_fit);
	tcase_add_test(t, table);
	tcase_add_test(t, numbers_fit);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
