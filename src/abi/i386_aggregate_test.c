/* SPDX-License-Identifier: MIT */
/* Aggregates, complex types and __float128 under the i386 conventions: the i386 psABI (draft 1.1),
 * 2.2.3 "Passing Parameters", "Returning Values" and table 2.4, "Returning Values in Memory";
 * GCC's manual, "x86 Attributes", and Microsoft's page "__fastcall" for registers.
 *
 * - Aggregates are on the stack, padded to words and to what table 2.1 aligns: 16 for __float128, 4
 *   for everything else that is as wide as a word. Of further alignment by an attribute nothing is
 *   said, nor of what has no size.
 * - Aggregates return in memory, always: an implicit first argument points there, and the callee
 *   pops it. Whether it takes a register in a convention that has any, nothing says.
 * - Aggregates are not of integral type: in GCC's words never in a register; in Microsoft's
 *   __fastcall on the stack regardless of size. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

#define S(body)    "struct s { " body " }; "
#define S4         "struct s { int a; }; "
#define S5         "struct s { char a[5]; }; "
#define BOTH       "struct s f(struct s)"
#define STRUCTPARM "typedef struct { int a, b; double d; } structparm; "
#define OVER       "struct s { int a; } __attribute__((aligned(16))); "

/* clang-format off */
static const struct row cdecl_rows[] = {
	/* Sizes; the pointer comes first and is popped. */
	{ S("char a;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 8 pop 4" },
	{ S("char a[3];") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 8 pop 4" },
	{ S("int a;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 8 pop 4" },
	{ S("char a[5];") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 12 pop 4" },
	{ S("int a, b;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 12 pop 4" },
	{ S("float a;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 8 pop 4" },
	{ S("double a;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 12 pop 4" },
	{ S("char a; double b;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 16 pop 4" },
	{ S("long double a; char b;") BOTH, "esp+4 -> memory by esp+0",
	  "args.stack -> return.memory", "stack 20 pop 4" },
	{ S("char a[65];") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 72 pop 4" },
	{ "union s { int a; char b[6]; }; union s f(union s)", "esp+4 -> memory by esp+0",
	  "args.stack -> return.memory", "stack 12 pop 4" },
	{ S("int a;") "struct s f(void)", "void -> memory by esp+0", "-> return.memory",
	  "stack 4 pop 4" },
	{ S5 "void f(char, struct s, int)", "esp+0 | esp+4 | esp+12 -> void", "3*args.stack",
	  "stack 16" },
	{ S5 "int f(struct s, struct s, double)", "esp+0 | esp+8 | esp+16 -> eax",
	  "3*args.stack -> return.integer", "stack 24" },
	{ "struct s { char a; int b; } __attribute__((packed)); void f(int, struct s, int)",
	  "esp+0 | esp+4 | esp+12 -> void", "3*args.stack", "stack 16" },
	{ S("int a : 3, b : 30;") "void f(struct s, int)", "esp+0 | esp+8 -> void",
	  "2*args.stack", "stack 12" },
	/* The worked example of 2.2.3, tables 2.5 and 2.6. Left out: __m128 v, x, y and __m256 w, z;
	 * the pointer is at (esp), i at 4, s at 8. */
	{ STRUCTPARM "structparm func(int i, structparm s)", "esp+4 | esp+8 -> memory by esp+0",
	  "2*args.stack -> return.memory", "stack 24 pop 4" },

	/* Complex: float in edx:eax, others in memory; table 2.1 aligns all to 4. */
	{ "float _Complex f(float _Complex)", "esp+0 -> edx:eax", "args.stack -> return.complex",
	  "stack 8" },
	{ "double _Complex f(double _Complex)", "esp+4 -> memory by esp+0",
	  "args.stack -> return.memory", "stack 20 pop 4" },
	{ "long double _Complex f(char, long double _Complex)", "esp+4 | esp+8 -> memory by esp+0",
	  "2*args.stack -> return.memory", "stack 32 pop 4" },
	{ "__float128 _Complex f(char, __float128 _Complex)", "esp+4 | esp+16 -> memory by esp+0",
	  "args.stack args.aligned -> return.memory", "stack 48 pop 4" },
	{ S("float _Complex a;") BOTH, "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 12 pop 4" },

	/* Decimal floating point: table 2.4; _Decimal64 counts as aligned to 4, _Decimal128 to 16. */
	{ "_Decimal32 f(int, _Decimal32)", "esp+0 | esp+4 -> eax", "2*args.stack -> return.decimal",
	  "stack 8" },
	{ "_Decimal64 f(int, _Decimal64, int)", "esp+0 | esp+4 | esp+12 -> edx:eax",
	  "3*args.stack -> return.decimal", "stack 16" },
	{ "_Decimal128 f(int, _Decimal128)", "esp+4 | esp+16 -> memory by esp+0",
	  "args.stack args.aligned -> return.memory", "stack 32 pop 4" },
	/* Does the exception hold for a structure with one? Nothing says. */
	{ S("_Decimal64 a;") "void f(int, struct s)", "esp+0 | unspecified -> void",
	  "args.stack args.m64.aligned", "stack ?" },
	{ S("_Decimal32 a;") "void f(int, struct s)", "esp+0 | esp+4 -> void", "2*args.stack",
	  "stack 8" },

	{ "void f(int, _Atomic int, int)", "esp+0 | unspecified | unspecified -> void",
	  "args.stack 2*args.atomic", "stack ?" },
	{ "_Atomic int f(int)", "unspecified -> unspecified", "args.atomic -> args.atomic",
	  "stack ? pop ?" },

	/* __float128, and what contains one: at multiples of 16. */
	{ "void f(__float128)", "esp+0 -> void", "args.aligned", "stack 16" },
	{ "void f(int, __float128, int)", "esp+0 | esp+16 | esp+32 -> void",
	  "args.stack args.aligned args.stack", "stack 36" },
	{ "__float128 f(__float128)", "esp+16 -> memory by esp+0", "args.aligned -> return.memory",
	  "stack 32 pop 4" },
	{ S("__float128 a;") "void f(int, struct s)", "esp+0 | esp+16 -> void",
	  "args.stack args.aligned", "stack 32" },
	{ S("char a; struct { __float128 b[2]; } c;") "void f(int, struct s, int)",
	  "esp+0 | esp+16 | esp+64 -> void", "args.stack args.aligned args.stack", "stack 68" },
	/* Packed, its own alignment is 1: nothing in it wants 16. */
	{ "struct s { char a; __float128 b; } __attribute__((packed)); void f(int, struct s, int)",
	  "esp+0 | esp+4 | esp+24 -> void", "3*args.stack", "stack 28" },

	{ "struct s { char a; __float128 b __attribute__((packed)); }; void f(int, struct s, int)",
	  "esp+0 | esp+4 | esp+24 -> void", "3*args.stack", "stack 28" },
	{ "struct in { char a; __float128 b __attribute__((packed)); }; " S("struct in i[2];")
	  "void f(int, struct s)", "esp+0 | esp+4 -> void", "2*args.stack", "stack 40" },
	/* Table 2.1 aligns the scalar, whatever a typedef says; documents are silent about a
	 * structure that is aligned only because of such a member. */
	{ "typedef __float128 u __attribute__((aligned(4))); void f(int, u, int)",
	  "esp+0 | esp+16 | esp+32 -> void", "args.stack args.aligned args.stack", "stack 36" },
	{ "typedef __float128 u __attribute__((aligned(4))); " S("u a;") "void f(int, struct s)",
	  "esp+0 | unspecified -> void", "args.stack args.underaligned", "stack ?" },
	{ "struct s { __float128 a; }; typedef struct s u __attribute__((aligned(4))); "
	  "void f(int, u)", "esp+0 | esp+16 -> void", "args.stack args.aligned", "stack 32" },
	{ "typedef double u __attribute__((aligned(1))); " S("char a; u b;") "void f(int, struct s)",
	  "esp+0 | esp+4 -> void", "2*args.stack", "stack 16" },
	/* Enums of other widths. */
	{ "enum e { A } __attribute__((packed)); " S("char a; enum e b;")
	  "enum e f(enum e, struct s, enum e)", "esp+0 | esp+4 | esp+8 -> al",
	  "3*args.stack -> return.integer", "stack 12" },
	{ "enum e { A, B = 0x123456789LL }; enum e f(int, enum e)", "esp+0 | esp+4 -> edx:eax",
	  "2*args.stack -> return.longlong", "stack 12" },

	/* Where SSE is not certain, documents are silent about vectors and what holds one. */
	{ "typedef float v __attribute__((vector_size(16))); void f(int, v, int)",
	  "esp+0 | unspecified | unspecified -> void", "args.stack 2*args.vector.unavailable",
	  "stack ?" },
	{ "typedef float v __attribute__((vector_size(16))); " S("v a;") "void f(int, struct s)",
	  "esp+0 | unspecified -> void", "args.stack args.vector.unavailable", "stack ?" },
	{ "typedef float v __attribute__((vector_size(16))); v f(int)",
	  "unspecified -> unspecified", "args.vector.unavailable -> args.vector.unavailable",
	  "stack ? pop ?" },

	{ "typedef float v __attribute__((vector_size(64))); v f(int, v)",
	  "unspecified | unspecified -> unspecified",
	  "2*args.vector.unavailable -> args.vector.unavailable", "stack ? pop ?" },

	/* Aligned further than table 2.1 by an attribute: from there on documents are silent. */
	{ OVER "void f(struct s)", "unspecified -> void", "args.overaligned", "stack ?" },
	/* A typedef hides the alignment of the structure that it names. */
	{ OVER "typedef struct s low __attribute__((aligned(4))); void f(low)", "unspecified -> void",
	  "args.overaligned", "stack ?" },
	{ OVER "void f(int, struct s, int)", "esp+0 | unspecified | unspecified -> void",
	  "args.stack 2*args.overaligned", "stack ?" },
	{ S("int a; double b __attribute__((aligned(8)));") "void f(struct s)",
	  "unspecified -> void", "args.overaligned", "stack ?" },
	{ "typedef double d8 __attribute__((aligned(8))); void f(char, d8)",
	  "esp+0 | unspecified -> void", "args.stack args.overaligned", "stack ?" },
	{ "struct s { char a; } __attribute__((aligned(4))); void f(char, struct s)",
	  "esp+0 | esp+4 -> void", "2*args.stack", "stack 8" },
	/* A result's alignment is the caller's affair: the pointer is passed as any other. */
	{ OVER "struct s f(int)", "esp+4 -> memory by esp+0", "args.stack -> return.memory",
	  "stack 8 pop 4" },
	{ "struct s {}; void f(int, struct s, int)", "esp+0 | unspecified | unspecified -> void",
	  "args.stack 2*args.empty", "stack ?" },
	{ "struct s {}; struct s f(int)", "esp+4 -> memory by esp+0",
	  "args.stack -> return.memory", "stack 8 pop 4" },

	/* 2.2.4: variadic, all on the stack; the pointer is popped all the same. */
	{ S5 "struct s f(int a, ...) <- struct s, double", "esp+4 | esp+8 | esp+16 -> memory by esp+0",
	  "3*i386.varargs -> return.memory", "stack 24 pop 4" },
	{ "void f(int a, ...) <- float _Complex, __float128", "esp+0 | esp+4 | esp+16 -> void",
	  "2*i386.varargs args.aligned", "stack 32" },
};

/* The callee pops all of its stack arguments: the implicit one is among them. */
static const struct row stdcall_rows[] = {
	{ S4 "void f(struct s)", "esp+0 -> void", "args.stack", "stack 4 pop 4" },
	{ S5 "struct s f(int, struct s)", "esp+4 | esp+8 -> memory by esp+0",
	  "2*args.stack -> return.memory", "stack 16 pop 16" },
	{ "__float128 f(__float128)", "esp+16 -> memory by esp+0", "args.aligned -> return.memory",
	  "stack 32 pop 32" },
	{ "float _Complex f(float _Complex)", "esp+0 -> edx:eax", "args.stack -> return.complex",
	  "stack 8 pop 8" },
	{ OVER "void f(int, struct s)", "esp+0 | unspecified -> void", "args.stack args.overaligned",
	  "stack ? pop ?" },
	/* Variadic: the caller pops what it pushed, but the pointer is the callee's to pop. */
	{ S5 "struct s f(int a, ...) <- int", "esp+4 | esp+8 -> memory by esp+0",
	  "2*i386.varargs -> return.memory", "stack 12 pop 4" },
};

static const struct row regparm0_rows[] = {
	{ S5 "struct s f(struct s, int)", "esp+4 | esp+12 -> memory by esp+0",
	  "2*args.stack -> return.memory", "stack 16 pop 4" },
	{ "double _Complex f(void)", "void -> memory by esp+0", "-> return.memory",
	  "stack 4 pop 4" },
};

static const struct row regparm3_rows[] = {
	/* GCC manual, transparent_union: the first member's convention, here a register's. */
	{ "union u { int *a; long *b; } __attribute__((transparent_union)); void f(int, union u)",
	  "eax | edx -> void", "gcc.regparm.args gcc.transparent-union", "stack 0" },
	{ S4 "void f(struct s)", "esp+0 -> void", "gcc.regparm.args", "stack 4" },
	/* Number two, or the first register: in one of them. */
	{ S4 "void f(struct s, int)", "esp+0 | unspecified -> void", "gcc.regparm.args regparm.gap",
	  "stack 4" },
	{ S5 "void f(int, struct s, int)", "eax | esp+0 | unspecified -> void",
	  "2*gcc.regparm.args regparm.gap", "stack 8" },
	/* Number four, or the third register. */
	{ S5 "void f(int, int, struct s, int)", "eax | edx | esp+0 | unspecified -> void",
	  "3*gcc.regparm.args regparm.gap", "stack ?" },
	{ S5 "void f(int, int, int, struct s, int)", "eax | edx | ecx | esp+0 | esp+8 -> void",
	  "5*gcc.regparm.args", "stack 12" },
	{ "float _Complex f(int, float _Complex)", "eax | esp+0 -> edx:eax",
	  "2*gcc.regparm.args -> return.complex", "stack 8" },
	{ "void f(int, __float128)", "eax | esp+0 -> void", "gcc.regparm.args args.aligned",
	  "stack 16" },
	{ S4 "struct s f(void)", "void -> unspecified", "-> return.memory.register",
	  "stack ? pop ?" },
	{ S4 "struct s f(int, double)", "unspecified | unspecified -> unspecified",
	  "2*return.memory.register -> return.memory.register", "stack ? pop ?" },
	/* A variadic function's arguments are on the stack, the implicit one too. */
	{ S4 "struct s f(int a, ...) <- struct s", "esp+4 | esp+8 -> memory by esp+0",
	  "2*gcc.regparm.varargs -> return.memory", "stack 12 pop 4" },
};

static const struct row fastcall_rows[] = {
	{ S4 "void f(struct s)", "esp+0 -> void", "gcc.fastcall.args", "stack 4 pop 4" },
	{ "union s { int a; char b; }; void f(union s, union s)", "esp+0 | esp+4 -> void",
	  "2*gcc.fastcall.args", "stack 8 pop 8" },
	{ S5 "void f(int, int, struct s, int)", "ecx | edx | esp+0 | esp+8 -> void",
	  "4*gcc.fastcall.args", "stack 12 pop 12" },
	/* GCC: the second is edx; Microsoft: the first DWORD found is ecx. */
	{ S4 "void f(struct s, int)", "esp+0 | unspecified -> void",
	  "gcc.fastcall.args fastcall.gap", "stack 4 pop 4" },
	/* GCC: the third is on the stack; Microsoft: edx. */
	{ S4 "void f(int, struct s, int)", "ecx | esp+0 | unspecified -> void",
	  "2*gcc.fastcall.args fastcall.gap", "stack ? pop ?" },
	{ S4 "void f(struct s, struct s, int)", "esp+0 | esp+4 | unspecified -> void",
	  "2*gcc.fastcall.args fastcall.gap", "stack ? pop ?" },
	/* Neither integral nor a DWORD. */
	{ "float _Complex f(float _Complex)", "esp+0 -> edx:eax",
	  "gcc.fastcall.args -> return.complex", "stack 8 pop 8" },
	{ "void f(int, int, int, __float128)", "ecx | edx | esp+0 | esp+16 -> void",
	  "3*gcc.fastcall.args args.aligned", "stack 32 pop 32" },
	{ OVER "void f(int, struct s, int)", "ecx | unspecified | unspecified -> void",
	  "gcc.fastcall.args 2*args.overaligned", "stack ? pop ?" },
	{ "struct s {}; void f(struct s, int)", "unspecified | unspecified -> void",
	  "2*args.empty", "stack ? pop ?" },
	{ S4 "struct s f(void)", "void -> unspecified", "-> return.memory.register",
	  "stack ? pop ?" },
	{ "double _Complex f(int, double)", "unspecified | unspecified -> unspecified",
	  "2*return.memory.register -> return.memory.register", "stack ? pop ?" },
	{ S4 "struct s f(int a, ...) <- struct s", "esp+4 | esp+8 -> memory by esp+0",
	  "2*gcc.fastcall.varargs -> return.memory", "stack 12 pop ?" },
};

static const struct row thiscall_rows[] = {
	{ S4 "void f(struct s, int)", "esp+0 | esp+4 -> void", "2*gcc.thiscall.args",
	  "stack 8 pop 8" },
	{ S5 "void f(void *, struct s, int)", "ecx | esp+0 | esp+8 -> void",
	  "3*gcc.thiscall.args", "stack 12 pop 12" },
	{ "float _Complex f(float _Complex, int)", "esp+0 | esp+8 -> edx:eax",
	  "2*gcc.thiscall.args -> return.complex", "stack 12 pop 12" },
	{ "void f(void *, int, __float128)", "ecx | esp+0 | esp+16 -> void",
	  "2*gcc.thiscall.args args.aligned", "stack 32 pop 32" },
	{ OVER "void f(void *, struct s)", "ecx | unspecified -> void",
	  "gcc.thiscall.args args.overaligned", "stack ? pop ?" },
	{ S4 "struct s f(void *, int)", "unspecified | unspecified -> unspecified",
	  "2*return.memory.register -> return.memory.register", "stack ? pop ?" },
	{ S4 "struct s f(void *a, ...) <- struct s", "esp+4 | esp+8 -> memory by esp+0",
	  "2*gcc.thiscall.varargs -> return.memory", "stack 12 pop ?" },
};
/* clang-format on */

#define TABLE(name, pop, variadic_pop)                                                 \
	{                                                                              \
		.convention = #name, .width = W32, .prefix = "i386.", .pop_rule = pop, \
		.variadic_pop_rule = variadic_pop, ROWS(name##_rows),                  \
	}

static const struct table tables[] = {
	TABLE(cdecl, "i386.registers.sp", "i386.registers.sp"),
	TABLE(stdcall, "gcc.stdcall.pop", "gcc.stdcall.pop"),
	TABLE(regparm0, "i386.registers.sp", "i386.registers.sp"),
	TABLE(regparm3, "i386.registers.sp", "i386.registers.sp"),
	TABLE(fastcall, "gcc.fastcall.pop", "fastcall.varargs.pop"),
	TABLE(thiscall, "gcc.thiscall.pop", "thiscall.varargs.pop"),
};

/* All rows of all tables, one after the other. */
START_TEST(row)
{
	const struct table *t = tables;
	int i = _i;

	while (i >= t->nrows)
		i -= t++->nrows;
	check_row(t, &t->rows[i]);
}
END_TEST

/* regparm(1) and regparm(2) decide as little of a memory return as regparm(3). */
START_TEST(hidden_in_registers)
{
	static const char *const names[] = { "regparm1", "regparm2", "regparm3", "fastcall",
					     "thiscall" };
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct placement p;

		place_call(a, names[i], W32, S4 "struct s f(int, int)", &p);
		ck_assert(p.ret.unspecified && p.stack_unspecified && p.pop_unspecified);
		ck_assert_uint_eq(p.hidden.nlocs, 0);
	}
	arena_free(a);
}
END_TEST

/* Where the caller pops, "esp is preserved" cannot be why the callee pops 4: that is said in
 * "Returning Values in Memory". */
START_TEST(hidden_is_popped_by_its_rule)
{
	static const char *const names[] = { "cdecl", "regparm0" };
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct placement p;

		place_call(a, names[i], W32, S4 "struct s f(int)", &p);
		ck_assert_uint_eq(p.pop_bytes, 4);
		ck_assert_str_eq(rules[p.pop_rule].name, "i386.return.memory");
	}
	arena_free(a);
}
END_TEST

Suite *i386_aggregate_suite(void)
{
	Suite *s = suite_create("i386 aggregates");
	TCase *tc = tcase_create("placements");
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		n += tables[i].nrows;
	tcase_add_loop_test(tc, row, 0, n);
	tcase_add_test(tc, hidden_in_registers);
	tcase_add_test(tc, hidden_is_popped_by_its_rule);
	suite_add_tcase(s, tc);
	return s;
}
