/* SPDX-License-Identifier: MIT */
/* The claims of the thread "KVM/VMX: Do not declare vmread_error asmlinkage" (2022), each with a
 * verdict per compiler, width and place. No verdict is written down here: each claim has steps
 * (steps.def), each step is carried out when asked for, and the verdict follows from the results.
 * docs/thread.md has the whole story. */
#ifndef CLOBBER_CLAIMS_H
#define CLOBBER_CLAIMS_H

#include "verdict/model.h"

/* What a step does, and what must hold. */
enum step_kind {
	STEP_PASS,       /* cases pass: file[:function], convention, direction (both: empty) */
	STEP_CAUGHT,     /* a case broken on purpose is found: function, convention, direction,
			    "check subject" */
	STEP_ACCEPTED,   /* a source compiles: source, options */
	STEP_REFUSED,    /* a source does not; its diagnostic is the evidence */
	STEP_SAME,       /* the same code twice: source, options, options */
	STEP_FEWER,      /* the second has less code: source, options, options, functions */
	STEP_WRITES,     /* a function writes registers: source, options, function, registers */
	STEP_PLACEMENT,  /* same placements: file, convention, convention */
	STEP_ATTRIBUTES, /* no attribute sends the first argument to the stack: source, probe */
	STEP_CONTRACT,   /* assembly keeps its contract: source, contract file:function, options */
	STEP_CONTRACT_CAUGHT, /* assembly broken on purpose is found not to: the same, "check
				 subject" */
	STEP_KINDS
};

/* What it means when a step does not hold. */
enum step_weight {
	DECIDES, /* the claim is false */
	EXCEPTS, /* the claim is true except for this */
	NOTES    /* nothing: for the reader */
};

enum { FOR_32 = 1 << W32, FOR_64 = 1 << W64, FOR_BOTH = FOR_32 | FOR_64 };

struct step {
	int claim;
	unsigned widths; /* FOR_32, FOR_64: elsewhere the claim does not need it */
	enum step_kind kind;
	enum step_weight weight;
	const char *a, *b, *c, *d; /* see enum step_kind; unused: "" */
	const char *says;          /* what it shows when it holds */
};

struct claim {
	int number;
	const char *who, *text;
	unsigned widths; /* that it speaks of */
	bool rooted;     /* also asked in VMX root operation */
	bool any_flags;  /* compilers without the kernel's flags are asked with their own */
	/* NULL, or what is shown when all steps hold: that the claim is false. */
	const char *refuted;
};

enum { CLAIMS = 21 };
extern const struct claim all_claims[CLAIMS]; /* in order of their numbers */
extern const struct step claim_steps[];       /* ends with claim 0 */

#define CLAIM_VERDICTS(X) \
	X(TRUE, "true") X(FALSE, "false") X(EXCEPT, "true except") X(NOT_RUN, "not-run")
enum claim_verdict {
#define X(id, name) CLAIM_##id,
	CLAIM_VERDICTS(X)
#undef X
		CLAIM_VERDICT_COUNT
};
extern const char *const claim_verdict_names[CLAIM_VERDICT_COUNT];

/* What came of one step. */
struct evidence {
	const struct step *step;
	bool holds;
	const char *not_run; /* NULL, or why the step could not be done */
	const char *id;      /* a case, or a file with its options */
	const char *detail;  /* what was seen */
	bool aside;          /* it was done in another place, so that this one does not matter */
};

/* A column of the claims table: a compiler at a width, wherever its cases ran. */
struct claim_column {
	struct compiler *compiler;
	enum width width;
	enum place_id place;     /* the first in which they did; the evidence names them all */
	enum profile_id profile; /* of what is compiled */
	const char *opt;
	const char *id;      /* "gcc-12/64"; "gcc-12/32@vmx" when that is not the native place */
	const char *why_not; /* NULL, or why nothing can be decided in it */
};

struct claim_result {
	const struct claim *claim;
	size_t column;
	enum claim_verdict verdict;
	const char *reason; /* why it is not plainly true; NULL when it is */
	struct evidence *v;
	size_t n;
	const char *repeat; /* a command that decides just this again */
};

struct claims_table {
	struct arena *arena;
	struct arena **arenas; /* by column: of what was seen there */
	struct claim_column *columns;
	size_t ncolumns;
	struct claim_result *results; /* by claim, then by column */
	size_t nresults;
	unsigned uncaught; /* cases broken on purpose that passed: nothing they prove counts */
};

/* What came of holding an object against a contract. */
struct held {
	const char *not_run; /* NULL, or why nothing was called */
	struct finding *v;   /* without column and case */
	size_t n;
};

/* One object to hold against one contract. */
struct hold_order {
	enum place_id place;
	const char *object, *contract; /* "FILE:FUNCTION" */
	const char *dir;               /* what is generated stays there */
	struct held held;              /* what came of it, in the plan's arena */
};

/* Hold all of them against their contracts, as `clobber check` does, on as few machines as can be.
 * Tools and runtime are the plan's. Ends with a message when a contract cannot be read, or object
 * and runtime not be linked. */
typedef void hold_function(const struct plan *p, struct hold_order *v, size_t n);

/* What is asked. */
struct claims_request {
	struct plan *plan; /* tools, work folder, arena; its columns and sets are made here */
	struct compiler_list *compilers;
	bool widths[WIDTHS], places[PLACES][WIDTHS];
	bool wanted[CLAIMS];
	const char *opt;     /* "O2" */
	const char *claims;  /* folder with the sources: cases/thread/claims */
	hold_function *hold; /* of a later room: src/check */
};

/* The case files that the wanted claims need, comma-separated, as --cases takes them, in `a`; NULL:
 * none. */
const char *claims_cases(struct arena *a, const bool wanted[CLAIMS]);

/* Keep of the cases only those that the wanted claims need. */
void claims_keep(struct case_list *cases, const bool wanted[CLAIMS]);

/* Decide the wanted claims. `m` is the judged matrix of the plan's columns: the cases that
 * claims_cases named, in profile kernel (no columns: no case was needed). Compiles in PLAN->work,
 * which caches. Ends with a message when clobber's own tools fail. */
void claims_decide(const struct claims_request *r, const struct matrix *m,
		   struct claims_table *out);

/* Free what claims_decide allocated beside the plan's arena. */
void claims_close(struct claims_table *t);

#endif
