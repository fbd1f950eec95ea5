/* SPDX-License-Identifier: MIT */
/* Tests of gen_select: which cases there are at a width, what is refused, and batches. */
#include "gen/gen.h"
#include "gen/select_test.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *error_of(const struct case_list *list, enum width w)
{
	const char *error = NULL;
	struct gen_set set;

	ck_assert_int_eq(gen_select(arena, list, w, NULL, &set, &error), -1);
	ck_assert_ptr_nonnull(error);
	return error;
}

/* The ids of a set, in order. */
static const char *ids(const struct gen_set *set)
{
	const char *s = "";

	for (size_t i = 0; i < set->n; i++)
		s = arena_printf(arena, "%s%s%s", s, i ? " " : "", set->v[i].id);
	return s;
}

START_TEST(every_convention_of_the_width)
{
	struct case_list list = parse("int f(int a);");
	struct gen_set narrow = select_of(&list, W32, NULL), wide = select_of(&list, W64, NULL);
	size_t n[WIDTHS] = { 0 };

	for (const struct convention *const *c = conventions; *c; c++)
		n[(*c)->width] += convention_in(*c, profile_user((*c)->width)) && !(*c)->named_only;
	ck_assert_int_eq(narrow.width, W32);
	ck_assert_uint_eq(narrow.n, n[W32]);
	ck_assert_uint_eq(wide.n, n[W64]);
	ck_assert_uint_eq(narrow.inapplicable + wide.inapplicable, 0);
	for (size_t i = 0; i < narrow.n; i++) {
		ck_assert_int_eq(narrow.v[i].call.conv->width, W32);
		ck_assert_uint_eq(narrow.v[i].index, i);
	}
	/* The four that lead every matrix lead here. */
	ck_assert_str_eq(narrow.v[0].id, "regparm0/some/f");
	ck_assert_str_eq(narrow.v[1].id, "fastcall/some/f");
	ck_assert_str_eq(ids(&wide), "regparm0/some/f asmlinkage/some/f sysv/some/f ms/some/f");
	ck_assert_str_eq(wide.v[2].symbol, "sysv_some_f");
}
END_TEST

/* Some conventions have only the cases that name them, and all when they are asked for. */
START_TEST(named_only)
{
	struct case_list list = parse("int f(int a); __attribute__((preserve_most)) int g(int a);\n"
				      "//! abi preserve_most\nint h(void);");
	static const char *const one[] = { "preserve_most", NULL };
	const char *error = NULL;
	struct gen_set set = select_of(&list, W64, NULL);
	unsigned n = 0;

	for (size_t i = 0; i < set.n; i++)
		n += set.v[i].call.conv->named_only;
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(gen_select(arena, &list, W64, one, &set, &error), 0);
	ck_assert_str_eq(ids(&set), "preserve_most/some/f preserve_most/some/g "
				    "preserve_most/some/h");
}
END_TEST

START_TEST(filtered)
{
	struct case_list list = parse("int f(int a); int g(void);");
	static const char *const two[] = { "ms", "sysv", NULL };
	static const char *const none[] = { NULL };
	const char *error = NULL;
	struct gen_set set;

	ck_assert_int_eq(gen_select(arena, &list, W64, two, &set, &error), 0);
	/* In the order of the table, not of the filter. */
	ck_assert_str_eq(ids(&set), "sysv/some/f sysv/some/g ms/some/f ms/some/g");
	ck_assert_int_eq(gen_select(arena, &list, W32, two, &set, &error), 0);
	ck_assert_uint_eq(set.n, 0);
	ck_assert_uint_eq(set.nbatches, 0);
	ck_assert_int_eq(gen_select(arena, &list, W64, none, &set, &error), 0);
	ck_assert_uint_eq(set.n, 0);
}
END_TEST

START_TEST(annotated)
{
	struct case_list list = parse("//! abi fastcall sysv\n"
				      "int f(int a);\n"
				      "//! abi ms\n"
				      "int g(int a);\n"
				      "//! abi cdecl\n"
				      "int h(int a);\n");
	struct gen_set set = select_of(&list, W64, NULL);

	ck_assert_str_eq(ids(&set), "sysv/some/f ms/some/g");
	set = select_of(&list, W32, NULL);
	ck_assert_str_eq(ids(&set), "fastcall/some/f cdecl/some/h");
	set = select_of(&list, W32, "cdecl");
	ck_assert_str_eq(ids(&set), "cdecl/some/h");
	/* What an annotation leaves out is not inapplicable. */
	ck_assert_uint_eq(set.inapplicable, 0);
}
END_TEST

START_TEST(explicit_attribute)
{
	struct case_list list = parse("__attribute__((stdcall)) int f(int a);\n"
				      "__attribute__((regparm(0))) int g(int a);\n"
				      "__attribute__((ms_abi)) int h(int a);\n");
	struct gen_set set = select_of(&list, W32, NULL);

	ck_assert_str_eq(ids(&set), "regparm0/some/g stdcall/some/f");
	ck_assert_str_eq(gen_prototype(arena, &set.v[1].call),
			 "__attribute__((stdcall)) int f(int a)");
	set = select_of(&list, W64, NULL);
	ck_assert_str_eq(ids(&set), "regparm0/some/g ms/some/h");
	set = select_of(&list, W32, "fastcall");
	ck_assert_uint_eq(set.n, 0);
}
END_TEST

START_TEST(inapplicable_is_counted)
{
	struct case_list list = parse("int f(__int128 a); __int128 g(void); int h(int a);");
	struct gen_set set = select_of(&list, W32, "cdecl");

	ck_assert_str_eq(ids(&set), "cdecl/some/h");
	ck_assert_uint_eq(set.inapplicable, 2);
	ck_assert_uint_eq(set.v[0].index, 0);
	set = select_of(&list, W64, "sysv");
	ck_assert_uint_eq(set.n, 3);
	ck_assert_uint_eq(set.inapplicable, 0);
}
END_TEST

/* Wrong whatever the width asked for, and found before anything is placed. */
START_TEST(unknown_convention)
{
	struct case_list list = parse("int f(void);\n\n//! abi sysv pascal\n  int g(int a);\n");

	for (enum width w = W32; w < WIDTHS; w++)
		ck_assert_str_eq(
			error_of(&list, w),
			"cases/some.h:4:7: error: `//! abi' of g names the unknown convention "
			"`pascal'\nhint: `clobber list abis' prints them");
}
END_TEST

START_TEST(duplicate_symbols)
{
	struct case_list list = { 0 };

	parse_into(&list, "one/x.h", "int f(int a);\n");
	parse_into(&list, "two/x.h", "\nint g(int a);\nint f(long a);\n");
	ck_assert_str_eq(error_of(&list, W64),
			 "two/x.h:3:5: error: `f' is already the case declared at one/x.h:1\n"
			 "hint: rename one of them or its file");
}
END_TEST

/* What C cannot spell becomes `_', which may make two names one: an error too, not a wrong link. */
START_TEST(symbols_are_c)
{
	struct case_list list = { 0 };
	struct gen_set set;

	parse_into(&list, "a/x-1.h", "int f(int a);\n");
	set = select_of(&list, W64, "sysv");
	ck_assert_str_eq(set.v[0].symbol, "sysv_x_1_f");
	ck_assert_str_eq(set.v[0].id, "sysv/x-1/f");
	parse_into(&list, "a/x_1.h", "int f(int a);\n");
	ck_assert_ptr_nonnull(strstr(error_of(&list, W64), "`f' is already the case"));
}
END_TEST

/* `n` functions of a prefix. */
static const char *many(const char *prefix, unsigned n)
{
	struct str s = { 0 };
	char *r;

	for (unsigned i = 0; i < n; i++)
		str_addf(&s, "int %s%u(int a);\n", prefix, i);
	r = arena_strdup(arena, s.s);
	str_free(&s);
	return r;
}

START_TEST(batches)
{
	struct case_list list = { 0 };
	struct gen_set set;
	size_t next = 0;

	parse_into(&list, "cases/a.h", many("a", 201));
	parse_into(&list, "cases/b.h", many("b", 50));
	parse_into(&list, "cases/c.h", many("c", 1));
	set = select_of(&list, W64, NULL);
	ck_assert_uint_eq(set.nbatches, 4 * 3);
	for (size_t i = 0; i < set.nbatches; i++) {
		const struct gen_batch *b = &set.batch[i];

		ck_assert_uint_eq(b->first, next);
		ck_assert_uint_ge(b->n, 1);
		ck_assert_uint_le(b->n, 100);
		for (size_t k = b->first; k < b->first + b->n; k++) {
			const struct gen_case *c = &set.v[k], *first = &set.v[b->first];

			ck_assert_uint_eq(c->batch, i);
			ck_assert_ptr_eq(c->call.conv, first->call.conv);
		}
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(b->name, set.batch[k].name);
		next += b->n;
	}
	ck_assert_uint_eq(next, set.n);
	ck_assert_str_eq(set.batch[0].name, "regparm0_a_0");
	ck_assert_str_eq(set.batch[2].name, "regparm0_a_2");
	ck_assert_uint_eq(set.batch[2].n, 1 + 50 + 1);
	ck_assert_str_eq(set.batch[3].name, "asmlinkage_a_0");
}
END_TEST

/* How many batches the cases of these two files take under one convention. */
static size_t batches_of(const char *one, const char *two)
{
	struct case_list list = { 0 };

	parse_into(&list, "cases/one.h", one);
	parse_into(&list, "cases/two.h", two);
	return select_of(&list, W64, "sysv").nbatches;
}

START_TEST(batches_of_one_name)
{
	static const char s[] = "struct s { int a; };\nint f(struct s a);\n";

	ck_assert_uint_eq(batches_of(s, "int f(int a);\n"), 1);
	ck_assert_uint_eq(batches_of(s, "struct t { int a; };\nint f(struct t a);\n"), 1);
	/* Two of one name, however they are reached, and though they be alike. */
	ck_assert_uint_eq(batches_of(s, s), 2);
	ck_assert_uint_eq(batches_of(s, "enum s { A };\nint f(enum s a);\n"), 2);
	ck_assert_uint_eq(batches_of(s, "struct s;\nint f(struct s *a);\n"), 2);
	ck_assert_uint_eq(batches_of(s, "struct s { int a; };\nstruct u { struct s a[2]; };\n"
					"int f(struct u (*a)(int));\n"),
			  2);
	ck_assert_uint_eq(batches_of("enum s { A };\nint f(enum s a);\n",
				     "enum t { A };\nint f(enum t a);\n"),
			  2);
	ck_assert_uint_eq(batches_of("typedef struct { int a; } s;\nint f(s a);\n",
				     "typedef union { int a; } s;\nint f(s a);\n"),
			  2);
}
END_TEST

/* Batches name files: two folders may have a file of the same name without one's cases
 * overwriting the other's. */
START_TEST(batches_of_equal_stems)
{
	struct case_list list = { 0 };
	const char *error = NULL;
	struct gen_set set;

	parse_into(&list, "one/x.h", "int f(int a);\n");
	parse_into(&list, "two/x.h", "int g(int a);\n");
	if (gen_select(arena, &list, W64, NULL, &set, &error) < 0) {
		ck_assert_ptr_nonnull(strstr(error, "two/x.h:1"));
		return;
	}
	for (size_t i = 0; i < set.nbatches; i++) {
		for (size_t k = 0; k < i; k++)
			ck_assert_msg(strcmp(set.batch[i].name, set.batch[k].name),
				      "batches %zu and %zu are both %s", k, i, set.batch[i].name);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("select");
	TCase *t = tcase_create("select");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, every_convention_of_the_width);
	tcase_add_test(t, named_only);
	tcase_add_test(t, filtered);
	tcase_add_test(t, annotated);
	tcase_add_test(t, explicit_attribute);
	tcase_add_test(t, inapplicable_is_counted);
	tcase_add_test(t, unknown_convention);
	tcase_add_test(t, duplicate_symbols);
	tcase_add_test(t, symbols_are_c);
	tcase_add_test(t, batches);
	tcase_add_test(t, batches_of_one_name);
	tcase_add_test(t, batches_of_equal_stems);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
