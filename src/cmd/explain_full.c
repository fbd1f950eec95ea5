/* SPDX-License-Identifier: MIT */
/* `clobber explain -v': one convention with all that there is to say: places and their rules, who
 * pops, what is preserved, a picture of the stack. */
#include "cmd/explain.h"

#include <string.h>

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
		str_addf(out, ", %s-", vector_name(r, kept.ymm >> r & 1 ? 32 : 16));
		str_add(out, vector_name(last, kept.ymm >> r & 1 ? 32 : 16));
		r = last + 1;
	}
}

/* What the processor pushed, highest address first: SDM volume 3, 6.12.1 and 6.14.2. */
static void frame_picture(struct str *out, const struct convention *c, const struct placement *pl)
{
	static const char *const pushed[] = { "SS", "RSP", "RFLAGS", "CS", "RIP" };
	bool wide = c->width == W64;
	unsigned word = word_bytes(c->width), at = (wide ? 5 : 3) + (pl->nargs > 1);

	str_addf(out, "    stack at entry\n");
	for (unsigned i = wide ? 0 : 2; i < ARRAY_SIZE(pushed); i++)
		str_addf(out, "      | %-16s | %s+%u\n",
			 wide || strlen(pushed[i]) == 2 ? pushed[i]
			 : i == 2                       ? "EFLAGS"
							: "EIP",
			 gpr_name(c->width, GPR_SP, word), --at * word);
	if (pl->nargs > 1)
		str_addf(out, "      | error code       | %s+0\n",
			 gpr_name(c->width, GPR_SP, word));
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

void explain_full(struct str *out, struct arena *a, const struct explained *x)
{
	const struct convention *c = x->c;
	const struct prototype *p = x->p;
	struct placement pl = x->pl;
	const char *why = x->why;
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

		str_addf(out, "    %-10s %-18s %-20s [%s]\n", proto_arg_label(a, p, i),
			 type_spell(a, proto_arg_type(p, i), ""), explain_value(a, c->width, v),
			 rules[v->rule].name);
	}
	de_facto(out, &pl);
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
			 explain_value(a, c->width, &pl.ret), rules[pl.ret.rule].name);
	if (pl.al >= 0)
		str_addf(out, "    %-10s %-18s %d to 8               [%s]\n", "al",
			 "vector registers", pl.al, rules[c->rule[CHECK_AL]].name);
	if (c->by_processor)
		str_addf(out, "    %-10s %sthe frame, by IRET [%s]\n", "popped",
			 pl.nargs > 1 ? "the error code, and " : "", rules[pl.pop_rule].name);
	else if (pl.pop_unspecified)
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
	if (c->by_processor)
		frame_picture(out, c, &pl);
	else
		stack_picture(out, a, c, p, &pl);
	str_add(out, "\n");
	str_free(&s);
}
