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
	if (about->died)
		return NULL;
	if (gen_trampolined(c) || gen_enters(c) || gen_reads(c) || gen_calls_entry(c) ||
	    gen_indirect(c))
		return arena_printf(a,
				    "`%s' is called through assembly of a kernel, which a test of "
				    "one C file does not have",
				    c->call.decl->proto->name);
	return NULL;
}

static const char *flags_of(struct arena *a, const struct bundle_about *about)
{
	const char *s = arena_printf(a, "-%s", about->opt);

	for (const char *const *f = about->flags; *f; f++) {
		if (strcmp(*f, "-w"))
			s = arena_printf(a, "%s %s", s, shell_word(a, *f));
	}
	return s;
}

/* "   what  text", wrapped at 78 columns. */
static void field(struct str *out, const char *what, const char *text)
{
	enum { WORDS = 12, WIDTH = 78 };
	size_t at = WORDS;

	if (!text)
		return;
	str_addf(out, "%-*s", WORDS, what);
	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > WORDS && at + n > WIDTH) {
			str_addf(out, "\n%*s", WORDS, "");
			at = WORDS;
		}
		str_addn(out, text, n);
		at += n + 1;
		text += n;
		text += *text == ' ';
		if (*text && at + strcspn(text, " ") <= WIDTH)
			str_add(out, " ");
	}
	str_add(out, "\n");
}

void bundle_readme(struct str *out, struct arena *a, const struct bundle_about *about,
		   const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	const struct placement *pl = &c->call.place;

	str_addf(out, "%s\n\n", about->title);
	field(out, "compiler", arena_printf(a, "%s (%s)", about->compiler, about->banner));
	field(out, "flags", flags_of(a, about));
	field(out, "prototype", gen_prototype(a, &c->call));
	field(out, "role",
	      about->direction == CL_CALLEE ? "the compiler compiles the function that is called"
					    : "the compiler compiles the call");
	for (unsigned i = 0; i < pl->nargs; i++) {
		const char *name = proto_arg_name(c->call.decl->proto, i);
		struct str place = { 0 };

		value_text(&place, w, &pl->arg[i]);
		field(out, i ? "" : "documents",
		      arena_printf(a, "%s: %s", name ? name : arena_printf(a, "argument %u", i + 1),
				   place.s));
		str_free(&place);
	}
	field(out, "", NULL);
	field(out, "found", about->subject);
	field(out, "expected", about->expected);
	field(out, "got",
	      about->origin ? arena_printf(a, "%s (%s)", about->observed, about->origin)
			    : about->observed);
	field(out, "rule",
	      arena_printf(a, "%s: %s [%s]", about->rule, about->sentence, about->cited));
	field(out, "known", about->known);
	if (about->died)
		str_addf(
			out,
			"\nBuild it, with another compiler as CC=...; exit status 0: it compiles, 1: "
			"the\ncompiler dies.\n\n  sh run.sh\n");
	else
		str_addf(out,
			 "\nBuild and run it, with another compiler as CC=...; exit status of the "
			 "test, main's:\n0: the calling convention is kept, 1: it is not.\n\n"
			 "  sh run.sh\n\nor, with $CC and $FLAGS from there:\n\n"
			 "  $CC $FLAGS -c test.c && as --%u -o asm.o test.s &&\n"
			 "  ld -m %s -z noexecstack -o test test.o asm.o && ./test\n",
			 width_bits(w), w == W64 ? "elf_x86_64" : "elf_i386");
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
		flags_of(a, about), about->compiler);
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
