/* SPDX-License-Identifier: MIT */
/* See never.h. What a branch depends on is looked for backwards, in the order of addresses: a
 * guess, which is told as such. */
#include "check/never.h"

#include "payload/case.h"

#include <string.h>

/* Where a value comes from. */
struct origin {
	enum { UNKNOWN, INPUT, BEHIND, SYMBOL, RESULT, CONSTANT } kind;
	unsigned input;
	bool changed; /* on the way: masked, shifted, added to */
	int64_t number;
	const char *name;
};

struct trace {
	struct arena *a;
	struct code *k;
	const struct contract *c;
};

static const struct block *block_with(const struct blocks *b, uint64_t at)
{
	for (size_t i = 0; i < b->n; i++) {
		if (at >= b->v[i].at && at - b->v[i].at < b->v[i].bytes)
			return &b->v[i];
	}
	return NULL;
}

/* The instruction before `at`, in the order of addresses; 0: it is the first. */
static uint64_t previous(const struct trace *t, uint64_t at)
{
	const struct blocks *b = t->c->blocks;
	uint64_t found = 0;

	for (size_t i = 0; i < b->n; i++) {
		uint64_t p = b->v[i].at;
		struct insn in;

		if (b->v[i].at + b->v[i].bytes < at && i + 1 < b->n && b->v[i + 1].at < at)
			continue;
		while (p < b->v[i].at + b->v[i].bytes && p < at && code_decode(t->k, p, &in)) {
			found = p;
			p += in.in.length;
		}
		if (b->v[i].at >= at)
			break;
	}
	return found;
}

static bool writes(const struct trace *t, const struct insn *i, int gpr)
{
	for (unsigned n = 0; n < i->in.operand_count; n++) {
		if (i->op[n].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    i->op[n].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE &&
		    code_gpr(t->k, i->op[n].reg.value) == gpr)
			return true;
	}
	return false;
}

/* The input that arrives in a register. */
static int input_in(const struct contract *c, int gpr)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &c->input[i].d;

		if (d->nlocs == 1 && d->loc[0].kind == CL_GPR && (int)d->loc[0].reg == gpr)
			return (int)i;
	}
	return -1;
}

static struct origin of_register(const struct trace *t, uint64_t at, int gpr, unsigned depth);

static struct origin of_operand(const struct trace *t, uint64_t at, const struct insn *i,
				const ZydisDecodedOperand *o, unsigned depth)
{
	struct origin r = { .kind = UNKNOWN };
	uint64_t address;

	if (o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		r.kind = CONSTANT;
		r.number = o->imm.is_signed ? o->imm.value.s : (int64_t)o->imm.value.u;
	} else if (o->type == ZYDIS_OPERAND_TYPE_REGISTER && code_gpr(t->k, o->reg.value) >= 0) {
		r = of_register(t, at, code_gpr(t->k, o->reg.value), depth);
	} else if (o->type == ZYDIS_OPERAND_TYPE_MEMORY && o->mem.index == ZYDIS_REGISTER_NONE &&
		   o->mem.segment != ZYDIS_REGISTER_FS && o->mem.segment != ZYDIS_REGISTER_GS) {
		if (ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&i->in, o, at, &address))) {
			r.kind = SYMBOL;
			r.name = code_name(t->a, t->k, address);
		} else if (code_gpr(t->k, o->mem.base) >= 0) {
			struct origin p = of_register(t, at, code_gpr(t->k, o->mem.base), depth);

			if (p.kind == INPUT && !p.changed) {
				r = p;
				r.kind = BEHIND;
				r.number = o->mem.disp.value;
			}
		}
	}
	return r;
}

static bool copies(const struct insn *i)
{
	return i->in.mnemonic == ZYDIS_MNEMONIC_MOV || i->in.mnemonic == ZYDIS_MNEMONIC_MOVZX ||
	       i->in.mnemonic == ZYDIS_MNEMONIC_MOVSX || i->in.mnemonic == ZYDIS_MNEMONIC_MOVSXD;
}

/* What a register holds before the instruction at `at`. */
static struct origin of_register(const struct trace *t, uint64_t at, int gpr, unsigned depth)
{
	struct origin r = { .kind = UNKNOWN };
	bool changed = false;
	struct insn i;

	for (unsigned n = 0; depth < 8 && n < 200; n++) {
		at = previous(t, at);
		if (!at) {
			int input = input_in(t->c, gpr);

			r.kind = input < 0 ? UNKNOWN : INPUT;
			r.input = input < 0 ? 0 : (unsigned)input;
			r.changed = changed;
			return r;
		}
		if (!code_decode(t->k, at, &i))
			return r;
		if (i.in.meta.category == ZYDIS_CATEGORY_CALL) {
			uint64_t to;

			if (gpr == 0 && i.op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
			    ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&i.in, &i.op[0], at, &to))) {
				r.kind = RESULT;
				r.name = code_name(t->a, t->k, to);
			}
			return r;
		}
		if (!writes(t, &i, gpr))
			continue;
		/* What else is done to it changes it. */
		if (i.op[0].actions & ZYDIS_OPERAND_ACTION_READ) {
			changed = true;
			continue;
		}
		if (i.in.operand_count_visible < 2 || i.in.mnemonic == ZYDIS_MNEMONIC_LEA)
			return r;
		r = of_operand(t, at, &i, &i.op[1], depth + 1);
		r.changed = r.changed || changed || !copies(&i);
		return r;
	}
	return r;
}

static const char *words_of(const struct trace *t, const struct origin *o)
{
	const char *name = o->kind == INPUT || o->kind == BEHIND
				   ? check_input_name(t->a, t->c, o->input)
				   : o->name;

	const char *changed = o->changed ? ", changed" : "";

	switch (o->kind) {
	case INPUT:
		return arena_printf(t->a, "%s%s", name, changed);
	case BEHIND:
		return arena_printf(t->a, "what %s points to, at byte %lld%s", name,
				    (long long)o->number, changed);
	case SYMBOL:
		return arena_printf(t->a, "the objects' %s%s", name, changed);
	case RESULT:
		return arena_printf(t->a, "what %s returned%s", name, changed);
	default:
		return NULL;
	}
}

/* The last instruction before the branch that sets flags for it. */
static uint64_t comparison(const struct trace *t, uint64_t branch, struct insn *i)
{
	uint64_t at = branch;

	for (unsigned n = 0; n < 20; n++) {
		at = previous(t, at);
		if (!at || !code_decode(t->k, at, i))
			return 0;
		if (i->in.cpu_flags && i->in.cpu_flags->modified)
			return at;
	}
	return 0;
}

static bool for_equal(ZydisMnemonic m)
{
	return m == ZYDIS_MNEMONIC_JZ;
}

/* Which line leads there. */
static const char *help_of(const struct trace *t, const struct origin *o, const struct origin *by,
			   bool equal, bool plain)
{
	const char *name = o->kind == INPUT || o->kind == BEHIND
				   ? check_input_name(t->a, t->c, o->input)
				   : NULL;

	switch (o->kind) {
	case INPUT:
		if (t->c->input[o->input].type->kind == TYPE_POINTER)
			return NULL;
		if (by->kind == CONSTANT && equal && plain && !o->changed)
			return arena_printf(t->a, "arg %s one of %lld, ...", name,
					    (long long)by->number);
		return arena_printf(t->a, "arg %s ...", name);
	case BEHIND:
		if (by->kind == CONSTANT && equal && plain && !o->changed)
			return arena_printf(t->a, "arg %s holds %lld at %lld", name,
					    (long long)by->number, (long long)o->number);
		return arena_printf(t->a, "arg %s holds ... at %lld", name, (long long)o->number);
	case SYMBOL:
		return arena_printf(t->a, "supply %s data ...", o->name);
	case RESULT:
		return arena_printf(t->a, "calls %s(...) returns ...", o->name);
	default:
		return NULL;
	}
}

/* Why the branch never went that way. */
static void explain(const struct trace *t, const struct edge *e, struct never *x)
{
	struct insn jump, by;
	uint64_t at;
	struct origin left, right = { .kind = UNKNOWN };
	const char *words;
	bool equal;

	if (!code_decode(t->k, e->from, &jump) || jump.in.meta.category != ZYDIS_CATEGORY_COND_BR)
		return;
	x->why = arena_printf(t->a, "%s at %s always %s", ZydisMnemonicGetString(jump.in.mnemonic),
			      code_name(t->a, t->k, e->from), e->falls ? "jumps" : "goes on");
	at = comparison(t, e->from, &by);
	if (!at || by.in.operand_count_visible < 1)
		return;
	left = of_operand(t, at, &by, &by.op[0], 0);
	if (by.in.operand_count_visible > 1)
		right = of_operand(t, at, &by, &by.op[1], 0);
	if (left.kind == CONSTANT || left.kind == UNKNOWN) {
		struct origin o = left;

		left = right;
		right = o;
	}
	words = words_of(t, &left);
	x->why = arena_printf(t->a, "%s after %s%s%s", x->why, code_text(t->a, t->k, at),
			      words ? ": it looks at " : "", words ? words : "");
	equal = for_equal(jump.in.mnemonic) != e->falls;
	x->help = help_of(t, &left, &right, equal, by.in.mnemonic == ZYDIS_MNEMONIC_CMP);
}

static bool did_run(const struct blocks *b, const uint8_t *ran, uint64_t at)
{
	const struct block *x = block_with(b, at);

	return x && ran[(x - b->v) / 8] >> ((x - b->v) % 8) & 1;
}

struct never *never_ran(struct arena *a, struct code *k, const struct contract *c,
			const uint8_t *ran, size_t *n)
{
	const struct blocks *b = c->blocks;
	const struct trace t = { a, k, c };
	struct never *v = NULL;

	*n = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct block *x = &b->v[i];
		struct never *last = *n ? &v[*n - 1] : NULL;

		if (ran[i / 8] >> (i % 8) & 1)
			continue;
		if (last && last->at + last->bytes == x->at) {
			last->bytes += x->bytes;
			last->insns += x->insns;
			continue;
		}
		v = arena_grow(a, v, *n, sizeof(*v));
		v[(*n)++] = (struct never){ .at = x->at, .bytes = x->bytes, .insns = x->insns };
	}
	for (size_t i = 0; i < *n; i++) {
		struct never *x = &v[i];

		x->where = code_name(a, k, x->at);
		x->text = code_text(a, k, x->at);
		x->line = code_line(a, k, x->at);
		for (size_t e = 0; e < b->nedges && !x->why; e++) {
			if (b->edge[e].to >= x->at && b->edge[e].to - x->at < x->bytes &&
			    did_run(b, ran, b->edge[e].from))
				explain(&t, &b->edge[e], x);
		}
	}
	return v;
}
