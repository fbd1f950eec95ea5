/* SPDX-License-Identifier: MIT */
/* Reading a payload's records (src/payload/record.h) with suspicion: code under test ran in the
 * same memory. */
#include "place/place.h"

#include "abi/abi.h"

#include <string.h>

void records_read(struct arena *a, const struct cl_header *h, size_t bytes, struct place_run *out)
{
	const uint8_t *p = (const uint8_t *)(h + 1), *end;

	if (bytes < sizeof(*h) || h->magic != CL_MAGIC || h->version != CL_VERSION ||
	    h->planned != out->n || h->used > bytes - sizeof(*h))
		return;
	end = p + h->used;
	while ((size_t)(end - p) >= sizeof(struct cl_record)) {
		struct cl_record r;
		struct outcome *o;
		size_t nf, no;

		memcpy(&r, p, sizeof(r));
		p += sizeof(r);
		nf = r.nfindings * sizeof(struct cl_finding);
		no = r.nobservations * sizeof(struct cl_observation);
		if (r.index >= out->n || r.direction >= CL_DIRECTIONS ||
		    (size_t)(end - p) < nf + no)
			return;
		o = &out->v[r.index * 2 + r.direction];
		o->state = r.flags & CL_ABSENT ? OUTCOME_ABSENT : OUTCOME_EXECUTED;
		o->nfindings = r.nfindings;
		o->nobservations = r.nobservations;
		o->findings = nf ? memcpy(arena_alloc(a, nf), p, nf) : NULL;
		p += nf;
		o->observations = no ? memcpy(arena_alloc(a, no), p, no) : NULL;
		p += no;
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
	size_t at = out->len;

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
		str_addn(out, (const char *)&rec, sizeof(rec));
		if (o->nfindings)
			str_addn(out, (const char *)o->findings,
				 o->nfindings * sizeof(*o->findings));
		if (o->nobservations)
			str_addn(out, (const char *)o->observations,
				 o->nobservations * sizeof(*o->observations));
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
	f[known] = (struct cl_finding){ .check = CHECK_FAULT,
					.item = late ? CL_FAULT_TIMEOUT : CL_FAULT_DIED,
					.size = 16 };
	if (!known)
		o->nobservations = 0;
	o->state = OUTCOME_EXECUTED;
	o->nfindings = known + 1;
	o->findings = f;
}
