/* SPDX-License-Identifier: MIT */
/* One object, one contract, one place: see hold.h and docs/check.md. */
#include "check/hold.h"

#include "check/fitted.h"
#include "check/link.h"
#include "check/source.h"
#include "check/strength.h"
#include "place/kept.h"

struct payload check_payload(const struct check_run *r)
{
	return (struct payload){ .path = r->payload,
				 .width = r->file->width,
				 .isa = r->file->width == W64 ? ISA_SSE2 : ISA_NO_SSE,
				 .ncases = r->file->n,
				 .seed = r->seed,
				 .directions = 1 << CL_CALLEE,
				 .apart = true };
}

bool check_kernel_only(const struct contract_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (profiles[convention_profile(f->v[i].call.conv)].isa != ISA_INTEGER)
			return false;
	}
	return true;
}

/* What it takes to run r's payload in a place. */
struct order {
	struct payload payload;
	struct place_options options;
	struct kept_job job;
};

/* False, with a why_not in *p, when that cannot be. */
static bool make_order(struct check_run *r, struct checked_place *p, const char *runtime,
		       const struct keeping *k, struct order *o)
{
	o->payload = check_payload(r);
	/* Kernel code does without the FPU. */
	o->options =
		(struct place_options){ .runtime = runtime,
					.monitor = CL_STEP_LEAF |
						   (check_kernel_only(r->file) ? CL_TRAP_FPU : 0) };
	if (!p->why_not)
		p->why_not = place_why_not(r->arena, p->place, &o->options, o->payload.width,
					   o->payload.isa, &p->engine);
	o->job = (struct kept_job){
		.job = { all_places[p->place], r->arena, &o->payload, &o->options, &p->run },
		.keeping = *k,
		.engine = p->engine,
	};
	return !p->why_not;
}

static void after_run(struct check_run *r, struct checked_place *p)
{
	p->why_not = p->run.why_not;
	if (p->why_not)
		return;
	if (!r->fitted)
		fitted_read(r, p);
	if (!r->strength || p->place == PLACE_NATIVE)
		strength_read(r, p);
}

void check_run_place(struct check_run *r, struct checked_place *p, const char *runtime,
		     const struct keeping *k)
{
	struct order o;

	if (!make_order(r, p, runtime, k, &o))
		return;
	kept_run_together(&o.job, 1);
	after_run(r, p);
}

/* Read and link one. 0, or -1 and *error. */
static int link_one(struct arena *a, const struct holding *h, struct check_run *out,
		    const char **error)
{
	struct objects *objects = arena_alloc(a, sizeof(*objects));
	struct contract_file *file = arena_alloc(a, sizeof(*file));
	struct checked_place *place = arena_alloc(a, sizeof(*place));
	char *paths[] = { arena_strdup(a, h->object) };
	struct declarations d;
	struct declarations_for how = { 0 };
	struct linking l = { .a = a,
			     .objects = objects,
			     .file = file,
			     .dir = h->dir,
			     .runtime = h->runtime,
			     .nasm = h->nasm,
			     .ld = h->ld,
			     .ground = h->ground };

	if (objects_read(a, paths, 1, objects, error) < 0 ||
	    declarations_of_contract(a, h->contract, &how, &d, error) ||
	    contract_read(a, &d.cases, &d.source, objects->width, NULL, EDITION_LATEST, NULL, NULL,
			  file, error))
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
	return out->payload ? 0 : -1;
}

int check_hold(struct arena *a, const struct holding *h, size_t n, struct check_run *out,
	       const char **error)
{
	struct order *o = arena_alloc(a, (n + 1) * sizeof(*o));
	struct kept_job *jobs = arena_alloc(a, (n + 1) * sizeof(*jobs));
	size_t njobs = 0;

	for (size_t i = 0; i < n; i++) {
		const struct keeping k = { .ground = h[i].ground,
					   .path = arena_printf(a, "%s/records", h[i].dir),
					   .fresh = h[i].fresh };

		if (link_one(a, &h[i], &out[i], error))
			return -1;
		if (make_order(&out[i], out[i].place, h[i].runtime, &k, &o[i]))
			jobs[njobs++] = o[i].job;
	}
	kept_run_all(jobs, njobs);
	for (size_t i = 0; i < n; i++) {
		if (!out[i].place->why_not)
			after_run(&out[i], out[i].place);
		check_judge(&out[i]);
		check_endbr(&out[i]);
	}
	return 0;
}
