/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_CHECK_FORMATS_H
#define CLOBBER_CHECK_FORMATS_H

#include "check/check.h"

/* A run of `clobber check` for other programs. */
struct check_format {
	const char *name, *what;
	void (*write)(struct str *out, const struct check_run *r);
};
extern const struct check_format check_formats[]; /* name NULL: the end */

#endif
