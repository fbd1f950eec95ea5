/* SPDX-License-Identifier: MIT */
/* Unit tests of src/run/places.c and of the table of places: lists, and what runs where on a
 * machine that lacks things. */
#include "run/places.h"

#include "place/kept.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *a;

static void set_up(void)
{
	a = arena_new();
}

static void tear_down(void)
{
	unsetenv("CLOBBER_WITHOUT");
	arena_free(a);
}

START_TEST(rows_are_complete)
{
	for (enum place_id i = 0; i < PLACES; i++) {
		const struct place *p = all_places[i];

		ck_assert_uint_eq(place_find(p->name), i);
		ck_assert(p->title && p->engines && p->engines[0] && p->why_not && p->run);
		ck_assert(place_has_engine(i, p->engines[0]));
		/* What comes with another place comes after it: that was asked by then. */
		ck_assert(!p->with || place_find(p->with->name) < i);
	}
	ck_assert_str_eq(place_name(PLACE_NATIVE), "native");
	ck_assert_uint_eq(place_find("moon"), PLACES);
}
END_TEST

/* The same payload in another place, by the same engine, is another run. */
START_TEST(kept_records_are_of_a_place)
{
	struct payload p = { .path = "/proc/self/exe", .ncases = 1, .seed = 1 };
	struct place_options o = { 0 };
	const char *vmx = kept_key(a, "", PLACE_VMX, "bochs", &p, &o);
	const char *root = kept_key(a, "", PLACE_ROOT, "bochs", &p, &o);

	ck_assert_str_ne(vmx, root);
	ck_assert_str_eq(vmx, kept_key(a, "", PLACE_VMX, "bochs", &p, &o));
	p.seed = 2;
	ck_assert_str_ne(vmx, kept_key(a, "", PLACE_VMX, "bochs", &p, &o));
}
END_TEST

START_TEST(lists)
{
	bool wanted[PLACES] = { false }, automatic = false;

	ck_assert_ptr_null(place_list(a, "vmx,native", wanted, &automatic));
	ck_assert(wanted[PLACE_NATIVE] && wanted[PLACE_VMX] && !wanted[PLACE_ROOT] && !automatic);
	ck_assert_ptr_null(place_list(a, "auto", wanted, &automatic));
	ck_assert(automatic);
	ck_assert_ptr_null(place_list(a, "all", wanted, &automatic));
	for (enum place_id i = 0; i < PLACES; i++)
		ck_assert(wanted[i]);
	ck_assert_ptr_nonnull(strstr(place_list(a, "native,moon", wanted, &automatic),
				     "unknown place 'moon': use native, kvm, "));
	ck_assert_ptr_nonnull(strstr(place_list(a, ",", wanted, &automatic), "empty list"));
}
END_TEST

static void choose(const char *list, enum profile_id f, struct places *p)
{
	bool used[PROFILES] = { false };

	used[f] = true;
	*p = (struct places){ .options = { .runtime = "/nowhere" } };
	ck_assert_ptr_null(places_choose(a, list, used, false, p));
}

/* Nothing works for 32-bit code: it is planned natively, and the reason names every place. */
START_TEST(nowhere)
{
	struct places p;
	const char *why;

	setenv("CLOBBER_WITHOUT", "ia32,bochs,kvm", 1);
	choose(NULL, PROFILE_USER_32, &p);
	for (enum place_id i = 0; i < PLACES; i++)
		ck_assert_int_eq(p.wanted.v[i][PROFILE_USER_32], i == PLACE_NATIVE);
	why = p.answer[PLACE_NATIVE][PROFILE_USER_32].why_not;
	ck_assert_ptr_nonnull(strstr(why, "32-bit processes; place kvm: "));
	ck_assert_ptr_nonnull(strstr(why, "; place vmx: "));
	choose(NULL, PROFILE_USER_64, &p);
	ck_assert(p.wanted.v[PLACE_NATIVE][PROFILE_USER_64]);
	ck_assert_ptr_null(p.answer[PLACE_NATIVE][PROFILE_USER_64].why_not);
	ck_assert_ptr_null(p.instead[PLACE_VMX]);
}
END_TEST

/* A named place is taken at its word. */
START_TEST(named)
{
	struct places p;

	setenv("CLOBBER_WITHOUT", "ia32,bochs,kvm", 1);
	choose("native", PROFILE_USER_32, &p);
	ck_assert(p.wanted.v[PLACE_NATIVE][PROFILE_USER_32]);
	ck_assert(!p.wanted.v[PLACE_VMX][PROFILE_USER_32]);
	ck_assert_ptr_null(
		strstr(places_ask(a, &p, PLACE_NATIVE, PROFILE_USER_32)->why_not, "; place"));
}
END_TEST

/* An answer that is there already, as a place that works gives it, decides. */
START_TEST(stands_in)
{
	struct places p = { .options = { .runtime = "/nowhere" } };
	bool used[PROFILES] = { [PROFILE_USER_32] = true, [PROFILE_USER_64] = true };

	setenv("CLOBBER_WITHOUT", "ia32,kvm", 1);
	p.answer[PLACE_VMX][PROFILE_USER_32] =
		(struct place_answer){ .asked = true, .engine = "made up" };
	ck_assert_ptr_null(places_choose(a, NULL, used, false, &p));
	ck_assert(p.wanted.v[PLACE_VMX][PROFILE_USER_32]);
	ck_assert(!p.wanted.v[PLACE_NATIVE][PROFILE_USER_32]);
	ck_assert(p.wanted.v[PLACE_NATIVE][PROFILE_USER_64]);
	ck_assert(!p.wanted.v[PLACE_VMX][PROFILE_USER_64]);
	ck_assert_str_eq(p.instead[PLACE_VMX],
			 "32-bit code: CLOBBER_WITHOUT takes away 32-bit processes");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("places");
	TCase *t = tcase_create("places");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, rows_are_complete);
	tcase_add_test(t, kept_records_are_of_a_place);
	tcase_add_test(t, lists);
	tcase_add_test(t, nowhere);
	tcase_add_test(t, named);
	tcase_add_test(t, stands_in);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
