/* SPDX-License-Identifier: MIT */
/* Arithmetic on values: what stays known, and which bytes of the result depend on undefined ones.
 * A carry goes upward only, so addition spreads marks upward; logic keeps them where they are. */
#include "prove/machine.h"

/* Numbers that may be indices of a table of jumps. */
enum { MOST_INDEX = 4096, MOST_ALIGN = 4096 };

static uint64_t mask_of(unsigned bytes)
{
	return bytes >= 8 ? ~0ull : (1ull << (8 * bytes)) - 1;
}

static uint8_t bytes_mask(unsigned bytes)
{
	return bytes >= 8 ? 0xff : (uint8_t)((1u << bytes) - 1);
}

static uint8_t upward(uint8_t undefined, unsigned bytes)
{
	uint8_t lowest = undefined & (uint8_t)-undefined;

	return undefined ? (uint8_t)(-lowest) & bytes_mask(bytes) : 0;
}

static uint64_t on_constants(enum alu op, uint64_t a, uint64_t b, unsigned bytes)
{
	unsigned bits = 8 * bytes, count = (unsigned)b & (bits == 64 ? 63 : 31);
	int64_t wide = (int64_t)(a << (64 - bits)) >> (64 - bits);

	a &= mask_of(bytes);
	switch (op) {
	case ALU_ADD:
		return a + b;
	case ALU_SUB:
		return a - b;
	case ALU_AND:
		return a & b;
	case ALU_OR:
		return a | b;
	case ALU_XOR:
		return a ^ b;
	case ALU_SHL:
		return count >= bits ? 0 : a << count;
	case ALU_SHR:
		return count >= bits ? 0 : a >> count;
	case ALU_SAR:
		return (uint64_t)(wide >> (count >= bits ? bits - 1 : count));
	}
	return 0;
}

/* Bytes of a that a constant b leaves undefined. */
static uint8_t masked(enum alu op, uint8_t undefined, uint64_t b, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned byte = (unsigned)(b >> (8 * i)) & 0xff;

		if ((op == ALU_AND && !byte) || (op == ALU_OR && byte == 0xff))
			undefined &= (uint8_t) ~(1u << i);
	}
	return undefined;
}

static uint8_t shifted_right(uint8_t undefined, unsigned count, unsigned bytes, bool sign)
{
	unsigned whole = count / 8;
	uint8_t r = (uint8_t)(undefined >> whole);

	if (count % 8)
		r |= (uint8_t)(undefined >> (whole + 1));
	if (sign && undefined >> (bytes - 1) & 1) {
		for (unsigned i = 0; i < bytes; i++) {
			if (8 * i + 7 + count >= 8 * bytes)
				r |= (uint8_t)(1u << i);
		}
	}
	return r & bytes_mask(bytes);
}

static void mark(struct value *v, enum alu op, const struct value *a, const struct value *b,
		 unsigned bytes)
{
	bool fixed = b->kind == V_CONST;
	unsigned count = (unsigned)b->off & (bytes == 8 ? 63 : 31);
	uint8_t u = (a->undefined | b->undefined) & bytes_mask(bytes);

	switch (op) {
	case ALU_ADD:
	case ALU_SUB:
		u = upward(u, bytes);
		break;
	case ALU_AND:
	case ALU_OR:
		if (fixed)
			u = masked(op, u, b->off, bytes);
		else if (a->kind == V_CONST)
			u = masked(op, u, a->off, bytes);
		break;
	case ALU_XOR:
		break;
	case ALU_SHL:
		u = fixed ? upward((uint8_t)(u << count / 8), bytes) & bytes_mask(bytes) : u;
		break;
	default:
		if (fixed)
			u = shifted_right(u, count, bytes, op == ALU_SAR);
	}
	v->undefined = u;
	if (!fixed && op >= ALU_SHL && u && u != bytes_mask(bytes))
		value_blur(v, bytes);
	if (op == ALU_AND && fixed && !(b->off & mask_of(bytes) & ~0xffull))
		v->flags &= (uint8_t) ~(VALUE_NARROW1 | VALUE_NARROW2);
	if (!v->undefined)
		v->origin = ORIGIN_NONE;
}

/* Addresses and values at entry, moved by a constant, in words of `bytes`. */
static bool linear(struct machine *x, enum alu op, const struct value *a, const struct value *b,
		   unsigned bytes, struct value *v)
{
	bool moves = a->kind == V_ENTRY || a->kind == V_STACK || a->kind == V_TABLE;
	bool comparable = !((a->flags | b->flags) & VALUE_LINKED);

	/* By how much, the linker knows. */
	if ((b->flags & VALUE_LINKED && b->kind == V_CONST && a->kind != V_TABLE) ||
	    (a->flags & VALUE_LINKED && a->kind == V_CONST && b->kind != V_TABLE))
		return false;

	if (b->kind == V_CONST && moves && (op == ALU_ADD || op == ALU_SUB)) {
		uint64_t by = op == ALU_ADD ? b->off : -b->off;
		uint8_t flags = v->flags;

		*v = *a;
		v->flags |= flags;
		if (a->kind == V_TABLE)
			v->more += by;
		else
			v->off += by;
	} else if (a->kind == V_CONST && op == ALU_ADD &&
		   (b->kind == V_ENTRY || b->kind == V_STACK || b->kind == V_TABLE)) {
		return linear(x, op, b, a, bytes, v);
	} else if (op == ALU_SUB && a->kind == V_STACK && b->kind == V_STACK && a->id == b->id &&
		   comparable) {
		*v = value_const(a->off - b->off);
	} else if (op == ALU_SUB && a->kind == V_ENTRY && b->kind == V_ENTRY && a->id == b->id &&
		   a->sign == b->sign && comparable) {
		v->kind = V_CONST;
		v->off = a->off - b->off;
		v->from = 0;
	} else if (op == ALU_SUB && a->kind == V_CONST && b->kind == V_ENTRY) {
		*v = *b;
		v->sign = (int8_t)-b->sign;
		v->off = a->off - b->off;
	} else if (op == ALU_XOR && b->kind == V_CONST && b->off == mask_of(bytes) &&
		   a->kind == V_ENTRY) {
		*v = *a; /* -1 - a */
		v->sign = (int8_t)-a->sign;
		v->off = ~a->off;
	} else if (op == ALU_AND && a->kind == V_STACK && b->kind == V_CONST) {
		uint64_t low = -b->off & mask_of(bytes);

		/* The constant is minus a power of two, of a size that frames are aligned to? */
		return low && low <= MOST_ALIGN && !(low & (low - 1)) &&
		       base_align(&x->bases, a->id, (int64_t)a->off, low, v);
	} else {
		return false;
	}
	if (bytes == 4 && v->kind == V_STACK)
		v->off = (uint64_t)(int64_t)(int32_t)v->off;
	if (bytes == 4 && v->kind != V_STACK) {
		v->off &= v->kind == V_TABLE ? ~0ull : 0xffffffff;
		v->more &= 0xffffffff;
	}
	return true;
}

/* Of addresses that the linker chooses, sums and differences are as good as any; what bits they
 * have is not known. */
static bool decided_by_linker(enum alu op, const struct value *a, const struct value *b)
{
	return (a->flags | b->flags) & VALUE_LINKED && op != ALU_ADD && op != ALU_SUB;
}

static bool keeps_aligned(enum alu op, const struct value *a, const struct value *b)
{
	switch (op) {
	case ALU_ADD:
	case ALU_SUB:
		return value_aligned(a) && value_aligned(b);
	case ALU_AND:
		return value_aligned(a) || value_aligned(b);
	case ALU_SHL:
		return b->kind == V_CONST && (b->off & 31) >= 4;
	default:
		return false;
	}
}

/* Is it 32-bit arithmetic on an address of the stack that has no more bits? x86-64 psABI, ILP32
 * Programming Model, Address Space and Kernel Support. */
static bool on_low_address(const struct machine *x, const struct value *a, const struct value *b,
			   unsigned bytes)
{
	return x->job->low && bytes == 4 && (a->kind == V_STACK || b->kind == V_STACK);
}

struct value alu(struct machine *x, enum alu op, const struct value *a, const struct value *b,
		 unsigned bytes)
{
	struct value v = value_mix(a, b), exact;

	if (a->kind == V_CONST && b->kind == V_CONST && !decided_by_linker(op, a, b)) {
		v.kind = V_CONST;
		v.sign = 0;
		v.off = on_constants(op, a->off, b->off, bytes) & mask_of(bytes);
		v.flags = (a->flags | b->flags) & (VALUE_CODE | VALUE_LABEL | VALUE_LINKED);
		v.undefined = 0;
		return v;
	}
	if (op == ALU_AND && ((b->kind == V_CONST && !(b->off & mask_of(bytes))) ||
			      (a->kind == V_CONST && !(a->off & mask_of(bytes)))))
		return value_const(0);
	if (op == ALU_OR && b->kind == V_CONST && (b->off & mask_of(bytes)) == mask_of(bytes))
		return value_const(mask_of(bytes));
	exact = v;
	if ((bytes == x->word || on_low_address(x, a, b, bytes)) &&
	    linear(x, op, a, b, bytes, &exact)) {
		if (exact.kind == V_STACK || exact.kind == V_CONST) {
			exact.undefined = 0;
			exact.origin = 0;
			return exact;
		}
		v = exact;
	} else {
		v.kind = V_ANY;
	}
	mark(&v, op, a, b, bytes);
	if (keeps_aligned(op, a, b))
		v.flags |= VALUE_ALIGNED;
	if (op == ALU_AND && v.kind == V_ANY && b->kind == V_CONST && !(b->flags & VALUE_LINKED) &&
	    (b->off & mask_of(bytes)) < MOST_INDEX)
		v.more = (b->off & mask_of(bytes)) + 1;
	return v;
}

struct value alu_extend(const struct value *v, unsigned bytes, unsigned to, bool sign)
{
	struct value r = *v;

	if (bytes >= to)
		return r;
	if (v->kind == V_LOW && bytes == 1) {
		r = value_const(sign ? (uint64_t)(int64_t)(int8_t)v->off & mask_of(to) : v->off);
		r.flags = v->flags & (VALUE_CODE | VALUE_LINKED);
		r.undefined = v->undefined & 1 ? bytes_mask(to) : 0;
		return r;
	}
	if (v->kind == V_LOW && bytes > 1) {
		r.undefined &= bytes_mask(bytes);
		return r;
	}
	if (v->kind == V_CONST && (bytes >= 4 || !(v->flags & VALUE_LINKED))) {
		r.off &= mask_of(bytes);
		if (sign)
			r.off = (uint64_t)((int64_t)(r.off << (64 - 8 * bytes)) >>
					   (64 - 8 * bytes)) &
				mask_of(to);
	} else if (v->kind == V_TABLE && (v->id & 0x7f) == bytes) {
		r.id = (uint8_t)(bytes | (sign ? 0x80 : 0));
	} else {
		r.kind = V_ANY;
		r.sign = value_closed(v);
		if (v->kind != V_ANY || v->id >= bytes)
			r.id = 0;
		if (v->kind != V_ANY || (bytes < 4 && sign))
			r.id = 0, r.more = 0;
	}
	r.undefined &= bytes_mask(bytes);
	if (bytes == 1)
		r.flags &= (uint8_t) ~(VALUE_NARROW1 | VALUE_NARROW2);
	else if (bytes == 2)
		r.flags &= (uint8_t)~VALUE_NARROW2;
	if (sign && r.undefined >> (bytes - 1) & 1)
		r.undefined |= (uint8_t)(bytes_mask(to) & ~bytes_mask(bytes));
	if (!r.undefined)
		r.origin = ORIGIN_NONE;
	return r;
}

struct value alu_to_word(const struct machine *x, const struct value *v, unsigned bytes)
{
	if (bytes >= x->word || (bytes == 4 && x->job->low && v->kind == V_STACK))
		return *v;
	return alu_extend(v, bytes, x->word, false);
}
