/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_CHECK_REPORT_FITTED_H
#define CLOBBER_CHECK_REPORT_FITTED_H

#include "check/check.h"
#include "report/style.h"

/* Functions that were not judged because no inputs fit. */
void report_not_judged(struct str *out, const struct check_run *r, const struct text_style *style);
/* Inputs that were found to fit, as lines to paste into a contract: all of them, or those of a few
 * functions. */
void report_fitted(struct str *out, const struct check_run *r, const struct text_style *style,
		   bool all);

#endif
