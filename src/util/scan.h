/* SPDX-License-Identifier: MIT */
/* Walking over a JSON text (RFC 8259) without a tree of it: matrix.json has hundreds of megabytes.
 * Punctuation is read here; strings with escapes, odd numbers and values that are wanted as a tree
 * are jansson's. After the first thing that is not JSON everything is refused. */
#ifndef CLOBBER_SCAN_H
#define CLOBBER_SCAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Between `p` and `end` lies what was not read; *end is NUL. */
struct scan {
	const char *p, *end;
	bool failed;
	unsigned depth;
};

/* The next character that is not a blank, 0 at the end. */
char scan_peek(struct scan *s);

/* Go over the next character if it is this one. */
bool scan_take(struct scan *s, char c);

/* Inside of a list or an object: is there another item? If so it is next; if not, `close' was gone
 * over. *first is true at first. */
bool scan_more(struct scan *s, char close, bool *first);

/* A string as it is written: what is between its quotation marks. It is `plain` when that is what
 * it says, in printable ASCII. False: there is none. */
struct scan_text {
	const char *s;
	size_t n;
	bool plain;
};
bool scan_string(struct scan *s, struct scan_text *out);

/* The same, and the colon behind it. */
bool scan_key(struct scan *s, struct scan_text *out);

/* Go over a value of any kind. */
void scan_value(struct scan *s);

/* A value as a tree, which the caller owns; NULL when it is not JSON. */
json_t *scan_json(struct scan *s);

/* What a string that is not plain says: one that the caller owns; NULL when it is not JSON. */
json_t *scan_decode(struct scan *s, const struct scan_text *text);

/* A whole number of at most nine digits; false: it was gone over, and is none. */
bool scan_count(struct scan *s, unsigned *out);

#endif
