/* SPDX-License-Identifier: MIT */
/* What all conventions share: their table, lookup, applicability, and locations as text. */
#include "abi/abi.h"
#include "abi/conventions.h"

#include <string.h>

const struct convention *const conventions[] = {
#define CONVENTION(variable, file) &variable,
#include "abi/conventions.def"
#undef CONVENTION
	NULL
};

const struct convention *convention_find(const char *name, enum width w)
{
	for (const struct convention *const *c = conventions; *c; c++) {
		if ((*c)->width == w && !strcmp((*c)->name, name))
			return *c;
	}
	return NULL;
}

bool convention_in(const struct convention *c, enum profile_id profile)
{
	const struct profile *pr = &profiles[profile];

	if (c->width != pr->width)
		return false;
	if (c->only)
		return profile_is(pr, c->only);
	if (profile_windows(profile))
		return c->in_windows;
	if (profile_x32(profile))
		return false;
	if (c->needs_sse2 && (pr->isa < ISA_SSE2 || pr->struct_return != RETURN_PSABI))
		return false;
	/* The kernel declares functions plain, asmlinkage, or with the attribute it stands for. */
	return pr->isa != ISA_INTEGER || c->in_kernel;
}

const struct convention *convention_default(enum profile_id profile)
{
	const struct convention *const *c = conventions;

	while (*(*c)->attribute || !convention_in(*c, profile))
		c++;
	return *c;
}

/* Vectors: it depends on the vector registers that the profile has. */
static const char *why_not_vector(const struct type *t, const struct profile *pr)
{
	unsigned size = t->size[pr->width];

	/* Where there are no registers for it, documents are silent about how one travels: that
	 * is observed. */
	if (pr->isa == ISA_INTEGER)
		return "has a vector, which code of this profile does without";
	return size > 64 ? "has a vector that is wider than any register" : NULL;
}

/* The types that this oracle does not place. */
static const char *why_not_type(const struct type *t, const struct profile *pr)
{
	enum width w = pr->width;

	if (t->kind == TYPE_VOID)
		return NULL;
	if (pr->isa == ISA_INTEGER && (type_is_float(t) || t->kind == TYPE_COMPLEX))
		return "has a floating-point type, which code of this profile does without";
	if (!type_exists(t, w))
		return "has a type that does not exist at this width";
	if (t->size[w] > ABI_MAX_VALUE)
		return "passes a value of more than 256 bytes";
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			const char *why = why_not_type(t->fields[i].type, pr);

			if (why)
				return why;
		}
		return NULL;
	case TYPE_ARRAY:
	case TYPE_COMPLEX:
		return why_not_type(t->of, pr);
	case TYPE_VECTOR:
		return why_not_vector(t, pr);
	case TYPE_FLOAT16:
	case TYPE_BF16:
		if (pr->isa >= ISA_SSE2)
			return NULL;
		return t->kind == TYPE_BF16 ? "has a __bf16, which needs SSE2 (profile sse2)"
					    : "has a _Float16, which needs SSE2 (profile sse2)";
	default:
		return NULL;
	}
}

static bool is_vector(const struct type *t)
{
	return t->kind == TYPE_VECTOR;
}

static bool is_wider_than_xmm(const struct type *t)
{
	return is_vector(t) && t->size[W32] > 16;
}

static bool is_wider_than_ymm(const struct type *t)
{
	return is_vector(t) && t->size[W32] > 32;
}

static bool is_bitint(const struct type *t)
{
	return t->kind == TYPE_BITINT;
}

static bool is_complex_float16(const struct type *t)
{
	return t->kind == TYPE_COMPLEX && t->of->kind == TYPE_FLOAT16;
}

static bool is_atomic(const struct type *t)
{
	return t->atomic;
}

/* Is there one in a value of type `t`? */
static bool holds(const struct type *t, bool (*is)(const struct type *))
{
	if (t->kind == TYPE_ARRAY)
		return holds(t->of, is);
	for (size_t i = 0; (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && i < t->nfields;
	     i++) {
		if (holds(t->fields[i].type, is))
			return true;
	}
	return is(t);
}

/* Documents are silent about arguments that hold such a type: from the first one on nothing is
 * placed. Nothing to do where a convention said so already. */
static void silent_arguments(const struct convention *c, const struct prototype *p,
			     bool (*is)(const struct type *), enum rule_id rule,
			     struct placement *out)
{
	unsigned i = 0;

	while (i < out->nargs && !holds(proto_arg_type(p, i), is))
		i++;
	if (i == out->nargs || out->arg[i].unspecified)
		return;
	for (unsigned k = i; k < out->nargs; k++)
		out->arg[k] = (struct value_place){ .unspecified = true, .rule = rule };
	out->stack_unspecified = true;
	if (c->callee_pops && !p->variadic)
		out->pop_unspecified = true;
}

/* Likewise about results, before which there may be an implicit first argument that moves all
 * others. */
static void silent_values(const struct convention *c, const struct prototype *p,
			  bool (*is)(const struct type *), enum rule_id rule, struct placement *out)
{
	if (holds(p->ret, is) && !out->ret.unspecified) {
		out->hidden = (struct value_place){ .rule = RULE_NONE };
		out->ret = (struct value_place){ .unspecified = true, .rule = rule };
		for (unsigned i = 0; i < out->nargs; i++)
			out->arg[i] = out->ret;
		out->stack_unspecified = true;
		out->pop_unspecified = c->width == W32;
	}
	silent_arguments(c, p, is, rule, out);
}

/* At 32 bit vector types are optional, and absent where there are no registers for them: which? */
static bool (*absent_vectors(const struct profile *pr))(const struct type *)
{
	if (pr->width == W64 || pr->isa >= ISA_AVX512F)
		return NULL;
	return pr->isa < ISA_SSE2  ? is_vector
	       : pr->isa < ISA_AVX ? is_wider_than_xmm
				   : is_wider_than_ymm;
}

static void silent_vectors(const struct convention *c, const struct prototype *p,
			   enum profile_id profile, struct placement *out)
{
	bool (*absent)(const struct type *) = absent_vectors(&profiles[profile]);
	bool any = false;

	if (!absent)
		return;
	silent_arguments(c, p, absent, RULE_I386_VECTOR_NONE, out);
	/* Nor does anything say how far the stack is aligned for one. */
	for (unsigned i = 0; i < out->nargs; i++)
		any = any || out->arg[i].rule == RULE_I386_VECTOR_NONE;
	if (any && out->align_rule == RULE_I386_VECTOR_STACK) {
		out->align = abi_call_align(c, profile);
		out->align_rule = out->align != c->align ? RULE_LINUX_STACK : RULE_NONE;
	}
}

/* Those that an attribute names place them by documents of their own, which take the registers for
 * granted. */
static const char *why_not_absent(const struct convention *c, const struct prototype *p,
				  const struct profile *pr)
{
	bool (*absent)(const struct type *) = c->named_only ? absent_vectors(pr) : NULL;
	bool any = absent && absent != is_vector && holds(p->ret, absent);

	for (unsigned i = 0; absent && absent != is_vector && i < p->nparams + p->nvarargs; i++)
		any = any || holds(proto_arg_type(p, i), absent);
	return any ? "has a vector that is wider than the profile's registers" : NULL;
}

/* Types that no document mentions, and which need not be laid out as others are. */
static void unknown_types(const struct convention *c, const struct prototype *p,
			  struct placement *out)
{
	silent_values(c, p, is_atomic,
		      c->width == W32 ? RULE_I386_ATOMIC
		      : c->home_bytes ? RULE_MS_FOREIGN
				      : RULE_SYSV_ATOMIC,
		      out);
	if (c->width == W32) {
		silent_values(c, p, is_bitint, RULE_I386_BITINT, out);
		silent_values(c, p, is_complex_float16, RULE_I386_COMPLEX_FLOAT16, out);
	}
}

/* The prototype as the base conventions see it: parameters that are the first members of
 * transparent unions, or pointers to C++ objects that are not trivial; as for the result of such a
 * class, one that is in memory by any of them. */
static const struct prototype *see_through(const struct prototype *p, struct prototype *copy,
					   struct param params[MAX_ARGS])
{
	static const struct type pointer = { .kind = TYPE_POINTER,
					     .size = { 4, 8 },
					     .align = { 4, 8 } },
				 word = { .kind = TYPE_INT, .size = { 4, 4 }, .align = { 4, 4 } },
				 words = { .kind = TYPE_ARRAY,
					   .of = &word,
					   .count = 16,
					   .size = { 64, 64 },
					   .align = { 4, 4 } };
	static const struct field field = { .name = "a", .type = &words };
	static const struct type memory = { .kind = TYPE_STRUCT,
					    .fields = (struct field *)&field,
					    .nfields = 1,
					    .size = { 64, 64 },
					    .align = { 4, 4 } };
	bool any = p->ret->special;

	*copy = *p;
	copy->params = params;
	if (p->ret->special)
		copy->ret = &memory;
	for (unsigned i = 0; i < p->nparams; i++) {
		params[i] = p->params[i];
		if (params[i].type->special)
			params[i].type = &pointer;
		else if (params[i].type->transparent)
			params[i].type = params[i].type->fields[0].type;
		any = any || params[i].type != p->params[i].type;
	}
	return any ? copy : p;
}

/* What the places are of, when it was not the type that is declared. */
static void own_types(const struct prototype *p, struct placement *out)
{
	for (unsigned i = 0; i < p->nparams; i++) {
		if (out->arg[i].unspecified)
			continue;
		if (p->params[i].type->special) {
			out->arg[i].by_reference = true;
			out->arg[i].rule = RULE_CXX_PARAMETER;
		} else if (p->params[i].type->transparent) {
			out->arg[i].rule = RULE_GCC_TRANSPARENT;
		}
	}
	if (p->ret->special)
		out->ret.rule = out->hidden.rule = RULE_CXX_RETURN;
}

/* C++ objects are covered as far as documents go: under the conventions of Unix alone, and not
 * behind an ellipsis. */
static const char *why_not_class(const struct convention *c, const struct prototype *p)
{
	bool any = p->ret->special;

	for (unsigned i = 0; i < p->nparams; i++)
		any = any || p->params[i].type->special;
	for (unsigned i = 0; i < p->nvarargs; i++) {
		if (p->varargs[i]->special)
			return "passes a C++ object that is not trivial behind an ellipsis";
	}
	return any && (*c->attribute || c->home_bytes)
		       ? "has a C++ object that is not trivial, which the Itanium C++ ABI places "
			 "under the default convention only"
		       : NULL;
}

const char *abi_place_at(enum edition e, enum profile_id profile, const struct convention *c,
			 const struct prototype *p, struct placement *out)
{
	unsigned n = (unsigned)(p->nparams + p->nvarargs);
	struct profile at = profiles[profile];
	const struct profile *pr = &at;
	struct convention here = *c;
	struct param params[MAX_ARGS];
	struct prototype seen;
	const char *why;

	memset(out, 0, sizeof(*out));
	if (n > MAX_ARGS)
		return "has too many arguments";
	if (c->prototyped && p->variadic)
		return "is variadic, which no function of this convention can be";
	if (c->needs_sse2 && at.isa < ISA_SSE2)
		at.isa = ISA_SSE2; /* of Windows */
	why = why_not_type(p->ret, pr);
	for (unsigned i = 0; !why && i < n; i++)
		why = why_not_type(proto_arg_type(p, i), pr);
	if (!why)
		why = why_not_class(c, p);
	if (!why)
		why = why_not_absent(c, p, pr);
	if (!why && c->by_processor)
		why = abi_no_handler(p, c->width);
	if (why)
		return why;
	out->nargs = n;
	out->nnamed = (unsigned)p->nparams;
	out->al = -1;
	out->home_bytes = c->home_bytes;
	out->align = abi_call_align(c, profile);
	if (out->align != c->align)
		out->align_rule = profile_windows(profile) ? RULE_MS32_ALIGN : RULE_LINUX_STACK;
	here.profile = pr;
	here.edition = out->edition = e;
	c->place(&here, see_through(p, &seen, params), out);
	own_types(p, out);
	unknown_types(c, p, out);
	if (c->callee_pops && !p->variadic && !out->pop_unspecified) {
		out->pop_bytes = out->stack_bytes;
		out->pop_rule = c->rule[CHECK_SP];
		out->pop_unspecified = out->stack_unspecified;
	}
	silent_vectors(c, p, profile, out);
	return NULL;
}

const char *abi_place_in(enum profile_id profile, const struct convention *c,
			 const struct prototype *p, struct placement *out)
{
	return abi_place_at(EDITION_LATEST, profile, c, p, out);
}

struct reg_set abi_registers(enum width w)
{
	uint32_t vectors = w == W64 ? 0xffffffff : 0xff;

	return (struct reg_set){ .gpr = w == W64 ? 0xffff : 0xff,
				 .xmm = vectors,
				 .ymm = vectors,
				 .zmm = vectors,
				 .mask = 0xff,
				 .x87 = 0xff,
				 .flags = FLAGS_STATUS };
}

/* Take the registers of `out` from *s. */
static void without(struct reg_set *s, const struct reg_set *out)
{
	s->gpr &= ~out->gpr;
	s->xmm &= ~out->xmm;
	s->ymm &= ~out->ymm;
	s->zmm &= ~out->zmm;
	s->mask &= ~out->mask;
	s->x87 &= ~out->x87;
	s->flags &= ~out->flags;
}

/* Take the registers of one value out of *s. */
static void without_value(struct reg_set *s, const struct value_place *v)
{
	for (unsigned i = 0; i < v->nlocs; i++) {
		const struct loc *l = &v->loc[i];

		if (l->kind == LOC_GPR)
			s->gpr &= ~(1u << l->reg);
		if (l->kind == LOC_X87)
			s->x87 = 0; /* they are a stack */
		if (l->kind != LOC_XMM)
			continue;
		/* Writing part of a vector register may leave the rest of it changed: SDM volume 1,
		 * 14.3. */
		s->xmm &= ~(1u << l->reg);
		s->ymm &= ~(1u << l->reg);
		s->zmm &= ~(1u << l->reg);
	}
}

/* The registers that arguments are in. Where documents do not place one of them, or the return
 * value, to which a pointer may be the first argument, each that could hold one. */
static void without_arguments(struct reg_set *s, const struct convention *c,
			      const struct placement *pl)
{
	bool open = pl->ret.unspecified;

	for (unsigned i = 0; i < pl->nargs; i++) {
		without_value(s, &pl->arg[i]);
		open = open || pl->arg[i].unspecified;
	}
	without_value(s, &pl->hidden);
	for (unsigned i = 0; open && i < c->nint_args; i++)
		s->gpr &= ~(1u << c->int_arg[i]);
}

/* `args`: as far as documents agree about registers that hold arguments. */
static struct reg_set preserved(const struct convention *c, const struct placement *pl, bool args)
{
	struct reg_set s = c->preserved;

	if (pl && args && c->arguments_open)
		without_arguments(&s, c, pl);
	if (pl)
		without_value(&s, &pl->ret);
	if (pl && pl->ret.unspecified) {
		/* Wherever a value may come back: src/payload/open.c. */
		s.gpr &= ~(GPR_BIT(AX) | GPR_BIT(DX));
		s.xmm &= ~0xfu;
		s.ymm &= ~0xfu;
		s.zmm &= ~0xfu;
		s.x87 = 0;
	}
	if (pl && pl->hidden.nlocs)
		s.gpr &= ~(1u << c->int_ret[0]);
	return s;
}

struct reg_set abi_preserved(const struct convention *c, const struct placement *pl)
{
	return preserved(c, pl, true);
}

struct reg_set abi_destroyed(const struct convention *c, const struct placement *pl)
{
	struct reg_set s = abi_registers(c->width), kept = preserved(c, pl, false);

	s.gpr &= ~GPR_BIT(SP);
	without(&s, &kept);
	without(&s, &c->silent);
	return s;
}

unsigned abi_call_align(const struct convention *c, enum profile_id profile)
{
	/* The kernel's flags set the stack boundary to a word, whatever the psABI says; no document
	 * of 32-bit Windows asks for more. */
	return profiles[profile].isa == ISA_INTEGER || (profile_windows(profile) && c->width == W32)
		       ? word_bytes(c->width)
		       : c->align;
}

unsigned abi_red_zone(const struct convention *c, enum profile_id profile)
{
	return profiles[profile].isa == ISA_INTEGER ? 0 : c->red_zone;
}

const struct convention *abi_engine(const struct convention *c)
{
	const struct convention *first = NULL;

	for (const struct convention *const *p = conventions; *p; p++) {
		if ((*p)->width != c->width || (*p)->home_bytes != c->home_bytes ||
		    (*p)->by_processor != c->by_processor ||
		    memcmp(&(*p)->preserved, &c->preserved, sizeof(c->preserved)) ||
		    memcmp(&(*p)->silent, &c->silent, sizeof(c->silent)))
			continue;
		if (!*(*p)->attribute && !(*p)->only)
			return *p;
		if (!first)
			first = *p;
	}
	return first;
}

enum profile_id convention_profile(const struct convention *c)
{
	enum profile_id profile = 0;

	while (!convention_in(c, profile))
		profile++;
	return profile;
}

const char *abi_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	return abi_place_in(convention_profile(c), c, p, out);
}

const char *gpr_name(enum width w, unsigned reg, unsigned bytes)
{
	static const char *const names[GPR_COUNT][4] = {
#define X(id, n64, n32, n16, n8) { n64, n32, n16, n8 },
		GPRS(X)
#undef X
	};
	unsigned column = bytes > 4 ? 0 : bytes > 2 ? 1 : bytes > 1 ? 2 : 3;

	if (w == W32 && column == 0)
		column = 1;
	/* sil, dil, bpl and spl need a REX prefix: at 32 bit the byte has no name of its own. */
	if (w == W32 && column == 3 && reg > GPR_BX)
		column = 1;
	return names[reg % GPR_COUNT][column];
}

const char *xmm_name(unsigned reg)
{
	return vector_name(reg, 16);
}

const char *vector_name(unsigned reg, unsigned bytes)
{
	static const char *const names[VECTOR_COUNT][3] = {
#define X(n) { "xmm" #n, "ymm" #n, "zmm" #n },
		VECTORS(X)
#undef X
	};

	return names[reg % VECTOR_COUNT][bytes > 32 ? 2 : bytes > 16 ? 1 : 0];
}

void loc_text(struct str *b, enum width w, const struct loc *l)
{
	switch (l->kind) {
	case LOC_GPR:
		str_add(b, gpr_name(w, l->reg, l->bytes));
		break;
	case LOC_XMM:
		str_add(b, vector_name(l->reg, l->bytes));
		break;
	case LOC_X87:
		str_addf(b, "st%u", l->reg);
		break;
	case LOC_STACK:
		str_addf(b, "%s+%d", gpr_name(w, GPR_SP, word_bytes(w)), l->stack);
		break;
	}
}

void value_text(struct str *b, enum width w, const struct value_place *v)
{
	if (v->unspecified || v->nothing) {
		str_add(b, v->nothing ? "nothing passed" : "unspecified");
		return;
	}
	if (v->words) {
		str_add(b, v->words);
		return;
	}
	if (v->by_reference)
		str_add(b, "pointer in ");
	/* Most significant piece first, as edx:eax is written; copies of one piece with "and". */
	for (unsigned i = v->nlocs; i-- > 0;) {
		loc_text(b, w, &v->loc[i]);
		if (i)
			str_add(b, v->loc[i].off == v->loc[i - 1].off ? " and " : ":");
	}
}
