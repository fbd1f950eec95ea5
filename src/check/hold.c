/* SPDX-License-Identifier: MIT */
/* One object, one contract, one place: see hold.h and docs/check.md. */
#include "check/hold.h"

#include "check/fitted.h"
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

bool check_kernel_only(const struct contract_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (profiles[convention_profile(f->v[i].call.conv)].isa != ISA_INTEGER)
			return false;
	}
	return true;
}

void check_run_place(struct check_run *r, struct checked_place *p, const char *runtime,
		     const struct keeping *k)
{
	const struct payload payload = check_payload(r);
	const struct place_options o = { .runtime = runtime,
					 /* Kernel code does without the FPU. */
					 .monitor = check_kernel_only(r->file) ? CL_TRAP_FPU : 0 };

	if (p->why_not)
		return;
	p->why_not = place_why_not(r->arena, p->place, &o, payload.width, payload.isa, &p->engine);
	if (p->why_not)
		return;
	kept_run(r->arena, k, p->place, p->engine, &payload, &o, &p->run);
	p->why_not = p->run.why_not;
	if (p->place == PLACE_NATIVE && !p->why_not)
		fitted_read(r, p);
}

int check_hold(struct arena *a, const struct holding *h, struct check_run *out, const char **error)
{
	struct objects *objects = arena_alloc(a, sizeof(*objects));
	struct contract_file *file = arena_alloc(a, sizeof(*file));
	struct checked_place *place = arena_alloc(a, sizeof(*place));
	char *paths[] = { arena_strdup(a, h->object) };
	struct declarations d;
	struct linking l = { .a = a,
			     .objects = objects,
			     .file = file,
			     .dir = h->dir,
			     .runtime = h->runtime,
			     .nasm = h->nasm,
			     .ld = h->ld,
			     .ground = h->ground };

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
	*place = (struct checked_place){ .place = h->place };
	*out = (struct check_run){ .arena = a,
				   .file = file,
				   .objects = objects,
				   .seed = h->seed,
				   .place = place,
				   .nplaces = 1 };
	out->payload = link_payload(&l, error);
	if (!out->payload)
		return -1;
	check_run_place(out, place, h->runtime,
			&(struct keeping){ .ground = h->ground,
					   .path = arena_printf(a, "%s/records", h->dir),
					   .fresh = h->fresh });
	check_judge(out);
	return 0;
}
