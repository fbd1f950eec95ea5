/* SPDX-License-Identifier: MIT */
/* Reading matrix.json (docs/matrix-json.md). The file may be anybody's: every access is checked,
 * and what does not hold is told with its path in the document. */
#include "report/stored.h"
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

/* "" when absent or no text: the reading goes on to its end, and is then refused. */
static const char *text(struct reader *r, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (!s)
		wrong(r, key, "is no text");
	return s ? s : "";
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
		wrong(r, key, "is no number that counts something");
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
	wrong(r, key, "is no verdict");
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

/* Begin a list; its length. Absent lists are empty when they may be. */
static size_t begin(struct reader *r, const char *name, bool needed)
{
	const json_t *j = json_object_get(r->s->root, name);

	r->list = NULL;
	if (!json_is_array(j) && (needed || j))
		wrong(r, name, "is no list");
	r->list = name;
	return json_array_size(j);
}

static const json_t *item(struct reader *r, size_t i)
{
	r->index = i;
	return json_array_get(json_object_get(r->s->root, r->list), i);
}

#define LIST(field, name, needed)                                               \
	size_t n = begin(r, name, needed);                                      \
	r->s->field = arena_alloc(r->s->arena, (n + 1) * sizeof(*r->s->field)); \
	r->s->n##field = n;                                                     \
	for (size_t i = 0; i < n; i++)

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

	LIST(columns, "columns", true)
	{
		const json_t *o = item(r, i);
		const json_t *p = json_object_get(o, "place") ? o : place;
		const char *engine = maybe_text(o, "engine");

		r->s->columns[i] = (struct stored_column){
			.id = text(r, o, "id"),
			.name = text(r, o, "name"),
			.compiler = text(r, o, "compiler"),
			.family = text(r, o, "family"),
			.version = text(r, o, "version"),
			.opt = text(r, o, "opt"),
			.profile = text(r, o, "profile"),
			.place = p == o ? text(r, o, "place") : maybe_text(p, "name"),
			.engine = engine ? engine : maybe_text(place, "engine"),
			.text_hash = maybe_text(o, "text_hash"),
			.unusable = maybe_text(o, "unusable"),
			.why_not = maybe_text(o, "why_not"),
			.width = number(r, o, "width"),
		};
		if (!r->s->columns[i].place)
			wrong(r, "place", "is not known: there are no places either");
		if (!r->s->columns[i].engine)
			r->s->columns[i].engine = "unknown";
		remember(r->column_of, r->s->columns[i].id, i);
		r->s->columns[i].built = same_code(r->s, i);
	}
}

static void read_rows(struct reader *r)
{
	LIST(rows, "rows", true)
	{
		const json_t *o = item(r, i);

		r->s->rows[i] = (struct stored_row){
			.id = text(r, o, "id"),
			.convention = text(r, o, "convention"),
			.group = text(r, o, "group"),
			.direction = direction(r, o),
			.width = number(r, o, "width"),
			.headline = truth(r, o, "headline"),
		};
		remember(r->row_of, r->s->rows[i].id, i);
	}
}

static void read_rules(struct reader *r)
{
	LIST(rules, "rules", true)
	{
		const json_t *o = item(r, i);

		r->s->rules[i] = (struct stored_rule){
			.name = text(r, o, "name"),
			.document = text(r, o, "document"),
			.edition = text(r, o, "edition"),
			.section = text(r, o, "section"),
			.status = text(r, o, "status"),
			.sentence = text(r, o, "sentence"),
		};
		remember(r->rule_of, r->s->rules[i].name, i);
	}
}

/* Case ids are unique in a profile of a width: the key names all. */
static const char *case_key(struct reader *r, const char *id, unsigned width, const char *profile)
{
	return arena_printf(r->s->arena, "%u %s %s", width, profile, id);
}

static void read_cases(struct reader *r)
{
	LIST(cases, "cases", true)
	{
		const json_t *o = item(r, i), *placed = json_object_get(o, "placement");

		r->s->cases[i] = (struct stored_case){
			.id = text(r, o, "id"),
			.prototype = text(r, o, "prototype"),
			.where = text(r, o, "where"),
			.convention = text(r, o, "convention"),
			.group = text(r, o, "group"),
			.profile = text(r, o, "profile"),
			.width = number(r, o, "width"),
			.arguments =
				(unsigned)json_array_size(json_object_get(placed, "arguments")),
			.placement = json_is_object(placed) ? placed : NULL,
		};
		remember(r->case_of,
			 case_key(r, r->s->cases[i].id, r->s->cases[i].width,
				  r->s->cases[i].profile),
			 i);
	}
}

/* What tells the cell of a case: its row has no other name that could be made from a case. */
static const char *cell_key(struct reader *r, size_t column, const char *convention,
			    const char *group, int way)
{
	return arena_printf(r->s->arena, "%zu %s %s %d", column, convention, group, way);
}

static void read_cells(struct reader *r)
{
	LIST(cells, "cells", true)
	{
		const json_t *o = item(r, i);
		const json_t *counts = json_object_get(o, "counts");
		struct stored_cell *c = &r->s->cells[i];

		*c = (struct stored_cell){
			.row = lookup(r, r->row_of, text(r, o, "row"), "row"),
			.column = lookup(r, r->column_of, text(r, o, "column"), "column"),
			.verdict = verdict(r, o, "verdict"),
			.planned = number(r, o, "planned"),
			.executed = number(r, o, "executed"),
			.not_run = number(r, o, "not_run"),
			.known = number(r, o, "known"),
			.reason = maybe_text(o, "reason"),
			.first = NO_FINDING,
		};
		for (int v = 0; v < VERDICT_COUNT; v++)
			c->count[v] = number(r, counts, verdict_info[v].name);
		if (c->planned != c->executed + c->not_run)
			wrong(r, "planned", "is not executed + not_run");
		if (!r->error) {
			const struct stored_row *row = &r->s->rows[c->row];

			remember(
				r->cell_of,
				cell_key(r, c->column, row->convention, row->group, row->direction),
				i);
		}
	}
}

static void read_findings(struct reader *r)
{
	LIST(findings, "findings", true)
	{
		const json_t *o = item(r, i);
		struct stored_finding *f = &r->s->findings[i];
		size_t column = lookup(r, r->column_of, text(r, o, "column"), "column");
		unsigned width = column < r->s->ncolumns ? r->s->columns[column].width : 0;
		const char *profile = column < r->s->ncolumns ? r->s->columns[column].profile : "";
		size_t c = lookup(r, r->case_of, case_key(r, text(r, o, "case"), width, profile),
				  "case");
		size_t rule = lookup(r, r->rule_of, text(r, o, "rule"), "rule");

		*f = (struct stored_finding){
			.column = column,
			.c = &r->s->cases[c],
			.rule = &r->s->rules[rule],
			.check = text(r, o, "check"),
			.subject = text(r, o, "subject"),
			.expected = text(r, o, "expected"),
			.observed = text(r, o, "observed"),
			.origin = maybe_text(o, "origin"),
			.known_reason = maybe_text(o, "known_reason"),
			.repro = text(r, o, "repro"),
			.direction = direction(r, o),
			.verdict = verdict(r, o, "verdict"),
			.known = truth(r, o, "known"),
		};
		if (f->known && !f->known_reason)
			f->known_reason = "";
		f->next = NO_FINDING;
		if (!r->error)
			f->cell = lookup(
				r, r->cell_of,
				cell_key(r, column, f->c->convention, f->c->group, f->direction),
				"case");
	}
	/* From the last to the first, so that the links are in order. */
	for (size_t i = r->error ? 0 : n; i-- > 0;) {
		struct stored_cell *c = &r->s->cells[r->s->findings[i].cell];

		r->s->findings[i].next = c->first;
		c->first = i;
	}
}

/* "char on the stack" into a table by type and kind of place. */
static void narrow_set(struct reader *r, const json_t *o, const char *key, bool out[NARROWS][2])
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

static void read_narrow(struct reader *r)
{
	LIST(narrow, "narrow", false)
	{
		const json_t *o = item(r, i);
		struct stored_narrow *w = &r->s->narrow[i];
		bool extends[NARROWS][2] = { { false } };

		w->column = lookup(r, r->column_of, text(r, o, "column"), "column");
		w->convention = text(r, o, "convention");
		narrow_set(r, o, "leaves", w->leaves);
		narrow_set(r, o, "relies", w->relies);
		narrow_set(r, o, "extends", extends);
		w->seen = json_array_size(json_object_get(o, "extends")) +
				  json_array_size(json_object_get(o, "leaves")) >
			  0;
		w->unsafe = json_object_get(o, "unsafe_callees");
	}
}

static void read_vanished(struct reader *r)
{
	LIST(vanished, "vanished", false)
	{
		const json_t *o = item(r, i);

		r->s->vanished[i] = (struct stored_vanished){
			.c = text(r, o, "case"),
			.compiler = text(r, o, "compiler"),
			.where = text(r, o, "where"),
			.reason = text(r, o, "reason"),
		};
	}
}

static void read_places(struct reader *r)
{
	LIST(places, "places", false)
	{
		const json_t *o = item(r, i);

		r->s->places[i] = (struct stored_place){
			.name = text(r, o, "name"),
			.engine = text(r, o, "engine"),
			.why_not = maybe_text(o, "why_not"),
			.instead = maybe_text(o, "instead"),
			.compared = (unsigned)json_integer_value(json_object_get(o, "compared")),
			.alone = (unsigned)json_integer_value(json_object_get(o, "alone")),
		};
	}
}

static void read_differences(struct reader *r)
{
	LIST(differences, "differences", false)
	{
		const json_t *o = item(r, i);

		r->s->differences[i] = (struct stored_difference){
			.c = text(r, o, "case"),
			.reason = maybe_text(o, "reason"),
			.column = lookup(r, r->column_of, text(r, o, "column"), "column"),
			.direction = direction(r, o),
			.verdict = verdict(r, o, "verdict"),
			.native = verdict(r, o, "native"),
		};
	}
}

static void read_examples(struct reader *r)
{
	LIST(examples, "examples", false)
	{
		const json_t *o = item(r, i);

		r->s->examples[i] = (struct stored_example){
			.finding = number(r, o, "finding"),
			.assembly = text(r, o, "assembly"),
			.code = maybe_text(o, "code"),
		};
		if (r->s->examples[i].finding >= r->s->nfindings)
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
	r->s->command = maybe_text(r->s->tool, "command");
	seed = json_object_get(r->s->tool, "seed");
	if (!json_is_integer(seed))
		wrong(r, "tool.seed", "is no number");
	r->s->seed = (uint64_t)json_integer_value(seed);
	r->s->planned = number(r, totals, "planned");
	r->s->executed = number(r, totals, "executed");
	r->s->not_run = number(r, totals, "not_run");
	r->s->known = number(r, totals, "known");
	r->s->unexpected = number(r, totals, "unexpected");
	for (int v = 0; v < VERDICT_COUNT; v++)
		r->s->total[v] = number(r, totals, verdict_info[v].name);
}

const char *stored_load(struct arena *a, json_t *root, struct stored *out)
{
	const json_t *schema = json_object_get(root, "schema");
	struct reader r = { .s = out };
	const char *claims;

	*out = (struct stored){ .arena = a, .root = json_incref(root) };
	if (!json_is_integer(schema))
		return "it is no matrix of clobber: it has no schema number";
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
	read_vanished(&r);
	read_examples(&r);
	read_places(&r);
	read_differences(&r);
	claims = claims_load(a, json_object_get(root, "claims"), &out->claims);
	if (claims && !r.error)
		r.error = claims;
	json_decref(r.column_of);
	json_decref(r.row_of);
	json_decref(r.rule_of);
	json_decref(r.case_of);
	json_decref(r.cell_of);
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
		die("%s:%d:%d: no JSON: %s; name a matrix.json that `clobber run' wrote", path,
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
