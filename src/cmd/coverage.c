/* SPDX-License-Identifier: MIT */
/* clobber coverage: how much of each convention the cases exercise, and cases for the rest. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "util/words.h"
#include "gen/coverage.h"
#include "run/case_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct options_page page = {
	"coverage",
	"usage: clobber coverage [--abi LIST] [--cases LIST] [--generate]\n"
	"\n"
	"A convention is an automaton: its state is what the arguments so far have used\n"
	"up (integer registers, vector registers, stack alignment), its input the class\n"
	"of the next argument. Prints how many states and transitions the cases take.\n",
	NULL,
};

static void print_table(struct arena *a, const struct convention **list, const struct gen_set *sets)
{
	printf("%-11s %5s  %13s  %18s  %s\n", "convention", "width", "states", "transitions",
	       "unspecified");
	for (; *list; list++) {
		struct coverage c;

		coverage_measure(a, *list, &sets[convention_profile(*list)], &c);
		printf("%-11s %5u  %5u of %4u  %8u of %6u  %11u\n", (*list)->name,
		       width_bits((*list)->width), c.states_seen, c.states, c.transitions_seen,
		       c.transitions, c.unspecified);
	}
}

int cmd_coverage(int argc, char **argv)
{
	struct arena *a = arena_new();
	const char *abis = NULL, *files = NULL, *error;
	const struct convention **list = NULL;
	struct gen_set sets[PROFILES];
	struct case_list cases;
	const char **names;
	bool generate = false;
	size_t n = 0;
	const struct option_row rows[] = {
		LISTED("abi", &abis, "LIST", "abis",
		       "conventions (default: all; see `clobber list abis')"),
		TEXT("cases", &files, "LIST", "case files (default: those that come with clobber)"),
		FLAG("generate", 0, &generate,
		     "print a case file that takes what the cases do not"),
		END_OF_OPTIONS
	};

	options_only(a, &page, rows, argc, argv);
	names = drawn_abi_list(a, abis);
	for (const struct convention *const *p = conventions; *p; p++) {
		if (!listed(names, (*p)->name) || (!names && (*p)->named_only) ||
		    profile_optional(convention_profile(*p)))
			continue;
		list = arena_grow(a, list, n, sizeof(*list));
		list[n++] = *p;
	}
	list = arena_grow(a, list, n, sizeof(*list));
	list[n] = NULL;
	load_cases(a, files, &cases);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (profile_optional(f))
			continue;
		if (gen_select_in(a, &cases, f, NULL, &sets[f], &error) < 0) {
			fprintf(stderr, "%s\n", error);
			return 2;
		}
	}
	if (generate) {
		struct str out = { 0 };

		str_add(&out,
			"/* SPDX-License-Identifier: MIT */\n"
			"/* Argument lists that take every transition of every convention the "
			"other case "
			"files leave out.\n * Made by `clobber coverage --generate'. */\n"
			"//! group coverage\n"
			"//! why every state of every convention meets every class of argument\n");
		coverage_generate(a, list, sets, &out);
		fwrite(out.s, 1, out.len, stdout);
		str_free(&out);
	} else {
		print_table(a, list, sets);
	}
	arena_free(a);
	return 0;
}
