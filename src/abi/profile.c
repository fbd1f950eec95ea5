/* SPDX-License-Identifier: MIT */
/* The table of profiles, made from profiles.def, and which prototypes each is about. */
#include "abi/profile.h"
#include "abi/abi.h"

#include <string.h>

const struct profile profiles[PROFILES] = {
#define PROFILE(id, name, width, isa, struct_return, cases, title) \
	{ name, width, isa, struct_return, cases, title },
#include "abi/profiles.def"
#undef PROFILE
};

bool profile_is(const struct profile *pr, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(pr->name, name, n) &&
	       (!pr->name[n] || (pr->cases == CASES_THROUGH && pr->name[n] == '-'));
}

/* Is there a type that travels in vector registers, if in any? At 32 bit those are 16-bit floats,
 * too; float and double only with sseregparm, which no other profile has. */
static bool has_vector(const struct type *t, enum width w)
{
	switch (t->kind) {
	case TYPE_VECTOR:
		return true;
	case TYPE_FLOAT16:
	case TYPE_BF16:
		return w == W32;
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			if (has_vector(t->fields[i].type, w))
				return true;
		}
		return false;
	case TYPE_ARRAY:
	case TYPE_COMPLEX:
		return has_vector(t->of, w);
	default:
		return false;
	}
}

/* At 32 bit documents say little about Windows: neither where bit-fields lie, nor how what is more
 * aligned than a word travels, nor anything about types that Microsoft's compiler lacks. At 64 bit
 * bit-fields alone lie elsewhere than the psABI has them. Types that a typedef re-aligns are GNU
 * C's.
 */
static bool in_windows(const struct type *t, enum width w, bool member)
{
	bool wide = w == W32 && member && t->size[w] > 4;
	bool record = t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;

	if (t->atomic || t->transparent || t->special || t->nbases)
		return false;
	if (t->alias && (record ? t->of != NULL : t->aligned != 0))
		return false;

	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			if (t->fields[i].is_bitfield || !in_windows(t->fields[i].type, w, true))
				return false;
		}
		return w == W64 || t->align[w] <= 4;
	case TYPE_ARRAY:
		return in_windows(t->of, w, member);
	case TYPE_COMPLEX:
	case TYPE_VECTOR:
	case TYPE_BITINT:
	case TYPE_FLOAT16:
	case TYPE_BF16:
	case TYPE_FLOAT128:
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		return w == W64;
	default:
		return !wide;
	}
}

bool profile_concerns(const struct profile *pr, const struct prototype *p)
{
	bool any = false;

	switch (pr->cases) {
	case CASES_VECTOR:
		any = has_vector(p->ret, pr->width);
		for (unsigned i = 0; i < p->nparams + p->nvarargs; i++)
			any = any || has_vector(proto_arg_type(p, i), pr->width);
		return any;
	case CASES_RETURN:
		return p->ret->kind == TYPE_STRUCT || p->ret->kind == TYPE_UNION ||
		       p->ret->kind == TYPE_COMPLEX;
	case CASES_WINDOWS:
		any = in_windows(p->ret, pr->width, false);
		for (unsigned i = 0; i < p->nparams + p->nvarargs; i++)
			any = any && in_windows(proto_arg_type(p, i), pr->width, false);
		return any;
	default:
		return true;
	}
}
