/* SPDX-License-Identifier: MIT */
/* SysV x86-64: x86-64 psABI section 3.2.3, "Parameter Passing". Also regparm(0) and asmlinkage at
 * 64 bit, which are documented to change nothing. */
#include "abi/conventions.h"

enum { INT_REGS = 6, SSE_REGS = 8, EIGHTBYTE = 8 };

/* Passing, 2: the sequence of integer registers. */
static const unsigned char int_regs[INT_REGS] = { GPR_DI, GPR_SI, GPR_DX, GPR_CX, GPR_R8, GPR_R9 };

/* The registers an argument wants, by the classes of its eightbytes. */
struct wants {
	unsigned ints, sses;
	bool memory;
	enum rule_id rule;
};

/* Classification of the basic types. */
static struct wants classify(const struct type *t)
{
	switch (t->kind) {
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		return (struct wants){ .sses = 1, .rule = RULE_SYSV_SSE_ARGS };
	case TYPE_LDOUBLE:
		return (struct wants){ .memory = true, .rule = RULE_SYSV_X87_ARGS };
	case TYPE_INT128:
	case TYPE_UINT128:
		return (struct wants){ .ints = 2, .rule = RULE_SYSV_INT128 };
	default:
		return (struct wants){ .ints = 1, .rule = RULE_SYSV_INT_ARGS };
	}
}

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned round_up(unsigned n, unsigned to)
{
	return (n + to - 1) / to * to;
}

static void place_return(const struct type *t, struct placement *out)
{
	struct value_place *v = &out->ret;

	switch (t->kind) {
	case TYPE_VOID:
		return;
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		v->rule = RULE_SYSV_RET_SSE;
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_XMM, .bytes = t->size[W64] };
		return;
	case TYPE_LDOUBLE:
		v->rule = RULE_SYSV_RET_X87;
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_X87, .bytes = 10 };
		return;
	default:
		v->rule = RULE_SYSV_RET_INT;
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_GPR,
						   .reg = GPR_AX,
						   .bytes = min(t->size[W64], EIGHTBYTE) };
		if (t->size[W64] > EIGHTBYTE)
			v->loc[v->nlocs++] = (struct loc){ .kind = LOC_GPR,
							   .reg = GPR_DX,
							   .off = EIGHTBYTE,
							   .bytes = t->size[W64] - EIGHTBYTE };
		return;
	}
}

void sysv_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	unsigned ints = 0, sses = 0;

	place_return(p->ret, out);
	for (unsigned i = 0; i < out->nargs; i++) {
		const struct type *t = abi_arg_type(p, i);
		struct value_place *v = &out->arg[i];
		struct wants w = classify(t);
		unsigned size = t->size[W64];

		v->rule = w.rule;
		if (!w.memory && ints + w.ints <= INT_REGS && sses + w.sses <= SSE_REGS) {
			for (unsigned k = 0; k < w.ints; k++)
				v->loc[v->nlocs++] =
					(struct loc){ .kind = LOC_GPR,
						      .reg = int_regs[ints++],
						      .off = k * EIGHTBYTE,
						      .bytes = min(size - k * EIGHTBYTE,
								   EIGHTBYTE) };
			if (w.sses)
				v->loc[v->nlocs++] = (struct loc){ .kind = LOC_XMM,
								   .reg = sses++,
								   .bytes = size };
			continue;
		}
		/* "If there are no registers available for any eightbyte of an argument, the whole
		 * argument is passed on the stack": later ones may still find registers. */
		if (w.ints == 2)
			v->rule = RULE_SYSV_WHOLE;
		else if (!w.memory)
			v->rule = RULE_SYSV_STACK;
		/* Passing, 1: "align and pass the argument on the stack". */
		out->stack_bytes =
			round_up(out->stack_bytes, t->align[W64] > EIGHTBYTE ? 16 : EIGHTBYTE);
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_STACK,
						   .stack = (int)out->stack_bytes,
						   .bytes = size };
		out->stack_bytes += round_up(size, EIGHTBYTE);
	}
	out->pop_rule = c->rule[CHECK_SP];
	if (p->variadic)
		out->al = (int)sses;
}

const struct convention abi_sysv = {
	.name = "sysv",
	.width = W64,
	.attribute = "",
	.title = "SysV x86-64",
	.headline = true,
	.saved_gpr = SYSV_SAVED,
	.rule = { SYSV_RULES },
	.upper_return = RULE_SYSV_UPPER,
	.place = sysv_place,
};

const struct convention abi_regparm0_64 = {
	.name = "regparm0",
	.width = W64,
	.attribute = "__attribute__((regparm(0)))",
	.title = "regparm(0) at 64 bit, a no-op",
	.noop = RULE_GCC_REGPARM_64,
	.headline = true,
	.saved_gpr = SYSV_SAVED,
	.rule = { SYSV_RULES },
	.upper_return = RULE_SYSV_UPPER,
	.place = sysv_place,
};

/* asmlinkage is a macro of the kernel's, empty at 64 bit: it is spelt out in the generated C. */
const struct convention abi_asmlinkage_64 = {
	.name = "asmlinkage",
	.width = W64,
	.attribute = "asmlinkage",
	.title = "asmlinkage at 64 bit, a no-op",
	.noop = RULE_LINUX_ASMLINKAGE_64,
	.headline = true,
	.saved_gpr = SYSV_SAVED,
	.rule = { SYSV_RULES },
	.upper_return = RULE_SYSV_UPPER,
	.place = sysv_place,
};
