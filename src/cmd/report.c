/* SPDX-License-Identifier: MIT */
/* clobber report: render a stored matrix. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "report/report.h"
#include "util/data.h"

#include <stdio.h>
#include <string.h>

static const struct options_page page = {
	"report",
	"usage: clobber report MATRIX.json --format FORMAT [options]\n"
	"\n"
	"Render a stored matrix as `clobber run' would have. MATRIX.json may be the\n"
	"folder it is in.\n",
	"example: clobber report results/latest --format md\n",
};

/* The names of the formats; what each is, for the help. */
static const char *const *formats(struct arena *a, const char **help)
{
	const char **names = NULL;
	char *s = arena_strdup(a, "one of:");
	size_t n = 0;

	for (const struct report_format *f = report_formats; f->name; f++) {
		names = arena_grow(a, names, n, sizeof(*names));
		names[n++] = f->name;
		s = arena_printf(a, "%s\n%-12s %s", s, f->name, f->what);
	}
	names = arena_grow(a, names, n, sizeof(*names));
	names[n] = NULL;
	*help = s;
	return (const char *const *)names;
}

int cmd_report(int argc, char **argv)
{
	struct arena *a = arena_new();
	const char *format = NULL, *output = NULL, *help;
	const char *const *names = formats(a, &help);
	struct stored s;
	struct str out = { 0 };
	bool everything = false;
	const struct option_row rows[] = {
		CHOICE("format", &format, "FORMAT", names, help),
		TEXT("output", &output, "FILE", "write there, not to standard output"),
		FLAG("verbose", 'v', &everything,
		     "every finding and every group, where the format has room for them"),
		END_OF_OPTIONS
	};

	if (options_parse(a, &page, rows, argc, argv) != 1)
		die("report: one matrix, please: clobber report results/latest --format md");
	if (!format)
		die("report: no format: use for instance --format md");
	stored_read(a, matrix_path(a, argv[1]), &s);
	report_format(format)->render(&out, &s, everything);
	if (output)
		save_text(output, &out);
	else if (out.len)
		fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
	return 0; /* a matrix is large: the process ends sooner than it is taken apart */
}
