/* SPDX-License-Identifier: MIT */
/* Colour and wrapped lines. */
#include "util/terminal.h"

#include <string.h>

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
