/* SPDX-License-Identifier: MIT */
/* The Microsoft x64 convention against Microsoft's page "x64 calling convention" (2025). Sizes are
 * those of the x86-64 psABI, for ms_abi changes calls, not types: long is 8 bytes here. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct row rows[] = {
	/* The first of an integer or pointer type is in rcx, of float or double in xmm0; scalars up
	 * to 64 bits return in rax, float and double in xmm0. The caller always gives 32 bytes. */
	{ "_Bool f(_Bool a)", "cl -> al", "args -> return.integer", "stack 32" },
	{ "char f(char a)", "cl -> al", "args -> return.integer", "stack 32" },
	{ "signed char f(signed char a)", "cl -> al", "args -> return.integer", "stack 32" },
	{ "unsigned char f(unsigned char a)", "cl -> al", "args -> return.integer", "stack 32" },
	{ "short f(short a)", "cx -> ax", "args -> return.integer", "stack 32" },
	{ "unsigned short f(unsigned short a)", "cx -> ax", "args -> return.integer", "stack 32" },
	{ "int f(int a)", "ecx -> eax", "args -> return.integer", "stack 32" },
	{ "unsigned f(unsigned a)", "ecx -> eax", "args -> return.integer", "stack 32" },
	{ "enum e { A, B }; enum e f(enum e a)", "ecx -> eax", "args -> return.integer",
	  "stack 32" },
	{ "long f(long a)", "rcx -> rax", "args -> return.integer", "stack 32" },
	{ "unsigned long f(unsigned long a)", "rcx -> rax", "args -> return.integer", "stack 32" },
	{ "long long f(long long a)", "rcx -> rax", "args -> return.integer", "stack 32" },
	{ "unsigned long long f(unsigned long long a)", "rcx -> rax", "args -> return.integer",
	  "stack 32" },
	{ "void *f(const char *a)", "rcx -> rax", "args -> return.integer", "stack 32" },
	{ "int (*f(int (*a)(char)))(char)", "rcx -> rax", "args -> return.integer", "stack 32" },
	{ "float f(float a)", "xmm0 -> xmm0", "args -> return.sse", "stack 32" },
	{ "double f(double a)", "xmm0 -> xmm0", "args -> return.sse", "stack 32" },
	/* Wider than 8 bytes: a pointer to it travels as an integer would. */
	{ "void f(long double a)", "pointer in rcx -> void", "args.reference", "stack 32" },
	{ "void f(__int128 a)", "pointer in rcx -> void", "args.reference", "stack 32" },
	{ "void f(unsigned __int128 a)", "pointer in rcx -> void", "args.reference", "stack 32" },

	/* The page's examples of argument passing 1 to 3 (they name no return type; C's old int).
	 * Example 4 is below. */
	{ "int func1(int a, int b, int c, int d, int e, int f)",
	  "ecx | edx | r8d | r9d | rsp+32 | rsp+40 -> eax",
	  "4*args 2*args.stack -> return.integer", "stack 48" },
	{ "int func2(float a, double b, float c, double d, float e, float f)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | rsp+32 | rsp+40 -> eax",
	  "4*args 2*args.stack -> return.integer", "stack 48" },
	{ "int func3(int a, double b, int c, float d, int e, float f)",
	  "ecx | xmm1 | r8d | xmm3 | rsp+32 | rsp+40 -> eax",
	  "4*args 2*args.stack -> return.integer", "stack 48" },
	/* Its example of return value 1; 2 to 4 are below. */
	{ "long long func1(int a, float b, int c, int d, int e)",
	  "ecx | xmm1 | r8d | r9d | rsp+32 -> rax", "4*args args.stack -> return.integer",
	  "stack 40" },

	/* Number of arguments: one register a position, then 8 bytes each above the home area. */
	{ "void f(void)", "void -> void", "", "stack 32" },
	{ "double f(void)", "void -> xmm0", "-> return.sse", "stack 32" },
	{ "void f(int, int)", "ecx | edx -> void", "2*args", "stack 32" },
	{ "void f(int, int, int)", "ecx | edx | r8d -> void", "3*args", "stack 32" },
	{ "void f(int, int, int, int)", "ecx | edx | r8d | r9d -> void", "4*args", "stack 32" },
	{ "void f(int, int, int, int, int)", "ecx | edx | r8d | r9d | rsp+32 -> void",
	  "4*args args.stack", "stack 40" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "ecx | edx | r8d | r9d | rsp+32 | rsp+40 | rsp+48 | rsp+56 | rsp+64 | rsp+72 | rsp+80 | "
	  "rsp+88 | rsp+96 | rsp+104 | rsp+112 | rsp+120 -> void", "4*args 12*args.stack",
	  "stack 128" },
	{ "void f(char, short, _Bool, char, short, _Bool)",
	  "cl | dx | r8b | r9b | rsp+32 | rsp+40 -> void", "4*args 2*args.stack", "stack 48" },
	{ "void f(void *, char *, long, void (*)(void), int *)",
	  "rcx | rdx | r8 | r9 | rsp+32 -> void", "4*args args.stack", "stack 40" },
	{ "void f(double, double, double, double, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | rsp+32 -> void", "4*args args.stack", "stack 40" },
	{ "void f(double, double, double, double, double, double, double, double, double, double, "
	  "double, double, double, double, double, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | rsp+32 | rsp+40 | rsp+48 | rsp+56 | rsp+64 | rsp+72 | "
	  "rsp+80 | rsp+88 | rsp+96 | rsp+104 | rsp+112 | rsp+120 -> void",
	  "4*args 12*args.stack", "stack 128" },
	/* By position: what one argument does not use, no other gets. */
	{ "void f(double, int)", "xmm0 | edx -> void", "2*args", "stack 32" },
	{ "void f(int, double)", "ecx | xmm1 -> void", "2*args", "stack 32" },
	{ "void f(int, int, int, double)", "ecx | edx | r8d | xmm3 -> void", "4*args", "stack 32" },
	{ "void f(double, double, double, int)", "xmm0 | xmm1 | xmm2 | r9d -> void", "4*args",
	  "stack 32" },
	{ "void f(int, float, double, char *, double, int)",
	  "ecx | xmm1 | xmm2 | r9 | rsp+32 | rsp+40 -> void", "4*args 2*args.stack", "stack 48" },

	/* By reference at every position; on the stack the pointer is the 8 bytes. */
	{ "void f(int, __int128)", "ecx | pointer in rdx -> void", "args args.reference",
	  "stack 32" },
	{ "void f(double, long double, double)", "xmm0 | pointer in rdx | xmm2 -> void",
	  "args args.reference args", "stack 32" },
	{ "void f(long double, __int128, long double, __int128, long double, __int128)",
	  "pointer in rcx | pointer in rdx | pointer in r8 | pointer in r9 | pointer in rsp+32 | "
	  "pointer in rsp+40 -> void", "6*args.reference", "stack 48" },
	{ "void f(int, int, int, int, __int128)",
	  "ecx | edx | r8d | r9d | pointer in rsp+32 -> void", "4*args args.reference",
	  "stack 40" },
	{ "void f(int, int, int, int, int, long double, int)",
	  "ecx | edx | r8d | r9d | rsp+32 | pointer in rsp+40 | rsp+48 -> void",
	  "4*args args.stack args.reference args.stack", "stack 56" },

	/* Returned scalars that do not fit 64 bits: rax is for those that do, xmm0 is said for
	 * float, double and vectors, and the hidden pointer for user-defined types; no sentence is
	 * about __int128 or an x87 long double. A hidden pointer would shift every argument, so
	 * these are not decided either. The area's size is: with up to three arguments the pointer
	 * fits the home area; from four on it is 32 + 8 * (n - 4) or 8 more. */
	{ "__int128 f(void)", "void -> unspecified", "-> return.wide", "stack 32" },
	{ "long double f(void)", "void -> unspecified", "-> return.wide", "stack 32" },
	{ "__int128 f(int)", "unspecified -> unspecified", "return.wide -> return.wide",
	  "stack 32" },
	{ "unsigned __int128 f(int, double)", "unspecified | unspecified -> unspecified",
	  "2*return.wide -> return.wide", "stack 32" },
	{ "long double f(long double, long double)", "unspecified | unspecified -> unspecified",
	  "2*return.wide -> return.wide", "stack 32" },
	{ "long double f(int, int, int, int)",
	  "unspecified | unspecified | unspecified | unspecified -> unspecified",
	  "4*return.wide -> return.wide", "stack ?" },

	/* Varargs: registers as usual, but a floating-point value is in both registers of its
	 * position. "Calling convention defaults" asks it of any floating-point value given to a
	 * vararg function, "Varargs" of those passed through the ellipsis: a named one is in
	 * xmm, and the copy is for callees that look for it. Nothing is duplicated on the stack. */
	{ "int f(const char *a, ...)", "rcx -> eax", "args -> return.integer", "stack 32" },
	{ "int f(const char *a, ...) <- int, long, char *", "rcx | edx | r8 | r9 -> eax",
	  "4*args -> return.integer", "stack 32" },
	{ "int f(int a, ...) <- double", "ecx | rdx and xmm1 -> eax",
	  "args varargs -> return.integer",
	  "stack 32" },
	{ "int f(const char *a, ...) <- int, double, int, double",
	  "rcx | edx | r8 and xmm2 | r9d | rsp+32 -> eax",
	  "2*args varargs args args.stack -> return.integer", "stack 40" },
	{ "void f(int a, ...) <- double, double, double, double, double",
	  "ecx | rdx and xmm1 | r8 and xmm2 | r9 and xmm3 | rsp+32 | rsp+40 -> void",
	  "args 3*varargs 2*args.stack", "stack 48" },
	{ "double f(double a, ...) <- int", "rcx and xmm0 | edx -> xmm0",
	  "2*args -> return.sse", "stack 32" },
	{ "double f(int a, float b, ...) <- double", "ecx | edx and xmm1 | r8 and xmm2 -> xmm0",
	  "2*args varargs -> return.sse", "stack 32" },
	{ "void f(int a, ...) <- long double, __int128",
	  "ecx | pointer in rdx | pointer in r8 -> void",
	  "args 2*args.reference", "stack 32" },
	{ "void f(int, int, int, int, ...) <- double, long double, int",
	  "ecx | edx | r8d | r9d | rsp+32 | pointer in rsp+40 | rsp+48 -> void",
	  "4*args args.stack args.reference args.stack", "stack 56" },
};

#define S(body) "struct s { " body " }; "
#define BOTH    "struct s f(struct s)"
#define M128    "typedef float m128 __attribute__((vector_size(16))); "
#define M64     "typedef short m64 __attribute__((vector_size(8))); "
#define IN      "args.aggregate -> return.aggregate"
#define POINTED "args.reference.aligned -> return.memory"

/* "Structs or unions of size 8, 16, 32, or 64 bits, and __m64 types, are passed as if they were
 * integers of the same size"; any argument that is not 1, 2, 4 or 8 bytes is passed by reference.
 * User-defined types return by value in rax under the same condition; else the caller passes a
 * pointer as the first argument, and the others are shifted one to the right. */
static const struct row aggregates[] = {
	{ S("char a;") BOTH, "cl -> al", IN, "stack 32" },
	{ S("char a[2];") BOTH, "cx -> ax", IN, "stack 32" },
	{ S("char a[3];") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("char a[4];") BOTH, "ecx -> eax", IN, "stack 32" },
	{ S("char a[5];") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("char a[6];") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("char a[7];") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("char a[8];") BOTH, "rcx -> rax", IN, "stack 32" },
	{ S("char a[9];") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("long a, b;") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("char a[256];") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	/* As integers, whatever is inside. */
	{ S("float a;") BOTH, "ecx -> eax", IN, "stack 32" },
	{ S("double a;") BOTH, "rcx -> rax", IN, "stack 32" },
	{ S("float a, b;") "void f(double, struct s, double)", "xmm0 | rdx | xmm2 -> void",
	  "args args.aggregate args", "stack 32" },
	{ "union u { float a; int b; }; union u f(union u)", "ecx -> eax", IN, "stack 32" },
	{ S("int a : 3; int b : 20;") BOTH, "ecx -> eax", IN, "stack 32" },
	{ "struct s { char a; int b; } __attribute__((packed)); " BOTH,
	  "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ "struct s { int a; } __attribute__((aligned(8))); " BOTH, "rcx -> rax", IN, "stack 32" },
	{ S("float _Complex a;") BOTH, "rcx -> rax", IN, "stack 32" },
	{ M128 S("m128 a;") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },
	{ S("long double a;") BOTH, "pointer in rdx -> memory by rcx", POINTED, "stack 32" },

	/* By position, and on the stack 8 bytes each. */
	{ S("char a[3];") "void f(int, struct s, double, struct s)",
	  "ecx | pointer in rdx | xmm2 | pointer in r9 -> void",
	  "args args.reference.aligned args args.reference.aligned", "stack 32" },
	{ S("char a[3];") "struct t { char a; }; void f(int, int, int, int, struct s, struct t, "
	  "double)", "ecx | edx | r8d | r9d | pointer in rsp+32 | rsp+40 | rsp+48 -> void",
	  "4*args args.reference.aligned 2*args.stack", "stack 56" },
	/* The page's example of argument passing 4: func4(__m64 a, __m128 b, struct c, float d,
	 * __m128 e, __m128 f), of a structure whose size it does not give. */
	{ M64 M128 S("char a[24];") "int func4(m64 a, m128 b, struct s c, float d, m128 e, m128 f)",
	  "rcx | pointer in rdx | pointer in r8 | xmm3 | pointer in rsp+32 | "
	  "pointer in rsp+40 -> eax",
	  "args.aggregate args.vector args.reference.aligned args 2*args.vector -> return.integer",
	  "stack 48" },

	/* The page's examples of return value 2 to 4. */
	{ M64 M128 "m128 func2(float a, double b, int c, m64 d)", "xmm0 | xmm1 | r8d | r9 -> xmm0",
	  "3*args args.aggregate -> return.vector", "stack 32" },
	{ "struct Struct1 { int j, k, l; }; struct Struct1 func3(int a, double b, int c, float d)",
	  "edx | xmm2 | r9d | rsp+32 -> memory by rcx", "3*args args.stack -> return.memory",
	  "stack 40" },
	{ "struct Struct2 { int j, k; }; struct Struct2 func4(int a, double b, int c, float d)",
	  "ecx | xmm1 | r8d | xmm3 -> rax", "4*args -> return.aggregate", "stack 32" },
	/* "A scalar return value that can fit into 64 bits, including the __m64 type". */
	{ M64 "m64 f(m64)", "rcx -> rax", "args.aggregate -> return.integer", "stack 32" },
	{ M128 "m128 f(m128, int)", "pointer in rcx | edx -> xmm0",
	  "args.vector args -> return.vector", "stack 32" },
	{ S("long a[3];") "struct s f(void)", "void -> memory by rcx", "-> return.memory",
	  "stack 32" },
	{ S("long a[3];") "struct s f(struct s, int, double, struct s)",
	  "pointer in rdx | r8d | xmm3 | pointer in rsp+32 -> memory by rcx",
	  "args.reference.aligned 2*args args.reference.aligned -> return.memory", "stack 40" },

	/* No types of these documents: those of 1, 2, 4 or 8 bytes may be passed as floats or as
	 * integers; others are by reference as any argument of such a size. Each has one position
	 * ("a single argument is never spread across multiple registers"). */
	{ "void f(float _Complex, int)", "unspecified | edx -> void", "args.foreign args",
	  "stack 32" },
	{ "void f(_Float16, double)", "unspecified | xmm1 -> void", "args.foreign args",
	  "stack 32" },
	{ "void f(int, double _Complex, long double _Complex)",
	  "ecx | pointer in rdx | pointer in r8 -> void", "args 2*args.reference", "stack 32" },
	{ "void f(int, __float128)", "ecx | pointer in rdx -> void", "args args.reference",
	  "stack 32" },
	{ "__float128 f(int)", "unspecified -> unspecified", "return.wide -> return.wide",
	  "stack 32" },
	{ "double _Complex f(int)", "unspecified -> unspecified", "args.foreign -> args.foreign",
	  "stack 32" },
	/* An empty structure: whether it takes a position, nothing says. */
	{ "struct s {}; void f(int, struct s, int)", "ecx | unspecified | unspecified -> void",
	  "args 2*args.foreign", "stack 32" },
	{ "struct s {}; void f(int, int, int, int, struct s)",
	  "ecx | edx | r8d | r9d | unspecified -> void", "4*args args.foreign", "stack ?" },

	{ S("long a;") "int f(int a, ...) <- struct s, double", "ecx | rdx | r8 and xmm2 -> eax",
	  "args args.aggregate varargs -> return.integer", "stack 32" },
	{ S("long a[2];") "struct s f(int a, ...) <- double, struct s, int",
	  "edx | r8 and xmm2 | pointer in r9 | rsp+32 -> memory by rcx",
	  "args varargs args.reference.aligned args.stack -> return.memory", "stack 40" },
};
/* clang-format on */

#define TABLE(rows)                                                                               \
	{                                                                                         \
		.convention = "ms", .width = W64, .prefix = "ms.", .pop_rule = "ms.registers.sp", \
		.variadic_pop_rule = "ms.registers.sp", ROWS(rows)                                \
	}

static const struct table table = TABLE(rows), aggregate_table = TABLE(aggregates);

START_TEST(row)
{
	check_row(&table, &rows[_i]);
}
END_TEST

START_TEST(aggregate)
{
	check_row(&aggregate_table, &aggregates[_i]);
}
END_TEST

/* Section "Caller/callee saved registers": rbx, rbp, rdi, rsi, r12 to r15, xmm6 to xmm15. */
START_TEST(registers)
{
	const struct convention *c = convention_find("ms", W64);

	ck_assert_uint_eq(c->preserved.gpr, GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(DI) | GPR_BIT(SI) |
						    GPR_BIT(R12) | GPR_BIT(R13) | GPR_BIT(R14) |
						    GPR_BIT(R15));
	ck_assert_uint_eq(c->preserved.xmm, 0xffc0);
	ck_assert_uint_eq(c->home_bytes, 32);
}
END_TEST

Suite *ms_suite(void)
{
	Suite *s = suite_create("ms");
	TCase *tc = tcase_create("placements");

	tcase_add_loop_test(tc, row, 0, table.nrows);
	tcase_add_loop_test(tc, aggregate, 0, aggregate_table.nrows);
	tcase_add_test(tc, registers);
	suite_add_tcase(s, tc);
	return s;
}
