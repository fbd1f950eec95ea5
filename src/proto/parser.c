/* SPDX-License-Identifier: MIT */
/* What all parts of the parser share: tokens, names in scopes, nesting, errors. */
#include "proto/parse.h"

#include <stdio.h>
#include <string.h>

void parse_fail_at(struct parser *p, const char *at, size_t len, const char *hint, const char *what)
{
	p->error = diag_format(p->a, &p->src, at, len, "error", what, hint);
	parse_give_up(p);
}

/* Where the text ended or could not be read, that is the error, whatever was looked for. */
static void fail_lexical(struct parser *p, const struct token *t)
{
	if (t->kind == TOK_ERROR)
		parse_fail_at(p, t->s, t->len, t->rest, t->word);
}

void parse_fail(struct parser *p, const struct token *at, const char *hint, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	fail_lexical(p, at);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	parse_fail_at(p, at->s, at->len, hint, what);
}

void parse_fail_again(struct parser *p, const struct token *at, const struct token *first,
		      const char *hint, const char *what)
{
	const char *error = diag_format(p->a, &p->src, at->s, at->len, "error", what, NULL);
	const char *note = diag_format(p->a, &p->src, first->s, first->len, "note",
				       "the other one is here", hint);

	p->error = arena_printf(p->a, "%s\n%s", error, note);
	parse_give_up(p);
}

const char *token_name(struct parser *p, const struct token *t)
{
	enum { CLIPPED = 40 };

	switch (t->kind) {
	case TOK_EOF:
		return p->single ? "the end" : "the end of the file";
	case TOK_NOTE:
		return "an annotation line";
	case TOK_NOTE_END:
		return "the end of the line";
	default:
		if (t->len > CLIPPED)
			return arena_printf(p->a, "'%.*s...'", CLIPPED - 3, t->s);
		return arena_printf(p->a, "'%.*s'", (int)t->len, t->s);
	}
}

void parse_expected(struct parser *p, const char *what)
{
	const struct token *t = p->tok;
	const char *hint = NULL;

	fail_lexical(p, t);
	next_word(p); /* refused words have their own message */
	if (t->kind == TOK_NOTE)
		parse_fail(p, t, "put it before the declaration, or write // for a comment",
			   "an annotation line inside a declaration");
	if (t->kind == TOK_STRING)
		hint = "strings stand in attributes only; extern \"C\" is C++";
	if (t->kind == TOK_PUNCT && t->punct == P_SCOPE)
		hint = "'::' is C++; case files are C";
	if (t->kind == TOK_WORD && word_find(t->word) && strstr(what, "name"))
		hint = arena_printf(p->a, "'%s' is a keyword", t->word);
	what = arena_printf(p->a, "expected %s before %s", what, token_name(p, t));
	if (t->kind == TOK_EOF && t > p->first)
		parse_fail_at(p, t[-1].s + t[-1].len, 1, hint, what);
	parse_fail(p, t, hint, "%s", what);
}

bool at_punct(const struct parser *p, int punct)
{
	return p->tok->kind == TOK_PUNCT && p->tok->punct == punct;
}

bool at_word(const struct parser *p, const char *word)
{
	return p->tok->kind == TOK_WORD && !strcmp(p->tok->word, word);
}

bool take_punct(struct parser *p, int punct)
{
	if (!at_punct(p, punct))
		return false;
	p->tok++;
	return true;
}

void expect_punct(struct parser *p, int punct, const char *what)
{
	if (!take_punct(p, punct))
		parse_expected(p, what);
}

void enter(struct parser *p)
{
	if (++p->depth > MAX_NESTING)
		parse_fail(p, p->tok, NULL, "nested deeper than %d", MAX_NESTING);
}

void leave(struct parser *p)
{
	p->depth--;
}

enum { FIRST_BUCKETS = 512 }; /* a power of two, as all that follow */

static unsigned bucket(const struct parser *p, unsigned scope, const char *name)
{
	return (unsigned)(hash_str(HASH_INIT, name) ^ scope * 0x9e3779b9u) & (p->nbuckets - 1);
}

static void chain(struct parser *p, struct symbol *s)
{
	unsigned b = bucket(p, s->scope, s->name);

	s->next = p->symbols[b];
	p->symbols[b] = s;
}

/* The oldest of a chain comes first, so that the newest stays in front. */
static void chain_all(struct parser *p, struct symbol *s)
{
	struct symbol *oldest = NULL;

	while (s) {
		struct symbol *next = s->next;

		s->next = oldest;
		oldest = s;
		s = next;
	}
	while (oldest) {
		struct symbol *next = oldest->next;

		chain(p, oldest);
		oldest = next;
	}
}

static void grow(struct parser *p)
{
	struct symbol **old = p->symbols;
	unsigned n = p->nbuckets;

	p->nbuckets = n ? 4 * n : FIRST_BUCKETS;
	p->symbols = arena_alloc(p->a, p->nbuckets * sizeof(*p->symbols));
	for (unsigned i = 0; i < n; i++)
		chain_all(p, old[i]);
}

struct symbol *symbol_find(const struct parser *p, unsigned scope, const char *name)
{
	struct symbol *s = p->nbuckets ? p->symbols[bucket(p, scope, name)] : NULL;

	while (s && (s->scope != scope || strcmp(s->name, name)))
		s = s->next;
	return s;
}

struct symbol *symbol_add(struct parser *p, unsigned scope, const struct token *name,
			  enum symbol_kind kind)
{
	struct symbol *s = arena_alloc(p->a, sizeof(*s));

	if (p->nsymbols++ == p->nbuckets)
		grow(p);
	s->scope = scope;
	s->name = name->word;
	s->at = name;
	s->kind = kind;
	chain(p, s);
	return s;
}

const struct type *typedef_type(struct parser *p, const char *name)
{
	const struct symbol *s = symbol_find(p, SCOPE_FILE, name);

	if (s)
		return s->kind == SYM_TYPEDEF ? s->type : NULL;
	return word_builtin_type(p->a, name);
}

enum word_kind next_word(struct parser *p)
{
	const struct word *w;

	if (p->tok->kind != TOK_WORD)
		return WORD_NONE;
	w = word_find(p->tok->word);
	if (!w)
		return typedef_type(p, p->tok->word) ? WORD_TYPEDEF_NAME : WORD_NONE;
	if (w->kind == WORD_REFUSED)
		parse_fail(p, p->tok, w->text, "'%s' is not supported", w->spelling);
	return w->kind;
}

bool at_type(struct parser *p)
{
	enum word_kind kind = next_word(p);

	return kind != WORD_NONE && kind != WORD_CONVENTION && kind != WORD_ATTRIBUTE &&
	       kind != WORD_IGNORED && kind != WORD_RESERVED;
}
