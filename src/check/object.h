/* SPDX-License-Identifier: MIT */
/* The objects and archives under test: what they are, and what they define. Read with libelf. */
#ifndef CLOBBER_CHECK_OBJECT_H
#define CLOBBER_CHECK_OBJECT_H

#include "proto/proto.h"

struct object_symbol {
	const char *name, *where; /* "libx.a(y.o)" */
	bool global, weak, code;  /* weak ones are global, too */
	bool indirect;            /* code that decides which function it is (IFUNC) */
	const char **choice;      /* functions that such code names; NULL: it is not */
	size_t nchoices;
};

struct objects {
	const char **path;  /* what the linker reads */
	const char **given; /* what messages name */
	size_t n;
	const char *lto; /* the first member of an archive without machine code; or NULL */
	bool windows;    /* COFF objects, made ELF ones */
	bool x32;        /* x32 objects, made 64-bit ones */
	enum width width;
	struct object_symbol *symbol; /* defined ones */
	size_t nsymbols;
	struct object_symbol *wanted; /* undefined ones that begin as clobber's own do, "cl_" */
	size_t nwanted;
};

/* Read them all: relocatable ELF of one width, or archives of such. 0, or -1 and *error, one line,
 * in `a`. */
int objects_read(struct arena *a, char *const *paths, size_t n, struct objects *out,
		 const char **error);

/* The same, of files with other names for messages. */
int objects_read_as(struct arena *a, char *const *paths, char *const *names, size_t n,
		    struct objects *out, const char **error);

/* What a symbol is called by, as ld binds it: "f" of "f@@8", vectorcall's decoration, which is
 * spelt as the default version of a name. */
char *symbol_name(struct arena *a, const char *spelt);

/* The definition of a symbol, a global one if there is one; NULL: none. */
const struct object_symbol *objects_find(const struct objects *o, const char *name);

/* Address of a symbol of a linked ELF file, 0 if there is none. */
uint64_t object_address(const char *path, const char *name);

#endif
