/* SPDX-License-Identifier: MIT */
/* Everything that can be reached from a function's entry: instruction by instruction to the next
 * branch, branch by branch until no edge is left. */
#include "prove/flow.h"
#include "prove/trail.h"

#include <string.h>

enum { MOST_CONTRADICTIONS = 64 };

/* Something certainly breaks: how it was reached. When no values lead there it is no more than
 * possible. */
static bool failed(struct flow *f, const struct node *n, uint64_t at)
{
	struct machine *x = f->x;
	bool definite = false;

	for (size_t i = 0; i < x->nissues; i++)
		definite = definite || x->issue[i].definite;
	if (!definite)
		return false;
	if (trail_find(f, n, at, &f->trail)) {
		f->failed = n;
		return true;
	}
	for (size_t i = 0; i < x->nissues; i++)
		x->issue[i].definite = false;
	f->exhausted = f->exhausted || ++f->contradictions > MOST_CONTRADICTIONS;
	return true;
}

/* What a stack pointer that went up has left behind is no longer the function's. */
static void raised(const struct machine *x, struct state *s, const struct value *before)
{
	const struct value *sp = &s->gpr[GPR_SP];

	if (sp->kind != V_STACK ||
	    (before && before->id == sp->id && (int64_t)before->off >= (int64_t)sp->off))
		return;
	state_drop_below(s, &x->bases, x->red_zone);
}

/* The instructions from a node to the next branch. */
static void follow(struct flow *f, struct node *n)
{
	struct machine *x = f->x;
	struct value sp;
	struct state s;
	uint64_t at = n->at;
	struct insn in;

	memcpy(&s, n->state, state_size(n->state));
	raised(x, &s, NULL);
	f->now = n;
	x->context = n->context;
	x->looped = n->looped;
	if (s.gpr[GPR_SP].kind != V_STACK) {
		machine_issue(x, CHECK_COUNT, 0, false, at, NULL,
			      "the stack is not equally deep on all ways to it");
		return;
	}
	for (;;) {
		if (++f->steps > f->most) {
			f->exhausted = true;
			return;
		}
		if (!machine_decode(x, at, &in)) {
			machine_issue(x, CHECK_COUNT, 0, false, at, NULL,
				      "there is no instruction");
			return;
		}
		x->stop = false;
		x->doubt = s.doubt;
		if (f->look)
			f->look(f, &s, &in);
		if (x->m->npatches && !flow_patches(f, &s, &in))
			return;
		sp = s.gpr[GPR_SP];
		if (!flow_control(f, &s, &in)) {
			machine_step(x, &s, &in);
			raised(x, &s, &sp);
		} else {
			x->stop = true;
		}
		if (f->paths && failed(f, n, in.at))
			return;
		if (x->stop)
			return;
		at = in.then;
		if (!f->paths && flow_find(f, at, n->context)) {
			flow_edge(f, at, n->context, &s, in.at);
			return;
		}
	}
}

void flow_run(struct flow *f, uint64_t entry, const struct state *s)
{
	struct node *n;

	flow_open(f);
	flow_edge(f, entry, NULL, s, 0);
	while (!f->failed && !f->exhausted && (n = flow_next(f)))
		follow(f, n);
}
