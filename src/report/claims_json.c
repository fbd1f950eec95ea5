/* SPDX-License-Identifier: MIT */
/* Claims to JSON and back: docs/matrix-json.md. */
#include "report/claims.h"
#include "report/stored.h"
#include "util/clean.h"
#include "util/json.h"

#include <string.h>

static const char *const kind_names[STEP_KINDS] = {
	[STEP_PASS] = "run",
	[STEP_CAUGHT] = "broken on purpose",
	[STEP_ACCEPTED] = "accepted",
	[STEP_REFUSED] = "refused",
	[STEP_SAME] = "identical",
	[STEP_FEWER] = "measured",
	[STEP_WRITES] = "measured",
	[STEP_PLACEMENT] = "documents",
	[STEP_ATTRIBUTES] = "run",
	[STEP_CONTRACT] = "contract",
	[STEP_CONTRACT_CAUGHT] = "contract broken on purpose",
};

static json_t *one_evidence(const struct evidence *e)
{
	return json_pack("{ss ss so so so sb}", "kind", kind_names[e->step->kind], "shows",
			 e->step->says, "holds", e->not_run ? json_null() : json_boolean(e->holds),
			 "id", string_or_null(e->id), "detail",
			 string_or_null(e->not_run ? e->not_run : e->detail), "decides",
			 (int)(e->step->weight != NOTES && !e->aside));
}

static json_t *one_result(const struct claims_table *t, const struct claim_result *r)
{
	json_t *evidence = json_array();
	bool applies = r->claim->widths >> t->columns[r->column].width & 1;

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(evidence, one_evidence(&r->v[i]));
	return json_pack("{ss ss sb so so so}", "column", t->columns[r->column].id, "verdict",
			 claim_verdict_names[r->verdict], "applies", (int)applies, "reason",
			 string_or_null(r->reason), "repro", string_or_null(r->repeat), "evidence",
			 evidence);
}

json_t *claims_document(const struct claims_table *t)
{
	json_t *columns, *list;

	if (!t)
		return json_null();
	columns = json_array();
	list = json_array();
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct claim_column *c = &t->columns[i];

		json_array_append_new(columns,
				      json_pack("{ss ss ss si ss ss ss}", "id", c->id, "compiler",
						c->compiler->name, "version", c->compiler->version,
						"width", (int)width_bits(c->width), "place",
						place_name(c->place), "profile",
						profiles[c->profile].name, "opt", c->opt));
	}
	for (size_t i = 0; i < CLAIMS; i++) {
		json_t *results = json_array();

		for (size_t k = 0; k < t->nresults; k++) {
			if (t->results[k].claim == &all_claims[i])
				json_array_append_new(results, one_result(t, &t->results[k]));
		}
		if (json_array_size(results))
			json_array_append_new(
				list, json_pack("{si ss ss sO}", "number", all_claims[i].number,
						"who", all_claims[i].who, "claim",
						all_claims[i].text, "results", results));
		json_decref(results);
	}
	return json_pack("{so so}", "columns", columns, "list", list);
}

/* Reading. Report the first thing wrong, with its path. */
struct reader {
	struct arena *a;
	const char *error;
	size_t claim, result;
};

static const char *text(struct reader *r, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (!s && !r->error)
		r->error = arena_printf(r->a, "claims.list[%zu]: results[%zu]: %s is not a string",
					r->claim, r->result, key);
	return s ? clean_text(r->a, s) : "";
}

static size_t column_named(struct reader *r, const struct stored_claims *c, const char *id)
{
	for (size_t i = 0; i < c->ncolumns; i++) {
		if (!strcmp(c->columns[i].id, id))
			return i;
	}
	if (!r->error)
		r->error =
			arena_printf(r->a,
				     "claims.list[%zu].results[%zu].column names nothing that is "
				     "listed",
				     r->claim, r->result);
	return 0;
}

static void read_result(struct reader *r, const struct stored_claims *c, const json_t *o,
			struct stored_claim_result *out)
{
	const char *verdict = text(r, o, "verdict");

	out->column = column_named(r, c, text(r, o, "column"));
	out->applies = json_is_true(json_object_get(o, "applies"));
	out->reason = clean_text(r->a, json_string_value(json_object_get(o, "reason")));
	out->repro = text(r, o, "repro");
	out->evidence = json_object_get(o, "evidence");
	for (out->verdict = 0; out->verdict < CLAIM_VERDICT_COUNT; out->verdict++) {
		if (!strcmp(verdict, claim_verdict_names[out->verdict]))
			return;
	}
	out->verdict = CLAIM_NOT_RUN;
	if (!r->error)
		r->error =
			arena_printf(r->a, "claims.list[%zu].results[%zu].verdict is not a verdict",
				     r->claim, r->result);
}

const char *claims_load(struct arena *a, const json_t *document, struct stored_claims *out)
{
	const json_t *columns = json_object_get(document, "columns"), *o;
	const json_t *list = json_object_get(document, "list"), *results;
	struct reader r = { .a = a };
	size_t i;

	*out = (struct stored_claims){ 0 };
	/* Matrices of schema 2 have none; a run without the thread's cases has null. */
	if (!document || json_is_null(document))
		return NULL;
	if (!json_is_array(columns) || !json_is_array(list))
		return "claims has no columns or no list";
	out->columns = arena_alloc(a, (json_array_size(columns) + 1) * sizeof(*out->columns));
	json_array_foreach(columns, i, o)
	{
		out->columns[out->ncolumns++] = (struct stored_claim_column){
			text(&r, o, "id"), text(&r, o, "compiler"), text(&r, o, "place"),
			(unsigned)json_integer_value(json_object_get(o, "width"))
		};
		out->opt = text(&r, o, "opt");
	}
	out->v = arena_alloc(a, (json_array_size(list) + 1) * sizeof(*out->v));
	json_array_foreach(list, r.claim, o)
	{
		struct stored_claim *c = &out->v[out->n++];

		results = json_object_get(o, "results");
		c->number = (unsigned)json_integer_value(json_object_get(o, "number"));
		c->who = text(&r, o, "who");
		c->text = text(&r, o, "claim");
		c->v = arena_alloc(a, (json_array_size(results) + 1) * sizeof(*c->v));
		for (r.result = 0; r.result < json_array_size(results); r.result++)
			read_result(&r, out, json_array_get(results, r.result), &c->v[c->n++]);
	}
	return r.error;
}
