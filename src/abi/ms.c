/* SPDX-License-Identifier: MIT */
/* ms_abi at 64 bit: Microsoft's "x64 calling convention". Arguments go by position into four
 * register pairs or onto 8-byte stack slots above a 32-byte home area. */
#include "abi/conventions.h"

enum { REG_ARGS = 4, SLOT = 8, HOME = 32 };

/* How the pages speak of a type. */
enum kind { INTEGERS, FLOATS, AGGREGATES, VECTORS, WIDE, FOREIGN };

static enum kind kind_of(const struct type *t)
{
	switch (t->kind) {
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		return FLOATS;
	case TYPE_STRUCT:
	case TYPE_UNION:
		return t->size[W64] ? AGGREGATES : FOREIGN;
	case TYPE_VECTOR:
		/* __m64 to __m512; no others are types of these pages. */
		return t->count < 2 || t->size[W64] < SLOT ? FOREIGN : VECTORS;
	case TYPE_COMPLEX:
	case TYPE_FLOAT16:
	case TYPE_BF16:
	case TYPE_BITINT:
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		return FOREIGN;
	default:
		return t->size[W64] > SLOT ? WIDE : INTEGERS;
	}
}

/* "1, 2, 4, or 8 bytes". */
static bool register_size(const struct type *t)
{
	unsigned n = t->size[W64];

	return n == 1 || n == 2 || n == 4 || n == 8;
}

static void unspecified(struct value_place *v, enum rule_id rule)
{
	v->unspecified = true;
	v->rule = rule;
}

static void place_return(const struct convention *c, const struct type *t, struct placement *out)
{
	bool pcc = c->profile->struct_return == RETURN_PCC;
	struct value_place *v = &out->ret;
	enum kind kind = t->kind == TYPE_VOID ? FOREIGN : kind_of(t);
	bool xmm = kind == FLOATS || (kind == VECTORS && t->size[W64] == 16);

	if (t->kind == TYPE_VOID)
		return;
	if (kind == AGGREGATES && (pcc || !register_size(t))) {
		v->rule = out->hidden.rule =
			pcc && register_size(t) ? RULE_GCC_PCC_STRUCT : RULE_MS_HIDDEN;
		out->hidden.loc[out->hidden.nlocs++] =
			(struct loc){ .kind = LOC_GPR, .reg = c->int_arg[0], .bytes = SLOT };
		return;
	}
	if (kind == FOREIGN)
		unspecified(v, RULE_MS_FOREIGN);
	else if (kind == WIDE || (kind == VECTORS && t->size[W64] > 16))
		unspecified(v, RULE_MS_RET_WIDE);
	if (v->unspecified)
		return;
	v->rule = kind == FLOATS           ? RULE_MS_RET_SSE
		  : kind == AGGREGATES     ? RULE_MS_RET_AGGREGATE
		  : kind == VECTORS && xmm ? RULE_MS_RET_VECTOR
					   : RULE_MS_RET_INT;
	v->loc[v->nlocs++] = (struct loc){ .kind = xmm ? LOC_XMM : LOC_GPR,
					   .reg = xmm ? 0 : c->int_ret[0],
					   .bytes = t->size[W64] };
}

/* Argument i at position `at`, which a hidden pointer may have shifted. */
static void place_argument(const struct convention *c, const struct prototype *p, unsigned i,
			   unsigned at, struct placement *out)
{
	const struct type *t = proto_arg_type(p, i);
	struct value_place *v = &out->arg[i];
	enum kind kind = kind_of(t);
	unsigned bytes = t->size[W64];

	v->rule = at < REG_ARGS ? RULE_MS_ARGS : RULE_MS_STACK;
	if (!register_size(t)) {
		/* Complex types of other sizes too: "any argument that isn't 1, 2, 4, or 8 bytes".
		 */
		if (!bytes) {
			unspecified(v, RULE_MS_FOREIGN);
			return;
		}
		v->by_reference = true;
		v->rule = kind == AGGREGATES               ? RULE_MS_REFERENCE_ALIGNED
			  : kind == VECTORS && bytes == 16 ? RULE_MS_VECTOR
							   : RULE_MS_REFERENCE;
		bytes = SLOT;
	} else if (kind == FOREIGN) {
		unspecified(v, RULE_MS_FOREIGN);
		return;
	} else if ((kind == AGGREGATES || kind == VECTORS) && at < REG_ARGS) {
		v->rule = RULE_MS_AGGREGATE;
	}
	if (at >= REG_ARGS) {
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_STACK,
						   .stack = (int)(HOME + (at - REG_ARGS) * SLOT),
						   .bytes = bytes };
		return;
	}
	if (kind == FLOATS)
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_XMM, .reg = at, .bytes = bytes };
	/* Of a variadic function any floating-point value may be in both registers; one of the
	 * ellipsis is. */
	if (kind != FLOATS || p->variadic) {
		v->loc[v->nlocs++] =
			(struct loc){ .kind = LOC_GPR, .reg = c->int_arg[at], .bytes = bytes };
		if (kind == FLOATS && i >= p->nparams)
			v->rule = RULE_MS_VARARGS;
	}
}

static void ms_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	unsigned shift, positions;

	place_return(c, p->ret, out);
	out->stack_bytes = HOME;
	out->pop_rule = c->rule[CHECK_SP];
	if (out->ret.unspecified) {
		/* A hidden pointer, if there is one, shifts every argument. */
		for (unsigned i = 0; i < out->nargs; i++)
			unspecified(&out->arg[i], out->ret.rule);
		/* With a fourth argument the shift may reach the stack. */
		out->stack_unspecified = out->nargs >= REG_ARGS;
		return;
	}
	shift = out->hidden.nlocs;
	positions = out->nargs + shift;
	for (unsigned i = 0; i < out->nargs; i++) {
		place_argument(c, p, i, i + shift, out);
		if (!proto_arg_type(p, i)->size[W64]) {
			/* It may take no position at all. */
			for (; i < out->nargs; i++)
				unspecified(&out->arg[i], RULE_MS_FOREIGN);
			out->stack_unspecified = positions > REG_ARGS;
		}
	}
	if (positions > REG_ARGS)
		out->stack_bytes = HOME + (positions - REG_ARGS) * SLOT;
}

/* What a callee keeps and where arguments go. */
#define MS_FRAME                                                                             \
	.width = W64, MS_KEEPS, .int_arg = { GPR_CX, GPR_DX, GPR_R8, GPR_R9 },               \
	.nint_args = REG_ARGS, .nvector_args = REG_ARGS, .int_ret = { GPR_AX }, .align = 16, \
	.home_bytes = HOME, .upper_return = RULE_MS_RET_INT, .df_entry = RULE_MS_DF_ENTRY,   \
	.place = ms_place

const struct convention abi_ms = {
	.name = "ms",
	.attribute = "__attribute__((ms_abi))",
	.title = "Microsoft x64",
	MS_FRAME,
	.va = "__builtin_ms_va",
	.rule = { MS_RULES, [CHECK_LAYOUT] = RULE_SYSV_LAYOUT },
};

const struct convention abi_ms_windows = {
	.name = "ms",
	.attribute = "",
	.title = "Microsoft x64, on Windows",
	.only = "windows",
	MS_FRAME,
	.va = "va",
	.rule = { MS_RULES, [CHECK_LAYOUT] = RULE_MS_LAYOUT },
};
