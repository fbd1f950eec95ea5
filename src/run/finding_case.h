/* SPDX-License-Identifier: MIT */
/* From a stored finding back to its case: by file, function, convention, profile and edition. */
#ifndef CLOBBER_FINDING_CASE_H
#define CLOBBER_FINDING_CASE_H

#include "gen/gen.h"
#include "report/stored.h"

/* The case, placed; the process ends with a message when its file is no longer there or no longer
 * declares it. Lives in s->arena. */
const struct gen_case *finding_case(const struct stored *s, const struct stored_finding *f);

/* The profile of a column. */
enum profile_id finding_profile(const struct stored *s, const struct stored_finding *f);

/* Write a bundle (src/bundle) of the finding, called `title`, into folder `dir`: the compiler is
 * probed for what it takes. Ends the process with a message when that is impossible. */
void finding_bundle(const struct stored *s, const struct stored_finding *f, const char *title,
		    const char *dir);

#endif
