/* SPDX-License-Identifier: MIT */
/* What is asked of the objects that compilers under test write. */
#ifndef CLOBBER_PLAN_OBJECT_H
#define CLOBBER_PLAN_OBJECT_H

#include "abi/abi.h"

/* Is the file a relocatable object of the width, with machine code in it? NULL, or what it is
 * instead: "writes ..." (ELF gABI, chapter 4). *is_choice: it is what the compiler was asked for
 * (-flto), not an error of its. */
const char *object_wrong(const char *path, enum width w, bool *is_choice);

/* Make an ELF object, in its place, of one for Windows (COFF): NULL, or why that cannot be done:
 * "writes ...". *was tells whether it was one; any other file is left alone. */
const char *object_as_elf(const char *path, bool *was);

/* The first of `names` (a newline behind each) that the object refers to and does not define, in
 * `a`; or NULL. */
const char *object_refers(struct arena *a, const char *path, const char *names);

#endif
