/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing, at most half full. The hash takes eight bytes at a time. */
#include "util/index.h"
#include "util/util.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	const void *key; /* NULL: free */
	size_t n, value;
	uint64_t hash;
};

struct index {
	struct slot *slots;
	size_t used, size; /* a power of two */
};

static struct slot *slots_new(size_t n)
{
	struct slot *v = calloc(n, sizeof(*v));

	if (!v)
		die("out of memory (%zu bytes wanted)", n * sizeof(*v));
	return v;
}

struct index *index_new(void)
{
	struct index *ix = calloc(1, sizeof(*ix));

	if (!ix)
		die("out of memory");
	ix->size = 64;
	ix->slots = slots_new(ix->size);
	return ix;
}

void index_free(struct index *ix)
{
	if (ix)
		free(ix->slots);
	free(ix);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

uint64_t index_hash(const void *key, size_t n)
{
	const unsigned char *p = key;
	uint64_t h = HASH_INIT ^ n, word = 0;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = mix(h, word);
	}
	word = 0;
	memcpy(&word, p, n);
	return mix(h, word);
}

/* The slot of a key, or the free one where it belongs. */
static struct slot *slot_of(const struct index *ix, const void *key, size_t n, uint64_t h)
{
	for (size_t i = h & (ix->size - 1);; i = (i + 1) & (ix->size - 1)) {
		struct slot *s = &ix->slots[i];

		if (!s->key || (s->hash == h && s->n == n && !memcmp(s->key, key, n)))
			return s;
	}
}

static void grow(struct index *ix)
{
	struct slot *old = ix->slots;
	size_t n = ix->size;

	ix->size = 2 * n;
	ix->slots = slots_new(ix->size);
	for (size_t i = 0; i < n; i++) {
		if (old[i].key)
			*slot_of(ix, old[i].key, old[i].n, old[i].hash) = old[i];
	}
	free(old);
}

size_t *index_add(struct index *ix, const void *key, size_t n)
{
	uint64_t h = index_hash(key, n);
	struct slot *s;

	if (2 * ix->used >= ix->size)
		grow(ix);
	s = slot_of(ix, key, n, h);
	if (!s->key) {
		*s = (struct slot){ .key = key, .n = n, .value = INDEX_NEW, .hash = h };
		ix->used++;
	}
	return &s->value;
}

size_t index_find(const struct index *ix, const void *key, size_t n)
{
	const struct slot *s = slot_of(ix, key, n, index_hash(key, n));

	return s->key ? s->value : INDEX_NEW;
}

size_t *index_add_text(struct index *ix, const char *key)
{
	return index_add(ix, key, strlen(key));
}

size_t index_find_text(const struct index *ix, const char *key)
{
	return index_find(ix, key, strlen(key));
}
