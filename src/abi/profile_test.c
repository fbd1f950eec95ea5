/* SPDX-License-Identifier: MIT */
/* Placements that depend on what code is compiled for: vectors of all sizes (x86-64 psABI 3.2.3 and
 * 3.5.7, with the worked examples of figures 3.5, 3.6 and of the variable argument list; i386 psABI
 * 2.2.3 with its worked example), GCC's struct-return options and sseregparm, Linux's flags. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

#define V16     "typedef float m128 __attribute__((vector_size(16))); "
#define V32     "typedef float m256 __attribute__((vector_size(32))); "
#define V64     "typedef float m512 __attribute__((vector_size(64))); "
#define V128    "typedef float m1024 __attribute__((vector_size(128))); "
#define V8      "typedef int m64 __attribute__((vector_size(8))); "
#define V4      "typedef char v4 __attribute__((vector_size(4))); "
#define V1      "typedef long long v1 __attribute__((vector_size(8))); "
#define S(body) "struct s { " body " }; "
#define PARM    "typedef struct { int a, b; double d; } structparm; "

/* clang-format off */
static const struct row sysv_avx512[] = {
	/* Figures 3.5 and 3.6. */
	{ PARM V32 V64 "void f(int e, int f, structparm s, int g, int h, long double ld, double m, "
	  "m256 y, m512 z, double n, int i, int j, int k)",
	  "edi | esi | xmm0:rdx | ecx | r8d | rsp+0 | xmm1 | ymm2 | zmm3 | xmm4 | r9d | rsp+16 | "
	  "rsp+24 -> void",
	  "2*args.integer args.aggregate 2*args.integer args.x87 args.sse 2*args.vector.wide "
	  "args.sse args.integer 2*args.stack", "stack 32" },
	/* The variable argument list's figures. They say 3 of al, where an upper bound on four
	 * registers is meant, and do not say where z goes, which is aligned to 64. */
	{ V32 V64 "void f(int a, double m, m256 u, m512 v, ...) <- int, long double, m256, m512, "
	  "double",
	  "edi | xmm0 | ymm1 | zmm2 | esi | rsp+0 | rsp+32 | rsp+64 | xmm3 -> void",
	  "args.integer args.sse 2*args.vector.wide args.integer args.x87 2*sysv.varargs.vector "
	  "args.sse", "stack 128 align 64 al 4" },
	{ V64 "m512 f(m512)", "zmm0 -> zmm0", "args.vector.wide -> return.sse", "stack 0" },
	{ V64 S("m512 a;") "struct s f(struct s)", "zmm0 -> zmm0",
	  "args.aggregate -> return.aggregate", "stack 0" },
	{ V32 S("m256 a[2];") "void f(struct s)", "rsp+0 -> void", "args.aggregate.memory",
	  "stack 64 align 32" },
};
static const struct row sysv_avx[] = {
	{ V32 "m256 f(m256, m256)", "ymm0 | ymm1 -> ymm0", "2*args.vector.wide -> return.sse",
	  "stack 0" },
	{ V32 S("m256 a;") "struct s f(int, struct s)", "edi | ymm0 -> ymm0",
	  "args.integer args.aggregate -> return.aggregate", "stack 0" },
	/* Behind eight of them in memory, aligned to 32. */
	{ V32 "void f(m256, m256, m256, m256, m256, m256, m256, m256, int, int, int, int, int, "
	  "int, int, m256)",
	  "ymm0 | ymm1 | ymm2 | ymm3 | ymm4 | ymm5 | ymm6 | ymm7 | edi | esi | edx | ecx | r8d | "
	  "r9d | rsp+0 | rsp+32 -> void",
	  "8*args.vector.wide 6*args.integer args.stack args.whole", "stack 64 align 32" },
	/* Not alone: SSE, SSEUP, SSEUP, SSEUP, INTEGER. */
	{ V32 S("m256 a; int b;") "void f(struct s)", "rsp+0 -> void", "args.aggregate.memory",
	  "stack 64 align 32" },
	/* Merged with a double the second eightbyte is SSE. */
	{ V32 "union s { m256 a; double b[2]; }; void f(union s)", "rsp+0 -> void",
	  "args.aggregate.memory", "stack 32 align 32" },
	/* No zmm registers. */
	{ V64 "void f(m512)", "unspecified -> void", "args.vector.unavailable", "stack ?" },
};
static const struct row sysv_user[] = {
	{ V32 "void f(int, m256)", "edi | unspecified -> void",
	  "args.integer args.vector.unavailable", "stack ?" },
	{ V32 S("m256 a;") "void f(struct s)", "unspecified -> void", "args.vector.unavailable",
	  "stack ?" },
	{ V4 "void f(v4, int)", "unspecified | unspecified -> void", "2*args.vector.other",
	  "stack ?" },
	{ V1 "void f(v1)", "unspecified -> void", "args.vector.other", "stack ?" },
};
static const struct row sysv_pcc[] = {
	{ S("int a;") "struct s f(int)", "esi -> memory by rdi",
	  "args.integer -> gcc.pcc-struct-return", "stack 0" },
	{ S("double a;") "struct s f(double)", "xmm0 -> memory by rdi",
	  "args.sse -> gcc.pcc-struct-return", "stack 0" },
	{ "_Complex float f(int)", "edi -> xmm0", "args.integer -> return.sse", "stack 0" },
	{ "long f(int)", "edi -> rax", "args.integer -> return.integer", "stack 0" },
};
static const struct row ms_pcc[] = {
	{ S("int a;") "struct s f(int)", "edx -> memory by rcx",
	  "ms.args -> gcc.pcc-struct-return", "stack 32" },
};
static const struct row cdecl_avx[] = {
	/* The worked example of 2.2.3: its tables "Register Allocation" and "Stack Layout". */
	{ PARM V16 V32 "structparm f(int i, m128 v, structparm s, m256 w, m128 x, m128 y, m256 z)",
	  "esp+4 | xmm0 | esp+8 | ymm1 | xmm2 | esp+32 | esp+64 -> memory by esp+0",
	  "args.stack args.vector args.stack 2*args.vector 2*args.aligned -> return.memory",
	  "stack 96 pop 4 align 32" },
	{ V32 "m256 f(m256)", "ymm0 -> ymm0", "args.vector -> return.vector", "stack 0" },
	{ V16 "m128 f(m128, m128)", "xmm0 | xmm1 -> xmm0", "2*args.vector -> return.vector",
	  "stack 0" },
	/* Variadic: all on the stack. */
	{ V16 "void f(m128, ...) <- int, m128", "esp+0 | esp+16 | esp+32 -> void",
	  "args.aligned i386.varargs args.aligned", "stack 48" },
	{ V8 "void f(int, m64)", "unspecified | unspecified -> void", "2*args.m64",
	  "stack ? pop ?" },
	{ V8 S("m64 a;") "void f(struct s)", "unspecified -> void", "args.m64.aligned", "stack ?" },
	{ V4 "void f(int, v4)", "esp+0 | unspecified -> void", "args.stack args.vector.other",
	  "stack ?" },
	/* Of later editions: on the stack, in a word each; back in xmm0. */
	{ "_Float16 f(int, _Float16, _Float16)", "esp+0 | esp+4 | esp+8 -> xmm0",
	  "args.stack 2*args.float16 -> return.float16", "stack 12" },
	{ "_Float16 f(int, ...) <- _Float16", "esp+0 | esp+4 -> xmm0",
	  "i386.varargs ANY -> return.float16", "stack 8" },
	{ S("_Float16 a;") "struct s f(struct s)", "esp+4 -> memory by esp+0",
	  "args.stack -> return.memory", "stack 8 pop 4" },
};
static const struct row fastcall_sse2[] = {
	{ V16 "void f(int, m128)", "ecx | unspecified -> void",
	  "gcc.fastcall.args args.vector.attribute", "stack ? pop ?" },
	/* No wider than a DWORD, as float is. */
	{ "_Float16 f(int, _Float16)", "ecx | unspecified -> xmm0",
	  "gcc.fastcall.args fastcall.float -> return.float16", "stack ? pop ?" },
	{ "_Float16 f(int, int, _Float16)", "ecx | edx | esp+0 -> xmm0",
	  "3*ANY -> return.float16", "stack 4 pop 4" },
};
static const struct row thiscall_sse2[] = {
	{ V16 "void f(int, m128, int)", "ecx | unspecified | unspecified -> void",
	  "gcc.thiscall.args 2*args.vector.attribute", "stack ? pop ?" },
};
static const struct row regparm2_sse2[] = {
	{ V16 "void f(int, m128, m128)", "eax | xmm0 | xmm1 -> void",
	  "gcc.regparm.args 2*args.vector", "stack 0" },
};
static const struct row sseregparm_rows[] = {
	{ "double f(float, double)", "xmm0 | xmm1 -> xmm0", "2*args -> return", "stack 0" },
	{ "float f(int, float, int, double, float, float)",
	  "esp+0 | xmm0 | esp+4 | xmm1 | xmm2 | esp+8 -> xmm0",
	  "i386.args.stack args i386.args.stack 3*args -> return", "stack 12" },
	{ "int f(double, ...) <- double", "esp+0 | esp+8 -> eax",
	  "2*varargs -> i386.return.integer", "stack 16" },
	{ "void f(float, long double, float)", "xmm0 | unspecified | unspecified -> void",
	  "args 2*wide", "stack ?" },
	{ V16 "void f(m128, float)", "unspecified | unspecified -> void", "2*wide", "stack ?" },
};
static const struct row cdecl_reg_struct[] = {
	{ S("char a;") "struct s f(void)", "void -> al", "-> gcc.reg-struct-return", "stack 0" },
	{ S("int a, b;") "struct s f(int)", "esp+0 -> edx:eax",
	  "args.stack -> gcc.reg-struct-return", "stack 4" },
	{ S("char a[3];") "struct s f(int)", "esp+4 -> memory by esp+0",
	  "args.stack -> gcc.reg-struct-return", "stack 8 pop 4" },
	{ S("double a;") "struct s f(int)", "unspecified -> unspecified",
	  "gcc.reg-struct-return.float -> gcc.reg-struct-return.float", "stack ? pop ?" },
	{ S("char a[8];") "struct s f(void)", "void -> unspecified",
	  "-> gcc.reg-struct-return.aligned", "stack ? pop ?" },
	{ "struct s { }; struct s f(void)", "void -> unspecified",
	  "-> gcc.reg-struct-return.empty", "stack ? pop ?" },
};
static const struct row cdecl_pcc[] = {
	{ S("int a;") "struct s f(int)", "esp+4 -> memory by esp+0",
	  "args.stack -> gcc.pcc-struct-return", "stack 8 pop 4" },
};
static const struct row kernel32[] = {
	{ "void f(unsigned long, _Bool)", "eax | dl -> void", "2*args", "stack 0 align 4" },
	{ "int f(int, int, int, int)", "eax | edx | ecx | esp+0 -> eax",
	  "4*args -> i386.return.integer", "stack 4 align 4" },
	/* The option counts registers: only integer arguments take one. */
	{ S("int a;") "void f(struct s, int)", "esp+0 | eax -> void", "2*args",
	  "stack 4 align 4" },
	{ "void f(int, long long)", "eax | unspecified -> void", "args regparm.wide",
	  "stack ? align 4" },
	{ "void f(int, ...) <- int", "esp+0 | esp+4 -> void", "2*gcc.regparm.varargs",
	  "stack 8 align 4" },
	{ S("int a;") "struct s f(int)", "eax -> eax", "args -> gcc.reg-struct-return",
	  "stack 0 align 4" },
};
static const struct row asmlinkage32[] = {
	{ "void f(unsigned long, _Bool)", "esp+0 | esp+4 -> void", "2*i386.args.stack",
	  "stack 8 align 4" },
};
static const struct row kernel64[] = {
	{ "void f(unsigned long, _Bool)", "rdi | sil -> void", "2*args.integer",
	  "stack 0 align 8" },
	{ "int f(int, ...) <- int", "edi | esi -> eax", "2*args.integer -> return.integer",
	  "stack 0 align 8" },
	{ "void f(long, long, long, long, long, __int128)",
	  "rdi | rsi | rdx | rcx | r8 | unspecified -> void",
	  "5*args.integer linux.stack.wide", "stack ? align 8" },
};
/* clang-format on */

#define TABLE(abi, w, at, before, rows_, pops)                                                    \
	{                                                                                         \
		.convention = abi, .width = w, .profile = at, .prefix = before, .pop_rule = pops, \
		.variadic_pop_rule = pops, ROWS(rows_)                                            \
	}

static const struct table tables[] = {
	TABLE("sysv", W64, "avx512f", "sysv.", sysv_avx512, "sysv.registers.sp"),
	TABLE("sysv", W64, "avx", "sysv.", sysv_avx, "sysv.registers.sp"),
	TABLE("sysv", W64, NULL, "sysv.", sysv_user, "sysv.registers.sp"),
	TABLE("sysv", W64, "pcc-struct", "sysv.", sysv_pcc, "sysv.registers.sp"),
	TABLE("ms", W64, "pcc-struct", "ms.", ms_pcc, "ms.registers.sp"),
	TABLE("cdecl", W32, "avx", "i386.", cdecl_avx, "i386.registers.sp"),
	TABLE("fastcall", W32, "sse2", "i386.", fastcall_sse2, "gcc.fastcall.pop"),
	TABLE("thiscall", W32, "sse2", "i386.", thiscall_sse2, "gcc.thiscall.pop"),
	TABLE("regparm2", W32, "sse2", "i386.", regparm2_sse2, "i386.registers.sp"),
	TABLE("sseregparm", W32, "sse2", "gcc.sseregparm.", sseregparm_rows, "i386.registers.sp"),
	TABLE("cdecl", W32, "reg-struct", "i386.", cdecl_reg_struct, "i386.registers.sp"),
	TABLE("cdecl", W32, "pcc-struct", "i386.", cdecl_pcc, "i386.registers.sp"),
	TABLE("kernel", W32, "kernel", "gcc.mregparm.", kernel32, "i386.registers.sp"),
	TABLE("asmlinkage", W32, "kernel", "linux.asmlinkage.", asmlinkage32, "i386.registers.sp"),
	TABLE("kernel", W64, "kernel", "sysv.", kernel64, "sysv.registers.sp"),
};

START_TEST(row)
{
	const struct table *t = tables;
	int i = _i;

	while (i >= t->nrows)
		i -= t++->nrows;
	check_row(t, &t->rows[i]);
}
END_TEST

/* What a profile is not about is left to the platform's defaults. */
START_TEST(concerned)
{
	static const struct {
		enum profile_id profile;
		const char *call;
		bool yes;
	} calls[] = {
		{ PROFILE_AVX_64, "void f(int, double)", false },
		{ PROFILE_AVX_64, V32 "void f(int, m256)", true },
		{ PROFILE_AVX_64, V32 S("m256 a;") "struct s f(int)", true },
		{ PROFILE_AVX_64, V32 "void f(int, ...) <- m256", true },
		{ PROFILE_SSE2_32, "_Float16 f(void)", true },
		{ PROFILE_AVX_64, "_Float16 f(void)", false },
		{ PROFILE_REG_STRUCT_32, S("int a;") "void f(struct s)", false },
		{ PROFILE_REG_STRUCT_32, S("int a;") "struct s f(void)", true },
		{ PROFILE_KERNEL_64, "void f(void)", true },
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		ck_assert_msg(profile_concerns(&profiles[calls[i].profile],
					       parse_call(a, calls[i].call)) == calls[i].yes,
			      "%s: %s", profiles[calls[i].profile].name, calls[i].call);
	arena_free(a);
}
END_TEST

START_TEST(conventions_of_profiles)
{
	ck_assert(convention_in(convention_find("sseregparm", W32), PROFILE_SSE2_32));
	ck_assert(!convention_in(convention_find("sseregparm", W32), PROFILE_AVX_32));
	ck_assert(!convention_in(convention_find("kernel", W64), PROFILE_USER_64));
	ck_assert(!convention_in(convention_find("sysv", W64), PROFILE_KERNEL_64));
	ck_assert(convention_in(convention_find("asmlinkage", W64), PROFILE_KERNEL_64));
	ck_assert(convention_in(convention_find("regparm0", W32), PROFILE_KERNEL_32));
	ck_assert(!convention_in(convention_find("fastcall", W32), PROFILE_KERNEL_32));
}
END_TEST

/* No floating point without registers for it; no vectors wider than any register. */
START_TEST(refused)
{
	static const struct {
		enum profile_id profile;
		const char *convention, *call, *why;
	} calls[] = {
		{ PROFILE_KERNEL_64, "kernel", "void f(double)", "floating-point" },
		{ PROFILE_KERNEL_32, "kernel", S("float a;") "struct s f(int)", "floating-point" },
		{ PROFILE_KERNEL_32, "kernel", V16 "void f(m128)", "vector" },
		{ PROFILE_USER_32, "cdecl", V128 "void f(m1024)", "wider than any register" },
		{ PROFILE_AVX_64, "sysv", V128 "void f(m1024)", "wider than any register" },
	};
	struct arena *a = arena_new();
	struct placement out;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		const char *why = abi_place_in(
			calls[i].profile,
			convention_find(calls[i].convention, profiles[calls[i].profile].width),
			parse_call(a, calls[i].call), &out);

		ck_assert_msg(why && strstr(why, calls[i].why), "%s: %s", calls[i].call,
			      why ? why : "placed");
	}
	arena_free(a);
}
END_TEST

Suite *profile_suite(void)
{
	Suite *s = suite_create("profiles");
	TCase *tc = tcase_create("placements");
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		n += tables[i].nrows;
	tcase_add_loop_test(tc, row, 0, n);
	tcase_add_test(tc, concerned);
	tcase_add_test(tc, conventions_of_profiles);
	tcase_add_test(tc, refused);
	suite_add_tcase(s, tc);
	return s;
}
