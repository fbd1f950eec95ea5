/* SPDX-License-Identifier: MIT */
/* The parts of matrix.json that explain the findings: what is checked, the rules in words, where
 * the values of each case travel, and the code around one finding of each fact. */
#include "report/document.h"
#include "report/shape.h"
#include "util/process.h"
#include "util/json.h"

#include <string.h>

json_t *document_rules(enum edition edition)
{
	static const char *const status[] = { "stated", "silent", "contradictory" };
	struct stored_rule v[RULE_COUNT];

	for (int i = 0; i < RULE_COUNT; i++) {
		const struct rule *r = rule_in((enum rule_id)i, edition);

		v[i] = (struct stored_rule){ .name = r->name,
					     .document = documents[r->document].title,
					     .edition = documents[r->document].edition,
					     .section = r->section,
					     .status = status[r->status],
					     .sentence = r->sentence };
	}
	return shape_write(SHAPE_rules, v, RULE_COUNT, NULL);
}

/* Placements ----------------------------------------------------------------------------------- */

/* "edi 0 4", ...: where, from which byte of the value on, how many bytes. */
static json_t *pieces(enum width w, const struct value_place *v)
{
	json_t *a = json_array();
	struct str s = { 0 };

	for (unsigned i = 0; i < v->nlocs; i++) {
		s.len = 0;
		loc_text(&s, w, &v->loc[i]);
		str_addf(&s, " %u %u", v->loc[i].off, v->loc[i].bytes);
		json_array_append_new(a, json_string(s.s));
	}
	str_free(&s);
	return a;
}

static json_t *value(struct arena *a, enum width w, const char *name, const struct type *t,
		     const struct value_place *v)
{
	struct str s = { 0 };
	json_t *j = json_object();

	str_add(&s, "");
	value_text(&s, w, v);
	if (name)
		json_object_set_new(j, "name", string_or_null(name));
	json_object_set_new(j, "type", string_or_null(t ? type_spell(a, t, "") : "pointer"));
	json_object_set_new(j, "at", string_or_null(s.s));
	json_object_set_new(j, "pieces", pieces(w, v));
	json_object_set_new(j, "by_reference", json_boolean(v->by_reference));
	json_object_set_new(j, "rule", json_string(rules[v->rule].name));
	str_free(&s);
	return j;
}

static json_t *placement(struct arena *a, const struct gen_case *c)
{
	const struct prototype *p = c->call.decl->proto;
	const struct placement *pl = &c->call.place;
	enum width w = c->call.conv->width;
	json_t *j = json_object(), *arguments = json_array();

	for (unsigned i = 0; i < pl->nargs; i++) {
		json_array_append_new(arguments, value(a, w, proto_arg_label(a, p, i),
						       proto_arg_type(p, i), &pl->arg[i]));
	}
	json_object_set_new(j, "arguments", arguments);
	json_object_set_new(j, "returns",
			    p->ret->kind == TYPE_VOID ? json_null()
						      : value(a, w, NULL, p->ret, &pl->ret));
	json_object_set_new(j, "hidden",
			    pl->hidden.nlocs ? value(a, w, NULL, NULL, &pl->hidden) : json_null());
	json_object_set_new(j, "stack_bytes",
			    pl->stack_unspecified ? json_null()
						  : json_integer((json_int_t)pl->stack_bytes));
	json_object_set_new(j, "home_bytes", json_integer((json_int_t)pl->home_bytes));
	json_object_set_new(j, "popped",
			    pl->pop_unspecified ? json_null()
						: json_integer((json_int_t)pl->pop_bytes));
	return j;
}

json_t *document_cases(const struct matrix *m)
{
	json_t *list = json_array();

	for (enum profile_id w = 0; w < PROFILES; w++) {
		const struct gen_set *set = &m->plan->set[w];
		unsigned char *found = arena_alloc(m->arena, set->n + 1);

		for (size_t i = 0; i < m->nfindings; i++) {
			if (m->plan->columns[m->findings[i].column].profile == w)
				found[m->findings[i].c->index] = 1;
		}
		for (size_t i = 0; i < set->n; i++) {
			const struct gen_case *c = &set->v[i];
			const struct srcpos *pos = &c->call.decl->proto->pos;
			json_t *explained = found[i] ? placement(m->arena, c) : NULL, *one;
			struct stored_case v = {
				.id = c->id,
				.width = width_bits(c->call.conv->width),
				.profile = profiles[w].name,
				.convention = c->call.conv->name,
				.group = c->call.decl->group,
				.where = arena_printf(m->arena, "%s:%u", pos->file, pos->line),
				.prototype = gen_prototype(m->arena, &c->call),
				.placement = explained,
			};

			one = shape_write(SHAPE_cases, &v, 1, NULL);
			json_array_extend(list, one);
			json_decref(one);
			json_decref(explained);
		}
	}
	return list;
}

/* Code ----------------------------------------------------------------------------------------- */

/* Without the blanks in front of lines and of comments: there are many lines. */
static char *without_blanks(struct arena *a, const char *s)
{
	char *r = arena_strdup(a, s), *out = r;
	bool begins = true;

	for (; *s; s++) {
		if (begins && *s == ' ')
			continue;
		if (*s == ' ' && s[strspn(s, " ")] == '#' && out > r && out[-1] == ' ')
			continue;
		*out++ = *s;
		begins = *s == '\n';
	}
	while (out > r && out[-1] == '\n')
		out--;
	*out = 0;
	return r;
}

/* One function of a payload in Intel's syntax, without the heading; NULL when there is none. */
static char *disassemble(struct arena *a, const char *payload, const char *symbol)
{
	const char *const argv[] = { "objdump",
				     "-d",
				     "--no-show-raw-insn",
				     "-Mintel",
				     arena_printf(a, "--disassemble=%s", symbol),
				     payload,
				     NULL };
	struct str out = { 0 };
	char *r = NULL, *at;

	if (run_program(argv, 20, &out) == 0 && out.s) {
		at = strstr(out.s, arena_printf(a, "<%s>:\n", symbol));
		r = at ? without_blanks(a, at) : NULL;
	}
	str_free(&out);
	return r;
}

json_t *document_examples(const struct matrix *m, json_t *root)
{
	json_t *list = json_array();
	struct stored s;
	const char *wrong = stored_load(m->arena, root, &s);
	struct cluster *v;
	size_t n;

	if (wrong)
		die("internal error: matrix.json: %s; please report this", wrong);
	v = report_clusters(&s, &n);
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(v[i].example - s.findings);
		const struct finding *f = &m->findings[at];
		const struct column *col = &m->plan->columns[f->column];
		const char *prefix = f->direction == CL_CALLEE ? "target_" : "caller_";
		struct str text = { 0 };
		char *code = NULL;
		json_t *one;

		str_add(&text, "");
		if (f->direction == CL_CALLEE)
			gen_trampoline(&text, m->arena, f->c);
		else
			gen_probe(&text, m->arena, f->c);
		if (col->payload)
			code = disassemble(m->arena, col->payload,
					   arena_printf(m->arena, "%s%s", prefix, f->c->symbol));
		one = shape_write(SHAPE_examples,
				  &(struct stored_example){ (unsigned)at, text.s, code }, 1, NULL);
		json_array_extend(list, one);
		json_decref(one);
		str_free(&text);
	}
	stored_close(&s);
	return list;
}
