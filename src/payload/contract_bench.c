/* SPDX-License-Identifier: MIT */
/* Cycles of a call: of the function, of its reference, and of nothing, which is what the call
 * around it costs. Each with the inputs of the same rounds; a sample is the mean of equal calls
 * behind a first one, for the clock may be coarse. */
#include "payload/contract_run.h"

enum { SAMPLES = 201, QUARTER = SAMPLES / 4, CALLS = 16 };

void cl_contract_nothing(void); /* asm/contract.asm: returns */

static uint32_t sample[SAMPLES];

static void measure(const struct ct_contract *c, uint32_t function, int rounds, uint64_t seed)
{
	static const struct ct_sources none;
	static struct findings ignored;

	for (unsigned k = 0; k < SAMPLES; k++) {
		uint32_t cycles = 0;
		unsigned at = k;

		ct_draw_round(c, (int)k % rounds, rounds, seed);
		ct_now.instead = function;
		for (unsigned n = 0; n <= CALLS; n++) {
			ignored.nfindings = ignored.nobservations = 0;
			ct_call(c, &none, &ignored);
			cycles += n ? ct_now.cycles : 0;
		}
		ct_now.instead = 0;
		cycles /= CALLS;
		for (; at && sample[at - 1] > cycles; at--)
			sample[at] = sample[at - 1];
		sample[at] = cycles;
	}
}

static void tell(unsigned which, uint32_t nothing, struct findings *out)
{
	uint32_t v[3] = { sample[SAMPLES / 2], sample[QUARTER], sample[SAMPLES - 1 - QUARTER] };

	for (unsigned i = 0; i < 3; i++)
		v[i] = v[i] > nothing ? v[i] - nothing : 0;
	if (out->nobservations < sizeof(out->observation) / sizeof(out->observation[0]))
		out->observation[out->nobservations++] = (struct merged_observation){
			.item = CT_STRENGTH,
			.piece = (uint8_t)(CT_STRENGTH_CYCLES + which),
			.place = { v[0], v[1] | (uint64_t)v[2] << 32 },
		};
}

void ct_bench(const struct ct_contract *c, int rounds, uint64_t seed, struct findings *out)
{
	uint32_t nothing;

	/* A function that only returns would not come back from there. */
	if (c->flags & CT_BY_INTERRUPT)
		return;
	measure(c, (uint32_t)(cl_word)cl_contract_nothing, rounds, seed);
	nothing = sample[SAMPLES / 2];
	measure(c, c->function, rounds, seed);
	tell(0, nothing, out);
	if (!c->against)
		return;
	measure(c, c->against, rounds, seed);
	tell(1, nothing, out);
}
