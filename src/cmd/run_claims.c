/* SPDX-License-Identifier: MIT */
/* When a run ends with the claims of the thread, and what of it they take over. */
#include "cmd/claims.h"
#include "cmd/cmd.h"

#include <errno.h>
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
		    const struct compiler_list *compilers, const char *const *opts,
		    struct claims_request *r)
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
	/* The kernel is compiled at -O2. */
	r->opt = opts[0];
	for (; *opts; opts++)
		r->opt = strcmp(*opts, "O2") ? r->opt : *opts;
}
