/* SPDX-License-Identifier: MIT */
/* cfi.h, with libdw on the relocated copy of the object. Register numbers: x86-64 psABI 3.6.2, i386
 * psABI 2.4.2. */
#include "prove/cfi.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

struct cfi {
	Elf *elf;
	Dwarf *dwarf;
	Dwarf_CFI *eh, *debug;
	bool covers; /* the function's entry */
};

static const int hardware64[] = { GPR_AX,  GPR_DX,  GPR_CX,  GPR_BX, GPR_SI,  GPR_DI,
				  GPR_BP,  GPR_SP,  GPR_R8,  GPR_R9, GPR_R10, GPR_R11,
				  GPR_R12, GPR_R13, GPR_R14, GPR_R15 };
static const int hardware32[] = { GPR_AX, GPR_CX, GPR_DX, GPR_BX, GPR_SP, GPR_BP, GPR_SI, GPR_DI };

static int hardware(const struct machine *x, unsigned number)
{
	if (x->word == 8)
		return number < ARRAY_SIZE(hardware64) ? hardware64[number] : -1;
	return number < ARRAY_SIZE(hardware32) ? hardware32[number] : -1;
}

struct cfi *cfi_open(struct arena *a, const struct image *m)
{
	struct cfi *c = arena_alloc(a, sizeof(*c));

	c->elf = elf_memory(m->elf, m->elf_size);
	if (!c->elf)
		return NULL;
	c->eh = dwarf_getcfi_elf(c->elf);
	c->dwarf = dwarf_begin_elf(c->elf, DWARF_C_READ, NULL);
	c->debug = c->dwarf ? dwarf_getcfi(c->dwarf) : NULL;
	if (c->eh || c->debug)
		return c;
	cfi_close(c);
	return NULL;
}

void cfi_close(struct cfi *c)
{
	if (c->eh)
		dwarf_cfi_end(c->eh);
	if (c->dwarf)
		dwarf_end(c->dwarf);
	if (c->elf)
		elf_end(c->elf);
}

static Dwarf_Frame *frame_at(struct cfi *c, uint64_t pc)
{
	Dwarf_Frame *frame = NULL;

	if (c->eh && dwarf_cfi_addrframe(c->eh, pc, &frame) == 0)
		return frame;
	if (c->debug && dwarf_cfi_addrframe(c->debug, pc, &frame) == 0)
		return frame;
	return NULL;
}

static struct value at_offset(struct machine *x, struct value v, uint64_t by)
{
	struct value n = value_const(x->word == 4 ? by & 0xffffffff : by);

	return alu(x, ALU_ADD, &v, &n, x->word);
}

/* The value of an expression on what is known; V_ANY: it cannot be followed. `memory`: it is the
 * place of what is asked for. */
static struct value evaluate(struct machine *x, const struct state *s, const struct value *cfa,
			     const Dwarf_Op *ops, size_t n, bool *memory)
{
	struct value v = value_any();

	*memory = true;
	for (size_t i = 0; i < n; i++) {
		unsigned op = ops[i].atom;

		if (op >= DW_OP_breg0 && op <= DW_OP_breg31 && !i) {
			int r = hardware(x, op - DW_OP_breg0);

			v = r < 0 ? value_any() : at_offset(x, s->gpr[r], ops[i].number);
		} else if (op == DW_OP_bregx && !i) {
			int r = hardware(x, (unsigned)ops[i].number);

			v = r < 0 ? value_any() : at_offset(x, s->gpr[r], ops[i].number2);
		} else if (op >= DW_OP_reg0 && op <= DW_OP_reg31 && n == 1) {
			int r = hardware(x, op - DW_OP_reg0);

			*memory = false;
			return r < 0 ? value_any() : s->gpr[r];
		} else if (op == DW_OP_regx && n == 1) {
			int r = hardware(x, (unsigned)ops[i].number);

			*memory = false;
			return r < 0 ? value_any() : s->gpr[r];
		} else if (op == DW_OP_call_frame_cfa && !i && cfa) {
			v = *cfa;
		} else if (op == DW_OP_plus_uconst && i) {
			v = at_offset(x, v, ops[i].number);
		} else if (op == DW_OP_deref && i && v.kind == V_STACK) {
			v = state_load(s, &x->bases, v.id, (int64_t)v.off, x->word);
		} else if (op == DW_OP_stack_value && i + 1 == n) {
			*memory = false;
		} else {
			return value_any();
		}
	}
	return v;
}

static void wrong(struct machine *x, const struct insn *in, unsigned item, bool definite,
		  const char *words)
{
	machine_issue(x, CHECK_UNWIND, item, definite, in->at, NULL, words);
}

static void check_register(struct machine *x, const struct state *s, const struct insn *in,
			   Dwarf_Frame *frame, const struct value *cfa, unsigned number)
{
	int r = hardware(x, number);
	Dwarf_Op memory[3], *ops;
	const char *name;
	bool in_memory;
	struct value v;
	size_t n;

	if (r < 0 || r == GPR_SP || !(x->f->conv->preserved.gpr >> r & 1) ||
	    !(x->f->kept_gpr >> r & 1) ||
	    dwarf_frame_register(frame, (int)number, memory, &ops, &n) != 0)
		return;
	name = gpr_name(x->job->width, (unsigned)r, x->word);
	if (!n) {
		/* Unchanged; or undefined, as libdw calls what is not mentioned of the registers
		 * that the psABI does not preserve, and rbx (src/check/unwind.c). */
		if (ops && (x->word == 8 ? r < GPR_R12 && r != GPR_BP && r != GPR_BX : r < GPR_BX))
			return;
		if (ops && !(x->word == 8 && r == GPR_BX)) {
			wrong(x, in, (unsigned)r, true,
			      arena_printf(x->a, "call frame information calls %s undefined",
					   name));
			return;
		}
		v = s->gpr[r];
		if (!value_is_entry(&v, (unsigned)r))
			wrong(x, in, (unsigned)r, !value_unknown(&v) || !(v.from >> r & 1),
			      arena_printf(
				      x->a,
				      "call frame information says that %s is unchanged, it is "
				      "not",
				      name));
		return;
	}
	v = evaluate(x, s, cfa, ops, n, &in_memory);
	if (in_memory && v.kind == V_STACK)
		v = state_load(s, &x->bases, v.id, (int64_t)v.off, x->word);
	else if (in_memory)
		v = value_anything();
	if (!value_is_entry(&v, (unsigned)r))
		wrong(x, in, (unsigned)r, !value_unknown(&v) || v.undefined,
		      arena_printf(x->a, "call frame information does not lead to %s of the caller",
				   name));
}

/* The column of the return address leads to it. */
static void check_return(struct machine *x, const struct state *s, const struct insn *in,
			 Dwarf_Frame *frame, const struct value *cfa)
{
	int column = dwarf_frame_info(frame, NULL, NULL, NULL);
	struct value v = value_any();
	Dwarf_Op memory[3], *ops;
	bool in_memory;
	size_t n;

	if (column < 0 || dwarf_frame_register(frame, column, memory, &ops, &n) != 0)
		return;
	if (n)
		v = evaluate(x, s, cfa, ops, n, &in_memory);
	if (n && in_memory && v.kind == V_STACK)
		v = state_load(s, &x->bases, v.id, (int64_t)v.off, x->word);
	if (v.kind != V_RETURN)
		wrong(x, in, 65, !n || !value_unknown(&v) || v.undefined,
		      "call frame information does not lead to the return address");
}

void cfi_check(struct cfi *c, struct machine *x, const struct state *s, const struct insn *in)
{
	Dwarf_Frame *frame = x->context ? NULL : frame_at(c, in->at);
	struct value cfa;
	bool memory;
	Dwarf_Op *ops;
	size_t n;

	if (in->at == x->entry)
		c->covers = frame;
	/* What Linux puts elsewhere is described where it belongs; padding need not be. */
	if (!frame && c->covers && !x->context && in->then == in->next &&
	    in->d.meta.category != ZYDIS_CATEGORY_NOP &&
	    in->d.meta.category != ZYDIS_CATEGORY_WIDENOP)
		wrong(x, in, 66, false, "call frame information covers a part of it only");
	if (!frame)
		return;
	if (dwarf_frame_cfa(frame, &ops, &n) == 0 && n) {
		cfa = evaluate(x, s, NULL, ops, n, &memory);
		if (cfa.kind != V_STACK || cfa.id || cfa.off != x->word) {
			wrong(x, in, 64, cfa.kind == V_STACK && !cfa.id,
			      cfa.kind == V_STACK && !cfa.id
				      ? arena_printf(x->a,
						     "call frame information puts the caller's "
						     "stack pointer %lld bytes too %s",
						     llabs((long long)cfa.off - (long long)x->word),
						     (int64_t)cfa.off < (int64_t)x->word ? "low"
											 : "high")
				      : "call frame information does not lead to the caller's "
					"stack pointer");
		} else {
			check_return(x, s, in, frame, &cfa);
			for (unsigned i = 0; i < 16; i++)
				check_register(x, s, in, frame, &cfa, i);
		}
	}
	free(frame);
}
