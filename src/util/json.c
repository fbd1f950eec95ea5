/* SPDX-License-Identifier: MIT */
/* Values of JSON documents. */
#include "util/json.h"

json_t *string_or_null(const char *s)
{
	json_t *j = s ? json_string(s) : json_null();

	return j ? j : json_string("(not UTF-8)");
}
