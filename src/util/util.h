/* SPDX-License-Identifier: MIT */
/* Small helpers shared by every room: memory that lives as long as its arena, growing strings,
 * whole-file input and output that never leaves half a file behind. */
#ifndef CLOBBER_UTIL_H
#define CLOBBER_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* An arena: everything allocated from it is freed together. Allocation never returns NULL (the
 * process ends with exit status 2 and a message when memory is exhausted). Memory is zeroed. */
struct arena;
struct arena *arena_new(void) __attribute__((returns_nonnull));
void arena_free(struct arena *a);
/* What is in `from` lives as long as `a`; `from` is gone. */
void arena_take(struct arena *a, struct arena *from);
void *arena_alloc(struct arena *a, size_t bytes) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));

/* Make room for one more element in an arena-backed array; returns the (possibly moved) array. */
void *arena_grow(struct arena *a, void *array, size_t n, size_t element)
	__attribute__((returns_nonnull));

/* A growing string. Zero-initialise it; free with str_free. `s` is NUL-terminated or NULL. */
struct str {
	char *s;
	size_t len, cap;
};
void str_add(struct str *b, const char *s);
void str_addn(struct str *b, const char *s, size_t n);
void str_addf(struct str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append `s` with %, line ends and the characters of `also` as %XX. */
void str_add_escaped(struct str *b, const char *s, const char *also);
void str_free(struct str *b);

/* Bytes as a number, most significant digit first: 0x0123. */
char *hex_text(struct arena *a, const uint8_t *bytes, unsigned n);

/* Read a whole file; the result is malloc'ed and NUL-terminated, *len (may be NULL) is its length.
 * Returns NULL with errno set on failure. */
char *file_read(const char *path, size_t *len);

/* Write a file through a temporary name and rename; 0 or -1 with errno. */
int file_write(const char *path, const void *data, size_t len);

/* As file_write, but leaves an identical file (and its time stamp) alone. */
int file_update(const char *path, const void *data, size_t len);

/* mkdir -p; 0 or -1 with errno. */
int make_dirs(const char *path);

/* FNV-1a over bytes, for cache keys and content hashes. Start with HASH_INIT. */
#define HASH_INIT 0xcbf29ce484222325ull
uint64_t hash_bytes(uint64_t h, const void *data, size_t len);

/* The hash goes on with the bytes of all files that match a glob pattern, in the order of their
 * names. */
uint64_t hash_files(uint64_t h, const char *pattern);
uint64_t hash_str(uint64_t h, const char *s);

/* 64 random bits that nobody can guess. */
uint64_t random_key(void);

/* Report an error of usage or environment ("clobber: " is prefixed) and end with exit status 2. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* As die, without ending: a warning on stderr. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
