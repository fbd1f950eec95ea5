/* SPDX-License-Identifier: MIT */
/* Independent jobs, several at once. */
#ifndef CLOBBER_PARALLEL_H
#define CLOBBER_PARALLEL_H

#include <stddef.h>

/* Call one(closure, i) once for every i from 0 to n - 1, on up to `threads` threads, this one
 * included (0: as many as there are processors). Jobs start in order; returns when all are done. */
void parallel(size_t n, size_t threads, void (*one)(void *closure, size_t i), void *closure);

#endif
