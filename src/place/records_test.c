/* SPDX-License-Identifier: MIT */
/* Tests of records_read: a payload's memory is read with suspicion, since code under test ran in
 * it. Every buffer ends where the memory is said to end, so that ASan sees a step outside. */
#include "place/place.h"

#include "abi/abi.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 4, KEY = 0x5eed };

/* Every test runs in a process of its own (CK_FORK), with these to itself. */
static struct arena *arena;
static struct place_run run;

static void set_up(void)
{
	arena = arena_new();
	run = (struct place_run){ .n = CASES };
	run.v = arena_alloc(arena, 2 * CASES * sizeof(*run.v));
}

static void tear_down(void)
{
	arena_free(arena);
}

static void start_again(void)
{
	tear_down();
	set_up();
}

/* A payload's memory under construction. */
struct memory {
	struct str bytes; /* records, header apart */
	struct cl_header h;
};

static struct memory memory(void)
{
	return (struct memory){ .h = { .magic = CL_MAGIC,
				       .version = CL_VERSION,
				       .width = 64,
				       .capacity = 4096,
				       .planned = CASES,
				       .current = CL_NO_CASE,
				       .finished = 1 } };
}

/* Seal the record at `at`, which is the last one. */
static void seal(struct memory *m, size_t at)
{
	struct cl_record *r = (void *)(m->bytes.s + at);

	r->seal = cl_seal(KEY, (uint32_t)at, r, r + 1, m->bytes.len - at - sizeof(*r));
}

/* A record whose findings and observations carry numbers from `tag` on. */
static void record(struct memory *m, unsigned index, unsigned direction, unsigned flags,
		   unsigned nfindings, unsigned nobservations, unsigned tag)
{
	struct cl_record r = { .index = index,
			       .direction = (uint8_t)direction,
			       .flags = (uint8_t)flags,
			       .nfindings = (uint8_t)nfindings,
			       .nobservations = (uint8_t)nobservations };

	size_t at = m->bytes.len;

	str_addn(&m->bytes, (const char *)&r, sizeof(r));
	for (unsigned i = 0; i < nfindings; i++) {
		struct cl_finding f = { .check = (uint8_t)(tag + i), .item = 3, .size = 16 };

		str_addn(&m->bytes, (const char *)&f, sizeof(f));
	}
	for (unsigned i = 0; i < nobservations; i++) {
		struct cl_observation o = { .item = (uint8_t)(tag + i), .places = { tag, i } };

		str_addn(&m->bytes, (const char *)&o, sizeof(o));
	}
	seal(m, at);
}

/* Read it from memory of exactly `bytes` bytes, whatever its header says. */
static bool read_exactly(struct memory *m, size_t bytes)
{
	size_t whole = sizeof(m->h) + m->bytes.len;
	char *at = malloc(bytes ? bytes : 1);
	char *all = malloc(whole);
	bool sound;

	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(all);
	memcpy(all, &m->h, sizeof(m->h));
	if (m->bytes.len)
		memcpy(all + sizeof(m->h), m->bytes.s, m->bytes.len);
	memset(at, 0, bytes ? bytes : 1);
	memcpy(at, all, bytes < whole ? bytes : whole);
	sound = records_read(
		arena, &(struct record_source){ (const void *)at, bytes, KEY, 0, 2 * CASES }, &run);
	/* What is kept must not lie in the memory that was read. */
	memset(at, 0xa5, bytes ? bytes : 1);
	free(at);
	free(all);
	str_free(&m->bytes);
	return sound;
}

/* As the payload leaves it: `used` and size are true. */
static bool read_all(struct memory *m)
{
	m->h.used = (uint32_t)m->bytes.len;
	return read_exactly(m, sizeof(m->h) + m->bytes.len);
}

static const struct outcome *of(unsigned index, unsigned direction)
{
	return &run.v[index * 2 + direction];
}

static void is_missing(unsigned index, unsigned direction)
{
	const struct outcome *o = of(index, direction);

	ck_assert_msg(o->state == OUTCOME_MISSING && !o->nfindings && !o->nobservations,
		      "case %u %u: state %d, %u findings, %u observations; nothing was reported",
		      index, direction, (int)o->state, o->nfindings, o->nobservations);
}

static void all_missing(void)
{
	for (unsigned i = 0; i < CASES; i++) {
		is_missing(i, CL_CALLEE);
		is_missing(i, CL_CALLER);
	}
}

START_TEST(normal)
{
	struct memory m = memory();
	const struct outcome *o;

	record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
	record(&m, 0, CL_CALLER, 0, 2, 0, 10);
	record(&m, 2, CL_CALLEE, CL_ABSENT, 0, 0, 0);
	record(&m, 3, CL_CALLER, 0, 1, 3, 20);
	read_all(&m);
	o = of(0, CL_CALLEE);
	ck_assert_int_eq(o->state, OUTCOME_EXECUTED);
	ck_assert_uint_eq(o->nfindings, 0);
	ck_assert_uint_eq(o->nobservations, 0);
	o = of(0, CL_CALLER);
	ck_assert_int_eq(o->state, OUTCOME_EXECUTED);
	ck_assert_uint_eq(o->nfindings, 2);
	ck_assert_uint_eq(o->findings[0].check, 10);
	ck_assert_uint_eq(o->findings[1].check, 11);
	ck_assert_uint_eq(o->findings[1].size, 16);
	ck_assert_int_eq(of(2, CL_CALLEE)->state, OUTCOME_ABSENT);
	o = of(3, CL_CALLER);
	ck_assert_uint_eq(o->nfindings, 1);
	ck_assert_uint_eq(o->nobservations, 3);
	ck_assert_uint_eq(o->findings[0].check, 20);
	ck_assert_uint_eq(o->observations[2].item, 22);
	ck_assert_uint_eq(o->observations[2].places[0], 20);
	ck_assert_uint_eq(o->observations[2].places[1], 2);
	is_missing(1, CL_CALLEE);
	is_missing(1, CL_CALLER);
	is_missing(2, CL_CALLER);
	is_missing(3, CL_CALLEE);
}
END_TEST

START_TEST(empty)
{
	struct memory m = memory();

	read_all(&m);
	all_missing();
	ck_assert_ptr_null(run.why_not);
}
END_TEST

/* What an earlier start of the payload reported stays when a later one reports other cases. */
START_TEST(two_readings)
{
	struct memory m = memory();

	record(&m, 0, CL_CALLEE, 0, 1, 0, 5);
	read_all(&m);
	m = memory();
	record(&m, 1, CL_CALLEE, 0, 0, 0, 0);
	read_all(&m);
	ck_assert_uint_eq(of(0, CL_CALLEE)->nfindings, 1);
	ck_assert_uint_eq(of(0, CL_CALLEE)->findings[0].check, 5);
	ck_assert_int_eq(of(1, CL_CALLEE)->state, OUTCOME_EXECUTED);
}
END_TEST

/* What a finding or observation cannot say makes a fault of its call, and harms no other. */
static const struct forged {
	const char *what;
	struct cl_finding f;
	struct cl_observation o;
	bool observation, contract;
} forged[] = {
	{ "check", { .check = CHECK_COUNT }, { 0 }, false, false },
	{ "size", { .check = CHECK_ARG, .size = 17 }, { 0 }, false, false },
	{ "argument", { .check = CHECK_ARG, .item = 2 }, { 0 }, false, false },
	{ "reference", { .check = CHECK_REFERENCE, .item = 2 }, { 0 }, false, false },
	{ "widened argument", { .check = CHECK_UPPER, .item = 2 }, { 0 }, false, false },
	{ "piece", { .check = CHECK_RETURN, .item = CL_PIECES }, { 0 }, false, false },
	{ "register", { .check = CHECK_SAVED, .item = CL_ITEM_FLAGS + 1 }, { 0 }, false, false },
	{ "fault", { .check = CHECK_FAULT, .item = 0 }, { 0 }, false, false },
	{ "origin", { .check = CHECK_ARG, .origin = CL_AT_ARG + 2 }, { 0 }, false, false },
	{ "found", { .check = CHECK_ARG, .found = 0xffff }, { 0 }, false, false },
	{ "nowhere", { .check = CHECK_ARG, .found = 1 }, { 0 }, false, false },
	{ "observed argument", { 0 }, { .item = 2 }, true, false },
	{ "line", { .check = CHECK_ARG, .item = CL_CALLS * CL_ARGS }, { 0 }, false, true },
	{ "buffer", { .check = CHECK_BUFFER, .item = CL_ARGS }, { 0 }, false, true },
};

START_TEST(says_what_cannot_be)
{
	static const uint8_t nargs[CASES] = { 2, 2, 2, 2 };
	const struct forged *t = &forged[_i];
	struct cl_record r = { .index = 1,
			       .nfindings = !t->observation,
			       .nobservations = t->observation };
	struct memory m = memory();
	size_t at;
	bool sound;

	run.nargs = t->contract ? NULL : nargs;
	record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
	at = m.bytes.len;
	str_addn(&m.bytes, (const char *)&r, sizeof(r));
	if (t->observation)
		str_addn(&m.bytes, (const char *)&t->o, sizeof(t->o));
	else
		str_addn(&m.bytes, (const char *)&t->f, sizeof(t->f));
	seal(&m, at);
	record(&m, 2, CL_CALLEE, 0, 0, 0, 0);
	sound = read_all(&m);
	ck_assert_msg(!sound, "%s", t->what);
	ck_assert_msg(of(1, CL_CALLEE)->state == OUTCOME_EXECUTED &&
			      of(1, CL_CALLEE)->nfindings == 1 &&
			      of(1, CL_CALLEE)->findings[0].check == CHECK_FAULT &&
			      of(1, CL_CALLEE)->findings[0].item == CL_FAULT_OVERWRITTEN,
		      "%s", t->what);
	ck_assert_int_eq(of(0, CL_CALLEE)->state, OUTCOME_EXECUTED);
	ck_assert_int_eq(of(2, CL_CALLEE)->state, OUTCOME_EXECUTED);
	ck_assert_uint_eq(of(2, CL_CALLEE)->nfindings, 0);
}
END_TEST

/* Right in every code, but not written by the runtime: without its key, or moved from elsewhere. */
START_TEST(unsealed)
{
	struct memory m = memory();
	struct cl_record r = { .index = 1 };

	record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
	switch (_i) {
	case 0:
		str_addn(&m.bytes, (const char *)&r, sizeof(r));
		break;
	case 1:
		str_addn(&m.bytes, m.bytes.s, sizeof(r));
		((struct cl_record *)(void *)m.bytes.s)[1].index = 1;
		break;
	default:
		record(&m, 1, CL_CALLEE, 0, 0, 0, 0);
		((struct cl_record *)(void *)m.bytes.s)[1].seal ^= 1;
	}
	ck_assert(!read_all(&m));
	ck_assert_int_eq(of(0, CL_CALLEE)->nfindings, 0);
	ck_assert_int_eq(of(1, CL_CALLEE)->nfindings, 1);
	ck_assert_int_eq(of(1, CL_CALLEE)->findings[0].item, CL_FAULT_OVERWRITTEN);
}
END_TEST

/* What a payload that came to its end did not report. */
START_TEST(incomplete)
{
	const struct payload p = { .directions = 1 << CL_CALLEE, .nargs = (const uint8_t *)"" };
	struct memory m = memory();

	record(&m, 1, CL_CALLEE, 0, 0, 0, 0);
	ck_assert(read_all(&m));
	records_complete(arena, &p, 0, 2 * (CASES - 1), &run);
	ck_assert_int_eq(of(0, CL_CALLEE)->findings[0].item, CL_FAULT_OVERWRITTEN);
	ck_assert_int_eq(of(1, CL_CALLEE)->nfindings, 0);
	ck_assert_int_eq(of(2, CL_CALLEE)->findings[0].item, CL_FAULT_OVERWRITTEN);
	is_missing(0, CL_CALLER);
	is_missing(CASES - 1, CL_CALLEE);
}
END_TEST

/* A record of another function than the one that ran. */
START_TEST(of_another)
{
	struct memory m = memory();
	struct record_source from;

	record(&m, 1, CL_CALLEE, 0, 0, 0, 0);
	record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
	m.h.used = (uint32_t)m.bytes.len;
	str_addn(&m.bytes, (const char *)&m.h, sizeof(m.h));
	memmove(m.bytes.s + sizeof(m.h), m.bytes.s, m.h.used);
	memcpy(m.bytes.s, &m.h, sizeof(m.h));
	from = (struct record_source){ (const void *)m.bytes.s, m.bytes.len, KEY, 2, 4 };
	ck_assert(!records_read(arena, &from, &run));
	ck_assert_int_eq(of(1, CL_CALLEE)->state, OUTCOME_EXECUTED);
	is_missing(0, CL_CALLEE);
	str_free(&m.bytes);
}
END_TEST

/* A good record, then one with findings and observations, cut after every possible byte. */
START_TEST(truncated)
{
	const size_t first = sizeof(struct cl_record);
	const size_t second = sizeof(struct cl_record) + 2 * sizeof(struct cl_finding) +
			      sizeof(struct cl_observation);

	for (size_t cut = 0; cut <= first + second; cut++) {
		struct memory m = memory();

		start_again();
		record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
		record(&m, 1, CL_CALLER, 0, 2, 1, 1);
		m.h.used = (uint32_t)cut;
		read_exactly(&m, sizeof(m.h) + cut);
		ck_assert_msg(of(0, CL_CALLEE)->state ==
				      (cut < first ? OUTCOME_MISSING : OUTCOME_EXECUTED),
			      "first record, %zu bytes", cut);
		if (cut < first + second)
			is_missing(1, CL_CALLER);
		else
			ck_assert_uint_eq(of(1, CL_CALLER)->nfindings, 2);
	}
}
END_TEST

/* Memory that is smaller than its header's `used`, cut after every byte: nothing is believed. */
START_TEST(used_beyond_memory)
{
	for (size_t bytes = 0; bytes < sizeof(struct cl_header) + sizeof(struct cl_record);
	     bytes++) {
		struct memory m = memory();

		record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
		m.h.used = (uint32_t)m.bytes.len;
		read_exactly(&m, bytes);
		all_missing();
	}
}
END_TEST

START_TEST(used_absurd)
{
	static const uint32_t used[] = { 0xffffffffu, 0x80000000u, 4097,
					 sizeof(struct cl_record) + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
		struct memory m = memory();

		record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
		m.h.used = used[i];
		read_exactly(&m, sizeof(m.h) + m.bytes.len);
		all_missing();
	}
}
END_TEST

/* `used` smaller than what is there: the rest is not read. */
START_TEST(used_short)
{
	struct memory m = memory();

	record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
	record(&m, 1, CL_CALLEE, 0, 0, 0, 0);
	m.h.used = sizeof(struct cl_record);
	read_exactly(&m, sizeof(m.h) + m.bytes.len + 100);
	ck_assert_int_eq(of(0, CL_CALLEE)->state, OUTCOME_EXECUTED);
	is_missing(1, CL_CALLEE);
}
END_TEST

/* Header fields that betray another program, another version, another case set. */
START_TEST(wrong_header)
{
	for (int which = 0; which < 4; which++) {
		struct memory m = memory();

		record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
		if (which == 0)
			m.h.magic ^= 1;
		if (which == 1)
			m.h.version++;
		if (which == 2)
			m.h.planned = CASES - 1;
		if (which == 3)
			m.h.planned = CASES + 1;
		read_all(&m);
		all_missing();
	}
}
END_TEST

/* Reading ends at the first record that cannot be one; what came before it stays. */
START_TEST(wrong_record)
{
	static const struct {
		unsigned index, direction;
	} wrong[] = { { CASES, 0 },
		      { 0xffffffffu, 1 },
		      { 0x80000000u, 0 },
		      { 1, CL_DIRECTIONS },
		      { 1, 255 } };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct memory m = memory();

		start_again();
		record(&m, 0, CL_CALLEE, 0, 1, 0, 9);
		record(&m, wrong[i].index, wrong[i].direction, 0, 0, 0, 0);
		record(&m, 2, CL_CALLEE, 0, 0, 0, 0);
		read_all(&m);
		ck_assert_int_eq(of(0, CL_CALLEE)->state, OUTCOME_EXECUTED);
		ck_assert_uint_eq(of(0, CL_CALLEE)->findings[0].check, 9);
		is_missing(1, CL_CALLEE);
		is_missing(1, CL_CALLER);
		is_missing(2, CL_CALLEE);
	}
}
END_TEST

/* Counts that reach beyond what was written: the record says more than it has. */
START_TEST(counts_beyond_the_end)
{
	static const struct {
		uint8_t findings, observations;
	} counts[] = { { 2, 0 }, { 255, 0 }, { 1, 1 }, { 0, 2 }, { 0, 255 }, { 255, 255 } };

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct memory m = memory();
		struct cl_record *r;

		start_again();
		record(&m, 0, CL_CALLEE, 0, 0, 0, 0);
		record(&m, 1, CL_CALLEE, 0, 1, 0, 1);
		r = (struct cl_record *)(m.bytes.s + sizeof(*r));
		r->nfindings = counts[i].findings;
		r->nobservations = counts[i].observations;
		read_all(&m);
		ck_assert_int_eq(of(0, CL_CALLEE)->state, OUTCOME_EXECUTED);
		is_missing(1, CL_CALLEE);
	}
}
END_TEST

/* Bytes flipped anywhere, deterministically: whatever is read, it is within bounds. */
START_TEST(flipped)
{
	uint32_t random = 1;

	for (int round = 0; round < 2000; round++) {
		struct memory m = memory();
		size_t whole;

		start_again();
		for (unsigned i = 0; i < CASES; i++)
			record(&m, i, i & 1, 0, i, CASES - i, i);
		m.h.used = (uint32_t)m.bytes.len;
		whole = sizeof(m.h) + m.bytes.len;
		for (int k = 0; k < 3; k++) {
			size_t at;

			random = random * 1664525u + 1013904223u;
			at = (random >> 8) % whole;
			if (at < sizeof(m.h))
				((uint8_t *)&m.h)[at] ^= (uint8_t)(random >> 24 | 1);
			else
				m.bytes.s[at - sizeof(m.h)] ^= (char)(random >> 24 | 1);
		}
		read_exactly(&m, whole);
		for (unsigned i = 0; i < 2 * CASES; i++) {
			const struct outcome *o = &run.v[i];

			if ((o->nfindings && !o->findings) ||
			    (o->nobservations && !o->observations) ||
			    o->nfindings * sizeof(struct cl_finding) > whole)
				ck_abort_msg("round %d: outcome %u has counts without contents",
					     round, i);
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("records");
	TCase *t = tcase_create("records");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, normal);
	tcase_add_test(t, empty);
	tcase_add_test(t, two_readings);
	tcase_add_loop_test(t, says_what_cannot_be, 0, ARRAY_SIZE(forged));
	tcase_add_loop_test(t, unsealed, 0, 3);
	tcase_add_test(t, incomplete);
	tcase_add_test(t, of_another);
	tcase_add_test(t, truncated);
	tcase_add_test(t, used_beyond_memory);
	tcase_add_test(t, used_absurd);
	tcase_add_test(t, used_short);
	tcase_add_test(t, wrong_header);
	tcase_add_test(t, wrong_record);
	tcase_add_test(t, counts_beyond_the_end);
	tcase_add_test(t, flipped);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
