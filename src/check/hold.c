/* SPDX-License-Identifier: MIT */
/* One object, one contract, natively: see hold.h and docs/check.md. */
#include "check/hold.h"

#include "check/link.h"
#include "check/source.h"
#include "place/kept.h"

struct payload check_payload(const struct check_run *r)
{
	return (struct payload){ .path = r->payload,
				 .width = r->file->width,
				 .isa = r->file->width == W64 ? ISA_SSE2 : ISA_NO_SSE,
				 .ncases = r->file->n,
				 .seed = r->seed,
				 .directions = 1 << CL_CALLEE };
}

int check_hold(struct arena *a, const struct holding *h, struct check_run *out, const char **error)
{
	struct objects *objects = arena_alloc(a, sizeof(*objects));
	struct contract_file *file = arena_alloc(a, sizeof(*file));
	struct checked_place *place = arena_alloc(a, sizeof(*place));
	char *paths[] = { arena_strdup(a, h->object) };
	struct declarations d;
	struct payload payload;
	struct linking l = { .a = a,
			     .objects = objects,
			     .file = file,
			     .dir = h->dir,
			     .runtime = h->runtime,
			     .nasm = h->nasm,
			     .ld = h->ld,
			     .ground = h->ground };
	const char *kept, *key = NULL;

	if (objects_read(a, paths, 1, objects, error) < 0 ||
	    declarations_of_contract(a, h->contract, &d, error) ||
	    contract_read(a, &d.cases, &d.source, objects->width, NULL, NULL, NULL, file, error))
		return -1;
	/* Or nothing would be found in it. */
	if (!file->n) {
		*error = arena_printf(a, "%s has nothing under test for %u bit code", h->contract,
				      width_bits(objects->width));
		return -1;
	}
	*place = (struct checked_place){ .place = PLACE_NATIVE, .engine = "process" };
	*out = (struct check_run){ .arena = a,
				   .file = file,
				   .objects = objects,
				   .seed = h->seed,
				   .place = place,
				   .nplaces = 1 };
	out->payload = link_payload(&l, error);
	if (!out->payload)
		return -1;
	payload = check_payload(out);
	kept = arena_printf(a, "%s/records", h->dir);
	if (h->ground)
		key = kept_key(a, h->ground, PLACE_NATIVE, place->engine, &payload,
			       &(const struct place_options){ 0 });
	if (!key || h->fresh || native_why_not(payload.width, payload.isa) ||
	    !kept_load(a, kept, key, &payload, &place->run)) {
		native_run(a, &payload, &place->run);
		if (key)
			kept_store(kept, key, &payload, &place->run);
	}
	place->why_not = place->run.why_not;
	check_judge(out);
	return 0;
}
