/* SPDX-License-Identifier: MIT */
/* Proving what ran: run/prove.h. A case that is proved and was broken by a run contradicts the
 * prover, so that each matrix tests it. */
#include "run/prove.h"

#include "prove/image.h"
#include "prove/subject.h"

#include <string.h>
#include <time.h>

/* Proving one column. */
struct proving {
	const struct matrix *m;
	struct proved *out;
	size_t column;
	const struct gen_set *set;
	const struct gen_case *now;
	struct prove_callee answer;
	struct images images;
	struct prove_job job;
};

static uint64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static const struct prototype *void_function(void)
{
	static const struct prototype p = { .name = "caller", .text = "void f(void)" };
	static struct prototype with_type;

	with_type = p;
	with_type.ret = type_basic(TYPE_VOID);
	return &with_type;
}

/* The probe of the case at hand, and what every target calls. */
static const struct prove_callee *callee(void *closure, const char *name)
{
	struct proving *w = closure;
	static const char nested[] = "cl_nested_";
	const struct column *c = &w->m->plan->columns[w->column];

	if (!strncmp(name, "probe_", 6) && !strcmp(name + 6, w->now->symbol)) {
		w->answer = (struct prove_callee){ .proto = w->now->call.decl->proto,
						   .conv = w->now->call.conv,
						   .place = w->now->call.place };
		return &w->answer;
	}
	if (strncmp(name, nested, strlen(nested)) != 0)
		return NULL;
	w->answer = (struct prove_callee){ .proto = void_function() };
	w->answer.conv = convention_find(name + strlen(nested), c->width);
	if (!w->answer.conv)
		w->answer.conv = convention_default(c->profile);
	abi_place_in(c->profile, w->answer.conv, w->answer.proto, &w->answer.place);
	return &w->answer;
}

/* Did a run break one of the checks that a proof is about? */
static const struct finding *broken(const struct proving *w, size_t i, int direction)
{
	for (size_t k = 0; k < w->m->nfindings; k++) {
		const struct finding *f = &w->m->findings[k];

		if (f->c == &w->set->v[i] && f->direction == direction &&
		    w->m->plan->columns[f->column].built == w->column &&
		    f->verdict == VERDICT_VIOLATION && prove_decides(f->check))
			return f;
	}
	return NULL;
}

static void describe(const struct proving *w, const struct prove_subject *f, const struct proof *p,
		     const struct judged *ran)
{
	str_addf(&w->out->text, "%s  %s  %s  (its run: %s%s)\n", answer_name[p->answer],
		 w->m->plan->columns[w->column].id, f->name, verdict_info[ran->verdict].name,
		 ran->known ? ", known" : "");
	for (size_t i = 0; i < p->nfindings; i++) {
		const struct proof_finding *x = &p->finding[i];

		str_addf(&w->out->text, "  %s%s%s\n",
			 x->check < CHECK_COUNT ? checks[x->check].name : "",
			 x->check < CHECK_COUNT ? ": " : "", x->words);
		str_addf(&w->out->text, "  at %s\n", x->instruction ? x->instruction : "?");
	}
}

static void count(struct arena *a, struct proved_column *sum, const struct convention *conv,
		  enum answer answer)
{
	size_t i = 0;

	sum->count[answer]++;
	while (i < sum->nrows && sum->row[i].conv != conv)
		i++;
	if (i == sum->nrows) {
		sum->row = arena_grow(a, sum->row, sum->nrows, sizeof(*sum->row));
		sum->row[sum->nrows++] = (struct proved_row){ .conv = conv };
	}
	sum->row[i].count[answer]++;
}

static void prove_one(struct proving *w, size_t i, int direction, struct proved_column *sum)
{
	const struct gen_case *c = &w->set->v[i];
	enum profile_id profile = w->m->plan->columns[w->column].profile;
	bool target = direction == CL_CALLEE;
	struct arena *a = arena_new();
	struct prove_subject f;
	const struct finding *contradiction;
	struct proof p;
	const char *name = arena_printf(a, "%s_%s", target ? "target" : "caller", c->symbol);

	w->now = c;
	f.cannot = subject_of_prototype(name, target ? c->call.decl->proto : void_function(),
					target ? c->call.conv : convention_default(profile),
					profile, &f);
	prove_function(a, &w->job, &f, &p);
	count(w->m->arena, sum, c->call.conv, p.answer);
	w->out->count[p.answer]++;
	if (p.answer != PROVED)
		describe(w, &f, &p, &w->m->runs[w->column].judged[2 * i + (size_t)direction]);
	contradiction = p.answer == PROVED ? broken(w, i, direction) : NULL;
	if (contradiction) {
		w->out->contradictions++;
		str_addf(&w->out->text, "contradiction  %s  %s is proved, but a run found %s: %s\n",
			 w->m->plan->columns[w->column].id, name, checks[contradiction->check].name,
			 contradiction->subject);
	}
	arena_free(a);
}

static void prove_column(const struct matrix *m, size_t column, struct proved *out)
{
	const struct column *c = &m->plan->columns[column];
	struct arena *a = arena_new();
	struct proving w = { .m = m, .out = out, .column = column };
	struct proved_column sum = { .column = column };
	const char *error = NULL, *path[] = { c->payload };
	uint64_t started = cpu_time();

	w.set = column_set(m->plan, c);
	w.job = (struct prove_job){
		.images = &w.images, .callee = callee, .closure = &w, .width = c->width
	};
	if (images_read(a, path, 1, &w.images, &error) < 0)
		die("run: %s", error);
	for (size_t i = 0; i < w.set->n; i++) {
		/* Calls through assembly are made of more than C. */
		if (c->absent[i] != PRESENT || w.set->v[i].call.decl->through)
			continue;
		prove_one(&w, i, CL_CALLEE, &sum);
		/* Nothing but the processor calls a handler. */
		if (!w.set->v[i].call.conv->by_processor)
			prove_one(&w, i, CL_CALLER, &sum);
	}
	sum.cpu = cpu_time() - started;
	out->v = arena_grow(m->arena, out->v, out->n, sizeof(sum));
	out->v[out->n++] = sum;
	arena_free(a);
}

void prove_matrix(const struct matrix *m, struct proved *out)
{
	*out = (struct proved){ 0 };
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];

		if (!c->unusable && c->payload && c->built == i)
			prove_column(m, i, out);
	}
}

/* "ok": all of it is proved; "ok.": for some, what the run found is the answer. */
static void mark(struct str *out, const struct proved_column *c)
{
	static const struct {
		enum answer answer;
		const char *words;
	} what[] = { { REFUTED, "refuted" }, { OPEN, "ok." } };

	if (!c->count[REFUTED] && !c->count[OPEN])
		str_add(out, "  ok");
	for (size_t k = 0; k < ARRAY_SIZE(what); k++) {
		const char *comma = "";

		if (!c->count[what[k].answer])
			continue;
		str_addf(out, "  %s (", what[k].words);
		for (size_t i = 0; i < c->nrows; i++) {
			if (!c->row[i].count[what[k].answer])
				continue;
			str_addf(out, "%s%s %zu", comma, c->row[i].conv->name,
				 c->row[i].count[what[k].answer]);
			comma = ", ";
		}
		str_add(out, ")");
	}
	str_add(out, "\n");
}

void proved_summary(const struct matrix *m, const struct proved *p, struct str *out)
{
	str_addf(out, "\n%-36s%8s%9s%6s%9s\n", "proved on every path", "proved", "refuted", "open",
		 "ms each");
	for (size_t i = 0; i < p->n; i++) {
		const struct proved_column *c = &p->v[i];
		size_t n = c->count[PROVED] + c->count[REFUTED] + c->count[OPEN];

		str_addf(out, "%-36s%8zu%9zu%6zu%9.2f", m->plan->columns[c->column].name,
			 c->count[PROVED], c->count[REFUTED], c->count[OPEN],
			 n ? (double)c->cpu / 1e6 / (double)n : 0.0);
		mark(out, c);
	}
	str_add(out, "ok: every function is proved; ok.: so many were only run; refuted: prove.txt "
		     "says why\n");
	if (p->contradictions)
		str_addf(out,
			 "%zu proved functions were broken by a run: please report this (prove.txt "
			 "has them)\n",
			 p->contradictions);
}
