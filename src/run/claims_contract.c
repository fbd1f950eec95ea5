/* SPDX-License-Identifier: MIT */
/* Contracts for claims: where src/claims, an earlier room, meets src/check. */
#include "check/hold.h"
#include "run/claims.h"

static struct holding holding(const struct plan *p, const struct hold_order *o)
{
	return (struct holding){ .object = o->object,
				 .contract = o->contract,
				 .dir = o->dir,
				 .runtime = p->runtime,
				 .nasm = p->nasm,
				 .ld = p->ld,
				 .place = o->place,
				 .seed = 1,
				 .ground = p->ground,
				 .fresh = p->fresh };
}

static void fill_in(struct arena *a, const struct check_run *r, struct held *out)
{
	*out = (struct held){ .not_run = r->place->why_not      ? r->place->why_not
					 : r->place->run.broken ? r->place->run.broken
								: r->place->run.unstarted };
	for (size_t i = 0; i < r->file->n && !out->not_run; i++) {
		if (r->place->run.v[2 * i].state != OUTCOME_EXECUTED)
			out->not_run = "the payload never came to it";
	}
	for (size_t i = 0; i < r->nfindings; i++) {
		out->v = arena_grow(a, out->v, out->n, sizeof(*out->v));
		out->v[out->n++] = r->finding[i].f;
	}
}

void hold_contracts(const struct plan *p, struct hold_order *v, size_t n)
{
	struct holding *h = arena_alloc(p->arena, (n + 1) * sizeof(*h));
	struct check_run *r = arena_alloc(p->arena, (n + 1) * sizeof(*r));
	const char *error;

	for (size_t i = 0; i < n; i++)
		h[i] = holding(p, &v[i]);
	if (check_hold(p->arena, h, n, r, &error))
		die("claims: %s", error);
	for (size_t i = 0; i < n; i++)
		fill_in(p->arena, &r[i], &v[i].held);
}
