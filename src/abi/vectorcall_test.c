/* SPDX-License-Identifier: MIT */
/* vectorcall against Microsoft's page: its examples of both widths, and what its text says of the
 * rest. The examples take __m256 arguments, so they are placed with AVX; on Windows (which this
 * project compiles without it) those of __m128 only. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

#define V4   "typedef float v4 __attribute__((vector_size(16)));"
#define V8   "typedef double v8 __attribute__((vector_size(32)));"
#define HVA2 V4 "struct hva2 { v4 array[2]; };"
#define HVA4 HVA2 V8 "struct hva4 { v8 array[4]; };"
#define D2   "struct d2 { double a, b; };"
#define D4   "struct d4 { double a[4]; };"

/* clang-format off */
static const struct row examples_64[] = {
	{ V4 V8 "v4 f(v4 a, v4 b, v8 c, v4 d, v8 e)", "xmm0 | xmm1 | ymm2 | xmm3 | ymm4 -> xmm0",
	  "5*args -> return.vector", "stack ?" },
	{ V4 V8 "v8 f(int a, v4 b, int c, v4 d, v8 e, float f, int g)",
	  "ecx | xmm1 | r8d | xmm3 | ymm4 | xmm5 | unspecified -> ymm0",
	  "6*args args.stack.elf -> return.vector", "stack ?" },
	{ HVA2 "v4 f(int a, struct hva2 b, int c, int d, int e)",
	  "ecx | xmm1:xmm0 | r8d | r9d | unspecified -> xmm0",
	  "args hva 2*args args.stack.elf -> return.vector", "stack ?" },
	{ HVA4 "float f(int a, float b, struct hva4 c, v4 d, int e)",
	  "ecx | xmm1 | ymm5:ymm4:ymm2:ymm0 | xmm3 | unspecified -> xmm0",
	  "2*args hva args args.stack.elf -> return.vector", "stack ?" },
	{ HVA4 "int f(int a, struct hva2 b, int c, struct hva4 d, int e)",
	  "ecx | xmm1:xmm0 | r8d | ymm5:ymm4:ymm3:ymm2 | unspecified -> eax",
	  "args hva args hva args.stack.elf -> return.integer", "stack ?" },
	{ HVA4 "struct hva4 f(struct hva2 a, struct hva4 b, v8 c, struct hva2 d)",
	  "xmm1:xmm0 | pointer in rdx | ymm2 | xmm4:xmm3 -> ymm3:ymm2:ymm1:ymm0",
	  "hva args.reference args hva -> return.hva", "stack ?" },
};

static const struct row examples_32[] = {
	{ V4 V8 "v4 f(v4 a, v4 b, v8 c, v4 d, v8 e)", "xmm0 | xmm1 | ymm2 | xmm3 | ymm4 -> xmm0",
	  "5*args.x86 -> return.vector", "stack 0" },
	{ V4 V8 "v8 f(int a, v4 b, int c, v4 d, v8 e, float f, int g)",
	  "ecx | xmm0 | edx | xmm1 | ymm2 | xmm3 | esp+0 -> ymm0",
	  "6*args.x86 args.x86.stack -> return.vector", "stack 4 pop 4" },
	{ HVA2 "v4 f(int a, struct hva2 b, int c, int d, int e)",
	  "ecx | xmm1:xmm0 | edx | esp+0 | esp+4 -> xmm0",
	  "args.x86 hva args.x86 2*args.x86.stack -> return.vector", "stack 8 pop 8" },
	{ HVA4 "float f(int a, float b, struct hva4 c, v4 d, int e)",
	  "ecx | xmm0 | ymm5:ymm4:ymm3:ymm2 | xmm1 | edx -> xmm0",
	  "2*args.x86 hva 2*args.x86 -> return.vector", "stack 0" },
	{ HVA4 "int f(int a, struct hva2 b, int c, struct hva4 d, int e)",
	  "ecx | xmm1:xmm0 | edx | ymm5:ymm4:ymm3:ymm2 | esp+0 -> eax",
	  "args.x86 hva args.x86 hva args.x86.stack -> return.integer", "stack 4 pop 4" },
	/* Whose pointer is in ecx, the text has on the stack. */
	{ HVA4 "struct hva4 f(struct hva2 a, struct hva4 b, v8 c, struct hva2 d)",
	  "xmm2:xmm1 | unspecified | unspecified | unspecified -> ymm3:ymm2:ymm1:ymm0",
	  "hva 3*args.x86.reference -> return.hva", "stack ? pop ?" },
};

static const struct row rows_64[] = {
	{ "void f(void)", "void -> void", "", "stack ?" },
	{ "_Bool f(char a, short b, _Bool c)", "cl | dx | r8b -> al", "3*args -> return.integer",
	  "stack ?" },
	{ "double f(float a, double b, double c, double d, double e, float f)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 -> xmm0", "6*args -> return.vector", "stack ?" },
	/* A float beyond the sixth position: the documents differ. */
	{ "void f(int a, int b, int c, int d, double e, double f, double g)",
	  "ecx | edx | r8d | r9d | xmm4 | xmm5 | unspecified -> void", "6*args args.float",
	  "stack ?" },
	{ D2 D4 "struct d2 f(double a, struct d4 b, double c, struct d2 d)",
	  "xmm0 | xmm5:xmm4:xmm3:xmm1 | xmm2 | pointer in r9 -> xmm1:xmm0",
	  "args hva args args.reference -> return.hva", "stack ?" },
	{ "struct s { int a, b; }; struct s f(struct s a, int b)", "rcx | edx -> rax",
	  "2*args -> return.integer", "stack ?" },
	{ "struct s { int a, b, c; }; struct s f(struct s a, double b)",
	  "pointer in rdx | xmm2 -> memory by rcx",
	  "ms.args.reference.aligned args -> return.memory", "stack ?" },
	{ "struct s { char a[3]; }; void f(struct s a, int b)", "unspecified | edx -> void",
	  "args.size args", "stack ?" },
	{ D2 "struct s { float a, b; }; void f(struct s a, int b, struct d2 c)",
	  "unspecified | edx | unspecified -> void", "args.small args args.small", "stack ?" },
	{ D2 "union u { double a[2]; }; void f(union u a, int b, double c, struct d2 d)",
	  "unspecified | edx | xmm2 | unspecified -> void",
	  "hva.other 2*args hva.other", "stack ?" },
	/* Not of identical types, but a union: nothing is said about these. */
	{ V4 V8 "union u { float a; double b; }; struct s { union u a, b, c; }; void f(struct s a, double b)",
	  "unspecified | xmm1 -> void", "hva.other args", "stack ?" },
	{ "struct s { double a[5]; }; void f(struct s a)", "pointer in rcx -> void",
	  "ms.args.reference.aligned", "stack ?" },
	{ "struct s { double a; int b; }; void f(struct s a)", "pointer in rcx -> void",
	  "ms.args.reference.aligned", "stack ?" },
	{ "void f(int a, long double b, int c)", "ecx | unspecified | unspecified -> void",
	  "args 2*args.other", "stack ?" },
	{ "__int128 f(int a)", "unspecified -> unspecified", "ms.return.wide -> ms.return.wide",
	  "stack ?" },
};

static const struct row rows_windows[] = {
	{ "void f(void)", "void -> void", "", "stack 32" },
	{ "int f(int a, int b, int c, int d, int e, char f)",
	  "ecx | edx | r8d | r9d | rsp+32 | rsp+40 -> eax", "4*args 2*ms.args.stack -> return.integer",
	  "stack 48" },
	{ HVA2 "v4 f(int a, struct hva2 b, int c, int d, int e)",
	  "ecx | xmm1:xmm0 | r8d | r9d | rsp+32 -> xmm0",
	  "args hva 2*args ms.args.stack -> return.vector", "stack 40" },
	{ V4 "void f(v4 a, v4 b, v4 c, v4 d, v4 e, v4 f, v4 g)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | pointer in rsp+48 -> void",
	  "6*args args.reference", "stack 56" },
	{ D4 "void f(int a, int b, int c, int d, struct d4 e, struct d4 f)",
	  "ecx | edx | r8d | r9d | xmm3:xmm2:xmm1:xmm0 | pointer in rsp+40 -> void",
	  "4*args hva args.reference", "stack 48" },
};

static const struct row rows_32[] = {
	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "int f(int a, char b, short c)", "ecx | dl | esp+0 -> eax",
	  "2*args.x86 args.x86.stack -> return.integer", "stack 4 pop 4" },
	{ "double f(float a, int b, double c, int d, int e)", "xmm0 | ecx | xmm1 | edx | esp+0 -> xmm0",
	  "4*args.x86 args.x86.stack -> return.vector", "stack 4 pop 4" },
	{ "void f(int a, long long b, int c, int d)", "ecx | esp+0 | edx | esp+8 -> void",
	  "args.x86 args.x86.stack args.x86 args.x86.stack", "stack 12 pop 12" },
	{ "struct s { short a, b; }; struct s f(int a, struct s b, int c)", "ecx | edx | esp+0 -> eax",
	  "2*args.x86 args.x86.stack -> return.integer", "stack 4 pop 4" },
	{ "struct s { int a, b; }; struct s f(struct s a, int b)", "esp+0 | ecx -> edx:eax",
	  "args.x86.stack args.x86 -> return.integer", "stack 8 pop 8" },
	{ "struct s { int a, b, c; }; struct s f(int a)", "unspecified -> unspecified",
	  "return.x86.memory -> return.x86.memory", "stack ? pop ?" },
	{ "long long f(int a)", "unspecified -> unspecified",
	  "return.x86.wide -> return.x86.wide", "stack ? pop ?" },
	{ D2 D4 "struct d2 f(struct d4 a, double b, int c)", "xmm4:xmm3:xmm2:xmm1 | xmm0 | ecx -> xmm1:xmm0",
	  "hva 2*args.x86 -> return.hva", "stack 0" },
	{ D4 "void f(int a, int b, struct d4 c, struct d4 d)",
	  "ecx | edx | xmm3:xmm2:xmm1:xmm0 | pointer in esp+0 -> void",
	  "2*args.x86 hva args.reference", "stack 4 pop 4" },
	{ V4 "void f(v4 a, v4 b, v4 c, v4 d, v4 e, v4 f, v4 g)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | unspecified -> void",
	  "6*args.x86 args.x86.reference", "stack ? pop ?" },
	{ "struct s { float a; }; void f(struct s a, int b)", "unspecified | unspecified -> void",
	  "2*args.small", "stack ? pop ?" },
	{ "void f(int a, long double b, int c)", "ecx | unspecified | unspecified -> void",
	  "args.x86 2*args.other", "stack ? pop ?" },
};

#define TABLE(w, profile, rows, pop) \
	{ "vectorcall", w, "vectorcall.", profile, pop, pop, ROWS(rows) }
static const struct table tables[] = {
	TABLE(W64, "avx", examples_64, "sysv.registers.sp"),
	TABLE(W32, "avx", examples_32, "vectorcall.pop"),
	TABLE(W64, NULL, rows_64, "sysv.registers.sp"),
	TABLE(W64, "windows", rows_windows, "ms.registers.sp"),
	TABLE(W32, "sse2", rows_32, "vectorcall.pop"),
};
/* clang-format on */

START_TEST(tabled)
{
	for (int i = 0; i < tables[_i].nrows; i++)
		check_row(&tables[_i], &tables[_i].rows[i]);
}
END_TEST

/* Of regcall nothing that could be read places anything. */
START_TEST(regcall_is_open)
{
	struct arena *a = arena_new();
	struct placement p;

	for (enum width w = 0; w < WIDTHS; w++) {
		const struct convention *c =
			place_call(a, "regcall", w, "double f(int a, double b)", &p);

		ck_assert(p.arg[0].unspecified && p.arg[1].unspecified && p.ret.unspecified);
		ck_assert(p.stack_unspecified && p.pop_unspecified == (w == W32));
		ck_assert_uint_eq(abi_preserved(c, &p).gpr | abi_destroyed(c, &p).gpr, 0);
		ck_assert_ptr_nonnull(abi_place(c, parse_call(a, "int f(int a, ...)"), &p));
	}
	arena_free(a);
}
END_TEST

/* What documents contradict each other on is neither compared nor destroyed; on Windows it is kept.
 */
START_TEST(registers)
{
	const struct convention *c = convention_find("vectorcall", W64);
	struct arena *a = arena_new();
	struct placement p;

	ck_assert_uint_eq(c->silent.gpr, GPR_BIT(SI) | GPR_BIT(DI));
	ck_assert_uint_eq(abi_destroyed(c, NULL).gpr & (GPR_BIT(SI) | GPR_BIT(DI)), 0);
	ck_assert_uint_eq(abi_destroyed(c, NULL).xmm, 0xffff003f);
	ck_assert_uint_eq(c->preserved.xmm, 0);
	c = place_call_in(a, "windows", "vectorcall", W64, "int f(int a)", &p);
	ck_assert_uint_eq(c->preserved.xmm, 0xffc0);
	ck_assert_str_eq(abi_engine(c)->name, "ms");
	ck_assert(!convention_in(convention_find("vectorcall", W32), PROFILE_USER_32));
	ck_assert(convention_in(convention_find("vectorcall", W32), PROFILE_AVX_32));
	ck_assert_ptr_nonnull(abi_place(convention_find("vectorcall", W64),
					parse_call(a, "int f(int a, ...)"), &p));
	arena_free(a);
}
END_TEST

Suite *vectorcall_suite(void)
{
	Suite *s = suite_create("vectorcall");
	TCase *tc = tcase_create("vectorcall");

	tcase_add_loop_test(tc, tabled, 0, (int)ARRAY_SIZE(tables));
	tcase_add_test(tc, registers);
	tcase_add_test(tc, regcall_is_open);
	suite_add_tcase(s, tc);
	return s;
}
