/* SPDX-License-Identifier: MIT */
/* Clobber's own files, and results. */
#ifndef CLOBBER_DATA_H
#define CLOBBER_DATA_H

#include "util/util.h"

/* Folder with cases/, include/ and the runtime: beside the build, or where it was installed. Ends
 * with a message when it is missing. In `a`. */
const char *data_dir(struct arena *a, const char *what);

/* The user's folder for what clobber remembers between runs: CLOBBER_CACHE, XDG_CACHE_HOME/clobber
 * or ~/.cache/clobber; it need not exist. NULL when none of these variables is set. In `a`. */
const char *cache_dir(struct arena *a);

/* The first executable file of the name in PATH; the name itself if it has a slash; NULL if it is
 * not found. In `a`. */
const char *program_path(struct arena *a, const char *name);

/* Write a result through a temporary name; ends with a message on failure. Frees the text. */
void save_text(const char *path, struct str *text);

#endif
