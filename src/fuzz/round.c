/* SPDX-License-Identifier: MIT */
/* One round: cases to a matrix, through the same steps as `clobber run`, in a work folder that is
 * emptied first. What a compiler was seen to refuse before is not given to it again. */
#include "fuzz/fuzz.h"

#include "cmd/execute.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double fuzz_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) < 0 ? -1 : 0;
}

/* All but the lock and what the compilers answered when they were probed. */
static void empty_work(struct arena *a, const char *work)
{
	static const char *const folders[] = { "gen32", "gen64", "col" };
	static const char *const files[] = { ".ninja_log", ".ninja_deps", "build.ninja",
					     "link.ninja" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		nftw(arena_printf(a, "%s/%s", work, folders[i]), remove_one, 16,
		     FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(arena_printf(a, "%s/%s", work, files[i]));
}

void fuzz_setup_columns(struct fuzz_setup *s)
{
	struct plan p = s->tools;

	p.arena = s->arena;
	plan_columns(&p, &s->compilers, s->widths, s->opts);
	s->columns = p.columns;
	s->ncolumns = p.ncolumns;
	s->learnt = arena_alloc(s->arena, (p.ncolumns + 1) * sizeof(*s->learnt));
}

static void absent(struct column *col, size_t i, const char *why)
{
	if (col->absent[i] != PRESENT)
		return;
	col->absent[i] = UNSUPPORTED;
	col->why[i] = why;
}

/* Leave out of the columns what is of no interest or known to be refused: a refusal costs a
 * compilation of the batch case by case. */
static void narrow(struct fuzz_setup *s, struct fuzz_round *r, fuzz_wanted wanted, void *ctx)
{
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		struct column *col = &r->plan.columns[i];
		const struct fuzz_learnt *l = &s->learnt[i];
		const struct gen_set *set = &r->plan.set[col->width];

		for (size_t k = 0; !col->unusable && k < set->n; k++) {
			uint32_t classes =
				fuzz_classes_of(set->v[k].decl->proto) & l->bad & ~l->good;

			if (classes)
				absent(col, k, l->why[__builtin_ctz(classes)]);
			if (wanted && !wanted(ctx, i, &set->v[k]))
				absent(col, k, "not asked for");
		}
	}
}

/* A class is to blame for a refusal when no case with it ever compiled. */
static void learn(struct fuzz_setup *s, const struct fuzz_round *r)
{
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const struct column *col = &r->plan.columns[i];
		const struct gen_set *set = &r->plan.set[col->width];
		struct fuzz_learnt *l = &s->learnt[i];

		for (size_t k = 0; !col->unusable && k < set->n; k++) {
			if (col->absent[k] == PRESENT)
				l->good |= fuzz_classes_of(set->v[k].decl->proto);
		}
		for (size_t k = 0; !col->unusable && k < set->n; k++) {
			uint32_t blame = col->absent[k] == UNSUPPORTED
						 ? fuzz_classes_of(set->v[k].decl->proto)
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

void fuzz_round_cases(struct fuzz_setup *s, struct fuzz_round *r, fuzz_wanted wanted, void *ctx)
{
	struct plan *p = &r->plan;
	const char *error;

	*p = s->tools;
	p->arena = r->arena;
	for (enum width w = W32; w < WIDTHS; w++) {
		if (s->widths[w] &&
		    gen_select(r->arena, &r->cases, w, s->abis, &p->set[w], &error) < 0)
			die("internal error: %s; please report this", error);
	}
	empty_work(r->arena, p->work);
	plan_columns(p, &s->compilers, s->widths, s->opts);
	narrow(s, r, wanted, ctx);
	plan_build(p);
	r->matrix = (struct matrix){ .arena = r->arena, .plan = p, .seed = s->seed };
	execute(&r->matrix);
	if (!wanted)
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

void fuzz_round_close(struct fuzz_round *r)
{
	matrix_close(&r->matrix);
	arena_free(r->arena);
}

size_t fuzz_round_functions(const struct fuzz_round *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const struct column *col = &r->plan.columns[i];

		for (size_t k = 0; !col->unusable && k < r->plan.set[col->width].n; k++)
			n += col->absent[k] == PRESENT ? 2 : 0;
	}
	return n;
}
