/* SPDX-License-Identifier: MIT */
/* matrix.json, through jansson: docs/matrix-json.md, docs/matrix.schema.json. */
#include "report/report.h"
#include "report/document.h"
#include "version.h"
#include "util/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static json_t *tool(const struct matrix *m, const char *command)
{
	json_t *docs = json_array();

	for (int i = 0; i < DOCUMENTS; i++)
		json_array_append_new(docs, json_pack("{ss ss}", "title", documents[i].title,
						      "edition", documents[i].edition));
	return json_pack("{ss ss ss sI so so}", "name", "clobber", "version", CLOBBER_VERSION,
			 "edition", editions[m->plan->edition].name, "seed", (json_int_t)m->seed,
			 "command", string_or_null(command), "documents",
			 docs);
}

static const char *cpu_model(struct arena *a)
{
	char *text = file_read("/proc/cpuinfo", NULL), *p, *end;
	const char *r = "unknown";

	p = text ? strstr(text, "model name") : NULL;
	p = p ? strchr(p, ':') : NULL;
	if (p) {
		end = strchr(p, '\n');
		r = arena_strndup(a, p + 2, end && end > p + 2 ? (size_t)(end - p - 2) : 0);
	}
	free(text);
	return r;
}

json_t *report_host(struct arena *a)
{
	struct utsname u;

	uname(&u);
	return json_pack("{ss ss ss ss}", "system", u.sysname, "release", u.release, "machine",
			 u.machine, "cpu", cpu_model(a));
}

static json_t *columns(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];
		char hash[20];

		snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)c->text_hash);
		json_array_append_new(
			a, json_pack("{ss ss ss ss ss si ss ss ss ss so so so}", "id", c->id,
				     "name", c->name, "compiler", c->compiler->name, "family",
				     c->compiler->family, "version", c->compiler->version, "width",
				     (int)width_bits(c->width), "opt", c->opt, "profile",
				     profiles[c->profile].name, "place", place_name(c->place),
				     "engine", m->engine[c->place] ? m->engine[c->place] : "none",
				     "text_hash", c->payload ? json_string(hash) : json_null(),
				     "unusable", string_or_null(c->unusable), "why_not",
				     string_or_null(m->runs[i].run.why_not)));
	}
	return a;
}

static json_t *json_rows(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->nrows; i++) {
		const struct row *r = &m->rows[i];

		json_array_append_new(
			a, json_pack("{ss ss si ss ss sb}", "id", r->id, "convention",
				     r->conv->name, "width", (int)width_bits(r->conv->width),
				     "group", r->group, "direction", direction_name(r->direction),
				     "headline", (int)r->conv->headline));
	}
	return a;
}

static json_t *json_cells(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->ncells; i++) {
		const struct cell *c = &m->cells[i];
		json_t *counts = json_object();

		for (int v = 0; v < VERDICT_COUNT; v++)
			json_object_set_new(counts, verdict_info[v].name,
					    json_integer(c->count[v]));
		json_array_append_new(
			a, json_pack("{ss ss ss ss si si si si so so}", "row", m->rows[c->row].id,
				     "column", m->plan->columns[c->column].id, "place",
				     place_name(m->plan->columns[c->column].place), "verdict",
				     verdict_info[c->verdict].name, "planned", (int)c->planned,
				     "executed", (int)c->executed, "not_run", (int)c->not_run,
				     "known", (int)c->known, "counts", counts, "reason",
				     string_or_null(c->why)));
	}
	return a;
}

static json_t *json_findings(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		const struct srcpos *pos = &f->c->decl->proto->pos;
		char *where = arena_printf(m->arena, "%s:%u", pos->file, pos->line);
		json_t *j = json_object();

		json_object_set_new(j, "case", string_or_null(f->c->id));
		json_object_set_new(j, "prototype", string_or_null(gen_prototype(m->arena, f->c)));
		json_object_set_new(j, "where", string_or_null(where));
		json_object_set_new(j, "convention", json_string(f->c->conv->name));
		json_object_set_new(j, "direction", json_string(direction_name(f->direction)));
		json_object_set_new(j, "check", json_string(checks[f->check].name));
		json_object_set_new(j, "rule", json_string(rules[f->rule].name));
		json_object_set_new(j, "verdict", json_string(verdict_info[f->verdict].name));
		json_object_set_new(j, "subject", string_or_null(f->subject));
		json_object_set_new(j, "expected", string_or_null(f->expected));
		json_object_set_new(j, "observed", string_or_null(f->observed));
		json_object_set_new(j, "origin", string_or_null(f->origin));
		json_object_set_new(j, "column", json_string(m->plan->columns[f->column].id));
		json_object_set_new(j, "place",
				    json_string(place_name(m->plan->columns[f->column].place)));
		json_object_set_new(j, "known", json_boolean(f->known != NULL));
		json_object_set_new(j, "known_reason",
				    string_or_null(f->known ? f->known->reason : NULL));
		json_object_set_new(j, "repro", string_or_null(f->repeat));
		json_array_append_new(a, j);
	}
	return a;
}

/* Narrow arguments: by column and convention, what it extends or leaves as a caller, what it relies
 * on as a callee, and which columns it must not call. */
static json_t *json_extension(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		for (size_t conv = 0; conventions[conv]; conv++) {
			const struct extension *e = extension_of(m, i, conv);
			json_t *extends = json_array(), *leaves = json_array(),
			       *relies = json_array();
			json_t *unsafe = json_array(), *one;
			bool any = false;

			for (int k = 0; k < NARROWS * 2; k++) {
				int n = k / 2, stack = k % 2;
				char *name = arena_printf(m->arena, "%s%s", narrow_names[n],
							  stack ? " on the stack" : "");

				if (e->seen[n][stack])
					json_array_append_new(e->extends[n][stack] ? extends
										   : leaves,
							      json_string(name));
				if (e->relies[n][stack])
					json_array_append_new(relies, json_string(name));
				any = any || e->seen[n][stack] || e->relies[n][stack];
			}
			for (size_t k = 0; k < m->plan->ncolumns; k++) {
				if (same_world(&m->plan->columns[i], &m->plan->columns[k]) &&
				    extension_unsafe(m, i, k, conv))
					json_array_append_new(unsafe,
							      json_string(m->plan->columns[k].id));
			}
			one = json_pack("{ss ss so so so so}", "column", m->plan->columns[i].id,
					"convention", conventions[conv]->name, "extends", extends,
					"leaves", leaves, "relies", relies, "unsafe_callees",
					unsafe);
			if (any)
				json_array_append(a, one);
			json_decref(one);
		}
	}
	return a;
}

static json_t *json_vanished(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->nvanished; i++) {
		const struct vanished *v = &m->vanished[i];

		json_array_append_new(a,
				      json_pack("{ss ss ss ss}", "case", v->c->id, "compiler",
						v->column->compiler->name, "where",
						arena_printf(m->arena, "%s:%u", v->known->pos.file,
							     v->known->pos.line),
						"reason", v->known->reason));
	}
	return a;
}

static json_t *json_differences(const struct matrix *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->ndifferences; i++) {
		const struct difference *d = &m->differences[i];

		json_array_append_new(a, json_pack("{so ss ss ss ss so}", "case",
						   string_or_null(d->c->id), "column",
						   m->plan->columns[d->column].id, "direction",
						   direction_name(d->direction), "verdict",
						   verdict_info[d->here].name, "native",
						   verdict_info[d->native].name, "reason",
						   string_or_null(d->reason)));
	}
	return a;
}

static json_t *json_totals(const struct matrix *m)
{
	json_t *j = json_pack("{si si si si si}", "planned", (int)m->planned, "executed",
			      (int)m->executed, "not_run", (int)m->not_run, "known", (int)m->known,
			      "unexpected", (int)m->unexpected);

	for (int v = 0; v < VERDICT_COUNT; v++)
		json_object_set_new(j, verdict_info[v].name, json_integer(m->total[v]));
	return j;
}

json_t *report_document(const struct matrix *m, const struct claims_table *claims,
			const char *command)
{
	json_t *places = json_array(), *root;

	for (enum place_id i = 0; i < PLACES; i++) {
		if (!m->engine[i] && !m->why_not[i])
			continue;
		json_array_append_new(
			places, json_pack("{ss ss si si so so}", "name", place_name(i), "engine",
					  m->engine[i] ? m->engine[i] : "none", "compared",
					  (int)m->compared[i], "alone", (int)m->alone[i], "instead",
					  string_or_null(m->instead[i]), "why_not",
					  string_or_null(m->why_not[i])));
	}
	root = json_pack("{si so so so so so so so so so so so so so}", "schema",
			 (int)MATRIX_SCHEMA, "tool", tool(m, command), "host",
			 report_host(m->arena), "places", places, "columns", columns(m), "rows",
			 json_rows(m), "cells", json_cells(m), "findings", json_findings(m),
			 "narrow", json_extension(m), "vanished", json_vanished(m), "totals",
			 json_totals(m), "checks", document_checks(), "rules", document_rules(m->plan->edition),
			 "cases", document_cases(m));
	if (!root)
		die("out of memory while writing matrix.json");
	json_object_set_new(root, "differences", json_differences(m));
	json_object_set_new(root, "claims", claims_document(claims));
	json_object_set_new(root, "examples", document_examples(m, root));
	return root;
}

void report_json(struct str *out, const json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(1));

	if (!text)
		die("out of memory while writing matrix.json");
	str_add(out, text);
	str_add(out, "\n");
	free(text);
}
