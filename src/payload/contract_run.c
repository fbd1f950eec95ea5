/* SPDX-License-Identifier: MIT */
/* Calls by contract: each function CC_ROUNDS times with other values, every promise checked after
 * each. The counterpart of run.c's loop for hand-written assembly. */
#include "payload/contract_run.h"

#include "payload/handover.h"

enum { WORD = sizeof(cl_word), FLAGS_STATUS = 0x8d5, STEP = 4 /* in `directions` */ };

uint32_t contract_count(void);
void run_contracts(struct cl_header *h, uint32_t first, unsigned directions, uint64_t seed);
cl_word contract_code(void);

uint32_t contract_count(void)
{
	return cl_contract_count;
}

/* Where code under test starts. */
cl_word contract_code(void)
{
	return (cl_word)cl_code_start;
}

/* A return value, or what the contract says of one. */
static void check_returned(const struct cc_contract *c)
{
	const struct cl_image *m = &cl_after_image;
	const struct cc_input *d = &c->ret;
	uint8_t want[16], got[16] = { 0 };
	unsigned n = 0, has = 0;

	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct cc_loc *l = &d->loc[i];
		const uint8_t *from = (const uint8_t *)&m->gpr[l->reg & 15];

		if (l->kind == CL_XMM)
			from = m->fx + FX_XMM + 16 * l->reg;
		if (l->kind == CL_X87 || l->off + l->bytes > 16)
			return;
		__builtin_memcpy(got + l->off, from, l->bytes);
		has += l->bytes;
	}
	if (c->flags & CC_HAS_RETURN)
		n = cc_evaluate(cc_now.other && c->flags & CC_RETURN_ELSE ? &c->returned_else
									  : &c->returned,
				cl_stack_top - WORD, want);
	n = min(n, has);
	if (n && !same(want, got, n))
		differ(cc_now.out, CHECK_RETURN, 0, cc_now.round, want, got, n, nowhere,
		       search(m, NULL, want, min(n, WORD)));
	else if (!n && d->class == CL_BOOL && has && got[0] > 1 && !(c->flags & CC_OUT_REGISTERS))
		differ(cc_now.out, CHECK_RETURN, 1, cc_now.round, want, got, 1, nowhere, nowhere);
	if (c->hidden.nlocs && m->gpr[0] != (cl_word)cl_result)
		differ_word(cc_now.out, CHECK_HIDDEN, 0, cc_now.round, (cl_word)cl_result,
			    m->gpr[0]);
}

static void check_outs(const struct cc_contract *c)
{
	const struct cc_out *outs = cc_at(c->outs);

	for (unsigned i = 0; i < c->nouts; i++) {
		const struct cc_out *o = &outs[i];
		const struct cc_value *v =
			cc_now.other && o->flags & CC_ELSE ? &o->other : &o->value;
		const uint8_t *got = (const uint8_t *)&cl_after_image.gpr[o->n & 15];
		uint8_t want[16];
		unsigned n = cc_evaluate(v, cl_stack_top - WORD, want);

		if (o->flags & CC_SLOT)
			got = (const uint8_t *)(cl_stack_top + (o->n - 1) * WORD);
		n = min(n, WORD);
		if (n && !same(want, got, n))
			differ(cc_now.out, o->flags & CC_SLOT ? CHECK_SLOT : CHECK_OUTPUT, (int)i,
			       cc_now.round, want, got, n,
			       search(&cl_before_image, NULL, got, min(n, WORD)),
			       search(&cl_after_image, NULL, want, min(n, WORD)));
	}
}

static void check_call(const struct cc_contract *c, int how)
{
	struct verdicts *out = cc_now.out;
	int round = cc_now.round;
	cl_word changed = (cl_before_image.flags ^ cl_after_image.flags) & FLAGS_STATUS;

	cc_check_calls();
	cc_check_buffers();
	if (how == CL_ESCAPED)
		return;
	if (c->flags & (CC_NEVER_RETURNS | CC_JUMPS) && !cc_now.ended)
		differ_word(out, CHECK_ENTERED, 0, round, 1, 0);
	check_returned(c);
	check_outs(c);
	check_saved(c->saved_gpr, c->saved_xmm, round, out);
	if (c->flags & CC_JUMPS && cc_now.ended) {
		if (cl_after_image.gpr[4] != cl_stack_top - WORD)
			differ_word(out, CHECK_SP, 0, round, 0,
				    cl_after_image.gpr[4] - (cl_stack_top - WORD));
	} else {
		check_stack_pointer(NULL, c->pop, round, out);
	}
	check_canary(c->area, round, out);
	check_state(&cl_before_image, &cl_after_image, c->x87, 0, round, out);
	if (c->flags & CC_KEEPS_STATUS && changed)
		differ_word(out, CHECK_STATUS, 0, round, cl_before_image.flags & FLAGS_STATUS,
			    cl_after_image.flags & FLAGS_STATUS);
}

/* The inputs of the call, for the report: of the first that went wrong. */
static void tell_inputs(const struct cc_contract *c, struct verdicts *out)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct watched *w = &out->observation[out->nobservations++];

		*w = (struct watched){ .item = (uint16_t)i };
		__builtin_memcpy(&w->place[0], cc_now.values.arg[i], min(cc_now.inputs[i].size, 8));
		w->place[1] = cc_now.bytes[i];
	}
	out->observation[out->nobservations++] =
		(struct watched){ .item = CC_WAY,
				  .place = { cc_now.other, (uint64_t)cc_now.round } };
}

static bool other_way(const struct cc_contract *c)
{
	if (!(c->flags & CC_VMX_EXITS))
		return c->flags & CC_VMX_FAILS;
	/* In root operation it is the processor that fails them. */
	return cl_where == CL_IN_ROOT || (c->flags & CC_VMX_FAILS && cc_now.round & 1);
}

static void one_round(const struct cc_contract *c, int round, uint64_t seed, struct verdicts *out)
{
	static const struct cl_case none; /* what a place asks of a case: nothing special */
	int how;

	if (cl_before_round)
		cl_before_round(&none, round);
	cc_now.c = c;
	cc_now.inputs = cc_at(c->inputs);
	cc_now.round = round;
	cc_now.out = out;
	cc_now.ended = false;
	cc_now.at = 0;
	cc_now.other = other_way(c);
	for (unsigned i = 0; i < CC_ARGS; i++)
		cc_now.count[i] = cc_now.bytes[i] = 0;
	cc_prepare(seed);
	cl_before_image = cl_poison;
	cl_before_image.gpr[4] = cl_stack_top;
	__builtin_memcpy(cl_before_stack, (void *)cl_stack_top, sizeof(cl_before_stack));
	cl_function = (void (*)(void))(cl_word)c->function;
	cl_ticket++;
	how = cl_run(cl_contract_step ? cl_contract_step_call : cl_contract_call);
	cl_ticket++;
	if (cl_after_run)
		cl_after_run(round, out);
	if (how == CL_FAULTED)
		check_fault(round, cl_fault_kind, cl_fault_ip, cl_fault_address, out);
	else
		check_call(c, how);
}

static bool loops(const struct verdicts *v)
{
	for (unsigned i = 0; i < v->nfindings; i++) {
		const struct cl_finding *f = &v->finding[i].f;

		if (f->check == CHECK_FAULT && f->item == CL_FAULT_TIMEOUT)
			return true;
	}
	return false;
}

/* Does a call that went wrong go right when narrow inputs are extended to whole words? Then the
 * function relies on what the psABIs leave open (docs/contracts.md). */
static void blame_upper_bits(const struct cc_contract *c, int round, uint64_t seed,
			     struct verdicts *out)
{
	static struct verdicts again;
	const struct cc_input *inputs = cc_at(c->inputs);
	uint32_t narrow = 0, alone = 0;

	/* Where a second endless loop might end more than the call. */
	if (cl_where != CL_IN_PROCESS && loops(out))
		return;
	for (unsigned i = 0; i < c->ninputs; i++)
		narrow |= (uint32_t)cc_is_narrow(&inputs[i]) << i;
	for (unsigned i = 0; narrow && i <= c->ninputs; i++) {
		/* All of them first, then each by itself. */
		cc_now.extended = i ? narrow & 1u << (i - 1) : narrow;
		if (!cc_now.extended)
			continue;
		again.nfindings = again.nobservations = 0;
		one_round(c, round, seed, &again);
		if (again.nfindings && !i)
			narrow = 0;
		else if (!again.nfindings && i)
			alone |= cc_now.extended;
	}
	cc_now.extended = 0;
	for (unsigned i = 0; i < c->ninputs; i++) {
		if ((alone ? alone : narrow) >> i & 1)
			differ_word(out, CHECK_UPPER, (int)i, round, 0, 1);
	}
}

static void one_contract(const struct cc_contract *c, uint64_t seed, struct verdicts *v)
{
	int rounds = cl_contract_step ? CC_STEPPED_ROUNDS : CC_ROUNDS;

	for (int round = 0; round < rounds; round++) {
		unsigned before = v->nfindings;

		one_round(c, round, seed, v);
		if (!before && v->nfindings) {
			tell_inputs(c, v);
			if (!cl_contract_step)
				blame_upper_bits(c, round, seed, v);
		}
		/* What a broken call wrote may be anything. */
		for (unsigned i = 0; i < v->nfindings; i++) {
			if (v->finding[i].f.check == CHECK_FAULT)
				round = rounds;
		}
	}
	verdicts_close(v);
}

/* In root operation no one plays the guest that is to be entered. */
static bool cannot_run(const struct cc_contract *c)
{
	return cl_where == CL_IN_ROOT && c->flags & CC_VMX_EXITS && !(c->flags & CC_VMX_FAILS);
}

void run_contracts(struct cl_header *h, uint32_t first, unsigned directions, uint64_t seed)
{
	static struct verdicts v;

	cl_contract_step = directions & STEP ? 1 : 0;
	for (uint32_t i = 0; i < cl_contract_count; i++) {
		const struct cc_contract *c = cc_at(cl_contract_table[i]);

		if (2 * i < first)
			continue;
		h->current = 2 * i;
		v.nfindings = v.nobservations = 0;
		if (!cannot_run(c))
			one_contract(c, seed, &v);
		run_record(h, i, cannot_run(c) ? CL_ABSENT : 0, &v);
	}
	h->current = CL_NO_CASE;
	h->finished = 1;
}
