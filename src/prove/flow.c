/* SPDX-License-Identifier: MIT */
/* Following edges. Two ways: joining what is known where ways meet, until nothing changes, which
 * covers every path; or each path by itself, breadth first, which finds the shortest one that
 * breaks something, and covers every path too when it comes to an end. */
#include "prove/flow.h"

#include <string.h>

enum { BUCKETS = 4096, MOST_NODES = 30000, MOST_VISITS = 200, MOST_STATES = 24, MOST_APART = 3 };

static size_t bucket(uint64_t at, const struct context *c)
{
	return (size_t)((at + (uintptr_t)c * 31) * 0x9e3779b97f4a7c15ull >> 40) % BUCKETS;
}

/* Joined: what is inside of calls first, then by address, so that what comes behind a loop or a
 * call waits for it. */
static bool sooner(const struct node *a, const struct node *b)
{
	unsigned inside = a->context ? a->context->depth : 0;
	unsigned other = b->context ? b->context->depth : 0;

	return inside != other ? inside > other : a->at < b->at;
}

static void swap(struct node **a, struct node **b)
{
	struct node *n = *a;

	*a = *b;
	*b = n;
}

static void make_room(struct flow *f)
{
	size_t old = f->capacity;
	struct node **q;

	if (f->tail - f->head < old)
		return;
	q = arena_alloc(f->a, 2 * old * sizeof(*q));
	for (size_t i = 0; i < old; i++)
		q[i] = f->queue[(f->head + i) % old];
	f->tail -= f->head;
	f->head = 0;
	f->queue = q;
	f->capacity = 2 * old;
}

static void enqueue(struct flow *f, struct node *n)
{
	if (n->queued)
		return;
	n->queued = true;
	make_room(f);
	f->queue[f->tail++ % f->capacity] = n;
	if (f->paths)
		return;
	/* A heap; `head' stays 0. */
	for (size_t i = f->tail - 1; i && sooner(f->queue[i], f->queue[(i - 1) / 2]);
	     i = (i - 1) / 2)
		swap(&f->queue[i], &f->queue[(i - 1) / 2]);
}

struct node *flow_next(struct flow *f)
{
	struct node *n;

	if (f->head == f->tail)
		return NULL;
	if (f->paths) {
		n = f->queue[f->head++ % f->capacity];
	} else {
		n = f->queue[0];
		f->queue[0] = f->queue[--f->tail];
		for (size_t i = 0, k; (k = 2 * i + 1) < f->tail; i = k) {
			k += k + 1 < f->tail && sooner(f->queue[k + 1], f->queue[k]);
			if (!sooner(f->queue[k], f->queue[i]))
				break;
			swap(&f->queue[i], &f->queue[k]);
		}
	}
	n->queued = false;
	return n;
}

static struct state *keep(struct flow *f, const struct state *s)
{
	/* Joined later, so with room for all. */
	struct state *r = arena_alloc(f->a, f->paths ? state_size(s) : sizeof(*s));

	memcpy(r, s, state_size(s));
	return r;
}

/* One of 64 * BUCKETS bits. */
static uint64_t *place(struct flow *f, uint64_t at, uint64_t *bit)
{
	*bit = 1ull << at % 64;
	return &f->places[at / 64 % BUCKETS];
}

struct node *flow_find(struct flow *f, uint64_t at, const struct context *c)
{
	uint64_t bit;

	if (!(*place(f, at, &bit) & bit))
		return NULL;
	for (struct node *n = f->table[bucket(at, c)]; n; n = n->next) {
		if (n->at == at && n->context == c)
			return n;
	}
	return NULL;
}

static struct node *add(struct flow *f, uint64_t at, const struct context *c, const struct state *s,
			uint64_t via)
{
	struct node *n;
	size_t b = bucket(at, c);
	uint64_t bit;

	if (f->nnodes >= MOST_NODES) {
		f->exhausted = true;
		return NULL;
	}
	n = arena_alloc(f->a, sizeof(*n));
	*n = (struct node){ .at = at,
			    .context = c,
			    .state = keep(f, s),
			    .next = f->table[b],
			    .parent = f->now,
			    .via = via };
	n->looped = n->parent && n->parent->looped;
	for (const struct node *p = n->parent; f->paths && p && !n->looped; p = p->parent)
		n->looped = p->at == at && p->context == c;
	f->table[b] = n;
	*place(f, at, &bit) |= bit;
	f->nnodes++;
	enqueue(f, n);
	return n;
}

/* Ways meet with different stack pointers: from here on it is somewhere at or below both. Does that
 * change the node? */
static bool merge_sp(struct flow *f, struct node *n, struct state *s)
{
	struct frame_bases *b = &f->x->bases;
	struct value *old = &n->state->gpr[GPR_SP], *new = &s->gpr[GPR_SP], v;
	int64_t high, other, modulo;
	bool changed;

	if (old->kind != V_STACK || new->kind != V_STACK ||
	    (old->id == new->id && old->off == new->off))
		return false;
	state_drop_below(n->state, b, 0);
	state_drop_below(s, b, 0);
	high = b->v[old->id].high + (int64_t)old->off;
	other = b->v[new->id].high + (int64_t) new->off;
	modulo = base_modulo(b, old->id, (int64_t)old->off, 16);
	if (modulo != base_modulo(b, new->id, (int64_t) new->off, 16))
		modulo = -1;
	if (!base_dynamic(b, 0, high > other ? high : other, n->at, true, modulo, &v))
		return true;
	changed = old->id != v.id || old->off != v.off;
	if (old->id != v.id)
		state_retire(n->state, b, v.id);
	state_retire(s, b, v.id);
	*old = *new = v;
	n->state->escaped_frame = s->escaped_frame = true;
	return changed;
}

static bool same_sp(const struct state *a, const struct state *b)
{
	const struct value *x = &a->gpr[GPR_SP], *y = &b->gpr[GPR_SP];

	return x->kind == y->kind && x->id == y->id && x->off == y->off;
}

static void edge_joined(struct flow *f, uint64_t at, const struct context *c, const struct state *s,
			uint64_t via)
{
	unsigned apart = 0;
	struct node *n, *same = NULL;
	struct state incoming;
	bool changed;

	/* A few stack pointers are kept apart. */
	for (n = f->table[bucket(at, c)]; n && !(same && same_sp(same->state, s)); n = n->next) {
		if (n->at == at && n->context == c) {
			apart++;
			same = n;
		}
	}
	n = same;
	if (!n || (!same_sp(n->state, s) && apart < MOST_APART)) {
		add(f, at, c, s, via);
		return;
	}
	memcpy(&incoming, s, state_size(s));
	changed = merge_sp(f, n, &incoming);
	if (!state_join(n->state, &incoming) && !changed)
		return;
	if (++n->visits > MOST_VISITS) {
		f->exhausted = true;
		return;
	}
	enqueue(f, n);
}

static void another_way(struct flow *f, struct node *n, uint64_t via)
{
	struct way *w = arena_alloc(f->a, sizeof(*w));

	*w = (struct way){ .parent = f->now, .via = via, .next = n->others };
	n->others = w;
}

static void edge_alone(struct flow *f, uint64_t at, const struct context *c, const struct state *s,
		       uint64_t via)
{
	unsigned same = 0;

	for (struct node *n = f->table[bucket(at, c)]; n; n = n->next) {
		if (n->at != at || n->context != c)
			continue;
		if (state_equal(n->state, s)) {
			another_way(f, n, via);
			return;
		}
		same++;
	}
	if (same >= (f->most_states ? f->most_states : MOST_STATES)) {
		f->exhausted = true;
		return;
	}
	add(f, at, c, s, via);
}

void flow_edge(struct flow *f, uint64_t at, const struct context *c, const struct state *s,
	       uint64_t via)
{
	const struct patch *p = f->x->m->npatches ? patch_inside(f->x->m, at) : NULL;

	if (p && (via < p->at || via >= p->at + p->length))
		machine_issue(f->x, CHECK_COUNT, 3, false, via, NULL,
			      "it goes on inside of code that Linux replaces");
	(f->paths ? edge_alone : edge_joined)(f, at, c, s, via);
}

void flow_open(struct flow *f)
{
	f->capacity = 256;
	f->table = arena_alloc(f->a, BUCKETS * sizeof(*f->table));
	f->places = arena_alloc(f->a, BUCKETS * sizeof(*f->places));
	f->queue = arena_alloc(f->a, f->capacity * sizeof(*f->queue));
}
