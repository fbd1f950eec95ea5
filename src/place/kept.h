/* SPDX-License-Identifier: MIT */
/* Records of payloads that ran before. A payload that runs again while nothing changes that its
 * records depend on hands back the same: they are kept beside a text that names all of it, and
 * taken only when that text is the same, byte for byte, and the file undamaged.
 *
 * Kept are runs that came to their end by themselves. What a clock or a death decided (a timeout, a
 * payload started again behind a case) depends on more than is named here, and runs again. */
#ifndef CLOBBER_KEPT_H
#define CLOBBER_KEPT_H

#include "place/place.h"

/* What all runs of this process depend on: this program, the files of the runtime folder that
 * places boot, kernel, processor, and CLOBBER_WITHOUT. In `a`. */
const char *kept_ground(struct arena *a, const char *runtime);

/* What this run depends on: the ground, the payload's bytes, its cases and seed, place, engine (as
 * place_why_not reported it) and options. In `a`; NULL when the payload cannot be read. */
const char *kept_key(struct arena *a, const char *ground, enum place_id place, const char *engine,
		     const struct payload *p, const struct place_options *o);

/* Take the outcomes from file `path`. False, with *out untouched, if it has none for the key. */
bool kept_load(struct arena *a, const char *path, const char *key, const struct payload *p,
	       struct place_run *out);

/* Keep the outcomes if they can be relied on. Failures are not reported: the payload runs again the
 * next time. */
void kept_store(const char *path, const char *key, const struct payload *p,
		const struct place_run *r);

/* How a payload's records are kept: its file, the ground, and whether to take what is there. */
struct keeping {
	const char *ground, *path; /* NULL: the payload runs, and nothing is kept */
	bool fresh;                /* run even if records are there, and keep the new ones */
};

/* Payloads to run in places that can, whose engine is `engine`; or what was kept of them is taken.
 */
struct kept_job {
	struct place_job job;
	struct keeping keeping;
	const char *engine;
};
/* One, or several that one machine can run (struct place). */
void kept_run_together(const struct kept_job *v, size_t n);
/* The same of any, one machine after the other. */
void kept_run_all(const struct kept_job *v, size_t n);

/* The same for anything else that follows from a key: the file of what was kept for it. NULL when
 * it is missing or damaged; else *bytes in `a`, and a NUL behind them. */
char *kept_body(struct arena *a, const char *path, const char *key, size_t *bytes);
void keep_body(const char *path, const char *key, const void *body, size_t bytes);

/* Lines of a key. A file by its bytes: false when it cannot be read. */
bool kept_file(struct str *s, const char *what, const char *path);
/* A program, a path or a name on PATH, by its path, size and time of change. */
void kept_program(struct arena *a, struct str *s, const char *name);

#endif
