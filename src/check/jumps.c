/* SPDX-License-Identifier: MIT */
/* See jumps.h. */
#include "check/jumps.h"

#include <stdlib.h>

enum { MOST_FUNCTIONS = 4096 };

struct search {
	struct arena *a;
	const struct code *k;
	struct contract_file *file;
	uint32_t *todo; /* functions that are entered besides those of the file */
	size_t ntodo;
	bool labels; /* are known */
};

static void add(struct arena *a, uint32_t **v, size_t *n, uint32_t at)
{
	*v = arena_grow(a, *v, *n, sizeof(**v));
	(*v)[(*n)++] = at;
}

/* What an entry that is meant for another base makes of this one is no beginning of anything. */
static bool begins(const struct search *s, const struct blocks *b, uint32_t at)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].at == at)
			return true;
	}
	return code_has_label(s->k, at);
}

/* What is known of where a jump leads. */
static bool add_edges(struct search *s, const struct blocks *b, uint32_t jump)
{
	size_t before = s->file->nedges;

	for (size_t i = 0; i < b->nedges; i++) {
		if (b->edge[i].from != jump || !begins(s, b, b->edge[i].to))
			continue;
		s->file->edge =
			arena_grow(s->a, s->file->edge, s->file->nedges, sizeof(*s->file->edge));
		s->file->edge[s->file->nedges++] = (uint64_t)jump << 32 | b->edge[i].to;
	}
	return s->file->nedges > before;
}

static void add_blocks(struct search *s, const struct blocks *b)
{
	for (size_t i = 0; i < b->nindirect; i++) {
		if (add_edges(s, b, b->indirect[i]) || s->labels)
			add(s->a, &s->file->jump, &s->file->njumps, b->indirect[i]);
	}
	for (size_t i = 0; i < b->n; i++)
		add(s->a, &s->file->lead, &s->file->nleads, b->v[i].at);
	for (size_t i = 0; i < b->nbeyond; i++) {
		bool known = s->ntodo == MOST_FUNCTIONS;

		for (size_t k = 0; k < s->ntodo && !known; k++)
			known = s->todo[k] == b->beyond[i];
		if (!known)
			add(s->a, &s->todo, &s->ntodo, b->beyond[i]);
	}
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t sort(uint32_t *v, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(v, n, sizeof(*v), by_number);
	for (size_t i = 0; i < n; i++) {
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	return kept;
}

static int by_edge(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t sort_edges(uint64_t *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof(*v), by_edge);
	return n;
}

void find_jumps(struct arena *a, const struct code *k, struct contract_file *file)
{
	const uint64_t *label;
	size_t nlabels = code_labels(k, &label);
	struct search s = { .a = a, .k = k, .file = file, .labels = nlabels };

	file->njumps = file->nleads = file->nedges = 0;
	for (size_t i = 0; i < file->n; i++)
		add_blocks(&s, file->v[i].blocks);
	for (size_t done = 0; done < s.ntodo; done++)
		add_blocks(&s, blocks_of(a, k, file->width, s.todo[done], 0));
	for (size_t i = 0; i < nlabels; i++) {
		if (code_has(k, label[i]))
			add(a, &file->lead, &file->nleads, (uint32_t)label[i]);
	}
	file->njumps = sort(file->jump, file->njumps);
	file->nedges = sort_edges(file->edge, file->nedges);
	/* Without a jump to watch nobody asks. */
	file->nleads = file->njumps ? sort(file->lead, file->nleads) : 0;
}
