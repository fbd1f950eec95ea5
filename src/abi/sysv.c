/* SPDX-License-Identifier: MIT */
/* SysV x86-64: x86-64 psABI section 3.2.3, "Parameter Passing". Also regparm(0) and asmlinkage at
 * 64 bit, which are documented to change nothing. */
#include "abi/conventions.h"

enum { EIGHTBYTE = 8, MAX_EIGHTBYTES = 8 };

/* Definitions. */
enum eightbyte_class { NO_CLASS, INTEGER, SSE, SSEUP, X87, X87UP, COMPLEX_X87, MEMORY };

struct classes {
	enum eightbyte_class of[MAX_EIGHTBYTES];
	unsigned n; /* eightbytes; 0 for an empty type */
	enum rule_id rule;
	unsigned unnamed;    /* eightbytes that hold an unnamed bit-field */
	enum rule_id silent; /* why no document decides, or RULE_NONE */
	enum edition edition;
};

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned max(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static unsigned round_up(unsigned n, unsigned to)
{
	return (n + to - 1) / to * to;
}

/* Classification of aggregates, 4: the class of two fields in one eightbyte. */
static enum eightbyte_class merge(enum eightbyte_class a, enum eightbyte_class b)
{
	if (a == b || b == NO_CLASS)
		return a;
	if (a == NO_CLASS)
		return b;
	if (a == MEMORY || b == MEMORY)
		return MEMORY;
	if (a == INTEGER || b == INTEGER)
		return INTEGER;
	if (a >= X87 || b >= X87)
		return MEMORY;
	return SSE;
}

static void put(struct classes *c, unsigned offset, unsigned bytes, enum eightbyte_class first,
		enum eightbyte_class next)
{
	for (unsigned at = offset / EIGHTBYTE; at * EIGHTBYTE < offset + bytes; at++) {
		enum eightbyte_class k = at == offset / EIGHTBYTE ? first : next;

		if (at < MAX_EIGHTBYTES)
			c->of[at] = merge(c->of[at], k);
	}
}

/* Eightbytes of an unnamed bit-field: bits of a set kept beside the classes. */
static void note_unnamed(struct classes *c, unsigned bit, unsigned bits)
{
	for (unsigned at = bit / 64; at <= (bit + bits - 1) / 64 && at < MAX_EIGHTBYTES; at++)
		c->unnamed |= 1u << at;
}

/* A type of later editions only. */
static void needs(struct classes *c, enum rule_id rule)
{
	if (rule_in(rule, c->edition)->status != STATED)
		c->silent = rule;
}

static bool classify_fields(struct classes *c, enum isa isa, const struct type *t, unsigned offset);

/* 5 (b): is an X87UP not preceded by X87? */
static bool lone_x87up(const struct classes *c)
{
	for (unsigned i = 0; i < MAX_EIGHTBYTES; i++) {
		if (c->of[i] == X87UP && (!i || c->of[i - 1] != X87))
			return true;
	}
	return false;
}

/* 4: "each field of an object is classified recursively": a structure in a structure by itself, the
 * post merger cleanup included, before its classes are merged with those of others. */
static bool classify_record(struct classes *c, enum isa isa, const struct type *t, unsigned offset)
{
	struct classes own = { .edition = c->edition };

	if (!classify_fields(&own, isa, t, offset) || lone_x87up(&own))
		return false;
	for (unsigned i = 0; i < MAX_EIGHTBYTES; i++)
		c->of[i] = merge(c->of[i], own.of[i]);
	c->unnamed |= own.unnamed;
	c->silent = own.silent ? own.silent : c->silent;
	return true;
}

/* Classify `t` at a byte offset of the argument. False: it has class MEMORY as a whole. */
static bool classify(struct classes *c, enum isa isa, const struct type *t, unsigned offset)
{
	unsigned size = t->size[W64];

	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		return classify_record(c, isa, t, offset);
	case TYPE_ARRAY:
		for (unsigned i = 0; i < t->count; i++) {
			if (!classify(c, isa, t->of, offset + i * t->of->size[W64]))
				return false;
		}
		return true;
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
		put(c, offset, size, SSE, SSE);
		return true;
	case TYPE_FLOAT16:
	case TYPE_BF16:
		needs(c, t->kind == TYPE_BF16 ? RULE_SYSV_BF16 : RULE_SYSV_FLOAT16);
		put(c, offset, size, SSE, SSE);
		return true;
	case TYPE_BITINT:
		needs(c, RULE_SYSV_BITINT);
		put(c, offset, size, INTEGER, INTEGER);
		return true;
	case TYPE_FLOAT128:
	case TYPE_DECIMAL128:
		put(c, offset, size, SSE, SSEUP);
		return true;
	case TYPE_VECTOR:
		if (t->count < 2 || (size != 8 && size != 16 && size != 32 && size != 64))
			c->silent = RULE_SYSV_VECTOR_OTHER;
		else if (isa < (size == 64 ? ISA_AVX512F : size == 32 ? ISA_AVX : ISA_SSE2))
			c->silent = RULE_SYSV_VECTOR_NONE;
		put(c, offset, size, SSE, SSEUP);
		return true;
	case TYPE_LDOUBLE:
		put(c, offset, size, X87, X87UP);
		return true;
	case TYPE_COMPLEX:
		if (t->of->kind == TYPE_LDOUBLE) {
			put(c, offset, size, COMPLEX_X87, COMPLEX_X87);
		} else if (t->of->kind == TYPE_FLOAT128) {
			needs(c, RULE_SYSV_COMPLEX_OTHER);
			put(c, offset, size / 2, SSE, SSEUP);
			put(c, offset + size / 2, size / 2, SSE, SSEUP);
		} else {
			if (t->of->kind == TYPE_FLOAT16)
				needs(c, RULE_SYSV_COMPLEX_OTHER);
			put(c, offset, size, SSE, SSE);
		}
		return true;
	default:
		put(c, offset, size, INTEGER, INTEGER);
		return true;
	}
}

/* "Bit-fields must be contained in a storage unit appropriate for [their] declared type": does an
 * attribute keep this one, `bit` bits into the argument, from being so? */
static bool leaves_its_unit(const struct field *f, unsigned bit)
{
	unsigned unit = 8 * f->type->size[W64];

	return bit / unit != (bit + f->bits - 1) / unit;
}

static bool classify_fields(struct classes *c, enum isa isa, const struct type *t, unsigned offset)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->is_bitfield) {
			unsigned bit = offset * 8 + f->bit_offset[W64];

			/* A named one is of an integral type. Of an unnamed one nothing
			 * says whether it is a field or padding: it matters where no other
			 * field is. */
			if (!f->name && f->bits)
				note_unnamed(c, bit, f->bits);
			if (f->name && f->bits)
				put(c, bit / 8, (bit % 8 + f->bits + 7) / 8, INTEGER, INTEGER);
			if (f->name && f->bits && leaves_its_unit(f, bit))
				c->silent = RULE_SYSV_SPLIT_BITFIELD;
			continue;
		}
		if (f->type->kind == TYPE_ARRAY && !f->type->count)
			c->silent = RULE_SYSV_FLEXIBLE;
		/* 1: "or it contains unaligned fields", by the alignments of Figure 3.1;
		 * it is silent about fields that only an attribute aligns. */
		if ((offset + f->offset[W64]) % abi_natural_align(f->type, W64))
			return false;
		if ((offset + f->offset[W64]) % f->type->align[W64])
			c->silent = RULE_SYSV_ALIGNED_FIELD;
		if (!classify(c, isa, f->type, offset + f->offset[W64]))
			return false;
	}
	return true;
}

/* 5: the post merger cleanup. False: memory. */
static bool clean_up(struct classes *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->of[i] == MEMORY)
			return false;
		if (c->of[i] == X87UP && (!i || c->of[i - 1] != X87))
			return false;
	}
	/* "The first eightbyte isn't SSE or any other eightbyte isn't SSEUP". */
	for (unsigned i = 0; c->n > 2 && i < c->n; i++) {
		if (c->of[i] != (i ? SSEUP : SSE))
			return false;
	}
	for (unsigned i = 0; i < c->n; i++) {
		if (c->of[i] == SSEUP && (!i || (c->of[i - 1] != SSE && c->of[i - 1] != SSEUP)))
			c->of[i] = SSE;
	}
	return true;
}

/* The classes of an argument or return value; false: it has class MEMORY, c->rule says why. */
static bool classes_of(const struct convention *conv, const struct type *t, struct classes *c)
{
	enum isa isa = conv->profile->isa;
	unsigned size = t->size[W64];

	*c = (struct classes){ .n = (size + EIGHTBYTE - 1) / EIGHTBYTE, .edition = conv->edition };
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		c->rule = size ? RULE_SYSV_AGGREGATE : RULE_SYSV_EMPTY;
		/* What is in memory as a whole leaves nothing else open. */
		if (size <= MAX_EIGHTBYTES * EIGHTBYTE && classify(c, isa, t, 0)) {
			for (unsigned i = 0; i < c->n; i++) {
				/* As INTEGER it would win over SSE and over padding. */
				if ((c->unnamed >> i & 1) && c->of[i] != INTEGER)
					c->silent = RULE_SYSV_UNNAMED;
			}
			if (clean_up(c))
				return true;
		}
		c->silent = size > 2 * EIGHTBYTE ? RULE_NONE : c->silent;
		c->rule = RULE_SYSV_AGGREGATE_MEMORY;
		return false;
	case TYPE_COMPLEX:
		c->rule = t->of->kind == TYPE_LDOUBLE ? RULE_SYSV_COMPLEX_X87
			  : t->of->kind == TYPE_FLOAT || t->of->kind == TYPE_DOUBLE
				  ? RULE_SYSV_COMPLEX
				  : RULE_SYSV_COMPLEX_OTHER;
		break;
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		c->rule = RULE_SYSV_SSE_ARGS;
		break;
	case TYPE_FLOAT16:
		c->rule = RULE_SYSV_FLOAT16;
		break;
	case TYPE_BF16:
		c->rule = RULE_SYSV_BF16;
		break;
	case TYPE_FLOAT128:
		c->rule = RULE_SYSV_FLOAT128;
		break;
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		c->rule = RULE_SYSV_DECIMAL;
		break;
	case TYPE_VECTOR:
		c->rule = size > 16 ? RULE_SYSV_VECTOR_WIDE : RULE_SYSV_VECTOR;
		break;
	case TYPE_LDOUBLE:
		c->rule = RULE_SYSV_X87_ARGS;
		break;
	case TYPE_BITINT:
		c->rule = RULE_SYSV_BITINT;
		break;
	case TYPE_INT128:
	case TYPE_UINT128:
		c->rule = RULE_SYSV_INT128;
		break;
	default:
		c->rule = RULE_SYSV_INT_ARGS;
		break;
	}
	if (c->n > MAX_EIGHTBYTES)
		return false;
	classify(c, isa, t, 0);
	/* COMPLEX_X87 takes four eightbytes but is not an aggregate: the cleanup does not apply. */
	return c->of[0] == COMPLEX_X87 || clean_up(c);
}

/* Piece i of the value: one register; SSEUP eightbytes widen the piece before them. */
static void add_piece(struct value_place *v, enum loc_kind kind, unsigned reg, unsigned i,
		      unsigned size)
{
	v->loc[v->nlocs++] = (struct loc){ .kind = kind,
					   .reg = reg,
					   .off = i * EIGHTBYTE,
					   .bytes = min(size - i * EIGHTBYTE, EIGHTBYTE) };
}

static void widen_piece(struct value_place *v, unsigned i, unsigned size)
{
	v->loc[v->nlocs - 1].bytes += min(size - i * EIGHTBYTE, EIGHTBYTE);
}

/* x32: a pointer in a register is all of it, bits 32 to 63 being zero. What an aggregate has in a
 * register is no value of pointer type. */
static void fill_register(const struct type *t, struct value_place *v)
{
	if (t->kind != TYPE_POINTER || t->size[W64] == EIGHTBYTE || v->nlocs != 1 ||
	    v->loc[0].kind != LOC_GPR)
		return;
	v->loc[0].bytes = EIGHTBYTE;
	v->rule = RULE_X32_POINTER;
}

static enum rule_id return_rule(const struct type *t, const struct classes *c)
{
	if (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION)
		return c->n ? RULE_SYSV_RET_AGGREGATE : RULE_SYSV_EMPTY;
	switch (c->of[0]) {
	case X87:
		return RULE_SYSV_RET_X87;
	case COMPLEX_X87:
		return RULE_SYSV_RET_COMPLEX_X87;
	case SSE:
		return RULE_SYSV_RET_SSE;
	default:
		return RULE_SYSV_RET_INT;
	}
}

/* Returning of Values. Returns how many integer argument registers the hidden pointer takes. */
static unsigned place_return(const struct convention *conv, const struct type *t,
			     struct placement *out)
{
	struct value_place *v = &out->ret;
	unsigned ints = 0, sses = 0, size = t->size[W64];
	struct classes c;
	bool pcc;

	if (t->kind == TYPE_VOID)
		return 0;
	pcc = conv->profile->struct_return == RETURN_PCC &&
	      (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && size;
	if ((!classes_of(conv, t, &c) && !c.silent) || pcc) {
		v->rule = out->hidden.rule = pcc ? RULE_GCC_PCC_STRUCT : RULE_SYSV_HIDDEN;
		out->hidden.loc[out->hidden.nlocs++] = (struct loc){ .kind = LOC_GPR,
								     .reg = conv->int_arg[0],
								     .bytes = EIGHTBYTE };
		return 1;
	}
	if (c.silent) {
		v->unspecified = true;
		v->rule = c.silent;
		return 0;
	}
	v->rule = return_rule(t, &c);
	v->nothing = !c.n;
	if (c.of[0] == COMPLEX_X87) {
		for (unsigned part = 0; part < 2; part++)
			v->loc[v->nlocs++] = (struct loc){
				.kind = LOC_X87, .reg = part, .off = part * 16, .bytes = 10
			};
		return 0;
	}
	for (unsigned i = 0; i < c.n; i++) {
		switch (c.of[i]) {
		case INTEGER:
			add_piece(v, LOC_GPR, conv->int_ret[ints++], i, size);
			break;
		case SSE:
			add_piece(v, LOC_XMM, sses++, i, size);
			break;
		case SSEUP:
			widen_piece(v, i, size);
			break;
		case X87:
			v->loc[v->nlocs++] = (struct loc){ .kind = LOC_X87, .bytes = 10 };
			break;
		default:
			break; /* X87UP comes with X87; NO_CLASS is padding */
		}
	}
	fill_register(t, v);
	return 0;
}

static void count(const struct classes *c, unsigned *ints, unsigned *sses)
{
	*ints = *sses = 0;
	for (unsigned i = 0; i < c->n; i++) {
		*ints += c->of[i] == INTEGER;
		*sses += c->of[i] == SSE;
	}
}

static bool on_x87(const struct classes *c)
{
	return c->n && (c->of[0] == X87 || c->of[0] == COMPLEX_X87);
}

/* Passing, 1: "align and pass the argument on the stack". */
static void place_on_stack(const struct type *t, struct value_place *v, struct placement *out)
{
	unsigned align = max(abi_own_align(t, W64), EIGHTBYTE);

	out->stack_bytes = round_up(out->stack_bytes, align);
	/* The Stack Frame, footnote: the boundary is the largest alignment passed on the stack. */
	if (align > out->align) {
		out->align = align;
		out->align_rule = RULE_NONE;
	}
	v->loc[v->nlocs++] = (struct loc){ .kind = LOC_STACK,
					   .stack = (int)out->stack_bytes,
					   .bytes = t->size[W64] };
	out->stack_bytes += round_up(t->size[W64], EIGHTBYTE);
}

/* Why no document says where on the stack an argument of this type is aligned, or RULE_NONE. */
static enum rule_id silent_alignment(const struct convention *c, const struct type *t)
{
	unsigned own = max(abi_own_align(t, W64), EIGHTBYTE);

	/* Figure 3.1 aligns scalars, and components their structure; the document mentions
	 * neither an attribute on a typedef of either, nor one that lets a member ask for less. */
	if (t->align[W64] > own)
		return RULE_SYSV_OVERALIGNED;
	if (own < max(abi_natural_align(t, W64), EIGHTBYTE))
		return RULE_SYSV_UNDERALIGNED;
	return c->profile->isa == ISA_INTEGER && own > EIGHTBYTE ? RULE_LINUX_STACK_WIDE
								 : RULE_NONE;
}

/* What registers are left, and where the stack goes on, depends on argument i. */
static void unspecified_from(unsigned i, enum rule_id rule, struct placement *out)
{
	for (; i < out->nargs; i++) {
		out->arg[i].unspecified = true;
		out->arg[i].rule = rule;
	}
	out->stack_unspecified = true;
}

/* Why the convention's own document does not place argument i, or RULE_NONE. */
static enum rule_id silent_by_convention(const struct convention *c, const struct prototype *p,
					 unsigned i, const struct classes *k)
{
	if (i >= p->nparams)
		return c->silent_varargs;
	return k->n == 1 && k->of[0] == INTEGER && proto_arg_type(p, i)->size[W64] < 4
		       ? c->silent_narrow
		       : RULE_NONE;
}

void sysv_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	unsigned ints = place_return(c, p->ret, out), sses = 0;

	for (unsigned i = 0; i < out->nargs; i++) {
		const struct type *t = proto_arg_type(p, i);
		struct value_place *v = &out->arg[i];
		unsigned want_ints = 0, want_sses = 0;
		struct classes k;
		bool memory = !classes_of(c, t, &k);

		v->rule = k.rule == RULE_SYSV_INT_ARGS ? c->rule[CHECK_ARG] : k.rule;
		if (silent_by_convention(c, p, i, &k)) {
			unspecified_from(i, silent_by_convention(c, p, i, &k), out);
			break;
		}
		if (k.silent || out->ret.unspecified) {
			unspecified_from(i, k.silent ? k.silent : out->ret.rule, out);
			break;
		}
		if (!k.n) {
			v->nothing = true;
			continue;
		}
		if (!memory && i >= p->nparams && k.n > 2 && k.of[0] == SSE) {
			/* Only named ones may be in registers. */
			memory = true;
			v->rule = RULE_SYSV_VECTOR_VA;
		}
		if (!memory)
			count(&k, &want_ints, &want_sses);
		memory = memory || on_x87(&k);
		if (memory || ints + want_ints > c->nint_args ||
		    sses + want_sses > c->nvector_args) {
			enum rule_id open = silent_alignment(c, t);

			if (open) {
				unspecified_from(i, open, out);
				break;
			}
		}
		if (memory) {
			place_on_stack(t, v, out);
			continue;
		}
		/* "If there are no registers available for any eightbyte of an argument, the whole
		 * argument is passed on the stack": later ones may still find registers. */
		if (ints + want_ints > c->nint_args || sses + want_sses > c->nvector_args) {
			v->rule = k.n > 1 ? RULE_SYSV_WHOLE : RULE_SYSV_STACK;
			place_on_stack(t, v, out);
			continue;
		}
		/* Padding only. */
		v->nothing = !want_ints && !want_sses;
		for (unsigned e = 0; e < k.n; e++) {
			if (k.of[e] == INTEGER)
				add_piece(v, LOC_GPR, c->int_arg[ints++], e, t->size[W64]);
			else if (k.of[e] == SSE)
				add_piece(v, LOC_XMM, sses++, e, t->size[W64]);
			else if (k.of[e] == SSEUP)
				widen_piece(v, e, t->size[W64]);
		}
		fill_register(t, v);
	}
	out->pop_rule = c->rule[CHECK_SP];
	/* With -mskip-rax-setup there are no vector registers to count. */
	if (p->variadic && c->counts_vectors && c->profile->isa != ISA_INTEGER)
		out->al = (int)sses;
}

#define SYSV(variable, spelt, attr, what, nothing)  \
	const struct convention variable = {        \
		.name = spelt,                      \
		.width = W64,                       \
		.attribute = attr,                  \
		.title = what,                      \
		.noop = nothing,                    \
		.headline = true,                   \
		.in_kernel = nothing != RULE_NONE,  \
		.preserved = { .gpr = SYSV_SAVED }, \
		SYSV_PASSING,                       \
		.rule = { SYSV_RULES },             \
		.place = sysv_place,                \
	}

SYSV(abi_sysv, "sysv", "", "SysV x86-64", RULE_NONE);
SYSV(abi_regparm0_64, "regparm0", "__attribute__((regparm(0)))", "regparm(0) at 64 bit, a no-op",
     RULE_GCC_REGPARM_64);
/* asmlinkage is a macro of the kernel's, empty at 64 bit: it is spelt out in the generated C. */
SYSV(abi_asmlinkage_64, "asmlinkage", "asmlinkage", "asmlinkage at 64 bit, a no-op",
     RULE_LINUX_ASMLINKAGE_64);

/* Windows' compilers know it by its attribute; types there are laid out as Windows has them. */
const struct convention abi_sysv_windows = {
	.name = "sysv",
	.width = W64,
	.attribute = "__attribute__((sysv_abi))",
	.title = "SysV x86-64, on Windows",
	.only = "windows",
	.preserved = { .gpr = SYSV_SAVED },
	SYSV_PLACES,
	.va = "__builtin_sysv_va",
	.rule = { SYSV_RULES },
	.place = sysv_place,
};

/* Types have the sizes of ILP32: proto_in_model. */
const struct convention abi_x32 = {
	.name = "x32",
	.width = W64,
	.attribute = "",
	.title = "SysV x86-64, ILP32",
	.only = "x32",
	.like = "sysv",
	.preserved = { .gpr = SYSV_SAVED },
	SYSV_PASSING,
	.rule = { SYSV_RULES_OF(RULE_X32_LAYOUT) },
	.place = sysv_place,
};
