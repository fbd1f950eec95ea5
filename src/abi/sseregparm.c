/* SPDX-License-Identifier: MIT */
/* i386 sseregparm: GCC manual, x86 Attributes (arguments) and x86 Options, -msseregparm (return
 * values). Everything but float and double is as in cdecl. */
#include "abi/conventions.h"

static bool is_plain(const struct type *t)
{
	return t->kind == TYPE_FLOAT || t->kind == TYPE_DOUBLE;
}

/* Floating-point of other kinds, and vectors: the text does not say whether they count. */
static bool is_open(const struct type *t)
{
	return (type_is_float(t) && !is_plain(t)) || t->kind == TYPE_COMPLEX ||
	       t->kind == TYPE_VECTOR;
}

static void sseregparm_place(const struct convention *c, const struct prototype *p,
			     struct placement *out)
{
	unsigned used = 0;

	i386_return(c, p, out);
	out->pop_rule = out->hidden.nlocs ? RULE_I386_HIDDEN : c->rule[CHECK_SP];
	if (out->stack_unspecified)
		return;
	if (is_plain(p->ret)) {
		out->ret.rule = RULE_GCC_SSEREGPARM_RETURN;
		out->ret.loc[0] = (struct loc){ .kind = LOC_XMM, .bytes = p->ret->size[W32] };
	}
	for (unsigned i = 0; i < out->nargs && !out->stack_unspecified; i++) {
		const struct type *t = proto_arg_type(p, i);
		struct value_place *v = &out->arg[i];

		if (p->variadic) {
			if (!i386_other_arg(c, p, i, out))
				i386_stack_arg(p, i, RULE_GCC_SSEREGPARM_VA, out);
		} else if (is_open(t)) {
			i386_unspecified_from(i, RULE_GCC_SSEREGPARM_WIDE, out);
		} else if (is_plain(t) && used < c->nvector_args) {
			v->rule = RULE_GCC_SSEREGPARM_ARGS;
			v->loc[v->nlocs++] = (struct loc){ .kind = LOC_XMM,
							   .reg = used++,
							   .bytes = t->size[W32] };
		} else if (!i386_other_arg(c, p, i, out)) {
			i386_stack_arg(p, i,
				       is_plain(t) ? RULE_GCC_SSEREGPARM_ARGS : RULE_I386_STACK,
				       out);
		}
	}
}

const struct convention abi_sseregparm = {
	.name = "sseregparm",
	.width = W32,
	.attribute = "__attribute__((sseregparm))",
	.title = "i386 sseregparm",
	.only = "sse2",
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_SP] = RULE_I386_SP, [CHECK_ARG] = RULE_I386_STACK },
	.nvector_args = 3,
	.place = sseregparm_place,
};
