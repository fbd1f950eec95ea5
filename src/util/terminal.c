/* SPDX-License-Identifier: MIT */
/* How wide the terminal is, and whether it has colours. */
#include "util/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST_COLUMNS = 60, DEFAULT_COLUMNS = 80 };

struct text_style terminal_style(const char *color)
{
	struct text_style style = { .columns = DEFAULT_COLUMNS };
	struct winsize w;

	if (ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col)
		style.columns = w.ws_col < LEAST_COLUMNS ? LEAST_COLUMNS : w.ws_col;
	style.colour = !strcmp(color, "always") ||
		       (!strcmp(color, "auto") && isatty(1) && !getenv("NO_COLOR"));
	return style;
}
