/* SPDX-License-Identifier: MIT */
/* matrix.json, through jansson: docs/matrix-json.md, docs/matrix.schema.json. */
#include "report/report.h"
#include "report/document.h"
#include "report/shape.h"
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
			 "command", string_or_null(command), "documents", docs);
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

/* Judged columns, findings and so on as they are stored ---------------------------------------- */

static struct stored_column *columns(const struct matrix *m)
{
	size_t n = m->plan->ncolumns;
	struct stored_column *v = arena_alloc(m->arena, (n + 1) * sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		const struct column *c = &m->plan->columns[i];

		v[i] = (struct stored_column){
			.id = c->id,
			.name = c->name,
			.compiler = c->compiler->name,
			.family = c->compiler->family,
			.version = c->compiler->version,
			.width = width_bits(c->width),
			.opt = c->opt,
			.profile = profiles[c->profile].name,
			.place = place_name(c->place),
			.path = c->compiler->path,
			.engine = m->engine[c->place] ? m->engine[c->place] : "none",
			.unusable = c->unusable,
			.why_not = m->runs[i].run.why_not,
		};
		if (c->payload)
			v[i].text_hash =
				arena_printf(m->arena, "%016llx", (unsigned long long)c->text_hash);
	}
	return v;
}

static struct stored_finding *findings(const struct matrix *m)
{
	struct stored_finding *v = arena_alloc(m->arena, (m->nfindings + 1) * sizeof(*v));

	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		const struct srcpos *pos = &f->c->call.decl->proto->pos;

		v[i] = (struct stored_finding){
			.id = f->c->id,
			.prototype = gen_prototype(m->arena, &f->c->call),
			.where = arena_printf(m->arena, "%s:%u", pos->file, pos->line),
			.convention = f->c->call.conv->name,
			.direction = f->direction,
			.check = checks[f->check].name,
			.rule_name = rules[f->rule].name,
			.verdict = f->verdict,
			.subject = f->subject,
			.expected = f->expected,
			.observed = f->observed,
			.origin = f->origin,
			.column = f->column,
			.place = place_name(m->plan->columns[f->column].place),
			.known = f->known != NULL,
			.known_reason = f->known ? f->known->reason : NULL,
			.repro = f->repeat,
		};
	}
	return v;
}

/* The columns whose code column `i` must not call under a convention. */
static json_t *unsafe_callees(const struct matrix *m, size_t i, size_t conv)
{
	json_t *ids = json_array();

	for (size_t k = 0; k < m->plan->ncolumns; k++) {
		if (same_world(&m->plan->columns[i], &m->plan->columns[k]) &&
		    extension_unsafe(m, i, k, conv))
			json_array_append_new(ids, json_string(m->plan->columns[k].id));
	}
	return ids;
}

/* Narrow arguments: by column and convention, what it extends or leaves as a caller, what it relies
 * on as a callee, and which columns it must not call. */
static json_t *json_narrow(const struct matrix *m, const struct stored *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		for (size_t conv = 0; conventions[conv]; conv++) {
			const struct extension *e = extension_of(m, i, conv);
			struct stored_narrow w = { .column = i,
						   .convention = conventions[conv]->name };
			json_t *unsafe, *one;
			bool any = false;

			for (int k = 0; k < NARROWS * 2; k++) {
				bool seen = e->seen[k / 2][k % 2];
				bool extends = e->extends[k / 2][k % 2];

				w.extends[k / 2][k % 2] = seen && extends;
				w.leaves[k / 2][k % 2] = seen && !extends;
				w.relies[k / 2][k % 2] = e->relies[k / 2][k % 2];
				any = any || seen || w.relies[k / 2][k % 2];
			}
			if (!any)
				continue;
			w.unsafe = unsafe = unsafe_callees(m, i, conv);
			one = shape_write(SHAPE_narrow, &w, 1, s);
			json_array_extend(list, one);
			json_decref(one);
			json_decref(unsafe);
		}
	}
	return list;
}

static json_t *json_places(const struct matrix *m)
{
	struct stored_place v[PLACES];
	size_t n = 0;

	for (enum place_id i = 0; i < PLACES; i++) {
		if (m->engine[i] || m->why_not[i])
			v[n++] = (struct stored_place){ .name = place_name(i),
							.engine = m->engine[i] ? m->engine[i]
									       : "none",
							.compared = m->compared[i],
							.alone = m->alone[i],
							.instead = m->instead[i],
							.why_not = m->why_not[i] };
	}
	return shape_write(SHAPE_places, v, n, NULL);
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
	const struct stored s = { .columns = columns(m), .rows = m->rows };
	json_t *root = json_pack(
		"{si so so so so so so so so so so so so so so so}", "schema", (int)MATRIX_SCHEMA,
		"tool", tool(m, command), "host", report_host(m->arena), "places", json_places(m),
		"columns", shape_write(SHAPE_columns, s.columns, m->plan->ncolumns, &s), "rows",
		shape_write(SHAPE_rows, m->rows, m->nrows, &s), "cells",
		shape_write(SHAPE_cells, m->cells, m->ncells, &s), "findings",
		shape_write(SHAPE_findings, findings(m), m->nfindings, &s), "narrow",
		json_narrow(m, &s), "vanished",
		shape_write(SHAPE_vanished, m->vanished, m->nvanished, &s), "totals",
		json_totals(m), "checks", shape_write(SHAPE_checks, checks, CHECK_COUNT, &s),
		"rules", document_rules(m->plan->edition), "cases", document_cases(m),
		"differences", shape_write(SHAPE_differences, m->differences, m->ndifferences, &s),
		"claims", claims_document(claims));

	if (!root)
		die("out of memory while writing matrix.json");
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
