/* SPDX-License-Identifier: MIT */
/* Functions that are known by their names: known_functions.def. */
#include "prove/flow.h"
#include "prove/subject.h"

#include <string.h>

enum returns known_returns(const char *name)
{
	static const struct {
		const char *name;
		enum returns returns;
	} known[] = {
#define KNOWN(name, returns) { #name, RETURNS##returns },
#include "prove/known_functions.def"
#undef KNOWN
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(name, known[i].name))
			return known[i].returns;
	}
	return RETURNS_UNKNOWN;
}

bool is_known(const char *name)
{
	return known_returns(name) != RETURNS_UNKNOWN;
}
