/* SPDX-License-Identifier: MIT */
/* Reading matrix.json (docs/matrix-json.md). The file may be anybody's: every access is checked,
 * and what does not hold is reported with its path in the document. */
#include "report/shape.h"
#include "util/clean.h"
#include "util/shell.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where we are, and the first thing that was wrong. */
struct reader {
	struct stored *s;
	const char *list; /* "findings" */
	size_t index;
	const char *error;
	json_t *column_of, *row_of, *rule_of, *case_of; /* id -> index */
	json_t *cell_of;                                /* as of cell_key */
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

/* "" when absent or not a string: reading goes on to the end, and is then refused. */
static const char *text(struct reader *r, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (!s)
		wrong(r, key, "is not a string");
	return s ? clean_text(r->s->arena, s) : "";
}

static const char *maybe_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static unsigned number(struct reader *r, const json_t *o, const char *key)
{
	const json_t *j = json_object_get(o, key);
	json_int_t n = json_integer_value(j);

	if (!json_is_integer(j) || n < 0 || n > INT_MAX)
		wrong(r, key, "is not a count");
	return (unsigned)n;
}

static bool truth(struct reader *r, const json_t *o, const char *key)
{
	const json_t *j = json_object_get(o, key);

	if (!json_is_boolean(j))
		wrong(r, key, "is neither true nor false");
	return json_is_true(j);
}

static enum verdict verdict(struct reader *r, const json_t *o, const char *key)
{
	const char *s = text(r, o, key);

	for (int v = 0; v < VERDICT_COUNT; v++) {
		if (!strcmp(s, verdict_info[v].name))
			return (enum verdict)v;
	}
	wrong(r, key, "is not a verdict");
	return VERDICT_PASS;
}

static int direction(struct reader *r, const json_t *o)
{
	const char *s = text(r, o, "direction");

	for (int d = 0; d < CL_DIRECTIONS; d++) {
		if (!strcmp(s, direction_name(d)))
			return d;
	}
	wrong(r, "direction", "is neither callee nor caller");
	return CL_CALLEE;
}

static size_t lookup(struct reader *r, const json_t *map, const char *name, const char *key)
{
	const json_t *j = json_object_get(map, name);

	if (!j)
		wrong(r, key, "names nothing that is listed");
	return (size_t)json_integer_value(j);
}

static void remember(json_t *map, const char *name, size_t index)
{
	json_object_set_new_nocheck(map, name, json_integer((json_int_t)index));
}

/* The verdicts' counts; absent ones are wrong, but for the one that older documents do not have. */
static void read_verdicts(struct reader *r, const json_t *counts, verdict_counts out)
{
	for (int v = 0; v < VERDICT_COUNT; v++) {
		const char *name = verdict_info[v].name;
		bool absent = v == VERDICT_DE_FACTO && !json_object_get(counts, name);

		out[v] = absent ? 0 : number(r, counts, name);
	}
}

/* "char on the stack" into a table by type and kind of place. */
static void read_narrow_set(struct reader *r, const json_t *o, const char *key,
			    bool out[NARROWS][2])
{
	const json_t *list = json_object_get(o, key), *j;
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
}

static void read_field(struct reader *r, const json_t *o, const struct shape_field *f, void *member)
{
	const json_t *j = json_object_get(o, f->key);

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_WHERE:
	case FIELD_COMMAND:
	case FIELD_STATUS:
		*(const char **)member = text(r, o, f->key);
		return;
	case FIELD_LATER:
	case FIELD_MAYBE:
	case FIELD_HASH:
		*(const char **)member = clean_text(r->s->arena, json_string_value(j));
		return;
	case FIELD_LINES:
		*(const char **)member = clean_lines(r->s->arena, json_string_value(j));
		return;
	case FIELD_COUNT_LATER:
		*(unsigned *)member = j ? number(r, o, f->key) : 0;
		return;
	case FIELD_COUNT:
	case FIELD_SOME:
	case FIELD_WIDTH:
		*(unsigned *)member = number(r, o, f->key);
		return;
	case FIELD_TRUTH:
		*(bool *)member = truth(r, o, f->key);
		return;
	case FIELD_DIRECTION:
		*(int *)member = direction(r, o);
		return;
	case FIELD_VERDICT:
	case FIELD_FOUND:
		*(enum verdict *)member = verdict(r, o, f->key);
		return;
	case FIELD_COLUMN:
		*(size_t *)member = lookup(r, r->column_of, text(r, o, f->key), f->key);
		return;
	case FIELD_ROW:
		*(size_t *)member = lookup(r, r->row_of, text(r, o, f->key), f->key);
		return;
	case FIELD_COUNTS:
		read_verdicts(r, json_object_get(o, f->key), member);
		return;
	case FIELD_NARROW:
		read_narrow_set(r, o, f->key, member);
		return;
	case FIELD_IDS:
	case FIELD_PLACEMENT:
		*(const json_t **)member = json_is_null(j) ? NULL : j;
		return;
	case FIELD_COPY:
		return;
	}
}

/* A list of the document, *n items; absent ones are empty where they may be. The errors of what
 * follows are about this list. */
static void *read_list(struct reader *r, enum shape_id id, size_t *n)
{
	const struct shape *shape = &shapes[id];
	const json_t *list = json_object_get(r->s->root, shape->list);
	char *items;

	r->list = NULL;
	if (!json_is_array(list) && (shape->needed || list))
		wrong(r, shape->list, "is not a list");
	r->list = shape->list;
	*n = json_array_size(list);
	items = arena_alloc(r->s->arena, (*n + 1) * shape->bytes);
	for (r->index = 0; r->index < *n; r->index++) {
		for (size_t k = 0; k < shape->n; k++)
			read_field(r, json_array_get(list, r->index), &shape->fields[k],
				   items + r->index * shape->bytes + shape->fields[k].at);
	}
	return items;
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

/* The place of a column is its own or, where columns have none, the run's. */
static void read_columns(struct reader *r)
{
	const json_t *place = json_array_get(json_object_get(r->s->root, "places"), 0);

	r->s->columns = read_list(r, SHAPE_columns, &r->s->ncolumns);
	EACH(r, r->s->ncolumns)
	{
		struct stored_column *c = &r->s->columns[r->index];

		if (!c->place)
			c->place = maybe_text(place, "name");
		if (!c->place)
			wrong(r, "place", "is not known: there are no places either");
		if (!c->engine)
			c->engine = maybe_text(place, "engine");
		if (!c->engine)
			c->engine = "unknown";
		remember(r->column_of, c->id, r->index);
		c->built = same_code(r->s, r->index);
	}
}

static void read_rows(struct reader *r)
{
	r->s->rows = read_list(r, SHAPE_rows, &r->s->nrows);
	EACH(r, r->s->nrows) remember(r->row_of, r->s->rows[r->index].id, r->index);
}

static void read_rules(struct reader *r)
{
	r->s->rules = read_list(r, SHAPE_rules, &r->s->nrules);
	EACH(r, r->s->nrules) remember(r->rule_of, r->s->rules[r->index].name, r->index);
}

/* Case ids are unique in a profile of a width: the key names all. */
static const char *case_key(struct reader *r, const char *id, unsigned width, const char *profile)
{
	return arena_printf(r->s->arena, "%u %s %s", width, profile, id);
}

static void read_cases(struct reader *r)
{
	r->s->cases = read_list(r, SHAPE_cases, &r->s->ncases);
	EACH(r, r->s->ncases)
	{
		struct stored_case *c = &r->s->cases[r->index];

		c->arguments =
			(unsigned)json_array_size(json_object_get(c->placement, "arguments"));
		remember(r->case_of, case_key(r, c->id, c->width, c->profile), r->index);
	}
}

/* The key of the cell of a case: a row has no other name that can be made from a case. */
static const char *cell_key(struct reader *r, size_t column, const char *convention,
			    const char *group, int way)
{
	return arena_printf(r->s->arena, "%zu %s %s %d", column, convention, group, way);
}

static void read_cells(struct reader *r)
{
	r->s->cells = read_list(r, SHAPE_cells, &r->s->ncells);
	EACH(r, r->s->ncells)
	{
		struct cell *c = &r->s->cells[r->index];
		const struct row *row = &r->s->rows[c->row];

		c->first = NO_FINDING;
		if (c->planned != c->executed + c->not_run)
			wrong(r, "planned", "is not executed + not_run");
		if (!r->error)
			remember(
				r->cell_of,
				cell_key(r, c->column, row->convention, row->group, row->direction),
				r->index);
	}
}

static void read_findings(struct reader *r)
{
	size_t n;

	r->s->findings = read_list(r, SHAPE_findings, &r->s->nfindings);
	n = r->s->nfindings;
	EACH(r, n)
	{
		struct stored_finding *f = &r->s->findings[r->index];
		const struct stored_column *column = &r->s->columns[f->column];
		const char *profile = r->s->ncolumns ? column->profile : "";
		unsigned width = r->s->ncolumns ? column->width : 0;

		f->c = &r->s->cases[lookup(r, r->case_of, case_key(r, f->id, width, profile),
					   "case")];
		f->rule = &r->s->rules[lookup(r, r->rule_of, f->rule_name, "rule")];
		if (f->known && !f->known_reason)
			f->known_reason = "";
		f->next = NO_FINDING;
		if (!r->error)
			f->cell = lookup(
				r, r->cell_of,
				cell_key(r, f->column, f->c->convention, f->c->group, f->direction),
				"case");
	}
	/* From the last to the first, so that the links are in order. */
	for (size_t i = r->error ? 0 : n; i-- > 0;) {
		struct cell *c = &r->s->cells[r->s->findings[i].cell];

		r->s->findings[i].next = c->first;
		c->first = i;
	}
}

static void read_narrow(struct reader *r)
{
	r->s->narrow = read_list(r, SHAPE_narrow, &r->s->nnarrow);
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
	json_t *seen = json_object();

	s->lead = arena_alloc(s->arena, (s->nrows + 1) * sizeof(*s->lead));
	for (size_t i = 0; i < s->nrows; i++) {
		char *key =
			arena_printf(s->arena, "%u %s", s->rows[i].width, s->rows[i].convention);
		const json_t *at = json_object_get(seen, key);

		s->lead[i] = at ? (size_t)json_integer_value(at) : i;
		if (!at)
			remember(seen, key, i);
	}
	json_decref(seen);
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

static void read_examples(struct reader *r)
{
	r->s->examples = read_list(r, SHAPE_examples, &r->s->nexamples);
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

	r->list = NULL;
	r->s->tool = json_object_get(root, "tool");
	r->s->host = json_object_get(root, "host");
	r->s->version = text(r, r->s->tool, "version");
	r->s->command = clean_text(r->s->arena, maybe_text(r->s->tool, "command"));
	seed = json_object_get(r->s->tool, "seed");
	if (!json_is_integer(seed))
		wrong(r, "tool.seed", "is not a number");
	r->s->seed = (uint64_t)json_integer_value(seed);
	r->s->planned = number(r, totals, "planned");
	r->s->executed = number(r, totals, "executed");
	r->s->not_run = number(r, totals, "not_run");
	r->s->known = number(r, totals, "known");
	r->s->unexpected = number(r, totals, "unexpected");
	read_verdicts(r, totals, r->s->total);
}

const char *stored_load(struct arena *a, json_t *root, struct stored *out)
{
	const json_t *schema = json_object_get(root, "schema");
	struct reader r = { .s = out };
	const char *claims;

	*out = (struct stored){ .arena = a, .root = json_incref(root) };
	if (!json_is_integer(schema))
		return "it is not a matrix of clobber: it has no schema number";
	if (json_integer_value(schema) < MATRIX_SCHEMA_OLDEST ||
	    json_integer_value(schema) > MATRIX_SCHEMA)
		return arena_printf(
			a,
			"it has schema %lld and this clobber reads %d to %d: run again, or "
			"use the clobber that wrote it",
			(long long)json_integer_value(schema), MATRIX_SCHEMA_OLDEST, MATRIX_SCHEMA);
	r.column_of = json_object();
	r.row_of = json_object();
	r.rule_of = json_object();
	r.case_of = json_object();
	r.cell_of = json_object();
	read_head(&r);
	read_columns(&r);
	read_rows(&r);
	read_rules(&r);
	read_cases(&r);
	read_cells(&r);
	read_findings(&r);
	read_narrow(&r);
	out->vanished = read_list(&r, SHAPE_vanished, &out->nvanished);
	read_examples(&r);
	out->places = read_list(&r, SHAPE_places, &out->nplaces);
	out->differences = read_list(&r, SHAPE_differences, &out->ndifferences);
	claims = claims_load(a, json_object_get(root, "claims"), &out->claims);
	if (claims && !r.error)
		r.error = claims;
	json_decref(r.column_of);
	json_decref(r.row_of);
	json_decref(r.rule_of);
	json_decref(r.case_of);
	json_decref(r.cell_of);
	if (!r.error) {
		index_rows(out);
		index_cells(out);
	}
	return r.error;
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
	json_error_t error;
	const char *what;
	json_t *root;

	if (!data)
		die("cannot read %s: %s; name a matrix.json that `clobber run' wrote", path,
		    strerror(errno));
	root = json_loadb(data, len, JSON_REJECT_DUPLICATES, &error);
	free(data);
	if (!root)
		die("%s:%d:%d: not JSON: %s; name a matrix.json that `clobber run' wrote", path,
		    error.line, error.column, error.text);
	what = stored_load(a, root, out);
	if (what)
		die("%s: %s", path, what);
	json_decref(root);
}

void stored_close(struct stored *s)
{
	json_decref(s->root);
	s->root = NULL;
}
