/* SPDX-License-Identifier: MIT */
/* `clobber check --emit-test`: a C file with assembly in it that a project can build itself. */
#ifndef CLOBBER_CHECK_EMIT_H
#define CLOBBER_CHECK_EMIT_H

#include "check/contract.h"

/* Append the test to *out; `template` is the text of src/check/test_template.c. NULL, or why a
 * contract cannot be put into such a test (in `a`). */
const char *emit_test(struct arena *a, const struct contract_file *f, const char *template,
		      const char *command, struct str *out);

#endif
