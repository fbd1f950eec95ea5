/* SPDX-License-Identifier: MIT */
/* A finding as a folder that needs no clobber: test.c and test.s, of which main returns 0 when the
 * compiler conforms and 1 when it does not; run.sh, which builds and runs them; README, fit for a
 * bug tracker.
 *
 *   source.c   test.c: the compiler's function, and what must hold around it (template.c)
 *   assembly.c test.s: nasm as src/gen writes it, for GNU as, and an engine (template.s)
 *   bundle.c   what cannot be put so, run.sh, README, the folder */
#ifndef CLOBBER_BUNDLE_H
#define CLOBBER_BUNDLE_H

#include "gen/gen.h"
#include "payload/record.h"

/* What the bundle is about, in words; `origin` and `known` may be NULL. */
struct bundle_about {
	const char *title;        /* "gcc-12: rbx is not preserved" */
	const char *compiler;     /* to execute: a name on PATH, or a path */
	const char *banner;       /* what it says it is */
	const char *const *flags; /* without the optimisation; NULL-ended */
	const char *opt;          /* "O2" */
	const char *subject, *expected, *observed, *origin, *known;
	const char *rule, *sentence, *cited; /* "sysv.upper", its text, document and section */
	enum profile_id profile;
	enum language language; /* of what it compiled */
	int direction;
	bool died;      /* the compiler died: there is nothing to run */
	bool undecided; /* no document decides, so no test can say who is wrong */
};

/* NULL, or why such a bundle is impossible (in `a`). */
const char *bundle_unfit(struct arena *a, const struct bundle_about *about,
			 const struct gen_case *c);

/* The files of a bundle; of a compiler that died there is no test.s. */
enum bundle_file { BUNDLE_README, BUNDLE_C, BUNDLE_S, BUNDLE_SCRIPT, BUNDLE_FILES };
extern const char *const bundle_names[BUNDLE_FILES];

struct bundle {
	struct str file[BUNDLE_FILES];
};

/* Make their texts; `templates`: the folder that holds bundle_test.c and bundle_test.s. */
void bundle_make(struct bundle *b, struct arena *a, const char *templates,
		 const struct bundle_about *about, const struct gen_case *c);

/* Write them into a folder, and free them; ends the process with a message when that fails. */
void bundle_write(struct bundle *b, const char *dir);

/* The parts. */
void bundle_source(struct str *out, struct arena *a, const char *template,
		   const struct bundle_about *about, const struct gen_case *c);
void bundle_assembly(struct str *out, struct arena *a, const char *template,
		     const struct bundle_about *about, const struct gen_case *c);
void bundle_readme(struct str *out, struct arena *a, const struct bundle_about *about,
		   const struct gen_case *c);

/* The flags it was compiled with, as words of a shell, in `a`. */
const char *bundle_flags(struct arena *a, const struct bundle_about *about);

/* Bytes of vector registers that code of the profile has: 16, 32, 64. */
unsigned bundle_vector_bytes(enum profile_id profile);

#endif
