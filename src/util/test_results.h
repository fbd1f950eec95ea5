/* SPDX-License-Identifier: MIT */
/* Results of single functions in the formats that CI systems read. */
#ifndef CLOBBER_UTIL_TEST_RESULTS_H
#define CLOBBER_UTIL_TEST_RESULTS_H

#include "util/util.h"

enum test_status { TEST_PASSED, TEST_SKIPPED, TEST_FAILED, TEST_DIED };

/* What GitHub shows at the function's line; `kind` is "error", "warning" or "notice". */
struct test_note {
	const char *kind, *title, *text;
};

struct test_result {
	const char *group, *name; /* "sysv", "memcpy" */
	const char *file;         /* where it is declared, or NULL */
	unsigned line;
	enum test_status status;
	const char *type; /* of what fails: "violation" */
	const char
		*message; /* one line: what is wrong, or why it was skipped; NULL when it passed */
	const char *text; /* everything, in lines; may be "" */
	struct test_note *note;
	size_t nnotes;
};

/* Adds a note in memory of `a`. */
void test_note(struct arena *a, struct test_result *r, const char *kind, const char *title,
	       const char *text);

/* The names "text", "json" and those of this module, NULL at the end, and a line of help. */
const char *const *test_formats(struct arena *a, const char **help);

/* Renders n results as `format` ("junit", "ktap", "github"); `suite` names their origin. */
void test_results(struct arena *a, struct str *out, const char *format, const char *suite,
		  const struct test_result *v, size_t n);

#endif
