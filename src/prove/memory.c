/* SPDX-License-Identifier: MIT */
/* Addresses, loads and stores: which of them are of the function's own stack, and what may not be
 * written there. */
#include "prove/machine.h"

#include <string.h>

/* An array of the frame that an index of so many values may reach. */
enum { MOST_RANGE = 4096 };

static struct value whole_register(const struct state *s, ZydisRegister reg)
{
	ZydisRegister wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
	ZydisRegisterClass class = ZydisRegisterGetClass(wide);

	if (class != ZYDIS_REGCLASS_GPR64 && class != ZYDIS_REGCLASS_GPR32)
		return value_any(); /* a vector of indices */
	return s->gpr[(unsigned)ZydisRegisterGetId(wide) % GPR_COUNT];
}

static struct value scaled(struct machine *x, struct value v, unsigned scale)
{
	struct value by = value_const((uint64_t)__builtin_ctz(scale ? scale : 1));

	return scale > 1 ? alu(x, ALU_SHL, &v, &by, x->word) : v;
}

struct address machine_address(struct machine *x, struct state *s, const struct insn *in,
			       unsigned op)
{
	const ZydisDecodedOperandMem *m = &in->op[op].mem;
	struct address r = { .scale = m->scale };
	struct value base = value_const(0), disp = value_const((uint64_t)m->disp.value), index;

	if (x->word == 4)
		disp.off &= 0xffffffff;
	if (m->segment == ZYDIS_REGISTER_FS || m->segment == ZYDIS_REGISTER_GS)
		r.foreign = true;
	if (in->unknown && m->disp.has_displacement)
		disp = value_any();
	else if (in->linked_disp)
		disp.flags |= VALUE_LINKED;
	if (m->base == ZYDIS_REGISTER_RIP) {
		base = value_const(in->next);
		base.flags = x->m->linked ? 0 : VALUE_LINKED;
		disp.flags |= disp.kind == V_CONST ? VALUE_CODE : 0;
	} else if (m->base != ZYDIS_REGISTER_NONE) {
		base = whole_register(s, m->base);
	} else if (disp.kind == V_CONST && image_section_at(x->m, disp.off)) {
		disp.flags |= VALUE_CODE;
	}
	r.v = alu(x, ALU_ADD, &base, &disp, x->word);
	if (m->index != ZYDIS_REGISTER_NONE) {
		index = whole_register(s, m->index);
		r.limit = value_limit(&index);
		r.ranged = r.limit && r.limit <= MOST_RANGE && r.v.kind == V_STACK;
		r.start = r.v;
		index = scaled(x, index, m->scale);
		r.table = r.v.kind == V_CONST && index.kind != V_CONST;
		r.from = r.v.off;
		if (index.kind == V_CONST && m->scale == 1 && r.v.kind == V_ANY) {
			r.table = true; /* the table is in the index */
			r.from = index.off;
			r.limit = value_limit(&base);
		}
		r.v = alu(x, ALU_ADD, &r.v, &index, x->word);
	}
	if (in->d.address_width < 8 * x->word) {
		r.v = alu_to_word(x, &r.v, in->d.address_width / 8);
		r.table = r.ranged = false;
	}
	return r;
}

/* Loads --------------------------------------------------------------------------------------- */

static struct value load_constant(struct machine *x, const struct state *s, uint64_t at,
				  unsigned bytes)
{
	struct value v = value_any();
	uint64_t n;

	if (bytes <= 8 && image_constant(x->m, at, bytes, &n)) {
		v = value_const(n);
		if (image_relocated(x->m, at) || bytes == x->word)
			v.flags |= VALUE_CODE;
		if (!image_section_at(x->m, at) || image_relocated_in(x->m, at, bytes))
			v.flags |= VALUE_LINKED;
		return v;
	}
	v.from = s->escaped;
	v.vectored = s->elsewhere & ELSEWHERE_VECTOR;
	return v;
}

/* Does memory that may change hold the address of code of the function to begin with? */
static bool holds_label(const struct machine *x, uint64_t at, unsigned bytes)
{
	size_t most = x->word;
	const uint8_t *held = image_bytes_at(x->m, at, &most);
	struct value v = { .kind = V_CONST, .flags = VALUE_CODE };

	if (bytes != x->word || !held || most != x->word || !image_relocated(x->m, at))
		return false;
	memcpy(&v.off, held, x->word);
	return machine_is_label(x, &v);
}

/* A signal or an interrupt may have written there since. */
static bool below_red_zone(const struct machine *x, const struct state *s, unsigned base,
			   int64_t end)
{
	const struct value *sp = &s->gpr[GPR_SP];

	return sp->kind == V_STACK && sp->id == base && end <= (int64_t)sp->off - x->red_zone;
}

/* What is in memory that is not followed. */
static struct value of_memory(const struct state *s, const struct address *at)
{
	struct value v = at->v.flags & VALUE_FRAME ? value_anything() : value_any();

	v.from |= s->escaped;
	v.vectored |= s->elsewhere & ELSEWHERE_VECTOR;
	v.flags = at->v.flags & (VALUE_FRAME | VALUE_CODE);
	return v;
}

struct value machine_load(struct machine *x, struct state *s, const struct insn *in,
			  const struct address *at, unsigned bytes)
{
	const struct image_section *section;
	struct value v = value_any();

	machine_use(x, s, in->at, &at->v, in->d.address_width / 8, "an address");
	if (at->foreign)
		return of_memory(s, at);
	if (at->v.kind == V_STACK) {
		if (below_red_zone(x, s, at->v.id, (int64_t)at->v.off + bytes)) {
			v.undefined = 0xff;
			v.origin = ORIGIN_SLOT;
			return v;
		}
		return state_load(s, &x->bases, at->v.id, (int64_t)at->v.off, bytes);
	}
	if (at->v.kind == V_CONST) {
		v = load_constant(x, s, at->v.off, bytes);
		v.flags |= value_unknown(&v) && holds_label(x, at->v.off, bytes) ? VALUE_LABEL : 0;
		return v;
	}
	section = at->table ? image_section_at(x->m, at->from) : NULL;
	if (at->table && !section) /* just behind it: negative indices */
		section = image_section_at(x->m, at->from - 1);
	if (section && !section->writable && bytes <= 8 && (at->scale == bytes || at->scale == 1)) {
		v.kind = V_TABLE;
		v.id = (uint8_t)bytes;
		v.off = at->from;
		v.flags = (at->v.flags & VALUE_FRAME) | VALUE_CODE;
	}
	if (v.kind == V_TABLE) {
		v.from = at->scale == bytes ? (uint16_t)at->limit : 0;
		return v;
	}
	return of_memory(s, at);
}

/* Stores -------------------------------------------------------------------------------------- */

void machine_give_slot(const struct machine *x, struct state *s, const struct value *pointer,
		       bool back)
{
	for (unsigned i = 0; pointer->kind == V_STACK && i < s->nslots; i++) {
		const struct slot *t = &s->slot[i];
		bool saved = (t->v.kind == V_ENTRY && t->v.id < 16) || t->v.kind == V_STACK ||
			     (back && t->v.kind == V_RETURN);

		if (saved && t->base == pointer->id && t->off == (int64_t)pointer->off)
			state_forget(s, &x->bases, t->base, t->off, t->size);
	}
}

static void check_above(struct machine *x, const struct insn *in, int64_t off, uint32_t bytes,
			bool definite)
{
	int64_t end = (int64_t)x->word + x->f->area, above = off + (int64_t)bytes - x->word;

	if (above > x->above)
		x->above = above;
	if (off + (int64_t)bytes <= end)
		return;
	machine_issue(x, CHECK_CANARY, 0, definite, in->at, NULL,
		      arena_printf(x->a, "%u byte%s written at %s+%lld, in the caller's frame",
				   bytes, bytes == 1 ? " is" : "s are",
				   gpr_name(x->job->width, GPR_SP, x->word),
				   (long long)(off > end ? off : end)));
}

static void check_below(struct machine *x, const struct state *s, const struct insn *in,
			unsigned base, int64_t off, uint32_t bytes, bool certain)
{
	const struct value *sp = &s->gpr[GPR_SP];
	int64_t lowest, highest;
	bool definite;

	if (sp->kind != V_STACK)
		return; /* an issue already */
	if (sp->id == base) {
		lowest = highest = (int64_t)sp->off - x->red_zone;
	} else if (x->bases.v[base].dynamic || x->bases.v[sp->id].dynamic) {
		return; /* the area's size is assumed to be what its instructions use */
	} else {
		off += x->bases.v[base].high;
		lowest = x->bases.v[sp->id].low + (int64_t)sp->off - x->red_zone;
		highest = x->bases.v[sp->id].high + (int64_t)sp->off - x->red_zone;
	}
	if (off >= highest)
		return;
	definite = certain && (off + (int64_t)bytes <= lowest || sp->id == base);
	machine_issue(x, CHECK_STACK, 0, definite, in->at, NULL,
		      arena_printf(x->a, "%u byte%s written %lld below the stack pointer%s", bytes,
				   bytes == 1 ? " is" : "s are",
				   (long long)(highest + x->red_zone - off),
				   x->red_zone ? ", below the red zone" : ""));
}

/* At an unknown one of several places of the frame. */
static void store_ranged(struct machine *x, struct state *s, const struct insn *in,
			 const struct address *at, uint32_t bytes)
{
	uint32_t all = (uint32_t)((at->limit - 1) * at->scale) + bytes;
	int64_t off = (int64_t)at->start.off;

	if (at->start.id == 0)
		check_above(x, in, off, all, false);
	check_below(x, s, in, at->start.id, off, all, false);
	s->escaped_frame = true;
	state_forget(s, &x->bases, at->start.id, off, all);
	state_forget_objects(s);
}

static void store_elsewhere(struct machine *x, struct state *s, const struct insn *in,
			    const struct address *at, const struct value *v)
{
	const struct image_section *in_image =
		at->v.kind == V_CONST && !at->foreign ? image_section_at(x->m, at->v.off) : NULL;

	if (in_image && in_image->code) {
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL, "it writes to code");
		x->stop = true;
	}
	x->through |= at->v.from;
	state_escape(s, v);
	machine_give_slot(x, s, v, true);
	if (machine_is_label(x, v))
		machine_label_given(x, in->at);
	if (at->v.flags & VALUE_FRAME && at->foreign) {
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
			      "it writes to an address of the frame by way of fs or gs");
	} else if (at->v.flags & VALUE_FRAME) {
		s->escaped_frame = true;
		if (value_closed(&at->v))
			machine_issue(x, CHECK_COUNT, ITEM_LOST, false, in->at, NULL,
				      "it writes through an address of the frame that is computed "
				      "in a way that is not followed");
		machine_assume(x, arena_printf(x->a,
					       "the write at %s stays in its array of the "
					       "frame",
					       machine_place(x, in->at)));
	} else if (at->v.kind != V_CONST) {
		machine_assume(x, "no write through a pointer hits the frame");
	}
	if (s->escaped_frame)
		state_forget_objects(s);
}

/* Does the instruction write along an array? How far it goes depends on counts and comparisons that
 * are not followed; that it goes too far is then no more than possible. */
static bool moves(struct machine *x, const struct insn *in, unsigned base, int64_t off)
{
	struct store_site *t;

	if (!x->site)
		x->site = arena_alloc(x->a, STORE_SITES * sizeof(*x->site));
	t = &x->site[in->at * 0x9e3779b97f4a7c15ull >> 54];
	if (t->at == in->at)
		t->moves = t->moves || t->base != base || t->off != off;
	else
		*t = (struct store_site){ .at = in->at, .base = (uint8_t)base, .off = off };
	/* On one path, only in or behind a loop. */
	return t->moves && (!x->joined || x->looped) &&
	       in->d.meta.category != ZYDIS_CATEGORY_PUSH &&
	       in->d.meta.category != ZYDIS_CATEGORY_CALL;
}

void machine_store(struct machine *x, struct state *s, const struct insn *in,
		   const struct address *at, uint32_t bytes, const struct value *v)
{
	struct value perhaps = *v;
	bool along;

	machine_use(x, s, in->at, &at->v, in->d.address_width / 8, "an address");
	if (at->ranged && !at->foreign && !x->bases.v[at->start.id].merged) {
		x->through |= at->v.from;
		state_escape(s, v);
		store_ranged(x, s, in, at, bytes);
		return;
	}
	if (at->foreign || at->v.kind != V_STACK) {
		store_elsewhere(x, s, in, at, v);
		return;
	}
	if (x->bases.v[at->v.id].merged &&
	    (int64_t)at->v.off + (int64_t)bytes > x->bases.v[at->v.id].zero)
		machine_issue(
			x, CHECK_COUNT, 1, false, in->at, NULL,
			"it writes above a stack pointer that is not equally deep on all ways");
	along = moves(x, in, at->v.id, (int64_t)at->v.off) || at->perhaps;
	if (at->v.id == 0)
		check_above(x, in, (int64_t)at->v.off, bytes, !along);
	else if (x->bases.v[at->v.id].high + (int64_t)at->v.off + (int64_t)bytes >
			 (int64_t)x->word + x->f->area &&
		 !x->bases.v[at->v.id].dynamic)
		machine_issue(x, CHECK_CANARY, 0, false, in->at, NULL,
			      "a write may reach the caller's frame");
	check_below(x, s, in, at->v.id, (int64_t)at->v.off, bytes, !along);
	/* What is saved there may or may not be overwritten. */
	if (along && state_forget(s, &x->bases, at->v.id, (int64_t)at->v.off, bytes))
		return;
	if (at->perhaps) {
		perhaps = state_load(s, &x->bases, at->v.id, (int64_t)at->v.off, bytes);
		perhaps = value_join(&perhaps, v);
	}
	if (!state_store(s, &x->bases, at->v.id, (int64_t)at->v.off, bytes, &perhaps)) {
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
			      "the frame has more parts than are kept apart");
		x->stop = true;
	}
}
