/* SPDX-License-Identifier: MIT */
/* The verbs of the command line, one file each; main.c only dispatches. */
#ifndef CLOBBER_CMD_H
#define CLOBBER_CMD_H

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
int cmd_show(int argc, char **argv);

#endif
