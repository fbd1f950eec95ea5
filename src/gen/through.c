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

enum kind {
	TRAMPOLINE, /* inline assembly, which calls C through vmread_error_trampoline */
	INLINE,     /* inline assembly, and a call in C */
	ENTRY,      /* C-callable assembly, which calls back into C, and cannot enter its guest */
	EXITS       /* the same; it enters a guest twice, and a VM exit brings it back */
};

/* Each with the ways it can be broken on purpose, separated by blanks. */
static const struct body {
	const char *name, *broken;
	enum kind kind;
	unsigned reads;
} bodies[] = {
#define TRAMPOLINE_BROKEN "drop_dx swap_pops swap_arguments keep_slot wrong_pop other_generation"
	{ "vmread", TRAMPOLINE_BROKEN, TRAMPOLINE, 1 },
	{ "vmread_six", TRAMPOLINE_BROKEN, TRAMPOLINE, READS },
	{ "vmread_goto", "", INLINE, 1 },
	{ "vcpu_run", "drop_bx swap_pops wrong_pop", ENTRY, 0 },
	{ "vcpu_exits", "drop_bx swap_pops wrong_pop lose_cx swap_stores keep_flags", EXITS, 0 },
};

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

	return b && b->kind == TRAMPOLINE;
}

bool gen_reads(const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	return b && b->reads;
}

bool gen_enters(const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	return b && (b->kind == ENTRY || b->kind == EXITS);
}

bool gen_exits(const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	return b && b->kind == EXITS;
}

unsigned gen_calls(const struct gen_case *c)
{
	const struct body *b = body_of(c->decl);

	return b && b->reads ? b->reads : 1;
}

/* Is the word one of a list that blanks separate? */
static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++) {
		if ((at == list || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	}
	return false;
}

/* What the assembly can be called as: NULL, or what the declaration has to be. */
static const char *wrong_prototype(const struct body *b, const struct prototype *p)
{
	if (!b->reads) {
		for (size_t i = 0; i < p->nparams; i++) {
			if (p->params[i].type->size[W32] > 4 || p->params[i].type->fields)
				return "arguments of a word";
		}
		return p->nparams > 3 || p->variadic ? "at most three arguments" : NULL;
	}
	if (p->nparams != 2 || p->variadic || p->params[0].type->kind != TYPE_ULONG ||
	    p->params[1].type->kind != TYPE_BOOL || p->ret->kind != TYPE_VOID)
		return "void f(unsigned long, _Bool)";
	return NULL;
}

const char *gen_through_error(struct arena *a, const struct case_decl *d)
{
	const struct body *b = body_of(d);
	const char *name = d->proto->name, *wrong;

	if (!d->through)
		return NULL;
	if (!b)
		return arena_printf(a,
				    "`//! through' of %s names `%s', which is none of vmread, "
				    "vmread_six, vmread_goto, vcpu_run, vcpu_exits",
				    name, d->through);
	if (d->broken && !listed(b->broken, d->broken))
		return arena_printf(a,
				    "`//! through' of %s is broken as `%s', which is none of: %s",
				    name, d->broken, *b->broken ? b->broken : "(nothing)");
	wrong = wrong_prototype(b, d->proto);
	if (wrong)
		return arena_printf(a, "`//! through %s' of %s needs %s", d->through, name, wrong);
	if (!d->nconventions || d->nconventions > 2 ||
	    (!b->reads && strcmp(d->conventions[0], "kernel")))
		return arena_printf(a, "`//! through %s' of %s needs `//! abi %s'", d->through,
				    name, b->reads ? "kernel asmlinkage" : "kernel");
	return NULL;
}

void gen_entry_asm(struct str *out, const struct gen_case *c)
{
	str_addf(out,
		 "\n%%include \"vcpu%u.inc\"\n\textern\ttarget_%s:weak\n"
		 "\t%s through_target_%s, target_%s, %s\n",
		 width_bits(c->conv->width), c->symbol, gen_exits(c) ? "VCPU_EXITS" : "VCPU_RUN",
		 c->symbol, c->symbol, c->decl->broken ? c->decl->broken : "none");
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
	if (b->kind == TRAMPOLINE)
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
