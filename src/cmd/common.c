/* SPDX-License-Identifier: MIT */
/* Options that several verbs have. */
#include "cmd/cmd.h"
#include "abi/abi.h"
#include "place/place.h"
#include "util/words.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void print_usage(const char *usage)
{
	struct arena *a = arena_new();

	for (; *usage; usage++) {
		if (*usage != '%') {
			putchar(*usage);
			continue;
		}
		if (*++usage == 's')
			fputs(place_names(a), stdout);
		for (enum place_id i = 0; *usage == 'p' && i < PLACES; i++)
			printf("%18s%-10s %s\n", "", place_name(i), all_places[i]->title);
	}
	arena_free(a);
}

const char **abi_list(struct arena *a, const char *list)
{
	const char **v = split_list(a, list);

	if (v && !*v)
		die("--abi: empty list; `clobber list abis' prints the conventions");
	for (const char **p = v; p && *p; p++) {
		const char *names[MAX_ARGS * 2];
		const char *hint;
		size_t n = 0;

		if (convention_find(*p, W32) || convention_find(*p, W64))
			continue;
		for (const struct convention *const *c = conventions;
		     *c && n + 1 < ARRAY_SIZE(names); c++)
			names[n++] = (*c)->name;
		names[n] = NULL;
		hint = nearest(*p, names);
		die("--abi: `%s' is no convention%s%s%s; `clobber list abis' prints them", *p,
		    hint ? " (did you mean `" : "", hint ? hint : "", hint ? "'?)" : "");
	}
	return v;
}

void width_list(const char *list, bool out[WIDTHS])
{
	out[W32] = out[W64] = !list;
	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (len == 2 && !strncmp(list, "32", 2))
			out[W32] = true;
		else if (len == 2 && !strncmp(list, "64", 2))
			out[W64] = true;
		else
			die("--width: `%.*s' is no width; say 32, 64 or 32,64", (int)len, list);
		list += len + (list[len] == ',');
	}
	if (!out[W32] && !out[W64])
		die("--width: empty list; say 32, 64 or 32,64");
}

void profile_list(struct arena *a, const char *list, bool out[PROFILES])
{
	const char **v = split_list(a, list);

	for (enum profile_id f = 0; f < PROFILES; f++)
		out[f] = !v && !profile_optional(f);
	if (v && !*v)
		die("--profile: empty list; `clobber list profiles' prints them");
	for (const char **p = v; p && *p; p++) {
		const char *names[PROFILES + 1] = { NULL }, *hint;
		bool known = false;

		for (enum profile_id f = 0; f < PROFILES; f++) {
			names[f] = profiles[f].name;
			if (strcmp(*p, profiles[f].name))
				continue;
			known = out[f] = true;
		}
		if (known)
			continue;
		hint = nearest(*p, names);
		die("--profile: `%s' is no profile%s%s%s; `clobber list profiles' prints them", *p,
		    hint ? " (did you mean `" : "", hint ? hint : "", hint ? "'?)" : "");
	}
}

const char *matrix_path(struct arena *a, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return arena_printf(a, "%s/matrix.json", path);
	return path;
}

enum edition edition_option(const char *arg)
{
	enum edition e = edition_find(arg);

	if (e == EDITIONS)
		die("--edition: unknown edition `%s': use 2019, 2024 or 2025", arg);
	return e;
}

const char *color_option(const char *arg)
{
	if (strcmp(arg, "auto") && strcmp(arg, "always") && strcmp(arg, "never"))
		die("--color: `%s' is none of auto, always, never", arg);
	return arg;
}
