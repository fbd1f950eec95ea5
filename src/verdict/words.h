/* SPDX-License-Identifier: MIT */
/* Private to src/verdict: findings in words. */
#ifndef CLOBBER_WORDS_H
#define CLOBBER_WORDS_H

#include "verdict/model.h"

/* Fill subject, expected, observed and origin of *f, whose direction and check are set, from a
 * record of a call. `payload` is the ELF the addresses of a fault are in, or NULL. */
void finding_words(struct arena *a, const struct call *call, const struct cl_finding *r,
		   const char *payload, struct finding *f);

/* "argument b (double)". */
const char *argument_name(struct arena *a, const struct prototype *p, unsigned i);

/* enum cl_at: "ecx", "esp+4", "the value of argument b (double)"; `bytes` of a register. */
const char *place_text(struct arena *a, const struct call *call, unsigned place, unsigned bytes);

/* The first of a set of candidate places: "ecx", "esp+4", "nowhere". */
const char *places_text(struct arena *a, enum width w, const uint64_t places[2]);

/* The first eight bytes of a record's value. */
uint64_t record_word(const uint8_t *bytes);

#endif
