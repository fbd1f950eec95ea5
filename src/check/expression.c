/* SPDX-License-Identifier: MIT */
/* DWARF expressions, as far as call frame information needs them (DWARF 5, 2.5.1: stack operations;
 * 2.6.1.1: locations). Not evaluated, but refused with their number: jumps, which no assembler
 * makes for call frame information, and operations that debuggers alone can answer. */
#include "check/expression.h"

#include <dwarf.h>

enum { DEPTH = 64 };

struct machine {
	uint64_t stack[DEPTH];
	unsigned depth;
	const struct frame *f;
	const char *why; /* static; set once something is wrong */
};

static void fail(struct machine *m, const char *why)
{
	if (!m->why)
		m->why = why;
}

static void push(struct machine *m, uint64_t v)
{
	if (m->depth == DEPTH) {
		fail(m, "its expression needs too deep a stack");
		return;
	}
	m->stack[m->depth++] = m->f->word == 4 ? (uint32_t)v : v;
}

/* The value `below` the top of the stack. */
static uint64_t peek(struct machine *m, uint64_t below)
{
	if (below >= m->depth) {
		fail(m, "its expression takes more from the stack than is there");
		return 0;
	}
	return m->stack[m->depth - 1 - below];
}

static uint64_t pop(struct machine *m)
{
	uint64_t v = peek(m, 0);

	if (m->depth)
		m->depth--;
	return v;
}

static int64_t is_signed(const struct machine *m, uint64_t v)
{
	return m->f->word == 4 ? (int32_t)v : (int64_t)v;
}

static uint64_t register_value(struct machine *m, uint64_t dwarf_number)
{
	const struct frame *f = m->f;
	int r = dwarf_number < f->numbers ? f->hardware[dwarf_number] : -1;

	if (r < 0 || !(f->regs->known >> r & 1)) {
		fail(m, "it counts on a register whose value is not known");
		return 0;
	}
	return f->regs->gpr[r];
}

static void load(struct machine *m, uint64_t bytes)
{
	uint64_t address = pop(m), v = 0;

	if (bytes == 0 || bytes > m->f->word)
		fail(m, "its expression loads a value of no register's size");
	else if (!m->why && !m->f->read(m->f->closure, address, &v, (unsigned)bytes))
		fail(m, "its expression loads from where there is no memory");
	push(m, v);
}

/* The operations on the two topmost values: `b` was the topmost. */
static bool binary(struct machine *m, uint8_t atom, uint64_t a, uint64_t b)
{
	int64_t sa = is_signed(m, a), sb = is_signed(m, b);
	uint64_t bits = m->f->word * 8;

	switch (atom) {
	case DW_OP_and:
		return push(m, a & b), true;
	case DW_OP_or:
		return push(m, a | b), true;
	case DW_OP_xor:
		return push(m, a ^ b), true;
	case DW_OP_plus:
		return push(m, a + b), true;
	case DW_OP_minus:
		return push(m, a - b), true;
	case DW_OP_mul:
		return push(m, a * b), true;
	case DW_OP_shl:
		return push(m, b < bits ? a << b : 0), true;
	case DW_OP_shr:
		return push(m, b < bits ? a >> b : 0), true;
	case DW_OP_shra:
		return push(m, (uint64_t)(sa >> (b < bits ? b : bits - 1))), true;
	case DW_OP_eq:
		return push(m, sa == sb), true;
	case DW_OP_ne:
		return push(m, sa != sb), true;
	case DW_OP_ge:
		return push(m, sa >= sb), true;
	case DW_OP_gt:
		return push(m, sa > sb), true;
	case DW_OP_le:
		return push(m, sa <= sb), true;
	case DW_OP_lt:
		return push(m, sa < sb), true;
	default:
		return false;
	}
}

/* Operations on the topmost value, and those that only push or move. */
static bool plain(struct machine *m, const Dwarf_Op *op)
{
	uint64_t v;

	switch (op->atom) {
	case DW_OP_nop:
		return true;
	case DW_OP_lit0 ... DW_OP_lit31:
		return push(m, op->atom - DW_OP_lit0), true;
	case DW_OP_addr:
	case DW_OP_const1u:
	case DW_OP_const1s:
	case DW_OP_const2u:
	case DW_OP_const2s:
	case DW_OP_const4u:
	case DW_OP_const4s:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		return push(m, op->number), true;
	case DW_OP_breg0 ... DW_OP_breg31:
		return push(m, register_value(m, op->atom - DW_OP_breg0) + op->number), true;
	case DW_OP_bregx:
		return push(m, register_value(m, op->number) + op->number2), true;
	case DW_OP_call_frame_cfa:
		if (!m->f->cfa_known)
			fail(m, "the CFA is defined by itself");
		return push(m, m->f->cfa), true;
	case DW_OP_dup:
		return push(m, peek(m, 0)), true;
	case DW_OP_over:
		return push(m, peek(m, 1)), true;
	case DW_OP_pick:
		return push(m, peek(m, op->number)), true;
	case DW_OP_drop:
		return pop(m), true;
	case DW_OP_swap:
		v = peek(m, 1);
		if (m->depth >= 2) {
			m->stack[m->depth - 2] = m->stack[m->depth - 1];
			m->stack[m->depth - 1] = v;
		}
		return true;
	case DW_OP_deref:
		return load(m, m->f->word), true;
	case DW_OP_deref_size:
		return load(m, op->number), true;
	case DW_OP_plus_uconst:
		return push(m, pop(m) + op->number), true;
	case DW_OP_neg:
		return push(m, -pop(m)), true;
	case DW_OP_not:
		return push(m, ~pop(m)), true;
	default:
		return false;
	}
}

static bool is_binary(uint8_t atom)
{
	static const uint8_t atoms[] = { DW_OP_and, DW_OP_or,  DW_OP_xor, DW_OP_plus, DW_OP_minus,
					 DW_OP_mul, DW_OP_shl, DW_OP_shr, DW_OP_shra, DW_OP_eq,
					 DW_OP_ne,  DW_OP_ge,  DW_OP_gt,  DW_OP_le,   DW_OP_lt };

	for (size_t i = 0; i < ARRAY_SIZE(atoms); i++)
		if (atoms[i] == atom)
			return true;
	return false;
}

bool expression(struct arena *a, const struct frame *f, const Dwarf_Op *ops, size_t n,
		enum location *where, uint64_t *result, const char **why)
{
	struct machine m = { .f = f };

	*where = LOC_MEMORY;
	for (size_t i = 0; i < n && !m.why; i++) {
		uint8_t atom = ops[i].atom;

		if (atom == DW_OP_stack_value && i + 1 == n) {
			*where = LOC_VALUE;
		} else if (n == 1 && atom >= DW_OP_reg0 && atom <= DW_OP_reg31) {
			push(&m, register_value(&m, atom - DW_OP_reg0));
			*where = LOC_VALUE;
		} else if (n == 1 && atom == DW_OP_regx) {
			push(&m, register_value(&m, ops[i].number));
			*where = LOC_VALUE;
		} else if (is_binary(atom)) {
			uint64_t right = pop(&m), left = pop(&m);

			binary(&m, atom, left, right);
		} else if (!plain(&m, &ops[i])) {
			*why = arena_printf(
				a, "its expression has operation 0x%02x, which is not evaluated",
				atom);
			return false;
		}
	}
	*result = pop(&m);
	*why = m.why;
	return !m.why;
}
