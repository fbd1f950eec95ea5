/* SPDX-License-Identifier: MIT */
/* An engine's earlier answers, kept between runs in a folder of the user's cache (CLOBBER_CACHE,
 * else XDG_CACHE_HOME/clobber, else ~/.cache/clobber): asking it takes a start of an emulator. Only
 * good news is kept: what is missing today may be installed tomorrow. */
#ifndef CLOBBER_ANSWERS_H
#define CLOBBER_ANSWERS_H

#include "util/util.h"

/* Begin a key with the identity of a program: its path, size and time of change. 0 when it is not
 * on PATH: then nothing is kept. */
uint64_t answer_key(struct arena *a, const char *program);

/* The text kept under the key, in `a`; NULL when nothing is kept, or it is damaged. */
char *answer_load(struct arena *a, uint64_t key);

/* Keep the text under the key. Failures are not reported: the next run asks again. */
void answer_store(struct arena *a, uint64_t key, const char *text);

#endif
