/* SPDX-License-Identifier: MIT */
/* The matrix: the one model that every report renders. Rows are convention x group x direction at a
 * width, columns compiler x width x optimisation, and each cell counts the verdicts of its cases in
 * one place. */
#ifndef CLOBBER_MODEL_H
#define CLOBBER_MODEL_H

#include "place/place.h"
#include "plan/plan.h"
#include "verdict/shape.h"

struct verdict_info {
	const char *name, *what;
};
extern const struct verdict_info verdict_info[VERDICT_COUNT];

/* A check that did not hold, in words. */
struct finding {
	size_t column;
	const struct gen_case *c;
	int direction; /* CL_CALLEE or CL_CALLER */
	enum check check;
	enum rule_id rule;
	enum verdict verdict;
	bool misaligned;      /* a pointer that is one, and not aligned */
	unsigned item;        /* as in the record: which part of the subject, for grouping */
	const char *subject;  /* "argument b (double)", "rbx", "stack pointer after the call" */
	const char *expected; /* "in xmm0: 0x..." */
	const char *observed; /* "0x..." */
	const char *origin;   /* "which was in xmm1"; NULL when unknown */
	const struct known *known; /* the annotation that expects it, or NULL */
	const char *repeat;        /* a command that runs just this case */
};

/* One row: what is asked. Rows, cells, differences and what vanished are the same judged and read
 * back from matrix.json; members that only a judged matrix has are marked. */
struct row {
	ROW_FIELDS(MEMBER, row)
	const struct convention *conv; /* judged */
};

/* The verdict is the most serious of its cases; `known` counts cases whose violations, crashes and
 * timeouts are all expected; the reason is that of the first case that was not run or is
 * unsupported. */
struct cell {
	CELL_FIELDS(MEMBER, cell)
	size_t first; /* read back: of its findings, linked by `next`, the first; or NO_FINDING */
};

/* Verdict of one case in one direction. */
struct judged {
	unsigned char verdict;
	unsigned char known; /* every violation, crash or timeout of it is expected */
	const char *why;     /* for unsupported and not-run */
};

/* A column's run in its place. */
struct column_run {
	struct arena *arena; /* of the outcomes */
	struct place_run run;
	struct judged *judged; /* index * 2 + direction */
};

/* A known finding that did not occur although its case was executed: as wrong as an unknown one.
 * `where` is the line that expects it. */
struct vanished {
	VANISHED_FIELDS(MEMBER, vanished)
};

/* The reason of what an earlier run found: `--baseline'. */
#define IN_BASELINE "in the baseline"

/* What a column does about the bits above integers narrower than int, by type and kind of place. No
 * document decides, so a caller that does not extend and a callee that relies on it are both right,
 * and do not work together. */
struct extension {
	/* Index: narrow type, then 0 for a register, 1 for the stack. */
	bool seen[NARROWS][2];    /* as a caller */
	bool extends[NARROWS][2]; /* in every call seen */
	bool relies[NARROWS][2];  /* as a callee, in at least one call */
};

/* A case whose verdict in another place is not the one it has natively. The reason is known, or the
 * check that failed in one of the two; NULL: neither. */
struct difference {
	DIFFERENCE_FIELDS(MEMBER, difference)
};

/* "_Bool", "char", "short". */
extern const char *const narrow_names[NARROWS];

struct matrix {
	struct arena *arena;
	struct plan *plan;
	uint64_t seed;
	const char *engine[PLACES];  /* what implements each place; NULL: not in this run */
	const char *why_not[PLACES]; /* of a place that was left out, or NULL */
	const char *instead[PLACES]; /* what runs elsewhere because the native place cannot run it,
					and why; or NULL */
	const char *case_args;       /* the --cases of this run, for messages; may be NULL */
	const char *vmx_with;        /* its --vmx-with; NULL: the defaults of the profiles */
	struct accepted_list *accepted; /* expected from outside; NULL: nothing is */
	struct column_run *runs;        /* by column */
	struct finding *findings;
	size_t nfindings;
	struct row *rows;
	size_t nrows;
	struct cell *cells;
	size_t ncells;
	unsigned total[VERDICT_COUNT];
	unsigned planned, executed, not_run;
	unsigned known;              /* cases that are known to fail, and did */
	unsigned unexpected;         /* cases that violate, crash or hang and are not known to */
	struct extension *extension; /* by column * MAX_CONVENTIONS + index in conventions[] */
	struct difference *differences;
	size_t ndifferences;
	unsigned compared[PLACES]; /* cases executed there and natively */
	unsigned alone[PLACES];    /* cases executed there, but not natively */
	struct vanished *vanished;
	size_t nvanished;
};

/* Turn the runs of a plan's columns (m->runs, filled by the caller) into judged cases, findings,
 * rows, cells and totals. Asserts that planned = executed + not run. */
void matrix_judge(struct matrix *m);

/* Does code of column `caller` leave bits that code of column `callee` relies on, in calls under
 * conventions[conv]? */
bool extension_unsafe(const struct matrix *m, size_t caller, size_t callee, size_t conv);

/* A column's habits under conventions[conv]. */
const struct extension *extension_of(const struct matrix *m, size_t column, size_t conv);

/* As a caller, does the column put a value that no document places elsewhere than where it looks
 * for it as a callee? */
bool disagrees_with_itself(const struct matrix *m, size_t column, const struct gen_case *c);

/* "callee", "caller". */
const char *direction_name(int direction);

#endif
