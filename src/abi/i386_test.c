/* SPDX-License-Identifier: MIT */
/* cdecl, stdcall and regparm against the i386 psABI (draft 1.1), chapter 2 (table 2.1 sizes and
 * alignments, 2.2.3 passing, table 2.4 results, 2.2.4 varargs), GCC's manual, "x86 Attributes" and
 * "x86 Options", and Microsoft's page "__stdcall". */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
/* All parameters are on the stack, the first nearest the stack pointer, each padded to the
 * alignment of the next: 4 for every scalar of table 2.1 from int to long double, and no less than
 * a word. */
static const struct row cdecl_rows[] = {
	{ "_Bool f(_Bool a)", "esp+0 -> al", "args.stack -> return.integer", "stack 4" },
	{ "char f(char a)", "esp+0 -> al", "args.stack -> return.integer", "stack 4" },
	{ "signed char f(signed char a)", "esp+0 -> al", "args.stack -> return.integer",
	  "stack 4" },
	{ "unsigned char f(unsigned char a)", "esp+0 -> al", "args.stack -> return.integer",
	  "stack 4" },
	{ "short f(short a)", "esp+0 -> ax", "args.stack -> return.integer", "stack 4" },
	{ "unsigned short f(unsigned short a)", "esp+0 -> ax", "args.stack -> return.integer",
	  "stack 4" },
	{ "int f(int a)", "esp+0 -> eax", "args.stack -> return.integer", "stack 4" },
	{ "unsigned f(unsigned a)", "esp+0 -> eax", "args.stack -> return.integer", "stack 4" },
	{ "enum e { A, B }; enum e f(enum e a)", "esp+0 -> eax", "args.stack -> return.integer",
	  "stack 4" },
	{ "long f(long a)", "esp+0 -> eax", "args.stack -> return.integer", "stack 4" },
	{ "unsigned long f(unsigned long a)", "esp+0 -> eax", "args.stack -> return.integer",
	  "stack 4" },
	{ "void *f(const char *a)", "esp+0 -> eax", "args.stack -> return.integer", "stack 4" },
	{ "int (*f(int (*a)(char)))(char)", "esp+0 -> eax", "args.stack -> return.integer",
	  "stack 4" },
	{ "long long f(long long a)", "esp+0 -> edx:eax", "args.stack -> return.longlong",
	  "stack 8" },
	{ "unsigned long long f(unsigned long long a)", "esp+0 -> edx:eax",
	  "args.stack -> return.longlong", "stack 8" },
	{ "float f(float a)", "esp+0 -> st0", "args.stack -> return.x87", "stack 4" },
	{ "double f(double a)", "esp+0 -> st0", "args.stack -> return.x87", "stack 8" },
	{ "long double f(long double a)", "esp+0 -> st0", "args.stack -> return.x87", "stack 12" },

	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "double f(void)", "void -> st0", "-> return.x87", "stack 0" },
	{ "void f(int, int)", "esp+0 | esp+4 -> void", "2*args.stack", "stack 8" },
	{ "void f(char, char, char)", "esp+0 | esp+4 | esp+8 -> void", "3*args.stack", "stack 12" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "esp+0 | esp+4 | esp+8 | esp+12 | esp+16 | esp+20 | esp+24 | esp+28 | esp+32 | esp+36 | "
	  "esp+40 | esp+44 | esp+48 | esp+52 | esp+56 | esp+60 -> void", "16*args.stack",
	  "stack 64" },
	{ "void f(int, double)", "esp+0 | esp+4 -> void", "2*args.stack", "stack 12" },
	{ "void f(char, long long, short)", "esp+0 | esp+4 | esp+12 -> void", "3*args.stack",
	  "stack 16" },
	{ "void f(int, long double, int)", "esp+0 | esp+4 | esp+16 -> void", "3*args.stack",
	  "stack 20" },
	{ "long long f(char, double, short, long double, long long, float, _Bool, void *)",
	  "esp+0 | esp+4 | esp+12 | esp+16 | esp+28 | esp+36 | esp+40 | esp+44 -> edx:eax",
	  "8*args.stack -> return.longlong", "stack 48" },

	/* 2.2.4: variadic, all on the stack, named ones too. */
	{ "int f(int a, ...)", "esp+0 -> eax", "i386.varargs -> return.integer", "stack 4" },
	{ "int f(const char *a, ...) <- int, double, long long, long double, char *",
	  "esp+0 | esp+4 | esp+8 | esp+16 | esp+24 | esp+36 -> eax",
	  "6*i386.varargs -> return.integer", "stack 40" },
	{ "double f(double a, char b, ...) <- double", "esp+0 | esp+8 | esp+12 -> st0",
	  "3*i386.varargs -> return.x87", "stack 20" },
};

/* As cdecl, but the callee pops its stack arguments, unless there is a variable number of them. */
static const struct row stdcall_rows[] = {
	/* Microsoft's example: decorated _func@12, the bytes of its arguments. */
	{ "int func(int a, double b)", "esp+0 | esp+4 -> eax", "2*args.stack -> return.integer",
	  "stack 12 pop 12" },
	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "_Bool f(_Bool a)", "esp+0 -> al", "args.stack -> return.integer", "stack 4 pop 4" },
	{ "short f(char a)", "esp+0 -> ax", "args.stack -> return.integer", "stack 4 pop 4" },
	{ "long long f(long long a)", "esp+0 -> edx:eax", "args.stack -> return.longlong",
	  "stack 8 pop 8" },
	{ "float f(float a)", "esp+0 -> st0", "args.stack -> return.x87", "stack 4 pop 4" },
	{ "double f(double a)", "esp+0 -> st0", "args.stack -> return.x87", "stack 8 pop 8" },
	{ "long double f(long double a)", "esp+0 -> st0", "args.stack -> return.x87",
	  "stack 12 pop 12" },
	{ "void *f(void *, void (*)(int))", "esp+0 | esp+4 -> eax",
	  "2*args.stack -> return.integer", "stack 8 pop 8" },
	{ "void f(char, long double, short, double)", "esp+0 | esp+4 | esp+16 | esp+20 -> void",
	  "4*args.stack", "stack 28 pop 28" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "esp+0 | esp+4 | esp+8 | esp+12 | esp+16 | esp+20 | esp+24 | esp+28 | esp+32 | esp+36 | "
	  "esp+40 | esp+44 | esp+48 | esp+52 | esp+56 | esp+60 -> void", "16*args.stack",
	  "stack 64 pop 64" },
	{ "int f(int a, ...)", "esp+0 -> eax", "i386.varargs -> return.integer", "stack 4" },
	{ "int f(int a, double b, ...) <- int, double", "esp+0 | esp+4 | esp+12 | esp+16 -> eax",
	  "4*i386.varargs -> return.integer", "stack 24" },
};

/* regparm(N), GCC's manual: arguments number one to N, if of integral type, are in edx:eax, ecx
 * "instead of on the stack"; all of a variadic function's are on the stack. Pointers count as
 * integral here: table 2.1 makes them unsigned words. Not decided by these words:
 * - after an argument that is not integral: "number one to N" counts arguments (the third is in
 *   ecx), while "x86 Options" says -mregparm=N, and with it the attribute, controls how many
 *   registers are used (the next one free);
 * - a 64-bit integer among them: integral, but of no single register's size. */
static const struct row regparm0_rows[] = {
	{ "char f(char a)", "esp+0 -> al", "args.stack -> return.integer", "stack 4" },
	{ "int f(int a)", "esp+0 -> eax", "args.stack -> return.integer", "stack 4" },
	{ "void *f(void *a)", "esp+0 -> eax", "args.stack -> return.integer", "stack 4" },
	{ "long long f(long long a)", "esp+0 -> edx:eax", "args.stack -> return.longlong",
	  "stack 8" },
	{ "double f(double a)", "esp+0 -> st0", "args.stack -> return.x87", "stack 8" },
	{ "void f(int, int, int, int)", "esp+0 | esp+4 | esp+8 | esp+12 -> void",
	  "4*args.stack", "stack 16" },
	{ "void f(double, int, long long)", "esp+0 | esp+8 | esp+12 -> void",
	  "3*args.stack", "stack 20" },
	{ "int f(int a, ...) <- int, double", "esp+0 | esp+4 | esp+8 -> eax",
	  "3*gcc.regparm.varargs -> return.integer", "stack 16" },
};

static const struct row regparm1_rows[] = {
	{ "_Bool f(_Bool a)", "al -> al", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "short f(short a)", "ax -> ax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "int f(int a)", "eax -> eax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "void f(int, int)", "eax | esp+0 -> void", "2*gcc.regparm.args", "stack 4" },
	{ "void f(int, int, int)", "eax | esp+0 | esp+4 -> void", "3*gcc.regparm.args", "stack 8" },
	{ "void f(int, long long)", "eax | esp+0 -> void", "2*gcc.regparm.args", "stack 8" },
	{ "void f(int, double, int)", "eax | esp+0 | esp+8 -> void", "3*gcc.regparm.args",
	  "stack 12" },
	{ "float f(float a)", "esp+0 -> st0", "gcc.regparm.args -> return.x87", "stack 4" },
	{ "void f(double, double)", "esp+0 | esp+8 -> void", "2*gcc.regparm.args", "stack 16" },
	{ "void f(double, int)", "esp+0 | unspecified -> void", "gcc.regparm.args regparm.gap",
	  "stack ?" },
	{ "void f(long long a)", "unspecified -> void", "regparm.wide", "stack ?" },
	{ "void f(long long, int)", "unspecified | unspecified -> void", "2*regparm.wide",
	  "stack ?" },
	{ "int f(int a, ...) <- int", "esp+0 | esp+4 -> eax",
	  "2*gcc.regparm.varargs -> return.integer", "stack 8" },
};

static const struct row regparm2_rows[] = {
	{ "int f(int a)", "eax -> eax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "void f(int, int)", "eax | edx -> void", "2*gcc.regparm.args", "stack 0" },
	{ "void f(int, int, int)", "eax | edx | esp+0 -> void", "3*gcc.regparm.args", "stack 4" },
	{ "void f(char, short, _Bool)", "al | dx | esp+0 -> void", "3*gcc.regparm.args",
	  "stack 4" },
	{ "void f(int, int, long long, int)", "eax | edx | esp+0 | esp+8 -> void",
	  "4*gcc.regparm.args", "stack 12" },
	{ "void f(int, float)", "eax | esp+0 -> void", "2*gcc.regparm.args", "stack 4" },
	/* In a register in both readings, eax or edx. */
	{ "void f(double, int)", "esp+0 | unspecified -> void", "gcc.regparm.args regparm.gap",
	  "stack 8" },
	/* The third: on the stack, or in the second register. */
	{ "void f(int, double, int)", "eax | esp+0 | unspecified -> void",
	  "2*gcc.regparm.args regparm.gap", "stack ?" },
	{ "void f(double, int, int)", "esp+0 | unspecified | unspecified -> void",
	  "gcc.regparm.args 2*regparm.gap", "stack ?" },
	{ "void f(int, long long)", "eax | unspecified -> void", "gcc.regparm.args regparm.wide",
	  "stack ?" },
	{ "void f(long long, int, int)", "unspecified | unspecified | unspecified -> void",
	  "3*regparm.wide", "stack ?" },
	{ "int f(int a, int b, ...) <- int, double", "esp+0 | esp+4 | esp+8 | esp+12 -> eax",
	  "4*gcc.regparm.varargs -> return.integer", "stack 20" },
};

static const struct row regparm3_rows[] = {
	{ "_Bool f(_Bool a)", "al -> al", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "char f(char a)", "al -> al", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "signed char f(signed char a)", "al -> al", "gcc.regparm.args -> return.integer",
	  "stack 0" },
	{ "unsigned char f(unsigned char a)", "al -> al", "gcc.regparm.args -> return.integer",
	  "stack 0" },
	{ "short f(short a)", "ax -> ax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "unsigned short f(unsigned short a)", "ax -> ax", "gcc.regparm.args -> return.integer",
	  "stack 0" },
	{ "int f(int a)", "eax -> eax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "unsigned f(unsigned a)", "eax -> eax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "enum e { A, B }; enum e f(enum e a)", "eax -> eax", "gcc.regparm.args -> return.integer",
	  "stack 0" },
	{ "unsigned long f(long a)", "eax -> eax", "gcc.regparm.args -> return.integer",
	  "stack 0" },
	{ "void *f(void *a)", "eax -> eax", "gcc.regparm.args -> return.integer", "stack 0" },
	{ "int (*f(int (*a)(char)))(char)", "eax -> eax", "gcc.regparm.args -> return.integer",
	  "stack 0" },
	{ "float f(float a)", "esp+0 -> st0", "gcc.regparm.args -> return.x87", "stack 4" },
	{ "double f(double a)", "esp+0 -> st0", "gcc.regparm.args -> return.x87", "stack 8" },
	{ "long double f(long double a)", "esp+0 -> st0", "gcc.regparm.args -> return.x87",
	  "stack 12" },
	{ "long long f(long long a)", "unspecified -> edx:eax", "regparm.wide -> return.longlong",
	  "stack ?" },
	{ "long long f(void)", "void -> edx:eax", "-> return.longlong", "stack 0" },
	{ "void f(int, int)", "eax | edx -> void", "2*gcc.regparm.args", "stack 0" },
	{ "void f(int, int, int)", "eax | edx | ecx -> void", "3*gcc.regparm.args", "stack 0" },
	{ "void f(int, int, int, int)", "eax | edx | ecx | esp+0 -> void", "4*gcc.regparm.args",
	  "stack 4" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "eax | edx | ecx | esp+0 | esp+4 | esp+8 | esp+12 | esp+16 | esp+20 | esp+24 | esp+28 | "
	  "esp+32 | esp+36 | esp+40 | esp+44 | esp+48 -> void", "16*gcc.regparm.args", "stack 52" },
	{ "void f(char, short, _Bool, char)", "al | dx | cl | esp+0 -> void",
	  "4*gcc.regparm.args", "stack 4" },
	{ "void f(char *, void (*)(void), int *, float)", "eax | edx | ecx | esp+0 -> void",
	  "4*gcc.regparm.args", "stack 4" },
	{ "void f(int, int, int, double, long long, int)",
	  "eax | edx | ecx | esp+0 | esp+8 | esp+16 -> void", "6*gcc.regparm.args", "stack 20" },
	{ "void f(int, int, double)", "eax | edx | esp+0 -> void", "3*gcc.regparm.args",
	  "stack 8" },
	{ "void f(int, double, double)", "eax | esp+0 | esp+8 -> void", "3*gcc.regparm.args",
	  "stack 16" },
	{ "void f(double, float, long double)", "esp+0 | esp+8 | esp+12 -> void",
	  "3*gcc.regparm.args", "stack 24" },
	/* In a register in both readings: edx or eax; then ecx or edx. */
	{ "void f(double, int)", "esp+0 | unspecified -> void", "gcc.regparm.args regparm.gap",
	  "stack 8" },
	{ "void f(int, double, int)", "eax | esp+0 | unspecified -> void",
	  "2*gcc.regparm.args regparm.gap", "stack 8" },
	{ "void f(double, int, int)", "esp+0 | unspecified | unspecified -> void",
	  "gcc.regparm.args 2*regparm.gap", "stack 8" },
	/* The fourth: on the stack, or in the last register. */
	{ "void f(int, double, int, int)", "eax | esp+0 | unspecified | unspecified -> void",
	  "2*gcc.regparm.args 2*regparm.gap", "stack ?" },
	{ "void f(double, double, double, int)", "esp+0 | esp+8 | esp+16 | unspecified -> void",
	  "3*gcc.regparm.args regparm.gap", "stack ?" },
	{ "void f(int, int, long long)", "eax | edx | unspecified -> void",
	  "2*gcc.regparm.args regparm.wide", "stack ?" },
	{ "void f(int, long long, int)", "eax | unspecified | unspecified -> void",
	  "gcc.regparm.args 2*regparm.wide", "stack ?" },
	{ "void f(long long, double)", "unspecified | unspecified -> void", "2*regparm.wide",
	  "stack ?" },
	{ "int f(int a, ...)", "esp+0 -> eax", "gcc.regparm.varargs -> return.integer", "stack 4" },
	{ "int f(char *a, int b, ...) <- int, long long, double",
	  "esp+0 | esp+4 | esp+8 | esp+12 | esp+20 -> eax",
	  "5*gcc.regparm.varargs -> return.integer", "stack 28" },
};
/* clang-format on */

static const struct table cdecl_table = {
	.convention = "cdecl",
	.width = W32,
	.prefix = "i386.",
	.pop_rule = "i386.registers.sp",
	.variadic_pop_rule = "i386.registers.sp",
	ROWS(cdecl_rows),
};

static const struct table stdcall_table = {
	.convention = "stdcall",
	.width = W32,
	.prefix = "i386.",
	.pop_rule = "gcc.stdcall.pop",
	.variadic_pop_rule = "gcc.stdcall.pop",
	ROWS(stdcall_rows),
};

#define REGPARM(n)                                                                         \
	{                                                                                  \
		.convention = "regparm" #n, .width = W32, .prefix = "i386.",               \
		.pop_rule = "i386.registers.sp", .variadic_pop_rule = "i386.registers.sp", \
		ROWS(regparm##n##_rows),                                                   \
	}

static const struct table regparm_tables[] = { REGPARM(0), REGPARM(1), REGPARM(2), REGPARM(3) };

START_TEST(cdecl_row)
{
	check_row(&cdecl_table, &cdecl_rows[_i]);
}
END_TEST

START_TEST(stdcall_row)
{
	check_row(&stdcall_table, &stdcall_rows[_i]);
}
END_TEST

/* All rows of the four tables, one after the other. */
START_TEST(regparm_row)
{
	const struct table *t = regparm_tables;
	int i = _i;

	while (i >= t->nrows)
		i -= t++->nrows;
	check_row(t, &t->rows[i]);
}
END_TEST

/* regparm(0) is cdecl, and asmlinkage is regparm(0). */
START_TEST(regparm0_is_cdecl)
{
	static const char *const names[] = { "regparm0", "asmlinkage" };
	struct arena *a = arena_new();
	struct placement mine, theirs;
	size_t i;

	place_call(a, "cdecl", W32, cdecl_rows[_i].call, &mine);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		/* The kernel, whose asmlinkage is, has no floating point. */
		if (abi_place(convention_find(names[i], W32), parse_call(a, cdecl_rows[_i].call),
			      &theirs))
			continue;
		place_call(a, names[i], W32, cdecl_rows[_i].call, &theirs);
		ck_assert_str_eq(places_text(a, W32, &mine), places_text(a, W32, &theirs));
		ck_assert_uint_eq(mine.stack_bytes, theirs.stack_bytes);
		ck_assert_uint_eq(theirs.pop_bytes, mine.pop_bytes);
	}
	arena_free(a);
}
END_TEST

/* Table 2.3: ebx, ebp, esi, edi (esp is checked apart); no vector register. */
START_TEST(registers)
{
	size_t i;

	for (i = 0; conventions[i]; i++) {
		const struct convention *c = conventions[i];

		/* An attribute may preserve more. */
		if (c->width != W32 || c->named_only)
			continue;
		ck_assert_msg(c->preserved.gpr ==
				      (GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(SI) | GPR_BIT(DI)),
			      "%s", c->name);
		ck_assert_uint_eq(c->preserved.xmm, 0);
		ck_assert_uint_eq(c->home_bytes, 0);
	}
}
END_TEST

Suite *i386_suite(void)
{
	Suite *s = suite_create("i386");
	TCase *tc = tcase_create("placements");
	int regparms = 0;
	size_t i;

	tcase_add_loop_test(tc, cdecl_row, 0, cdecl_table.nrows);
	tcase_add_loop_test(tc, stdcall_row, 0, stdcall_table.nrows);
	for (i = 0; i < ARRAY_SIZE(regparm_tables); i++)
		regparms += regparm_tables[i].nrows;
	tcase_add_loop_test(tc, regparm_row, 0, regparms);
	tcase_add_loop_test(tc, regparm0_is_cdecl, 0, cdecl_table.nrows);
	tcase_add_test(tc, registers);
	suite_add_tcase(s, tc);
	return s;
}
