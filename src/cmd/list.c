/* SPDX-License-Identifier: MIT */
/* clobber list: what there is: conventions, cases, compilers, places, rules, checks. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "gen/census.h"
#include "place/place.h"
#include "plan/toolchain.h"
#include "run/case_files.h"
#include "util/data.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: clobber list abis|cases|compilers|profiles|places|rules|checks\n"
	"       clobber list rules ID...\n"
	"\n"
	"  abis        calling conventions, and the attribute C spells them by\n"
	"  cases       prototypes, and how many conventions each runs under\n"
	"  compilers   what was found on PATH\n"
	"  profiles    what code can be compiled for\n"
	"  places      where payloads can run on this machine; CLOBBER_WITHOUT=ia32,...\n"
	"              shows another's (ia32, bochs, kvm, qemu-user, avx, avx512,\n"
	"              compilers: docs/ci.md)\n"
	"  rules       what the documents say, by id: every check cites one\n"
	"  checks      what is verified on each call\n";

/* What is in an attribute's parentheses; all of a spelling without any. */
static const char *attribute_text(struct arena *a, const char *s)
{
	static const char open[] = "__attribute__((", close[] = "))";

	if (strncmp(s, open, sizeof(open) - 1))
		return *s ? s : "(none: the default)";
	s += sizeof(open) - 1;
	return arena_strndup(a, s, strlen(s) - (sizeof(close) - 1));
}

static int list_abis(void)
{
	struct arena *a = arena_new();

	for (const struct convention *const *c = conventions; *c; c++)
		printf("%-15s %u  %-30s  %s\n", (*c)->name, width_bits((*c)->width), (*c)->title,
		       attribute_text(a, (*c)->attribute));
	arena_free(a);
	return 0;
}

static void print_rule(const struct rule *r)
{
	static const char *const status[] = { "stated", "silent", "contradictory" };

	printf("    %s (%s), %s: %s\n    %s\n", documents[r->document].title,
	       documents[r->document].edition, r->section, status[r->status], r->sentence);
}

/* A rule, and where earlier editions said something else. */
static void list_rule(enum rule_id i)
{
	const struct rule *last = &rules[i];

	printf("%s\n", last->name);
	print_rule(last);
	for (enum edition e = EDITION_LATEST; e < EDITIONS; e++) {
		const struct rule *r = rule_in(i, e);

		if (r == last)
			continue;
		printf("  before that, by edition %s:\n", editions[e].name);
		print_rule(r);
		last = r;
	}
}

static int list_rules(void)
{
	for (enum edition e = EDITION_LATEST; e < EDITIONS; e++)
		printf("edition %s%s: %s\n", editions[e].name,
		       e == EDITION_LATEST ? " (default)" : "", editions[e].what);
	printf("\n");
	for (enum rule_id i = 1; i < RULE_COUNT; i++)
		list_rule(i);
	return 0;
}

/* Those with these names; nothing is printed before all are found. */
static int list_named_rules(char **ids, int n)
{
	const char *names[RULE_COUNT];

	for (enum rule_id i = 1; i < RULE_COUNT; i++)
		names[i - 1] = rules[i].name;
	names[RULE_COUNT - 1] = NULL;
	for (int print = 0; print < 2; print++) {
		for (int k = 0; k < n; k++) {
			enum rule_id i = 1;

			while (i < RULE_COUNT && strcmp(rules[i].name, ids[k]))
				i++;
			if (i == RULE_COUNT)
				unknown_word("list rules", "rule", ids[k], names,
					     "`clobber list rules' lists them");
			if (print)
				list_rule(i);
		}
	}
	return 0;
}

static int list_checks(void)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		printf("%-17s %s\n", checks[i].name, checks[i].what);
	return 0;
}

/* Types in fewer cases of a convention are listed. */
enum { ENOUGH_CASES = 6 };

/* Cases of the width that differ in more than the profile. */
static size_t count_cases(const struct gen_set set[PROFILES], enum width w,
			  const struct case_decl *d)
{
	size_t n = 0;

	for (const struct convention *const *c = conventions; *c; c++) {
		bool found = (*c)->width != w;

		for (enum profile_id f = 0; f < PROFILES && !found; f++) {
			for (size_t k = 0; k < set[f].n && !found; k++)
				found = set[f].v[k].call.decl == d && set[f].v[k].call.conv == *c;
			n += found;
		}
	}
	return n;
}

static int list_cases(void)
{
	struct census census;
	struct str types = { 0 };
	struct arena *a = arena_new();
	struct gen_set set[PROFILES];
	size_t all[WIDTHS] = { 0, 0 }, n[WIDTHS];
	struct case_list cases;
	const char *error;

	load_cases(a, NULL, &cases);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (profile_optional(f) && !profile_x32(f))
			continue;
		if (gen_select_in(a, &cases, f, NULL, &set[f], &error) < 0) {
			fprintf(stderr, "%s\n", error);
			arena_free(a);
			return 2;
		}
	}
	for (size_t i = 0; i < cases.n; i++) {
		const struct case_decl *d = &cases.v[i];

		for (enum width w = W32; w < WIDTHS; w++) {
			n[w] = count_cases(set, w, d);
			all[w] += n[w];
		}
		printf("%s:%u: %-14s 32:%zu 64:%zu  %s\n", d->proto->pos.file, d->proto->pos.line,
		       d->group, n[W32], n[W64], d->proto->text);
	}
	printf("%zu prototypes: %zu cases at 32 bit, %zu at 64 bit, each in 2 directions (more "
	       "with\n"
	       "profiles that compile the same case differently: `clobber list profiles')\n",
	       cases.n, all[W32], all[W64]);
	census_take(a, set, &census);
	census_text(&types, &census, ENOUGH_CASES);
	fputs(types.s, stdout);
	str_free(&types);
	arena_free(a);
	return 0;
}

static int list_compilers(void)
{
	struct arena *a = arena_new();
	struct compiler_list found;
	const char *error;

	if (compilers_find(a, NULL, &found, &error) < 0)
		die("%s", error);
	for (size_t i = 0; i < found.n; i++)
		printf("%-12s %-8s %-12s %s\n", found.v[i].name, found.v[i].family,
		       found.v[i].version, found.v[i].path);
	arena_free(a);
	return 0;
}

static int list_profiles(void)
{
	for (enum profile_id f = 0; f < PROFILES; f++)
		printf("%-16s %u  %s\n", profiles[f].name, width_bits(profiles[f].width),
		       profiles[f].title);
	return 0;
}

/* A place, an engine, a width. What is not the place's default engine is named. */
static void list_place(struct arena *a, enum place_id place, const char *engine, enum width w)
{
	const struct place_options o = { .runtime = data_dir(a, "runtime"), .engine = engine };
	bool other = strcmp(engine, all_places[place]->engines[0]);
	const char *answer = NULL;
	const char *why = place_why_not(a, place, &o, w, ISA_SSE2, &answer);

	printf("%-9s %u  %s%s%s%s%s\n", place_name(place), width_bits(w), other ? "engine " : "",
	       other ? engine : "", other ? ": " : "", why ? "not available: " : "available",
	       why ? why : arena_printf(a, " (%s)", answer));
}

static int list_places(void)
{
	struct arena *a = arena_new();

	for (enum place_id i = 0; i < PLACES; i++) {
		for (const char *const *e = all_places[i]->engines; *e; e++) {
			for (enum width w = W32; w < WIDTHS; w++) {
				if (all_places[i]->widths[w])
					list_place(a, i, *e, w);
			}
		}
	}
	arena_free(a);
	return 0;
}

int cmd_list(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*list)(void);
	} lists[] = { { "abis", list_abis },           { "cases", list_cases },
		      { "compilers", list_compilers }, { "profiles", list_profiles },
		      { "places", list_places },       { "rules", list_rules },
		      { "checks", list_checks } };
	const char *names[ARRAY_SIZE(lists) + 1] = { NULL };

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "rules"))
		return list_named_rules(argv + 2, argc - 2);
	if (argc != 2) {
		fputs(usage, stderr);
		return 2;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		names[i] = lists[i].name;
		if (!strcmp(argv[1], lists[i].name))
			return lists[i].list();
	}
	unknown_word("list", "list", argv[1], names, "`clobber list --help' names them");
}
