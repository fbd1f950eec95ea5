/* SPDX-License-Identifier: MIT */
#include "place/answers.h"
#include "util/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

uint64_t answer_key(struct arena *a, const char *program)
{
	const char *path = program_path(a, program);
	char *real = path ? realpath(path, NULL) : NULL;
	struct stat st;
	uint64_t h = 0;

	if (real && stat(real, &st) == 0) {
		h = hash_str(HASH_INIT, real);
		h = hash_bytes(h, &st.st_size, sizeof(st.st_size));
		h = hash_bytes(h, &st.st_mtim.tv_sec, sizeof(st.st_mtim.tv_sec));
		h = hash_bytes(h, &st.st_mtim.tv_nsec, sizeof(st.st_mtim.tv_nsec));
	}
	free(real);
	return h;
}

static const char *file_of(struct arena *a, uint64_t key)
{
	const char *dir = cache_dir(a);

	return dir && key ? arena_printf(a, "%s/places/%016" PRIx64, dir, key) : NULL;
}

/* "HASH\nTEXT" */
char *answer_load(struct arena *a, uint64_t key)
{
	const char *path = file_of(a, key);
	char *data = path ? file_read(path, NULL) : NULL;
	char *end = data ? strchr(data, '\n') : NULL, *text = NULL;
	uint64_t sum;

	if (end && sscanf(data, "%" SCNx64, &sum) == 1 && sum == hash_str(HASH_INIT, end + 1))
		text = arena_strdup(a, end + 1);
	free(data);
	return text;
}

void answer_store(struct arena *a, uint64_t key, const char *text)
{
	const char *path = file_of(a, key);
	const char *data = arena_printf(a, "%016" PRIx64 "\n%s", hash_str(HASH_INIT, text), text);

	if (path && make_dirs(arena_printf(a, "%s/places", cache_dir(a))) == 0)
		file_write(path, data, strlen(data));
}
