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
	&abi_ms, NULL
};

const struct convention *convention_find(const char *name, enum width w)
{
	for (const struct convention *const *c = conventions; *c; c++) {
		if ((*c)->width == w && !strcmp((*c)->name, name))
			return *c;
	}
	return NULL;
}

const struct type *abi_arg_type(const struct prototype *p, unsigned i)
{
	return i < p->nparams ? p->params[i].type : p->varargs[i - p->nparams];
}

/* What this oracle does not place. */
static const char *why_not_type(const struct type *t, enum width w)
{
	if (t->kind == TYPE_VOID)
		return NULL;
	if (!type_exists(t, w))
		return "has a type that does not exist at this width";
	if (t->size[w] > ABI_MAX_VALUE)
		return "passes a value of more than 256 bytes";
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			const char *why = why_not_type(t->fields[i].type, w);

			if (why)
				return why;
		}
		return NULL;
	case TYPE_ARRAY:
		return why_not_type(t->of, w);
	case TYPE_VECTOR:
		if (w == W32)
			return "has a vector, which this version does not place at 32 bit";
		if (t->size[w] == 32 || t->size[w] == 64)
			return "has a vector of 32 or 64 bytes, which needs AVX: this version "
			       "compiles without";
		if ((t->size[w] != 8 && t->size[w] != 16) || t->count < 2)
			return "has a vector that is none of __m64 and __m128";
		return NULL;
	case TYPE_FLOAT16:
	case TYPE_BITINT:
		return w == W32 ? "has a type that this version does not place at 32 bit" : NULL;
	default:
		return NULL;
	}
}

const char *abi_place(const struct convention *c, const struct prototype *p, struct placement *out)
{
	unsigned n = (unsigned)(p->nparams + p->nvarargs);
	const char *why = why_not_type(p->ret, c->width);

	memset(out, 0, sizeof(*out));
	if (n > MAX_ARGS)
		return "has too many arguments";
	for (unsigned i = 0; !why && i < n; i++)
		why = why_not_type(abi_arg_type(p, i), c->width);
	if (why)
		return why;
	out->nargs = n;
	out->nnamed = (unsigned)p->nparams;
	out->al = -1;
	out->align = 16;
	c->place(c, p, out);
	return NULL;
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
	static const char *const names[XMM_COUNT] = { "xmm0",  "xmm1",  "xmm2",  "xmm3",
						      "xmm4",  "xmm5",  "xmm6",  "xmm7",
						      "xmm8",  "xmm9",  "xmm10", "xmm11",
						      "xmm12", "xmm13", "xmm14", "xmm15" };

	return names[reg % XMM_COUNT];
}

void loc_text(struct str *b, enum width w, const struct loc *l)
{
	switch (l->kind) {
	case LOC_GPR:
		str_add(b, gpr_name(w, l->reg, l->bytes));
		break;
	case LOC_XMM:
		str_add(b, xmm_name(l->reg));
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
