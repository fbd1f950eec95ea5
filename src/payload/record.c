/* SPDX-License-Identifier: MIT */
/* Records, one behind the other in memory that the host reads. */
#include "payload/runtime.h"

uint64_t cl_key;
uint32_t cl_case_limit;

static void put(struct cl_header *h, const void *data, uint32_t bytes)
{
	if (h->capacity - h->used < bytes) {
		h->full = 1;
		return;
	}
	__builtin_memcpy((uint8_t *)(h + 1) + h->used, data, bytes);
	h->used += bytes;
}

void record_write(struct cl_header *h, uint32_t index, int direction, int flags,
		  const struct findings *v)
{
	uint32_t at = h->used;
	struct cl_record r = { .index = index,
			       .direction = (uint8_t)direction,
			       .flags = (uint8_t)flags,
			       .nfindings = (uint8_t)v->nfindings,
			       .nobservations = (uint8_t)v->nobservations };
	uint32_t bytes = (uint32_t)(sizeof(r) + v->nfindings * sizeof(struct cl_finding) +
				    v->nobservations * sizeof(struct cl_observation));

	if (h->capacity - h->used < bytes) {
		h->full = 1;
		return;
	}
	put(h, &r, sizeof(r));
	for (unsigned i = 0; i < v->nfindings; i++)
		put(h, &v->finding[i].f, sizeof(v->finding[i].f));
	for (unsigned i = 0; i < v->nobservations; i++) {
		struct cl_observation o = { .item = v->observation[i].item,
					    .piece = v->observation[i].piece,
					    .places = { v->observation[i].place[0],
							v->observation[i].place[1] } };

		put(h, &o, sizeof(o));
	}
	r.seal = cl_seal(cl_key, at, &r, (uint8_t *)(h + 1) + at + sizeof(r),
			 bytes - (uint32_t)sizeof(r));
	__builtin_memcpy((uint8_t *)(h + 1) + at, &r, sizeof(r));
	h->executed++;
}
