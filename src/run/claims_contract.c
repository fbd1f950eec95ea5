/* SPDX-License-Identifier: MIT */
/* Contracts for claims: where src/claims, an earlier room, meets src/check. */
#include "check/hold.h"
#include "run/claims.h"

void hold_contract(const struct plan *p, enum place_id place, const char *object,
		   const char *contract, const char *dir, struct held *out)
{
	const struct holding h = { .object = object,
				   .contract = contract,
				   .dir = dir,
				   .runtime = p->runtime,
				   .nasm = p->nasm,
				   .ld = p->ld,
				   .place = place,
				   .seed = 1,
				   .ground = p->ground,
				   .fresh = p->fresh };
	struct check_run r;
	const char *error;

	*out = (struct held){ 0 };
	if (check_hold(p->arena, &h, &r, &error))
		die("claims: %s", error);
	out->not_run = r.place->why_not ? r.place->why_not : r.place->run.broken;
	for (size_t i = 0; i < r.file->n && !out->not_run; i++) {
		if (r.place->run.v[2 * i].state != OUTCOME_EXECUTED)
			out->not_run = "the payload never came to it";
	}
	for (size_t i = 0; i < r.nfindings; i++) {
		out->v = arena_grow(p->arena, out->v, out->n, sizeof(*out->v));
		out->v[out->n++] = r.finding[i].f;
	}
}
