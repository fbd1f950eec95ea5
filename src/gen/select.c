/* SPDX-License-Identifier: MIT */
/* Which cases there are at a width: every declaration under every convention that applies, in
 * batches that compile as one file. */
#include "gen/gen.h"
#include "util/index.h"

#include <string.h>

enum { MOST_STACK = 768 };

static bool listed(const char *const *names, const char *name)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

static bool known_convention(const char *name)
{
	return convention_find(name, W32) || convention_find(name, W64);
}

/* May this declaration be a case of this convention, as far as its annotations go? */
static bool wanted(const struct case_decl *d, const struct convention *c, abi_filter only)
{
	if (only && !listed(only, c->name))
		return false;
	if (d->proto->convention)
		return !strcmp(d->proto->convention, c->name);
	for (size_t i = 0; i < d->nconventions; i++) {
		if (!strcmp(d->conventions[i], c->name))
			return true;
	}
	return !d->nconventions && (!c->named_only || only);
}

static int check_names(struct arena *a, const struct case_decl *d, const char **error)
{
	for (size_t i = 0; i < d->nconventions; i++) {
		if (known_convention(d->conventions[i]))
			continue;
		*error = arena_printf(
			a,
			"%s:%u:%u: error: `//! abi' of %s names the unknown convention `%s'\n"
			"hint: `clobber list abis' prints them",
			d->proto->pos.file, d->proto->pos.line, d->proto->pos.col, d->proto->name,
			d->conventions[i]);
		return -1;
	}
	return 0;
}

/* A case is thousands of bytes: it is made where it stays, in out->v, which has room for it. */
static void add(struct arena *a, struct gen_set *out, const struct case_decl *d,
		const struct convention *c)
{
	struct gen_case *g = &out->v[out->n];

	/* Pictures of the stack are of 1024 bytes. */
	if (abi_place_at(out->edition, out->profile, c, d->proto, &g->call.place) ||
	    g->call.place.stack_bytes > MOST_STACK) {
		out->inapplicable++;
		return;
	}
	g->call.decl = d;
	g->call.conv = c;
	g->symbol = arena_printf(a, "%s_%s_%s", c->name, d->stem, d->proto->name);
	for (char *p = (char *)g->symbol; *p; p++) {
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9')))
			*p = '_';
	}
	g->id = arena_printf(a, "%s/%s/%s", c->name, d->stem, d->proto->name);
	g->index = (uint32_t)out->n++;
}

/* Two files of one stem in different folders may declare the same function. */
static int check_unique(struct arena *a, const struct gen_set *set, const char **error)
{
	struct index *symbols = index_new();
	size_t i = 0, *at = NULL;

	for (; i < set->n; i++) {
		at = index_add_text(symbols, set->v[i].symbol);
		if (*at != INDEX_NEW)
			break;
		*at = i;
	}
	if (i < set->n) {
		const struct srcpos *here = &set->v[i].call.decl->proto->pos,
				    *there = &set->v[*at].call.decl->proto->pos;

		*error = arena_printf(a,
				      "%s:%u:%u: error: `%s' is already the case declared at "
				      "%s:%u\nhint: rename one of them or its file",
				      here->file, here->line, here->col,
				      set->v[i].call.decl->proto->name, there->file, there->line);
	}
	index_free(symbols);
	return i < set->n ? -1 : 0;
}

/* Is the pair of convention and declaration something that this profile is there for? */
static bool concerns(enum profile_id profile, const struct convention *c, const struct case_decl *d)
{
	if (profiles[profile].cases == CASES_THROUGH && !d->through && !d->proto->implicit)
		return false;
	if (d->proto->implicit && !gen_implicit_applies(d->proto, c, profile))
		return false;
	/* Inline assembly that pushes needs code without a red zone. */
	return convention_in(c, profile) && gen_exists_at(d, c->width) &&
	       (!d->through || profiles[profile].isa == ISA_INTEGER) &&
	       ((convention_profile(c) == profile && profile_model(profile) == MODEL_LP64) ||
		profile_concerns(&profiles[profile], d->proto));
}

static bool is_case(enum profile_id profile, const struct convention *c, const struct case_decl *d,
		    abi_filter only)
{
	return wanted(d, c, only) && concerns(profile, c, d);
}

int gen_select(struct arena *a, const struct case_list *cases, enum width w, abi_filter only,
	       struct gen_set *out, const char **error)
{
	return gen_select_in(a, cases, profile_user(w), only, out, error);
}

int gen_select_in(struct arena *a, const struct case_list *cases, enum profile_id profile,
		  abi_filter only, struct gen_set *out, const char **error)
{
	return gen_select_at(a, cases, EDITION_LATEST, profile, only, out, error);
}

const uint8_t *gen_nargs(struct arena *a, const struct gen_set *set)
{
	uint8_t *nargs = arena_alloc(a, set->n + 1);

	for (size_t i = 0; i < set->n; i++)
		nargs[i] = (uint8_t)set->v[i].call.place.nargs;
	return nargs;
}

/* The same declarations, of other types. */
static const struct case_list *in_model(struct arena *a, const struct case_list *cases,
					enum data_model model)
{
	struct case_list *out = arena_alloc(a, sizeof(*out));

	out->n = cases->n;
	out->v = arena_alloc(a, (cases->n + 1) * sizeof(*out->v));
	for (size_t i = 0; i < cases->n; i++) {
		out->v[i] = cases->v[i];
		out->v[i].proto = proto_in_model(a, cases->v[i].proto, model);
	}
	return out;
}

int gen_select_at(struct arena *a, const struct case_list *cases, enum edition edition,
		  enum profile_id profile, abi_filter only, struct gen_set *out, const char **error)
{
	size_t n = 0;

	*out = (struct gen_set){ .profile = profile,
				 .width = profiles[profile].width,
				 .edition = edition };

	for (size_t i = 0; i < cases->n; i++) {
		const struct prototype *p = cases->v[i].proto;
		const char *why = gen_through_error(a, &cases->v[i]);

		if (check_names(a, &cases->v[i], error) < 0)
			return -1;
		if (why) {
			*error = arena_printf(a, "%s:%u:%u: error: %s", p->pos.file, p->pos.line,
					      p->pos.col, why);
			return -1;
		}
	}
	if (profile_model(profile) != MODEL_LP64)
		cases = in_model(a, cases, profile_model(profile));
	for (const struct convention *const *c = conventions; *c; c++) {
		for (size_t i = 0; i < cases->n; i++)
			n += is_case(profile, *c, &cases->v[i], only);
	}
	out->v = arena_alloc(a, (n + 1) * sizeof(*out->v));
	for (const struct convention *const *c = conventions; *c; c++) {
		for (size_t i = 0; i < cases->n; i++) {
			if (is_case(profile, *c, &cases->v[i], only))
				add(a, out, &cases->v[i], *c);
		}
	}
	gen_batches(a, out);
	return check_unique(a, out, error);
}
