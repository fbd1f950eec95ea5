/* SPDX-License-Identifier: MIT */
/* Records, one behind the other in memory that the host reads. */
#include "payload/runtime.h"

uint64_t cl_key;
uint32_t cl_case_limit;

static uint8_t *put(uint8_t *at, const void *data, uint32_t bytes)
{
	__builtin_memcpy(at, data, bytes);
	return at + bytes;
}

void record_write(struct cl_header *h, uint32_t index, int direction, int flags,
		  const struct findings *v)
{
	uint32_t used = *(volatile uint32_t *)&h->used, most = h->capacity;
	struct cl_record r = { .index = index,
			       .direction = (uint8_t)direction,
			       .flags = (uint8_t)flags,
			       .nfindings = (uint8_t)v->nfindings,
			       .nobservations = (uint8_t)v->nobservations };
	uint32_t bytes = (uint32_t)(sizeof(r) + v->nfindings * sizeof(struct cl_finding) +
				    v->nobservations * sizeof(struct cl_observation));
	uint8_t *start = (uint8_t *)(h + 1) + used, *to = start + sizeof(r);

	if (used > most || most - used < bytes) {
		h->full = 1;
		return;
	}
	for (unsigned i = 0; i < v->nfindings; i++)
		to = put(to, &v->finding[i].f, sizeof(v->finding[i].f));
	for (unsigned i = 0; i < v->nobservations; i++) {
		struct cl_observation o = { .item = v->observation[i].item,
					    .piece = v->observation[i].piece,
					    .places = { v->observation[i].place[0],
							v->observation[i].place[1] } };

		to = put(to, &o, sizeof(o));
	}
	r.seal = cl_seal(cl_key, used, &r, start + sizeof(r), bytes - (uint32_t)sizeof(r));
	put(start, &r, sizeof(r));
	/* A monitor may look, and others may end the process, between any two instructions: until
	 * here there is no record, from here on a whole one. */
	__atomic_store_n(&h->used, used + bytes, __ATOMIC_RELEASE);
	h->executed++;
}
