/* SPDX-License-Identifier: MIT */
/* The x86-64 convention against the x86-64 psABI (draft 1.0, 2019), chapter 3: 3.1.2 for sizes and
 * alignments, 3.2.1 registers, 3.2.3 classification, passing and returning, 3.5.7 varargs. */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct row rows[] = {
	/* 3.2.3: _Bool to long long and pointers are INTEGER (an enum is an int by figure 3.1); the
	 * first takes rdi, and INTEGER values return in rax. The name is of the part used. */
	{ "_Bool f(_Bool a)", "dil -> al", "args.integer -> return.integer", "stack 0" },
	{ "char f(char a)", "dil -> al", "args.integer -> return.integer", "stack 0" },
	{ "signed char f(signed char a)", "dil -> al", "args.integer -> return.integer",
	  "stack 0" },
	{ "unsigned char f(unsigned char a)", "dil -> al", "args.integer -> return.integer",
	  "stack 0" },
	{ "short f(short a)", "di -> ax", "args.integer -> return.integer", "stack 0" },
	{ "unsigned short f(unsigned short a)", "di -> ax", "args.integer -> return.integer",
	  "stack 0" },
	{ "int f(int a)", "edi -> eax", "args.integer -> return.integer", "stack 0" },
	{ "unsigned f(unsigned a)", "edi -> eax", "args.integer -> return.integer", "stack 0" },
	{ "enum e { A, B }; enum e f(enum e a)", "edi -> eax", "args.integer -> return.integer",
	  "stack 0" },
	{ "long f(long a)", "rdi -> rax", "args.integer -> return.integer", "stack 0" },
	{ "unsigned long f(unsigned long a)", "rdi -> rax", "args.integer -> return.integer",
	  "stack 0" },
	{ "long long f(long long a)", "rdi -> rax", "args.integer -> return.integer", "stack 0" },
	{ "unsigned long long f(unsigned long long a)", "rdi -> rax",
	  "args.integer -> return.integer", "stack 0" },
	{ "void *f(const char *a)", "rdi -> rax", "args.integer -> return.integer", "stack 0" },
	{ "int (*f(int (*a)(char)))(char)", "rdi -> rax", "args.integer -> return.integer",
	  "stack 0" },
	/* Two INTEGER eightbytes, the low half first; returned in rax, then rdx. */
	{ "__int128 f(__int128 a)", "rsi:rdi -> rdx:rax", "args.int128 -> return.integer",
	  "stack 0" },
	{ "unsigned __int128 f(unsigned __int128 a)", "rsi:rdi -> rdx:rax",
	  "args.int128 -> return.integer", "stack 0" },
	{ "float f(float a)", "xmm0 -> xmm0", "args.sse -> return.sse", "stack 0" },
	{ "double f(double a)", "xmm0 -> xmm0", "args.sse -> return.sse", "stack 0" },
	/* X87 and X87UP: in memory as an argument, st0 as a result. */
	{ "long double f(long double a)", "rsp+0 -> st0", "args.x87 -> return.x87", "stack 16" },

	/* Number of arguments: rsi:rdi, rcx:rdx, r9:r8, then eightbytes of the stack. */
	{ "void f(void)", "void -> void", "", "stack 0" },
	{ "int f(void)", "void -> eax", "-> return.integer", "stack 0" },
	{ "__int128 f(void)", "void -> rdx:rax", "-> return.integer", "stack 0" },
	{ "long double f(void)", "void -> st0", "-> return.x87", "stack 0" },
	{ "void f(int a, int b)", "edi | esi -> void", "2*args.integer", "stack 0" },
	{ "void f(int a, int b, int c)", "edi | esi | edx -> void", "3*args.integer", "stack 0" },
	{ "void f(int a, int b, int c, int d)", "edi | esi | edx | ecx -> void",
	  "4*args.integer", "stack 0" },
	{ "void f(int a, int b, int c, int d, int e)", "edi | esi | edx | ecx | r8d -> void",
	  "5*args.integer", "stack 0" },
	{ "void f(int a, int b, int c, int d, int e, int g)",
	  "edi | esi | edx | ecx | r8d | r9d -> void", "6*args.integer", "stack 0" },
	{ "void f(int a, int b, int c, int d, int e, int g, int h)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 -> void",
	  "6*args.integer args.stack", "stack 8" },
	{ "void f(int a, int b, int c, int d, int e, int g, int h, int i)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+8 -> void",
	  "6*args.integer 2*args.stack", "stack 16" },
	{ "void f(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+8 | rsp+16 | rsp+24 | rsp+32 | rsp+40 | "
	  "rsp+48 | rsp+56 | rsp+64 | rsp+72 -> void", "6*args.integer 10*args.stack", "stack 80" },
	{ "long f(long, long, long, long, long, long, long, long)",
	  "rdi | rsi | rdx | rcx | r8 | r9 | rsp+0 | rsp+8 -> rax",
	  "6*args.integer 2*args.stack -> return.integer", "stack 16" },
	{ "char f(char, short, _Bool, char, short, _Bool, char, short, _Bool)",
	  "dil | si | dl | cl | r8w | r9b | rsp+0 | rsp+8 | rsp+16 -> al",
	  "6*args.integer 3*args.stack -> return.integer", "stack 24" },
	{ "void f(char *, void *, int *, double *, long *, void (*)(void), float *)",
	  "rdi | rsi | rdx | rcx | r8 | r9 | rsp+0 -> void", "6*args.integer args.stack",
	  "stack 8" },

	/* xmm0 to xmm7, in an order of their own. */
	{ "void f(double, double, double, double, double, double, double, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 -> void", "8*args.sse",
	  "stack 0" },
	{ "void f(double, double, double, double, double, double, double, double, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 | rsp+0 -> void",
	  "8*args.sse args.stack", "stack 8" },
	{ "float f(float, float, float, float, float, float, float, float, float, float)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 | rsp+0 | rsp+8 -> xmm0",
	  "8*args.sse 2*args.stack -> return.sse", "stack 16" },
	{ "void f(double, double, double, double, double, double, double, double, double, double, "
	  "double, double, double, double, double, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 | rsp+0 | rsp+8 | rsp+16 | "
	  "rsp+24 | rsp+32 | rsp+40 | rsp+48 | rsp+56 -> void", "8*args.sse 8*args.stack",
	  "stack 64" },
	{ "double f(int, double)", "edi | xmm0 -> xmm0",
	  "args.integer args.sse -> return.sse", "stack 0" },
	{ "int f(double, int)", "xmm0 | edi -> eax", "args.sse args.integer -> return.integer",
	  "stack 0" },
	{ "void f(int, float, char *, double, short, float)",
	  "edi | xmm0 | rsi | xmm1 | dx | xmm2 -> void",
	  "args.integer args.sse args.integer args.sse args.integer args.sse", "stack 0" },
	/* The stack is in the order of the arguments, whatever made each of them go there. */
	{ "void f(int, int, int, int, int, int, double, double, double, double, double, double, "
	  "double, double, float, int, char)",
	  "edi | esi | edx | ecx | r8d | r9d | xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | "
	  "xmm7 | rsp+0 | rsp+8 | rsp+16 -> void",
	  "6*args.integer 8*args.sse 3*args.stack", "stack 24" },
	{ "void f(long, long, long, long, long, long, long, double, long)",
	  "rdi | rsi | rdx | rcx | r8 | r9 | rsp+0 | xmm0 | rsp+8 -> void",
	  "6*args.integer args.stack args.sse args.stack", "stack 16" },

	/* long double: 16 bytes aligned to 16 (figure 3.1), and takes no register. */
	{ "int f(int a, double b, long double c)", "edi | xmm0 | rsp+0 -> eax",
	  "args.integer args.sse args.x87 -> return.integer", "stack 16" },
	{ "void f(long double, long double)", "rsp+0 | rsp+16 -> void", "2*args.x87", "stack 32" },
	{ "void f(int, long double, int)", "edi | rsp+0 | esi -> void",
	  "args.integer args.x87 args.integer", "stack 16" },
	{ "void f(long double, int, double, long double)", "rsp+0 | edi | xmm0 | rsp+16 -> void",
	  "args.x87 args.integer args.sse args.x87", "stack 32" },
	{ "void f(int, int, int, int, int, int, int, long double)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+16 -> void",
	  "6*args.integer args.stack args.x87", "stack 32" },
	{ "void f(int, int, int, int, int, int, int, long double, int)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+16 | rsp+32 -> void",
	  "6*args.integer args.stack args.x87 args.stack", "stack 40" },
	{ "void f(double, double, double, double, double, double, double, double, float, "
	  "long double, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 | rsp+0 | rsp+16 | rsp+32 -> void",
	  "8*args.sse args.stack args.x87 args.stack", "stack 40" },

	/* __int128 needs two registers but no even one; without two left it goes to the stack whole
	 * and leaves the last register to a later argument; in memory it is 16-byte aligned. */
	{ "void f(int, __int128)", "edi | rdx:rsi -> void", "args.integer args.int128", "stack 0" },
	{ "void f(int, int, __int128)", "edi | esi | rcx:rdx -> void",
	  "2*args.integer args.int128", "stack 0" },
	{ "void f(int, int, int, __int128)", "edi | esi | edx | r8:rcx -> void",
	  "3*args.integer args.int128", "stack 0" },
	{ "void f(int, int, int, int, __int128)", "edi | esi | edx | ecx | r9:r8 -> void",
	  "4*args.integer args.int128", "stack 0" },
	{ "void f(int, int, int, int, int, __int128)",
	  "edi | esi | edx | ecx | r8d | rsp+0 -> void",
	  "5*args.integer args.whole", "stack 16" },
	{ "void f(int, int, int, int, int, __int128, int)",
	  "edi | esi | edx | ecx | r8d | rsp+0 | r9d -> void",
	  "5*args.integer args.whole args.integer", "stack 16" },
	{ "void f(int, int, int, int, int, __int128, int, int)",
	  "edi | esi | edx | ecx | r8d | rsp+0 | r9d | rsp+16 -> void",
	  "5*args.integer args.whole args.integer args.stack", "stack 24" },
	{ "void f(int, int, int, int, int, int, __int128)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 -> void", "6*args.integer args.whole",
	  "stack 16" },
	{ "void f(int, int, int, int, int, int, int, __int128)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+16 -> void",
	  "6*args.integer args.stack args.whole", "stack 32" },
	{ "void f(int, int, int, int, int, int, int, __int128, char)",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+16 | rsp+32 -> void",
	  "6*args.integer args.stack args.whole args.stack", "stack 40" },
	{ "__int128 f(__int128, __int128, __int128)", "rsi:rdi | rcx:rdx | r9:r8 -> rdx:rax",
	  "3*args.int128 -> return.integer", "stack 0" },
	{ "void f(__int128, __int128, __int128, __int128, __int128)",
	  "rsi:rdi | rcx:rdx | r9:r8 | rsp+0 | rsp+16 -> void", "3*args.int128 2*args.whole",
	  "stack 32" },
	{ "void f(int, __int128, __int128, __int128, long)",
	  "edi | rdx:rsi | r8:rcx | rsp+0 | r9 -> void",
	  "args.integer 2*args.int128 args.whole args.integer", "stack 16" },
	{ "__int128 f(double, __int128, float, int)", "xmm0 | rsi:rdi | xmm1 | edx -> rdx:rax",
	  "args.sse args.int128 args.sse args.integer -> return.integer", "stack 0" },

	/* Of the passing example, figures 3.5 and 3.6, the scalars (whole in sysv_aggregate_test.c). */
	{ "void func(int e, int f, int g, int h, long double ld, double m, double n, int i, int j, "
	  "int k)",
	  "edi | esi | edx | ecx | rsp+0 | xmm0 | xmm1 | r8d | r9d | rsp+16 -> void",
	  "4*args.integer args.x87 2*args.sse 2*args.integer args.stack", "stack 24" },

	/* The varargs example of 3.5.7. Left out: __m256 u, y and __m512 v, so that n is in xmm1
	 * instead of xmm3 and al is 2. (Printed there is 3 where four vector registers are used: m,
	 * u, v, n. The text asks for an upper bound, or for the number, and neither is 3.) */
	{ "void func(int a, double m, ...) <- int, long double, double",
	  "edi | xmm0 | esi | rsp+0 | xmm1 -> void",
	  "args.integer args.sse args.integer args.x87 args.sse", "stack 16 al 2" },
	/* Variadic arguments are passed as named ones are; al counts the vector registers of both.
	 * */
	{ "int f(int a, ...)", "edi -> eax", "args.integer -> return.integer", "stack 0 al 0" },
	{ "int f(const char *a, ...) <- int, long, char *", "rdi | esi | rdx | rcx -> eax",
	  "4*args.integer -> return.integer", "stack 0 al 0" },
	{ "int f(const char *a, ...) <- double", "rdi | xmm0 -> eax",
	  "args.integer args.sse -> return.integer", "stack 0 al 1" },
	{ "double f(float a, ...) <- int", "xmm0 | edi -> xmm0",
	  "args.sse args.integer -> return.sse", "stack 0 al 1" },
	{ "double f(double a, double b, ...) <- double, int, double",
	  "xmm0 | xmm1 | xmm2 | edi | xmm3 -> xmm0",
	  "3*args.sse args.integer args.sse -> return.sse", "stack 0 al 4" },
	{ "void f(int a, ...) <- int, int, int, int, int, int, int",
	  "edi | esi | edx | ecx | r8d | r9d | rsp+0 | rsp+8 -> void",
	  "6*args.integer 2*args.stack", "stack 16 al 0" },
	{ "void f(int a, ...) <- double, double, double, double, double, double, double, double",
	  "edi | xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 -> void",
	  "args.integer 8*args.sse", "stack 0 al 8" },
	{ "void f(int a, ...) <- double, double, double, double, double, double, double, double, "
	  "double, int",
	  "edi | xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7 | rsp+0 | esi -> void",
	  "args.integer 8*args.sse args.stack args.integer", "stack 8 al 8" },
	{ "long double f(long double a, ...) <- long double", "rsp+0 | rsp+16 -> st0",
	  "2*args.x87 -> return.x87", "stack 32 al 0" },
	{ "void f(int, int, int, int, int, ...) <- __int128, int",
	  "edi | esi | edx | ecx | r8d | rsp+0 | r9d -> void",
	  "5*args.integer args.whole args.integer", "stack 16 al 0" },
};
/* clang-format on */

static const struct table table = {
	.convention = "sysv",
	.width = W64,
	.prefix = "sysv.",
	.pop_rule = "sysv.registers.sp",
	.variadic_pop_rule = "sysv.registers.sp",
	ROWS(rows),
};

START_TEST(row)
{
	check_row(&table, &rows[_i]);
}
END_TEST

/* regparm and asmlinkage are of 32-bit x86 only, and the kernel passes arguments as everybody does
 * (x86-64 psABI, appendix Linux Conventions, Calling Conventions). */
void check_sysv_family(const char *call)
{
	static const char *const names[] = { "regparm0", "asmlinkage", "kernel" };
	struct arena *a = arena_new();
	struct placement mine, theirs;
	size_t i;

	place_call(a, "sysv", W64, call, &mine);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		/* The kernel has no floating point. */
		if (abi_place(convention_find(names[i], W64), parse_call(a, call), &theirs))
			continue;
		place_call(a, names[i], W64, call, &theirs);
		/* Nor does anything say how it aligns arguments further than its stack. */
		if (i == 2 && theirs.stack_unspecified && !mine.stack_unspecified)
			continue;
		ck_assert_str_eq(places_text(a, W64, &mine), places_text(a, W64, &theirs));
		ck_assert_uint_eq(mine.stack_bytes, theirs.stack_bytes);
		ck_assert_uint_eq(theirs.pop_bytes, 0);
		/* The kernel keeps its stack aligned to a word. */
		ck_assert_uint_eq(mine.align == 16 && i == 2 ? 8 : mine.align, theirs.align);
		if (i != 2)
			ck_assert_int_eq(mine.al, theirs.al);
	}
	arena_free(a);
}

START_TEST(same_in_family)
{
	check_sysv_family(rows[_i].call);
}
END_TEST

/* 3.2.1: rbx, rbp, r12 to r15 (rsp is checked apart), and no vector register, figure 3.4. */
START_TEST(registers)
{
	const struct convention *c = convention_find("sysv", W64);

	ck_assert_uint_eq(c->preserved.gpr, GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(R12) |
						    GPR_BIT(R13) | GPR_BIT(R14) | GPR_BIT(R15));
	ck_assert_uint_eq(c->preserved.xmm, 0);
	ck_assert_uint_eq(c->home_bytes, 0);
}
END_TEST

/* "Attributes in Clang", preserve_none. */
/* clang-format off */
static const struct row none_rows[] = {
	{ "int f(int a, long b, int c, int d, int e, int g, int h, int i, int j, int k, int l, int m, int n)",
	  "r12d | r13 | r14d | r15d | edi | esi | edx | ecx | r8d | r9d | r11d | eax | rsp+0 -> eax",
	  "12*clang.preserve-none.args args.stack -> return.integer", "stack 8" },
	{ "__int128 f(__int128 a, double b)", "r13:r12 | xmm0 -> rdx:rax",
	  "args.int128 args.sse -> return.integer", "stack 0" },
	{ "struct s { long a[3]; }; struct s f(struct s a, int b)", "rsp+0 | r13d -> memory by r12",
	  "args.aggregate.memory clang.preserve-none.args -> return.memory", "stack 24" },
	{ "int f(int a, char b, int c)", "r12d | unspecified | unspecified -> eax",
	  "clang.preserve-none.args 2*clang.preserve-none.narrow -> return.integer", "stack ?" },
	{ "int f(int a, ...) <- double", "r12d | unspecified -> eax",
	  "clang.preserve-none.args clang.preserve-none.varargs -> return.integer", "stack ?" },
};
/* clang-format on */

static const struct table none_table = {
	.convention = "preserve_none",
	.width = W64,
	.prefix = "sysv.",
	.pop_rule = "registers.sp",
	.variadic_pop_rule = "registers.sp",
	ROWS(none_rows),
};

START_TEST(preserve_none_row)
{
	check_row(&none_table, &none_table.rows[_i]);
}
END_TEST

/* What returns a value, or may, is not compared; what no document speaks of is not destroyed. */
START_TEST(preserve_all_registers)
{
	const struct convention *c = convention_find("preserve_all", W64);
	struct arena *a = arena_new();
	struct placement p;

	ck_assert_uint_eq(abi_preserved(c, NULL).gpr, 0xffff & ~(GPR_BIT(SP) | GPR_BIT(R11)));
	ck_assert_uint_eq(abi_preserved(c, NULL).ymm, 0xffffffff);
	ck_assert_uint_eq(abi_destroyed(c, NULL).gpr, GPR_BIT(R11));
	ck_assert_uint_eq(abi_destroyed(c, NULL).zmm | abi_destroyed(c, NULL).x87, 0);
	place_call(a, "preserve_all", W64, "double f(int a)", &p);
	ck_assert_uint_eq(abi_preserved(c, &p).xmm, 0xfffffffe);
	ck_assert_uint_eq(abi_preserved(c, &p).gpr, abi_preserved(c, NULL).gpr);
	place_call(a, "preserve_all", W64,
		   "typedef float v __attribute__((vector_size(32))); v f(int a)", &p);
	ck_assert(p.ret.unspecified);
	ck_assert_uint_eq(abi_preserved(c, &p).xmm, 0xfffffff0);
	arena_free(a);
}
END_TEST

/* GCC's manual, "x86 Attributes", interrupt: every register is preserved, and EFLAGS. */
START_TEST(interrupt_handlers)
{
	static const enum width widths[] = { W32, W64 };
	struct arena *a = arena_new();
	struct placement p;

	for (unsigned i = 0; i < ARRAY_SIZE(widths); i++) {
		enum width w = widths[i];
		const struct convention *c = convention_find("interrupt", w);
		struct reg_set kept;

		place_call(a, "interrupt", w, "void f(void *frame, unsigned long code)", &p);
		kept = abi_preserved(c, &p);
		ck_assert_uint_eq(kept.gpr, (w == W64 ? 0xffff : 0xff) & ~GPR_BIT(SP));
		ck_assert_uint_eq(kept.flags, FLAGS_STATUS);
		ck_assert_uint_eq(p.arg[0].rule, RULE_INTERRUPT_FRAME);
		ck_assert_uint_eq(p.arg[0].nlocs, 0);
		ck_assert_uint_eq(p.arg[1].rule, RULE_INTERRUPT_CODE);
		ck_assert_uint_eq(p.arg[1].loc[0].bytes, word_bytes(w));
		ck_assert_uint_eq(p.stack_bytes, 0);
	}
	arena_free(a);
}
END_TEST

/* Where the documents contradict each other a register is neither compared nor destroyed. */
START_TEST(no_caller_saved_registers)
{
	const struct convention *c = convention_find("no_caller_saved", W64);
	struct arena *a = arena_new();
	struct placement p;

	place_call(a, "no_caller_saved", W64, "int f(int a, long b)", &p);
	ck_assert_uint_eq(abi_preserved(c, NULL).gpr, 0xffff & ~GPR_BIT(SP));
	ck_assert_uint_eq(abi_preserved(c, &p).gpr,
			  0xffff & ~(GPR_BIT(SP) | GPR_BIT(AX) | GPR_BIT(DI) | GPR_BIT(SI)));
	ck_assert_uint_eq(abi_destroyed(c, &p).gpr, GPR_BIT(AX));
	ck_assert_uint_eq(abi_destroyed(c, &p).xmm | abi_preserved(c, &p).xmm, 0);
	c = convention_find("no_caller_saved", W32);
	place_call(a, "no_caller_saved", W32, "int f(int a, long b)", &p);
	ck_assert_uint_eq(abi_preserved(c, &p).gpr, 0xff & ~(GPR_BIT(SP) | GPR_BIT(AX)));
	arena_free(a);
}
END_TEST

Suite *sysv_suite(void)
{
	Suite *s = suite_create("sysv");
	TCase *tc = tcase_create("placements");

	tcase_add_loop_test(tc, row, 0, table.nrows);
	tcase_add_loop_test(tc, same_in_family, 0, table.nrows);
	tcase_add_test(tc, registers);
	tcase_add_loop_test(tc, preserve_none_row, 0, none_table.nrows);
	tcase_add_test(tc, preserve_all_registers);
	tcase_add_test(tc, no_caller_saved_registers);
	tcase_add_test(tc, interrupt_handlers);
	suite_add_tcase(s, tc);
	return s;
}
