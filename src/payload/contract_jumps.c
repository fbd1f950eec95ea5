/* SPDX-License-Identifier: MIT */
/* Does a call jump to where no jump leads? A table of jumps that is indexed by a number beyond its
 * end sends it anywhere, and what it does there is not the function's doing. Jumps that do not say
 * where they go get a breakpoint each, are stepped over, and it is seen where they went. */
#include "payload/contract_fit.h"

#include "payload/handover.h"

enum {
	INT3 = 0xcc,
	FLAG_TF = 0x100,
	MOST_JUMPS = 4096,
	MOST_ALIKE = 64 /* the same jump with the same registers: it never ends */
};

/* Written by src/check (jumps.h), in order: these jumps; the beginnings of blocks and labels; where
 * a jump's table leads, and (second word) which jump's. */
extern const uint32_t cl_jumps[], cl_jump_total, cl_leads[], cl_lead_total, cl_edges[],
	cl_edge_total;

static struct {
	bool set, stepping, wild;
	bool strict; /* of the function under way: a table knows better than labels */
	bool endless;
	unsigned at; /* the jump under way */
	unsigned last, alike;
	cl_word gpr[16]; /* at the last one */
	uint8_t was[MOST_JUMPS];
} watch;

static unsigned total(void)
{
	return min(cl_jump_total, MOST_JUMPS);
}

static uint8_t *byte_of(unsigned i)
{
	return (uint8_t *)(cl_word)cl_jumps[i] + cl_code_alias;
}

static int find(const uint32_t *v, unsigned n, cl_word at)
{
	unsigned low = 0, high = n;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (v[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && v[low] == at ? (int)low : -1;
}

void ct_watch_jumps(bool on)
{
	if (on == watch.set || !cl_code_alias || !total() || cl_contract_step)
		return;
	watch.stepping = watch.wild = false;
	for (unsigned i = 0; i < total(); i++) {
		if (on)
			watch.was[i] = *byte_of(i);
		*byte_of(i) = on ? INT3 : watch.was[i];
	}
	watch.set = on;
	ct_serialize();
}

void ct_watch_begin(void)
{
	watch.strict = false;
}

void ct_watch_call(void)
{
	watch.wild = watch.endless = false;
	watch.alike = 0;
	if (!watch.stepping)
		return;
	/* The jump itself faulted. */
	watch.stepping = false;
	*byte_of(watch.at) = INT3;
	ct_serialize();
}

bool ct_went_wild(void)
{
	return watch.wild || watch.endless;
}

/* A table that is indexed by a number it has no entry for may lead back to its own jump: that is
 * seen before the timer sees it. */
static bool goes_round(unsigned i)
{
	if (i != watch.last || !same(watch.gpr, cl_break_gpr, sizeof(watch.gpr)))
		watch.alike = 0;
	watch.last = i;
	__builtin_memcpy(watch.gpr, cl_break_gpr, sizeof(watch.gpr));
	return watch.alike++ >= MOST_ALIKE;
}

bool ct_strays(const struct ct_contract *c)
{
	bool any = false, was = watch.set, strict, strays;

	for (unsigned i = 0; i < c->ninputs; i++)
		any = any || ct_unsaid_pointer(&ct_now.inputs[i]) ||
		      ct_unsaid_number(&ct_now.inputs[i]);
	if (!any || cl_where != CL_IN_PROCESS)
		return false;
	ct_watch_jumps(true);
	if (!watch.set)
		return false;
	strict = watch.strict;
	watch.strict = true;
	ct_fit_call(c);
	strays = watch.wild;
	watch.strict = strict || strays;
	ct_watch_jumps(was);
	return strays;
}

/* Anywhere where something begins, or where a table leads. Where something went wrong, only there,
 * if a table is known. Outside of code under test it faults, or is a function that was passed. */
static bool may_lead(uint32_t jump, cl_word to)
{
	bool known = false;

	if (!ct_in_code(to))
		return true;
	for (uint32_t i = 0; i < cl_edge_total; i++) {
		known = known || cl_edges[2 * i + 1] == jump;
		if (cl_edges[2 * i] == to)
			return true;
	}
	return !(known && watch.strict) && find(cl_leads, cl_lead_total, to) >= 0;
}

bool ct_watch_break(cl_word *ip, cl_word *flags)
{
	int i;

	if (!watch.set)
		return false;
	if (watch.stepping) {
		watch.stepping = false;
		*flags &= ~(cl_word)FLAG_TF;
		*byte_of(watch.at) = INT3;
		ct_serialize();
		watch.wild = !may_lead(cl_jumps[watch.at], *ip);
		return !watch.wild;
	}
	i = find(cl_jumps, total(), *ip - 1);
	if (i < 0)
		return false;
	watch.endless = goes_round((unsigned)i);
	if (watch.endless)
		return false;
	watch.at = (unsigned)i;
	watch.stepping = true;
	*byte_of(watch.at) = watch.was[i];
	*flags |= FLAG_TF;
	(*ip)--;
	ct_serialize();
	return true;
}
