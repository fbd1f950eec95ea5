/* SPDX-License-Identifier: MIT */
/* Inputs of a call by contract, all of them, and into the registers and stack slots where the
 * contract has them. */
#include "payload/contract_draw.h"
#include "payload/contract_fit.h"

static cl_word first_stack_top;

/* A value with poison in its padding. */
static const uint8_t *padded(const struct ct_input *d, const uint8_t *value, const uint8_t *poison,
			     uint8_t to[CL_VALUE])
{
	const uint8_t *mask = ct_mask(d);

	if (!mask)
		return value;
	for (unsigned i = 0; i < d->size; i++)
		to[i] = (uint8_t)((value[i] & mask[i]) | (poison[i] & ~mask[i]));
	return to;
}

/* Into the registers and stack words where the call will find it; what is above a narrow value
 * there is poison, but for inputs that are to be extended; other poison is an extension, too, in
 * every second round. */
static void place(const struct ct_input *d, const uint8_t *value, unsigned number,
		  const struct ct_sources *sources)
{
	const struct ct_poison *poison = ct_poison_of(sources->other[CT_FROM_UPPER + number]);
	cl_word reference = (cl_word)(cl_reference + number * CL_VALUE);
	uint8_t with_padding[CL_VALUE];

	value = padded(d, value, poison->stack + 8 * number, with_padding);
	if (d->flags & CT_REFERENCE) {
		__builtin_memcpy((void *)reference, value, d->size);
		value = (const uint8_t *)&reference;
	}
	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct ct_loc *l = &d->loc[i];
		uint8_t *to = (uint8_t *)&cl_poison.gpr[l->reg & 15];
		unsigned whole = sizeof(cl_word);
		const uint8_t *dirt = (const uint8_t *)&poison->entry.gpr[l->reg & 15];
		unsigned extend_to;

		if (l->kind == CL_XMM && l->bytes > 16) {
			__builtin_memcpy(cl_poison.wide[l->reg], value + l->off, l->bytes);
			__builtin_memcpy(cl_poison.fx + FX_XMM + 16 * l->reg, value + l->off, 16);
			continue;
		}
		if (l->kind == CL_XMM) {
			to = cl_poison.fx + FX_XMM + 16 * l->reg;
			dirt = poison->entry.fx + FX_XMM + 16 * l->reg;
			whole = 16;
		} else if (l->kind == CL_STACK) {
			to = (uint8_t *)cl_stack_top + l->stack;
			dirt = poison->stack + CL_POISON_BELOW + l->stack;
			whole = (l->bytes + whole - 1) & ~(whole - 1);
		}
		__builtin_memcpy(to, dirt, whole);
		__builtin_memcpy(to, value + (d->flags & CT_REFERENCE ? 0 : l->off), l->bytes);
		extend_to = ct_now.extended >> number & 1 ? ct_now.extended_to : 0;
		/* In other calls it differs from right ones only if it is right once: a narrow
		 * number that is compared as a wide one is never equal with poison above it. */
		if (!extend_to && sources->other[CT_FROM_UPPER + number] && ct_now.round & 1 &&
		    ct_is_narrow(d))
			extend_to = sizeof(cl_word);
		if (extend_to > l->bytes) {
			bool minus = d->class == CL_SIGNED && value[d->size - 1] & 0x80;

			__builtin_memset(to + l->bytes, minus ? 0xff : 0, extend_to - l->bytes);
		}
	}
}

static void choose_stack(const struct ct_contract *c)
{
	cl_word align = c->align_entry;

	if (!first_stack_top)
		first_stack_top = cl_stack_top & ~(cl_word)4095;
	/* As well aligned as promised, seldom better. */
	cl_stack_top = first_stack_top - align * (1 + (cl_word)(ct_now.round & 7));
}

static void hidden_pointer(const struct ct_contract *c, const struct ct_sources *sources)
{
	uint8_t bytes[CL_VALUE] = { 0 };

	ct_put(bytes, (cl_word)cl_result);
	place(&c->hidden, bytes, CT_ARGS - 1, sources);
}

/* A number that is not larger than another. */
static void limit_numbers(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];
		int64_t from = (int64_t)(d->from[0] | (uint64_t)d->from[1] << 32), most, v;

		if (!d->most)
			continue;
		v = ct_number_in(i);
		most = ct_number_in(d->most - 1);
		if (most < from)
			v = from;
		else if (v > most)
			v = from +
			    (int64_t)ct_modulo((uint64_t)(v - from), (uint64_t)(most - from) + 1);
		if (d->multiple > 1 && v == (int32_t)v && v >= 0)
			v -= (int32_t)v % (int32_t)d->multiple;
		ct_set_number(i, v);
	}
}

static void make_sum(unsigned i)
{
	uint8_t bytes[16] = { 0 };

	ct_evaluate(&ct_now.inputs[i].sum, 0, bytes);
	__builtin_memcpy(ct_now.values.arg[i], bytes, min(ct_now.inputs[i].size, 8));
	ct_now.pointer[i] = (cl_word)ct_number_in(i);
}

void ct_draw(uint64_t seed)
{
	const struct ct_contract *c = ct_now.c;
	uint64_t state = ct_mix(seed ^ ((uint64_t)c->key << 32 | (uint64_t)ct_now.round));
	unsigned buffers = 0;

	choose_stack(c);
	ct_now.first_draw = ct_make_poison(seed, state);
	ct_memory_begin();
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];

		/* Each from a stream of its own: one that is drawn otherwise changes no other. */
		ct_random_begin(ct_mix(state + i), ct_mix(seed + 1));
		if (d->role == CT_PROBE)
			ct_put(ct_now.values.arg[i], d->probe);
		else if (d->role == CT_LANDING_PAD)
			ct_put(ct_now.values.arg[i], (cl_word)cl_contract_landing);
		else if (!ct_is_pointer(d))
			ct_make_number(i, d, ct_now.values.arg[i]);
		if (d->role <= CT_SET)
			ct_change_number(i);
	}
	limit_numbers(c);
	/* Their sizes are among the numbers. */
	for (unsigned i = 0; i < c->ninputs; i++) {
		ct_random_begin(ct_mix(state + CT_ARGS + i), ct_mix(seed + 1));
		if (ct_is_pointer(&ct_now.inputs[i]))
			ct_make_pointer(i, &ct_now.inputs[i], buffers++);
	}
	ct_random_begin(ct_mix(state + 2 * CT_ARGS), ct_mix(seed + 1));
	ct_memory_end();
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (ct_now.inputs[i].role == CT_SUM)
			make_sum(i);
	}
	ct_prepare(c);
}

void ct_apply(const struct ct_sources *sources)
{
	const struct ct_contract *c = ct_now.c;

	ct_apply_poison(sources);
	ct_restore_buffers(sources);
	for (unsigned i = 0; i < c->ninputs; i++)
		place(&ct_now.inputs[i], ct_now.values.arg[i], i, sources);
	if (c->hidden.nlocs)
		hidden_pointer(c, sources);
	if (c->al)
		((uint8_t *)&cl_poison.gpr[0])[0] = (uint8_t)(c->al - 1);
	__builtin_memcpy((void *)cl_result,
			 ct_poison_of(sources->other[CT_FROM_RESULT])->stack + 512, CL_VALUE);
}
