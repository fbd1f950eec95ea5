/* SPDX-License-Identifier: MIT */
/* Alignments: what the documents' own rules give a type, and what attributes make of it. */
#include "abi/conventions.h"

unsigned abi_natural_align(const struct type *t, enum width w)
{
	unsigned align = 1;

	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			const struct field *f = &t->fields[i];
			unsigned a;

			/* "Unnamed bit-fields' types do not affect the alignment"; named ones "obey
			 * the same size and alignment rules as other members". */
			if (t->packed || f->packed || (f->is_bitfield && !f->name))
				continue;
			a = abi_natural_align(f->type, w);
			align = a > align ? a : align;
		}
		return align;
	case TYPE_ARRAY:
	case TYPE_COMPLEX:
	case TYPE_ENUM:
		return abi_natural_align(t->of, w);
	case TYPE_POINTER:
		return t->size[w];
	case TYPE_VECTOR:
		return t->size[w];
	case TYPE_BITINT:
		return t->size[w] < word_bytes(w) ? t->size[w] : word_bytes(w);
	default:
		if (t->kind == TYPE_LONG || t->kind == TYPE_ULONG)
			align = t->size[w]; /* proto_in_model: 4 at both widths */
		else if (t->kind < TYPE_BASIC_COUNT)
			align = type_basic(t->kind)->align[w];
		return align ? align : 1;
	}
}

unsigned abi_own_align(const struct type *t, enum width w)
{
	if (t->kind != TYPE_STRUCT && t->kind != TYPE_UNION)
		return abi_natural_align(t, w);
	while (t->of)
		t = t->of;
	return t->align[w] ? t->align[w] : 1;
}
