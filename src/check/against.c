/* SPDX-License-Identifier: MIT */
/* See against.h: compiled if it is C, joined by ld, renamed by objcopy. */
#include "check/against.h"

#include "check/object.h"
#include "util/process.h"

#include <string.h>
#include <unistd.h>

enum { SECONDS = 60 };

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static bool run(struct arena *a, const char *const argv[], const char *what, const char **error)
{
	struct str said = { 0 };
	int status = run_program(argv, SECONDS, &said);

	if (status)
		*error =
			arena_printf(a, "--against: %s: %.*s", what,
				     said.s ? (int)strcspn(said.s, "\n") : 0, said.s ? said.s : "");
	str_free(&said);
	return !status;
}

/* FILE:NAME, unless that is a file itself. */
static void split(struct arena *a, struct reference *ref)
{
	const char *colon = strrchr(ref->given, ':');

	ref->file = ref->given;
	ref->name = NULL;
	if (!colon || !access(ref->given, F_OK))
		return;
	ref->file = arena_strndup(a, ref->given, (size_t)(colon - ref->given));
	ref->name = colon + 1;
}

static const char *compile(struct arena *a, const struct reference *ref, enum width w,
			   const char **error)
{
	const char *out = arena_printf(a, "%s/reference.o", ref->dir);
	const char *argv[] = { ref->cc, w == W64 ? "-m64" : "-m32",
			       "-O1",   "-fno-stack-protector",
			       "-c",    "-o",
			       out,     ref->file,
			       NULL };

	return run(a, argv, arena_printf(a, "%s does not compile", ref->file), error) ? out : NULL;
}

static const char *name_for(const struct reference *ref, const struct contract *c)
{
	return ref->name ? ref->name : c->call.decl->proto->name;
}

/* Which functions have one. */
static size_t find(struct arena *a, const struct reference *ref, const struct objects *o,
		   struct contract_file *f)
{
	size_t found = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct object_symbol *s = objects_find(o, name_for(ref, &f->v[i]));

		if (!s || !s->global || !s->code)
			continue;
		f->v[i].against = arena_printf(a, "cl_against_%s", name_for(ref, &f->v[i]));
		found++;
	}
	return found;
}

/* Those members of an archive that are needed, as one object. */
static bool join(struct arena *a, const struct reference *ref, const char *from, const char *to,
		 const struct contract_file *f, const char **error)
{
	const char **argv = arena_alloc(a, (2 * f->n + 12) * sizeof(*argv));
	size_t n = 0;

	argv[n++] = ref->ld;
	argv[n++] = "-m";
	argv[n++] = f->width == W64 ? "elf_x86_64" : "elf_i386";
	argv[n++] = "-r";
	argv[n++] = "-o";
	argv[n++] = to;
	for (size_t i = 0; i < f->n; i++) {
		if (!f->v[i].against)
			continue;
		argv[n++] = "-u";
		argv[n++] = name_for(ref, &f->v[i]);
	}
	argv[n++] = from;
	return run(a, argv, "it cannot be linked", error);
}

/* Each under a name of its own, the rest local. */
static bool rename_all(struct arena *a, const struct reference *ref, const char *path,
		       const struct contract_file *f, const char **error)
{
	const char **first = arena_alloc(a, (2 * f->n + 4) * sizeof(*first));
	const char **second = arena_alloc(a, (f->n + 4) * sizeof(*second));
	size_t n = 0, m = 0;

	first[n++] = second[m++] = ref->objcopy;
	for (size_t i = 0; i < f->n; i++) {
		if (!f->v[i].against)
			continue;
		first[n++] = "--redefine-sym";
		first[n++] = arena_printf(a, "%s=%s", name_for(ref, &f->v[i]), f->v[i].against);
		second[m++] = arena_printf(a, "--keep-global-symbol=%s", f->v[i].against);
		if (ref->name)
			break;
	}
	first[n++] = second[m++] = path;
	return run(a, first, "it cannot be renamed", error) &&
	       run(a, second, "it cannot be renamed", error);
}

const char *reference_make(struct arena *a, struct reference *ref, struct contract_file *f,
			   const char **error)
{
	const char *out = arena_printf(a, "%s/against.o", ref->dir), *from;
	struct objects o;
	char *paths[1];

	split(a, ref);
	if (ref->name && f->n != 1) {
		*error = arena_printf(a,
				      "--against: `:%s' names one function, but %zu are under "
				      "test: give the file alone, or one function",
				      ref->name, f->n);
		return NULL;
	}
	from = ends_with(ref->file, ".c") ? compile(a, ref, f->width, error) : ref->file;
	if (!from)
		return NULL;
	paths[0] = arena_strdup(a, from);
	if (objects_read(a, paths, 1, &o, error) < 0)
		return NULL;
	if (o.width != f->width) {
		*error = arena_printf(a, "--against: %s is not %u bit", ref->file,
				      width_bits(f->width));
		return NULL;
	}
	if (!find(a, ref, &o, f)) {
		*error = arena_printf(
			a, "--against: %s defines none of the functions under test%s%s", ref->file,
			ref->name ? ": no " : "", ref->name ? ref->name : "");
		return NULL;
	}
	return join(a, ref, from, out, f, error) && rename_all(a, ref, out, f, error) ? out : NULL;
}
