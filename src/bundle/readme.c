/* SPDX-License-Identifier: MIT */
/* README of a bundle: who did what, what was found, and how to repeat it. */
#include "bundle/bundle.h"
#include "util/shell.h"

#include <string.h>

const char *bundle_flags(struct arena *a, const struct bundle_about *about)
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
	field(out, "flags", bundle_flags(a, about));
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
