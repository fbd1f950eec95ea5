/* SPDX-License-Identifier: MIT */
/* `run --prove': what ran is proved, too: every compiled target and caller, byte for byte as it is
 * in the payloads. */
#ifndef CLOBBER_RUN_PROVE_H
#define CLOBBER_RUN_PROVE_H

#include "prove/prove.h"
#include "verdict/model.h"

/* Of one column. */
/* Of one convention in a column. */
struct proved_row {
	const struct convention *conv;
	size_t count[OPEN + 1];
};

struct proved_column {
	struct proved_row *row;
	size_t nrows;
	size_t column;
	size_t count[OPEN + 1];
	uint64_t cpu; /* nanoseconds */
};

struct proved {
	struct proved_column *v;
	size_t n;
	size_t count[OPEN + 1];
	size_t contradictions; /* proved, but a run broke what is proved */
	struct str text;       /* every function that is not proved, with its reason */
};

/* Prove the payloads of an executed matrix; each payload once. Everything but `text` is in
 * m->arena. */
void prove_matrix(const struct matrix *m, struct proved *out);

/* The counts by column, and what contradicts a run. */
void proved_summary(const struct matrix *m, const struct proved *p, struct str *out);

#endif
