/* SPDX-License-Identifier: MIT */
/* The checks: compare what a call did with what the convention says. The list of checks is
 * src/abi/checks.def. */
#include "payload/check.h"

enum {
	FLAG_DF = 0x400,
	FSW_TOP = 7 << 11,
	MXCSR_CONTROL = 0xffc0,
	CALL_ALIGN = 16,
	EVERY_GPR = sizeof(cl_word) == 8 ? 0xffef : 0xef, /* but the stack pointer */
	MOST_OBSERVED = 32 /* bytes of an argument whose places are told */
};

static struct merged *add(struct verdicts *out, int check, int item, int round)
{
	struct merged *m;

	for (unsigned i = 0; i < out->nfindings; i++) {
		m = &out->finding[i];
		if (m->f.check == check && m->f.item == item)
			return m;
	}
	if (out->nfindings == sizeof(out->finding) / sizeof(out->finding[0]))
		return NULL;
	m = &out->finding[out->nfindings++];
	*m = (struct merged){
		.f = { .check = (uint8_t)check, .item = (uint16_t)item, .round = (uint8_t)round },
		.origin = { ~0ull, ~0ull },
		.found = { ~0ull, ~0ull }
	};
	return m;
}

/* Record that `size` bytes differ. Only the first failing round is kept, from the 8-byte group of
 * the first difference on. `origin` explains the observed value, `found` where the expected one is.
 */
void differ(struct verdicts *out, int check, int item, int round, const volatile void *want,
	    const volatile void *got, unsigned size, struct candidates origin,
	    struct candidates found)
{
	struct merged *m = add(out, check, item, round);
	const volatile uint8_t *w = want, *g = got;
	unsigned at = 0;

	if (!m)
		return;
	for (int k = 0; k < 2; k++) {
		m->origin[k] &= origin.bits[k];
		m->found[k] &= found.bits[k];
	}
	if (m->f.round != round)
		return;
	while (at < size && w[at] == g[at])
		at++;
	at &= ~7u;
	m->f.offset = (uint16_t)at;
	m->f.size = (uint8_t)min(size - at, 16);
	for (unsigned i = 0; i < m->f.size; i++) {
		m->f.expected[i] = w[at + i];
		m->f.observed[i] = g[at + i];
	}
}

const struct candidates nowhere;

void differ_word(struct verdicts *out, int check, int item, int round, cl_word want, cl_word got)
{
	differ(out, check, item, round, &want, &got, sizeof(cl_word), nowhere, nowhere);
}

static uint16_t place_of(const uint64_t bits[2])
{
	/* Registers that pass arguments somewhere come first: others hold copies on the way there.
	 */
	static const uint8_t order[16] = { 1, 2, 7, 6, 8, 9, 0, 3, 5, 10, 11, 12, 13, 14, 15, 4 };

	for (unsigned i = 0; i < 16; i++) {
		if (bits[0] >> order[i] & 1)
			return (uint16_t)(CL_AT_GPR + order[i]);
	}
	for (unsigned i = 0; i < 16; i++) {
		if (bits[0] >> (CL_BIT_XMM + i) & 1)
			return (uint16_t)(CL_AT_XMM + i);
	}
	for (unsigned i = 0; i < STACK_WORDS; i++) {
		if (bits[1] >> i & 1)
			return (uint16_t)(CL_AT_STACK + i);
	}
	for (unsigned i = CL_BIT_ARG; i < 64; i++) {
		if (bits[0] >> i & 1)
			return (uint16_t)(CL_AT_ARG + i - CL_BIT_ARG);
	}
	if (bits[0] >> CL_BIT_ST0 & 1)
		return CL_AT_ST0;
	if (bits[0] >> CL_BIT_LOCAL & 1)
		return CL_AT_LOCAL;
	if (bits[0] >> CL_BIT_NESTED & 1)
		return CL_AT_NESTED;
	return CL_AT_UNKNOWN;
}

void verdicts_close(struct verdicts *v)
{
	for (unsigned i = 0; i < v->nfindings; i++) {
		v->finding[i].f.origin = place_of(v->finding[i].origin);
		v->finding[i].f.found = place_of(v->finding[i].found);
	}
}

static struct watched *watched(struct verdicts *out, unsigned item, unsigned piece)
{
	for (unsigned i = 0; i < out->nobservations; i++) {
		struct watched *w = &out->observation[i];

		if (w->item == item && w->piece == piece)
			return w;
	}
	return NULL;
}

static void observe(struct verdicts *out, unsigned item, unsigned piece, struct candidates c)
{
	struct watched *w = watched(out, item, piece);

	if (w) {
		/* Popped bytes are a number, not a set. */
		if (item == CL_ITEM_POP && w->place[0] != c.bits[0])
			w->place[0] = 0;
		w->place[0] &= c.bits[0];
		w->place[1] &= c.bits[1];
		return;
	}
	if (out->nobservations == sizeof(out->observation) / sizeof(out->observation[0]))
		return;
	w = &out->observation[out->nobservations++];
	*w = (struct watched){ .item = (uint16_t)item,
			       .piece = (uint8_t)piece,
			       .place = { c.bits[0], c.bits[1] } };
}

/* Where a piece of a value is; after the first round only the places that were left are of
 * interest.
 */
static void observe_places(struct verdicts *out, unsigned item, unsigned piece,
			   const struct cl_image *m, const uint8_t *stack, const void *bytes,
			   const uint8_t *mask, unsigned n)
{
	static const uint64_t anywhere[2] = { ~0ull, ~0ull };
	const struct watched *w = watched(out, item, piece);

	observe(out, item, piece, search_among(m, stack, bytes, mask, n, w ? w->place : anywhere));
}

/* Popped bytes are a number, not a place: kept in the first word, plus one so that 0 is told from
 * disagreement between rounds. */
static void observe_pop(struct verdicts *out, cl_word popped)
{
	struct candidates c = { { popped < 0x1000 ? popped + 1 : 0, 0 } };

	observe(out, CL_ITEM_POP, 0, c);
}

/* What an integer narrower than long long becomes when it is widened as its type says. */
static long long widened(const struct cl_value *d, const uint8_t *value)
{
	unsigned long long x = 0;
	unsigned bits = d->size * 8u;

	__builtin_memcpy(&x, value, min(d->size, 8));
	if (d->class == CL_SIGNED && bits < 64 && (x >> (bits - 1) & 1))
		x |= ~0ull << bits;
	return (long long)x;
}

/* A value after the compiler widened it: to int what is narrower, else to long long. */
static long long seen_wide(const struct cl_value *d, int as_int, long long as_long)
{
	return d->size < 4 ? as_int : as_long;
}

/* Is the CPU in the mode of mmx registers: all eight x87 tags valid, the top of the stack 0, and a
 * register such as MMX instructions leave it, its sign and exponent all ones? (SDM volume 1, 9.5.1
 * and 9.5.2) */
static bool in_mmx_mode(const struct cl_image *m)
{
	bool written = false;

	for (int r = 0; r < 8; r++)
		written = written || *(const uint16_t *)(m->fx + FX_ST + 16 * r + 8) == 0xffff;
	return written && m->fx[FX_FTW] == 0xff && !(*(const uint16_t *)(m->fx + FX_FSW) & FSW_TOP);
}

/* Control state that any function hands back as it got it, or as the convention wants it. */
void check_state(const struct cl_image *was, const struct cl_image *is, unsigned x87_regs, int item,
		 int round, struct verdicts *out)
{
	unsigned tags = is->fx[FX_FTW], used = 0;
	uint32_t m0 = *(const uint32_t *)(was->fx + FX_MXCSR) & MXCSR_CONTROL;
	uint32_t m1 = *(const uint32_t *)(is->fx + FX_MXCSR) & MXCSR_CONTROL;
	uint16_t c0 = *(const uint16_t *)(was->fx + FX_FCW),
		 c1 = *(const uint16_t *)(is->fx + FX_FCW);

	if (is->flags & FLAG_DF)
		differ_word(out, CHECK_DF, item, round, 0, 1);
	for (; tags; tags &= tags - 1)
		used++;
	if (in_mmx_mode(is))
		differ_word(out, CHECK_MMX, item, round, 0, 1);
	else if (used != x87_regs)
		differ_word(out, CHECK_X87_STACK, item, round, x87_regs, used);
	if (c0 != c1)
		differ_word(out, CHECK_X87_CW, item, round, c0, c1);
	/* Nothing to compare in a process. */
	if ((was->flags ^ is->flags) & cl_flags_random)
		differ_word(out, CHECK_FLAGS, item, round, was->flags & cl_flags_random,
			    is->flags & cl_flags_random);
	if (m0 != m1)
		differ_word(out, CHECK_MXCSR, item, round, m0, m1);
}

/* Call-preserved registers. A wrong value may be another register's, a local's of the function, or
 * what its own callee left. */
static void check_saved_gprs(unsigned gprs, int round, struct verdicts *out)
{
	const struct cl_image *was = &cl_before_image, *is = &cl_after_image;

	for (; gprs; gprs &= gprs - 1) {
		unsigned r = (unsigned)__builtin_ctz(gprs);
		struct candidates origin;

		if (was->gpr[r] == is->gpr[r])
			continue;
		origin = search(was, NULL, &is->gpr[r], sizeof(cl_word));
		if (search(&cl_poison_callee, NULL, &is->gpr[r], sizeof(cl_word)).bits[0])
			origin.bits[0] |= 1ull << CL_BIT_NESTED;
		for (int i = 0; i < CL_LIVE; i++) {
			if (cl_live[i] == is->gpr[r])
				origin.bits[0] |= 1ull << CL_BIT_LOCAL;
		}
		differ(out, CHECK_SAVED, (int)r, round, &was->gpr[r], &is->gpr[r], sizeof(cl_word),
		       origin, search(is, NULL, &was->gpr[r], sizeof(cl_word)));
	}
}

/* Bytes of vector register r that are kept, from its low end on, as far as the picture has them. */
static unsigned kept_bytes(const struct reg_set *kept, unsigned r)
{
	if (cl_vector_bytes >= 64 && kept->zmm >> r & 1)
		return 64;
	if (cl_vector_bytes >= 32 && kept->ymm >> r & 1)
		return 32;
	return r < XMM_COUNT || cl_vector_bytes >= 64 ? 16 : 0;
}

static void check_saved_vectors(const struct reg_set *kept, int round, struct verdicts *out)
{
	const struct cl_image *was = &cl_before_image, *is = &cl_after_image;

	for (unsigned set = kept->xmm; set; set &= set - 1) {
		unsigned r = (unsigned)__builtin_ctz(set), n = kept_bytes(kept, r);
		const uint8_t *a = r < XMM_COUNT ? vector_in(was, r, n) : was->wide[r];
		const uint8_t *b = r < XMM_COUNT ? vector_in(is, r, n) : is->wide[r];

		if (!same(a, b, n))
			differ(out, CHECK_SAVED, CL_ITEM_XMM + (int)r, round, a, b, n,
			       same(a, b, 8) ? nowhere : search(was, NULL, b, 8), nowhere);
	}
}

void check_saved(const struct reg_set *kept, int round, struct verdicts *out)
{
	const struct cl_image *was = &cl_before_image, *is = &cl_after_image;

	check_saved_gprs(kept->gpr, round, out);
	check_saved_vectors(kept, round, out);
	for (unsigned k = 0; cl_vector_bytes >= 64 && k < MASK_COUNT; k++) {
		uint16_t a = (uint16_t)was->mask[k], b = (uint16_t)is->mask[k];

		if (kept->mask >> k & 1 && a != b)
			differ_word(out, CHECK_SAVED, CL_ITEM_MASK + (int)k, round, a, b);
	}
	for (unsigned n = 0; n < X87_COUNT; n++) {
		const uint8_t *a = was->fx + FX_ST + 16 * n, *b = is->fx + FX_ST + 16 * n;

		if (kept->x87 >> n & 1 && !same(a, b, 10))
			differ(out, CHECK_SAVED, CL_ITEM_X87 + (int)n, round, a, b, 10, nowhere,
			       nowhere);
	}
	if ((was->flags ^ is->flags) & kept->flags)
		differ_word(out, CHECK_SAVED, CL_ITEM_FLAGS, round, was->flags & kept->flags,
			    is->flags & kept->flags);
}

/* Memory above the argument area still holds its poison. */
void check_canary(unsigned args, int round, struct verdicts *out)
{
	const cl_word *at = (cl_word *)(cl_before_image.gpr[4] + args);
	const cl_word *want =
		(const cl_word *)(cl_poison_stack + CL_POISON_BELOW + ((cl_word)at - cl_stack_top));
	const cl_word *end = (const cl_word *)stack_poison_end();
	struct merged *m;
	unsigned n;

	n = first_difference(at, want, (unsigned)(end - at));
	at += n;
	want += n;
	if (at >= end)
		return;
	differ(out, CHECK_CANARY, 0, round, want, at, sizeof(cl_word),
	       search(&cl_before_image, NULL, at, sizeof(cl_word)), nowhere);
	m = &out->finding[out->nfindings - 1];
	if (m->f.check == CHECK_CANARY && m->f.round == round)
		m->f.offset = (uint16_t)((cl_word)at - cl_before_image.gpr[4]);
}

void check_stack_pointer(const struct cl_case *c, unsigned pop, int round, struct verdicts *out)
{
	cl_word was = cl_before_image.gpr[4], is = cl_after_image.gpr[4];

	if (c && c->flags & CL_POP_UNSPECIFIED)
		observe_pop(out, is - was);
	else if (is != was + pop)
		differ_word(out, CHECK_SP, 0, round, pop, is - was);
}

/* Apart from the loop that finds it, which is short. */
static __attribute__((noinline)) void lost_local(unsigned i, int round, struct verdicts *out)
{
	cl_word want = cl_live[i % CL_LIVE], got = cl_back[i];
	struct candidates origin = nowhere;

	if (search(&cl_poison_callee, NULL, &got, sizeof(got)).bits[0])
		origin.bits[0] = 1ull << CL_BIT_NESTED;
	differ(out, CHECK_LOCALS, (int)i, round, &want, &got, sizeof(cl_word), origin, nowhere);
}

static void check_locals(const struct cl_case *c, int round, struct verdicts *out)
{
	const cl_word unset = cl_unset;

	for (unsigned i = 0; i < CL_LIVE; i++) {
		cl_word want = cl_live[i], first = cl_back[i], second = cl_back[CL_LIVE + i];

		if (first == want && second == want)
			continue;
		/* Words that this function does not keep are still as prepared. */
		if ((first == unset || first == want) && (second == unset || second == want))
			continue;
		lost_local(first == unset || first == want ? CL_LIVE + i : i, round, out);
		return; /* one is enough: they are lost for one reason */
	}
	for (int i = 0; cl_preserved[c->preserved].xmm && i < 2 * CL_LIVE_DOUBLES; i++) {
		uint64_t want = ((volatile uint64_t *)cl_live_double)[i % CL_LIVE_DOUBLES];
		uint64_t got = ((volatile uint64_t *)cl_back_double)[i];

		if (got != (uint64_t)unset && got != want)
			differ(out, CHECK_LOCALS, 64 + i, round, &want, &got, 8, nowhere, nowhere);
	}
}

/* The target ran: its own call of cl_nested happened once, aligned, with clean flags. A leaf's,
 * which calls nothing, is seen by what it stored. */
static void check_nested(const struct cl_case *c, int round, struct verdicts *out)
{
	/* Vectors on the stack may align the call to it further: not its own. */
	unsigned align = min(c->align, CALL_ALIGN);

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
	if (cl_nested_image.gpr[4] % align)
		differ_word(out, CHECK_ALIGN, CL_ITEM_NESTED, round, 0,
			    cl_nested_image.gpr[4] % align);
	check_state(&cl_before_image, &cl_nested_image, 0, CL_ITEM_NESTED, round, out);
}

/* Where the callee read each word of an argument that no document places. */
static void observe_argument(const struct cl_value *d, unsigned item, const volatile uint8_t *got,
			     struct verdicts *out)
{
	uint8_t bytes[CL_VALUE];

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
	unsigned long long x = 0;

	for (unsigned i = 0; i < m->bits; i++) {
		unsigned bit = m->expected + i;

		x |= (unsigned long long)(value[bit / 8] >> (bit % 8) & 1) << i;
	}
	if (m->is_signed && m->bits < 64 && m->bits && (x >> (m->bits - 1) & 1))
		x |= ~0ull << m->bits;
	return (long long)x;
}

/* Sizes, alignments, offsets and bit positions, as the code under test sees them. */
static void check_layout(const struct cl_case *c, const struct cl_values *v, int round,
			 struct verdicts *out)
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

static void check_received(const struct cl_case *c, const struct cl_values *v, int round,
			   struct verdicts *out)
{
	for (unsigned i = 0; i < c->nargs; i++) {
		const struct cl_value *d = &c->args[i];
		const volatile uint8_t *got = cl_got + d->buffer;
		uint8_t bytes[CL_VALUE];
		struct candidates origin;

		if (d->flags & CL_UNSPECIFIED) {
			observe_argument(d, i, got, out);
			continue;
		}
		if (!agree(got, v->arg[i], d->mask, d->compare)) {
			unsigned at = 0;

			observed(bytes, got, v->arg[i], d->mask, d->compare);
			while (bytes[at] == v->arg[i][at])
				at++;
			at -= at % sizeof(cl_word);
			origin = search_masked(&cl_before_image, cl_before_stack, bytes + at,
					       mask_at(d, at),
					       min(d->compare - at, sizeof(cl_word)));
			if (d->class == CL_BOOL)
				origin = nowhere;
			origin.bits[0] |= search_args(c, v, bytes, d->compare);
			differ(out, CHECK_ARG, (int)i, round, v->arg[i], bytes, d->compare, origin,
			       nowhere);
		} else if (d->flags & CL_WIDENED) {
			long long wide = widened(d, v->arg[i]);
			long long got_wide = seen_wide(d, cl_wide_int[i], cl_wide[i]);

			if (got_wide != wide)
				differ(out, CHECK_UPPER, (int)i, round, &wide, &got_wide, 8,
				       nowhere, nowhere);
		}
	}
}

/* A value returned in memory, and the pointer to it in ax. */
static void check_memory_return(const struct cl_case *c, const struct cl_values *v, int round,
				struct verdicts *out)
{
	uint8_t bytes[CL_VALUE];
	cl_word want = (cl_word)cl_result;

	if (!agree(cl_result, v->ret, c->ret.mask, c->ret.compare)) {
		observed(bytes, cl_result, v->ret, c->ret.mask, c->ret.compare);
		differ(out, CHECK_RETURN, 0, round, v->ret, bytes, c->ret.compare, nowhere,
		       search_masked(&cl_after_image, NULL, v->ret, c->ret.mask,
				     min(c->ret.compare, 8)));
	}
	if (cl_after_image.gpr[0] != want)
		differ_word(out, CHECK_HIDDEN, 0, round, want, cl_after_image.gpr[0]);
}

static void check_returned(const struct cl_case *c, const struct cl_values *v, int round,
			   struct verdicts *out)
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

/* What was popped after a failed VMREAD: the field as it was pushed, and 0 for its result. */
static void check_slots(const struct cl_values *v, int round, struct verdicts *out)
{
	cl_word field = *(const cl_word *)v->arg[0];

	if (cl_slot[0] != field)
		differ_word(out, CHECK_SLOT, 0, round, field, cl_slot[0]);
	if (cl_slot[1])
		differ_word(out, CHECK_SLOT, 1, round, 0, cl_slot[1]);
}

/* Every general register but sp, which is in the VMCS, is what the guest made of what it got. */
static void check_guest(int round, struct verdicts *out)
{
	for (unsigned r = 0; r < 16; r++) {
		cl_word want = cl_poison_callee.gpr[r] +
			       CL_GUEST_ENTRIES * (cl_word)CL_GUEST_ADDS * (r + 1);

		if (EVERY_GPR >> r & 1 && cl_guest[r] != want)
			differ_word(out, CHECK_GUEST, (int)r, round, want, cl_guest[r]);
	}
}

void check_callee(const struct cl_case *c, const struct cl_values *v, int round,
		  struct verdicts *out)
{
	struct reg_set kept = cl_preserved[c->preserved];
	unsigned x87 = 0;

	for (unsigned i = 0; i < c->ret.nlocs; i++)
		x87 += c->ret.loc[i].kind == CL_X87;
	check_layout(c, v, round, out);
	check_received(c, v, round, out);
	if (c->hidden.nlocs)
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
	check_state(&cl_before_image, &cl_after_image, x87, 0, round, out);
}

/* The bytes a captured place holds, or NULL when it is outside of what was captured. */
static const uint8_t *captured(const struct cl_loc *l)
{
	const struct cl_image *m = &cl_probe_image;

	switch (l->kind) {
	case CL_GPR:
		return (const uint8_t *)&m->gpr[l->reg];
	case CL_XMM:
		return vector_in(m, l->reg, l->bytes);
	case CL_STACK:
		return l->stack + l->bytes <= (int)sizeof(cl_probe_stack)
			       ? cl_probe_stack + l->stack
			       : NULL;
	}
	return NULL;
}

/* Do n bytes at p lie in the caller's frame? Written so that nothing wraps. */
static bool in_frame(cl_word p, unsigned n)
{
	return p >= cl_probe_image.gpr[4] && p <= cl_stack_top && cl_stack_top - p >= n;
}

/* The caller's frame at p as it was at the call: afterwards its memory is its own to reuse. What is
 * further up than the picture reaches is read as it is now. */
static const uint8_t *frame_at(cl_word p, unsigned n)
{
	cl_word at = p - cl_probe_image.gpr[4];

	return at + n <= cl_picture_words * sizeof(cl_word) ? cl_probe_stack + at
							    : (const uint8_t *)p;
}

/* A pointer to a value in the caller's memory: on its stack, aligned to 16, with the value there.
 */
static void check_reference(const struct cl_value *d, unsigned i, const uint8_t *at,
			    const uint8_t *value, int round, struct verdicts *out)
{
	cl_word p = *(const cl_word *)at;
	uint8_t bytes[CL_VALUE];

	if (!in_frame(p, d->size))
		differ_word(out, CHECK_REFERENCE, (int)i, round, cl_probe_image.gpr[4], p);
	else if (p % CALL_ALIGN)
		differ_word(out, CHECK_REFERENCE, (int)i, round, p - p % CALL_ALIGN, p);
	if (!in_frame(p, d->size) || p % CALL_ALIGN)
		return;
	observed(bytes, frame_at(p, d->size), value, d->mask, d->compare);
	if (!same(bytes, value, d->compare))
		differ(out, CHECK_ARG, (int)i, round, value, bytes, d->compare, nowhere, nowhere);
}

/* Registers and stack words that hold a pointer into the caller's frame at which the value is. */
static struct candidates search_pointers(const uint8_t *value, const uint8_t *mask, unsigned n)
{
	struct candidates c = { { 0, 0 } };
	for (unsigned r = 0; r < (sizeof(cl_word) == 8 ? 16 : 8); r++) {
		cl_word p = cl_probe_image.gpr[r];

		if (r != 4 && in_frame(p, n) && agree(frame_at(p, n), value, mask, n))
			c.bits[0] |= 1ull << r;
	}
	for (unsigned k = 0; k < STACK_WORDS; k++) {
		cl_word p = ((const cl_word *)cl_probe_stack)[k];

		if (in_frame(p, n) && agree(frame_at(p, n), value, mask, n))
			c.bits[1] |= 1ull << k;
	}
	return c;
}

/* Where a caller put an argument that no document places: itself, or a pointer to it. */
static void observe_placed(const struct cl_value *d, unsigned i, const uint8_t *value,
			   struct verdicts *out)
{
	/* Only Microsoft x64 passes scalars by reference; of one wider than a word there may be
	 * copies about, and a pointer to one is what is passed. */
	bool maybe = sizeof(cl_word) == 8 && d->compare > sizeof(cl_word);
	struct candidates p = maybe ? search_pointers(value, d->mask, d->compare) : nowhere;

	if (p.bits[0] || p.bits[1]) {
		observe(out, i, CL_PIECE_POINTER, p);
		return;
	}
	for (unsigned at = 0; at < d->compare && at < MOST_OBSERVED; at += sizeof(cl_word)) {
		unsigned n = min(d->compare - at, sizeof(cl_word));

		if (carries(mask_at(d, at), n))
			observe_places(out, i, at / sizeof(cl_word), &cl_probe_image,
				       cl_probe_stack, value + at, mask_at(d, at), n);
	}
}

/* Does the caller extend a narrow integer to 32 bits? Its value came from a wider, dirty one. An
 * argument that is not where it belongs says nothing about what would be above it. */
static void observe_extension(const struct cl_value *d, unsigned i, const uint8_t *at,
			      const uint8_t *value, struct verdicts *out)
{
	struct candidates c = { { 0, 0 } };

	if (d->flags & CL_WIDENED && d->size < 4 && d->loc[0].kind != CL_XMM &&
	    same(at, value, d->size)) {
		int wide = (int)widened(d, value);

		c.bits[0] = same(at, &wide, 4);
		observe(out, i, CL_PIECE_EXTENDED, c);
	}
}

static void check_placed(const struct cl_case *c, const struct cl_values *v, int round,
			 struct verdicts *out)
{
	for (unsigned i = 0; i < c->nargs; i++) {
		const struct cl_value *d = &c->args[i];

		if (d->flags & CL_UNSPECIFIED) {
			observe_placed(d, i, v->arg[i], out);
			continue;
		}
		for (unsigned k = 0; k < d->nlocs; k++) {
			const struct cl_loc *l = &d->loc[k];
			const uint8_t *at = captured(l), *want = v->arg[i] + l->off;
			/* A second place of one piece: a variadic argument in both its registers.
			 */
			bool copy = k && l->off == d->loc[k - 1].off;
			unsigned bytes = min(l->bytes, d->compare - min(l->off, d->compare));
			unsigned first = 0;
			struct candidates holds = nowhere, found;
			uint8_t seen[CL_VALUE];

			if (d->flags & CL_REFERENCE) {
				check_reference(d, i, at, v->arg[i], round, out);
				continue;
			}
			if (!at)
				continue;
			observe_extension(d, i, at, v->arg[i], out);
			if (agree(at, want, mask_at(d, l->off), bytes))
				continue;
			observed(seen, at, want, mask_at(d, l->off), bytes);
			holds.bits[0] = search_args(c, v, seen, bytes);
			while (seen[first] == want[first])
				first++;
			first -= first % sizeof(cl_word);
			found = search_masked(&cl_probe_image, cl_probe_stack, want + first,
					      mask_at(d, l->off + first), bytes - first);
			if (d->class == CL_BOOL)
				found = nowhere;
			differ(out, copy ? CHECK_COPY : CHECK_ARG, (int)i, round, want, seen, bytes,
			       holds, found);
			break;
		}
	}
}

/* The pointer to a memory return value: into the caller's frame. */
static void check_hidden(const struct cl_case *c, int round, struct verdicts *out)
{
	cl_word p = *(const cl_word *)captured(&c->hidden.loc[0]);

	if (!in_frame(p, c->ret.size))
		differ_word(out, CHECK_HIDDEN, 0, round, cl_probe_image.gpr[4], p);
}

void check_caller(const struct cl_case *c, const struct cl_values *v, int round, int how,
		  struct verdicts *out)
{
	cl_word al = cl_probe_image.gpr[0] & 0xff;

	if (cl_probe_count != c->calls) {
		differ_word(out, CHECK_ENTERED, 0, round, c->calls, cl_probe_count);
		return;
	}
	check_placed(c, v, round, out);
	if (cl_probe_image.gpr[4] % c->align)
		differ_word(out, CHECK_ALIGN, 0, round, 0, cl_probe_image.gpr[4] % c->align);
	if (c->hidden.nlocs)
		check_hidden(c, round, out);
	if (c->al >= 0 && (al < (cl_word)c->al || al > 8))
		differ_word(out, CHECK_AL, 0, round, (cl_word)c->al, al);
	check_state(&cl_before_image, &cl_probe_image, 0, CL_ITEM_NESTED, round, out);
	if (how == CL_ESCAPED)
		return;
	if (c->flags & CL_RETURNS) {
		bool wider = c->ret.flags & CL_WIDENED;
		long long wide = wider ? widened(&c->ret, v->ret) : 0;
		long long got = wider ? seen_wide(&c->ret, cl_wide_int_ret, cl_wide_ret) : 0;
		uint8_t bytes[CL_VALUE];

		if (!agree(cl_got_ret, v->ret, c->ret.mask, c->ret.compare)) {
			observed(bytes, cl_got_ret, v->ret, c->ret.mask, c->ret.compare);
			differ(out, CHECK_RETURN, 0, round, v->ret, bytes, c->ret.compare,
			       search(&cl_poison_callee, NULL, bytes, c->ret.compare), nowhere);
		} else if (wide != got)
			differ(out, CHECK_UPPER, CL_ITEM_RETURN, round, &wide, &got, 8, nowhere,
			       nowhere);
	}
	if (c->flags & CL_SLOTS)
		check_slots(v, round, out);
	check_locals(c, round, out);
	/* The caller is itself a C function void f(void) of the default convention. */
	check_saved(&cl_preserved[0], round, out);
	check_stack_pointer(NULL, 0, round, out);
	check_canary(0, round, out);
	check_state(&cl_before_image, &cl_after_image, 0, 0, round, out);
}

void check_segment(int segment, int round, cl_word want, cl_word got, struct verdicts *out)
{
	differ_word(out, CHECK_SEGMENTS, segment, round, want, got);
}

void check_fault(int round, int fault, cl_word ip, cl_word address, struct verdicts *out)
{
	uint64_t where[2] = { ip, address };
	uint8_t none[16] = { 0 };

	differ(out, CHECK_FAULT, fault, round, none, where, 16, nowhere, nowhere);
	for (unsigned i = 0; i < out->nfindings; i++) {
		if (out->finding[i].f.check == CHECK_FAULT) {
			out->finding[i].f.offset = 0;
			out->finding[i].f.size = 16;
			for (unsigned k = 0; k < 16; k++)
				out->finding[i].f.observed[k] = ((uint8_t *)where)[k];
		}
	}
}
