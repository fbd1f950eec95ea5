/* SPDX-License-Identifier: MIT */
/* The table of places, and lists of them on the command line. */
#include "place/place.h"

#include "util/words.h"

#include <string.h>

#define PLACE(id, row) extern const struct place row;
#include "place/places.def"
#undef PLACE

const struct place *const all_places[PLACES] = {
#define PLACE(id, row) &row,
#include "place/places.def"
#undef PLACE
};

const char *place_name(enum place_id place)
{
	return all_places[place]->name;
}

enum place_id place_find(const char *name)
{
	enum place_id i = 0;

	while (i < PLACES && strcmp(all_places[i]->name, name))
		i++;
	return i;
}

const char *place_names(struct arena *a)
{
	const char *names = all_places[0]->name;

	for (enum place_id i = 1; i < PLACES; i++)
		names = arena_printf(a, "%s, %s", names, all_places[i]->name);
	return names;
}

const char *place_list(struct arena *a, const char *list, bool wanted[PLACES], bool *automatic)
{
	const char **v = split_list(a, list);

	if (!*v)
		return "empty list; use for instance native,vmx";
	for (; *v; v++) {
		enum place_id found = place_find(*v);

		if (!strcmp(*v, "auto"))
			*automatic = true;
		else if (!strcmp(*v, "all"))
			memset(wanted, true, PLACES * sizeof(*wanted));
		else if (found < PLACES)
			wanted[found] = true;
		else
			return arena_printf(a, "unknown place '%s': use %s, all or auto", *v,
					    place_names(a));
	}
	return NULL;
}

bool place_has_engine(enum place_id place, const char *engine)
{
	for (const char *const *e = all_places[place]->engines; *e; e++) {
		if (!strcmp(*e, engine))
			return true;
	}
	return false;
}

const char *place_why_not(struct arena *a, enum place_id place, const struct place_options *o,
			  enum width w, enum isa isa, const char **engine)
{
	const char *ignored;

	if (!all_places[place]->widths[w])
		return arena_printf(a, "place %s has no %u-bit code", all_places[place]->name,
				    width_bits(w));
	return all_places[place]->why_not(all_places[place], a, o, w, isa,
					  engine ? engine : &ignored);
}
