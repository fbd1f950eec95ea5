/* SPDX-License-Identifier: MIT */
/* Reading matrix.json (docs/matrix-json.md). The file may be anybody's: every access is checked,
 * and what does not hold is reported with its path in the document. */
#include "report/intern.h"
#include "report/shape.h"
#include "util/clean.h"
#include "util/index.h"
#include "util/scan.h"
#include "util/shell.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char NOT_JSON[] = "it is not JSON";

/* Where we are, and the first thing that was wrong. Names are compared by their pointers: they are
 * interned. */
struct reader {
	struct stored *s;
	struct scan scan;
	struct interns *interns;
	const char *list; /* "findings" */
	size_t index;
	const char *error;
	struct index *column_of, *row_of, *rule_of; /* by name */
	struct index *case_of, *cell_of;            /* by case_name and cell_name */
	struct index *placements;                   /* by their text: number in `root` */
	const char *later[SHAPES]; /* lists that name columns and rows before them */
	bool seen[SHAPES];
};

static void wrong(struct reader *r, const char *key, const char *what)
{
	if (r->error)
		return;
	if (r->list)
		r->error = arena_printf(r->s->arena, "%s[%zu].%s %s", r->list, r->index, key, what);
	else
		r->error = arena_printf(r->s->arena, "%s %s", key, what);
}

/* The values of the head, which is a tree. */
static unsigned head_number(struct reader *r, const json_t *o, const char *key)
{
	const json_t *j = json_object_get(o, key);
	json_int_t n = json_integer_value(j);

	if (!json_is_integer(j) || n < 0 || n > INT_MAX)
		wrong(r, key, "is not a count");
	return (unsigned)n;
}

/* The next value, if it is a string; else NULL, and it was gone over. */
static const char *maybe_text(struct reader *r)
{
	struct scan_text text;

	if (scan_peek(&r->scan) != '"') {
		scan_value(&r->scan);
		return NULL;
	}
	return scan_string(&r->scan, &text) ? intern(r->interns, &r->scan, &text) : NULL;
}

/* "" when it is not a string: reading goes on to the end, and is then refused. */
static const char *text(struct reader *r, const char *key)
{
	const char *s = maybe_text(r);

	if (!s)
		wrong(r, key, "is not a string");
	return s ? s : "";
}

/* Several lines, of which none are the same. */
static const char *lines(struct reader *r)
{
	json_t *j = scan_json(&r->scan);
	const char *s = json_string_value(j);

	s = s ? clean_lines(r->s->arena, arena_strdup(r->s->arena, s)) : NULL;
	json_decref(j);
	return s;
}

static unsigned number(struct reader *r, const char *key)
{
	unsigned n = 0;

	if (!scan_count(&r->scan, &n))
		wrong(r, key, "is not a count");
	return n;
}

static bool truth(struct reader *r, const char *key)
{
	char c = scan_peek(&r->scan);

	if (c != 't' && c != 'f')
		wrong(r, key, "is neither true nor false");
	scan_value(&r->scan);
	return c == 't';
}

static enum verdict verdict(struct reader *r, const char *key)
{
	const char *s = text(r, key);

	for (int v = 0; v < VERDICT_COUNT; v++) {
		if (!strcmp(s, verdict_info[v].name))
			return (enum verdict)v;
	}
	wrong(r, key, "is not a verdict");
	return VERDICT_PASS;
}

static int direction(struct reader *r, const char *key)
{
	const char *s = text(r, key);

	for (int d = 0; d < CL_DIRECTIONS; d++) {
		if (!strcmp(s, direction_name(d)))
			return d;
	}
	wrong(r, key, "is neither callee nor caller");
	return CL_CALLEE;
}

static size_t lookup(struct reader *r, const struct index *ix, const void *name, size_t n,
		     const char *key)
{
	size_t at = index_find(ix, name, n);

	if (at == INDEX_NEW)
		wrong(r, key, "names nothing that is listed");
	return at == INDEX_NEW ? 0 : at;
}

/* By the pointer of an interned name. */
static size_t named(struct reader *r, const struct index *ix, const char *const *name,
		    const char *key)
{
	return lookup(r, ix, name, sizeof(*name), key);
}

static bool says(const struct scan_text *t, const char *word)
{
	return !strncmp(t->s, word, t->n) && !word[t->n];
}

/* The verdicts' counts; absent ones are wrong, but for the one that older documents do not have. */
static void read_verdicts(struct reader *r, verdict_counts out)
{
	bool seen[VERDICT_COUNT] = { false };
	int next = 0;

	if (scan_peek(&r->scan) != '{') {
		scan_value(&r->scan);
	} else {
		struct scan_text key;
		bool first = true;

		scan_take(&r->scan, '{');
		while (scan_more(&r->scan, '}', &first) && scan_key(&r->scan, &key)) {
			int v = next;

			for (int k = 0; k < VERDICT_COUNT && !says(&key, verdict_info[v].name); k++)
				v = (v + 1) % VERDICT_COUNT;
			next = (v + 1) % VERDICT_COUNT;
			if (!says(&key, verdict_info[v].name)) {
				scan_value(&r->scan);
				continue;
			}
			r->scan.failed = r->scan.failed || seen[v];
			seen[v] = true;
			out[v] = number(r, verdict_info[v].name);
		}
	}
	for (int v = 0; v < VERDICT_COUNT; v++) {
		if (!seen[v] && v != VERDICT_DE_FACTO)
			wrong(r, verdict_info[v].name, "is not a count");
	}
}

/* "char on the stack" into a table by type and kind of place. */
static void read_narrow_set(struct reader *r, const char *key, bool out[NARROWS][2])
{
	json_t *list = scan_json(&r->scan), *j;
	size_t i;

	json_array_foreach(list, i, j)
	{
		const char *s = json_string_value(j);
		bool found = false;

		for (int n = 0; s && n < NARROWS; n++) {
			size_t len = strlen(narrow_names[n]);

			if (strncmp(s, narrow_names[n], len) || (s[len] && s[len] != ' '))
				continue;
			out[n][s[len] != 0] = found = true;
		}
		if (!found)
			wrong(r, key, "names an unknown kind of integer");
	}
	json_decref(list);
}

/* A tree that lives until stored_close; NULL for null. Of those with one text there is one. */
static const json_t *kept(struct reader *r)
{
	json_t *all = json_object_get(r->s->root, "kept");
	const char *from;
	size_t *at;

	scan_peek(&r->scan);
	from = r->scan.p;
	scan_value(&r->scan);
	if (r->scan.failed || *from == 'n')
		return NULL;
	at = index_add(r->placements, from, (size_t)(r->scan.p - from));
	if (*at == INDEX_NEW) {
		r->scan.p = from;
		*at = json_array_size(all);
		json_array_append_new(all, scan_json(&r->scan));
	}
	return json_array_get(all, *at);
}

/* The next value, into a member. */
static void read_field(struct reader *r, const struct shape_field *f, void *member)
{
	const char *name;

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_WHERE:
	case FIELD_COMMAND:
	case FIELD_STATUS:
		*(const char **)member = text(r, f->key);
		return;
	case FIELD_LATER:
	case FIELD_MAYBE:
	case FIELD_HASH:
		*(const char **)member = maybe_text(r);
		return;
	case FIELD_LINES:
		*(const char **)member = lines(r);
		return;
	case FIELD_COUNT_LATER:
	case FIELD_COUNT:
	case FIELD_SOME:
	case FIELD_WIDTH:
		*(unsigned *)member = number(r, f->key);
		return;
	case FIELD_TRUTH:
		*(bool *)member = truth(r, f->key);
		return;
	case FIELD_DIRECTION:
		*(int *)member = direction(r, f->key);
		return;
	case FIELD_VERDICT:
	case FIELD_FOUND:
		*(enum verdict *)member = verdict(r, f->key);
		return;
	case FIELD_COLUMN:
		name = text(r, f->key);
		*(size_t *)member = named(r, r->column_of, &name, f->key);
		return;
	case FIELD_ROW:
		name = text(r, f->key);
		*(size_t *)member = named(r, r->row_of, &name, f->key);
		return;
	case FIELD_COUNTS:
		read_verdicts(r, member);
		return;
	case FIELD_NARROW:
		read_narrow_set(r, f->key, member);
		return;
	case FIELD_IDS:
	case FIELD_PLACEMENT:
		*(const json_t **)member = kept(r);
		return;
	case FIELD_COPY:
		scan_value(&r->scan);
		return;
	}
}

/* A member whose key is not there. */
static void absent_field(struct reader *r, const struct shape_field *f, void *member)
{
	struct scan here = r->scan;

	if (f->kind == FIELD_COUNT_LATER || f->kind == FIELD_NARROW || f->kind == FIELD_COPY)
		return;
	r->scan = (struct scan){ .p = "null" };
	r->scan.end = r->scan.p + 4;
	read_field(r, f, member);
	r->scan = here;
}

/* One item of a list. Keys are mostly in the order of the shape. */
static void read_item(struct reader *r, const struct shape *shape, char *item)
{
	struct scan_text key;
	uint64_t seen = 0;
	size_t next = 0;
	bool first = true;

	if (scan_peek(&r->scan) != '{') {
		scan_value(&r->scan);
	} else {
		scan_take(&r->scan, '{');
		while (scan_more(&r->scan, '}', &first) && scan_key(&r->scan, &key)) {
			size_t k = next;

			for (size_t i = 0; i < shape->n && !says(&key, shape->fields[k].key); i++)
				k = (k + 1) % shape->n;
			next = (k + 1) % shape->n;
			if (!says(&key, shape->fields[k].key)) {
				scan_value(&r->scan);
				continue;
			}
			r->scan.failed = r->scan.failed || seen >> k & 1;
			seen |= 1ull << k;
			read_field(r, &shape->fields[k], item + shape->fields[k].at);
		}
	}
	for (size_t k = 0; k < shape->n && !r->scan.failed; k++) {
		if (!(seen >> k & 1))
			absent_field(r, &shape->fields[k], item + shape->fields[k].at);
	}
}

/* Where a struct stored keeps the items of a list, and how many. */
static const struct {
	size_t items, n;
} members[SHAPES] = {
#define AT(list) \
	[SHAPE_##list] = { offsetof(struct stored, list), offsetof(struct stored, n##list) },
	AT(places) AT(columns) AT(rows) AT(cells) AT(findings) AT(narrow) AT(vanished) AT(rules)
		AT(cases) AT(differences) AT(examples)
#undef AT
};

/* Room for the n items of a list. */
static void *arena_list(struct reader *r, enum shape_id id, size_t n)
{
	char *s = (char *)r->s;
	void *items = arena_alloc(r->s->arena, (n + 1) * shapes[id].bytes);

	memcpy(s + members[id].items, &items, sizeof(items));
	memcpy(s + members[id].n, &n, sizeof(n));
	return items;
}

/* The items of a list, which is next. The errors of what follows are about this list. */
static void read_items(struct reader *r, enum shape_id id)
{
	const struct shape *shape = &shapes[id];
	char *items = NULL;
	size_t n = 0, room = 0;

	r->list = NULL;
	if (!scan_take(&r->scan, '[')) {
		wrong(r, shape->list, "is not a list");
		scan_value(&r->scan);
		arena_list(r, id, 0);
		return;
	}
	r->list = shape->list;
	for (bool first = true; scan_more(&r->scan, ']', &first); n++) {
		if (n == room) {
			room = room ? room + room / 2 : 64;
			items = realloc(items, room * shape->bytes);
			if (!items)
				die("out of memory (%zu bytes wanted)", room * shape->bytes);
		}
		r->index = n;
		memset(items + n * shape->bytes, 0, shape->bytes);
		read_item(r, shape, items + n * shape->bytes);
	}
	if (n)
		memcpy(arena_list(r, id, n), items, n * shape->bytes);
	free(items);
}

/* For each item of a list that was read; errors are about it. */
#define EACH(r, n) for ((r)->index = 0; (r)->index < (n); (r)->index++)

/* The first column of the same compiler, options and profile as column i. */
static size_t same_code(const struct stored *s, size_t i)
{
	const struct stored_column *c = &s->columns[i];

	for (size_t k = 0; k < i; k++) {
		const struct stored_column *o = &s->columns[k];

		if (o->width == c->width && !strcmp(o->opt, c->opt) &&
		    !strcmp(o->compiler, c->compiler) && !strcmp(o->version, c->version) &&
		    !strcmp(o->profile, c->profile))
			return k;
	}
	return i;
}

/* Names, by their pointers; of two that are the same the last. */
static void remember(struct index *ix, const void *name, size_t n, size_t at)
{
	*index_add(ix, name, n) = at;
}

/* The place of a column is its own or, where columns have none, the run's. */
static void finish_columns(struct reader *r)
{
	const struct stored_place *place = r->s->nplaces ? &r->s->places[0] : NULL;

	r->list = "columns";
	EACH(r, r->s->ncolumns)
	{
		struct stored_column *c = &r->s->columns[r->index];

		if (!c->place && place)
			c->place = place->name;
		if (!c->place)
			wrong(r, "place", "is not known: there are no places either");
		if (!c->engine && place)
			c->engine = place->engine;
		if (!c->engine)
			c->engine = "unknown";
		c->built = same_code(r->s, r->index);
	}
}

/* Case ids are unique in a profile of a width: this names all. */
struct case_name {
	uintptr_t width;
	const char *profile, *id;
};

/* The cell of a case: a row has no other name that can be made from a case. */
struct cell_name {
	size_t column;
	const char *convention, *group;
	uintptr_t way;
};

static void finish_cases(struct reader *r)
{
	struct case_name *name = arena_alloc(r->s->arena, (r->s->ncases + 1) * sizeof(*name));

	EACH(r, r->s->ncases)
	{
		struct stored_case *c = &r->s->cases[r->index];

		c->arguments =
			(unsigned)json_array_size(json_object_get(c->placement, "arguments"));
		name[r->index] = (struct case_name){ c->width, c->profile, c->id };
		remember(r->case_of, &name[r->index], sizeof(*name), r->index);
	}
}

static void finish_cells(struct reader *r)
{
	struct cell_name *name = arena_alloc(r->s->arena, (r->s->ncells + 1) * sizeof(*name));

	r->list = "cells";
	EACH(r, r->s->ncells)
	{
		struct cell *c = &r->s->cells[r->index];
		const struct row *row = &r->s->rows[c->row];

		if (r->error)
			return; /* there may be no row */
		c->first = NO_FINDING;
		if (c->planned != c->executed + c->not_run)
			wrong(r, "planned", "is not executed + not_run");
		name[r->index] = (struct cell_name){ c->column, row->convention, row->group,
						     (uintptr_t)row->direction };
		remember(r->cell_of, &name[r->index], sizeof(*name), r->index);
	}
}

/* What a finding is of. */
static void finish_finding(struct reader *r, struct stored_finding *f)
{
	const struct stored_column *column = &r->s->columns[f->column];
	struct case_name name = { column->width, column->profile, f->id };
	struct cell_name cell = { .column = f->column, .way = (uintptr_t)f->direction };

	f->c = &r->s->cases[lookup(r, r->case_of, &name, sizeof(name), "case")];
	f->rule = &r->s->rules[named(r, r->rule_of, &f->rule_name, "rule")];
	if (r->error)
		return; /* there may be no case */
	if (f->known && !f->known_reason)
		f->known_reason = "";
	f->next = NO_FINDING;
	cell.convention = f->c->convention;
	cell.group = f->c->group;
	f->cell = lookup(r, r->cell_of, &cell, sizeof(cell), "case");
}

static void finish_findings(struct reader *r)
{
	size_t n = r->s->nfindings;

	r->list = "findings";
	EACH(r, n)
	{
		if (!r->error)
			finish_finding(r, &r->s->findings[r->index]);
	}
	/* From the last to the first, so that the links are in order. */
	for (size_t i = r->error ? 0 : n; i-- > 0;) {
		struct cell *c = &r->s->cells[r->s->findings[i].cell];

		r->s->findings[i].next = c->first;
		c->first = i;
	}
}

static void finish_narrow(struct reader *r)
{
	EACH(r, r->s->nnarrow)
	{
		struct stored_narrow *w = &r->s->narrow[r->index];

		for (int i = 0; i < NARROWS * 2; i++)
			w->seen = w->seen || w->extends[i / 2][i % 2] || w->leaves[i / 2][i % 2];
	}
}

/* The first row of each row's convention and width. */
static void index_rows(struct stored *s)
{
	struct index *seen = index_new();

	s->lead = arena_alloc(s->arena, (s->nrows + 1) * sizeof(*s->lead));
	for (size_t i = 0; i < s->nrows; i++) {
		size_t *at = index_add_text(seen, arena_printf(s->arena, "%u %s", s->rows[i].width,
							       s->rows[i].convention));

		if (*at == INDEX_NEW)
			*at = i;
		s->lead[i] = *at;
	}
	index_free(seen);
}

/* The cells of each column, in the order in which they are listed. */
static void index_cells(struct stored *s)
{
	s->by_column = arena_alloc(s->arena, (s->ncells + 1) * sizeof(*s->by_column));
	s->first_cell = arena_alloc(s->arena, (s->ncolumns + 2) * sizeof(*s->first_cell));
	for (size_t i = 0; i < s->ncells; i++)
		s->first_cell[s->cells[i].column + 2]++;
	for (size_t i = 2; i < s->ncolumns + 2; i++)
		s->first_cell[i] += s->first_cell[i - 1];
	for (size_t i = 0; i < s->ncells; i++)
		s->by_column[s->first_cell[s->cells[i].column + 1]++] = i;
}

static void finish_examples(struct reader *r)
{
	r->list = "examples";
	EACH(r, r->s->nexamples)
	{
		if (r->s->examples[r->index].finding >= r->s->nfindings)
			wrong(r, "finding", "is beyond the end of the findings");
	}
}

static void read_head(struct reader *r)
{
	const json_t *root = r->s->root, *totals = json_object_get(root, "totals");
	const json_t *seed;
	const char *version;

	r->list = NULL;
	r->s->tool = json_object_get(root, "tool");
	r->s->host = json_object_get(root, "host");
	version = json_string_value(json_object_get(r->s->tool, "version"));
	if (!version)
		wrong(r, "version", "is not a string");
	r->s->version = version ? clean_text(r->s->arena, version) : "";
	r->s->command =
		clean_text(r->s->arena, json_string_value(json_object_get(r->s->tool, "command")));
	seed = json_object_get(r->s->tool, "seed");
	if (!json_is_integer(seed))
		wrong(r, "tool.seed", "is not a number");
	r->s->seed = (uint64_t)json_integer_value(seed);
	r->s->planned = head_number(r, totals, "planned");
	r->s->executed = head_number(r, totals, "executed");
	r->s->not_run = head_number(r, totals, "not_run");
	r->s->known = head_number(r, totals, "known");
	r->s->unexpected = head_number(r, totals, "unexpected");
	for (int v = 0; v < VERDICT_COUNT; v++) {
		const char *name = verdict_info[v].name;
		bool absent = v == VERDICT_DE_FACTO && !json_object_get(totals, name);

		r->s->total[v] = absent ? 0 : head_number(r, totals, name);
	}
}

/* Lists that others name by ids are known by them at once. */
static void read_list(struct reader *r, enum shape_id id)
{
	const struct stored *s = r->s;

	read_items(r, id);
	for (size_t i = 0; id == SHAPE_columns && i < s->ncolumns; i++)
		remember(r->column_of, &s->columns[i].id, sizeof(char *), i);
	for (size_t i = 0; id == SHAPE_rows && i < s->nrows; i++)
		remember(r->row_of, &s->rows[i].id, sizeof(char *), i);
	for (size_t i = 0; id == SHAPE_rules && i < s->nrules; i++)
		remember(r->rule_of, &s->rules[i].name, sizeof(char *), i);
}

/* Lists whose items name columns or rows: to be read after these, in whatever order they are. */
static bool names_others(enum shape_id id)
{
	return id == SHAPE_cells || id == SHAPE_findings || id == SHAPE_narrow ||
	       id == SHAPE_differences;
}

/* The value of a key of the document. */
static void read_key(struct reader *r, const struct scan_text *key)
{
	static const char *const head[] = { "schema", "tool", "host", "totals", "claims" };

	for (enum shape_id id = 0; id < SHAPES; id++) {
		if (!says(key, shapes[id].list) || !members[id].items)
			continue;
		r->scan.failed = r->scan.failed || r->seen[id];
		r->seen[id] = true;
		if (names_others(id) && !(r->seen[SHAPE_columns] && r->seen[SHAPE_rows])) {
			scan_peek(&r->scan);
			r->later[id] = r->scan.p;
			scan_value(&r->scan);
		} else {
			read_list(r, id);
		}
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(head); i++) {
		if (!says(key, head[i]))
			continue;
		r->scan.failed = r->scan.failed || json_object_get(r->s->root, head[i]);
		json_object_set_new(r->s->root, head[i], scan_json(&r->scan));
		return;
	}
	scan_value(&r->scan);
}

/* The whole document, in the order in which it is. False: it is not JSON. */
static bool read_document(struct reader *r)
{
	struct scan_text key;
	bool first = true;
	struct scan end;

	if (scan_peek(&r->scan) != '{') {
		scan_value(&r->scan);
		return !r->scan.failed;
	}
	scan_take(&r->scan, '{');
	while (scan_more(&r->scan, '}', &first) && scan_key(&r->scan, &key))
		read_key(r, &key);
	scan_peek(&r->scan);
	end = r->scan;
	for (enum shape_id id = 0; id < SHAPES && !end.failed; id++) {
		if (r->later[id]) {
			r->scan.p = r->later[id];
			read_list(r, id);
		}
		r->list = NULL;
		if (members[id].items && !r->seen[id]) {
			arena_list(r, id, 0);
			if (shapes[id].needed)
				wrong(r, shapes[id].list, "is not a list");
		}
	}
	return !end.failed && !r->scan.failed && end.p == end.end;
}

/* What is wrong with the schema, or NULL. */
static const char *schema_error(const struct stored *s)
{
	const json_t *schema = json_object_get(s->root, "schema");

	if (!json_is_integer(schema))
		return "it is not a matrix of clobber: it has no schema number";
	if (json_integer_value(schema) >= MATRIX_SCHEMA_OLDEST &&
	    json_integer_value(schema) <= MATRIX_SCHEMA)
		return NULL;
	return arena_printf(s->arena,
			    "it has schema %lld and this clobber reads %d to %d: run again, or "
			    "use the clobber that wrote it",
			    (long long)json_integer_value(schema), MATRIX_SCHEMA_OLDEST,
			    MATRIX_SCHEMA);
}

/* What the lists say of each other. */
static void finish(struct reader *r)
{
	const char *claims;

	read_head(r);
	finish_columns(r);
	finish_cases(r);
	finish_cells(r);
	finish_findings(r);
	finish_narrow(r);
	finish_examples(r);
	claims = claims_load(r->s->arena, json_object_get(r->s->root, "claims"), &r->s->claims);
	if (claims && !r->error)
		r->error = claims;
	if (!r->error) {
		index_rows(r->s);
		index_cells(r->s);
	}
}

const char *stored_parse(struct arena *a, const char *data, size_t len, struct stored *out)
{
	struct reader r = { .s = out,
			    .scan = { .p = data, .end = data + len },
			    .interns = interns_new(a),
			    .column_of = index_new(),
			    .row_of = index_new(),
			    .rule_of = index_new(),
			    .case_of = index_new(),
			    .cell_of = index_new(),
			    .placements = index_new() };

	*out = (struct stored){ .arena = a, .root = json_pack("{s[]}", "kept") };
	if (!read_document(&r))
		r.error = NOT_JSON;
	else if (schema_error(out))
		r.error = schema_error(out);
	else
		finish(&r);
	interns_free(r.interns);
	index_free(r.column_of);
	index_free(r.row_of);
	index_free(r.rule_of);
	index_free(r.case_of);
	index_free(r.cell_of);
	index_free(r.placements);
	return r.error;
}

const char *stored_load(struct arena *a, const json_t *root, struct stored *out)
{
	char *text = json_dumps(root, JSON_COMPACT);
	const char *error;

	if (!text)
		die("out of memory while writing matrix.json");
	error = stored_parse(a, text, strlen(text), out);
	free(text);
	return error;
}

/* The bytes of a file; of one whose name ends with .xz what xz makes of them. NULL with errno. */
static char *read_matrix(const char *path, size_t *len)
{
	struct arena *a = arena_new();
	struct str text = { 0 };
	size_t n = strlen(path), got;
	char part[65536];
	FILE *f;

	if (n < 3 || strcmp(path + n - 3, ".xz")) {
		arena_free(a);
		return file_read(path, len);
	}
	if (access(path, R_OK) < 0) {
		arena_free(a);
		return NULL;
	}
	f = popen(arena_printf(a, "xz -dc -- %s", shell_quote(a, path)), "r");
	while (f && (got = fread(part, 1, sizeof(part), f)) > 0)
		str_addn(&text, part, got);
	if (!f || pclose(f) != 0 || !text.s)
		die("cannot unpack %s with xz; is it whole, and xz-utils installed?", path);
	arena_free(a);
	*len = text.len;
	return text.s;
}

void stored_read(struct arena *a, const char *path, struct stored *out)
{
	size_t len;
	char *data = read_matrix(path, &len);
	json_error_t error = { .line = 0 };
	const char *what;

	if (!data)
		die("cannot read %s: %s; name a matrix.json that `clobber run' wrote", path,
		    strerror(errno));
	what = stored_parse(a, data, len, out);
	if (what == NOT_JSON) {
		json_decref(json_loadb(data, len, JSON_REJECT_DUPLICATES, &error));
		die("%s:%d:%d: not JSON: %s; name a matrix.json that `clobber run' wrote", path,
		    error.line, error.column, error.text);
	}
	if (what)
		die("%s: %s", path, what);
	free(data);
}

void stored_close(struct stored *s)
{
	json_decref(s->root);
	s->root = NULL;
}
