/* SPDX-License-Identifier: MIT */
/* i386 fastcall against GCC's manual, "x86 Attributes", and Microsoft's page "__fastcall".
 * Results are those of the i386 psABI (draft 1.1), table 2.4, because neither mentions them.
 *
 * GCC: the first argument is in ecx if integral, the second in edx if integral; later ones and
 * those of other types are on the stack. Microsoft: the first two arguments found that are a
 * DWORD or smaller are in ecx and edx, all others on the stack. The oracle can speak where both
 * say the same: while each argument is an integer or pointer of up to 32 bits, once two of these
 * have been found at the start, and for arguments that are on the stack in both at the same
 * offset. Pointers are counted as integral: Microsoft's example passes one in a register, and
 * GCC's thiscall (same words) is for a member function's `this`. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct row rows[] = {
	{ "_Bool f(_Bool a)", "cl -> al", "gcc.fastcall.args -> return.integer", "stack 0" },
	{ "char f(char a)", "cl -> al", "gcc.fastcall.args -> return.integer", "stack 0" },
	{ "signed char f(signed char a)", "cl -> al", "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	{ "unsigned char f(unsigned char a)", "cl -> al", "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	{ "short f(short a)", "cx -> ax", "gcc.fastcall.args -> return.integer", "stack 0" },
	{ "unsigned short f(unsigned short a)", "cx -> ax", "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	{ "int f(int a)", "ecx -> eax", "gcc.fastcall.args -> return.integer", "stack 0" },
	{ "unsigned f(unsigned a)", "ecx -> eax", "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	/* Microsoft's page: an enum as its underlying type. */
	{ "enum e { A, B }; enum e f(enum e a)", "ecx -> eax",
	  "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	{ "long f(long a)", "ecx -> eax", "gcc.fastcall.args -> return.integer", "stack 0" },
	{ "unsigned long f(unsigned long a)", "ecx -> eax", "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	/* Microsoft's example DeleteAggrWrapper. */
	{ "void DeleteAggrWrapper(void *pWrapper)", "ecx -> void", "gcc.fastcall.args", "stack 0" },
	{ "int (*f(int (*a)(char)))(char)", "ecx -> eax", "gcc.fastcall.args -> return.integer",
	  "stack 0" },
	/* Neither integral nor as small as a DWORD. */
	{ "double f(double a)", "esp+0 -> st0", "gcc.fastcall.args -> return.x87",
	  "stack 8 pop 8" },
	{ "long double f(long double a)", "esp+0 -> st0", "gcc.fastcall.args -> return.x87",
	  "stack 12 pop 12" },
	/* Integral, so GCC's manual gives it "the register ecx"; wider than a DWORD, so Microsoft's
	 * page gives it the stack. */
	{ "long long f(long long a)", "unspecified -> edx:eax",
	  "fastcall.wide -> return.longlong", "stack ? pop ?" },
	{ "unsigned long long f(unsigned long long a)", "unspecified -> edx:eax",
	  "fastcall.wide -> return.longlong", "stack ? pop ?" },
	/* A float is not integral (GCC: the stack) but as wide as a DWORD, and Microsoft's page
	 * asks for no more than that (ecx). */
	{ "float f(float a)", "unspecified -> st0", "ANY -> return.x87", "stack ? pop ?" },

	/* Number of arguments. */
	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "long long f(void)", "void -> edx:eax", "-> return.longlong", "stack 0" },
	{ "void f(int, int)", "ecx | edx -> void", "2*gcc.fastcall.args", "stack 0" },
	{ "void f(int, int, int)", "ecx | edx | esp+0 -> void", "3*gcc.fastcall.args",
	  "stack 4 pop 4" },
	{ "void f(int, int, int, int)", "ecx | edx | esp+0 | esp+4 -> void", "4*gcc.fastcall.args",
	  "stack 8 pop 8" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "ecx | edx | esp+0 | esp+4 | esp+8 | esp+12 | esp+16 | esp+20 | esp+24 | esp+28 | "
	  "esp+32 | esp+36 | esp+40 | esp+44 | esp+48 | esp+52 -> void", "16*gcc.fastcall.args",
	  "stack 56 pop 56" },
	{ "char f(char, short, _Bool, char)", "cl | dx | esp+0 | esp+4 -> al",
	  "4*gcc.fastcall.args -> return.integer", "stack 8 pop 8" },
	{ "void *f(char *, void (*)(void), int *)", "ecx | edx | esp+0 -> eax",
	  "3*gcc.fastcall.args -> return.integer", "stack 4 pop 4" },
	/* After two in registers everything is on the stack, in both. */
	{ "void f(int, int, float)", "ecx | edx | esp+0 -> void", "3*gcc.fastcall.args",
	  "stack 4 pop 4" },
	{ "void f(int, int, double, int)", "ecx | edx | esp+0 | esp+8 -> void",
	  "4*gcc.fastcall.args", "stack 12 pop 12" },
	{ "void f(int, int, long long, int)", "ecx | edx | esp+0 | esp+8 -> void",
	  "4*gcc.fastcall.args", "stack 12 pop 12" },
	{ "void f(int, char, long double, short, float)",
	  "ecx | dl | esp+0 | esp+12 | esp+16 -> void",
	  "5*gcc.fastcall.args", "stack 20 pop 20" },

	/* After an argument on the stack GCC's manual counts positions, Microsoft's page what it
	 * found. In a register in both, but which one? */
	{ "void f(double, int)", "esp+0 | unspecified -> void", "gcc.fastcall.args fastcall.gap",
	  "stack 8 pop 8" },
	{ "void f(long double, char *)", "esp+0 | unspecified -> void",
	  "gcc.fastcall.args fastcall.gap", "stack 12 pop 12" },
	{ "void f(double, int, double)", "esp+0 | unspecified | esp+8 -> void",
	  "gcc.fastcall.args fastcall.gap gcc.fastcall.args", "stack 16 pop 16" },
	/* Third and later: on the stack with GCC, the first or second found with Microsoft; from
	 * then on no offset on the stack is the same in both. */
	{ "void f(int, double, int)", "ecx | esp+0 | unspecified -> void",
	  "2*gcc.fastcall.args fastcall.gap", "stack ? pop ?" },
	{ "void f(int, double, int, int)", "ecx | esp+0 | unspecified | unspecified -> void",
	  "2*gcc.fastcall.args 2*fastcall.gap", "stack ? pop ?" },
	{ "void f(int, double, int, double)", "ecx | esp+0 | unspecified | unspecified -> void",
	  "2*gcc.fastcall.args 2*fastcall.gap", "stack ? pop ?" },
	{ "void f(double, int, int)", "esp+0 | unspecified | unspecified -> void",
	  "gcc.fastcall.args 2*fastcall.gap", "stack ? pop ?" },
	{ "void f(double, double, int)", "esp+0 | esp+8 | unspecified -> void",
	  "2*gcc.fastcall.args fastcall.gap", "stack ? pop ?" },
	/* On the stack in both, at the same offsets. */
	{ "void f(int, double)", "ecx | esp+0 -> void", "2*gcc.fastcall.args", "stack 8 pop 8" },
	{ "void f(int, double, double)", "ecx | esp+0 | esp+8 -> void", "3*gcc.fastcall.args",
	  "stack 16 pop 16" },
	{ "void f(double, double, double)", "esp+0 | esp+8 | esp+16 -> void",
	  "3*gcc.fastcall.args", "stack 24 pop 24" },
	{ "void f(double, double, long long)", "esp+0 | esp+8 | esp+16 -> void",
	  "3*gcc.fastcall.args", "stack 24 pop 24" },
	{ "void f(int, long double, long long)", "ecx | esp+0 | esp+12 -> void",
	  "3*gcc.fastcall.args", "stack 20 pop 20" },
	/* A 64-bit integer among the first two: see above; the next is second (edx) with GCC, first
	 * found (ecx) with Microsoft. */
	{ "void f(int, long long)", "ecx | unspecified -> void", "gcc.fastcall.args fastcall.wide",
	  "stack ? pop ?" },
	{ "void f(long long, int)", "unspecified | unspecified -> void", "2*fastcall.wide",
	  "stack ? pop ?" },
	{ "void f(int, long long, int)", "ecx | unspecified | unspecified -> void",
	  "gcc.fastcall.args 2*fastcall.wide", "stack ? pop ?" },
	{ "void f(long long, int, int)", "unspecified | unspecified | unspecified -> void",
	  "3*fastcall.wide", "stack ? pop ?" },
	{ "void f(double, long long)", "esp+0 | unspecified -> void",
	  "gcc.fastcall.args fastcall.wide", "stack ? pop ?" },
	{ "void f(long long, double)", "unspecified | unspecified -> void", "2*fastcall.wide",
	  "stack ? pop ?" },
	/* A float while a register is left in one of the two. */
	/* The int: the second argument (edx); after a float that counts, the second DWORD (edx);
	 * after one that does not, the first (ecx). */
	{ "void f(float, int)", "unspecified | unspecified -> void",
	  "fastcall.float fastcall.gap", "stack ? pop ?" },
	{ "void f(int, float)", "ecx | unspecified -> void", "gcc.fastcall.args ANY",
	  "stack ? pop ?" },
	{ "void f(double, double, float)", "esp+0 | esp+8 | unspecified -> void",
	  "2*gcc.fastcall.args ANY", "stack ? pop ?" },

	/* Variadic: all on the stack (GCC's manual; i386 psABI 2.2.4; to Microsoft such a
	 * function has to be __cdecl, page /Gd, /Gr, /Gv, /Gz). Who pops is not decided: the
	 * manual says that the callee does, without the exception it makes for stdcall, but a
	 * callee cannot know how much to pop. */
	{ "int f(int a, ...)", "esp+0 -> eax", "gcc.fastcall.varargs -> return.integer",
	  "stack 4 pop ?" },
	{ "int f(int a, int b, ...) <- int, double, long long",
	  "esp+0 | esp+4 | esp+8 | esp+12 | esp+20 -> eax",
	  "5*gcc.fastcall.varargs -> return.integer", "stack 28 pop ?" },
	{ "double f(double a, ...) <- char *, long double", "esp+0 | esp+8 | esp+12 -> st0",
	  "3*gcc.fastcall.varargs -> return.x87", "stack 24 pop ?" },
};
/* clang-format on */

static const struct table table = {
	.convention = "fastcall",
	.width = W32,
	.prefix = "i386.",
	.pop_rule = "gcc.fastcall.pop",
	.variadic_pop_rule = "fastcall.varargs.pop",
	ROWS(rows),
};

START_TEST(row)
{
	check_row(&table, &rows[_i]);
}
END_TEST

Suite *fastcall_suite(void)
{
	Suite *s = suite_create("fastcall");
	TCase *tc = tcase_create("placements");

	tcase_add_loop_test(tc, row, 0, table.nrows);
	suite_add_tcase(s, tc);
	return s;
}
