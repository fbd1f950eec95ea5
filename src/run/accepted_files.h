/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_ACCEPTED_FILES_H
#define CLOBBER_ACCEPTED_FILES_H

#include "verdict/accepted.h"

/* What `--known FILE' and `--baseline MATRIX' (each may be NULL) expect; NULL when both are. Ends
 * with a message on bad input. */
struct accepted_list *accepted_files(struct arena *a, const char *known, const char *baseline);

#endif
