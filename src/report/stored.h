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
 * looks. */
struct stored_column {
	const char *id, *name, *compiler, *family, *version, *opt, *profile;
	const char *place, *engine;
	const char *text_hash; /* NULL: there was no payload */
	const char *unusable;  /* NULL, or why nothing compiles there */
	const char *why_not;   /* NULL, or why the place could not run its payload */
	unsigned width;
	size_t built; /* the first column of the same code: another one is of another place */
};

struct stored_row {
	const char *id, *convention, *group;
	int direction; /* CL_CALLEE or CL_CALLER */
	unsigned width;
	bool headline;
};

struct stored_rule {
	const char *name, *document, *edition, *section, *status, *sentence;
};

/* A case. `placement` says where its values travel, for those who draw it; NULL when nothing was
 * found of it. */
struct stored_case {
	const char *id, *prototype, *where, *convention, *group, *profile;
	unsigned width, arguments;
	const json_t *placement;
};

struct stored_cell {
	size_t row, column;
	enum verdict verdict;
	unsigned planned, executed, not_run, known, count[VERDICT_COUNT];
	const char *reason; /* of the first case that was not run; NULL if all were */
	size_t first;       /* of its findings, those of one cell linked by `next`; or NO_FINDING */
};

#define NO_FINDING SIZE_MAX

struct stored_finding {
	size_t column;
	const struct stored_case *c;
	const struct stored_rule *rule;
	const char *check, *subject, *expected, *observed, *origin;
	const char *known_reason; /* NULL: it is not known */
	const char *repro;
	size_t cell; /* the cell its case is counted in */
	size_t next; /* finding of that cell, in order; or NO_FINDING */
	int direction;
	enum verdict verdict;
	bool known;
};

/* What a column does about the bits above narrow integers under one convention. */
struct stored_narrow {
	size_t column;
	const char *convention;
	bool leaves[NARROWS][2], relies[NARROWS][2], seen; /* as in struct extension */
	const json_t *unsafe; /* ids of columns whose code it must not call */
};

/* The integers narrower than int that matrix.json speaks of, by enum narrow. */
extern const char *const narrow_names[NARROWS];

struct stored_place {
	const char *name, *engine;
	const char *why_not; /* it was left out of the run for this reason; NULL: it was not */
	const char *instead; /* what it ran because the native place cannot, and why; or NULL */
	unsigned compared;   /* cases executed there that were executed natively too */
	unsigned alone;      /* cases executed there that were not */
};

/* A case whose verdict in another place is not the one it has natively. */
struct stored_difference {
	const char *c, *reason;
	size_t column;
	int direction;
	enum verdict verdict, native;
};

struct stored_vanished {
	const char *c, *compiler, *where, *reason;
};

/* One finding of a fact, with the code around it. */
struct stored_example {
	size_t finding;
	const char *assembly; /* the trampoline or probe, as generated */
	const char *code;     /* the compiler's function, disassembled; NULL when not known */
};

struct stored {
	struct arena *arena;
	json_t *root; /* owns every string */
	const char *version, *command;
	uint64_t seed;
	const json_t *tool, *host;
	struct stored_column *columns;
	struct stored_row *rows;
	struct stored_rule *rules;
	struct stored_case *cases;
	struct stored_cell *cells;
	struct stored_finding *findings;
	struct stored_narrow *narrow;
	struct stored_vanished *vanished;
	struct stored_place *places;
	struct stored_difference *differences;
	struct stored_example *examples;
	struct stored_claims claims;
	size_t ncolumns, nrows, nrules, ncases, ncells, nfindings, nnarrow, nvanished, nexamples;
	size_t nplaces, ndifferences;
	unsigned total[VERDICT_COUNT];
	unsigned planned, executed, not_run, known, unexpected;
};

/* Read a document. *out refers to `root`, of which it takes a reference until stored_close; all
 * else lives in `a`. Returns NULL, or what is wrong with the document (in `a`), such as
 * "findings[3].column: names no column". */
const char *stored_load(struct arena *a, json_t *root, struct stored *out);

/* As stored_load, from a file. Ends the process with a message on failure. */
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

#endif
