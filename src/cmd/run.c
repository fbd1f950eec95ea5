/* SPDX-License-Identifier: MIT */
/* clobber run: compile every case with every compiler, run the payloads, print the matrix. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "gen/coverage.h"
#include "run/accepted_files.h"
#include "run/case_files.h"
#include "run/claims.h"
#include "run/effort.h"
#include "run/prove.h"
#include "run/results.h"
#include "run/shard.h"
#include "run/tools.h"
#include "util/data.h"
#include "util/words.h"
#include "version.h"
#include "util/shell.h"
#include "util/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct options_page page = {
	"run",
	"usage: clobber run [options]\n"
	"\n"
	"Compile every case with every compiler, run them, print who keeps which calling\n"
	"convention. Writes DIR/matrix.json, report.txt, report.md, report.html,\n"
	"junit.xml and ktap.txt.\n",
	"Exit status: 0 nothing unexpected; 1 a violation, crash or timeout that is not\n"
	"known, or a known one that vanished; 2 bad usage or environment.\n",
};

struct options {
	const char *cc, *width, *abi, *opt, *profile, *place, *cases, *out, *work, *color, *shard,
		*launcher, *bochs, *vmx_model, *vmx_engine, *vmx_with, *built;
	const char *edition, *known, *baseline;
	uint64_t seed, jobs;
	bool verbose, quiet, build_only, fresh, prove, cover;
};

static const char *const vmx_words[] = { "step", "interrupts", "leaf", "trap-fpu", "none", NULL };

/* What is built already is not chosen again. */
static void refuse_mixtures(const struct options *o)
{
	const struct {
		const char *name;
		bool given;
	} choices[] = { { "--cc", o->cc },       { "--width", o->width },
			{ "--abi", o->abi },     { "--profile", o->profile },
			{ "--cases", o->cases }, { "--launcher", o->launcher },
			{ "--shard", o->shard }, { "--build-only", o->build_only },
			{ "--opt", o->opt },     { "--edition", o->edition } };

	for (size_t i = 0; o->built && i < ARRAY_SIZE(choices); i++) {
		if (choices[i].given)
			die("%s: does not go with --built, whose folder says it", choices[i].name);
	}
	if (o->cover && (o->shard || o->build_only || o->built))
		die("--cover: does not go with --shard, --build-only and --built");
	if ((o->known || o->baseline) && (o->shard || o->build_only))
		die("--known, --baseline: nothing is judged before `clobber merge' or --built: give "
		    "them there");
	if (o->build_only && (o->shard || o->place))
		die("--build-only: does not go with %s: nothing is run",
		    o->shard ? "--shard" : "--place");
}

/* Every place with its title, a line each. */
static const char *place_help(struct arena *a)
{
	char *s =
		arena_strdup(a, "where to run, of these (default: auto; `clobber list places')\n");

	for (enum place_id i = 0; i < PLACES; i++)
		s = arena_printf(a, "%s%-10s %s\n", s, place_name(i), all_places[i]->title);
	return arena_printf(
		a,
		"%sall; auto: native, or the first of kvm, vmx where this machine cannot; and "
		"the kernel's code in the others that work here",
		s);
}

/* The names of the profiles that are used only when named, or of the others. */
static const char *profile_names(struct arena *a, bool optional)
{
	const char *s = NULL;

	for (enum profile_id i = 0; i < PROFILES; i++) {
		enum profile_id first = 0;

		while (strcmp(profiles[first].name, profiles[i].name))
			first++;
		if (first == i && profile_optional(i) == optional)
			s = s ? arena_printf(a, "%s, %s", s, profiles[i].name) : profiles[i].name;
	}
	return s;
}

static void parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	static const char *const launchers[] = { "ccache", "distcc", "icecc", NULL };
	static const char *const engines[] = { "bochs", "kvm-nested", NULL };
	const struct option_row rows[] = {
		LISTED("cc", &o->cc, "LIST", "compilers",
		       "compilers, names on PATH or paths (default: all there are)"),
		OFFERED("width", &o->width, "LIST", width_words, "32, 64 (default: both)"),
		LISTED("abi", &o->abi, "LIST", "abis",
		       "conventions (default: all; see `clobber list abis')"),
		OFFERED("opt", &o->opt, "LIST", opt_words, "optimisations (default: O0,O2)"),
		LISTED("profile", &o->profile, "LIST", "profiles",
		       arena_printf(
			       a,
			       "%s (default: these, if they have cases), and when named %s (see "
			       "`clobber list profiles')",
			       profile_names(a, false), profile_names(a, true))),
		PLACE_ROW(&o->place, place_help(a)),
		TEXT("bochs", &o->bochs, "PROGRAM",
		     "the Bochs of places vmx and root (default: CLOBBER_BOCHS, or the one found)"),
		TEXT("vmx-model", &o->vmx_model, "M",
		     "the processor that Bochs is to be (default: corei7_icelake_u)"),
		OFFERED("vmx-engine", &o->vmx_engine, "E", engines,
			"bochs (default) or kvm-nested"),
		OFFERED("vmx-with", &o->vmx_with, "LIST", vmx_words,
			"in places kvm and vmx: step (through code under test), interrupts (at each "
			"step), leaf (both, in leaf cases), trap-fpu (no x87 or vector instruction), "
			"none (default: leaf,trap-fpu for profile kernel, none for others)"),
		TEXT("cases", &o->cases, "LIST",
		     "case files, folders or globs; FILE:FUNCTION takes one case"),
		FLAG("cover", 0, &o->cover,
		     "of the cases those that exercise something that none before them does: a "
		     "transition of their convention (see `clobber coverage'), a type in a place, "
		     "a group"),
		NUMBER("seed", &o->seed, "N", 0, INT64_MAX, "seed of all values (default: 1)"),
		CHOICE("edition", &o->edition, "E", edition_words(a),
		       "of the psABIs, that decides: 2019, 2024, 2025 (default: 2025; see `clobber "
		       "list rules')"),
		KNOWN_ROWS(&o->known, &o->baseline),
		TEXT("out", &o->out, "DIR", "results (default: results/latest)"),
		TEXT("work", &o->work, "DIR", "generated and built files (default: DIR/work)"),
		FLAG("build-only", 0, &o->build_only,
		     "compile and link, run nothing: DIR/shard.json for --built"),
		TEXT("built", &o->built, "DIR",
		     "run what --build-only (or --shard) built in DIR: no compiler is needed, nor "
		     "another tool; DIR may come from elsewhere"),
		TEXT("shard", &o->shard, "K/N",
		     "only the K-th of N parts: DIR/shard.json for `clobber merge'"),
		FLAG("fresh", 0, &o->fresh,
		     "run every payload again, even where nothing changed since the last run in "
		     "DIR"),
		FLAG("prove", 0, &o->prove,
		     "prove each compiled function, too (docs/prove.md): DIR/prove.txt"),
		NUMBER("jobs", &o->jobs, "N", 0, 1024,
		       "compile N files, run N payloads at once (default, and 0: ninja decides; as "
		       "many as there are processors)"),
		OFFERED("launcher", &o->launcher, "CMD", launchers,
			"call compilers through CMD: ccache, distcc, icecc"),
		COLOR_ROW(&o->color),
		FLAG("verbose", 'v', &o->verbose,
		     "a row for each group and every finding, not one of each kind"),
		FLAG("quiet", 'q', &o->quiet, "no progress and no matrix: only the answer"),
		END_OF_OPTIONS
	};

	*o = (struct options){ .seed = 1, .out = "results/latest", .color = "auto" };
	options_only(a, &page, rows, argc, argv);
	refuse_mixtures(o);
}

/* --vmx-with: a word of the list. */
static unsigned vmx_word(const char *word)
{
	static const struct {
		const char *name;
		unsigned option;
	} words[] = { { "step", CL_STEP },
		      { "interrupts", CL_INTERRUPTS },
		      { "leaf", CL_STEP_LEAF },
		      { "trap-fpu", CL_TRAP_FPU },
		      { "none", 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(word, words[i].name))
			return words[i].option;
	}
	unknown_word("--vmx-with", "word", word, vmx_words,
		     "use step, interrupts, leaf, trap-fpu or none");
}

static void monitor_options(struct plan *p, const struct options *o, struct places *out)
{
	unsigned monitor = 0;

	for (const char **w = split_list(p->arena, o->vmx_with); w && *w; w++) {
		monitor |= vmx_word(*w);
		out->monitor_given = true;
	}
	if ((monitor & CL_STEP) && (monitor & CL_TRAP_FPU))
		die("--vmx-with: step and trap-fpu do not go together: choose one");
	if ((monitor & CL_INTERRUPTS) && !(monitor & CL_STEP))
		die("--vmx-with: interrupts come with steps only: use step,interrupts");
	out->options.monitor = monitor;
}

/* Where to run. */
static void choose_places(struct plan *p, const struct options *o, struct places *out)
{
	const char *list = o->place ? o->place : o->build_only ? "native" : NULL, *why;
	bool used[PROFILES];

	*out = (struct places){ .options = { .runtime = p->runtime,
					     .bochs = o->bochs,
					     .model = o->vmx_model,
					     .engine = o->vmx_engine } };
	if (o->vmx_engine && !place_has_engine(PLACE_VMX, o->vmx_engine))
		die("--vmx-engine: unknown engine '%s': use bochs or kvm-nested", o->vmx_engine);
	monitor_options(p, o, out);
	for (enum profile_id f = 0; f < PROFILES; f++)
		used[f] = p->set[f].n != 0;
	why = places_choose(p->arena, list, used, true, out);
	if (why)
		die("--place: %s", why);
}

/* By where it is and what it is called. */
static uint64_t identity(const struct prototype *p)
{
	uint64_t h = hash_bytes(HASH_INIT, &p->pos.line, sizeof(p->pos.line));

	return hash_str(hash_str(h, p->name), p->pos.file);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The identities of all that is planned, in order. */
static uint64_t *planned(const struct plan *p, size_t *n)
{
	size_t most = 1;
	uint64_t *v;

	for (enum profile_id f = 0; f < PROFILES; f++)
		most += p->set[f].n;
	v = arena_alloc(p->arena, most * sizeof(*v));
	*n = 0;
	for (enum profile_id f = 0; f < PROFILES; f++) {
		for (size_t i = 0; i < p->set[f].n; i++)
			v[(*n)++] = identity(p->set[f].v[i].call.decl->proto);
	}
	qsort(v, *n, sizeof(*v), by_value);
	return v;
}

/* Why no convention of a selected profile has the prototype; the last reason, or NULL. */
static const char *why_nowhere(const struct plan *p, const bool *selected, const char *const *abis,
			       const struct prototype *proto)
{
	const char *why = NULL;
	struct placement at;

	for (enum profile_id f = 0; f < PROFILES; f++) {
		for (const struct convention *const *c = conventions; selected[f] && *c; c++) {
			bool named = !abis && !(*c)->named_only;

			for (const char *const *n = abis; n && *n; n++)
				named = named || !strcmp(*n, (*c)->name);
			if (named && convention_in(*c, f) && !profile_windows(f)) {
				const char *w = abi_place_at(p->edition, f, *c, proto, &at);

				why = w ? w : why;
			}
		}
	}
	return why;
}

/* Prototypes of one's own that no selected profile has must not be missed without a word. */
static void say_what_is_left_out(const struct plan *p, const struct case_list *cases,
				 const bool *selected, const char *const *abis)
{
	enum { SAID = 5 };
	size_t n = 0, nplanned;
	uint64_t *all = planned(p, &nplanned);

	for (size_t i = 0; i < cases->n; i++) {
		const struct prototype *proto = cases->v[i].proto;
		uint64_t key = identity(proto);
		const char *why;
		bool found =
			cases->v[i].own || bsearch(&key, all, nplanned, sizeof(*all), by_value);

		why = found ? NULL : why_nowhere(p, selected, abis, proto);
		if (why && n++ < SAID)
			warn("%s:%u: %s is not run: it %s", proto->pos.file, proto->pos.line,
			     proto->name, why);
	}
	if (n > SAID)
		warn("%zu more prototypes are not run, for reasons like these", n - SAID);
}

/* Is one of the conventions named x32's? */
static bool names_x32(const char *const *abis)
{
	for (; abis && *abis; abis++) {
		const struct convention *c = convention_find(*abis, W64);

		if (c && profile_x32(convention_profile(c)))
			return true;
	}
	return false;
}

static void load_plan(struct plan *p, const struct options *o, struct places *places,
		      struct claims_request *claims)
{
	const char *const *opts = opt_list(p->arena, o->opt ? o->opt : "O0,O2");
	struct compiler_list compilers, *windows = arena_alloc(p->arena, sizeof(*windows));
	struct case_list cases;
	bool widths[WIDTHS], wanted[PROFILES];
	const char **abis = abi_list(p->arena, o->abi);
	const char *error;
	size_t n = 0;

	width_list(p->arena, o->width, widths);
	profile_list(p->arena, o->profile, wanted);
	p->windows_named = o->profile && wanted[PROFILE_WINDOWS_64];
	if (!o->profile)
		wanted[PROFILE_WINDOWS_32] = wanted[PROFILE_WINDOWS_64] = true;
	/* Its convention is in no other. */
	wanted[PROFILE_X32_64] = wanted[PROFILE_X32_64] || (!o->profile && names_x32(abis));
	load_cases(p->arena, o->cases, &cases);
	p->edition = edition_option(o->edition);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (wanted[f] && widths[profiles[f].width] &&
		    gen_select_at(p->arena, &cases, p->edition, f, abis, &p->set[f], &error) < 0) {
			fprintf(stderr, "%s\n", error);
			exit(2);
		}
		if (o->cover)
			coverage_choose(p->arena, &p->set[f]);
		n += p->set[f].n;
		wanted[f] = wanted[f] && widths[profiles[f].width];
	}
	say_what_is_left_out(p, &cases, wanted, abis);
	if (!n)
		die("no case matches: the selected prototypes, conventions, profiles and widths "
		    "have nothing "
		    "in common "
		    "(`clobber list abis' shows which convention exists at which width)");
	find_tools(p, o->cc, &compilers);
	choose_places(p, o, places);
	if (!o->abi && !o->shard && !o->build_only)
		request_claims(p, &cases, &compilers, claims);
	plan_columns(p, &compilers, &places->wanted, opts);
	if (o->cc)
		return;
	compilers_find_windows(p->arena, windows);
	plan_columns(p, windows, &places->wanted, opts);
}

/* The same from what was built before. */
static void read_plan(struct plan *p, const struct options *o, struct shard *s,
		      struct places *places)
{
	shard_read(p->arena, o->built, s);
	shard_load_set(p, s);
	shard_payloads(p, s);
	choose_places(p, o, places);
	plan_places(p, &places->wanted);
	if (!p->ncolumns)
		die("--built: nothing in %s is for the wanted places", s->path);
}

/* Results ------------------------------------------------------------------------------------- */

/* What to type to run the same again, wherever its results are to go. */
static char *command_of(struct arena *a, const struct options *o)
{
	const struct {
		const char *name, *value;
	} given[] = { { "cc", o->cc },       { "width", o->width },       { "abi", o->abi },
		      { "opt", o->opt },     { "profile", o->profile },   { "place", o->place },
		      { "cases", o->cases }, { "vmx-with", o->vmx_with }, { "built", o->built },
		      { "known", o->known }, { "baseline", o->baseline } };
	char *s = arena_strdup(a, "clobber run");

	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		if (given[i].value)
			s = arena_printf(a, "%s --%s %s", s, given[i].name,
					 shell_word(a, given[i].value));
	}
	return arena_printf(a, "%s%s --seed %llu", s, o->cover ? " --cover" : "",
			    (unsigned long long)o->seed);
}

/* What a shard found is judged when all are there. */
static int write_shard(const struct matrix *m, const struct options *o, struct shard_run *run)
{
	json_t *host = report_host(m->arena);

	run->version = CLOBBER_VERSION;
	run->cases = o->cases;
	run->abis = split_list(m->arena, o->abi);
	for (enum profile_id f = 0; f < PROFILES; f++)
		run->profiles[f] = m->plan->set[f].profile == f && m->plan->set[f].n;
	run->seed = o->seed;
	run->case_set = shard_case_set(m->plan);
	run->command = command_of(m->arena, o);
	shard_write(m, run, host, o->out);
	json_decref(host);
	if (o->quiet)
		return 0;
	if (o->build_only)
		printf("%zu columns built; `clobber run --built %s' runs them\n", m->plan->ncolumns,
		       shell_word(m->arena, o->out));
	else
		printf("shard %s: %zu of %zu columns, %u cases executed, %u not run; `clobber "
		       "merge' judges them\n",
		       o->shard, m->plan->ncolumns, run->ncolumns, m->executed, m->not_run);
	return 0;
}

/* What running each payload took. Not in the reports, which are the same for every run. */
static void print_costs(const struct matrix *m)
{
	printf("\n%-33s%9s%7s%7s%9s%8s%7s\n", "payloads: milliseconds", "in all", "create", "load",
	       "run", "destroy", "exits");
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct place_cost *c = &m->runs[i].run.cost;

		if (!c->wall || m->runs[i].run.why_not)
			continue;
		printf("%-33s%9.1f", m->plan->columns[i].name, c->wall / 1e6);
		if (c->machines)
			printf("%7.1f%7.1f%9.1f%8.1f%7llu", c->create / 1e6, c->load / 1e6,
			       c->run / 1e6, c->destroy / 1e6, (unsigned long long)c->exits);
		if (c->machines > 1)
			printf("  %u machines", c->machines);
		putchar('\n');
	}
}

/* Behind the matrix: what is proved of it. The exit status: a contradiction is an error. */
static int prove(const struct matrix *m, const struct options *o, int status)
{
	struct proved proved;
	struct str out = { 0 };

	prove_matrix(m, &proved);
	str_add(&proved.text, "");
	save_text(arena_printf(m->arena, "%s/prove.txt", o->out), &proved.text);
	proved_summary(m, &proved, &out);
	fputs(out.s, stdout);
	str_free(&out);
	return proved.contradictions && !status ? 1 : status;
}

static void print_effort(const char *text)
{
	struct text_style style = terminal_style("never");
	struct str out = { 0 };

	text_wrap(&out, &style, "", "  ", text);
	fputs(out.s, stdout);
	str_free(&out);
}

/* Write and print what was found, which took what `took` says, or a shard of it; the exit status.
 * `claims` may be NULL. */
static int write_out(struct matrix *m, const struct options *o, struct claims_table *claims,
		     struct shard_run *shard, const char *took)
{
	int status;

	if (o->shard || o->build_only)
		return write_shard(m, o, shard);
	status = results(m, claims, command_of(m->arena, o), NULL,
			 &(struct results_style){ .out = o->out,
						  .color = o->color,
						  .took = took,
						  .verbose = o->verbose,
						  .quiet = o->quiet });
	if (o->prove)
		status = prove(m, o, status);
	if (o->verbose && !o->quiet)
		print_costs(m);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct options o;
	struct plan p = { 0 };
	struct matrix m = { 0 };
	int status;
	struct claims_request request = { 0 };
	struct matrix claims_matrix;
	struct claims_table claims;
	struct shard_run shard = { 0 };
	struct places places;
	struct shard built = { 0 };
	struct effort effort;
	struct accepted_list *accepted;
	struct progress_whole whole;
	unsigned k = 1, n = 1;

	effort_start(&effort);
	p.arena = arena_new();
	parse_options(p.arena, argc, argv, &o);
	if (o.shard)
		shard_parse(o.shard, &k, &n);
	accepted = accepted_files(p.arena, o.known,
				  o.baseline ? matrix_path(p.arena, o.baseline) : NULL);
	p.jobs = (unsigned)o.jobs;
	progress_begin(&whole, !o.quiet && isatty(2) ? show_progress : NULL);
	p.progress = &whole;
	p.launcher = o.launcher ? find_launcher(o.launcher) : NULL;
	open_work(&p, o.out, o.work);
	keep_records(&p);
	p.fresh = o.fresh;
	if (o.built) {
		read_plan(&p, &o, &built, &places);
	} else {
		load_plan(&p, &o, &places, &request);
		if (o.shard || o.build_only)
			shard_take(&p, k, n, &shard);
		if (!o.build_only)
			whole.all[PHASE_RUN] = UNITS_NATIVE * (double)p.ncolumns;
		whole.all[PHASE_CLAIMS] = request.plan ? UNITS_CLAIMS : 0;
		plan_build(&p);
	}

	m.arena = p.arena;
	m.plan = &p;
	m.seed = o.seed;
	m.vmx_with = o.vmx_with;
	m.accepted = accepted;
	if (o.build_only)
		execute_nothing(&m, "built only: run it with `clobber run --built'");
	else
		execute(&m, &places);
	if (request.plan) {
		struct places there = places;

		progress_phase(&whole, PHASE_CLAIMS, UNITS_CLAIMS);
		progress_item(&whole, 0, 0, 0, "what the thread says");
		decide_claims(&request, &claims_matrix, &there, &claims);
	}
	effort_add(&effort, &m);
	if (request.plan)
		effort_add(&effort, &claims_matrix);
	status = write_out(&m, &o, request.plan ? &claims : NULL, &shard,
			   effort_short(p.arena, &effort));
	progress_end(&whole);
	if (o.verbose && !o.quiet)
		printf("phases: %s\n", progress_phases(p.arena, &whole));
	if ((o.verbose || o.shard) && !o.quiet && !o.build_only)
		print_effort(effort_text(p.arena, &effort));
	if (request.plan) {
		status = claims_status(&claims, status);
		claims_close(&claims);
		matrix_close(&claims_matrix);
	}
	matrix_close(&m);
	json_decref(built.document);
	arena_free(p.arena);
	return status;
}
