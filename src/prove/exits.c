/* SPDX-License-Identifier: MIT */
/* What must hold where a function is left and where it calls another; and what is left of a state
 * when the other one comes back. */
#include "prove/machine.h"

#include <string.h>

/* Results of which no document says where they are. */
enum { X87_ANY = -1 };

static const char *reg_name(const struct machine *x, unsigned reg)
{
	return gpr_name(x->job->width, reg, x->word);
}

/* "the value that rdi held at entry", "4". */
static const char *value_words(const struct machine *x, const struct value *v)
{
	switch (v->kind) {
	case V_CONST:
		return arena_printf(x->a, "the constant 0x%llx", (unsigned long long)v->off);
	case V_ENTRY:
		if (v->id >= 16)
			return arena_printf(x->a, "the stack word %s+%u of entry",
					    reg_name(x, GPR_SP), (v->id - 15) * x->word);
		return arena_printf(
			x->a, "%s%s of entry%s", v->sign < 0 ? "minus " : "", reg_name(x, v->id),
			v->off ? arena_printf(x->a, " %c 0x%llx", (int64_t)v->off < 0 ? '-' : '+',
					      (long long)v->off < 0 ? -(long long)v->off
								    : (long long)v->off)
			       : "");
	case V_STACK:
		return "an address of the stack";
	case V_RETURN:
		return "the return address";
	default:
		if (v->undefined)
			return arena_printf(x->a, "a value that depends on %s",
					    machine_origin(x, v->origin));
		return "a value computed or loaded since entry";
	}
}

/* Certainly not what register `id` held at entry? */
static bool certainly_other(const struct value *v, unsigned id)
{
	return !value_unknown(v) || !(v->from >> id & 1);
}

static void check_kept(struct machine *x, struct state *s, uint64_t at)
{
	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		const struct value *v = &s->gpr[i];

		if (i == GPR_SP || !(x->f->kept_gpr >> i & 1) || value_is_entry(v, i))
			continue;
		machine_issue(
			x, CHECK_SAVED, i, certainly_other(v, i), at, NULL,
			arena_printf(x->a, "%s leaves with %s", reg_name(x, i), value_words(x, v)));
	}
	for (unsigned i = 0; i < XMM_COUNT; i++) {
		const struct value *v = &s->vector[i];

		if (!(x->f->kept_vector >> i & 1) || (v->kind == V_VECTOR && v->id == i))
			continue;
		machine_issue(x, CHECK_SAVED, 16 + i,
			      !value_unknown(v) || !v->vectored || v->sign < 0, at, NULL,
			      arena_printf(x->a, "xmm%u leaves with another value", i));
	}
	for (unsigned i = 0; i < XMM_COUNT; i++) {
		if (x->f->kept_upper >> i & 1 && s->upper[i] != 1 + i)
			machine_issue(x, CHECK_SAVED, 32 + i, s->upper[i] != UPPER_UNKNOWN, at,
				      NULL,
				      arena_printf(x->a,
						   "the upper half of ymm%u leaves with another "
						   "value",
						   i));
	}
	if (s->wide & x->f->kept_vector >> XMM_COUNT)
		machine_issue(
			x, CHECK_SAVED, 48, false, at, NULL,
			"vector registers from xmm16 on are to be kept, and are not followed");
}

/* State that calls and returns have in common. */
static void check_modes(struct machine *x, struct state *s, uint64_t at, int x87, const char *when)
{
	if (s->df != CLEAR)
		machine_issue(x, CHECK_DF, 0, s->df == SET, at, NULL,
			      arena_printf(x->a, "the direction flag %s set %s",
					   s->df == SET ? "is" : "may be", when));
	if (s->mmx != CLEAR)
		machine_issue(x, CHECK_X87_STACK, 1, s->mmx == SET, at, NULL,
			      arena_printf(x->a, "MMX registers %s in use %s (no emms)",
					   s->mmx == SET ? "are" : "may be", when));
	else if (s->x87 != x87 && !(x87 == X87_ANY && s->x87 >= 0 && s->x87 <= 2))
		machine_issue(x, CHECK_X87_STACK, 0, s->x87 != X87_UNKNOWN, at, NULL,
			      s->x87 == X87_UNKNOWN
				      ? arena_printf(x->a,
						     "how many x87 registers are in use %s is not "
						     "known",
						     when)
				      : arena_printf(x->a, "%d x87 registers are in use %s, not %d",
						     s->x87, when, x87));
	if (s->cw != CLEAR)
		machine_issue(x, CHECK_X87_CW, 0, s->cw == SET, at, NULL,
			      arena_printf(x->a, "the x87 control word %s changed %s",
					   s->cw == SET ? "is" : "may be", when));
	if (s->mxcsr != CLEAR)
		machine_issue(x, CHECK_MXCSR, 0, s->mxcsr == SET, at, NULL,
			      arena_printf(x->a, "MXCSR %s changed %s",
					   s->mxcsr == SET ? "is" : "may be", when));
}

static int x87_results(const struct placement *p)
{
	int n = 0;

	if (p->ret.unspecified)
		return X87_ANY;

	for (unsigned i = 0; i < p->ret.nlocs; i++)
		n += p->ret.loc[i].kind == LOC_X87;
	return n;
}

static uint8_t low_bytes(unsigned bytes)
{
	return bytes >= 8 ? 0xff : (uint8_t)((1u << bytes) - 1);
}

/* Has the structure more than padding? */
static bool has_data(const struct type *t)
{
	for (size_t i = 0; i < t->nfields; i++) {
		if (t->fields[i].name || !t->fields[i].is_bitfield)
			return true;
	}
	return !t->nfields;
}

static void check_result(struct machine *x, struct state *s, uint64_t at)
{
	const struct placement *p = &x->f->place;
	const struct value *ax = &s->gpr[GPR_AX];
	const struct type *t = x->f->proto ? x->f->proto->ret : NULL;
	/* Of a structure, padding need not be set: all of it, or nothing, is missing. */
	bool parts =
		t && t->kind >= TYPE_BASIC_COUNT && t->kind != TYPE_POINTER && t->kind != TYPE_ENUM;
	bool whole = true;

	for (unsigned i = 0; i < p->ret.nlocs; i++) {
		const struct loc *l = &p->ret.loc[i];
		struct value v = l->kind == LOC_GPR ? s->gpr[l->reg % GPR_COUNT]
						    : s->vector[l->reg % XMM_COUNT];

		if (l->kind != LOC_GPR && l->kind != LOC_XMM)
			continue;
		v.undefined &= low_bytes(l->kind == LOC_GPR ? l->bytes : 8);
		whole = whole && v.undefined == low_bytes(l->kind == LOC_GPR ? l->bytes : 8);
		if (v.undefined && (!parts || (whole && i + 1 == p->ret.nlocs && has_data(t))))
			machine_use(x, s, at, &v, l->bytes, "the result");
	}
	if (p->hidden.nlocs == 1 && x->f->conv->rule[CHECK_HIDDEN]) {
		const struct loc *l = &p->hidden.loc[0];
		unsigned id = l->kind == LOC_STACK ? 16 + (unsigned)l->stack / x->word : l->reg;

		if (!value_is_entry(ax, id))
			machine_issue(x, CHECK_HIDDEN, 0,
				      ax->kind == V_CONST || ax->kind == V_ENTRY || ax->undefined,
				      at, "say what the function called last returns",
				      arena_printf(x->a,
						   "%s is not the pointer to the memory return "
						   "value: %s",
						   reg_name(x, GPR_AX), value_words(x, ax)));
	}
}

static void check_sp(struct machine *x, struct state *s, uint64_t at, bool tail, unsigned pop)
{
	const struct value *sp = &s->gpr[GPR_SP];
	int64_t expected = tail ? (int64_t)pop : (int64_t)(x->word + pop), off;

	if (sp->kind == V_STACK && !sp->id && (int64_t)sp->off == expected)
		return;
	if (x->f->place.pop_unspecified && !tail && sp->kind == V_STACK && !sp->id &&
	    (int64_t)sp->off >= expected && (int64_t)sp->off <= expected + (int64_t)x->f->area) {
		machine_assume(x, arena_printf(x->a,
					       "callers expect that it pops %lld bytes, which "
					       "no document says",
					       (long long)((int64_t)sp->off - expected)));
		return;
	}
	off = (int64_t)sp->off - expected;
	machine_missing(x, off);
	if (sp->kind == V_STACK && !sp->id)
		x->excess = off;
	machine_issue(x, CHECK_SP, 0, sp->kind == V_STACK && !sp->id, at, NULL,
		      sp->kind == V_STACK && !sp->id
			      ? arena_printf(x->a,
					     "%s leaves %lld bytes %s than the convention says",
					     reg_name(x, GPR_SP), (long long)(off < 0 ? -off : off),
					     off < 0 ? "lower" : "higher")
			      : "the stack pointer is not what it was at entry");
}

void exit_check(struct machine *x, struct state *s, const struct insn *in, bool tail)
{
	x->returned = true;
	if (x->asks)
		return;
	if (x->f->never && !tail)
		machine_issue(x, CHECK_ENTERED, 0, true, in->at, NULL,
			      "it returns, although it never should");
	check_sp(x, s, in->at, tail, tail ? 0 : x->f->pop);
	check_kept(x, s, in->at);
	if (x->f->leaves_mmx) /* its callers end that, and the x87 stack is empty then */
		s->mmx = CLEAR, s->x87 = 0;
	if (x->left_x87 != s->x87)
		x->left_x87 = X87_UNKNOWN;
	check_modes(x, s, in->at,
		    tail               ? 0
		    : x->f->undeclared ? X87_ANY
				       : x87_results(&x->f->place),
		    "at the end");
	if (x->f->keeps_flags && !s->flags_kept)
		machine_issue(x, CHECK_STATUS, 0, !(s->elsewhere & ELSEWHERE_FLAGS), in->at, NULL,
			      "status flags are not as they were at entry");
	if (!tail)
		check_result(x, s, in->at);
}

/* Calls --------------------------------------------------------------------------------------- */

static bool has_copy(const struct value_place *p, unsigned piece)
{
	for (unsigned i = 0; i < p->nlocs; i++) {
		if (i != piece && p->loc[i].off == p->loc[piece].off)
			return true;
	}
	return false;
}

static void check_argument(struct machine *x, struct state *s, const struct insn *in,
			   const struct prove_callee *c, unsigned arg)
{
	const struct value_place *p = &c->place.arg[arg];
	const struct value *sp = &s->gpr[GPR_SP];
	const struct type *t = proto_arg_type(c->proto, arg);

	/* Of a structure, padding and what a union does not use need not be set. */
	if (t->kind >= TYPE_BASIC_COUNT && t->kind != TYPE_POINTER && t->kind != TYPE_ENUM)
		return;
	for (unsigned i = 0; i < p->nlocs; i++) {
		const struct loc *l = &p->loc[i];
		unsigned bytes = l->bytes > x->word ? x->word : l->bytes;
		struct value v = value_any();

		if (l->kind == LOC_GPR)
			v = s->gpr[l->reg % GPR_COUNT];
		else if (l->kind == LOC_XMM)
			v = s->vector[l->reg % XMM_COUNT];
		else if (l->kind == LOC_STACK && sp->kind == V_STACK && l->bytes <= 8)
			v = state_load(s, &x->bases, sp->id, (int64_t)sp->off + l->stack, bytes);
		/* Of copies of one piece no document wants all. */
		if ((v.undefined & low_bytes(bytes)) != low_bytes(bytes) || has_copy(p, i))
			continue;
		machine_issue(x, CHECK_ARG, arg, !(v.flags & VALUE_BLURRED), in->at, NULL,
			      arena_printf(x->a, "argument %u of %s is never set: %s", arg + 1,
					   c->proto->name, machine_origin(x, v.origin)));
	}
}

static void check_variadic(struct machine *x, struct state *s, const struct insn *in,
			   unsigned vectors, unsigned most)
{
	struct value al = alu_extend(&s->gpr[GPR_AX], 1, x->word, false);

	if (al.undefined & 1)
		machine_issue(x, CHECK_AL, 0, !(al.flags & VALUE_BLURRED), in->at, NULL,
			      "al is not set at the call of a variadic function");
	else if ((al.kind == V_CONST || al.kind == V_LOW) &&
		 ((al.off & 0xff) > most || (al.off & 0xff) < vectors))
		machine_issue(x, CHECK_AL, 0, true, in->at, NULL,
			      arena_printf(x->a,
					   "al is %u at the call of a variadic function that gets "
					   "%u vector registers",
					   (unsigned)al.off & 0xff, vectors));
	else if (al.kind != V_CONST && al.kind != V_LOW)
		machine_issue(x, CHECK_AL, 0, false, in->at, NULL,
			      "what al holds at the call of a variadic function is not known");
}

void call_check(struct machine *x, struct state *s, const struct insn *in,
		const struct prove_callee *c, bool tail)
{
	const struct value *sp = &s->gpr[GPR_SP];
	/* An argument may want more than every call has. */
	unsigned align = c && c->proto && c->place.align > c->conv->align ? c->place.align
									  : x->f->align_calls;
	unsigned area =
		c ? c->proto ? c->place.stack_bytes : c->conv->home_bytes : x->f->conv->home_bytes;
	int64_t over, highest = tail ? (int64_t)(x->word + x->f->area) : 0;

	if (sp->kind == V_STACK) {
		over = base_modulo(&x->bases, sp->id, (int64_t)sp->off, align);
		if (over)
			machine_issue(x, CHECK_ALIGN, 0, over > 0, in->at, NULL,
				      over > 0 ? arena_printf(x->a,
							      "the stack pointer is %lld more "
							      "than a multiple of %u at the call",
							      (long long)over, align)
					       : arena_printf(x->a,
							      "the stack pointer may not be a "
							      "multiple of %u at the call",
							      align));
		if (!sp->id && (int64_t)sp->off + (int64_t)area > highest && area)
			machine_issue(x, CHECK_CANARY, 1, true, in->at, NULL,
				      arena_printf(x->a,
						   "%u bytes for the callee's arguments are not "
						   "left at the call",
						   area));
	}
	check_modes(x, s, in->at, 0, "at the call");
	if (!c || !c->proto)
		return;
	for (unsigned i = 0; i < c->place.nargs; i++)
		check_argument(x, s, in, c, i);
	if (c->place.al >= 0 && c->conv->counts_vectors)
		check_variadic(x, s, in, (unsigned)c->place.al, c->conv->nvector_args);
}

void tail_check(struct machine *x, struct state *s, const struct insn *in,
		const struct prove_callee *c, const char *name)
{
	const struct convention *conv = c ? c->conv : x->f->conv;
	unsigned gpr = x->f->kept_gpr & ~(unsigned)conv->preserved.gpr & ~GPR_BIT(SP);
	unsigned vector = (x->f->kept_vector & ~(unsigned)conv->preserved.xmm) |
			  (x->f->kept_upper & ~(unsigned)conv->preserved.ymm);
	const char *callee = name ? name : "the function to which it jumps";
	struct value sp = s->gpr[GPR_SP];

	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		if (gpr >> i & 1)
			machine_issue(x, CHECK_SAVED, i, false, in->at, NULL,
				      arena_printf(x->a, "%s is to be kept, which %s need not do",
						   reg_name(x, i), callee));
	}
	if (vector)
		machine_issue(x, CHECK_SAVED, 16, false, in->at, NULL,
			      arena_printf(x->a,
					   "vector registers are to be kept, which %s need not do",
					   callee));
	if (x->f->keeps_flags)
		machine_issue(
			x, CHECK_STATUS, 0, false, in->at, NULL,
			arena_printf(x->a, "flags are to be kept, which %s need not do", callee));
	if (c && c->proto && x->f->proto && x->f->proto->ret->kind != TYPE_VOID &&
	    c->proto->ret->kind == TYPE_VOID)
		machine_issue(x, CHECK_RETURN, 0, true, in->at, NULL,
			      arena_printf(x->a,
					   "the result is never set: %s, to which it jumps, "
					   "returns nothing",
					   callee));
	s->gpr[GPR_SP].off += x->word;
	call_check(x, s, in, c, true);
	s->gpr[GPR_SP] = sp;
}

/* An address of the frame is among what is handed over. */
static bool hands_over(const struct machine *x, const struct state *s, int64_t arguments)
{
	const struct value *sp = &s->gpr[GPR_SP];

	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (i != GPR_SP && !(x->f->conv->preserved.gpr >> i & 1) &&
		    (s->gpr[i].kind == V_STACK || s->gpr[i].flags & VALUE_FRAME))
			return true;
	}
	for (unsigned i = 0; i < s->nslots; i++) {
		const struct slot *t = &s->slot[i];

		if (sp->kind == V_STACK && t->base == sp->id && t->off >= (int64_t)sp->off &&
		    t->off < (int64_t)sp->off + arguments &&
		    (t->v.kind == V_STACK || t->v.flags & VALUE_FRAME))
			return true;
	}
	return false;
}

static void give_slots(const struct machine *x, struct state *s, int64_t arguments)
{
	const struct value sp = s->gpr[GPR_SP];

	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (i != GPR_SP && !(x->f->conv->preserved.gpr >> i & 1))
			machine_give_slot(x, s, &s->gpr[i], false);
	}
	for (int64_t at = 0; sp.kind == V_STACK && at < arguments; at += (int64_t)x->word) {
		struct value v = state_load(s, &x->bases, sp.id, (int64_t)sp.off + at, x->word);

		machine_give_slot(x, s, &v, false);
	}
}

/* So many bytes of the frame are written by a callee that got their address, or may be. */
static void give_memory(struct machine *x, struct state *s, const struct insn *in,
			const struct value *pointer, uint32_t bytes, bool certain)
{
	struct address to = { .v = *pointer, .perhaps = !certain };
	struct value any = value_any();

	if (pointer->kind == V_STACK && bytes)
		machine_store(x, s, in, &to, bytes, &any);
}

static struct value value_at(const struct machine *x, const struct state *s, const struct loc *l)
{
	const struct value *sp = &s->gpr[GPR_SP];

	if (l->kind == LOC_GPR)
		return s->gpr[l->reg % GPR_COUNT];
	if (l->kind == LOC_STACK && sp->kind == V_STACK)
		return state_load(s, &x->bases, sp->id, (int64_t)sp->off + l->stack, x->word);
	return value_any();
}

/* Where a declared function returns a value in memory, and copies of arguments that it owns. */
static void give_memories(struct machine *x, struct state *s, const struct insn *in,
			  const struct prove_callee *c)
{
	const struct placement *p = &c->place;
	uint32_t bytes = c->proto->ret->size[x->job->width];
	struct value v;

	if (p->hidden.nlocs == 1) {
		v = value_at(x, s, &p->hidden.loc[0]);
		give_memory(x, s, in, &v, bytes, true);
	}
	/* Nobody says where the pointer is: in any of them. */
	for (unsigned i = 0; i < GPR_COUNT && p->ret.unspecified && !p->hidden.nlocs; i++) {
		v = s->gpr[i];
		if (i != GPR_SP && !(c->conv->preserved.gpr >> i & 1))
			give_memory(x, s, in, &v, bytes, false);
	}
	for (unsigned i = 0; i < p->nargs; i++) {
		if (!p->arg[i].by_reference || p->arg[i].nlocs != 1)
			continue;
		v = value_at(x, s, &p->arg[i].loc[0]);
		give_memory(x, s, in, &v, proto_arg_type(c->proto, i)->size[x->job->width], false);
	}
}

static void set_results(struct machine *x, struct state *s, const struct prove_callee *c,
			const char *name)
{
	static const char *const first[] = { "memcpy", "memmove", "memset", "strcpy", "strcat" };
	struct value dst = x->word == 8 ? s->gpr[GPR_DI] : value_any();
	const struct placement *p = c ? &c->place : NULL;

	for (unsigned i = 0; p && c->proto && i < p->ret.nlocs; i++) {
		const struct loc *l = &p->ret.loc[i];
		struct value v = value_any();

		if (l->kind == LOC_GPR) {
			v.undefined = (uint8_t)~low_bytes(l->bytes < 4 ? 4 : l->bytes);
			v.origin = v.undefined ? ORIGIN_CALLEE : ORIGIN_NONE;
			s->gpr[l->reg % GPR_COUNT] = v;
		} else if (l->kind == LOC_XMM) {
			s->vector[l->reg % XMM_COUNT] = v;
		}
	}
	if (p && c->proto) {
		s->x87 = (int8_t)(p->ret.unspecified ? 0 : x87_results(p));
		if (p->hidden.nlocs || p->ret.unspecified)
			s->gpr[GPR_AX] = s->gpr[GPR_DX] = value_any();
		if (p->ret.unspecified) {
			s->vector[0] = s->vector[1] = value_any();
			s->x87 = x->guess_x87;
			x->guessed_x87 = true;
		}
		return;
	}
	s->gpr[GPR_AX] = s->gpr[GPR_DX] = value_any();
	s->vector[0] = s->vector[1] = value_any();
	for (size_t i = 0; name && i < ARRAY_SIZE(first); i++) {
		/* Under the convention that passes dst in rdi. */
		if (!strcmp(name, first[i]) && !(x->f->conv->preserved.gpr & GPR_BIT(DI)))
			s->gpr[GPR_AX] = dst;
	}
}

/* What the callee pops; where no document says it, what this attempt at a proof takes it for. */
static unsigned popped(struct machine *x, const struct prove_callee *c)
{
	if (!c->place.pop_unspecified)
		return c->place.pop_bytes;
	x->guessed = true;
	machine_assume(x, arena_printf(x->a, "%s pops %u bytes, which no document says",
				       c->proto->name, x->guess));
	return x->guess;
}

void call_effect(struct machine *x, struct state *s, const struct insn *in,
		 const struct prove_callee *c, const char *name)
{
	const struct convention *conv = c ? c->conv : x->f->conv;
	struct value lost = { .kind = V_ANY,
			      .undefined = x->word == 8 ? 0xff : 0xf,
			      .origin = ORIGIN_CALLEE };
	struct value saved_di = s->gpr[GPR_DI], *sp = &s->gpr[GPR_SP];
	unsigned area = c && c->proto ? c->place.stack_bytes : conv->home_bytes;

	/* Of a function that is not declared a guess: more than most have. */
	if (hands_over(x, s, c && c->proto && !c->proto->variadic ? area : 256))
		s->escaped_frame = true;
	for (unsigned i = 0; i < s->nslots; i++) {
		if (s->escaped_frame && machine_is_label(x, &s->slot[i].v))
			machine_label_given(x, in->at);
	}
	if (c && c->proto)
		give_memories(x, s, in, c);
	give_slots(x, s, c && c->proto ? area : x->word == 4 ? 6 * x->word : 0);
	if (s->escaped_frame || (x->word == 4 && !(c && c->proto)))
		state_forget_objects(s);
	state_drop_below(s, &x->bases, 0);
	if (sp->kind == V_STACK && area)
		state_forget(s, &x->bases, sp->id, (int64_t)sp->off, area);
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (i != GPR_SP && !(conv->preserved.gpr >> i & 1) && i != GPR_DI)
			s->gpr[i] = lost;
	}
	for (unsigned i = 0; i < XMM_COUNT; i++) {
		if (!(conv->preserved.xmm >> i & 1)) {
			s->vector[i] = lost;
			s->vector[i].undefined = 0xff;
		}
		/* Code without AVX leaves them alone. */
		if (!(conv->preserved.ymm >> i & 1))
			s->upper[i] = UPPER_UNKNOWN;
	}
	s->wide |= (uint16_t)(~(unsigned)conv->preserved.xmm >> XMM_COUNT);
	s->df = s->mmx = CLEAR;
	s->x87 = 0;
	set_results(x, s, c, name);
	s->gpr[GPR_DI] = conv->preserved.gpr >> GPR_DI & 1 ? saved_di : lost;
	s->flags_kept = s->flags_blurred = false;
	s->flags_undefined = F_ALL;
	s->flags_origin = ORIGIN_CALLEE;
	s->compared = s->compared_bytes = 0;
	s->left = s->right = 0;
	if (c && c->proto && sp->kind == V_STACK)
		sp->off += popped(x, c);
}
