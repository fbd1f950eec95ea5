/* SPDX-License-Identifier: MIT */
/* What the i386 conventions share: i386 psABI section 2.2.3. Everything goes on the stack unless a
 * convention says otherwise, and return values do not depend on the convention. */
#include "abi/conventions.h"

enum { WORD = 4 };

bool i386_fits_register(const struct type *t)
{
	return (type_is_integer(t) || t->kind == TYPE_POINTER) && t->size[W32] <= WORD;
}

void i386_return(const struct prototype *p, struct placement *out)
{
	const struct type *t = p->ret;
	struct value_place *v = &out->ret;

	if (t->kind == TYPE_VOID)
		return;
	if (type_is_float(t)) {
		v->rule = RULE_I386_RET_X87;
		v->loc[v->nlocs++] =
			(struct loc){ .kind = LOC_X87,
				      .bytes = t->kind == TYPE_LDOUBLE ? 10 : t->size[W32] };
		return;
	}
	v->rule = t->size[W32] > WORD ? RULE_I386_RET_LLONG : RULE_I386_RET_INT;
	v->loc[v->nlocs++] = (struct loc){ .kind = LOC_GPR,
					   .reg = GPR_AX,
					   .bytes = t->size[W32] > WORD ? WORD : t->size[W32] };
	if (t->size[W32] > WORD)
		v->loc[v->nlocs++] =
			(struct loc){ .kind = LOC_GPR, .reg = GPR_DX, .off = WORD, .bytes = WORD };
}

void i386_stack_arg(const struct prototype *p, unsigned i, enum rule_id rule, struct placement *out)
{
	unsigned size = abi_arg_type(p, i)->size[W32];
	struct value_place *v = &out->arg[i];

	v->rule = rule;
	v->loc[v->nlocs++] =
		(struct loc){ .kind = LOC_STACK, .stack = (int)out->stack_bytes, .bytes = size };
	out->stack_bytes += (size + WORD - 1) / WORD * WORD;
}

void i386_reg_arg(const struct prototype *p, unsigned i, enum gpr reg, enum rule_id rule,
		  struct placement *out)
{
	struct value_place *v = &out->arg[i];

	v->rule = rule;
	v->loc[v->nlocs++] =
		(struct loc){ .kind = LOC_GPR, .reg = reg, .bytes = abi_arg_type(p, i)->size[W32] };
}

void i386_unspecified_from(unsigned i, enum rule_id rule, struct placement *out)
{
	out->stack_unspecified = i < out->nargs;
	for (; i < out->nargs; i++) {
		out->arg[i].unspecified = true;
		out->arg[i].rule = rule;
	}
}
