/* SPDX-License-Identifier: MIT */
/* Known findings: `//! known` lines beside the cases. Strict both ways: what is not listed is
 * unexpected, and what is listed and no longer occurs is reported with the line to delete. For
 * other people's cases, and for columns of C++, there are the causes that clobber's own are about:
 * causes.c. */
#include "verdict/accepted.h"
#include "verdict/judge.h"

#include <string.h>

static bool is_name(const char *spelt, size_t n, const char *name)
{
	return name && strlen(name) == n && !strncmp(spelt, name, n);
}

/* "sysv"; "regparm0/64" of a convention that exists at both widths; "cdecl@avx" of code compiled in
 * that profile. Sets `*bound` where what is named exists in that profile only (code for Windows has
 * conventions of other profiles' names). */
static bool names(const char *spelt, const struct convention *c, const struct profile *pr,
		  bool *bound)
{
	size_t n = strcspn(spelt, "/@");
	const char *at = strchr(spelt, '@');
	enum profile_id own = convention_profile(c);

	*bound = at || (pr->cases != CASES_WINDOWS &&
			(c->only || (own != profile_user(c->width) && pr == &profiles[own])));
	/* A line about what it is like excuses, and is not missed. */
	*bound = *bound && !is_name(spelt, n, c->like);
	return (is_name(spelt, n, c->name) || is_name(spelt, n, c->like)) &&
	       (spelt[n] != '/' || !strncmp(spelt + n, c->width == W32 ? "/32" : "/64", 3)) &&
	       (!at || !strcmp(at + 1, pr->name));
}

/* Is the line about this compiler and convention? */
static bool speaks_of(const struct known *k, const struct column *col, const struct gen_case *c,
		      bool *bound)
{
	if (strcmp(k->family, col->compiler->family) || !known_version(k, col->compiler->version))
		return false;
	for (size_t i = 0; i < k->nconventions; i++) {
		if (names(k->conventions[i], c->call.conv, &profiles[col->profile], bound))
			return true;
	}
	return false;
}

static bool of_direction(const struct known *k, int direction)
{
	return !k->direction || !strcmp(k->direction, direction_name(direction));
}

static bool of_check(const struct known *k, enum check check)
{
	for (size_t i = 0; i < k->nchecks; i++) {
		if (!strcmp(k->checks[i], checks[check].name))
			return true;
	}
	return !k->nchecks;
}

static void mark(struct matrix *m)
{
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		for (size_t k = 0; k < 2 * column_set(m->plan, &m->plan->columns[i])->n; k++)
			m->runs[i].judged[k].known =
				m->runs[i].judged[k].verdict >= VERDICT_VIOLATION;
	}
	for (size_t i = 0; i < m->nfindings; i++) {
		struct finding *f = &m->findings[i];
		const struct column *col = &m->plan->columns[f->column];
		const struct case_decl *d = f->c->call.decl;

		/* What no document decides is not a violation, so it is never known. */
		for (size_t k = 0; f->verdict >= VERDICT_VIOLATION && k < d->nknown && !f->known;
		     k++) {
			bool bound;

			if (speaks_of(&d->known[k], &m->plan->columns[f->column], f->c, &bound) &&
			    of_direction(&d->known[k], f->direction) &&
			    of_check(&d->known[k], f->check))
				f->known = &d->known[k];
		}
		/* The lines beside clobber's own cases are complete, but for what is in every
		 * function, for Windows, for C++, of which other code is made, and in groups that
		 * say so. */
		if (!f->known && f->verdict >= VERDICT_VIOLATION &&
		    (!d->own || d->causes || f->check == CHECK_UPPER ||
		     profile_windows(col->profile) ||
		     target_language(&col->compiler->target[col->profile]) == LANGUAGE_CXX))
			f->known = known_cause(col, f);
		if (m->accepted && f->verdict >= VERDICT_VIOLATION) {
			const struct known *k =
				accepted_find(m->accepted, &m->plan->columns[f->column], f);

			f->known = f->known ? f->known : k;
		}
		if (!f->known && f->verdict >= VERDICT_VIOLATION)
			m->runs[f->column].judged[f->c->index * 2 + (size_t)f->direction].known = 0;
	}
}

/* Did a column of the compiler, profile and place of `col`, and of the optimisation `opt` (NULL: of
 * any), execute the case as the line says? */
static bool executed(const struct matrix *m, const struct column *col, const struct known *k,
		     const struct gen_case *c, const char *opt)
{
	bool any = false;

	for (size_t i = 0; i < m->plan->ncolumns && !any; i++) {
		const struct column *o = &m->plan->columns[i];

		if (!same_family(o, col) || (opt && strcmp(o->opt, opt)))
			continue;
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			unsigned v = m->runs[i].judged[c->index * 2 + (size_t)d].verdict;

			any = any || (of_direction(k, d) && v != VERDICT_NOT_RUN &&
				      v != VERDICT_UNSUPPORTED_HERE);
		}
	}
	return any;
}

/* Should columns of the compiler, profile and place of `col` find what the line says? */
static bool expected(const struct matrix *m, const struct column *col, const struct known *k,
		     const struct gen_case *c)
{
	bool all = executed(m, col, k, c, NULL);

	for (size_t i = 0; i < k->nopts && all; i++)
		all = executed(m, col, k, c, k->opts[i]);
	return all;
}

/* Does any? */
static bool occurs(const struct matrix *m, const struct column *col, const struct known *k,
		   const struct gen_case *c)
{
	bool found = false;

	for (size_t i = 0; i < m->nfindings && !found; i++) {
		const struct finding *f = &m->findings[i];
		const struct column *o = &m->plan->columns[f->column];

		found = f->c == c && f->verdict >= VERDICT_VIOLATION &&
			of_direction(k, f->direction) && of_check(k, f->check) &&
			same_family(o, col);
	}
	return found;
}

static void find_vanished(struct matrix *m, size_t column)
{
	const struct column *col = &m->plan->columns[column];
	const struct gen_set *set = column_set(m->plan, col);

	for (size_t i = 0; i < set->n; i++) {
		const struct gen_case *c = &set->v[i];

		for (size_t k = 0; k < c->call.decl->nknown; k++) {
			const struct known *known = &c->call.decl->known[k];
			bool bound;

			/* Other profiles may differ, unless the line is about this very one. */
			if (!speaks_of(known, col, c, &bound) ||
			    (!bound && col->profile != profile_user(col->width)))
				continue;
			if (!expected(m, col, known, c) || occurs(m, col, known, c))
				continue;
			m->vanished = arena_grow(m->arena, m->vanished, m->nvanished,
						 sizeof(*m->vanished));
			m->vanished[m->nvanished++] = (struct vanished){
				.id = c->id,
				.compiler = col->compiler->name,
				.where = arena_printf(m->arena, "%s:%u", known->pos.file,
						      known->pos.line),
				.reason = known->reason,
			};
		}
	}
}

void judge_known(struct matrix *m)
{
	mark(m);
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *col = &m->plan->columns[i];

		/* They were met in C: C++ may copy a structure otherwise. */
		if (target_language(&col->compiler->target[col->profile]) != LANGUAGE_C)
			continue;
		/* Reported once, however many places the same code ran in. */
		if (col->built != i || (i && same_family(&m->plan->columns[i - 1], col)))
			continue;
		find_vanished(m, i);
	}
	if (m->accepted)
		accepted_vanished(m);
}
