/* SPDX-License-Identifier: MIT */
#include "run/tools.h"

#include <stdio.h>

/* Only for a standard error that is a terminal: callers ask first. */
void show_progress(const char *line)
{
	if (line)
		fprintf(stderr, "\r\033[K%.78s", line);
	else
		fputs("\r\033[K", stderr);
	fflush(stderr);
}
