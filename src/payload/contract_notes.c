/* SPDX-License-Identifier: MIT */
/* What is told of a function though it breaks nothing: numbers that no line speaks of with which it
 * divides by zero or faults, and upper halves of vector registers that it leaves in use. */
#include "payload/contract_fit.h"

#include "payload/handover.h"

enum { XMM_BYTES = 16, VECTORS = 16, LOOKS = 64 };

static struct {
	struct division {
		uint32_t input,
			with; /* 1 + another input that makes the difference, too; 0: none */
		uint64_t value, other;
		bool faults; /* it does not divide, but access memory, or what there is none of */
	} division[CT_MOST_DIVISIONS];
	unsigned ndivisions, divides;
	unsigned looks, dirty, dirty_at_calls;
} notes;

void ct_notes_begin(void)
{
	__builtin_memset(&notes, 0, sizeof(notes));
}

/* Beside pointers what fits is found for all numbers together (contract_fit.c). */
static bool is_open(unsigned i)
{
	const struct ct_input *d = &ct_now.inputs[i];

	return d->flags & CT_OPEN && !(d->flags & CT_UNSAID) && d->role <= CT_SET;
}

/* Does the call return with a usual number in place of this one? */
static bool returns_without(const struct ct_contract *c, unsigned i)
{
	static const int8_t usual[] = { 1, 16, 3, 0 };
	int64_t was = ct_number_in(i);
	bool returns = false;

	for (unsigned k = 0; k < sizeof(usual) && !returns; k++) {
		if (usual[k] == was)
			continue;
		ct_set_number(i, usual[k]);
		returns = ct_fit_call(c);
	}
	ct_set_number(i, was);
	return returns;
}

static void note_division(struct division d)
{
	for (unsigned k = 0; k < notes.ndivisions; k++) {
		if (notes.division[k].input == d.input &&
		    (d.faults ? notes.division[k].faults : notes.division[k].value == d.value))
			return;
	}
	if (notes.ndivisions < CT_MOST_DIVISIONS)
		notes.division[notes.ndivisions++] = d;
}

bool ct_divides(const struct ct_contract *c)
{
	struct division d = { .input = CT_ARGS, .faults = cl_fault_kind == CL_FAULT_SEGV };
	struct ct_fault f = ct_last_fault();

	if ((f.kind != CL_FAULT_FPE && !d.faults) || !ct_in_code(f.ip) || ct_inexcusable(&f) ||
	    cl_where != CL_IN_PROCESS || cl_contract_step)
		return false;
	/* A divisor of 0 first: with others two numbers go together. */
	for (int pass = 0; pass < 2 && d.input == CT_ARGS; pass++) {
		for (unsigned i = 0; i < c->ninputs && d.input == CT_ARGS; i++) {
			if (is_open(i) && !ct_number_in(i) == !pass && returns_without(c, i))
				d.input = i;
		}
	}
	if (d.input == CT_ARGS)
		return false;
	d.value = (uint64_t)ct_number_in(d.input);
	for (unsigned i = 0; d.value && i < c->ninputs && !d.with; i++) {
		if (i == d.input || !is_open(i) || !returns_without(c, i))
			continue;
		d.with = 1 + i;
		d.other = (uint64_t)ct_number_in(i);
	}
	notes.divides++;
	note_division(d);
	return true;
}

void ct_clean_vectors(struct cl_image *m)
{
	for (unsigned r = 0; r < VECTORS; r++)
		__builtin_memset(m->wide[r] + XMM_BYTES, 0, sizeof(m->wide[r]) - XMM_BYTES);
}

static bool is_dirty(const struct cl_image *m)
{
	for (unsigned r = 0; r < VECTORS; r++) {
		for (unsigned i = XMM_BYTES; i < cl_vector_bytes; i++) {
			if (m->wide[r][i])
				return true;
		}
	}
	return false;
}

void ct_note_call(const struct cl_image *m)
{
	if (ct_now.clean && is_dirty(m))
		notes.dirty_at_calls++;
}

void ct_look_for_dirt(const struct ct_contract *c)
{
	static const struct ct_sources none;
	static struct findings ignored;

	/* What wide values travel in is in use. */
	if (cl_vector_bytes <= XMM_BYTES || c->vector > XMM_BYTES || cl_where != CL_IN_PROCESS ||
	    cl_contract_step || (notes.looks >= LOOKS && !ct_cover_fresh()))
		return;
	notes.looks++;
	ignored.nfindings = ignored.nobservations = 0;
	ct_now.clean = true;
	if (ct_call(c, &none, &ignored) == CL_CAME_BACK && is_dirty(&cl_after_image))
		notes.dirty++;
	ct_now.clean = false;
}

static void tell(struct findings *out, unsigned piece, uint64_t a, uint64_t b)
{
	if (out->nobservations < sizeof(out->observation) / sizeof(out->observation[0]))
		out->observation[out->nobservations++] = (struct merged_observation){
			.item = CT_STRENGTH, .piece = (uint8_t)piece, .place = { a, b }
		};
}

void ct_notes_tell(struct findings *out)
{
	for (unsigned k = 0; k < notes.ndivisions; k++) {
		const struct division *d = &notes.division[k];

		tell(out, CT_STRENGTH_DIVIDES, d->input | d->with << 8 | (uint64_t)d->faults << 16,
		     d->value);
		if (d->with)
			tell(out, CT_STRENGTH_DIVIDES_WITH, 0, d->other);
	}
	if (notes.dirty || notes.dirty_at_calls)
		tell(out, CT_STRENGTH_DIRTY, notes.dirty, notes.dirty_at_calls);
}
