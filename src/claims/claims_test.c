/* SPDX-License-Identifier: MIT */
/* Unit tests of src/claims: the tables fit together, and objects are read, compared and measured as
 * what nasm made them. */
#include "claims/claims.h"
#include "claims/object.h"
#include "util/folder_test.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *root;

/* Assemble, and read what came of it. */
static struct object assembled(const char *name, const char *text, enum width w)
{
	const char *source = in_folder(arena_printf(arena, "%s.asm", name));
	const char *object = in_folder(arena_printf(arena, "%s.o", name));
	struct object o;

	ck_assert_int_eq(file_write(source, text, strlen(text)), 0);
	ck_assert_int_eq(system(arena_printf(arena, "nasm -f elf%u -o %s %s", width_bits(w), object,
					     source)),
			 0);
	ck_assert_ptr_null(object_read(arena, object, &o));
	return o;
}

START_TEST(tables_fit)
{
	for (int i = 0; i < CLAIMS; i++) {
		unsigned widths = 0;
		bool decides = false;

		ck_assert_int_eq(all_claims[i].number, i + 1);
		for (const struct step *s = claim_steps; s->claim; s++) {
			if (s->claim != i + 1)
				continue;
			widths |= s->widths;
			decides = decides || s->weight == DECIDES;
			ck_assert_msg(!(s->widths & ~all_claims[i].widths),
				      "claim %d has a step at a width it is not about", i + 1);
		}
		ck_assert_msg(widths == all_claims[i].widths, "claim %d: a width without a step",
			      i + 1);
		ck_assert_msg(decides, "claim %d: nothing decides it", i + 1);
	}
}
END_TEST

/* Nor does a contract count that nothing broken fails: of the same function. */
START_TEST(contracts_have_twins)
{
	for (const struct step *s = claim_steps; s->claim; s++) {
		const char *file = arena_strndup(arena, s->b, strcspn(s->b, ":"));
		unsigned vouched = 0;

		if (s->kind != STEP_CONTRACT)
			continue;
		ck_assert_msg(access(arena_printf(arena, "%s/cases/thread/claims/%s", root, file),
				     R_OK) == 0,
			      "no contracts %s", file);
		for (const struct step *t = claim_steps; t->claim; t++) {
			if (t->claim == s->claim && t->kind == STEP_CONTRACT_CAUGHT &&
			    !strcmp(t->b, s->b))
				vouched |= t->widths;
		}
		ck_assert_msg(!(s->widths & ~vouched), "claim %d holds %s, and no broken one",
			      s->claim, s->b);
	}
}
END_TEST

/* What runs must be vouched for, at each width, by something broken that is caught. */
START_TEST(runs_have_twins)
{
	for (const struct step *s = claim_steps; s->claim; s++) {
		unsigned vouched = 0;

		if (s->kind != STEP_PASS || s->weight == NOTES)
			continue;
		for (const struct step *t = claim_steps; t->claim; t++) {
			if (t->claim == s->claim && t->kind == STEP_CAUGHT)
				vouched |= t->widths;
		}
		ck_assert_msg(!(s->widths & ~vouched), "claim %d runs %s, and no broken one",
			      s->claim, s->a);
	}
}
END_TEST

START_TEST(sources_exist)
{
	for (const struct step *s = claim_steps; s->claim; s++) {
		if (s->kind == STEP_PASS || s->kind == STEP_CAUGHT || s->kind == STEP_PLACEMENT)
			continue;
		ck_assert_msg(access(arena_printf(arena, "%s/cases/thread/claims/%s", root, s->a),
				     R_OK) == 0,
			      "no source %s", s->a);
	}
}
END_TEST

START_TEST(only_needed_cases)
{
	bool wanted[CLAIMS] = { [16] = true };

	ck_assert_ptr_null(claims_cases(arena, wanted));
	wanted[20] = true; /* claim 21 */
	ck_assert_str_eq(claims_cases(arena, wanted),
			 "cases/thread/vmread.h,cases/thread/entries.h,"
			 "cases/thread/claims/broken.cases");
}
END_TEST

static const char plain[] = "extern g\nglobal f\nf:\tpush rbx\n\tmov ebx, edi\n\tcall g\n"
			    "\tpush rbp\n\tpop rbp\n\tpop rbx\n\tret\n\tnop\n";

START_TEST(same_code_is_the_same)
{
	struct object x = assembled("x", plain, W64), y = assembled("y", plain, W64);
	const char *difference = NULL;

	ck_assert(object_same(arena, &x, &y, &difference));
}
END_TEST

START_TEST(other_instruction)
{
	struct object x = assembled("x", plain, W64);
	struct object y =
		assembled("y", "extern g\nglobal f\nf:\tpush rbx\n\tmov ebx, esi\n\tcall g\n", W64);
	const char *difference = NULL;

	ck_assert(!object_same(arena, &x, &y, &difference));
	ck_assert_str_eq(difference, "at .text+0x2 `mov ebx, edi' against `mov ebx, esi'");
}
END_TEST

/* The bytes are the same here: only the relocation differs. */
START_TEST(other_symbol)
{
	struct object x = assembled("x", "extern g\nf:\tcall g\n", W64);
	struct object y = assembled("y", "extern h\nf:\tcall h\n", W64);
	const char *difference = NULL;

	ck_assert(!object_same(arena, &x, &y, &difference));
	ck_assert_ptr_nonnull(strstr(difference, "-> g' against"));
	ck_assert_ptr_nonnull(strstr(difference, "-> h'"));
}
END_TEST

START_TEST(longer_code)
{
	struct object x = assembled("x", "f:\tret\n", W32),
		      y = assembled("y", "f:\tret\n\tret\n", W32);
	const char *difference = NULL;

	ck_assert(!object_same(arena, &x, &y, &difference));
	ck_assert_str_eq(difference, "at .text+0x1 the end against `ret'");
}
END_TEST

START_TEST(measured)
{
	struct object o = assembled("x", plain, W64);
	struct object_size m;

	ck_assert_ptr_null(object_find(&o, "h"));
	ck_assert(object_measure(&o, object_find(&o, "f"), &m));
	/* Without the padding at its end. */
	ck_assert_uint_eq(m.instructions, 7);
	ck_assert_uint_eq(m.bytes, 12);
	ck_assert_uint_eq(m.saved, 1); /* rbp is pushed behind the call */
	ck_assert(m.written & GPR_BIT(BX));
	ck_assert(!(m.written & (GPR_BIT(DI) | GPR_BIT(BP))));
}
END_TEST

START_TEST(refused_files)
{
	struct object o;
	const char *path = in_folder("x.o");
	char *data;
	size_t len;

	ck_assert_ptr_nonnull(strstr(object_read(arena, path, &o), "cannot read"));
	ck_assert_int_eq(file_write(path, "int f;", 6), 0);
	ck_assert_str_eq(object_read(arena, path, &o), "the compiler wrote no ELF file");
	assembled("x", plain, W64);
	data = file_read(path, &len);
	ck_assert_int_eq(file_write(path, data, 100), 0);
	ck_assert_str_eq(object_read(arena, path, &o),
			 "the compiler wrote an ELF file that is cut off");
	free(data);
}
END_TEST

int main(int argc, char **argv)
{
	TCase *t = tcase_create("claims");
	Suite *s = suite_create("claims");
	SRunner *r;
	int failed;

	root = argc > 1 ? argv[1] : ".";
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, tables_fit);
	tcase_add_test(t, runs_have_twins);
	tcase_add_test(t, contracts_have_twins);
	tcase_add_test(t, sources_exist);
	tcase_add_test(t, only_needed_cases);
	tcase_add_test(t, same_code_is_the_same);
	tcase_add_test(t, other_instruction);
	tcase_add_test(t, other_symbol);
	tcase_add_test(t, longer_code);
	tcase_add_test(t, measured);
	tcase_add_test(t, refused_files);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
