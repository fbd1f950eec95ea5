/* SPDX-License-Identifier: MIT */
/* Running other programs. */
#ifndef CLOBBER_PROCESS_H
#define CLOBBER_PROCESS_H

#include "util/util.h"

/* Signals that a program does not get by its own fault: another program sent it, a terminal, or a
 * limit. What that was, as in "the compiler was ...", and as drivers name the signal ("Killed");
 * NULL for all others. */
const char *signal_of_others(int number, const char **name);

/* Does a wait status (-1: none) say that such a signal was the end? */
bool ended_by_others(int status);

/* Run a program without a shell: argv NULL-ended, stdin empty, stdout and stderr collected together
 * into *output (may be NULL), killed after `seconds`. Returns the wait status, or -1 with errno.
 * Nothing that the program started outlives its deadline, or this process. */
int run_program(const char *const argv[], unsigned seconds, struct str *output);

/* The same, a few times over when other programs end it: for questions whose answers are kept. */
int run_program_again(const char *const argv[], unsigned seconds, struct str *output);

/* As run_program in a folder, with `variable`, "NAME=VALUE", in its environment, and asking `go_on`
 * some fifty times a second, with the processor time the program has spent, in seconds: when it
 * says no, the program is ended. Of what was spent between two looks at most a quarter of a second
 * counts: it is what a machine that stood still is charged with. Each may be NULL. */
int run_program_watched(const char *dir, const char *variable, const char *const argv[],
			unsigned seconds, bool (*go_on)(void *closure, double spent), void *closure,
			struct str *output);

/* As run_program, without a deadline, handing on each line that is printed, without its end; and
 * with `variables`, "NAME=VALUE" each, NULL-ended, in its environment. The program stays in this
 * process group, so that the terminal's Ctrl-C reaches it. */
int run_program_lines(const char *const argv[], const char *const variables[],
		      void (*line)(void *closure, const char *line), void *closure);

#endif
