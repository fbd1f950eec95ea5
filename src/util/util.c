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

/* Does a format have %s, %u, %zu, %d and %c only? Nearly all of generated text is made of these,
 * and vsnprintf takes most of the time that making it takes. */
static bool is_plain(const char *fmt)
{
	while ((fmt = strchr(fmt, '%')) != NULL) {
		fmt += fmt[1] == 'z' ? 2 : 1;
		if (!*fmt || !strchr(fmt[-1] == 'z' ? "u" : "sucd%", *fmt))
			return false;
		fmt++;
	}
	return true;
}

/* Put n bytes behind the *len that there are, as far as there is room for them. */
static void put(char *out, size_t room, size_t *len, const char *s, size_t n)
{
	if (*len < room)
		memcpy(out + *len, s, n < room - *len ? n : room - *len);
	*len += n;
}

static void put_number(char *out, size_t room, size_t *len, bool minus, size_t n)
{
	char digits[24], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	if (minus)
		*--p = '-';
	put(out, room, len, p, (size_t)(digits + sizeof(digits) - p));
}

/* As vsnprintf. */
static size_t format(char *out, size_t room, const char *fmt, va_list ap)
{
	size_t n = 0;

	if (!is_plain(fmt))
		return (size_t)vsnprintf(out, room, fmt, ap);
	while (*fmt) {
		const char *percent = strchr(fmt, '%'), *s;
		int d;

		put(out, room, &n, fmt, percent ? (size_t)(percent - fmt) : strlen(fmt));
		if (!percent)
			break;
		fmt = percent + 2;
		switch (percent[1]) {
		case 's':
			s = va_arg(ap, const char *);
			s = s ? s : "(null)";
			put(out, room, &n, s, strlen(s));
			break;
		case 'u':
			put_number(out, room, &n, false, va_arg(ap, unsigned));
			break;
		case 'z':
			put_number(out, room, &n, false, va_arg(ap, size_t));
			fmt++;
			break;
		case 'd':
			d = va_arg(ap, int);
			put_number(out, room, &n, d < 0, d < 0 ? 0u - (unsigned)d : (unsigned)d);
			break;
		case 'c':
			put(out, room, &n, &(char){ (char)va_arg(ap, int) }, 1);
			break;
		default:
			put(out, room, &n, "%", 1);
		}
	}
	if (room)
		out[n < room ? n : room - 1] = 0;
	return n;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	size_t n;
	char *p;

	va_start(ap, fmt);
	n = format(text, sizeof(text), fmt, ap);
	va_end(ap);
	p = arena_alloc(a, n + 1);
	if (n < sizeof(text))
		return memcpy(p, text, n + 1);
	va_start(ap, fmt);
	format(p, n + 1, fmt, ap);
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
	size_t room = b->cap - b->len, n;
	va_list ap;

	va_start(ap, fmt);
	n = format(room ? b->s + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n >= room) {
		str_reserve(b, n);
		va_start(ap, fmt);
		format(b->s + b->len, n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += n;
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
