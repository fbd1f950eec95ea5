/* SPDX-License-Identifier: MIT */
/* A table from bytes to numbers, for lists of which each item is looked up. */
#ifndef CLOBBER_INDEX_H
#define CLOBBER_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* What index_add finds in a slot that it made. */
#define INDEX_NEW SIZE_MAX

/* Keys are not copied: they live as long as the table. Free it with index_free. */
struct index;
struct index *index_new(void) __attribute__((returns_nonnull));
void index_free(struct index *ix);

/* The number of a key of n bytes, or INDEX_NEW, which the caller replaces, where the key was not
 * there. Valid until the next index_add. */
size_t *index_add(struct index *ix, const void *key, size_t n) __attribute__((returns_nonnull));

/* The number of a key, or INDEX_NEW. */
size_t index_find(const struct index *ix, const void *key, size_t n);

/* The same of text. */
size_t *index_add_text(struct index *ix, const char *key) __attribute__((returns_nonnull));
size_t index_find_text(const struct index *ix, const char *key);

/* The hash of the bytes: eight times as fast as hash_bytes (util.h), and not the same everywhere.
 */
uint64_t index_hash(const void *key, size_t n);

#endif
