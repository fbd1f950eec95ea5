/* SPDX-License-Identifier: MIT */
#include "run/tools.h"

#include <stdio.h>

/* Progress: one line on a terminal's stderr, overwritten; nothing elsewhere. Of ninja's lines,
 * "[DONE/ALL] SECONDS WHAT", the seconds are made into the time that is left. */
void show_progress(const char *line)
{
	unsigned done, all;
	double seconds;
	int at = 0;

	if (!line) {
		fputs("\r\033[K", stderr);
	} else if (sscanf(line, "[%u/%u] %lf %n", &done, &all, &seconds, &at) == 3 && at && done) {
		unsigned left = (unsigned)(seconds * (all - done) / done);

		fprintf(stderr, "\r\033[K[%u/%u] %u:%02u left  %.50s", done, all, left / 60,
			left % 60, line + at);
	} else {
		fprintf(stderr, "\r\033[K%.78s", line);
	}
	fflush(stderr);
}
