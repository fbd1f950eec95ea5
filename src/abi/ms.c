/* SPDX-License-Identifier: MIT */
/* ms_abi at 64 bit: Microsoft's "x64 calling convention". Arguments go by position into four
 * register pairs or onto 8-byte stack slots above a 32-byte home area. */
#include "abi/conventions.h"

enum { REG_ARGS = 4, SLOT = 8, HOME = 32 };

static const unsigned char int_regs[REG_ARGS] = { GPR_CX, GPR_DX, GPR_R8, GPR_R9 };

static bool is_sse(const struct type *t)
{
	return t->kind == TYPE_FLOAT || t->kind == TYPE_DOUBLE;
}

static void place_return(const struct type *t, struct placement *out)
{
	struct value_place *v = &out->ret;

	if (t->kind == TYPE_VOID)
		return;
	if (t->size[W64] > SLOT) {
		v->unspecified = true;
		v->rule = RULE_MS_RET_WIDE;
		return;
	}
	v->rule = is_sse(t) ? RULE_MS_RET_SSE : RULE_MS_RET_INT;
	v->loc[v->nlocs++] = (struct loc){ .kind = is_sse(t) ? LOC_XMM : LOC_GPR,
					   .reg = is_sse(t) ? 0 : GPR_AX,
					   .bytes = t->size[W64] };
}

static void ms_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	place_return(p->ret, out);
	out->home_bytes = HOME;
	out->stack_bytes = HOME;
	out->pop_rule = c->rule[CHECK_SP];
	if (out->ret.unspecified) {
		/* A hidden pointer, if there is one, shifts every argument. */
		for (unsigned i = 0; i < out->nargs; i++) {
			out->arg[i].unspecified = true;
			out->arg[i].rule = out->ret.rule;
		}
		/* With a fourth argument the shift may reach the stack. */
		out->stack_unspecified = out->nargs >= REG_ARGS;
		return;
	}
	for (unsigned i = 0; i < out->nargs; i++) {
		const struct type *t = abi_arg_type(p, i);
		struct value_place *v = &out->arg[i];
		unsigned bytes = t->size[W64];

		v->rule = i < REG_ARGS ? RULE_MS_ARGS : RULE_MS_STACK;
		if (bytes > SLOT) {
			v->by_reference = true;
			v->rule = RULE_MS_REFERENCE;
			bytes = SLOT;
		}
		if (i >= REG_ARGS) {
			v->loc[v->nlocs++] = (struct loc){ .kind = LOC_STACK,
							   .stack = (int)out->stack_bytes,
							   .bytes = bytes };
			out->stack_bytes += SLOT;
			continue;
		}
		if (is_sse(t))
			v->loc[v->nlocs++] =
				(struct loc){ .kind = LOC_XMM, .reg = i, .bytes = bytes };
		/* Of a variadic function any floating-point value is in both registers. */
		if (!is_sse(t) || p->variadic) {
			v->loc[v->nlocs++] =
				(struct loc){ .kind = LOC_GPR, .reg = int_regs[i], .bytes = bytes };
			if (is_sse(t))
				v->rule = RULE_MS_VARARGS;
		}
	}
}

const struct convention abi_ms = {
	.name = "ms",
	.width = W64,
	.attribute = "__attribute__((ms_abi))",
	.title = "Microsoft x64",
	.saved_gpr = SYSV_SAVED | GPR_BIT(SI) | GPR_BIT(DI),
	.saved_xmm = 0xffc0,
	.rule = { [CHECK_ENTERED] = RULE_MS_CALL,
		  [CHECK_ARG] = RULE_MS_ARGS,
		  [CHECK_REFERENCE] = RULE_MS_REFERENCE,
		  [CHECK_UPPER] = RULE_MS_UPPER,
		  [CHECK_RETURN] = RULE_MS_RET_INT,
		  [CHECK_HIDDEN] = RULE_MS_HIDDEN,
		  [CHECK_SAVED] = RULE_MS_SAVED,
		  [CHECK_SP] = RULE_MS_SP,
		  [CHECK_CANARY] = RULE_MS_FRAME,
		  [CHECK_ALIGN] = RULE_MS_ALIGN,
		  [CHECK_LOCALS] = RULE_MS_LOCALS,
		  [CHECK_DF] = RULE_MS_DF_EXIT,
		  [CHECK_X87_STACK] = RULE_MS_X87_STACK,
		  [CHECK_X87_CW] = RULE_MS_X87_CW,
		  [CHECK_MXCSR] = RULE_MS_MXCSR,
		  [CHECK_FAULT] = RULE_MS_CALL },
	.upper_return = RULE_MS_RET_INT,
	.df_entry = RULE_MS_DF_ENTRY,
	.home_bytes = HOME,
	.place = ms_place,
};
