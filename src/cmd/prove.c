/* SPDX-License-Identifier: MIT */
/* clobber prove: does a function keep its convention on every path? (docs/prove.md) */
#include "check/inputs.h"
#include "check/object.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/promises.h"
#include "cmd/values.h"
#include "prove/image.h"
#include "prove/report.h"
#include "prove/subject.h"

#include <stdio.h>
#include <string.h>

static const struct options_page page = {
	"prove",
	"usage: clobber prove OBJ... (--proto 'DECL' | --contract FILE | --header FILE |\n"
	"                     --all) [options]\n"
	"\n"
	"Does assembly keep its calling convention on every path, whether a test takes\n"
	"it or not? OBJ is an object or a static archive, 32 or 64 bit; nothing is run.\n"
	"Each function is proved; or refuted, with a path that breaks it; or open, with\n"
	"the instruction that stopped the proof and what would close it.\n",
	"example: clobber prove add.o --proto 'long add(long *dst, const long *src)'\n"
	"\n"
	"Exit status: 0 nothing is refuted, 1 something is, 2 bad usage or environment.\n",
};

struct options {
	struct promises promises;
	const char *color, *format;
	bool verbose, quiet, all, reasons;
};

static int parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	const char *help;
	const char *const *names = test_formats(a, &help);
	const struct option_row rows[] = {
		PROMISES_ROWS(&o->promises),
		FLAG("all", 0, &o->all,
		     "every global function, by its convention alone: arguments and results are "
		     "not looked at"),
		FLAG("reasons", 0, &o->reasons,
		     "instead of functions a table of why they are not proved"),
		CHOICE("format", &o->format, "FORMAT", names, help),
		COLOR_ROW(&o->color),
		FLAG("quiet", 'q', &o->quiet, "what is not proved, and the totals"),
		FLAG("verbose", 'v', &o->verbose, "what each proof assumes"),
		END_OF_OPTIONS
	};
	const struct promises *p = &o->promises;
	bool told;
	int n;

	*o = (struct options){ .color = "auto" };
	n = options_parse(a, &page, rows, argc, argv);
	if (o->promises.abi)
		o->promises.abi = abi_list(a, o->promises.abi)[0];
	told = p->protos.n || p->contracts.n || p->headers.n;
	if (told == o->all)
		die("prove: say what the functions promise: --proto 'int f(long n)', --contract "
		    "FILE, --header FILE; or --all");
	if (!n)
		die("prove: which object? clobber prove OBJ... --proto 'int f(long n)'");
	return n;
}

static int print(struct arena *a, const struct options *o, const struct proofs *r)
{
	const struct text_style style = terminal_style(o->color);
	struct str out = { 0 };

	if (o->reasons) {
		prove_reasons(a, &out, r);
	} else if (!o->format || !strcmp(o->format, "text")) {
		prove_report(a, &out, r, &style, o->verbose, o->quiet);
	} else if (!strcmp(o->format, "json")) {
		prove_json(a, &out, r);
	} else {
		test_results(a, &out, o->format, "clobber prove", prove_results(a, r), r->n);
	}
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	return prove_status(r);
}

/* What is to be proved; *n of them. */
static struct prove_subject *declared(struct arena *a, const struct options *o,
				      const struct objects *objs, struct contract_file *file,
				      size_t *n)
{
	struct prove_subject *f;
	struct not_read left;

	promises_read(a, "prove", &o->promises, objs, file, &left);
	promises_find(a, "prove", objs, file);
	f = arena_alloc(a, file->n * sizeof(*f));
	for (size_t i = 0; i < file->n; i++)
		subject_of_contract(&file->v[i], &f[i]);
	*n = file->n;
	return f;
}

static struct prove_subject *every(struct arena *a, const struct options *o,
				   const struct objects *objs, size_t *n)
{
	const char *abi = promises_abi(&o->promises, objs);
	const struct convention *conv = convention_find(abi, objs->width);
	struct prove_subject *f = arena_alloc(a, (objs->nsymbols + 1) * sizeof(*f));

	if (!conv)
		die("prove: convention `%s' does not exist at %u bit", abi,
		    width_bits(objs->width));
	*n = 0;
	for (size_t i = 0; i < objs->nsymbols; i++) {
		if (objs->symbol[i].global && objs->symbol[i].code)
			subject_of_name(objs->symbol[i].name, conv, &f[(*n)++]);
	}
	if (!*n)
		die("prove: the objects define no global function");
	return f;
}

int cmd_prove(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct contract_file file = { 0 };
	struct prove_subject *f;
	struct proofs r;
	struct objects objs;
	struct images images;
	struct prove_job job;
	struct options o;
	const char *error;
	int status, given;
	size_t n;

	given = parse_options(a, argc, argv, &o);
	if (inputs_read(a, argv + 1, (size_t)given, false, &objs, &error) < 0 ||
	    images_read(a, objs.path, objs.n, &images, &error) < 0)
		die("prove: %s", error);
	f = o.all ? every(a, &o, &objs, &n) : declared(a, &o, &objs, &file, &n);
	r = (struct proofs){ .f = f, .p = arena_alloc(a, n * sizeof(*r.p)), .n = n };
	job = (struct prove_job){ .images = &images,
				  .callee = subject_callee,
				  .closure = &file,
				  .width = objs.width,
				  .low = objs.x32 };
	for (size_t i = 0; i < n; i++)
		prove_function(a, &job, &f[i], &r.p[i]);
	prove_together(a, f, r.p, n);
	status = print(a, &o, &r);
	arena_free(a);
	return status;
}
