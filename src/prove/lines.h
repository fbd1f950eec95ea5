/* SPDX-License-Identifier: MIT */
/* Source lines of an image, from its DWARF line table. */
#ifndef CLOBBER_PROVE_LINES_H
#define CLOBBER_PROVE_LINES_H

#include "prove/image.h"

struct lines;
/* Never NULL; without line information it answers nothing. */
struct lines *lines_open(struct arena *a, const struct image *m);
void lines_close(struct lines *l);
/* "file.S:12", or NULL. */
const char *lines_at(struct lines *l, struct arena *a, uint64_t address);

#endif
