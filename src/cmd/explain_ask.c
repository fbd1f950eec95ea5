/* SPDX-License-Identifier: MIT */
/* What a question about a prototype selects. */
#include "cmd/explain.h"
#include "util/words.h"

#include <string.h>

/* The profile in which a convention is explained, or PROFILES: in none of those wanted. */
static enum profile_id profile_of(const struct question *q, const struct convention *c)
{
	enum profile_id own = convention_profile(c);

	/* Code of other systems is asked for by its profile, x32 by its convention, too. */
	if (!q->profiles)
		return profile_windows(own) || (profile_x32(own) && !q->names) ? PROFILES : own;
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (q->profiles[f] && profiles[f].width == c->width && convention_in(c, f))
			return f;
	}
	return PROFILES;
}

static bool place(struct arena *a, const struct question *q, const struct convention *c,
		  const struct prototype *p, struct explained *out)
{
	enum profile_id f = profile_of(q, c);

	/* Of handlers those speak that name them. */
	if (f == PROFILES || (c->by_processor && !q->names && !p->convention))
		return false;
	p = proto_in_model(a, p, profile_model(f));
	*out = (struct explained){ .c = c, .p = p, .profile = f };
	out->why = abi_place_at(q->edition, out->profile, c, p, &out->pl);
	return true;
}

/* Nothing is selected: why. */
static const char *nothing(struct arena *a, const struct question *q, const struct prototype *p)
{
	const char *name = p->convention ? p->convention : q->names ? q->names[0] : "it";

	if (p->convention && q->names && !listed(q->names, p->convention))
		return arena_printf(
			a, "the prototype's own convention, %s, is not among those selected",
			p->convention);
	for (enum width w = W32; w < WIDTHS; w++) {
		if (!q->width[w] && convention_find(name, w))
			return arena_printf(a, "%s exists at %u bit only", name, width_bits(w));
	}
	return arena_printf(a, "%s does not exist in the profile and width that are selected",
			    name);
}

struct explained *explain_places(struct arena *a, const struct question *q,
				 const struct prototype *p, size_t *n, const char **why)
{
	struct explained *v = NULL, one;

	*n = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (const struct convention *const *c = conventions; *c; c++) {
			if (((*c)->width == W64) == pass || !q->width[(*c)->width] ||
			    !listed(q->names, (*c)->name) ||
			    (p->convention && strcmp(p->convention, (*c)->name)) ||
			    !place(a, q, *c, p, &one))
				continue;
			v = arena_grow(a, v, *n, sizeof(*v));
			v[(*n)++] = one;
		}
	}
	*why = *n ? NULL : nothing(a, q, p);
	return v;
}

/* The convention of a prototype that names none, where one is needed: the only one selected, or the
 * platform's. */
static const struct convention *own(const struct question *q, const struct prototype *p,
				    enum width w)
{
	enum profile_id profile = profile_user(w);

	if (p->convention)
		return convention_find(p->convention, w);
	if (q->names && q->names[0] && !q->names[1])
		return convention_find(q->names[0], w);
	for (enum profile_id f = 0; q->profiles && f < PROFILES; f++) {
		if (q->profiles[f] && profiles[f].width == w && profile_is(&profiles[f], "kernel"))
			profile = f;
	}
	return convention_default(profile);
}

bool explain_is_convention(const char *name)
{
	return convention_find(name, W32) || convention_find(name, W64);
}

static struct explained_pair *add_pair(struct arena *a, struct explained_pair *v, size_t *n,
				       const struct explained *from, const struct explained *to)
{
	v = arena_grow(a, v, *n, sizeof(*v));
	v[(*n)++] = (struct explained_pair){ *from, *to };
	return v;
}

struct explained_pair *explain_pairs(struct arena *a, const struct question *q,
				     const struct prototype *p, size_t *n, const char **why)
{
	const struct prototype *other = q->vs ? q->vs : p;
	struct explained_pair *v = NULL;
	struct explained from, to;

	*n = 0;
	if (q->vs && !p->convention && !other->convention && !q->names) {
		size_t places;
		const struct explained *all = explain_places(a, q, p, &places, why);

		for (size_t i = 0; i < places; i++) {
			if (place(a, q, all[i].c, other, &to))
				v = add_pair(a, v, n, &all[i], &to);
		}
		return v;
	}
	for (int pass = 0; pass < 2; pass++) {
		enum width w = pass ? W32 : W64;
		const struct convention *c = own(q, p, w),
					*d = q->vs ? own(q, other, w)
						   : convention_find(q->vs_convention, w);

		if (q->width[w] && c && d && place(a, q, c, p, &from) && place(a, q, d, other, &to))
			v = add_pair(a, v, n, &from, &to);
	}
	*why = *n ? NULL : nothing(a, q, p->convention ? p : other);
	return v;
}

const char *explain_text(struct str *out, struct arena *a, const struct question *q,
			 const struct prototype *p)
{
	const char *why;
	size_t n;
	const struct explained *v = explain_places(a, q, p, &n, &why);
	const struct explained_pair *pair;

	if (why)
		return why;
	str_addf(out, "%s\n\n", p->text ? p->text : proto_spell(a, p));
	if (!q->vs && !q->vs_convention) {
		explain_table(out, a, v, n);
		return NULL;
	}
	pair = explain_pairs(a, q, p, &n, &why);
	for (size_t i = 0; i < n; i++)
		explain_change(out, a, &pair[i]);
	return why;
}
