/* SPDX-License-Identifier: MIT */
/* Values, slots and their joins: state.h. */
#include "prove/state.h"

#include <string.h>

enum { WHOLE = 0xff };

/* Values -------------------------------------------------------------------------------------- */

struct value value_any(void)
{
	return (struct value){ .kind = V_ANY };
}

struct value value_anything(void)
{
	return (struct value){ .kind = V_ANY, .from = 0xffff, .vectored = 1 };
}

struct value value_const(uint64_t n)
{
	return (struct value){ .kind = V_CONST, .off = n };
}

struct value value_stack(unsigned base, int64_t off)
{
	return (struct value){
		.kind = V_STACK, .id = (uint8_t)base, .off = (uint64_t)off, .flags = VALUE_FRAME
	};
}

struct value value_entry(unsigned id)
{
	return (struct value){ .kind = V_ENTRY,
			       .id = (uint8_t)id,
			       .sign = 1,
			       .from = id < 16 ? (uint16_t)(1u << id) : 0 };
}

bool value_equal(const struct value *a, const struct value *b)
{
	return !memcmp(a, b, sizeof(*a));
}
static bool same_kind(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->id == b->id && a->sign == b->sign && a->off == b->off &&
	       a->more == b->more;
}

bool value_aligned(const struct value *v)
{
	return v->kind == V_CONST ? !(v->off % 16 || v->flags & VALUE_LINKED)
				  : v->flags & VALUE_ALIGNED;
}

bool value_closed(const struct value *v)
{
	return v->kind == V_CONST || v->kind == V_STACK || (v->kind == V_ANY && v->sign > 0);
}

struct value value_mix(const struct value *a, const struct value *b)
{
	struct value v = { .kind = V_ANY };

	v.flags = (a->flags | b->flags) & (uint8_t)~VALUE_ALIGNED;
	v.sign = value_closed(a) && value_closed(b);
	v.from = a->from | b->from;
	v.vectored = a->vectored | b->vectored;
	v.undefined = a->undefined | b->undefined;
	v.origin = a->undefined ? a->origin : b->undefined ? b->origin : ORIGIN_NONE;
	if (a->kind == V_CONST && a->off >= 0x100000 && a->flags & VALUE_CODE)
		v.flags |= VALUE_CODE;
	return v;
}

struct value value_join(const struct value *a, const struct value *b)
{
	struct value v = value_mix(a, b);

	if (a->undefined && b->undefined && a->origin != b->origin)
		v.origin = a->origin < b->origin ? a->origin : b->origin;
	if (a->undefined != b->undefined)
		v.flags |= VALUE_BLURRED;
	if (value_aligned(a) && value_aligned(b))
		v.flags |= VALUE_ALIGNED;
	if (a->kind == V_ANY && b->kind == V_ANY && a->more && b->more) {
		v.more = a->more > b->more ? a->more : b->more;
		v.id = !a->id || (b->id && b->id < a->id) ? b->id : a->id;
	} else if (same_kind(a, b)) {
		v.kind = a->kind;
		v.id = a->id;
		v.sign = a->sign;
		v.off = a->off;
		v.more = a->more;
	}
	if (v.kind == V_TABLE) /* of elements; 0: all */
		v.from = !a->from || !b->from ? 0 : a->from > b->from ? a->from : b->from;
	return v;
}

uint64_t value_limit(const struct value *v)
{
	return v->kind == V_ANY && !v->id ? v->more : 0;
}

bool value_unknown(const struct value *v)
{
	return v->kind == V_ANY || v->kind == V_LOW;
}

bool value_is_entry(const struct value *v, unsigned id)
{
	return v->kind == V_ENTRY && v->id == id && v->sign == 1 && !v->off;
}

void value_blur(struct value *v, unsigned bytes)
{
	if (!v->undefined)
		return;
	v->undefined = bytes >= 8 ? WHOLE : (uint8_t)((1u << bytes) - 1);
	v->flags |= VALUE_BLURRED;
}

/* Slots --------------------------------------------------------------------------------------- */

static int order(const struct slot *s, unsigned base, int64_t off)
{
	if (s->base != base)
		return s->base < base ? -1 : 1;
	return s->off < off ? -1 : s->off > off;
}

/* The first slot that does not begin before the offset. */
static unsigned first_from(const struct state *s, unsigned base, int64_t off)
{
	unsigned low = 0, high = s->nslots;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (order(&s->slot[mid], base, off) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void remove_slot(struct state *s, unsigned i)
{
	memmove(&s->slot[i], &s->slot[i + 1], (s->nslots - i - 1) * sizeof(struct slot));
	s->nslots--;
}

static bool insert_slot(struct state *s, const struct slot *new)
{
	unsigned i = first_from(s, new->base, new->off);

	if (s->nslots == MAX_SLOTS)
		return false;
	memmove(&s->slot[i + 1], &s->slot[i], (s->nslots - i) * sizeof(struct slot));
	s->slot[i] = *new;
	s->nslots++;
	return true;
}

static bool plain(const struct value *v)
{
	return v->kind == V_ANY && !v->undefined && !v->flags && !v->from && !v->more &&
	       !v->vectored;
}

/* Neighbours about which nothing is known are one. */
static void merge_plain(struct state *s)
{
	for (unsigned i = 0; i + 1 < s->nslots;) {
		struct slot *a = &s->slot[i], *b = a + 1;

		if (a->base == b->base && a->off + a->size == b->off && plain(&a->v) &&
		    plain(&b->v)) {
			a->size += b->size;
			remove_slot(s, i + 1);
		} else {
			i++;
		}
	}
}

/* What a part of a value is. */
static struct value part_of(const struct value *v, uint32_t size, uint32_t at, uint32_t bytes)
{
	struct value r = *v;

	if (!at && bytes == size)
		return r;
	if (at)
		r.flags &= (uint8_t)~VALUE_ALIGNED;
	if (v->kind == V_CONST && bytes <= 8 && at < 8 &&
	    (!(v->flags & VALUE_LINKED) || (!at && bytes >= 4))) {
		r.off = v->off >> (8 * at);
		if (bytes < 8)
			r.off &= (1ull << (8 * bytes)) - 1;
	} else if (!at && ((v->kind == V_CW && bytes == 2) || (v->kind == V_MXCSR && bytes == 4))) {
		return r;
	} else {
		r.kind = V_ANY;
		r.id = 0;
		r.sign = 0;
		r.off = r.more = 0;
	}
	if (size <= 8)
		r.undefined =
			(uint8_t)((v->undefined >> at) & (bytes >= 8 ? WHOLE : (1u << bytes) - 1));
	return r;
}

/* Take the bytes out of every slot; what is beside them stays, in parts. */
static bool cut(struct state *s, unsigned base, int64_t off, uint32_t size)
{
	for (unsigned i = 0; i < s->nslots;) {
		struct slot old = s->slot[i], part;

		if (old.base != base || old.off >= off + size || off >= old.off + old.size) {
			i++;
			continue;
		}
		remove_slot(s, i);
		if (old.off < off) {
			part = old;
			part.size = (uint32_t)(off - old.off);
			part.v = part_of(&old.v, old.size, 0, part.size);
			if (!insert_slot(s, &part))
				return false;
			i++;
		}
		if (old.off + old.size > off + size) {
			uint32_t at = (uint32_t)(off + size - old.off);

			part = old;
			part.off = off + size;
			part.size = old.size - at;
			part.v = part_of(&old.v, old.size, at, part.size);
			if (!insert_slot(s, &part))
				return false;
			i++;
		}
	}
	return true;
}

/* The bytes that base + off.. may be, relative to base 0. */
static void extent(const struct frame_bases *b, unsigned base, int64_t off, uint32_t size,
		   int64_t *low, int64_t *high)
{
	*low = b->v[base].low + off;
	*high = b->v[base].high + off + size;
}

static bool may_be_same(const struct frame_bases *b, const struct slot *x, unsigned base,
			int64_t off, uint32_t size)
{
	int64_t low, high, from, to;

	if (x->base == base)
		return false; /* exact: cut() sees to it */
	/* What a dynamic area holds stays in it: an assumption that is listed. */
	if (b->v[x->base].dynamic || b->v[base].dynamic)
		return false;
	extent(b, base, off, size, &low, &high);
	extent(b, x->base, x->off, x->size, &from, &to);
	return low < to && from < high;
}

bool state_store(struct state *s, const struct frame_bases *b, unsigned base, int64_t off,
		 uint32_t size, const struct value *v)
{
	struct slot new = { .base = (uint8_t)base, .off = off, .size = size, .v = *v };

	for (unsigned i = 0; i < s->nslots; i++) {
		if (may_be_same(b, &s->slot[i], base, off, size)) {
			s->slot[i].v = value_anything();
		}
	}
	if (!cut(s, base, off, size))
		return false;
	if (!insert_slot(s, &new))
		return false;
	if (plain(v))
		merge_plain(s);
	return true;
}

struct value state_load(const struct state *s, const struct frame_bases *b, unsigned base,
			int64_t off, uint32_t size)
{
	struct value r = value_any();
	uint32_t found = 0;
	bool other = false;

	for (unsigned i = 0; i < s->nslots; i++) {
		const struct slot *x = &s->slot[i];
		int64_t from = x->off > off ? x->off : off;
		int64_t to = x->off + x->size < off + size ? x->off + x->size : off + size;
		struct value part;

		other = other || may_be_same(b, x, base, off, size);
		if (x->base != base || from >= to)
			continue;
		part = part_of(&x->v, x->size, (uint32_t)(from - x->off), (uint32_t)(to - from));
		if (from == off && to == off + size)
			return part;
		if (size <= 8 && from > off)
			part.undefined = (uint8_t)(part.undefined << (from - off));
		part = value_mix(&part, &part);
		r = found ? value_mix(&r, &part) : value_mix(&part, &part);
		found += (uint32_t)(to - from);
	}
	r.kind = V_ANY;
	r.sign = r.sign > 0 && found == size && !other;
	if (other) { /* perhaps what was written by another name */
		r.from = 0xffff;
		r.vectored = 1;
		r.flags |= VALUE_BLURRED;
	}
	/* Areas of unknown size are written through pointers. */
	if (found < size && !other && !b->v[base].dynamic &&
	    (!s->escaped_frame || (base == 0 && off >= b->word))) {
		/* Which of them does not matter much: all of it, unless nothing was found. */
		if (!r.undefined)
			r.origin = base == 0 && off >= b->word ? ORIGIN_CALLER : ORIGIN_SLOT;
		r.undefined = size >= 8 ? WHOLE : (uint8_t)((1u << size) - 1);
		if (found)
			r.flags |= VALUE_BLURRED;
	}
	return r;
}

static bool saved(const struct value *v)
{
	switch (v->kind) {
	case V_ENTRY:
		return v->sign == 1 && !v->off;
	case V_CONST:
		return v->more == CONST_BACK;
	case V_STACK:
	case V_RETURN:
	case V_FLAGS:
	case V_CW:
	case V_MXCSR:
	case V_VECTOR:
		return true;
	default:
		return false;
	}
}

void state_forget_objects(struct state *s)
{
	for (unsigned i = 0; i < s->nslots; i++) {
		struct value *v = &s->slot[i].v;

		if (!saved(v)) /* what was there may still be */
			*v = (struct value){ .kind = V_ANY,
					     .from = v->from,
					     .vectored = v->vectored };
		else if (v->kind == V_STACK || v->kind == V_ENTRY)
			v->flags |= VALUE_LINKED;
	}
	merge_plain(s);
}

void state_escape(struct state *s, const struct value *v)
{
	s->escaped |= v->from;
	if (v->vectored)
		s->elsewhere |= ELSEWHERE_VECTOR;
	if (v->flags & VALUE_FRAME || v->kind == V_STACK)
		s->escaped_frame = true;
}

bool state_forget(struct state *s, const struct frame_bases *b, unsigned base, int64_t off,
		  uint32_t size)
{
	bool any = false;

	for (unsigned i = 0; i < s->nslots; i++) {
		struct slot *x = &s->slot[i];

		if ((x->base != base || x->off >= off + size || off >= x->off + x->size) &&
		    !may_be_same(b, x, base, off, size))
			continue;
		any = any || x->v.kind == V_ENTRY || x->v.kind == V_RETURN || x->v.kind == V_VECTOR;
		x->v = value_anything();
	}
	return any;
}

/* States -------------------------------------------------------------------------------------- */

size_t state_size(const struct state *s)
{
	return offsetof(struct state, slot) + s->nslots * sizeof(struct slot);
}

bool state_equal(const struct state *a, const struct state *b)
{
	return a->nslots == b->nslots && !memcmp(a, b, state_size(a));
}

/* Bytes that only one of the two states knows were not written on the other's way. */
static struct value half_written(const struct value *v, uint32_t size)
{
	struct value r = value_mix(v, v);

	if (!r.undefined)
		r.origin = ORIGIN_SLOT;
	r.undefined = size >= 8 ? WHOLE : (uint8_t)((1u << size) - 1);
	r.flags |= VALUE_BLURRED;
	return r;
}

/* No slot of one state reaches over where one of the other begins or ends. */
static void split_like(struct state *s, const struct state *other)
{
	unsigned i = 0;

	for (unsigned k = 0; k < 2 * other->nslots; k++) {
		const struct slot *y = &other->slot[k / 2];
		int64_t off = k % 2 ? y->off + y->size : y->off;
		struct slot *x, rest;
		uint32_t at;

		while (i < s->nslots &&
		       (s->slot[i].base < y->base ||
			(s->slot[i].base == y->base && s->slot[i].off + s->slot[i].size <= off)))
			i++;
		x = &s->slot[i];
		if (i == s->nslots || x->base != y->base || x->off >= off || s->nslots == MAX_SLOTS)
			continue;
		at = (uint32_t)(off - x->off);
		rest = *x;
		rest.off = off;
		rest.size = x->size - at;
		rest.v = part_of(&x->v, x->size, at, rest.size);
		x->v = part_of(&x->v, x->size, 0, at);
		x->size = at;
		insert_slot(s, &rest);
	}
}

/* Slots of both, split at the same offsets. A slot that does not fit is left out, which makes its
 * bytes undefined: more is said of them than is so, never less. */
static void join_slots(struct state *into, const struct state *a, const struct state *b)
{
	unsigned i = 0, k = 0;

	into->nslots = 0;
	while ((i < a->nslots || k < b->nslots) && into->nslots < MAX_SLOTS) {
		const struct slot *x = i < a->nslots ? &a->slot[i] : NULL;
		const struct slot *y = k < b->nslots ? &b->slot[k] : NULL;
		int o = !x ? 1 : !y ? -1 : order(x, y->base, y->off);
		struct slot *r = &into->slot[into->nslots++];

		*r = o <= 0 ? *x : *y;
		if (o)
			r->v = half_written(&r->v, r->size);
		else if (x->size == y->size)
			r->v = value_join(&x->v, &y->v);
		else /* only when there was no room to split */
			r->v = half_written(&r->v, r->size = x->size < y->size ? x->size : y->size);
		i += o <= 0;
		k += o >= 0;
	}
	merge_plain(into);
}

/* What is known beside registers and slots: less is known of both. */
static void join_rest(struct state *into, const struct state *from)
{
	if (into->df != from->df)
		into->df = UNSURE;
	if (into->mmx != from->mmx)
		into->mmx = UNSURE;
	if (into->cw != from->cw)
		into->cw = UNSURE;
	if (into->mxcsr != from->mxcsr)
		into->mxcsr = UNSURE;
	if (into->x87 != from->x87)
		into->x87 = X87_UNKNOWN;
	if (into->flags_undefined != from->flags_undefined)
		into->flags_blurred = true;
	if (!into->flags_undefined)
		into->flags_origin = from->flags_origin;
	into->flags_undefined |= from->flags_undefined;
	into->flags_blurred |= from->flags_blurred;
	into->flags_kept = into->flags_kept && from->flags_kept;
	into->escaped_frame |= from->escaped_frame;
	into->escaped |= from->escaped;
	into->doubt |= from->doubt;
	into->elsewhere |= from->elsewhere;
	into->wide |= from->wide;
	into->with &= from->with;
	into->without &= from->without;
	for (unsigned i = 0; i < XMM_COUNT; i++) {
		if (into->upper[i] != from->upper[i])
			into->upper[i] = UPPER_UNKNOWN;
	}
	if (into->compared != from->compared || into->compared_bytes != from->compared_bytes ||
	    into->left != from->left || into->right != from->right) {
		into->compared = into->compared_bytes = 0;
		into->left = into->right = 0;
	}
}

static bool join_value(struct value *into, const struct value *from)
{
	struct value v;

	if (value_equal(into, from))
		return false;
	v = value_join(into, from);
	if (value_equal(into, &v))
		return false;
	*into = v;
	return true;
}

static bool same_layout(const struct state *a, const struct state *b)
{
	if (a->nslots != b->nslots)
		return false;
	for (unsigned i = 0; i < a->nslots; i++) {
		const struct slot *x = &a->slot[i], *y = &b->slot[i];

		if (x->base != y->base || x->off != y->off || x->size != y->size)
			return false;
	}
	return true;
}

static bool join_frames(struct state *into, const struct state *from)
{
	struct state old, other, mine;
	bool changed = false;

	if (same_layout(into, from)) {
		for (unsigned i = 0; i < into->nslots; i++)
			changed |= join_value(&into->slot[i].v, &from->slot[i].v);
		if (changed)
			merge_plain(into);
		return changed;
	}
	memcpy(&old, into, state_size(into));
	memcpy(&other, from, state_size(from));
	split_like(&other, &old);
	split_like(into, &other);
	memcpy(&mine, into, state_size(into));
	join_slots(into, &mine, &other);
	return !state_equal(into, &old);
}

bool state_join(struct state *into, const struct state *from)
{
	enum { REST = offsetof(struct state, df), FRAME = offsetof(struct state, slot) };
	uint8_t before[FRAME - REST];
	bool changed = false;

	if (state_equal(into, from))
		return false;
	for (unsigned i = 0; i < GPR_COUNT; i++)
		changed |= join_value(&into->gpr[i], &from->gpr[i]);
	for (unsigned i = 0; i < XMM_COUNT; i++)
		changed |= join_value(&into->vector[i], &from->vector[i]);
	changed |= join_frames(into, from);
	memcpy(before, (const char *)into + REST, sizeof(before));
	join_rest(into, from);
	return memcmp(before, (const char *)into + REST, sizeof(before)) || changed;
}

/* Bases --------------------------------------------------------------------------------------- */

static bool new_base(struct frame_bases *b, const struct base *new, unsigned *at)
{
	for (unsigned i = 1; i < b->n; i++) {
		const struct base *x = &b->v[i];

		if (x->parent == new->parent && x->off == new->off && x->align == new->align &&
		    x->dynamic == new->dynamic && x->site == new->site) {
			*at = i;
			return true;
		}
	}
	if (b->n == MAX_BASES)
		return false;
	*at = b->n;
	b->v[b->n++] = *new;
	return true;
}

int64_t base_modulo(const struct frame_bases *b, unsigned base, int64_t off, uint64_t align)
{
	const struct base *x = &b->v[base];

	if (!base) /* the return address lies below a multiple of align_entry */
		return b->align_entry % align ? -1
					      : (off - (int64_t)b->word) & (int64_t)(align - 1);
	if (!x->align || x->align % align)
		return -1;
	return off & (int64_t)(align - 1);
}

bool base_align(struct frame_bases *b, unsigned base, int64_t off, uint64_t align,
		struct value *out)
{
	int64_t over = base_modulo(b, base, off, align);
	struct base new = { .parent = (uint8_t)base, .off = off, .align = align };
	unsigned at;

	if (over >= 0) {
		*out = value_stack(base, off - over);
		return true;
	}
	new.dynamic = b->v[base].dynamic;
	new.low = b->v[base].low + off - (int64_t)align + 1;
	new.high = b->v[base].high + off;
	if (!new_base(b, &new, &at))
		return false;
	*out = value_stack(at, 0);
	return true;
}

bool base_dynamic(struct frame_bases *b, unsigned base, int64_t off, uint64_t site, bool merged,
		  int64_t modulo, struct value *out)
{
	struct base new = {
		.parent = (uint8_t)base, .off = off, .dynamic = true, .merged = merged, .site = site
	};
	unsigned at;

	new.align = modulo < 0 ? 0 : 16;
	new.low = INT64_MIN / 4;
	new.zero = modulo < 0 ? 0 : modulo;
	new.high = b->v[base].high + off - new.zero;
	/* A place has one. */
	for (at = 1; at < b->n; at++) {
		struct base *x = &b->v[at];

		if (x->dynamic && x->site == site && x->merged == merged) {
			/* What was concluded from it would have to be looked at again. */
			if (x->align != new.align || x->zero != new.zero)
				return false;
			x->high = x->high > new.high ? x->high : new.high;
			*out = value_stack(at, new.zero);
			return true;
		}
	}
	if (!new_base(b, &new, &at))
		return false;
	*out = value_stack(at, new.zero);
	return true;
}

/* How much of a slot lies below the limit: nothing, a part, perhaps all, or all of it. */
enum below { NOT_BELOW, PARTLY_BELOW, PERHAPS_BELOW, WHOLLY_BELOW };

static enum below how_far_below(const struct frame_bases *b, const struct slot *t,
				const struct value *sp, int64_t zone)
{
	int64_t limit = (int64_t)sp->off - zone, end = t->off + t->size;

	if (t->base == sp->id)
		return end <= limit ? WHOLLY_BELOW : t->off < limit ? PARTLY_BELOW : NOT_BELOW;
	/* Where a stack pointer of unknown depth is decides nothing. */
	if (b->v[sp->id].dynamic)
		return t->off + b->v[t->base].high < limit + b->v[sp->id].high &&
				       !b->v[t->base].dynamic
			       ? PERHAPS_BELOW
			       : NOT_BELOW;
	if (end + b->v[t->base].high <= limit + b->v[sp->id].low)
		return WHOLLY_BELOW;
	if (b->v[t->base].dynamic)
		return NOT_BELOW;
	return t->off + b->v[t->base].low < limit + b->v[sp->id].high ? PERHAPS_BELOW : NOT_BELOW;
}

void state_drop_below(struct state *s, const struct frame_bases *b, int64_t zone)
{
	const struct value *sp = &s->gpr[GPR_SP];
	unsigned kept = 0;

	for (unsigned i = 0; i < s->nslots && sp->kind == V_STACK; i++) {
		struct slot *t = &s->slot[i];
		enum below below = how_far_below(b, t, sp, zone);
		uint32_t cut = (uint32_t)((int64_t)sp->off - zone - t->off);

		if (below == WHOLLY_BELOW)
			continue;
		if (below == PARTLY_BELOW) {
			t->v = part_of(&t->v, t->size, cut, t->size - cut);
			t->off += cut;
			t->size -= cut;
		} else if (below == PERHAPS_BELOW) {
			t->v = value_mix(&t->v, &t->v);
			t->v.from = 0xffff;
			t->v.vectored = 1;
		}
		s->slot[kept++] = *t;
	}
	if (sp->kind == V_STACK)
		s->nslots = kept;
}

void state_retire(struct state *s, const struct frame_bases *b, unsigned base)
{
	const struct value any = value_any();
	bool gone[MAX_BASES] = { 0 };
	unsigned kept = 0;

	gone[base] = true;
	for (unsigned i = base + 1; i < b->n; i++)
		gone[i] = gone[b->v[i].parent];
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (s->gpr[i].kind == V_STACK && gone[s->gpr[i].id])
			s->gpr[i] = value_mix(&s->gpr[i], &any);
	}
	for (unsigned i = 0; i < s->nslots; i++) {
		struct slot *t = &s->slot[i];

		if (gone[t->base])
			continue;
		if (t->v.kind == V_STACK && gone[t->v.id])
			t->v = value_mix(&t->v, &any);
		s->slot[kept++] = *t;
	}
	if (kept < s->nslots) /* so nothing can be said of what was not written */
		s->escaped_frame = true;
	s->nslots = kept;
}
