/* SPDX-License-Identifier: MIT */
/* clobber prove: does a function keep its convention on every path? (docs/prove.md) */
#include "check/object.h"
#include "check/source.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "prove/image.h"
#include "prove/report.h"
#include "prove/subject.h"

#include <stdio.h>
#include <stdlib.h>

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
	struct texts protos, notes;
	const char *contract, *header, *abi, *color;
	bool verbose, all;
};

static int parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	const struct option_row rows[] = {
		TEXTS("proto", &o->protos, "DECL", "a C declaration; may be given several times"),
		TEXT("contract", &o->contract, "FILE",
		     "declarations with contracts (docs/contracts.md); FILE:FUNCTION is one"),
		TEXT("header", &o->header, "FILE",
		     "a C header: what it declares and the objects define"),
		FLAG("all", 0, &o->all,
		     "every global function, by its convention alone: arguments and results are "
		     "not looked at"),
		TEXTS("note", &o->notes, "LINE", "a line of a contract for the last --proto"),
		LISTED("abi", &o->abi, "NAME", "abis",
		       "the convention of what names none (default: sysv, cdecl)"),
		COLOR_ROW(&o->color),
		FLAG("verbose", 'v', &o->verbose, "what each proof assumes"),
		END_OF_OPTIONS
	};
	int n;

	*o = (struct options){ .color = "auto" };
	n = options_parse(a, &page, rows, argc, argv);
	if (o->abi)
		o->abi = abi_list(a, o->abi)[0];
	if ((o->protos.n != 0) + !!o->contract + !!o->header + o->all != 1)
		die("prove: say what the functions promise: one of --proto 'int f(long n)', "
		    "--contract FILE, --header FILE, --all");
	if (!n)
		die("prove: which object? clobber prove OBJ... --proto 'int f(long n)'");
	return n;
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
		failed = declarations_of_protos(a, o->protos.v, o->notes.v, &d, &error);
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
		if (!defined(objs, out->v[i].call.decl->proto->name))
			die("prove: no object defines `%s'", out->v[i].call.decl->proto->name);
	}
}

static int print(struct arena *a, const struct options *o, const struct prove_subject *f,
		 const struct proof *p, size_t n)
{
	const struct text_style style = terminal_style(o->color);
	struct str out = { 0 };
	int status;

	status = prove_report(a, &out, f, p, n, &style, o->verbose);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	return status;
}

/* What is to be proved; *n of them. */
static struct prove_subject *declared(struct arena *a, const struct options *o,
				      struct objects *objs, struct contract_file *file, size_t *n)
{
	struct prove_subject *f;

	read_contracts(a, o, objs, file);
	f = arena_alloc(a, file->n * sizeof(*f));
	for (size_t i = 0; i < file->n; i++)
		subject_of_contract(&file->v[i], &f[i]);
	*n = file->n;
	return f;
}

static struct prove_subject *every(struct arena *a, const struct options *o,
				   const struct objects *objs, size_t *n)
{
	const char *abi = o->abi ? o->abi : contract_default_abi(objs->width);
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
	struct objects objs;
	struct images images;
	struct options o;
	struct proof *p;
	const char *error;
	int status, given;
	size_t n;

	given = parse_options(a, argc, argv, &o);
	if (objects_read(a, argv + 1, (size_t)given, &objs, &error) < 0 ||
	    images_read(a, objs.path, objs.n, &images, &error) < 0)
		die("prove: %s", error);
	f = o.all ? every(a, &o, &objs, &n) : declared(a, &o, &objs, &file, &n);
	p = arena_alloc(a, n * sizeof(*p));
	for (size_t i = 0; i < n; i++) {
		struct prove_job job = { .images = &images,
					 .callee = subject_callee,
					 .closure = &file,
					 .width = objs.width };

		prove_function(a, &job, &f[i], &p[i]);
	}
	status = print(a, &o, f, p, n);
	arena_free(a);
	return status;
}
