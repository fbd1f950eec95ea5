/* SPDX-License-Identifier: MIT */
/* Two results of `clobber check --format json`, and what is different in the second: the assembly
 * of two versions, held to contracts. */
#ifndef CLOBBER_COMPARE_CHECK_H
#define CLOBBER_COMPARE_CHECK_H

#include "util/util.h"

#include <jansson.h>

struct check_comparison {
	const json_t *old, *new;
	const char *const *map; /* NULL, or "OLD=NEW" names of one function, up to a NULL */
	bool part;              /* what `new` lacks is no regression */
	unsigned regressions;   /* set: functions that are worse, or not there any more */
	unsigned compared;      /* set: functions that are in both */
	json_t *changes;        /* set: an object for each function that is different */
};

/* Is it a result of `clobber check', and what this reads of it well-formed? */
bool check_document(const json_t *root);

/* What is different. Findings are told apart by check and subject; values, which depend on the
 * seed, are not looked at. NULL, or what is wrong with the map (in `a`); else c->changes is the
 * caller's to release. */
const char *compare_checks(struct arena *a, struct check_comparison *c);

/* Append it in words, a paragraph or an item a function; or as JSON (docs/check.md). */
void check_comparison_text(struct str *out, struct arena *a, const struct check_comparison *c);
void check_comparison_markdown(struct str *out, struct arena *a, const struct check_comparison *c);
void check_comparison_json(struct str *out, struct arena *a, const struct check_comparison *c);

#endif
