/* SPDX-License-Identifier: MIT */
/* Private to src/fuzz: random types and prototypes, not yet laid out and without tags: text.c
 * names them and the parser lays them out. */
#ifndef CLOBBER_FUZZ_DRAW_H
#define CLOBBER_FUZZ_DRAW_H

#include "fuzz/fuzz.h"
#include "fuzz/random.h"

/* A type of the classes that have a weight. */
const struct type *draw_type(struct arena *a, struct random *r, const struct fuzz_weights *w);
/* A type of one class (of types, not of what is inside structs). */
const struct type *draw_class(struct arena *a, struct random *r, const struct fuzz_weights *w,
			      enum fuzz_class class);

struct prototype *draw_prototype(struct arena *a, struct random *r, const struct fuzz_weights *w);

/* The text of a call that compilers make by themselves, as function `name`; of a sanitizer's
 * handler or of any other. */
char *draw_implicit(struct arena *a, struct random *r, const char *name, bool handler);

/* "a", "b", ...: the name of parameter or member i, static text. */
const char *draw_name(size_t i);

#endif
