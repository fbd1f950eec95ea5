/* SPDX-License-Identifier: MIT */
/* Where the members of structs and unions lie: i386 psABI 2.1.3 and x86-64 psABI 3.1.2,
 * "Aggregates and Unions" and "Bit-Fields", plus GNU C's packed and aligned attributes; where those
 * of C++ bases lie: Itanium C++ ABI 2.4. */
#include "proto/type.h"

/* A struct while its members are placed at one width; positions in bits. */
struct placing {
	enum width w;
	bool packed, is_union;
	uint64_t next;  /* first free bit */
	uint64_t end;   /* of the largest union member, or of the struct */
	uint32_t align; /* bytes */
	bool missing;   /* a member's type does not exist at this width */
};

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* Alignment that a member asks for, in bytes. */
static uint32_t member_align(const struct placing *pl, const struct field *f)
{
	uint32_t align = f->type->align[pl->w];

	/* Alignment that a typedef asked for survives in neither packed struct nor member. */
	if (pl->packed || f->packed)
		align = 1;
	return f->aligned > align ? f->aligned : align;
}

/* "Bit-fields are allocated from right to left; a bit-field must entirely reside in a storage unit
 * appropriate for its declared type; bit-fields may share a storage unit with other members;
 * unnamed bit-fields' types do not affect the alignment of a structure or union." */
static void place_bits(struct placing *pl, struct field *f)
{
	bool packed = pl->packed || f->packed;
	uint64_t unit = 8 * (uint64_t)f->type->size[pl->w];
	uint64_t step = 8 * (uint64_t)f->type->align[pl->w];
	uint64_t at = pl->next;

	if (f->bits > type_bits(f->type, pl->w)) {
		pl->missing = true; /* such as long x : 40 at 32 bit */
		return;
	}
	if (f->aligned)
		at = round_up(at, 8 * (uint64_t)f->aligned);
	if (!f->bits)
		at = round_up(at, step); /* a boundary, packed or not */
	else if (!packed && at % step + f->bits > unit)
		at = round_up(at, step);
	f->bit_offset[pl->w] = (uint32_t)at;
	f->offset[pl->w] = (uint32_t)((packed ? at : at / step * step) / 8);
	pl->next = at + f->bits;
	if (f->name && member_align(pl, f) > pl->align)
		pl->align = member_align(pl, f);
}

static void place_member(struct placing *pl, struct field *f)
{
	uint32_t align = member_align(pl, f);
	uint64_t at = round_up(pl->next, 8 * (uint64_t)align);

	f->offset[pl->w] = (uint32_t)(at / 8);
	f->bit_offset[pl->w] = (uint32_t)at;
	pl->next = at + 8 * (uint64_t)f->type->size[pl->w];
	if (align > pl->align)
		pl->align = align;
}

/* Itanium C++ ABI 2.4, II, 1 and 2: a base lies behind what is there, an empty one at the beginning
 * (parse_bases refuses where another object of its type does already). */
static void place_base(struct placing *pl, struct type *t, const struct base_class *b)
{
	uint32_t align = b->type->align[pl->w];
	uint64_t at = b->type->nfields ? round_up(pl->next, 8 * (uint64_t)align) : 0;

	for (size_t i = 0; i < b->type->nfields; i++) {
		struct field *f = &t->fields[b->first + i];

		f->offset[pl->w] = b->type->fields[i].offset[pl->w] + (uint32_t)(at / 8);
		f->bit_offset[pl->w] = b->type->fields[i].bit_offset[pl->w] + (uint32_t)at;
		pl->missing = pl->missing || !type_exists(f->type, pl->w);
	}
	if (b->type->nfields)
		pl->end = pl->next = at + 8 * (uint64_t)b->type->data[pl->w];
	if (align > pl->align)
		pl->align = align;
}

static bool layout_width(struct type *t, enum width w)
{
	struct placing pl = {
		.w = w, .packed = t->packed, .is_union = t->kind == TYPE_UNION, .align = 1
	};

	for (size_t i = 0; i < t->nbases; i++)
		place_base(&pl, t, &t->bases[i]);
	for (size_t i = 0; i < t->nfields && !pl.missing; i++) {
		struct field *f = &t->fields[i];

		if (f->inherited)
			continue;
		if (!type_exists(f->type, w)) {
			pl.missing = true;
			break;
		}
		if (pl.is_union)
			pl.next = 0;
		if (f->is_bitfield)
			place_bits(&pl, f);
		else
			place_member(&pl, f);
		if (pl.next > pl.end)
			pl.end = pl.next;
		/* Bit offsets are kept in 32 bits. */
		if (pl.end > UINT32_MAX || pl.end / 8 > MAX_TYPE_BYTES)
			return false;
	}
	if (pl.missing) {
		t->size[w] = t->align[w] = 0;
		return true;
	}
	if (t->aligned > pl.align)
		pl.align = t->aligned;
	t->data[w] = (uint32_t)(round_up(pl.end, 8) / 8);
	pl.end = round_up(t->data[w], pl.align);
	if (pl.end > MAX_TYPE_BYTES)
		return false;
	t->size[w] = (uint32_t)pl.end;
	/* What C has, too, keeps its padding. Itanium C++ ABI 1.1, "POD for the purpose of layout".
	 */
	if (!t->nbases && !t->special)
		t->data[w] = t->size[w];
	t->align[w] = pl.align;
	return true;
}

bool type_layout(struct type *t)
{
	t->depth = 1;
	for (size_t i = 0; i < t->nfields; i++)
		if (t->fields[i].type->depth >= t->depth)
			t->depth = t->fields[i].type->depth + 1;
	return layout_width(t, W32) && layout_width(t, W64);
}
