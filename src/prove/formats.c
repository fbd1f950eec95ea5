/* SPDX-License-Identifier: MIT */
/* Proofs as JSON, JUnit's XML, KTAP, and annotations of GitHub: what is proved passes, what is
 * refuted fails, what is open is skipped, with its reason. */
#include "prove/report.h"

#include "check/check.h"
#include "util/json.h"
#include "version.h"

#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(struct arena *a, const struct prove_subject *f)
{
	return arena_printf(a, "%s/%s", f->conv->name, f->name);
}

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

static void write_json(struct arena *a, struct str *out, const struct proofs *r)
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

/* JUnit --------------------------------------------------------------------------------------- */

#define XML(s) BAD_CAST(s)

static void junit_case(struct arena *a, xmlTextWriterPtr w, const struct prove_subject *f,
		       const struct proof *p)
{
	xmlTextWriterStartElement(w, XML("testcase"));
	xmlTextWriterWriteAttribute(w, XML("classname"), XML(f->conv->name));
	xmlTextWriterWriteAttribute(w, XML("name"), XML(f->name));
	if (p->answer != PROVED) {
		xmlTextWriterStartElement(w, XML(p->answer == REFUTED ? "failure" : "skipped"));
		if (p->answer == REFUTED)
			xmlTextWriterWriteAttribute(w, XML("type"), XML(answer_name[p->answer]));
		xmlTextWriterWriteAttribute(w, XML("message"), XML(headline(a, p)));
		if (p->answer == REFUTED)
			xmlTextWriterWriteString(w, XML(story(a, p)));
		xmlTextWriterEndElement(w);
	}
	xmlTextWriterEndElement(w);
}

static void write_junit(struct arena *a, struct str *out, const struct proofs *r)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	xmlTextWriterPtr w = xmlNewTextWriterMemory(buffer, 0);
	size_t count[OPEN + 1] = { 0 };

	for (size_t i = 0; i < r->n; i++)
		count[r->p[i].answer]++;
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(w, XML("testsuites"));
	xmlTextWriterStartElement(w, XML("testsuite"));
	xmlTextWriterWriteAttribute(w, XML("name"), XML("clobber prove"));
	xmlTextWriterWriteFormatAttribute(w, XML("tests"), "%zu", r->n);
	xmlTextWriterWriteFormatAttribute(w, XML("failures"), "%zu", count[REFUTED]);
	xmlTextWriterWriteFormatAttribute(w, XML("errors"), "%d", 0);
	xmlTextWriterWriteFormatAttribute(w, XML("skipped"), "%zu", count[OPEN]);
	for (size_t i = 0; i < r->n; i++)
		junit_case(a, w, &r->f[i], &r->p[i]);
	xmlTextWriterEndDocument(w);
	xmlFreeTextWriter(w);
	str_add(out, (const char *)xmlBufferContent(buffer));
	xmlBufferFree(buffer);
}

/* KTAP ---------------------------------------------------------------------------------------- */

static void write_ktap(struct arena *a, struct str *out, const struct proofs *r)
{
	str_addf(out, "KTAP version 1\n1..%zu\n", r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct proof *p = &r->p[i];

		for (const char *s = p->answer == REFUTED ? story(a, p) : ""; *s;
		     s += strcspn(s, "\n"), s += *s == '\n')
			str_addf(out, "# %.*s\n", (int)strcspn(s, "\n"), s);
		str_addf(out, "%sok %zu %s%s%s\n", p->answer == REFUTED ? "not " : "", i + 1,
			 name_of(a, &r->f[i]), p->answer == OPEN ? " # SKIP " : "",
			 p->answer == OPEN ? headline(a, p) : "");
	}
}

/* GitHub -------------------------------------------------------------------------------------- */

static void write_github(struct arena *a, struct str *out, const struct proofs *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct prove_subject *f = &r->f[i];
		const struct proof *p = &r->p[i];

		if (p->answer == PROVED)
			continue;
		str_addf(out, "::%s ", p->answer == REFUTED ? "error" : "warning");
		if (f->proto) {
			str_add(out, "file=");
			str_add_escaped(out, f->proto->pos.file, ":,");
			str_addf(out, ",line=%u,", f->proto->pos.line);
		}
		str_add(out, "title=");
		str_add_escaped(out,
				arena_printf(a, "%s: %s", name_of(a, f), answer_name[p->answer]),
				":,");
		str_add(out, "::");
		str_add_escaped(out, p->answer == REFUTED ? story(a, p) : headline(a, p), "");
		str_add(out, "\n");
	}
}

const struct prove_format prove_formats[] = {
	{ "json", "every function, its findings and what its proof assumes", write_json },
	{ "junit", "XML for CI systems", write_junit },
	{ "ktap", "the kernel's test format", write_ktap },
	{ "github", "annotations of GitHub Actions", write_github },
	{ NULL, NULL, NULL },
};
