/* SPDX-License-Identifier: MIT */
/* Values of options that several verbs have. All end the process with a message on bad ones. */
#ifndef CLOBBER_VALUES_H
#define CLOBBER_VALUES_H

#include "abi/abi.h"
#include "util/util.h"

/* `--abi LIST`: names, checked. NULL stays NULL. */
const char **abi_list(struct arena *a, const char *list);
/* The same where prototypes are made up: not of handlers, which have two. */
const char **drawn_abi_list(struct arena *a, const char *list);

/* `--width LIST` into a set; NULL is both. */
void width_list(struct arena *a, const char *list, bool out[WIDTHS]);

/* `--profile LIST` into a set; NULL is all but the optional ones. */
void profile_list(struct arena *a, const char *list, bool out[PROFILES]);

/* `--opt LIST`, each without its '-'. */
const char *const *opt_list(struct arena *a, const char *list);

/* `--edition E`, one of edition_words; NULL is the latest. */
enum edition edition_option(const char *name);
const char *const *edition_words(struct arena *a);

/* "DIR/matrix.json" for a folder that holds one, the path itself for all else. In `a`. */
const char *matrix_path(struct arena *a, const char *path);

#endif
