/* SPDX-License-Identifier: MIT */
/* Tests of what src/gen writes: the very text of trampolines and probes, and that all that is
 * generated from cases/ is accepted by the assembler and by a compiler. Takes the source folder,
 * the compiler and its family as arguments. */
#include "gen/gen.h"
#include "gen/select_test.h"
#include "plan/toolchain.h"
#include "util/process.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *source = ".", *compiler = "gcc", *family = "gcc";

/* ---- text ---- */

static const struct golden {
	enum width width;
	const char *abi, *cases;
	const char *tramp; /* from its label on; the comment before it is not the machine's */
	const char *probe;
} golden[] = {
	/* 6 registers and one word on the stack, which 8 bytes below it align. */
	{ W64, "sysv", "int f(int a, long b, int c, int d, int e, _Bool f, short g);",
	  "tramp_sysv_some_f:\n"
	  "\tsub\trsp, 8\t\t\t; aligns the stack at the call\n"
	  "\tpush\tqword [cl_cell + 1920]\t; g\n"
	  "\tmov\trdi, [cl_cell + 0]\t; a, dirt above it\n"
	  "\tmov\trsi, [cl_cell + 320]\t; b\n"
	  "\tmov\trdx, [cl_cell + 640]\t; c, dirt above it\n"
	  "\tmov\trcx, [cl_cell + 960]\t; d, dirt above it\n"
	  "\tmov\tr8, [cl_cell + 1280]\t; e, dirt above it\n"
	  "\tmov\tr9, [cl_cell + 1600]\t; f, dirt above it\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 8\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tmov\trax, [cl_ret_cell + 0]\n"
	  "\tret\n" },
	/* The callee pops 12 bytes: a double and a word for the char. */
	{ W32, "fastcall", "long long f(int a, short b, double c, char d);",
	  "tramp_fastcall_some_f:\n"
	  "\tsub\tesp, 4\t\t\t; aligns the stack at the call\n"
	  "\tpush\tdword [cl_cell + 960]\t; d\n"
	  "\tpush\tdword [cl_cell + 644]\t; c\n"
	  "\tpush\tdword [cl_cell + 640]\t; c\n"
	  "\tmov\tecx, [cl_cell + 0]\t; a\n"
	  "\tmov\tedx, [cl_cell + 320]\t; b, dirt above it\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_fastcall_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_fastcall_some_f:\n"
	  "\tpush\tdword 12\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_cdecl\n"
	  "\tmov\tedx, [cl_ret_cell + 16]\n"
	  "\tmov\teax, [cl_ret_cell + 0]\n"
	  "\tret\t12\n" },
	/* From b on nothing is specified: poison only, and the probe owns none of it. 320 bytes:
	 * 256 and 16 more than each argument has, in multiples of 64. */
	{ W32, "regparm3", "int f(int a, long long b, int c);",
	  "tramp_regparm3_some_f:\n"
	  "\tsub\tesp, 320\t\t; poison: see what the callee reads\n"
	  "\tmov\teax, [cl_cell + 0]\t; a\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_regparm3_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_regparm3_some_f:\n"
	  "\tpush\tdword 0\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_cdecl\n"
	  "\tmov\teax, [cl_ret_cell + 0]\n"
	  "\tret\n" },
	/* Doubles of a variadic call twice, in their vector and in their integer register. */
	{ W64, "ms", "//! varargs double, int, double, double\nfloat f(double x, ...);",
	  "tramp_ms_some_f:\n"
	  "\tsub\trsp, 8\t\t\t; aligns the stack at the call\n"
	  "\tpush\tqword [cl_cell + 1280]\t; vararg4\n"
	  "\tsub\trsp, 32\t\t\t; the callee's home area\n"
	  "\tmovups\txmm0, [cl_cell + 0]\t; x\n"
	  "\tmov\trcx, [cl_cell + 64]\t; x\n"
	  "\tmovups\txmm1, [cl_cell + 320]\t; vararg1\n"
	  "\tmov\trdx, [cl_cell + 384]\t; vararg1\n"
	  "\tmov\tr8, [cl_cell + 640]\t; vararg2, dirt above it\n"
	  "\tmovups\txmm3, [cl_cell + 960]\t; vararg3\n"
	  "\tmov\tr9, [cl_cell + 1024]\t; vararg3\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_ms_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_ms_some_f:\n"
	  "\tpush\tqword 40\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_ms\n"
	  "\tmovups\txmm0, [cl_ret_cell + 32]\n"
	  "\tret\n" },
	/* g's word, 8 bytes of padding, then h aligned to 16. */
	{ W64, "sysv",
	  "__int128 f(long a, long b, long c, long d, long e, long f, long g,\n"
	  "__int128 h);",
	  "tramp_sysv_some_f:\n"
	  "\tpush\tqword [cl_cell + 2248]\t; h\n"
	  "\tpush\tqword [cl_cell + 2240]\t; h\n"
	  "\tsub\trsp, 8\t\t\t; padding\n"
	  "\tpush\tqword [cl_cell + 1920]\t; g\n"
	  "\tmov\trdi, [cl_cell + 0]\t; a\n"
	  "\tmov\trsi, [cl_cell + 320]\t; b\n"
	  "\tmov\trdx, [cl_cell + 640]\t; c\n"
	  "\tmov\trcx, [cl_cell + 960]\t; d\n"
	  "\tmov\tr8, [cl_cell + 1280]\t; e\n"
	  "\tmov\tr9, [cl_cell + 1600]\t; f\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 32\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tmov\trdx, [cl_ret_cell + 16]\n"
	  "\tmov\trax, [cl_ret_cell + 0]\n"
	  "\tret\n" },
	/* Pointers to what is wider than 8 bytes, the first in a register, the last on the stack.
	 */
	{ W64, "ms", "void f(__int128 a, int b, int c, int d, int e, long double g);",
	  "tramp_ms_some_f:\n"
	  "\tpush\tqword [cl_cell + 1600]\t; g\n"
	  "\tpush\tqword [cl_cell + 1280]\t; e\n"
	  "\tsub\trsp, 32\t\t\t; the callee's home area\n"
	  "\tmov\trcx, [cl_cell + 0]\t; a, a pointer to it\n"
	  "\tmov\trdx, [cl_cell + 320]\t; b, dirt above it\n"
	  "\tmov\tr8, [cl_cell + 640]\t; c, dirt above it\n"
	  "\tmov\tr9, [cl_cell + 960]\t; d, dirt above it\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_ms_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_ms_some_f:\n"
	  "\tpush\tqword 48\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_ms\n"
	  "\tret\n" },
	/* al bounds the vector registers used. */
	{ W64, "sysv", "//! varargs double, long double, float\ndouble f(const char *p, ...);",
	  "tramp_sysv_some_f:\n"
	  "\tpush\tqword [cl_cell + 648]\t; vararg2\n"
	  "\tpush\tqword [cl_cell + 640]\t; vararg2\n"
	  "\tmov\trdi, [cl_cell + 0]\t; p\n"
	  "\tmovups\txmm0, [cl_cell + 320]\t; vararg1\n"
	  "\tmovups\txmm1, [cl_cell + 960]\t; vararg3\n"
	  "\tmov\tal, 2\t\t\t; vector registers used\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 16\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tmovups\txmm0, [cl_ret_cell + 32]\n"
	  "\tret\n" },
	/* Who pops is unspecified: the probe cannot return. */
	{ W32, "fastcall", "//! varargs int\nint f(int a, ...);",
	  "tramp_fastcall_some_f:\n"
	  "\tsub\tesp, 8\t\t\t; aligns the stack at the call\n"
	  "\tpush\tdword [cl_cell + 320]\t; vararg1\n"
	  "\tpush\tdword [cl_cell + 0]\t; a\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_fastcall_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_fastcall_some_f:\n"
	  "\tpush\tdword 8\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_cdecl\n"
	  "\tjmp\tcl_escape\t\t; no document says how to return\n" },
	/* How it returns is unspecified: neither can the probe; the home area is there all the
	 * same, and 384 bytes in all: 32, 4 times 4 + 16, 256, in multiples of 64. */
	{ W64, "ms", "long double f(int a, int b, int c, int d);",
	  "tramp_ms_some_f:\n"
	  "\tsub\trsp, 352\t\t; poison: see what the callee reads\n"
	  "\tsub\trsp, 32\t\t\t; the callee's home area\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_ms_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_ms_some_f:\n"
	  "\tpush\tqword 0\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_ms\n"
	  "\tjmp\tcl_return_open\t\t; no document says where the value goes\n" },
	/* st0 is loaded in the size of the type, so that every bit pattern comes back. */
	{ W32, "cdecl", "float f(void);",
	  "tramp_cdecl_some_f:\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_cdecl_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_cdecl_some_f:\n"
	  "\tpush\tdword 0\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_cdecl\n"
	  "\tfld\tdword [cl_ret + 0]\n"
	  "\tret\n" },
	{ W32, "stdcall", "double f(float);",
	  "tramp_stdcall_some_f:\n"
	  "\tsub\tesp, 12\t\t\t; aligns the stack at the call\n"
	  "\tpush\tdword [cl_cell + 0]\t; arg0\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_stdcall_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_stdcall_some_f:\n"
	  "\tpush\tdword 4\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_cdecl\n"
	  "\tfld\tqword [cl_ret + 0]\n"
	  "\tret\t4\n" },
	{ W64, "sysv", "long double f(void);",
	  "tramp_sysv_some_f:\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 0\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tfld\ttword [cl_ret + 0]\n"
	  "\tret\n" },
	/* ---- aggregates ---- */
	/* Two eightbytes of two classes; the hidden pointer in rdi, and what rdi was at entry back
	 * in rax once the value is there. */
	{ W64, "sysv",
	  "struct s { int a, b; double d; };\n"
	  "struct t { long v[3]; } f(int a, struct s b, struct t c);",
	  "tramp_sysv_some_f:\n"
	  "\tsub\trsp, 8\t\t\t; aligns the stack at the call\n"
	  "\tpush\tqword [cl_cell + 656]\t; c\n"
	  "\tpush\tqword [cl_cell + 648]\t; c\n"
	  "\tpush\tqword [cl_cell + 640]\t; c\n"
	  "\tmov\trsi, [cl_cell + 0]\t; a, dirt above it\n"
	  "\tmov\trdx, [cl_cell + 320]\t; b\n"
	  "\tmovups\txmm0, [cl_cell + 384]\t; b\n"
	  "\tmov\trdi, [cl_cell + 7680]\t; where the return value goes\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 24\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tmov\trax, [cl_probe_image + 56]\t; the hidden pointer, from rdi\n"
	  "\tpush\tqword 24\t\t; bytes of the return value\n"
	  "\tcall\tcl_fill_result\n"
	  "\tret\n" },
	/* On the i386 stack, below the arguments; popped by the callee. */
	{ W32, "cdecl", "struct s { char c; short s; int i; } f(struct s a, char b);",
	  "tramp_cdecl_some_f:\n"
	  "\tpush\tdword [cl_cell + 320]\t; b\n"
	  "\tpush\tdword [cl_cell + 4]\t; a\n"
	  "\tpush\tdword [cl_cell + 0]\t; a\n"
	  "\tpush\tdword [cl_cell + 7680]\t; where the return value goes\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_cdecl_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_cdecl_some_f:\n"
	  "\tpush\tdword 16\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_cdecl\n"
	  "\tmov\teax, [cl_probe_stack + 0]\t; the hidden pointer, from esp+0\n"
	  "\tpush\tdword 8\t\t; bytes of the return value\n"
	  "\tcall\tcl_fill_result\n"
	  "\tret\t4\n" },
	/* rcx is the hidden pointer's: a by reference in rdx, b as an integer in r8. */
	{ W64, "ms",
	  "struct t { char v[3]; }; struct s { char v[8]; };\n"
	  "struct t f(struct t a, struct s b, double c, struct s d);",
	  "tramp_ms_some_f:\n"
	  "\tsub\trsp, 8\t\t\t; aligns the stack at the call\n"
	  "\tpush\tqword [cl_cell + 960]\t; d\n"
	  "\tsub\trsp, 32\t\t\t; the callee's home area\n"
	  "\tmov\trdx, [cl_cell + 0]\t; a, a pointer to it\n"
	  "\tmov\tr8, [cl_cell + 320]\t; b\n"
	  "\tmovups\txmm3, [cl_cell + 640]\t; c\n"
	  "\tmov\trcx, [cl_cell + 7680]\t; where the return value goes\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_ms_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_ms_some_f:\n"
	  "\tpush\tqword 40\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_ms\n"
	  "\tmov\trax, [cl_probe_image + 8]\t; the hidden pointer, from rcx\n"
	  "\tpush\tqword 3\t\t; bytes of the return value\n"
	  "\tcall\tcl_fill_result\n"
	  "\tret\n" },
	/* Aligned to 64 with 8 bytes before it. st1 is loaded before st0. */
	{ W64, "sysv",
	  "struct s { char c; } __attribute__((aligned(64)));\n"
	  "_Complex long double f(struct { long v[3]; } a, struct s b);",
	  "tramp_sysv_some_f:\n"
	  "\tpush\tqword [cl_cell + 376]\t; b\n"
	  "\tpush\tqword [cl_cell + 368]\t; b\n"
	  "\tpush\tqword [cl_cell + 360]\t; b\n"
	  "\tpush\tqword [cl_cell + 352]\t; b\n"
	  "\tpush\tqword [cl_cell + 344]\t; b\n"
	  "\tpush\tqword [cl_cell + 336]\t; b\n"
	  "\tpush\tqword [cl_cell + 328]\t; b\n"
	  "\tpush\tqword [cl_cell + 320]\t; b\n"
	  "\tsub\trsp, 40\t\t\t; padding\n"
	  "\tpush\tqword [cl_cell + 16]\t; a\n"
	  "\tpush\tqword [cl_cell + 8]\t; a\n"
	  "\tpush\tqword [cl_cell + 0]\t; a\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 128\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tfld\ttword [cl_ret + 16]\n"
	  "\tfld\ttword [cl_ret + 0]\n"
	  "\tret\n" },
	/* Nothing at all for what is empty; vectors and pairs of vectors. */
	{ W64, "sysv",
	  "typedef float v4 __attribute__((vector_size(16))); struct e {};\n"
	  "double _Complex f(v4 a, struct e b, double _Complex c);",
	  "tramp_sysv_some_f:\n"
	  "\tmovups\txmm0, [cl_cell + 0]\t; a\n"
	  "\tmovups\txmm1, [cl_cell + 640]\t; c\n"
	  "\tmovups\txmm2, [cl_cell + 704]\t; c\n"
	  "\tcall\tcl_before\n"
	  "\tcall\ttarget_sysv_some_f\n"
	  "\tjmp\tcl_after\n",
	  "probe_sysv_some_f:\n"
	  "\tpush\tqword 0\t\t; bytes of the argument area it owns\n"
	  "\tcall\tcl_probe_sysv\n"
	  "\tmovups\txmm1, [cl_ret_cell + 48]\n"
	  "\tmovups\txmm0, [cl_ret_cell + 32]\n"
	  "\tret\n" },
};

START_TEST(text)
{
	const struct golden *g = &golden[_i];
	struct case_list list = parse(g->cases);
	struct gen_set set = select_of(&list, g->width, g->abi);
	struct str s = { 0 };
	const char *label;

	ck_assert_uint_eq(set.n, 1);
	gen_trampoline(&s, arena, &set.v[0]);
	label = strstr(s.s, "\ntramp_");
	ck_assert_ptr_nonnull(label);
	ck_assert_str_eq(label + 1, g->tramp);
	/* The contract before it: where it was declared, and its prototype. */
	ck_assert_ptr_nonnull(strstr(s.s, "\n; cases/some.h:"));
	ck_assert_ptr_nonnull(strstr(s.s, gen_prototype(arena, &set.v[0].call)));
	str_free(&s);
	gen_probe(&s, arena, &set.v[0]);
	label = strstr(s.s, "\nprobe_");
	ck_assert_ptr_nonnull(label);
	ck_assert_str_eq(label + 1, g->probe);
	str_free(&s);
}
END_TEST

/* A leaf's target calls nothing, and keeps its words where it must keep them: in memory. */
START_TEST(leaf)
{
	struct case_list list = parse("int f(int a);\n//! leaf\nint g(int a);");
	struct gen_set set = select_of(&list, W64, "sysv");
	struct str s = { 0 };
	char *f, *g;

	ck_assert_uint_eq(set.n, 2);
	gen_c(&s, arena, LANGUAGE_C, set.v, 2);
	f = strstr(s.s, "int target_sysv_some_f(int a0)\n{\n\tCL_KEEP\n");
	g = strstr(s.s, "int target_sysv_some_g(int a0)\n{\n\tCL_LEAF_KEEP\n");
	ck_assert(f && g && f < g);
	ck_assert_ptr_nonnull(strstr(f, "cl_nested_sysv();\n"));
	ck_assert_ptr_null(strstr(g, "cl_nested"));
	ck_assert_ptr_nonnull(strstr(g, "\tCL_LEAF_KEPT\n"));
	ck_assert_ptr_nonnull(strstr(s.s, "#define CL_LEAF_KEEP volatile cl_word cl_k[6]; cl_k[0] "
					  "= cl_live[0];"));
	str_free(&s);
	/* A case without one is as it was. */
	gen_c(&s, arena, LANGUAGE_C, set.v, 1);
	ck_assert_ptr_null(strstr(s.s, "LEAF"));
	str_free(&s);
}
END_TEST

/* Nothing follows the call, and it is one of a function that destroys what the platform's
 * convention allows. */
START_TEST(tail)
{
	struct case_list list = parse("//! tail\nvoid f(int a);");
	struct gen_set set = select_of(&list, W64, "ms");
	struct str s = { 0 };

	ck_assert_uint_eq(set.n, 1);
	gen_c(&s, arena, LANGUAGE_C, set.v, 1);
	ck_assert_ptr_nonnull(strstr(s.s, "CL_DKEPT\n\tCL_TAIL();\n}\n"));
	ck_assert_ptr_nonnull(strstr(s.s, "#ifdef _WIN64\n#define CL_TAIL cl_nested_ms\n#else\n"
					  "#define CL_TAIL cl_nested_sysv\n#endif\n"
					  "void CL_TAIL(void);\n"));
	ck_assert_ptr_null(strstr(s.s, "\tcl_nested_ms();\n"));
	str_free(&s);
	set = select_of(&list, W32, "stdcall");
	gen_c(&s, arena, LANGUAGE_C, set.v, 1);
	ck_assert_ptr_nonnull(strstr(s.s, "#define CL_TAIL cl_nested_cdecl\n"));
	str_free(&s);
}
END_TEST

/* Above what is specified of an area of unspecified size there is room for every argument. */
START_TEST(observed_area)
{
	struct case_list list = { 0 };
	struct str s = { 0 }, decl = { 0 };
	struct gen_set set;
	unsigned size;

	/* 22 long doubles are 264 bytes of the i386 stack; fastcall then contradicts itself. */
	str_add(&decl, "int f(");
	for (int i = 0; i < 22; i++)
		str_add(&decl, "long double, ");
	str_add(&decl, "int);");
	parse_into(&list, "cases/some.h", decl.s);
	set = select_of(&list, W32, "fastcall");
	ck_assert_uint_eq(set.n, 1);
	ck_assert(set.v[0].call.place.stack_unspecified);
	gen_trampoline(&s, arena, &set.v[0]);
	ck_assert_int_eq(sscanf(strstr(s.s, "\tsub\tesp, "), "\tsub\tesp, %u", &size), 1);
	/* 264 bytes, 22 times 12 + 16, 4 + 16 and CL_OBSERVED_STACK are 1156: 1216 in multiples of
	 * 64, 264 of them pushed. */
	ck_assert_uint_eq(set.v[0].call.place.stack_bytes, 264);
	ck_assert_uint_eq(gen_reserved(&set.v[0]), 1216);
	ck_assert_uint_eq(size, 1216 - 264);
	str_free(&s);
	str_free(&decl);
}
END_TEST

/* ---- what tools make of it ---- */

/* All of cases/, as src/cmd does it. */
static struct case_list all_cases(void)
{
	struct case_list list = { 0 };
	const char *error = NULL;
	glob_t g;

	if (glob(arena_printf(arena, "%s/cases/*/*.h", source), 0, NULL, &g) != 0)
		ck_abort_msg("no cases in %s/cases: give the source folder as the argument",
			     source);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		size_t n;
		char *file = file_read(g.gl_pathv[i], &n);

		ck_assert_ptr_nonnull(file);
		ck_assert_msg(proto_parse_mem(arena, arena_strdup(arena, g.gl_pathv[i]),
					      arena_strndup(arena, file, n), n, &list, &error) == 0,
			      "%s", error);
		free(file);
	}
	globfree(&g);
	return list;
}

static void accepts(const char *const argv[], const char *file)
{
	struct str out = { 0 };
	int status = run_program(argv, 60, &out);

	ck_assert_msg(status == 0, "%s refuses %s:\n%.1500s", argv[0], file,
		      out.s ? out.s : "(no word)");
	str_free(&out);
}

static const char *generate(const struct case_list *list, enum width w, const char *only,
			    const char *name, struct gen_set *set)
{
	const char *dir = arena_printf(arena, "%s/%s", folder, name);

	*set = select_of(list, w, only);
	ck_assert_uint_gt(set->n, 0);
	ck_assert_int_eq(gen_write(arena, set, dir), 0);
	return dir;
}

/* All batches in one source: a process for each takes much longer. */
START_TEST(assembles)
{
	enum width w = (enum width)_i;
	struct case_list list = all_cases();
	struct gen_set set;
	const char *dir = generate(&list, w, NULL, "all", &set);
	const char *file = in_folder("all.asm");
	const char *const argv[] = { "nasm", "-w+error",  "-f", w == W64 ? "elf64" : "elf32",
				     "-o",   "/dev/null", file, NULL };
	struct str every = { 0 };

	for (size_t i = 0; i < set.nbatches; i++)
		str_addf(&every, "%%include \"%s/%s.asm\"\n", dir, set.batch[i].name);
	ck_assert_int_eq(file_write(file, every.s, every.len), 0);
	str_free(&every);
	accepts(argv, file);
}
END_TEST

static const struct compiled {
	const char *family;
	enum width width;
	const char *abi;
	const char *files; /* those of these stems; after `!' all but these */
} compiled[] = {
	{ "gcc", W64, "sysv", "!bitint bf16" }, /* types gcc 12 does not have */
	{ "gcc", W64, "ms", "counts varargs" },
	{ "gcc", W32, "cdecl", "attributes exhaust" },
	{ "gcc", W32, "fastcall", "returns varargs" },
	{ "clang", W64, "sysv", "exhaust returns" },
	{ "clang", W64, "ms", "mixed" },
	{ "clang", W32, "regparm3", "mixed subint" },
	{ "gcc", W32, "cdecl", "aligned bitfields classes packed shapes complex float128" },
	{ "gcc", W64, "ms", "bitfields classes sizes vectors" },
	{ "clang", W64, "sysv", "bitfields boundary shapes sizes packed complex" },
	{ "clang", W32, "cdecl", "sizes shapes" },
};

START_TEST(compiles)
{
	const struct compiled *t = &compiled[_i];
	const char *include = arena_printf(arena, "-I%s/src", source), *dir;
	struct case_list list;
	struct gen_set set;
	size_t n = 0, kept = 0;

	if (strcmp(t->family, family) != 0)
		return;
	list = all_cases();
	for (size_t i = 0; i < list.n; i++) {
		/* Classes are C++'s. */
		if (!strstr(t->files, list.v[i].stem) == (*t->files == '!') &&
		    strcmp(list.v[i].stem, "classes"))
			list.v[kept++] = list.v[i];
	}
	list.n = kept;
	dir = generate(&list, t->width, t->abi, "c", &set);
	for (size_t i = 0; i < set.nbatches; i++) {
		/* Tables are for the host compiler alone. */
		static const char *const suffix[] = { ".c", ".table.c" };

		n++;
		for (size_t k = 0; k < (strcmp(family, "gcc") ? 1 : ARRAY_SIZE(suffix)); k++) {
			const char *name = k ? set.batch[i].table : set.batch[i].name;
			const char *file = arena_printf(arena, "%s/%s%s", dir, name, suffix[k]);
			const char *const argv[] = { compiler, t->width == W64 ? "-m64" : "-m32",
						     "-fsyntax-only", "-ffreestanding", "-Wall",
						     "-Wextra", "-Werror", "-Wno-psabi",
						     /* What cases of alignment are about. */
						     "-Wno-packed-not-aligned",
						     "-Wno-unknown-warning-option", include, file,
						     NULL };

			accepts(argv, file);
		}
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

/* Types that C can only name after their definition. */
START_TEST(compiles_definitions)
{
	struct case_list list = parse("typedef enum { RED, GREEN } colour;\n"
				      "enum tagged { ONE = 1 };\n"
				      "struct s { int a; };\n"
				      "typedef struct { int b; } anonymous;\n"
				      "typedef int (*callback)(enum tagged, struct s *);\n"
				      "colour f(colour a, enum tagged b);\n"
				      "enum tagged g(struct s *a, anonymous *b, callback c);\n");
	struct gen_set set;
	const char *file = arena_printf(arena, "%s/sysv_some_0.c",
					generate(&list, W64, "sysv", "types", &set));
	const char *const argv[] = { compiler, "-fsyntax-only", "-w", "-Werror", file, NULL };

	accepts(argv, file);
}
END_TEST

static size_t tables_of(const struct gen_set *set)
{
	size_t n = 1;

	for (size_t i = 0; i < set->nbatches; i++)
		n += set->batch[i].table == set->batch[i].name;
	return n;
}

/* The same bytes from the same cases, whatever was generated before. */
START_TEST(repeatable)
{
	enum width w = (enum width)_i;
	const char *dir[2];
	struct gen_set set;
	glob_t g;

	for (int k = 0; k < 2; k++) {
		struct case_list list = all_cases();

		dir[k] = generate(&list, w, NULL, k ? "second" : "first", &set);
	}
	ck_assert_int_eq(glob(arena_printf(arena, "%s/*", dir[0]), 0, NULL, &g), 0);
	/* Of each batch its C and its assembly, and the files of the table. */
	ck_assert_uint_eq(g.gl_pathc, 2 * set.nbatches + 1 + tables_of(&set));
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *base = strrchr(g.gl_pathv[i], '/');
		size_t n[2];
		char *a = file_read(g.gl_pathv[i], &n[0]);
		char *b = file_read(arena_printf(arena, "%s%s", dir[1], base), &n[1]);

		ck_assert_msg(a && b && n[0] == n[1] && !memcmp(a, b, n[0]), "%s differs", base);
		free(a);
		free(b);
	}
	globfree(&g);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("gen");
	TCase *t = tcase_create("gen"), *compilers = tcase_create("compilers");
	SRunner *r = srunner_create(s);
	int failed;

	if (argc > 1)
		source = argv[1];
	if (argc > 3) {
		compiler = argv[2];
		family = argv[3];
	}
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, text, 0, ARRAY_SIZE(golden));
	tcase_add_test(t, leaf);
	tcase_add_test(t, tail);
	tcase_add_test(t, observed_area);
	tcase_add_loop_test(t, assembles, W32, WIDTHS);
	tcase_add_loop_test(t, repeatable, W32, WIDTHS);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(compilers, set_up, tear_down);
	tcase_set_timeout(compilers, 60);
	tcase_add_loop_test(compilers, compiles, 0, ARRAY_SIZE(compiled));
	tcase_add_test(compilers, compiles_definitions);
	suite_add_tcase(s, compilers);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
