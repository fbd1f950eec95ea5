/* SPDX-License-Identifier: MIT */
/* Two stored matrices, and what is different in the second. Columns are matched by compiler, cells
 * by row, findings by case, direction, check and subject; values, which depend on the seed, are not
 * looked at. */
#ifndef CLOBBER_COMPARE_H
#define CLOBBER_COMPARE_H

#include "report/stored.h"

#define CHANGES(X)                                               \
	X(NEW, "new", "not there before")                        \
	X(CHANGED, "changed", "there before, and different now") \
	X(FIXED, "fixed", "looked for, and no longer there")     \
	X(VANISHED, "vanished", "no longer looked for: the case or its cell was not run")

enum change {
#define X(id, name, what) CHANGE_##id,
	CHANGES(X)
#undef X
		CHANGE_COUNT
};
extern const char *const change_names[CHANGE_COUNT];

struct finding_change {
	enum change kind;
	bool regression;
	const struct stored_finding *old, *new; /* NULL where there is none */
	const char *how; /* "violation, was divergence"; NULL if there is nothing to report */
};

/* CHANGED, of a cell: its verdict or what was run of it. */
struct cell_change {
	enum change kind;
	bool regression; /* cases that were run are not run any more, or not in the matrix */
	const struct cell *old, *new;
};

enum { NO_COLUMN = -1 };

/* Where a matrix was read, and when it was written: "2026-11-28 01:40". NULL: unknown. */
struct compared_file {
	const char *path, *date;
};

struct comparison {
	const struct stored *old, *new;
	int *old_of; /* by column of `new`: the column of `old`, or NO_COLUMN */
	int *new_of; /* the other way round */
	size_t compared, added, absent;
	size_t lost; /* of the absent ones, those in which something ran */
	bool part;   /* of struct compare_options */
	struct compared_file old_file, new_file;
	struct finding_change *findings;
	size_t nfindings;
	struct cell_change *cells;
	size_t ncells;
	unsigned finding_count[CHANGE_COUNT], cell_count[CHANGE_COUNT];
	unsigned regressions;
	/* Findings of what no document decides that were left out, because such findings compare
	 * the compilers of a run with each other, and these are not the same. */
	unsigned left_out;
};

/* What is asked. `map`: pairs "OLD=NEW" of compiler names, NULL-ended or NULL: NEW is compared with
 * OLD, whatever they are called. `strict`: every finding that is new or changed is a regression;
 * else those are that a document forbids and nobody lists as known. `part`: the second run was
 * asked for less, so that what it does not have is not a regression. */
struct compare_options {
	const char *const *map;
	bool strict, part;
};

/* Compare. A column that ran something and is not there any more is a regression, and so is a cell.
 * Everything lives in new->arena. */
void compare(const struct stored *old, const struct stored *new, const struct compare_options *o,
	     struct comparison *out);

/* Did anything run there? */
bool column_ran(const struct stored *s, size_t column);

/* The finding itself: as it is now, or else as it was. */
const struct stored_finding *change_finding(const struct finding_change *f);

/* Renderings. `everything`: no list is cut. */
void compare_text(struct str *out, const struct comparison *c, bool everything);
void compare_markdown(struct str *out, const struct comparison *c, bool everything);
void compare_json(struct str *out, const struct comparison *c, bool everything);

#endif
