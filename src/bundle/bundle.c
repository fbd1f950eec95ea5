/* SPDX-License-Identifier: MIT */
/* The folder of a bundle: README, run.sh, and the test. */
#include "bundle/bundle.h"
#include "util/shell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const bundle_names[BUNDLE_FILES] = { "README", "test.c", "test.s", "run.sh" };

const char *bundle_unfit(struct arena *a, const struct bundle_about *about,
			 const struct gen_case *c)
{
	if (about->undecided)
		return "no document decides this point, so a test cannot say who is wrong";
	if (about->language != LANGUAGE_C)
		return "the compiler compiles C++, and the test is C";
	if (about->died)
		return NULL;
	if (gen_trampolined(c) || gen_enters(c) || gen_reads(c) || gen_calls_entry(c) ||
	    gen_indirect(c))
		return arena_printf(a,
				    "`%s' is called through assembly of a kernel, which a test of "
				    "one C file does not have",
				    c->call.decl->proto->name);
	if (c->call.conv->by_processor)
		return arena_printf(a,
				    "the processor enters `%s', and the test's own caller would "
				    "call it",
				    c->call.decl->proto->name);
	if (c->call.decl->proto->implicit)
		return arena_printf(a,
				    "the compiler calls `%s' by itself, and the test's own caller "
				    "would call it by name",
				    c->call.decl->proto->name);
	return NULL;
}

static void script(struct str *out, struct arena *a, const struct bundle_about *about,
		   const struct gen_case *c)
{
	enum width w = c->call.conv->width;

	str_addf(
		out,
		"#!/bin/sh\n"
		"# Exit status: 0 the compiler conforms, 1 it does not, 2 the test cannot be built or "
		"run\n"
		"# here. CC, FLAGS, AS, LD name other tools; RUN what runs the test (qemu-i386).\n"
		"cd \"$(dirname \"$0\")\" || exit 2\n"
		": \"${AS:=as}\" \"${LD:=ld}\" \"${FLAGS=%s}\"\n"
		"out=$(mktemp -d) || exit 2\n"
		"trap 'rm -rf \"$out\"' EXIT\n"
		"# Another compiler may not know all of these flags.\n"
		"if [ \"$CC\" ]; then\n"
		"\tall=$FLAGS FLAGS=\n"
		"\techo 'int x;' >\"$out/x.c\"\n"
		"\tfor flag in $all; do\n"
		"\t\tif $CC $flag -c -o \"$out/x.o\" \"$out/x.c\" 2>\"$out/log\"; then "
		"FLAGS=\"$FLAGS $flag\"\n"
		"\t\telse echo \"$CC does not take $flag\" >&2; fi\n"
		"\tdone\n"
		"fi\n"
		": \"${CC:=%s}\"\n",
		bundle_flags(a, about), about->compiler);
	if (about->died) {
		str_add(out, "timeout 120 $CC $FLAGS -c -o \"$out/test.o\" test.c && exit 0\n"
			     "exit 1\n");
		return;
	}
	str_addf(
		out,
		"$CC $FLAGS -c -o \"$out/test.o\" test.c 2>\"$out/log\" || { cat \"$out/log\" >&2; "
		"exit 2; }\n"
		"if grep 'attribute.*ignored' \"$out/log\" >&2; then exit 2; fi\n"
		"$AS --%u -o \"$out/asm.o\" test.s || exit 2\n"
		"$LD -m %s -z noexecstack -o \"$out/test\" \"$out/test.o\" \"$out/asm.o\" || exit 2\n"
		"$RUN \"$out/test\"\n"
		"status=$?\n"
		"[ $status -le 1 ] || { echo \"the test did not run: status $status\" >&2; exit 2; "
		"}\nexit $status\n",
		width_bits(w), w == W64 ? "elf_x86_64" : "elf_i386");
}

static const char *template(struct arena *a, const char *dir, const char *name)
{
	const char *path = arena_printf(a, "%s/%s", dir, name);
	char *text = file_read(path, NULL), *r;

	if (!text)
		die("cannot read %s: %s; install clobber again", path, strerror(errno));
	r = arena_strdup(a, text);
	free(text);
	return r;
}

void bundle_make(struct bundle *b, struct arena *a, const char *templates,
		 const struct bundle_about *about, const struct gen_case *c)
{
	bundle_readme(&b->file[BUNDLE_README], a, about, c);
	bundle_source(&b->file[BUNDLE_C], a, template(a, templates, "bundle_test.c"), about, c);
	if (!about->died)
		bundle_assembly(&b->file[BUNDLE_S], a, template(a, templates, "bundle_test.s"),
				about, c);
	script(&b->file[BUNDLE_SCRIPT], a, about, c);
}

void bundle_write(struct bundle *b, const char *dir)
{
	struct arena *a = arena_new();

	if (make_dirs(dir) < 0)
		die("cannot make folder %s: %s", dir, strerror(errno));
	for (size_t i = 0; i < BUNDLE_FILES; i++) {
		const char *path = arena_printf(a, "%s/%s", dir, bundle_names[i]);

		if (!b->file[i].s)
			continue;
		if (file_write(path, b->file[i].s, b->file[i].len) < 0)
			die("cannot write %s: %s", path, strerror(errno));
		if (i == BUNDLE_SCRIPT && chmod(path, 0755) < 0)
			die("cannot make %s executable: %s", path, strerror(errno));
		str_free(&b->file[i]);
	}
	arena_free(a);
}
