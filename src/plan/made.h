/* SPDX-License-Identifier: MIT */
/* A relocatable ELF object that is put together here: from formats that the linker does not take
 * (coff.h, shared.h). */
#ifndef CLOBBER_PLAN_MADE_H
#define CLOBBER_PLAN_MADE_H

#include "proto/proto.h"

struct made_reloc {
	uint64_t offset;
	unsigned type;  /* R_X86_64_*, R_386_* */
	size_t symbol;  /* of struct made */
	int64_t addend; /* at 32 bit added to what is in place */
};

struct made_section {
	const char *name;
	unsigned flags; /* SHF_* */
	unsigned align;
	uint8_t *data; /* NULL: no bits, all 0 */
	size_t bytes;
	struct made_reloc *reloc;
	size_t nrelocs;
};

enum { MADE_UNDEFINED = -1, MADE_ABSOLUTE = -2, MADE_COMMON = -3 };

struct made_symbol {
	const char *name;    /* NULL: of a section */
	int section;         /* or MADE_* */
	uint64_t value;      /* of common ones the size */
	unsigned type, bind; /* STT_*, STB_* */
};

struct made {
	struct arena *a;
	enum width width;
	struct made_section *section;
	size_t nsections;
	struct made_symbol *symbol;
	size_t nsymbols;
};

/* What is new, at its end; zero. Pointers to earlier ones are invalid afterwards. */
struct made_section *made_section(struct made *m, const char *name, unsigned flags, unsigned align);
size_t made_symbol(struct made *m, struct made_symbol s);
void made_reloc(struct made *m, struct made_section *s, struct made_reloc r);

/* As an ELF file, in `a`: NULL when libelf cannot write it. */
uint8_t *made_write(const struct made *m, size_t *len);

/* An archive with an index of members. `global` lists the names each defines, ended by NULL. */
struct made_member {
	const char *name;
	const uint8_t *data;
	size_t len;
	const char **global;
};
uint8_t *made_archive(struct arena *a, const struct made_member *v, size_t n, size_t *len);

#endif
