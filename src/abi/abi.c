/* SPDX-License-Identifier: MIT */
/* What all conventions share: their table, lookup, applicability, and locations as text. */
#include "abi/abi.h"
#include "abi/conventions.h"

#include <string.h>

const struct convention *const conventions[] = {
	/* The four that lead every matrix. */
	&abi_regparm0_32, &abi_regparm0_64, &abi_asmlinkage_64, &abi_sysv, &abi_fastcall,
	/* The rest. */
	&abi_cdecl, &abi_stdcall, &abi_thiscall, &abi_regparm1, &abi_regparm2, &abi_regparm3,
	&abi_ms,
	/* Of one profile only. */
	&abi_kernel_32, &abi_kernel_64, &abi_asmlinkage_32, &abi_sseregparm, NULL
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
	/* The kernel declares functions plain, asmlinkage, or with the attribute it stands for. */
	return pr->isa != ISA_INTEGER || !strcmp(c->name, "regparm0") ||
	       !strcmp(c->name, "asmlinkage");
}

/* Vectors: the vector registers that the profile has decide. */
static const char *why_not_vector(const struct type *t, const struct profile *pr)
{
	unsigned size = t->size[pr->width];

	if (pr->isa < ISA_SSE2)
		return "has a vector, which has registers only where there is SSE (profile sse2)";
	if (size > 16 && pr->width == W32 &&
	    (size > 64 || pr->isa < (size > 32 ? ISA_AVX512F : ISA_AVX)))
		return "has a vector that is wider than the profile's registers";
	return size > 64 ? "has a vector that is wider than any register" : NULL;
}

/* What this oracle does not place. */
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
			if (w == W32 && t->fields[i].type->kind == TYPE_BITINT)
				return "has a structure with a _BitInt, whose layout no document "
				       "knows at 32 bit";
		}
		return NULL;
	case TYPE_ARRAY:
		return why_not_type(t->of, pr);
	case TYPE_VECTOR:
		return why_not_vector(t, pr);
	case TYPE_FLOAT16:
		return pr->isa < ISA_SSE2 ? "has a _Float16, which needs SSE2 (profile sse2)"
					  : NULL;
	default:
		return NULL;
	}
}

const char *abi_place_at(enum edition e, enum profile_id profile, const struct convention *c,
			 const struct prototype *p, struct placement *out)
{
	unsigned n = (unsigned)(p->nparams + p->nvarargs);
	const struct profile *pr = &profiles[profile];
	const char *why = why_not_type(p->ret, pr);
	struct convention here = *c;

	memset(out, 0, sizeof(*out));
	if (n > MAX_ARGS)
		return "has too many arguments";
	for (unsigned i = 0; !why && i < n; i++)
		why = why_not_type(proto_arg_type(p, i), pr);
	if (why)
		return why;
	out->nargs = n;
	out->nnamed = (unsigned)p->nparams;
	out->al = -1;
	out->align = 16;
	if (pr->isa == ISA_INTEGER) {
		/* The stack boundary is what the flags say, not the psABI's. */
		out->align = word_bytes(pr->width);
		out->align_rule = RULE_LINUX_STACK;
	}
	here.profile = pr;
	here.edition = out->edition = e;
	c->place(&here, p, out);
	return NULL;
}

const char *abi_place_in(enum profile_id profile, const struct convention *c,
			 const struct prototype *p, struct placement *out)
{
	return abi_place_at(EDITION_LATEST, profile, c, p, out);
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
	static const char *const names[XMM_COUNT][3] = {
#define X(n) { "xmm" #n, "ymm" #n, "zmm" #n },
		XMMS(X)
#undef X
	};

	return names[reg % XMM_COUNT][bytes > 32 ? 2 : bytes > 16 ? 1 : 0];
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
	if (v->by_reference)
		str_add(b, "pointer in ");
	/* Most significant piece first, as edx:eax is written; copies of one piece with "and". */
	for (unsigned i = v->nlocs; i-- > 0;) {
		loc_text(b, w, &v->loc[i]);
		if (i)
			str_add(b, v->loc[i].off == v->loc[i - 1].off ? " and " : ":");
	}
}
