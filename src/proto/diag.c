/* SPDX-License-Identifier: MIT */
/* Messages that show where: position, source line, caret, hint; and guesses at what was meant. */
#include "proto/lex.h"
#include "proto/proto.h"

#include <string.h>

enum { SHOWN_COLUMNS = 76, INDENT = 4, MAX_WORD = 32 };

/* Columns that the byte at `s` takes when the line is shown from column `col` (from 0) on. */
static unsigned columns(const char *s, unsigned col)
{
	unsigned char c = (unsigned char)*s;

	if (c == '\t')
		return 8 - col % 8;
	return c >= 0x80 && c < 0xc0 ? 0 : 1; /* UTF-8 continuation bytes */
}

/* Length of the well-formed multi-byte UTF-8 sequence at `s`, or 0. */
static size_t utf8_length(const char *s, const char *end)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c >= 0xf0 && c <= 0xf4 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 ? 2 : 0;

	if (c >= 0xf5 || (size_t)(end - s) < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* The columns [from, to) of a source line, tabs expanded, what cannot be printed as '?'. */
static void add_line(struct str *out, const char *s, const char *end, unsigned from, unsigned to)
{
	unsigned col = 0;

	for (; s < end && col < to; s++) {
		unsigned n = columns(s, col);
		size_t bytes = utf8_length(s, end);

		if (*s == '\t') {
			for (unsigned i = 0; i < n; i++)
				if (col + i >= from && col + i < to)
					str_add(out, " ");
		} else if (n && col >= from) {
			unsigned char c = (unsigned char)*s;

			if (bytes)
				str_addn(out, s, bytes);
			else
				str_addf(out, "%c", c < ' ' || c >= 0x7f ? '?' : c);
		}
		col += n;
	}
}

static void add_spaces(struct str *out, unsigned n)
{
	str_addf(out, "%*s", (int)n, "");
}

/* The source line that holds `at`, and below it the mark. */
static void add_excerpt(struct str *out, const char *line, const char *end, const char *at,
			size_t len)
{
	unsigned caret = 0, tail, total, from = 0, to;

	for (const char *s = line; s < at; s++)
		caret += columns(s, caret);
	tail = caret;
	for (const char *s = at; s < end && s < at + len; s++)
		tail += columns(s, tail);
	total = tail;
	for (const char *s = at + len; s < end && total < tail + SHOWN_COLUMNS; s++)
		total += columns(s, total);
	if (caret > SHOWN_COLUMNS * 2 / 3)
		from = caret - SHOWN_COLUMNS / 2;
	if (total <= SHOWN_COLUMNS)
		from = 0;
	to = from + SHOWN_COLUMNS;
	if (tail > to)
		tail = to;
	add_spaces(out, INDENT);
	str_add(out, from ? "..." : "");
	add_line(out, line, end, from ? from + 3 : 0, to < total ? to - 3 : to);
	str_add(out, to < total ? "..." : "");
	str_add(out, "\n");
	add_spaces(out, INDENT + caret - from);
	str_add(out, "^");
	for (unsigned i = caret + 1; i < tail; i++)
		str_add(out, "~");
}

char *diag_format(struct arena *a, const struct source *src, const char *at, size_t len,
		  const char *severity, const char *what, const char *hint)
{
	const char *line = src->text, *end;
	struct str out = { 0 };
	unsigned number = 1;
	char *all;

	for (const char *s = src->text; s < at; s++) {
		if (*s == '\n') {
			number++;
			line = s + 1;
		}
	}
	for (end = line; end < src->text + src->len && *end != '\n';)
		end++;
	if (end > line && end[-1] == '\r' && end > at)
		end--;
	str_addf(&out, "%s:%u:%u: %s: %s\n", src->name, number, (unsigned)(at - line) + 1, severity,
		 what);
	add_excerpt(&out, line, end, at, len);
	if (hint)
		str_addf(&out, "\nhint: %s", hint);
	all = arena_strdup(a, out.s);
	str_free(&out);
	return all;
}

char *proto_error_at(struct arena *a, const struct srcpos *pos, const char *text, size_t len,
		     size_t mark, const char *what, const char *hint)
{
	struct source src = { .name = pos->file, .text = text, .len = len };
	const char *at = text;

	for (unsigned line = 1; line < pos->line && at < text + len; at++)
		line += *at == '\n';
	for (unsigned col = 1; col < pos->col && at < text + len && *at != '\n'; col++)
		at++;
	return diag_format(a, &src, at, mark, "error", what, hint);
}

int diag_distance(const char *word, const char *like)
{
	unsigned d[MAX_WORD + 1][MAX_WORD + 1];
	size_t n = strlen(word), m = strlen(like), limit = n < 8 ? 1 : 2;

	if (n < 3 || m < 3 || n > MAX_WORD || m > MAX_WORD)
		return -1;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			unsigned best = d[i - 1][j - 1] + (word[i - 1] != like[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && word[i - 1] == like[j - 2] &&
			    word[i - 2] == like[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[n][m] <= limit ? (int)d[n][m] : -1;
}
