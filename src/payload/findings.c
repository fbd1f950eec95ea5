/* SPDX-License-Identifier: MIT */
/* The book of findings: what a case's rounds brought up, each check and item once. The first
 * failing round's values stay; candidate places are narrowed by the later ones. */
#include "payload/check.h"

static struct merged_finding *add(struct findings *out, int check, int item, int round)
{
	struct merged_finding *m;

	for (unsigned i = 0; i < out->nfindings; i++) {
		m = &out->finding[i];
		if (m->f.check == check && m->f.item == item)
			return m;
	}
	if (out->nfindings == sizeof(out->finding) / sizeof(out->finding[0]))
		return NULL;
	m = &out->finding[out->nfindings++];
	*m = (struct merged_finding){
		.f = { .check = (uint8_t)check, .item = (uint16_t)item, .round = (uint8_t)round },
		.origin = { ~0ull, ~0ull },
		.found = { ~0ull, ~0ull }
	};
	return m;
}

/* Record that `size` bytes differ. Only the first failing round is kept, from the 8-byte group of
 * the first difference on. `origin` explains the observed value, `found` where the expected one is.
 */
void differ(struct findings *out, int check, int item, int round, const volatile void *want,
	    const volatile void *got, unsigned size, struct candidates origin,
	    struct candidates found)
{
	struct merged_finding *m = add(out, check, item, round);
	const volatile uint8_t *w = want, *g = got;
	unsigned at = 0;

	if (!m)
		return;
	for (int k = 0; k < 2; k++) {
		m->origin[k] &= origin.bits[k];
		m->found[k] &= found.bits[k];
	}
	if (m->f.round != round)
		return;
	while (at < size && w[at] == g[at])
		at++;
	at &= ~7u;
	m->f.offset = (uint16_t)at;
	m->f.size = (uint8_t)min(size - at, 16);
	for (unsigned i = 0; i < m->f.size; i++) {
		m->f.expected[i] = w[at + i];
		m->f.observed[i] = g[at + i];
	}
}

const struct candidates nowhere;

void differ_word(struct findings *out, int check, int item, int round, cl_word want, cl_word got)
{
	differ(out, check, item, round, &want, &got, sizeof(cl_word), nowhere, nowhere);
}

/* The first register of a list that is in the set, or 0. */
static uint16_t register_of(uint64_t bits, const uint8_t *order, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (bits >> order[i] & 1)
			return (uint16_t)(CL_AT_GPR + order[i]);
	}
	return 0;
}

static uint16_t vector_of(uint64_t bits)
{
	for (unsigned i = 0; i < 16; i++) {
		if (bits >> (CL_BIT_XMM + i) & 1)
			return (uint16_t)(CL_AT_XMM + i);
	}
	return 0;
}

/* The first of the lowest n words of the stack. */
static uint16_t word_of(uint64_t bits, unsigned n)
{
	for (unsigned i = 0; i < n && i < STACK_WORDS; i++) {
		if (bits >> i & 1)
			return (uint16_t)(CL_AT_STACK + i);
	}
	return 0;
}

/* One of several places. What passes a value comes before what it may have gone through on the way
 * there: at 32 bit the argument area, then registers that pass arguments somewhere, more of the
 * stack, and only then ax, through which compilers load, and the others. */
static uint16_t place_of(const uint64_t bits[2], struct areas at, bool returned)
{
	static const uint8_t passing[] = { 1, 2, 7, 6, 8, 9 }, returning[] = { 0, 2 },
			     others[] = { 0, 3, 5, 10, 11, 12, 13, 14, 15, 4 };
	uint16_t p = 0;

	/* As often as not; the searches below take hundreds of instructions. */
	if (!(bits[0] | bits[1]))
		return CL_AT_UNKNOWN;
	if (returned)
		p = register_of(bits[0], returning, sizeof(returning));
	if (!p && sizeof(cl_word) == 4)
		p = word_of(bits[1], at.arguments);
	p = p ? p : register_of(bits[0], passing, sizeof(passing));
	p = p ? p : vector_of(bits[0]);
	p = p ? p : word_of(bits[1], at.perhaps);
	p = p ? p : register_of(bits[0], others, sizeof(others));
	p = p ? p : word_of(bits[1], STACK_WORDS);
	if (p)
		return p;
	for (unsigned i = CL_BIT_ARG; i < 64; i++) {
		if (bits[0] >> i & 1)
			return (uint16_t)(CL_AT_ARG + i - CL_BIT_ARG);
	}
	if (bits[0] >> CL_BIT_ST0 & 1)
		return CL_AT_ST0;
	if (bits[0] >> CL_BIT_LOCAL & 1)
		return CL_AT_LOCAL;
	if (bits[0] >> CL_BIT_NESTED & 1)
		return CL_AT_NESTED;
	return CL_AT_UNKNOWN;
}

void findings_close(struct findings *v, struct areas at)
{
	for (unsigned i = 0; i < v->nfindings; i++) {
		struct merged_finding *m = &v->finding[i];
		bool returned = m->f.check == CHECK_RETURN;

		m->f.origin = place_of(m->origin, at, returned);
		m->f.found = place_of(m->found, at, returned);
	}
}

static struct merged_observation *observation_of(struct findings *out, unsigned item,
						 unsigned piece)
{
	unsigned i = out->next_observation;

	if (i >= out->nobservations || out->observation[i].item != item ||
	    out->observation[i].piece != piece) {
		for (i = 0; i < out->nobservations; i++) {
			if (out->observation[i].item == item && out->observation[i].piece == piece)
				break;
		}
		if (i == out->nobservations)
			return NULL;
	}
	out->next_observation = i + 1;
	return &out->observation[i];
}

/* `w`: NULL, or what was observed of it before. */
static void merge(struct findings *out, struct merged_observation *w, unsigned item, unsigned piece,
		  struct candidates c)
{
	if (w) {
		/* Popped bytes are a number, not a set. */
		if (item == CL_ITEM_POP && w->place[0] != c.bits[0])
			w->place[0] = 0;
		w->place[0] &= c.bits[0];
		w->place[1] &= c.bits[1];
		return;
	}
	if (out->nobservations == sizeof(out->observation) / sizeof(out->observation[0]))
		return;
	w = &out->observation[out->nobservations++];
	*w = (struct merged_observation){ .item = (uint16_t)item,
					  .piece = (uint8_t)piece,
					  .place = { c.bits[0], c.bits[1] } };
}

void observe(struct findings *out, unsigned item, unsigned piece, struct candidates c)
{
	merge(out, observation_of(out, item, piece), item, piece, c);
}

/* Where a piece of a value is; after the first round only the places that were left are of
 * interest, and often there is none. */
void observe_places(struct findings *out, unsigned item, unsigned piece, const struct cl_image *m,
		    const uint8_t *stack, const void *bytes, const uint8_t *mask, unsigned n)
{
	static const uint64_t anywhere[2] = { ~0ull, ~0ull };
	struct merged_observation *w = observation_of(out, item, piece);

	if (!w || w->place[0] || w->place[1])
		merge(out, w, item, piece,
		      search_among(m, stack, bytes, mask, n, w ? w->place : anywhere));
}

/* Popped bytes are a number, not a place: kept in the first word, plus one so that 0 is told from
 * disagreement between rounds. */
void observe_pop(struct findings *out, cl_word popped)
{
	struct candidates c = { { popped < 0x1000 ? popped + 1 : 0, 0 } };

	observe(out, CL_ITEM_POP, 0, c);
}

void check_segment(int segment, int round, cl_word want, cl_word got, struct findings *out)
{
	differ_word(out, CHECK_SEGMENTS, segment, round, want, got);
}

void check_control(int control, int round, cl_word want, cl_word got, struct findings *out)
{
	differ_word(out, CHECK_CONTROL, control, round, want, got);
}

void check_msr(int msr, int round, uint64_t want, uint64_t got, struct findings *out)
{
	differ(out, CHECK_CONTROL, CL_CONTROLS + msr, round, &want, &got, sizeof(got), nowhere,
	       nowhere);
}

void check_fault(int round, int fault, cl_word ip, cl_word address, struct findings *out)
{
	uint64_t where[2] = { ip, address };
	uint8_t none[16] = { 0 };

	differ(out, CHECK_FAULT, fault, round, none, where, 16, nowhere, nowhere);
	for (unsigned i = 0; i < out->nfindings; i++) {
		if (out->finding[i].f.check == CHECK_FAULT) {
			out->finding[i].f.offset = 0;
			out->finding[i].f.size = 16;
			for (unsigned k = 0; k < 16; k++)
				out->finding[i].f.observed[k] = ((uint8_t *)where)[k];
		}
	}
}
