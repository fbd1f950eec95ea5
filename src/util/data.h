/* SPDX-License-Identifier: MIT */
/* Clobber's own files, and results. */
#ifndef CLOBBER_DATA_H
#define CLOBBER_DATA_H

#include "util/util.h"

/* Folder with cases/, include/ and the runtime: beside the build, or where it was installed. Ends
 * with a message when it is missing. In `a`. */
const char *data_dir(struct arena *a, const char *what);

/* Write a result through a temporary name; ends with a message on failure. Frees the text. */
void save_text(const char *path, struct str *text);

#endif
