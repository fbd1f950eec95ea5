/* SPDX-License-Identifier: MIT */
/* Probes: the functions that code under test calls, which look at their arguments, destroy what
 * they may, and return; and traps that its contract provides for. */
#include "payload/contract_fit.h"

struct cl_image cl_reply, cl_exit_image;
cl_word cl_reply_ip, cl_exit_ip, cl_contract_index;
uint32_t cl_contract_step;
struct ct_call_state ct_now;

enum {
	WORD = sizeof(cl_word),
	FSW_ONE = 7 << 11 /* the x87 stack with one value */
};

void contract_probe(void);

static const struct ct_call *call_line(unsigned i)
{
	return (const struct ct_call *)ct_at(ct_now.c->calls) + i;
}

static const struct ct_probe *probe_of(unsigned i)
{
	return ct_at(cl_probe_table[i]);
}

/* Numbers ------------------------------------------------------------------------------------ */

unsigned ct_evaluate(const struct ct_value *v, cl_word sp, uint8_t to[16])
{
	uint64_t n[2] = { 0, 0 }, add = v->low | (uint64_t)v->high << 32;

	switch (v->kind) {
	case CT_INPUT:
		__builtin_memcpy(n, ct_now.values.arg[v->input], min(v->bytes, 16));
		if (ct_now.inputs[v->input].size < min(v->bytes, 8))
			n[0] = (uint64_t)ct_number_in(v->input);
		if (v->times)
			n[0] *= (uint64_t)(int64_t)v->times;
		break;
	case CT_DEREF:
		__builtin_memcpy(n, ct_now.deref[v->input], min(v->bytes, 16));
		break;
	case CT_SP:
		n[0] = sp;
		break;
	case CT_ANY:
		return 0;
	}
	for (unsigned i = 0; i < CT_TERMS; i++) {
		if (v->term[i].input)
			n[0] += (uint64_t)ct_number_in(v->term[i].input - 1) *
				(uint64_t)(int64_t)v->term[i].times;
	}
	n[1] += __builtin_add_overflow(n[0], add, &n[0]);
	if (v->kind == CT_NUMBER && v->high >> 31)
		n[1] = ~0ull;
	__builtin_memcpy(to, n, 16);
	return v->bytes;
}

/* Calls -------------------------------------------------------------------------------------- */

/* The `calls` line that this call of a probe is, or NULL. */
static const struct ct_call *match(unsigned probe, unsigned *line)
{
	for (unsigned i = ct_now.at; i < ct_now.c->ncalls; i++) {
		const struct ct_call *l = call_line(i);

		if (l->probe == probe && (l->mode == CT_OFTEN || !ct_now.count[i])) {
			ct_now.at = l->mode == CT_OFTEN ? i : i + 1;
			ct_now.count[i]++;
			*line = i;
			return l;
		}
		if (l->mode == CT_ONCE && !ct_now.count[i])
			break;
	}
	return NULL;
}

void ct_check_calls(void)
{
	for (unsigned i = 0; i < ct_now.c->ncalls; i++) {
		if (call_line(i)->mode == CT_ONCE && ct_now.count[i] != 1)
			differ_word(ct_now.out, CHECK_CALLS, (int)i, 0, 1, ct_now.count[i]);
	}
}

/* The bytes of an argument as the probe finds it. */
static unsigned gather(const struct ct_input *d, const uint8_t *stack, uint8_t to[16])
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct ct_loc *l = &d->loc[i];
		const uint8_t *from = (const uint8_t *)&cl_probe_image.gpr[l->reg & 15];

		if (l->kind == CL_XMM)
			from = cl_probe_image.fx + FX_XMM + 16 * l->reg;
		else if (l->kind == CL_STACK)
			from = stack + l->stack;
		if (l->off + l->bytes > 16)
			break;
		__builtin_memcpy(to + l->off, from, l->bytes);
		if (l->off + l->bytes > n)
			n = l->off + l->bytes;
	}
	return n;
}

static void check_arguments(const struct ct_call *l, unsigned line, const struct ct_probe *p,
			    cl_word sp)
{
	const struct ct_input *args = ct_at(p->args);

	for (unsigned i = 0; i < l->nvalues && i < p->nargs; i++) {
		const uint8_t *mask = ct_mask(&args[i]);
		uint8_t want[16], got[16] = { 0 };
		unsigned n = ct_evaluate(&l->value[i], sp, want);

		n = min(n, gather(&args[i], (const uint8_t *)sp, got));
		/* Who gets the stack pointer puts it into the VMCS. */
		if (l->value[i].kind == CT_SP)
			ct_guest_stack(*(const cl_word *)got);
		/* Padding is dirty on both sides. */
		for (unsigned k = 0; mask && k < n; k++) {
			want[k] &= mask[k];
			got[k] &= mask[k];
		}
		if (n && !same(want, got, n))
			differ(ct_now.out, CHECK_ARG, cl_item_of_call(line, i), 0, want, got, n,
			       search(&cl_before_image, NULL, got, min(n, WORD)),
			       search(&cl_probe_image, (const uint8_t *)sp, want, min(n, WORD)));
	}
}

/* What equal calls have to pass: all arguments, but those that may be any. */
static void say(const struct ct_call *l, unsigned probe, const struct ct_probe *p, cl_word sp)
{
	const struct ct_input *args = ct_at(p->args);

	for (unsigned i = 0; i <= p->nargs && ct_now.nsaid < CT_MOST_SAID; i++) {
		struct ct_said *s = &ct_now.said[ct_now.nsaid++];
		const uint8_t *mask;

		*s = (struct ct_said){ .probe = (uint16_t)probe, .arg = (uint8_t)i };
		/* The call itself comes last. */
		if (i == p->nargs || (l && i < l->nvalues && l->value[i].kind == CT_ANY))
			continue;
		mask = ct_mask(&args[i]);
		s->bytes = (uint8_t)gather(&args[i], (const uint8_t *)sp, s->value);
		for (unsigned k = 0; mask && k < s->bytes; k++)
			s->value[k] &= mask[k];
	}
}

/* An interrupt's frame above the return address: SDM volume 3, 6.12.1 and 6.14.2. */
static void check_frame(const cl_word *frame)
{
	cl_word sp = (cl_word)frame;
	struct findings *out = ct_now.out;
	int round = 0;

	if (!frame[1] || frame[1] > 0xffff)
		differ_word(out, CHECK_CALLS, CL_ITEM_FRAME + 1, round, 0, frame[1]);
	if ((frame[2] ^ cl_probe_image.flags) & ~(cl_word)FLAGS_STATUS)
		differ_word(out, CHECK_CALLS, CL_ITEM_FRAME + 2, round, cl_probe_image.flags,
			    frame[2]);
	if (WORD == 4)
		return;
	if (frame[3] < sp + 5 * WORD || frame[3] >= cl_stack_top)
		differ_word(out, CHECK_CALLS, CL_ITEM_FRAME + 3, round, sp + 5 * WORD, frame[3]);
	if (frame[4] > 0xffff)
		differ_word(out, CHECK_CALLS, CL_ITEM_FRAME + 4, round, 0, frame[4]);
	if ((sp + 5 * WORD) % 16)
		differ_word(out, CHECK_ALIGN, CL_ITEM_NESTED, round, 0, (sp + 5 * WORD) % 16);
}

/* All that a callee may destroy is destroyed; what it must keep is kept. */
static void destroy(const struct ct_probe *p)
{
	cl_reply = cl_probe_image;
	for (unsigned r = 0; r < 16; r++) {
		if (!(p->kept.gpr >> r & 1) && r != 4)
			cl_reply.gpr[r] = cl_poison_callee.gpr[r];
		if (!(p->kept.xmm >> r & 1))
			__builtin_memcpy(cl_reply.fx + FX_XMM + 16 * r,
					 cl_poison_callee.fx + FX_XMM + 16 * r, 16);
	}
	for (unsigned r = 0; cl_vector_bytes > 16 && r < VECTOR_COUNT; r++) {
		unsigned from = p->kept.zmm >> r & 1             ? 64
				: p->kept.ymm >> r & 1           ? 32
				: r < 16 || p->kept.xmm >> r & 1 ? 16
								 : 0;

		__builtin_memcpy(cl_reply.wide[r] + from, cl_poison_callee.wide[r] + from,
				 64 - from);
	}
	for (unsigned k = 0; cl_vector_bytes > 32 && k < MASK_COUNT; k++) {
		if (!(p->kept.mask >> k & 1))
			cl_reply.mask[k] = cl_poison_callee.mask[k];
	}
	cl_reply.flags = (cl_probe_image.flags & ~(cl_word)FLAGS_STATUS) |
			 (cl_poison_callee.flags & FLAGS_STATUS);
}

static void change_result(uint8_t bytes[CL_VALUE])
{
	for (unsigned i = 0; i < ct_now.nchanges; i++) {
		const struct ct_change *x = &ct_now.change[i];

		if (x->kind == CT_CHANGE_RESULT && (x->at == ~0u || x->at == ct_now.ncalled))
			__builtin_memcpy(bytes, &x->value, 8);
	}
	ct_now.ncalled++;
}

static void set_result(const struct ct_probe *p, const struct ct_call *l, cl_word sp)
{
	const struct ct_input *d = &p->ret;
	struct cl_value v = { .class = (uint8_t)d->class, .size = (uint16_t)d->size };
	uint8_t bytes[CL_VALUE], st0[10];

	if (!d->nlocs)
		return;
	prepare_value(&ct_now.draw, &v, 23, ct_now.round % ROUNDS, bytes, st0);
	change_result(bytes);
	if (l && l->flags & CT_RETURNS)
		ct_evaluate(&l->returns, sp, bytes);
	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct ct_loc *r = &d->loc[i];

		if (r->kind == CL_GPR) {
			__builtin_memcpy(&cl_reply.gpr[r->reg], bytes + r->off, r->bytes);
		} else if (r->kind == CL_XMM && r->bytes > 16) {
			__builtin_memcpy(cl_reply.wide[r->reg], bytes + r->off, r->bytes);
			__builtin_memcpy(cl_reply.fx + FX_XMM + 16 * r->reg, bytes + r->off, 16);
		} else if (r->kind == CL_XMM) {
			__builtin_memcpy(cl_reply.fx + FX_XMM + 16 * r->reg, bytes + r->off,
					 r->bytes);
		} else if (r->kind == CL_X87) {
			__builtin_memcpy(cl_reply.fx + FX_ST, st0, 10);
			cl_reply.fx[FX_FTW] = 0x80;
			*(uint16_t *)(cl_reply.fx + 2) = FSW_ONE;
		}
	}
}

/* The function ended with the jump that its contract calls for. */
static void landed(void)
{
	cl_after_image = cl_probe_image;
	ct_now.ended = true;
	cl_abort(CL_CAME_BACK);
}

/* Called by asm/contract*.asm with everything in cl_probe_image, sp at the return address. */
void contract_probe(void)
{
	unsigned index = (unsigned)cl_contract_index, line = 0;
	cl_word *stack = (cl_word *)cl_probe_image.gpr[4];
	cl_word sp = (cl_word)(stack + 1);
	const struct ct_contract *c = ct_now.c;
	const struct ct_probe *p;
	const struct ct_call *l;

	if (index == CT_LANDING)
		landed();
	p = probe_of(index);
	l = match(index, &line);
	if (l)
		check_arguments(l, line, p, sp);
	else if (c->flags & CT_ANY_CALLS)
		ct_now.stubbed = true;
	else
		differ_word(ct_now.out, CHECK_CALLS, (int)(CL_ITEM_UNEXPECTED + index), 0, 0, 1);
	say(l, index, p, sp);
	ct_note_call(&cl_probe_image);
	check_state(&cl_before_image, &cl_probe_image, 0, CL_ITEM_NESTED, 0, ct_now.out);
	destroy(p);
	set_result(p, l, sp);
	ct_join_vectors(&cl_reply);
	if (ct_now.clean)
		ct_clean_vectors(&cl_reply);
	cl_reply_ip = stack[0];
	if (l && l->flags & CT_INTERRUPT) {
		check_frame(stack + 0);
		cl_reply.gpr[4] = WORD == 8 ? stack[4 - 1] : sp + 2 * WORD;
		cl_reply.flags = stack[2] & ~(cl_word)0x100;
		return;
	}
	if (sp % c->align_calls)
		differ_word(ct_now.out, CHECK_ALIGN, CL_ITEM_NESTED, 0, 0, sp % c->align_calls);
	if (sp < cl_stack_top && sp + p->owned > cl_stack_top - WORD)
		differ_word(ct_now.out, CHECK_CALLS, (int)(CT_HOME + index), 0, p->owned,
			    cl_stack_top - WORD - sp);
	else if (sp + p->owned <= (cl_word)stack_poison_end())
		__builtin_memcpy((void *)sp, cl_poison_stack, min(p->owned, 1024));
	cl_reply.gpr[4] = sp + p->pop;
	if (c->flags & CT_NEVER_RETURNS && ct_now.at == c->ncalls) {
		ct_now.ended = true;
		cl_abort(CL_ESCAPED);
	}
}

/* Traps -------------------------------------------------------------------------------------- */

/* Linux' exception table: an instruction, and where to go on when it faults, both relative to
 * themselves, and a third word (arch/x86/include/asm/extable.h). */
static bool fixed_up(cl_word *ip)
{
	for (const int32_t *e = cl_extable; e + 3 <= cl_extable_end; e += 3) {
		if ((cl_word)e + (cl_word)(long)e[0] == *ip) {
			*ip = (cl_word)(e + 1) + (cl_word)(long)e[1];
			return true;
		}
	}
	return false;
}

/* At a fault of code under test: does its contract provide for it? Then *ip and *flags say how it
 * goes on. */
bool payload_trap(cl_word *ip, cl_word *flags)
{
	if (!code_under_test_runs() || *ip < (cl_word)cl_code_start || *ip >= (cl_word)cl_rodata)
		return false;
	return ct_guest_trap(ip, flags) || fixed_up(ip);
}
