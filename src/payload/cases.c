/* SPDX-License-Identifier: MIT */
/* A payload of cases: prepare, run, check, record. Knows nothing of the place it runs in. Its
 * counterpart for calls by contract is contract_run.c. */
#include "payload/open.h"
#include "payload/runtime.h"

uint32_t payload_count(void)
{
	return (uint32_t)(cl_cases_end - cl_cases);
}

/* Compiled code: the linker puts it behind the runtime, trampolines and probes. */
cl_word payload_code(void)
{
	cl_word start = (cl_word)cl_rodata;

	for (const struct cl_case *const *p = cl_cases; p < cl_cases_end; p++) {
		cl_word target = (cl_word)(*p)->target, caller = (cl_word)(*p)->caller;

		if (target && target < start)
			start = target;
		if (caller && caller < start)
			start = caller;
	}
	return start;
}

bool payload_break(cl_word *ip, cl_word *flags)
{
	(void)ip;
	(void)flags;
	return false;
}

bool payload_trap(cl_word *ip, cl_word *flags)
{
	(void)ip;
	(void)flags;
	return false;
}

cl_word payload_guard(unsigned i)
{
	(void)i;
	return 0;
}

cl_word payload_mixed(void)
{
	return (cl_word)cl_rodata;
}

cl_word payload_thread(void)
{
	return 0;
}

static struct areas areas_of(const struct cl_case *c)
{
	struct areas at = { c->stack_bytes / sizeof(cl_word), c->stack_bytes / sizeof(cl_word) };

	for (unsigned i = 0; i < c->nargs; i++)
		at.perhaps += (c->args[i].size + sizeof(cl_word) - 1) / sizeof(cl_word);
	return at;
}

static void run_direction(const struct cl_case *c, int direction, uint64_t seed, struct findings *v)
{
	static struct cl_values values;

	cl_vmx_flags = c->flags & (CL_FAILING_VMX | CL_ENTERS_GUEST);

	for (int round = 0; round < ROUNDS; round++) {
		int how;

		if (cl_before_round)
			cl_before_round(c, round);
		prepare(c, direction, round, seed, &values);
		if (c->flags & CL_HANDLER)
			handler_prepare(round, &values);
		open_prepare(c, direction, round);
		cl_function = c->caller;
		cl_implicit = c->implicit;
		cl_ticket++;
		how = cl_run(direction == CL_CALLEE ? c->tramp : cl_call_c);
		cl_ticket++;
		if (cl_after_run)
			cl_after_run(round, v);
		if (how == CL_FAULTED) {
			check_fault(round, cl_fault_kind, cl_fault_ip, cl_fault_address, v);
			/* What the caller had passed until then is known, and often the reason. */
			if (direction == CL_CALLER && cl_probe_count == c->calls)
				check_caller(c, &values, round, CL_ESCAPED, v);
			/* What a broken call wrote may be anything: later rounds add nothing. */
			break;
		}
		if (direction == CL_CALLEE)
			check_callee(c, &values, round, v);
		else
			check_caller(c, &values, round, how, v);
	}
	if (direction == CL_CALLEE)
		open_after_callee(c, v);
	findings_close(v, direction == CL_CALLER ? areas_of(c) : (struct areas){ 0, 0 });
}

void payload_run(struct cl_header *h, uint32_t first, unsigned directions, uint64_t seed)
{
	static struct findings v;

	for (const struct cl_case *const *p = cl_cases; p < cl_cases_end; p++) {
		const struct cl_case *c = *p;

		for (int d = 0; d < CL_DIRECTIONS; d++) {
			bool absent = d == CL_CALLEE ? !c->target : !c->caller;

			if (c->index * 2 + (uint32_t)d < first || !(directions >> d & 1))
				continue;
			if (cl_case_limit && c->index >= first / 2 + cl_case_limit)
				break;
			h->current = c->index * 2 + (uint32_t)d;
			v.nfindings = v.nobservations = 0;
			if (!absent)
				run_direction(c, d, seed, &v);
			/* It makes no such call, but has instructions of its own. */
			if (!absent && d == CL_CALLER && c->implicit && !cl_probe_count) {
				v.nfindings = v.nobservations = 0;
				absent = true;
			}
			record_write(h, c->index, d, absent ? CL_ABSENT : 0, &v);
			h->settled = h->used;
		}
	}
	h->current = CL_NO_CASE;
	h->finished = 1;
}
