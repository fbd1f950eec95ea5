/* SPDX-License-Identifier: MIT */
/* What an instruction does to a state: insn.def says for which, Zydis names operands, what is done
 * with them, and flags. */
#include "prove/machine.h"

#include <string.h>

typedef void (*handler)(struct machine *, struct state *, const struct insn *);

static unsigned bytes_of(const struct insn *in, unsigned op)
{
	return in->op[op].size / 8;
}

static uint8_t low_bytes(unsigned bytes)
{
	return bytes >= 8 ? 0xff : (uint8_t)((1u << bytes) - 1);
}

/* Registers ----------------------------------------------------------------------------------- */

/* General register number and the byte at which the part begins; -1: another class. */
static int general(ZydisRegister reg, unsigned *at)
{
	ZydisRegister wide;

	*at = reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_GPR8:
	case ZYDIS_REGCLASS_GPR16:
	case ZYDIS_REGCLASS_GPR32:
	case ZYDIS_REGCLASS_GPR64:
		wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
		return ZydisRegisterGetId(wide);
	default:
		return -1;
	}
}

static int vector(ZydisRegister reg)
{
	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_XMM:
	case ZYDIS_REGCLASS_YMM:
	case ZYDIS_REGCLASS_ZMM:
		return ZydisRegisterGetId(reg);
	default:
		return -1;
	}
}

static struct value read_gpr(const struct machine *x, const struct state *s, unsigned reg,
			     unsigned at, unsigned bytes)
{
	struct value v = s->gpr[reg];

	if (!at)
		return alu_to_word(x, &v, bytes);
	if (v.kind == V_CONST && !(v.flags & VALUE_LINKED))
		v.off = v.off >> 8 & 0xff;
	else
		v = value_mix(&v, &v);
	v.undefined = v.undefined >> 1 & 1;
	v.flags &= (uint8_t)~VALUE_ALIGNED;
	v.more = 0;
	return v;
}

/* Is what is added to the stack pointer certainly not negative? */
static bool rises(const struct state *s, const struct insn *in)
{
	const ZydisDecodedOperand *o = &in->op[1];
	ZydisRegister by = ZYDIS_REGISTER_NONE;
	unsigned at;
	int reg;

	if (in->d.mnemonic == ZYDIS_MNEMONIC_ADD && o->type == ZYDIS_OPERAND_TYPE_REGISTER)
		by = o->reg.value;
	else if (in->d.mnemonic == ZYDIS_MNEMONIC_LEA)
		by = o->mem.index;
	reg = general(by, &at);
	return reg >= 0 && value_limit(&s->gpr[reg]);
}

/* The stack pointer becomes something computed from an address of the stack: an area of a size that
 * is not known. */
static bool below_sp(struct machine *x, struct state *s, const struct insn *in,
		     const struct value *v, struct value *below)
{
	const struct value old = s->gpr[GPR_SP];
	int64_t modulo = -1;

	/* One of constants alone goes up as well as down. */
	if (old.kind != V_STACK || !(v->flags & VALUE_FRAME) || !value_unknown(v) ||
	    value_closed(v) || rises(s, in))
		return false;
	if (v->flags & VALUE_ALIGNED)
		modulo = 0;
	else if (in->d.mnemonic == ZYDIS_MNEMONIC_SUB) {
		struct value by = machine_read(x, s, in, 1);

		if (value_aligned(&by))
			modulo = base_modulo(&x->bases, old.id, (int64_t)old.off, 16);
	}
	if (!base_dynamic(&x->bases, old.id, (int64_t)old.off, in->at, false, modulo, below))
		return false;
	state_retire(s, &x->bases, below->id);
	machine_use(x, s, in->at, v, x->word, "the stack pointer");
	machine_assume(x, arena_printf(x->a,
				       "the stack pointer that %s makes lies below what is kept in "
				       "the frame, by as much as is used",
				       machine_place(x, in->at)));
	return true;
}

void machine_set_sp(struct machine *x, struct state *s, const struct insn *in, struct value v)
{
	struct value below;

	if (v.kind != V_STACK && below_sp(x, s, in, &v, &below))
		v = below;
	s->gpr[GPR_SP] = v;
	if (v.kind == V_STACK)
		return;
	machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
		      "the stack pointer is not known behind it");
	x->stop = true;
}

static void remember(struct state *s, uint8_t how, uint64_t left, uint64_t right, unsigned bytes)
{
	s->compared = how;
	s->compared_bytes = (uint8_t)bytes;
	s->left = left;
	s->right = right;
}

/* What was compared with a constant was the register's value before. */
static void compared_no_more(struct state *s, unsigned reg)
{
	if (s->compared == 4 && s->left == reg)
		remember(s, 0, 0, 0, 0);
}

static void write_gpr(struct machine *x, struct state *s, const struct insn *in, unsigned reg,
		      unsigned at, unsigned bytes, struct value v)
{
	struct value old = s->gpr[reg];
	uint8_t mask = (uint8_t)(low_bytes(bytes) << at);

	/* Whatever it is made of, its upper half is not the register's own any more. */
	if (bytes == 4 && x->word == 8) {
		v = alu_to_word(x, &v, 4);
		v.from &= (uint16_t) ~(1u << reg);
	}
	if (bytes < 4 || at) {
		struct value merged = value_mix(&old, &v);

		/* Likewise a part, unless the new one is made of the register. */
		merged.from = (uint16_t)((old.from & ~(1u << reg)) | v.from);
		if (old.kind == V_CONST && v.kind == V_CONST && !(merged.flags & VALUE_LINKED)) {
			uint64_t bits = (bytes == 1 ? 0xffull : 0xffffull) << (8 * at);

			merged.kind = V_CONST;
			merged.sign = 0;
			merged.off = (old.off & ~bits) | (v.off << (8 * at) & bits);
		} else if (v.kind == V_CONST && !at && !(v.flags & VALUE_LINKED)) {
			merged.kind = V_LOW;
			merged.sign = 0;
			merged.off = v.off & 0xff;
		} else if (old.kind == V_LOW && at) {
			merged.kind = V_LOW;
			merged.sign = 0;
			merged.off = old.off;
		}
		merged.undefined =
			(uint8_t)((old.undefined & ~mask) | ((v.undefined << at) & mask));
		merged.origin = merged.undefined & mask ? v.origin : old.origin;
		v = merged;
	}
	if (x->word == 4)
		v.undefined &= 0xf;
	if (!v.undefined)
		v.origin = ORIGIN_NONE;
	compared_no_more(s, reg);
	if (reg == GPR_SP && bytes < x->word && !x->job->low) /* no address of the stack */
		v.flags &= (uint8_t)~VALUE_FRAME;
	if (reg == GPR_SP)
		machine_set_sp(x, s, in, v);
	else
		s->gpr[reg] = v;
}

/* What a register of which nothing is known holds: x87, MMX, masks, the upper vectors. */
static struct value from_elsewhere(const struct state *s)
{
	return (struct value){ .kind = V_ANY,
			       .from = s->escaped,
			       .vectored = s->elsewhere & ELSEWHERE_VECTOR,
			       .flags = s->escaped_frame ? VALUE_FRAME : 0 };
}

struct value machine_read(struct machine *x, struct state *s, const struct insn *in, unsigned op)
{
	const ZydisDecodedOperand *o = &in->op[op];
	struct value v = value_any();
	struct address m;
	unsigned at;
	int reg;

	switch (o->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		reg = general(o->reg.value, &at);
		if (reg >= 0)
			return read_gpr(x, s, (unsigned)reg, at, bytes_of(in, op));
		reg = vector(o->reg.value);
		if (reg >= 0 && reg < XMM_COUNT)
			return s->vector[reg];
		return from_elsewhere(s);
	case ZYDIS_OPERAND_TYPE_MEMORY:
		if (o->mem.type == ZYDIS_MEMOP_TYPE_AGEN) {
			m = machine_address(x, s, in, op);
			return m.v;
		}
		if (o->mem.type != ZYDIS_MEMOP_TYPE_MEM)
			return value_anything(); /* from wherever a vector of indices leads */
		m = machine_address(x, s, in, op);
		return machine_load(x, s, in, &m, bytes_of(in, op));
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		if (in->unknown)
			return v;
		v = value_const(o->imm.value.u);
		if (x->word == 4)
			v.off &= 0xffffffff;
		if (image_section_at(x->m, v.off))
			v.flags |= VALUE_CODE;
		if (in->linked_imm)
			v.flags |= VALUE_LINKED;
		return v;
	default:
		return v;
	}
}

/* Instructions that are not of SSE clear what is above their result: SDM, volume 1, 14.1.1. */
static void write_vector(struct state *s, const struct insn *in, unsigned reg, unsigned bits,
			 const struct value *v)
{
	if (reg >= XMM_COUNT) {
		s->wide |= (uint16_t)(1u << (reg - XMM_COUNT));
		state_escape(s, v);
		return;
	}
	s->vector[reg] = *v;
	if (in->d.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY)
		s->upper[reg] = bits <= 128 ? UPPER_CHANGED : UPPER_UNKNOWN;
}

void machine_write(struct machine *x, struct state *s, const struct insn *in, unsigned op,
		   struct value v)
{
	const ZydisDecodedOperand *o = &in->op[op];
	struct address m;
	unsigned at;
	int reg;

	v.flags |= machine_is_label(x, &v) ? VALUE_LABEL : 0;
	if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && o->mem.type != ZYDIS_MEMOP_TYPE_AGEN) {
		m = machine_address(x, s, in, op);
		machine_store(x, s, in, &m, bytes_of(in, op), &v);
		return;
	}
	if (o->type != ZYDIS_OPERAND_TYPE_REGISTER)
		return;
	reg = general(o->reg.value, &at);
	if (reg >= 0) {
		write_gpr(x, s, in, (unsigned)reg, at, bytes_of(in, op), v);
		return;
	}
	reg = vector(o->reg.value);
	if (reg >= 0)
		write_vector(s, in, (unsigned)reg, o->size, &v);
}

/* Flags --------------------------------------------------------------------------------------- */

static uint8_t status(ZydisAccessedFlagsMask m)
{
	return (uint8_t)((m & ZYDIS_CPUFLAG_CF ? F_CF : 0) | (m & ZYDIS_CPUFLAG_PF ? F_PF : 0) |
			 (m & ZYDIS_CPUFLAG_AF ? F_AF : 0) | (m & ZYDIS_CPUFLAG_ZF ? F_ZF : 0) |
			 (m & ZYDIS_CPUFLAG_SF ? F_SF : 0) | (m & ZYDIS_CPUFLAG_OF ? F_OF : 0));
}

static uint8_t flags_read(const struct insn *in)
{
	return in->d.cpu_flags ? status(in->d.cpu_flags->tested) : 0;
}

/* The flags that the instruction sets come from `v`. */
static void set_flags(struct state *s, const struct insn *in, const struct value *v, unsigned bytes)
{
	const ZydisAccessedFlags *f = in->d.cpu_flags;
	uint8_t set = f ? status(f->modified | f->set_0 | f->set_1 | f->undefined) : 0;

	if (!set)
		return;
	s->flags_kept = false;
	s->compared = 0;
	s->left = s->right = 0;
	s->compared_bytes = 0;
	if (v->undefined & low_bytes(bytes)) {
		s->flags_undefined |= set;
		s->flags_origin = v->origin;
		s->flags_blurred = v->flags & VALUE_BLURRED;
	} else {
		s->flags_undefined &= (uint8_t)~set;
	}
	if (!s->flags_undefined)
		s->flags_origin = s->flags_blurred = 0;
}

/* As set_flags, unless what counts, of which the bits of `mask' count, is 0: then flags stay as
 * they were. SDM, volume 2, "SAL/SAR/SHL/SHR", "REP". */
static void set_flags_unless(struct state *s, const struct insn *in, const struct value *count,
			     uint64_t mask, struct value v, unsigned bytes)
{
	if ((count->kind != V_CONST || !(count->off & mask)) && s->flags_undefined &&
	    !(v.undefined & low_bytes(bytes))) {
		v.undefined = 0xff;
		v.origin = s->flags_origin;
		v.flags |= VALUE_BLURRED;
	}
	set_flags(s, in, &v, bytes);
}

/* A value that depends on flags. */
static struct value of_flags(struct state *s, const struct insn *in)
{
	struct value v = value_any();

	if (s->flags_kept && flags_read(in))
		s->elsewhere |= ELSEWHERE_FLAGS;

	if (s->flags_undefined & flags_read(in)) {
		v.undefined = 0xff;
		v.origin = s->flags_origin;
		v.flags = s->flags_blurred ? VALUE_BLURRED : 0;
	}
	return v;
}

/* Nothing is known of the status flags. */
static void set_flags_lost(struct state *s)
{
	s->flags_kept = s->flags_blurred = false;
	s->flags_undefined = F_ALL;
	s->flags_origin = ORIGIN_CALLEE;
	remember(s, 0, 0, 0, 0);
}

static void not_modelled(struct machine *x, const struct insn *in)
{
	machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL, "what it does is not modelled");
	x->stop = true;
}

/* Moves --------------------------------------------------------------------------------------- */

static void do_nothing(struct machine *x, struct state *s, const struct insn *in)
{
	(void)x;
	(void)s;
	(void)in;
}

static void do_mov(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_read(x, s, in, 1);

	if (in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER) {
		ZydisRegisterClass c = ZydisRegisterGetClass(in->op[0].reg.value);

		if (c == ZYDIS_REGCLASS_SEGMENT || c == ZYDIS_REGCLASS_CONTROL ||
		    c == ZYDIS_REGCLASS_DEBUG) {
			machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
				      "it writes a system register");
			x->stop = true;
			return;
		}
	}
	machine_write(x, s, in, 0, v);
}

static void do_movzx(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_read(x, s, in, 1);

	v = alu_extend(&v, bytes_of(in, 1), bytes_of(in, 0), false);
	machine_write(x, s, in, 0, v);
}

static void do_movsx(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_read(x, s, in, 1);

	v = alu_extend(&v, bytes_of(in, 1), bytes_of(in, 0), true);
	machine_write(x, s, in, 0, v);
}

/* CBW, CWDE, CDQE: ax of itself. */
static void do_widen(struct machine *x, struct state *s, const struct insn *in)
{
	unsigned to = in->d.operand_width / 8;
	struct value v = read_gpr(x, s, GPR_AX, 0, to / 2);

	v = alu_extend(&v, to / 2, to, true);
	write_gpr(x, s, in, GPR_AX, 0, to, v);
}

static void do_lea(struct machine *x, struct state *s, const struct insn *in)
{
	struct address m = machine_address(x, s, in, 1);

	machine_write(x, s, in, 0, alu_to_word(x, &m.v, bytes_of(in, 0)));
}

static void do_xchg(struct machine *x, struct state *s, const struct insn *in)
{
	struct value a = machine_read(x, s, in, 0), b = machine_read(x, s, in, 1);

	if (in->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY) {
		machine_write(x, s, in, 0, b);
		machine_write(x, s, in, 1, a);
	} else {
		machine_write(x, s, in, 1, a);
		machine_write(x, s, in, 0, b);
	}
}

static void do_cmov(struct machine *x, struct state *s, const struct insn *in)
{
	struct value a = machine_read(x, s, in, 0), b = machine_read(x, s, in, 1);
	struct value f = of_flags(s, in), v = value_join(&a, &b);

	if (f.undefined && v.kind == V_ANY) {
		v.undefined |= f.undefined;
		v.origin = f.origin;
		v.flags |= f.flags;
	}
	machine_write(x, s, in, 0, v);
}

/* The stack ----------------------------------------------------------------------------------- */

static struct address at_sp(struct state *s)
{
	return (struct address){ .v = s->gpr[GPR_SP] };
}

void machine_push(struct machine *x, struct state *s, const struct insn *in, unsigned bytes,
		  struct value v)
{
	struct value by = value_const(bytes);
	struct address m;

	s->gpr[GPR_SP] = alu(x, ALU_SUB, &s->gpr[GPR_SP], &by, x->word);
	m = at_sp(s);
	machine_store(x, s, in, &m, bytes, &v);
}

struct value machine_pop(struct machine *x, struct state *s, const struct insn *in, unsigned bytes)
{
	struct value by = value_const(bytes), v;
	struct address m = at_sp(s);

	v = machine_load(x, s, in, &m, bytes);
	s->gpr[GPR_SP] = alu(x, ALU_ADD, &s->gpr[GPR_SP], &by, x->word);
	return v;
}

static unsigned stack_bytes(const struct machine *x, const struct insn *in)
{
	return in->d.operand_width == 16 ? 2 : x->word;
}

static void do_push(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_read(x, s, in, 0);

	machine_push(x, s, in, stack_bytes(x, in), v);
}

static void do_pop(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_pop(x, s, in, stack_bytes(x, in));

	if (in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    ZydisRegisterGetClass(in->op[0].reg.value) == ZYDIS_REGCLASS_SEGMENT) {
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
			      "it writes a segment register");
		x->stop = true;
		return;
	}
	machine_write(x, s, in, 0, v);
}

/* EAX, ECX, EDX, EBX, the stack pointer before, EBP, ESI, EDI. */
static void do_pusha(struct machine *x, struct state *s, const struct insn *in)
{
	struct value sp = s->gpr[GPR_SP];
	unsigned bytes = stack_bytes(x, in);

	for (unsigned i = GPR_AX; i <= GPR_DI; i++)
		machine_push(x, s, in, bytes, i == GPR_SP ? sp : read_gpr(x, s, i, 0, bytes));
}

static void do_popa(struct machine *x, struct state *s, const struct insn *in)
{
	unsigned bytes = stack_bytes(x, in);

	for (unsigned i = GPR_DI + 1; i-- > GPR_AX;) {
		struct value v = machine_pop(x, s, in, bytes);

		if (i != GPR_SP)
			write_gpr(x, s, in, i, 0, bytes, v);
	}
}

static void do_pushf(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = value_any();

	s->elsewhere |= s->flags_kept ? ELSEWHERE_FLAGS : 0;
	if (s->df == CLEAR) {
		v.kind = V_FLAGS;
		v.off = s->flags_kept;
	}
	machine_push(x, s, in, stack_bytes(x, in), v);
}

static void do_popf(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_pop(x, s, in, stack_bytes(x, in));

	s->compared = 0;
	s->left = s->right = 0;
	s->compared_bytes = 0;
	s->flags_blurred = 0;
	if (v.kind == V_FLAGS) {
		s->flags_kept = v.off;
		s->flags_undefined = v.off ? F_ALL : 0;
		s->flags_origin = v.off ? ORIGIN_FLAGS : ORIGIN_NONE;
		s->df = CLEAR;
		return;
	}
	s->flags_kept = false;
	s->flags_undefined = 0;
	s->flags_origin = 0;
	s->df = v.kind != V_CONST || v.flags & VALUE_LINKED ? UNSURE
		: v.off >> 10 & 1                           ? SET
							    : CLEAR;
}

static void do_leave(struct machine *x, struct state *s, const struct insn *in)
{
	if (in->d.operand_width == 16) {
		not_modelled(x, in);
		return;
	}
	compared_no_more(s, GPR_BP);
	machine_set_sp(x, s, in, s->gpr[GPR_BP]);
	if (!x->stop)
		s->gpr[GPR_BP] = machine_pop(x, s, in, x->word);
}

/* Arithmetic ---------------------------------------------------------------------------------- */

static bool same_register(const struct insn *in)
{
	return in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       in->op[1].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       in->op[0].reg.value == in->op[1].reg.value;
}

static enum alu alu_of(ZydisMnemonic m)
{
	switch (m) {
	case ZYDIS_MNEMONIC_ADD:
		return ALU_ADD;
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_TEST:
		return ALU_AND;
	case ZYDIS_MNEMONIC_OR:
		return ALU_OR;
	case ZYDIS_MNEMONIC_XOR:
		return ALU_XOR;
	case ZYDIS_MNEMONIC_SHL:
		return ALU_SHL;
	case ZYDIS_MNEMONIC_SHR:
		return ALU_SHR;
	case ZYDIS_MNEMONIC_SAR:
		return ALU_SAR;
	default:
		return ALU_SUB;
	}
}

/* A shift by 0, of as many bits as count? */
static bool shifts_nothing(const struct insn *in, const struct value *by, unsigned bytes)
{
	return alu_of(in->d.mnemonic) >= ALU_SHL &&
	       (by->kind != V_CONST || !(by->off & (bytes == 8 ? 63 : 31)));
}

/* How flags remember it: 1 a comparison, 2 a result compared with 0, 3 a result of which no more is
 * known than what it is. */
static void compared(struct state *s, const struct insn *in, const struct value *a,
		     const struct value *b, const struct value *r, unsigned bytes)
{
	bool subtracts =
		in->d.mnemonic == ZYDIS_MNEMONIC_SUB || in->d.mnemonic == ZYDIS_MNEMONIC_CMP;

	/* Where things will be decides: which is less, whether a weak one is there. */
	if ((a->flags | b->flags) & VALUE_LINKED)
		return;
	if (subtracts && a->kind == V_CONST && b->kind == V_CONST)
		remember(s, 1, a->off, b->off, bytes);
	else if (subtracts && a->kind == V_STACK && b->kind == V_STACK && a->id == b->id)
		/* Addresses of the stack compare as their distances do. */
		remember(s, 1, (1u << 30) + a->off, (1u << 30) + b->off, bytes);
	else if (r->kind == V_CONST &&
		 (in->d.mnemonic == ZYDIS_MNEMONIC_TEST || in->d.mnemonic == ZYDIS_MNEMONIC_AND ||
		  in->d.mnemonic == ZYDIS_MNEMONIC_OR || in->d.mnemonic == ZYDIS_MNEMONIC_XOR))
		remember(s, 2, r->off, 0, bytes);
	else if (r->kind == V_CONST && !shifts_nothing(in, b, bytes))
		remember(s, 3, r->off, 0, bytes);
}

static void do_alu(struct machine *x, struct state *s, const struct insn *in)
{
	enum alu op = alu_of(in->d.mnemonic);
	struct value a = machine_read(x, s, in, 0), b = machine_read(x, s, in, 1), r, f;
	unsigned bytes = bytes_of(in, 0);

	if (same_register(in) && (op == ALU_XOR || op == ALU_SUB))
		a = b = r = value_const(0);
	else
		r = alu(x, op, &a, &b, bytes);
	f = value_mix(&r, &a); /* the carry is what was shifted out */
	if (op >= ALU_SHL)
		set_flags_unless(s, in, &b, bytes == 8 ? 63 : 31, f, bytes);
	else
		set_flags(s, in, &r, bytes);
	compared(s, in, &a, &b, &r, bytes);
	machine_write(x, s, in, 0, r);
}

static void do_compare(struct machine *x, struct state *s, const struct insn *in)
{
	enum alu op = alu_of(in->d.mnemonic);
	struct value a = machine_read(x, s, in, 0), b = machine_read(x, s, in, 1), r;
	unsigned bytes = bytes_of(in, 0), at;

	if (op == ALU_SUB && same_register(in))
		a = b = value_const(0);
	r = alu(x, op, &a, &b, bytes);
	set_flags(s, in, &r, bytes);
	compared(s, in, &a, &b, &r, bytes);
	if (!s->compared && op == ALU_SUB && b.kind == V_CONST && !(b.flags & VALUE_LINKED) &&
	    in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER) {
		int reg = general(in->op[0].reg.value, &at);

		if (!at)
			remember(s, 4, (uint64_t)reg, alu_extend(&b, bytes, 8, false).off, bytes);
	}
}

static void do_step(struct machine *x, struct state *s, const struct insn *in)
{
	struct value a = machine_read(x, s, in, 0), one = value_const(1), r;

	r = alu(x, in->d.mnemonic == ZYDIS_MNEMONIC_INC ? ALU_ADD : ALU_SUB, &a, &one,
		bytes_of(in, 0));
	set_flags(s, in, &r, bytes_of(in, 0));
	if (r.kind == V_CONST && !(r.flags & VALUE_LINKED))
		remember(s, 3, r.off, 0, bytes_of(in, 0));
	machine_write(x, s, in, 0, r);
}

static void do_neg(struct machine *x, struct state *s, const struct insn *in)
{
	struct value a = machine_read(x, s, in, 0), zero = value_const(0), r;

	r = alu(x, ALU_SUB, &zero, &a, bytes_of(in, 0));
	set_flags(s, in, &r, bytes_of(in, 0));
	machine_write(x, s, in, 0, r);
}

static void do_not(struct machine *x, struct state *s, const struct insn *in)
{
	struct value a = machine_read(x, s, in, 0);
	struct value ones = value_const(x->word == 4 ? 0xffffffff : ~0ull);

	machine_write(x, s, in, 0, alu(x, ALU_XOR, &a, &ones, bytes_of(in, 0)));
}

/* Of a register and itself: the carry, spread. */
static void do_sbb(struct machine *x, struct state *s, const struct insn *in)
{
	struct value a = machine_read(x, s, in, 0), b = machine_read(x, s, in, 1);
	struct value f = of_flags(s, in), r = alu(x, ALU_SUB, &a, &b, bytes_of(in, 0));

	if (same_register(in))
		r = value_any();
	r = value_mix(&r, &f);
	set_flags(s, in, &r, bytes_of(in, 0));
	machine_write(x, s, in, 0, r);
}

static void do_df(struct machine *x, struct state *s, const struct insn *in)
{
	(void)x;
	s->df = in->d.mnemonic == ZYDIS_MNEMONIC_STD ? SET : CLEAR;
}

/* Strings ------------------------------------------------------------------------------------- */

static void advance(struct machine *x, struct state *s, unsigned reg, const struct value *count,
		    unsigned bytes)
{
	struct value *v = &s->gpr[reg], by = value_const(count->off * bytes);

	compared_no_more(s, reg);
	if (count->kind == V_CONST && s->df != UNSURE) {
		*v = alu(x, s->df == SET ? ALU_SUB : ALU_ADD, v, &by, x->word);
	} else {
		*v = value_mix(v, count);
		value_blur(v, x->word);
	}
}

/* Write `count` elements from di on. */
static void string_store(struct machine *x, struct state *s, const struct insn *in,
			 const struct value *count, unsigned bytes, const struct value *v)
{
	struct address to = { .v = s->gpr[GPR_DI] };
	uint64_t n = count->off;

	if (count->kind == V_CONST && !n)
		return;
	if (count->kind == V_CONST && s->df != UNSURE && n < 1u << 28) {
		if (s->df == SET) {
			struct value by = value_const((n - 1) * bytes);

			to.v = alu(x, ALU_SUB, &to.v, &by, x->word);
		}
		machine_store(x, s, in, &to, (uint32_t)(n * bytes), v);
		return;
	}
	to.v = value_mix(&to.v, count);
	machine_store(x, s, in, &to, bytes, v);
}

/* LODS, so many times: perhaps not at all. */
static void load_ax(struct machine *x, struct state *s, const struct insn *in,
		    const struct value *times, unsigned bytes, struct value v)
{
	struct value old = s->gpr[GPR_AX];

	if (times) {
		v = value_mix(&v, times);
		value_blur(&v, bytes);
	}
	write_gpr(x, s, in, GPR_AX, 0, bytes, v);
	if (times && (times->kind != V_CONST || !times->off))
		s->gpr[GPR_AX] = value_join(&old, &s->gpr[GPR_AX]);
}

static void do_string(struct machine *x, struct state *s, const struct insn *in)
{
	unsigned bytes = bytes_of(in, 0);
	bool repeated = in->d.attributes &
			(ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
	struct value count = repeated ? s->gpr[GPR_CX] : value_const(1), v = value_any(), times;
	const char *name = ZydisMnemonicGetString(in->d.mnemonic);
	bool moves = name[0] == 'm', stores = name[1] == 't', loads = name[0] == 'l';
	bool scans = name[1] == 'c', compares = name[0] == 'c';
	struct address from = { .v = s->gpr[GPR_SI],
				.foreign = in->d.attributes & (ZYDIS_ATTRIB_HAS_SEGMENT_FS |
							       ZYDIS_ATTRIB_HAS_SEGMENT_GS) };

	if (count.flags & VALUE_LINKED)
		count = value_mix(&count, &count);
	times = count;
	compared_no_more(s, repeated ? GPR_CX : GPR_COUNT);
	if (in->d.address_width < 8 * x->word) {
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
			      "a string instruction with narrow addresses is not modelled");
		x->stop = true;
		return;
	}
	if (compares || scans) {
		struct value ax = scans ? read_gpr(x, s, GPR_AX, 0, bytes) : value_any();

		/* Where it stops depends on what it compares. */
		v = value_mix(&ax, &ax);
		if (repeated) {
			count = value_mix(&count, &ax);
			value_blur(&count, x->word);
			v = count;
		}
		v.kind = V_ANY;
	}
	if (moves || loads || compares) {
		if (!repeated && !compares)
			v = machine_load(x, s, in, &from, bytes);
		else
			machine_use(x, s, in->at, &from.v, x->word, "an address");
	}
	if (repeated && !compares && !scans) {
		v = value_any();
		/* Addresses of the frame may be among it. */
		v.flags = from.v.flags & VALUE_FRAME;
		v.from = s->escaped | (v.flags ? 0xffff : 0);
	}
	if (stores)
		v = read_gpr(x, s, GPR_AX, 0, bytes);
	if (repeated && v.kind != V_CONST)
		v = value_mix(&v, &v);
	if (stores && repeated && (v.kind != V_CONST || count.kind != V_CONST || count.off != 1))
		v = value_mix(&v, &v);
	if (moves || stores)
		string_store(x, s, in, &count, bytes, &v);
	if (moves || loads || compares)
		advance(x, s, GPR_SI, &count, bytes);
	if (scans || compares)
		machine_use(x, s, in->at, &s->gpr[GPR_DI], x->word, "an address");
	if (!loads)
		advance(x, s, GPR_DI, &count, bytes);
	if (loads)
		load_ax(x, s, in, repeated ? &times : NULL, bytes, v);
	if (repeated)
		s->gpr[GPR_CX] = scans || compares ? count : value_const(0);
	set_flags_unless(s, in, &times, ~0ull, v, bytes);
}

/* System calls -------------------------------------------------------------------------------- */

/* Numbers of Linux, asm/unistd_64.h. */
enum system_call {
	RT_SIGRETURN = 15,
	CLONE = 56,
	VFORK = 58,
	EXIT = 60,
	EXIT_GROUP = 231,
	CLONE3 = 435
};

/* What comes back, and how often. False: nothing is behind it. */
static bool comes_back(struct machine *x, const struct state *s, const struct insn *in)
{
	struct value number = alu_extend(&s->gpr[GPR_AX], 4, 8, false);

	switch (number.kind == V_CONST ? number.off : 0) {
	case CLONE:
	case VFORK:
	case CLONE3:
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
			      "what it calls returns twice");
		return false;
	case RT_SIGRETURN:
	case EXIT:
	case EXIT_GROUP:
		machine_assume(x, arena_printf(x->a, "the system call at %s does not return",
					       machine_place(x, in->at)));
		return false;
	default:
		return true;
	}
}

/* x86-64 psABI A.2.1: the kernel destroys rcx and r11, the result is in rax. What the arguments
 * point to it may write. RFLAGS go to r11 and come back from it (SDM, volume 2, SYSCALL, SYSRET),
 * but nobody promises more of them than DF. */
static void do_syscall(struct machine *x, struct state *s, const struct insn *in)
{
	static const uint8_t arguments[] = { GPR_DI, GPR_SI, GPR_DX, GPR_R10, GPR_R8, GPR_R9 };
	struct value lost = { .kind = V_ANY, .undefined = 0xff, .origin = ORIGIN_CALLEE };

	if (x->word != 8) {
		not_modelled(x, in);
		return;
	}
	if (!comes_back(x, s, in)) {
		x->stop = true;
		return;
	}
	machine_assume(x, "a system call comes back once, and changes rax, rcx, r11 and what it "
			  "is told to");
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
		struct value *v = &s->gpr[arguments[i]];

		x->through |= v->from;
		state_escape(s, v);
		machine_give_slot(x, s, v, true);
	}
	if (s->escaped_frame)
		state_forget_objects(s);
	set_flags_lost(s);
	compared_no_more(s, GPR_AX);
	s->gpr[GPR_AX] = value_any();
	s->gpr[GPR_CX] = s->gpr[GPR_R11] = lost;
}

/* x87, MMX, control words --------------------------------------------------------------------- */

static void do_emms(struct machine *x, struct state *s, const struct insn *in)
{
	(void)x;
	(void)in;
	s->mmx = CLEAR;
	s->x87 = 0;
}

static void do_ldmxcsr(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_read(x, s, in, 0);

	s->mxcsr = v.kind == V_MXCSR ? CLEAR : v.kind == V_CONST ? SET : UNSURE;
}

static void do_stmxcsr(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = value_any();

	if (s->mxcsr == CLEAR)
		v.kind = V_MXCSR;
	machine_write(x, s, in, 0, v);
}

static void do_fldcw(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = machine_read(x, s, in, 0);

	s->cw = v.kind == V_CW ? CLEAR : v.kind == V_CONST ? SET : UNSURE;
}

static void do_fnstcw(struct machine *x, struct state *s, const struct insn *in)
{
	struct value v = value_any();

	if (s->cw == CLEAR)
		v.kind = V_CW;
	machine_write(x, s, in, 0, v);
}

/* Vectors ------------------------------------------------------------------------------------- */

static void do_plain(struct machine *x, struct state *s, const struct insn *in);

static bool unmasked(const struct insn *in)
{
	return in->d.avx.mask.reg == ZYDIS_REGISTER_NONE || in->d.avx.mask.reg == ZYDIS_REGISTER_K0;
}

/* What is above the lower 16 bytes of a vector in a register, as far as it is followed. */
static struct value upper_half(const struct state *s, unsigned reg)
{
	uint8_t upper = reg < XMM_COUNT ? s->upper[reg] : UPPER_UNKNOWN;
	struct value v = value_any();

	if (upper != UPPER_CHANGED && upper != UPPER_UNKNOWN) {
		v.kind = V_VECTOR;
		v.id = (uint8_t)(VECTOR_UPPER + upper - 1);
	}
	return v;
}

static void load_vector(struct machine *x, struct state *s, const struct insn *in, unsigned op)
{
	unsigned bytes = bytes_of(in, op);
	struct address m = machine_address(x, s, in, op);
	struct value v = machine_load(x, s, in, &m, 16), upper = value_any();
	int reg = vector(in->op[0].reg.value);

	if (bytes > 16 && m.v.kind == V_STACK) {
		struct value by = value_const(16);

		m.v = alu(x, ALU_ADD, &m.v, &by, x->word);
		upper = machine_load(x, s, in, &m, bytes == 32 ? 16 : bytes - 16);
		v.flags |= upper.flags & VALUE_FRAME;
		v.from |= upper.from;
	}
	machine_write(x, s, in, 0, v);
	if (bytes == 32 && reg < XMM_COUNT && upper.kind == V_VECTOR && upper.id >= VECTOR_UPPER)
		s->upper[reg] = (uint8_t)(upper.id - VECTOR_UPPER + 1);
}

static void store_vector(struct machine *x, struct state *s, const struct insn *in, unsigned op)
{
	unsigned bytes = bytes_of(in, op);
	struct value v = machine_read(x, s, in, op), by = value_const(16), upper;
	struct address m = machine_address(x, s, in, 0);

	machine_store(x, s, in, &m, 16, &v);
	if (bytes == 16 || x->stop)
		return;
	upper = upper_half(s, (unsigned)vector(in->op[op].reg.value));
	upper.flags = v.flags & VALUE_FRAME;
	upper.from = v.from;
	upper.vectored = v.vectored;
	m.v = alu(x, ALU_ADD, &m.v, &by, x->word);
	machine_store(x, s, in, &m, 16, &upper);
	if (bytes == 32 || x->stop)
		return;
	upper.kind = V_ANY;
	upper.id = 0;
	m.v = alu(x, ALU_ADD, &m.v, &by, x->word);
	machine_store(x, s, in, &m, bytes - 32, &upper);
}

/* A whole vector moves: 32 bytes keep their value, what is above is not followed. */
static void do_vector(struct machine *x, struct state *s, const struct insn *in)
{
	unsigned bytes = bytes_of(in, 0);
	/* A mask that selects all may be an operand of its own. */
	unsigned op = in->d.encoding == ZYDIS_INSTRUCTION_ENCODING_EVEX ? 2 : 1;

	if (in->d.operand_count_visible != op + 1 || !unmasked(in) || bytes < 16 ||
	    bytes != bytes_of(in, op)) {
		do_plain(x, s, in);
	} else if (in->op[op].type == ZYDIS_OPERAND_TYPE_MEMORY) {
		load_vector(x, s, in, op);
	} else if (in->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY) {
		store_vector(x, s, in, op);
	} else {
		int to = vector(in->op[0].reg.value), from = vector(in->op[op].reg.value);
		uint8_t upper = from < XMM_COUNT ? s->upper[from] : UPPER_UNKNOWN;

		machine_write(x, s, in, 0, machine_read(x, s, in, op));
		if (bytes == 32 && to < XMM_COUNT)
			s->upper[to] = upper;
	}
}

static void do_vzeroall(struct machine *x, struct state *s, const struct insn *in)
{
	(void)x;
	(void)in;
	for (unsigned i = 0; i < XMM_COUNT; i++)
		s->vector[i] = value_any();
	memset(s->upper, UPPER_CHANGED, sizeof(s->upper));
}

static void do_vzeroupper(struct machine *x, struct state *s, const struct insn *in)
{
	(void)x;
	(void)in;
	memset(s->upper, UPPER_CHANGED, sizeof(s->upper));
}

static void do_movsd(struct machine *x, struct state *s, const struct insn *in)
{
	(in->d.meta.category == ZYDIS_CATEGORY_STRINGOP ? do_string : do_plain)(x, s, in);
}

static void do_cmpsd(struct machine *x, struct state *s, const struct insn *in)
{
	do_movsd(x, s, in);
}

/* Everything else ----------------------------------------------------------------------------- */

/* Is the result the same whatever its sources hold? */
static bool ignores_sources(const struct insn *in)
{
	unsigned n = in->d.operand_count_visible;
	const ZydisDecodedOperand *o;

	if (n < 2 || !unmasked(in))
		return false;
	o = in->op + n - 1;
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_VPTERNLOGD: /* a table of eight bits: all or none */
	case ZYDIS_MNEMONIC_VPTERNLOGQ:
		return o->imm.value.u == 0 || o->imm.value.u == 0xff;
	case ZYDIS_MNEMONIC_VCMPPS: /* true, false */
	case ZYDIS_MNEMONIC_VCMPPD:
		return (o->imm.value.u & 11) == 11;
	case ZYDIS_MNEMONIC_IMUL:
		return o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && !o->imm.value.u;
#define SAME(mnemonic) case ZYDIS_MNEMONIC_##mnemonic:
#include "prove/insn.def"
		return o->type == ZYDIS_OPERAND_TYPE_REGISTER &&
		       o[-1].type == ZYDIS_OPERAND_TYPE_REGISTER && o->reg.value == o[-1].reg.value;
	default:
		return false;
	}
}

/* Does it set a vector register to less than 16 bytes and zeroes? SDM, volume 2, MOVD, MOVSS. */
static bool clears_rest(const struct insn *in)
{
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_MOVD:
	case ZYDIS_MNEMONIC_MOVQ:
	case ZYDIS_MNEMONIC_VMOVD:
	case ZYDIS_MNEMONIC_VMOVQ:
		return true;
	case ZYDIS_MNEMONIC_MOVSS:
	case ZYDIS_MNEMONIC_MOVSD:
	case ZYDIS_MNEMONIC_VMOVSS:
	case ZYDIS_MNEMONIC_VMOVSD:
		return in->op[1].type == ZYDIS_OPERAND_TYPE_MEMORY;
	default:
		return false;
	}
}

static bool reads(const ZydisDecodedOperand *o)
{
	return o->actions & ZYDIS_OPERAND_ACTION_MASK_READ;
}

static bool writes(const ZydisDecodedOperand *o)
{
	return o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
}

static bool is_flags(ZydisRegister reg)
{
	return ZydisRegisterGetClass(reg) == ZYDIS_REGCLASS_FLAGS;
}

/* What went into the results: all of it, or nothing, is undefined. */
static struct value sources(struct machine *x, struct state *s, const struct insn *in)
{
	struct value r = of_flags(s, in);
	bool blurred = false, quiet = ignores_sources(in), any = false, all = true;
	bool closed = !flags_read(in);

	for (unsigned i = 0; i < in->d.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];
		bool general_one;
		struct value v;
		unsigned at;

		if (!reads(o) || o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
			continue;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && o->mem.type == ZYDIS_MEMOP_TYPE_AGEN)
			continue;
		v = machine_read(x, s, in, i);
		general_one =
			o->type == ZYDIS_OPERAND_TYPE_REGISTER && general(o->reg.value, &at) >= 0;
		if (o->type == ZYDIS_OPERAND_TYPE_REGISTER && !general_one &&
		    vector(o->reg.value) < 0) {
			closed = closed && is_flags(o->reg.value);
			if (!is_flags(o->reg.value))
				r = value_mix(&r, &v);
			continue;
		}
		closed = closed && value_closed(&v);
		if (general_one || bytes_of(in, i) <= 8) {
			uint8_t whole = low_bytes(bytes_of(in, i));

			v.undefined &= whole;
			blurred = blurred || (v.undefined && v.undefined != whole);
		}
		any = true;
		all = all && v.undefined;
		r = value_mix(&r, &v);
	}
	r.kind = V_ANY;
	r.sign = closed && any;
	r.flags &= (uint8_t)~VALUE_ALIGNED;
	if (quiet)
		return value_any();
	/* Vectors are not followed lane by lane: only what is all garbage is garbage. */
	if (in->d.meta.isa_set != ZYDIS_ISA_SET_INVALID && any && !all && r.undefined)
		blurred = true;
	if (r.undefined)
		r.undefined = 0xff;
	if (blurred)
		r.flags |= VALUE_BLURRED;
	return r;
}

static bool system_register(ZydisRegister reg)
{
	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_SEGMENT:
	case ZYDIS_REGCLASS_CONTROL:
	case ZYDIS_REGCLASS_DEBUG:
	case ZYDIS_REGCLASS_TEST:
	case ZYDIS_REGCLASS_TABLE:
		return true;
	default:
		return reg == ZYDIS_REGISTER_PKRU || reg == ZYDIS_REGISTER_XCR0;
	}
}

/* Does a mask decide which bytes are written? */
static bool masked_store(const struct insn *in)
{
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_VMASKMOVPS:
	case ZYDIS_MNEMONIC_VMASKMOVPD:
	case ZYDIS_MNEMONIC_VPMASKMOVD:
	case ZYDIS_MNEMONIC_VPMASKMOVQ:
		return true;
	default:
		return !unmasked(in);
	}
}

static void write_result(struct machine *x, struct state *s, const struct insn *in, unsigned op,
			 struct value r)
{
	const ZydisDecodedOperand *o = &in->op[op];
	bool scan = in->d.mnemonic == ZYDIS_MNEMONIC_BSF || in->d.mnemonic == ZYDIS_MNEMONIC_BSR;
	bool perhaps = o->actions & ZYDIS_OPERAND_ACTION_CONDWRITE || scan;
	unsigned at;

	if (o->type == ZYDIS_OPERAND_TYPE_REGISTER && system_register(o->reg.value)) {
		machine_issue(x, CHECK_COUNT, 0, false, in->at, NULL,
			      "it writes a system register");
		x->stop = true;
		return;
	}
	if (o->type == ZYDIS_OPERAND_TYPE_REGISTER && vector(o->reg.value) >= 0) {
		int n = vector(o->reg.value);

		if (r.flags & VALUE_BLURRED)
			r.undefined = 0;
		if (n < XMM_COUNT && perhaps)
			r = value_join(&s->vector[n], &r);
		if (clears_rest(in) && !r.sign)
			r.sign = -1;
	} else if (o->type == ZYDIS_OPERAND_TYPE_REGISTER && general(o->reg.value, &at) >= 0) {
		unsigned reg = (unsigned)general(o->reg.value, &at);
		struct value old = s->gpr[reg];

		machine_write(x, s, in, op, r);
		/* When there is no bit it is left alone, which is no way to get a result. */
		if (scan && old.undefined) {
			machine_assume(x, arena_printf(x->a, "there is a bit for %s to find",
						       machine_place(x, in->at)));
			old.undefined = 0;
		}
		/* When it is not written its upper half stays, too. */
		if (perhaps && reg != GPR_SP)
			s->gpr[reg] = value_join(&old, &s->gpr[reg]);
		return;
	} else if (o->type == ZYDIS_OPERAND_TYPE_REGISTER) {
		state_escape(s, &r); /* x87, MMX, masks: nothing is known of them */
		return;
	} else if (masked_store(in)) {
		struct address m = machine_address(x, s, in, op);

		m.perhaps = true;
		machine_store(x, s, in, &m, bytes_of(in, op), &r);
		return;
	}
	machine_write(x, s, in, op, r);
}

/* SDM, volume 2: all that have such an operand, and CVTPI2PS from memory, too, of which processors
 * by AMD leave the x87 state alone; CVTPI2PD from memory does not. */
static void touches_mmx(struct state *s, const struct insn *in)
{
	if (in->d.mnemonic == ZYDIS_MNEMONIC_CVTPI2PS &&
	    in->op[1].type == ZYDIS_OPERAND_TYPE_MEMORY && s->mmx == CLEAR) {
		s->mmx = UNSURE;
		s->x87 = X87_UNKNOWN;
	}
	for (unsigned i = 0; i < in->d.operand_count; i++) {
		if (in->op[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    ZydisRegisterGetClass(in->op[i].reg.value) == ZYDIS_REGCLASS_MMX)
			s->mmx = SET;
	}
}

static void write_results(struct machine *x, struct state *s, const struct insn *in, struct value r)
{
	for (unsigned i = 0; i < in->d.operand_count && !x->stop; i++) {
		const ZydisDecodedOperand *o = &in->op[i];

		if (writes(o) &&
		    !(o->type == ZYDIS_OPERAND_TYPE_REGISTER && is_flags(o->reg.value)))
			write_result(x, s, in, i, r);
	}
}

static void do_plain(struct machine *x, struct state *s, const struct insn *in)
{
	struct value r = sources(x, s, in);

	if (in->d.meta.category == ZYDIS_CATEGORY_NOP ||
	    in->d.meta.category == ZYDIS_CATEGORY_WIDENOP ||
	    in->d.meta.category == ZYDIS_CATEGORY_PREFETCH)
		return;
	touches_mmx(s, in);
	if (in->d.meta.category == ZYDIS_CATEGORY_SHIFT ||
	    in->d.meta.category == ZYDIS_CATEGORY_ROTATE) {
		struct value count = machine_read(x, s, in, in->d.operand_count_visible - 1u);

		set_flags_unless(s, in, &count, bytes_of(in, 0) == 8 ? 63 : 31, r, 8);
	} else {
		set_flags(s, in, &r, 8);
	}
	write_results(x, s, in, r);
}

static bool same(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->id == b->id && a->sign == b->sign && a->off == b->off &&
	       a->kind != V_ANY;
}

/* CMPXCHG8B, CMPXCHG16B. With the same in both pairs of registers memory is only read: what they
 * hold does not matter to the result. */
static void do_pair(struct machine *x, struct state *s, const struct insn *in)
{
	struct value r = sources(x, s, in);
	bool reads_only =
		same(&s->gpr[GPR_AX], &s->gpr[GPR_BX]) && same(&s->gpr[GPR_DX], &s->gpr[GPR_CX]);

	set_flags(s, in, &r, 8);
	if (reads_only) {
		r.undefined = 0;
		r.origin = ORIGIN_NONE;
		r.flags &= (uint8_t)~VALUE_BLURRED;
		s->gpr[GPR_AX].undefined = s->gpr[GPR_DX].undefined = 0;
	}
	write_results(x, s, in, r);
}

/* VIA's: of the registers that PadLock uses (VIA PadLock Programming Guide) none is what it was,
 * and memory is written from where rdi and rsi point. */
static void do_padlock(struct machine *x, struct state *s, const struct insn *in)
{
	static const uint8_t used[] = { GPR_AX, GPR_CX, GPR_DX, GPR_SI, GPR_DI };
	struct value any = value_any();
	struct address to[] = { { .v = s->gpr[GPR_DI] }, { .v = s->gpr[GPR_SI] } };

	for (size_t i = 0; i < ARRAY_SIZE(to); i++) {
		to[i].v = value_mix(&to[i].v, &any); /* how much is not known */
		machine_store(x, s, in, &to[i], 16, &any);
	}
	for (size_t i = 0; i < ARRAY_SIZE(used); i++)
		write_gpr(x, s, in, used[i], 0, x->word, any);
	set_flags(s, in, &any, 8);
}

/* Does it use a register of the x87 stack that is empty? It may be full afterwards. */
static bool uses_empty(const struct state *s, const struct insn *in, int delta)
{
	for (unsigned i = 0; i < in->d.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];

		if (o->type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    ZydisRegisterGetClass(o->reg.value) == ZYDIS_REGCLASS_X87 &&
		    !(delta > 0 && !reads(o)) && ZydisRegisterGetId(o->reg.value) >= s->x87)
			return true;
	}
	return s->x87 + (delta < 0 ? delta : 0) < 0;
}

/* The distance of the word that holds a bit: the number is signed. */
static struct value bit_word(const struct insn *in, uint64_t number)
{
	unsigned bits = in->op[0].size;
	int64_t n = (int64_t)(number << (64 - bits)) >> (64 - bits);

	n = (n >> __builtin_ctz(bits)) * (bits / 8);
	return value_const((uint64_t)n);
}

/* A bit of a string of bits that begins at the address: the number of the bit, from a register,
 * reaches far beyond the operand. SDM, volume 2, "BT". */
static void do_bit(struct machine *x, struct state *s, const struct insn *in)
{
	struct value number = machine_read(x, s, in, 1), r;
	struct address m;

	if (in->op[0].type != ZYDIS_OPERAND_TYPE_MEMORY ||
	    in->op[1].type != ZYDIS_OPERAND_TYPE_REGISTER) {
		do_plain(x, s, in);
		return;
	}
	m = machine_address(x, s, in, 0);
	if (number.kind == V_CONST && !(number.flags & VALUE_LINKED)) {
		struct value by = bit_word(in, number.off);

		m.limit = 0;
		m.v = alu(x, ALU_ADD, &m.v, &by, x->word);
	} else {
		m.start = m.v;
		m.limit = value_limit(&number);
		m.limit = m.limit ? (m.limit - 1) / in->op[0].size + 1 : 0;
		m.scale = bytes_of(in, 0);
		value_blur(&number, x->word);
		m.v = value_mix(&m.v, &number);
	}
	m.table = false;
	m.ranged = m.v.kind == V_ANY && m.start.kind == V_STACK && m.limit;
	r = machine_load(x, s, in, &m, bytes_of(in, 0));
	r = value_mix(&r, &number);
	set_flags(s, in, &r, 8);
	if (in->d.mnemonic != ZYDIS_MNEMONIC_BT)
		machine_store(x, s, in, &m, bytes_of(in, 0), &r);
}

static void do_fpu(struct machine *x, struct state *s, const struct insn *in, int delta)
{
	if (s->mmx != CLEAR) {
		s->x87 = X87_UNKNOWN;
		s->mmx = UNSURE;
	}
	do_plain(x, s, in);
	if (s->x87 == X87_UNKNOWN)
		return;
	if (uses_empty(s, in, delta)) {
		machine_issue(x, CHECK_X87_STACK, 2, false, in->at,
			      "declare what the function that it calls returns",
			      "it uses an x87 register that is empty");
		s->x87 = X87_UNKNOWN;
		return;
	}
	s->x87 = (int8_t)(s->x87 + delta);
	if (s->x87 <= 8)
		return;
	machine_issue(x, CHECK_X87_STACK, 3, true, in->at, NULL, "the x87 stack overflows");
	s->x87 = X87_UNKNOWN;
}

/* All ----------------------------------------------------------------------------------------- */

static handler exact_of(ZydisMnemonic m)
{
	switch (m) {
#define EXACT(mnemonic, function)       \
	case ZYDIS_MNEMONIC_##mnemonic: \
		return function;
#include "prove/insn.def"
	default:
		return NULL;
	}
}

static bool fpu_of(ZydisMnemonic m, int *delta)
{
	switch (m) {
#define FPU(mnemonic, by)               \
	case ZYDIS_MNEMONIC_##mnemonic: \
		*delta = by;            \
		return true;
#include "prove/insn.def"
	default:
		return false;
	}
}

static bool plain_of(const struct insn *in)
{
	switch (in->d.mnemonic) {
#define EXCEPT(mnemonic) case ZYDIS_MNEMONIC_##mnemonic:
#include "prove/insn.def"
		return false;
#define PLAIN(mnemonic) case ZYDIS_MNEMONIC_##mnemonic:
#include "prove/insn.def"
		return true;
	default:
		break;
	}
	switch (in->d.meta.category) {
#define CLASS(category) case ZYDIS_CATEGORY_##category:
#include "prove/insn.def"
		return true;
	default:
		return false;
	}
}

/* Zydis 4.0 takes an exchange with r8 (a REX prefix, 90) for a PAUSE when F3 is before it. */
static bool misread(const struct insn *in)
{
	return in->d.opcode == 0x90 && in->d.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT &&
	       in->d.raw.rex.B && in->d.mnemonic != ZYDIS_MNEMONIC_XCHG;
}

bool machine_models(const struct insn *in)
{
	int delta;

	if (misread(in))
		return false;
	return exact_of(in->d.mnemonic) || fpu_of(in->d.mnemonic, &delta) || plain_of(in);
}

void machine_step(struct machine *x, struct state *s, const struct insn *in)
{
	handler exact = exact_of(in->d.mnemonic);
	int delta;

	if (exact && !misread(in)) {
		exact(x, s, in);
	} else if (fpu_of(in->d.mnemonic, &delta)) {
		do_fpu(x, s, in, delta);
	} else if (plain_of(in)) {
		do_plain(x, s, in);
	} else {
		not_modelled(x, in);
	}
}
