/* SPDX-License-Identifier: MIT */
/* How a type's values are made and compared, and where the generated code finds them. */
#include "gen/gen.h"

enum { BUFFER = 16, CELL = 16, CELLS_PER_ARG = 4 };

enum cl_class gen_class(const struct type *t)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return CL_BOOL;
	case TYPE_FLOAT:
		return CL_FLOAT;
	case TYPE_DOUBLE:
		return CL_DOUBLE;
	case TYPE_LDOUBLE:
		return CL_LDOUBLE;
	case TYPE_POINTER:
		return CL_POINTER;
	default:
		return t->is_unsigned ? CL_UNSIGNED : CL_SIGNED;
	}
}

unsigned gen_compare_bytes(const struct type *t, enum width w)
{
	/* Of long double only the first 10 bytes are significant: psABI, Data Representation. */
	return t->kind == TYPE_LDOUBLE ? 10 : t->size[w];
}

unsigned gen_buffer(unsigned arg)
{
	return arg * BUFFER;
}

unsigned gen_cell(unsigned arg, unsigned loc)
{
	return (arg * CELLS_PER_ARG + loc) * CELL;
}

bool gen_widens(const struct type *t, enum width w)
{
	return type_is_integer(t) && t->kind != TYPE_ENUM && t->size[w] < 8;
}
