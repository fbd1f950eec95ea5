/* SPDX-License-Identifier: MIT */
/* Tests of reading matrix.json back, of names of columns, and of comparing two matrices, on
 * documents made by hand. */
#include "report/compare.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static json_t *column(const char *id, const char *compiler, const char *opt)
{
	return json_pack("{ss ss ss ss ss si ss ss sn sn sn}", "id", id, "name", id, "compiler",
			 compiler, "family", "gcc", "version", compiler + 4, "width", 64, "opt",
			 opt, "profile", "user", "text_hash", "unusable", "why_not");
}

static json_t *counts(int pass, int violation)
{
	return json_pack("{si si si si si si si}", "pass", pass, "violation", violation,
			 "divergence", 0, "timeout", 0, "crash", 0, "unsupported", 0, "not-run", 0);
}

static json_t *cell(const char *id, int violation)
{
	return json_pack("{ss ss ss ss si si si si so sn}", "row", "sysv/64/g/callee", "column", id,
			 "place", "native", "verdict", violation ? "violation" : "pass", "planned",
			 2, "executed", 2, "not_run", 0, "known", 0, "counts",
			 counts(2 - violation, violation), "reason");
}

static json_t *finding(const char *id, const char *subject)
{
	return json_pack("{ss ss ss ss ss ss ss ss ss ss sb sn sn ss}", "case", "sysv/x/f",
			 "direction", "callee", "check", "argument", "rule", "some.rule", "verdict",
			 "violation", "subject", subject, "expected", "in edi: 0x12", "observed",
			 "0x34", "column", id, "place", "native", "known", 0, "known_reason",
			 "origin", "repro", "clobber run --cc gcc-12 --abi sysv");
}

/* Two columns, one row, one finding in the second. */
static json_t *document(void)
{
	json_t *d = json_pack("{si s{ss ss si sn s[]} s{} s[{ss ss}] s[] s[] s[] s[] s[] s[]}",
			      "schema", MATRIX_SCHEMA, "tool", "name", "clobber", "version",
			      "1.2.3", "seed", 7, "command", "documents", "host", "places", "name",
			      "native", "engine", "process", "columns", "rows", "cells", "findings",
			      "rules", "cases");
	json_t *totals = counts(3, 1);

	ck_assert_ptr_nonnull(d);
	json_array_append_new(json_object_get(d, "columns"), column("a/64/O2", "gcc-12", "O2"));
	json_array_append_new(json_object_get(d, "columns"), column("b/64/O2", "gcc-13", "O2"));
	json_array_append_new(json_object_get(d, "rows"),
			      json_pack("{ss ss ss ss si sb}", "id", "sysv/64/g/callee",
					"convention", "sysv", "group", "g", "direction", "callee",
					"width", 64, "headline", 1));
	json_array_append_new(json_object_get(d, "rules"),
			      json_pack("{ss ss ss ss ss ss}", "name", "some.rule", "document", "D",
					"edition", "E", "section", "1", "status", "stated",
					"sentence", "it is so"));
	for (int i = 0; i < 2; i++)
		json_array_append_new(json_object_get(d, "cases"),
				      json_pack("{ss ss ss ss ss ss si sn}", "id",
						i ? "sysv/x/h" : "sysv/x/f", "prototype",
						"int f(int a)", "where", "x.h:1", "convention",
						"sysv", "group", "g", "profile", "user", "width",
						64, "placement"));
	json_array_append_new(json_object_get(d, "cells"), cell("a/64/O2", 0));
	json_array_append_new(json_object_get(d, "cells"), cell("b/64/O2", 1));
	json_array_append_new(json_object_get(d, "findings"), finding("b/64/O2", "argument a"));
	json_object_set_new(totals, "planned", json_integer(4));
	json_object_set_new(totals, "executed", json_integer(4));
	json_object_set_new(totals, "not_run", json_integer(0));
	json_object_set_new(totals, "known", json_integer(0));
	json_object_set_new(totals, "unexpected", json_integer(1));
	json_object_set_new(d, "totals", totals);
	return d;
}

static json_t *at(json_t *d, const char *list, size_t i)
{
	return json_array_get(json_object_get(d, list), i);
}

static void load(json_t *d, struct stored *out)
{
	const char *wrong = stored_load(arena, d, out);

	ck_assert_msg(!wrong, "%s", wrong);
	json_decref(d);
}

static void refuses(json_t *d, const char *what)
{
	struct stored s;
	const char *wrong = stored_load(arena, d, &s);

	ck_assert_msg(wrong != NULL, "taken; it should say `%s'", what);
	ck_assert_msg(strstr(wrong, what) != NULL, "`%s' does not say `%s'", wrong, what);
	stored_close(&s);
	json_decref(d);
}

START_TEST(reads)
{
	struct stored s;

	load(document(), &s);
	ck_assert_uint_eq(s.ncolumns, 2);
	ck_assert_uint_eq(s.seed, 7);
	ck_assert_str_eq(s.columns[1].place, "native");
	ck_assert_str_eq(s.columns[1].engine, "process");
	ck_assert_uint_eq(s.total[VERDICT_VIOLATION], 1);
	ck_assert_str_eq(s.findings[0].rule->sentence, "it is so");
	ck_assert_ptr_eq(s.findings[0].c, &s.cases[0]);
	ck_assert_ptr_null(s.findings[0].known_reason);
	/* Lists that may be absent. */
	ck_assert_uint_eq(s.nnarrow + s.nvanished + s.nexamples, 0);
	stored_close(&s);
}
END_TEST

/* Each cell has its findings, in their order. */
START_TEST(links)
{
	json_t *d = document();
	struct stored s;

	json_array_append_new(json_object_get(d, "findings"), finding("a/64/O2", "second"));
	json_array_append_new(json_object_get(d, "findings"), finding("b/64/O2", "third"));
	load(d, &s);
	ck_assert_uint_eq(s.cells[0].first, 1);
	ck_assert_uint_eq(s.findings[1].next, NO_FINDING);
	ck_assert_uint_eq(s.cells[1].first, 0);
	ck_assert_uint_eq(s.findings[0].next, 2);
	ck_assert_uint_eq(s.findings[2].next, NO_FINDING);
	stored_close(&s);
}
END_TEST

START_TEST(damage)
{
	static const struct {
		const char *list, *key, *value, *message;
	} texts[] = {
		{ "columns", "id", NULL, "columns[0].id is not a string" },
		{ "rows", "direction", "up", "rows[0].direction is neither" },
		{ "cells", "row", "x", "cells[0].row names nothing" },
		{ "cells", "verdict", "x", "cells[0].verdict is not a verdict" },
		{ "cells", "planned", "x", "cells[0].planned is not a count" },
		{ "findings", "rule", "x", "findings[0].rule names nothing" },
		{ "findings", "case", "x", "findings[0].case names nothing" },
		{ "findings", "known", "x", "findings[0].known is neither true nor false" },
		{ "rules", "sentence", NULL, "rules[0].sentence is not a string" },
	};
	json_t *d;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		d = document();
		json_object_set_new(at(d, texts[i].list, 0), texts[i].key,
				    texts[i].value ? json_string(texts[i].value) : json_null());
		refuses(d, texts[i].message);
	}
	d = document();
	json_object_set_new(d, "schema", json_integer(MATRIX_SCHEMA + 1));
	refuses(d, "run again, or use the clobber that wrote it");
	refuses(json_array(), "no schema number");
	d = document();
	json_object_del(d, "cells");
	refuses(d, "cells is not a list");
	d = document();
	json_object_del(d, "places");
	refuses(d, "columns[0].place is not known");
	d = document();
	json_object_set_new(d, "narrow",
			    json_pack("[{ss ss s[s] s[] s[] s[]}]", "column", "a/64/O2",
				      "convention", "sysv", "extends", "int", "leaves", "relies",
				      "unsafe_callees"));
	refuses(d, "narrow[0].extends names an unknown kind");
}
END_TEST

/* Columns of another profile or place are not those of the compiler as such. */
START_TEST(names)
{
	json_t *d = document(), *c = at(d, "columns", 1);
	struct stored s;

	json_array_clear(json_object_get(d, "findings"));
	json_object_set_new(c, "compiler", json_string("gcc-12"));
	json_object_set_new(c, "version", json_string("12"));
	load(json_deep_copy(d), &s);
	ck_assert(stored_siblings(&s.columns[0], &s.columns[1]));
	ck_assert_str_eq(stored_group(&s, &s.columns[1]), "gcc-12");
	ck_assert_str_eq(stored_compilers(&s), "gcc-12 12");
	ck_assert_str_eq(stored_places(&s), "native (process)");
	stored_close(&s);
	json_object_set_new(c, "profile", json_string("kernel"));
	json_object_set_new(c, "place", json_string("vmx"));
	json_object_set_new(c, "engine", json_string("bochs"));
	load(d, &s);
	ck_assert(!stored_siblings(&s.columns[0], &s.columns[1]));
	ck_assert_str_eq(stored_group(&s, &s.columns[0]), "gcc-12");
	ck_assert_str_eq(stored_group(&s, &s.columns[1]), "gcc-12 kernel vmx");
	ck_assert_str_eq(stored_places(&s), "native (process), vmx (bochs)");
	stored_close(&s);
}
END_TEST

START_TEST(compares)
{
	static const char *const map[] = { "gcc-12=gcc-13", NULL };
	struct stored old, new;
	struct comparison c;
	json_t *d = document();

	json_array_clear(json_object_get(d, "findings"));
	json_array_clear(json_object_get(d, "cells"));
	json_array_append_new(json_object_get(d, "cells"), cell("a/64/O2", 0));
	json_array_append_new(json_object_get(d, "cells"), cell("b/64/O2", 0));
	load(d, &old);
	load(document(), &new);
	compare(&old, &new, &(struct compare_options){ 0 }, &c);
	ck_assert_uint_eq(c.compared, 2);
	ck_assert_uint_eq(c.regressions, 1);
	ck_assert_uint_eq(c.nfindings, 1);
	ck_assert_int_eq(c.findings[0].kind, CHANGE_NEW);
	ck_assert_uint_eq(c.cell_count[CHANGE_CHANGED], 1);
	compare(&new, &old, &(struct compare_options){ 0 }, &c);
	ck_assert_uint_eq(c.regressions, 0);
	ck_assert_uint_eq(c.finding_count[CHANGE_FIXED], 1);
	ck_assert_uint_eq(c.cell_count[CHANGE_FIXED], 1);
	/* The first compiler's column against the second's; the other of each is left over. */
	compare(&old, &new, &(struct compare_options){ .map = map }, &c);
	ck_assert_int_eq(c.old_of[1], 0);
	ck_assert_uint_eq(c.compared, 1);
	ck_assert_uint_eq(c.added, 1);
	ck_assert_uint_eq(c.absent, 1);
	/* What is left over was run. */
	ck_assert_uint_eq(c.lost, 1);
	ck_assert_uint_eq(c.regressions, 2);
	compare(&old, &new, &(struct compare_options){ .map = map, .part = true }, &c);
	ck_assert_uint_eq(c.regressions, 1);
	stored_close(&old);
	stored_close(&new);
}
END_TEST

/* Two findings of one kind are two, also when one of them is fixed. */
START_TEST(compares_several)
{
	json_t *d = document();
	struct stored old, new;
	struct comparison c;

	json_array_append_new(json_object_get(d, "findings"), finding("b/64/O2", "argument a"));
	load(d, &old);
	load(document(), &new);
	compare(&old, &new, &(struct compare_options){ 0 }, &c);
	ck_assert_uint_eq(c.nfindings, 1);
	ck_assert_int_eq(c.findings[0].kind, CHANGE_FIXED);
	compare(&new, &old, &(struct compare_options){ .strict = true }, &c);
	ck_assert_uint_eq(c.nfindings, 1);
	ck_assert_int_eq(c.findings[0].kind, CHANGE_NEW);
	ck_assert(c.findings[0].regression);
	stored_close(&old);
	stored_close(&new);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stored");
	TCase *t = tcase_create("stored");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, reads);
	tcase_add_test(t, links);
	tcase_add_test(t, damage);
	tcase_add_test(t, names);
	tcase_add_test(t, compares);
	tcase_add_test(t, compares_several);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
