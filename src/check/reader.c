/* SPDX-License-Identifier: MIT */
/* Words, numbers and errors in a line of a contract. */
#include "check/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct contract_source *reader_source(const struct reader *r, const char *file)
{
	for (const struct contract_source *s = r->source; s; s = s->next) {
		if (!s->file || !strcmp(s->file, file))
			return s;
	}
	return r->source;
}

void reader_fail_at(struct reader *r, const char *at, size_t len, const char *hint,
		    const char *what)
{
	struct srcpos pos = r->line->rest_pos;
	const struct contract_source *source = reader_source(r, pos.file);

	pos.col += (unsigned)(at - r->line->rest);
	r->error = proto_error_at(r->a, &pos, source->text, source->len, len ? len : 1, what, hint);
	longjmp(r->bail, 1);
}

void reader_fail_line(struct reader *r, const char *hint, const char *what)
{
	const struct contract_source *source = reader_source(r, r->line->pos.file);

	r->error = proto_error_at(r->a, &r->line->pos, source->text, source->len,
				  strlen(r->line->word), what, hint);
	longjmp(r->bail, 1);
}

static size_t word_length(const char *s)
{
	size_t n = 0;

	while ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '_' ||
	       s[n] == '.' || s[n] == '$' || (n && s[n] >= '0' && s[n] <= '9') ||
	       (n && s[n] == '-' && ((s[n + 1] >= 'a' && s[n + 1] <= 'z'))))
		n++;
	return n;
}

void reader_expected(struct reader *r, const char *what, const char *hint)
{
	size_t len;

	reader_end(r);
	len = word_length(r->s);
	reader_fail_at(r, r->s, len, hint, arena_printf(r->a, "%s belongs here", what));
}

bool reader_end(struct reader *r)
{
	r->s += strspn(r->s, " \t\r");
	return !*r->s || (r->s[0] == '/' && r->s[1] == '/');
}

void reader_finish(struct reader *r)
{
	if (!reader_end(r))
		reader_fail_at(r, r->s, strlen(r->s), "docs/contracts.md has the grammar",
			       arena_printf(r->a, "nothing more belongs into this `%s' line",
					    r->line->word));
}

const char *reader_word(struct reader *r)
{
	size_t n;
	const char *w;

	if (reader_end(r))
		return NULL;
	n = word_length(r->s);
	if (!n)
		return NULL;
	w = arena_strndup(r->a, r->s, n);
	r->s += n;
	return w;
}

bool reader_take_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if (reader_end(r) || word_length(r->s) != n || strncmp(r->s, word, n))
		return false;
	r->s += n;
	return true;
}

bool reader_take(struct reader *r, char punct)
{
	if (reader_end(r) || *r->s != punct)
		return false;
	r->s++;
	return true;
}

bool reader_at_number(struct reader *r)
{
	if (reader_end(r))
		return false;
	return (*r->s >= '0' && *r->s <= '9') || (*r->s == '-' && r->s[1] >= '0' && r->s[1] <= '9');
}

long long reader_number(struct reader *r, const char *what)
{
	const char *start;
	char *end;
	long long n;

	if (!reader_at_number(r))
		reader_expected(r, what, NULL);
	start = r->s;
	errno = 0;
	n = *start == '-' ? strtoll(start, &end, 0) : (long long)strtoull(start, &end, 0);
	if (errno || word_length(end))
		reader_fail_at(r, start, (size_t)(end - start) + word_length(end),
			       "write a decimal, 0x or octal number of at most 64 bits",
			       "this is not a number");
	r->s = end;
	return n;
}

long long reader_count(struct reader *r, long long min, long long max, const char *what)
{
	const char *start;
	long long n;

	reader_end(r);
	start = r->s;
	n = reader_number(r, what);
	if (n < min || n > max)
		reader_fail_at(r, start, (size_t)(r->s - start), NULL,
			       arena_printf(r->a, "%s is from %lld to %lld", what, min, max));
	return n;
}
