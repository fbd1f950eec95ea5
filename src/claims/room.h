/* SPDX-License-Identifier: MIT */
/* What the files of this room share: one unit of work (a compiler at a width), compiled objects,
 * and the kinds of steps. */
#ifndef CLOBBER_CLAIMS_ROOM_H
#define CLOBBER_CLAIMS_ROOM_H

#include "claims/claims.h"
#include "claims/object.h"

/* The objects of contract steps at each width, and what came of them: the same for all columns of
 * the width. step[i] is the first with object v[i]. */
struct held_list {
	struct hold_order *v;
	const struct step **step;
	enum width *width;
	size_t n;
};

/* A column's work; its own arena, for columns are decided side by side. */
struct unit {
	struct arena *arena;
	const struct claims_request *request;
	const struct matrix *matrix;
	const struct claim_column *column;
	const struct target *target; /* flags; NULL when the compiler takes none of them */
	size_t matrix_column;        /* in the matrix, or NO_COLUMN */
	const struct held_list *held;
};

#define NO_COLUMN SIZE_MAX

/* What came of compiling (or assembling, *.asm) a source of cases/thread/claims. */
struct compiled {
	const char *object; /* path; NULL: refused */
	const char *why;    /* of a refusal: the first line of the diagnostic */
	const char *says;   /* a warning that an attribute is ignored, or NULL */
};

/* With the column's compiler and flags, and options separated by blanks. The result is kept in the
 * work folder under a name made from everything it depends on. */
struct compiled claims_compile(struct unit *u, const char *source, const char *options);

/* Hold all objects of the wanted claims against their contracts, at the wanted widths. Lives in the
 * plan's arena. */
void claims_hold(const struct claims_request *r, struct held_list *out);

/* "check, subject: expected E, got O"; NULL: "no finding". */
const char *finding_text(struct arena *a, const struct finding *f);

/* Is it a violation or worse of "check subject"? */
bool finding_is(const struct finding *f, const char *what);

/* The kinds: each fills `e->holds` or `e->not_run`, `e->id` and `e->detail`. */
void step_cases(struct unit *u, const struct step *s, struct evidence *e);
void step_caught(struct unit *u, const struct step *s, struct evidence *e);
void step_placement(struct unit *u, const struct step *s, struct evidence *e);
void step_diagnosed(struct unit *u, const struct step *s, struct evidence *e);
void step_same(struct unit *u, const struct step *s, struct evidence *e);
void step_fewer(struct unit *u, const struct step *s, struct evidence *e);
void step_writes(struct unit *u, const struct step *s, struct evidence *e);
void step_contract(struct unit *u, const struct step *s, struct evidence *e);
void step_attributes(struct unit *u, const struct step *s, struct evidence *e);

#endif
