/* SPDX-License-Identifier: MIT */
/* What a function may rely on at entry: arguments where the placement has them, and nothing else.
 */
#include "prove/machine.h"

#include <string.h>

static uint8_t bytes_mask(unsigned bytes)
{
	return bytes >= 8 ? 0xff : (uint8_t)((1u << bytes) - 1);
}

/* The marks of an argument narrower than a word: above an int nothing is defined; between its own
 * size and an int documents are silent. */
static void narrow(struct value *v, const struct type *t, unsigned bytes, unsigned arg)
{
	unsigned defined = bytes < 4 && t && type_is_integer(t) ? 4 : bytes;

	v->undefined &= (uint8_t)~bytes_mask(defined);
	v->origin = v->undefined ? (uint8_t)(ORIGIN_UPPER + arg) : ORIGIN_NONE;
	if (t && type_is_integer(t) && bytes == 1)
		v->flags |= VALUE_NARROW1;
	if (t && type_is_integer(t) && bytes == 2)
		v->flags |= VALUE_NARROW2;
}

static void enter_stack(struct machine *x, struct state *s, const struct loc *l,
			const struct type *t, unsigned arg)
{
	for (unsigned at = 0; at < l->bytes; at += x->word) {
		unsigned left = l->bytes - at, index = ((unsigned)l->stack + at) / x->word;
		struct value v = value_entry(16 + (index < 200 ? index : 200));

		if (index >= 200 || (unsigned)l->stack % x->word)
			v = value_any();
		v.undefined = x->word == 8 ? 0xff : 0xf;
		narrow(&v, t, left < x->word ? left : x->word, arg);
		state_store(s, &x->bases, 0, (int64_t)x->word + l->stack + at, x->word, &v);
	}
}

static void enter_loc(struct machine *x, struct state *s, const struct loc *l, const struct type *t,
		      unsigned arg)
{
	if (l->kind == LOC_GPR)
		narrow(&s->gpr[l->reg % GPR_COUNT], t, l->bytes, arg);
	else if (l->kind == LOC_XMM)
		s->vector[l->reg % XMM_COUNT].undefined = 0;
	else if (l->kind == LOC_STACK)
		enter_stack(x, s, l, t, arg);
}

/* Arguments of which nobody can say where they are, or that are not declared: any register and any
 * stack word may be read. */
static void enter_anything(struct machine *x, struct state *s)
{
	struct value any = value_any();

	for (unsigned r = 0; r < GPR_COUNT; r++) {
		if (!(x->f->conv->preserved.gpr >> r & 1))
			s->gpr[r].undefined = 0;
	}
	/* al of a variadic call, preserved or not. */
	s->gpr[GPR_AX].undefined = 0;
	for (unsigned r = 0; r < XMM_COUNT; r++)
		s->vector[r].undefined = 0;
	state_store(s, &x->bases, 0, (int64_t)x->word, 4096, &any);
}

static void enter_arguments(struct machine *x, struct state *s)
{
	const struct prove_subject *f = x->f;
	bool anything = f->undeclared || f->variadic || f->place.stack_unspecified ||
			f->place.ret.unspecified;

	for (unsigned i = 0; i < f->place.nargs; i++)
		anything = anything || (f->place.arg[i].unspecified && !(f->moved >> i & 1));
	if (anything)
		enter_anything(x, s);
	for (unsigned i = 0; i < f->place.nargs; i++) {
		const struct value_place *p = &f->place.arg[i];
		const struct type *t =
			f->proto && i < f->proto->nparams ? f->proto->params[i].type : NULL;

		if (f->moved >> i & 1)
			enter_loc(x, s, &f->moved_to[i], t, i);
		for (unsigned k = 0; k < p->nlocs && !(f->moved >> i & 1); k++)
			enter_loc(x, s, &p->loc[k], p->by_reference ? NULL : t, i);
	}
	if (f->jumps >= 0) { /* where to is an input */
		s->gpr[f->jumps % GPR_COUNT].undefined = 0;
		s->gpr[f->jumps % GPR_COUNT].origin = ORIGIN_NONE;
	}
	for (unsigned k = 0; k < f->place.hidden.nlocs; k++)
		enter_loc(x, s, &f->place.hidden.loc[k], NULL, 0);
}

static void enter(struct machine *x, struct state *s)
{
	struct value back = { .kind = V_RETURN };

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		s->gpr[i] = value_entry(i);
		s->gpr[i].undefined = x->word == 8 ? 0xff : 0xf;
		s->gpr[i].origin = (uint8_t)(ORIGIN_REGISTER + i);
	}
	s->gpr[GPR_SP] = value_stack(0, 0);
	for (unsigned i = 0; i < XMM_COUNT; i++)
		s->vector[i] = (struct value){ .kind = V_VECTOR,
					       .id = (uint8_t)i,
					       .undefined = 0xff,
					       .origin = ORIGIN_VECTOR,
					       .vectored = x->f->kept_vector >> i & 1 };
	for (unsigned i = 0; i < XMM_COUNT; i++)
		s->upper[i] = (uint8_t)(1 + i);
	s->flags_kept = true;
	s->flags_undefined = F_ALL;
	s->flags_origin = ORIGIN_FLAGS;
	state_store(s, &x->bases, 0, 0, x->word, &back);
	enter_arguments(x, s);
}

void machine_start(struct machine *x, struct state *s)
{
	const struct prove_subject *f = x->f;
	bool wide = x->job->width == W64;

	x->word = wide ? 8 : 4;
	x->bases = (struct frame_bases){ .n = 1, .align_entry = f->align_entry, .word = x->word };
	x->red_zone = abi_red_zone(f->conv, convention_profile(f->conv));
	ZydisDecoderInit(&x->decoder,
			 wide ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
			 wide ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
	enter(x, s);
}
