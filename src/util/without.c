/* SPDX-License-Identifier: MIT */
#include "util/without.h"
#include "util/util.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word, *reason;
} capabilities[] = {
#define X(id, word, what) { word, "CLOBBER_WITHOUT takes away " what },
	CAPABILITIES(X)
#undef X
};

static int find(const char *word, size_t len)
{
	for (int i = 0; i < CAPABILITY_COUNT; i++) {
		if (strlen(capabilities[i].word) == len &&
		    !strncmp(capabilities[i].word, word, len))
			return i;
	}
#define X(id, name, what) name ", "
	die("CLOBBER_WITHOUT: unknown capability '%.*s'; use " CAPABILITIES(
		    X) "separated by commas",
	    (int)len, word);
#undef X
}

const char *without(enum capability c)
{
	const char *list = getenv("CLOBBER_WITHOUT");
	const char *reason = NULL;

	while (list && *list) {
		size_t len = strcspn(list, ",");
		int i = len ? find(list, len) : -1;

		if (i == (int)c || (i == WITHOUT_AVX && c == WITHOUT_AVX512))
			reason = capabilities[c].reason;
		list += len + (list[len] == ',');
	}
	return reason;
}
