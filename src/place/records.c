/* SPDX-License-Identifier: MIT */
/* Reading a payload's records (src/payload/record.h) with suspicion: code under test ran in the
 * same memory. */
#include "place/place.h"

#include "abi/abi.h"
#include "payload/contract.h"

#include <string.h>

enum { MAX_STACK_WORDS = 64, SEGMENTS = 6 };

/* enum cl_place of a call with so many arguments. */
static bool is_place(unsigned place, unsigned nargs)
{
	if (place >= CL_AT_STACK)
		return place < CL_AT_STACK + MAX_STACK_WORDS;
	if (place >= CL_AT_ARG)
		return place < CL_AT_ARG + nargs;
	return place <= CL_AT_NESTED && (place >= CL_AT_GPR || place == CL_AT_UNKNOWN);
}

/* Can a finding of this check be about this item? */
static bool is_item(const struct cl_finding *f, unsigned nargs, bool contract)
{
	switch (f->check) {
	case CHECK_ARG:
		return f->item < (contract ? CL_CALLS * CL_ARGS : nargs);
	case CHECK_COPY:
	case CHECK_REFERENCE:
	case CHECK_BUFFER:
		return f->item < nargs;
	case CHECK_UPPER:
		return f->item < nargs || (f->item == CL_ITEM_RETURN && !contract);
	case CHECK_RETURN:
		return f->item < CL_PIECES;
	case CHECK_LAYOUT:
		return f->item < CL_MEMBERS;
	case CHECK_SAVED:
		return f->item <= CL_ITEM_FLAGS;
	case CHECK_GUEST:
		return f->item < (contract ? CT_GUEST_ITEMS : GPR_COUNT);
	case CHECK_SEGMENTS:
		return f->item < SEGMENTS;
	case CHECK_CONTROL:
		return f->item < CL_CONTROLS + CL_MSRS;
	case CHECK_DEPENDS:
		return f->item < CT_SOURCES;
	case CHECK_FAULT:
		return f->item >= CL_FAULT_SEGV && f->item <= CL_FAULT_OVERWRITTEN;
	default:
		/* A number that only distinguishes findings, or an index of a list in words.c. */
		return true;
	}
}

static bool is_finding(const struct cl_finding *f, unsigned nargs, bool contract)
{
	return f->check < CHECK_COUNT && f->size <= sizeof(f->expected) &&
	       is_item(f, nargs, contract) && is_place(f->origin, nargs) &&
	       is_place(f->found, nargs) &&
	       /* A buffer's offset has a sign: it may be before the buffer. */
	       (f->check == CHECK_BUFFER || f->offset + f->size <= UINT16_MAX);
}

static bool is_observation(const struct cl_observation *o, unsigned nargs, bool contract)
{
	return o->item < nargs ||
	       (contract ? o->item == CT_WAY || o->item == CT_FIT || o->item == CT_STRENGTH
			 : o->item == CL_ITEM_POP || o->item == CL_ITEM_RETURN);
}

/* Is every finding and observation of a record possible? */
static bool is_sound(const struct outcome *o, unsigned nargs, bool contract)
{
	for (unsigned i = 0; i < o->nfindings; i++) {
		if (!is_finding(&o->findings[i], nargs, contract))
			return false;
	}
	for (unsigned i = 0; i < o->nobservations; i++) {
		if (!is_observation(&o->observations[i], nargs, contract))
			return false;
	}
	return true;
}

static struct cl_finding fault(enum cl_fault kind)
{
	return (struct cl_finding){ .check = CHECK_FAULT, .item = (uint16_t)kind, .size = 16 };
}

/* The outcome of a call whose record cannot be believed. */
static struct outcome overwritten(struct arena *a)
{
	struct cl_finding *f = arena_alloc(a, sizeof(*f));

	*f = fault(CL_FAULT_OVERWRITTEN);
	return (struct outcome){ .state = OUTCOME_EXECUTED, .nfindings = 1, .findings = f };
}

/* One record into its outcome, behind `*p`. False: it ends the reading. */
static bool read_one(struct arena *a, const struct record_source *from, const uint8_t **p,
		     const uint8_t *end, struct place_run *out, bool *sound)
{
	uint32_t at = (uint32_t)(*p - (const uint8_t *)(from->h + 1)), position;
	struct cl_record r;
	struct outcome *o;
	size_t nf, no;

	if ((size_t)(end - *p) < sizeof(r))
		return false;
	memcpy(&r, *p, sizeof(r));
	*p += sizeof(r);
	nf = r.nfindings * sizeof(struct cl_finding);
	no = r.nobservations * sizeof(struct cl_observation);
	if (r.index >= out->n || r.direction >= CL_DIRECTIONS || (size_t)(end - *p) < nf + no)
		return false;
	position = r.index * 2 + r.direction;
	if (position < from->first || position >= from->end)
		return false;
	o = &out->v[position];
	if (r.seal != cl_seal(from->key, at, &r, *p, nf + no)) {
		*o = overwritten(a);
		*p += nf + no;
		*sound = false;
		return true;
	}
	o->state = r.flags & CL_ABSENT ? OUTCOME_ABSENT : OUTCOME_EXECUTED;
	o->nfindings = r.nfindings;
	o->nobservations = r.nobservations;
	o->findings = nf ? memcpy(arena_alloc(a, nf), *p, nf) : NULL;
	*p += nf;
	o->observations = no ? memcpy(arena_alloc(a, no), *p, no) : NULL;
	*p += no;
	if (r.flags & ~CL_ABSENT || r.nfindings > CL_FINDINGS ||
	    r.nobservations > CL_OBSERVATIONS ||
	    !is_sound(o, out->nargs ? out->nargs[r.index] : CL_ARGS, !out->nargs)) {
		*o = overwritten(a);
		*sound = false;
	}
	return true;
}

bool records_read(struct arena *a, const struct record_source *from, struct place_run *out)
{
	const struct cl_header *h = from->h;
	const uint8_t *p = (const uint8_t *)(h + 1), *end;
	size_t bytes = from->bytes;
	bool sound = true;

	if (bytes < sizeof(*h) || h->magic != CL_MAGIC || h->version != CL_VERSION ||
	    h->planned != out->n || h->used > bytes - sizeof(*h))
		return false;
	end = p + h->used;
	while (p < end) {
		if (!read_one(a, from, &p, end, out, &sound))
			return false;
	}
	return sound;
}

void records_complete(struct arena *a, const struct payload *p, uint32_t first, uint32_t end,
		      struct place_run *out)
{
	unsigned directions = p->nargs ? p->directions : 1 << CL_CALLEE;

	for (uint32_t k = first; k < end; k++) {
		if (directions >> k % 2 & 1 && out->v[k].state == OUTCOME_MISSING)
			out->v[k] = overwritten(a);
	}
}

void records_add(struct str *out, const struct place_run *r, enum width w, uint64_t seed)
{
	struct cl_header h = { .magic = CL_MAGIC,
			       .version = CL_VERSION,
			       .width = width_bits(w),
			       .planned = (uint32_t)r->n,
			       .current = CL_NO_CASE,
			       .finished = 1,
			       .seed = seed };
	size_t at = out->len, start;

	str_addn(out, (const char *)&h, sizeof(h));
	for (size_t k = 0; r->v && k < 2 * r->n; k++) {
		const struct outcome *o = &r->v[k];
		struct cl_record rec = { .index = (uint32_t)(k / 2),
					 .direction = (uint8_t)(k % 2),
					 .flags = o->state == OUTCOME_ABSENT ? CL_ABSENT : 0,
					 .nfindings = (uint8_t)o->nfindings,
					 .nobservations = (uint8_t)o->nobservations };

		if (o->state == OUTCOME_MISSING)
			continue;
		start = out->len;
		str_addn(out, (const char *)&rec, sizeof(rec));
		if (o->nfindings)
			str_addn(out, (const char *)o->findings,
				 o->nfindings * sizeof(*o->findings));
		if (o->nobservations)
			str_addn(out, (const char *)o->observations,
				 o->nobservations * sizeof(*o->observations));
		rec.seal = cl_seal(STORED_KEY, (uint32_t)(start - at - sizeof(h)), &rec,
				   out->s + start + sizeof(rec), out->len - start - sizeof(rec));
		memcpy(out->s + start, &rec, sizeof(rec));
	}
	h.used = (uint32_t)(out->len - at - sizeof(h));
	memcpy(out->s + at, &h, sizeof(h));
}

void outcome_charge(struct arena *a, struct place_run *out, uint32_t current, bool late)
{
	struct outcome *o = &out->v[current];
	unsigned known = o->state == OUTCOME_EXECUTED ? o->nfindings : 0;
	struct cl_finding *f = arena_alloc(a, (known + 1) * sizeof(*f));

	/* What was found before the end stays found. */
	if (known)
		memcpy(f, o->findings, known * sizeof(*f));
	f[known] = fault(late ? CL_FAULT_TIMEOUT : CL_FAULT_DIED);
	if (!known)
		o->nobservations = 0;
	o->state = OUTCOME_EXECUTED;
	o->nfindings = known + 1;
	o->findings = f;
}

void place_run_unstarted(struct place_run *out, const char *why)
{
	out->broken = NULL;
	out->unstarted = why;
	for (size_t i = 0; out->v && i < 2 * out->n; i++) {
		if (out->v[i].state != OUTCOME_MISSING)
			return;
	}
	out->why_not = why;
}
