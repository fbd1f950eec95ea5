/* SPDX-License-Identifier: MIT */
/* Where the declarations of `clobber check` come from. */
#ifndef CLOBBER_CHECK_SOURCE_H
#define CLOBBER_CHECK_SOURCE_H

#include "check/contract.h"

struct declarations {
	struct case_list cases;
	struct contract_source source;
	bool header;           /* of a project: it may declare more than is under test */
	const char **optional; /* functions that only headers declare */
	size_t noptional;
	bool preprocessed;
	const char **included; /* of those optional ones that headers included by headers declare */
	size_t nincluded;
	size_t skipped;            /* declarations of headers that could not be read */
	const char *first_skipped; /* why not, of the first; NULL: there is none */
};

/* How declarations are meant. */
struct declarations_for {
	enum width width;
	/* long has 4 bytes and wchar_t 2, as in COFF objects' compilers (Microsoft C++: Fundamental
	 * types). */
	bool windows;
	bool x32; /* long and pointers have 4 bytes */
};

/* `--proto' texts, each with `//!' lines before it (`notes', for the last one), as one source
 * called
 * "<prototype>". 0, or -1 and *error in `a`. */
int declarations_of_protos(struct arena *a, const char *const *protos, const char *const *notes,
			   const struct declarations_for *how, struct declarations *out,
			   const char **error);

/* A contract file, "FILE" or "FILE:FUNCTION" (that one and what it calls). */
int declarations_of_contract(struct arena *a, const char *path, const struct declarations_for *how,
			     struct declarations *out, const char **error);

/* A C header: preprocessor lines, function bodies, extern "C" and what cannot be read are passed
 * over; macros that stand for attributes are taken for what they are. */
int declarations_of_header(struct arena *a, const char *path, const struct declarations_for *how,
			   struct declarations *out, const char **error);

/* The declarations of `more` behind those of `to`, which were read before. A function that both
 * declare is what a contract says, or what came first. */
void declarations_add(struct arena *a, struct declarations *to, const struct declarations *more);

/* "FUNCTION: LINE" or, for the last of those declared, "LINE": a line more for its contract. 0, or
 * -1 and *error in `a`. */
int declarations_note(struct arena *a, struct declarations *d, const char *note,
		      const char **error);

/* Does a note begin with "FUNCTION:"? */
bool declarations_note_names(const char *note);

/* Is it declared by what a header includes only? Then nobody asked for it. */
bool declarations_included(const struct declarations *d, const char *name);

/* Is it declared by headers only? Then it may be missing. */
bool declarations_optional(const struct declarations *d, const char *name);

#endif
