/* SPDX-License-Identifier: MIT */
/* Running programs, finding compilers, probing them and remembering the answers, with shell scripts
 * that play compilers. Real ones are probed too: those that the second argument lists, or all. */
#include "plan/fault.h"
#include "plan/probe.h"
#include "util/folder_test.h"
#include "util/process.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REAL_PROBES_SECONDS = 200 };

static const char *make_script(const char *name, const char *body)
{
	const char *path = in_folder(name);
	const char *text = arena_printf(arena, "#!/bin/sh\n%s\n", body);
	char *dir = arena_strdup(arena, path);

	*strrchr(dir, '/') = 0;
	ck_assert_int_eq(make_dirs(dir), 0);
	ck_assert_int_eq(file_write(path, text, strlen(text)), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	return path;
}

static int run_shell(const char *command, unsigned seconds, struct str *out)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };

	return run_program(argv, seconds, out);
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static bool is_running(int pid)
{
	char *stat = file_read(arena_printf(arena, "/proc/%d/stat", pid), NULL);
	bool running = stat && !strstr(stat, ") Z ");

	free(stat);
	return running;
}

/* ---- run_program ---- */

START_TEST(test_status_and_output)
{
	struct str out = { 0 };
	int status = run_shell("echo one; echo two >&2; exit 7", 10, &out);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 7);
	ck_assert_str_eq(out.s, "one\ntwo\n");
	str_free(&out);
	status = run_shell("kill -TERM $$", 10, NULL);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGTERM);
}
END_TEST

START_TEST(test_stdin_is_empty_and_locale_is_c)
{
	struct str out = { 0 };

	setenv("LC_ALL", "de_DE.UTF-8", 1);
	ck_assert_int_eq(run_shell("cat; echo \"$LC_ALL\"", 10, &out), 0);
	ck_assert_str_eq(out.s, "C\n");
	str_free(&out);
}
END_TEST

START_TEST(test_large_output)
{
	struct str out = { 0 };

	ck_assert_int_eq(run_shell("head -c 3000000 /dev/zero", 10, &out), 0);
	ck_assert_uint_eq(out.len, 3000000);
	str_free(&out);
}
END_TEST

START_TEST(test_missing_program)
{
	const char *const by_path[] = { "/nonexistent/gcc", NULL };
	const char *const by_name[] = { "no-such-compiler-anywhere", NULL };

	errno = 0;
	ck_assert_int_eq(run_program(by_path, 10, NULL), -1);
	ck_assert_int_eq(errno, ENOENT);
	errno = 0;
	ck_assert_int_eq(run_program(by_name, 10, NULL), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(test_timeout_kills_the_group)
{
	struct str out = { 0 };
	int status = run_shell("sleep 100 & echo $!; wait", 1, &out), pid;

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	pid = atoi(out.s);
	ck_assert_int_gt(pid, 1);
	ck_assert_ptr_nonnull(strstr(out.s, "\ntimed out after 1 s\n"));
	for (int i = 0; i < 200 && is_running(pid); i++)
		usleep(10000);
	ck_assert(!is_running(pid));
	str_free(&out);
}
END_TEST

START_TEST(test_timeout_of_a_program_that_prints)
{
	struct str out = { 0 };

	ck_assert(WIFSIGNALED(run_shell("yes", 1, &out)));
	ck_assert_uint_lt(out.len, 80u << 20);
	ck_assert_str_eq(out.s + out.len - 20, "timed out after 1 s\n");
	str_free(&out);
}
END_TEST

START_TEST(test_output_and_end_are_independent)
{
	struct str out = { 0 };
	struct timespec start;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert_int_eq(run_shell("sleep 4 & echo left one behind", 10, &out), 0);
	ck_assert_double_lt(seconds_since(&start), 3);
	ck_assert_str_eq(out.s, "left one behind\n");
	status = run_shell("exec >&- 2>&-; sleep 0.2; exit 3", 10, &out);
	ck_assert_int_eq(WEXITSTATUS(status), 3);
	str_free(&out);
}
END_TEST

/* ---- diagnostics ---- */

START_TEST(test_reasons)
{
	static const struct {
		const char *output, *reason;
	} cases[] = {
		{ "/t/p.c:3:1: \033[01;31m\033[Kerror: \033[m\033[Kno\a such\r thing\n",
		  "error: no  such  thing" },
		{ "/t/p.c:1:12: error: no such type\nx y z\n  ^\n", "error: no such type" },
		{ "/t/p.c: In function 'f':\n/t/p.c:2:1: warning: odd\n/t/p.c:3:4: error: bad\n",
		  "error: bad" },
		{ "/t/p.c, line 1: invalid definition\nerror: ccom status 1\n",
		  "invalid definition" },
		{ "/t/p.c:1: __int128 f(\n            ^ expected ','\n", "expected ','" },
		{ "unknown argument: -m32\n", "unknown argument: -m32" },
		{ "as: cannot open /t/p.s\033[m\n", "as: cannot open p.s" },
		{ "/t/p.c:1:1: warning: only this\n", "warning: only this" },
		{ "  \n\n", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_pstr_eq(diagnostic_reason(arena, cases[i].output, "/t/p.c"),
				  cases[i].reason);
}
END_TEST

START_TEST(test_ignored_attributes)
{
	static const struct {
		const char *output, *warning;
	} cases[] = {
		{ "/t/p.c:2: warning: 'x' attribute ignored\n", "warning: 'x' attribute ignored" },
		{ "a\n/t/p.c:1:9: warning: unsupported attribute `x'\n",
		  "warning: unsupported attribute `x'" },
		{ "/t/p.c:1:1: warning: unused variable 'ignored_not'\n",
		  "warning: unused variable 'ignored_not'" },
		{ "/t/p.c:1:1: warning: no newline at end of file\n", NULL },
		{ "note: result ignored\n", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_pstr_eq(diagnostic_ignored(arena, cases[i].output, "/t/p.c"),
				  cases[i].warning);
}
END_TEST

START_TEST(test_positions)
{
	static const char both[] =
		"/t/p.c:7:3: error: x\n/t/p.c, line 19: warning: y\n/t/p.cc:30: z\n";

	ck_assert(diagnostic_speaks_of(both, "/t/p.c", 5, 7));
	ck_assert(!diagnostic_speaks_of(both, "/t/p.c", 8, 18));
	ck_assert(diagnostic_speaks_of(both, "/t/p.c", 19, 19));
	ck_assert(!diagnostic_speaks_of(both, "/t/p.c", 20, 99));
	ck_assert(!diagnostic_speaks_of("", "/t/p.c", 0, 99));
}
END_TEST

/* ---- discovery ---- */

#define SAYS(banner) "echo '" banner "'"
#define GNU          "; echo 'Copyright (C) Free Software Foundation, Inc.'"

static struct compiler_list find(const char *list)
{
	struct compiler_list l;
	const char *error = NULL;

	ck_assert_msg(compilers_find(arena, list, &l, &error) == 0, "%s", error);
	return l;
}

static const char *find_error(const char *list)
{
	struct compiler_list l;
	const char *error = NULL;

	ck_assert_int_eq(compilers_find(arena, list, &l, &error), -1);
	ck_assert_ptr_nonnull(error);
	return error;
}

static const char *names(const struct compiler_list *l)
{
	const char *text = "";

	for (size_t i = 0; i < l->n; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? " " : "", l->v[i].name);
	return text;
}

START_TEST(test_scan_path)
{
	struct compiler_list l;

	make_script("b1/gcc-9", SAYS("gcc-9 (Ubuntu 9.4.0-1) 9.4.0") GNU);
	make_script("b1/gcc-12", SAYS("gcc-12 (Debian 12.2.0-14) 12.2.0") GNU);
	make_script("b1/clang-14", SAYS("Debian clang version 14.0.6"));
	make_script("b1/clang-3.9", SAYS("clang version 3.9.1 (tags/x)"));
	make_script("b1/pcc", SAYS("Portable C Compiler 1.2.0.DEVEL 20220331 for x"));
	make_script("b1/chibicc", "echo 'unknown argument: --version'; exit 1");
	make_script("b2/tcc", SAYS("tcc version 0.9.27 (x86_64 Linux)"));
	make_script("b2/gcc-ar", "exit 0");
	make_script("b2/gcc-12-base", "exit 0");
	make_script("b2/gcc-", "exit 0");
	make_script("b2/clang++", "exit 0");
	make_script("b2/clang-format", "exit 0");
	make_script("b2/clang-14.", "exit 0");
	make_script("b2/tcc-1", "exit 0");
	ck_assert_int_eq(symlink("gcc-12", in_folder("b1/gcc")), 0);
	ck_assert_int_eq(symlink("../b1/clang-14", in_folder("b2/clang")), 0);
	ck_assert_int_eq(symlink("/nonexistent", in_folder("b2/gcc-13")), 0);
	ck_assert_int_eq(symlink("b1", in_folder("b1-again")), 0);
	setenv("PATH",
	       arena_printf(arena, "%s/b2:%s/b1:%s/b1-again:/nonexistent", folder, folder, folder),
	       1);
	l = find(NULL);
	ck_assert_str_eq(names(&l), "gcc-9 gcc-12 clang-3.9 clang-14 tcc pcc chibicc");
	ck_assert_str_eq(l.v[0].family, "gcc");
	ck_assert_str_eq(l.v[0].version, "9.4.0");
	ck_assert_str_eq(l.v[1].version, "12.2.0");
	ck_assert_str_eq(l.v[1].path, in_folder("b1/gcc-12"));
	ck_assert_str_eq(l.v[2].version, "3.9.1");
	ck_assert_str_eq(l.v[3].version, "14.0.6");
	ck_assert_str_eq(l.v[4].version, "0.9.27");
	ck_assert_str_eq(l.v[5].version, "1.2.0.DEVEL");
	ck_assert_str_eq(l.v[6].family, "other"); /* this chibicc prints no usage either */
	ck_assert_str_eq(l.v[6].banner, "");
	ck_assert_str_eq(l.v[6].version, "unknown");
	/* As on a machine with gcc and clang only. */
	setenv("CLOBBER_WITHOUT", "compilers", 1);
	l = find(NULL);
	ck_assert_str_eq(names(&l), "gcc clang");
	ck_assert_str_eq(l.v[0].version, "12.2.0");
}
END_TEST

START_TEST(test_one_dispatcher_under_many_names)
{
	struct compiler_list l;

	make_script("ccache", "case $0 in *11) v=11.3.0;; *) v=12.2.0;; esac\n"
			      "echo \"gcc (X) $v\"" GNU);
	ck_assert_int_eq(make_dirs(in_folder("bin")), 0);
	ck_assert_int_eq(symlink("../ccache", in_folder("bin/gcc")), 0);
	ck_assert_int_eq(symlink("../ccache", in_folder("bin/gcc-11")), 0);
	ck_assert_int_eq(symlink("../ccache", in_folder("bin/gcc-12")), 0);
	setenv("PATH", in_folder("bin"), 1);
	l = find(NULL);
	ck_assert_str_eq(names(&l), "gcc-11 gcc-12");
}
END_TEST

START_TEST(test_lists)
{
	struct compiler_list l;
	const char *path = make_script("x/mygcc", SAYS("mygcc (Home Made (really)) 7.1") GNU);

	make_script("y/mygcc", SAYS("icc 19.1 something"));
	make_script("y/cc", SAYS("clang version 15.0.0git"));
	make_script("z/chibicc-like",
		    "[ $1 = --help ] && echo 'chibicc [ -o <path> ] <file>' && exit; exit 1");
	setenv("PATH", in_folder("y"), 1);
	ck_assert_int_eq(chdir(folder), 0);
	l = find("./x/mygcc, cc,y/mygcc,./x/mygcc,z/chibicc-like");
	ck_assert_str_eq(names(&l), "mygcc cc mygcc@2 chibicc-like");
	ck_assert_str_eq(l.v[0].path, path);
	ck_assert_str_eq(l.v[0].family, "gcc");
	ck_assert_str_eq(l.v[0].version, "7.1");
	ck_assert_str_eq(l.v[0].banner, "mygcc (Home Made (really)) 7.1");
	ck_assert_str_eq(l.v[1].version, "15.0.0git");
	ck_assert_str_eq(l.v[2].family, "other");
	ck_assert_str_eq(l.v[2].version, "19.1");
	ck_assert_str_eq(l.v[3].family, "chibicc");
}
END_TEST

START_TEST(test_bad_lists)
{
	const char *error;

	make_script("bin/gcc-12", SAYS("gcc-12 12.2.0") GNU);
	setenv("PATH", in_folder("bin"), 1);
	ck_assert_str_eq(find_error("gcc-12,gcc-99"),
			 "no compiler \"gcc-99\" on PATH; there are gcc-12; a path must contain a "
			 "'/'");
	ck_assert_str_eq(find_error("/nonexistent/cc"),
			 "cannot run compiler \"/nonexistent/cc\": No such file or directory");
	error = find_error(folder);
	ck_assert_ptr_nonnull(strstr(error, "Is a directory"));
	ck_assert_int_eq(file_write(in_folder("plain"), "x", 1), 0);
	ck_assert_ptr_nonnull(strstr(find_error(in_folder("plain")), "Permission denied"));
	ck_assert_int_eq(chmod(in_folder("plain"), 0755), 0);
	ck_assert_ptr_nonnull(strstr(find_error(in_folder("plain")), "Exec format error"));
	ck_assert_ptr_nonnull(strstr(find_error("gcc-12,"), "empty name"));
	ck_assert_ptr_nonnull(strstr(find_error(""), "empty name"));
	setenv("PATH", "/nonexistent", 1);
	ck_assert_ptr_nonnull(strstr(find_error(NULL), "no compiler on PATH"));
	unsetenv("PATH");
	ck_assert_ptr_nonnull(strstr(find_error(NULL), "no compiler on PATH"));
}
END_TEST

START_TEST(test_identity_follows_a_script)
{
	const char *path = make_script("cc", SAYS("cc 1.0"));
	uint64_t first = find(path).v[0].identity;
	struct stat st;

	ck_assert_uint_eq(find(path).v[0].identity, first);
	/* Same size, same time stamp, same banner. */
	ck_assert_int_eq(stat(path, &st), 0);
	make_script("cc", "echo 'cc 1.0' ");
	make_script("cc", "echo \"cc 1.0\"");
	ck_assert_int_eq(utimensat(0, path, (struct timespec[2]){ st.st_atim, st.st_mtim }, 0), 0);
	ck_assert_uint_ne(find(path).v[0].identity, first);
}
END_TEST

/* ---- probing ---- */

/* A script that plays gcc: it takes what gcc takes and, for an object, copies one without sections.
 * A real compiler would make the tests of probing wait for hundreds of its runs. */
static const char *pretended_gcc(void)
{
	Elf64_Ehdr object[WIDTHS] = {
		[W32] = { .e_machine = EM_386, .e_type = ET_REL },
		[W64] = { .e_machine = EM_X86_64, .e_type = ET_REL },
	};

	for (enum width w = W32; w < WIDTHS; w++) {
		const char *name = arena_printf(arena, "object%u", width_bits(w));

		memcpy(object[w].e_ident, ELFMAG, SELFMAG);
		object[w].e_ident[EI_CLASS] = w == W64 ? ELFCLASS64 : ELFCLASS32;
		object[w].e_ident[EI_DATA] = ELFDATA2LSB;
		ck_assert_int_eq(file_write(in_folder(name), &object[w], sizeof(object[w])), 0);
	}
	return make_script(
		"bin/gcc",
		arena_printf(arena,
			     "[ \"$1\" = --version ] && { " SAYS("gcc (Pretended) 12.2.0") GNU
			     "; exit; }\n"
			     "width=64\n"
			     "for a; do\n"
			     "	case $a in\n"
			     "	-m32) width=32 ;;\n"
			     "	-m64) width=64 ;;\n"
			     "	-Wunsupported | -?clobber-*)\n"
			     "		echo \"gcc: error: unrecognized option $a\" >&2\n"
			     "		exit 1 ;;\n"
			     "	esac\n"
			     "	[ \"$last\" = -o ] && out=$a\n"
			     "	last=$a\n"
			     "done\n"
			     "cp %s/object$width \"$out\"",
			     folder));
}

/* A wrapper that logs its calls; `prelude` is shell that sees the source as $src. */
static struct compiler wrapper(const char *real, const char *prelude)
{
	const char *path = make_script("bad-rbx", arena_printf(arena,
							       "for src; do :; done\n"
							       "echo \"$*\" >> %s/log\n%s\n"
							       "exec %s \"$@\"",
							       folder, prelude, real));

	return find(path).v[0];
}

static size_t calls(void)
{
	char *log = file_read(in_folder("log"), NULL);
	size_t n = 0;

	for (const char *p = log; p && *p; p++)
		n += *p == '\n';
	free(log);
	return n;
}

static unsigned convention_index(const char *name, enum width w)
{
	for (unsigned i = 0; conventions[i]; i++) {
		if (conventions[i]->width == w && !strcmp(conventions[i]->name, name))
			return i;
	}
	ck_abort_msg("no convention %s", name);
	return 0;
}

START_TEST(test_wrapper_is_as_good_as_its_compiler)
{
	const char *real = pretended_gcc();
	struct compiler c, itself;

	c = wrapper(real, "");
	itself = find(real).v[0];
	compiler_probe(arena, &itself, PROFILE_USER_64, NULL);
	ck_assert_str_eq(c.name, "bad-rbx");
	ck_assert_str_eq(c.family, "gcc");
	compiler_probe(arena, &c, PROFILE_USER_64, NULL);
	ck_assert(c.target[W64].works.ok);
	for (unsigned i = 0; i < FEATURE_COUNT; i++) {
		ck_assert_msg(c.target[W64].feature[i].ok || i >= FEATURE_COMPLEX, "%s",
			      c.target[W64].feature[i].why);
		ck_assert_int_eq(c.target[W64].feature[i].ok, itself.target[W64].feature[i].ok);
	}
	/* The width not asked for, and conventions of the other, stay blank. */
	ck_assert(!c.target[W32].works.ok && !c.target[W32].works.why);
	ck_assert_ptr_null(c.target[W64].convention[convention_index("fastcall", W32)].why);
}
END_TEST

START_TEST(test_refused_feature)
{
	const char *real = pretended_gcc();
	struct compiler c;

	c = wrapper(real, "if grep -q __int128 \"$src\" 2>/dev/null; then\n"
			  "echo \"$src:1:1: error: __int128 is not known here\" >&2; exit 1; fi");
	compiler_probe(arena, &c, PROFILE_USER_64, NULL);
	ck_assert(c.target[W64].works.ok);
	ck_assert(!c.target[W64].feature[FEATURE_INT128].ok);
	ck_assert_str_eq(c.target[W64].feature[FEATURE_INT128].why,
			 "error: __int128 is not known here");
	ck_assert(c.target[W64].feature[FEATURE_BOOL].ok);
	ck_assert(c.target[W64].convention[convention_index("sysv", W64)].ok);
}
END_TEST

/* What only some compilers have is asked for one by one: a refusal says nothing of the others. */
START_TEST(test_refused_exotic_features)
{
	static const struct {
		const char *word;
		enum feature feature;
	} exotic[] = { { "_Complex", FEATURE_COMPLEX },         { "vector_size", FEATURE_VECTOR },
		       { "__float128", FEATURE_FLOAT128 },      { "_Float16", FEATURE_FLOAT16 },
		       { "_BitInt", FEATURE_BITINT },           { "struct s { }", FEATURE_EMPTY },
		       { "enum e : short", FEATURE_FIXED_ENUM } };
	const char *real = pretended_gcc();
	struct compiler c, itself;

	itself = find(real).v[0];
	compiler_probe(arena, &itself, PROFILE_USER_64, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(exotic); i++) {
		c = wrapper(real,
			    arena_printf(arena,
					 "if grep -q '%s' \"$src\" 2>/dev/null; then\n"
					 "echo \"$src:1:1: error: not today\" >&2; exit 1; fi",
					 exotic[i].word));
		compiler_probe(arena, &c, PROFILE_USER_64, NULL);
		for (unsigned k = 0; k < FEATURE_COUNT; k++)
			ck_assert_int_eq(c.target[W64].feature[k].ok,
					 itself.target[W64].feature[k].ok &&
						 k != exotic[i].feature);
		ck_assert_str_eq(c.target[W64].feature[exotic[i].feature].why, "error: not today");
	}
}
END_TEST

START_TEST(test_ignored_convention)
{
	const char *real = pretended_gcc();
	const struct target *t;
	struct compiler c;

	c = wrapper(real, "grep -q attribute \"$src\" 2>/dev/null &&\n"
			  "echo \"$src:1: warning: attribute ignored\" >&2");
	compiler_probe(arena, &c, PROFILE_USER_64, NULL);
	t = &c.target[W64];
	ck_assert(!t->convention[convention_index("ms", W64)].ok);
	ck_assert_str_eq(t->convention[convention_index("ms", W64)].why,
			 "warning: attribute ignored");
	/* regparm(0) at 64 bit is documented to do nothing: ignoring it is right. */
	ck_assert(t->convention[convention_index("regparm0", W64)].ok);
	ck_assert(t->variadic[convention_index("regparm0", W64)].ok);
	ck_assert(t->convention[convention_index("sysv", W64)].ok);
}
END_TEST

START_TEST(test_refused_flags)
{
	const char *real = pretended_gcc();
	const struct target *t;
	struct compiler c;
	bool std = false;

	c = wrapper(real, "for a; do case $a in -m64|-fno-pic)\n"
			  "echo \"unknown argument: $a\" >&2; exit 1;; esac; done");
	compiler_probe(arena, &c, PROFILE_USER_64, NULL);
	t = &c.target[W64];
	ck_assert_msg(t->works.ok, "%s", t->works.why);
	for (unsigned i = 0; t->flags[i]; i++) {
		ck_assert_str_ne(t->flags[i], "-m64");
		ck_assert_str_ne(t->flags[i], "-fno-pic");
		std = std || !strcmp(t->flags[i], "-std=gnu11");
	}
	ck_assert(std);
	/* What makes 64-bit objects without -m64 does not do -m32 by having it refused. */
	c = wrapper(real, "for a; do case $a in -m32)\n"
			  "echo \"unknown argument: $a\" >&2; exit 1;; esac; done");
	compiler_probe(arena, &c, PROFILE_USER_32, NULL);
	ck_assert(!c.target[W32].works.ok);
	ck_assert_str_eq(c.target[W32].works.why, "unknown argument: -m32");
	ck_assert_str_eq(c.target[W32].feature[0].why, "unknown argument: -m32");
	/* Nor by having it ignored. */
	c = wrapper(arena_printf(arena, "%s -m64", real), "[ \"$1\" = -m32 ] && shift");
	compiler_probe(arena, &c, PROFILE_USER_32, NULL);
	ck_assert_pstr_eq(c.target[W32].works.why, "writes 64-bit objects");
}
END_TEST

START_TEST(test_compilers_that_are_none)
{
	static const struct {
		const char *body, *why;
	} cases[] = {
		{ "exit 0", "writes no object file" },
		{ "exit 3", "exit status 3" },
		{ "while [ \"$1\" != -o ]; do shift || exit; done; echo text > \"$2\"",
		  "writes an object file that is not ELF" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *body =
			arena_printf(arena, "[ \"$1\" = --version ] && exit\n%s", cases[i].body);
		struct compiler c = find(make_script("cc", body)).v[0];

		compiler_probe(arena, &c, PROFILE_USER_64, NULL);
		ck_assert(!c.target[W64].works.ok);
		ck_assert_str_eq(c.target[W64].works.why, cases[i].why);
	}
}
END_TEST

/* ---- cache ---- */

static const char *only_file(const char *dir)
{
	struct str out = { 0 };
	const char *path;

	ck_assert_int_eq(run_shell(arena_printf(arena, "ls -d %s/*", dir), 10, &out), 0);
	path = arena_strndup(arena, out.s, strcspn(out.s, "\n"));
	ck_assert_uint_eq(out.len, strlen(path) + 1);
	str_free(&out);
	return path;
}

static void expect_same(const struct probe *a, const struct probe *b)
{
	ck_assert_int_eq(a->ok, b->ok);
	ck_assert_pstr_eq(a->why, b->why);
}

static void expect_same_target(const struct target *a, const struct target *b)
{
	expect_same(&a->works, &b->works);
	for (unsigned i = 0; i < MAX_FLAGS; i++)
		ck_assert_pstr_eq(a->flags[i], b->flags[i]);
	for (unsigned i = 0; i < FEATURE_COUNT; i++)
		expect_same(&a->feature[i], &b->feature[i]);
	for (unsigned i = 0; conventions[i]; i++) {
		expect_same(&a->convention[i], &b->convention[i]);
		expect_same(&a->variadic[i], &b->variadic[i]);
	}
}

START_TEST(test_cache)
{
	const char *real = pretended_gcc(), *cache = in_folder("deep/cache"), *file;
	struct compiler c, again;
	char *kept, *damaged;
	size_t len, before;

	c = wrapper(real, "grep -q int128 \"$src\" && exit 9");
	compiler_probe(arena, &c, PROFILE_USER_64, cache);
	before = calls();
	again = c;
	compiler_probe(arena, &again, PROFILE_USER_64, cache);
	ck_assert_uint_eq(calls(), before);
	expect_same_target(&c.target[W64], &again.target[W64]);
	ck_assert_str_eq(again.target[W64].feature[FEATURE_INT128].why, "exit status 9");

	/* Any damage is noticed, and mended. */
	file = only_file(cache);
	kept = file_read(file, &len);
	for (size_t i = 0; i < 5; i++) {
		damaged = arena_alloc(arena, len + 1);
		memcpy(damaged, kept, len);
		if (i > 1)
			damaged[i == 2 ? 0 : i == 3 ? len / 2 : len - 2] ^= 1;
		ck_assert_int_eq(file_write(file, damaged, i == 0 ? 0 : i == 1 ? len / 2 : len), 0);
		before = calls();
		again = c;
		compiler_probe(arena, &again, PROFILE_USER_64, cache);
		ck_assert_uint_gt(calls(), before);
		expect_same_target(&c.target[W64], &again.target[W64]);
		before = calls();
		compiler_probe(arena, &again, PROFILE_USER_64, cache);
		ck_assert_uint_eq(calls(), before);
	}
	free(kept);

	/* Another compiler, and the other width, are asked themselves. */
	again.identity++;
	compiler_probe(arena, &again, PROFILE_USER_64, cache);
	ck_assert_uint_gt(calls(), before);
	before = calls();
	compiler_probe(arena, &again, PROFILE_USER_32, cache);
	ck_assert_uint_gt(calls(), before);
}
END_TEST

START_TEST(test_disturbed_answers_are_not_kept)
{
	const char *cache = in_folder("cache");
	const char *body = "[ \"$1\" = --version ] && exit; kill -KILL $$";
	struct compiler c = find(make_script("cc", body)).v[0];

	ck_assert_str_eq(compiler_probe(arena, &c, PROFILE_USER_64, cache),
			 "killed (signal 9), as by a kernel out of memory");
	ck_assert_str_eq(c.target[W64].works.why, "killed by signal 9");
	ck_assert_int_lt(access(cache, F_OK), 0);
	setenv("TMPDIR", "/nonexistent", 1);
	ck_assert_ptr_nonnull(compiler_probe(arena, &c, PROFILE_USER_64, cache));
	ck_assert(!c.target[W64].works.ok);
	ck_assert_ptr_nonnull(strstr(c.target[W64].works.why, "/nonexistent/clobber-probe-"));
	ck_assert_int_lt(access(cache, F_OK), 0);
}
END_TEST

/* ---- whose fault ---- */

static const struct {
	int status;
	const char *output, *fault; /* NULL: the compiler's own */
} faults[] = {
	{ 0, "x.c:1: note: No space left on device", NULL },
	{ 1, "x.c:1:2: error: expected ';'", NULL },
	{ 1, "", NULL },
	{ 139, "", NULL },
	{ 134, "terminate called", NULL },
	{ 4, "gcc: internal compiler error: Segmentation fault signal terminated program cc1",
	  NULL },
	{ 254, "clang: error: unable to execute command: Segmentation fault", NULL },
	{ 137, "", "killed (signal 9), as by a kernel out of memory" },
	{ 127, "sh: 1: exec: cc1: not found\nx", "exit status 127: sh: 1: exec: cc1: not found" },
	{ 126, "", "exit status 126: no message" },
	{ 1, "x.c: In f:\ngcc: fatal error: Killed signal terminated program cc1\nstopped.",
	  "gcc: fatal error: Killed signal terminated program cc1" },
	{ 254, "clang: error: unable to execute command: Killed",
	  "clang: error: unable to execute command: Killed" },
	{ 1, "as: x.o: No space left on device", "as: x.o: No space left on device" },
};

START_TEST(test_machine_fault)
{
	const char *fault = machine_fault(arena, faults[_i].status, faults[_i].output);

	if (!faults[_i].fault)
		ck_assert_ptr_null(fault);
	else
		ck_assert_str_eq(fault, faults[_i].fault);
}
END_TEST

/* ---- real compilers ---- */

/* A list as of --cc; NULL: all on PATH. */
static const char *real_compilers;

static void expect_answer(const struct compiler *c, const char *what, const struct probe *p)
{
	ck_assert_msg(p->ok == !p->why, "%s: %s: neither accepted nor refused", c->name, what);
	ck_assert_msg(!p->why || (*p->why && !strchr(p->why, '\n') && !strstr(p->why, "probe.c")),
		      "%s: %s: \"%s\"", c->name, what, p->why);
}

static void check_real(struct compiler *c, enum width w)
{
	bool big = !strcmp(c->family, "gcc") || !strcmp(c->family, "clang");
	struct target *t = &c->target[w];

	compiler_probe(arena, c, profile_user(w), NULL);
	expect_answer(c, "works", &t->works);
	if (!t->works.ok) {
		fprintf(stderr, "SKIPPED: %s at %u bit: %s\n", c->name, width_bits(w),
			t->works.why);
		return;
	}
	for (unsigned i = 0; i < FEATURE_COUNT; i++)
		expect_answer(c, "feature", &t->feature[i]);
	for (unsigned i = 0; conventions[i]; i++) {
		const struct convention *k = conventions[i];

		if (!convention_in(k, profile_user(w)))
			continue;
		expect_answer(c, k->name, &t->convention[i]);
		expect_answer(c, k->name, &t->variadic[i]);
		/* These two implement every convention that is run by itself. */
		if ((big && !k->named_only) || !*k->attribute)
			ck_assert_msg(t->convention[i].ok, "%s: %s", c->name, t->convention[i].why);
	}
	ck_assert(t->feature[FEATURE_BOOL].ok && t->feature[FEATURE_DOUBLE].ok);
	if (w == W32)
		ck_assert(!t->feature[FEATURE_INT128].ok);
	if (w == W64 && big)
		ck_assert(t->feature[FEATURE_INT128].ok);
	if (w == W32 && !strcmp(c->family, "clang")) {
		const struct probe *p = &t->variadic[convention_index("fastcall", W32)];

		ck_assert(!p->ok);
		ck_assert_ptr_nonnull(strstr(p->why, "variadic"));
	}
}

START_TEST(test_real_compilers)
{
	struct compiler_list l = find(real_compilers);

	setenv("TMPDIR", folder, 1);
	for (size_t i = 0; i < l.n; i++) {
		ck_assert_str_ne(l.v[i].family, "other");
		check_real(&l.v[i], W32);
		check_real(&l.v[i], W64);
	}
	/* Nothing is left behind. */
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("toolchain");
	TCase *run = tcase_create("run_program"), *text = tcase_create("diagnostics");
	TCase *discovery = tcase_create("discovery"), *probing = tcase_create("probing");
	TCase *compilers = tcase_create("compilers");
	SRunner *runner;
	int failed;

	if (argc > 2)
		real_compilers = argv[2];
	tcase_add_checked_fixture(run, set_up, tear_down);
	tcase_set_timeout(run, 60);
	tcase_add_test(run, test_status_and_output);
	tcase_add_test(run, test_stdin_is_empty_and_locale_is_c);
	tcase_add_test(run, test_large_output);
	tcase_add_test(run, test_missing_program);
	tcase_add_test(run, test_timeout_kills_the_group);
	tcase_add_test(run, test_timeout_of_a_program_that_prints);
	tcase_add_loop_test(run, test_machine_fault, 0, ARRAY_SIZE(faults));
	tcase_add_test(run, test_output_and_end_are_independent);
	suite_add_tcase(s, run);

	tcase_add_checked_fixture(text, set_up, tear_down);
	tcase_add_test(text, test_reasons);
	tcase_add_test(text, test_ignored_attributes);
	tcase_add_test(text, test_positions);
	suite_add_tcase(s, text);

	tcase_add_checked_fixture(discovery, set_up, tear_down);
	tcase_set_timeout(discovery, 60);
	tcase_add_test(discovery, test_scan_path);
	tcase_add_test(discovery, test_one_dispatcher_under_many_names);
	tcase_add_test(discovery, test_lists);
	tcase_add_test(discovery, test_bad_lists);
	tcase_add_test(discovery, test_identity_follows_a_script);
	suite_add_tcase(s, discovery);

	tcase_add_checked_fixture(probing, set_up, tear_down);
	tcase_set_timeout(probing, 60);
	tcase_add_test(probing, test_wrapper_is_as_good_as_its_compiler);
	tcase_add_test(probing, test_refused_feature);
	tcase_add_test(probing, test_refused_exotic_features);
	tcase_add_test(probing, test_ignored_convention);
	tcase_add_test(probing, test_refused_flags);
	tcase_add_test(probing, test_compilers_that_are_none);
	tcase_add_test(probing, test_cache);
	tcase_add_test(probing, test_disturbed_answers_are_not_kept);
	suite_add_tcase(s, probing);

	tcase_add_checked_fixture(compilers, set_up, tear_down);
	tcase_set_timeout(compilers, REAL_PROBES_SECONDS);
	tcase_add_test(compilers, test_real_compilers);
	suite_add_tcase(s, compilers);

	runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
