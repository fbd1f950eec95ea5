/* SPDX-License-Identifier: MIT */
/* Which clusters are known: explained by a finding that a case expects (`//! known`).
 *
 * The cases with known findings are run; what all cases of one reason have in common is what the
 * reason is about. A cluster is explained when all its compilers were seen to show a known finding
 * of the reason under the same convention, in the same direction and against the same rule, and its
 * minimal prototype, in which nothing is left that does not matter, uses the kinds of types that
 * all prototypes of the reason use, and of the sizes in which they were seen. The check may be
 * another one only between the checks that look at an argument: what is wrong with it decides which
 * of them sees it first. */
#include "fuzz/fuzz.h"

#include <string.h>

/* What a reason may be to a cluster. */
enum { EXPLAINS = 1, FOLLOWED = 2 };

/* Kinds of types that a cause is about; int, long, double and their like are in most prototypes. */
static uint32_t kinds(const struct prototype *p)
{
	uint32_t set = fuzz_classes_of(p);
	uint32_t scalars = (1u << FUZZ_INT128) - 1; /* bool to long long */
	uint32_t records = 1u << FUZZ_STRUCT | 1u << FUZZ_UNION | 1u << FUZZ_NESTED;

	scalars |= 1u << FUZZ_FLOAT | 1u << FUZZ_DOUBLE | 1u << FUZZ_ENUM | 1u << FUZZ_POINTER |
		   1u << FUZZ_FNPTR;
	/* A structure is as good as a union. */
	return (set & ~scalars & ~records) | (set & records ? 1u << FUZZ_STRUCT : 0);
}

/* Kinds of types that come in sizes which are passed in different ways: a bit
 * for each power of two up to 512 bytes, kind by kind. */
static uint32_t sizes_of_type(const struct type *t, unsigned depth)
{
	static const enum type_kind kinds_with_sizes[] = { TYPE_VECTOR, TYPE_BITINT, TYPE_COMPLEX };
	uint32_t set = 0;

	if (depth > 16)
		return 0;
	for (unsigned i = 0; i < ARRAY_SIZE(kinds_with_sizes); i++) {
		unsigned power = 0;

		while (t->kind == kinds_with_sizes[i] && power < 9 && 1u << power < t->size[W64])
			power++;
		if (t->kind == kinds_with_sizes[i])
			set |= 1u << (10 * i + power);
	}
	if (t->kind == TYPE_ARRAY)
		set |= sizes_of_type(t->of, depth + 1);
	for (size_t i = 0; (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && i < t->nfields; i++)
		set |= sizes_of_type(t->fields[i].type, depth + 1);
	return set;
}

static uint32_t sizes(const struct prototype *p)
{
	uint32_t set = sizes_of_type(p->ret, 0);

	for (size_t i = 0; i < p->nparams; i++)
		set |= sizes_of_type(p->params[i].type, 0);
	for (size_t i = 0; i < p->nvarargs; i++)
		set |= sizes_of_type(p->varargs[i], 0);
	return set;
}

/* The reason is about the sizes that all its prototypes have; without any, about any of those
 * seen. */
static bool of_size(const struct fuzz_reason *r, uint32_t have)
{
	return r->every_size ? !(r->every_size & ~have) : !r->any_size || r->any_size & have;
}

static struct fuzz_reason *reason_of(struct fuzz_clusters *all, const struct finding *f)
{
	const struct known *k = f->known;
	struct fuzz_reason *r;

	for (size_t i = 0; i < all->nreasons; i++) {
		r = &all->reasons[i];
		if (!strcmp(r->text, k->reason) && !strcmp(r->family, k->family))
			return r;
	}
	if (all->nreasons == FUZZ_REASONS)
		die("internal error: more than %d reasons; please report this", FUZZ_REASONS);
	all->reasons = arena_grow(all->arena, all->reasons, all->nreasons, sizeof(*r));
	r = &all->reasons[all->nreasons++];
	*r = (struct fuzz_reason){ .text = arena_strdup(all->arena, k->reason),
				   .family = arena_strdup(all->arena, k->family),
				   .needs = UINT32_MAX,
				   .every_size = UINT32_MAX };
	return r;
}

static struct fuzz_witness *witness_of(struct fuzz_clusters *all, struct fuzz_reason *r,
				       const struct finding *f)
{
	struct fuzz_witness *w;

	for (size_t i = 0; i < r->nwitnesses; i++) {
		w = &r->witness[i];
		if (w->check == f->check && w->rule == f->rule && w->conv == f->c->call.conv &&
		    w->direction == f->direction)
			return w;
	}
	r->witness = arena_grow(all->arena, r->witness, r->nwitnesses, sizeof(*w));
	w = &r->witness[r->nwitnesses++];
	*w = (struct fuzz_witness){ f->check, f->rule, f->c->call.conv, f->direction, NULL };
	w->column = arena_alloc(all->arena, all->setup->ncolumns + 1);
	return w;
}

void fuzz_learn_reasons(struct fuzz_clusters *all, const struct fuzz_round *r)
{
	for (size_t i = 0; i < r->matrix.nfindings; i++) {
		const struct finding *f = &r->matrix.findings[i];
		struct fuzz_reason *reason;

		if (!f->known || f->verdict < VERDICT_VIOLATION)
			continue;
		reason = reason_of(all, f);
		reason->needs &= kinds(f->c->call.decl->proto);
		reason->every_size &= sizes(f->c->call.decl->proto);
		reason->any_size |= sizes(f->c->call.decl->proto);
		witness_of(all, reason, f)->column[f->column] = 1;
	}
}

static bool looks_at_an_argument(enum check c)
{
	return c == CHECK_ARG || c == CHECK_COPY || c == CHECK_REFERENCE;
}

/* Optimisations of one compiler may differ in what they show. */
static bool shown_by_its_compilers(const struct fuzz_clusters *all, const struct fuzz_witness *w,
				   const unsigned char *column)
{
	const struct fuzz_setup *s = all->setup;

	for (size_t i = 0; i < s->ncolumns; i++) {
		bool found = !column[i];

		for (size_t k = 0; k < s->ncolumns && !found; k++)
			found = w->column[k] && s->columns[k].compiler == s->columns[i].compiler &&
				s->columns[k].profile == s->columns[i].profile;
		if (!found)
			return false;
	}
	return true;
}

static bool witnessed(const struct fuzz_clusters *all, const struct fuzz_reason *r,
		      const struct fuzz_cluster *c, bool follows)
{
	const struct fuzz_key *k = &c->key;

	for (size_t i = 0; i < r->nwitnesses; i++) {
		const struct fuzz_witness *w = &r->witness[i];
		bool argument = looks_at_an_argument(w->check);

		if (w->conv != k->conv || w->direction != k->direction ||
		    !shown_by_its_compilers(all, w, c->column))
			continue;
		if (follows ? argument
			    : w->rule == k->rule && (w->check == k->check ||
						     (argument && looks_at_an_argument(k->check))))
			return true;
	}
	return false;
}

void fuzz_find_candidates(struct fuzz_clusters *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct fuzz_cluster *c = &all->v[i];

		memset(c->may, 0, sizeof(c->may));
		if (c->key.verdict < VERDICT_VIOLATION || *c->key.message)
			continue;
		for (size_t k = 0; k < all->nreasons; k++) {
			const struct fuzz_reason *r = &all->reasons[k];

			if (witnessed(all, r, c, false))
				c->may[k] = EXPLAINS;
			else if (r->needs && !looks_at_an_argument(c->key.check) &&
				 c->key.verdict != VERDICT_TIMEOUT && witnessed(all, r, c, true))
				c->may[k] = FOLLOWED;
		}
	}
}

const char *fuzz_explained(const struct fuzz_clusters *all, const struct fuzz_cluster *c,
			   const struct prototype *p, bool wrong_argument)
{
	bool follows = wrong_argument || c->key.check == CHECK_FAULT;
	uint32_t have = kinds(p);
	const struct fuzz_reason *best = NULL;

	/* The one that says most about the types: the rarest come last in the list of classes. */
	for (size_t i = 0; i < all->nreasons; i++) {
		const struct fuzz_reason *r = &all->reasons[i];

		if ((c->may[i] == EXPLAINS || (follows && c->may[i] == FOLLOWED)) &&
		    !(r->needs & ~have) && of_size(r, sizes(p)) &&
		    (!best || r->needs > best->needs))
			best = r;
	}
	return best ? best->text : NULL;
}
