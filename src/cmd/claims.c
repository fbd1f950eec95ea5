/* SPDX-License-Identifier: MIT */
/* clobber claims: decide the claims of the thread, and print each with its evidence. */
#include "cmd/cmd.h"
#include "report/claims.h"
#include "report/report.h"
#include "run/claims.h"
#include "run/tools.h"
#include "util/data.h"
#include "util/words.h"
#include "util/terminal.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char usage[] =
	"usage: clobber claims [options]\n"
	"\n"
	"Decide the claims of the mailing-list thread \"KVM/VMX: Do not declare\n"
	"vmread_error asmlinkage\", for each compiler, at each width: docs/thread.md.\n"
	"Runs only the cases and compiles only the sources that they need.\n"
	"\n"
	"  --cc LIST       compilers, names on PATH or paths (default: all there are)\n"
	"  --width LIST    32, 64 (default: both)\n"
	"  --claim LIST    numbers, 1 to 21 (default: all)\n"
	"  --place LIST    as of `clobber run'; besides root and root-vmcs the first that\n"
	"                  works counts (default: auto)\n"
	"  --opt OPT       optimisation (default: O2)\n"
	"  --out DIR       DIR/claims.json and DIR/claims.txt (default: results/claims)\n"
	"  --work DIR      generated and built files (default: DIR/work)\n"
	"  --fresh         run again even what has not changed since the last time\n"
	"  --color WHEN    auto, always or never (default: auto; NO_COLOR is honoured)\n"
	"  -v, --verbose   the evidence of each verdict\n"
	"  -h, --help      this text\n"
	"\n"
	"Exit status: 0 decided, whatever the verdicts; 1 a case that is broken on\n"
	"purpose was not caught; 2 bad usage or environment.\n";

struct options {
	const char *cc, *width, *claim, *place, *opt, *out, *work, *color;
	bool verbose, fresh;
};

enum { OPT_FRESH = 512 };

static bool parse_options(int argc, char **argv, struct options *o)
{
	static const char *const names[] = { "cc",  "width", "claim", "place",
					     "opt", "out",   "work",  "color" };
	const char **values[] = { &o->cc,  &o->width, &o->claim, &o->place,
				  &o->opt, &o->out,   &o->work,  &o->color };
	struct option longs[ARRAY_SIZE(names) + 4] = { { 0 } };
	int c;

	*o = (struct options){ .opt = "O2", .out = "results/claims", .color = "auto" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		longs[i] = (struct option){ names[i], 1, NULL, 256 + (int)i };
	longs[ARRAY_SIZE(names)] = (struct option){ "verbose", 0, NULL, 'v' };
	longs[ARRAY_SIZE(names) + 1] = (struct option){ "help", 0, NULL, 'h' };
	longs[ARRAY_SIZE(names) + 2] = (struct option){ "fresh", 0, NULL, OPT_FRESH };
	while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
		if (c == OPT_FRESH) {
			o->fresh = true;
		} else if (c >= 256) {
			*values[c - 256] = optarg;
		} else if (c == 'v') {
			o->verbose = true;
		} else if (c == 'h') {
			fputs(usage, stdout);
			return false;
		} else {
			fputs("try `clobber claims --help'\n", stderr);
			exit(2);
		}
	}
	if (optind < argc)
		die("claims: what is `%s'? `clobber claims --help' shows the options",
		    argv[optind]);
	color_option(o->color);
	return true;
}

static void claim_list(struct arena *a, const char *list, bool wanted[CLAIMS])
{
	const char **v = split_list(a, list);

	for (int i = 0; i < CLAIMS; i++)
		wanted[i] = !v;
	if (v && !*v)
		die("--claim: empty list; say for instance 4,17");
	for (; v && *v; v++) {
		char *end;
		unsigned long n = strtoul(*v, &end, 10);

		if (**v < '0' || **v > '9' || *end || !n || n > CLAIMS)
			die("--claim: `%s' is no claim; they are numbered from 1 to %d", *v,
			    CLAIMS);
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
	struct text_style style = { .columns = 80, .every_finding = o->verbose };
	struct str out = { 0 };
	struct winsize w;

	if (ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col >= 60)
		style.columns = w.ws_col;
	style.colour = !strcmp(o->color, "always") ||
		       (!strcmp(o->color, "auto") && isatty(1) && !getenv("NO_COLOR"));
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
	struct matrix m;
	struct places places = { 0 };
	struct compiler_list compilers;
	struct claims_request r = { .plan = &p, .compilers = &compilers };
	struct claims_table table;
	struct stored_claims stored;
	const char *wrong;
	json_t *document;
	int status;

	if (!parse_options(argc, argv, &o))
		return 0;
	p.arena = arena_new();
	p.progress = isatty(2) ? show_progress : NULL;
	width_list(o.width, r.widths);
	claim_list(p.arena, o.claim, r.wanted);
	r.opt = o.opt[0] == '-' ? o.opt + 1 : o.opt;
	if (r.opt[0] != 'O' || strlen(r.opt) > 6)
		die("--opt: `%s' is no optimisation; say for instance O2", o.opt);
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
