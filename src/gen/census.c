/* SPDX-License-Identifier: MIT */
/* Which types the cases use, by convention and by place: argument, return value, after `...`. */
#include "gen/census.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *sample;
} types[CENSUS_COUNT] = {
#define X(id, name, sample) { name, sample },
	CENSUS_TYPES(X)
#undef X
};

static uint64_t bit(enum census_type t)
{
	return 1ull << t;
}

static uint64_t basic(enum type_kind k)
{
	switch (k) {
	case TYPE_BOOL:
		return bit(CENSUS_BOOL);
	case TYPE_CHAR:
	case TYPE_SCHAR:
	case TYPE_UCHAR:
		return bit(CENSUS_CHAR);
	case TYPE_SHORT:
	case TYPE_USHORT:
		return bit(CENSUS_SHORT);
	case TYPE_INT:
	case TYPE_UINT:
		return bit(CENSUS_INT);
	case TYPE_LONG:
	case TYPE_ULONG:
		return bit(CENSUS_LONG);
	case TYPE_LLONG:
	case TYPE_ULLONG:
		return bit(CENSUS_LLONG);
	case TYPE_INT128:
	case TYPE_UINT128:
		return bit(CENSUS_INT128);
	case TYPE_FLOAT:
		return bit(CENSUS_FLOAT);
	case TYPE_DOUBLE:
		return bit(CENSUS_DOUBLE);
	case TYPE_LDOUBLE:
		return bit(CENSUS_LDOUBLE);
	case TYPE_FLOAT16:
		return bit(CENSUS_FLOAT16);
	case TYPE_BF16:
		return bit(CENSUS_BF16);
	case TYPE_FLOAT128:
		return bit(CENSUS_FLOAT128);
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		return bit(CENSUS_DECIMAL);
	default:
		return 0;
	}
}

static uint64_t vector(const struct type *t)
{
	switch (t->size[W64]) {
	case 4:
		return bit(CENSUS_VECTOR4);
	case 8:
		return bit(CENSUS_VECTOR8);
	case 16:
		return bit(CENSUS_VECTOR16);
	case 32:
		return bit(CENSUS_VECTOR32);
	case 64:
		return bit(CENSUS_VECTOR64);
	default:
		return 0;
	}
}

static uint64_t member(const struct field *f)
{
	uint64_t set = census_of(f->type);

	if (f->is_bitfield)
		set |= bit(CENSUS_BITFIELD);
	if (f->is_bitfield && !f->name)
		set |= bit(f->bits ? CENSUS_UNNAMED : CENSUS_ZEROBITS);
	if (f->packed)
		set |= bit(CENSUS_PACKED);
	if (f->aligned >= 16)
		set |= bit(CENSUS_OVERALIGNED);
	if (f->type->kind == TYPE_STRUCT || f->type->kind == TYPE_UNION)
		set |= bit(CENSUS_NESTED);
	if (f->type->kind == TYPE_ARRAY)
		set |= bit(f->type->count ? CENSUS_ARRAY : CENSUS_FLEXIBLE);
	return set;
}

static uint64_t record(const struct type *t)
{
	const uint64_t integers = bit(CENSUS_INT128 + 1) - 1;
	const uint64_t floats = bit(CENSUS_FLOAT) | bit(CENSUS_DOUBLE) | bit(CENSUS_LDOUBLE) |
				bit(CENSUS_FLOAT16) | bit(CENSUS_BF16) | bit(CENSUS_FLOAT128) |
				bit(CENSUS_DECIMAL);
	uint64_t set = bit(t->kind == TYPE_UNION ? CENSUS_UNION : CENSUS_STRUCT);

	for (size_t i = 0; i < t->nfields; i++)
		set |= member(&t->fields[i]);
	if (set & integers && set & floats)
		set |= bit(CENSUS_MIXED);
	if (!t->nfields)
		set |= bit(CENSUS_EMPTY);
	if (t->packed)
		set |= bit(CENSUS_PACKED);
	if (t->size[W64] > 64)
		set |= bit(CENSUS_LARGE);
	return set;
}

uint64_t census_of(const struct type *t)
{
	uint64_t set = 0;

	switch (t->kind) {
	case TYPE_ENUM:
		set = bit(CENSUS_ENUM);
		break;
	case TYPE_POINTER:
		set = bit(t->of->kind == TYPE_FUNCTION ? CENSUS_FNPTR : CENSUS_POINTER);
		break;
	case TYPE_ARRAY:
		set = census_of(t->of);
		break;
	case TYPE_COMPLEX:
		set = bit(t->of->kind == TYPE_FLOAT     ? CENSUS_CFLOAT
			  : t->of->kind == TYPE_DOUBLE  ? CENSUS_CDOUBLE
			  : t->of->kind == TYPE_LDOUBLE ? CENSUS_CLDOUBLE
							: CENSUS_COTHER);
		break;
	case TYPE_VECTOR:
		set = vector(t);
		break;
	case TYPE_BITINT:
		set = bit(CENSUS_BITINT);
		break;
	case TYPE_STRUCT:
	case TYPE_UNION:
		set = record(t);
		break;
	default:
		set = basic(t->kind);
		if (t->aligned && t->align[W64] < type_basic(t->kind)->align[W64])
			set |= bit(CENSUS_UNDERALIGNED);
	}
	if (t->aligned >= 16)
		set |= bit(CENSUS_OVERALIGNED);
	if (t->atomic)
		set |= bit(CENSUS_ATOMIC);
	if (t->transparent)
		set |= bit(CENSUS_TRANSPARENT);
	return set;
}

/* Counting ----------------------------------------------------------------------------------- */

static void count_case(struct census *out, size_t conv, const struct gen_case *c)
{
	const struct prototype *p = c->call.decl->proto;
	uint64_t arguments = 0, returns = census_of(p->ret), variadic = 0;

	for (size_t i = 0; i < p->nparams; i++)
		arguments |= census_of(p->params[i].type);
	for (size_t i = 0; i < p->nvarargs; i++)
		variadic |= census_of(p->varargs[i]);
	for (int t = 0; t < CENSUS_COUNT; t++) {
		struct census_cell *cell = &out->cell[t][conv];

		cell->cases += ((arguments | returns | variadic) >> t) & 1;
		cell->arguments += (arguments >> t) & 1;
		cell->returns += (returns >> t) & 1;
		cell->variadic += (variadic >> t) & 1;
	}
}

static bool applies(struct arena *a, enum census_type t, const struct convention *c)
{
	struct placement place;
	const char *error;
	const struct prototype *p = proto_parse_decl(a, types[t].sample, &error);

	if (!p)
		die("internal error: a sample of the census does not parse:\n%s", error);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (convention_in(c, f) && proto_exists(p, c->width) &&
		    !abi_place_in(f, c, p, &place))
			return true;
	}
	return false;
}

/* Is the case also one of an earlier profile? */
static bool counted(const struct gen_set set[PROFILES], enum profile_id profile,
		    const struct gen_case *c)
{
	for (enum profile_id f = 0; f < profile; f++) {
		for (size_t i = 0; i < set[f].n; i++) {
			if (set[f].v[i].call.decl == c->call.decl &&
			    set[f].v[i].call.conv == c->call.conv)
				return true;
		}
	}
	return false;
}

/* Those of profiles that run by themselves; handlers have no types to choose. */
static bool in_census(const struct convention *c)
{
	return !c->by_processor &&
	       (!profile_optional(convention_profile(c)) || profile_x32(convention_profile(c)));
}

void census_take(struct arena *a, const struct gen_set set[PROFILES], struct census *out)
{
	static const char generated[] = "cases/coverage/";

	*out = (struct census){ 0 };
	for (size_t k = 0; conventions[k]; k++) {
		if (!in_census(conventions[k]))
			continue;
		for (int t = 0; t < CENSUS_COUNT; t++)
			out->cell[t][k].applies = applies(a, (enum census_type)t, conventions[k]);
		for (enum profile_id f = 0; f < PROFILES; f++) {
			for (size_t i = 0; i < set[f].n; i++) {
				const struct gen_case *c = &set[f].v[i];
				const char *file = c->call.decl->proto->pos.file;

				if (c->call.conv == conventions[k] &&
				    strncmp(file, generated, sizeof(generated) - 1) &&
				    !counted(set, f, c))
					count_case(out, k, c);
			}
		}
	}
}

/* Text --------------------------------------------------------------------------------------- */

static void table(struct str *out, const struct census *c, enum width w)
{
	str_addf(out, "\n%u bit: cases with the type (as argument/returned/variadic)\n%-24s",
		 width_bits(w), "");
	for (size_t k = 0; conventions[k]; k++) {
		if (conventions[k]->width == w && in_census(conventions[k]))
			str_addf(out, "%18s", conventions[k]->name);
	}
	str_add(out, "\n");
	for (int t = 0; t < CENSUS_COUNT; t++) {
		str_addf(out, "%-24s", types[t].name);
		for (size_t k = 0; conventions[k]; k++) {
			const struct census_cell *cell = &c->cell[t][k];
			char text[64] = "-";

			if (conventions[k]->width != w || !in_census(conventions[k]))
				continue;
			if (cell->applies)
				snprintf(text, sizeof(text), "%u (%u/%u/%u)", cell->cases,
					 cell->arguments, cell->returns, cell->variadic);
			str_addf(out, "%18s", text);
		}
		str_add(out, "\n");
	}
}

void census_text(struct str *out, const struct census *c, unsigned enough)
{
	unsigned least = UINT32_MAX;

	for (enum width w = W32; w < WIDTHS; w++)
		table(out, c, w);
	str_add(out, "\n");
	for (int t = 0; t < CENSUS_COUNT; t++) {
		for (size_t k = 0; conventions[k]; k++) {
			const struct census_cell *cell = &c->cell[t][k];

			if (!cell->applies)
				continue;
			least = cell->cases < least ? cell->cases : least;
			if (cell->cases < enough)
				str_addf(out, "fewer than %u cases: %s, %s at %u bit: %u\n", enough,
					 types[t].name, conventions[k]->name,
					 width_bits(conventions[k]->width), cell->cases);
		}
	}
	str_addf(out, "each type in at least %u cases of each convention that has it\n", least);
}
