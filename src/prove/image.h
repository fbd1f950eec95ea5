/* SPDX-License-Identifier: MIT */
/* A relocatable object (or a program that is linked statically) as the prover reads it: every
 * section that will be in memory at an address of its own, relocations applied as a linker would,
 * undefined symbols at addresses where nothing else is. The addresses are made up; what a function
 * does may not depend on them. */
#ifndef CLOBBER_PROVE_IMAGE_H
#define CLOBBER_PROVE_IMAGE_H

#include "prove/patches.h"
#include "proto/proto.h"

enum returns { RETURNS_UNKNOWN, RETURNS_ASKED, RETURNS, RETURNS_NEVER };

/* What a local function that calls itself does, by its code: found when somebody asks. */
enum summed { SUM_UNKNOWN, SUM_ASKED, SUM_HOLDS, SUM_NONE };
struct summary {
	const struct convention *conv; /* its caller's */
	uint8_t state;                 /* enum summed; asked: so far nothing speaks against it */
	uint16_t gpr, vector;          /* registers that it leaves as they were: bit sets */
	uint16_t through;              /* registers through which it may write */
	int8_t x87;                    /* registers in use when it comes back */
	uint8_t align;                 /* of the stack pointer, as a convention's at a call */
	uint32_t above, pop; /* bytes above its return address that it may write, or pops */
};

struct proof;
struct convention;

struct image_symbol {
	const char *name;
	uint64_t address, size;
	unsigned section; /* index in the file; 0: undefined */
	bool function, local, weak, hidden, resolver /* of an IFUNC */;
	bool typed;      /* STT_FUNC or STT_GNU_IFUNC; a function without may be a label */
	uint8_t returns; /* enum returns: found when somebody asks */
	struct summary summary;
	const struct proof *proof; /* of the convention alone, once it was tried */
	const struct convention *proved_for;
};

struct image_section {
	const char *name;
	uint64_t address, size;
	const uint8_t *bytes; /* NULL: zeroes */
	bool code, writable;
};

/* Bytes whose relocation is not understood, or that thread-local storage decides. */
struct image_hole {
	uint64_t address;
	unsigned bytes;
};

struct image {
	const char *where; /* "libx.a(y.o)" */
	enum width width;
	bool linked;                   /* it has addresses of its own, and no relocations */
	struct image_section *section; /* by address */
	size_t nsections;
	struct image_symbol *symbol; /* named ones, defined or not */
	size_t nsymbols;
	struct image_symbol **by_address; /* defined ones in code or data, sorted */
	struct image_symbol **by_name;    /* the same */
	size_t ndefined;
	struct image_hole *hole; /* by address */
	size_t nholes;
	uint64_t *got; /* by number of symbol: what its slot in the table of addresses holds */
	size_t ngot;
	uint64_t *relocated; /* addresses with a relocation, sorted */
	size_t nrelocated;
	uint64_t *
		named; /* addresses that relocations in code lead to, sorted: where objects begin */
	size_t nnamed;
	uint64_t *label; /* code to which relocations in data that may change lead */
	size_t nlabels;
	struct patch *patch; /* by address */
	size_t npatches;
	void *elf; /* the whole file, relocated, sections at their addresses */
	size_t elf_size;
};

struct images {
	struct image **v;
	size_t n;
};

/* Every x86 object of the paths, archives' members one by one. 0, or -1 and *error in `a`. Use
 * objects_read first: it refuses what is no x86 code in better words. */
int images_read(struct arena *a, const char *const *paths, size_t n, struct images *out,
		const char **error);

/* The section that holds an address, or NULL. */
const struct image_section *image_section_at(const struct image *m, uint64_t address);
/* Bytes there, at most `most`; NULL: none (or zeroes only). */
const uint8_t *image_bytes_at(const struct image *m, uint64_t address, size_t *most);
/* A constant of `bytes` (1 to 8) bytes in memory that nobody writes; false: there is none. */
bool image_constant(const struct image *m, uint64_t address, unsigned bytes, uint64_t *value);
/* The next address behind this one that code names, or at which a symbol is; of its section, or its
 * end. */
uint64_t image_next_named(const struct image *m, uint64_t address);
/* Does a relocation begin there? */
bool image_relocated(const struct image *m, uint64_t address);
/* Does one begin in these bytes? */
bool image_relocated_in(const struct image *m, uint64_t address, unsigned bytes);
/* Is one of these bytes of unknown value? */
bool image_unknown(const struct image *m, uint64_t address, unsigned bytes);
/* A symbol by name, defined in this object; NULL. */
struct image_symbol *image_find(const struct image *m, const char *name);
/* The symbol exactly at an address, a global function if there is one; undefined ones too; NULL. */
const struct image_symbol *image_symbol_at(const struct image *m, uint64_t address);
/* The last function symbol at or before the address in its section, a global one before local ones,
 * which may be labels; NULL. */
const struct image_symbol *image_function_of(const struct image *m, uint64_t address);

#endif
