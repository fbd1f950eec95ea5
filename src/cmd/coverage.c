/* SPDX-License-Identifier: MIT */
/* clobber coverage: how much of each convention the cases exercise, and cases for the rest. */
#include "cmd/cmd.h"
#include "gen/coverage.h"
#include "run/case_files.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: clobber coverage [--abi LIST] [--cases LIST] [--generate]\n"
	"\n"
	"A convention is an automaton: its state is what the arguments so far have used\n"
	"up (integer registers, vector registers, stack alignment), its input the class\n"
	"of the next argument. Prints how many states and transitions the cases take.\n"
	"\n"
	"  --abi LIST      conventions (default: all; see `clobber list abis')\n"
	"  --cases LIST    case files (default: those that come with clobber)\n"
	"  --generate      print a case file that takes what the cases do not\n"
	"  -h, --help      this text\n";

static bool listed(const char **names, const char *name)
{
	for (; names && *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return !names;
}

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
	static const struct option longs[] = { { "abi", 1, NULL, 'a' },
					       { "cases", 1, NULL, 'c' },
					       { "generate", 0, NULL, 'g' },
					       { "help", 0, NULL, 'h' },
					       { NULL, 0, NULL, 0 } };
	struct arena *a = arena_new();
	const char *abis = NULL, *files = NULL, *error;
	const struct convention **list = NULL;
	struct gen_set sets[PROFILES];
	struct case_list cases;
	const char **names;
	bool generate = false;
	size_t n = 0;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			abis = optarg;
			break;
		case 'c':
			files = optarg;
			break;
		case 'g':
			generate = true;
			break;
		case 'h':
			fputs(usage, stdout);
			arena_free(a);
			return 0;
		default:
			fputs("try `clobber coverage --help'\n", stderr);
			return 2;
		}
	}
	if (optind < argc)
		die("coverage: what is `%s'? `clobber coverage --help' shows the options",
		    argv[optind]);
	names = abi_list(a, abis);
	for (const struct convention *const *p = conventions; *p; p++) {
		if (!listed(names, (*p)->name))
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
