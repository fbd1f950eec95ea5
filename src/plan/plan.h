/* SPDX-License-Identifier: MIT */
/* From compilers and cases to payloads: which case can be compiled in which column, the ninja files
 * that compile, assemble and link, and what came of it. Ninja runs in parallel and caches: a second
 * run without changes compiles nothing. */
#ifndef CLOBBER_PLAN_H
#define CLOBBER_PLAN_H

#include "gen/gen.h"
#include "place/place.h"
#include "plan/progress.h"
#include "plan/toolchain.h"

#include <signal.h>

/* Why a column lacks the functions of a case. */
enum absence {
	PRESENT,
	UNSUPPORTED,    /* the compiler lacks the convention or a type, or refuses the prototype */
	COMPILER_CRASH, /* it died or hung on this very case, or left what does not link */
	WITHOUT_RUNTIME /* its code calls what only the compiler's own library has */
};

/* What the compiler takes the generated text for: asked by its own macro. */
enum language target_language(const struct target *t);

/* Compiler x width x optimisation x profile x place. */
struct column {
	const struct compiler *compiler;
	enum width width;
	enum profile_id profile;
	enum place_id place;
	size_t built;     /* the column whose payload this one runs: its own, or of another place */
	const char *opt;  /* "O0" */
	const char *name; /* "gcc-12 -m32 -O0" */
	const char *id;   /* "gcc-12/32/O0": stable, for files and JSON */
	const char *unusable;  /* NULL, or why nothing compiles at this width */
	unsigned char *absent; /* enum absence, by case index; NULL when unusable */
	const char **why;      /* by case index: the reason of an absence */
	const char *payload;   /* path of the linked ELF; NULL when unusable or not linked */
	uint64_t text_hash;    /* of the payload's .text */
};

/* The places that run code of each profile. */
struct place_set {
	bool v[PLACES][PROFILES];
};

struct plan {
	struct arena *arena;
	const char *work;    /* folder for everything generated and built */
	const char *probes;  /* folder that remembers what compilers answered; NULL: in `work` */
	const char *kept;    /* folder for records of payloads; NULL: none are kept */
	const char *ground;  /* place/kept.h; NULL: what runs now is not kept */
	bool fresh;          /* take nothing that was kept */
	const char *runtime; /* folder with rt32.o, rt64.o, payload.ld and own-time */
	const char *include; /* folder that holds payload/case.h */
	const char *host_cc; /* compiles expectation tables */
	const char *nasm, *ninja, *ld;
	struct gen_set set[PROFILES];
	bool windows_named;   /* code for Windows is wanted of whatever compiler can make it */
	enum edition edition; /* of the psABIs, that places and judges the cases */
	struct column *columns;
	size_t ncolumns;
	const char *launcher;            /* what compilers are called through ("ccache"), or NULL */
	unsigned jobs;                   /* 0: ninja's default */
	struct progress_whole *progress; /* of the run that this is part of; may be NULL */
	/* Counts the signals that ask to stop; may be NULL. A build that fails while one arrives
	 * (it reaches the compilers, too) is `stopped`: nothing came of it. */
	const volatile sig_atomic_t *stop;
	bool stopped;
	unsigned files, built; /* objects and payloads; those that ninja made, this time */
};

/* Make the columns: every compiler in every profile that has cases, with every optimisation, in
 * every wanted place. Probes compilers; fills columns, absent and why where the probes already
 * decide. */
void plan_columns(struct plan *p, struct compiler_list *compilers, const struct place_set *places,
		  const char *const *opts);

/* The column of the same code in the first of its places, or p->ncolumns. */
size_t plan_find_column(const struct plan *p, const struct compiler *c, enum profile_id profile,
			const char *opt);

/* Put every payload of the plan, each there once, into the wanted places instead. */
void plan_places(struct plan *p, const struct place_set *places);

/* Can code of both columns meet in one program? */
static inline bool same_world(const struct column *a, const struct column *b)
{
	return a->profile == b->profile && a->place == b->place;
}

/* Columns of one compiler, profile and place: they differ in optimisation only. */
static inline bool same_family(const struct column *a, const struct column *b)
{
	return a->compiler == b->compiler && same_world(a, b);
}

/* The cases of a column. */
static inline const struct gen_set *column_set(const struct plan *p, const struct column *c)
{
	return &p->set[c->profile];
}

/* Generate, compile, link. Ends the process with a message when the tools that clobber itself needs
 * fail; what a compiler under test fails at becomes absences. */
void plan_build(struct plan *p);

#endif
