/* SPDX-License-Identifier: MIT */
/* The claims of the thread in matrix.json (docs/matrix-json.md, `claims`), and as text. */
#ifndef CLOBBER_REPORT_CLAIMS_H
#define CLOBBER_REPORT_CLAIMS_H

#include "claims/claims.h"
#include "util/terminal.h"

#include <jansson.h>

struct stored_claim_column {
	const char *id, *compiler, *place;
	unsigned width;
};

struct stored_claim_result {
	size_t column; /* of the claims' own columns */
	enum claim_verdict verdict;
	bool applies;           /* false: the claim is about another width */
	const char *reason;     /* or NULL */
	const char *repro;      /* a command that decides just this again */
	const json_t *evidence; /* list of objects */
};

struct stored_claim {
	unsigned number;
	const char *who, *text;
	struct stored_claim_result *v;
	size_t n;
};

struct stored_claims {
	const char *opt;
	struct stored_claim_column *columns;
	struct stored_claim *v;
	size_t ncolumns, n; /* n 0: the claims were not decided */
};

/* The value of `claims`; the caller owns it. NULL table: null. */
json_t *claims_document(const struct claims_table *t);

/* Read it back; *out refers to `claims`. NULL, or what is wrong with it (in `a`). */
const char *claims_load(struct arena *a, const json_t *claims, struct stored_claims *out);

/* A table for each width and place, then each claim with its verdicts, compilers of one verdict and
 * reason together; with style->every_finding the evidence too. Nothing when none were decided. */
void text_claims(struct str *out, const struct stored_claims *c, const struct text_style *style);

/* A result and those that share its sentence, with width and places in front: "-m64
 * native, root true: ...". False if another result, perhaps of another place, reported it. */
bool claims_sentence(struct str *t, const struct stored_claims *s, const struct stored_claim *c,
		     size_t i);

#endif
