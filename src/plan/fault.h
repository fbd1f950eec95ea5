/* SPDX-License-Identifier: MIT */
/* Faults of the machine on which compilers and linkers run. They are never verdicts. */
#ifndef CLOBBER_FAULT_H
#define CLOBBER_FAULT_H

#include "util/util.h"

/* Did a program fail because of the machine (no room, no memory, a program that is missing), not
 * because of itself? `status` is as a shell reports it: 128 + N for signal N; `output` is what it
 * printed. Returns what is wrong, in `a`, or NULL. */
const char *machine_fault(struct arena *a, int status, const char *output);

#endif
