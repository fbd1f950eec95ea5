/* SPDX-License-Identifier: MIT */
/* Which place runs which code. */
#ifndef CLOBBER_RUN_PLACES_H
#define CLOBBER_RUN_PLACES_H

#include "plan/plan.h"

/* What a place answered when it was asked whether it works. */
struct place_answer {
	bool asked;
	const char *why_not; /* NULL: it does */
	const char *engine;
};

/* Where to run, and how. */
struct places {
	struct place_set wanted;
	const char *why_not[PLACES]; /* of a place that `auto` left out, or NULL */
	const char *instead[PLACES]; /* what it runs because the native place cannot, and why that
				      * cannot; or NULL */
	struct place_options options;
	/* options.monitor is for all payloads in guests; else their profile decides */
	bool monitor_given;
	struct place_answer answer[PLACES][PROFILES];
};

/* Does the place run code of the profile here? Asks it once. In `a`. */
const struct place_answer *places_ask(struct arena *a, struct places *p, enum place_id place,
				      enum profile_id profile);

/* Fill in p->wanted for the profiles that are used. LIST is an argument of --place; NULL is `auto`:
 * code runs as a process or, if this machine cannot do that, in the first place that stands in for
 * it; with `everywhere`, the kernel's code in all other places that work, too. p->options are set
 * by the caller. NULL, or what is wrong with LIST. In `a`. */
const char *places_choose(struct arena *a, const char *list, const bool used[PROFILES],
			  bool everywhere, struct places *p);

#endif
