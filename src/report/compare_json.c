/* SPDX-License-Identifier: MIT */
/* A comparison as JSON, through jansson: `clobber compare --format json`. */
#include "report/compare.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

static json_t *column_or_null(const struct stored *s, const struct stored_finding *f)
{
	return f ? json_string(s->columns[f->column].id) : json_null();
}

static json_t *verdict_or_null(bool there, enum verdict v)
{
	return there ? json_string(verdict_info[v].name) : json_null();
}

static json_t *json_findings(const struct comparison *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->nfindings; i++) {
		const struct finding_change *x = &c->findings[i];
		const struct stored_finding *f = change_finding(x);

		json_array_append_new(
			a, json_pack("{ss sb so ss ss ss ss ss so so so so sb ss}", "change",
				     change_names[x->kind], "regression", (int)x->regression, "how",
				     string_or_null(x->how), "case", f->c->id, "where", f->c->where,
				     "direction", direction_name(f->direction), "check", f->check,
				     "subject", f->subject, "old_column",
				     column_or_null(c->old, x->old), "new_column",
				     column_or_null(c->new, x->new), "old_verdict",
				     verdict_or_null(x->old, x->old ? x->old->verdict : 0),
				     "new_verdict",
				     verdict_or_null(x->new, x->new ? x->new->verdict : 0), "known",
				     (int)f->known, "repro", f->repro));
	}
	return a;
}

static json_t *json_cells(const struct comparison *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->ncells; i++) {
		const struct cell_change *x = &c->cells[i];
		const struct stored *s = x->new ? c->new : c->old;
		const struct cell *cell = x->new ? x->new : x->old;

		json_array_append_new(
			a, json_pack("{ss sb ss ss so so si si}", "change", change_names[x->kind],
				     "regression", (int)x->regression, "row", s->rows[cell->row].id,
				     "column", s->columns[cell->column].id, "old_verdict",
				     verdict_or_null(x->old, x->old ? x->old->verdict : 0),
				     "new_verdict",
				     verdict_or_null(x->new, x->new ? x->new->verdict : 0),
				     "old_executed", x->old ? (int)x->old->executed : 0,
				     "new_executed", x->new ? (int)x->new->executed : 0));
	}
	return a;
}

static json_t *json_columns(const struct comparison *c)
{
	json_t *pairs = json_array(), *added = json_array(), *absent = json_array();

	for (size_t i = 0; i < c->new->ncolumns; i++) {
		const char *id = c->new->columns[i].id;

		if (c->old_of[i] == NO_COLUMN)
			json_array_append_new(added, json_string(id));
		else
			json_array_append_new(pairs, json_pack("{ss ss}", "old",
							       c->old->columns[c->old_of[i]].id,
							       "new", id));
	}
	for (size_t i = 0; i < c->old->ncolumns; i++) {
		if (c->new_of[i] == NO_COLUMN)
			json_array_append_new(absent, json_string(c->old->columns[i].id));
	}
	return json_pack("{so so so si}", "compared", pairs, "added", added, "absent", absent,
			 "lost", (int)c->lost);
}

static json_t *json_side(const struct stored *s, const struct compared_file *f)
{
	json_t *compilers = json_array();

	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *n = &s->columns[i];

		if (!i || strcmp(n[-1].compiler, n->compiler))
			json_array_append_new(
				compilers, json_pack("{ss ss so}", "name", n->compiler, "version",
						     n->version, "path", string_or_null(n->path)));
	}
	return json_pack("{so so ss so}", "matrix", string_or_null(f->path), "date",
			 string_or_null(f->date), "clobber", s->version, "compilers", compilers);
}

void compare_json(struct str *out, const struct comparison *c, bool everything)
{
	json_t *root = json_pack(
		"{si so so si si so so so}", "schema", 1, "old", json_side(c->old, &c->old_file),
		"new", json_side(c->new, &c->new_file), "regressions", (int)c->regressions,
		"left_out", (int)c->left_out, "columns", json_columns(c), "findings",
		json_findings(c), "cells", json_cells(c));
	char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;

	(void)everything;
	if (!text)
		die("out of memory while writing the comparison");
	str_addf(out, "%s\n", text);
	free(text);
	json_decref(root);
}
