/* SPDX-License-Identifier: MIT */
/* Memory, strings and hashes of util.h: what needs no operating system. */
#include "util/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(16) char data[];
};

struct arena {
	struct block *head;
};

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		die("out of memory");
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void arena_take(struct arena *a, struct arena *from)
{
	struct block *last = from->head;

	while (last && last->next)
		last = last->next;
	/* Behind the block that is being filled. */
	if (last && a->head) {
		last->next = a->head->next;
		a->head->next = from->head;
	} else if (last) {
		a->head = from->head;
	}
	free(from);
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	struct block *b = a->head;
	void *p;

	bytes = (bytes + 15) & ~(size_t)15;
	if (!b || b->size - b->used < bytes) {
		size_t size = bytes > 65536 ? bytes : 65536;

		b = calloc(1, sizeof(*b) + size);
		if (!b)
			die("out of memory (%zu bytes wanted)", size);
		b->size = size;
		b->next = a->head;
		a->head = b;
	}
	p = b->data + b->used;
	b->used += bytes;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memcpy(p, s, n);
	p[n] = 0;
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p = arena_alloc(a, (size_t)n + 1);
	if ((size_t)n < sizeof(text))
		return memcpy(p, text, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void *arena_grow(struct arena *a, void *array, size_t n, size_t element)
{
	void *bigger;

	/* Capacities are the powers of two from 8 on: full exactly when n is one of them. */
	if (n && (n < 8 || (n & (n - 1))))
		return array;
	bigger = arena_alloc(a, (n ? 2 * n : 8) * element);
	if (n)
		memcpy(bigger, array, n * element);
	return bigger;
}

static void str_reserve(struct str *b, size_t more)
{
	size_t want = b->len + more + 1;

	if (want <= b->cap)
		return;
	b->cap = want < 2 * b->cap ? 2 * b->cap : want + 64;
	b->s = realloc(b->s, b->cap);
	if (!b->s)
		die("out of memory (%zu bytes wanted)", b->cap);
}

void str_addn(struct str *b, const char *s, size_t n)
{
	str_reserve(b, n);
	memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = 0;
}

void str_add(struct str *b, const char *s)
{
	str_addn(b, s, strlen(s));
}

void str_addf(struct str *b, const char *fmt, ...)
{
	/* Mostly there is room, and once is enough. */
	size_t room = b->cap - b->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? b->s + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if ((size_t)n >= room) {
		str_reserve(b, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void str_add_escaped(struct str *b, const char *s, const char *also)
{
	for (; *s; s++) {
		if (strchr("%\r\n", *s) || strchr(also, *s))
			str_addf(b, "%%%02X", (unsigned char)*s);
		else
			str_addn(b, s, 1);
	}
}

void str_free(struct str *b)
{
	free(b->s);
	*b = (struct str){ 0 };
}

char *hex_text(struct arena *a, const uint8_t *bytes, unsigned n)
{
	char *s = arena_alloc(a, 2 * n + 3);
	static const char digit[] = "0123456789abcdef";
	char *p = s;

	*p++ = '0';
	*p++ = 'x';
	for (unsigned i = n; i-- > 0;) {
		*p++ = digit[bytes[i] >> 4];
		*p++ = digit[bytes[i] & 15];
	}
	return s;
}

uint64_t hash_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ull;
	return h;
}

uint64_t hash_str(uint64_t h, const char *s)
{
	return hash_bytes(h, s, strlen(s) + 1);
}
