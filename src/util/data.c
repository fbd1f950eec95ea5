/* SPDX-License-Identifier: MIT */
#include "util/data.h"
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool exists(const char *path)
{
	return access(path, R_OK) == 0;
}

const char *data_dir(struct arena *a, const char *what)
{
	const char *env = getenv("CLOBBER_DATA");
	const char *places[4];
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *dir = "/";
	size_t k = 0;

	if (n > 0) {
		self[n] = 0;
		dir = arena_strdup(a, self);
		*strrchr(dir, '/') = 0;
	}
	if (env)
		places[k++] = arena_printf(a, "%s/%s", env, what);
	/* Run from a build tree (meson puts data/ beside the program), then as installed: relative
	 * to the program, so that a moved prefix works, then the prefix of the build. */
	places[k++] = arena_printf(a, "%s/data/%s", dir, what);
	places[k++] = arena_printf(a, "%s/../share/clobber/%s", dir, what);
	places[k++] = arena_printf(a, "%s/%s", CLOBBER_DATADIR, what);
	for (size_t i = 0; i < k; i++) {
		if (exists(places[i])) {
			char *real = realpath(places[i], NULL);
			const char *r = arena_strdup(a, real ? real : places[i]);

			free(real);
			return r;
		}
	}
	die("cannot find clobber's own data (%s); looked for %s; set CLOBBER_DATA to its folder",
	    what, places[k - 1]);
}

const char *cache_dir(struct arena *a)
{
	const char *own = getenv("CLOBBER_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME");

	if (own && *own)
		return arena_strdup(a, own);
	if (xdg && *xdg == '/')
		return arena_printf(a, "%s/clobber", xdg);
	return home && *home == '/' ? arena_printf(a, "%s/.cache/clobber", home) : NULL;
}

const char *program_path(struct arena *a, const char *name)
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/'))
		return name;
	while (dirs && *dirs) {
		size_t n = strcspn(dirs, ":");
		const char *path = arena_printf(a, "%.*s/%s", (int)n, dirs, name);

		if (n && access(path, X_OK) == 0)
			return path;
		dirs += n + (dirs[n] == ':');
	}
	return NULL;
}

void save_text(const char *path, struct str *text)
{
	if (file_write(path, text->s ? text->s : "", text->len) < 0)
		die("cannot write %s: %s", path, strerror(errno));
	str_free(text);
}
