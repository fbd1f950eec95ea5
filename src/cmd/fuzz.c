/* SPDX-License-Identifier: MIT */
/* clobber fuzz: random prototypes in rounds, until there are enough or the time is over; what they
 * find is put together by cause, made minimal, and written down. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "fuzz/fuzz.h"
#include "run/case_files.h"
#include "run/run.h"
#include "run/tools.h"
#include "util/data.h"
#include "util/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct options_page page = {
	"fuzz",
	"usage: clobber fuzz [options]\n"
	"\n"
	"Draw random prototypes, run them with every compiler under every convention,\n"
	"put findings of one cause together, minimise an example of each. Writes\n"
	"DIR/fuzz.json, DIR/prototypes.h and a folder for each cluster in DIR/clusters.\n",
	"SIGINT or SIGTERM ends it early: what was found is minimised within 10 seconds\n"
	"and reported as ever; a second one ends it at once, without results.\n"
	"\n"
	"Exit status: 0 nothing unexpected; 1 a violation, crash or timeout that no known\n"
	"case explains; 2 bad usage or environment.\n",
};

enum {
	FIRST_ROUND = 50, /* prototypes: as many cases of a convention as are one file */
	LAST_ROUND = 200,
	MINIMISED = 512 /* clusters */
};
static const double round_seconds = 12; /* aimed at */

struct options {
	const char *cc, *width, *abi, *opt, *profile, *place, *types, *out, *color;
	uint64_t seed;
	uint64_t count, time; /* 0: no limit */
	uint64_t minimise;    /* seconds */
	uint64_t jobs;
	bool quiet;
};

static void parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	const struct option_row rows[] = {
		NUMBER("seed", &o->seed, "N", 0, INT64_MAX,
		       "seed of the prototypes and of all values (default: 1)"),
		NUMBER("count", &o->count, "N", 1, 100000000, "stop after N prototypes"),
		NUMBER("time", &o->time, "S", 1, 10000000,
		       "stop after S seconds; looked at between rounds (default: 60, none with "
		       "--count); minimising comes after it"),
		NUMBER("minimise", &o->minimise, "S", 0, 1000000,
		       "minimise for at most S seconds (default: 300; 0: not at all)"),
		LISTED("cc", &o->cc, "LIST", "compilers",
		       "compilers, names on PATH or paths (default: all found)"),
		LISTED("abi", &o->abi, "LIST", "abis",
		       "conventions (default: all; see `clobber list abis')"),
		OFFERED("width", &o->width, "LIST", width_words, "32, 64 (default: both)"),
		OFFERED("opt", &o->opt, "LIST", opt_words,
			"optimisations (default: O2 alone, for speed)"),
		LISTED("profile", &o->profile, "LIST", "profiles",
		       "profiles (default: user; see `clobber list profiles'). In variants of "
		       "kernel every call goes through a pointer: with user, avx and the like they "
		       "do not go together"),
		PLACE_ROW(&o->place,
			  arena_printf(a,
				       "%s, all; auto: native, or the first of kvm, vmx where this "
				       "machine cannot (default: auto)",
				       place_names(a))),
		TEXT("types", &o->types, "LIST",
		     "classes of types with weights, as int=4,struct (weights up to 1000); those "
		     "named and no others; only zeros: all but those. scalar, wide, aggregate, "
		     "exotic, all name several; all,int=30: one weight changed; exotic=0,wide=0: "
		     "the core"),
		TEXT("out", &o->out, "DIR", "results (default: results/fuzz)"),
		NUMBER("jobs", &o->jobs, "N", 0, 1024,
		       "compile N files at once (default, and 0: ninja decides)"),
		COLOR_ROW(&o->color),
		FLAG("quiet", 'q', &o->quiet, "no progress"),
		END_OF_OPTIONS
	};

	*o = (struct options){ .seed = 1,
			       .minimise = 300,
			       .out = "results/fuzz",
			       .opt = "O2",
			       .profile = "user",
			       .color = "auto" };
	options_only(a, &page, rows, argc, argv);
	if (!o->count && !o->time)
		o->time = 60;
}

static void choose_profiles(struct fuzz_setup *s, const struct options *o)
{
	bool widths[WIDTHS];

	width_list(s->arena, o->width, widths);
	profile_list(s->arena, o->profile, s->profiles);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		s->profiles[f] = s->profiles[f] && widths[profiles[f].width];
		s->indirect = s->indirect || (s->profiles[f] && profiles[f].cases == CASES_THROUGH);
		s->tools.windows_named =
			s->tools.windows_named || (s->profiles[f] && profile_windows(f));
	}
	for (enum profile_id f = 0; s->indirect && f < PROFILES; f++) {
		if (s->profiles[f] && profiles[f].isa != ISA_INTEGER)
			die("--profile: '%s' does not go together with variants of kernel, whose calls "
			    "go through pointers: run it by itself",
			    profiles[f].name);
	}
}

/* Sources and setup; ends with a message on bad input, before anything is written. */
static void prepare(struct fuzz_setup *s, struct fuzz_source *source, const struct options *o)
{
	bool any = false;
	const char *error;

	s->seed = source->seed = o->seed;
	choose_profiles(s, o);
	s->abis = source->abis = drawn_abi_list(s->arena, o->abi);
	s->opts = opt_list(s->arena, o->opt);
	memcpy(source->profiles, s->profiles, sizeof(source->profiles));
	fuzz_default_weights(&source->weights);
	error = o->types ? fuzz_parse_weights(s->arena, o->types, &source->weights) : NULL;
	if (error)
		die("--types: %s", error);
	fuzz_source_adapt(source);
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		any = any || (source->weights.w[i] &&
			      (i == FUZZ_IMPLICIT || fuzz_class_is_type((enum fuzz_class)i)));
	if (!any)
		die("--types: none of these can be placed under the selected conventions, "
		    "profiles and widths (`clobber list abis' and `clobber list profiles' show which "
		    "exist at which width)");
	s->tools.arena = s->arena;
	s->tools.jobs = (unsigned)o->jobs;
	s->places.options.runtime = data_dir(s->arena, "runtime");
	error = places_choose(s->arena, o->place, s->profiles, false, &s->places);
	if (error)
		die("--place: %s", error);
	find_tools(&s->tools, o->cc, &s->compilers);
	open_work(&s->tools, o->out, NULL);
	fuzz_setup_columns(s);
}

/* Signals ------------------------------------------------------------------------------------ */

/* Signals that asked to stop. A handler can have no other state than this. */
static volatile sig_atomic_t stops;

static void count_stop(int number)
{
	static const char text[] =
		"\nclobber: stopping: minimising what was found, at most 10 s; once more to end "
		"at once\n";

	(void)number;
	if (!stops++ && write(2, text, sizeof(text) - 1) < 0)
		return;
}

/* The first is counted, the second of its kind ends the process: by then nothing is half written,
 * because files appear whole or not at all. */
static void catch_signals(struct fuzz_setup *s)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = count_stop,
				 .sa_flags = (int)(SA_RESETHAND | SA_RESTART) },
			 old;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		/* nohup and background jobs ignore them. */
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &act, NULL);
	}
	s->stop = &stops;
}

/* Rounds ------------------------------------------------------------------------------------- */

struct fuzzing {
	const struct options *o;
	struct fuzz_setup *setup;
	struct fuzz_source *source;
	struct fuzz_clusters *clusters;
	struct fuzz_result *result;
	struct str all; /* text of every prototype */
	double start;
	bool executed;
	void (*show)(const char *line); /* NULL: no progress */
};

static void progress(const struct fuzzing *s)
{
	double now = fuzz_clock() - s->start;
	const struct fuzz_result *r = s->result;
	struct str line = { 0 };

	if (!s->show)
		return;
	str_addf(&line, "%lu prototypes, %.0f functions/s", r->prototypes,
		 now > 0 ? (double)r->functions / now : 0);
	for (int v = VERDICT_COUNT; v-- > VERDICT_DIVERGENCE;) {
		if (r->total[v])
			str_addf(&line, ", %zu %s", r->total[v], verdict_info[v].name);
	}
	str_addf(&line, ", %zu clusters", s->clusters->n);
	if (s->o->time && now < (double)s->o->time)
		str_addf(&line, ", %.0f s left", (double)s->o->time - now);
	s->show(line.s);
	str_free(&line);
}

/* How many prototypes the next round takes: whole files of cases, so many as fit into the time
 * aimed at, fewer when less is left. The prototypes do not depend on it. */
static unsigned long next_size(const struct fuzzing *s)
{
	double now = fuzz_clock() - s->start;
	unsigned long done = s->result->prototypes, n = FIRST_ROUND;
	double rate = now > 0 ? (double)done / now : 0;

	if (done) {
		n = (unsigned long)(rate * round_seconds) / FIRST_ROUND * FIRST_ROUND;
		n = n < FIRST_ROUND ? FIRST_ROUND : n > LAST_ROUND ? LAST_ROUND : n;
		if (s->o->time && (double)n > rate * ((double)s->o->time - now))
			n = (unsigned long)(rate * ((double)s->o->time - now)) + 1;
	}
	if (s->o->count && n > s->o->count - done)
		n = s->o->count - done;
	return n;
}

static void account(struct fuzzing *s, const struct fuzz_round *r)
{
	s->result->functions += fuzz_round_functions(r);
	for (int v = 0; v < VERDICT_COUNT; v++)
		s->result->total[v] += r->matrix.total[v];
	s->executed = s->executed || r->matrix.executed;
	for (size_t i = 0; i < r->plan.ncolumns; i++) {
		const char *why = r->matrix.runs[i].run.why_not;

		/* Without a payload it is the compiler that expresses none of the cases. */
		if (why && r->plan.columns[i].payload && !s->result->why_not)
			s->result->why_not = arena_strdup(s->setup->arena, why);
	}
}

static void one_round(struct fuzzing *s)
{
	unsigned long n = next_size(s), from = s->result->prototypes;
	struct arena *a = arena_new();
	const char **texts = arena_alloc(a, n * sizeof(*texts));
	struct str file = { 0 };
	struct fuzz_round r;

	for (unsigned long i = 0; i < n; i++) {
		texts[i] = fuzz_prototype(a, s->source, from + i);
		if (!texts[i])
			die("--types: nothing that the selected conventions place could be drawn");
		str_add(&file, texts[i]);
	}
	progress(s);
	fuzz_round_run(s->setup, &r, "fuzz.h", file.s, NULL, NULL);
	if (!r.dropped) {
		for (unsigned long i = 0; i < n; i++)
			str_addf(&s->all, "%s%s",
				 s->setup->indirect && !r.cases.v[i].proto->implicit ? FUZZ_INDIRECT
										     : "",
				 texts[i]);
		s->result->prototypes += n;
		s->result->rounds++;
		account(s, &r);
		fuzz_clusters_add(s->clusters, &r, texts);
	}
	progress(s);
	fuzz_round_close(&r);
	str_free(&file);
	arena_free(a);
}

static bool more(const struct fuzzing *s)
{
	if (stops)
		return false;
	if (s->o->count && s->result->prototypes >= s->o->count)
		return false;
	return !s->o->time || fuzz_clock() - s->start < (double)s->o->time;
}

/* Only where something serious was found. */
static bool may_explain(void *ctx, size_t column, const struct gen_case *c)
{
	const struct fuzz_clusters *all = ctx;

	for (size_t i = 0; i < all->n; i++) {
		const struct fuzz_cluster *k = &all->v[i];

		if (k->key.verdict >= VERDICT_VIOLATION && k->key.conv == c->call.conv &&
		    !strcmp(all->setup->columns[k->example].compiler->family,
			    all->setup->columns[column].compiler->family))
			return true;
	}
	return false;
}

/* Run the cases that come with clobber and have known findings: what they show is known. */
static void learn_known(struct fuzz_setup *s, struct fuzz_clusters *all)
{
	struct fuzz_round r = { .arena = arena_new() };
	struct case_list every;

	load_cases(r.arena, NULL, &every);
	for (size_t i = 0; i < every.n; i++) {
		if (!every.v[i].nknown)
			continue;
		r.cases.v = arena_grow(r.arena, r.cases.v, r.cases.n, sizeof(*r.cases.v));
		r.cases.v[r.cases.n++] = every.v[i];
	}
	if (r.cases.n) {
		fuzz_round_cases(s, &r, may_explain, all);
		/* The signal that drops it is the last that does not end the process. */
		if (r.dropped) {
			fuzz_round_close(&r);
			learn_known(s, all);
			return;
		}
		fuzz_learn_reasons(all, &r);
		fuzz_round_close(&r);
	} else {
		arena_free(r.arena);
	}
}

/* Results ------------------------------------------------------------------------------------ */

static void save(const char *dir, const char *name, const struct str *text)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
	    file_write(path, text->s ? text->s : "", text->len) < 0)
		die("cannot write %s/%s: %s", dir, name, strerror(errno));
}

static void report(const struct fuzz_result *r, struct fuzz_clusters *all, const struct options *o)
{
	struct str s = { 0 };
	const struct text_style style = terminal_style(o->color);

	fuzz_write_clusters(o->out, all);
	fuzz_json(&s, r);
	save(o->out, "fuzz.json", &s);
	s.len = 0;
	fuzz_text(&s, r, style.columns, style.colour);
	fwrite(s.s, 1, s.len, stdout);
	str_free(&s);
}

static void nothing(const struct fuzz_result *r)
{
	const struct column *c = r->setup->columns;
	const char *why = r->why_not;

	/* What most are refused for. */
	for (size_t i = 0, most = 0; !r->why_not && i < r->clusters->nrefusals; i++) {
		if (r->clusters->refusals[i].cases > most) {
			most = r->clusters->refusals[i].cases;
			why = r->clusters->refusals[i].why;
		}
	}
	for (size_t i = 0; !why && i < r->setup->ncolumns; i++)
		why = c[i].unusable;
	die("fuzz: nothing was executed: %s", why ? why : "no compiler expresses any case");
}

int cmd_fuzz(int argc, char **argv)
{
	struct options o;
	struct fuzz_setup setup = { 0 };
	struct fuzz_source source = { 0 };
	struct fuzz_clusters clusters = { 0 };
	struct fuzz_result result = { &setup, &source, &clusters, .out = NULL };
	struct fuzzing s = { &o, &setup, &source, &clusters, &result, .start = 0 };
	int status = 0;

	setup.arena = arena_new();
	parse_options(setup.arena, argc, argv, &o);
	prepare(&setup, &source, &o);
	/* From here on progress is about rounds, not files. */
	s.show = !o.quiet && isatty(2) ? show_progress : NULL;
	clusters.arena = setup.arena;
	clusters.setup = &setup;
	result.out = o.out;
	catch_signals(&setup);
	s.start = fuzz_clock();
	while (more(&s))
		one_round(&s);
	result.seconds = fuzz_clock() - s.start;
	if (s.show)
		s.show(NULL);
	if (!s.executed && stops)
		die("fuzz: interrupted before the first round was over: nothing to report");
	if (!s.executed)
		nothing(&result);
	s.start = fuzz_clock();
	if (clusters.n)
		learn_known(&setup, &clusters);
	fuzz_find_candidates(&clusters);
	fuzz_clusters_merge(&clusters);
	fuzz_clusters_sort(&clusters);
	fuzz_settle(&setup, &clusters, MINIMISED, (double)o.minimise, s.show);
	result.interrupted = stops != 0;
	result.minimising = fuzz_clock() - s.start;
	save(o.out, "prototypes.h", &s.all);
	report(&result, &clusters, &o);
	for (size_t i = 0; i < clusters.n; i++)
		status = status || (fuzz_unexpected(&clusters.v[i]) && !clusters.v[i].folded);
	if (clusters.failed) {
		fprintf(stderr,
			"clobber: fuzz: cluster %s could not be run again: nothing is minimal that "
			"depends on it; please report this with the command\n",
			clusters.failed);
		status = 2;
	}
	str_free(&s.all);
	arena_free(setup.arena);
	return status;
}
