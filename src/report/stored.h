/* SPDX-License-Identifier: MIT */
/* A matrix as it is stored: matrix.json (docs/matrix-json.md) read back. Every rendering but the
 * JSON itself is made from this, so that a matrix of yesterday, of another machine or of several
 * machines is reported exactly as the one that was just run. */
#ifndef CLOBBER_STORED_H
#define CLOBBER_STORED_H

#include "report/claims.h"
#include "verdict/model.h"

#include <jansson.h>

/* The value of `schema`: changed when a reader of the former one would misread it. Schema 2, which
 * has no claims, is still read. */
enum { MATRIX_SCHEMA = 3, MATRIX_SCHEMA_OLDEST = 2 };

/* A compiler with options in a place. Told apart by `id`, and nothing is concluded from how that
 * looks. `text_hash` is NULL where there was no payload, `unusable` or why nothing compiles
 * there, `why_not` or why its payload could not run. */
struct stored_column {
	COLUMN_FIELDS(MEMBER, stored_column)
	size_t built;   /* the first column of the same code: another one is of another place */
	double seconds; /* that its payload ran, where the run itself reports; else 0 */
};

struct stored_rule {
	RULE_FIELDS(MEMBER, stored_rule)
};

/* A case. `placement` says where its values travel, for those who draw it; NULL when nothing was
 * found of it. */
struct stored_case {
	CASE_FIELDS(MEMBER, stored_case)
	unsigned arguments;
};

#define NO_FINDING SIZE_MAX

/* `known_reason` is NULL for what is not known. */
struct stored_finding {
	FINDING_FIELDS(MEMBER, stored_finding)
	const struct stored_case *c;
	const struct stored_rule *rule;
	size_t cell; /* the cell its case is counted in */
	size_t next; /* finding of that cell, in order; or NO_FINDING */
};

/* What a column does about the bits above narrow integers under one convention, as in struct
 * extension; `unsafe` holds the ids of the columns whose code it must not call. */
struct stored_narrow {
	NARROW_FIELDS(MEMBER, stored_narrow)
	bool seen;
};

/* `why_not`: it was left out of the run for this reason; NULL: it was not. `compared`,
 * `alone`: cases executed there that were executed natively too, or were not. `instead`: what it
 * ran because the native place cannot, and why; or NULL. */
struct stored_place {
	PLACE_FIELDS(MEMBER, stored_place)
};

/* One finding of a fact: the trampoline or probe, as generated, and the compiler's function,
 * disassembled; NULL when not known. */
struct stored_example {
	EXAMPLE_FIELDS(MEMBER, stored_example)
};

struct stored {
	struct arena *arena;
	json_t *root; /* owns what is a tree: `tool', `host', `claims', placements */
	const char *version, *command;
	uint64_t seed;
	const json_t *tool, *host;
	struct stored_column *columns;
	struct row *rows;
	struct stored_rule *rules;
	struct stored_case *cases;
	struct cell *cells;
	struct stored_finding *findings;
	struct stored_narrow *narrow;
	struct vanished *vanished;
	struct stored_place *places;
	struct difference *differences;
	struct stored_example *examples;
	struct stored_claims claims;
	size_t ncolumns, nrows, nrules, ncases, ncells, nfindings, nnarrow, nvanished, nexamples;
	size_t nplaces, ndifferences;
	unsigned total[VERDICT_COUNT];
	unsigned planned, executed, not_run, known, unexpected;
	/* Made when read, to find things in no time: of each row, the first of its convention and
	 * width; the cells by column, those of column c from first_cell[c] to first_cell[c + 1]. */
	size_t *lead, *by_column, *first_cell;
};

/* Read a document, of which text[len] is 0. *out refers to nothing of it; trees are freed by
 * stored_close, all else lives in `a`. Returns NULL, or what is wrong with the document (in `a`),
 * such as "findings[3].column: names no column". */
const char *stored_parse(struct arena *a, const char *text, size_t len, struct stored *out);

/* The same of a document that is a tree. */
const char *stored_load(struct arena *a, const json_t *root, struct stored *out);

/* As stored_parse, from a file. Ends the process with a message on failure. */
void stored_read(struct arena *a, const char *path, struct stored *out);

void stored_close(struct stored *s);

/* The name of a column's group: what the columns of one compiler that differ in optimisation only
 * have in common. "gcc-12", "gcc-12 kernel", "gcc-12 vmx". In s->arena. */
const char *stored_group(const struct stored *s, const struct stored_column *c);

/* Are these of one group and width, so that they belong side by side under one heading? */
bool stored_siblings(const struct stored_column *a, const struct stored_column *b);

/* "native (process), vmx (bochs 2.7)"; "gcc-12 12.2.0, clang-14 14.0.6". In s->arena. */
const char *stored_places(const struct stored *s);
const char *stored_compilers(const struct stored *s);

/* "native, vmx". In s->arena. */
const char *stored_place_names(const struct stored *s);

/* "-O0 -O2". In s->arena. */
const char *stored_opts(const struct stored *s);

#endif
