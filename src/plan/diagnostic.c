/* SPDX-License-Identifier: MIT */
/* Read what a compiler printed: the line that says why, and warnings that an attribute is ignored.
 * Knows how gcc, clang, tcc, chibicc and pcc lay out their diagnostics. */
#include "plan/probe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 200 };

struct line {
	const char *s;
	size_t n;
};

static bool next_line(const char **text, struct line *l)
{
	if (!**text)
		return false;
	l->s = *text;
	l->n = strcspn(*text, "\n");
	*text += l->n + (l->s[l->n] == '\n');
	return true;
}

static bool contains(struct line l, const char *what)
{
	return memmem(l.s, l.n, what, strlen(what));
}

static bool is_blank(struct line l)
{
	return strspn(l.s, " \t\r") >= l.n;
}

/* "In function 'f':", "In file included from x:" and "1 warning generated." explain nothing. */
static bool is_context(struct line l)
{
	return is_blank(l) || l.s[l.n - 1] == ':' || contains(l, "In file included from");
}

/* chibicc echoes the source and puts its message below, behind a caret. */
static bool caret_message(const char *text, struct line *l)
{
	struct line below;
	size_t i;

	if (!next_line(&text, &below))
		return false;
	i = strspn(below.s, " ");
	if (i + 2 >= below.n || below.s[i] != '^' || !isalnum((unsigned char)below.s[i + 2]))
		return false;
	*l = (struct line){ below.s + i + 2, below.n - i - 2 };
	return true;
}

/* Step over "DIR/probe.c:3:4: " and "DIR/probe.c, line 3: ". */
static struct line without_position(struct line l, const char *file)
{
	size_t n = strlen(file);

	if (l.n < n || strncmp(l.s, file, n))
		return l;
	l = (struct line){ l.s + n, l.n - n };
	if (l.n > 6 && !strncmp(l.s, ", line", 6))
		l = (struct line){ l.s + 6, l.n - 6 };
	while (l.n && (strchr(": ", *l.s) || isdigit((unsigned char)*l.s)))
		l = (struct line){ l.s + 1, l.n - 1 };
	return l;
}

/* Length of a terminal's control sequence, ESC [ ... letter, at the beginning of a line; else 0. */
static size_t control_sequence(struct line l)
{
	size_t n = 2;

	if (l.n < 2 || l.s[0] != '\033' || l.s[1] != '[')
		return 0;
	while (n < l.n && !isalpha((unsigned char)l.s[n]))
		n++;
	return n < l.n ? n + 1 : l.n;
}

/* One printable line without the names of temporary files. */
static const char *tidy(struct arena *a, struct line l, const char *file)
{
	size_t dir = (size_t)(strrchr(file, '/') + 1 - file), n = 0;
	char *out;

	l = without_position(l, file);
	out = arena_alloc(a, l.n + 1);
	while (l.n && n < LONGEST) {
		size_t sequence = control_sequence(l);

		if (sequence) {
			l = (struct line){ l.s + sequence, l.n - sequence };
			continue;
		}
		if (l.n >= dir && !strncmp(l.s, file, dir)) {
			l = (struct line){ l.s + dir, l.n - dir };
			continue;
		}
		/* pcc, when it dies: "major internal compiler error: probe.c, line 1". */
		if (l.n >= strlen(file + dir) && !strncmp(l.s, file + dir, strlen(file + dir)))
			break;
		out[n++] = iscntrl((unsigned char)*l.s) ? ' ' : *l.s;
		l = (struct line){ l.s + 1, l.n - 1 };
	}
	while (n && strchr(" :", out[n - 1]))
		n--;
	out[n] = 0;
	return out + strspn(out, " ");
}

const char *diagnostic_reason(struct arena *a, const char *output, const char *file)
{
	struct line l, fallback = { 0 };

	while (next_line(&output, &l)) {
		if (is_context(l))
			continue;
		if (!fallback.s)
			fallback = l;
		if (contains(l, "warning:") || contains(l, "note:"))
			continue;
		if (!contains(l, "error:"))
			caret_message(output, &l);
		return tidy(a, l, file);
	}
	return fallback.s ? tidy(a, fallback, file) : NULL;
}

const char *diagnostic_ignored(struct arena *a, const char *output, const char *file)
{
	static const char *const words[] = { "ignored", "unsupported", "not supported",
					     "unknown attribute", "-Wattributes" };
	struct line l;

	while (next_line(&output, &l)) {
		if (!contains(l, "warning"))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			if (contains(l, words[i]))
				return tidy(a, l, file);
		}
	}
	return NULL;
}

bool diagnostic_speaks_of(const char *output, const char *file, unsigned first, unsigned last)
{
	size_t n = strlen(file);

	for (const char *p = output; (p = strstr(p, file)); p += n) {
		const char *at = p + n;
		unsigned long line;

		/* "FILE:3:4: " and "FILE, line 3: " */
		at += *at == ':' ? 1 : !strncmp(at, ", line ", 7) ? 7 : 0;
		line = at > p + n && isdigit((unsigned char)*at) ? strtoul(at, NULL, 10) : 0;
		if (line >= first && line <= last)
			return true;
	}
	return false;
}
