/* SPDX-License-Identifier: MIT */
/* What is asked of the objects that compilers under test write. */
#ifndef CLOBBER_PLAN_OBJECT_H
#define CLOBBER_PLAN_OBJECT_H

#include "abi/abi.h"

/* Is the file a relocatable object of the width, with machine code in it? NULL, or what it is
 * instead: "writes ..." (ELF gABI, chapter 4). *is_choice: it is what the compiler was asked for
 * (-flto), not an error of its. */
const char *object_wrong(const char *path, enum width w, bool *is_choice);

/* What the linker does not take as it is: for Windows, and x32. */
enum object_kind { OBJECT_ELF, OBJECT_COFF, OBJECT_X32 };

/* Make an ELF object of 64 or 32 bit, in its place, of one of COFF or x32: NULL, or why that cannot
 * be done: "writes ...". *was tells what it was; any other file is left alone. */
const char *object_as_elf(const char *path, enum object_kind *was);

/* The first of `names` (a newline behind each) that the object refers to and does not define, in
 * `a`; or NULL. */
const char *object_refers(struct arena *a, const char *path, const char *names);

#endif
