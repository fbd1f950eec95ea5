/* SPDX-License-Identifier: MIT */
/* A run of `clobber check`: what was called where, what came of it, and how it is told. */
#ifndef CLOBBER_CHECK_CHECK_H
#define CLOBBER_CHECK_CHECK_H

#include "check/contract.h"
#include "check/object.h"
#include "place/place.h"
#include "report/report.h"
#include "verdict/model.h"

struct checked_place {
	enum place_id place;
	const char *engine;  /* what implements it */
	const char *why_not; /* NULL, or why nothing ran there */
	const char *instead; /* why it runs what the native place cannot; or NULL */
	struct place_run run;
};

/* A finding in words, with what makes it one. */
struct checked_finding {
	const struct contract *c;
	struct finding f;    /* check, verdict, subject, expected, observed, origin */
	unsigned item;       /* as recorded, to tell findings apart */
	const char *inputs;  /* "f(dst = 0x41a000 (3 bytes), n = 3), call 7"; NULL: not known */
	const char *more[3]; /* further lines, or NULL */
	const char *rule;    /* why, and where that is written */
	uint64_t seed;       /* with which it was made */
	unsigned places;     /* bit set of enum place_id */
};

/* Inputs that were found to fit, where no line says anything of them. */
struct contract_fit {
	const char *why_not; /* NULL, or that none fit and where it stopped */
	const char **line;   /* "arg n from 0 to 64", without `//!' */
	size_t nlines;
	bool known[MAX_ARGS];
	struct ct_input input[MAX_ARGS];
	long long set[MAX_ARGS][32];
	unsigned nset[MAX_ARGS];
};

/* What `--prove' says of a function. */
struct checked_proof {
	const char *answer; /* proved, refuted, open */
	bool proved;        /* and no run broke it */
	bool refuted;
	const char *text;    /* why not, in lines */
	const char *reached; /* refuted: whether a run shows it */
};

struct check_run {
	struct arena *arena;
	struct contract_file *file;
	const struct objects *objects;
	const char *payload;       /* the linked ELF */
	uint64_t seed, more_seeds; /* the first; how many natively after it */
	bool stepped;
	const char *step_why_not; /* NULL, or why that was not possible */
	const char *against;      /* --against, or NULL */
	const char *command;      /* repeats the run, without --place and --seed */
	struct checked_place *place;
	size_t nplaces;
	const struct contract **no_cfi; /* stepped, but not unwound everywhere */
	size_t nno_cfi;
	const char **stub; /* of --weak-stubs */
	size_t nstubs;
	struct contract_fit *fitted; /* by contract; NULL: nothing ran */
	struct strength *strength;   /* by contract (strength.h); NULL: likewise */
	struct checked_proof *proof; /* by contract; NULL: nothing was to be proved */
	const char **undefined;      /* functions that headers declare and no object defines */
	size_t nundefined;
	size_t unreadable; /* declarations of headers; the first error */
	const char *first_unreadable;
	struct checked_finding *finding;
	size_t nfindings;
	/* Of --known: what is accepted of a function, and what came of that. */
	struct known_line {
		const char *function, *text, *reference, *where; /* reference: or NULL */
		bool found, vanished;
	} * known;
	size_t nknown;
};

/* What came of a line of --known, in one line. */
const char *check_known_text(const struct check_run *r, const struct known_line *k);
/* words.c: record `r` of contract `c` in place `p`, in words; merged with an equal finding of an
 * earlier place. */
void check_add_finding(struct check_run *run, const struct contract *c,
		       const struct checked_place *p, const struct outcome *o,
		       const struct cl_finding *r);
/* A line of the contract, or (NULL) its declaration, and where it stands. */
const char *check_line_text(struct arena *a, const struct contract *c,
			    const struct contract_line *l);
/* A rule of a document in an edition, with its sentence and where it stands. */
const char *check_rule_text(struct arena *a, enum rule_id id, enum edition e);
/* endbr.c: functions whose contract says `endbr', and that do not begin with it. */
void check_endbr(struct check_run *r);
/* All records of all places; of one. */
void check_judge(struct check_run *r);
void check_judge_place(struct check_run *r, const struct checked_place *p);

/* Is it refuted, whether a run shows it or not? */
bool check_refuted(const struct check_run *r, const struct contract *c);
/* report.c: the verdict on a function; not-run when it did not run in all places that there are. */
enum verdict check_verdict(const struct check_run *r, const struct contract *c);
/* The command that repeats a finding; a bit set of places as words. */
const char *check_command(const struct check_run *r, const struct checked_finding *x);
const char *check_places_text(const struct check_run *r, unsigned set);
/* Exit status of a run: 0, or 1 for a violation, a crash, or what is missing without a reason. */
int check_status(const struct check_run *r);

/* report.c: the whole run as text; `quiet`: what went wrong, and the totals. Returns the exit
 * status: 0, or 1 for a violation. */
int check_report(struct str *out, const struct check_run *r, const struct text_style *style,
		 bool verbose, bool quiet);

#endif
