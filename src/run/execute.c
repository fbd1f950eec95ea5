/* SPDX-License-Identifier: MIT */
/* Runs the payloads of a plan in their places and judges what came back. */
#include "run/run.h"
#include "place/kept.h"
#include "util/parallel.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Running the payloads, as many at once as --jobs says or there are processors. --------------- */

/* The disk has room for the results of each. */
enum { MOST_TOGETHER = 64 };

/* Columns whose payloads one machine runs, one behind the other; or one column. */
struct task {
	const char *machine; /* NULL: one column */
	size_t *columns, n;
};

struct queue {
	struct matrix *m;
	const struct places *places;
	struct task *tasks;
	size_t ntasks;
	pthread_mutex_t lock;
	unsigned at_once;        /* machines for each payload, where there are more than payloads */
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

/* What running a column's payload takes, all in its arena. */
struct order {
	struct kept_job kept;
	struct payload payload;
	struct place_options options;
};

static void order(const struct queue *q, size_t i, struct order *r)
{
	struct plan *plan = q->m->plan;
	struct column *c = &plan->columns[i];
	struct column_run *run = &q->m->runs[i];
	const struct gen_set *set = column_set(plan, c);

	r->payload = (struct payload){ .path = c->payload,
				       .width = c->width,
				       .isa = profiles[c->profile].isa,
				       .ncases = set->n,
				       .nargs = gen_nargs(run->arena, set),
				       .seed = q->m->seed,
				       .directions = 3 };
	r->options = q->places->options;
	r->options.monitor = monitor_of(q->places, c);
	r->options.at_once = q->at_once;
	r->kept = (struct kept_job){
		.job = { all_places[c->place], run->arena, &r->payload, &r->options, &run->run },
		.keeping = { .ground = plan->ground,
			     .path = plan->kept ? kept_path(run->arena, plan, c) : NULL,
			     .fresh = plan->fresh },
		.engine = q->places->answer[c->place][c->profile].engine,
	};
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void report_done(struct queue *q, const struct column *c)
{
	struct progress_whole *p = q->m->plan->progress;

	if (!p)
		return;
	pthread_mutex_lock(&q->lock);
	progress_item(p, ++q->done, q->payloads,
		      c->place == PLACE_NATIVE ? UNITS_NATIVE : UNITS_GUEST, c->name);
	pthread_mutex_unlock(&q->lock);
}

static void run_task(void *closure, size_t number)
{
	struct queue *q = closure;
	const struct task *t = &q->tasks[number];
	struct arena *a = arena_new();
	struct order *orders = arena_alloc(a, t->n * sizeof(*orders));
	struct kept_job *jobs = arena_alloc(a, t->n * sizeof(*jobs));
	uint64_t started = now();

	for (size_t i = 0; i < t->n; i++) {
		order(q, t->columns[i], &orders[i]);
		jobs[i] = orders[i].kept;
	}
	kept_run_together(jobs, t->n);
	for (size_t i = 0; i < t->n; i++) {
		struct place_cost *cost = &jobs[i].job.out->cost;

		if (!cost->wall && t->n == 1)
			cost->wall = now() - started;
		report_done(q, &q->m->plan->columns[t->columns[i]]);
	}
	arena_free(a);
}

/* Can the column's payload run? Else the reason is in its run. */
static bool can_run(const struct queue *q, size_t i)
{
	const struct column *c = &q->m->plan->columns[i];
	struct column_run *run = &q->m->runs[i];
	const char *why = q->places->answer[c->place][c->profile].why_not;

	if (c->unusable)
		return false;
	if (c->payload && why)
		run->run = (struct place_run){ .n = column_set(q->m->plan, c)->n, .why_not = why };
	else if (!c->payload)
		run->run.why_not = arena_printf(run->arena, "%s" EXPRESSES_NONE "%s",
						c->compiler->name, profiles[c->profile].name);
	return c->payload && !why;
}

static const char *machine_of(const struct queue *q, const struct column *c)
{
	const struct place *p = all_places[c->place];

	return p->machine ? p->machine(p, q->m->arena, &q->places->options, c->width) : NULL;
}

static bool same_machine(const char *x, const char *y)
{
	return x == y || (x && y && !strcmp(x, y));
}

/* Share out `n` columns of one machine among as many tasks as can run at once: neighbours, which
 * are much alike, go to different ones. */
static void share_out(struct queue *q, const char *machine, const size_t *columns, size_t n,
		      size_t at_once)
{
	size_t parts = (n + MOST_TOGETHER - 1) / MOST_TOGETHER;

	parts = parts < at_once ? at_once : parts;
	for (size_t k = 0; k < parts && k < n; k++) {
		struct task *t = &q->tasks[q->ntasks++];

		*t = (struct task){ .machine = machine };
		t->columns = arena_alloc(q->m->arena, (n / parts + 1) * sizeof(*t->columns));
		for (size_t i = k; i < n; i += parts)
			t->columns[t->n++] = columns[i];
	}
}

/* Those that share machines first: they take longest. */
static void make_tasks(struct queue *q, size_t at_once)
{
	struct arena *a = q->m->arena;
	size_t n = q->m->plan->ncolumns, left = 0, k;
	const char **machine = arena_alloc(a, (n + 1) * sizeof(*machine));
	size_t *columns = arena_alloc(a, (n + 1) * sizeof(*columns));
	size_t *group = arena_alloc(a, (n + 1) * sizeof(*group));

	q->tasks = arena_alloc(a, (n + 1) * sizeof(*q->tasks));
	for (size_t i = 0; i < n; i++) {
		if (!can_run(q, i))
			continue;
		machine[left] = machine_of(q, &q->m->plan->columns[i]);
		columns[left++] = i;
	}
	for (size_t i = 0; i < left; i++) {
		size_t members = 0;

		for (k = 0; k < i && !same_machine(machine[k], machine[i]); k++)
			;
		if (!machine[i] || k < i)
			continue;
		for (k = i; k < left; k++) {
			if (same_machine(machine[k], machine[i]))
				group[members++] = columns[k];
		}
		share_out(q, machine[i], group, members, at_once);
	}
	for (size_t i = 0; i < left; i++) {
		if (!machine[i])
			share_out(q, NULL, &columns[i], 1, 1);
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
	long n = m->plan->jobs ? (long)m->plan->jobs : sysconf(_SC_NPROCESSORS_ONLN);

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
	make_tasks(&q, n > 1 ? (size_t)n : 1);
	q.at_once = q.ntasks ? (unsigned)((size_t)n / q.ntasks) : 1;
	parallel(q.ntasks, n > 1 ? (size_t)n : 1, run_task, &q);
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
