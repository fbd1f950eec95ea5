/* SPDX-License-Identifier: MIT */
/* Confinement of a payload's process from outside: set before it is executed, so that it holds
 * whatever the program does. */
#ifndef CLOBBER_CONFINE_H
#define CLOBBER_CONFINE_H

#include <stdbool.h>

/* For a child, before execve: no new privileges, no descriptors from 4 on, and a filter
 * (seccomp(2)) that lets through the calls with which a payload sets itself up, at both widths.
 * None of them opens a file or a socket, starts a process or reaches another one; any other call is
 * a SIGSYS. False: the kernel refuses. With CLOBBER_UNCONFINED=1 in the environment that is no
 * reason to stop. */
bool confine_payload(void);

#endif
