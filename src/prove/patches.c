/* SPDX-License-Identifier: MIT */
/* patches.h. Formats: Linux 6.1, arch/x86/include/asm/alternative.h, extable.h, jump_label.h,
 * bug.h, and the sizes that other versions have. */
#include "prove/patches.h"

#include "prove/image.h"

#include <stdlib.h>
#include <string.h>

static int32_t word_at(const struct image_section *s, uint64_t off)
{
	int32_t n = 0;

	if (s->bytes && off + 4 <= s->size)
		memcpy(&n, s->bytes + off, 4);
	return n;
}

/* What a relative word leads to. */
static uint64_t relative(const struct image_section *s, uint64_t off)
{
	return s->address + off + (uint64_t)(int64_t)word_at(s, off);
}

/* Bytes of an entry: from its first word to the next one's, which are relocated. `words' relocated
 * ones are in each. */
static uint64_t stride_of(const struct image *m, const struct image_section *s, unsigned words)
{
	unsigned found = 0;

	for (uint64_t off = 0; off + 4 <= s->size; off++) {
		if (image_relocated(m, s->address + off) && found++ == words)
			return off;
	}
	return s->size;
}

static void add(struct arena *a, struct image *m, struct patch p)
{
	m->patch = arena_grow(a, m->patch, m->npatches, sizeof(p));
	m->patch[m->npatches++] = p;
}

/* The feature that decides: 16 bits of which the highest says `unless', or 16 and flags. */
static uint32_t feature(const struct image_section *s, uint64_t off, bool flags)
{
	uint32_t n = (uint32_t)word_at(s, off);

	if (flags)
		return (n & 0xffff) | (n >> 16 & 1 ? PATCH_UNLESS : 0);
	return (n & 0x7fff) | (n & 0x8000 ? PATCH_UNLESS : 0);
}

/* Instruction, replacement, a feature of 2 or 4 bytes, two lengths (and one of padding). */
static void alternatives(struct arena *a, struct image *m, const struct image_section *s)
{
	uint64_t stride = stride_of(m, s, 2);
	unsigned lengths = stride == 14 ? 12 : 10;

	for (uint64_t off = 0; stride >= 12 && off + stride <= s->size; off += stride)
		add(a, m,
		    (struct patch){ .kind = PATCH_REPLACED,
				    .at = relative(s, off),
				    .to = relative(s, off + 4),
				    .length = s->bytes[off + lengths],
				    .bytes = s->bytes[off + lengths + 1],
				    .data = feature(s, off + 8, stride == 14) });
}

/* Instruction, fixup, type. */
static void faults(struct arena *a, struct image *m, const struct image_section *s)
{
	for (uint64_t off = 0; off + 12 <= s->size; off += 12)
		add(a, m,
		    (struct patch){ .kind = PATCH_FAULT,
				    .at = relative(s, off),
				    .to = relative(s, off + 4),
				    .data = (uint32_t)word_at(s, off + 8) });
}

/* Instruction, target, key. */
static void jumps(struct arena *a, struct image *m, const struct image_section *s)
{
	uint64_t stride = 8 + word_bytes(m->width);

	for (uint64_t off = 0; off + stride <= s->size; off += stride)
		add(a, m,
		    (struct patch){ .kind = PATCH_JUMP,
				    .at = relative(s, off),
				    .to = relative(s, off + 4) });
}

/* Trap, (file, line,) flags, of which bit 0 says that it is a warning. */
static void traps(struct arena *a, struct image *m, const struct image_section *s)
{
	uint64_t stride = s->size % 12 ? 6 : 12;

	for (uint64_t off = 0; s->bytes && off + stride <= s->size; off += stride) {
		if (s->bytes[off + stride - 2] & 1)
			add(a, m, (struct patch){ .kind = PATCH_WARNING, .at = relative(s, off) });
	}
}

static int by_address(const void *x, const void *y)
{
	const struct patch *a = x, *b = y;

	return (a->at > b->at) - (a->at < b->at);
}

void patches_read(struct arena *a, struct image *m)
{
	static const struct {
		const char *section;
		void (*read)(struct arena *, struct image *, const struct image_section *);
	} tables[] = {
		{ ".altinstructions", alternatives },
		{ "__ex_table", faults },
		{ "__jump_table", jumps },
		{ "__bug_table", traps },
	};

	for (size_t i = 0; i < m->nsections; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(tables); k++) {
			if (!strcmp(m->section[i].name, tables[k].section) && m->section[i].bytes)
				tables[k].read(a, m, &m->section[i]);
		}
	}
	if (m->npatches)
		qsort(m->patch, m->npatches, sizeof(*m->patch), by_address);
}

const struct patch *patches_at(const struct image *m, uint64_t at, size_t *n)
{
	size_t low = 0, high = m->npatches;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->patch[mid].at < at)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0; low + *n < m->npatches && m->patch[low + *n].at == at;)
		++*n;
	return *n ? m->patch + low : NULL;
}

const struct patch *patch_inside(const struct image *m, uint64_t at)
{
	for (size_t i = 0; i < m->npatches; i++) {
		const struct patch *p = &m->patch[i];

		if (p->kind == PATCH_REPLACED && at > p->at && at < p->at + p->length)
			return p;
	}
	return NULL;
}

const struct patch *patch_ending(const struct image *m, uint64_t at, uint64_t end)
{
	for (size_t i = 0; i < m->npatches; i++) {
		const struct patch *p = &m->patch[i];

		if (p->kind == PATCH_REPLACED && p->bytes && at >= p->to && end == p->to + p->bytes)
			return p;
	}
	return NULL;
}
