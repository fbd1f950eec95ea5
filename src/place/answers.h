/* SPDX-License-Identifier: MIT */
/* What an engine answered before, kept between runs in a folder of the user's cache (CLOBBER_CACHE,
 * else XDG_CACHE_HOME/clobber, else ~/.cache/clobber): asking it takes a start of an emulator. Only
 * good news is kept: what was missing may be there the next time. */
#ifndef CLOBBER_ANSWERS_H
#define CLOBBER_ANSWERS_H

#include "util/util.h"

/* Begin a key with the identity of a program: its path, size and time of change. 0 when it is not
 * on PATH: then there is nothing to remember. */
uint64_t answer_key(struct arena *a, const char *program);

/* The text kept under the key, in `a`; NULL when there is none, or it is damaged. */
char *answer_load(struct arena *a, uint64_t key);

/* Keep the text under the key. No failure is reported: the next run asks again. */
void answer_store(struct arena *a, uint64_t key, const char *text);

#endif
