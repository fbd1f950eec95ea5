/* SPDX-License-Identifier: MIT */
/* Checks of a callee: a trampoline called a C target, which stored what it received. */
#include "payload/check.h"
#include "payload/open.h"

enum { EVERY_GPR = sizeof(cl_word) == 8 ? 0xffef : 0xef /* but the stack pointer */ };

/* The target ran: its own call of cl_nested happened once, aligned, with clean flags. A leaf's,
 * which calls nothing, is seen by what it stored. */
static void check_nested(const struct cl_case *c, int round, struct findings *out)
{
	if (c->flags & CL_LEAF_TARGET) {
		for (int i = 0; i < CL_LEAF_LIVE; i++) {
			if (cl_back[i] == cl_unset) {
				differ_word(out, CHECK_ENTERED, 0, round, 1, 0);
				return;
			}
		}
		return;
	}
	if (cl_nested_count != 1) {
		differ_word(out, CHECK_ENTERED, 0, round, 1, cl_nested_count);
		return;
	}
	if (cl_nested_image.gpr[GPR_SP] % c->align_calls)
		differ_word(out, CHECK_ALIGN, CL_ITEM_NESTED, round, 0,
			    cl_nested_image.gpr[GPR_SP] % c->align_calls);
	check_state(&cl_before_image, &cl_nested_image, 0, CL_ITEM_NESTED, round, out);
}

/* Where the callee read each word of an argument that no document places. */
static void observe_argument(const struct cl_case *c, unsigned item, struct findings *out)
{
	const struct cl_value *d = &c->args[item];
	const volatile uint8_t *got = cl_got + d->buffer;
	struct candidates p = open_pointed(c, got, d->mask, d->compare);
	uint8_t bytes[CL_VALUE];

	if (p.bits[0] || p.bits[1]) {
		observe(out, item, CL_PIECE_POINTER, p);
		return;
	}
	observed(bytes, got, NULL, NULL, min(d->compare, MOST_OBSERVED));
	for (unsigned at = 0; at < d->compare && at < MOST_OBSERVED; at += sizeof(cl_word)) {
		unsigned n = min(d->compare - at, sizeof(cl_word));

		if (carries(mask_at(d, at), n))
			observe_places(out, item, at / sizeof(cl_word), &cl_before_image,
				       cl_before_stack, bytes + at, mask_at(d, at), n);
	}
}

/* Did the callee receive this argument's value? */
static bool arrived(const struct cl_value *d, const uint8_t *value)
{
	return !(d->flags & CL_UNSPECIFIED) &&
	       agree(cl_got + d->buffer, value, d->mask, d->compare);
}

/* Bits `from`.. of a value, as a bit-field of its type reads them. */
static long long bit_field(const uint8_t *value, const struct cl_member *m)
{
	unsigned at = m->expected / 8, shift = m->expected % 8;
	unsigned long long x = 0;

	/* Byte by byte from the last on: there are nine when the field does not begin at the first
	 * bit of one. */
	for (unsigned i = (shift + m->bits + 7) / 8; i-- > 1;)
		x = x << 8 | value[at + i];
	x = x << (8 - shift) | value[at] >> shift;
	if (m->bits < 64)
		x &= (1ull << m->bits) - 1;
	if (m->is_signed && m->bits < 64 && m->bits && (x >> (m->bits - 1) & 1))
		x |= ~0ull << m->bits;
	return (long long)x;
}

/* Sizes, alignments, offsets and bit positions, as the code under test sees them. */
static void check_layout(const struct cl_case *c, const struct cl_values *v, int round,
			 struct findings *out)
{
	for (unsigned i = 0; i < c->nmembers; i++) {
		const struct cl_member *m = &c->members[i];
		long long want = m->expected, got = cl_layout[m->slot];

		if (m->bits) {
			const uint8_t *value = m->arg == CL_RETURNED ? v->ret : v->arg[m->arg];

			/* Of what did not arrive, or has another layout, nothing can be read. */
			if (m->arg != CL_RETURNED && !arrived(&c->args[m->arg], v->arg[m->arg]))
				continue;
			want = bit_field(value, m);
		}
		if (want != got) {
			differ(out, CHECK_LAYOUT, (int)i, round, &want, &got, 8, nowhere, nowhere);
			return;
		}
	}
}

/* Apart from the loop that finds it, which is short. */
static __attribute__((noinline)) void not_received(const struct cl_case *c,
						   const struct cl_values *v, unsigned i, int round,
						   struct findings *out)
{
	const struct cl_value *d = &c->args[i];
	struct candidates origin = nowhere;
	uint8_t bytes[CL_VALUE];
	unsigned at = 0;

	observed(bytes, cl_got + d->buffer, v->arg[i], d->mask, d->compare);
	while (bytes[at] == v->arg[i][at])
		at++;
	at -= at % sizeof(cl_word);
	if (d->class != CL_BOOL)
		origin = search_masked(&cl_before_image, cl_before_stack, bytes + at,
				       mask_at(d, at), min(d->compare - at, sizeof(cl_word)));
	origin.bits[0] |= search_args(c, v, bytes, d->compare);
	differ(out, CHECK_ARG, (int)i, round, v->arg[i], bytes, d->compare, origin, nowhere);
}

static void check_received(const struct cl_case *c, const struct cl_values *v, int round,
			   struct findings *out)
{
	for (unsigned i = 0; i < c->nargs; i++) {
		const struct cl_value *d = &c->args[i];
		const volatile uint8_t *got = cl_got + d->buffer;

		if (d->flags & CL_UNSPECIFIED) {
			observe_argument(c, i, out);
		} else if (d->flags & CL_PLAIN ? !same_plain(got, v->arg[i], d->size)
					       : !agree(got, v->arg[i], d->mask, d->compare)) {
			not_received(c, v, i, round, out);
		} else if (d->flags & CL_WIDENED) {
			long long wide = widened(d, v->arg[i]);
			long long got_wide = seen_wide(d, cl_wide_int[i], cl_wide[i]);

			if (got_wide != wide)
				differ(out, CHECK_UPPER, (int)i, round, &wide, &got_wide, 8,
				       nowhere, nowhere);
		}
	}
}

/* A value returned in memory, and the pointer to it. */
static void check_memory_return(const struct cl_case *c, const struct cl_values *v, int round,
				struct findings *out)
{
	uint8_t bytes[CL_VALUE];
	cl_word want = (cl_word)cl_result;

	if (!agree(cl_result, v->ret, c->ret.mask, c->ret.compare)) {
		observed(bytes, cl_result, v->ret, c->ret.mask, c->ret.compare);
		differ(out, CHECK_RETURN, 0, round, v->ret, bytes, c->ret.compare, nowhere,
		       search_masked(&cl_after_image, NULL, v->ret, c->ret.mask,
				     min(c->ret.compare, 8)));
	}
	if (cl_after_image.gpr[c->hidden_reg] != want)
		differ_word(out, CHECK_HIDDEN, 0, round, want, cl_after_image.gpr[c->hidden_reg]);
}

static void check_returned(const struct cl_case *c, const struct cl_values *v, int round,
			   struct findings *out)
{
	const struct cl_image *m = &cl_after_image;

	for (unsigned i = 0; i < c->ret.nlocs; i++) {
		const struct cl_loc *l = &c->ret.loc[i];
		const uint8_t *want = v->ret + l->off, *got = (const uint8_t *)&m->gpr[l->reg];
		const uint8_t *mask = mask_at(&c->ret, l->off);
		unsigned n = l->bytes;
		uint8_t bytes[CL_VALUE];
		struct candidates found;

		if (l->kind == CL_XMM) {
			got = vector_in(m, l->reg, l->bytes);
		} else if (l->kind == CL_X87) {
			if (!m->fx[FX_FTW])
				continue; /* reported as x87-stack */
			got = m->fx + FX_ST + 16 * l->reg;
			want = v->st[l->reg & 1];
			mask = NULL;
			n = 10;
		}
		if (agree(got, want, mask, n))
			continue;
		observed(bytes, got, want, mask, n);
		found = search_masked(m, NULL, v->ret + l->off, mask_at(&c->ret, l->off), l->bytes);
		if (m->fx[FX_FTW] && c->ret.class >= CL_FLOAT && c->ret.class <= CL_LDOUBLE &&
		    same(v->st[0], m->fx + FX_ST, 10))
			found.bits[0] |= 1ull << CL_BIT_ST0;
		differ(out, CHECK_RETURN, (int)i, round, want, bytes, n, nowhere, found);
	}
}

/* Every general register but sp, which is in the VMCS, is what the guest made of what it got. */
static void check_guest(int round, struct findings *out)
{
	for (unsigned r = 0; r < 16; r++) {
		cl_word want = cl_poison_callee.gpr[r] +
			       CL_GUEST_ENTRIES * (cl_word)CL_GUEST_ADDS * (r + 1);

		if (EVERY_GPR >> r & 1 && cl_guest[r] != want)
			differ_word(out, CHECK_GUEST, (int)r, round, want, cl_guest[r]);
	}
}

void check_callee(const struct cl_case *c, const struct cl_values *v, int round,
		  struct findings *out)
{
	struct reg_set kept = cl_preserved[c->preserved];
	unsigned x87 = 0;

	for (unsigned i = 0; i < c->ret.nlocs; i++)
		x87 += c->ret.loc[i].kind == CL_X87;
	check_layout(c, v, round, out);
	check_received(c, v, round, out);
	if (c->flags & CL_RETURN_UNSPECIFIED)
		x87 = open_callee(c, v, out) ? ANY_X87 : 0;
	else if (c->hidden.nlocs)
		check_memory_return(c, v, round, out);
	else
		check_returned(c, v, round, out);
	if (c->flags & CL_THROUGH) {
		kept.gpr = EVERY_GPR;
		check_slots(v, round, out);
	}
	check_saved(&kept, round, out);
	if (c->flags & CL_ENTERS_GUEST)
		check_guest(round, out);
	check_stack_pointer(c, c->pop_bytes, round, out);
	check_canary(c->stack_bytes, round, out);
	check_nested(c, round, out);
	check_locals(c, round, out);
	/* The interrupted code's own, which IRET restores. */
	if (c->flags & CL_HANDLER)
		cl_after_image.flags ^= cl_before_image.flags & FLAG_DF;
	check_state(&cl_before_image, &cl_after_image, x87, 0, round, out);
}
