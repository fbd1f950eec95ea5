/* SPDX-License-Identifier: MIT */
/* One round: cases to a matrix, through the same steps as `clobber run`, in a work folder that is
 * emptied first. What a compiler was seen to refuse before is not given to it again. */
#include "fuzz/fuzz.h"

#include "run/run.h"
#include "util/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

double fuzz_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* All but the lock and what the compilers answered when they were probed. */
static void empty_work(struct arena *a, const char *work)
{
	static const char *const folders[] = { "gen32", "gen64", "col" };
	static const char *const files[] = { ".ninja_log", ".ninja_deps", "build.ninja",
					     "link.ninja" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		remove_tree(arena_printf(a, "%s/%s", work, folders[i]));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(arena_printf(a, "%s/%s", work, files[i]));
}

/* Classes that not every compiler has are probed: in a round, a refusal costs the compilation of a
 * batch case by case. */
static const struct {
	enum fuzz_class class;
	enum feature feature;
} probed[] = {
	{ FUZZ_COMPLEX, FEATURE_COMPLEX },   { FUZZ_VECTOR, FEATURE_VECTOR },
	{ FUZZ_FLOAT128, FEATURE_FLOAT128 }, { FUZZ_FLOAT16, FEATURE_FLOAT16 },
	{ FUZZ_BF16, FEATURE_BF16 },         { FUZZ_BITINT, FEATURE_BITINT },
	{ FUZZ_EMPTY, FEATURE_EMPTY },       { FUZZ_DECIMAL, FEATURE_DECIMAL },
};

static void take_probes(struct fuzz_setup *s)
{
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct column *col = &s->columns[i];
		const struct target *t = &col->compiler->target[col->profile];
		struct fuzz_learnt *l = &s->learnt[i];

		for (size_t k = 0; !col->unusable && k < ARRAY_SIZE(probed); k++) {
			const struct probe *p = &t->feature[probed[k].feature];
			enum fuzz_class c = probed[k].class;

			if (p->ok)
				continue;
			l->bad |= 1u << c;
			l->why[c] = arena_printf(s->arena, "%s: %s", fuzz_classes[c].name,
						 p->why ? p->why : "the compiler rejects it");
		}
	}
}

/* Variants of the profile `kernel` have what goes through a pointer only, under its conventions. */
static void select_cases(const struct fuzz_setup *s, struct arena *a, struct case_list *cases,
			 struct plan *p)
{
	static const char *conventions_of_kernel[] = { "kernel", "asmlinkage" };
	const char *error;

	for (size_t i = 0; s->indirect && i < cases->n; i++) {
		if (cases->v[i].proto->implicit)
			continue;
		cases->v[i].through = "indirect";
		cases->v[i].conventions = conventions_of_kernel;
		cases->v[i].nconventions = ARRAY_SIZE(conventions_of_kernel);
	}
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (s->profiles[f] && gen_select_in(a, cases, f, s->abis, &p->set[f], &error) < 0)
			die("internal error: %s; please report this", error);
	}
}

size_t fuzz_number(const struct fuzz_round *r, const struct case_decl *d)
{
	size_t i = 0;

	while (strcmp(r->cases.v[i].proto->name, d->proto->name))
		i++;
	return i;
}

void fuzz_setup_columns(struct fuzz_setup *s)
{
	struct case_list one = { 0 };
	struct plan p = s->tools;
	const char *error;

	p.arena = s->arena;
	/* A profile without cases gets no columns: each is about one of these. */
	if (proto_parse_file(s->arena, "fuzz.h",
			     "struct fuzz { int a, b; }; void fuzz_none(void);\n"
			     "void fuzz_vector(int __attribute__((vector_size(16))) a);\n"
			     "struct fuzz fuzz_struct(void);\n",
			     &one, &error) < 0)
		die("internal error: %s", error);
	select_cases(s, s->arena, &one, &p);
	for (enum profile_id f = 0; f < PROFILES; f++)
		s->profiles[f] = p.set[f].n > 0;
	plan_columns(&p, &s->compilers, &s->places.wanted, s->opts);
	/* The answers outlive the rounds. */
	for (size_t i = 0; i < p.ncolumns; i++)
		places_ask(s->arena, &s->places, p.columns[i].place, p.columns[i].profile);
	s->columns = p.columns;
	s->ncolumns = p.ncolumns;
	s->learnt = arena_alloc(s->arena, (p.ncolumns + 1) * sizeof(*s->learnt));
	take_probes(s);
}

static void absent(struct column *col, size_t i, const char *why)
{
	if (col->absent[i] != PRESENT)
		return;
	col->absent[i] = UNSUPPORTED;
	col->why[i] = why;
}

/* The columns of every round are those of the setup, in its order: a profile without cases in this
 * round has unusable ones. */
static void complete(const struct fuzz_setup *s, struct fuzz_round *r)
{
	struct plan *p = &r->plan;
	struct column *all = arena_alloc(r->arena, (s->ncolumns + 1) * sizeof(*all));
	size_t *to = arena_alloc(r->arena, (p->ncolumns + 1) * sizeof(*to));

	for (size_t i = 0, k = 0; i < s->ncolumns; i++) {
		if (k < p->ncolumns && !strcmp(p->columns[k].id, s->columns[i].id)) {
			/* Whose payload it runs comes before it. */
			to[k] = i;
			all[i] = p->columns[k];
			all[i].built = to[p->columns[k++].built];
			continue;
		}
		all[i] = s->columns[i];
		all[i].absent = NULL;
		all[i].why = NULL;
		all[i].unusable = "no case of this width and profile";
	}
	p->columns = all;
	p->ncolumns = s->ncolumns;
}

/* Leave out of the columns what is of no interest or known to be refused: a refusal costs a
 * compilation of the batch case by case. */
static void narrow(struct fuzz_setup *s, struct fuzz_round *r, fuzz_wanted wanted, void *ctx)
{
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		struct column *col = &r->plan.columns[i];
		const struct fuzz_learnt *l = &s->learnt[i];
		const struct gen_set *set = &r->plan.set[col->profile];

		if (col->unusable)
			continue;
		r->ruled_out[i] = arena_alloc(r->arena, set->n + 1);
		memcpy(r->ruled_out[i], col->absent, set->n);
		for (size_t k = 0; k < set->n; k++) {
			uint32_t classes =
				fuzz_classes_of(set->v[k].call.decl->proto) & l->bad & ~l->good;

			if (classes)
				absent(col, k, l->why[__builtin_ctz(classes)]);
			if (wanted && !wanted(ctx, i, &set->v[k]))
				absent(col, k, "not asked for");
		}
	}
}

/* A class is to blame for a refusal (not one that the probes foresaw, which is the convention's)
 * when no case with it ever compiled. */
static void learn(struct fuzz_setup *s, const struct fuzz_round *r)
{
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const struct column *col = &r->plan.columns[i];
		const struct gen_set *set = &r->plan.set[col->profile];
		struct fuzz_learnt *l = &s->learnt[i];

		for (size_t k = 0; !col->unusable && k < set->n; k++) {
			if (col->absent[k] == PRESENT)
				l->good |= fuzz_classes_of(set->v[k].call.decl->proto);
		}
		for (size_t k = 0; !col->unusable && k < set->n; k++) {
			bool refused =
				col->absent[k] == UNSUPPORTED || col->absent[k] == WITHOUT_RUNTIME;
			uint32_t blame = refused && !r->ruled_out[i][k]
						 ? fuzz_classes_of(set->v[k].call.decl->proto)
						 : 0;

			/* Of two classes that never compiled either may be to blame: only a lone
			 * one surely is. */
			blame &= ~(l->good | l->bad);
			if (!blame || blame & (blame - 1))
				continue;
			l->bad |= blame;
			l->why[__builtin_ctz(blame)] = arena_strdup(s->arena, col->why[k]);
		}
	}
}

/* Wait until the last compiler of an earlier round has ended (ninja's may outlive an interrupted or
 * killed clobber, and write into the same files), then take the lock for those of this round: the
 * compilers inherit it, so it is held until the last of them ends. */
static int compilers_lock(struct arena *a, const char *work)
{
	const char *path = arena_printf(a, "%s/compilers.lock", work);
	int fd = open(path, O_RDWR | O_CREAT, 0666);

	if (fd < 0)
		die("cannot write %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		warn("waiting for compilers that an interrupted run left behind in %s", work);
		while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
			;
	}
	return fd;
}

void fuzz_round_cases(struct fuzz_setup *s, struct fuzz_round *r, fuzz_wanted wanted, void *ctx)
{
	struct plan *p = &r->plan;
	sig_atomic_t signals = s->stop ? *s->stop : 0;
	int compilers;

	*p = s->tools;
	p->stop = s->stop;
	p->arena = r->arena;
	select_cases(s, r->arena, &r->cases, p);
	compilers = compilers_lock(r->arena, p->work);
	empty_work(r->arena, p->work);
	plan_columns(p, &s->compilers, &s->places.wanted, s->opts);
	complete(s, r);
	r->ruled_out = arena_alloc(r->arena, (p->ncolumns + 1) * sizeof(unsigned char *));
	narrow(s, r, wanted, ctx);
	plan_build(p);
	close(compilers);
	r->matrix = (struct matrix){ .arena = r->arena, .plan = p, .seed = s->seed };
	r->dropped = p->stopped;
	if (!r->dropped) {
		execute(&r->matrix, &s->places);
		/* The terminal's signals reach the payloads, too. */
		r->dropped = s->stop && *s->stop != signals;
	}
	if (!wanted && !r->dropped)
		learn(s, r);
}

void fuzz_round_run(struct fuzz_setup *s, struct fuzz_round *r, const char *name, const char *text,
		    fuzz_wanted wanted, void *ctx)
{
	const char *error;

	*r = (struct fuzz_round){ .arena = arena_new() };
	if (proto_parse_mem(r->arena, name, text, strlen(text), &r->cases, &error) < 0)
		die("internal error: a generated prototype does not parse; please report this:\n%s",
		    error);
	fuzz_round_cases(s, r, wanted, ctx);
}

void fuzz_round_surely(struct fuzz_setup *s, struct fuzz_round *r, const char *name,
		       const char *text, fuzz_wanted wanted, void *ctx)
{
	fuzz_round_run(s, r, name, text, wanted, ctx);
	if (!r->dropped)
		return;
	fuzz_round_close(r);
	fuzz_round_run(s, r, name, text, wanted, ctx);
}

void fuzz_round_close(struct fuzz_round *r)
{
	if (r->matrix.runs)
		matrix_close(&r->matrix);
	arena_free(r->arena);
}

size_t fuzz_round_functions(const struct fuzz_round *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const struct column *col = &r->plan.columns[i];

		for (size_t k = 0; !col->unusable && k < r->plan.set[col->profile].n; k++)
			n += col->absent[k] == PRESENT ? 2 : 0;
	}
	return n;
}
