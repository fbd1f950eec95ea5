/* SPDX-License-Identifier: MIT */
/* What is asked of a compiler at one width: shared by the probing itself and its cache. */
#ifndef CLOBBER_PROBE_H
#define CLOBBER_PROBE_H

#include "plan/toolchain.h"

/* Probes that are expected to succeed or fail together; each group is first tried as one file. */
enum probe_group { GROUP_TYPES, GROUP_ABSENT, GROUP_CONVENTIONS, GROUP_VARIADIC, GROUPS };

struct probe_item {
	enum probe_group group;
	const char *kind, *name; /* "feature", "int128" */
	const char *source;
	bool attribute_matters; /* a warning that it is ignored is a refusal */
	struct probe *result;   /* in the target */
};

/* What a profile wants of a compiler; NULL-ended. `!`: or it cannot have the profile. */
extern const char *const profile_flags[PROFILES][MAX_FLAGS];

enum { MAX_ITEMS = 1 + FEATURE_COUNT + 2 * MAX_CONVENTIONS };

struct probe_list {
	struct probe_item item[MAX_ITEMS];
	size_t n;
	uint64_t key; /* hash of the compiler and of everything that is asked of it */
};

/* Take the answers from the cache; false, with the target untouched, when they are not there. */
bool probe_cache_load(struct arena *a, const char *cache, const struct probe_list *l,
		      struct target *t);
void probe_cache_store(struct arena *a, const char *cache, const struct probe_list *l,
		       const struct compiler *c, const struct target *t);

/* Why a compiler refused `file`, from what it printed; NULL when it printed nothing. */
const char *diagnostic_reason(struct arena *a, const char *output, const char *file);

/* Does any line of what a compiler printed name a position in `file` between these lines? */
bool diagnostic_speaks_of(const char *output, const char *file, unsigned first, unsigned last);

/* The warning that an attribute has no effect, or NULL. */
const char *diagnostic_ignored(struct arena *a, const char *output, const char *file);

#endif
