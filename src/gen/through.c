/* SPDX-License-Identifier: MIT */
/* The scenario of the thread: a VMREAD that fails, and vmread_error called for it.
 *
 * As a callee, the C function is called by the trampoline of asm/thread, as inline assembly calls
 * that: every register must survive. As a caller, C code holds the inline assembly of __vmcs_readl
 * in one of its bodies, and the trampoline calls a probe, which checks where the arguments are and
 * destroys all it may. In VMX root operation the VMREAD is one; elsewhere the payload's fault
 * handler stands in for it (src/payload/place.c). */
#include "gen/gen.h"

#include <string.h>

enum { READS = 6 };

/* name, has a trampoline, reads, what it is */
#define BODIES(X)                                                                 \
	X("vmread", true, 1, "VMREAD, push, push, call the trampoline, pop, pop") \
	X("vmread_six", true, READS, "six of them in a row")                      \
	X("vmread_goto", false, 1, "VMREAD with asm goto, and a call in C")

static const struct body {
	const char *name;
	bool trampoline;
	unsigned reads;
} bodies[] = {
#define X(name, trampoline, reads, what) { name, trampoline, reads },
	BODIES(X)
#undef X
};

static const char *const broken[] = { "drop_dx",   "swap_pops", "swap_arguments",
				      "keep_slot", "wrong_pop", "other_generation" };

static const struct body *body_of(const struct case_decl *d)
{
	for (size_t i = 0; d->through && i < ARRAY_SIZE(bodies); i++) {
		if (!strcmp(d->through, bodies[i].name))
			return &bodies[i];
	}
	return NULL;
}

bool gen_trampolined(const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	return b && b->trampoline;
}

unsigned gen_calls(const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	return b ? b->reads : 1;
}

const char *gen_through_error(struct arena *a, const struct case_decl *d)
{
	const struct prototype *p = d->proto;
	bool known = !d->broken;

	if (!d->through)
		return NULL;
	if (!body_of(d))
		return arena_printf(a,
				    "`//! through' of %s names `%s', which is none of vmread, "
				    "vmread_six, vmread_goto",
				    p->name, d->through);
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++)
		known = known || !strcmp(d->broken, broken[i]);
	if (!known)
		return arena_printf(a,
				    "`//! through' of %s is broken as `%s', which is none of "
				    "drop_dx, swap_pops, swap_arguments, keep_slot, wrong_pop, "
				    "other_generation",
				    p->name, d->broken);
	if (p->nparams != 2 || p->variadic || p->params[0].type->kind != TYPE_ULONG ||
	    p->params[1].type->kind != TYPE_BOOL || p->ret->kind != TYPE_VOID)
		return arena_printf(a, "`//! through' of %s needs void f(unsigned long, _Bool)",
				    p->name);
	if (d->nconventions != 1 && d->nconventions != 2)
		return arena_printf(a,
				    "`//! through' of %s needs `//! abi kernel asmlinkage', or one "
				    "of them",
				    p->name);
	return NULL;
}

static bool on_stack(const struct gen_case *c)
{
	return c->place.arg[0].loc[0].kind == LOC_STACK;
}

static const char *generation(const struct gen_case *c)
{
	bool other = c->decl->broken && !strcmp(c->decl->broken, "other_generation");

	return on_stack(c) != other ? "stack" : "registers";
}

/* The trampoline for the target and for the probe, and the caller of the first, which stands for
 * the inline assembly. */
void gen_through_asm(struct str *out, struct arena *a, const struct gen_case *c)
{
	enum width w = c->conv->width;
	bool wide = w == W64;
	const char *ax = wide ? "rax" : "eax", *cx = wide ? "rcx" : "ecx";
	const char *how = c->decl->broken ? c->decl->broken : "none";

	str_addf(out,
		 "\n; %s:%u\n; %s, through vmread_error_trampoline, %s generation%s%s\n"
		 "%%include \"vmread%u.inc\"\n"
		 "\textern\tcl_poison, cl_slot\n"
		 "\textern\ttarget_%s:weak\n",
		 c->decl->proto->pos.file, c->decl->proto->pos.line, gen_prototype(a, c),
		 on_stack(c) ? "asmlinkage" : "register", c->decl->broken ? ", broken: " : "",
		 c->decl->broken ? how : "", width_bits(w), c->symbol);
	str_addf(out,
		 "\tglobal\tthrough_probe_%s\n"
		 "\tVMREAD_ERROR_TRAMPOLINE through_target_%s, target_%s, %s, %s\n"
		 "\tVMREAD_ERROR_TRAMPOLINE through_probe_%s, probe_%s, %s, %s\n",
		 c->symbol, c->symbol, c->symbol, generation(c), how, c->symbol, c->symbol,
		 generation(c), how);
	str_addf(out,
		 "\n\tglobal\ttramp_%s\ntramp_%s:\n"
		 "\tmov\t%s, [cl_cell + %u]\t; field\n"
		 "\tvmread\t%s, %s\t\t; fails: CF or ZF\n"
		 "\tja\t.succeeded\n"
		 "\tmov\t%s, [cl_poison + 0]\n\tmov\t%s, [cl_poison + WORD_BYTES]\n"
		 "\tpush\tWORD_SIZE [cl_cell + %u]\t; fault, dirt above it\n"
		 "\tpush\tWORD_SIZE [cl_cell + %u]\t; field\n"
		 "\tcall\tcl_before\n"
		 "\tcall\tthrough_target_%s\n"
		 "\tpop\tWORD_SIZE [cl_slot]\n\tpop\tWORD_SIZE [cl_slot + WORD_BYTES]\n"
		 "\tjmp\tcl_after\n"
		 ".succeeded:\n\tud2\n",
		 c->symbol, c->symbol, ax, gen_cell(0, 0), cx, ax, ax, cx, gen_cell(1, 0),
		 gen_cell(0, 0), c->symbol);
}

void gen_through_caller(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	(void)a;
	str_add(out, "extern volatile cl_word cl_slot[];\n");
	if (b->trampoline)
		str_addf(out, "void through_probe_%s(void);\n", c->symbol);
	str_addf(out,
		 "void caller_%s(void)\n{\n\tCL_KEEP\n"
		 "\tunsigned long field = *(unsigned long volatile *)(cl_arg + %u);\n"
		 "\tunsigned long fault = *(unsigned char volatile *)(cl_arg + %u);\n"
		 "\tunsigned long value, all = 0;\n",
		 c->symbol, gen_buffer(0), gen_buffer(1));
	for (unsigned i = 0; i < b->reads; i++) {
		/* The operands are in registers: nothing may be addressed from a stack pointer that
		 * the pushes move. */
		if (b->trampoline)
			str_addf(out,
				 "\t__asm__ volatile(\"vmread %%1, %%0\\n\\tja 1f\\n\\t\"\n"
				 "\t\t\"push %%2\\n\\tpush %%1\\n\\tcall through_probe_%s\\n\\t\"\n"
				 "\t\t\"pop %%1\\n\\tpop %%0\\n\\t1:\"\n"
				 "\t\t: \"=&r\"(value), \"+r\"(field) : \"r\"(fault) : \"cc\", "
				 "\"memory\");\n"
				 "\tall |= value;\n",
				 c->symbol);
		else
			str_addf(out,
				 "\t__asm__ goto(\"vmread %%1, %%0\\n\\tjna %%l[failed%u]\"\n"
				 "\t\t: \"=r\"(value) : \"r\"(field) : \"cc\" : failed%u);\n"
				 "\tall |= value;\n\tgoto done%u;\n"
				 "failed%u:\n\tprobe_%s(field, (_Bool)fault);\ndone%u:;\n",
				 i, i, i, i, c->symbol, i);
	}
	str_add(out, "\tcl_slot[0] = field;\n\tcl_slot[1] = all;\n\tCL_KEPT\n}\n");
}
