/* SPDX-License-Identifier: MIT */
/* The scenario of the thread: a VMREAD that fails, and vmread_error called for it.
 *
 * As a callee, the C function is called by the trampoline of asm/thread, as inline assembly calls
 * that: every register must survive. As a caller, C code holds the inline assembly of __vmcs_readl
 * in one of its bodies, and the trampoline calls a probe, which checks where the arguments are and
 * destroys all it may. In VMX root operation the VMREAD is one; elsewhere the payload's fault
 * handler stands in for it (src/payload/place.c). */
#include "gen/through.h"

#include <string.h>

static bool on_stack(const struct gen_case *c)
{
	return c->call.place.arg[0].loc[0].kind == LOC_STACK;
}

static const char *generation(const struct gen_case *c)
{
	bool other = c->call.decl->broken && !strcmp(c->call.decl->broken, "other_generation");

	return on_stack(c) != other ? "stack" : "registers";
}

/* One trampoline, which calls `what`: "target" or "probe". */
static void trampoline(struct str *out, const struct gen_case *c, const struct through_body *b,
		       const char *what)
{
	if (b->macro)
		str_addf(out, "%%include \"%s\"\n\t%s through_%s_%s, %s_%s, %s\n", b->file,
			 b->macro, what, c->symbol, what, c->symbol, through_how(c));
	else
		str_addf(out, "\tVMREAD_ERROR_TRAMPOLINE through_%s_%s, %s_%s, %s, %s\n", what,
			 c->symbol, what, c->symbol, generation(c), through_how(c));
}

/* The trampoline for the target and for the probe, and the caller of the first, which stands for
 * the inline assembly. */
void gen_through_asm(struct str *out, struct arena *a, const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	bool wide = w == W64;
	const char *ax = wide ? "rax" : "eax", *cx = wide ? "rcx" : "ecx";
	const struct through_body *b = through_body(c->call.decl);
	const char *how = through_how(c);

	str_addf(out,
		 "\n; %s:%u\n; %s, through vmread_error_trampoline, %s generation%s%s\n"
		 "%%include \"vmread%u.inc\"\n"
		 "\textern\tcl_poison, cl_slot\n"
		 "\textern\ttarget_%s:weak\n",
		 c->call.decl->proto->pos.file, c->call.decl->proto->pos.line,
		 gen_prototype(a, &c->call),
		 b->macro      ? "opaque"
		 : on_stack(c) ? "asmlinkage"
			       : "register",
		 c->call.decl->broken ? ", broken: " : "", c->call.decl->broken ? how : "",
		 width_bits(w), c->symbol);
	trampoline(out, c, b, "target");
	str_addf(out, "\tglobal\tthrough_probe_%s\n", c->symbol);
	trampoline(out, c, b, "probe");
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
	const struct through_body *b = through_body(c->call.decl);

	(void)a;
	str_add(out, "extern volatile cl_word cl_slot[];\n");
	if (b->kind == TRAMPOLINE)
		str_addf(out,
			 b->macro ? "extern unsigned long through_probe_%s;\n"
				  : "void through_probe_%s(void);\n",
			 c->symbol);
	str_addf(out,
		 "void caller_%s(void)\n{\n\tCL_KEEP\n"
		 "\tunsigned long field = *(unsigned long volatile *)(cl_arg + %u);\n"
		 "\tunsigned long fault = *(unsigned char volatile *)(cl_arg + %u);\n"
		 "\tunsigned long value, all = 0;\n",
		 c->symbol, gen_buffer(0), gen_buffer(1));
	for (unsigned i = 0; i < b->reads; i++) {
		/* The operands are in registers: nothing may be addressed from a stack pointer that
		 * the pushes move. */
		if (b->kind == TRAMPOLINE)
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
