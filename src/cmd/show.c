/* SPDX-License-Identifier: MIT */
/* clobber show: everything about one finding of a run; repeat it; write a bug report. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "report/show.h"
#include "run/finding_case.h"
#include "util/shell.h"
#include "util/terminal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct options_page page = {
	"show",
	"usage: clobber show N [MATRIX.json] [options]\n"
	"\n"
	"Everything about finding N of the last run: what happened, registers and stack\n"
	"at the call, the compiler's code with the instructions that matter marked, the\n"
	"rule, how to repeat it. N is the number of a cause, as the run prints them\n"
	"(points no document decides and known findings follow), or the name of a case.\n"
	"MATRIX.json may be the folder it is in (default: results/latest).\n",
	"Exit status: 0; with --run that of the run, 1 when the finding shows again.\n"
	"examples: clobber show 1; clobber show 1 --bundle DIR; clobber show 2 old --run\n",
};

struct subject {
	const struct cluster *cluster; /* NULL: a case was named */
	const struct stored_finding *finding;
	const char *title;
};

/* A number, or what a case is called: "sysv/mixed/flt_int", or the end of it. */
static struct subject find(const struct stored *s, const struct causes *c, const char *name)
{
	struct arena *a = s->arena;
	char *end;
	unsigned long number = strtoul(name, &end, 10);
	const struct cluster *v = show_numbered(c, number);
	size_t n = strlen(name);

	if (!s->nfindings)
		die("show: the run found nothing: there is no finding %s", name);
	if (*name && !*end && !v)
		die("show: there is no finding %s: use 1 to %zu, or the name of a case", name,
		    c->n);
	if (*name && !*end)
		return (struct subject){
			v,
			v->example,
			arena_printf(a, "%s: %s", v->compilers, cause_title(s, v)),
		};
	for (size_t i = 0; i < s->nfindings; i++) {
		const struct stored_finding *f = &s->findings[i];
		size_t len = strlen(f->c->id);

		if (len < n || strcmp(f->c->id + len - n, name) ||
		    (len > n && f->c->id[len - n - 1] != '/'))
			continue;
		v = &c->v[c->of[i]];
		return (struct subject){
			v->example == f ? v : NULL,
			f,
			arena_printf(a, "%s: %s", s->columns[f->column].compiler,
				     cause_title(s, &(struct cluster){ .example = f })),
		};
	}
	die("show: no finding is of a case `%s': use 1 to %zu, or the name of a case", name, c->n);
}

/* Run the finding's case again, with this program. Does not return. */
static void repeat(const struct stored *s, const struct stored_finding *f)
{
	static const char program[] = "clobber ";
	const struct stored_column *c = &s->columns[f->column];
	const char *command = f->repro + strlen(program), *name = strstr(command, " --cc ");
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		die("show: cannot tell where this program is: %s", strerror(errno));
	self[n] = 0;
	/* By its path: the name that --cc was given may not be on PATH, or be another's now. */
	if (name && c->path) {
		const char *rest = name + 6 + strcspn(name + 6, " ");

		if (name[6] != '\'')
			command = arena_printf(s->arena, "%.*s --cc %s%s", (int)(name - command),
					       command, shell_word(s->arena, c->path), rest);
	}
	command = arena_printf(s->arena, "exec %s %s", shell_quote(s->arena, self), command);
	fflush(stdout);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	die("show: cannot run /bin/sh: %s", strerror(errno));
}

static void how(struct str *out, const struct stored *s, const struct subject *v, const char *name,
		const char *matrix, const struct text_style *style)
{
	struct arena *a = s->arena;
	const char *same = arena_printf(a, "clobber show %s%s%s", shell_word(a, name),
					matrix ? " " : "", matrix ? shell_word(a, matrix) : "");

	paint(out, style, BOLD, "How to go on");
	str_addf(out, "\n  again       %s --run\n", same);
	if (v->finding->verdict > VERDICT_DIVERGENCE)
		str_addf(out, "  bug report  %s --bundle DIR\n", same);
	if (!style->every_finding)
		str_addf(out, "  all code    %s -v\n", same);
}

int cmd_show(int argc, char **argv)
{
	struct arena *a = arena_new();
	const char *color = "auto", *dir = NULL;
	bool run = false, verbose = false;
	struct text_style style;
	struct subject v;
	struct stored s;
	struct causes causes;
	struct str out = { 0 };
	const struct option_row rows[] = {
		FLAG("run", 0, &run, "run it again, with the same compiler"),
		TEXT("bundle", &dir, "DIR",
		     "write a folder that needs no clobber, fit for a bug tracker: test.c and test.s, "
		     "which return 0 when the compiler conforms and 1 when it does not; run.sh; "
		     "README"),
		COLOR_ROW(&color),
		FLAG("verbose", 'v', &verbose, "all of the code, and that which calls it"),
		END_OF_OPTIONS
	};
	int n = options_parse(a, &page, rows, argc, argv);

	if (n < 1 || n > 2)
		die("show: which finding? clobber show 1");
	if (run && dir)
		die("show: --run does not go with --bundle");
	stored_read(a, matrix_path(a, n == 2 ? argv[2] : "results/latest"), &s);
	report_causes(&s, &causes);
	v = find(&s, &causes, argv[1]);
	if (dir) {
		finding_bundle(&s, v.finding, v.title, dir);
		printf("%s/README, test.c, %srun.sh: %s\n", dir,
		       strcmp(v.finding->subject, "the compiler") ? "test.s, " : "", v.title);
		return 0;
	}
	if (run)
		repeat(&s, v.finding);
	style = terminal_style(color);
	style.every_finding = verbose;
	show_finding(&out, &s, v.cluster, v.finding, &style);
	how(&out, &s, &v, argv[1], n == 2 ? argv[2] : NULL, &style);
	fputs(out.s, stdout);
	str_free(&out);
	return 0;
}
