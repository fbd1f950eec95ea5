/* SPDX-License-Identifier: MIT */
/* Relocatable objects as claims see them: executable sections with their relocations, functions by
 * name, and instructions through Zydis. ELF gABI, chapter 4. */
#ifndef CLOBBER_CLAIMS_OBJECT_H
#define CLOBBER_CLAIMS_OBJECT_H

#include "abi/abi.h"

struct object_reloc {
	uint64_t offset;
	uint32_t type;
	int64_t addend;
	const char *symbol;
};

struct object_section {
	const char *name;
	const uint8_t *bytes;
	size_t n;
	unsigned index;
	struct object_reloc *relocs; /* by offset */
	size_t nrelocs;
};

struct object_function {
	const char *name;
	size_t section; /* of the object's */
	uint64_t at, size;
};

struct object {
	enum width width;
	struct object_section *sections; /* executable ones, in the file's order */
	size_t nsections;
	struct object_function *functions;
	size_t nfunctions;
};

/* Read `path`; everything lives in `a`. NULL, or what is wrong with the file. */
const char *object_read(struct arena *a, const char *path, struct object *out);

/* By name; NULL if it is not there. */
const struct object_function *object_find(const struct object *o, const char *name);

/* The same code: sections, bytes and relocations? If not, *difference (in `a`) shows the first
 * instruction that differs, of both. */
bool object_same(struct arena *a, const struct object *x, const struct object *y,
		 const char **difference);

/* What a function consists of. */
struct object_size {
	unsigned bytes, instructions;
	unsigned saved;   /* registers of the caller's pushed before anything is called */
	uint32_t written; /* general registers written other than by pop: bits in encoding order */
};
/* False if it holds bytes that do not decode. */
bool object_measure(const struct object *o, const struct object_function *f,
		    struct object_size *out);

#endif
