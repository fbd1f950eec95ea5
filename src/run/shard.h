/* SPDX-License-Identifier: MIT */
/* A part of a run: some of its columns, executed and not yet judged. Where no document decides,
 * columns are judged by comparing all of them, so a shard keeps what its payloads recorded, and
 * `clobber merge' judges all of them as if they had been run at once.
 *
 * DIR/shard.json says what was run; beside the payloads in DIR/work/col are their records, in the
 * format of src/payload/record.h. */
#ifndef CLOBBER_SHARD_H
#define CLOBBER_SHARD_H

#include "verdict/model.h"

#include <jansson.h>

/* What all shards of a run must have in common. */
struct shard_run {
	const char *version, *cases, *command; /* cases: the --cases list, or NULL */
	const char **abis;                     /* NULL: all */
	bool profiles[PROFILES];               /* that were wanted */
	uint64_t seed;
	enum edition edition;
	uint64_t case_set;    /* hash of what the cases are: shard_case_set */
	const char **columns; /* ids of all columns of the run, in order */
	size_t ncolumns;
};

/* "2/4" into its numbers; ends with a message when it is something else. */
void shard_parse(const char *text, unsigned *k, unsigned *n);

/* Note all columns of the plan in `run`, then keep every n-th from the k-th (from 1) on. */
void shard_take(struct plan *p, unsigned k, unsigned n, struct shard_run *run);

/* Hash of the cases of a plan, their groups, lines and known findings. */
uint64_t shard_case_set(const struct plan *p);

/* Write DIR/shard.json and the records. `host` is as in matrix.json. Ends with a message on
 * failure. */
void shard_write(const struct matrix *m, const struct shard_run *run, json_t *host,
		 const char *dir);

/* One shard as read: `document` is shard.json, of folder `dir`. */
struct shard {
	const char *dir, *path;
	json_t *document;
	struct shard_run run;
};

/* Read shard.json of a folder (or the file itself). Ends with a message if it is not one. */
void shard_read(struct arena *a, const char *path, struct shard *out);

/* The cases as they are here, into p->set; they must be those of the shard, and its clobber this
 * one. Ends with a message if not. */
void shard_load_set(struct plan *p, const struct shard *s);

/* Append the columns and runs of a shard to a matrix whose plan has its cases. m->runs has room for
 * them. Ends with a message when the records are damaged. */
void shard_add(struct matrix *m, const struct shard *s);

/* Append the columns of a shard to a plan that has its cases, without their runs and each payload
 * once, to be run here: its place is the native one. Ends with a message when a payload is missing
 * or damaged. */
void shard_payloads(struct plan *p, const struct shard *s);

#endif
