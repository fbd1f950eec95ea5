/* SPDX-License-Identifier: MIT */
/* Private to src/prove: where Linux changes code before or while it runs, or goes on elsewhere
 * after a fault. Its tables are in sections of their own; each entry is an edge. */
#ifndef CLOBBER_PROVE_PATCHES_H
#define CLOBBER_PROVE_PATCHES_H

#include "proto/proto.h"

enum patch_kind {
	PATCH_REPLACED, /* .altinstructions: `bytes' at `to' may stand there, for `length' bytes */
	PATCH_JUMP,     /* __jump_table: a jump to `to', or none */
	PATCH_FAULT,    /* __ex_table: a fault there leads to `to' */
	PATCH_WARNING   /* __bug_table: the trap there comes back */
};

enum { PATCH_UNLESS = 1 << 16 };

struct patch {
	uint64_t at, to;
	uint8_t kind, length, bytes;
	uint32_t data; /* PATCH_FAULT: type and register, as the kernel has them; PATCH_REPLACED:
			* the feature of the processor, + PATCH_UNLESS: where that is missing */
};

struct image;

/* The tables of an image, relocated: sorted by `at' in m->patch. */
void patches_read(struct arena *a, struct image *m);
/* Those at an address, *n of them. */
const struct patch *patches_at(const struct image *m, uint64_t at, size_t *n);
/* Is the address inside of code that is replaced, and not where that begins? Its range. */
const struct patch *patch_inside(const struct image *m, uint64_t at);
/* The replacement that ends at `end' and holds `at': NULL: none. */
const struct patch *patch_ending(const struct image *m, uint64_t at, uint64_t end);

#endif
