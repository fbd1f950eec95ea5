/* SPDX-License-Identifier: MIT */
/* Steps that are cases: those that must pass, those broken on purpose that must be found, and
 * placements that must be the same. */
#include "claims/room.h"

#include <stdio.h>
#include <string.h>

static const struct gen_set *set_of(const struct unit *u)
{
	return u->matrix_column == NO_COLUMN
		       ? NULL
		       : column_set(u->matrix->plan, &u->matrix->plan->columns[u->matrix_column]);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Does "FILE" or "FILE:FUNCTION" name the case? */
static bool named(const struct gen_case *c, const char *what)
{
	const struct prototype *p = c->call.decl->proto;
	size_t n = strcspn(what, ":");
	const char *file = base_name(p->pos.file);

	return strlen(file) == n && !strncmp(file, what, n) &&
	       (!what[n] || !strcmp(what + n + 1, p->name));
}

static bool wanted_direction(const char *list, int direction)
{
	return !*list || !strcmp(list, direction_name(direction));
}

static const struct finding *worst(const struct unit *u, const struct gen_case *c, int direction)
{
	const struct finding *f = NULL;

	for (size_t i = 0; i < u->matrix->nfindings; i++) {
		const struct finding *g = &u->matrix->findings[i];

		if (g->column == u->matrix_column && g->c == c && g->direction == direction &&
		    (!f || g->verdict > f->verdict))
			f = g;
	}
	return f;
}

/* Is it about nothing but the bits above narrow values, which no claim is about? */
static bool only_upper(const struct unit *u, const struct gen_case *c, int direction)
{
	for (size_t i = 0; i < u->matrix->nfindings; i++) {
		const struct finding *f = &u->matrix->findings[i];

		if (f->column == u->matrix_column && f->c == c && f->direction == direction &&
		    f->verdict > VERDICT_DIVERGENCE && f->check != CHECK_UPPER)
			return false;
	}
	return true;
}

const char *finding_text(struct arena *a, const struct finding *f)
{
	return f ? arena_printf(a, "%s, %s: expected %s, got %s", checks[f->check].name, f->subject,
				f->expected, f->observed)
		 : "no finding";
}

/* Without the name of the generated file in front of it. */
static const char *short_reason(const char *why)
{
	const char *error = why ? strstr(why, "error: ") : NULL;

	return error ? error : why ? why : "not run";
}

void step_cases(struct unit *u, const struct step *s, struct evidence *e)
{
	const struct gen_set *set = set_of(u);
	unsigned passed = 0;
	const char *column = u->matrix->plan->columns[u->matrix_column].id;
	const struct gen_case *only = NULL;
	const char *last = NULL;

	e->holds = true;
	for (size_t i = 0; i < set->n; i++) {
		const struct gen_case *c = &set->v[i];

		if (!named(c, s->a) || strcmp(c->call.conv->name, s->b))
			continue;
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			const struct judged *j =
				&u->matrix->runs[u->matrix_column].judged[c->index * 2 + d];
			const char *id = arena_printf(u->arena, "%s as %s, %s", c->id,
						      direction_name(d), column);

			if (!wanted_direction(s->c, d))
				continue;
			if ((j->verdict >= VERDICT_PASS && j->verdict <= VERDICT_DIVERGENCE) ||
			    (j->verdict == VERDICT_VIOLATION && only_upper(u, c, d))) {
				/* A divergence is about what no document decides. */
				passed++;
				last = id;
				only = c;
				continue;
			}
			e->id = id;
			if (j->verdict == VERDICT_NOT_RUN ||
			    j->verdict == VERDICT_UNSUPPORTED_HERE) {
				e->not_run = short_reason(j->why);
				return;
			}
			e->holds = false;
			e->detail = arena_printf(u->arena, "%s: %s", verdict_info[j->verdict].name,
						 finding_text(u->arena, worst(u, c, d)));
			return;
		}
	}
	if (!passed) {
		e->id = arena_printf(u->arena, "%s, %s", s->a, column);
		e->not_run = arena_printf(u->arena, "no case %s under %s here", s->a, s->b);
		return;
	}
	if (passed == 1)
		e->id = last;
	else if (strchr(s->a, ':'))
		e->id = arena_printf(u->arena, "%s as callee and as caller, %s", only->id, column);
	else
		e->id = arena_printf(u->arena, "cases/thread/%s under %s, %s", s->a, s->b, column);
	e->detail = passed == 1 ? "passes" : arena_printf(u->arena, "%u cases pass", passed);
}

bool finding_is(const struct finding *f, const char *what)
{
	size_t n = strcspn(what, " ");

	return f->verdict > VERDICT_DIVERGENCE && strlen(checks[f->check].name) == n &&
	       !strncmp(checks[f->check].name, what, n) &&
	       strstr(f->subject, what[n] ? what + n + 1 : "");
}

/* The twin must be caught for the asserted reason, not for any. */
static const struct finding *asserted(const struct unit *u, const struct step *s,
				      const struct gen_case *c, int direction)
{
	for (size_t i = 0; i < u->matrix->nfindings; i++) {
		const struct finding *f = &u->matrix->findings[i];

		if (f->column == u->matrix_column && f->c == c && f->direction == direction &&
		    finding_is(f, s->d))
			return f;
	}
	return NULL;
}

void step_caught(struct unit *u, const struct step *s, struct evidence *e)
{
	const struct gen_set *set = set_of(u);
	const char *column = u->matrix->plan->columns[u->matrix_column].id;
	const char *what = arena_printf(u->arena, "broken.cases:%s", s->a);

	for (size_t i = 0; i < set->n; i++) {
		const struct gen_case *c = &set->v[i];

		if (!named(c, what) || strcmp(c->call.conv->name, s->b))
			continue;
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			const struct judged *j =
				&u->matrix->runs[u->matrix_column].judged[c->index * 2 + d];
			const struct finding *f;

			if (strcmp(s->c, direction_name(d)))
				continue;
			e->id = arena_printf(u->arena, "%s as %s, %s", c->id, s->c, column);
			if (j->verdict == VERDICT_NOT_RUN ||
			    j->verdict == VERDICT_UNSUPPORTED_HERE) {
				e->not_run = short_reason(j->why);
				return;
			}
			f = asserted(u, s, c, d);
			e->holds = f != NULL;
			e->detail =
				f ? arena_printf(u->arena, "caught: %s", finding_text(u->arena, f))
				  : arena_printf(u->arena, "not caught (%s wanted): %s, %s", s->d,
						 verdict_info[j->verdict].name,
						 finding_text(u->arena, worst(u, c, d)));
			return;
		}
	}
	e->id = arena_printf(u->arena, "%s, %s", what, column);
	e->not_run = arena_printf(u->arena, "no case %s under %s here", what, s->b);
}

static bool same_value(const struct value_place *x, const struct value_place *y)
{
	if (x->nlocs != y->nlocs || x->unspecified != y->unspecified)
		return false;
	for (unsigned i = 0; i < x->nlocs; i++) {
		const struct loc *a = &x->loc[i], *b = &y->loc[i];

		if (a->kind != b->kind || a->reg != b->reg || a->stack != b->stack ||
		    a->off != b->off || a->bytes != b->bytes)
			return false;
	}
	return true;
}

/* What the documents say, asked of the oracle: no compiler is needed. */
void step_placement(struct unit *u, const struct step *s, struct evidence *e)
{
	const struct convention *x = convention_find(s->b, u->column->width);
	const struct convention *y = convention_find(s->c, u->column->width);
	const struct gen_set *set = set_of(u);
	unsigned n = 0;

	e->id = arena_printf(u->arena, "clobber explain --abi %s,%s --width %u", s->b, s->c,
			     width_bits(u->column->width));
	if (!x || !y) {
		e->not_run = arena_printf(u->arena, "there is no %s at %u bit", x ? s->c : s->b,
					  width_bits(u->column->width));
		return;
	}
	e->holds = true;
	for (size_t i = 0; set && i < set->n; i++) {
		const struct gen_case *c = &set->v[i];
		struct placement p, q;
		bool same;

		if (!named(c, s->a))
			continue;
		if (abi_place(x, c->call.decl->proto, &p) || abi_place(y, c->call.decl->proto, &q))
			continue;
		n++;
		same = p.stack_bytes == q.stack_bytes && p.pop_bytes == q.pop_bytes &&
		       same_value(&p.ret, &q.ret) && same_value(&p.hidden, &q.hidden);
		for (unsigned k = 0; same && k < p.nargs; k++)
			same = same_value(&p.arg[k], &q.arg[k]);
		if (same)
			continue;
		e->holds = false;
		e->detail = arena_printf(u->arena, "the placements of %s differ",
					 c->call.decl->proto->name);
		return;
	}
	if (!n) {
		e->not_run = arena_printf(u->arena, "no case %s here", s->a);
		return;
	}
	e->detail = arena_printf(u->arena, "the documents place all of %u alike", n);
}
