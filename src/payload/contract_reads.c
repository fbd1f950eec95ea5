/* SPDX-License-Identifier: MIT */
/* Where does a call look? Instructions that read memory get a breakpoint each, once, and it is seen
 * which byte of what an input points to they read: that is where a change may lead elsewhere. */
#include "payload/contract_run.h"

#include "payload/handover.h"

enum { INT3 = 0xcc };

static struct {
	const struct ct_read *read;
	unsigned n, nlooks;
	uint32_t armed[CT_MOST_READS / 32];
	uint8_t was[CT_MOST_READS];
	struct ct_look look[CT_MOST_READS];
} reads;

static uint8_t *byte_of(unsigned i)
{
	return (uint8_t *)(cl_word)reads.read[i].at + cl_code_alias;
}

static bool armed(unsigned i)
{
	return reads.armed[i / 32] >> i % 32 & 1;
}

static void disarm(unsigned i)
{
	reads.armed[i / 32] &= ~(1u << i % 32);
	*byte_of(i) = reads.was[i];
}

/* What a block that never ran begins with has a breakpoint already. */
static void arm(unsigned i)
{
	if (*byte_of(i) == INT3)
		return;
	reads.armed[i / 32] |= 1u << i % 32;
	reads.was[i] = *byte_of(i);
	*byte_of(i) = INT3;
}

static void note(const struct ct_read *r)
{
	cl_word at = (cl_word)r->disp;

	if (r->base < 16)
		at += cl_break_gpr[r->base];
	if (r->index < 16)
		at += cl_break_gpr[r->index] * r->scale;
	for (unsigned i = 0; i < ct_now.c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];
		cl_word from = ct_now.pointer[i] - d->at;
		struct ct_look *l = &reads.look[reads.nlooks];

		if (!ct_now.pointer[i] || at < from || at - from >= CT_AREA)
			continue;
		*l = (struct ct_look){ .input = (uint8_t)i,
				       .bytes = r->bytes,
				       .at = (uint32_t)(at - ct_now.pointer[i]) };
		for (unsigned k = 0; k < reads.nlooks; k++) {
			if (reads.look[k].input == i && reads.look[k].at == l->at)
				return;
		}
		reads.nlooks++;
		return;
	}
}

bool ct_read_break(cl_word *ip)
{
	for (unsigned i = 0; i < reads.n; i++) {
		if (!armed(i) || reads.read[i].at != *ip - 1)
			continue;
		disarm(i);
		note(&reads.read[i]);
		(*ip)--;
		ct_serialize();
		return true;
	}
	return false;
}

unsigned ct_look(const struct ct_contract *c, struct ct_look *to, unsigned most, uint64_t random)
{
	static const struct ct_sources none;
	static struct findings ignored;
	unsigned n;

	reads.read = ct_at(c->reads);
	reads.n = cl_code_alias ? min(c->nreads, CT_MOST_READS) : 0;
	reads.nlooks = 0;
	ignored.nfindings = ignored.nobservations = 0;
	for (unsigned i = 0; i < reads.n; i++)
		arm(i);
	ct_serialize();
	ct_call(c, &none, &ignored);
	for (unsigned i = 0; i < reads.n; i++) {
		if (armed(i))
			disarm(i);
	}
	ct_serialize();
	n = min(reads.nlooks, most);
	/* Of many a few, from anywhere. */
	for (unsigned k = 0; k < n; k++)
		to[k] = reads.look[(k + (uint32_t)random % reads.nlooks) % reads.nlooks];
	reads.n = 0;
	return n;
}
