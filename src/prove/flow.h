/* SPDX-License-Identifier: MIT */
/* Private to src/prove: following a function's edges, in one of two ways. */
#ifndef CLOBBER_PROVE_FLOW_H
#define CLOBBER_PROVE_FLOW_H

#include "prove/machine.h"

/* Another way to a node, with the same state. */
struct way {
	const struct node *parent;
	uint64_t via;
	const struct way *next;
};

/* A block's beginning, with what is known there. */
struct node {
	uint64_t at;
	const struct context *context;
	struct state *state;
	struct node *next;         /* of the same hash */
	const struct node *parent; /* how it was reached, on paths */
	uint64_t via;              /* the branch that led here */
	const struct way *others;
	bool queued, looped; /* looped: the path came by one place twice */
	unsigned visits;
};

/* A path: nodes from the entry on, and the branch that led to each. */
enum { MOST_TRAIL = 512 };
struct trail {
	const struct node *node[MOST_TRAIL];
	uint64_t via[MOST_TRAIL];
	size_t n;
};

struct flow {
	struct machine *x;
	struct arena *a; /* of states */
	bool paths;      /* states are not joined: a node for each */
	bool exhausted;  /* a limit was reached: something was not looked at */
	struct node **table;
	uint64_t *places; /* a bit for some of the addresses: there is no node without its bit */
	struct node **queue;
	size_t head, tail, capacity;
	size_t nnodes;
	unsigned long steps, most;
	unsigned most_states;      /* at one place; 0: a few */
	const struct node *now;    /* being followed */
	const struct node *failed; /* paths: where the first definite issue is */
	struct trail trail;        /* ... and how it was reached */
	unsigned contradictions;   /* paths that break something, but that no values take */
	struct context *contexts[256];
	unsigned ncontexts;
	uint64_t *seen; /* instructions, as a set */
	size_t nseen;
	/* Another place to look at each instruction: call frame information. */
	void (*look)(struct flow *f, struct state *s, const struct insn *in);
	void *closure;
};

/* walk.c: everything that can be reached from `entry`; issues are in f->x. */
void flow_run(struct flow *f, uint64_t entry, const struct state *s);
/* Make an empty table and queue. */
void flow_open(struct flow *f);
/* The node at an address in a context, or NULL. */
struct node *flow_find(struct flow *f, uint64_t at, const struct context *c);
/* The next node to follow, or NULL: paths breadth first. */
struct node *flow_next(struct flow *f);
/* Go on at an address. */
void flow_edge(struct flow *f, uint64_t at, const struct context *c, const struct state *s,
	       uint64_t via);

/* returns.c: by its code, where an object defines it, or by a few well-known names. */
enum returns returns_of(struct machine *x, const char *name);
/* Is it one of these names? */
bool is_known(const char *name);
/* Whether a function of that name comes back. */
enum returns known_returns(const char *name);
/* What a local function keeps, pops and leaves, at least: a fixpoint. Of calls of itself in it the
 * best is taken to be so, then less, until it is so: what holds at each depth if it holds at the
 * one below holds at all. NULL: there is no such answer. */
const struct summary *summary_of(struct machine *x, const struct image_symbol *symbol);

/* control.c: other ways from an instruction on, by the tables of Linux (patches.h). False: on this
 * path the instruction itself is always replaced. */
bool flow_patches(struct flow *f, struct state *s, const struct insn *in);
/* A branch, call or return. False: it is none. */
bool flow_control(struct flow *f, struct state *s, const struct insn *in);

#endif
