/* SPDX-License-Identifier: MIT */
/* `clobber explain --json`: placements for programs. */
#include "cmd/explain.h"
#include "gen/gen.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *pieces(enum width w, const struct value_place *v)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < v->nlocs; i++) {
		const struct loc *l = &v->loc[i];
		json_t *j = json_pack("{si si}", "from", (int)l->off, "bytes", (int)l->bytes);

		if (l->kind == LOC_STACK) {
			json_object_set_new(j, "stack", json_integer(l->stack));
		} else {
			struct str s = { 0 };
			/* The whole register: how much of it counts is in `bytes`. */
			struct loc whole = *l;

			if (l->kind == LOC_GPR)
				whole.bytes = word_bytes(w);
			loc_text(&s, w, &whole);
			json_object_set_new(j, "register", json_string(s.s));
			str_free(&s);
		}
		json_array_append_new(all, j);
	}
	return all;
}

/* Bits that carry a value, a byte after the other, as hexadecimal digits. */
static json_t *mask(const struct type *t, enum width w)
{
	uint8_t bits[ABI_MAX_VALUE] = { 0 };
	struct str s = { 0 };
	json_t *j;

	str_add(&s, "");
	if (t->size[w] && !gen_mask(t, w, bits)) {
		for (unsigned i = 0; i < gen_compare_bytes(t, w); i++)
			bits[i] = 0xff;
	}
	for (unsigned i = 0; i < t->size[w]; i++)
		str_addf(&s, "%02x", bits[i]);
	j = json_string(s.s);
	str_free(&s);
	return j;
}

static json_t *value(struct arena *a, const struct convention *c, const struct type *t,
		     const struct value_place *v, enum edition e)
{
	static const char *const status[] = { "stated", "silent", "contradictory" };
	const struct rule *r = rule_in(v->rule, e);
	const char *de_facto = v->unspecified ? abi_de_facto(v->rule) : NULL;
	json_t *j = json_pack("{ss si si ss ss sb sb sb so so}", "type", type_spell(a, t, ""),
			      "size", (int)t->size[c->width], "align", (int)t->align[c->width],
			      "rule", r->name, "status", status[r->status], "unspecified",
			      v->unspecified, "by_reference", v->by_reference, "nothing",
			      v->nothing, "mask", mask(t, c->width), "pieces", pieces(c->width, v));

	if (de_facto)
		json_object_set_new(j, "de_facto", json_string(de_facto));
	return j;
}

json_t *explain_json(struct arena *a, enum edition e, const struct explained *x)
{
	const struct convention *c = x->c;
	const struct prototype *p = x->p;
	enum profile_id profile = x->profile;
	json_t *j = json_pack("{ss si ss}", "convention", c->name, "width",
			      (int)width_bits(c->width), "profile", profiles[profile].name);
	const struct placement pl = x->pl;
	const char *why = x->why;
	json_t *args = json_array();

	if (why) {
		json_object_set_new(j, "why_not", json_string(why));
		json_decref(args);
		return j;
	}
	for (unsigned i = 0; i < pl.nargs; i++) {
		json_t *v = value(a, c, proto_arg_type(p, i), &pl.arg[i], e);

		if (proto_arg_name(p, i))
			json_object_set_new(v, "name", json_string(proto_arg_name(p, i)));
		json_array_append_new(args, v);
	}
	json_object_set_new(j, "arguments", args);
	json_object_set_new(j, "returns",
			    p->ret->kind == TYPE_VOID ? json_null()
						      : value(a, c, p->ret, &pl.ret, e));
	json_object_set_new(j, "hidden_pointer",
			    pl.hidden.nlocs ? pieces(c->width, &pl.hidden) : json_null());
	json_object_set_new(j, "stack_bytes",
			    pl.stack_unspecified ? json_null() : json_integer(pl.stack_bytes));
	json_object_set_new(j, "popped_by_callee",
			    pl.pop_unspecified ? json_null() : json_integer(pl.pop_bytes));
	json_object_set_new(j, "stack_alignment", json_integer(pl.align));
	json_object_set_new(j, "al", pl.al < 0 ? json_null() : json_integer(pl.al));
	return j;
}
