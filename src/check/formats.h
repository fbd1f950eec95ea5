/* SPDX-License-Identifier: MIT */
/* A run of `clobber check` for other programs. */
#ifndef CLOBBER_CHECK_FORMATS_H
#define CLOBBER_CHECK_FORMATS_H

#include "check/check.h"
#include "util/test_results.h"

void check_json(struct str *out, const struct check_run *r);

/* A result for each function of r->file, in memory of r->arena. */
struct test_result *check_results(const struct check_run *r, size_t *n);

#endif
