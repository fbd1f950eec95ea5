/* SPDX-License-Identifier: MIT */
/* check_proof.h */
#include "cmd/check_proof.h"

#include "cmd/cmd.h"
#include "prove/image.h"
#include "prove/report.h"
#include "prove/subject.h"

#include <stdio.h>

/* Did a run break what the proof speaks of: this check, or with CHECK_COUNT any? */
static const struct checked_finding *broke(const struct check_run *r, const struct contract *c,
					   enum check check)
{
	for (size_t i = 0; i < r->nfindings; i++) {
		const struct checked_finding *x = &r->finding[i];

		if (x->c == c && x->f.verdict >= VERDICT_VIOLATION &&
		    (check == CHECK_COUNT ? prove_decides(x->f.check) : x->f.check == check))
			return x;
	}
	return NULL;
}

/* Inputs were steered to whatever no earlier ones had reached, so what no run broke none reached.
 */
static const char *reached(const struct check_run *r, const struct contract *c,
			   const struct proof *p)
{
	for (size_t i = 0; i < p->nfindings; i++) {
		if (broke(r, c, p->finding[i].check))
			return "a run shows it, too";
	}
	return "on a path that no run reached";
}

static void contradict(const struct check_run *r, const struct contract *c, const struct proof *p)
{
	const struct checked_finding *x = broke(r, c, CHECK_COUNT);

	if (!x || p->answer != PROVED)
		return;
	fprintf(stderr,
		p->nassumptions ? "clobber: %s: a run breaks %s, so an assumption of its proof "
				  "is false (clobber prove -v lists them)\n"
				: "clobber: %s: a run breaks %s, although it is proved: this is a "
				  "fault of clobber prove; please report it\n",
		c->call.decl->proto->name, checks[x->f.check].name);
}

static void tell(struct check_run *r, const struct contract *c, const struct proof *p)
{
	struct checked_proof *out = &r->proof[c->index];
	struct str s = { 0 };

	*out = (struct checked_proof){ .answer = answer_name[p->answer],
				       .proved = p->answer == PROVED,
				       .refuted = p->answer == REFUTED };
	str_add(&s, "");
	for (size_t i = 0; i < p->nfindings; i++)
		prove_finding_text(r->arena, &s, p, i);
	out->text = arena_strdup(r->arena, s.s);
	if (p->answer == REFUTED)
		out->reached = reached(r, c, p);
	if (p->answer == PROVED && broke(r, c, CHECK_COUNT))
		out->proved = false;
	contradict(r, c, p);
	str_free(&s);
}

void check_prove(struct check_run *r)
{
	size_t n = r->file->n;
	struct prove_subject *f = arena_alloc(r->arena, n * sizeof(*f));
	struct proof *p = arena_alloc(r->arena, n * sizeof(*p));
	struct images images;
	const char *error;
	struct prove_job job = { .images = &images,
				 .callee = subject_callee,
				 .closure = r->file,
				 .width = r->objects->width };

	if (images_read(r->arena, r->objects->path, r->objects->n, &images, &error) < 0)
		die("check: --prove: %s", error);
	r->proof = arena_alloc(r->arena, n * sizeof(*r->proof));
	for (size_t i = 0; i < n; i++) {
		subject_of_contract(&r->file->v[i], &f[i]);
		prove_function(r->arena, &job, &f[i], &p[i]);
	}
	prove_together(r->arena, f, p, n);
	for (size_t i = 0; i < n; i++)
		tell(r, &r->file->v[i], &p[i]);
}
