/* SPDX-License-Identifier: MIT */
/* The grammar of JSON: RFC 8259, 2 to 7. */
#include "util/scan.h"

#include <stdint.h>
#include <string.h>

enum { DEEPEST = 2048 /* as jansson */ };

char scan_peek(struct scan *s)
{
	if (s->failed)
		return 0;
	while (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r')
		s->p++;
	return *s->p;
}

static bool fail(struct scan *s)
{
	s->failed = true;
	return false;
}

bool scan_take(struct scan *s, char c)
{
	if (scan_peek(s) != c || s->failed)
		return false;
	s->p++;
	return true;
}

bool scan_more(struct scan *s, char close, bool *first)
{
	bool was_first = *first;

	*first = false;
	if (s->failed)
		return false;
	if (was_first)
		return !scan_take(s, close);
	if (scan_take(s, ','))
		return true;
	return scan_take(s, close) ? false : fail(s);
}

#define BYTES(c) ((uint64_t)(c)*0x0101010101010101ull)

/* A bit is set in each byte of w that is 0, and perhaps in bytes above it. */
static uint64_t zeros(uint64_t w)
{
	return (w - BYTES(1)) & ~w & BYTES(0x80);
}

/* Has one of eight bytes a meaning, or is not printable ASCII? */
static bool special(uint64_t w)
{
	return ((w & BYTES(0x80)) | zeros(w ^ BYTES('"')) | zeros(w ^ BYTES('\\')) |
		zeros(w ^ BYTES(0x7f)) | ((w - BYTES(0x20)) & ~w & BYTES(0x80))) != 0;
}

bool scan_string(struct scan *s, struct scan_text *out)
{
	const char *p;
	uint64_t w;

	if (!scan_take(s, '"'))
		return fail(s);
	*out = (struct scan_text){ .s = s->p, .plain = true };
	for (p = s->p;;) {
		unsigned char c;

		while (s->end - p >= 8 && (memcpy(&w, p, 8), !special(w)))
			p += 8;
		c = (unsigned char)*p;
		if (c == '"')
			break;
		if (c < ' ') /* the end, too */
			return fail(s);
		if (c == '\\' && p + 1 < s->end)
			p++;
		out->plain = out->plain && c != '\\' && c < 0x7f;
		p++;
	}
	out->n = (size_t)(p - out->s);
	s->p = p + 1;
	return true;
}

bool scan_key(struct scan *s, struct scan_text *out)
{
	if (!scan_string(s, out))
		return false;
	if (!out->plain)
		json_decref(scan_decode(s, out));
	return scan_take(s, ':') || fail(s);
}

/* What jansson makes of a part of the text. */
static json_t *tree(struct scan *s, const char *from, size_t n)
{
	json_t *j = s->failed ? NULL
			      : json_loadb(from, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

	if (!j)
		fail(s);
	return j;
}

static void scan_number(struct scan *s)
{
	const char *from = s->p;
	size_t n = strspn(from, "0123456789");

	if (n && n < 10 && (n == 1 || *from != '0') && !strchr(".eE", from[n])) {
		s->p += n;
		return;
	}
	s->p += strspn(from, "+-.0123456789eE");
	json_decref(tree(s, from, (size_t)(s->p - from)));
}

static bool word(struct scan *s, const char *w)
{
	size_t n = strlen(w);

	if (strncmp(s->p, w, n))
		return false;
	s->p += n;
	return true;
}

static void scan_items(struct scan *s, char close)
{
	struct scan_text text;

	s->p++;
	if (++s->depth > DEEPEST)
		fail(s);
	for (bool first = true; scan_more(s, close, &first);) {
		if (close == ']' || scan_key(s, &text))
			scan_value(s);
	}
	s->depth--;
}

void scan_value(struct scan *s)
{
	struct scan_text text;
	char c = scan_peek(s);

	if (c == '"') {
		if (scan_string(s, &text) && !text.plain)
			json_decref(scan_decode(s, &text));
	} else if (c == '{') {
		scan_items(s, '}');
	} else if (c == '[') {
		scan_items(s, ']');
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		scan_number(s);
	} else if (!s->failed && !word(s, "null") && !word(s, "true") && !word(s, "false")) {
		fail(s);
	}
}

json_t *scan_json(struct scan *s)
{
	const char *from;

	scan_peek(s);
	from = s->p;
	scan_value(s);
	return tree(s, from, (size_t)(s->p - from));
}

json_t *scan_decode(struct scan *s, const struct scan_text *text)
{
	return tree(s, text->s - 1, text->n + 2);
}

bool scan_count(struct scan *s, unsigned *out)
{
	const char *from;
	unsigned n = 0;

	scan_peek(s);
	from = s->p;
	scan_value(s);
	if (s->failed || s->p - from > 9)
		return false;
	for (const char *p = from; p < s->p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		n = 10 * n + (unsigned)(*p - '0');
	}
	*out = n;
	return true;
}
