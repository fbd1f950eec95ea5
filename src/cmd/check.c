/* SPDX-License-Identifier: MIT */
/* clobber check: hold assembly objects against prototypes and contracts (docs/check.md). */
#include "check/check.h"
#include "check/emit.h"
#include "check/hold.h"
#include "check/link.h"
#include "check/source.h"
#include "check/step.h"
#include "cmd/cmd.h"
#include "run/places.h"
#include "run/tools.h"
#include "util/data.h"
#include "util/words.h"
#include "util/shell.h"
#include "util/terminal.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: clobber check OBJ... (--proto 'DECL' | --contract FILE | --header FILE)\n"
	"                     [options]\n"
	"\n"
	"Does assembly keep the calling convention that its prototype promises? OBJ is\n"
	"an object or a static archive, 32 or 64 bit. It is linked as it is and called\n"
	"many times, with every register, stack word and unused bit poisoned.\n"
	"\n"
	"  --proto DECL    a C declaration; may be given several times\n"
	"  --contract FILE declarations with contracts (docs/contracts.md);\n"
	"                  FILE:FUNCTION is one\n"
	"  --header FILE   a C header: what it declares and the objects define\n"
	"                  (all three may be given several times, and together)\n"
	"  --note LINE     a line of a contract, such as 'arg n count 64 of dst': for\n"
	"                  the last --proto, or 'FUNCTION: LINE'\n"
	"  --abi NAME      the convention of what names none (default: sysv, cdecl)\n"
	"  --place LIST    %s, all, auto (default:\n"
	"                  auto: natively; kernel code in every place there is)\n"
	"  --seed N        what values and poison are made from (default: 1)\n"
	"  --calls N       rounds of each function (default: 1000; 200 where a call is\n"
	"                  slow); each is two calls, with equal inputs\n"
	"  --time SECONDS  go on natively with other seeds for so long\n"
	"  --weak-stubs    let undefined symbols be functions of which nothing is known\n"
	"  --step          natively, look at every instruction: stack writes, and\n"
	"                  where call frame information leads\n"
	"  --emit-test     print a C file that tests the functions without clobber\n"
	"                  (64 bit), run nothing\n"
	"  --work DIR      leave what is generated in this folder\n"
	"  --color WHEN    auto, always or never\n"
	"  -v, --verbose   what each function was held against\n"
	"  -h, --help      this text\n"
	"\n"
	"example: clobber check add.o \\\n"
	"           --proto 'long add(long *dst, const long *src, long n)' \\\n"
	"           --note 'arg n count 64 of dst, src'\n"
	"\n"
	"Exit status: 0 every promise is kept, 1 one is not, 2 bad usage or environment.\n";

enum { MOST_CALLS = 10000000, MOST_SECONDS = 86400 };

struct options {
	const char **protos, **notes, **contracts, **headers;
	size_t nprotos, nnotes, ncontracts, nheaders;
	const char *abi, *place, *work, *color;
	uint64_t seed, calls, seconds; /* 0: not given */
	bool weak_stubs, verbose, step, emit;
};

static const char **append(struct arena *a, const char **v, size_t *n, const char *s)
{
	v = arena_grow(a, v, *n, sizeof(*v));
	v[(*n)++] = s;
	return v;
}

static uint64_t number_of(const char *option, const char *s)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || *end || *s < '0' || *s > '9')
		die("check: --%s: `%s' is no number", option, s);
	return n;
}

static void parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	enum {
		PROTO = 256,
		CONTRACT,
		HEADER,
		NOTE,
		ABI,
		PLACE,
		SEED,
		CALLS,
		TIME,
		STUBS,
		STEP,
		EMIT,
		WORK,
		COLOR
	};
	static const struct option longs[] = { { "proto", 1, NULL, PROTO },
					       { "contract", 1, NULL, CONTRACT },
					       { "header", 1, NULL, HEADER },
					       { "note", 1, NULL, NOTE },
					       { "abi", 1, NULL, ABI },
					       { "place", 1, NULL, PLACE },
					       { "seed", 1, NULL, SEED },
					       { "calls", 1, NULL, CALLS },
					       { "time", 1, NULL, TIME },
					       { "weak-stubs", 0, NULL, STUBS },
					       { "step", 0, NULL, STEP },
					       { "work", 1, NULL, WORK },
					       { "emit-test", 0, NULL, EMIT },
					       { "color", 1, NULL, COLOR },
					       { "verbose", 0, NULL, 'v' },
					       { "help", 0, NULL, 'h' },
					       { NULL, 0, NULL, 0 } };
	int c;

	*o = (struct options){ .seed = 1, .color = "auto" };
	while ((c = getopt_long(argc, argv, "hv", longs, NULL)) != -1) {
		switch (c) {
		case PROTO:
			o->protos = append(a, o->protos, &o->nprotos, optarg);
			break;
		case CONTRACT:
			o->contracts = append(a, o->contracts, &o->ncontracts, optarg);
			break;
		case HEADER:
			o->headers = append(a, o->headers, &o->nheaders, optarg);
			break;
		case NOTE:
			o->notes = append(a, o->notes, &o->nnotes, optarg);
			break;
		case ABI:
			o->abi = abi_list(a, optarg)[0];
			break;
		case PLACE:
			o->place = optarg;
			break;
		case SEED:
			o->seed = number_of("seed", optarg);
			break;
		case CALLS:
			o->calls = number_of("calls", optarg);
			if (!o->calls || o->calls > MOST_CALLS)
				die("check: --calls is from 1 to %u", MOST_CALLS);
			break;
		case TIME:
			o->seconds = number_of("time", optarg);
			if (!o->seconds || o->seconds > MOST_SECONDS)
				die("check: --time is from 1 to %u seconds", MOST_SECONDS);
			break;
		case STUBS:
			o->weak_stubs = true;
			break;
		case STEP:
			o->step = true;
			break;
		case EMIT:
			o->emit = true;
			break;
		case WORK:
			o->work = optarg;
			break;
		case COLOR:
			o->color = color_option(optarg);
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			print_usage(usage);
			exit(0);
		default:
			fputs("try `clobber check --help'\n", stderr);
			exit(2);
		}
	}
	o->protos = append(a, o->protos, &o->nprotos, NULL);
	o->notes = append(a, o->notes, &o->nnotes, NULL);
	o->nprotos--;
	o->nnotes--;
	if (!o->nprotos && !o->ncontracts && !o->nheaders)
		die("check: say what the functions promise: --proto 'int f(long n)', "
		    "--contract FILE or --header FILE");
	if (optind == argc)
		die("check: which object? clobber check OBJ... --proto 'int f(long n)'");
}

/* "clobber check a.o --proto '...'", for repeating it. */
static const char *command_of(struct arena *a, const struct options *o, const struct objects *objs)
{
	struct str s = { 0 };
	char *r;

	str_add(&s, "clobber check");
	for (size_t i = 0; i < objs->n; i++)
		str_addf(&s, " %s", shell_word(a, objs->path[i]));
	for (size_t i = 0; o->protos[i]; i++)
		str_addf(&s, " --proto %s", shell_word(a, o->protos[i]));
	for (size_t i = 0; o->notes[i]; i++)
		str_addf(&s, " --note %s", shell_word(a, o->notes[i]));
	for (size_t i = 0; i < o->ncontracts; i++)
		str_addf(&s, " --contract %s", shell_word(a, o->contracts[i]));
	for (size_t i = 0; i < o->nheaders; i++)
		str_addf(&s, " --header %s", shell_word(a, o->headers[i]));
	if (o->abi)
		str_addf(&s, " --abi %s", o->abi);
	if (o->calls)
		str_addf(&s, " --calls %llu", (unsigned long long)o->calls);
	if (o->weak_stubs)
		str_add(&s, " --weak-stubs");
	if (o->step)
		str_add(&s, " --step");
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

/* What is promised -------------------------------------------------------------------------- */

struct defining {
	const struct objects *objects;
	const struct declarations *d;
};

/* What only a header declares is under test if an object defines it. */
static bool defined(void *closure, const char *name)
{
	const struct defining *in = closure;
	const struct object_symbol *s;

	if (!declarations_optional(in->d, name))
		return true;
	s = objects_find(in->objects, name);
	return s && s->global && s->code;
}

/* All declarations there are. 0, or -1 and *error. */
static int read_declarations(struct arena *a, const struct options *o, struct declarations *all,
			     const char **error)
{
	static const char *const none[] = { NULL };
	struct declarations d;
	size_t notes = 0;

	*all = (struct declarations){ 0 };
	for (size_t i = 0; i < o->ncontracts; i++) {
		if (declarations_of_contract(a, o->contracts[i], &d, error))
			return -1;
		declarations_add(a, all, &d);
	}
	for (size_t i = 0; i < o->nheaders; i++) {
		if (declarations_of_header(a, o->headers[i], &d, error))
			return -1;
		declarations_add(a, all, &d);
	}
	if (o->nprotos) {
		bool named = false;

		for (size_t i = 0; i < o->nnotes; i++)
			named = named || declarations_note_names(o->notes[i]);
		notes = named ? 0 : o->nnotes;
		if (declarations_of_protos(a, o->protos, notes ? o->notes : none, &d, error))
			return -1;
		declarations_add(a, all, &d);
	}
	for (size_t i = notes; i < o->nnotes; i++) {
		if (!o->nprotos && all->cases.n > 1 && !declarations_note_names(o->notes[i]))
			die("check: --note: which function is this for? Write --note 'FUNCTION: "
			    "%s'",
			    o->notes[i]);
		if (declarations_note(a, all, o->notes[i], error))
			return -1;
	}
	return 0;
}

static void read_contracts(struct arena *a, const struct options *o, struct objects *objs,
			   struct contract_file *out, struct check_run *r)
{
	struct declarations d;
	struct defining in = { objs, &d };
	const char *error = NULL;

	if (read_declarations(a, o, &d, &error) ||
	    contract_read(a, &d.cases, &d.source, objs->width, o->abi, defined, &in, out, &error)) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	for (size_t i = 0; i < d.noptional; i++) {
		if (!*d.optional[i] || defined(&in, d.optional[i]))
			continue;
		r->undefined = arena_grow(a, r->undefined, r->nundefined, sizeof(*r->undefined));
		r->undefined[r->nundefined++] = d.optional[i];
	}
	if (!out->n && r->nundefined)
		die("check: the objects define none of the functions that %s declares",
		    o->nheaders == 1 ? o->headers[0] : "the headers");
	if (!out->n && out->skipped)
		die("check: nothing here is for %u bit code", width_bits(objs->width));
	if (!out->n)
		die("check: nothing is under test: every function is named by a `calls' line");
	out->calls = (unsigned)o->calls;
}

/* Every function under test is defined, for the linker to see, and is code. */
static void find_functions(struct arena *a, const struct objects *objs,
			   const struct contract_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *name = f->v[i].decl->proto->name, *hint = NULL;
		const struct object_symbol *s = objects_find(objs, name);
		const char **names = arena_alloc(a, (objs->nsymbols + 1) * sizeof(*names));
		size_t n = 0;

		if (s && s->global && s->code)
			continue;
		if (s && !s->code)
			die("check: `%s' of %s is data, not a function", name, s->where);
		if (s)
			die("check: `%s' of %s is local: make it global for this test", name,
			    s->where);
		for (size_t k = 0; k < objs->nsymbols; k++) {
			if (objs->symbol[k].global && objs->symbol[k].code)
				names[n++] = objs->symbol[k].name;
		}
		hint = nearest(name, names);
		if (hint)
			die("check: no object defines `%s'; did you mean `%s'?", name, hint);
		die("check: no object defines `%s'%s%s%s", name,
		    n ? n > 1 ? "; functions are " : "; the only function is "
		      : "; there is no global function",
		    n ? names[0] : "",
		    n > 1 ? arena_printf(a, ", %s%s", names[1], n > 2 ? ", ..." : "") : "");
	}
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

static const char *make_folder(struct arena *a, const struct options *o)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	if (o->work) {
		if (make_dirs(o->work) < 0)
			die("check: cannot make folder %s: %s", o->work, strerror(errno));
		return o->work;
	}
	dir = arena_printf(a, "%s/clobber-check-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		die("check: cannot make a folder %s: %s", dir, strerror(errno));
	return dir;
}

static void remove_folder(struct arena *a, const struct options *o, const char *dir)
{
	static const char *const files[] = { "generated.asm", "generated.o", "payload" };

	if (o->work)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(arena_printf(a, "%s/%s", dir, files[i]));
	rmdir(dir);
}

static int print(const struct check_run *r, const struct options *o)
{
	struct winsize w;
	struct text_style style = {
		.columns = ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80,
		.colour = !strcmp(o->color, "always") ||
			  (!strcmp(o->color, "auto") && isatty(1) && !getenv("NO_COLOR"))
	};
	struct str out = { 0 };
	int status;

	if (style.columns < 60)
		style.columns = 60;
	status = check_report(&out, r, &style, o->verbose);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	return status;
}

static int emit(struct arena *a, const struct options *o, const struct objects *objs,
		const struct contract_file *f)
{
	const char *path = data_dir(a, "runtime/test_template.c"), *why;
	char *template = file_read(path, NULL);
	struct str out = { 0 };

	if (!template)
		die("check: cannot read %s: %s", path, strerror(errno));
	why = emit_test(a, f, template, command_of(a, o, objs), &out);
	if (why)
		die("check: %s", why);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	free(template);
	return 0;
}

int cmd_check(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct contract_file file;
	struct objects objs;
	struct options o;
	struct linking l;
	struct check_run r;
	const char *error;
	bool ran = false;
	int status;

	parse_options(a, argc, argv, &o);
	if (objects_read(a, argv + optind, (size_t)(argc - optind), &objs, &error) < 0)
		die("check: %s", error);
	r = (struct check_run){ .arena = a };
	read_contracts(a, &o, &objs, &file, &r);
	find_functions(a, &objs, &file);
	if (o.emit)
		return emit(a, &o, &objs, &file);
	r = (struct check_run){ .arena = a,
				.undefined = r.undefined,
				.nundefined = r.nundefined,
				.file = &file,
				.objects = &objs,
				.seed = o.seed,
				.command = command_of(a, &o, &objs) };
	choose_places(&r, &o, data_dir(a, "runtime"));
	l = (struct linking){ .a = a,
			      .objects = &objs,
			      .file = &file,
			      .runtime = data_dir(a, "runtime"),
			      .nasm = find_launcher("nasm"),
			      .ld = find_launcher("ld"),
			      .weak_stubs = o.weak_stubs };
	/* From here on nothing may end without removing it. */
	l.dir = make_folder(a, &o);
	r.payload = link_payload(&l, &error);
	r.stub = l.stub;
	r.nstubs = l.nstubs;
	if (!r.payload) {
		remove_folder(a, &o, l.dir);
		die("check: %s", error);
	}
	for (size_t i = 0; i < r.nplaces; i++) {
		check_run_place(&r, &r.place[i], l.runtime, &(struct keeping){ 0 });
		ran = ran || !r.place[i].why_not;
	}
	check_judge(&r);
	if (o.seconds)
		go_on(&r, o.seconds);
	if (o.step) {
		r.stepped = true;
		r.step_why_not = check_step(&r);
	}
	status = print(&r, &o);
	remove_folder(a, &o, l.dir);
	if (!ran) {
		fputs("clobber: nothing was executed: see the reasons above\n", stderr);
		status = 2;
	}
	arena_free(a);
	return status;
}
