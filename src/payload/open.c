/* SPDX-License-Identifier: MIT */
/* Return values that no document places: who leaves them where, who looks for them where.
 *
 * A callee finds a buffer of its own behind every register and stack word that may be the hidden
 * pointer: the one that holds the value afterwards names the place. If none does, the value is
 * looked for in registers.
 *
 * A caller's probe cannot know whether there is a hidden pointer or what to pop. In the first round
 * it goes back to the runtime, which looks for pointers into the caller's frame. In later ones it
 * writes the value through such a pointer and returns with other values in every register: what the
 * caller received names the place. It pops what the compiler's own callee did; where that is not
 * known, every round goes back to the runtime. */
#include "payload/open.h"
#include "payload/check.h"
#include "payload/prepare.h"

enum {
	WORD = sizeof(cl_word),
	REGISTERS = WORD == 8 ? 16 : 8,
	OFFERED_WORDS = 24, /* of the stack: most prototypes have no more arguments */
	OFFERS = REGISTERS + OFFERED_WORDS,
	STRIDE = CL_VALUE + 256, /* between buffers; each starts somewhere in the first 256 bytes */
	VECTORS_READ = 4,
	LEAST_POINTED = 3, /* bytes of a value: one or two are found behind any pointer */
	PIECE = 16,        /* of a vector: the narrowest register it may be passed in parts of */
	CELL_AX = 0,
	CELL_DX = 16,
	CELL_ST0 = 32,
	CELL_VECTOR = 64,
	CELL_BYTES = CELL_VECTOR + 64 * VECTORS_READ
};

_Static_assert(OFFERS *CL_VALUE <= (int)CL_POISON_SPARE, "buffers");
_Static_assert(CELL_BYTES <= (int)CL_POISON_SPARE, "cells");

struct cl_open cl_open;
uint8_t cl_open_cell[CELL_BYTES] __attribute__((aligned(64)));

/* An argument of a few bytes may hold the low ones of such an address: they are not to differ from
 * build to build. */
static uint8_t offer[OFFERS][STRIDE] __attribute__((aligned(STRIDE)));
/* Those that this call has, in any order that stays: which, and what its buffer held before. */
static struct offered {
	unsigned k;
	uint8_t *at;
	const uint8_t *held;
} offered[OFFERS];
static unsigned noffered;

/* Of the caller under way: the pointers found in all rounds, and whether it is known where it takes
 * the value from. */
static struct candidates pointers;
static bool identified;
/* In this round: was the value written through a pointer that the caller takes nothing from? */
static bool misled;

/* What the callee of a case popped, where it took the hidden pointer from, and which arguments it
 * took as they are or by a pointer (bit i: argument i), for the caller of the same case. */
static struct callee {
	uint32_t index;
	bool known;
	cl_word bytes;
	struct candidates pointer;
	uint32_t values, pointers;
} callee;
_Static_assert(CL_ARGS <= 32, "a bit for each argument");

static bool is_open(const struct cl_case *c)
{
	return c->flags & CL_RETURN_UNSPECIFIED;
}

/* Does a callee find a buffer wherever it looks for a pointer? */
static bool offers(const struct cl_case *c)
{
	return c->flags & (CL_RETURN_UNSPECIFIED | CL_OPEN_POINTERS);
}

/* Stack words that may hold the pointer. */
static unsigned stack_words(const struct cl_case *c)
{
	return min(c->stack_bytes / WORD, OFFERED_WORDS);
}

static bool is_offered(const struct cl_case *c, unsigned k)
{
	return k < REGISTERS ? c->pointer_regs >> k & 1 : k - REGISTERS < stack_words(c);
}

static struct candidates place(unsigned k)
{
	struct candidates c = nowhere;

	if (k < REGISTERS)
		c.bits[0] = 1ull << k;
	else
		c.bits[1] = 1ull << (k - REGISTERS);
	return c;
}

/* Where the trampoline puts the stack arguments: as src/gen/asm.c does, below what aligns the call.
 */
static cl_word *argument_area(const struct cl_case *c)
{
	unsigned to = c->align < 16 ? 16 : c->align, off = c->align < 16 ? c->align : 0;
	unsigned pad = (2 * to - off - c->stack_bytes % to) % to;

	return (cl_word *)(cl_stack_top - c->stack_bytes -
			   (c->flags & CL_STACK_UNSPECIFIED ? 0 : pad));
}

/* What buffers are aligned to: no further than their values need. The less, the seldomer the low
 * bytes of two are the same in all rounds, and an argument of one byte seems to be in two places.
 */
static unsigned buffer_alignment(const struct cl_case *c)
{
	bool wide = c->ret.size && c->ret.size % 32 == 0;

	for (unsigned i = 0; i < c->nargs && !wide; i++)
		wide = c->args[i].size && c->args[i].size % 32 == 0;
	return wide ? 64 : 16;
}

static void offer_buffers(const struct cl_case *c, int round)
{
	cl_word *stack = argument_area(c);
	uint32_t starts = c->key ^ (uint32_t)round * 0x9e3779b9u;
	unsigned align = buffer_alignment(c);

	noffered = 0;
	for (unsigned k = 0; k < REGISTERS + stack_words(c); k++) {
		struct offered *o = &offered[noffered];

		if (!is_offered(c, k))
			continue;
		/* Aligned for any value, and in no round the same low byte for all. */
		starts = starts * 0x915f77f5u + 1;
		o->k = k;
		o->at = offer[k] + ((starts >> 24) & -align);
		o->held = prepare_take(CL_VALUE);
		__builtin_memcpy(o->at, o->held, CL_VALUE);
		if (k < REGISTERS)
			cl_poison.gpr[k] = (cl_word)o->at;
		else
			stack[k - REGISTERS] = (cl_word)o->at;
		noffered++;
	}
}

/* Where the caller's pointer is in the pictures, or NULL. Of several places the one that the
 * compiler's own callee takes it from: the others are left over. */
static const cl_word *pointer_in(const struct cl_case *c, struct candidates p)
{
	struct candidates taken = { { p.bits[0] & callee.pointer.bits[0],
				      p.bits[1] & callee.pointer.bits[1] } };

	if (callee.index == c->index && (taken.bits[0] || taken.bits[1]))
		p = taken;
	/* Of several places that hold one, what is on the stack was put there to be passed. */
	for (unsigned k = 0; WORD == 4 && k < OFFERED_WORDS; k++) {
		if (p.bits[1] >> k & 1)
			return (const cl_word *)cl_probe_stack + k;
	}
	for (unsigned r = 0; r < REGISTERS; r++) {
		if (p.bits[0] >> r & 1)
			return &cl_probe_image.gpr[r];
	}
	return NULL;
}

static bool knows_pop(const struct cl_case *c)
{
	return !(c->flags & CL_POP_UNSPECIFIED) || (callee.known && callee.index == c->index);
}

void open_prepare(const struct cl_case *c, int direction, int round)
{
	if (direction == CL_CALLEE) {
		if (offers(c))
			offer_buffers(c, round);
		return;
	}
	if (!is_open(c))
		return;
	cl_open = (struct cl_open){ .bytes = c->ret.size };
	__builtin_memcpy(cl_open_cell, prepare_take(CELL_BYTES), CELL_BYTES);
	cl_open_cell[CELL_ST0 + 7] |= 0x80; /* a normal number */
	if (!round) {
		identified = false;
		return;
	}
	if (!knows_pop(c))
		return;
	cl_open.how = CL_OPEN_RETURN;
	cl_open.pointer = (cl_word)pointer_in(c, pointers);
	cl_open.pop = c->flags & CL_POP_UNSPECIFIED ? callee.bytes : c->pop_bytes;
	/* Only when it took it from nowhere else: whoever does not want it leaves it there. */
	if (round > 2 && !identified && c->ret.class == CL_LDOUBLE)
		cl_open.how |= CL_OPEN_X87;
}

/* Does any word of n bytes at p hold this? */
static bool holds(const uint8_t *p, unsigned n, const uint8_t *bytes, const uint8_t *mask,
		  unsigned size)
{
	for (unsigned at = 0; at + size <= n; at += WORD) {
		if (agree(p + at, bytes, mask, size))
			return true;
	}
	return false;
}

/* What the registers of a return are, for one search: of a callee in the picture after the call, of
 * a caller in the cells. */
struct registers {
	const uint8_t *ax, *dx, *vector[VECTORS_READ];
	unsigned vector_bytes;
};

static struct candidates search_registers(const struct registers *r, const uint8_t *bytes,
					  const uint8_t *mask, unsigned n)
{
	struct candidates c = nowhere;

	if (holds(r->ax, WORD, bytes, mask, n))
		c.bits[0] |= 1ull << GPR_AX;
	if (holds(r->dx, WORD, bytes, mask, n))
		c.bits[0] |= 1ull << GPR_DX;
	for (unsigned i = 0; i < VECTORS_READ; i++) {
		if (holds(r->vector[i], r->vector_bytes, bytes, mask, n))
			c.bits[0] |= 1ull << (CL_BIT_XMM + i);
	}
	return c;
}

/* Each word of the value; true if any of them was found. */
static bool observe_registers(const struct cl_case *c, const struct registers *r,
			      const uint8_t *value, struct findings *out)
{
	bool any = false;

	for (unsigned at = 0; at < c->ret.compare && at < MOST_OBSERVED; at += WORD) {
		unsigned n = min(c->ret.compare - at, WORD);
		struct candidates found;

		if (!carries(mask_at(&c->ret, at), n))
			continue;
		found = search_registers(r, value + at, mask_at(&c->ret, at), n);
		any = any || found.bits[0];
		observe(out, CL_ITEM_RETURN, at / WORD, found);
	}
	return any;
}

/* A value on the x87 stack, or in mm0, which is the low part of st0 when the stack is at its top.
 */
static struct candidates search_x87(const struct cl_case *c, const struct cl_values *v)
{
	const uint8_t *st0 = cl_after_image.fx + FX_ST;
	bool made = c->ret.class == CL_FLOAT || c->ret.class == CL_DOUBLE;
	struct candidates found = nowhere;

	if (!cl_after_image.fx[FX_FTW])
		return found;
	if (c->ret.compare >= 10 || made) {
		if (same(made ? v->st[0] : v->ret, st0, 10))
			found.bits[0] = 1ull << CL_BIT_ST0;
	} else if (c->ret.compare == 8 && same(v->ret, st0, 8)) {
		found.bits[0] = 1ull << CL_BIT_MM0;
	}
	return found;
}

bool open_callee(const struct cl_case *c, const struct cl_values *v, struct findings *out)
{
	const struct cl_image *m = &cl_after_image;
	struct registers r = { .ax = (const uint8_t *)&m->gpr[GPR_AX],
			       .dx = (const uint8_t *)&m->gpr[GPR_DX],
			       .vector_bytes = cl_vector_bytes < 16 ? 16 : cl_vector_bytes };
	struct candidates at = nowhere;
	bool written = false;

	if (!(c->flags & CL_RETURNS) || !c->ret.compare)
		return false;
	for (const struct offered *o = offered; o < offered + noffered; o++) {
		if (agree(o->at, v->ret, c->ret.mask, c->ret.compare)) {
			at.bits[0] |= place(o->k).bits[0];
			at.bits[1] |= place(o->k).bits[1];
		}
		written = written || !same(o->at, o->held, CL_VALUE);
	}
	/* Whoever writes to a buffer takes it for the place of the value: what registers hold then
	 * is left over, also when something is amiss in the buffer. */
	if (written) {
		observe(out, CL_ITEM_RETURN, CL_PIECE_POINTER, at);
		return false;
	}
	at = search_x87(c, v);
	if (at.bits[0]) {
		observe(out, CL_ITEM_RETURN, 0, at);
		return true;
	}
	for (unsigned i = 0; i < VECTORS_READ; i++)
		r.vector[i] = vector_in(m, i, cl_vector_bytes);
	observe_registers(c, &r, v->ret, out);
	return false;
}

/* Would its value be somewhere by chance? A few bytes are, in one round of a hundred; what is
 * passed by a pointer counts all the same. */
static bool is_telling(const struct cl_value *d)
{
	unsigned bytes = 0;

	if (d->flags & (CL_REFERENCE | CL_MAYBE_POINTER))
		return d->compare;
	for (unsigned i = 0; i < d->compare && bytes < 4; i++)
		bytes += !d->mask || d->mask[i];
	return bytes == 4;
}

/* Is a part of an argument at p in the caller's frame that is passed on its own, as wide vectors
 * are? Padding, and what has no more than a byte or two of value, is found anywhere. */
static bool is_part(const struct cl_value *d, const uint8_t *value, cl_word p)
{
	for (unsigned at = 0; at + PIECE <= d->compare && in_frame(p, PIECE); at += PIECE) {
		const uint8_t *mask = mask_at(d, at);
		unsigned carry = 0;

		for (unsigned i = 0; i < PIECE; i++)
			carry += carries(mask ? mask + i : NULL, 1);
		if (carry > 2 && agree(frame_at(p, PIECE), value + at, mask, PIECE))
			return true;
	}
	return false;
}

static bool is_argument(const struct cl_value *d, const uint8_t *value, cl_word p)
{
	return is_telling(d) && in_frame(p, d->compare) &&
	       agree(frame_at(p, d->compare), value, d->mask, d->compare);
}

/* A pointer into the caller's frame with room for the value and none of the arguments there: what a
 * hidden pointer looks like. */
static bool looks_hidden(const struct cl_case *c, const struct cl_values *v, cl_word p)
{
	if (!in_frame(p, c->ret.size))
		return false;
	for (unsigned i = 0; i < c->nargs; i++) {
		if (is_argument(&c->args[i], v->arg[i], p) || is_part(&c->args[i], v->arg[i], p))
			return false;
	}
	return true;
}

static struct candidates search_hidden(const struct cl_case *c, const struct cl_values *v)
{
	struct candidates found = nowhere;

	for (unsigned r = 0; r < REGISTERS; r++) {
		/* With a register for it there is only the first; at 32 bit any may be. */
		bool may = WORD == 4 ? c->pointer_regs >> r & 1 : r == c->pointer_first;

		if (may && looks_hidden(c, v, cl_probe_image.gpr[r]))
			found.bits[0] |= 1ull << r;
	}
	if (WORD == 4 && looks_hidden(c, v, *(const cl_word *)cl_probe_stack))
		found.bits[1] |= 1;
	return found;
}

/* Did the value come through the caller's pointer? One word of it is enough: the others may be lost
 * when the caller expects another number of bytes to be popped, and overwrites its own frame. */
static bool from_memory(const struct cl_case *c, const uint8_t *bytes, const uint8_t *value)
{
	for (unsigned at = 0; cl_open.pointer && at < c->ret.compare; at += WORD) {
		unsigned n = min(c->ret.compare - at, WORD);

		if (carries(mask_at(&c->ret, at), n) &&
		    agree(bytes + at, value + at, mask_at(&c->ret, at), n))
			return true;
	}
	return false;
}

/* What came back to the caller: whose value is it? */
static bool received(const struct cl_case *c, const struct cl_values *v, struct findings *out)
{
	struct registers r = { .ax = cl_open_cell + CELL_AX,
			       .dx = cl_open_cell + CELL_DX,
			       .vector_bytes = cl_vector_bytes < 16 ? 16 : cl_vector_bytes };
	struct candidates st0 = { { 1ull << CL_BIT_ST0, 0 } };
	uint8_t bytes[CL_VALUE];

	for (unsigned i = 0; i < c->ret.compare; i++)
		bytes[i] = cl_got_ret[i];
	for (unsigned i = 0; i < VECTORS_READ; i++)
		r.vector[i] = cl_open_cell + CELL_VECTOR + 64 * i;
	if (from_memory(c, bytes, v->ret)) {
		observe(out, CL_ITEM_RETURN, CL_PIECE_POINTER, pointers);
		return true;
	}
	misled = cl_open.pointer;
	if (cl_open.how & CL_OPEN_X87 && same(bytes, cl_open_cell + CELL_ST0, 10)) {
		observe(out, CL_ITEM_RETURN, 0, st0);
		return true;
	}
	/* The x87 stack was not tried yet. */
	if (c->ret.class == CL_LDOUBLE && !(cl_open.how & CL_OPEN_X87) &&
	    !search_registers(&r, bytes, c->ret.mask, WORD).bits[0])
		return false;
	return observe_registers(c, &r, bytes, out);
}

bool open_caller(const struct cl_case *c, const struct cl_values *v, int round, int how,
		 struct findings *out)
{
	struct candidates found = search_hidden(c, v);

	misled = false;
	for (int k = 0; k < 2; k++)
		pointers.bits[k] = round ? pointers.bits[k] & found.bits[k] : found.bits[k];
	if (!(c->flags & CL_RETURNS) || !c->ret.compare)
		return false;
	/* It came to its end: what it received is known. */
	if (how != CL_ESCAPED) {
		identified = received(c, v, out) || identified;
		return cl_open.how & CL_OPEN_X87;
	}
	if ((round || !knows_pop(c)) && (pointers.bits[0] || pointers.bits[1]))
		observe(out, CL_ITEM_RETURN, CL_PIECE_POINTER, pointers);
	return false;
}

bool open_misled(void)
{
	return misled;
}

struct candidates open_pointed(const struct cl_case *c, const volatile uint8_t *bytes,
			       const uint8_t *mask, unsigned n)
{
	struct candidates found = nowhere;

	/* Nearly all differ in the first word: no call for those. */
	bool whole = !mask && n >= WORD;
	cl_word first = whole ? *(const volatile cl_word *)bytes : 0;

	if (!offers(c) || n < LEAST_POINTED)
		return found;
	for (const struct offered *o = offered; o < offered + noffered; o++) {
		if ((!whole || first == *(const cl_word *)o->held) &&
		    agree(bytes, o->held, mask, n)) {
			found.bits[0] |= place(o->k).bits[0];
			found.bits[1] |= place(o->k).bits[1];
		}
	}
	return found;
}

enum open_way open_callee_takes(const struct cl_case *c, unsigned arg)
{
	if (callee.index != c->index)
		return OPEN_UNKNOWN;
	return callee.pointers >> arg & 1 ? OPEN_POINTER
	       : callee.values >> arg & 1 ? OPEN_VALUE
					  : OPEN_UNKNOWN;
}

static void note_callee(const struct cl_case *c, const struct merged_observation *o)
{
	bool pointer = o->piece == CL_PIECE_POINTER, found = o->place[0] || o->place[1];

	if (o->item == CL_ITEM_RETURN && pointer)
		callee.pointer = (struct candidates){ { o->place[0], o->place[1] } };
	if (o->item == CL_ITEM_POP && o->place[0]) {
		callee.known = true;
		callee.bytes = (cl_word)o->place[0] - 1;
	}
	if (o->item < c->nargs && found && !(o->piece & CL_PIECE_EXTENDED))
		*(pointer ? &callee.pointers : &callee.values) |= 1u << o->item;
}

void open_after_callee(const struct cl_case *c, const struct findings *v)
{
	callee = (struct callee){ .index = c->index };
	for (unsigned i = 0; i < v->nobservations; i++)
		note_callee(c, &v->observation[i]);
}
