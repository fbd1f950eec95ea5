/* SPDX-License-Identifier: MIT */
/* The verbs of the command line, one file each; main.c only dispatches. */
#ifndef CLOBBER_CMD_H
#define CLOBBER_CMD_H

#include "util/util.h"
#include "abi/profile.h"

/* Each takes what follows the verb (argv[0] is the verb) and returns the exit status: 0 nothing
 * unexpected, 1 an unexpected finding, 2 usage or environment. */
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_coverage(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_claims(int argc, char **argv);

/* Case files named by a LIST of files, folders, globs, each optionally with ":FUNCTION" to take one
 * case only; NULL: the cases that come with clobber. Ends with a message on bad input. */
void load_cases(struct arena *a, const char *list, struct case_list *out);

/* Split a comma-separated LIST into a NULL-ended array in `a`; NULL stays NULL. */
const char **split_list(struct arena *a, const char *list);

/* `--abi LIST`: names checked, the unknown is an error with a suggestion. NULL stays NULL. */
const char **abi_list(struct arena *a, const char *list);

/* `--width LIST` into a set; NULL is both. */
void width_list(const char *list, bool out[WIDTHS]);

/* `--profile LIST` into a set; NULL is all. */
void profile_list(struct arena *a, const char *list, bool out[PROFILES]);

/* Folder with cases/, include/ and the runtime: beside the build, or where it was installed. */
const char *data_dir(struct arena *a, const char *what);

/* Write a result through a temporary name; ends with a message on failure. Frees the text. */
void save_text(const char *path, struct str *text);

/* "DIR/matrix.json" for a folder that holds one, the path itself for all else. In `a`. */
const char *matrix_path(struct arena *a, const char *path);

/* The nearest of a NULL-ended list of words to a misspelt one, or NULL. */
const char *nearest(const char *word, const char *const *words);

#endif
