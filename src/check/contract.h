/* SPDX-License-Identifier: MIT */
/* Contracts as `clobber check` understands them: the lines of docs/contracts.md, read for one
 * width, and what the convention says where they are silent. */
#ifndef CLOBBER_CHECK_CONTRACT_H
#define CLOBBER_CHECK_CONTRACT_H

#include "abi/abi.h"
#include "payload/contract.h"

/* A number, an input, or an address; `text` as written. */
struct contract_value {
	enum ct_value_kind kind;
	unsigned input, bytes; /* to compare */
	int times;             /* the input; 0: once */
	struct ct_term term[CT_TERMS];
	long long number;
	const char *symbol; /* whose address is added; NULL: none */
	const char *text;
};

/* What is known of a parameter. `d` lacks addresses. */
struct contract_input {
	struct ct_input d;
	const struct type *type;
	long long *set;
	uint32_t *held; /* words of d.held */
	size_t nheld;
	unsigned nset;
	int probe;  /* a pointer to this one, or -1 */
	bool said;  /* by an `arg` line */
	bool moved; /* by an `in` line */
};

struct contract_out {
	bool slot, has, has_else; /* else a register; with a value */
	unsigned n, bytes;
	struct contract_value value, other;
	const struct contract_line *line;
};

struct contract_call {
	unsigned probe;
	enum ct_call_mode mode;
	bool interrupt, has_returns;
	struct contract_value value[MAX_ARGS], returns;
	unsigned nvalues;
	const struct contract_line *line; /* NULL: made up for a pointer to a function */
};

/* svm INSTRUCTION [VALUE] */
extern const char *const ct_svm_words[CT_SVM_WHICH];
struct contract_svm {
	enum ct_svm_which which;
	struct contract_value rax;
	const struct contract_line *line;
};

/* A function that is called before, to prepare what inputs point to. */
struct contract_first {
	const char *function;
	struct contract_value value[CT_FIRST_VALUES];
	unsigned n;
};

struct contract {
	struct call call;
	struct contract_input input[MAX_ARGS];
	unsigned ninputs;
	struct contract_out *out;
	size_t nout;
	struct contract_call *calls;
	size_t ncalls;
	struct reg_set kept;
	bool keeps_flags, keeps_all;
	const struct contract_line *frame_line; /* `keeps frame', or NULL */
	const struct contract_line *endbr_line; /* `endbr', or NULL */
	const struct contract_line *keeps_line, *returns_line, *pops_line, *align_line, *jumps_line;
	bool has_return, return_else, never;
	struct contract_value returned, returned_else;
	int jumps; /* register, or -1 */
	unsigned pop, area, align_calls, align_entry;
	bool vmx_fails, svm_exits, svm_fails, tdx_calls;
	struct contract_svm svm[CT_SVM_LINES];
	unsigned nsvm;
	bool by_interrupt, error_code; /* how it is entered */
	struct ct_guest guest, restored;
	const struct contract_line *guest_line, *resumes_line;
	const char *exit;               /* the symbol VM exits come to, or NULL */
	uint32_t used[CT_SOURCES / 32]; /* enum ct_source: what it may depend on, no input */
	bool ends_by_zeroing;           /* VZEROUPPER or VZEROALL comes before a return of it */
	bool leaves_mmx;                /* in use: its callers end that */
	bool varies;                    /* calls with equal inputs may differ */
	struct contract_first first[CT_FIRSTS];
	unsigned nfirst;
	const char *against;         /* symbol of its reference; NULL: none */
	const struct blocks *blocks; /* NULL: not known (blocks.h) */
	unsigned index;              /* among those under test */
};

/* A function that code under test calls. */
struct contract_probe {
	const char *symbol; /* supplied under this name; NULL: reached through a pointer */
	const char *name;
	const struct prototype *proto;
	const struct convention *conv;
	struct placement place;
	bool stub; /* of --weak-stubs */
	bool trap; /* nothing defines it: whoever calls it is not judged */
};

struct contract_supply {
	const char *name;
	enum { SUPPLY_RETURN, SUPPLY_JUMP, SUPPLY_DATA } kind;
	unsigned reg, bytes;
	long long *number; /* of 8 bytes each */
	unsigned nnumbers;
};

struct contract_file {
	enum width width;
	enum edition edition;
	struct contract *v; /* under test */
	size_t n;
	struct contract_probe *probe;
	size_t nprobes;
	struct contract_supply *supply;
	size_t nsupplies;
	const char **built_in; /* of C's library, supplied by clobber */
	size_t nbuilt_in;
	size_t refused; /* functions that were wanted if possible; why not the first */
	const char *first_refused;
	size_t skipped;  /* functions of the other width */
	bool bench;      /* measure cycles */
	unsigned effort; /* calls of each that may look for what did not run */
	unsigned calls;  /* rounds of each function; 0: as many as usual */
	/* Jumps of code under test that do not say where they go; where they may (jumps.h). */
	uint32_t *jump, *lead;
	size_t njumps, nleads;
	uint64_t *edge; /* a jump (high half), and one of the places that its table leads to */
	size_t nedges;
};

/* Source text of the declarations, for messages. */
struct contract_source {
	const char *text;
	size_t len;
	const char *file;                   /* as positions name it; NULL: of all */
	const struct contract_source *next; /* other sources, or NULL */
};

enum contract_wanted { CONTRACT_LEFT_OUT, CONTRACT_IF_POSSIBLE, CONTRACT_WANTED };

/* Read what `cases` declare at a width. `abi` is the convention of functions that name none (NULL:
 * the platform's), `edition` that of the psABIs that decide. Which functions are under test: all
 * that no `calls` line names; with `wanted` (may be NULL) those for which it says so. 0, or -1 and
 * *error, with position, in `a`. */
int contract_read(struct arena *a, const struct case_list *cases,
		  const struct contract_source *source, enum width w, const char *abi,
		  enum edition edition,
		  enum contract_wanted (*wanted)(void *closure, const char *name), void *closure,
		  struct contract_file *out, const char **error);

/* Class, size and places of a value, as the payload wants them. */
void contract_describe(const struct type *t, const struct value_place *v, enum width w,
		       struct ct_input *out);

/* The convention the platform follows by default. */
const char *contract_default_abi(enum width w);

/* Bytes of the widest vector register that arguments or the result are in; 0: none. */
unsigned contract_vector_bytes(const struct contract *c);

/* An argument as messages call it: its name, or "argument 3". */
const char *check_input_name(struct arena *a, const struct contract *c, unsigned i);

#endif
