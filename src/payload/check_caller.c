/* SPDX-License-Identifier: MIT */
/* Checks of a caller: C called a probe, which took pictures of what it found. */
#include "payload/check.h"
#include "payload/open.h"

/* The bytes a captured place holds, or NULL when it is outside of what was captured. */
static inline const uint8_t *captured(const struct cl_loc *l)
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

/* Written so that nothing wraps. */
bool in_frame(cl_word p, unsigned n)
{
	return p >= cl_probe_image.gpr[GPR_SP] && p <= cl_stack_top && cl_stack_top - p >= n;
}

/* What is further up than the picture reaches is read as it is now. */
const uint8_t *frame_at(cl_word p, unsigned n)
{
	cl_word at = p - cl_probe_image.gpr[GPR_SP];

	return at + n <= cl_picture_words * sizeof(cl_word) ? cl_probe_stack + at
							    : (const uint8_t *)p;
}

/* A pointer to a value in the caller's memory: on its stack, aligned to 16 (but C++'s), with the
 * value there. */
static void check_reference(const struct cl_value *d, unsigned i, const uint8_t *at,
			    const uint8_t *value, int round, struct findings *out)
{
	cl_word p = *(const cl_word *)at;
	bool aligned = d->flags & CL_OBJECT || !(p % CALL_ALIGN);
	uint8_t bytes[CL_VALUE];

	if (!in_frame(p, d->size))
		differ_word(out, CHECK_REFERENCE, (int)i, round, cl_probe_image.gpr[GPR_SP], p);
	else if (!aligned)
		differ_word(out, CHECK_REFERENCE, (int)i, round, p - p % CALL_ALIGN, p);
	if (!in_frame(p, d->size) || !aligned)
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

		if (r != GPR_SP && in_frame(p, n) && agree(frame_at(p, n), value, mask, n))
			c.bits[0] |= 1ull << r;
	}
	for (unsigned k = 0; k < STACK_WORDS; k++) {
		cl_word p = ((const cl_word *)cl_probe_stack)[k];

		if (in_frame(p, n) && agree(frame_at(p, n), value, mask, n))
			c.bits[1] |= 1ull << k;
	}
	return c;
}

/* Is the value's first word nowhere, so that something else may stand for it? */
static bool is_nowhere(const struct cl_value *d, const uint8_t *value)
{
	unsigned n = min(d->compare, sizeof(cl_word));
	struct candidates c =
		search_masked(&cl_probe_image, cl_probe_stack, value, mask_at(d, 0), n);

	return !c.bits[0] && !c.bits[1];
}

/* Registers and stack words with a pointer to the value, where the caller may have passed one. */
static struct candidates passed_pointers(const struct cl_case *c, unsigned i, const uint8_t *value)
{
	const struct cl_value *d = &c->args[i];
	enum open_way way = open_callee_takes(c, i);
	/* At 32 bit no convention passes structures by reference. Of a value wider than a word
	 * there may be copies about, and a pointer to one is what is passed. */
	bool maybe = (sizeof(cl_word) == 8 || d->flags & CL_MAYBE_POINTER) &&
		     d->compare > sizeof(cl_word);

	if (way != OPEN_POINTER && (!maybe || (way == OPEN_VALUE && !is_nowhere(d, value))))
		return nowhere;
	return search_pointers(value, d->mask, d->compare);
}

/* Where a caller put an argument that no document places: itself, or a pointer to it. */
static void observe_placed(const struct cl_case *c, unsigned i, const uint8_t *value,
			   struct findings *out)
{
	const struct cl_value *d = &c->args[i];
	struct candidates p = passed_pointers(c, i, value);

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
			      const uint8_t *value, struct findings *out)
{
	struct candidates c = { { 0, 0 } };

	if (d->flags & CL_WIDENED && d->size < 4 && d->loc[0].kind != CL_XMM &&
	    same(at, value, d->size)) {
		int wide = (int)widened(d, value);

		c.bits[0] = same(at, &wide, 4);
		observe(out, i, CL_PIECE_EXTENDED, c);
	}
}

/* A piece of an argument that is not at its place: `bytes` of it are looked at. Apart from the loop
 * that finds it, which is short. */
static __attribute__((noinline)) void not_placed(const struct cl_case *c, const struct cl_values *v,
						 unsigned i, unsigned k, unsigned bytes, int round,
						 struct findings *out)
{
	const struct cl_value *d = &c->args[i];
	const struct cl_loc *l = &d->loc[k];
	const uint8_t *want = v->arg[i] + l->off;
	/* A second place of one piece: a variadic argument in both its registers. */
	bool copy = k && l->off == d->loc[k - 1].off;
	struct candidates holds = nowhere, found = nowhere;
	uint8_t seen[CL_VALUE];
	unsigned first = 0;

	observed(seen, captured(l), want, mask_at(d, l->off), bytes);
	/* Not of what is wrong in bits that the value has not. */
	holds.bits[0] = bytes > d->compare ? 0 : search_args(c, v, seen, bytes);
	while (seen[first] == want[first])
		first++;
	first -= first % sizeof(cl_word);
	if (d->class != CL_BOOL)
		found = search_masked(&cl_probe_image, cl_probe_stack, want + first,
				      mask_at(d, l->off + first), bytes - first);
	differ(out, copy ? CHECK_COPY : CHECK_ARG, (int)i, round, want, seen, bytes, holds, found);
}

static void check_pieces(const struct cl_case *c, const struct cl_values *v, unsigned i, int round,
			 struct findings *out)
{
	const struct cl_value *d = &c->args[i];

	for (unsigned k = 0; k < d->nlocs; k++) {
		const struct cl_loc *l = &d->loc[k];
		const uint8_t *at = captured(l), *want = v->arg[i] + l->off;
		unsigned bytes = min(l->bytes, d->compare - min(l->off, d->compare));

		/* A pointer that is wider in a register than in memory, if its value is known. */
		if (d->class == CL_POINTER && l->kind == CL_GPR && d->compare)
			bytes = l->bytes;
		if (d->flags & CL_REFERENCE) {
			check_reference(d, i, at, v->arg[i], round, out);
			continue;
		}
		if (!at)
			continue;
		observe_extension(d, i, at, v->arg[i], out);
		if (!agree(at, want, mask_at(d, l->off), bytes)) {
			not_placed(c, v, i, k, bytes, round, out);
			break;
		}
	}
}

static void check_placed(const struct cl_case *c, const struct cl_values *v, int round,
			 struct findings *out)
{
	for (unsigned i = 0; i < c->nargs; i++) {
		const struct cl_value *d = &c->args[i];
		const uint8_t *at;

		if (d->flags & CL_UNSPECIFIED) {
			observe_placed(c, i, v->arg[i], out);
			continue;
		}
		/* Most are as they should be, and then there is nothing else to say. */
		if (d->flags & CL_PLAIN && !(d->flags & CL_WIDENED && d->size < 4)) {
			at = captured(&d->loc[0]);
			if (at && same_plain(at, v->arg[i], d->size))
				continue;
		}
		check_pieces(c, v, i, round, out);
	}
}

/* The pointer to a memory return value: into the caller's frame. */
static void check_hidden(const struct cl_case *c, int round, struct findings *out)
{
	cl_word p = *(const cl_word *)captured(&c->hidden.loc[0]);

	if (!in_frame(p, c->ret.size))
		differ_word(out, CHECK_HIDDEN, 0, round, cl_probe_image.gpr[GPR_SP], p);
}

void check_caller(const struct cl_case *c, const struct cl_values *v, int round, int how,
		  struct findings *out)
{
	cl_word al = cl_probe_image.gpr[GPR_AX] & 0xff;
	bool open = c->flags & CL_RETURN_UNSPECIFIED, any_x87 = false;

	if (cl_probe_count != c->calls) {
		differ_word(out, CHECK_ENTERED, 0, round, c->calls, cl_probe_count);
		return;
	}
	check_placed(c, v, round, out);
	if (open)
		any_x87 = open_caller(c, v, round, how, out);
	if (cl_probe_image.gpr[GPR_SP] % c->align)
		differ_word(out, CHECK_ALIGN, 0, round, 0, cl_probe_image.gpr[GPR_SP] % c->align);
	if (c->hidden.nlocs)
		check_hidden(c, round, out);
	if (c->al >= 0 && (al < (cl_word)c->al || al > c->al_most))
		differ_word(out, CHECK_AL, 0, round, (cl_word)c->al, al);
	check_state(&cl_before_image, &cl_probe_image, 0, CL_ITEM_NESTED, round, out);
	if (how == CL_ESCAPED || (open && open_misled()))
		return;
	if (c->flags & CL_RETURNS && !open) {
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
	check_state(&cl_before_image, &cl_after_image, any_x87 ? ANY_X87 : 0, 0, round, out);
}
