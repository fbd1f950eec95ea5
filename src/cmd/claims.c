/* SPDX-License-Identifier: MIT */
/* clobber claims: decide the claims of the thread, and print each with its evidence. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "report/claims.h"
#include "report/report.h"
#include "run/claims.h"
#include "run/tools.h"
#include "util/data.h"
#include "util/words.h"
#include "util/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct options_page page = {
	"claims",
	"usage: clobber claims [options]\n"
	"\n"
	"Decide the claims of the mailing-list thread \"KVM/VMX: Do not declare\n"
	"vmread_error asmlinkage\", for each compiler, at each width: docs/thread.md.\n"
	"Runs only the cases and compiles only the sources that they need.\n",
	"Exit status: 0 decided, whatever the verdicts; 1 a case that is broken on\n"
	"purpose was not caught; 2 bad usage or environment.\n",
};

struct options {
	const char *cc, *width, *claim, *place, *opt, *out, *work, *color;
	bool verbose, fresh;
};

static void parse_options(struct arena *a, int argc, char **argv, struct options *o)
{
	static const char *const numbers[] = { "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",
					       "9",  "10", "11", "12", "13", "14", "15", "16",
					       "17", "18", "19", "20", "21", NULL };
	const struct option_row rows[] = {
		LISTED("cc", &o->cc, "LIST", "compilers",
		       "compilers, names on PATH or paths (default: all there are)"),
		OFFERED("width", &o->width, "LIST", width_words, "32, 64 (default: both)"),
		OFFERED("claim", &o->claim, "LIST", numbers, "numbers, 1 to 21 (default: all)"),
		PLACE_ROW(
			&o->place,
			"as of `clobber run'; besides root and root-vmcs the first that works counts "
			"(default: auto)"),
		OFFERED("opt", &o->opt, "OPT", opt_words, "optimisation (default: O2)"),
		TEXT("out", &o->out, "DIR",
		     "DIR/claims.json and DIR/claims.txt (default: results/claims)"),
		TEXT("work", &o->work, "DIR", "generated and built files (default: DIR/work)"),
		FLAG("fresh", 0, &o->fresh,
		     "run again even what has not changed since the last time"),
		COLOR_ROW(&o->color),
		FLAG("verbose", 'v', &o->verbose, "the evidence of each verdict"),
		END_OF_OPTIONS
	};

	_Static_assert(ARRAY_SIZE(numbers) == CLAIMS + 1, "a number for each claim");
	*o = (struct options){ .opt = "O2", .out = "results/claims", .color = "auto" };
	options_only(a, &page, rows, argc, argv);
}

static void claim_list(struct arena *a, const char *list, bool wanted[CLAIMS])
{
	const char **v = split_list(a, list);

	for (int i = 0; i < CLAIMS; i++)
		wanted[i] = !v;
	if (v && !*v)
		die("--claim: empty list; use for instance 4,17");
	for (; v && *v; v++) {
		char *end;
		unsigned long n = strtoul(*v, &end, 10);

		if (**v < '0' || **v > '9' || *end || !n || n > CLAIMS)
			die("--claim: unknown claim '%s': use numbers from 1 to %d", *v, CLAIMS);
		wanted[n - 1] = true;
	}
}

static void choose_places(struct plan *p, const char *list, const bool widths[WIDTHS],
			  struct places *out)
{
	const bool used[PROFILES] = {
		[PROFILE_KERNEL_32] = widths[W32], [PROFILE_KERNEL_64] = widths[W64]
	};
	const char *why;

	out->options.runtime = p->runtime;
	why = places_choose(p->arena, list, used, true, out);
	if (why)
		die("--place: %s", why);
}

static void print(const struct options *o, const struct stored_claims *c)
{
	struct text_style style = terminal_style(o->color);
	struct str out = { 0 };

	style.every_finding = o->verbose;
	text_claims(&out, c, &style);
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
}

static void save(struct arena *a, const struct options *o, const json_t *document,
		 const struct stored_claims *c)
{
	const struct text_style style = { .columns = 72, .every_finding = o->verbose };
	struct str out = { 0 };

	report_json(&out, document);
	save_text(arena_printf(a, "%s/claims.json", o->out), &out);
	text_claims(&out, c, &style);
	save_text(arena_printf(a, "%s/claims.txt", o->out), &out);
}

int cmd_claims(int argc, char **argv)
{
	struct options o;
	struct plan p = { 0 };
	struct progress_whole whole;
	struct matrix m;
	struct places places = { 0 };
	struct compiler_list compilers;
	struct claims_request r = { .plan = &p, .compilers = &compilers };
	struct claims_table table;
	struct stored_claims stored;
	const char *const *opts;
	const char *wrong;
	json_t *document;
	int status;

	p.arena = arena_new();
	parse_options(p.arena, argc, argv, &o);
	progress_begin(&whole, isatty(2) ? show_progress : NULL);
	p.progress = &whole;
	width_list(p.arena, o.width, r.widths);
	claim_list(p.arena, o.claim, r.wanted);
	opts = opt_list(p.arena, o.opt);
	if (opts[1])
		die("--opt: one optimisation, please: for instance O2");
	r.opt = opts[0];
	open_work(&p, o.out, o.work);
	choose_places(&p, o.place, r.widths, &places);
	p.fresh = o.fresh;
	find_tools(&p, o.cc, &compilers);
	decide_claims(&r, &m, &places, &table);

	document = claims_document(&table);
	wrong = claims_load(p.arena, document, &stored);
	if (wrong)
		die("internal error: %s; please report this", wrong);
	save(p.arena, &o, document, &stored);
	print(&o, &stored);
	json_decref(document);
	status = claims_status(&table, 0);
	claims_close(&table);
	matrix_close(&m);
	arena_free(p.arena);
	return status;
}
