/* SPDX-License-Identifier: MIT */
/* Placements as a table, and as what changes between two. */
#include "cmd/explain.h"
#include "util/terminal.h"

#include <string.h>

enum { COLUMNS = 80, LABEL = 26, GAP = 2 };

const char *explain_value(struct arena *a, enum width w, const struct value_place *v)
{
	const char *r = "";
	struct str s = { 0 };

	if (v->unspecified)
		return "?";
	if (v->nothing)
		return "nowhere";
	if (v->words)
		return v->words;
	for (unsigned i = 0; i < v->nlocs; i++) {
		const struct loc *l = &v->loc[i];
		bool copy = i && l->off == v->loc[i - 1].off;

		s.len = 0;
		loc_text(&s, w, l);
		r = arena_printf(a, "%s%s%s", r, !i ? "" : copy ? " and " : ", ", s.s);
		/* Which bytes of the value, where that is not all. */
		if (v->nlocs > 1 && v->loc[v->nlocs - 1].off)
			r = arena_printf(a, "%s (%s%u-%u)", r, i ? "" : "bytes ", l->off,
					 l->off + l->bytes - 1);
	}
	str_free(&s);
	return v->by_reference ? arena_printf(a, "pointer in %s", r) : r;
}

/* Cells of a line ------------------------------------------------------------------------------ */

static const char *returned(struct arena *a, const struct explained *x)
{
	enum width w = x->c->width;

	if (x->p->ret->kind == TYPE_VOID)
		return "nothing";
	if (x->pl.hidden.nlocs)
		return arena_printf(a, "memory at %s", explain_value(a, w, &x->pl.hidden));
	return explain_value(a, w, &x->pl.ret);
}

static const char *popped(struct arena *a, const struct explained *x)
{
	const struct placement *pl = &x->pl;

	if (pl->stack_unspecified)
		return "?";
	if (!pl->stack_bytes)
		return "0";
	return arena_printf(a, "%u, %s pops", pl->stack_bytes,
			    pl->pop_unspecified ? "?"
			    : pl->pop_bytes     ? "callee"
						: "caller");
}

/* The arguments, what is returned, the argument area. */
static size_t cells_of(struct arena *a, const struct explained *x, const char **cell)
{
	size_t n = 0;

	for (unsigned i = 0; i < x->pl.nargs; i++)
		cell[n++] = explain_value(a, x->c->width, &x->pl.arg[i]);
	cell[n++] = returned(a, x);
	cell[n++] = popped(a, x);
	return n;
}

static bool same(const struct explained_group *g, const struct explained *x, const char **cell,
		 size_t n)
{
	const struct reg_set k = abi_preserved(g->first->c, &g->first->pl),
			     l = abi_preserved(x->c, &x->pl);

	if (g->first->c->width != x->c->width || !g->first->why != !x->why || g->n != n ||
	    g->first->c->named_only != x->c->named_only)
		return false;
	/* Attributes are for what they preserve: that they place alike is what there is to say. */
	if (memcmp(&k, &l, sizeof(k)) && !x->c->named_only)
		return false;
	if (x->why)
		return !strcmp(x->why, g->first->why);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(g->cell[i], cell[i]))
			return false;
	}
	return true;
}

size_t explain_groups(struct arena *a, const struct explained *v, size_t n,
		      struct explained_group *out)
{
	size_t ngroups = 0;

	for (size_t i = 0; i < n; i++) {
		const char *cell[MAX_ARGS + 2];
		size_t ncells = v[i].why ? 0 : cells_of(a, &v[i], cell), k = 0;

		while (k < ngroups && !same(&out[k], &v[i], cell, ncells))
			k++;
		if (k < ngroups) {
			out[k].names = arena_printf(a, "%s, %s", out[k].names, v[i].c->name);
			continue;
		}
		out[ngroups] = (struct explained_group){ &v[i], v[i].c->name, { NULL }, ncells };
		memcpy(out[ngroups].cell, cell, ncells * sizeof(*cell));
		ngroups++;
	}
	return ngroups;
}

const char *explain_heading(struct arena *a, const struct explained *x, size_t i)
{
	if (i < x->pl.nargs)
		return proto_arg_label(a, x->p, (unsigned)i);
	return i == x->pl.nargs ? "returns" : "stack bytes";
}

/* Tables --------------------------------------------------------------------------------------- */

/* The room of a column; 0 for the whole of what does not fit. */
static size_t measure(struct arena *a, const struct explained_group *g, size_t n, size_t columns,
		      size_t *room)
{
	size_t all = LABEL;

	for (size_t c = 0; c < columns; c++) {
		room[c] = 0;
		for (size_t i = 0; i < n; i++) {
			size_t len = g[i].n ? strlen(g[i].cell[c]) : 0;
			size_t head = g[i].n ? strlen(explain_heading(a, g[i].first, c)) : 0;

			len = len > head ? len : head;
			room[c] = len > room[c] ? len : room[c];
		}
		all += room[c] + (c ? GAP : 0);
	}
	return all;
}

/* A label in its column: the words that do not fit stand on lines of their own. Returns the rest.
 */
static const char *label_part(struct str *out, const char *s)
{
	size_t n = strlen(s);

	if (n >= LABEL) {
		n = LABEL - 1;
		while (n && s[n - 1] != ' ')
			n--;
	}
	str_addf(out, "%-*.*s", LABEL, (int)n, s);
	return s + n;
}

static void trim(struct str *out)
{
	while (out->len && out->s[out->len - 1] == ' ')
		out->s[--out->len] = 0;
	str_add(out, "\n");
}

static const char *pad(struct arena *a, const char *s, int width)
{
	return arena_printf(a, "%-*s", width, s);
}

static void line(struct str *out, struct arena *a, const struct explained_group *g,
		 const size_t *room)
{
	struct text_style style = { .columns = COLUMNS };
	const char *rest;

	if (!g->n) {
		text_wrap(out, &style,
			  strlen(g->names) < LABEL ? pad(a, g->names, LABEL) : g->names,
			  pad(a, "", LABEL), g->first->why);
		return;
	}
	rest = label_part(out, g->names);
	for (size_t c = 0; c < g->n; c++)
		str_addf(out, "%-*s", (int)room[c] + GAP, g->cell[c]);
	trim(out);
	while (*rest) {
		rest = label_part(out, rest);
		trim(out);
	}
}

static void block(struct str *out, struct arena *a, const struct explained_group *g)
{
	struct text_style style = { .columns = COLUMNS };
	size_t widest = 0;

	text_wrap(out, &style, "", "  ", g->names);
	for (size_t c = 0; c < g->n; c++) {
		size_t n = strlen(explain_heading(a, g->first, c));

		widest = n > widest ? n : widest;
	}
	for (size_t c = 0; c < g->n; c++)
		str_addf(out, "  %-*s  %s\n", (int)widest, explain_heading(a, g->first, c),
			 g->cell[c]);
	if (!g->n)
		text_wrap(out, &style, "  ", "  ", g->first->why);
}

const char **explain_open(struct arena *a, const struct explained_group *g, size_t n)
{
	bool told[RULE_COUNT] = { false };
	const char **out = NULL;
	size_t lines = 0;

	for (size_t i = 0; i < n; i++) {
		const struct placement *pl = &g[i].first->pl;

		for (unsigned k = 0; k <= pl->nargs && !g[i].first->why; k++) {
			const struct value_place *v = k < pl->nargs ? &pl->arg[k] : &pl->ret;
			const char *facto = v->unspecified ? abi_de_facto(v->rule) : NULL;
			const struct rule *r = rule_in(v->rule, pl->edition);

			if (!v->unspecified || told[v->rule])
				continue;
			told[v->rule] = true;
			out = arena_grow(a, out, lines, sizeof(*out));
			out[lines++] = arena_printf(
				a, "no document decides [%s]: %s%s%s", r->name, r->sentence,
				facto ? ". gcc and clang agree (all tested versions): " : "",
				facto ? facto : "");
		}
	}
	out = arena_grow(a, out, lines, sizeof(*out));
	out[lines] = NULL;
	return out;
}

void explain_table(struct str *out, struct arena *a, const struct explained *v, size_t n)
{
	struct explained_group *g = arena_alloc(a, (n + 1) * sizeof(*g));
	size_t ngroups = explain_groups(a, v, n, g), columns = 0, room[MAX_ARGS + 2];
	struct text_style style = { .columns = COLUMNS };
	const struct explained *any = NULL;
	bool fits;

	for (size_t i = 0; i < ngroups; i++) {
		any = g[i].n ? g[i].first : any;
		columns = g[i].n ? g[i].n : columns;
	}
	fits = measure(a, g, ngroups, columns, room) <= COLUMNS;
	for (size_t i = 0; i < ngroups; i++) {
		bool first = !i || g[i].first->c->width != g[i - 1].first->c->width;

		if (first)
			str_addf(out, "%s%-*s", i ? "\n" : "", fits ? LABEL : 0,
				 arena_printf(a, "%u bit", width_bits(g[i].first->c->width)));
		for (size_t c = 0; c < columns && first && fits && any; c++)
			str_addf(out, "%-*s", (int)room[c] + GAP, explain_heading(a, any, c));
		if (first)
			trim(out);
		if (fits)
			line(out, a, &g[i], room);
		else
			block(out, a, &g[i]);
	}
	str_add(out, "\n");
	for (const char **line = explain_open(a, g, ngroups); *line; line++)
		text_wrap(out, &style, "? ", "  ", *line);
}

/* Changes -------------------------------------------------------------------------------------- */

static void change(struct arena *a, struct explained_change **v, size_t *n, const char *what,
		   const char *from, const char *to)
{
	if (!strcmp(from, to))
		return;
	*v = arena_grow(a, *v, *n, sizeof(**v));
	(*v)[(*n)++] = (struct explained_change){ what, from, to };
}

struct explained_change *explain_changes(struct arena *a, const struct explained *from,
					 const struct explained *to, size_t *n)
{
	const char *was[MAX_ARGS + 2], *is[MAX_ARGS + 2];
	size_t from_args = from->pl.nargs, to_args = to->pl.nargs;
	struct explained_change *v = NULL;

	*n = 0;
	if (from->why || to->why) {
		change(a, &v, n, "", from->why ? from->why : "possible",
		       to->why ? to->why : "possible");
		return v;
	}
	cells_of(a, from, was);
	cells_of(a, to, is);
	for (size_t i = 0; i < from_args || i < to_args; i++)
		change(a, &v, n, explain_heading(a, i < to_args ? to : from, i),
		       i < from_args ? was[i] : "none", i < to_args ? is[i] : "none");
	change(a, &v, n, "returns", was[from_args], is[to_args]);
	change(a, &v, n, "stack bytes", was[from_args + 1], is[to_args + 1]);
	return v;
}

const char *explain_pair_name(struct arena *a, const struct explained_pair *pair)
{
	const char *from = pair->from.c->name, *to = pair->to.c->name;

	return pair->from.c == pair->to.c ? from : arena_printf(a, "%s -> %s", from, to);
}

void explain_change(struct str *out, struct arena *a, const struct explained_pair *pair)
{
	size_t n;
	const struct explained_change *v = explain_changes(a, &pair->from, &pair->to, &n);

	str_addf(out, "%u bit  %s\n", width_bits(pair->from.c->width), explain_pair_name(a, pair));
	for (size_t i = 0; i < n; i++)
		str_addf(out, "  %-12s %s -> %s\n", v[i].what, v[i].from, v[i].to);
	if (!n)
		str_add(out, "  nothing changes\n");
	str_add(out, "\n");
}
