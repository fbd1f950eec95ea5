/* SPDX-License-Identifier: MIT */
/* Tests of src/report on a matrix made by hand: facts told once and in order, text that fits its
 * width, colour only when asked, what each cell shows, and matrix.json as documented. */
#include "report/report.h"
#include "util/terminal.h"

#include <check.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = 16 };

/* Every test runs in a process of its own (CK_FORK), with these to itself. */
static struct arena *arena;
static struct compiler gcc, clang;
static struct column columns[MAX];
static struct plan plan;
static struct matrix m;

static void set_up(void)
{
	arena = arena_new();
	gcc = (struct compiler){ .name = "gcc-12",
				 .path = "/usr/bin/gcc-12",
				 .family = "gcc",
				 .version = "12.2.0",
				 .banner = "" };
	clang = (struct compiler){ .name = "clang-14",
				   .path = "/usr/bin/clang-14",
				   .family = "clang",
				   .version = "14.0.6",
				   .banner = "" };
}

static void tear_down(void)
{
	arena_free(arena);
}

/* The cases of one or of all conventions of the width, and no column yet. */
static void make(const char *text, enum width w, const char *abi)
{
	struct case_list list = { 0 };
	const char *names[] = { abi, NULL }, *error = NULL;

	ck_assert_msg(proto_parse_file(arena, "cases/some.h", text, &list, &error) == 0, "%s",
		      error);
	plan = (struct plan){ .arena = arena, .columns = columns };
	ck_assert_int_eq(gen_select(arena, &list, w, abi ? names : NULL, &plan.set[w], &error), 0);
	m = (struct matrix){
		.arena = arena, .plan = &plan, .seed = 5, .engine = { "Linux process" }
	};
	m.runs = arena_alloc(arena, MAX * sizeof(*m.runs));
}

/* A column in which every call conforms; its number. */
static size_t add_column(const struct compiler *c, enum width w, const char *opt)
{
	size_t i = plan.ncolumns++, n = plan.set[w].n;
	struct place_run *r = &m.runs[i].run;

	ck_assert_uint_lt(i, MAX);
	columns[i] = (struct column){
		.compiler = c,
		.width = w,
		.profile = profile_user(w),
		.built = i,
		.opt = opt,
		.name = arena_printf(arena, "%s -m%u -%s", c->name, width_bits(w), opt),
		.id = arena_printf(arena, "%s/%u/%s", c->name, width_bits(w), opt),
		.absent = arena_alloc(arena, n + 1),
		.why = arena_alloc(arena, (n + 1) * sizeof(char *)),
	};
	r->n = n;
	r->v = arena_alloc(arena, (2 * n + 1) * sizeof(*r->v));
	for (size_t k = 0; k < 2 * n; k++)
		r->v[k].state = OUTCOME_EXECUTED;
	return i;
}

static void broken(size_t column, size_t index, int direction, enum check check, unsigned item)
{
	struct outcome *o = &m.runs[column].run.v[2 * index + (size_t)direction];
	struct cl_finding *v = arena_alloc(arena, (o->nfindings + 1) * sizeof(*v));

	if (o->nfindings)
		memcpy(v, o->findings, o->nfindings * sizeof(*v));
	o->findings = v;
	v[o->nfindings++] = (struct cl_finding){ .check = (uint8_t)check,
						 .item = (uint16_t)item,
						 .size = 8,
						 .origin = CL_AT_GPR + GPR_CX };
}

/* The matrix as it would be read back. */
static const struct stored *stored(void)
{
	struct stored *s = arena_alloc(arena, sizeof(*s));
	json_t *document = report_document(&m, NULL, "clobber run --seed 5");
	const char *wrong = stored_load(arena, document, s);

	ck_assert_msg(!wrong, "%s", wrong);
	json_decref(document);
	return s;
}

/* Once more, with what was broken since. */
static void judge_again(void)
{
	m.nfindings = m.nrows = m.ncells = m.planned = m.executed = m.not_run = m.unexpected = 0;
	memset(m.total, 0, sizeof(m.total));
	m.findings = NULL;
	m.rows = NULL;
	m.cells = NULL;
	matrix_judge(&m);
}

/* ---- clusters ---- */

/* A fact that holds at two optimisations and in several cases: once, with its smallest example. */
START_TEST(clusters_merge)
{
	struct cluster *v;
	size_t n;

	make("int longest(int a, int b, int c);\nint f(int a);\nint g(int a, int b);\n", W64,
	     "sysv");
	add_column(&gcc, W64, "O0");
	add_column(&gcc, W64, "O2");
	add_column(&clang, W64, "O2");
	for (size_t i = 0; i < 3; i++) {
		broken(0, i, CL_CALLEE, CHECK_SAVED, GPR_BX);
		broken(1, i, CL_CALLEE, CHECK_SAVED, GPR_BX);
	}
	matrix_judge(&m);
	v = report_clusters(stored(), &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(v[0].findings, 6);
	ck_assert_uint_eq(v[0].cases, 3);
	ck_assert_str_eq(v[0].columns, "gcc-12 -m64 -O0 -O2");
	ck_assert_str_eq(v[0].conventions, "sysv");
	ck_assert_str_eq(v[0].example->c->id, "sysv/some/f");
}
END_TEST

/* Other registers, checks, compiler families and kinds of values are other facts; other arguments
 * and directions are not. Each in a case of its own, so that none follows from another. */
START_TEST(clusters_differ)
{
	size_t n;

	make("int f(int a);\nint g(int a);\nint h(int a, int b);\nint i(double a);\n"
	     "int k(struct s { double d; long l; } a);\n",
	     W64, "sysv");
	add_column(&gcc, W64, "O2");
	add_column(&clang, W64, "O2");
	broken(0, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(0, 1, CL_CALLEE, CHECK_SAVED, GPR_R12);
	broken(0, 0, CL_CALLER, CHECK_SAVED, GPR_BX);
	broken(1, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(0, 2, CL_CALLEE, CHECK_ARG, 0);
	broken(0, 2, CL_CALLEE, CHECK_ARG, 1);
	broken(0, 3, CL_CALLEE, CHECK_ARG, 0);
	broken(0, 4, CL_CALLEE, CHECK_ARG, 0);
	matrix_judge(&m);
	ck_assert_uint_eq(m.nfindings, 8);
	report_clusters(stored(), &n);
	ck_assert_uint_eq(n, 6);
}
END_TEST

/* What shows only where something that brings it about shows follows from it; what shows alone as
 * well does not, nor what nothing else here could bring about. */
START_TEST(clusters_follow)
{
	struct cluster *v;
	size_t n;

	make("int f(int a, double b);\nint g(int a);\nint h(double a);\n", W64, "sysv");
	add_column(&gcc, W64, "O2");
	broken(0, 0, CL_CALLEE, CHECK_ARG, 0);
	broken(0, 1, CL_CALLEE, CHECK_ARG, 0);
	broken(0, 0, CL_CALLEE, CHECK_ARG, 1);
	broken(0, 1, CL_CALLER, CHECK_FAULT, CL_FAULT_SEGV);
	broken(0, 1, CL_CALLEE, CHECK_ALIGN, 0);
	matrix_judge(&m);
	v = report_clusters(stored(), &n);
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		bool arguments = !strcmp(v[i].example->check, "argument");

		ck_assert_uint_eq(v[i].nfollows, arguments ? 2 : 0);
		ck_assert_uint_eq(v[i].findings, arguments ? 4 : 1);
		if (arguments)
			ck_assert_str_eq(cause_title(stored(), &v[i]),
					 "integer, floating arguments are not in their places");
	}
	broken(0, 2, CL_CALLEE, CHECK_ARG, 0);
	broken(0, 2, CL_CALLER, CHECK_ARG, 0);
	judge_again();
	report_clusters(stored(), &n);
	ck_assert_uint_eq(n, 3);
}
END_TEST

/* Known ones first, then by seriousness, the most serious last, where a reader looks. */
START_TEST(clusters_order)
{
	static const enum verdict want[] = { VERDICT_CRASH, VERDICT_DIVERGENCE, VERDICT_VIOLATION,
					     VERDICT_TIMEOUT, VERDICT_CRASH };
	struct cluster *v;
	size_t n;

	make("int f(int a);\nint g(int a);\nint h(int a);\nint i(int a);\n"
	     "//! known gcc sysv: it is known\nint k(int a);\n",
	     W64, "sysv");
	add_column(&gcc, W64, "O2");
	broken(0, 0, CL_CALLEE, CHECK_FAULT, CL_FAULT_ILL);
	broken(0, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(0, 2, CL_CALLEE, CHECK_FAULT, CL_FAULT_TIMEOUT);
	broken(0, 3, CL_CALLEE, CHECK_X87_STACK, 0);
	broken(0, 4, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	matrix_judge(&m);
	v = report_clusters(stored(), &n);
	ck_assert_uint_eq(n, ARRAY_SIZE(want));
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(v[i].example->verdict, want[i]);
		ck_assert_int_eq(v[i].example->known, i == 0);
	}
	ck_assert_str_eq(v[0].example->known_reason, "it is known");
}
END_TEST

START_TEST(clusters_of_nothing)
{
	size_t n = 7;

	make("int f(int a);\n", W64, "sysv");
	add_column(&gcc, W64, "O2");
	matrix_judge(&m);
	report_clusters(stored(), &n);
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* ---- text ---- */

static const char *text_of(unsigned width, bool colour, bool everything)
{
	struct text_style style = { .columns = width,
				    .colour = colour,
				    .every_group = everything,
				    .every_finding = everything };
	struct str s = { 0 };
	const char *r;

	report_text(&s, stored(), NULL, &style);
	r = arena_strdup(arena, s.s);
	str_free(&s);
	return r;
}

/* A matrix in which everything there is to say is said, at length. */
static void make_rich(void)
{
	static struct compiler odd;
	size_t last;

	make("//! group a-group-with-a-long-name a reason that goes on for quite a while as well\n"
	     "int a_function_with_a_long_name(int first_argument, long second_argument,\n"
	     "double third_argument, unsigned long long fourth_argument, void *fifth_argument);\n"
	     "//! known gcc sysv,ms,regparm0,asmlinkage: known for a reason that takes more than a "
	     "line to tell, wherever one breaks it, as reasons do\n"
	     "int f(int a);\n"
	     "//! known clang sysv: it was expected once, for a reason that takes more than a line "
	     "to tell, and is no longer, which is told\n"
	     "int g(int a);\n",
	     W64, NULL);
	odd = clang;
	odd.name = "a-compiler-whose-name-is-as-long-as-a-path";
	for (int i = 0; i < 4; i++)
		add_column(&gcc, W64, arena_printf(arena, "O%d", i));
	for (int i = 0; i < 3; i++)
		add_column(&clang, W64, arena_printf(arena, "O%d", i));
	add_column(&odd, W64, "O1");
	last = add_column(&odd, W64, "O2");
	columns[last].unusable =
		"cannot make 64-bit code, says a message of the compiler's that is "
		"longer than a line of any terminal one might have";
	last = add_column(&gcc, W64, "Os");
	m.runs[last].run.why_not = "this place cannot run here, for a reason longer than a line of "
				   "any terminal that one might have, or so it is hoped";
	broken(0, 0, CL_CALLEE, CHECK_ARG, 4);
	broken(1, 0, CL_CALLER, CHECK_SAVED, GPR_BX);
	broken(4, 0, CL_CALLEE, CHECK_X87_STACK, 0);
	broken(5, 0, CL_CALLER, CHECK_FAULT, CL_FAULT_SEGV);
	for (size_t i = 0; i < 4; i++)
		broken(i, 1, CL_CALLEE, CHECK_SAVED, GPR_R12);
	matrix_judge(&m);
	ck_assert_uint_gt(m.nvanished, 0);
	ck_assert_uint_gt(m.known, 0);
}

START_TEST(text_fits)
{
	static const unsigned widths[] = { 60, 80, 120 };

	make_rich();
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		for (int everything = 0; everything < 2; everything++) {
			const char *line = text_of(widths[i], false, everything);

			while (*line) {
				size_t n = strcspn(line, "\n");

				/* Commands are for copying. */
				ck_assert_msg(n <= widths[i] ||
						      !strncmp(line, "  clobber run ", 14),
					      "%zu characters at width %u: %.*s", n, widths[i],
					      (int)n, line);
				ck_assert_msg(!n || line[n - 1] != ' ', "blank at the end: %.*s",
					      (int)n, line);
				line += n + (line[n] == '\n');
			}
		}
	}
}
END_TEST

/* Narrower than 60 is as 60. */
START_TEST(text_has_a_least_width)
{
	make_rich();
	ck_assert_str_eq(text_of(10, false, false), text_of(60, false, false));
	ck_assert_str_eq(text_of(0, false, true), text_of(60, false, true));
}
END_TEST

START_TEST(text_colour)
{
	const char *plain, *colour;
	struct str stripped = { 0 };

	make_rich();
	for (int everything = 0; everything < 2; everything++) {
		plain = text_of(80, false, everything);
		colour = text_of(80, true, everything);
		ck_assert_ptr_null(strchr(plain, '\033'));
		ck_assert_ptr_nonnull(strstr(colour, "\033[31mFAIL\033[0m"));
		stripped.len = 0;
		/* Every sequence is a colour and is ended; without them the text is the same. */
		while (*colour) {
			if (*colour == '\033') {
				size_t n = strspn(colour + 2, "0123456789;");

				ck_assert_int_eq(colour[1], '[');
				ck_assert_int_eq(colour[2 + n], 'm');
				colour += 3 + n;
				continue;
			}
			str_addn(&stripped, colour++, 1);
		}
		ck_assert_str_eq(stripped.s, plain);
	}
	str_free(&stripped);
}
END_TEST

/* All there is to say about a finding is said. */
START_TEST(text_findings)
{
	const char *text;

	make("int f(int a);\n", W64, "sysv");
	add_column(&gcc, W64, "O2");
	broken(0, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	matrix_judge(&m);
	text = text_of(250, false, false);
	ck_assert_ptr_nonnull(strstr(text, "violation  sysv/some/f  as callee  native\n"));
	ck_assert_ptr_nonnull(strstr(text, "cases/some.h:1: int f(int a)\n"));
	ck_assert_ptr_nonnull(strstr(text, "rbx after the call: expected preserved: 0x"));
	ck_assert_ptr_nonnull(strstr(text, "(which was in rcx at the call)"));
	ck_assert_ptr_nonnull(strstr(text, rules[RULE_SYSV_SAVED].name));
	ck_assert_ptr_nonnull(strstr(text, "  clobber run --cc gcc-12 --width 64 --opt O2"));
	ck_assert_ptr_nonnull(strstr(text, "FAIL  gcc-12: rbx is not preserved, as callee\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "\n\nFAIL  gcc-12: rbx is not preserved (sysv.registers.saved)\n"
			     "      2 calls checked\n"));
	text = text_of(250, false, true);
	ck_assert_ptr_nonnull(strstr(text, "2 planned = 2 executed + 0 not run"));
	ck_assert_ptr_nonnull(strstr(text, "1 violation, 1 pass"));
}
END_TEST

/* The first line as one, if it fits; else the rest of it on lines of its own. */
START_TEST(text_first_line)
{
	const char *text;

	make("int f(int a);\n"
	     "int a_function_whose_name_is_so_long_that_it_fills_a_line(int a);\n",
	     W64, "sysv");
	add_column(&gcc, W64, "O2");
	broken(0, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(0, 1, CL_CALLEE, CHECK_SP, 0);
	matrix_judge(&m);
	text = text_of(68, false, true);
	ck_assert_ptr_nonnull(strstr(text, "\nviolation  sysv/some/f  as callee  native\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "\nviolation\n"
			     "  sysv/some/a_function_whose_name_is_so_long_that_it_fills_a_line\n"
			     "    as callee  native\n"));
}
END_TEST

START_TEST(text_vanished)
{
	const char *text;

	make("//! known gcc sysv: no good\nint f(int a);\n", W64, "sysv");
	add_column(&gcc, W64, "O2");
	matrix_judge(&m);
	text = text_of(120, false, false);
	ck_assert_ptr_nonnull(strstr(text, "vanished"));
	ck_assert_ptr_nonnull(strstr(text, "no good"));
	ck_assert_ptr_nonnull(strstr(text, "cases/some.h:1"));
}
END_TEST

/* The words of the row that starts with this label. */
static const char *row_of(const char *text, const char *label)
{
	const char *line = strstr(text, label);
	struct str s = { 0 };
	const char *r, *end;

	ck_assert_msg(line, "no row `%s' in\n%s", label, text);
	line += strlen(label);
	end = line + strcspn(line, "\n");
	while (line < end) {
		size_t n;

		line += strspn(line, " ");
		n = strcspn(line, " \n");
		str_addf(&s, "%s%.*s", s.len ? " " : "", (int)n, line);
		line += n;
	}
	r = arena_strdup(arena, s.s);
	str_free(&s);
	return r;
}

/* A column of a compiler of its own. */
static size_t add_compiler(const struct compiler *like, const char *name)
{
	struct compiler *c = arena_alloc(arena, sizeof(*c));

	*c = *like;
	c->name = name;
	return add_column(c, W64, "O2");
}

/* Cells say who conforms: all options of a compiler together, whatever no document decides. */
START_TEST(text_cells)
{
	size_t c;

	make("int f(int a);\nint g(int a);\n//! known gcc sysv: reason\nint h(int a);\n", W64,
	     "sysv");
	c = add_compiler(&gcc, "known");
	broken(c, 2, CL_CALLEE, CHECK_SAVED, GPR_BX);
	add_compiler(&clang, "fine");
	c = add_compiler(&clang, "some");
	columns[c].absent[1] = UNSUPPORTED;
	c = add_compiler(&clang, "cannot");
	memset(columns[c].absent, UNSUPPORTED, 3);
	c = add_compiler(&clang, "notrun");
	m.runs[c].run.why_not = "no";
	c = add_compiler(&clang, "diverges");
	broken(c, 0, CL_CALLEE, CHECK_X87_STACK, 0);
	c = add_compiler(&clang, "one"); /* twice the same, which is one cause */
	broken(c, 0, CL_CALLEE, CHECK_X87_STACK, 0);
	broken(c, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(c, 2, CL_CALLER, CHECK_SAVED, GPR_BX);
	c = add_compiler(&clang, "two"); /* one at each optimisation */
	broken(c, 0, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	c = add_column(columns[c].compiler, W64, "O3");
	broken(c, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	c = add_compiler(&gcc, "mixed"); /* what is known behind what is not */
	broken(c, 2, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(c, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	c = add_compiler(&clang, "ice");
	columns[c].absent[0] = COMPILER_CRASH;
	columns[c].why[0] = "internal compiler error";
	c = add_compiler(&clang, "elsewhere");
	columns[c].place = PLACE_VMX;
	m.engine[PLACE_VMX] = "an engine";
	matrix_judge(&m);
	ck_assert_str_eq(row_of(text_of(160, false, false), "\nsysv  "),
			 "ok k ok ok - n/r ok FAIL 1 FAIL 2 FAIL 1 died 2 vmx ok");
	ck_assert_ptr_nonnull(strstr(text_of(250, false, false),
				     "k: known findings only   FAIL n: n causes   died n: the "
				     "compiler, on n cases   -: not expressible   n/r: not run\n"));
}
END_TEST

/* Conventions that all compilers keep alike are one row, but for those that lead the matrix. */
START_TEST(text_rows_fold)
{
	const char *text;

	make("int f(int a);\n", W32, NULL);
	add_column(&gcc, W32, "O2");
	for (size_t i = 0; i < plan.set[W32].n; i++) {
		if (!strcmp(plan.set[W32].v[i].call.conv->name, "stdcall"))
			broken(0, i, CL_CALLEE, CHECK_SAVED, GPR_BX);
	}
	matrix_judge(&m);
	text = text_of(80, false, false);
	ck_assert_str_eq(row_of(text, "\nregparm0  "), "ok");
	ck_assert_str_eq(row_of(text, "\nfastcall  "), "ok");
	ck_assert_str_eq(row_of(text, "\ncdecl, 4 more  "), "ok");
	ck_assert_str_eq(row_of(text, "\nstdcall  "), "FAIL 1");
	ck_assert_ptr_null(strstr(text, "\nthiscall"));
	text = text_of(80, false, true);
	ck_assert_ptr_nonnull(strstr(text, "\nthiscall              ok\n"));
}
END_TEST

/* The answer: who is fine, who is not, by cause while there are few, else by compiler; the compiler
 * that died last. */
START_TEST(text_answer)
{
	static const enum check others[] = { CHECK_ALIGN, CHECK_DF, CHECK_SP };
	size_t c;

	make("int f(int a);\nint g(int a);\nint h(int a);\nint i(int a);\nint k(int a);\n", W64,
	     "sysv");
	add_compiler(&gcc, "good");
	c = add_compiler(&clang, "bad");
	columns[c].absent[1] = COMPILER_CRASH;
	columns[c].why[1] = "internal compiler error";
	broken(c, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	matrix_judge(&m);
	ck_assert_ptr_nonnull(strstr(text_of(80, false, false),
				     "\nFAIL  bad: rbx is not preserved (sysv.registers.saved)\n"
				     "died  bad on 1 prototype, such as sysv/some/g\n"
				     "ok    good\n      20 calls checked\n"));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		broken(c, 2 + i, CL_CALLEE, others[i], 0);
	judge_again();
	ck_assert_ptr_nonnull(
		strstr(text_of(80, false, false),
		       "\nFAIL  bad: 4 causes; died on 1 prototype (sysv/some/g)\nok    good\n"));
}
END_TEST

/* Reasons that keep cases from running: the first with their number, the rest counted, each once.
 */
START_TEST(text_reasons)
{
	const char *text;

	make("int f(int a);\nint g(int a);\n", W64, "sysv");
	add_compiler(&gcc, "good");
	for (size_t i = 0; i < 7; i++) {
		size_t c = add_compiler(&gcc, arena_printf(arena, "lacks%zu", i));

		columns[c].absent[0] = WITHOUT_RUNTIME;
		columns[c].why[0] = arena_printf(arena, "calls `x%zu'", i < 4 ? i : 4);
	}
	matrix_judge(&m);
	text = text_of(80, false, false);
	ck_assert_ptr_nonnull(strstr(text, "not run: 2 cases, first of lacks0 -m64: calls `x0'\n"));
	ck_assert_ptr_nonnull(strstr(text, "not run here: more, for 2 other reasons: -v\n"));
}
END_TEST

/* ---- the other renderings ---- */

static const char *rendering(const char *format, bool everything)
{
	struct str s = { 0 };
	const char *r;

	report_format(format)->render(&s, stored(), everything);
	r = arena_strdup(arena, s.s ? s.s : "");
	str_free(&s);
	return r;
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text; text = strstr(text + strlen(what), what))
		n++;
	return n;
}

/* 72 columns of ASCII, but for commands, whatever the compilers print. */
START_TEST(mail_fits)
{
	make_rich();
	columns[7].unusable = "caract\xc3\xa8re inconnu \x1b[31mrouge";
	for (int everything = 0; everything < 2; everything++) {
		const char *line = rendering("txt", everything);

		/* In the answer; and among all that could not be built. */
		ck_assert_uint_eq(times(line, "?"), everything ? 4 : 2);
		while (*line) {
			size_t n = strcspn(line, "\n");

			ck_assert_msg(n <= 72 || !strncmp(line, "  clobber run ", 14), "%zu: %.*s",
				      n, (int)n, line);
			for (size_t i = 0; i < n; i++)
				ck_assert(line[i] >= ' ' && line[i] < 0x7f);
			line += n + (line[n] == '\n');
		}
	}
}
END_TEST

START_TEST(junit_counts)
{
	const char *text;
	xmlDocPtr doc;
	size_t unusable = 0;

	make_rich();
	text = rendering("junit", false);
	doc = xmlReadMemory(text, (int)strlen(text), "junit.xml", NULL, XML_PARSE_NOWARNING);
	ck_assert_ptr_nonnull(doc);
	xmlFreeDoc(doc);
	/* A suite a column, and one for what vanished. */
	ck_assert_uint_eq(times(text, "<testsuite "), plan.ncolumns + 1);
	/* What cannot be built is one test case. */
	for (size_t i = 0; i < m.ncells; i++)
		unusable += columns[m.cells[i].column].unusable != NULL;
	ck_assert_uint_gt(unusable, 1);
	ck_assert_uint_eq(times(text, "<testcase "), m.ncells - unusable + 1 + m.nvanished);
	ck_assert_uint_eq(times(text, "file=\"cases/some.h\" line=\""),
			  times(text, "<failure ") - m.nvanished);
	ck_assert_ptr_nonnull(strstr(text, "<testsuites name=\"clobber "));
	ck_assert_ptr_null(strstr(text, "time="));
	ck_assert_uint_gt(times(text, "<failure "), m.nvanished);
	ck_assert_uint_gt(times(text, "<skipped "), 0);
}
END_TEST

START_TEST(ktap_counts)
{
	const char *text;

	make_rich();
	text = rendering("ktap", false);
	ck_assert(!strncmp(text, "KTAP version 1\n1..", 18));
	ck_assert_uint_eq(times(text, "\n  ok ") + times(text, "\n  not ok "), m.ncells);
	ck_assert_uint_eq(times(text, "\nok ") + times(text, "\nnot ok "),
			  plan.ncolumns + m.nvanished);
	ck_assert_uint_gt(times(text, " # SKIP "), 0);
}
END_TEST

/* What means something to Markdown, GitHub's annotations or HTML does not, when it is data. */
START_TEST(data_is_no_markup)
{
	const char *text;

	make("//! known gcc sysv: a|b <i> *c* </script>\nint f(int a);\n"
	     "//! group more\nint g(int a, ...); /* int */\n",
	     W64, "sysv");
	add_column(&gcc, W64, "O2");
	broken(0, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	broken(0, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	matrix_judge(&m);
	text = rendering("md", false);
	ck_assert_ptr_nonnull(strstr(text, "a\\|b &lt;i> \\*c\\* &lt;/script>"));
	text = rendering("html", false);
	ck_assert_uint_eq(times(text, "</script>"), 2);
	/* The data is packed: none of it is in the page as it is. */
	ck_assert_ptr_null(strstr(text, "a|b"));
	text = rendering("github", false);
	ck_assert_uint_eq(times(text, "\n"), 1);
	ck_assert_ptr_nonnull(strstr(text, "::error file=cases/some.h,line=4,title=violation of "));
	ck_assert_ptr_nonnull(strstr(text, "%0A"));
}
END_TEST

/* ---- JSON ---- */

static json_t *parse_json(void)
{
	struct str s = { 0 };
	json_error_t error;
	json_t *j, *document;

	document = report_document(&m, NULL, "clobber run --seed 5");
	report_json(&s, document);
	json_decref(document);
	j = json_loads(s.s, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(j != NULL, "line %d: %s", error.line, error.text);
	ck_assert_int_eq(s.s[s.len - 1], '\n');
	str_free(&s);
	return j;
}

/* Every object of the array has these keys, separated by blanks, and no others. */
static void has_keys(const json_t *object, const char *what, const char *keys)
{
	char *copy = arena_strdup(arena, keys), *save = NULL;
	size_t n = 0;

	for (char *k = strtok_r(copy, " ", &save); k; k = strtok_r(NULL, " ", &save)) {
		ck_assert_msg(json_object_get(object, k) != NULL, "%s: no `%s'", what, k);
		n++;
	}
	ck_assert_msg(json_object_size(object) == n, "%s: keys that are not documented", what);
}

static const json_t *list_with_keys(const json_t *root, const char *name, const char *keys)
{
	const json_t *list = json_object_get(root, name);
	json_t *item;
	size_t i;

	ck_assert_msg(json_is_array(list) && json_array_size(list) > 0, "`%s' is empty", name);
	json_array_foreach(list, i, item) has_keys(item, name, keys);
	return list;
}

static json_int_t number(const json_t *object, const char *key)
{
	const json_t *j = json_object_get(object, key);

	ck_assert_msg(json_is_integer(j), "`%s' is no integer", key);
	return json_integer_value(j);
}

static json_int_t verdict_sum(const json_t *object)
{
	json_int_t sum = 0;

	for (int v = 0; v < VERDICT_COUNT; v++)
		sum += number(object, verdict_info[v].name);
	return sum;
}

START_TEST(json_keys)
{
	json_t *root;

	make_rich();
	root = parse_json();
	has_keys(
		root, "root",
		"schema tool host places columns rows cells findings narrow vanished claims totals checks "
		"rules cases examples differences");
	ck_assert_int_eq(number(root, "schema"), MATRIX_SCHEMA);
	has_keys(json_object_get(root, "tool"), "tool",
		 "name version edition seed command documents");
	list_with_keys(json_object_get(root, "tool"), "documents", "title edition");
	has_keys(json_object_get(root, "host"), "host", "system release machine cpu");
	list_with_keys(root, "places", "name engine compared alone instead why_not");
	list_with_keys(
		root, "columns",
		"id name compiler family version path width opt profile place engine text_hash "
		"unusable why_not");
	list_with_keys(root, "rows", "id convention width group direction headline");
	list_with_keys(root, "cells",
		       "row column place verdict planned executed not_run known counts reason");
	list_with_keys(root, "findings",
		       "case prototype where convention direction check rule verdict subject "
		       "expected observed origin column place known known_reason repro");
	list_with_keys(root, "vanished", "case compiler where reason");
	list_with_keys(root, "checks", "name what");
	list_with_keys(root, "rules", "name document edition section status sentence");
	list_with_keys(root, "cases",
		       "id width profile convention group where prototype placement");
	list_with_keys(root, "examples", "finding assembly code");
	json_decref(root);
}
END_TEST

/* Totals are the sums of the cells; rows and columns that cells and findings name exist. */
START_TEST(json_sums)
{
	static const char *const keys[] = { "planned", "executed", "not_run", "known" };
	json_int_t sum[ARRAY_SIZE(keys)] = { 0 }, bad;
	const json_t *cells, *totals, *findings;
	json_t *root, *item;
	size_t i;

	make_rich();
	root = parse_json();
	cells = json_object_get(root, "cells");
	totals = json_object_get(root, "totals");
	findings = json_object_get(root, "findings");
	json_array_foreach(cells, i, item)
	{
		const json_t *counts = json_object_get(item, "counts");

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			sum[k] += number(item, keys[k]);
		ck_assert_int_eq(number(item, "planned"),
				 number(item, "executed") + number(item, "not_run"));
		ck_assert_int_eq(verdict_sum(counts), number(item, "planned"));
		ck_assert_int_gt(
			number(counts, json_string_value(json_object_get(item, "verdict"))), 0);
	}
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		ck_assert_int_eq(sum[k], number(totals, keys[k]));
	ck_assert_int_eq(verdict_sum(totals), number(totals, "planned"));
	bad = number(totals, "violation") + number(totals, "crash") + number(totals, "timeout");
	ck_assert_int_eq(bad, number(totals, "known") + number(totals, "unexpected"));
	ck_assert_uint_eq(json_array_size(findings), m.nfindings);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "vanished")), m.nvanished);
	json_decref(root);
}
END_TEST

START_TEST(json_finding)
{
	json_t *root, *f;

	make("int f(int a);\n", W64, "sysv");
	add_column(&gcc, W64, "O2");
	broken(0, 0, CL_CALLER, CHECK_SAVED, GPR_BX);
	matrix_judge(&m);
	root = parse_json();
	f = json_array_get(json_object_get(root, "findings"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(f, "case")), "sysv/some/f");
	ck_assert_str_eq(json_string_value(json_object_get(f, "where")), "cases/some.h:1");
	ck_assert_str_eq(json_string_value(json_object_get(f, "direction")), "caller");
	ck_assert_str_eq(json_string_value(json_object_get(f, "check")), "callee-saved");
	ck_assert_str_eq(json_string_value(json_object_get(f, "verdict")), "violation");
	ck_assert_str_eq(json_string_value(json_object_get(f, "column")), "gcc-12/64/O2");
	ck_assert(json_is_false(json_object_get(f, "known")));
	ck_assert(json_is_null(json_object_get(f, "known_reason")));
	json_decref(root);
}
END_TEST

/* A compiler may print what is no UTF-8: the report stays readable. */
START_TEST(json_not_utf8)
{
	json_t *root;
	size_t c;

	make("int f(int a);\n", W64, "sysv");
	c = add_column(&gcc, W64, "O2");
	columns[c].absent[0] = UNSUPPORTED;
	columns[c].why[0] = "erreur: caract\xe8re inconnu";
	c = add_column(&clang, W64, "O2");
	columns[c].absent[0] = COMPILER_CRASH;
	columns[c].why[0] = "\xff\xfe";
	matrix_judge(&m);
	root = parse_json();
	ck_assert_uint_eq(json_array_size(json_object_get(root, "findings")), 2);
	json_decref(root);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, clusters_merge);
	tcase_add_test(t, clusters_differ);
	tcase_add_test(t, clusters_follow);
	tcase_add_test(t, clusters_order);
	tcase_add_test(t, clusters_of_nothing);
	tcase_add_test(t, text_fits);
	tcase_add_test(t, text_has_a_least_width);
	tcase_add_test(t, text_colour);
	tcase_add_test(t, text_findings);
	tcase_add_test(t, text_first_line);
	tcase_add_test(t, text_vanished);
	tcase_add_test(t, text_cells);
	tcase_add_test(t, text_rows_fold);
	tcase_add_test(t, text_answer);
	tcase_add_test(t, text_reasons);
	tcase_add_test(t, mail_fits);
	tcase_add_test(t, junit_counts);
	tcase_add_test(t, ktap_counts);
	tcase_add_test(t, data_is_no_markup);
	tcase_add_test(t, json_keys);
	tcase_add_test(t, json_sums);
	tcase_add_test(t, json_finding);
	tcase_add_test(t, json_not_utf8);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
