/* SPDX-License-Identifier: MIT */
/* Source lines of an ELF file in memory, from its DWARF line table. */
#ifndef CLOBBER_LINES_H
#define CLOBBER_LINES_H

#include "util/util.h"

struct lines;
/* Never NULL; without line information it answers nothing. The file stays the caller's. */
struct lines *lines_open(struct arena *a, void *elf, size_t bytes);
void lines_close(struct lines *l);
/* "file.S:12", or NULL. */
const char *lines_at(struct lines *l, struct arena *a, uint64_t address);

#endif
