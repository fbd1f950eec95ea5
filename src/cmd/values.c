/* SPDX-License-Identifier: MIT */
/* Values of options that several verbs have. */
#include "cmd/values.h"

#include "cmd/options.h"
#include "util/words.h"

#include <string.h>
#include <sys/stat.h>

const char **abi_list(struct arena *a, const char *list)
{
	const char **v = split_list(a, list), **names = NULL;
	size_t n = 0;

	if (v && !*v)
		die("--abi: empty list; `clobber list abis' prints the conventions");
	for (const struct convention *const *c = conventions; *c; c++) {
		names = arena_grow(a, names, n, sizeof(*names));
		names[n++] = (*c)->name;
	}
	names = arena_grow(a, names, n, sizeof(*names));
	names[n] = NULL;
	for (const char **p = v; p && *p; p++) {
		if (!listed(names, *p))
			unknown_word("--abi", "convention", *p, names,
				     "`clobber list abis' prints them");
	}
	return v;
}

const char **drawn_abi_list(struct arena *a, const char *list)
{
	const char **v = abi_list(a, list);

	for (const struct convention *const *c = conventions; v && *c; c++) {
		if ((*c)->by_processor && listed(v, (*c)->name))
			die("--abi: handlers have two prototypes, which nobody has to draw; "
			    "cases/attribute/interrupt.h has both");
	}
	return v;
}

void width_list(struct arena *a, const char *list, bool out[WIDTHS])
{
	const char **v = split_list(a, list);

	out[W32] = out[W64] = !v;
	if (v && !*v)
		die("--width: empty list; use 32, 64 or 32,64");
	for (const char **p = v; p && *p; p++) {
		if (!listed(width_words, *p))
			unknown_word("--width", "width", *p, width_words, "use 32, 64 or 32,64");
		out[strcmp(*p, "32") ? W64 : W32] = true;
	}
}

void profile_list(struct arena *a, const char *list, bool out[PROFILES])
{
	const char **v = split_list(a, list);
	const char *names[PROFILES + 1] = { NULL };

	if (v && !*v)
		die("--profile: empty list; `clobber list profiles' prints them");
	for (enum profile_id f = 0; f < PROFILES; f++) {
		names[f] = profiles[f].name;
		out[f] = v ? listed(v, names[f]) : !profile_optional(f);
	}
	for (const char **p = v; p && *p; p++) {
		if (!listed(names, *p))
			unknown_word("--profile", "profile", *p, names,
				     "`clobber list profiles' prints them");
	}
}

const char *const *opt_list(struct arena *a, const char *list)
{
	static const char level[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char **v = split_list(a, list);

	if (!*v)
		die("--opt: empty list; use for instance O0,O2");
	for (const char **s = v; *s; s++) {
		const char *given = *s;

		if (**s == '-')
			++*s;
		if (**s != 'O' || strlen(*s) > 6 || (*s)[strspn(*s, level)])
			unknown_word("--opt", "optimisation", given, opt_words,
				     "use for instance O0,O2");
	}
	return (const char *const *)v;
}

enum edition edition_option(const char *name)
{
	return name ? edition_find(name) : EDITION_LATEST;
}

const char *const *edition_words(struct arena *a)
{
	const char **v = arena_alloc(a, (EDITIONS + 1) * sizeof(*v));

	for (enum edition e = 0; e < EDITIONS; e++)
		v[e] = editions[e].name;
	return (const char *const *)v;
}

const char *matrix_path(struct arena *a, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return arena_printf(a, "%s/matrix.json", path);
	return path;
}
