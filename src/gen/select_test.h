/* SPDX-License-Identifier: MIT */
/* Shared by tests of what is generated: cases from text. */
#ifndef CLOBBER_SELECT_TEST_H
#define CLOBBER_SELECT_TEST_H

#include "gen/gen.h"
#include "util/folder_test.h"

static void parse_into(struct case_list *list, const char *name, const char *text)
{
	const char *error = NULL;

	ck_assert_msg(proto_parse_file(arena, name, text, list, &error) == 0, "%s", error);
}

static struct case_list parse(const char *text)
{
	struct case_list list = { 0 };

	parse_into(&list, "cases/some.h", text);
	return list;
}

/* Select from a list; `only` is one convention's name or NULL for all. */
static struct gen_set select_of(const struct case_list *list, enum width w, const char *only)
{
	const char *names[] = { only, NULL };
	const char *error = NULL;
	struct gen_set set;

	ck_assert_msg(gen_select(arena, list, w, only ? names : NULL, &set, &error) == 0, "%s",
		      error);
	return set;
}

#endif
