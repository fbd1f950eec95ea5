/* SPDX-License-Identifier: MIT */
/* clobber report: render a stored matrix. */
#include "cmd/cmd.h"
#include "report/report.h"
#include "util/data.h"
#include "util/words.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: clobber report MATRIX.json --format FORMAT [options]\n"
	"\n"
	"Render a stored matrix as `clobber run' would have. MATRIX.json may be the\n"
	"folder it is in.\n"
	"\n"
	"  --format FORMAT  one of:\n";
static const char usage_end[] =
	"  --output FILE    write there, not to standard output\n"
	"  -v, --verbose    every finding and every group, where the format has room\n"
	"                   for them\n"
	"  -h, --help       this text\n"
	"\n"
	"example: clobber report results/latest --format md\n";

static void help(void)
{
	fputs(usage, stdout);
	for (const struct report_format *f = report_formats; f->name; f++)
		printf("      %-12s %s\n", f->name, f->what);
	fputs(usage_end, stdout);
}

static const struct report_format *format_of(const char *name)
{
	const struct report_format *f = report_format(name);
	const char *names[16] = { NULL };
	const char *hint;

	if (f)
		return f;
	for (size_t i = 0; report_formats[i].name && i + 1 < ARRAY_SIZE(names); i++)
		names[i] = report_formats[i].name;
	hint = nearest(name, names);
	die("--format: there is no format `%s'%s%s%s; `clobber report --help' shows them", name,
	    hint ? " (did you mean `" : "", hint ? hint : "", hint ? "'?)" : "");
}

int cmd_report(int argc, char **argv)
{
	static const struct option longs[] = { { "format", 1, NULL, 'f' },
					       { "output", 1, NULL, 'o' },
					       { "verbose", 0, NULL, 'v' },
					       { "help", 0, NULL, 'h' },
					       { NULL, 0, NULL, 0 } };
	const struct report_format *format = NULL;
	struct arena *a = arena_new();
	const char *output = NULL;
	struct stored s;
	struct str out = { 0 };
	bool everything = false;
	int c;

	while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
		switch (c) {
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
			help();
			arena_free(a);
			return 0;
		default:
			fputs("try `clobber report --help'\n", stderr);
			return 2;
		}
	}
	if (argc - optind != 1)
		die("report: one matrix, please: clobber report results/latest --format md");
	if (!format)
		die("report: no format; say for instance --format md");
	stored_read(a, matrix_path(a, argv[optind]), &s);
	format->render(&out, &s, everything);
	if (output)
		save_text(output, &out);
	else if (out.len)
		fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	stored_close(&s);
	arena_free(a);
	return 0;
}
