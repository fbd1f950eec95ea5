/* SPDX-License-Identifier: MIT */
/* Headers as they are, made readable for a parser of plain declarations. */
#include "check/header_text.h"

#include <string.h>

/* A macro without arguments: what its name stands for. */
struct macro {
	const char *name, *body;
};

struct macros {
	struct macro *v;
	size_t n;
};

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Behind a comment, string or character at *s, or s itself. */
static char *skip_quoted(char *s)
{
	char quote = *s, *end;

	if (s[0] == '/' && s[1] == '*') {
		end = strstr(s + 2, "*/");
		return end ? end + 2 : s + strlen(s);
	}
	if (s[0] == '/' && s[1] == '/')
		return s + strcspn(s, "\n");
	if (quote != '"' && quote != '\'')
		return s;
	for (s++; *s && *s != quote && *s != '\n'; s++)
		s += *s == '\\' && s[1];
	return *s == quote ? s + 1 : s;
}

static void blank(char *from, char *to)
{
	for (; from < to; from++) {
		if (*from != '\n')
			*from = ' ';
	}
}

/* Behind the bracket that closes the one at `s`. */
static char *behind_bracket(char *s)
{
	char open = *s, close = open == '{' ? '}' : ')';
	unsigned depth = 0;

	while (*s) {
		char *next = skip_quoted(s);

		if (next > s) {
			s = next;
			continue;
		}
		depth += *s == open;
		if (*s == close && !--depth)
			return s + 1;
		s++;
	}
	return s;
}

/* Macros -------------------------------------------------------------------------------------- */

/* Does a macro's body hold nothing but attributes and words that go before a declaration? */
static bool is_specifier(const char *body)
{
	static const char *const words[] = { "__attribute__", "__attribute", "extern",
					     "__declspec",    "__stdcall",   "__cdecl",
					     "__fastcall",    "__restrict",  "const" };

	for (body += strspn(body, " \t\\"); *body;) {
		size_t n = 0;
		bool known = false;

		while (name_char(body[n]))
			n++;
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			known = known || (strlen(words[i]) == n && !strncmp(body, words[i], n));
		if (!known)
			return false;
		body += n + strspn(body + n, " \t");
		if (*body == '(')
			body = behind_bracket((char *)body);
		body += strspn(body, " \t\\\n");
	}
	return true;
}

/* "#define NAME BODY", if it is of that kind. */
static void take_define(struct arena *a, struct macros *m, const char *s, size_t len)
{
	struct macro d;
	const char *start = s;
	size_t n = 0;
	char *body;

	s += strspn(s, "# \t");
	if (strncmp(s, "define", 6))
		return;
	s += 6 + strspn(s + 6, " \t");
	while (name_char(s[n]))
		n++;
	if (!n || s[n] == '(')
		return;
	d.name = arena_strndup(a, s, n);
	s += n;
	d.body = body = arena_strndup(a, s, len - (size_t)(s - start));
	for (; *body; body++) {
		if (*body == '\\' || *body == '\n')
			*body = ' ';
	}
	if (!is_specifier(d.body))
		return;
	m->v = arena_grow(a, m->v, m->n, sizeof(d));
	m->v[m->n++] = d;
}

/* Of the kernel's annotations those that change a layout, and those that do not. */
static const char *kernel_word(const char *s, size_t n, bool *arguments)
{
	static const struct {
		const char *name, *body;
		bool arguments;
	} words[] = {
		{ "__packed", "__attribute__((packed))", false },
		{ "__cold", "", false },
		{ "__init", "", false },
		{ "__exit", "", false },
		{ "__user", "", false },
		{ "__iomem", "", false },
		{ "__must_check", "", false },
		{ "__pure", "", false },
		{ "__malloc", "", false },
		{ "__noreturn", "", false },
		{ "__visible", "", false },
		{ "__weak", "", false },
		{ "noinline", "", false },
		{ "notrace", "", false },
		{ "noinstr", "", false },
		{ "__extension__", "", false },
		{ "__printf", "", true },
		{ "__scanf", "", true },
		{ "__alloc_size", "", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].name) == n && !strncmp(words[i].name, s, n)) {
			*arguments = words[i].arguments;
			return words[i].body;
		}
	}
	return NULL;
}

static const char *body_of(const struct macros *m, const char *s, size_t n, bool *arguments)
{
	*arguments = false;
	/* The last definition counts. */
	for (size_t i = m->n; i-- > 0;) {
		if (strlen(m->v[i].name) == n && !strncmp(m->v[i].name, s, n))
			return m->v[i].body;
	}
	return kernel_word(s, n, arguments);
}

static char *expand(struct arena *a, const struct macros *m, char *text)
{
	struct str out = { 0 };
	char *s = text, *r;

	str_add(&out, "");
	while (*s) {
		char *next = skip_quoted(s);
		const char *body = NULL;
		bool arguments;
		size_t n = 0;

		while (next == s && name_char(s[n]))
			n++;
		if (n)
			body = body_of(m, s, n, &arguments);
		if (!body) {
			n = next > s ? (size_t)(next - s) : n ? n : 1;
			str_addn(&out, s, n);
			s += n;
			continue;
		}
		str_addf(&out, "%s ", body);
		s += n;
		if (arguments && s[strspn(s, " ")] == '(')
			s = behind_bracket(s + strspn(s, " "));
	}
	r = arena_strndup(a, out.s, out.len);
	str_free(&out);
	return r;
}

/* Directives ---------------------------------------------------------------------------------- */

/* Behind a directive and its continuations, which are blanked. What it packs is *packed. */
static char *directive(struct arena *a, struct macros *m, char *s, bool *packed)
{
	char *end = s;
	const char *pack;

	do {
		end += strcspn(end, "\n");
		if (*end && end[-1] != '\\')
			break;
	} while (*end && *++end);
	take_define(a, m, s, (size_t)(end - s));
	pack = strstr(s, "pragma");
	if (pack && pack < end && (pack = strstr(pack, "pack")) && pack < end) {
		pack += 4 + strspn(pack + 4, " \t(");
		*packed = strncmp(pack, "pop", 3) && *pack != ')';
	}
	blank(s, end);
	return end;
}

/* The declaration that ends at `end` began here: behind the last ';' or '}' outside of brackets. */
struct scan {
	char *declaration;
	bool line_start, packed;
	unsigned linkage; /* extern "C" { */
	size_t left_out;
};

static bool at_word(const char *text, const char *s, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(s, word, n) && !name_char(s[n]) && (s == text || !name_char(s[-1]));
}

/* extern "C", with or without a brace. */
static char *linkage(struct scan *scan, char *s)
{
	char *q = s + 6 + strspn(s + 6, " \t\n"), *brace;

	if (strncmp(q, "\"C\"", 3))
		return NULL;
	brace = q + 3 + strspn(q + 3, " \t\n");
	blank(s, q + 3);
	if (*brace == '{') {
		*brace = ' ';
		scan->linkage++;
		return brace + 1;
	}
	return q + 3;
}

/* A brace at file scope: a function's body goes with its declaration, anything else stays. */
static char *brace(struct scan *scan, char *text, char *s)
{
	char *before = s, *end = behind_bracket(s);

	while (before > text && strchr(" \t\n", before[-1]))
		before--;
	if (before > text && before[-1] == ')' && end[-1] == '}') {
		blank(scan->declaration, end);
		scan->declaration = end;
	}
	return end;
}

/* The end of a declaration: what cannot be taken as it is goes. */
static void end_of_declaration(struct scan *scan, char *text, char *end)
{
	bool label = false;

	for (char *s = scan->declaration, *next; s < end; s = next) {
		next = skip_quoted(s);
		if (next > s)
			continue;
		label = label || at_word(text, s, "__asm__") || at_word(text, s, "__asm") ||
			at_word(text, s, "asm");
		next = s + 1;
	}
	/* A label is another symbol than the name; layouts of packed types would be wrong. */
	if (label || scan->packed) {
		blank(scan->declaration, end);
		scan->left_out++;
	}
	scan->declaration = end;
}

char *header_text(struct arena *a, char *text, size_t *left_out)
{
	struct scan scan = { .declaration = text, .line_start = true };
	struct macros m = { 0 };

	for (char *s = text; *s;) {
		char *next = skip_quoted(s);

		if (next > s && *s == '/' && (next - s < 4 || s[2] != '!')) {
			s = next;
		} else if (next > s) {
			s = next;
		} else if (scan.line_start && *s == '#') {
			s = directive(a, &m, s, &scan.packed);
		} else if (at_word(text, s, "extern") && (next = linkage(&scan, s))) {
			s = next;
		} else if (*s == '}' && scan.linkage) {
			*s++ = ' ';
			scan.linkage--;
		} else if (*s == '{') {
			s = brace(&scan, text, s);
		} else if (*s == '(') {
			s = behind_bracket(s);
			scan.line_start = false;
		} else {
			if (*s == ';')
				end_of_declaration(&scan, text, s + 1);
			scan.line_start = *s == '\n' || (scan.line_start && strchr(" \t", *s));
			s++;
		}
	}
	*left_out = scan.left_out;
	return expand(a, &m, text);
}
