/* SPDX-License-Identifier: MIT */
/* clobber compare: what is different between two stored matrices. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "report/compare.h"
#include "report/compare_check.h"
#include "util/data.h"
#include "util/scan.h"
#include "util/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const struct options_page page = {
	"compare",
	"usage: clobber compare OLD.json NEW.json [options]\n"
	"\n"
	"What is different in the second matrix: findings and cells that are new,\n"
	"changed, fixed or vanished (no longer run). Columns are compared that are of\n"
	"one compiler, by name or, failing that, by version. OLD.json and NEW.json may be\n"
	"folders. Or both are what `clobber check --format json' printed, of two versions\n"
	"of hand-written assembly: functions whose verdict, findings, prototype or number\n"
	"of instructions is another; a --map then renames functions.\n",
	"A regression is a finding, new or more serious than before, that a document\n"
	"forbids and that no case lists as known, of a case that was run before; or\n"
	"anything that was run and is not any more: a case, a group, a case file, a\n"
	"compiler, a place.\n"
	"\n"
	"Exit status: 0 no regressions, 1 regressions, 2 bad usage or environment.\n",
};

static const char *const format_names[] = { "txt", "md", "json", NULL };

static const struct {
	const char *name;
	void (*render)(struct str *out, const struct comparison *c, bool everything);
	void (*render_checks)(struct str *out, struct arena *a, const struct check_comparison *c);
} formats[] = { { "txt", compare_text, check_comparison_text },
		{ "md", compare_markdown, check_comparison_markdown },
		{ "json", compare_json, check_comparison_json } };

static size_t format_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(formats[i].name, name))
			return i;
	}
	return 0;
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
			die("--map: '%s' is not a pair: use OLD=NEW, for instance gcc-12=gcc-13",
			    *map);
		if (!has_compiler(old, *map, (size_t)(eq - *map)))
			die("--map: the old matrix has no compiler `%.*s'", (int)(eq - *map), *map);
		if (!has_compiler(new, eq + 1, strlen(eq + 1)))
			die("--map: the new matrix has no compiler `%s'", eq + 1);
	}
}

static struct compared_file file_of(struct arena *a, const char *argument)
{
	struct compared_file f = { .path = matrix_path(a, argument) };
	char text[sizeof("2026-11-28 01:40")];
	struct stat st;
	struct tm tm;

	if (!stat(f.path, &st) && localtime_r(&st.st_mtime, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm))
		f.date = arena_strdup(a, text);
	return f;
}

/* A file that may be a result of `clobber check', as a tree; NULL if it is none. *is_json: it is
 * JSON as far as was read. A matrix, which may be large, has columns, and no tree is made of it. */
static json_t *check_result(const char *path, bool *is_json)
{
	size_t len = 0;
	char *data = file_read(path, &len);
	struct scan scan = { .p = data, .end = data + len };
	struct scan_text key;
	json_t *root = NULL;
	bool matrix = false;

	*is_json = data && scan_take(&scan, '{');
	for (bool first = true; *is_json && !matrix && scan_more(&scan, '}', &first);) {
		if (scan_key(&scan, &key))
			matrix = key.n == strlen("columns") && !strncmp(key.s, "columns", key.n);
		if (!matrix)
			scan_value(&scan);
	}
	*is_json = *is_json && !scan.failed;
	if (*is_json && !matrix)
		root = json_loadb(data, len, 0, NULL);
	free(data);
	return root;
}

/* Two results of `clobber check'. False: at least one is something else. */
static bool compare_results(struct arena *a, char **argv, struct check_comparison *c)
{
	bool is_json[2], is[2];
	json_t *root[2];
	const char *wrong = NULL;

	for (int i = 0; i < 2; i++) {
		root[i] = check_result(matrix_path(a, argv[1 + i]), &is_json[i]);
		is[i] = check_document(root[i]);
	}
	if (is[0] != is[1] && is_json[0] && is_json[1])
		die("compare: %s is a result of `clobber check' and %s is not: compare two of one kind",
		    argv[is[0] ? 1 : 2], argv[is[0] ? 2 : 1]);
	c->old = root[0];
	c->new = root[1];
	if (is[0] && is[1])
		wrong = compare_checks(a, c);
	if (wrong)
		die("--map: %s", wrong);
	json_decref(root[0]);
	json_decref(root[1]);
	if (is[0] && is[1] && !c->compared)
		die("compare: the two have no function in common; --map OLD=NEW says which is which");
	return is[0] && is[1];
}

/* Write it where it was asked for. */
static void deliver(struct str *out, const char *output)
{
	if (output)
		save_text(output, out);
	else
		fwrite(out->s, 1, out->len, stdout);
	str_free(out);
}

int cmd_compare(int argc, char **argv)
{
	const char *map_list = NULL, *output = NULL;
	struct compare_options options = { 0 };
	bool everything = false;
	struct arena *a = arena_new();
	struct stored old, new;
	struct comparison result;
	struct check_comparison held = { 0 };
	struct str out = { 0 };
	const char *format = "txt";
	const struct option_row rows[] = {
		TEXT("map", &map_list, "OLD=NEW",
		     "compare compiler NEW with compiler OLD; LIST of pairs"),
		FLAG("strict", 0, &options.strict, "every new or changed finding is a regression"),
		FLAG("part", 0, &options.part,
		     "NEW was asked for less: what it lacks is not a regression"),
		CHOICE("format", &format, "FORMAT", format_names, "txt (default), md or json"),
		TEXT("output", &output, "FILE", "write there, not to standard output"),
		FLAG("verbose", 'v', &everything, "do not cut long lists"),
		END_OF_OPTIONS
	};

	if (options_parse(a, &page, rows, argc, argv) != 2)
		die("compare: two matrices, please: clobber compare OLD.json NEW.json");
	options.map = (const char *const *)split_list(a, map_list);
	held.map = options.map;
	held.part = options.part;
	if (compare_results(a, argv, &held)) {
		formats[format_of(format)].render_checks(&out, a, &held);
		json_decref(held.changes);
		deliver(&out, output);
		arena_free(a);
		return held.regressions ? 1 : 0;
	}
	stored_read(a, matrix_path(a, argv[1]), &old);
	stored_read(a, matrix_path(a, argv[2]), &new);
	check_map(options.map, &old, &new);
	compare(&old, &new, &options, &result);
	result.old_file = file_of(a, argv[1]);
	result.new_file = file_of(a, argv[2]);
	if (!result.compared)
		die("compare: the two have no column in common; --map OLD=NEW says which compiler "
		    "to compare with which");
	formats[format_of(format)].render(&out, &result, everything);
	deliver(&out, output);
	stored_close(&old);
	stored_close(&new);
	arena_free(a);
	return result.regressions ? 1 : 0;
}
