/* SPDX-License-Identifier: MIT */
/* Private to src/verdict: findings in words. */
#ifndef CLOBBER_WORDS_H
#define CLOBBER_WORDS_H

#include "verdict/model.h"

/* Fill subject, expected, observed and origin of *f, whose c, direction and check are set, from a
 * record. `payload` is the ELF the addresses of a fault are in, or NULL. */
void finding_words(struct arena *a, const struct cl_finding *r, const char *payload,
		   struct finding *f);

/* "argument b (double)". */
const char *argument_name(struct arena *a, const struct prototype *p, unsigned i);

/* The first of a set of candidate places: "ecx", "esp+4", "nowhere". */
const char *places_text(struct arena *a, const struct gen_case *c, const uint64_t places[2]);

#endif
