/* SPDX-License-Identifier: MIT */
/* Colour and wrapped lines. */
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

void paint(struct str *out, const struct text_style *style, const char *colour, const char *text)
{
	str_addf(out, "%s%s%s", style->colour ? colour : "", text, style->colour ? OFF : "");
}

void text_wrap(struct str *out, const struct text_style *style, const char *first,
	       const char *indent, const char *text)
{
	const char *lead = first;

	while (*text) {
		size_t room = style->columns - strlen(lead);
		size_t n = strlen(text), end;

		if (n > room) {
			n = room;
			while (n > 20 && text[n] != ' ')
				n--;
			if (text[n] != ' ')
				n = room;
		}
		end = n;
		while (end && text[end - 1] == ' ')
			end--;
		str_addf(out, "%s%.*s\n", lead, (int)end, text);
		text += n;
		while (*text == ' ')
			text++;
		lead = indent;
	}
}
