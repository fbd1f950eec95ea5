/* SPDX-License-Identifier: MIT */
/* One function: every path from its entry, and the answer. */
#include "prove/prove.h"

#include "prove/cfi.h"
#include "prove/flow.h"
#include "prove/subject.h"
#include "util/lines.h"

#include <string.h>

enum { MOST_JOINED = 400000, MOST_ALONE = 120000, MOST_LOOPING = 30000, MOST_ROUNDS = 300 };

const char *const answer_name[] = { [PROVED] = "proved", [REFUTED] = "refuted", [OPEN] = "open" };

/* Words --------------------------------------------------------------------------------------- */

static const char *with_line(struct machine *x, struct lines *lines, uint64_t at)
{
	const char *line = lines_at(lines, x->a, at);

	return line ? arena_printf(x->a, "%s (%s)", machine_words(x, at), line)
		    : machine_words(x, at);
}

static enum rule_id rule_of(const struct prove_subject *f, enum check check)
{
	switch (check) {
	case CHECK_SP:
		return f->place.pop_rule ? f->place.pop_rule : f->conv->rule[CHECK_SP];
	case CHECK_COUNT:
		return RULE_NONE;
	default:
		return f->conv->rule[check];
	}
}

/* The branches from the entry to the end. */
static void describe_path(struct machine *x, struct lines *lines, const struct trail *t,
			  struct proof_finding *out)
{
	for (size_t i = 1; i < t->n; i++) {
		struct proof_step step = { .address = t->via[i] };
		uint64_t to = t->node[i]->at;
		struct insn in;

		if (!machine_decode(x, step.address, &in))
			continue;
		if (in.d.meta.category != ZYDIS_CATEGORY_COND_BR && to == in.then)
			continue;
		step.words = arena_printf(x->a, "%s: %s", with_line(x, lines, step.address),
					  to == in.then ? "not taken"
					  : in.d.meta.category == ZYDIS_CATEGORY_COND_BR
						  ? "taken"
						  : machine_place(x, to));
		out->path = arena_grow(x->a, out->path, out->npath, sizeof(step));
		out->path[out->npath++] = step;
	}
}

/* The last instruction on the way that changed a register from its value at entry. */
static uint64_t broken_at(struct flow *f, uint64_t end, unsigned reg)
{
	const struct trail *t = &f->trail;
	uint64_t found = 0;
	struct machine scratch = *f->x;

	for (size_t i = 0; i < t->n; i++) {
		const struct node *n = t->node[i];
		uint64_t stop = i + 1 < t->n ? t->via[i + 1] : end, at = n->at;
		struct state s;
		struct insn in;

		memcpy(&s, n->state, state_size(n->state));
		while (at != stop && machine_decode(&scratch, at, &in)) {
			bool before = value_is_entry(&s.gpr[reg], reg);

			scratch.stop = false;
			scratch.context = n->context;
			machine_step(&scratch, &s, &in);
			if (before && !value_is_entry(&s.gpr[reg], reg))
				found = at;
			at = in.then;
		}
	}
	return found;
}

static void add_finding(struct flow *f, struct lines *lines, const struct issue *i,
			const struct node *n, struct proof *out)
{
	struct machine *x = f->x;
	struct proof_finding r = { .check = i->check, .words = i->words, .hint = i->hint };
	uint64_t at;

	for (size_t k = 0; k < out->nfindings; k++) {
		if (out->finding[k].words && i->words && !strcmp(out->finding[k].words, i->words))
			return;
	}
	r.rule = rule_of(x->f, i->check);
	r.instruction = with_line(x, lines, i->at);
	if (n) {
		describe_path(x, lines, &f->trail, &r);
		at = i->check == CHECK_SAVED && i->item < 16 ? broken_at(f, i->at, i->item) : 0;
		if (at)
			r.hint = arena_printf(x->a, "changed by %s", with_line(x, lines, at));
	}
	out->finding = arena_grow(x->a, out->finding, out->nfindings, sizeof(r));
	out->finding[out->nfindings++] = r;
}

/* Answers ------------------------------------------------------------------------------------- */

static void look(struct flow *f, struct state *s, const struct insn *in)
{
	cfi_check(f->closure, f->x, s, in);
}

static bool handles_exceptions(const struct image *m)
{
	for (size_t i = 0; i < m->nsections; i++) {
		if (!strncmp(m->section[i].name, ".gcc_except_table", 17))
			return true;
	}
	return false;
}

/* Nothing but addresses of the frame that differ where ways meet? */
static bool only_lost(const struct machine *x)
{
	for (size_t i = 0; i < x->nissues; i++) {
		if (x->issue[i].check != CHECK_COUNT || x->issue[i].item != ITEM_LOST)
			return false;
	}
	return x->nissues && x->nissues < MOST_ISSUES;
}

static void run(struct flow *f, struct machine *x, struct arena *states, bool paths, uint64_t entry)
{
	struct cfi *cfi = x->m->linked ? NULL : cfi_open(states, x->m);
	struct state s;

	*f = (struct flow){
		.x = x, .a = states, .paths = paths, .most = paths ? MOST_ALONE : MOST_JOINED
	};
	if (paths && only_lost(x->joined)) {
		f->most = MOST_LOOPING;
		f->most_states = MOST_ROUNDS;
	}
	if (cfi) {
		f->look = look;
		f->closure = cfi;
	}
	machine_start(x, &s);
	x->entry = entry;
	if (handles_exceptions(x->m))
		machine_assume(x, "no exception is thrown through it: its handlers are not "
				  "followed");
	flow_run(f, entry, &s);
	if (cfi)
		cfi_close(cfi);
}

static void give_assumptions(const struct machine *x, struct proof *out)
{
	out->assumption = x->assumption;
	out->nassumptions = x->nassumptions;
	out->trusts = x->trusts;
	out->ntrusts = x->ntrusts;
}

/* The most telling of what stopped the proof: where the analysis could not go on. */
static const struct issue *reason(const struct machine *x)
{
	for (size_t i = 0; i < x->nissues; i++) {
		if (x->issue[i].check == CHECK_COUNT)
			return &x->issue[i];
	}
	return x->nissues ? &x->issue[0] : NULL;
}

static void search(struct arena *a, const struct prove_job *job, const struct prove_subject *f,
		   const struct image *m, uint64_t entry, const struct machine *joined,
		   bool exhausted, struct proof *out)
{
	struct arena *states = arena_new();
	struct lines *lines = lines_open(a, m->elf, m->elf_size);
	struct machine x;
	struct flow w;
	const struct issue *why;

	x = (struct machine){
		.a = a, .m = m, .job = job, .f = f, .ask = returns_of, .sum = summary_of
	};
	x.follows = joined->follows;
	x.guess = joined->guess;
	x.guess_x87 = joined->guess_x87;
	x.joined = joined;
	run(&w, &x, states, true, entry);
	if (w.failed) {
		out->answer = REFUTED;
		for (size_t i = 0; i < x.nissues; i++) {
			if (x.issue[i].definite)
				add_finding(&w, lines, &x.issue[i], w.failed, out);
		}
	} else if (!w.exhausted && !x.nissues) {
		out->answer = PROVED;
		give_assumptions(&x, out);
	} else if (w.exhausted && !exhausted && only_lost(joined)) {
		/* A long loop: that it stays in its array is assumed. */
		out->answer = PROVED;
		give_assumptions(joined, out);
	} else {
		static const struct issue limit = { .check = CHECK_COUNT,
						    .words =
							    "it has more paths than are followed" };

		out->answer = OPEN;
		why = reason(joined);
		if (!why || (!w.exhausted && why->definite && x.nissues))
			why = x.nissues ? reason(&x) : why;
		if (!why || (exhausted && !joined->nissues))
			why = &limit;
		add_finding(&w, lines, why, NULL, out);
		if (w.contradictions && !out->finding[0].hint)
			out->finding[0].hint = "branches of the same values that follow one "
					       "another: each path that breaks it contradicts "
					       "itself";
	}
	lines_close(lines);
	arena_free(states);
}

static void prove_at(struct arena *a, const struct prove_job *job, const struct prove_subject *f,
		     const struct image *m, uint64_t entry, struct proof *out)
{
	struct machine x;
	unsigned pops = 0;
	int8_t x87 = 0;
	bool exhausted, follows = false;

	for (;;) {
		struct arena *states = arena_new();
		struct flow w;

		x = (struct machine){
			.a = a, .m = m, .job = job, .f = f, .ask = returns_of, .sum = summary_of
		};
		x.guess = pops;
		x.guess_x87 = x87;
		x.follows = follows;
		run(&w, &x, states, false, entry);
		out->blocks = (unsigned)w.nnodes;
		exhausted = w.exhausted;
		arena_free(states);
		if (!x.nissues && !exhausted) {
			out->answer = PROVED;
			give_assumptions(&x, out);
			return;
		}
		if (only_lost(&x) && !exhausted)
			break;
		/* What is missing at the end is what callees were expected to pop. */
		if (x.guessed && !pops && x.missing)
			pops = x.missing;
		else if (x.guessed_x87 && x87 < 2)
			x87++;
		else if (x.might_follow && !follows)
			follows = true;
		else
			break;
	}
	search(a, job, f, m, entry, &x, exhausted, out);
	/* What breaks under one reading of a silent document is not a fault. */
	if ((x.guessed || x.guessed_x87) && out->answer == REFUTED)
		out->answer = OPEN;
	/* Nor what a callee may have kept, for all that documents say. */
	if (out->answer == REFUTED && x.unsaid) {
		out->answer = OPEN;
		out->finding[0].hint = arena_printf(
			a, "no document says which registers a function of %s preserves",
			x.unsaid->name);
	}
	/* Nor a stack pointer that one of its callees may have moved. */
	if (out->answer == REFUTED && x.might_pop && x.missing) {
		out->answer = OPEN;
		out->finding[0].hint =
			arena_printf(a, "declare %s: does it pop its arguments?", x.might_pop);
	}
}

/* What an IFUNC's symbol names is a function without arguments that returns the address of the one
 * that is called: psABI x86-64 4.3, STT_GNU_IFUNC (gABI extension). */
static void prove_resolver(struct arena *a, const struct prove_job *job,
			   const struct prove_subject *f, const struct image *m, uint64_t entry,
			   struct proof *out)
{
	struct prove_subject resolver;

	subject_of_name(f->name, f->conv, &resolver);
	prove_at(a, job, &resolver, m, entry, out);
	if (out->answer != PROVED)
		return;
	out->assumption = arena_grow(a, out->assumption, out->nassumptions, sizeof(char *));
	out->assumption[out->nassumptions++] = arena_printf(
		a, "the functions that %s, a resolver, chooses among keep their convention",
		f->name);
}

/* By its convention alone a function of several names is looked at once. */
static void prove_named(struct arena *a, const struct prove_job *job, const struct prove_subject *f,
			const struct image *m, struct image_symbol *s, struct proof *out)
{
	const struct image_symbol *other = image_symbol_at(m, s->address);
	struct image_symbol *first = other ? (struct image_symbol *)other : s;
	struct proof *kept;

	if (!f->undeclared) {
		prove_at(a, job, f, m, s->address, out);
		return;
	}
	if (first->proof && first->proved_for == f->conv) {
		*out = *first->proof;
		return;
	}
	prove_at(a, job, f, m, s->address, out);
	kept = arena_alloc(a, sizeof(*kept));
	*kept = *out;
	first->proof = kept;
	first->proved_for = f->conv;
}

void prove_function(struct arena *a, const struct prove_job *job, const struct prove_subject *f,
		    struct proof *out)
{
	*out = (struct proof){ .answer = OPEN };
	for (size_t i = 0; i < job->images->n && !f->cannot; i++) {
		const struct image *m = job->images->v[i];
		struct image_symbol *s = image_find(m, f->name);

		if (!s || (s->local && i + 1 < job->images->n))
			continue;
		if (s->resolver)
			prove_resolver(a, job, f, m, s->address, out);
		else
			prove_named(a, job, f, m, s, out);
		return;
	}
	out->finding = arena_alloc(a, sizeof(*out->finding));
	out->nfindings = 1;
	out->finding[0] =
		(struct proof_finding){ .check = CHECK_COUNT,
					.words = f->cannot ? f->cannot : "no object defines it" };
}

static const struct prove_subject *refuted_one(const struct proof *p, const struct prove_subject *f,
					       const struct proof *all, size_t n)
{
	for (size_t k = 0; k < p->ntrusts; k++) {
		for (size_t i = 0; i < n; i++) {
			if (all[i].answer == REFUTED && !strcmp(f[i].name, p->trusts[k]))
				return &f[i];
		}
	}
	return NULL;
}

void prove_together(struct arena *a, const struct prove_subject *f, struct proof *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct prove_subject *g =
			p[i].answer == PROVED ? refuted_one(&p[i], f, p, n) : NULL;

		if (!g)
			continue;
		p[i].answer = OPEN;
		p[i].finding = arena_alloc(a, sizeof(*p[i].finding));
		p[i].nfindings = 1;
		p[i].finding[0] = (struct proof_finding){
			.check = CHECK_COUNT,
			.words = arena_printf(a, "%s, which it calls, is refuted", g->name)
		};
	}
}

bool prove_decides(enum check check)
{
	switch (check) {
	case CHECK_SAVED:
	case CHECK_SP:
	case CHECK_CANARY:
	case CHECK_ALIGN:
	case CHECK_AL:
	case CHECK_DF:
	case CHECK_X87_STACK:
	case CHECK_X87_CW:
	case CHECK_MXCSR:
	case CHECK_STATUS:
	case CHECK_UNWIND:
	case CHECK_STACK:
		return true;
	default:
		return false;
	}
}
