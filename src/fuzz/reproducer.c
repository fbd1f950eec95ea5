/* SPDX-License-Identifier: MIT */
/* A cluster as a folder that stands alone: the case, its generated sources, a script that shows
 * the finding again, and what it is about. */
#include "fuzz/fuzz.h"
#include "util/shell.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Words -------------------------------------------------------------------------------------- */

static char *taken(struct arena *a, struct str *s)
{
	char *r = arena_strdup(a, s->s ? s->s : "");

	str_free(s);
	return r;
}

char *fuzz_columns(struct arena *a, const struct fuzz_setup *s, const unsigned char *set)
{
	const struct column *last = NULL;
	struct str out = { 0 };

	for (size_t i = 0; set && i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];

		if (!set[i])
			continue;
		if (last && last->compiler == c->compiler && last->profile == c->profile)
			str_addf(&out, " -%s", c->opt);
		else
			str_addf(&out, "%s%s", last ? ", " : "", c->name);
		last = c;
	}
	return taken(a, &out);
}

const char *fuzz_profile(struct arena *a, const struct fuzz_key *k)
{
	return k->profile == profile_user(k->width)
		       ? ""
		       : arena_printf(a, ", profile %s", profiles[k->profile].name);
}

char *fuzz_conventions(struct arena *a, uint32_t set)
{
	struct str out = { 0 };

	for (size_t i = 0; conventions[i]; i++) {
		bool told = false;

		for (size_t k = 0; k < i; k++)
			told = told || (set & 1u << k &&
					!strcmp(conventions[k]->name, conventions[i]->name));
		if (set & 1u << i && !told)
			str_addf(&out, "%s%s", out.len ? ", " : "", conventions[i]->name);
	}
	return taken(a, &out);
}

char *fuzz_title(struct arena *a, const struct fuzz_cluster *c)
{
	if (*c->key.message)
		return arena_strdup(a, "the compiler died");
	if (c->key.unspecified && *c->key.compilers)
		return arena_printf(a, "%s %s", c->key.compilers,
				    strchr(c->key.compilers, ' ') ? "disagree with themselves"
								  : "disagrees with itself");
	if (c->key.unspecified)
		return arena_strdup(a, "implementations differ");
	return arena_printf(a, "%s as %s", checks[c->key.check].name,
			    direction_name(c->key.direction));
}

/* Known lines -------------------------------------------------------------------------------- */

static unsigned major(const struct compiler *c)
{
	return (unsigned)strtoul(c->version, NULL, 10);
}

/* "clang<18", when older versions show it and newer ones do not; "clang=14" for one version; a
 * bare family when all show it. */
static char *selector(struct arena *a, const struct fuzz_setup *s, const struct fuzz_cluster *c)
{
	const char *family = s->columns[c->example].compiler->family;
	unsigned low = UINT_MAX, high = 0, above = UINT_MAX, below = 0;
	bool others = false;

	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct compiler *cc = s->columns[i].compiler;

		if (strcmp(cc->family, family))
			continue;
		if (c->shows[i]) {
			low = major(cc) < low ? major(cc) : low;
			high = major(cc) > high ? major(cc) : high;
		}
	}
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct compiler *cc = s->columns[i].compiler;

		if (strcmp(cc->family, family) || c->shows[i] || !c->holds[i])
			continue;
		others = others || major(cc) != high;
		if (major(cc) > high && major(cc) < above)
			above = major(cc);
		if (major(cc) < low && major(cc) > below)
			below = major(cc);
	}
	if (!others)
		return arena_strdup(a, family);
	if (above != UINT_MAX && !below)
		return arena_printf(a, "%s<%u", family, above);
	if (above == UINT_MAX && below)
		return arena_printf(a, "%s>%u", family, below);
	return arena_printf(a, "%s=%u", family, high);
}

/* "/O0,O2": an optimisation of each compiler that shows it at some and not at others; or "". */
static char *shown_at(struct arena *a, const struct fuzz_setup *s, const struct fuzz_cluster *c)
{
	struct str list = { 0 };

	str_add(&list, "");
	for (const char *const *opt = s->opts; *opt; opt++) {
		bool needed = false;

		for (size_t i = 0; i < s->ncolumns && !needed; i++) {
			bool first = c->shows[i] && !strcmp(s->columns[i].opt, *opt), held = false;

			for (size_t k = 0; k < s->ncolumns; k++) {
				if (!same_family(&s->columns[k], &s->columns[i]))
					continue;
				first = first && !(k < i && c->shows[k]);
				held = held || c->holds[k];
			}
			needed = first && held;
		}
		if (needed)
			str_addf(&list, "%s%s", list.len ? "," : "/", *opt);
	}
	return taken(a, &list);
}

char *fuzz_known_line(struct arena *a, const struct fuzz_setup *s, const struct fuzz_cluster *c)
{
	char *names =
		fuzz_conventions(a, c->shows_conventions ? c->shows_conventions : c->conventions);
	bool user = c->key.profile == profile_user(c->key.width);
	struct str list = { 0 };

	for (const char *p = names; *p; p++) {
		if (*p != ' ')
			str_addn(&list, p, 1);
		if (user || (p[1] && p[1] != ','))
			continue;
		str_addf(&list, "@%s", profiles[c->key.profile].name);
	}
	names = taken(a, &list);
	str_add(&list, "");
	for (unsigned i = 0; i < CHECK_COUNT; i++) {
		if ((c->checks | 1u << c->key.check) & 1u << i)
			str_addf(&list, "%s%s", list.len ? "," : " ", checks[i].name);
	}
	return arena_printf(a, "//! known %s%s %s%s%s%s:", selector(a, s, c), shown_at(a, s, c),
			    names, c->key.direction < 0 ? "" : " ",
			    c->key.direction < 0 ? "" : direction_name(c->key.direction),
			    taken(a, &list));
}

/* Files -------------------------------------------------------------------------------------- */

/* What to give to --cc so that it works from another folder. */
static const char *ct_argument(struct arena *a, const struct compiler *c)
{
	const char *name = c->given ? c->given : c->name;
	char *real;
	const char *r = name;

	if (!strchr(name, '/'))
		return name;
	real = realpath(name, NULL);
	if (real)
		r = arena_strdup(a, real);
	free(real);
	return r;
}

static void case_file(struct fuzz_setup *s, struct fuzz_cluster *c, struct arena *a)
{
	struct str *out = &c->case_h;

	str_addf(out, "// Found by clobber fuzz, seed %llu, as %s, and made minimal.\n",
		 (unsigned long long)s->seed, c->name);
	if (c->key.verdict >= VERDICT_VIOLATION) {
		str_addf(out,
			 "// Once it is understood, this line (uncommented, with the reference in "
			 "place of REASON)\n// expects it:\n// %s REASON\n",
			 fuzz_known_line(a, s, c));
	}
	if (s->indirect && !strstr(c->minimal, "//! implicit "))
		str_add(out, FUZZ_INDIRECT);
	str_add(out, c->minimal);
}

/* What the awk of run.sh looks for in matrix.json, where each key has a line of its own. */
static void script(struct fuzz_setup *s, struct fuzz_cluster *c, struct arena *a)
{
	const struct column *col = &s->columns[c->example];
	struct str *out = &c->run_sh, list = { 0 };
	const struct compiler *last = NULL;
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = 0;
	str_addf(&list, "%s", c->key.unspecified ? "" : ct_argument(a, col->compiler));
	for (size_t i = 0; c->key.unspecified && i < s->ncolumns; i++) {
		if (s->columns[i].compiler == last || s->columns[i].profile != c->key.profile)
			continue;
		last = s->columns[i].compiler;
		str_addf(&list, "%s%s", list.len ? "," : "", ct_argument(a, last));
	}
	str_addf(out,
		 "#!/bin/sh\n"
		 "# Runs case.h alone. Exit status: 0 the finding shows again, 1 it does not,\n"
		 "# 2 clobber could not run. CLOBBER names the program; arguments are passed on\n"
		 "# to it (--cc other-compiler).\n"
		 "here=$(cd \"$(dirname \"$0\")\" && pwd) || exit 2\n"
		 ": \"${CLOBBER:=$(command -v clobber || echo %s)}\"\n"
		 "out=$(mktemp -d) || exit 2\n"
		 "trap 'rm -rf \"$out\"' EXIT\n"
		 "\"$CLOBBER\" run -v --cc %s --width %u --opt %s \\\n"
		 "\t--profile %s --place %s --abi %s --seed %llu --cases \"$here/case.h\" --out "
		 "\"$out\" \"$@\"\n"
		 "[ -s \"$out/matrix.json\" ] || exit 2\n",
		 shell_quote(a, self), shell_quote(a, list.s), width_bits(col->width), col->opt,
		 profiles[col->profile].name, place_name(col->place), c->conv->name,
		 (unsigned long long)s->seed);
	str_addf(out,
		 "awk -F'\"' '\n"
		 "$2 == \"direction\" { direction = $4 }\n"
		 "$2 == \"check\" { check = $4 }\n"
		 "$2 == \"rule\" && check == \"%s\" && $4 == \"%s\"%s%s%s { found = 1 }\n"
		 "END { exit !found }' \"$out/matrix.json\"\n",
		 checks[c->key.check].name, rules[c->key.rule].name,
		 c->key.direction < 0 ? "" : " && direction == \"",
		 c->key.direction < 0 ? "" : direction_name(c->key.direction),
		 c->key.direction < 0 ? "" : "\"");
	str_free(&list);
}

static void placement(struct str *out, const struct gen_case *g)
{
	const struct prototype *p = g->call.decl->proto;
	enum width w = g->call.conv->width;

	for (unsigned i = 0; i < g->call.place.nargs; i++) {
		struct arena *a = arena_new();

		str_addf(out, "    %-8s %-24s ", i < p->nparams ? p->params[i].name : "...",
			 type_spell(a, proto_arg_type(p, i), ""));
		value_text(out, w, &g->call.place.arg[i]);
		str_addf(out, "  [%s]\n", rules[g->call.place.arg[i].rule].name);
		arena_free(a);
	}
	str_addf(out, "    %-8s %-24s ", "returns", p->ret->kind == TYPE_VOID ? "nothing" : "");
	if (p->ret->kind != TYPE_VOID) {
		value_text(out, w, &g->call.place.ret);
		str_addf(out, "  [%s]", rules[g->call.place.ret.rule].name);
	}
	str_add(out, "\n");
}

static void readme(struct fuzz_setup *s, struct fuzz_cluster *c, const struct gen_case *g,
		   struct arena *a)
{
	const struct rule *rule = &rules[c->key.rule];
	struct str *out = &c->readme;

	str_addf(out, "%s: %s, %s, %u bit%s\n\n", verdict_info[c->key.verdict].name,
		 fuzz_title(a, c), g->call.conv->title, width_bits(c->key.width),
		 fuzz_profile(a, &c->key));
	str_addf(out, "prototype   %s\n", gen_prototype(a, &g->call));
	if (strchr(c->minimal, '\n') != strrchr(c->minimal, '\n'))
		str_add(out, "            (its types: case.h)\n");
	str_addf(out, "\nplacement by the documents\n");
	placement(out, g);
	str_addf(out, "\nrule        %s%s\n            %s\n            [%s, %s, %s]\n", rule->name,
		 rule->status == STATED   ? ""
		 : rule->status == SILENT ? " (silent)"
					  : " (contradictory)",
		 rule->sentence, documents[rule->document].title, documents[rule->document].edition,
		 rule->section);
	str_addf(out, "check       %s: %s\nexpected    %s\nobserved    %s\n",
		 checks[c->key.check].name, c->subject, c->expected, c->observed);
	if (c->origin)
		str_addf(out, "origin      %s\n", c->origin);
	if (c->known)
		str_addf(out, "known       %s\n", c->known);
	if (c->perhaps)
		str_addf(out, "known       perhaps: %s\n", c->perhaps);
	if (c->not_minimal)
		str_addf(out, "minimal     perhaps not: %s\n", c->not_minimal);
	if (!c->settled)
		str_add(out, "            (seen in a round of many cases, but not when it was run "
			     "again)\n");
	str_addf(out, "\nshown by    %s\n", fuzz_columns(a, s, c->shows));
	if (*fuzz_columns(a, s, c->holds))
		str_addf(out, "not by      %s\n", fuzz_columns(a, s, c->holds));
	str_addf(out, "conventions %s\n",
		 fuzz_conventions(a, c->shows_conventions ? c->shows_conventions : c->conventions));
	for (size_t i = 0; i < c->nalso; i++)
		str_addf(out, "%s %s\n", i ? "           " : "also       ", c->also[i]);
	str_addf(out,
		 "found in    %zu cases and %zu findings of seed %llu; this one, %s, after %u "
		 "reductions\n"
		 "repeat      sh run.sh%s\n",
		 c->cases, c->findings, (unsigned long long)s->seed, c->name, c->steps,
		 c->bundle.file[BUNDLE_C].s
			 ? "; without clobber, for a bug report: sh bundle/run.sh"
			 : "");
}

/* The test that needs no clobber, where there can be one. */
static void bundle(struct fuzz_setup *s, struct fuzz_cluster *c, const struct gen_case *g,
		   struct arena *a)
{
	const struct column *col = &s->columns[c->example];
	const struct rule *rule = rule_in(c->key.rule, EDITION_LATEST);
	struct bundle_about about = {
		.title = arena_printf(a, "%s: %s", col->compiler->name, fuzz_title(a, c)),
		.compiler = ct_argument(a, col->compiler),
		.banner = col->compiler->banner,
		.flags = col->compiler->target[col->profile].flags,
		.opt = col->opt,
		.language = target_language(&col->compiler->target[col->profile]),
		.subject = arena_printf(a, "%s: %s", checks[c->key.check].name, c->subject),
		.expected = c->expected,
		.observed = c->observed,
		.origin = c->origin,
		.known = c->known,
		.rule = rule->name,
		.sentence = rule->sentence,
		.cited = arena_printf(a, "%s (%s), %s", documents[rule->document].title,
				      documents[rule->document].edition, rule->section),
		.profile = col->profile,
		.direction = c->key.direction < 0 ? c->direction : c->key.direction,
		.died = *c->key.message,
		.undecided = c->key.unspecified || c->key.verdict < VERDICT_VIOLATION,
	};

	if (!bundle_unfit(a, &about, g))
		bundle_make(&c->bundle, a, s->places.options.runtime, &about, g);
}

void fuzz_reproducer(struct fuzz_setup *s, struct fuzz_cluster *c, const struct fuzz_round *r,
		     const struct gen_case *g)
{
	struct arena *a = r->arena;

	case_file(s, c, a);
	gen_c(&c->target_c, a,
	      target_language(
		      &s->columns[c->example].compiler->target[s->columns[c->example].profile]),
	      g, 1);
	gen_trampoline(&c->trampoline, a, g);
	gen_probe(&c->trampoline, a, g);
	script(s, c, a);
	bundle(s, c, g, a);
	readme(s, c, g, a);
}

/* The folder --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t text; /* offset of the struct str */
} files[] = {
	{ "case.h", offsetof(struct fuzz_cluster, case_h) },
	{ "target.c", offsetof(struct fuzz_cluster, target_c) },
	{ "trampoline.asm", offsetof(struct fuzz_cluster, trampoline) },
	{ "run.sh", offsetof(struct fuzz_cluster, run_sh) },
	{ "README", offsetof(struct fuzz_cluster, readme) },
};

/* Remove what an earlier run wrote, and nothing else. */
static void remove_old(struct arena *a, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (strlen(e->d_name) < 5 || e->d_name[3] != '-' ||
		    strspn(e->d_name, "0123456789") != 3)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(files); i++)
			unlink(arena_printf(a, "%s/%s/%s", dir, e->d_name, files[i].name));
		for (size_t i = 0; i < BUNDLE_FILES; i++)
			unlink(arena_printf(a, "%s/%s/bundle/%s", dir, e->d_name, bundle_names[i]));
		rmdir(arena_printf(a, "%s/%s/bundle", dir, e->d_name));
		rmdir(arena_printf(a, "%s/%s", dir, e->d_name));
	}
	if (d)
		closedir(d);
}

/* "clang-14-sysv-args-int128-callee": the title, reduced to what a path can contain. */
static char *short_name(struct arena *a, const struct fuzz_clusters *all,
			const struct fuzz_cluster *c)
{
	char *s = arena_printf(a, "%s-%s%s%s",
			       c->key.unspecified ? "all"
						  : all->setup->columns[c->example].compiler->name,
			       *c->key.message ? "compiler" : rules[c->key.rule].name,
			       c->key.direction < 0 ? "" : "-",
			       c->key.direction < 0 ? "" : direction_name(c->key.direction));

	for (char *p = s; *p; p++) {
		if (!isalnum((unsigned char)*p))
			*p = '-';
	}
	return s;
}

static void write_file(struct arena *a, const char *dir, const char *name, struct str *text)
{
	const char *path = arena_printf(a, "%s/%s", dir, name);

	if (file_write(path, text->s ? text->s : "", text->len) < 0)
		die("cannot write %s: %s", path, strerror(errno));
	if (!strcmp(name, "run.sh") && chmod(path, 0755) < 0)
		warn("cannot make %s executable: %s", path, strerror(errno));
	str_free(text);
}

void fuzz_write_clusters(const char *out, struct fuzz_clusters *all)
{
	struct arena *a = all->arena;
	const char *root = arena_printf(a, "%s/clusters", out);
	unsigned number = 0;

	remove_old(a, root);
	/* The most serious is number 1. */
	for (size_t i = all->n; i-- > 0;) {
		struct fuzz_cluster *c = &all->v[i];

		if (c->folded)
			continue;
		c->dir = arena_printf(a, "clusters/%03u-%s", ++number, short_name(a, all, c));
		if (make_dirs(arena_printf(a, "%s/%s", out, c->dir)) < 0)
			die("cannot make folder %s/%s: %s", out, c->dir, strerror(errno));
		for (size_t k = 0; k < ARRAY_SIZE(files); k++)
			write_file(a, arena_printf(a, "%s/%s", out, c->dir), files[k].name,
				   (struct str *)((char *)c + files[k].text));
		if (c->bundle.file[BUNDLE_C].s)
			bundle_write(&c->bundle, arena_printf(a, "%s/%s/bundle", out, c->dir));
	}
}
