/* SPDX-License-Identifier: MIT */
/* clobber compare: what is different between two stored matrices. */
#include "cmd/cmd.h"
#include "report/compare.h"
#include "util/data.h"
#include "util/words.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: clobber compare OLD.json NEW.json [options]\n"
	"\n"
	"What is different in the second matrix: findings and cells that are new,\n"
	"changed, fixed or vanished (no longer run). Columns are compared that are of\n"
	"one compiler, by name or, failing that, by version; others are named. OLD.json\n"
	"and NEW.json may be folders.\n"
	"\n"
	"  --map OLD=NEW    compare compiler NEW with compiler OLD; LIST of pairs\n"
	"  --strict         every new or changed finding is a regression\n"
	"  --format FORMAT  txt (default), md or json\n"
	"  --output FILE    write there, not to standard output\n"
	"  -v, --verbose    do not cut long lists\n"
	"  -h, --help       this text\n"
	"\n"
	"A regression is a finding, new or more serious than before, that a document\n"
	"forbids and that no case lists as known, of a case that was run before; or a\n"
	"case that is not run any more.\n"
	"\n"
	"Exit status: 0 no regressions, 1 regressions, 2 bad usage or environment.\n";

static const struct {
	const char *name;
	void (*render)(struct str *out, const struct comparison *c, bool everything);
} formats[] = { { "txt", compare_text }, { "md", compare_markdown }, { "json", compare_json } };

static size_t format_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(formats[i].name, name))
			return i;
	}
	die("--format: `%s' is none of txt, md, json", name);
}

static bool has_compiler(const struct stored *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->ncolumns; i++) {
		if (strlen(s->columns[i].compiler) == n &&
		    !strncmp(s->columns[i].compiler, name, n))
			return true;
	}
	return false;
}

static void check_map(const char *const *map, const struct stored *old, const struct stored *new)
{
	for (; map && *map; map++) {
		const char *eq = strchr(*map, '=');

		if (!eq)
			die("--map: `%s' is no pair; say OLD=NEW, for instance gcc-12=gcc-13",
			    *map);
		if (!has_compiler(old, *map, (size_t)(eq - *map)))
			die("--map: the old matrix has no compiler `%.*s'", (int)(eq - *map), *map);
		if (!has_compiler(new, eq + 1, strlen(eq + 1)))
			die("--map: the new matrix has no compiler `%s'", eq + 1);
	}
}

int cmd_compare(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "map", 1, NULL, 'm' },    { "strict", 0, NULL, 's' },  { "format", 1, NULL, 'f' },
		{ "output", 1, NULL, 'o' }, { "verbose", 0, NULL, 'v' }, { "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	const char *map_list = NULL, *output = NULL;
	bool strict = false, everything = false;
	struct arena *a = arena_new();
	struct stored old, new;
	struct comparison result;
	struct str out = { 0 };
	const char *const *map;
	size_t format = 0;
	int c;

	while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
		switch (c) {
		case 'm':
			map_list = optarg;
			break;
		case 's':
			strict = true;
			break;
		case 'f':
			format = format_of(optarg);
			break;
		case 'o':
			output = optarg;
			break;
		case 'v':
			everything = true;
			break;
		case 'h':
			fputs(usage, stdout);
			arena_free(a);
			return 0;
		default:
			fputs("try `clobber compare --help'\n", stderr);
			return 2;
		}
	}
	if (argc - optind != 2)
		die("compare: two matrices, please: clobber compare OLD.json NEW.json");
	stored_read(a, matrix_path(a, argv[optind]), &old);
	stored_read(a, matrix_path(a, argv[optind + 1]), &new);
	map = (const char *const *)split_list(a, map_list);
	check_map(map, &old, &new);
	compare(&old, &new, map, strict, &result);
	if (!result.compared)
		die("compare: the two have no column in common; --map OLD=NEW says which compiler "
		    "to compare with which");
	formats[format].render(&out, &result, everything);
	if (output)
		save_text(output, &out);
	else
		fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	stored_close(&old);
	stored_close(&new);
	arena_free(a);
	return result.regressions ? 1 : 0;
}
