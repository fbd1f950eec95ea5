/* SPDX-License-Identifier: MIT */
/* Every width and vector set runs somewhere: what the machine refuses to run as a process runs in
 * another place, named as such. */
#include "run/places.h"

#include <string.h>

const struct place_answer *places_ask(struct arena *a, struct places *p, enum place_id place,
				      enum profile_id profile)
{
	struct place_answer *r = &p->answer[place][profile];
	const struct profile *f = &profiles[profile];

	/* Of the profile only width and vector registers matter. */
	for (enum profile_id i = 0; i < PROFILES && !r->asked; i++) {
		if (profiles[i].width == f->width && profiles[i].isa == f->isa &&
		    p->answer[place][i].asked)
			*r = p->answer[place][i];
	}
	if (!r->asked) {
		r->asked = true;
		r->why_not = place_why_not(a, place, &p->options, f->width, f->isa, &r->engine);
	}
	return r;
}

/* "; place kvm: WHY", of the places that cannot stand in either. */
static const char *nor_elsewhere(struct arena *a, struct places *p, enum profile_id f)
{
	const char *text = "";

	for (enum place_id i = 0; i < PLACES; i++) {
		if (all_places[i]->stands_in)
			text = arena_printf(a, "%s; place %s: %s", text, place_name(i),
					    places_ask(a, p, i, f)->why_not);
	}
	return text;
}

/* Add to what `place` runs instead of the native one: once a width or, for vector registers, a
 * profile. */
static void note(struct arena *a, struct places *p, enum place_id place, enum profile_id f,
		 const char *why)
{
	const char *what = profiles[f].isa >= ISA_AVX
				   ? arena_printf(a, "code of profile %s", profiles[f].name)
				   : arena_printf(a, "%u-bit code", width_bits(profiles[f].width));
	const char *text = arena_printf(a, "%s: %s", what, why), *before = p->instead[place];

	if (!before)
		p->instead[place] = text;
	else if (!strstr(before, text))
		p->instead[place] = arena_printf(a, "%s; %s", before, text);
}

static void native_or_instead(struct arena *a, struct places *p, enum profile_id f)
{
	const char *why = places_ask(a, p, PLACE_NATIVE, f)->why_not;

	for (enum place_id i = 0; why && i < PLACES; i++) {
		if (!all_places[i]->stands_in || places_ask(a, p, i, f)->why_not)
			continue;
		p->wanted.v[i][f] = true;
		note(a, p, i, f, why);
		return;
	}
	p->wanted.v[PLACE_NATIVE][f] = true;
	if (why)
		p->answer[PLACE_NATIVE][f].why_not =
			arena_printf(a, "%s%s", why, nor_elsewhere(a, p, f));
}

/* The kernel's code is about ring 0, so it also runs where that is. A place that does not work here
 * is reported and left out. */
static void kernel_everywhere(struct arena *a, const bool used[PROFILES], struct places *p)
{
	for (enum place_id i = PLACE_NATIVE + 1; i < PLACES; i++) {
		const struct place *with = all_places[i]->with;
		enum place_id asked = with ? place_find(with->name) : i;

		if (!all_places[i]->kernel)
			continue;
		for (enum profile_id f = 0; f < PROFILES; f++) {
			if (used[f] && profiles[f].isa == ISA_INTEGER &&
			    !places_ask(a, p, asked, f)->why_not)
				p->wanted.v[i][f] = true;
		}
		if (!with)
			p->why_not[i] = places_ask(a, p, i, PROFILE_KERNEL_64)->why_not;
	}
}

const char *places_choose(struct arena *a, const char *list, const bool used[PROFILES],
			  bool everywhere, struct places *p)
{
	bool named[PLACES] = { false }, automatic = !list, others = false;
	const char *wrong = list ? place_list(a, list, named, &automatic) : NULL;

	if (wrong)
		return wrong;
	for (enum place_id i = 0; i < PLACES; i++) {
		others = others || (i != PLACE_NATIVE && named[i]);
		for (enum profile_id f = 0; f < PROFILES; f++)
			p->wanted.v[i][f] = named[i];
	}
	for (enum profile_id f = 0; automatic && f < PROFILES; f++) {
		if (used[f])
			native_or_instead(a, p, f);
	}
	if (automatic && everywhere && !others)
		kernel_everywhere(a, used, p);
	return NULL;
}
