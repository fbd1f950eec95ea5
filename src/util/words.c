/* SPDX-License-Identifier: MIT */
/* Lists on the command line, and misspelt words. */
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

/* The edits between two words: insertions, deletions, replacements, and swaps of neighbours
 * (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
	enum { MOST = 63 };
	size_t rows[3][MOST + 1], n = strlen(b);
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	if (strlen(a) > MOST || n > MOST)
		return 99;
	for (size_t k = 0; k <= n; k++)
		last[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t *spare = before;

		row[0] = i + 1;
		for (size_t k = 0; k < n; k++) {
			size_t cost = last[k] + (a[i] != b[k]);

			if (row[k] + 1 < cost)
				cost = row[k] + 1;
			if (last[k + 1] + 1 < cost)
				cost = last[k + 1] + 1;
			if (i && k && a[i] == b[k - 1] && a[i - 1] == b[k] &&
			    before[k - 1] + 1 < cost)
				cost = before[k - 1] + 1;
			row[k + 1] = cost;
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[n];
}

const char *nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	size_t least = strlen(word) / 4 + 2; /* any farther is not a slip */

	for (; *words; words++) {
		size_t d = distance(word, *words);

		if (d < least) {
			least = d;
			best = *words;
		}
	}
	return best;
}

bool listed(const char *const *names, const char *name)
{
	for (; names && *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return !names;
}
