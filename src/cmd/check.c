/* SPDX-License-Identifier: MIT */
/* clobber check: hold assembly objects against prototypes and contracts (docs/check.md). */
#include "check/against.h"
#include "check/check.h"
#include "check/emit.h"
#include "check/fitted.h"
#include "check/formats.h"
#include "check/hold.h"
#include "check/inputs.h"
#include "check/known.h"
#include "check/link.h"
#include "check/step.h"
#include "check/strength.h"
#include "cmd/check_proof.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/promises.h"
#include "cmd/values.h"
#include "run/places.h"
#include "run/tools.h"
#include "util/data.h"
#include "util/words.h"
#include "util/shell.h"
#include "util/scratch.h"
#include "util/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct options_page page = {
	"check",
	"usage: clobber check OBJ... (--proto 'DECL' | --contract FILE | --header FILE)\n"
	"                     [options]\n"
	"\n"
	"Does assembly keep the calling convention that its prototype promises? OBJ is\n"
	"an object (ELF, COFF), an archive, a shared object or a folder of objects, 32\n"
	"or 64 bit. It is linked as it is and called many times, with every register,\n"
	"stack word and unused bit poisoned.\n",
	"example: clobber check add.o \\\n"
	"           --proto 'long add(long *dst, const long *src, long n)' \\\n"
	"           --note 'arg n count 64 of dst, src'\n"
	"\n"
	"Exit status: 0 every promise is kept, 1 one is not, 2 bad usage or environment.\n",
};

enum { MOST_CALLS = 10000000, MOST_SECONDS = 86400 };

struct options {
	struct promises promises;
	const char *place, *work, *color, *format, *against, *known;
	uint64_t seed, calls, seconds; /* 0: not given */
	bool weak_stubs, verbose, quiet, step, emit, emit_header, prove, bench;
};

static int parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	const char *help;
	const char *const *names = test_formats(a, &help);
	const struct option_row rows[] = {
		PROMISES_ROWS(&o->promises),
		PLACE_ROW(
			&o->place,
			arena_printf(a,
				     "%s, all, auto (default: auto: natively; kernel code in every "
				     "place there is)",
				     place_names(a))),
		NUMBER("seed", &o->seed, "N", 0, UINT64_MAX,
		       "what values and poison are made from (default: 1)"),
		NUMBER("calls", &o->calls, "N", 1, MOST_CALLS,
		       "rounds of each function (default: 1000; 100 where a call is slow); each is "
		       "two calls, with equal inputs"),
		NUMBER("time", &o->seconds, "SECONDS", 1, MOST_SECONDS,
		       "go on natively with other seeds for so long"),
		FLAG("weak-stubs", 0, &o->weak_stubs,
		     "turn undefined symbols into functions that may do anything a call may"),
		FLAG("step", 0, &o->step,
		     "natively, look at every instruction: stack writes, and where call frame "
		     "information leads"),
		FLAG("emit-test", 0, &o->emit,
		     "print a C file that tests the functions without clobber, run nothing"),
		FLAG("emit-header", 0, &o->emit_header,
		     "print a C header with CLOBBER_CALL(f, ...), which checks a call in a test "
		     "that exists; needs no object"),
		TEXT("against", &o->against, "REF",
		     "compare results and memory with those of the functions of the same name in REF: "
		     "an object, an archive or a C file; REF:NAME is one function"),
		FLAG("bench", 0, &o->bench,
		     "cycles a call, natively: the median, and where the half around it is; of the "
		     "reference of --against, too"),
		TEXT("known", &o->known, "FILE",
		     "findings that are accepted, a line each: 'FUNCTION: CHECK: SUBJECT # "
		     "reference'; one that no longer happens fails"),
		TEXT("work", &o->work, "DIR", "leave what is generated in this folder"),
		CHOICE("format", &o->format, "FORMAT", names, help),
		COLOR_ROW(&o->color),
		FLAG("quiet", 'q', &o->quiet, "what went wrong, and the totals"),
		FLAG("verbose", 'v', &o->verbose, "what each function was held against"),
		FLAG("prove", 0, &o->prove,
		     "prove each function, too: what is refuted fails, whether a run shows it or "
		     "not (docs/prove.md)"),
		END_OF_OPTIONS
	};
	int n;

	*o = (struct options){ .seed = 1, .color = "auto" };
	n = options_parse(a, &page, rows, argc, argv);
	if (o->emit_header)
		return n;
	if (o->promises.abi)
		o->promises.abi = abi_list(a, o->promises.abi)[0];
	if (!o->promises.protos.n && !o->promises.contracts.n && !o->promises.headers.n)
		die("check: say what the functions promise: --proto 'int f(long n)', "
		    "--contract FILE or --header FILE");
	if (!n)
		die("check: which object? clobber check OBJ... --proto 'int f(long n)'");
	return n;
}

/* "clobber check a.o --proto '...'", for repeating it. */
static const char *command_of(struct arena *a, const struct options *o, const struct objects *objs)
{
	struct str s = { 0 };
	char *r;

	str_add(&s, "clobber check");
	promises_words(a, &s, &o->promises, objs);
	if (o->calls)
		str_addf(&s, " --calls %llu", (unsigned long long)o->calls);
	if (o->against)
		str_addf(&s, " --against %s", shell_word(a, o->against));
	if (o->bench)
		str_add(&s, " --bench");
	if (o->weak_stubs)
		str_add(&s, " --weak-stubs");
	if (o->step)
		str_add(&s, " --step");
	if (o->prove)
		str_add(&s, " --prove");
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

/* What is promised -------------------------------------------------------------------------- */

/* Calls of each of n functions that may look for what did not run: many functions share the time.
 */
static unsigned effort_of(size_t n)
{
	enum { ALL = 200000, MOST = 40000, LEAST = 2000 };

	return ALL / n > MOST ? MOST : ALL / n < LEAST ? LEAST : (unsigned)(ALL / n);
}

static void read_contracts(struct arena *a, const struct options *o, const struct objects *objs,
			   struct contract_file *out, struct check_run *r)
{
	struct not_read left;

	promises_read(a, "check", &o->promises, objs, out, &left);
	r->unreadable = left.unreadable;
	r->first_unreadable = left.first_unreadable;
	r->undefined = left.undefined;
	r->nundefined = left.nundefined;
	out->calls = (unsigned)o->calls;
	out->bench = o->bench;
	out->effort = o->calls ? (unsigned)o->calls : effort_of(out->n);
}

/* Places -------------------------------------------------------------------------------------- */

/* Without --place: natively, or where that is not possible in the first place that can; kernel code
 * in every place there is. */
static void choose_places(struct check_run *r, const struct options *o, const char *runtime)
{
	bool kernel = check_kernel_only(r->file), used[PROFILES] = { false };
	enum width w = r->file->width;
	enum profile_id f = !kernel    ? profile_user(w)
			    : w == W64 ? PROFILE_KERNEL_64
				       : PROFILE_KERNEL_32;
	struct places places = { .options = { .runtime = runtime } };
	const char *why;

	used[f] = true;
	why = places_choose(r->arena, o->place, used, true, &places);
	if (why)
		die("check: --place: %s", why);
	r->place = arena_alloc(r->arena, PLACES * sizeof(*r->place));
	for (enum place_id i = 0; i < PLACES; i++) {
		bool absent = !o->place && kernel && all_places[i]->kernel;

		/* What kernel code misses is reported, place by place. */
		if (places.wanted.v[i][f] || absent)
			r->place[r->nplaces++] = (struct checked_place){
				.place = i,
				.instead = places.instead[i],
				.why_not = places.answer[i][f].why_not,
			};
	}
}

/* Natively with other seeds, until the time is over. */
static void go_on(struct check_run *r, uint64_t seconds)
{
	struct checked_place *p = NULL;
	uint64_t first = r->seed;
	struct timespec from, now;

	for (size_t i = 0; i < r->nplaces; i++) {
		if (r->place[i].place == PLACE_NATIVE && !r->place[i].why_not)
			p = &r->place[i];
	}
	if (!p)
		return;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (;;) {
		const struct checked_place was = *p;
		struct payload payload;

		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((uint64_t)(now.tv_sec - from.tv_sec) >= seconds)
			break;
		r->seed++;
		payload = check_payload(r);
		native_run(r->arena, &payload, &p->run);
		check_judge_place(r, p);
		*p = was;
	}
	r->more_seeds = r->seed - first;
	r->seed = first;
}

/* Work ---------------------------------------------------------------------------------------- */

static const char *make_folder(struct arena *a, const struct options *o, struct scratch *s)
{
	const char *why;

	if (o->work) {
		if (make_dirs(o->work) < 0)
			die("check: cannot make folder %s: %s", o->work, strerror(errno));
		*s = (struct scratch){ .lifeline = -1 };
		return o->work;
	}
	why = scratch_open(a, "check", s);
	if (why)
		die("check: %s", why);
	return s->path;
}

static int print(const struct check_run *r, const struct options *o)
{
	const struct text_style style = terminal_style(o->color);
	struct str out = { 0 };
	const struct test_result *results = NULL;
	int status = check_status(r);
	size_t n;

	if (!o->format || !strcmp(o->format, "text"))
		status = check_report(&out, r, &style, o->verbose, o->quiet);
	else if (!strcmp(o->format, "json"))
		check_json(&out, r);
	else
		results = check_results(r, &n);
	if (results)
		test_results(r->arena, &out, o->format, "clobber check", results, n);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	return status;
}

static char *read_template(struct arena *a, const char *name)
{
	const char *path = data_dir(a, arena_printf(a, "runtime/%s", name));
	char *template = file_read(path, NULL);

	if (!template)
		die("check: cannot read %s: %s", path, strerror(errno));
	return template;
}

/* For wrapping calls in tests that exist. */
static int emit_header(struct arena *a)
{
	char *template = read_template(a, "call_template.h");

	fputs(template, stdout);
	free(template);
	return 0;
}

static int emit(struct arena *a, const struct options *o, const struct objects *objs,
		const struct contract_file *f)
{
	char *template = read_template(a, "test_template.c");
	struct str out = { 0 };
	const char *why;

	why = emit_test(a, f, template, command_of(a, o, objs), &out);
	if (why)
		die("check: %s", why);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	free(template);
	return 0;
}

/* The object of --against. False: *error. */
static bool add_reference(struct linking *l, const struct options *o, const char **error)
{
	struct reference ref = { .given = o->against, .dir = l->dir, .ld = l->ld };

	if (!o->against)
		return true;
	ref.cc = find_launcher("cc");
	ref.objcopy = find_launcher("objcopy");
	l->against = reference_make(l->a, &ref, l->file, error);
	return l->against;
}

/* In every place there is. False: nothing could be run. */
static bool run_places(struct check_run *r, struct linking *l, const struct options *o)
{
	const char *error;
	bool ran = false;

	for (size_t i = 0; i < r->nplaces; i++) {
		check_run_place(r, &r->place[i], l->runtime, &(struct keeping){ 0 });
		if (ran || r->place[i].why_not)
			continue;
		ran = true;
		/* What fits in the first fits elsewhere. */
		if ((o->step || r->nplaces > 1) && fitted_apply(r) && !link_payload(l, &error))
			die("check: %s", error);
	}
	return ran;
}

/* Areas of the runtime are above 4 GiB, and pointers in them have 8 bytes. */
static void refuse_x32(const struct objects *objs)
{
	if (objs->x32)
		die("check: %s is x32 code, which `clobber prove' and, compiled from C, `clobber "
		    "run --profile x32' judge: calls by contract have pointers of 8 bytes",
		    objs->given[0]);
}

int cmd_check(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct contract_file file;
	struct objects objs;
	struct options o;
	struct scratch scratch;
	struct linking l;
	struct check_run r;
	const char *error;
	int status, n;
	bool ran;

	n = parse_options(a, argc, argv, &o);
	if (o.emit_header)
		return emit_header(a);
	if (inputs_read(a, argv + 1, (size_t)n, true, &objs, &error) < 0)
		die("check: %s", error);
	refuse_x32(&objs);
	r = (struct check_run){ .arena = a };
	read_contracts(a, &o, &objs, &file, &r);
	promises_find(a, "check", &objs, &file);
	if (o.emit)
		return emit(a, &o, &objs, &file);
	r = (struct check_run){ .arena = a,
				.undefined = r.undefined,
				.nundefined = r.nundefined,
				.unreadable = r.unreadable,
				.first_unreadable = r.first_unreadable,
				.file = &file,
				.objects = &objs,
				.seed = o.seed,
				.command = command_of(a, &o, &objs) };
	if (o.known && known_read(&r, o.known, &error))
		die("check: --known: %s", error);
	choose_places(&r, &o, data_dir(a, "runtime"));
	l = (struct linking){ .a = a,
			      .objects = &objs,
			      .file = &file,
			      .runtime = data_dir(a, "runtime"),
			      .nasm = find_launcher("nasm"),
			      .ld = find_launcher("ld"),
			      .weak_stubs = o.weak_stubs,
			      .follow = true,
			      .traps = true };
	/* From here on nothing may end without removing it. */
	l.dir = make_folder(a, &o, &scratch);
	r.payload = add_reference(&l, &o, &error) ? link_payload(&l, &error) : NULL;
	r.against = o.against;
	r.stub = l.stub;
	r.nstubs = l.nstubs;
	if (!r.payload) {
		scratch_close(&scratch);
		die("check: %s", error);
	}
	ran = run_places(&r, &l, &o);
	check_judge(&r);
	check_endbr(&r);
	if (o.seconds)
		go_on(&r, o.seconds);
	if (o.step) {
		r.stepped = true;
		r.step_why_not = check_step(&r);
	}
	strength_missing(&r);
	if (o.prove)
		check_prove(&r);
	known_apply(&r);
	status = print(&r, &o);
	scratch_close(&scratch);
	if (!ran) {
		fputs("clobber: nothing was executed: see the reasons above\n", stderr);
		status = 2;
	}
	arena_free(a);
	return status;
}
