/* SPDX-License-Identifier: MIT */
/* Runs the payloads of a plan in their places and judges what came back. */
#include "run/run.h"
#include "place/kept.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Running the payloads, as many at once as --jobs says or there are processors. --------------- */

struct queue {
	struct matrix *m;
	const struct places *places;
	pthread_mutex_t lock;
	size_t next;
	unsigned done, payloads; /* for progress */
};

/* What the monitor of a guest does besides running a payload: kernel code must do without the FPU,
 * and its leaf functions must leave nothing below the stack pointer, at any instruction. */
static unsigned monitor_of(const struct places *places, const struct column *c)
{
	if (places->monitor_given)
		return places->options.monitor;
	return profiles[c->profile].isa == ISA_INTEGER ? CL_TRAP_FPU | CL_STEP_LEAF : 0;
}

/* One file a column. */
static const char *kept_path(struct arena *a, const struct plan *p, const struct column *c)
{
	char *id = arena_strdup(a, c->id);

	for (char *s = id; *s; s++)
		*s = *s == '/' ? '-' : *s;
	return arena_printf(a, "%s/%s", p->kept, id);
}

static void run_payload(struct arena *a, const struct queue *q, const struct column *c,
			struct place_run *out)
{
	const struct plan *plan = q->m->plan;
	const struct gen_set *set = column_set(plan, c);
	const struct place_answer *answer = &q->places->answer[c->place][c->profile];
	struct place_options o = q->places->options;
	const struct payload p = { .path = c->payload,
				   .width = c->width,
				   .isa = profiles[c->profile].isa,
				   .ncases = set->n,
				   .nargs = gen_nargs(a, set),
				   .seed = q->m->seed,
				   .directions = 3 };

	if (answer->why_not) {
		*out = (struct place_run){ .n = set->n, .why_not = answer->why_not };
		return;
	}
	o.monitor = monitor_of(q->places, c);
	kept_run(a,
		 &(struct keeping){ .ground = plan->ground,
				    .path = plan->kept ? kept_path(a, plan, c) : NULL,
				    .fresh = plan->fresh },
		 c->place, answer->engine, &p, &o, out);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void *worker(void *arg)
{
	struct queue *q = arg;
	struct plan *p = q->m->plan;

	for (;;) {
		struct arena *own;
		struct column *c;
		uint64_t started;
		size_t i;

		pthread_mutex_lock(&q->lock);
		i = q->next++;
		own = i < p->ncolumns ? q->m->runs[i].arena : NULL;
		pthread_mutex_unlock(&q->lock);
		if (i >= p->ncolumns)
			return NULL;
		c = &p->columns[i];
		if (c->unusable)
			continue;
		if (!c->payload) {
			q->m->runs[i].run.why_not =
				arena_printf(own, "%s expresses none of the cases of profile %s",
					     c->compiler->name, profiles[c->profile].name);
			continue;
		}
		started = now();
		run_payload(own, q, c, &q->m->runs[i].run);
		q->m->runs[i].run.cost.wall = now() - started;
		if (p->progress) {
			pthread_mutex_lock(&q->lock);
			progress_item(p->progress, ++q->done, q->payloads,
				      c->place == PLACE_NATIVE ? UNITS_NATIVE : UNITS_GUEST,
				      c->name);
			pthread_mutex_unlock(&q->lock);
		}
	}
}

/* Ask before the payloads run: it may boot the engine. */
static void find_engines(struct matrix *m, struct places *places)
{
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct column *c = &m->plan->columns[i];
		const struct place_answer *r = places_ask(m->arena, places, c->place, c->profile);

		if (!r->why_not || !m->engine[c->place])
			m->engine[c->place] = r->engine ? r->engine : "none";
	}
}

/* What running all payloads is expected to be. */
static double units(const struct plan *p)
{
	double n = 0;

	for (size_t i = 0; i < p->ncolumns; i++) {
		if (p->columns[i].payload)
			n += p->columns[i].place == PLACE_NATIVE ? UNITS_NATIVE : UNITS_GUEST;
	}
	return n;
}

static void run_payloads(struct matrix *m, struct places *places)
{
	struct queue q = { .m = m, .places = places };
	pthread_t threads[64];
	long n = m->plan->jobs ? (long)m->plan->jobs : sysconf(_SC_NPROCESSORS_ONLN);
	long started = 0;

	find_engines(m, places);
	if (m->plan->kept)
		make_dirs(m->plan->kept);
	for (size_t i = 0; i < m->plan->ncolumns; i++)
		q.payloads += m->plan->columns[i].payload != NULL;
	if (m->plan->progress)
		progress_phase(m->plan->progress, PHASE_RUN, units(m->plan));
	pthread_mutex_init(&q.lock, NULL);
	if (n > 64)
		n = 64;
	for (; started < n - 1; started++) {
		if (pthread_create(&threads[started], NULL, worker, &q))
			break;
	}
	worker(&q);
	while (started--)
		pthread_join(threads[started], NULL);
	pthread_mutex_destroy(&q.lock);
	if (m->plan->progress)
		progress_end(m->plan->progress);
}

static void make_runs(struct matrix *m)
{
	struct plan *p = m->plan;

	m->runs = arena_alloc(m->arena, (p->ncolumns + 1) * sizeof(*m->runs));
	for (size_t i = 0; i < p->ncolumns; i++)
		m->runs[i].arena = arena_new();
}

void execute_nothing(struct matrix *m, const char *why)
{
	make_runs(m);
	for (size_t i = 0; i < m->plan->ncolumns; i++)
		m->runs[i].run.why_not = why;
}

void execute(struct matrix *m, struct places *places)
{
	make_runs(m);
	memcpy(m->why_not, places->why_not, sizeof(m->why_not));
	memcpy(m->instead, places->instead, sizeof(m->instead));
	run_payloads(m, places);
	matrix_judge(m);
}

void matrix_close(struct matrix *m)
{
	for (size_t i = 0; i < m->plan->ncolumns; i++)
		arena_free(m->runs[i].arena);
}
