/* SPDX-License-Identifier: MIT */
/* Source text to tokens. What cannot be a token becomes one that carries the message, so that
 * errors are reported in the order of the text, when the parser reaches them. */
#include "proto/lex.h"

#include <string.h>

enum { MAX_IDENTIFIER = 255 };

struct lexer {
	struct arena *a;
	const struct source *src;
	const char *p, *end;
	const char *line_start;
	unsigned line;
	struct token *v;
	size_t n;
	bool space;
	bool in_note; /* reading the tokens of a `//! varargs` line */
	bool failed;
};

static struct token *add(struct lexer *lx, enum token_kind kind, const char *s, size_t len)
{
	struct token *t;

	lx->v = arena_grow(lx->a, lx->v, lx->n, sizeof(*lx->v));
	t = &lx->v[lx->n++];
	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->s = s;
	t->len = len;
	t->line = lx->line;
	t->col = (unsigned)(s - lx->line_start) + 1;
	t->space = lx->space;
	lx->space = false;
	return t;
}

static void fail(struct lexer *lx, const char *s, size_t len, const char *what, const char *hint)
{
	struct token *t = add(lx, TOK_ERROR, s, len);

	t->word = what;
	t->rest = hint;
	lx->failed = true;
}

static bool word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool word_char(char c)
{
	return word_start(c) || digit(c);
}

static char peek(const struct lexer *lx, size_t ahead)
{
	return (size_t)(lx->end - lx->p) > ahead ? lx->p[ahead] : 0;
}

static void newline(struct lexer *lx)
{
	if (lx->in_note)
		add(lx, TOK_NOTE_END, lx->p, 1);
	lx->in_note = false;
	lx->p++;
	lx->line++;
	lx->line_start = lx->p;
	lx->space = true;
}

static const char *line_end(const struct lexer *lx)
{
	const char *e = memchr(lx->p, '\n', (size_t)(lx->end - lx->p));

	return e ? e : lx->end;
}

static const char *find_nul(const char *s, const char *e)
{
	return memchr(s, 0, (size_t)(e - s));
}

static void lex_nul(struct lexer *lx, const char *at)
{
	fail(lx, at, 1, "NUL byte in a case file", "the file is not text: was it truncated?");
}

/* `//! word rest` */
static void lex_note(struct lexer *lx)
{
	const char *e = line_end(lx), *start = lx->p, *word, *nul = find_nul(lx->p, e);
	struct token *t;

	if (nul) {
		lex_nul(lx, nul);
		return;
	}
	lx->p += 3;
	while (lx->p < e && (*lx->p == ' ' || *lx->p == '\t'))
		lx->p++;
	word = lx->p;
	while (lx->p < e && *lx->p != ' ' && *lx->p != '\t' && *lx->p != '\r')
		lx->p++;
	t = lx->p > word ? add(lx, TOK_NOTE, word, (size_t)(lx->p - word))
			 : add(lx, TOK_NOTE, start, 3);
	t->word = arena_strndup(lx->a, word, (size_t)(lx->p - word));
	while (lx->p < e && (*lx->p == ' ' || *lx->p == '\t'))
		lx->p++;
	if (!strcmp(t->word, "varargs")) {
		lx->in_note = true;
		t->rest = "";
		return;
	}
	while (e > lx->p && (e[-1] == ' ' || e[-1] == '\t' || e[-1] == '\r'))
		e--;
	t->rest = arena_strndup(lx->a, lx->p, (size_t)(e - lx->p));
	/* The token reaches to the end, so that messages can point into the text. */
	t->len = (size_t)(e - t->s) > t->len ? (size_t)(e - t->s) : t->len;
	lx->p = line_end(lx);
}

static void lex_line_comment(struct lexer *lx)
{
	const char *e = line_end(lx), *nul = find_nul(lx->p, e);

	if (nul)
		lex_nul(lx, nul);
	lx->p = e;
	lx->space = true;
}

static void lex_block_comment(struct lexer *lx)
{
	const char *start = lx->p, *line_start = lx->line_start;
	unsigned line = lx->line;

	lx->p += 2;
	for (; lx->p < lx->end; lx->p++) {
		if (*lx->p == '*' && peek(lx, 1) == '/') {
			lx->p += 2;
			lx->space = true;
			return;
		}
		if (!*lx->p) {
			lex_nul(lx, lx->p);
			return;
		}
		if (*lx->p == '\n') {
			newline(lx);
			lx->p--;
		}
	}
	lx->line = line;
	lx->line_start = line_start;
	fail(lx, start, 2, "comment is not closed", "end it with */");
}

static int digit_value(char c)
{
	if (digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

static bool number_suffix(const char *s, size_t len, struct token *t)
{
	unsigned us = 0, ls = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == 'u' || s[i] == 'U') {
			us++;
		} else if (s[i] == 'l' || s[i] == 'L') {
			ls++;
			if (i + 1 < len && s[i + 1] == s[i])
				i++;
		} else {
			return false;
		}
	}
	t->is_unsigned = us;
	t->is_long = ls;
	return us <= 1 && ls <= 1;
}

static void lex_number(struct lexer *lx)
{
	const char *s = lx->p, *d = s, *digits;
	unsigned long long value = 0;
	int base = 10;
	size_t len = 0;
	struct token *t;
	bool overflow = false;

	/* As C does it: letters, digits and dots belong to the number, sensible or not. */
	while (word_char(peek(lx, len)) || peek(lx, len) == '.')
		len++;
	lx->p += len;
	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		d += 2;
	} else if (len > 2 && s[0] == '0' && (s[1] == 'b' || s[1] == 'B')) {
		base = 2;
		d += 2;
	} else if (s[0] == '0') {
		base = 8;
	}
	digits = d;
	for (; d < s + len && digit_value(*d) < base; d++)
		if (__builtin_mul_overflow(value, (unsigned)base, &value) ||
		    __builtin_add_overflow(value, (unsigned)digit_value(*d), &value))
			overflow = true;
	if (overflow) {
		fail(lx, s, len, "number does not fit in 64 bits", NULL);
		return;
	}
	t = add(lx, TOK_NUMBER, s, len);
	t->value = value;
	if (d == digits || !number_suffix(d, (size_t)(s + len - d), t)) {
		lx->n--;
		fail(lx, s, len, "malformed integer constant",
		     "write a decimal, octal, 0x or 0b integer, suffixes u, l and ll allowed");
		return;
	}
	/* Other than decimal ones become unsigned rather than long: 0xffffffff. */
	if (base != 10 && !t->is_long && value > 0x7fffffff && value <= 0xffffffff)
		t->is_unsigned = true;
	if (value > 0xffffffff || (value > 0x7fffffff && !t->is_unsigned))
		t->is_long = true;
	if (value > 0x7fffffffffffffffull)
		t->is_unsigned = true;
}

static void lex_string(struct lexer *lx)
{
	const char *s = lx->p;
	char quote = *s;

	for (lx->p++; lx->p < lx->end && *lx->p != '\n' && *lx->p; lx->p++) {
		if (*lx->p == quote) {
			lx->p++;
			if (quote == '"')
				add(lx, TOK_STRING, s, (size_t)(lx->p - s));
			else
				fail(lx, s, (size_t)(lx->p - s),
				     "character constants are not supported",
				     "write the character's number");
			return;
		}
		if (*lx->p == '\\' && peek(lx, 1) && peek(lx, 1) != '\n')
			lx->p++;
	}
	fail(lx, s, 1,
	     quote == '"' ? "string is not closed on its line"
			  : "character constant is not closed on its line",
	     NULL);
}

static void lex_directive(struct lexer *lx)
{
	size_t len = 1;

	while (peek(lx, len) == ' ' || peek(lx, len) == '\t')
		len++;
	while (word_char(peek(lx, len)))
		len++;
	fail(lx, lx->p, len, "preprocessor lines are not supported",
	     "case files are plain declarations; common typedefs (size_t, uint32_t, u8, ...) are "
	     "built in");
}

static void lex_odd_byte(struct lexer *lx)
{
	unsigned char c = (unsigned char)*lx->p;

	if (!c)
		lex_nul(lx, lx->p);
	else if (c == '\\')
		fail(lx, lx->p, 1, "stray '\\'",
		     "a backslash is not needed: a declaration may simply go on in the next line");
	else if (c > ' ' && c < 0x7f)
		fail(lx, lx->p, 1, arena_printf(lx->a, "unexpected character '%c'", c), NULL);
	else
		fail(lx, lx->p, 1, arena_printf(lx->a, "unexpected byte 0x%02x", c),
		     "outside comments a case file is plain ASCII");
}

static void lex_punct(struct lexer *lx)
{
	static const struct {
		char s[4];
		int punct;
	} longer[] = {
		{ "...", P_ELLIPSIS }, { "<<", P_SHL },   { ">>", P_SHR }, { "==", P_EQ },
		{ "!=", P_NE },        { "<=", P_LE },    { ">=", P_GE },  { "&&", P_AND },
		{ "||", P_OR },        { "::", P_SCOPE },
	};
	size_t len = 1;
	int punct = (unsigned char)*lx->p;

	for (size_t i = 0; i < ARRAY_SIZE(longer); i++) {
		size_t n = strlen(longer[i].s);

		if ((size_t)(lx->end - lx->p) >= n && !memcmp(lx->p, longer[i].s, n)) {
			len = n;
			punct = longer[i].punct;
			break;
		}
	}
	if (len == 1 && (!*lx->p || !strchr("(){}[],;:*=+-/%&|^~!?<>.", *lx->p))) {
		lex_odd_byte(lx);
		return;
	}
	add(lx, TOK_PUNCT, lx->p, len)->punct = punct;
	lx->p += len;
}

static void lex_word(struct lexer *lx)
{
	const char *s = lx->p;

	while (word_char(peek(lx, 0)))
		lx->p++;
	if (lx->p - s > MAX_IDENTIFIER) {
		fail(lx, s, (size_t)(lx->p - s), "this name is too long",
		     "names have up to 255 characters");
		return;
	}
	add(lx, TOK_WORD, s, (size_t)(lx->p - s))->word =
		arena_strndup(lx->a, s, (size_t)(lx->p - s));
}

static void lex_one(struct lexer *lx)
{
	char c = *lx->p, next = peek(lx, 1);

	if (c == '\n') {
		newline(lx);
	} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
		lx->p++;
		lx->space = true;
	} else if (c == '/' && next == '/') {
		if (peek(lx, 2) == '!' && !lx->in_note)
			lex_note(lx);
		else
			lex_line_comment(lx);
	} else if (c == '/' && next == '*') {
		lex_block_comment(lx);
	} else if (word_start(c)) {
		lex_word(lx);
	} else if (digit(c)) {
		lex_number(lx);
	} else if (c == '"' || c == '\'') {
		lex_string(lx);
	} else if (c == '#') {
		lex_directive(lx);
	} else {
		lex_punct(lx);
	}
}

struct token *lex(struct arena *a, const struct source *src)
{
	struct lexer lx = {
		.a = a,
		.src = src,
		.p = src->text,
		.end = src->text + src->len,
		.line_start = src->text,
		.line = 1,
	};

	if (src->len >= 3 && !memcmp(src->text, "\xef\xbb\xbf", 3))
		lx.p += 3; /* byte order mark */
	while (lx.p < lx.end && !lx.failed)
		lex_one(&lx);
	if (lx.in_note && !lx.failed)
		add(&lx, TOK_NOTE_END, lx.end, 0);
	if (!lx.failed)
		add(&lx, TOK_EOF, lx.end, 0);
	return lx.v;
}

/* rest is a copy of the token's end. */
const char *note_in_source(const struct token *t, const char *s)
{
	return t->s + t->len - strlen(s);
}
