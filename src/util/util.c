/* SPDX-License-Identifier: MIT */
/* Helpers of util.h: arenas, strings, files, hashes, fatal errors. */
#include "util/util.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(16) char data[];
};

struct arena {
	struct block *head;
};

void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("clobber: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	fputs("clobber: warning: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

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
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_alloc(a, (size_t)n + 1);
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
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	str_reserve(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
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

char *file_read(const char *path, size_t *len)
{
	struct str b = { 0 };
	char buf[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	str_addn(&b, "", 0);
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0) {
			int e = errno;

			if (e == EINTR)
				continue;
			close(fd);
			str_free(&b);
			errno = e;
			return NULL;
		}
		str_addn(&b, buf, (size_t)n);
	}
	close(fd);
	if (len)
		*len = b.len;
	return b.s;
}

int file_write(const char *path, const void *data, size_t len)
{
	char tmp[4096];
	const char *p = data;
	int fd, e;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp%ld", path, (long)getpid()) >= (int)sizeof(tmp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -1;
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			goto fail;
		}
		p += n;
		len -= (size_t)n;
	}
	if (close(fd) < 0) {
		fd = -1;
		goto fail;
	}
	fd = -1;
	if (rename(tmp, path) < 0)
		goto fail;
	return 0;
fail:
	e = errno;
	if (fd >= 0)
		close(fd);
	unlink(tmp);
	errno = e;
	return -1;
}

int file_update(const char *path, const void *data, size_t len)
{
	size_t oldlen;
	char *old = file_read(path, &oldlen);
	bool same = old && oldlen == len && !memcmp(old, data, len);

	free(old);
	return same ? 0 : file_write(path, data, len);
}

int make_dirs(const char *path)
{
	char buf[4096];
	size_t n = strlen(path);

	if (!n) {
		errno = ENOENT;
		return -1;
	}
	if (n >= sizeof(buf)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(buf, path, n + 1);
	for (char *p = buf + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		if (mkdir(buf, 0777) < 0 && errno != EEXIST)
			return -1;
		*p = '/';
	}
	if (mkdir(buf, 0777) < 0) {
		struct stat st;

		if (errno != EEXIST || stat(buf, &st) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
	}
	return 0;
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

uint64_t hash_files(uint64_t h, const char *pattern)
{
	glob_t g;

	if (glob(pattern, 0, NULL, &g))
		return h;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		size_t len;
		char *text = file_read(g.gl_pathv[i], &len);

		h = text ? hash_bytes(h, text, len) : h;
		free(text);
	}
	globfree(&g);
	return h;
}

uint64_t random_key(void)
{
	uint64_t key;

	while (getrandom(&key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
		if (errno != EINTR)
			die("cannot get random bytes: %s", strerror(errno));
	}
	return key;
}
