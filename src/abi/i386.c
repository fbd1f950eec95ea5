/* SPDX-License-Identifier: MIT */
/* What the i386 conventions share: i386 psABI section 2.2.3. Everything goes on the stack unless a
 * convention says otherwise, and return values do not depend on the convention. */
#include "abi/conventions.h"

enum { WORD = 4, VECTOR_ARGS = 3 };

bool i386_wide_integer(const struct type *t)
{
	return type_is_integer(t) && t->size[W32] > WORD;
}

bool i386_fits_register(const struct type *t)
{
	return (type_is_integer(t) || t->kind == TYPE_POINTER) && t->size[W32] <= WORD;
}

static bool is_record(const struct type *t)
{
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;
}

/* "1, 2, 4 or 8 bytes long": GCC manual, Interfacing to GCC Output. */
static bool short_record(const struct type *t)
{
	unsigned n = t->size[W32];

	return is_record(t) && (n == 1 || n == 2 || n == 4 || n == 8);
}

/* The alignment of an integer type of the same size: Table 2.1. */
static unsigned aligned_integer(const struct type *t)
{
	return t->size[W32] < WORD ? t->size[W32] : WORD;
}

static bool has_float(const struct type *t)
{
	if (t->kind == TYPE_ARRAY || t->kind == TYPE_COMPLEX || t->kind == TYPE_VECTOR)
		return has_float(t->of);
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		if (has_float(t->fields[i].type))
			return true;
	}
	return type_is_float(t);
}

/* Is a value of this type returned in memory? Table 2.4, and "Aggregate types are always". */
static bool returns_in_memory(const struct type *t)
{
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_FLOAT128:
	case TYPE_DECIMAL128:
		return true;
	case TYPE_COMPLEX:
		return t->of->kind != TYPE_FLOAT;
	default:
		return false;
	}
}

/* Nothing is known about the call: an implicit first argument, if there is one, moves all
 * others. */
static void nothing_specified(bool returns, enum rule_id rule, struct placement *out)
{
	out->hidden = (struct value_place){ .rule = RULE_NONE };
	out->stack_bytes = 0;
	out->pop_bytes = 0;
	out->ret.unspecified = returns;
	out->ret.rule = returns ? rule : RULE_NONE;
	i386_unspecified_from(0, rule, out);
	out->stack_unspecified = true;
	out->pop_unspecified = true;
}

void i386_unspecified_return(struct placement *out)
{
	if (out->hidden.nlocs)
		nothing_specified(true, RULE_GCC_HIDDEN, out);
}

/* The rule, if this edition is still silent about what it states later. */
static enum rule_id silent_in(const struct convention *c, enum rule_id rule)
{
	return rule_in(rule, c->edition)->status == STATED ? RULE_NONE : rule;
}

/* Why no document places a return value of this type, or RULE_NONE. */
static enum rule_id silent_return(const struct convention *c, const struct type *t)
{
	const struct profile *pr = c->profile;

	switch (t->kind) {
	case TYPE_VECTOR:
		return i386_silent_vector(pr, t);
	case TYPE_BITINT:
		return RULE_I386_BITINT;
	case TYPE_BF16:
		return RULE_I386_BF16;
	case TYPE_COMPLEX:
		return t->of->kind == TYPE_FLOAT16 ? RULE_I386_COMPLEX_FLOAT16 : RULE_NONE;
	case TYPE_FLOAT16:
		return silent_in(c, RULE_I386_RET_FLOAT16);
	case TYPE_STRUCT:
	case TYPE_UNION:
		if (pr->struct_return == RETURN_WINDOWS)
			return t->size[W32] > 8 || short_record(t) ? RULE_NONE
								   : RULE_MS32_RET_OTHER;
		if (pr->struct_return != RETURN_REG)
			return RULE_NONE;
		if (!t->size[W32])
			return RULE_GCC_REG_STRUCT_EMPTY;
		if (!short_record(t))
			return RULE_NONE;
		return has_float(t)                          ? RULE_GCC_REG_STRUCT_FLOAT
		       : t->align[W32] != aligned_integer(t) ? RULE_GCC_REG_STRUCT_ALIGN
							     : RULE_NONE;
	default:
		return RULE_NONE;
	}
}

enum rule_id i386_silent_vector(const struct profile *pr, const struct type *t)
{
	unsigned n = t->size[W32];

	/* Of one element too: passing it in an mmx register leaves x87 mode. */
	if (n == 8)
		return RULE_I386_M64;
	if (t->count < 2 || (n != 16 && n != 32 && n != 64))
		return RULE_I386_VECTOR_OTHER;
	return pr->isa < (n == 64   ? ISA_AVX512F
			  : n == 32 ? ISA_AVX
				    : ISA_SSE2)
		       ? RULE_I386_VECTOR_NONE
		       : RULE_NONE;
}

/* Does any value travel as a __m64, which the document both wants and forbids? Then x87 state, and
 * with it everything that is moved through x87 registers, is anything. */
static bool any_m64(const struct prototype *p)
{
	bool any = p->ret->kind == TYPE_VECTOR && p->ret->size[W32] == 8;

	for (unsigned i = 0; i < p->nparams + p->nvarargs; i++) {
		const struct type *t = proto_arg_type(p, i);

		any = any || (t->kind == TYPE_VECTOR && t->size[W32] == 8);
	}
	return any;
}

void i386_return(const struct convention *c, const struct prototype *p, struct placement *out)
{
	const struct profile *pr = c->profile;
	const struct type *t = p->ret;
	struct value_place *v = &out->ret;
	bool parts = t->kind == TYPE_COMPLEX;
	enum rule_id silent = any_m64(p) ? RULE_I386_M64 : silent_return(c, t);
	bool windows = pr->struct_return == RETURN_WINDOWS;
	bool record_in_register = (pr->struct_return == RETURN_REG || windows) && short_record(t);

	if (silent) {
		nothing_specified(t->kind != TYPE_VOID, silent, out);
		return;
	}
	if (t->kind == TYPE_VOID)
		return;
	if (t->kind == TYPE_VECTOR || t->kind == TYPE_FLOAT16) {
		v->rule = t->kind == TYPE_VECTOR ? RULE_I386_RET_VECTOR : RULE_I386_RET_FLOAT16;
		v->loc[v->nlocs++] = (struct loc){ .kind = LOC_XMM, .bytes = t->size[W32] };
		return;
	}
	if (returns_in_memory(t) && !record_in_register) {
		/* The implicit first argument, popped by the called function in every convention.
		 */
		v->rule = out->hidden.rule = RULE_I386_HIDDEN;
		if (is_record(t) && pr->struct_return != RETURN_PSABI)
			v->rule = out->hidden.rule = windows ? RULE_MS32_HIDDEN
						     : pr->struct_return == RETURN_REG
							     ? RULE_GCC_REG_STRUCT
							     : RULE_GCC_PCC_STRUCT;
		out->hidden.loc[out->hidden.nlocs++] =
			(struct loc){ .kind = LOC_STACK, .bytes = WORD };
		out->stack_bytes = WORD;
		out->pop_bytes = windows ? 0 : WORD;
		return;
	}
	if (type_is_float(t) && !type_is_decimal(t)) {
		v->rule = RULE_I386_RET_X87;
		v->loc[v->nlocs++] =
			(struct loc){ .kind = LOC_X87,
				      .bytes = t->kind == TYPE_LDOUBLE ? 10 : t->size[W32] };
		return;
	}
	v->rule = record_in_register    ? windows ? RULE_MS32_RET_STRUCT : RULE_GCC_REG_STRUCT
		  : parts               ? RULE_I386_RET_COMPLEX
		  : type_is_decimal(t)  ? RULE_I386_RET_DECIMAL
		  : t->size[W32] > WORD ? RULE_I386_RET_LLONG
					: RULE_I386_RET_INT;
	v->loc[v->nlocs++] = (struct loc){ .kind = LOC_GPR,
					   .reg = c->int_ret[0],
					   .bytes = t->size[W32] > WORD ? WORD : t->size[W32] };
	if (t->size[W32] > WORD)
		v->loc[v->nlocs++] = (struct loc){
			.kind = LOC_GPR, .reg = c->int_ret[1], .off = WORD, .bytes = WORD
		};
}

/* Is there one of the two types that are aligned to 8, and to 4 as parameters? */
static bool has_exception(const struct type *t)
{
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		if (has_exception(t->fields[i].type))
			return true;
	}
	return t->kind == TYPE_ARRAY
		       ? has_exception(t->of)
		       : t->kind == TYPE_DECIMAL64 || (t->kind == TYPE_VECTOR && t->size[W32] == 8);
}

bool i386_place_on_stack(const struct type *t, unsigned *stack, struct loc *l, enum rule_id *why)
{
	unsigned align = abi_natural_align(t, W32), own = abi_own_align(t, W32);
	unsigned size = t->size[W32];

	if (align < WORD)
		align = WORD;
	if (t->kind != TYPE_DECIMAL64 && has_exception(t)) {
		*why = RULE_I386_M64_ALIGN;
		return false;
	}
	/* Its own: what a typedef lowers is aligned further all the same. */
	if (!size || t->align[W32] > align || own > align) {
		*why = size ? RULE_I386_OVERALIGNED : RULE_I386_EMPTY;
		return false;
	}
	if (own < align && align > WORD) {
		*why = RULE_I386_UNDERALIGNED;
		return false;
	}
	if (t->kind == TYPE_DECIMAL64)
		align = WORD;
	*why = align > WORD ? RULE_I386_ALIGNED : RULE_NONE;
	*stack = (*stack + align - 1) / align * align;
	*l = (struct loc){ .kind = LOC_STACK, .stack = (int)*stack, .bytes = size };
	*stack += (size + WORD - 1) / WORD * WORD;
	return true;
}

void i386_stack_arg(const struct prototype *p, unsigned i, enum rule_id rule, struct placement *out)
{
	const struct type *t = proto_arg_type(p, i);
	struct value_place *v = &out->arg[i];
	enum rule_id why;

	if (out->stack_unspecified && out->arg[i].unspecified)
		return;
	if (!i386_place_on_stack(t, &out->stack_bytes, &v->loc[0], &why)) {
		i386_unspecified_from(i, why, out);
		return;
	}
	if (abi_natural_align(t, W32) > out->align) {
		/* The Stack Frame: 32 or 64 if a __m256 or __m512 is on the stack. */
		out->align = abi_natural_align(t, W32);
		out->align_rule = RULE_I386_VECTOR_STACK;
	}
	v->nlocs = 1;
	v->rule = why ? why : t->kind == TYPE_FLOAT16 ? RULE_I386_FLOAT16 : rule;
}

enum rule_id i386_silent_with_attribute(const struct convention *c, const struct type *t)
{
	enum rule_id why = RULE_NONE;

	switch (t->kind) {
	case TYPE_FLOAT16:
		return silent_in(c, RULE_I386_FLOAT16);
	case TYPE_BF16:
		return RULE_I386_BF16;
	case TYPE_BITINT:
		return RULE_I386_BITINT;
	case TYPE_VECTOR:
		why = i386_silent_vector(c->profile, t);
		return why ? why : RULE_I386_VECTOR_ATTRIBUTE;
	default:
		return RULE_NONE;
	}
}

bool i386_other_arg(const struct convention *c, const struct prototype *p, unsigned i,
		    struct placement *out)
{
	const struct type *t = proto_arg_type(p, i);
	struct value_place *v = &out->arg[i];
	enum rule_id silent = RULE_NONE;
	unsigned used = 0;

	if (t->kind == TYPE_FLOAT16)
		silent = silent_in(c, RULE_I386_FLOAT16);
	else if (t->kind == TYPE_BF16)
		silent = RULE_I386_BF16;
	else if (t->kind == TYPE_BITINT)
		silent = RULE_I386_BITINT;
	else if (t->kind == TYPE_VECTOR)
		silent = i386_silent_vector(c->profile, t);
	if (!silent && t->kind != TYPE_VECTOR)
		return false;
	if (silent) {
		i386_unspecified_from(i, silent, out);
		return true;
	}
	for (unsigned k = 0; k < i; k++)
		used += out->arg[k].nlocs && out->arg[k].loc[0].kind == LOC_XMM;
	if (p->variadic || used == VECTOR_ARGS) {
		i386_stack_arg(p, i, p->variadic ? RULE_I386_VARARGS : RULE_I386_VECTOR, out);
		return true;
	}
	v->rule = RULE_I386_VECTOR;
	v->loc[v->nlocs++] = (struct loc){ .kind = LOC_XMM, .reg = used, .bytes = t->size[W32] };
	return true;
}

void i386_reg_arg(const struct prototype *p, unsigned i, enum gpr reg, enum rule_id rule,
		  struct placement *out)
{
	struct value_place *v = &out->arg[i];

	v->rule = rule;
	v->loc[v->nlocs++] = (struct loc){ .kind = LOC_GPR,
					   .reg = reg,
					   .bytes = proto_arg_type(p, i)->size[W32] };
}

void i386_unspecified_from(unsigned i, enum rule_id rule, struct placement *out)
{
	out->stack_unspecified = i < out->nargs;
	for (; i < out->nargs; i++) {
		out->arg[i].unspecified = true;
		out->arg[i].rule = rule;
	}
}

bool i386_callee_pops(const struct convention *c, const struct prototype *p, enum rule_id on_stack,
		      enum rule_id pops, struct placement *out)
{
	i386_return(c, p, out);
	if (!p->variadic)
		i386_unspecified_return(out);
	out->pop_rule = c->rule[CHECK_SP];
	if (out->stack_unspecified || !p->variadic)
		return out->stack_unspecified;
	for (unsigned i = 0; !out->stack_unspecified && i < out->nargs; i++) {
		if (!i386_other_arg(c, p, i, out))
			i386_stack_arg(p, i, on_stack, out);
	}
	out->pop_unspecified = true;
	out->pop_rule = pops;
	return true;
}
