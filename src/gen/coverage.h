/* SPDX-License-Identifier: MIT */
/* Conventions as automata (after Bailey and Davidson): the state is what the arguments so far have
 * used up (integer registers, vector registers, alignment of the stack), the input is the class of
 * the next argument. Prototypes that take every transition from every state exercise all that a
 * convention can decide about argument lists; how many do is a measure one can print. */
#ifndef CLOBBER_COVERAGE_H
#define CLOBBER_COVERAGE_H

#include "gen/gen.h"

struct coverage {
	unsigned states, states_seen;
	unsigned transitions, transitions_seen; /* state x class of the next argument */
	unsigned unspecified; /* transitions that no document decides: not counted */
};

/* How much of the automaton of `c` the cases of the set that are under it cover. */
void coverage_measure(struct arena *a, const struct convention *c, const struct gen_set *set,
		      struct coverage *out);

/* The same step by step: true when the case, which is under the convention, takes a transition that
 * no earlier one took. */
struct coverage_walk;
struct coverage_walk *coverage_walk(struct arena *a, const struct convention *c);
bool coverage_take(struct coverage_walk *w, const struct gen_case *c);

/* choose.c: keep of the set only the cases that, in its order, take a transition of their
 * convention for the first time, or pass a type where none before them does, or are the first of
 * their group, or are marked with lines of their own. Divides the set into batches again. */
void coverage_choose(struct arena *a, struct gen_set *set);

/* Declarations, as a case file, that cover what the set leaves uncovered of every convention of the
 * list (NULL-ended); prototypes are shared between conventions where they serve several. */
void coverage_generate(struct arena *a, const struct convention *const *list,
		       const struct gen_set sets[PROFILES], struct str *out);

#endif
