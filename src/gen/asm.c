/* SPDX-License-Identifier: MIT */
/* nasm trampolines (asm calls the C target) and probes (C calls the asm probe). They say where each
 * argument goes; what they share is in asm/engine.asm and engine.c. */
#include "gen/gen.h"

#include <stdio.h>
#include <string.h>

static const char *arg_name(const struct gen_case *c, unsigned i, char buf[16])
{
	const struct prototype *p = c->call.decl->proto;
	const char *name = proto_arg_name(p, i);

	if (name)
		return name;
	snprintf(buf, 16, i < p->nparams ? "arg%u" : "vararg%u", i);
	return buf;
}

static const char *sp(enum width w)
{
	return w == W64 ? "rsp" : "esp";
}

static const char *word(enum width w)
{
	return w == W64 ? "qword" : "dword";
}

/* The contract: where everything is, and the rule that puts it there. */
static void comment(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct placement *p = &c->call.place;
	char buf[16];

	str_addf(out, "\n; %s:%u\n; %s\n", c->call.decl->proto->pos.file,
		 c->call.decl->proto->pos.line, gen_prototype(a, &c->call));
	for (unsigned i = 0; i < p->nargs; i++) {
		str_addf(out, ";   %-10s ", arg_name(c, i, buf));
		value_text(out, c->call.conv->width, &p->arg[i]);
		str_addf(out, "  (%s)\n", rules[p->arg[i].rule].name);
	}
	if (p->ret.nlocs || p->ret.unspecified) {
		str_add(out, ";   returns    ");
		value_text(out, c->call.conv->width, &p->ret);
		str_addf(out, "  (%s)\n", rules[p->ret.rule].name);
	}
	if (p->stack_unspecified)
		str_add(out, ";   argument area of unspecified size");
	else
		str_addf(out, ";   %u bytes of stack arguments", p->stack_bytes);
	if (p->pop_unspecified)
		str_addf(out, ", callee pops an unspecified number of bytes (%s)\n",
			 rules[p->pop_rule].name);
	else
		str_addf(out, ", callee pops %u (%s)\n", p->pop_bytes, rules[p->pop_rule].name);
}

/* Which argument, and which word of it, is in each word of the argument area. */
enum { HIDDEN = -2 };

struct slot {
	int arg; /* -1: padding, or the home area; HIDDEN: pointer to the return value */
	unsigned loc, at;
};

static void push_arguments(struct str *out, const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	const struct placement *p = &c->call.place;
	unsigned bytes = word_bytes(w), n = p->stack_bytes / bytes;
	/* Where less is promised than the convention has, sp is off by just that: code that
	 * relies on more is seen. */
	unsigned own = c->call.conv->align;
	unsigned to = p->align < own ? own : p->align, off = p->align < own ? p->align : 0;
	unsigned pad = (2 * to - off - p->stack_bytes % to) % to;
	struct slot slots[MAX_ARGS * ABI_MAX_VALUE / 4 + 64];
	char buf[16];

	for (unsigned k = 0; k < n; k++)
		slots[k] = (struct slot){ .arg = -1 };
	for (unsigned i = 0; i < p->nargs; i++) {
		for (unsigned l = 0; l < p->arg[i].nlocs; l++) {
			const struct loc *at = &p->arg[i].loc[l];

			for (unsigned b = 0; at->kind == LOC_STACK && b < at->bytes; b += bytes)
				slots[((unsigned)at->stack + b) / bytes] =
					(struct slot){ (int)i, l, b };
		}
	}
	if (p->hidden.nlocs && p->hidden.loc[0].kind == LOC_STACK)
		slots[(unsigned)p->hidden.loc[0].stack / bytes] = (struct slot){ .arg = HIDDEN };
	if (p->stack_unspecified)
		str_addf(out, "\tsub\t%s, %u\t\t; poison: see what the callee reads\n", sp(w),
			 gen_reserved(c) - p->stack_bytes);
	else if (pad)
		str_addf(out, "\tsub\t%s, %u\t\t\t; aligns the stack at the call\n", sp(w), pad);
	for (unsigned k = n; k-- > 0;) {
		unsigned run = 1;

		if (slots[k].arg == HIDDEN) {
			str_addf(out, "\tpush\t%s [cl_cell + %u]\t; where the return value goes\n",
				 word(w), gen_cell(MAX_ARGS, 0));
			continue;
		}
		if (slots[k].arg >= 0) {
			str_addf(out, "\tpush\t%s [cl_cell + %u]\t; %s\n", word(w),
				 gen_cell((unsigned)slots[k].arg, slots[k].loc) + slots[k].at,
				 arg_name(c, (unsigned)slots[k].arg, buf));
			continue;
		}
		while (k > 0 && slots[k - 1].arg == -1) {
			run++;
			k--;
		}
		str_addf(out, "\tsub\t%s, %u\t\t\t; %s\n", sp(w), run * bytes,
			 p->home_bytes && k == 0 ? "the callee's home area" : "padding");
	}
}

static void load_registers(struct str *out, const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	const struct placement *p = &c->call.place;
	char buf[16];

	for (unsigned i = 0; i < p->nargs; i++) {
		for (unsigned l = 0; l < p->arg[i].nlocs; l++) {
			const struct loc *at = &p->arg[i].loc[l];

			if (at->kind == LOC_GPR)
				str_addf(out, "\tmov\t%s, [cl_cell + %u]\t; %s%s\n",
					 gpr_name(w, at->reg, word_bytes(w)), gen_cell(i, l),
					 arg_name(c, i, buf),
					 p->arg[i].by_reference      ? ", a pointer to it"
					 : at->bytes < word_bytes(w) ? ", dirt above it"
								     : "");
			if (at->kind == LOC_XMM)
				str_addf(out, "\t%s\t%s, [cl_cell + %u]\t; %s\n",
					 at->bytes > 16 ? "vmovups" : "movups",
					 vector_name(at->reg, at->bytes), gen_cell(i, l),
					 arg_name(c, i, buf));
		}
	}
	if (p->hidden.nlocs && p->hidden.loc[0].kind == LOC_GPR)
		str_addf(out, "\tmov\t%s, [cl_cell + %u]\t; where the return value goes\n",
			 gpr_name(w, p->hidden.loc[0].reg, word_bytes(w)), gen_cell(MAX_ARGS, 0));
	if (p->al >= 0)
		/* al is an upper bound: where the documents do not place everything, the most. */
		str_addf(out, "\tmov\tal, %d\t\t\t; vector registers used\n",
			 p->stack_unspecified ? (int)c->call.conv->nvector_args : p->al);
}

/* As the processor enters a handler: SDM volume 3, 6.12.1, at 64 bit 6.14.2. The frame, then an
 * error code. Where the interrupted code has its stack, and what the selectors are, is the
 * runtime's (src/payload/handler.c); IRET goes on in cl_after. */
static void enter_handler(struct str *out, const struct gen_case *c)
{
	enum width w = c->call.conv->width;

	str_addf(out,
		 "\tglobal\ttramp_%s\n\textern\ttarget_%s:weak\n"
		 "\textern\tcl_interrupted, cl_interrupt_top, cl_interrupt_ss, cl_interrupt_cs, "
		 "cl_interrupt_ip\n"
		 "tramp_%s:\n\tmov\t%s, [cl_interrupted]\t; wherever that code has its stack\n"
		 "\tcall\tcl_before\n",
		 c->symbol, c->symbol, c->symbol, sp(w));
	if (w == W64)
		str_add(out, "\tmov\trsp, [cl_interrupt_top]\t; aligned\n"
			     "\tpush\tqword [cl_interrupt_ss]\n\tpush\tqword [cl_interrupted]\n");
	str_addf(out, "\tpushf\n\tpush\t%s [cl_interrupt_cs]\n\tpush\t%s [cl_interrupt_ip]\n",
		 word(w), word(w));
	if (c->call.place.nargs > 1)
		str_addf(out, "\tpush\t%s [cl_cell + %u]\t; error code\n", word(w), gen_cell(1, 0));
	str_addf(out, "\tjmp\ttarget_%s\n", c->symbol);
}

void gen_trampoline(struct str *out, struct arena *a, const struct gen_case *c)
{
	if (gen_trampolined(c)) {
		gen_through_asm(out, a, c);
		return;
	}
	comment(out, a, c);
	if (c->call.conv->by_processor) {
		enter_handler(out, c);
		return;
	}
	str_addf(out, "\tglobal\ttramp_%s\n\textern\ttarget_%s:weak\ntramp_%s:\n", c->symbol,
		 c->symbol, c->symbol);
	push_arguments(out, c);
	load_registers(out, c);
	str_addf(out, "\tcall\tcl_before\n\tcall\t%starget_%s\n\tjmp\tcl_after\n",
		 gen_enters(c) ? "through_" : "", c->symbol);
	if (gen_enters(c))
		gen_entry_asm(out, a, c);
}

static void set_return(struct str *out, const struct gen_case *c)
{
	enum width w = c->call.conv->width;

	/* st1 is pushed before st0. */
	for (unsigned i = c->call.place.ret.nlocs; i-- > 0;) {
		const struct loc *at = &c->call.place.ret.loc[i];

		switch (at->kind) {
		case LOC_GPR:
			str_addf(out, "\tmov\t%s, [cl_ret_cell + %u]\n",
				 gpr_name(w, at->reg, word_bytes(w)), gen_return_cell(c, i));
			break;
		case LOC_XMM:
			str_addf(out, "\t%s\t%s, [cl_ret_cell + %u]\n",
				 at->bytes > 16 ? "vmovups" : "movups",
				 vector_name(at->reg, at->bytes), gen_return_cell(c, i));
			break;
		case LOC_X87:
			str_addf(out, "\tfld\t%s [cl_ret + %u]\n",
				 at->bytes == 10  ? "tword"
				 : at->bytes == 8 ? "qword"
						  : "dword",
				 at->off);
			break;
		case LOC_STACK:
			break;
		}
	}
}

/* Write the return value where the caller wants it, from the pointer as it was at entry (what the
 * probe owned of it is destroyed by now), and return that pointer where the convention wants it. */
static void fill_result(struct str *out, const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	const struct loc *l = &c->call.place.hidden.loc[0];
	const char *ax = gpr_name(w, GPR_AX, word_bytes(w));
	unsigned back = c->call.conv->int_ret[0];

	if (l->kind == LOC_GPR)
		str_addf(out, "\tmov\t%s, [cl_probe_image + %u]\t; the hidden pointer, from %s\n",
			 ax, l->reg * word_bytes(w), gpr_name(w, l->reg, word_bytes(w)));
	else
		str_addf(out,
			 "\tmov\t%s, [cl_probe_stack + %d]\t; the hidden pointer, from %s+%d\n", ax,
			 l->stack, sp(w), l->stack);
	str_addf(out, "\tpush\t%s %u\t\t; bytes of the return value\n\tcall\tcl_fill_result\n",
		 word(w), c->call.decl->proto->ret->size[w]);
	if (back != GPR_AX)
		str_addf(out, "\tmov\t%s, %s\n", gpr_name(w, back, word_bytes(w)), ax);
}

void gen_probe(struct str *out, struct arena *a, const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	const struct placement *p = &c->call.place;

	(void)a;
	if (c->call.conv->by_processor)
		return; /* nothing calls one */
	/* The hash of the type, in an instruction before the function, which kernel CFI
	 * compares. The compiler defines the symbol where it takes the function's address;
	 * elsewhere it is 0. */
	if (gen_indirect(c))
		str_addf(out,
			 "\n\textern\t__kcfi_typeid_probe_%s:weak\n\tdb\t0xb8\t\t\t; mov eax,\n"
			 "\tdd\t__kcfi_typeid_probe_%s",
			 c->symbol, c->symbol);
	str_addf(out,
		 "\n; the callee of the caller direction, same "
		 "contract\n\tglobal\tprobe_%s\nprobe_%s:\n",
		 c->symbol, c->symbol);
	str_addf(out, "\tpush\t%s %u\t\t; bytes of the argument area it owns\n", word(w),
		 p->stack_unspecified ? 0 : p->stack_bytes);
	str_addf(out, "\tcall\tcl_probe_%s\n", abi_engine(c->call.conv)->name);
	if (p->ret.unspecified) {
		/* Where a caller may keep values in rax nothing is returned in place of one. */
		str_addf(out, "\tjmp\t%s\t\t; no document says where the value goes\n",
			 c->call.conv->preserved.gpr & GPR_BIT(AX) ? "cl_escape"
								   : "cl_return_open");
		return;
	}
	if (p->pop_unspecified) {
		str_add(out, "\tjmp\tcl_escape\t\t; no document says how to return\n");
		return;
	}
	if (p->hidden.nlocs)
		fill_result(out, c);
	set_return(out, c);
	if (p->pop_bytes)
		str_addf(out, "\tret\t%u\n", p->pop_bytes);
	else
		str_add(out, "\tret\n");
}
