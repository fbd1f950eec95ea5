/* SPDX-License-Identifier: MIT */
/* Where control goes behind a branch, a call, a return: the edges of a function. */
#include "prove/flow.h"

#include <string.h>

enum { MOST_DEPTH = 12, MOST_TABLE = 1024 };

static void cannot(struct flow *f, const struct insn *in, const char *words, const char *hint)
{
	machine_issue(f->x, CHECK_COUNT, 0, false, in->at, hint, words);
}

static bool is_code(const struct machine *x, uint64_t at)
{
	const struct image_section *s = image_section_at(x->m, at);

	return s && s->code;
}

/* Functions by name --------------------------------------------------------------------------- */

/* The register of "__x86_indirect_thunk_rax"; -1: no such thunk. */
static int thunk_register(const struct machine *x, const char *name)
{
	static const char prefix[] = "__x86_indirect_thunk_";

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return -1;
	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		if (!strcmp(name + sizeof(prefix) - 1, gpr_name(x->job->width, i, x->word)))
			return (int)i;
	}
	return -1;
}

static const struct prove_callee *declared(const struct machine *x, const char *name)
{
	return x->job->callee ? x->job->callee(x->job->closure, name) : NULL;
}

/* Returns ------------------------------------------------------------------------------------- */

static void leave(struct flow *f, struct state *s, const struct insn *in, bool tail)
{
	exit_check(f->x, s, in, tail);
}

static void indirect_jump(struct flow *f, struct state *s, const struct insn *in,
			  const struct value *to, bool popped);
static void direct_jump(struct flow *f, struct state *s, const struct insn *in, uint64_t to);

/* May the value that a register held at entry, or a word of the stack (16 and more), be the address
 * of a function? What is declared as no pointer is none. */
static bool may_be_code(const struct prove_subject *f, unsigned id)
{
	for (unsigned i = 0; f->proto && i < f->place.nargs && i < f->proto->nparams; i++) {
		const struct value_place *p = &f->place.arg[i];

		for (unsigned k = 0; k < p->nlocs && !(f->moved >> i & 1); k++) {
			if (p->loc[k].kind == LOC_GPR && p->loc[k].reg == id)
				return f->proto->params[i].type->kind == TYPE_POINTER;
		}
	}
	return true;
}

/* The word it returns to is no return address. */
static void strange_return(struct flow *f, struct state *s, const struct insn *in,
			   const struct value *to, const struct value *from)
{
	struct machine *x = f->x;
	bool certain = (!value_unknown(to) && to->kind != V_ENTRY) || to->undefined;
	bool argument = to->kind == V_ENTRY && !to->undefined && may_be_code(x->f, to->id);
	const char *sp = gpr_name(x->job->width, GPR_SP, x->word);

	if (x->context && (argument || value_unknown(to)) && !to->undefined) {
		indirect_jump(f, s, in, to, true);
		return;
	}
	if (argument && from->kind == V_STACK && !from->id &&
	    (int64_t)from->off == -(int64_t)x->word) {
		indirect_jump(f, s, in, to, true); /* push reg; ret */
		return;
	}
	if (from->kind == V_STACK && !from->id && !from->off) {
		machine_issue(x, CHECK_SP, 1, certain, in->at, NULL,
			      "the return address was overwritten");
		return;
	}
	machine_missing(x, from->kind == V_STACK && !from->id ? (int64_t)from->off : 0);
	machine_issue(x, CHECK_SP, 0, certain && from->kind == V_STACK && !from->id, in->at, NULL,
		      from->kind == V_STACK && !from->id
			      ? arena_printf(x->a,
					     "it returns with %s %lld bytes %s than at entry, to a "
					     "word that is not a return address",
					     sp,
					     (long long)(from->off >> 63 ? -from->off : from->off),
					     from->off >> 63 ? "lower" : "higher")
			      : "it returns to a word about which nothing is known");
}

static void do_return(struct flow *f, struct state *s, const struct insn *in, unsigned pops)
{
	struct machine *x = f->x;
	struct value from = s->gpr[GPR_SP], to = machine_pop(x, s, in, x->word);
	struct value by = value_const(pops);

	s->gpr[GPR_SP] = alu(x, ALU_ADD, &s->gpr[GPR_SP], &by, x->word);
	if (to.kind == V_RETURN) {
		leave(f, s, in, false);
	} else if (to.kind == V_CONST && x->context && to.off == x->context->back) {
		flow_edge(f, to.off, x->context->up, s, in->at);
	} else if (to.kind == V_CONST && is_code(x, to.off)) {
		flow_edge(f, to.off, x->context, s, in->at);
	} else if (to.kind == V_CONST && to.flags & VALUE_LINKED && image_symbol_at(x->m, to.off)) {
		direct_jump(f, s, in, to.off); /* its address was pushed */
	} else {
		strange_return(f, s, in, &to, &from);
	}
}

/* Jumps --------------------------------------------------------------------------------------- */

static bool at_entry(const struct machine *x, const struct state *s)
{
	const struct value *sp = &s->gpr[GPR_SP];

	(void)x;
	return sp->kind == V_STACK && !sp->id && !sp->off;
}

static void tail_call(struct flow *f, struct state *s, const struct insn *in, const char *name)
{
	struct machine *x = f->x;
	const struct prove_callee *c = name ? declared(x, name) : NULL;
	unsigned pop = c && c->proto ? c->place.pop_bytes : 0;

	/* Below the function's own return address nothing is left of local ones. */
	if (at_entry(x, s))
		x->context = NULL;
	if (x->context) {
		struct value back = value_any(), from = s->gpr[GPR_SP];

		/* The callee returns for the local function. */
		if (name)
			machine_trust(x, name, arena_printf(x->a, "%s keeps its convention", name));
		back = machine_pop(x, s, in, x->word);
		if (back.kind == V_CONST && back.off == x->context->back) {
			call_check(x, s, in, c, false);
			call_effect(x, s, in, c, name);
			flow_edge(f, back.off, x->context->up, s, in->at);
		} else {
			strange_return(f, s, in, &back, &from);
		}
		return;
	}
	if (!at_entry(x, s)) {
		cannot(f, in,
		       "it jumps to another function with a stack pointer that is not that "
		       "of entry",
		       "a contract line `returns never', if that function does not return");
		return;
	}
	if (c && c->proto && pop != x->f->pop)
		machine_issue(x, CHECK_SP, 2, true, in->at, NULL,
			      arena_printf(x->a, "%s, to which it jumps, pops %u bytes, not %u",
					   name, pop, x->f->pop));
	if (name)
		machine_trust(x, name,
			      arena_printf(x->a, "%s keeps its convention%s", name,
					   c ? "" : " (undeclared)"));
	else
		machine_assume(x, arena_printf(x->a,
					       "the function that %s jumps to keeps its "
					       "convention",
					       machine_place(x, in->at)));
	tail_check(x, s, in, c, name);
	leave(f, s, in, true);
}

/* To an address of the image, or one that the linker will know. */
static void direct_jump(struct flow *f, struct state *s, const struct insn *in, uint64_t to)
{
	struct machine *x = f->x;
	const struct image_symbol *symbol;
	int reg;

	symbol = image_symbol_at(x->m, to);
	/* Of a weak function the linker may take another definition. */
	if (is_code(x, to) && !(symbol && symbol->weak && symbol->function && in->relocated) &&
	    !(symbol && symbol->resolver && to != x->entry)) {
		flow_edge(f, to, x->context, s, in->at);
		return;
	}
	if (!symbol) {
		cannot(f, in, "it jumps to where there is no code", NULL);
		return;
	}
	reg = thunk_register(x, symbol->name);
	if (!strcmp(symbol->name, "__x86_return_thunk")) {
		do_return(f, s, in, 0);
	} else if (reg >= 0) {
		struct value v = s->gpr[reg];

		indirect_jump(f, s, in, &v, false);
	} else if (!declared(x, symbol->name) && x->ask(x, symbol->name) == RETURNS_NEVER) {
		machine_assume(x, arena_printf(x->a, "%s does not return", symbol->name));
	} else {
		tail_call(f, s, in, symbol->name);
	}
}

/* An element of a jump table. */
static bool table_entry(const struct machine *x, const struct value *t, uint64_t at, uint64_t end,
			uint64_t *to)
{
	unsigned bytes = t->id & 0x7f;
	uint64_t n;

	if (at + bytes > end || !image_constant(x->m, at, bytes, &n))
		return false;
	if (t->id & 0x80 && bytes < 8)
		n = (uint64_t)((int64_t)(n << (64 - 8 * bytes)) >> (64 - 8 * bytes));
	*to = n + t->more;
	if (x->word == 4)
		*to &= 0xffffffff;
	return is_code(x, *to);
}

/* Entries from `at` on, upward or downward, as long as they are such; how many. The index may be
 * biased, so the table may begin before what the instruction names. */
static unsigned table_part(struct flow *f, struct state *s, const struct insn *in,
			   const struct value *t, uint64_t at, bool down)
{
	struct machine *x = f->x;
	const struct image_section *section = image_section_at(x->m, at);
	const struct image_symbol *own = image_function_of(x->m, in->at);
	uint64_t end = image_next_named(x->m, at), to;
	unsigned bytes = t->id & 0x7f, n = 0;

	while (section && n < MOST_TABLE && at >= section->address &&
	       table_entry(x, t, at, end, &to)) {
		/* Beyond the table: another one, or code. */
		if (!image_relocated(x->m, at) &&
		    !((section->code || x->m->linked) && image_function_of(x->m, to) == own))
			break;
		flow_edge(f, to, x->context, s, in->at);
		n++;
		/* It begins where code names it. */
		if (down && image_next_named(x->m, at - 1) == at)
			break;
		at = down ? at - bytes : at + bytes;
	}
	return n;
}

/* Exactly the entries that a comparison or a mask leaves. */
static bool table_exact(struct flow *f, struct state *s, const struct insn *in,
			const struct value *t)
{
	struct machine *x = f->x;
	const struct image_section *section = image_section_at(x->m, t->off);
	unsigned bytes = t->id & 0x7f;
	uint64_t to;

	if (!t->from || !section)
		return false;
	for (unsigned i = 0; i < t->from; i++) {
		if (!table_entry(x, t, t->off + (uint64_t)i * bytes,
				 section->address + section->size, &to))
			return false;
	}
	for (unsigned i = 0; i < t->from; i++) {
		table_entry(x, t, t->off + (uint64_t)i * bytes, section->address + section->size,
			    &to);
		flow_edge(f, to, x->context, s, in->at);
	}
	return true;
}

static void table_jump(struct flow *f, struct state *s, const struct insn *in,
		       const struct value *t)
{
	unsigned bytes = t->id & 0x7f, n;

	if (table_exact(f, s, in, t))
		return;
	/* Perhaps more than belongs to it. */
	s->doubt = 1;
	f->x->doubted = NULL;
	n = table_part(f, s, in, t, t->off, false) + table_part(f, s, in, t, t->off - bytes, true);
	/* The first indices may not occur. */
	for (unsigned skip = 1; !n && skip < 4; skip++)
		n = table_part(f, s, in, t, t->off + skip * bytes, false);
	if (n >= MOST_TABLE)
		cannot(f, in, "its jump table has more entries than are followed", NULL);
	else if (!n)
		cannot(f, in, "its jump table cannot be read",
		       "the table in a read-only section of this object");
	else
		machine_assume(f->x, arena_printf(f->x->a,
						  "the jump at %s stays in the %u entries of its "
						  "table",
						  machine_place(f->x, in->at), n));
}

/* A jump to where nothing is known of: perhaps to code of the function itself of which data hold
 * the address. */
static void to_labels(struct flow *f, const struct state *s, const struct insn *in)
{
	struct machine *x = f->x;
	struct state other;

	for (size_t i = 0; i < x->m->nlabels; i++) {
		struct value v = value_const(x->m->label[i]);

		v.flags = VALUE_CODE;
		if (!machine_is_label(x, &v))
			continue;
		memcpy(&other, s, state_size(s));
		other.doubt = 1;
		flow_edge(f, v.off, x->context, &other, in->at);
	}
}

static void indirect_jump(struct flow *f, struct state *s, const struct insn *in,
			  const struct value *to, bool popped)
{
	struct machine *x = f->x;

	machine_use(x, s, in->at, to, x->word, "where it jumps");
	if (to->kind == V_CONST) {
		direct_jump(f, s, in, to->off);
	} else if (to->kind == V_RETURN) {
		leave(f, s, in, false);
	} else if (to->kind == V_TABLE) {
		table_jump(f, s, in, to);
	} else if (x->f->jumps >= 0 && value_is_entry(to, (unsigned)x->f->jumps)) {
		leave(f, s, in, true);
	} else if (to->flags & VALUE_CODE) {
		cannot(f, in,
		       "where it jumps is computed from a constant in a way that is not "
		       "followed",
		       "a list of its targets");
	} else if (popped && x->context) {
		/* A retpoline: the return address of the call in it was replaced. */
		struct value sp = s->gpr[GPR_SP];

		x->context = x->context->up;
		(void)sp;
		tail_call(f, s, in, NULL);
	} else {
		to_labels(f, s, in);
		tail_call(f, s, in, NULL);
	}
}

/* Calls --------------------------------------------------------------------------------------- */

/* Is the analysis inside of it already? Also after a jump to it. */
static bool in_context(const struct machine *x, const struct insn *in, uint64_t function)
{
	const struct image_symbol *own = image_function_of(x->m, in->at);

	if (own && own->address == function && in->at < own->address + own->size)
		return true;
	for (const struct context *u = x->context; u; u = u->up) {
		if (u->entry == function)
			return true;
	}
	return false;
}

static const struct context *inner(struct flow *f, const struct insn *in, uint64_t to)
{
	struct machine *x = f->x;
	struct context *c;

	for (unsigned i = 0; i < f->ncontexts; i++) {
		c = f->contexts[i];
		if (c->up == x->context && c->back == in->then && c->entry == to)
			return c;
	}
	if (in_context(x, in, to)) {
		cannot(f, in, "a local function without a symbol calls itself", NULL);
		return NULL;
	}
	if (f->ncontexts == ARRAY_SIZE(f->contexts) ||
	    (x->context && x->context->depth >= MOST_DEPTH)) {
		cannot(f, in, "local functions are nested too deeply", NULL);
		return NULL;
	}
	c = arena_alloc(f->a, sizeof(*c));
	*c = (struct context){ .up = x->context,
			       .back = in->then,
			       .entry = to,
			       .site = in->at,
			       .depth = x->context ? x->context->depth + 1 : 1 };
	f->contexts[f->ncontexts++] = c;
	return c;
}

static void call_local(struct flow *f, struct state *s, const struct insn *in, uint64_t to)
{
	const struct context *c = inner(f, in, to);
	struct value back = value_const(in->then);

	if (!c)
		return;
	back.flags = VALUE_CODE | (f->x->m->linked ? 0 : VALUE_LINKED);
	back.more = CONST_BACK;
	machine_push(f->x, s, in, f->x->word, back);
	flow_edge(f, to, c, s, in->at);
}

/* Does the function end there? Behind its last instruction is padding. */
static bool ends_function(const struct machine *x, uint64_t at)
{
	const struct image_symbol *symbol;
	struct insn in;

	while (at % 16 && !image_symbol_at(x->m, at) && machine_decode(x, at, &in) &&
	       (in.d.meta.category == ZYDIS_CATEGORY_NOP ||
		in.d.meta.category == ZYDIS_CATEGORY_WIDENOP))
		at = in.next;
	symbol = image_symbol_at(x->m, at);
	return !image_section_at(x->m, at) || (symbol && symbol->function && symbol->size);
}

/* ISO C 7.13.1, POSIX.1-2001: the second time with what the frame holds by then. */
static bool returns_twice(const char *name)
{
	static const char *const names[] = { "setjmp",      "_setjmp", "__setjmp",  "sigsetjmp",
					     "__sigsetjmp", "vfork",   "getcontext" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

static void call_named(struct flow *f, struct state *s, const struct insn *in, const char *name,
		       const char *what)
{
	struct machine *x = f->x;
	const struct prove_callee *c = name ? declared(x, name) : NULL;
	bool itself = name && !strcmp(name, x->f->name);
	enum returns comes_back;
	struct prove_callee own = { .proto = x->f->proto,
				    .conv = x->f->conv,
				    .place = x->f->place };

	if (itself && !c)
		c = &own;
	if (name && !c && returns_twice(name)) {
		cannot(f, in, "what it calls returns twice", NULL);
		return;
	}
	if (name && !c && x->word == 4 && !is_known(name))
		x->might_pop = name;
	if ((c ? c->conv : x->f->conv)->silent.gpr)
		x->unsaid = c ? c->conv : x->f->conv;
	comes_back = c ? c->never ? RETURNS_NEVER : RETURNS : name ? x->ask(x, name) : RETURNS;
	call_check(x, s, in, c, false);
	/* They keep every register. */
	if (name &&
	    (!strcmp(name, "__fentry__") || !strcmp(name, "mcount") || !strcmp(name, "_mcount")))
		;
	else if (comes_back == RETURNS_NEVER) {
		machine_assume(x, arena_printf(x->a, "%s does not return", name));
		return;
	} else {
		call_effect(x, s, in, c, name);
	}
	if (comes_back == RETURNS_UNKNOWN) {
		s->doubt = 1;
		x->doubted = name;
	}
	if (!itself)
		machine_trust(x, name ? name : "",
			      arena_printf(x->a, "%s keeps its convention%s", what,
					   c ? ""
					     : " (undeclared: it takes no stack "
					       "arguments, pops nothing)"));
	if (ends_function(x, in->then) && comes_back == RETURNS && name && is_code(x, in->then)) {
		/* So they say. */
		s->doubt = 1;
		x->doubted = name;
	} else if (ends_function(x, in->then)) {
		machine_assume(x, arena_printf(x->a, "%s does not return", what));
		return;
	}
	flow_edge(f, in->then, x->context, s, in->at);
}

static void call_indirect(struct flow *f, struct state *s, const struct insn *in,
			  const struct value *to);

/* The assembler resolved the call: perhaps by another name of the same place, of a local function
 * with a convention of its own. */
static bool bound(const struct machine *x, const struct insn *in, const struct image_symbol *symbol)
{
	if (x->m->linked || !strcmp(symbol->name, x->f->name))
		return false;
	return !in->relocated;
}

/* Is the call followed into the function? Otherwise it is taken to keep its convention. */
static bool follows(struct machine *x, const struct insn *in, const struct image_symbol *symbol,
		    uint64_t to)
{
	if (!is_code(x, to) || !symbol)
		return is_code(x, to);
	if (to == x->entry || in_context(x, in, to) || (symbol->weak && in->relocated) ||
	    declared(x, symbol->name))
		return false;
	if (symbol->resolver) /* what it is will be known when it is linked */
		return false;
	if (symbol->local || symbol->hidden || bound(x, in, symbol))
		return true;
	/* The compiler of an object may know more of its functions than their convention. */
	x->might_follow = x->might_follow || (!x->m->linked && strcmp(symbol->name, x->f->name));
	if (!x->follows || !strcmp(symbol->name, x->f->name))
		return false;
	if (!x->m->linked)
		machine_assume(x, arena_printf(x->a, "%s is the one of this object", symbol->name));
	return true;
}

/* Does it write through a register that its caller preserves, and that leads to the frame? */
static bool writes_frame(const struct machine *x, const struct state *s, const struct summary *t)
{
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (t->through >> i & 1 && x->f->conv->preserved.gpr >> i & 1 &&
		    s->gpr[i].flags & VALUE_FRAME)
			return true;
	}
	return false;
}

/* Is the state at a call one that the summary speaks of? */
static bool as_entered(const struct machine *x, const struct state *s, const struct summary *t)
{
	const struct value *sp = &s->gpr[GPR_SP];

	return s->df == CLEAR && s->mmx == CLEAR && s->x87 == 0 && s->cw == CLEAR &&
	       s->mxcsr == CLEAR && sp->kind == V_STACK &&
	       (t->align <= x->word || !base_modulo(&x->bases, sp->id, (int64_t)sp->off, t->align));
}

/* A local function inside of itself: by its summary. What it returns, and where, is not known. */
static void call_again(struct flow *f, struct state *s, const struct insn *in,
		       const struct image_symbol *symbol)
{
	struct machine *x = f->x;
	const struct summary *t = x->sum(x, symbol);
	struct value *sp = &s->gpr[GPR_SP];
	struct state old;

	if (!t || writes_frame(x, s, t) || !as_entered(x, s, t)) {
		cannot(f, in, "it calls itself, and does what cannot be summed up", NULL);
		return;
	}
	memcpy(&old, s, state_size(s));
	call_effect(x, s, in, NULL, NULL);
	if (sp->kind == V_STACK && t->above)
		state_forget(s, &x->bases, sp->id, (int64_t)sp->off, t->above);
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (i != GPR_SP)
			s->gpr[i] = t->gpr >> i & 1 ? old.gpr[i] : value_anything();
	}
	for (unsigned i = 0; i < XMM_COUNT; i++) {
		s->vector[i] = t->vector >> i & 1 ? old.vector[i] : value_anything();
		s->upper[i] = UPPER_UNKNOWN;
	}
	s->flags_undefined = s->flags_origin = 0;
	s->x87 = t->x87;
	if (sp->kind == V_STACK)
		sp->off += t->pop;
	flow_edge(f, in->then, x->context, s, in->at);
}

static void call_direct(struct flow *f, struct state *s, const struct insn *in, uint64_t to)
{
	struct machine *x = f->x;
	const struct image_symbol *symbol = image_symbol_at(x->m, to);
	int reg = symbol ? thunk_register(x, symbol->name) : -1;

	if (reg >= 0 && !symbol->section) {
		struct value v = s->gpr[reg];

		call_indirect(f, s, in, &v);
	} else if (follows(x, in, symbol, to)) {
		call_local(f, s, in, to);
	} else if (symbol && symbol->local && (to != x->entry || x->summing) && !symbol->resolver) {
		call_again(f, s, in, symbol);
	} else if (symbol) {
		/* Its compiler may know more of the one here than the convention says. */
		if (symbol->weak && is_code(x, to)) {
			s->doubt = 1;
			x->doubted = symbol->name;
		}
		call_named(f, s, in, symbol->name, symbol->name);
	} else {
		cannot(f, in, "it calls where there is no code", NULL);
	}
}

/* Does the table hold the address of code of the function? */
static bool table_of_labels(const struct machine *x, const struct value *t)
{
	unsigned bytes = t->id & 0x7f, most = t->from ? t->from : MOST_TABLE;
	const struct image_section *section = image_section_at(x->m, t->off);
	struct value v = { .kind = V_CONST, .flags = VALUE_CODE };

	for (unsigned i = 0; section && i < most; i++) {
		if (!table_entry(x, t, t->off + (uint64_t)i * bytes,
				 section->address + section->size, &v.off))
			return false;
		if (machine_is_label(x, &v))
			return true;
	}
	return false;
}

static void call_indirect(struct flow *f, struct state *s, const struct insn *in,
			  const struct value *to)
{
	struct machine *x = f->x;

	machine_use(x, s, in->at, to, x->word, "where it calls");
	if ((to->kind == V_TABLE && table_of_labels(x, to)) ||
	    (value_unknown(to) && to->flags & VALUE_LABEL))
		cannot(f, in,
		       "what it calls is computed from a constant in a way that is not followed",
		       "a list of its targets");
	else if (to->kind == V_CONST && (is_code(x, to->off) || image_symbol_at(x->m, to->off)))
		call_direct(f, s, in, to->off);
	else
		call_named(
			f, s, in, NULL,
			arena_printf(x->a, "the function that %s calls", machine_place(x, in->at)));
}

/* All ----------------------------------------------------------------------------------------- */

static bool target(struct flow *f, const struct insn *in, uint64_t *to)
{
	if (in->op[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE || in->unknown)
		return false;
	*to = in->next + in->op[0].imm.value.u;
	if (f->x->word == 4)
		*to &= 0xffffffff;
	return true;
}

/* The count of LOOP and JCXZ has as many bits as addresses have. */
static struct value count_of(const struct machine *x, const struct state *s, const struct insn *in)
{
	return alu_extend(&s->gpr[GPR_CX], in->d.address_width / 8, x->word, false);
}

static enum tri is_not_zero(const struct value *v)
{
	return v->kind != V_CONST || v->flags & VALUE_LINKED ? UNSURE : v->off ? SET : CLEAR;
}

/* LOOP: the count is one less. Is something left? */
static enum tri count_down(struct machine *x, struct state *s, const struct insn *in)
{
	unsigned bytes = in->d.address_width / 8;
	struct value *cx = &s->gpr[GPR_CX], one = value_const(1), left = count_of(x, s, in);

	left = alu(x, ALU_SUB, &left, &one, bytes);
	*cx = bytes < 4 ? value_mix(cx, &left) : alu_extend(&left, bytes, x->word, false);
	if (s->compared == 4 && s->left == GPR_CX)
		s->compared = 0;
	return is_not_zero(&left);
}

static void conditional(struct flow *f, struct state *s, const struct insn *in)
{
	struct machine *x = f->x;
	struct value count;
	uint64_t to;
	uint8_t read = 0;
	struct state other;
	enum tri taken = branch_decide(s, in->d.mnemonic);

	if (!target(f, in, &to) || in->d.mnemonic == ZYDIS_MNEMONIC_XBEGIN) {
		cannot(f, in, "where it branches is not known", NULL);
		return;
	}
	if (in->d.cpu_flags) {
		ZydisAccessedFlagsMask m = in->d.cpu_flags->tested;

		read = (uint8_t)((m & ZYDIS_CPUFLAG_CF ? F_CF : 0) |
				 (m & ZYDIS_CPUFLAG_PF ? F_PF : 0) |
				 (m & ZYDIS_CPUFLAG_ZF ? F_ZF : 0) |
				 (m & ZYDIS_CPUFLAG_SF ? F_SF : 0) |
				 (m & ZYDIS_CPUFLAG_OF ? F_OF : 0));
	}
	if (s->flags_undefined & read) {
		struct value v = { .undefined = 1,
				   .origin = s->flags_origin,
				   .flags = s->flags_blurred ? VALUE_BLURRED : 0 };

		machine_use(x, s, in->at, &v, 1, "a branch");
	}
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_LOOP:
	case ZYDIS_MNEMONIC_LOOPE:
	case ZYDIS_MNEMONIC_LOOPNE:
		machine_use(x, s, in->at, &s->gpr[GPR_CX], in->d.address_width / 8, "a branch");
		taken = count_down(x, s, in);
		if (taken == SET && in->d.mnemonic != ZYDIS_MNEMONIC_LOOP)
			taken = UNSURE;
		break;
	case ZYDIS_MNEMONIC_JCXZ:
	case ZYDIS_MNEMONIC_JECXZ:
	case ZYDIS_MNEMONIC_JRCXZ:
		machine_use(x, s, in->at, &s->gpr[GPR_CX], in->d.address_width / 8, "a branch");
		count = count_of(x, s, in);
		taken = is_not_zero(&count);
		taken = taken == UNSURE ? UNSURE : taken == SET ? CLEAR : SET;
		break;
	default:
		break;
	}
	if (taken != SET) {
		memcpy(&other, s, state_size(s));
		branch_refine(x, &other, in->d.mnemonic, false);
		flow_edge(f, in->then, x->context, &other, in->at);
	}
	if (taken == CLEAR)
		return;
	branch_refine(x, s, in->d.mnemonic, true);
	direct_jump(f, s, in, to);
}

static void do_call(struct flow *f, struct state *s, const struct insn *in)
{
	struct value v;
	uint64_t to;

	if (target(f, in, &to)) {
		call_direct(f, s, in, to);
		return;
	}
	if (in->d.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ||
	    in->op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		cannot(f, in, "what it calls is not known", NULL);
		return;
	}
	v = machine_read(f->x, s, in, 0);
	call_indirect(f, s, in, &v);
}

static void do_jump(struct flow *f, struct state *s, const struct insn *in)
{
	struct value v;
	uint64_t to;

	if (target(f, in, &to)) {
		direct_jump(f, s, in, to);
		return;
	}
	if (in->d.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ||
	    in->op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		cannot(f, in, "where it jumps is not known", NULL);
		return;
	}
	v = machine_read(f->x, s, in, 0);
	indirect_jump(f, s, in, &v, false);
}

/* The address of 16 bits that such a prefix asks for; at 64 bit processors differ. */
static bool narrow(const struct machine *x, const struct insn *in)
{
	switch (in->d.meta.category) {
	case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_RET:
	case ZYDIS_CATEGORY_COND_BR:
	case ZYDIS_CATEGORY_UNCOND_BR:
		return in->d.attributes & ZYDIS_ATTRIB_HAS_OPERANDSIZE &&
		       !(x->word == 8 && in->d.raw.rex.W);
	default:
		return false;
	}
}

/* The handler of a warning goes on behind it. */
static bool warns(const struct machine *x, const struct insn *in)
{
	const struct patch *p;
	size_t n;

	p = patches_at(x->m, in->at, &n);
	for (size_t i = 0; i < n; i++) {
		if (p[i].kind == PATCH_WARNING)
			return true;
	}
	return false;
}

/* Registers as the handler of an exception leaves them: the low byte of `data' is its type, which
 * asm/extable_fixup_types.h lists, the next four bits a register. */
static bool after_fault(struct state *s, const struct insn *in, uint32_t data)
{
	enum {
		DEFAULT = 1,
		FAULT = 2,
		UACCESS = 3,
		COPY = 4,
		WRMSR = 8,
		RDMSR = 9,
		WRMSR_SAFE = 10,
		RDMSR_SAFE = 11,
		DEFAULT_MCE_SAFE = 14,
		FAULT_MCE_SAFE = 15,
		IMM_REG = 17,
		UCOPY_LEN = 19
	};
	struct value any = value_anything();

	s->compared = s->compared_bytes = 0;
	s->left = s->right = 0;
	/* Some of it has been done. */
	if (in->d.meta.category == ZYDIS_CATEGORY_STRINGOP)
		s->gpr[GPR_SI] = s->gpr[GPR_DI] = s->gpr[GPR_CX] = any;
	switch (data & 0xff) {
	case DEFAULT:
	case UACCESS:
	case DEFAULT_MCE_SAFE:
	case WRMSR:
		return true;
	case FAULT:
	case COPY:
	case FAULT_MCE_SAFE:
		s->gpr[GPR_AX] = any;
		return true;
	case RDMSR:
		s->gpr[GPR_AX] = s->gpr[GPR_DX] = any;
		return true;
	case UCOPY_LEN:
		s->gpr[GPR_CX] = any;
		return true;
	case WRMSR_SAFE:
	case RDMSR_SAFE:
	case IMM_REG:
		s->gpr[data >> 8 & 15] = any;
		if ((data & 0xff) == RDMSR_SAFE)
			s->gpr[GPR_AX] = s->gpr[GPR_DX] = any;
		return (data >> 8 & 15) != GPR_SP;
	default:
		return false;
	}
}

/* The bit of a feature in a state; 0: too many to be kept apart. */
static uint8_t feature_bit(struct machine *x, uint32_t data)
{
	uint16_t feature = (uint16_t)data;

	for (unsigned i = 0; i < x->nfeatures; i++) {
		if (x->feature[i] == feature)
			return (uint8_t)(1u << i);
	}
	if (x->nfeatures == ARRAY_SIZE(x->feature))
		return 0;
	x->feature[x->nfeatures] = feature;
	return (uint8_t)(1u << x->nfeatures++);
}

/* The processor has the feature, or has not. False: it was the other way before. */
static bool suppose(struct state *s, uint8_t bit, bool has)
{
	if ((has ? s->without : s->with) & bit)
		return false;
	*(has ? &s->with : &s->without) |= bit;
	return true;
}

static void patched(struct flow *f, struct state *s, const struct insn *in, const struct patch *p)
{
	struct machine *x = f->x;

	switch (p->kind) {
	case PATCH_REPLACED:
		if (suppose(s, feature_bit(x, p->data), !(p->data & PATCH_UNLESS)))
			flow_edge(f, p->bytes ? p->to : in->at + p->length, x->context, s, in->at);
		break;
	case PATCH_JUMP:
		flow_edge(f, p->to, x->context, s, in->at);
		break;
	case PATCH_FAULT:
		if (after_fault(s, in, p->data))
			flow_edge(f, p->to, x->context, s, in->at);
		else
			cannot(f, in, "what follows an exception of this type is not modelled",
			       NULL);
		break;
	default:
		break;
	}
}

bool flow_patches(struct flow *f, struct state *s, const struct insn *in)
{
	const struct patch *p;
	bool original = true;
	struct state other;
	size_t n;

	p = patches_at(f->x->m, in->at, &n);
	for (size_t i = 0; i < n; i++) {
		memcpy(&other, s, state_size(s));
		patched(f, &other, in, &p[i]);
	}
	/* Where it stays as it is, the processor is another one. */
	for (size_t i = 0; i < n; i++) {
		if (p[i].kind == PATCH_REPLACED &&
		    !suppose(s, feature_bit(f->x, p[i].data), p[i].data & PATCH_UNLESS))
			original = false;
	}
	return original;
}

bool flow_control(struct flow *f, struct state *s, const struct insn *in)
{
	if (narrow(f->x, in)) {
		cannot(f, in, "a branch of 16 bits is not modelled", NULL);
		return true;
	}
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_INT3:
		/* A trap: nothing comes behind it, unless it is a warning. */
		if (warns(f->x, in))
			flow_edge(f, in->then, f->x->context, s, in->at);
		return true;
	case ZYDIS_MNEMONIC_CALL:
		do_call(f, s, in);
		return true;
	case ZYDIS_MNEMONIC_JMP:
		do_jump(f, s, in);
		return true;
	case ZYDIS_MNEMONIC_RET:
		if (in->d.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
			break;
		do_return(f, s, in,
			  in->op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE
				  ? (unsigned)in->op[0].imm.value.u
				  : 0);
		return true;
	default:
		break;
	}
	if (in->d.meta.category != ZYDIS_CATEGORY_COND_BR)
		return false;
	conditional(f, s, in);
	return true;
}
