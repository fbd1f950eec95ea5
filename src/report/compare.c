/* SPDX-License-Identifier: MIT */
/* What is different in the second of two matrices. */
#include "report/compare.h"
#include "util/index.h"

#include <ctype.h>
#include <string.h>

const char *const change_names[CHANGE_COUNT] = {
#define X(id, name, what) name,
	CHANGES(X)
#undef X
};

const struct stored_finding *change_finding(const struct finding_change *f)
{
	return f->new ? f->new : f->old;
}

/* Columns -------------------------------------------------------------------------------------- */

/* "default" is another word for "user". */
static const char *profile_word(const char *profile)
{
	return strcmp(profile, "default") ? profile : "user";
}

static bool same_profile(const char *a, const char *b)
{
	return !strcmp(profile_word(a), profile_word(b));
}

/* Alike in everything but the compiler. */
static bool same_options(const struct stored_column *a, const struct stored_column *b)
{
	return a->width == b->width && !strcmp(a->opt, b->opt) && !strcmp(a->place, b->place) &&
	       same_profile(a->profile, b->profile);
}

static bool is_mapped(const char *const *map, const char *old, const char *new)
{
	for (; map && *map; map++) {
		const char *eq = strchr(*map, '=');

		if (eq && strlen(old) == (size_t)(eq - *map) &&
		    !strncmp(*map, old, (size_t)(eq - *map)) && !strcmp(eq + 1, new))
			return true;
	}
	return false;
}

/* In three rounds: those the user pairs, those of one name, those that are one release of one
 * compiler under different names. */
static bool fits(int round, const struct stored_column *o, const struct stored_column *n,
		 const char *const *map)
{
	if (!same_options(o, n))
		return false;
	switch (round) {
	case 0:
		return is_mapped(map, o->compiler, n->compiler);
	case 1:
		return !strcmp(o->compiler, n->compiler) && !strcmp(o->family, n->family);
	default:
		return strcmp(n->version, "unknown") && !strcmp(o->version, n->version) &&
		       !strcmp(o->family, n->family);
	}
}

static void match_columns(struct comparison *c, const char *const *map)
{
	const struct stored *o = c->old, *n = c->new;

	c->old_of = arena_alloc(n->arena, (n->ncolumns + 1) * sizeof(int));
	c->new_of = arena_alloc(n->arena, (o->ncolumns + 1) * sizeof(int));
	for (size_t i = 0; i < n->ncolumns; i++)
		c->old_of[i] = NO_COLUMN;
	for (size_t i = 0; i < o->ncolumns; i++)
		c->new_of[i] = NO_COLUMN;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < n->ncolumns; i++) {
			for (size_t k = 0; k < o->ncolumns && c->old_of[i] == NO_COLUMN; k++) {
				if (c->new_of[k] != NO_COLUMN ||
				    !fits(round, &o->columns[k], &n->columns[i], map))
					continue;
				c->old_of[i] = (int)k;
				c->new_of[k] = (int)i;
				c->compared++;
			}
		}
	}
	c->added = n->ncolumns - c->compared;
	c->absent = o->ncolumns - c->compared;
}

/* Cells ---------------------------------------------------------------------------------------- */

static const char *cell_key(struct arena *a, const struct stored *s, const struct cell *c,
			    size_t column)
{
	return arena_printf(a, "%zu %s", column, s->rows[c->row].id);
}

static void add_cell(struct comparison *c, enum change kind, const struct cell *old,
		     const struct cell *new)
{
	struct cell_change change = { .kind = kind, .old = old, .new = new };

	/* Less than before was run: of the cell, or all of it. */
	change.regression =
		old && (new ? new->executed < old->executed : !c->part && old->executed);
	c->cells = arena_grow(c->new->arena, c->cells, c->ncells, sizeof(change));
	c->cells[c->ncells++] = change;
	c->cell_count[kind]++;
	c->regressions += change.regression;
}

/* The cells of `old`, by column of `new` and row: what both have. */
static struct index *index_cells(const struct comparison *c)
{
	const struct stored *o = c->old;
	struct index *map = index_new();

	for (size_t i = 0; i < o->ncells; i++) {
		int column = c->new_of[o->cells[i].column];

		if (column != NO_COLUMN)
			*index_add_text(
				map, cell_key(c->new->arena, o, &o->cells[i], (size_t)column)) = i;
	}
	return map;
}

/* Have both runs the same compilers, so that what they compare with each other is the same? */
static bool same_company(const struct comparison *c)
{
	return !c->added && !c->absent;
}

/* Between these verdicts other compilers may be all the difference. */
static bool is_relative(enum verdict a, enum verdict b)
{
	return a >= VERDICT_PASS && a <= VERDICT_DIVERGENCE && b >= VERDICT_PASS &&
	       b <= VERDICT_DIVERGENCE;
}

static void compare_cells(struct comparison *c, const struct index *index)
{
	const struct stored *o = c->old, *n = c->new;
	unsigned char *seen = arena_alloc(n->arena, o->ncells + 1);

	for (size_t i = 0; i < n->ncells; i++) {
		const struct cell *new = &n->cells[i], *old;
		size_t at;

		if (c->old_of[new->column] == NO_COLUMN)
			continue;
		at = index_find_text(index, cell_key(n->arena, n, new, new->column));
		if (at == INDEX_NEW) {
			add_cell(c, CHANGE_NEW, NULL, new);
			continue;
		}
		old = &o->cells[at];
		seen[old - o->cells] = 1;
		if (old->verdict == new->verdict && old->executed == new->executed)
			continue;
		if (!same_company(c) && old->executed == new->executed &&
		    is_relative(old->verdict, new->verdict))
			continue;
		add_cell(c,
			 new->verdict == VERDICT_PASS &&new->executed >= old->executed
				 ? CHANGE_FIXED
				 : CHANGE_CHANGED,
			 old, new);
	}
	for (size_t i = 0; i < o->ncells; i++) {
		if (!seen[i] && c->new_of[o->cells[i].column] != NO_COLUMN)
			add_cell(c, CHANGE_VANISHED, &o->cells[i], NULL);
	}
}

/* Findings ------------------------------------------------------------------------------------- */

/* The n-th finding of its kind has a key of its own, so that several can be distinguished. */
static const char *finding_key(struct arena *a, const struct stored_finding *f, size_t column,
			       struct index *times)
{
	const char *key = arena_printf(a, "%zu %s %d %s %s", column, f->c->id, f->direction,
				       f->check, f->subject);
	size_t *n = index_add_text(times, key);

	*n = *n == INDEX_NEW ? 0 : *n + 1;
	return *n ? arena_printf(a, "%s #%zu", key, *n) : key;
}

/* Words without the values in them: numbers in hexadecimal depend on the seed. */
static const char *without_values(struct arena *a, const char *s)
{
	char *r, *out;

	if (!s)
		return "";
	r = out = arena_strdup(a, s);
	while (*s) {
		*out++ = *s;
		if (s[0] == '0' && s[1] == 'x') {
			*out++ = 'x';
			for (s += 2; isxdigit((unsigned char)*s);)
				s++;
			continue;
		}
		s++;
	}
	*out = 0;
	return r;
}

static bool is_unspecified(const struct stored_finding *f)
{
	return !strcmp(f->expected, "unspecified");
}

/* What is different, in words, or NULL. Where documents are silent, `origin` describes
 * all compilers of the run: no reason to call this one changed. */
static const char *difference(struct arena *a, const struct stored_finding *o,
			      const struct stored_finding *n)
{
	const char *was, *is;

	if (o->verdict != n->verdict)
		return arena_printf(a, "%s, was %s", verdict_info[n->verdict].name,
				    verdict_info[o->verdict].name);
	if (o->known != n->known)
		return n->known ? "known now" : "no longer known";
	was = without_values(a, o->observed);
	is = without_values(a, n->observed);
	if (strcmp(was, is))
		return arena_printf(a, "got %s, was %s", n->observed, o->observed);
	if (is_unspecified(n))
		return NULL;
	was = without_values(a, o->origin);
	is = without_values(a, n->origin);
	if (strcmp(was, is))
		return arena_printf(a, "%s, was: %s", n->origin ? n->origin : "of unknown origin",
				    o->origin ? o->origin : "of unknown origin");
	if (strcmp(without_values(a, o->expected), without_values(a, n->expected)))
		return arena_printf(a, "expected %s, was %s", n->expected, o->expected);
	return NULL;
}

static void add_finding(struct comparison *c, enum change kind, const struct stored_finding *old,
			const struct stored_finding *new, const char *how, bool regression)
{
	struct finding_change change = {
		.kind = kind, .old = old, .new = new, .how = how, .regression = regression
	};

	c->findings = arena_grow(c->new->arena, c->findings, c->nfindings, sizeof(change));
	c->findings[c->nfindings++] = change;
	c->finding_count[kind]++;
	c->regressions += regression;
}

static bool forbidden(const struct stored_finding *f)
{
	return f->verdict >= VERDICT_VIOLATION && !f->known;
}

static bool has_case(const struct stored *s, const struct index *cases,
		     const struct stored_finding *f)
{
	return index_find_text(cases, arena_printf(s->arena, "%u %s %s", f->c->width,
						   profile_word(f->c->profile), f->c->id)) !=
	       INDEX_NEW;
}

/* Was there anything to find it in? Its case existed, and its cell was run. */
static bool was_run(const struct comparison *c, const struct index *cells,
		    const struct index *cases, const struct stored_finding *f)
{
	const struct cell *new = &c->new->cells[f->cell];
	size_t at = index_find_text(cells, cell_key(c->new->arena, c->new, new, new->column));

	return at != INDEX_NEW && c->old->cells[at].executed && has_case(c->new, cases, f);
}

/* What findings are looked up in, each by a key. */
struct lookup {
	struct index *findings;              /* of the old matrix */
	struct index *times;                 /* how often a key was seen so far, less one */
	const struct index *cells;           /* of the old matrix, in columns of the new */
	struct index *cases;                 /* of the old matrix: 1 */
	struct index *cells_now, *cases_now; /* of the new one */
	unsigned char *seen;                 /* old findings that the new matrix has, too */
};

static struct index *case_names(const struct stored *s)
{
	struct index *names = index_new();

	for (size_t i = 0; i < s->ncases; i++)
		*index_add_text(names, arena_printf(s->arena, "%u %s %s", s->cases[i].width,
						    profile_word(s->cases[i].profile),
						    s->cases[i].id)) = 1;
	return names;
}

static void index_findings(const struct comparison *c, struct lookup *l)
{
	const struct stored *o = c->old, *n = c->new;
	struct arena *a = n->arena;

	for (size_t i = 0; i < n->ncells; i++)
		*index_add_text(l->cells_now, cell_key(a, n, &n->cells[i], n->cells[i].column)) = i;
	for (size_t i = 0; i < o->nfindings; i++) {
		int column = c->new_of[o->findings[i].column];

		if (column != NO_COLUMN)
			*index_add_text(l->findings, finding_key(a, &o->findings[i], (size_t)column,
								 l->times)) = i;
	}
	index_free(l->times);
	l->times = index_new();
}

/* A finding of the new matrix: new, changed, or as it was. */
static void compare_finding(struct comparison *c, struct lookup *l,
			    const struct stored_finding *new, bool strict)
{
	struct arena *a = c->new->arena;
	const struct stored_finding *old;
	const char *how;
	size_t at;

	if (c->old_of[new->column] == NO_COLUMN)
		return;
	if (is_unspecified(new) && !same_company(c)) {
		c->left_out++;
		return;
	}
	at = index_find_text(l->findings, finding_key(a, new, new->column, l->times));
	if (at == INDEX_NEW) {
		bool run = was_run(c, l->cells, l->cases, new);

		add_finding(c, CHANGE_NEW, NULL, new, run ? NULL : "not run before",
			    run && (strict || forbidden(new)));
		return;
	}
	old = &c->old->findings[at];
	l->seen[old - c->old->findings] = 1;
	how = difference(a, old, new);
	if (how)
		add_finding(
			c, CHANGE_CHANGED, old, new, how,
			strict || (forbidden(new) && (new->verdict > old->verdict || old->known)));
}

/* A finding that only the old matrix has: fixed, or no longer run. */
static void gone_finding(struct comparison *c, const struct lookup *l,
			 const struct stored_finding *old)
{
	const struct stored *n = c->new;
	const struct cell *was = &c->old->cells[old->cell];
	bool fixed;
	size_t at;

	if (c->new_of[old->column] == NO_COLUMN || (is_unspecified(old) && !same_company(c)))
		return;
	at = index_find_text(l->cells_now,
			     cell_key(n->arena, c->old, was, (size_t)c->new_of[old->column]));
	fixed = at != INDEX_NEW && n->cells[at].executed >= was->executed &&
		has_case(n, l->cases_now, old);
	add_finding(c, fixed ? CHANGE_FIXED : CHANGE_VANISHED, old, NULL, NULL, false);
}

static void compare_findings(struct comparison *c, const struct index *cells, bool strict)
{
	struct lookup l = { .findings = index_new(),
			    .times = index_new(),
			    .cells = cells,
			    .cases = case_names(c->old),
			    .cells_now = index_new(),
			    .cases_now = case_names(c->new),
			    .seen = arena_alloc(c->new->arena, c->old->nfindings + 1) };

	index_findings(c, &l);
	for (size_t i = 0; i < c->new->nfindings; i++)
		compare_finding(c, &l, &c->new->findings[i], strict);
	for (size_t i = 0; i < c->old->nfindings; i++) {
		if (!l.seen[i])
			gone_finding(c, &l, &c->old->findings[i]);
	}
	index_free(l.findings);
	index_free(l.times);
	index_free(l.cases);
	index_free(l.cells_now);
	index_free(l.cases_now);
}

bool column_ran(const struct stored *s, size_t column)
{
	for (size_t i = 0; i < s->ncells; i++) {
		if (s->cells[i].column == column && s->cells[i].executed)
			return true;
	}
	return false;
}

/* Columns that ran and are not there any more. */
static void compare_columns(struct comparison *c)
{
	for (size_t i = 0; i < c->old->ncolumns; i++)
		c->lost += c->new_of[i] == NO_COLUMN && column_ran(c->old, i);
	if (!c->part)
		c->regressions += (unsigned)c->lost;
}

void compare(const struct stored *old, const struct stored *new, const struct compare_options *o,
	     struct comparison *out)
{
	struct index *cells;

	*out = (struct comparison){ .old = old, .new = new, .part = o->part };
	match_columns(out, o->map);
	compare_columns(out);
	cells = index_cells(out);
	compare_cells(out, cells);
	compare_findings(out, cells, o->strict);
	index_free(cells);
}
