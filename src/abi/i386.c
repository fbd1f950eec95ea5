/* SPDX-License-Identifier: MIT */
/* What the i386 conventions share: i386 psABI section 2.2.3. Everything goes on the stack unless a
 * convention says otherwise, and return values do not depend on the convention. */
#include "abi/conventions.h"

enum { WORD = 4 };

bool i386_wide_integer(const struct type *t)
{
	return type_is_integer(t) && t->size[W32] > WORD;
}

bool i386_fits_register(const struct type *t)
{
	return (type_is_integer(t) || t->kind == TYPE_POINTER) && t->size[W32] <= WORD;
}

/* The alignment a type has by Table 2.1, whatever attributes say. */
static unsigned natural_align(const struct type *t)
{
	unsigned align = 1;

	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			unsigned a = t->packed ? 1 : natural_align(t->fields[i].type);

			align = a > align ? a : align;
		}
		return align;
	case TYPE_ARRAY:
		return natural_align(t->of);
	case TYPE_COMPLEX:
		return WORD;
	default:
		return t->kind < TYPE_BASIC_COUNT ? type_basic(t->kind)->align[W32] : t->align[W32];
	}
}

/* Is a value of this type returned in memory? Table 2.4, and "Aggregate types are always". */
static bool returns_in_memory(const struct type *t)
{
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_FLOAT128:
		return true;
	case TYPE_COMPLEX:
		return t->of->kind != TYPE_FLOAT;
	default:
		return false;
	}
}

void i386_unspecified_return(struct placement *out)
{
	if (!out->hidden.nlocs)
		return;
	out->hidden = (struct value_place){ .rule = RULE_NONE };
	out->stack_bytes = 0;
	out->pop_bytes = 0;
	out->ret.unspecified = true;
	out->ret.rule = RULE_GCC_HIDDEN;
	i386_unspecified_from(0, RULE_GCC_HIDDEN, out);
	out->stack_unspecified = true;
	out->pop_unspecified = true;
}

void i386_return(const struct prototype *p, struct placement *out)
{
	const struct type *t = p->ret;
	struct value_place *v = &out->ret;
	bool parts = t->kind == TYPE_COMPLEX;

	if (t->kind == TYPE_VOID)
		return;
	if (returns_in_memory(t)) {
		/* The implicit first argument, popped by the called function in every convention.
		 */
		v->rule = out->hidden.rule = RULE_I386_HIDDEN;
		out->hidden.loc[out->hidden.nlocs++] =
			(struct loc){ .kind = LOC_STACK, .bytes = WORD };
		out->stack_bytes = WORD;
		out->pop_bytes = WORD;
		return;
	}
	if (type_is_float(t)) {
		v->rule = RULE_I386_RET_X87;
		v->loc[v->nlocs++] =
			(struct loc){ .kind = LOC_X87,
				      .bytes = t->kind == TYPE_LDOUBLE ? 10 : t->size[W32] };
		return;
	}
	v->rule = parts                 ? RULE_I386_RET_COMPLEX
		  : t->size[W32] > WORD ? RULE_I386_RET_LLONG
					: RULE_I386_RET_INT;
	v->loc[v->nlocs++] = (struct loc){ .kind = LOC_GPR,
					   .reg = GPR_AX,
					   .bytes = t->size[W32] > WORD ? WORD : t->size[W32] };
	if (t->size[W32] > WORD)
		v->loc[v->nlocs++] =
			(struct loc){ .kind = LOC_GPR, .reg = GPR_DX, .off = WORD, .bytes = WORD };
}

bool i386_place_on_stack(const struct type *t, unsigned *stack, struct loc *l, enum rule_id *why)
{
	unsigned align = natural_align(t), size = t->size[W32];

	if (align < WORD)
		align = WORD;
	if (!size || t->align[W32] > align) {
		*why = size ? RULE_I386_OVERALIGNED : RULE_I386_EMPTY;
		return false;
	}
	*why = align > WORD ? RULE_I386_ALIGNED : RULE_NONE;
	*stack = (*stack + align - 1) / align * align;
	*l = (struct loc){ .kind = LOC_STACK, .stack = (int)*stack, .bytes = size };
	*stack += (size + WORD - 1) / WORD * WORD;
	return true;
}

void i386_stack_arg(const struct prototype *p, unsigned i, enum rule_id rule, struct placement *out)
{
	struct value_place *v = &out->arg[i];
	enum rule_id why;

	if (out->stack_unspecified && out->arg[i].unspecified)
		return;
	if (!i386_place_on_stack(abi_arg_type(p, i), &out->stack_bytes, &v->loc[0], &why)) {
		i386_unspecified_from(i, why, out);
		return;
	}
	v->nlocs = 1;
	v->rule = why ? why : rule;
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
