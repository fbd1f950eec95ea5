/* SPDX-License-Identifier: MIT */
/* A run as JSON, and as results of tests. */
#include "check/formats.h"

#include "check/strength.h"
#include "util/json.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

/* A finding because of which nothing was judged. */
static const char *refusal(const struct check_run *r, const struct checked_finding *x)
{
	if (x->f.check == CHECK_CALLS)
		return x->f.subject;
	return arena_printf(r->arena, "%s: %s", x->f.subject, x->more[1] ? x->more[1] : x->more[0]);
}

/* Why nothing was judged, or NULL. */
static const char *reason(const struct check_run *r, const struct contract *c)
{
	if (r->fitted && r->fitted[c->index].why_not)
		return r->fitted[c->index].why_not;
	for (size_t i = 0; i < r->nplaces; i++) {
		if (r->place[i].why_not)
			return r->place[i].why_not;
		if (r->place[i].run.unstarted)
			return r->place[i].run.unstarted;
	}
	/* The call needs something. */
	for (size_t i = 0; i < r->nfindings; i++) {
		if (r->finding[i].c == c && r->finding[i].f.verdict == VERDICT_NOT_RUN)
			return refusal(r, &r->finding[i]);
	}
	return "nothing ran it";
}

static bool fails(enum verdict v)
{
	return v >= VERDICT_VIOLATION;
}

/* "check: subject: expected this, got that (origin)". */
static const char *headline(const struct check_run *r, const struct checked_finding *x)
{
	return arena_printf(r->arena, "%s: %s: expected %s, got %s%s%s%s", checks[x->f.check].name,
			    x->f.subject ? x->f.subject : "?", x->f.expected ? x->f.expected : "?",
			    x->f.observed ? x->f.observed : "?", x->f.origin ? " (" : "",
			    x->f.origin ? x->f.origin : "", x->f.origin ? ")" : "");
}

/* All of it, in lines. */
static const char *story(const struct check_run *r, const struct checked_finding *x)
{
	struct str s = { 0 };
	char *text;

	str_addf(&s, "%s\n", headline(r, x));
	for (size_t i = 0; i < ARRAY_SIZE(x->more) && x->more[i]; i++)
		str_addf(&s, "%s\n", x->more[i]);
	if (x->inputs)
		str_addf(&s, "%s\n", x->inputs);
	str_addf(&s, "%s\n%s", x->rule ? x->rule : "", check_command(r, x));
	text = arena_strdup(r->arena, s.s);
	str_free(&s);
	return text;
}

/* How strong the result is, in lines; "" when nothing is known. */
static const char *strength_story(const struct check_run *r, const struct contract *c)
{
	const struct strength *s = r->strength ? &r->strength[c->index] : NULL;
	struct str t = { 0 };
	char *text;

	str_add(&t, strength_text(r, c));
	if (strength_cycles(r, c))
		str_addf(&t, "\n%s", strength_cycles(r, c));
	for (size_t i = 0; s && i < s->nnever; i++)
		str_addf(&t, "\nnever ran: %s", strength_never(r, &s->never[i]));
	for (size_t i = 0; s && i < s->nnotes; i++)
		str_addf(&t, "\nnote: %s", s->note[i]);
	for (size_t i = 0; s && i < s->nmissing; i++)
		str_addf(&t, "\nnot checked: %s", s->missing[i]);
	text = arena_strdup(r->arena, t.s);
	str_free(&t);
	return text;
}

/* Refuted, and no run shows it. */
static bool unseen(const struct check_run *r, const struct contract *c)
{
	return check_refuted(r, c) && !fails(check_verdict(r, c));
}

/* What --prove says, in lines; "" when nothing was to be proved. */
static const char *proof_story(const struct check_run *r, const struct contract *c)
{
	const struct checked_proof *p = r->proof ? &r->proof[c->index] : NULL;

	if (!p)
		return "";
	return arena_printf(r->arena, "%s%s%s\n%s", p->answer, p->reached ? ", " : "",
			    p->reached ? p->reached : "", p->text);
}

static json_t *json_proof(const struct check_run *r, const struct contract *c)
{
	const struct checked_proof *p = r->proof ? &r->proof[c->index] : NULL;
	json_t *j;

	if (!p)
		return json_null();
	j = json_object();
	json_object_set_new(j, "answer", string_or_null(p->answer));
	json_object_set_new(j, "reached", string_or_null(p->reached));
	json_object_set_new(j, "text", string_or_null(p->text));
	return j;
}

/* JSON ---------------------------------------------------------------------------------------- */

static json_t *json_finding(const struct check_run *r, const struct checked_finding *x)
{
	json_t *j = json_object(), *more = json_array();

	json_object_set_new(j, "check", string_or_null(checks[x->f.check].name));
	json_object_set_new(j, "verdict", string_or_null(verdict_info[x->f.verdict].name));
	json_object_set_new(j, "subject", string_or_null(x->f.subject));
	json_object_set_new(j, "expected", string_or_null(x->f.expected));
	json_object_set_new(j, "observed", string_or_null(x->f.observed));
	json_object_set_new(j, "origin", string_or_null(x->f.origin));
	json_object_set_new(j, "inputs", string_or_null(x->inputs));
	for (size_t i = 0; i < ARRAY_SIZE(x->more) && x->more[i]; i++)
		json_array_append_new(more, string_or_null(x->more[i]));
	json_object_set_new(j, "more", more);
	json_object_set_new(j, "rule", string_or_null(x->rule));
	json_object_set_new(j, "places", string_or_null(check_places_text(r, x->places)));
	json_object_set_new(j, "command", string_or_null(check_command(r, x)));
	return j;
}

static void json_strength(json_t *j, const struct check_run *r, const struct contract *c)
{
	const struct strength *s = r->strength ? &r->strength[c->index] : NULL;
	json_t *never = json_array(), *unchecked = json_array(), *notes = json_array();

	for (size_t i = 0; s && i < s->nnever; i++) {
		json_t *x = json_object();

		json_object_set_new(x, "at", string_or_null(s->never[i].where));
		json_object_set_new(x, "instructions", json_integer(s->never[i].insns));
		json_object_set_new(x, "source", string_or_null(s->never[i].line));
		json_object_set_new(x, "first", string_or_null(s->never[i].text));
		json_object_set_new(x, "why", string_or_null(s->never[i].why));
		json_object_set_new(x, "help", string_or_null(s->never[i].help));
		json_array_append_new(never, x);
	}
	for (size_t i = 0; s && i < s->nmissing; i++)
		json_array_append_new(unchecked, string_or_null(s->missing[i]));
	for (size_t i = 0; s && i < s->nnotes; i++)
		json_array_append_new(notes, string_or_null(s->note[i]));
	json_object_set_new(j, "notes", notes);
	json_object_set_new(j, "calls", s ? json_integer(s->calls) : json_null());
	json_object_set_new(j, "instructions",
			    s && s->insns ? json_integer(s->insns) : json_null());
	json_object_set_new(j, "ran", s && s->insns ? json_integer(s->ran) : json_null());
	for (size_t i = 0; s && r->file->bench && i < (c->against ? 2u : 1u); i++) {
		json_t *x = json_array();

		json_array_append_new(x, json_integer(s->cycles[i].median));
		json_array_append_new(x, json_integer(s->cycles[i].low));
		json_array_append_new(x, json_integer(s->cycles[i].high));
		json_object_set_new(j, i ? "reference_cycles" : "cycles", x);
	}
	json_object_set_new(j, "never", never);
	json_object_set_new(j, "unchecked", unchecked);
}

static json_t *json_function(const struct check_run *r, const struct contract *c)
{
	json_t *j = json_object(), *findings = json_array(), *lines = json_array();
	const struct prototype *p = c->call.decl->proto;
	enum verdict v = check_verdict(r, c);

	json_object_set_new(j, "name", string_or_null(p->name));
	json_object_set_new(j, "convention", string_or_null(c->call.conv->name));
	json_object_set_new(j, "prototype", string_or_null(p->text));
	json_object_set_new(j, "file", string_or_null(p->pos.file));
	json_object_set_new(j, "line", json_integer(p->pos.line));
	json_object_set_new(j, "verdict", string_or_null(verdict_info[v].name));
	if (v == VERDICT_NOT_RUN)
		json_object_set_new(j, "reason", string_or_null(reason(r, c)));
	for (size_t i = 0; i < r->nfindings; i++) {
		if (r->finding[i].c == c)
			json_array_append_new(findings, json_finding(r, &r->finding[i]));
	}
	json_object_set_new(j, "findings", findings);
	for (size_t i = 0; r->fitted && i < r->fitted[c->index].nlines; i++)
		json_array_append_new(lines, string_or_null(r->fitted[c->index].line[i]));
	json_object_set_new(j, "fits", lines);
	json_strength(j, r, c);
	json_object_set_new(j, "proof", json_proof(r, c));
	return j;
}

static json_t *json_known(const struct check_run *r)
{
	json_t *all = json_array();

	for (size_t i = 0; i < r->nknown; i++) {
		const struct known_line *k = &r->known[i];
		json_t *j = json_object();

		json_object_set_new(j, "line", string_or_null(k->where));
		json_object_set_new(j, "function", string_or_null(k->function));
		json_object_set_new(j, "finding", string_or_null(k->text));
		json_object_set_new(j, "reference", string_or_null(k->reference));
		json_object_set_new(j, "state",
				    string_or_null(k->found      ? "found"
						   : k->vanished ? "vanished"
								 : "not judged"));
		json_array_append_new(all, j);
	}
	return all;
}

/* Where it ran, and where not, with the reason. */
static json_t *json_places(const struct check_run *r)
{
	json_t *places = json_array();

	for (size_t i = 0; i < r->nplaces; i++) {
		const struct checked_place *p = &r->place[i];
		const char *why = p->why_not ? p->why_not : p->run.unstarted;

		json_array_append_new(places, json_pack("{s:s, s:o}", "place", place_name(p->place),
							"not-run", string_or_null(why)));
	}
	return places;
}

void check_json(struct str *out, const struct check_run *r)
{
	json_t *j = json_object(), *functions = json_array(), *undefined = json_array();
	char *s;

	json_object_set_new(j, "clobber", string_or_null(CLOBBER_VERSION));
	json_object_set_new(j, "width", json_integer(width_bits(r->file->width)));
	json_object_set_new(j, "seed", json_integer((json_int_t)r->seed));
	for (size_t i = 0; i < r->file->n; i++)
		json_array_append_new(functions, json_function(r, &r->file->v[i]));
	json_object_set_new(j, "functions", functions);
	for (size_t i = 0; i < r->nundefined; i++)
		json_array_append_new(undefined, string_or_null(r->undefined[i]));
	if (r->nknown)
		json_object_set_new(j, "known", json_known(r));
	json_object_set_new(j, "places", json_places(r));
	json_object_set_new(j, "undefined", undefined);
	json_object_set_new(j, "unreadable", json_integer((json_int_t)r->unreadable));
	s = json_dumps(j, JSON_INDENT(1));
	str_addf(out, "%s\n", s);
	free(s);
	json_decref(j);
}

/* Results ------------------------------------------------------------------------------------- */

/* The first finding's headline in `t`, and a note for each; true if there is any. */
static bool add_findings(struct test_result *t, struct str *text, const struct check_run *r,
			 const struct contract *c)
{
	bool any = false;

	for (size_t i = 0; i < r->nfindings; i++) {
		const struct checked_finding *x = &r->finding[i];
		const char *all;

		if (x->c != c)
			continue;
		all = story(r, x);
		if (!any)
			t->message = headline(r, x);
		any = true;
		str_addf(text, "%s\n\n", all);
		test_note(r->arena, t,
			  fails(x->f.verdict)                  ? "error"
			  : x->f.verdict == VERDICT_DIVERGENCE ? "warning"
							       : "notice",
			  verdict_info[x->f.verdict].name, all);
	}
	return any;
}

static struct test_result result(const struct check_run *r, const struct contract *c)
{
	const struct prototype *p = c->call.decl->proto;
	enum verdict v = check_verdict(r, c);
	struct test_result t = {
		.group = c->call.conv->name,
		.name = p->name,
		.file = p->pos.file,
		.line = p->pos.line,
		.status = v == VERDICT_NOT_RUN     ? TEST_SKIPPED
			  : v == VERDICT_VIOLATION ? TEST_FAILED
			  : fails(v)               ? TEST_DIED
						   : TEST_PASSED,
		.type = verdict_info[v].name,
	};
	const char *proof = proof_story(r, c);
	struct str text = { 0 };

	str_add(&text, "");
	for (size_t i = 0; i < r->nknown; i++) {
		if (!r->known[i].found || strcmp(r->known[i].function, p->name))
			continue;
		test_note(r->arena, &t, "notice", "known", check_known_text(r, &r->known[i]));
		str_addf(&text, "known: %s\n", check_known_text(r, &r->known[i]));
	}
	if (unseen(r, c)) {
		t.status = TEST_FAILED;
		t.type = "refuted";
		test_note(r->arena, &t, "error", t.type, proof);
	}
	if (!add_findings(&t, &text, r, c) && v == VERDICT_NOT_RUN)
		test_note(r->arena, &t, "notice", "not-run", reason(r, c));
	else if (r->strength && r->strength[c->index].nnever)
		test_note(r->arena, &t, "notice", "strength", strength_story(r, c));
	if (v != VERDICT_NOT_RUN)
		str_add(&text, strength_story(r, c));
	str_addf(&text, "%s%s", *proof ? "\n" : "", proof);
	if (unseen(r, c))
		t.message = r->proof[c->index].reached;
	else if (!t.message)
		t.message = v == VERDICT_NOT_RUN ? reason(r, c) : "missing";
	t.text = arena_strdup(r->arena, text.s);
	str_free(&text);
	return t;
}

/* A line of --known that has to go fails as a test of its own. */
static struct test_result vanished(const struct check_run *r, const struct known_line *k)
{
	struct test_result t = { .group = "known",
				 .name = arena_printf(r->arena, "%s: %s", k->function, k->text),
				 .status = TEST_FAILED,
				 .type = "vanished",
				 .message = check_known_text(r, k),
				 .text = check_known_text(r, k) };
	const char *colon = strrchr(k->where, ':');

	t.file = arena_printf(r->arena, "%.*s", (int)(colon - k->where), k->where);
	t.line = (unsigned)strtoul(colon + 1, NULL, 10);
	test_note(r->arena, &t, "error", t.type, t.message);
	return t;
}

struct test_result *check_results(const struct check_run *r, size_t *n)
{
	struct test_result *v = arena_alloc(r->arena, (r->file->n + r->nknown + 1) * sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < r->file->n; i++)
		v[(*n)++] = result(r, &r->file->v[i]);
	for (size_t i = 0; i < r->nknown; i++) {
		if (r->known[i].vanished)
			v[(*n)++] = vanished(r, &r->known[i]);
	}
	return v;
}
