/* SPDX-License-Identifier: MIT */
/* Random prototypes, run in rounds; their findings put together by cause, made small, and written
 * down so that each reproduces alone.
 *
 *   generate.c  seed and number -> the text of a prototype (types.c, prototype.c, text.c)
 *   implicit.c  the same of calls that compilers make by themselves
 *   round.c     prototypes -> a matrix, as `clobber run` makes it
 *   cluster.c   matrices -> clusters: findings of one cause
 *   reduce.c    a prototype -> the simpler ones that may show the same
 *   known.c     which clusters the known findings beside the cases explain
 *   minimise.c  tries those, many at once, until none shows it any more
 *   settle.c    the minimal prototypes under all conventions and columns
 *   reproducer.c, text_report.c, json.c   what is left behind */
#ifndef CLOBBER_FUZZ_H
#define CLOBBER_FUZZ_H

#include "bundle/bundle.h"
#include "run/places.h"
#include "verdict/model.h"

#include <signal.h>

/* Classes of types, which --types picks and weighs: id, name, default weight, what. */
#define FUZZ_CLASSES(X)                                                       \
	X(BOOL, "bool", 4, "_Bool")                                           \
	X(CHAR, "char", 8, "char, signed char, unsigned char")                \
	X(SHORT, "short", 5, "short, unsigned short")                         \
	X(INT, "int", 16, "int, unsigned int")                                \
	X(LONG, "long", 12, "long, unsigned long")                            \
	X(LLONG, "llong", 8, "long long, unsigned long long")                 \
	X(INT128, "int128", 5, "__int128, unsigned __int128")                 \
	X(FLOAT, "float", 8, "float")                                         \
	X(DOUBLE, "double", 12, "double")                                     \
	X(LDOUBLE, "ldouble", 4, "long double")                               \
	X(ENUM, "enum", 3, "enums of int's size")                             \
	X(POINTER, "pointer", 8, "pointers to data")                          \
	X(FNPTR, "fnptr", 3, "pointers to functions")                         \
	X(VARIADIC, "variadic", 10, "functions that end in `...'")            \
	X(IMPLICIT, "implicit", 6, "calls that compilers make by themselves") \
	X(STRUCT, "struct", 14, "structs of scalars")                         \
	X(UNION, "union", 4, "unions of scalars")                             \
	X(NESTED, "nested", 8, "structs and unions inside structs")           \
	X(ARRAY, "array", 8, "arrays inside structs")                         \
	X(BITFIELD, "bitfield", 8, "bit-fields")                              \
	X(PACKED, "packed", 5, "packed structs")                              \
	X(ALIGNED, "aligned", 4, "structs and members with aligned(N)")       \
	X(EMPTY, "empty", 2, "structs without members")                       \
	X(COMPLEX, "complex", 3, "_Complex float, double and long double")    \
	X(VECTOR, "vector", 2, "vectors of 8 to 64 bytes")                    \
	X(FLOAT128, "float128", 1, "__float128")                              \
	X(FLOAT16, "float16", 1, "_Float16")                                  \
	X(BF16, "bf16", 1, "__bf16")                                          \
	X(BITINT, "bitint", 2, "_BitInt(N)")                                  \
	X(DECIMAL, "decimal", 1, "_Decimal32, _Decimal64 and _Decimal128")

enum fuzz_class {
#define X(id, name, weight, what) FUZZ_##id,
	FUZZ_CLASSES(X)
#undef X
		FUZZ_CLASS_COUNT
};

struct fuzz_class_info {
	const char *name;
	unsigned weight;
	const char *what;
};
extern const struct fuzz_class_info fuzz_classes[FUZZ_CLASS_COUNT];

struct fuzz_weights {
	unsigned w[FUZZ_CLASS_COUNT];
};

void fuzz_default_weights(struct fuzz_weights *out);

/* "int=4,struct": the classes named, and no others; where all weights given are 0, the default
 * without these. "scalar", "wide", "aggregate", "exotic" and "all"
 * name groups. Returns NULL, or what is
 * wrong (in `a`). */
const char *fuzz_parse_weights(struct arena *a, const char *list, struct fuzz_weights *out);

/* Does the class stand for types of its own, not for what is inside structures or for kinds of
 * calls? */
bool fuzz_class_is_type(enum fuzz_class c);

/* The classes that a prototype's types belong to, as a bit set of enum fuzz_class. */
uint32_t fuzz_classes_of(const struct prototype *p);

/* What prototypes are drawn from. */
struct fuzz_source {
	uint64_t seed;
	struct fuzz_weights weights;
	bool profiles[PROFILES];
	const char *const *abis; /* NULL: all */
};

/* Leave out the classes that the oracle places under none of the conventions. */
void fuzz_source_adapt(struct fuzz_source *s);

/* The text of prototype number n, a piece of a case file with one declaration "fuzz_00000n": the
 * same for the same seed, weights and conventions. NULL when nothing that the oracle places could
 * be drawn. */
char *fuzz_prototype(struct arena *a, const struct fuzz_source *s, unsigned long n);

/* A prototype as a piece of a case file, under another name: definitions of its types with tags
 * made of that name, its annotations (`abi` may be NULL), its declaration. */
char *fuzz_case_text(struct arena *a, const struct prototype *p, const char *name, const char *abi);

/* Rounds ------------------------------------------------------------------------------------- */

/* Before a prototype in a case file, when every call goes through a pointer. */
#define FUZZ_INDIRECT "//! abi kernel asmlinkage\n//! through indirect\n"

/* What is the same for all rounds. */
struct fuzz_setup {
	struct arena *arena;
	struct plan tools; /* folders and programs */
	struct compiler_list compilers;
	struct column *columns; /* in the order of every round's; of their names only */
	size_t ncolumns;
	bool profiles[PROFILES];
	/* A profile that is about calls through pointers is among them: all are. */
	bool indirect;
	const char *const *opts;
	const char *const *abis;
	struct places places; /* where every round runs */
	uint64_t seed;
	/* Counts the signals that asked to stop; NULL: none does. */
	const volatile sig_atomic_t *stop;
	/* By column: classes that compiled, and those that did not, with the reason. */
	struct fuzz_learnt {
		uint32_t good, bad;
		const char *why[FUZZ_CLASS_COUNT];
	} * learnt;
};

struct fuzz_round {
	struct arena *arena;
	struct case_list cases;
	struct plan plan;
	unsigned char **ruled_out; /* by column and case: by the probes, before compiling */
	bool dropped;              /* a signal ended it: nothing of it counts */
	struct matrix matrix;
};

/* The number of a case's declaration in the round. Windows has declarations of its own, of the same
 * names. */
size_t fuzz_number(const struct fuzz_round *r, const struct case_decl *d);

/* Probe the compilers: fills s->columns and s->learnt. */
void fuzz_setup_columns(struct fuzz_setup *s);

/* Is a case of any interest in a column? */
typedef bool (*fuzz_wanted)(void *ctx, size_t column, const struct gen_case *c);

/* Parse, place, compile, run and judge. `name` is the file's in messages. NULL: `wanted` is
 * everything. Ends the process when the text does not parse, which is this program's fault. */
void fuzz_round_run(struct fuzz_setup *s, struct fuzz_round *r, const char *name, const char *text,
		    fuzz_wanted wanted, void *ctx);
/* The same, and once more when a signal dropped it (the next signal ends the process). */
void fuzz_round_surely(struct fuzz_setup *s, struct fuzz_round *r, const char *name,
		       const char *text, fuzz_wanted wanted, void *ctx);
/* The same, of cases parsed before into r->arena. */
void fuzz_round_cases(struct fuzz_setup *s, struct fuzz_round *r, fuzz_wanted wanted, void *ctx);
void fuzz_round_close(struct fuzz_round *r);

/* Functions compiled: a target and a caller for each case that a column has. */
size_t fuzz_round_functions(const struct fuzz_round *r);

/* Clusters ----------------------------------------------------------------------------------- */

/* What makes two findings one cause. */
struct fuzz_key {
	enum verdict verdict;
	enum check check;
	enum rule_id rule;
	enum width width;
	enum profile_id profile; /* of its width */
	const struct convention *conv;
	int direction;         /* -1: both (the compiler died, or no document decides) */
	int item;              /* a register that was not preserved, a kind of fault; else -1 */
	bool unspecified;      /* no document decides the placement */
	const char *compilers; /* "clang-13 clang-14": that show it, of one family; of an
				* unspecified placement: those that disagree with themselves */
	const char *message;   /* of a compiler that died; else "" */
};

/* Known reasons, of all compilers and conventions together: cases/ has some 70. */
enum { FUZZ_REASONS = 256 };

struct fuzz_cluster {
	struct fuzz_key key;
	size_t cases, findings;
	uint32_t conventions;  /* bit set over conventions[] */
	unsigned char *column; /* by column: does it show it? */
	/* By what is known (known.c): may it explain this, or be what this follows from? */
	unsigned char may[FUZZ_REASONS];
	const char *known;   /* the reason for which a case that comes with clobber expects it */
	const char *perhaps; /* the same, when the prototype is not minimal: not sure */
	/* The lightest case seen. */
	const char *text; /* NULL: of known cases only */
	const char *name;
	size_t weight; /* of a convention that changes nothing, a little more */
	const struct convention *conv;
	size_t example; /* column */
	int direction;
	const char *subject, *expected, *observed, *origin;
	/* After minimising (settle.c). */
	const char *minimal;     /* text of the minimal prototype */
	const char *prototype;   /* its declaration */
	const char *shape;       /* the same with a short name, definitions included, on one line */
	unsigned steps;          /* reductions that kept the finding */
	const char *not_minimal; /* why the prototype may not be minimal; NULL: it is */
	size_t decl;             /* of the minimal prototype in the round that shows it */
	bool settled;            /* the minimal prototype showed it once more */
	unsigned char *shows, *holds; /* by column: at the example's convention */
	uint32_t shows_conventions;
	uint32_t checks;   /* bit set: that fail in the calls which show it */
	const char **also; /* other findings of the same minimal prototype */
	size_t nalso;
	bool folded; /* told with another cluster */
	const char *dir;
	struct str case_h, target_c, trampoline, run_sh, readme;
	struct bundle bundle; /* a test without clobber; empty: impossible */
};

struct fuzz_refusal {
	const char *compiler;
	enum width width;
	const char *why;
	size_t cases;
};

/* What known findings of one reason have in common (known.c). */
struct fuzz_reason {
	const char *text, *family;
	uint32_t needs;                /* classes of types that all of its prototypes use */
	uint32_t every_size, any_size; /* sizes that all of them have, and that one has: known.c */
	struct fuzz_witness {
		enum check check;
		enum rule_id rule;
		const struct convention *conv;
		int direction;
		unsigned char *column; /* which showed it */
	} * witness;
	size_t nwitnesses;
};

struct fuzz_clusters {
	struct arena *arena;
	const struct fuzz_setup *setup;
	struct fuzz_cluster *v;
	size_t n;
	struct fuzz_refusal *refusals;
	size_t nrefusals;
	struct fuzz_reason *reasons;
	size_t nreasons;
	const char *failed; /* NULL, or what cluster could not be run again at all, and why */
};

/* Add a round's findings and refusals. `texts[i]` is that of the i-th declaration. */
void fuzz_clusters_add(struct fuzz_clusters *all, const struct fuzz_round *r,
		       const char *const *texts);

/* Does the case show this cause in the column? Returns the finding, or NULL. */
const struct finding *fuzz_shows(const struct fuzz_round *r, const struct fuzz_key *k,
				 const struct gen_case *c, size_t column);

/* Does the cluster count: a violation, crash or timeout that nothing known explains? */
bool fuzz_unexpected(const struct fuzz_cluster *c);

/* Put together those of several conventions that the same known findings may explain. */
void fuzz_clusters_merge(struct fuzz_clusters *all);
/* Known ones first, then by seriousness, the most serious last. */
void fuzz_clusters_sort(struct fuzz_clusters *all);

/* Known findings ----------------------------------------------------------------------------- */

/* Take what the known findings of the round have in common, reason by reason. */
void fuzz_learn_reasons(struct fuzz_clusters *all, const struct fuzz_round *r);
/* Which reasons may explain each cluster, by all but its types: sets `may'. */
void fuzz_find_candidates(struct fuzz_clusters *all);
/* Which of them does, given a minimal prototype, and whether the call that shows it also has a
 * wrong argument: the reason, or NULL. */
const char *fuzz_explained(const struct fuzz_clusters *all, const struct fuzz_cluster *c,
			   const struct prototype *p, bool wrong_argument);

/* Minimising --------------------------------------------------------------------------------- */

/* How much there is to understand in a prototype. */
unsigned fuzz_weight(const struct prototype *p);

/* Lighter prototypes, lightest first, at most `max`. */
size_t fuzz_reductions(struct arena *a, const struct prototype *p, size_t max,
		       const struct prototype **out);
/* Simpler types than `t`, at most `max`. */
size_t fuzz_simpler(struct arena *a, const struct type *t, size_t max, const struct type **out);

struct fuzz_subject {
	const struct prototype *proto;
	unsigned steps;
	bool done;           /* minimal: no reduction shows it */
	const char *why_not; /* why it is not, once there is no more to be tried; else NULL */
	bool alone;          /* tries may cost much: not together with others */
	double used, cost;   /* seconds: in all, of one candidate */
	/* Of the reductions: are all to be tried, how many were, did these end the list? */
	bool exhaustive, last;
	size_t tried;
};

struct fuzz_candidate {
	size_t subject;
	const struct prototype *proto;
	bool shows; /* to be set: still shows what its subject does */
	bool ran;   /* to be set, by some: it was run at all */
};

/* False: a signal ended the try, nothing is known. */
typedef bool (*fuzz_try)(void *ctx, struct fuzz_candidate *v, size_t n);

struct fuzz_limits {
	unsigned rounds;     /* at most so many tries */
	double seconds;      /* no new try after this */
	unsigned candidates; /* of each subject in a try */
	/* Once this is not 0 (NULL: never), no more than so many seconds. */
	const volatile sig_atomic_t *stop;
	double seconds_when_stopped;
};

/* Sets done or why_not of each. */
void fuzz_minimise(struct arena *a, struct fuzz_subject *v, size_t n, const struct fuzz_limits *l,
		   fuzz_try try, void *ctx);

/* Minimise the `most` most serious clusters, look at the minimal prototypes everywhere, find out
 * which are known. */
void fuzz_settle(struct fuzz_setup *s, struct fuzz_clusters *all, size_t most, double seconds,
		 void (*progress)(const char *line));

/* What is left behind ------------------------------------------------------------------------ */

struct fuzz_result {
	const struct fuzz_setup *setup;
	const struct fuzz_source *source;
	const struct fuzz_clusters *clusters;
	const char *out;
	unsigned long prototypes, rounds;
	size_t functions;
	double seconds, minimising;
	size_t total[VERDICT_COUNT];
	const char *why_not; /* why a payload did not run to its end, if one did not */
	bool interrupted;    /* by a signal */
};

double fuzz_clock(void);

/* The texts of a reproducer, from the round that showed the minimal prototype. */
void fuzz_reproducer(struct fuzz_setup *s, struct fuzz_cluster *c, const struct fuzz_round *r,
		     const struct gen_case *g);
/* Write OUT/clusters, in place of what an earlier run left there; names every cluster's folder. */
void fuzz_write_clusters(const char *out, struct fuzz_clusters *all);

/* `//! known ...` lines (without the reason) that would expect the cluster. */
char *fuzz_known_line(struct arena *a, const struct fuzz_setup *s, const struct fuzz_cluster *c);

/* "gcc-12 -m32 -O2, clang-14 -m64 -O2" of the columns that are set. */
char *fuzz_columns(struct arena *a, const struct fuzz_setup *s, const unsigned char *set);
/* ", profile avx", or "" of the platform's defaults. */
const char *fuzz_profile(struct arena *a, const struct fuzz_key *k);
char *fuzz_conventions(struct arena *a, uint32_t set);
/* "argument, as callee" */
char *fuzz_title(struct arena *a, const struct fuzz_cluster *c);

void fuzz_json(struct str *out, const struct fuzz_result *r);
void fuzz_text(struct str *out, const struct fuzz_result *r, unsigned columns, bool colour);

#endif
