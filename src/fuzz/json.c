/* SPDX-License-Identifier: MIT */
/* fuzz.json: docs/fuzz.md. */
#include "fuzz/fuzz.h"
#include "version.h"
#include "util/json.h"

#include <jansson.h>
#include <stdlib.h>

enum { SCHEMA = 1 };

static json_t *columns(const struct fuzz_setup *s, const unsigned char *set)
{
	json_t *a = json_array();

	for (size_t i = 0; set && i < s->ncolumns; i++) {
		if (set[i])
			json_array_append_new(a, json_string(s->columns[i].id));
	}
	return a;
}

static json_t *convention_names(uint32_t set)
{
	json_t *a = json_array();

	for (size_t i = 0; conventions[i]; i++) {
		if (set & 1u << i)
			json_array_append_new(a, json_sprintf("%s/%u", conventions[i]->name,
							      width_bits(conventions[i]->width)));
	}
	return a;
}

static json_t *strings(const char *const *v, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, json_string(v[i]));
	return a;
}

static json_t *cluster(const struct fuzz_result *r, const struct fuzz_cluster *c)
{
	json_t *j = json_object();

	json_object_set_new(j, "verdict", json_string(verdict_info[c->key.verdict].name));
	json_object_set_new(j, "check", json_string(checks[c->key.check].name));
	json_object_set_new(j, "rule", json_string(rules[c->key.rule].name));
	json_object_set_new(
		j, "direction",
		string_or_null(c->key.direction < 0 ? NULL : direction_name(c->key.direction)));
	json_object_set_new(j, "width", json_integer(width_bits(c->key.width)));
	json_object_set_new(j, "profile", json_string(profiles[c->key.profile].name));
	json_object_set_new(j, "convention", json_string(c->conv->name));
	json_object_set_new(j, "unspecified", json_boolean(c->key.unspecified));
	json_object_set_new(
		j, "disagrees_with_itself",
		string_or_null(c->key.unspecified && *c->key.compilers ? c->key.compilers : NULL));
	json_object_set_new(j, "known", string_or_null(c->known));
	json_object_set_new(j, "perhaps_known", string_or_null(c->perhaps));
	json_object_set_new(j, "cases", json_integer((json_int_t)c->cases));
	json_object_set_new(j, "findings", json_integer((json_int_t)c->findings));
	json_object_set_new(j, "found_as", json_string(c->name));
	json_object_set_new(j, "case", string_or_null(c->minimal));
	json_object_set_new(j, "prototype", string_or_null(c->prototype));
	json_object_set_new(j, "reductions", json_integer(c->steps));
	json_object_set_new(j, "minimal", json_boolean(!c->not_minimal));
	json_object_set_new(j, "not_minimal_because", string_or_null(c->not_minimal));
	json_object_set_new(j, "shown_again", json_boolean(c->settled));
	json_object_set_new(j, "subject", string_or_null(c->subject));
	json_object_set_new(j, "expected", string_or_null(c->expected));
	json_object_set_new(j, "observed", string_or_null(c->observed));
	json_object_set_new(j, "origin", string_or_null(c->origin));
	json_object_set_new(j, "seen_in", columns(r->setup, c->column));
	json_object_set_new(j, "shown_by", columns(r->setup, c->shows));
	json_object_set_new(j, "not_by", columns(r->setup, c->holds));
	json_object_set_new(
		j, "conventions",
		convention_names(c->shows_conventions ? c->shows_conventions : c->conventions));
	json_object_set_new(j, "also", strings(c->also, c->nalso));
	json_object_set_new(j, "folder", string_or_null(c->dir));
	return j;
}

static json_t *options(const struct fuzz_result *r)
{
	json_t *j = json_object(), *types = json_object(), *all = json_array();
	size_t nopts = 0, nabis = 0;

	while (r->setup->opts[nopts])
		nopts++;
	while (r->source->abis && r->source->abis[nabis])
		nabis++;
	for (size_t i = 0; i < r->setup->ncolumns; i++)
		json_array_append_new(all, json_string(r->setup->columns[i].id));
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		json_object_set_new(types, fuzz_classes[i].name,
				    json_integer(r->source->weights.w[i]));
	json_object_set_new(j, "columns", all);
	json_object_set_new(j, "opt", strings(r->setup->opts, nopts));
	json_object_set_new(j, "abi",
			    r->source->abis ? strings(r->source->abis, nabis) : json_null());
	json_object_set_new(j, "types", types);
	return j;
}

void fuzz_json(struct str *out, const struct fuzz_result *r)
{
	json_t *root = json_object(), *clusters = json_array(), *refused = json_array();
	json_t *total = json_object();
	json_t *instead = json_object();
	char *text;

	for (size_t i = r->clusters->n; i-- > 0;) {
		if (!r->clusters->v[i].folded)
			json_array_append_new(clusters, cluster(r, &r->clusters->v[i]));
	}
	for (size_t i = 0; i < r->clusters->nrefusals; i++) {
		const struct fuzz_refusal *f = &r->clusters->refusals[i];

		json_array_append_new(refused,
				      json_pack("{ss si sI ss}", "compiler", f->compiler, "width",
						(int)width_bits(f->width), "cases",
						(json_int_t)f->cases, "why", f->why));
	}
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_object_set_new(total, verdict_info[v].name,
				    json_integer((json_int_t)r->total[v]));
	json_object_set_new(root, "schema", json_integer(SCHEMA));
	json_object_set_new(root, "version", json_string(CLOBBER_VERSION));
	json_object_set_new(root, "seed", json_integer((json_int_t)r->source->seed));
	json_object_set_new(root, "options", options(r));
	for (enum place_id i = 0; i < PLACES; i++) {
		if (r->setup->places.instead[i])
			json_object_set_new(instead, place_name(i),
					    json_string(r->setup->places.instead[i]));
	}
	json_object_set_new(root, "instead_of_native", instead);
	json_object_set_new(root, "interrupted", json_boolean(r->interrupted));
	json_object_set_new(root, "prototypes", json_integer((json_int_t)r->prototypes));
	json_object_set_new(root, "rounds", json_integer((json_int_t)r->rounds));
	json_object_set_new(root, "functions", json_integer((json_int_t)r->functions));
	json_object_set_new(root, "seconds", json_real(r->seconds));
	json_object_set_new(root, "functions_per_second",
			    json_real(r->seconds > 0 ? (double)r->functions / r->seconds : 0));
	json_object_set_new(root, "seconds_minimising", json_real(r->minimising));
	json_object_set_new(root, "totals", total);
	json_object_set_new(root, "not_run_because", string_or_null(r->why_not));
	json_object_set_new(root, "unsupported", refused);
	json_object_set_new(root, "clusters", clusters);
	text = json_dumps(root, JSON_INDENT(1));
	if (!text)
		die("out of memory while writing fuzz.json");
	str_add(out, text);
	str_add(out, "\n");
	free(text);
	json_decref(root);
}
