/* SPDX-License-Identifier: MIT */
/* Control characters and broken UTF-8. */
#include "util/clean.h"

#include <string.h>

/* The bytes of the character that begins at `s`, or 0: it is not well-formed UTF-8. */
static size_t character(const unsigned char *s)
{
	static const struct {
		unsigned char from, to, second_from, second_to;
		size_t n;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (s[0] < forms[i].from || s[0] > forms[i].to)
			continue;
		if (forms[i].n > 1 && (s[1] < forms[i].second_from || s[1] > forms[i].second_to))
			return 0;
		for (size_t k = 2; k < forms[i].n; k++) {
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		}
		return forms[i].n;
	}
	return 0;
}

/* C0, DEL and, in two bytes, C1. */
static bool is_control(const unsigned char *s, size_t n, bool lines)
{
	if (n == 1)
		return (s[0] < ' ' && !(lines && (s[0] == '\n' || s[0] == '\t'))) || s[0] == 0x7f;
	return n == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

void str_add_clean(struct str *out, const char *text, bool lines)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t n = character(s);

		if (!n)
			str_add(out, "\xef\xbf\xbd");
		else if (is_control(s, n, lines))
			str_add(out, " ");
		else
			str_addn(out, (const char *)s, n);
		s += n ? n : 1;
	}
}

static bool is_clean(const char *text, bool lines)
{
	for (const unsigned char *s = (const unsigned char *)text; *s;) {
		size_t n = character(s);

		if (!n || is_control(s, n, lines))
			return false;
		s += n;
	}
	return true;
}

static const char *clean(struct arena *a, const char *s, bool lines)
{
	struct str out = { 0 };
	const char *r;

	if (!s || is_clean(s, lines))
		return s;
	str_add_clean(&out, s, lines);
	r = arena_strdup(a, out.s);
	str_free(&out);
	return r;
}

const char *clean_text(struct arena *a, const char *s)
{
	return clean(a, s, false);
}

const char *clean_lines(struct arena *a, const char *s)
{
	return clean(a, s, true);
}
