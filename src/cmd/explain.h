/* SPDX-License-Identifier: MIT */
/* Private to `clobber explain`. */
#ifndef CLOBBER_EXPLAIN_H
#define CLOBBER_EXPLAIN_H

#include "abi/abi.h"

#include <jansson.h>

/* Where the values of `p` travel under `c`, as docs/explain-json.md says. */
json_t *explain_json(struct arena *a, enum edition e, const struct convention *c,
		     const struct prototype *p);

#endif
