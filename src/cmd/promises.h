/* SPDX-License-Identifier: MIT */
/* What `clobber check' and `clobber prove' are told of functions: --proto, --note, --contract,
 * --header, --abi, --edition. */
#ifndef CLOBBER_CMD_PROMISES_H
#define CLOBBER_CMD_PROMISES_H

#include "check/contract.h"
#include "check/object.h"
#include "cmd/options.h"
#include "cmd/values.h"

struct promises {
	struct texts protos, notes, contracts, headers;
	const char *abi, *edition;
};

/* Rows of an option table for them; `p` is a struct promises *, `a` an arena in scope. */
#define PROMISES_ROWS(p)                                                                        \
	TEXTS("proto", &(p)->protos, "DECL", "a C declaration; may be given several times"),    \
		TEXTS("contract", &(p)->contracts, "FILE",                                      \
		      "declarations with contracts (docs/contracts.md); FILE:FUNCTION is one"), \
		TEXTS("header", &(p)->headers, "FILE",                                          \
		      "a C header: what it declares and the objects define (all three may be "  \
		      "given several times, and together)"),                                    \
		TEXTS("note", &(p)->notes, "LINE",                                              \
		      "a line of a contract, such as 'arg n count 64 of dst': for the last "    \
		      "--proto, or 'FUNCTION: LINE'"),                                          \
		LISTED("abi", &(p)->abi, "NAME", "abis",                                        \
		       "the convention of what names none (default: sysv, cdecl)"),             \
		CHOICE("edition", &(p)->edition, "E", edition_words(a),                         \
		       "of the psABIs, that decides: 2019, 2024, 2025 (default: 2025; see "     \
		       "`clobber list rules')")

/* What headers declare and cannot be tested. */
struct not_read {
	const char **undefined; /* no object defines them */
	size_t nundefined;
	size_t unreadable;
	const char *first_unreadable;
};

/* The convention of what names none, as the options and the objects have it. */
const char *promises_abi(const struct promises *p, const struct objects *objs);

/* Read all of them for functions of the objects; ends the program with a message when something
 * cannot be read, or nothing is left. `command' is the name for messages. */
void promises_read(struct arena *a, const char *command, const struct promises *p,
		   const struct objects *objs, struct contract_file *out, struct not_read *left);

/* Every function under test is defined, for the linker to see, and is code: else it ends the
 * program with a message. */
void promises_find(struct arena *a, const char *command, const struct objects *objs,
		   const struct contract_file *f);

/* " a.o --proto '...'": what was given, for repeating it, behind what is in `s`. */
void promises_words(struct arena *a, struct str *s, const struct promises *p,
		    const struct objects *objs);

#endif
