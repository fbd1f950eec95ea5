/* SPDX-License-Identifier: MIT */
#include "util/words.h"

#include <string.h>

const char **split_list(struct arena *a, const char *list)
{
	const char **v = NULL;
	size_t n = 0;

	if (!list)
		return NULL;
	while (*list) {
		size_t len = strcspn(list, ",");

		if (len) {
			v = arena_grow(a, v, n, sizeof(*v));
			v[n++] = arena_strndup(a, list, len);
		}
		list += len + (list[len] == ',');
	}
	v = arena_grow(a, v, n, sizeof(*v));
	v[n] = NULL;
	return v;
}

static size_t distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (strlen(a) >= 63 || n >= 63)
		return 99;
	for (size_t k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < n; k++) {
			size_t cost = diagonal + (a[i] != b[k]);

			diagonal = row[k + 1];
			if (row[k] + 1 < cost)
				cost = row[k] + 1;
			if (row[k + 1] + 1 < cost)
				cost = row[k + 1] + 1;
			row[k + 1] = cost;
		}
	}
	return row[n];
}

const char *nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	size_t least = strlen(word) / 3 + 2;

	for (; *words; words++) {
		size_t d = distance(word, *words);

		if (d < least) {
			least = d;
			best = *words;
		}
	}
	return best;
}
