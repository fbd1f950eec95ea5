/* SPDX-License-Identifier: MIT */
/* What contracts say, at both widths, and what is made up where they are silent. That functions are
 * held against it is tested end to end in harness/test_check.py. */
#include "check/contract.h"
#include "payload/case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *a;

static void setup(void)
{
	a = arena_new();
}

static void teardown(void)
{
	arena_free(a);
}

static const char *try_read(const char *text, enum width w, const char *abi,
			    struct contract_file *out)
{
	struct case_list cases = { 0 };
	struct contract_source source = { .text = text, .len = strlen(text) };
	const char *error = NULL;

	if (proto_parse_file(a, "c.h", text, &cases, &error) == 0)
		contract_read(a, &cases, &source, w, abi, EDITION_LATEST, NULL, NULL, out, &error);
	return error;
}

static struct contract_file read_file(const char *text, enum width w, const char *abi)
{
	struct contract_file f;
	const char *error = try_read(text, w, abi, &f);

	ck_assert_msg(!error, "%s", error);
	return f;
}

START_TEST(convention_by_default)
{
	struct contract_file f = read_file("long f(int x, char *p);", (enum width)_i, NULL);
	const struct contract *c = &f.v[0];

	ck_assert_uint_eq(f.n, 1);
	ck_assert_str_eq(c->call.conv->name, _i == W64 ? "sysv" : "cdecl");
	ck_assert_uint_eq(c->kept.gpr, c->call.conv->preserved.gpr);
	ck_assert_uint_eq(c->align_entry, 16);
	ck_assert_uint_eq(c->align_calls, 16);
	ck_assert_uint_eq(c->pop, 0);
	ck_assert_uint_eq(c->area, _i == W64 ? 0 : 8);
	ck_assert_uint_eq(c->input[0].d.loc[0].kind, _i == W64 ? CL_GPR : CL_STACK);
	ck_assert_uint_eq(c->input[1].d.role, CT_PAGE);
	ck_assert_uint_eq(c->input[1].d.flags & CT_CHARACTERS, CT_CHARACTERS);
}
END_TEST

START_TEST(conventions_named)
{
	const char *text =
		"//! abi fastcall ms\nvoid f(int x);\n__attribute__((stdcall)) void g(int x);"
		"void h(int x);\n//! abi sysv\nvoid only64(void);";
	struct contract_file f = read_file(text, W32, "regparm3");

	ck_assert_uint_eq(f.n, 3);
	ck_assert_uint_eq(f.skipped, 1);
	ck_assert_str_eq(f.v[0].call.conv->name, "fastcall");
	ck_assert_str_eq(f.v[1].call.conv->name, "stdcall");
	ck_assert_uint_eq(f.v[1].pop, 4);
	ck_assert_str_eq(f.v[2].call.conv->name, "regparm3");
	ck_assert_ptr_nonnull(strstr(try_read("void f(void);", W64, "stdcall", &f),
				     "convention `stdcall' does not exist at 64 bit"));
}
END_TEST

START_TEST(kernel_stack)
{
	struct contract_file f = read_file("//! abi kernel\nvoid f(void);", (enum width)_i, NULL);

	ck_assert_uint_eq(f.v[0].align_entry, word_bytes((enum width)_i));
	ck_assert_uint_eq(f.v[0].align_calls, word_bytes((enum width)_i));
}
END_TEST

START_TEST(places)
{
	const char *text = "//! in x stack 3\n//! in/32 y cx\n//! in/64 y r9\n//! out stack 4\n"
			   "void f(int x, long y);";
	struct contract_file f = read_file(text, (enum width)_i, NULL);
	const struct contract *c = &f.v[0];
	unsigned word = word_bytes((enum width)_i);

	ck_assert_uint_eq(c->input[0].d.loc[0].kind, CL_STACK);
	ck_assert_uint_eq(c->input[0].d.loc[0].stack, 2 * word);
	ck_assert_uint_eq(c->input[0].d.loc[0].bytes, 4);
	ck_assert_uint_eq(c->input[1].d.loc[0].reg, _i == W64 ? GPR_R9 : GPR_CX);
	ck_assert_uint_eq(c->area, 4 * word);
}
END_TEST

START_TEST(outputs_are_not_kept)
{
	struct contract_file f =
		read_file("//! keeps all but cx\n//! out bx = 1 else 2\nvoid f(void);", W64, NULL);

	ck_assert_uint_eq(f.v[0].kept.gpr, 0xffff & ~(GPR_BIT(SP) | GPR_BIT(CX) | GPR_BIT(BX)));
	ck_assert(f.v[0].out[0].has_else);
	ck_assert_int_eq(f.v[0].out[0].other.number, 2);
}
END_TEST

START_TEST(callees_are_probes)
{
	struct contract_file f =
		read_file("//! calls g(1, p) maybe\n//! calls p() often\n"
			  "void f(void (*p)(void));\nint g(int a, void (*b)(void));",
			  W64, NULL);

	ck_assert_uint_eq(f.n, 1);
	ck_assert_uint_eq(f.nprobes, 2);
	ck_assert_str_eq(f.probe[0].symbol, "g");
	ck_assert_ptr_null(f.probe[1].symbol);
	ck_assert_int_eq(f.v[0].calls[0].mode, CT_MAYBE);
	ck_assert_int_eq(f.v[0].calls[1].mode, CT_OFTEN);
	ck_assert_int_eq(f.v[0].input[0].probe, 1);
	ck_assert_uint_eq(f.v[0].input[0].d.role, CT_PROBE);
}
END_TEST

START_TEST(made_up)
{
	static const char *const lengths[] = { "n",       "len",   "nbytes", "un",
					       "buf_len", "count", "size",   "num" };
	static const char *const others[] = { "x", "flags", "carry", "plane", "cnt2" };
	struct contract_file f;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		f = read_file(arena_printf(a, "void f(char *p, long %s);", lengths[i]), W64, NULL);
		ck_assert_msg(f.v[0].input[1].d.role == CT_RANGE, "%s", lengths[i]);
		ck_assert_uint_eq(f.v[0].input[1].d.from[0], 0);
		ck_assert_uint_eq(f.v[0].input[1].d.to[0], 4096);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		f = read_file(arena_printf(a, "void f(char *p, long %s);", others[i]), W64, NULL);
		ck_assert_msg(f.v[0].input[1].d.role == CT_RANDOM, "%s", others[i]);
	}
	/* Nothing to measure. */
	f = read_file("void f(long n);", W64, NULL);
	ck_assert_uint_eq(f.v[0].input[0].d.role, CT_RANDOM);
}
END_TEST

START_TEST(const_is_read_only)
{
	static const struct {
		const char *text;
		bool read_only;
	} cases[] = {
		{ "void f(const int *p);", true },
		{ "void f(int const *p);", true },
		{ "void f(int *const p);", false },
		{ "void f(int *p);", false },
		{ "void f(const char **p);", false },
		{ "void f(int x, const int *p);", true },
		{ "void f(const int *q, int *p);", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct contract_file f = read_file(cases[i].text, W64, NULL);
		const struct contract *c = &f.v[0];
		bool got = c->input[c->ninputs - 1].d.flags & CT_READ_ONLY;

		ck_assert_msg(got == cases[i].read_only, "%s", cases[i].text);
	}
}
END_TEST

START_TEST(buffers)
{
	struct contract_file f = read_file("//! arg n count 9 of p, q from 2\n//! arg q read-only\n"
					   "void f(short *p, double *q, int n);",
					   W32, NULL);
	const struct contract_input *in = f.v[0].input;

	ck_assert_uint_eq(in[0].d.role, CT_BUFFER);
	ck_assert_uint_eq(in[0].d.unit, 2);
	ck_assert_uint_eq(in[0].d.sized, 3);
	ck_assert_uint_eq(in[0].d.align, 2);
	ck_assert_uint_eq(in[1].d.unit, 8);
	ck_assert_uint_eq(in[1].d.align, 4);
	ck_assert_uint_eq(in[1].d.flags & CT_READ_ONLY, CT_READ_ONLY);
	ck_assert_uint_eq(in[2].d.from[0], 2);
	ck_assert_uint_eq(in[2].d.to[0], 9);
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{ "void f(__int128 a);", "`f' cannot be called under cdecl" },
		{ "//! calls g()\nvoid f(void);\nstruct s { int a[9]; } g(void);",
		  "no probe can stand in for `g'" },
		{ "//! jumps to ax\n//! returns never\nvoid f(void);",
		  "it jumps, or it never returns" },
		{ "//! in a cx\n//! in a dx\nvoid f(int a);", "a second place for one input" },
		{ "//! in a cx\nvoid f(long long a);", "the input does not fit into a register" },
		{ "//! out ax\n//! out eax\nvoid f(void);", "a second `out' for one place" },
		{ "//! returns 1\nvoid f(void);", "return value cannot be compared" },
		{ "__attribute__((fastcall)) void f(double a, int b);",
		  "no document says where argument 2 goes under fastcall" },
	};
	struct contract_file f;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *error = try_read(cases[i].text, W32, NULL, &f);

		ck_assert_msg(error && strstr(error, cases[i].what) && !strncmp(error, "c.h:", 4),
			      "%s: %s", cases[i].text, error ? error : "(no error)");
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("contract");
	TCase *t = tcase_create("contract");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, convention_by_default, W32, WIDTHS);
	tcase_add_test(t, conventions_named);
	tcase_add_loop_test(t, kernel_stack, W32, WIDTHS);
	tcase_add_loop_test(t, places, W32, WIDTHS);
	tcase_add_test(t, outputs_are_not_kept);
	tcase_add_test(t, callees_are_probes);
	tcase_add_test(t, made_up);
	tcase_add_test(t, const_is_read_only);
	tcase_add_test(t, buffers);
	tcase_add_test(t, refused);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
