/* SPDX-License-Identifier: MIT */
/* clobber prove: does a function keep its convention on every path? (docs/prove.md) */
#include "check/object.h"
#include "check/source.h"
#include "cmd/cmd.h"
#include "prove/image.h"
#include "prove/report.h"
#include "prove/subject.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char usage[] =
	"usage: clobber prove OBJ... (--proto 'DECL' | --contract FILE | --header FILE)\n"
	"                     [options]\n"
	"\n"
	"Does assembly keep its calling convention on every path, whether a test takes\n"
	"it or not? OBJ is an object or a static archive, 32 or 64 bit; nothing is run.\n"
	"Each function is proved; or refuted, with a path that breaks it; or open, with\n"
	"the instruction that stopped the proof and what would close it.\n"
	"\n"
	"  --proto DECL    a C declaration; may be given several times\n"
	"  --contract FILE declarations with contracts (docs/contracts.md);\n"
	"                  FILE:FUNCTION is one\n"
	"  --header FILE   a C header: what it declares and the objects define\n"
	"  --note LINE     a line of a contract for the last --proto\n"
	"  --abi NAME      the convention of what names none (default: sysv, cdecl)\n"
	"  --color WHEN    auto, always or never\n"
	"  -v, --verbose   what each proof assumes\n"
	"  -h, --help      this text\n"
	"\n"
	"example: clobber prove add.o --proto 'long add(long *dst, const long *src)'\n"
	"\n"
	"Exit status: 0 nothing is refuted, 1 something is, 2 bad usage or environment.\n";

struct options {
	const char **protos, **notes;
	size_t nprotos, nnotes;
	const char *contract, *header, *abi, *color;
	bool verbose;
};

static const char **append(struct arena *a, const char **v, size_t *n, const char *s)
{
	v = arena_grow(a, v, *n, sizeof(*v));
	v[(*n)++] = s;
	return v;
}

static void parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "proto", 1, NULL, 'p' },   { "contract", 1, NULL, 'c' },
		{ "header", 1, NULL, 'H' },  { "note", 1, NULL, 'n' },
		{ "abi", 1, NULL, 'a' },     { "color", 1, NULL, 'C' },
		{ "verbose", 0, NULL, 'v' }, { "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	*o = (struct options){ .color = "auto" };
	while ((c = getopt_long(argc, argv, "hv", longs, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->protos = append(a, o->protos, &o->nprotos, optarg);
			break;
		case 'c':
			o->contract = optarg;
			break;
		case 'H':
			o->header = optarg;
			break;
		case 'n':
			o->notes = append(a, o->notes, &o->nnotes, optarg);
			break;
		case 'a':
			o->abi = abi_list(a, optarg)[0];
			break;
		case 'C':
			o->color = color_option(optarg);
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs("try `clobber prove --help'\n", stderr);
			exit(2);
		}
	}
	o->protos = append(a, o->protos, &o->nprotos, NULL);
	o->notes = append(a, o->notes, &o->nnotes, NULL);
	o->nprotos--;
	if ((o->nprotos != 0) + !!o->contract + !!o->header != 1)
		die("prove: say what the functions promise: one of --proto 'int f(long n)', "
		    "--contract FILE, --header FILE");
	if (optind == argc)
		die("prove: which object? clobber prove OBJ... --proto 'int f(long n)'");
}

static bool defined(void *closure, const char *name)
{
	const struct object_symbol *s = objects_find(closure, name);

	return s && s->code;
}

static void read_contracts(struct arena *a, const struct options *o, struct objects *objs,
			   struct contract_file *out)
{
	struct declarations d;
	const char *error = NULL;
	int failed;

	if (o->contract)
		failed = declarations_of_contract(a, o->contract, &d, &error);
	else if (o->header)
		failed = declarations_of_header(a, o->header, &d, &error);
	else
		failed = declarations_of_protos(a, o->protos, o->notes, &d, &error);
	if (!failed)
		failed = contract_read(a, &d.cases, &d.source, objs->width, o->abi,
				       d.header ? defined : NULL, objs, out, &error);
	if (failed) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	if (!out->n)
		die("prove: the objects define none of the functions that are declared");
	for (size_t i = 0; i < out->n; i++) {
		if (!defined(objs, out->v[i].decl->proto->name))
			die("prove: no object defines `%s'", out->v[i].decl->proto->name);
	}
}

static int print(struct arena *a, const struct options *o, const struct prove_subject *f,
		 const struct proof *p, size_t n)
{
	struct winsize w;
	struct text_style style = {
		.columns = ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col > 60 ? w.ws_col : 80,
		.colour = !strcmp(o->color, "always") ||
			  (!strcmp(o->color, "auto") && isatty(1) && !getenv("NO_COLOR"))
	};
	struct str out = { 0 };
	int status;

	status = prove_report(a, &out, f, p, n, &style, o->verbose);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	return status;
}

int cmd_prove(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct contract_file file;
	struct prove_subject *f;
	struct objects objs;
	struct images images;
	struct options o;
	struct proof *p;
	const char *error;
	int status;

	parse_options(a, argc, argv, &o);
	if (objects_read(a, argv + optind, (size_t)(argc - optind), &objs, &error) < 0 ||
	    images_read(a, objs.path, objs.n, &images, &error) < 0)
		die("prove: %s", error);
	read_contracts(a, &o, &objs, &file);
	f = arena_alloc(a, file.n * sizeof(*f));
	p = arena_alloc(a, file.n * sizeof(*p));
	for (size_t i = 0; i < file.n; i++) {
		struct prove_job job = { .images = &images,
					 .callee = subject_callee,
					 .closure = &file,
					 .width = objs.width };

		subject_of_contract(a, &file.v[i], &f[i]);
		prove_function(a, &job, &f[i], &p[i]);
	}
	status = print(a, &o, f, p, file.n);
	arena_free(a);
	return status;
}
