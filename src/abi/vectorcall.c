/* SPDX-License-Identifier: MIT */
/* vectorcall: Microsoft's page "__vectorcall", to which clang's documentation of its attribute of
 * this name refers. At 64 bit integer and vector arguments go by position, at 32 bit each kind
 * takes the next free register; homogeneous vector aggregates (HVAs) take what vector registers are
 * left after that. Where the page and clang's contradict each other, or an example its own text,
 * what all readings have in common is specified. Compiled for ELF, the page's x64 convention (home
 * area, call-preserved registers) meets the psABI's: what they contradict each other on is open. */
#include "abi/conventions.h"

enum { INT_ARGS_64 = 4, INT_ARGS_32 = 2, VECTOR_ARGS = 6, MOST_MEMBERS = 4, SLOT = 8, HOME = 32 };

/* How the page speaks of a type. A composite of vector types that is not certainly an HVA, and what
 * the page does not name, are OPEN: `why`. */
enum kind { INTEGER, VECTOR, HVA, COMPOSITE, WIDE, OPEN };

struct sort {
	enum kind kind;
	enum rule_id why;
	const struct type *member; /* of an HVA */
	unsigned members;
};

/* "Either a floating-point type, for example float or double, or an SIMD vector type, for example
 * __m128 or __m256". */
static bool is_vector(const struct convention *c, const struct type *t)
{
	if (t->kind == TYPE_VECTOR)
		return t->count > 1 && (t->size[c->width] == 16 ||
					(t->size[c->width] == 32 && c->profile->isa >= ISA_AVX));
	return t->kind == TYPE_FLOAT || t->kind == TYPE_DOUBLE;
}

/* Other floating-point and vector types: the page does not say whether they are meant, too. */
static bool may_be_vector(const struct type *t)
{
	return type_is_float(t) || t->kind == TYPE_VECTOR || t->kind == TYPE_COMPLEX;
}

static bool same_type(const struct type *a, const struct type *b)
{
	return a->kind == b->kind && a->count == b->count && (!a->of || same_type(a->of, b->of));
}

/* What a composite consists of. */
struct parts {
	const struct type *member; /* the last one */
	bool mixed;                /* types that are no vectors, or not identical */
	bool unions; /* of vectors: of whatever type, for nothing is said about these */
};

/* How many vectors lie behind each other in it, if all it has are vectors. */
static unsigned members(const struct type *t, bool in_union, struct parts *p)
{
	unsigned n = 0;

	if (t->kind == TYPE_ARRAY) {
		p->mixed |= !t->count;
		return t->count * members(t->of, in_union, p);
	}
	if (t->kind != TYPE_STRUCT && t->kind != TYPE_UNION) {
		p->mixed |=
			!may_be_vector(t) || (p->member && !in_union && !same_type(p->member, t));
		p->member = t;
		return 1;
	}
	in_union = in_union || t->kind == TYPE_UNION;
	p->unions |= in_union;
	for (size_t i = 0; i < t->nfields; i++) {
		unsigned k = members(t->fields[i].type, in_union, p);

		p->mixed |= t->fields[i].is_bitfield;
		n = t->kind == TYPE_STRUCT ? n + k : n > k ? n : k;
	}
	return n;
}

/* A structure whose members are of one vector type, or arrays of it, as in the page's examples. */
static bool plain_hva(const struct convention *c, const struct type *t, const struct type *member)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct type *f = t->fields[i].type;

		if ((f->kind == TYPE_ARRAY ? f->of : f)->kind != member->kind)
			return false;
	}
	return t->kind == TYPE_STRUCT && t->align[c->width] == abi_natural_align(member, c->width);
}

/* A composite; one of `small` bytes or less may be taken for an integer type, too. */
static struct sort sort_composite(const struct convention *c, const struct type *t, unsigned small)
{
	enum width w = c->width;
	struct parts parts = { .mixed = false };
	struct sort s = { .kind = t->size[w] > word_bytes(w) ? COMPOSITE : INTEGER };

	if (!t->size[w])
		return (struct sort){ OPEN, .why = RULE_VECTORCALL_OTHER };
	s.members = members(t, false, &parts);
	s.member = parts.member;
	if (parts.mixed || s.members > MOST_MEMBERS) {
		if (w == W64 && s.kind == INTEGER && t->size[w] & (t->size[w] - 1))
			return (struct sort){ OPEN, .why = RULE_VECTORCALL_SIZE };
		return s;
	}
	s.kind = HVA;
	if (t->size[w] <= small)
		s = (struct sort){ OPEN, .why = RULE_VECTORCALL_SMALL };
	else if (!is_vector(c, s.member))
		s = (struct sort){ OPEN, .why = RULE_VECTORCALL_OTHER };
	else if (parts.unions || !plain_hva(c, t, s.member))
		s = (struct sort){ OPEN, .why = RULE_VECTORCALL_HVA_OTHER };
	return s;
}

static struct sort sort(const struct convention *c, const struct type *t, unsigned small)
{
	unsigned bytes = t->size[c->width];

	if (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION)
		return sort_composite(c, t, small);
	if (is_vector(c, t))
		return (struct sort){ VECTOR, .why = RULE_NONE };
	if (may_be_vector(t) || t->kind == TYPE_BITINT)
		return (struct sort){ OPEN, .why = RULE_VECTORCALL_OTHER };
	return (struct sort){ bytes > word_bytes(c->width) ? WIDE : INTEGER, .why = RULE_NONE };
}

static void put(struct value_place *v, enum loc_kind kind, unsigned reg, unsigned bytes)
{
	unsigned off = 0;

	for (unsigned i = 0; i < v->nlocs; i++)
		off += v->loc[i].bytes;
	v->loc[v->nlocs++] = (struct loc){ .kind = kind, .reg = reg, .off = off, .bytes = bytes };
}

static void open_place(struct value_place *v, enum rule_id why)
{
	*v = (struct value_place){ .unspecified = true, .rule = why };
}

/* Nothing is known about the call: a pointer to the return value, if there is one, shifts all. */
static void open_call(const struct prototype *p, enum rule_id why, struct placement *out)
{
	out->hidden = (struct value_place){ .rule = RULE_NONE };
	if (p->ret->kind != TYPE_VOID)
		open_place(&out->ret, why);
	for (unsigned i = 0; i < out->nargs; i++)
		open_place(&out->arg[i], why);
	out->stack_unspecified = true;
}

/* A return value in registers. */
static void place_return(const struct convention *c, const struct type *t, const struct sort *s,
			 struct value_place *v)
{
	unsigned bytes = t->size[c->width], word = word_bytes(c->width);

	switch (s->kind) {
	case VECTOR:
		v->rule = RULE_VECTORCALL_RET_VECTOR;
		put(v, LOC_XMM, 0, bytes);
		break;
	case HVA:
		v->rule = RULE_VECTORCALL_RET_HVA;
		for (unsigned i = 0; i < s->members; i++)
			put(v, LOC_XMM, i, s->member->size[c->width]);
		break;
	default:
		v->rule = RULE_VECTORCALL_RET_INT;
		put(v, LOC_GPR, c->int_ret[0], bytes > word ? word : bytes);
		if (bytes > word)
			put(v, LOC_GPR, c->int_ret[1], bytes - word);
	}
}

/* The members of HVA arguments, left to right, in vector registers that are not `used`. False of
 * one that does not find enough. */
static bool place_hva(const struct convention *c, const struct sort *s, unsigned *used,
		      struct value_place *v)
{
	unsigned unused = VECTOR_ARGS - (unsigned)__builtin_popcount(*used);

	if (unused < s->members)
		return false;
	v->rule = RULE_VECTORCALL_HVA;
	for (unsigned reg = 0; v->nlocs < s->members; reg++) {
		if (*used >> reg & 1)
			continue;
		*used |= 1u << reg;
		put(v, LOC_XMM, reg, s->member->size[c->width]);
	}
	return true;
}

/* 64 bit ------------------------------------------------------------------------------------- */

/* A value of up to 8 bytes, or a pointer, at a position beyond those of registers. */
static void on_stack_64(const struct convention *c, unsigned at, unsigned bytes,
			struct value_place *v)
{
	if (!c->home_bytes) {
		open_place(v, RULE_VECTORCALL_STACK_ELF);
		return;
	}
	put(v, LOC_STACK, 0, bytes);
	v->loc[0].stack = (int)(HOME + (at - INT_ARGS_64) * SLOT);
}

/* All but HVAs, which must know what vector registers these leave. */
static void place_position(const struct convention *c, const struct type *t, const struct sort *s,
			   unsigned at, struct value_place *v)
{
	unsigned bytes = t->size[W64];

	if (s->kind == VECTOR && at < VECTOR_ARGS) {
		v->rule = RULE_VECTORCALL_ARGS;
		put(v, LOC_XMM, at, bytes);
		return;
	}
	/* Clang's page has vectors and aggregates by reference, and speaks of floating-point values
	 * apart from these. */
	if (s->kind == VECTOR && t->kind != TYPE_VECTOR) {
		open_place(v, RULE_VECTORCALL_FLOAT);
		return;
	}
	v->rule = s->kind == VECTOR || s->kind == HVA ? RULE_VECTORCALL_REFERENCE
		  : s->kind == COMPOSITE              ? RULE_MS_REFERENCE_ALIGNED
		  : s->kind == WIDE                   ? RULE_MS_REFERENCE
		  : at < INT_ARGS_64                  ? RULE_VECTORCALL_ARGS
						      : RULE_MS_STACK;
	v->by_reference = s->kind != INTEGER;
	bytes = v->by_reference ? SLOT : bytes;
	if (at < INT_ARGS_64)
		put(v, LOC_GPR, c->int_arg[at], bytes);
	else
		on_stack_64(c, at, bytes, v);
}

static void place_64(const struct convention *c, const struct prototype *p, struct placement *out)
{
	struct sort sorts[MAX_ARGS], ret = sort(c, p->ret, SLOT);
	unsigned used = 0, shift, positions;
	enum rule_id open = RULE_NONE;

	out->pop_rule = c->rule[CHECK_SP];
	if (p->ret->kind != TYPE_VOID && (ret.kind == OPEN || ret.kind == WIDE)) {
		open_call(p, ret.kind == WIDE ? RULE_MS_RET_WIDE : ret.why, out);
		return;
	}
	if (ret.kind == COMPOSITE) {
		out->ret.rule = out->hidden.rule = RULE_VECTORCALL_RET_MEMORY;
		put(&out->hidden, LOC_GPR, c->int_arg[0], SLOT);
	} else if (p->ret->kind != TYPE_VOID) {
		place_return(c, p->ret, &ret, &out->ret);
	}
	shift = out->hidden.nlocs;
	for (unsigned i = 0; i < out->nargs; i++) {
		sorts[i] = sort(c, proto_arg_type(p, i), SLOT);
		if (sorts[i].kind == VECTOR && i + shift < VECTOR_ARGS)
			used |= 1u << (i + shift);
	}
	for (unsigned i = 0; i < out->nargs; i++) {
		const struct sort *s = &sorts[i];

		/* It may take vector registers that would be left for later HVAs; what is no type
		 * of the page, several positions or none. */
		if (open == RULE_VECTORCALL_OTHER || (open && s->kind == HVA))
			open_place(&out->arg[i], open);
		else if (s->kind == OPEN)
			open_place(&out->arg[i], open = s->why);
		else if (s->kind != HVA || !place_hva(c, s, &used, &out->arg[i]))
			place_position(c, proto_arg_type(p, i), s, i + shift, &out->arg[i]);
	}
	positions = out->nargs + shift;
	out->stack_unspecified = !c->home_bytes || open == RULE_VECTORCALL_OTHER;
	out->stack_bytes = c->home_bytes;
	if (c->home_bytes && positions > INT_ARGS_64)
		out->stack_bytes = HOME + (positions - INT_ARGS_64) * SLOT;
}

/* 32 bit ------------------------------------------------------------------------------------- */

static void open_from(unsigned i, enum rule_id why, struct placement *out)
{
	i386_unspecified_from(i, why, out);
	out->pop_unspecified = true;
}

/* By reference: the page's text has the pointer on the stack, an example of it in ecx. */
static bool place_reference(const struct convention *c, unsigned ints, struct value_place *v,
			    struct placement *out)
{
	if (ints < c->nint_args)
		return false;
	v->rule = RULE_VECTORCALL_REFERENCE;
	v->by_reference = true;
	put(v, LOC_STACK, 0, 4);
	v->loc[0].stack = (int)out->stack_bytes;
	out->stack_bytes += 4;
	return true;
}

/* An argument that is no HVA in registers. RULE_NONE, or why it is open. */
static enum rule_id place_next(const struct convention *c, const struct prototype *p, unsigned i,
			       const struct sort *s, unsigned *ints, struct placement *out)
{
	const struct type *t = proto_arg_type(p, i);
	struct value_place *v = &out->arg[i];

	if (s->kind == OPEN)
		return s->why;
	if (s->kind == HVA || (s->kind == VECTOR && t->kind == TYPE_VECTOR))
		return place_reference(c, *ints, v, out) ? RULE_NONE : RULE_VECTORCALL_REFERENCE_32;
	if (s->kind == VECTOR)
		return RULE_VECTORCALL_FLOAT;
	if (s->kind == INTEGER && *ints < c->nint_args) {
		i386_reg_arg(p, i, c->int_arg[(*ints)++], RULE_VECTORCALL_ARGS_32, out);
		return RULE_NONE;
	}
	i386_stack_arg(p, i, RULE_VECTORCALL_STACK_32, out);
	return v->unspecified ? v->rule : RULE_NONE;
}

static void place_32(const struct convention *c, const struct prototype *p, struct placement *out)
{
	struct sort sorts[MAX_ARGS], ret = sort(c, p->ret, 8);
	unsigned used = 0, vectors = 0, ints = 0;
	enum rule_id why = RULE_NONE;

	out->pop_rule = c->rule[CHECK_SP];
	if (p->ret->kind == TYPE_VOID || ret.kind == INTEGER || ret.kind == VECTOR ||
	    ret.kind == HVA || (ret.kind == COMPOSITE && p->ret->size[W32] <= 8)) {
		if (p->ret->kind != TYPE_VOID)
			place_return(c, p->ret, &ret, &out->ret);
	} else {
		open_call(p,
			  ret.kind == OPEN   ? ret.why
			  : ret.kind == WIDE ? RULE_VECTORCALL_RET_WIDE
					     : RULE_VECTORCALL_RET_MEMORY_32,
			  out);
		out->pop_unspecified = true;
		return;
	}
	for (unsigned i = 0; i < out->nargs; i++) {
		sorts[i] = sort(c, proto_arg_type(p, i), 4);
		if (sorts[i].kind == VECTOR && vectors < VECTOR_ARGS)
			used |= 1u << vectors++;
	}
	vectors = 0;
	for (unsigned i = 0; i < out->nargs && !why; i++) {
		const struct sort *s = &sorts[i];

		if (s->kind == VECTOR && vectors < VECTOR_ARGS) {
			out->arg[i].rule = RULE_VECTORCALL_ARGS_32;
			put(&out->arg[i], LOC_XMM, vectors++, proto_arg_type(p, i)->size[W32]);
		} else if (s->kind != HVA || !place_hva(c, s, &used, &out->arg[i])) {
			why = place_next(c, p, i, s, &ints, out);
			if (why)
				open_from(i, why, out);
		}
	}
}

/* -------------------------------------------------------------------------------------------- */

#define ATTRIBUTE                                                                             \
	.name = "vectorcall", .attribute = "__attribute__((vectorcall))", .prototyped = true, \
	.decorates = true, .needs_sse2 = true, .named_only = true, .nvector_args = VECTOR_ARGS
const struct convention abi_vectorcall_32 = {
	ATTRIBUTE,
	.width = W32,
	.title = "vectorcall at 32 bit",
	.in_windows = true,
	I386_FRAME,
	.int_arg = { GPR_CX, GPR_DX },
	.nint_args = INT_ARGS_32,
	.callee_pops = true,
	.rule = { I386_RULES, [CHECK_REFERENCE] = RULE_VECTORCALL_REFERENCE,
		  [CHECK_ARG] = RULE_VECTORCALL_ARGS_32, [CHECK_SP] = RULE_VECTORCALL_POP_32 },
	.place = place_32,
};

#define PLACES_64                                                                \
	.int_arg = { GPR_CX, GPR_DX, GPR_R8, GPR_R9 }, .nint_args = INT_ARGS_64, \
	.int_ret = { GPR_AX }, .align = 16, .place = place_64

const struct convention abi_vectorcall_64 = {
	ATTRIBUTE,
	.width = W64,
	.title = "vectorcall at 64 bit",
	.preserved = { .gpr = SYSV_SAVED },
	.silent = { .gpr = GPR_BIT(SI) | GPR_BIT(DI), .xmm = 0xffc0 },
	PLACES_64,
	.red_zone = 128,
	.upper_return = RULE_MS_RET_INT,
	.rule = { SYSV_PLATFORM_RULES, [CHECK_REFERENCE] = RULE_VECTORCALL_REFERENCE,
		  [CHECK_UPPER] = RULE_MS_UPPER, [CHECK_RETURN] = RULE_VECTORCALL_RET_INT,
		  [CHECK_HIDDEN] = RULE_VECTORCALL_RET_MEMORY, [CHECK_ARG] = RULE_VECTORCALL_ARGS,
		  [CHECK_SAVED] = RULE_VECTORCALL_SAVED_ELF,
		  [CHECK_LOCALS] = RULE_VECTORCALL_LOCALS_ELF },
};

const struct convention abi_vectorcall_windows = {
	ATTRIBUTE,
	.width = W64,
	.title = "vectorcall, on Windows",
	.only = "windows",
	MS_KEEPS,
	PLACES_64,
	.home_bytes = HOME,
	.upper_return = RULE_MS_RET_INT,
	.df_entry = RULE_MS_DF_ENTRY,
	.rule = { MS_FRAME_RULES, [CHECK_REFERENCE] = RULE_VECTORCALL_REFERENCE,
		  [CHECK_ARG] = RULE_VECTORCALL_ARGS, [CHECK_LAYOUT] = RULE_MS_LAYOUT },
};
