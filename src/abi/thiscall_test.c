/* SPDX-License-Identifier: MIT */
/* i386 thiscall against GCC's manual, "x86 Attributes", and Microsoft's page "__thiscall". Results
 * are those of the i386 psABI (draft 1.1), table 2.4.
 *
 * GCC: the first argument is in ecx if it is of integral type; subsequent and other typed arguments
 * are on the stack; the callee pops. Microsoft: `this` is in ecx, arguments are pushed right to
 * left, the callee pops. `this` is a pointer, so a pointer is integral in these words.
 *
 * A first argument that is not integral is one of the "other typed" and goes on the stack. The
 * condition in parentheses is on the first argument, it does not look for the first integral one:
 * what follows is "subsequent", so on the stack, whether or not ecx was used. Microsoft's page has
 * no such functions, thus nothing against it. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct row rows[] = {
	{ "_Bool f(_Bool a)", "cl -> al", "gcc.thiscall.args -> return.integer", "stack 0" },
	{ "char f(char a)", "cl -> al", "gcc.thiscall.args -> return.integer", "stack 0" },
	{ "unsigned char f(unsigned char a)", "cl -> al", "gcc.thiscall.args -> return.integer",
	  "stack 0" },
	{ "short f(short a)", "cx -> ax", "gcc.thiscall.args -> return.integer", "stack 0" },
	{ "unsigned short f(unsigned short a)", "cx -> ax", "gcc.thiscall.args -> return.integer",
	  "stack 0" },
	{ "int f(int a)", "ecx -> eax", "gcc.thiscall.args -> return.integer", "stack 0" },
	{ "enum e { A, B }; enum e f(enum e a)", "ecx -> eax",
	  "gcc.thiscall.args -> return.integer",
	  "stack 0" },
	{ "unsigned long f(unsigned long a)", "ecx -> eax", "gcc.thiscall.args -> return.integer",
	  "stack 0" },
	{ "void *f(const char *a)", "ecx -> eax", "gcc.thiscall.args -> return.integer",
	  "stack 0" },
	{ "int (*f(int (*a)(char)))(char)", "ecx -> eax", "gcc.thiscall.args -> return.integer",
	  "stack 0" },
	{ "float f(float a)", "esp+0 -> st0", "gcc.thiscall.args -> return.x87", "stack 4 pop 4" },
	{ "double f(double a)", "esp+0 -> st0", "gcc.thiscall.args -> return.x87",
	  "stack 8 pop 8" },
	{ "long double f(long double a)", "esp+0 -> st0", "gcc.thiscall.args -> return.x87",
	  "stack 12 pop 12" },
	/* Of integral type, but no 64-bit value is "in the register ecx". */
	{ "long long f(long long a)", "unspecified -> edx:eax", "thiscall.wide -> return.longlong",
	  "stack ? pop ?" },
	{ "void f(unsigned long long a, int b)", "unspecified | unspecified -> void",
	  "2*thiscall.wide", "stack ? pop ?" },
	{ "void f(long long a, double b)", "unspecified | unspecified -> void",
	  "2*thiscall.wide", "stack ? pop ?" },

	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "void f(void *, int)", "ecx | esp+0 -> void", "2*gcc.thiscall.args", "stack 4 pop 4" },
	{ "void f(void *, int, int)", "ecx | esp+0 | esp+4 -> void", "3*gcc.thiscall.args",
	  "stack 8 pop 8" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "ecx | esp+0 | esp+4 | esp+8 | esp+12 | esp+16 | esp+20 | esp+24 | esp+28 | esp+32 | "
	  "esp+36 | esp+40 | esp+44 | esp+48 | esp+52 | esp+56 -> void", "16*gcc.thiscall.args",
	  "stack 60 pop 60" },
	{ "void f(void *, double, int)", "ecx | esp+0 | esp+8 -> void", "3*gcc.thiscall.args",
	  "stack 12 pop 12" },
	{ "void f(void *, long long, char)", "ecx | esp+0 | esp+8 -> void", "3*gcc.thiscall.args",
	  "stack 12 pop 12" },
	{ "void f(char, short, _Bool, float, long double, double)",
	  "cl | esp+0 | esp+4 | esp+8 | esp+12 | esp+24 -> void", "6*gcc.thiscall.args",
	  "stack 32 pop 32" },
	/* See above: subsequent arguments, on the stack. */
	{ "void f(double, int)", "esp+0 | esp+8 -> void", "2*gcc.thiscall.args",
	  "stack 12 pop 12" },
	{ "void f(float, void *)", "esp+0 | esp+4 -> void", "2*gcc.thiscall.args",
	  "stack 8 pop 8" },
	{ "void f(long double, int, double)", "esp+0 | esp+12 | esp+16 -> void",
	  "3*gcc.thiscall.args", "stack 24 pop 24" },

	/* Variadic: all on the stack, in both documents. Who pops: to Microsoft such a member
	 * function is __cdecl, because no callee could; GCC says that the callee pops, without
	 * the exception it makes for stdcall. */
	{ "int f(void *a, ...)", "esp+0 -> eax", "gcc.thiscall.varargs -> return.integer",
	  "stack 4 pop ?" },
	{ "int f(void *a, int b, ...) <- int, double, long long",
	  "esp+0 | esp+4 | esp+8 | esp+12 | esp+20 -> eax",
	  "5*gcc.thiscall.varargs -> return.integer", "stack 28 pop ?" },
	{ "float f(float a, ...) <- double", "esp+0 | esp+4 -> st0",
	  "2*gcc.thiscall.varargs -> return.x87", "stack 12 pop ?" },
};
/* clang-format on */

static const struct table table = {
	.convention = "thiscall",
	.width = W32,
	.prefix = "i386.",
	.pop_rule = "gcc.thiscall.pop",
	.variadic_pop_rule = "thiscall.varargs.pop",
	ROWS(rows),
};

START_TEST(row)
{
	check_row(&table, &rows[_i]);
}
END_TEST

Suite *thiscall_suite(void)
{
	Suite *s = suite_create("thiscall");
	TCase *tc = tcase_create("placements");

	tcase_add_loop_test(tc, row, 0, table.nrows);
	suite_add_tcase(s, tc);
	return s;
}
