/* SPDX-License-Identifier: MIT */
/* Deciding the claims of the thread: at the end of a run, or alone. */
#include "run/claims.h"
#include "run/case_files.h"
#include "run/tools.h"
#include "util/data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Are the thread's own cases all among these? */
static bool thread_is_whole(struct arena *a, const struct case_list *cases)
{
	struct case_list thread;

	load_cases(a, arena_printf(a, "%s/thread", data_dir(a, "cases")), &thread);
	for (size_t i = 0; i < thread.n; i++) {
		const struct prototype *t = thread.v[i].proto;
		bool found = false;

		for (size_t k = 0; !found && k < cases->n; k++)
			found = !strcmp(cases->v[k].proto->name, t->name) &&
				!strcmp(cases->v[k].proto->pos.file, t->pos.file);
		if (!found)
			return false;
	}
	return true;
}

void request_claims(const struct plan *p, const struct case_list *cases,
		    const struct compiler_list *compilers, struct claims_request *r)
{
	if ((!p->set[PROFILE_KERNEL_32].n && !p->set[PROFILE_KERNEL_64].n) ||
	    !thread_is_whole(p->arena, cases))
		return;
	r->plan = arena_alloc(p->arena, sizeof(*r->plan));
	*r->plan = *p;
	memset(r->plan->set, 0, sizeof(r->plan->set));
	r->plan->columns = NULL;
	r->plan->ncolumns = 0;
	r->plan->probes = arena_printf(p->arena, "%s/probes", p->work);
	r->plan->work = arena_printf(p->arena, "%s/claims", p->work);
	if (make_dirs(r->plan->work) < 0)
		die("cannot make folder %s: %s", r->plan->work, strerror(errno));
	r->compilers = arena_alloc(p->arena, sizeof(*r->compilers));
	*r->compilers = *compilers;
	r->widths[W32] = p->set[PROFILE_KERNEL_32].n != 0;
	r->widths[W64] = p->set[PROFILE_KERNEL_64].n != 0;
	memset(r->wanted, 1, sizeof(r->wanted));
	/* As Linux is compiled, whatever the run is about: at -O0 what is pushed is in eax, too, by
	 * chance, so that a twin which takes it from there is not caught. */
	r->opt = "O2";
}

/* A guest, of whatever hypervisor, shows nothing of claims that a process does not: it is asked
 * only where no process can be. */
static void choose_places(struct arena *a, struct claims_request *r, struct places *places)
{
	for (enum profile_id f = PROFILE_KERNEL_32; f <= PROFILE_KERNEL_64; f++) {
		bool found = false;

		for (enum place_id i = 0; i < PLACES; i++) {
			bool *wanted = &places->wanted.v[i][f];

			if (*wanted && !all_places[i]->root) {
				*wanted = !found;
				found = found || !places_ask(a, places, i, f)->why_not;
			}
			r->places[i][profiles[f].width] = *wanted;
		}
	}
}

void decide_claims(struct claims_request *r, struct matrix *m, struct places *places,
		   struct claims_table *out)
{
	struct plan *p = r->plan;
	const char *list = claims_cases(p->arena, r->wanted), *error;
	const char *const opts[] = { r->opt, NULL };
	struct case_list cases;

	r->claims = arena_printf(p->arena, "%s/thread/claims", data_dir(p->arena, "cases"));
	r->hold = hold_contracts;
	choose_places(p->arena, r, places);
	*m = (struct matrix){ .arena = p->arena, .plan = p, .seed = 1 };
	if (list) {
		load_cases(p->arena, list, &cases);
		claims_keep(&cases, r->wanted);
		for (enum profile_id f = PROFILE_KERNEL_32; f <= PROFILE_KERNEL_64; f++) {
			if (r->widths[profiles[f].width] &&
			    gen_select_in(p->arena, &cases, f, NULL, &p->set[f], &error) < 0) {
				fprintf(stderr, "%s\n", error);
				exit(2);
			}
		}
		plan_columns(p, r->compilers, &places->wanted, opts);
		plan_build(p);
	}
	keep_records(p);
	execute(m, places);
	claims_decide(r, m, out);
}

int claims_status(const struct claims_table *t, int status)
{
	if (!t->uncaught)
		return status;
	fprintf(stderr,
		"clobber: %u case%s broken on purpose %s not caught: see the claims that are not "
		"run\n",
		t->uncaught, t->uncaught == 1 ? "" : "s", t->uncaught == 1 ? "was" : "were");
	return status ? status : 1;
}
