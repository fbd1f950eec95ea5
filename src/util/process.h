/* SPDX-License-Identifier: MIT */
/* Running other programs. */
#ifndef CLOBBER_PROCESS_H
#define CLOBBER_PROCESS_H

#include "util/util.h"

/* Run a program without a shell: argv NULL-ended, stdin empty, stdout and stderr collected together
 * into *output (may be NULL), killed after `seconds`. Returns the wait status, or -1 with errno. */
int run_program(const char *const argv[], unsigned seconds, struct str *output);

#endif
