/* SPDX-License-Identifier: MIT */
/* clobber: dispatch to the verbs. */
#include "abi/abi.h"
#include "cmd/cmd.h"
#include "util/words.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: clobber VERB [options]\n"
	"\n"
	"Who keeps an x86 calling convention: a compiler, or a hand-written function?\n"
	"\n"
	"  run       compile and run every case with every compiler; print the matrix\n"
	"  explain   where each argument of a prototype goes, under every convention\n"
	"  check     hold assembly objects against prototypes and contracts\n"
	"  prove     follow every path of an object: proved, refuted, or open\n"
	"  fuzz      draw random prototypes, run them, minimise what they find\n"
	"  claims    the claims of the thread behind it all, each with a verdict\n"
	"  coverage  how much of each convention the cases exercise\n"
	"  report    render a stored matrix: text, Markdown, JUnit and more\n"
	"  compare   what is different between two stored matrices\n"
	"  merge     join the shards of a run\n"
	"  show      everything about a finding; repeat it, or write a bug report\n"
	"  list      abis, cases, compilers, places, profiles, rules or checks\n"
	"\n"
	"`clobber help VERB' says more. `clobber version' prints the version.\n"
	"\n"
	"Exit status: 0 nothing unexpected, 1 an unexpected finding, 2 bad usage or\n"
	"environment.\n";

/* A result that could not be written is an error, whatever the verb found. Runs at the end of the
 * process, so that it is so for --help as well. */
static void close_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return;
	fprintf(stderr, "clobber: cannot write to standard output: %s\n", strerror(errno));
	_exit(2);
}

/* Descriptors 0 to 2, where they are closed, must not become files that are opened later. What is
 * written there is an error. */
static void open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

static bool is_one_of(const char *s, const char *a, const char *b, const char *c)
{
	return !strcmp(s, a) || !strcmp(s, b) || !strcmp(s, c);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = { { "run", cmd_run },       { "explain", cmd_explain },
		      { "check", cmd_check },   { "prove", cmd_prove },
		      { "fuzz", cmd_fuzz },     { "coverage", cmd_coverage },
		      { "report", cmd_report }, { "compare", cmd_compare },
		      { "merge", cmd_merge },   { "claims", cmd_claims },
		      { "show", cmd_show },     { "list", cmd_list } };
	const char *names[ARRAY_SIZE(verbs) + 1] = { NULL };
	static char help[] = "--help";
	const char *hint;

	open_standard();
	atexit(close_output);
	signal(SIGXFSZ,
	       SIG_IGN); /* write(2) reports it: what could not be written gets a message */
	if (argc < 2) {
		fputs(usage, stderr);
		return 2;
	}
	if (!strcmp(argv[1], "help") && argc == 3) { /* as of `VERB --help' */
		argv[1] = argv[2];
		argv[2] = help;
	}
	if (is_one_of(argv[1], "--help", "-h", "help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (is_one_of(argv[1], "--version", "-V", "version")) {
		puts("clobber " CLOBBER_VERSION);
		for (int i = 0; i < DOCUMENTS; i++)
			printf("  %s, %s\n", documents[i].title, documents[i].edition);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		names[i] = verbs[i].name;
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	}
	hint = nearest(argv[1], names);
	die("unknown verb '%s'%s%s%s: `clobber --help' names them", argv[1],
	    hint ? " (did you mean '" : "", hint ? hint : "", hint ? "'?)" : "");
}
