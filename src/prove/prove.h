/* SPDX-License-Identifier: MIT */
/* Proving that a function keeps its calling convention on every path, or showing a path on which it
 * does not: docs/prove.md. */
#ifndef CLOBBER_PROVE_H
#define CLOBBER_PROVE_H

#include "abi/abi.h"

/* What a function has to keep. */
struct prove_subject {
	const char *name;
	const struct prototype *proto;
	const struct convention *conv;
	struct placement place;
	unsigned kept_gpr, kept_vector; /* bit sets */
	unsigned kept_upper;            /* ... of vector registers: bytes 16 to 31 */
	bool keeps_flags, leaves_mmx, never, variadic;
	bool undeclared; /* its arguments and result are not known: all may be read, none is checked
			  */
	int jumps;       /* it ends with a jump to where this register pointed; -1 */
	unsigned pop, area, align_entry, align_calls;
	unsigned moved; /* arguments not where the convention puts them: bit set */
	struct loc moved_to[MAX_ARGS];
	const char *cannot; /* why nothing can be proved of it, or NULL */
};

/* A function that is called, as it is declared. */
struct prove_callee {
	const struct prototype *proto; /* NULL: only its convention is known */
	const struct convention *conv;
	struct placement place;
	bool never; /* does not return */
};

enum answer { PROVED, REFUTED, OPEN };

struct proof_step {
	uint64_t address;
	const char *words; /* "f+0x14: je -> f+0x20 (file.S:12)" */
};

struct proof_finding {
	enum check check; /* CHECK_COUNT: not a check, the analysis stopped */
	enum rule_id rule;
	const char *words, *hint; /* hint: what would close it, or what should have repaired it */
	const char *instruction;  /* "f+0x20: ret (file.S:30)" */
	struct proof_step *path;
	size_t npath;
};

struct proof {
	enum answer answer;
	const char **trusts; /* functions that are assumed to keep their convention */
	size_t ntrusts;
	struct proof_finding *finding;
	size_t nfindings;
	const char **assumption;
	size_t nassumptions;
	unsigned instructions; /* looked at, each once */
	unsigned blocks;
};

struct images;

struct prove_job {
	const struct images *images;
	/* A declared function by name; NULL: it is not declared. */
	const struct prove_callee *(*callee)(void *closure, const char *name);
	void *closure;
	enum width width;
	bool low; /* x32: addresses are below 4 GiB, so what 32-bit arithmetic makes of one is one
		   */
};

/* Prove one function. Everything of *out is in `a`. */
void prove_function(struct arena *a, const struct prove_job *job, const struct prove_subject *f,
		    struct proof *out);

/* Several that were proved by themselves: what is proved on the word of one that is refuted is
 * open. */
void prove_together(struct arena *a, const struct prove_subject *f, struct proof *p, size_t n);

/* Is the check one that `proved' speaks of? The others compare values, which needs a run. */
bool prove_decides(enum check check);

extern const char *const answer_name[];

#endif
