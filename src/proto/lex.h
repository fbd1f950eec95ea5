/* SPDX-License-Identifier: MIT */
/* Private to src/proto: source text, the tokens in it, and messages that point into it. */
#ifndef CLOBBER_PROTO_LEX_H
#define CLOBBER_PROTO_LEX_H

#include "util/util.h"

struct source {
	const char *name; /* of the file, for messages */
	const char *text;
	size_t len;
};

enum token_kind {
	TOK_EOF,
	TOK_ERROR, /* what cannot be a token: word is the message, rest the hint (or NULL) */
	TOK_WORD,  /* identifier or keyword: word */
	TOK_NUMBER,
	TOK_STRING,
	TOK_PUNCT,
	TOK_NOTE,    /* `//! word rest`; after `varargs` the tokens of the line follow ... */
	TOK_NOTE_END /* ... up to this */
};

/* Punctuators of more than one character; the others are their own character. */
enum punct { P_ELLIPSIS = 256, P_SHL, P_SHR, P_EQ, P_NE, P_LE, P_GE, P_AND, P_OR, P_SCOPE };

struct token {
	enum token_kind kind;
	int punct;
	bool space; /* white space or a comment stands before it */
	bool is_unsigned, is_long;
	unsigned line, col; /* from 1 */
	const char *s;      /* into the source text */
	size_t len;
	const char *word, *rest;
	unsigned long long value;
};

/* Where a place in the text of a note (in `rest`) stands in the source. */
const char *note_in_source(const struct token *t, const char *s);

/* All tokens of `src`; the last one is TOK_EOF or TOK_ERROR. */
struct token *lex(struct arena *a, const struct source *src);

/* "FILE:LINE:COL: SEVERITY: WHAT", the source line, a line that marks `len` bytes from `at`, and
 * the hint unless it is NULL. */
char *diag_format(struct arena *a, const struct source *src, const char *at, size_t len,
		  const char *severity, const char *what, const char *hint);

/* Is `word` spelled nearly like `like`? Returns the number of edits (insert, delete, replace, swap
 * neighbours), or -1 when that is too many to be a slip. */
int diag_distance(const char *word, const char *like);

#endif
