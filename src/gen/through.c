/* SPDX-License-Identifier: MIT */
/* Calls through hand-written assembly: which bodies there are, how each can be broken on purpose,
 * and what a declaration must be like to go through it. The scenarios are in through_vmread.c
 * (inline assembly and its trampoline) and through_entry.c (assembly with a C prototype). The
 * contracts are docs/thread.md's. */
#include "gen/through.h"

#include <string.h>

enum { READS = 6 };

#define TRAMPOLINE_BROKEN \
	"drop_dx swap_pops swap_arguments keep_slot wrong_pop other_generation mismatched"
#define OPAQUE_BROKEN                                                                       \
	"drop_ax drop_cx drop_dx drop_si drop_di drop_r8 drop_r9 swap_pops swap_arguments " \
	"take_registers keep_slot wrong_pop mismatched"
#define STACK_BODY_BROKEN "drop_bx swap_pops swap_arguments wrong_pop mismatched"

static const struct through_body bodies[] = {
	{ .name = "vmread", .broken = TRAMPOLINE_BROKEN, .kind = TRAMPOLINE, .reads = 1 },
	{ .name = "vmread_six", .broken = TRAMPOLINE_BROKEN, .kind = TRAMPOLINE, .reads = READS },
	{ .name = "vmread_opaque",
	  .broken = OPAQUE_BROKEN,
	  .kind = TRAMPOLINE,
	  .reads = 1,
	  .file = "opaque.inc",
	  .macro = "VMREAD_ERROR_OPAQUE",
	  .convention = "kernel" },
	{ .name = "indirect", .broken = "", .kind = INDIRECT },
	{ .name = "vmread_goto", .broken = "", .kind = INLINE, .reads = 1 },
	{ .name = "vcpu_run",
	  .broken = "drop_bx swap_pops swap_arguments wrong_pop mismatched",
	  .kind = ENTRY,
	  .called_by_c = true,
	  .words = 3,
	  .file = "vcpu%u.inc",
	  .macro = "VCPU_RUN",
	  .convention = "kernel" },
	{ .name = "vcpu_exits",
	  .broken = "drop_bx swap_pops wrong_pop lose_cx swap_stores keep_flags",
	  .kind = ENTRY,
	  .exits = true,
	  .words = 3,
	  .file = "vcpu%u.inc",
	  .macro = "VCPU_EXITS",
	  .convention = "kernel" },
	{ .name = "tail_wrapper",
	  .broken = "drop_push wrong_pop mismatched",
	  .kind = ENTRY,
	  .only_32 = true,
	  .words = 1,
	  .file = "tail%u.inc",
	  .macro = "SCHEDULE_TAIL_WRAPPER",
	  .convention = "kernel",
	  .attribute = "asmlinkage" },
	{ .name = "tail_direct",
	  .broken = "wrong_register wrong_pop mismatched",
	  .kind = ENTRY,
	  .only_32 = true,
	  .words = 1,
	  .file = "tail%u.inc",
	  .macro = "SCHEDULE_TAIL_DIRECT",
	  .convention = "kernel" },
	{ .name = "irqoff",
	  .broken = "drop_bp unaligned short_frame wrong_pop mismatched",
	  .kind = ENTRY,
	  .called_by_c = true,
	  .words = 1,
	  .file = "irqoff.inc",
	  .macro = "IRQOFF",
	  .convention = "kernel" },
	{ .name = "cipher",
	  .broken = STACK_BODY_BROKEN,
	  .kind = ENTRY,
	  .only_32 = true,
	  .called_by_c = true,
	  .words = 3,
	  .file = "bodies%u.inc",
	  .macro = "CIPHER_BODY",
	  .convention = "asmlinkage" },
	{ .name = "math",
	  .broken = STACK_BODY_BROKEN,
	  .kind = ENTRY,
	  .only_32 = true,
	  .called_by_c = true,
	  .words = 7,
	  .file = "bodies%u.inc",
	  .macro = "MATH_BODY",
	  .convention = "asmlinkage" },
};

const struct through_body *through_body(const struct case_decl *d)
{
	for (size_t i = 0; d->through && i < ARRAY_SIZE(bodies); i++) {
		if (!strcmp(d->through, bodies[i].name))
			return &bodies[i];
	}
	return NULL;
}

const char *through_how(const struct gen_case *c)
{
	return c->call.decl->broken ? c->call.decl->broken : "none";
}

static bool is_kind(const struct gen_case *c, enum through_kind kind)
{
	const struct through_body *b = through_body(c->call.decl);

	return b && b->kind == kind;
}

bool gen_trampolined(const struct gen_case *c)
{
	return is_kind(c, TRAMPOLINE);
}

bool gen_reads(const struct gen_case *c)
{
	return is_kind(c, TRAMPOLINE) || is_kind(c, INLINE);
}

bool gen_enters(const struct gen_case *c)
{
	return is_kind(c, ENTRY);
}

bool gen_indirect(const struct gen_case *c)
{
	return is_kind(c, INDIRECT);
}

bool gen_exits(const struct gen_case *c)
{
	return is_kind(c, ENTRY) && through_body(c->call.decl)->exits;
}

bool gen_calls_entry(const struct gen_case *c)
{
	return is_kind(c, ENTRY) && through_body(c->call.decl)->called_by_c;
}

unsigned gen_calls(const struct gen_case *c)
{
	const struct through_body *b = through_body(c->call.decl);

	return b && b->reads ? b->reads : 1;
}

bool gen_exists_at(const struct case_decl *d, enum width w)
{
	const struct through_body *b = through_body(d);

	return !b || !b->only_32 || w == W32;
}

const char *gen_attribute(const struct gen_case *c, bool called)
{
	const struct through_body *b = through_body(c->call.decl);
	const char *own = c->call.decl->proto->attribute ? c->call.decl->proto->attribute
							 : c->call.conv->attribute;

	/* Where C does not call the assembly, it calls the probe, which knows nothing of it. */
	if (!b || (called && b->kind == ENTRY && !b->called_by_c))
		return own;
	if (b->attribute)
		own = b->attribute;
	if (!c->call.decl->broken || strcmp(c->call.decl->broken, "mismatched"))
		return own;
	return *own ? "" : "asmlinkage";
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

static const char *all_bodies(struct arena *a)
{
	const char *s = "";

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		s = arena_printf(a, "%s%s%s", s, *s ? ", " : "", bodies[i].name);
	return s;
}

/* What the assembly can be called as: NULL, or what the declaration has to be. */
static const char *wrong_prototype(struct arena *a, const struct through_body *b,
				   const struct prototype *p)
{
	if (b->kind == INDIRECT)
		return NULL;
	if (b->kind == ENTRY) {
		bool exactly = b->convention && !strcmp(b->convention, "asmlinkage");

		for (size_t i = 0; i < p->nparams; i++) {
			if (p->params[i].type->size[W32] > 4 || p->params[i].type->fields)
				return "arguments of a word";
		}
		if (p->variadic || p->nparams > b->words || (exactly && p->nparams < b->words))
			return arena_printf(a, "%s %u argument%s", exactly ? "exactly" : "at most",
					    b->words, b->words == 1 ? "" : "s");
		return NULL;
	}
	if (p->nparams != 2 || p->variadic || p->params[0].type->kind != TYPE_ULONG ||
	    p->params[1].type->kind != TYPE_BOOL || p->ret->kind != TYPE_VOID)
		return "void f(unsigned long, _Bool)";
	return NULL;
}

const char *gen_through_error(struct arena *a, const struct case_decl *d)
{
	const struct through_body *b = through_body(d);
	const char *name = d->proto->name, *wrong;

	if (!d->through)
		return NULL;
	if (!b)
		return arena_printf(
			a, "`//! through' of %s names the unknown code `%s': use one of %s", name,
			d->through, all_bodies(a));
	if (d->broken && !listed(b->broken, d->broken))
		return arena_printf(
			a, "`//! through' of %s is broken in the unknown way `%s': use one of %s",
			name, d->broken, *b->broken ? b->broken : "(nothing)");
	wrong = wrong_prototype(a, b, d->proto);
	if (wrong)
		return arena_printf(a, "`//! through %s' of %s needs %s", d->through, name, wrong);
	if (!d->nconventions || d->nconventions > 2 ||
	    (b->convention && (d->nconventions > 1 || strcmp(d->conventions[0], b->convention))))
		return arena_printf(a, "`//! through %s' of %s needs `//! abi %s'", d->through,
				    name, b->convention ? b->convention : "kernel asmlinkage");
	return NULL;
}
