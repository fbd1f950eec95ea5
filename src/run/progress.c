/* SPDX-License-Identifier: MIT */
#include "run/tools.h"

#include <stdio.h>

/* Nothing is shown where standard error is no terminal: who calls asks. */
void show_progress(const char *line)
{
	if (line)
		fprintf(stderr, "\r\033[K%.78s", line);
	else
		fputs("\r\033[K", stderr);
	fflush(stderr);
}
