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
int cmd_prove(int argc, char **argv);

/* Print a verb's --help on standard output, the names of places in place of its %s, with
 * their titles in place of its %p. */
void print_usage(const char *usage);

/* `--abi LIST`: names checked, the unknown is an error with a suggestion. NULL stays NULL. */
const char **abi_list(struct arena *a, const char *list);

/* `--width LIST` into a set; NULL is both. */
void width_list(const char *list, bool out[WIDTHS]);

/* `--profile LIST` into a set; NULL is all. */
void profile_list(struct arena *a, const char *list, bool out[PROFILES]);

/* Check an argument of --color; ends with a message. */
const char *color_option(const char *arg);

/* The argument of --edition; ends with a message when there is no such edition. */
enum edition edition_option(const char *arg);

/* "DIR/matrix.json" for a folder that holds one, the path itself for all else. In `a`. */
const char *matrix_path(struct arena *a, const char *path);

#endif
