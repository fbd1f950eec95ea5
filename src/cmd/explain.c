/* SPDX-License-Identifier: MIT */
/* clobber explain: where each argument of a prototype goes, under every convention. */
#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "abi/abi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct options_page page = {
	"explain",
	"usage: clobber explain [--abi LIST] [--width LIST] [--edition E]\n"
	"                       [--json] 'PROTOTYPE'\n"
	"\n"
	"Where each argument goes, where the value returns, who pops the arguments and\n"
	"what is preserved, under every convention, with the rules that say so.\n",
	"example: clobber explain 'void vmread_error(unsigned long field, _Bool fault)'\n",
};

static void saved_text(struct str *out, const struct convention *c, const struct placement *pl)
{
	const struct reg_set kept = abi_preserved(c, pl);
	unsigned n = word_bytes(c->width);
	const char *comma = "";
	size_t line = out->len;

	for (unsigned r = 0; r < GPR_COUNT; r++) {
		if (!(kept.gpr >> r & 1))
			continue;
		if (out->len > line + 50) {
			str_add(out, ",\n              ");
			line = out->len;
			comma = " ";
		}
		str_addf(out, "%s%s", comma, gpr_name(c->width, r, n));
		comma = ", ";
	}
	str_addf(out, ", %s", gpr_name(c->width, GPR_SP, n));
	for (unsigned r = 0; r < XMM_COUNT;) {
		unsigned last = r;

		if (!(kept.xmm >> r & 1)) {
			r++;
			continue;
		}
		while (last + 1 < XMM_COUNT && (kept.xmm >> (last + 1) & 1))
			last++;
		str_addf(out, ", xmm%u-xmm%u", r, last);
		r = last + 1;
	}
}

/* The argument area, highest address first, as it is at the call instruction. */
static void stack_picture(struct str *out, struct arena *a, const struct convention *c,
			  const struct prototype *p, const struct placement *pl)
{
	unsigned word = word_bytes(c->width);
	const char *sp = gpr_name(c->width, GPR_SP, word);

	str_add(out, "    stack at the call\n");
	if (pl->stack_unspecified) {
		str_add(out, "      | unspecified      |\n");
		return;
	}
	if (!pl->stack_bytes) {
		str_addf(out, "      | caller's frame   | %s\n", sp);
		return;
	}
	str_addf(out, "      | caller's frame   | %s+%u\n      +------------------+\n", sp,
		 pl->stack_bytes);
	for (unsigned at = pl->stack_bytes; at > 0;) {
		const char *text = pl->home_bytes && at <= pl->home_bytes ? "home area" : "padding";
		bool hidden = pl->hidden.nlocs && pl->hidden.loc[0].kind == LOC_STACK;

		at -= word;
		if (hidden && at == (unsigned)pl->hidden.loc[0].stack)
			text = "hidden pointer";
		for (unsigned i = 0; i < pl->nargs; i++) {
			for (unsigned l = 0; l < pl->arg[i].nlocs; l++) {
				const struct loc *loc = &pl->arg[i].loc[l];
				unsigned from = (unsigned)loc->stack;

				if (loc->kind != LOC_STACK || at < from || at >= from + loc->bytes)
					continue;
				text = pl->arg[i].by_reference
					       ? arena_printf(a, "&%s", proto_arg_label(a, p, i))
				       : loc->bytes > word
					       ? arena_printf(a, "%s, bytes %u-%u",
							      proto_arg_label(a, p, i), at - from,
							      (at - from + word < loc->bytes
								       ? at - from + word
								       : loc->bytes) -
								      1)
					       : proto_arg_label(a, p, i);
			}
		}
		str_addf(out, "      | %-16.16s | %s%s%u\n", text, sp, "+", at);
	}
}

/* What gcc and clang do where no document decides, marked as what it is. */
static void de_facto(struct str *out, const struct placement *pl)
{
	for (unsigned i = 0; i < pl->nargs; i++) {
		const char *why = pl->arg[i].unspecified ? abi_de_facto(pl->arg[i].rule) : NULL;

		if (!why)
			continue;
		str_addf(
			out,
			"    %-10s no document decides; gcc and clang agree (of all tested versions): %s\n",
			"de facto", why);
		return;
	}
}

static void explain(struct str *out, struct arena *a, enum edition e, const struct convention *c,
		    const struct prototype *p)
{
	struct placement pl;
	const char *why = abi_place_at(e, convention_profile(c), c, p, &pl);
	struct str s = { 0 };

	str_addf(out, "%s, %u bit: %s", c->name, width_bits(c->width), c->title);
	if (c->noop)
		str_addf(out, " [%s]", rules[c->noop].name);
	str_add(out, "\n");
	if (why) {
		str_addf(out, "    cannot be declared here: it\n      %s\n\n", why);
		return;
	}
	for (unsigned i = 0; i < pl.nargs; i++) {
		const struct value_place *v = &pl.arg[i];

		s.len = 0;
		value_text(&s, c->width, v);
		str_addf(out, "    %-10s %-18s %-20s [%s]\n", proto_arg_label(a, p, i),
			 type_spell(a, proto_arg_type(p, i), ""), s.s, rules[v->rule].name);
	}
	de_facto(out, &pl);
	s.len = 0;
	str_add(&s, "");
	value_text(&s, c->width, &pl.ret);
	if (pl.hidden.nlocs) {
		s.len = 0;
		value_text(&s, c->width, &pl.hidden);
		str_addf(out, "    %-10s %-18s memory, pointer in %s, also returned in %s [%s]\n",
			 "returns", type_spell(a, p->ret, ""), s.s,
			 gpr_name(c->width, GPR_AX, word_bytes(c->width)), rules[pl.ret.rule].name);
	} else if (p->ret->kind == TYPE_VOID)
		str_addf(out, "    %-10s nothing\n", "returns");
	else
		str_addf(out, "    %-10s %-18s %-20s [%s]\n", "returns", type_spell(a, p->ret, ""),
			 s.s, rules[pl.ret.rule].name);
	if (pl.al >= 0)
		str_addf(out, "    %-10s %-18s %d to 8               [%s]\n", "al",
			 "vector registers", pl.al, rules[c->rule[CHECK_AL]].name);
	if (pl.pop_unspecified)
		str_addf(out, "    %-10s by whom is unspecified [%s]\n", "popped",
			 rules[pl.pop_rule].name);
	else if (!pl.stack_bytes && !pl.stack_unspecified)
		str_addf(out, "    %-10s nothing to pop [%s]\n", "popped", rules[pl.pop_rule].name);
	else
		str_addf(out, "    %-10s by the %s, %s%s [%s]\n", "popped",
			 pl.pop_bytes ? "callee" : "caller",
			 pl.stack_unspecified ? "an unspecified number of"
					      : arena_printf(a, "%u", pl.stack_bytes),
			 " bytes", rules[pl.pop_rule].name);
	s.len = 0;
	saved_text(&s, c, &pl);
	str_addf(out, "    %-10s %s%s[%s]\n", "preserved", s.s,
		 s.len > 40 ? "\n               " : " ", rules[c->rule[CHECK_SAVED]].name);
	stack_picture(out, a, c, p, &pl);
	str_add(out, "\n");
	str_free(&s);
}

int cmd_explain(int argc, char **argv)
{
	struct arena *a = arena_new();
	const char *abis = NULL, *widths = NULL, *error = NULL;
	const struct prototype *p;
	struct str out = { 0 };
	const char **names;
	const char *edition = NULL;
	bool width[WIDTHS], json = false;
	json_t *placements = json_array();
	size_t shown = 0;
	const struct option_row rows[] = {
		LISTED("abi", &abis, "LIST", "abis",
		       "conventions (default: all; see `clobber list abis')"),
		OFFERED("width", &widths, "LIST", width_words, "32, 64 (default: both)"),
		CHOICE("edition", &edition, "E", edition_words(a),
		       "of the psABIs: 2019, 2024, 2025 (default: 2025; see `clobber list rules')"),
		FLAG("json", 0, &json, "for programs (docs/explain-json.md)"), END_OF_OPTIONS
	};

	if (options_parse(a, &page, rows, argc, argv) != 1)
		die("explain: one prototype, in quotes, please: clobber explain 'int f(long, "
		    "char)'");
	names = abi_list(a, abis);
	width_list(a, widths, width);
	p = proto_parse_decl(a, argv[1], &error);
	if (!p) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	str_addf(&out, "%s\n\n", proto_spell(a, p));
	for (const struct convention *const *conv = conventions; *conv; conv++) {
		if (!width[(*conv)->width] || !listed(names, (*conv)->name))
			continue;
		if (p->convention && strcmp(p->convention, (*conv)->name))
			continue;
		if (json)
			json_array_append_new(placements,
					      explain_json(a, edition_option(edition), *conv, p));
		else
			explain(&out, a, edition_option(edition), *conv, p);
		shown++;
	}
	if (!shown)
		die("explain: the prototype's own convention (%s) is not among those selected",
		    p->convention ? p->convention : "none");
	if (json) {
		json_t *root =
			json_pack("{ss ss so}", "prototype", proto_spell(a, p), "edition",
				  editions[edition_option(edition)].name, "placements", placements);
		char *text = json_dumps(root, JSON_INDENT(1));

		if (!text)
			die("out of memory while writing JSON");
		puts(text);
		free(text);
		json_decref(root);
	} else {
		fwrite(out.s, 1, out.len, stdout);
		json_decref(placements);
	}
	str_free(&out);
	arena_free(a);
	return 0;
}
