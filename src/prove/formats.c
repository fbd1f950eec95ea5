/* SPDX-License-Identifier: MIT */
/* Proofs as JSON, and as results of tests: what is proved passes, what is refuted fails, what is
 * open is skipped, with its reason. */
#include "prove/report.h"

#include "check/check.h"
#include "util/json.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

/* "check: words", of the first finding. */
static const char *headline(struct arena *a, const struct proof *p)
{
	const struct proof_finding *x = p->finding;

	if (!p->nfindings)
		return answer_name[p->answer];
	if (x->check == CHECK_COUNT || p->answer != REFUTED)
		return arena_printf(a, "%s%s%s", x->words, x->instruction ? " at " : "",
				    x->instruction ? x->instruction : "");
	return arena_printf(a, "%s: %s", checks[x->check].name, x->words);
}

void prove_finding_text(struct arena *a, struct str *out, const struct proof *p, size_t i)
{
	const struct proof_finding *x = &p->finding[i];
	bool check = x->check != CHECK_COUNT && p->answer == REFUTED;

	str_addf(out, "%s%s%s\n", check ? checks[x->check].name : "", check ? ": " : "", x->words);
	if (x->instruction)
		str_addf(out, "at %s\n", x->instruction);
	if (x->hint)
		str_addf(out, "%s%s\n", p->answer == OPEN ? "to close it: " : "", x->hint);
	for (size_t k = 0; k < x->npath; k++)
		str_addf(out, "%s%s\n", k ? "     " : "path ", x->path[k].words);
	if (check && x->rule)
		str_addf(out, "%s\n", check_rule_text(a, x->rule, EDITION_LATEST));
}

/* All of it, in lines. */
static const char *story(struct arena *a, const struct proof *p)
{
	struct str s = { 0 };
	char *text;

	str_add(&s, "");
	for (size_t i = 0; i < p->nfindings; i++)
		prove_finding_text(a, &s, p, i);
	text = arena_strdup(a, s.s);
	str_free(&s);
	return text;
}

/* JSON ---------------------------------------------------------------------------------------- */

static json_t *json_finding(struct arena *a, const struct proof_finding *x)
{
	json_t *j = json_object(), *path = json_array();

	json_object_set_new(j, "check",
			    x->check == CHECK_COUNT ? json_null()
						    : string_or_null(checks[x->check].name));
	json_object_set_new(j, "words", string_or_null(x->words));
	json_object_set_new(j, "instruction", string_or_null(x->instruction));
	json_object_set_new(j, "hint", string_or_null(x->hint));
	json_object_set_new(j, "rule",
			    x->rule ? string_or_null(check_rule_text(a, x->rule, EDITION_LATEST))
				    : json_null());
	for (size_t i = 0; i < x->npath; i++)
		json_array_append_new(path, string_or_null(x->path[i].words));
	json_object_set_new(j, "path", path);
	return j;
}

static json_t *json_function(struct arena *a, const struct prove_subject *f, const struct proof *p)
{
	json_t *j = json_object(), *findings = json_array(), *assumptions = json_array();

	json_object_set_new(j, "name", string_or_null(f->name));
	json_object_set_new(j, "convention", string_or_null(f->conv->name));
	if (f->proto) {
		json_object_set_new(j, "prototype", string_or_null(f->proto->text));
		json_object_set_new(j, "file", string_or_null(f->proto->pos.file));
		json_object_set_new(j, "line", json_integer(f->proto->pos.line));
	}
	json_object_set_new(j, "answer", string_or_null(answer_name[p->answer]));
	for (size_t i = 0; i < p->nassumptions; i++)
		json_array_append_new(assumptions, string_or_null(p->assumption[i]));
	json_object_set_new(j, "assumptions", assumptions);
	for (size_t i = 0; i < p->nfindings; i++)
		json_array_append_new(findings, json_finding(a, &p->finding[i]));
	json_object_set_new(j, "findings", findings);
	return j;
}

void prove_json(struct arena *a, struct str *out, const struct proofs *r)
{
	json_t *j = json_object(), *functions = json_array();
	char *s;

	json_object_set_new(j, "clobber", string_or_null(CLOBBER_VERSION));
	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(functions, json_function(a, &r->f[i], &r->p[i]));
	json_object_set_new(j, "functions", functions);
	s = json_dumps(j, JSON_INDENT(1));
	str_addf(out, "%s\n", s);
	free(s);
	json_decref(j);
}

/* Results ------------------------------------------------------------------------------------- */

static struct test_result result(struct arena *a, const struct prove_subject *f,
				 const struct proof *p)
{
	static const enum test_status status[] = {
		[PROVED] = TEST_PASSED, [REFUTED] = TEST_FAILED, [OPEN] = TEST_SKIPPED
	};
	struct test_result t = {
		.group = f->conv->name,
		.name = f->name,
		.file = f->proto ? f->proto->pos.file : NULL,
		.line = f->proto ? f->proto->pos.line : 0,
		.status = status[p->answer],
		.type = answer_name[p->answer],
		.message = headline(a, p),
		.text = p->answer == REFUTED ? story(a, p) : "",
	};

	if (p->answer != PROVED)
		test_note(a, &t, p->answer == REFUTED ? "error" : "warning", t.type,
			  p->answer == REFUTED ? t.text : t.message);
	return t;
}

struct test_result *prove_results(struct arena *a, const struct proofs *r)
{
	struct test_result *v = arena_alloc(a, (r->n + 1) * sizeof(*v));

	for (size_t i = 0; i < r->n; i++)
		v[i] = result(a, &r->f[i], &r->p[i]);
	return v;
}
