/* SPDX-License-Identifier: MIT */
/* Values of JSON documents. */
#include "util/json.h"

#include "util/clean.h"

json_t *string_or_null(const char *s)
{
	json_t *j = s ? json_string(s) : json_null();
	struct str clean = { 0 };

	if (j)
		return j;
	str_add_clean(&clean, s, true);
	j = json_string(clean.s);
	str_free(&clean);
	return j;
}
