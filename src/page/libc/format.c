/* SPDX-License-Identifier: MIT */
/* The conversions of printf that the page's rooms use: d, u, x, X, c, s, % with the flags '-' and
 * '0', width, precision (of s), and the lengths l, ll, z. Any other is printed as it stands, and
 * the test against the program shows it. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *out;
	size_t room, len; /* len goes on where there is no room */
};

static void put(struct text *t, char c)
{
	if (t->len + 1 < t->room)
		t->out[t->len] = c;
	t->len++;
}

static void pad(struct text *t, size_t n, size_t width, char with)
{
	for (; n < width; n++)
		put(t, with);
}

struct field {
	bool left, zero;
	size_t width, most; /* most: of a string */
	unsigned longs;     /* 'l's */
	bool size;          /* 'z' */
};

static void put_text(struct text *t, const struct field *f, const char *s)
{
	size_t n = 0;

	while (n < f->most && s[n])
		n++;
	if (!f->left)
		pad(t, n, f->width, ' ');
	for (size_t i = 0; i < n; i++)
		put(t, s[i]);
	if (f->left)
		pad(t, n, f->width, ' ');
}

static void put_number(struct text *t, const struct field *f, unsigned long long v, bool minus,
		       unsigned base, const char *digits)
{
	char buf[24], *p = buf + sizeof(buf);
	struct field as_text = *f;

	*--p = 0;
	do
		*--p = digits[v % base];
	while (v /= base);
	if (f->zero && !f->left) {
		if (minus)
			put(t, '-');
		pad(t, strlen(p) + minus, f->width, '0');
		as_text.width = 0;
	} else if (minus) {
		*--p = '-';
	}
	put_text(t, &as_text, p);
}

static unsigned long long unsigned_of(const struct field *f, va_list *ap)
{
	if (f->size)
		return va_arg(*ap, size_t);
	return f->longs > 1    ? va_arg(*ap, unsigned long long)
	       : f->longs == 1 ? va_arg(*ap, unsigned long)
			       : va_arg(*ap, unsigned);
}

static long long signed_of(const struct field *f, va_list *ap)
{
	return f->longs > 1    ? va_arg(*ap, long long)
	       : f->longs == 1 ? va_arg(*ap, long)
			       : va_arg(*ap, int);
}

static const char *number(const char *s, size_t *n, va_list *ap)
{
	if (*s == '*') {
		*n = (size_t)va_arg(*ap, int);
		return s + 1;
	}
	for (*n = 0; *s >= '0' && *s <= '9'; s++)
		*n = 10 * *n + (size_t)(*s - '0');
	return s;
}

/* What is behind the '%'; returns what follows it. */
static const char *field(struct text *t, const char *s, va_list *ap)
{
	struct field f = { .most = (size_t)-1 };
	const char *start = s;
	long long v;
	char c[2] = "";

	for (; *s == '-' || *s == '0'; s++) {
		f.left = f.left || *s == '-';
		f.zero = f.zero || *s == '0';
	}
	s = number(s, &f.width, ap);
	if (*s == '.')
		s = number(s + 1, &f.most, ap);
	for (; *s == 'l' || *s == 'z'; s++) {
		f.longs += *s == 'l';
		f.size = f.size || *s == 'z';
	}
	switch (*s) {
	case 'd':
		v = signed_of(&f, ap);
		put_number(t, &f, v < 0 ? -(unsigned long long)v : (unsigned long long)v, v < 0, 10,
			   "0123456789");
		break;
	case 'u':
		put_number(t, &f, unsigned_of(&f, ap), false, 10, "0123456789");
		break;
	case 'x':
	case 'X':
		put_number(t, &f, unsigned_of(&f, ap), false, 16,
			   *s == 'x' ? "0123456789abcdef" : "0123456789ABCDEF");
		break;
	case 'c':
		c[0] = (char)va_arg(*ap, int);
		put_text(t, &f, c);
		break;
	case 's':
		put_text(t, &f, va_arg(*ap, const char *));
		break;
	case '%':
		put(t, '%');
		break;
	default:
		put(t, '%');
		return start;
	}
	return s + 1;
}

int vsnprintf(char *out, size_t room, const char *fmt, va_list list)
{
	struct text t = { out, room, 0 };
	va_list ap;

	va_copy(ap, list);
	while (*fmt) {
		if (*fmt == '%')
			fmt = field(&t, fmt + 1, &ap);
		else
			put(&t, *fmt++);
	}
	va_end(ap);
	if (room)
		out[t.len < room ? t.len : room - 1] = 0;
	return (int)t.len;
}

int snprintf(char *out, size_t room, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, room, fmt, ap);
	va_end(ap);
	return n;
}
