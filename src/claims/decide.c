/* SPDX-License-Identifier: MIT */
/* From steps to verdicts: every column's work, side by side, and what follows from it. */
#include "claims/room.h"
#include "util/shell.h"
#include "util/parallel.h"

#include <string.h>
#include <unistd.h>

typedef void step_function(struct unit *u, const struct step *s, struct evidence *e);

static step_function *const kinds[STEP_KINDS] = {
	[STEP_PASS] = step_cases,
	[STEP_CAUGHT] = step_caught,
	[STEP_ACCEPTED] = step_diagnosed,
	[STEP_REFUSED] = step_diagnosed,
	[STEP_SAME] = step_same,
	[STEP_FEWER] = step_fewer,
	[STEP_WRITES] = step_writes,
	[STEP_PLACEMENT] = step_placement,
	[STEP_ATTRIBUTES] = step_attributes,
	[STEP_CONTRACT] = step_contract,
	[STEP_CONTRACT_CAUGHT] = step_contract,
};

static bool runs_cases(const struct step *s)
{
	return s->kind == STEP_PASS || s->kind == STEP_CAUGHT;
}

/* Assembly alone: what the compiler can do is of no account. */
static bool is_contract(const struct step *s)
{
	return s->kind == STEP_CONTRACT || s->kind == STEP_CONTRACT_CAUGHT;
}

/* Why the step cannot even be tried in u->matrix_column; NULL: it can. */
static const char *hindered(struct unit *u, const struct step *s)
{
	const struct column *c;

	if (is_contract(s))
		return NULL;
	if (s->kind == STEP_PLACEMENT)
		return u->matrix_column == NO_COLUMN ? "no cases were placed here" : NULL;
	if (!runs_cases(s))
		return u->target ? NULL : u->column->why_not;
	if (u->matrix_column == NO_COLUMN)
		return u->column->why_not ? u->column->why_not : "its cases were not run here";
	c = &u->matrix->plan->columns[u->matrix_column];
	if (c->unusable)
		return c->unusable;
	return u->matrix->runs[u->matrix_column].run.why_not;
}

/* Twins are run beside the cases that they vouch for. */
static bool uncaught(const struct evidence *e)
{
	return (e->step->kind == STEP_CAUGHT || e->step->kind == STEP_CONTRACT_CAUGHT) &&
	       !e->not_run && !e->holds;
}

/* The verdict that the evidence amounts to, in this order: nothing that an uncaught twin vouches
 * for counts; what was not done decides nothing; then what does not hold. */
static void conclude(struct unit *u, struct claim_result *r)
{
	const struct evidence *missing = NULL, *against = NULL, *except = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct evidence *e = &r->v[i];

		if (e->step->weight == NOTES || e->aside)
			continue;
		if (uncaught(e)) {
			r->verdict = CLAIM_NOT_RUN;
			r->reason = arena_printf(
				u->arena,
				"the case broken on purpose, %s, is %s: what the others "
				"show does not count",
				e->id, e->detail);
			return;
		}
		if (e->not_run)
			missing = missing ? missing : e;
		else if (!e->holds && e->step->weight == DECIDES)
			against = against ? against : e;
		else if (!e->holds)
			except = except ? except : e;
	}
	if (missing) {
		r->verdict = CLAIM_NOT_RUN;
		r->reason = missing->not_run;
	} else if (r->claim->refuted) {
		r->verdict = against ? CLAIM_TRUE : CLAIM_FALSE;
		r->reason = against ? arena_printf(u->arena, "%s: %s: %s", against->step->says,
						   against->id, against->detail)
				    : r->claim->refuted;
	} else if (against || except) {
		const struct evidence *e = against ? against : except;

		r->verdict = against ? CLAIM_FALSE : CLAIM_EXCEPT;
		r->reason = arena_printf(u->arena, "%s: %s", e->step->says, e->detail);
	} else {
		r->verdict = CLAIM_TRUE;
	}
}

static size_t find_column(const struct matrix *m, const struct claim_column *c, enum place_id place)
{
	for (size_t i = 0; m->plan && i < m->plan->ncolumns; i++) {
		const struct column *p = &m->plan->columns[i];

		if (p->compiler == c->compiler && p->width == c->width && p->place == place &&
		    profiles[p->profile].isa == ISA_INTEGER && !strcmp(p->opt, c->opt))
			return i;
	}
	return NO_COLUMN;
}

/* Do the step in u->matrix_column. */
static void add_evidence(struct unit *u, const struct step *s, struct claim_result *r)
{
	struct evidence e = { .step = s };
	const char *why = hindered(u, s);

	if (why) {
		e.not_run = why;
		e.id = s->a;
	} else {
		kinds[s->kind](u, s, &e);
	}
	r->v = arena_grow(u->arena, r->v, r->n, sizeof(e));
	r->v[r->n++] = e;
}

/* Objects and documents are the same everywhere; cases are asked in every place that the claim is
 * about. Where one could not run is of no account once another did. */
static void do_step(struct unit *u, const struct step *s, struct claim_result *r)
{
	size_t first = r->n;
	bool ran = false;

	for (enum place_id i = 0; i < PLACES && runs_cases(s); i++) {
		if (!u->request->places[i][u->column->width] ||
		    (all_places[i]->root && !r->claim->rooted))
			continue;
		u->matrix_column = find_column(u->matrix, u->column, i);
		add_evidence(u, s, r);
		ran = ran || !r->v[r->n - 1].not_run;
	}
	u->matrix_column = find_column(u->matrix, u->column, u->column->place);
	if (r->n == first)
		add_evidence(u, s, r);
	for (size_t i = first; i < r->n && ran; i++)
		r->v[i].aside = r->v[i].not_run != NULL;
	if (!ran)
		r->n = first + 1;
}

/* "native,root": where the cases of a claim are asked. */
static const char *places_of(struct unit *u, const struct claim *claim)
{
	const char *list = "";

	for (enum place_id i = 0; i < PLACES; i++) {
		if (u->request->places[i][u->column->width] &&
		    (!all_places[i]->root || claim->rooted))
			list = arena_printf(u->arena, "%s%s%s", list, *list ? "," : "",
					    place_name(i));
	}
	return list;
}

static void decide(struct unit *u, struct claim_result *r)
{
	const struct claim_column *c = u->column;

	r->repeat = arena_printf(
		u->arena, "clobber claims --cc %s --width %u --place %s --claim %d -v",
		shell_word(u->arena, c->compiler->given ? c->compiler->given : c->compiler->name),
		width_bits(c->width), places_of(u, r->claim), r->claim->number);
	if (!(r->claim->widths >> c->width & 1)) {
		r->verdict = CLAIM_NOT_RUN;
		r->reason = arena_printf(u->arena, "it speaks of %u-bit code",
					 width_bits(c->width == W64 ? W32 : W64));
		return;
	}
	if (c->why_not && !(r->claim->any_flags && u->target)) {
		r->verdict = CLAIM_NOT_RUN;
		r->reason = c->why_not;
		return;
	}
	for (const struct step *s = claim_steps; s->claim; s++) {
		if (s->claim == r->claim->number && (s->widths >> c->width & 1))
			do_step(u, s, r);
	}
	conclude(u, r);
}

/* Columns ------------------------------------------------------------------------------------- */

/* The flags a column compiles with: the kernel's, or, where the compiler lacks some of those, its
 * own, for the claims that still make sense. */
static void choose_flags(const struct claims_request *r, struct claim_column *c)
{
	enum profile_id kernel = c->width == W64 ? PROFILE_KERNEL_64 : PROFILE_KERNEL_32;
	const struct plan *p = r->plan;
	const char *cache = p->probes ? p->probes : arena_printf(p->arena, "%s/probes", p->work);
	const struct target *t = &c->compiler->target[kernel];

	c->profile = kernel;
	compiler_ask(p->arena, c->compiler, kernel, cache);
	if (t->works.ok)
		return;
	c->why_not = arena_printf(p->arena, "without the kernel's flags: %s",
				  t->works.why ? t->works.why : "does not compile with them");
	c->profile = profile_user(c->width);
	compiler_ask(p->arena, c->compiler, c->profile, cache);
}

/* A compiler may take -mregparm=3 and do nothing about it. Then nothing at 32 bit is what it claims
 * to be: found by compiling one function with and without. */
static void check_regparm(struct unit *u, struct claim_column *c)
{
	const char *options[] = { "-DATTRIBUTE=0", "-DATTRIBUTE=0 -mregparm=0" };
	struct object o[2];
	const char *difference;

	if (c->width != W32 || c->why_not || !u->target)
		return;
	for (int i = 0; i < 2; i++) {
		struct compiled made = claims_compile(u, "attribute.c", options[i]);

		if (!made.object || object_read(u->arena, made.object, &o[i]))
			return;
	}
	if (object_same(u->arena, &o[0], &o[1], &difference))
		c->why_not =
			"without the kernel's flags: it takes -mregparm=3, which changes nothing";
}

/* The first wanted place in which the compiler's cases ran; if none did, the first wanted. */
static enum place_id choose_place(const struct claims_request *r, const struct matrix *m,
				  const struct claim_column *c)
{
	enum place_id first = PLACES;

	for (enum place_id i = PLACES; i-- > 0;) {
		if (r->places[i][c->width])
			first = i;
	}
	for (enum place_id i = 0; i < PLACES; i++) {
		size_t k = r->places[i][c->width] ? find_column(m, c, i) : NO_COLUMN;

		if (k != NO_COLUMN && m->plan->columns[k].payload && !m->runs[k].run.why_not)
			return i;
	}
	return first;
}

static void make_columns(const struct claims_request *r, const struct matrix *m,
			 struct claims_table *t)
{
	for (enum width w = W64 + 1; w-- > W32;) {
		for (size_t i = 0; r->widths[w] && i < r->compilers->n; i++) {
			struct claim_column c = { .compiler = &r->compilers->v[i],
						  .width = w,
						  .opt = r->opt };

			c.place = choose_place(r, m, &c);
			if (c.place == PLACES)
				continue;
			c.id = arena_printf(t->arena, "%s/%u%s%s", c.compiler->name, width_bits(w),
					    c.place ? "@" : "", c.place ? place_name(c.place) : "");
			choose_flags(r, &c);
			t->columns = arena_grow(t->arena, t->columns, t->ncolumns, sizeof(c));
			t->columns[t->ncolumns++] = c;
		}
	}
}

struct queue {
	const struct claims_request *request;
	const struct matrix *matrix;
	struct claims_table *table;
	struct held_list held;
	struct arena **arenas; /* by column */
};

static void decide_column(void *closure, size_t i)
{
	struct queue *q = closure;
	struct claim_column *c = &q->table->columns[i];
	const struct target *t = &c->compiler->target[c->profile];
	struct unit u = { .arena = q->arenas[i],
			  .request = q->request,
			  .matrix = q->matrix,
			  .column = c,
			  .target = t->works.ok ? t : NULL,
			  .matrix_column = find_column(q->matrix, c, c->place),
			  .held = &q->held };

	check_regparm(&u, c);
	for (size_t k = 0; k < q->table->nresults; k++) {
		if (q->table->results[k].column == i)
			decide(&u, &q->table->results[k]);
	}
}

static void make_results(const struct claims_request *r, struct claims_table *t)
{
	for (size_t i = 0; i < CLAIMS; i++) {
		for (size_t k = 0; r->wanted[i] && k < t->ncolumns; k++) {
			struct claim_result result = { .claim = &all_claims[i], .column = k };

			if (all_places[t->columns[k].place]->root && !all_claims[i].rooted)
				continue;
			t->results = arena_grow(t->arena, t->results, t->nresults, sizeof(result));
			t->results[t->nresults++] = result;
		}
	}
}

void claims_decide(const struct claims_request *r, const struct matrix *m, struct claims_table *out)
{
	struct queue q = { .request = r, .matrix = m, .table = out };

	*out = (struct claims_table){ .arena = r->plan->arena };
	make_columns(r, m, out);
	make_results(r, out);
	claims_hold(r, &q.held);
	q.arenas = arena_alloc(out->arena, (out->ncolumns + 1) * sizeof(*q.arenas));
	for (size_t i = 0; i < out->ncolumns; i++)
		q.arenas[i] = arena_new();
	parallel(out->ncolumns, 0, decide_column, &q);
	out->arenas = q.arenas;
	for (size_t i = 0; i < out->nresults; i++) {
		for (size_t k = 0; k < out->results[i].n; k++)
			out->uncaught += uncaught(&out->results[i].v[k]);
	}
}

void claims_close(struct claims_table *t)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		arena_free(t->arenas[i]);
}
