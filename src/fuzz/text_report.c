/* SPDX-License-Identifier: MIT */
/* The end of a fuzz run on a terminal: clusters, the least serious first, each in a few lines. */
#include "fuzz/fuzz.h"
#include "report/style.h"
#include "util/terminal.h"

#include <string.h>

enum { MAX_LINES = 2 };

/* A text on at most so many lines, the rest cut off with "...". */
static void wrap(struct str *out, unsigned columns, const char *indent, const char *text,
		 unsigned lines)
{
	size_t room = columns - strlen(indent);

	for (; *text; lines--) {
		size_t n = strlen(text);

		if (n > room) {
			n = lines == 1 ? room - 4 : room;
			while (n > 20 && text[n] != ' ')
				n--;
			if (text[n] != ' ')
				n = lines == 1 ? room - 4 : room;
		}
		str_addf(out, "%s%.*s", indent, (int)n, text);
		text += n;
		while (*text == ' ')
			text++;
		str_add(out, lines == 1 && *text ? " ...\n" : "\n");
		if (lines == 1)
			return;
	}
}

/* Compilers; their optimisations only where several were asked for. */
static const char *names(struct arena *a, const struct fuzz_setup *s, const unsigned char *set)
{
	const struct compiler *last = NULL;
	struct str out = { 0 };
	const char *r;

	str_add(&out, "");
	for (size_t i = 0; set && i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];

		if (!set[i])
			continue;
		if (c->compiler != last)
			str_addf(&out, "%s%s", out.len ? ", " : "", c->compiler->name);
		if (s->opts[1])
			str_addf(&out, " -%s", c->opt);
		last = c->compiler;
	}
	r = arena_strdup(a, out.s);
	str_free(&out);
	return r;
}

static void known_line(struct str *out, const struct fuzz_cluster *c, const struct fuzz_result *r,
		       const struct text_style *style)
{
	struct str s = { 0 };

	paint(out, style, YELLOW, "known ");
	str_addf(&s, "%s (%s; %zu case%s; %s/%s)", c->known,
		 names(r->clusters->arena, r->setup, c->column), c->cases, c->cases == 1 ? "" : "s",
		 r->out, c->dir);
	/* The colour's word stands in front of the first line. */
	wrap(out, style->columns - 6, "", s.s, 3);
	str_free(&s);
}

static void one_cluster(struct str *out, const struct fuzz_cluster *c, const struct fuzz_result *r,
			const struct text_style *style)
{
	struct arena *a = r->clusters->arena;
	const struct rule *rule = &rules[c->key.rule];
	const char *not = names(a, r->setup, c->settled ? c->holds : NULL);
	struct str s = { 0 };

	paint(out, style, colour_of(c->key.verdict), verdict_info[c->key.verdict].name);
	str_addf(out, "  %s  %s -m%u%s\n", fuzz_title(a, c), c->conv->name,
		 width_bits(c->key.width), fuzz_profile(a, &c->key));
	str_addf(&s, "%s%s%s%s; %s; %zu case%s",
		 names(a, r->setup, c->settled ? c->shows : c->column),
		 c->settled ? "" : " (not when run again)", *not ? ", not " : "", not,
		 fuzz_conventions(a, c->shows_conventions ? c->shows_conventions : c->conventions),
		 c->cases, c->cases == 1 ? "" : "s");
	wrap(out, style->columns, "  ", s.s, MAX_LINES);
	s.len = 0;
	wrap(out, style->columns, "  ", c->shape, MAX_LINES);
	if (c->not_minimal)
		str_addf(out, "  (perhaps not minimal: %s)\n", c->not_minimal);
	if (c->perhaps) {
		str_addf(&s, "(perhaps known: %s)", c->perhaps);
		wrap(out, style->columns, "  ", s.s, MAX_LINES);
		s.len = 0;
	}
	if (c->key.unspecified)
		str_addf(&s, "%s", c->origin ? c->origin : c->observed);
	else
		str_addf(&s, "%s: expected %s, got %s%s%s%s", c->subject, c->expected, c->observed,
			 c->origin ? " (" : "", c->origin ? c->origin : "", c->origin ? ")" : "");
	wrap(out, style->columns, "  ", s.s, MAX_LINES);
	s.len = 0;
	if (!*c->key.message) {
		str_addf(&s, "rule %s%s: %s", rule->name,
			 rule->status == STATED   ? ""
			 : rule->status == SILENT ? " (silent)"
						  : " (contradictory)",
			 rule->sentence);
		wrap(out, style->columns, "  ", s.s, MAX_LINES);
	}
	str_addf(out, "  %s/%s\n\n", r->out, c->dir);
	str_free(&s);
}

static void refusals(struct str *out, const struct fuzz_result *r, unsigned columns)
{
	const struct fuzz_clusters *all = r->clusters;
	size_t before = out->len;

	for (size_t i = 0; i < r->setup->ncolumns; i++) {
		const struct column *c = &r->setup->columns[i];
		struct str s = { 0 };

		if (!c->unusable ||
		    (i && c[-1].compiler == c->compiler && c[-1].profile == c->profile))
			continue;
		str_addf(&s, "unsupported  %s -m%u: %s", c->compiler->name, width_bits(c->width),
			 c->unusable);
		wrap(out, columns, "", s.s, 1);
		str_free(&s);
	}
	if (r->why_not)
		str_addf(out, "not-run      some cases: %s\n", r->why_not);
	for (size_t i = 0; i < all->nrefusals; i++) {
		const struct fuzz_refusal *f = &all->refusals[i];
		struct str s = { 0 };

		str_addf(&s, "unsupported  %s -m%u, %zu cases: %s", f->compiler,
			 width_bits(f->width), f->cases, f->why);
		wrap(out, columns, "", s.s, 1);
		str_free(&s);
	}
	if (out->len > before)
		str_add(out, "\n");
}

static void totals(struct str *out, const struct fuzz_result *r)
{
	size_t clusters = 0, unexpected = 0, known = 0, large = 0;
	const char *comma = "";

	for (size_t i = 0; i < r->clusters->n; i++) {
		const struct fuzz_cluster *c = &r->clusters->v[i];

		clusters += !c->folded;
		unexpected += !c->folded && fuzz_unexpected(c);
		known += !c->folded && c->known;
		large += !c->folded && c->not_minimal;
	}
	for (int v = VERDICT_COUNT; v-- > 0;) {
		if (!r->total[v])
			continue;
		str_addf(out, "%s%zu %s", comma, r->total[v], verdict_info[v].name);
		comma = ", ";
	}
	str_addf(out, "\n%zu cluster%s: %zu unexpected, %zu known; minimised in %.1f s, ", clusters,
		 clusters == 1 ? "" : "s", unexpected, known, r->minimising);
	if (large)
		str_addf(out, "%zu perhaps not minimal\n", large);
	else
		str_add(out, "all minimal\n");
	if (r->interrupted)
		str_add(out, "interrupted by a signal\n");
	str_addf(out,
		 "seed %llu: %lu prototypes, %zu functions in %.1f s: %.0f functions per second\n",
		 (unsigned long long)r->source->seed, r->prototypes, r->functions, r->seconds,
		 r->seconds > 0 ? (double)r->functions / r->seconds : 0);
}

/* Where it ran, unless that is as everybody expects. */
static void run_places(struct str *out, const struct fuzz_result *r, const struct text_style *style)
{
	const struct fuzz_setup *s = r->setup;
	bool told[PLACES] = { [PLACE_NATIVE] = true };

	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];
		const char *engine = s->places.answer[c->place][c->profile].engine;
		const char *instead = s->places.instead[c->place];

		if (told[c->place])
			continue;
		told[c->place] = true;
		text_wrap(out, style, "", "  ",
			  arena_printf(s->arena, "place %s (%s)%s%s", place_name(c->place),
				       engine ? engine : "none",
				       instead ? " instead of native: " : "",
				       instead ? instead : ""));
	}
}

void fuzz_text(struct str *out, const struct fuzz_result *r, unsigned columns, bool colour)
{
	struct text_style style = { .columns = columns < 60 ? 60 : columns, .colour = colour };

	run_places(out, r, &style);
	refusals(out, r, style.columns);
	for (size_t i = 0; i < r->clusters->n; i++) {
		const struct fuzz_cluster *c = &r->clusters->v[i];

		if (c->folded)
			continue;
		if (c->known)
			known_line(out, c, r, &style);
		else
			one_cluster(out, c, r, &style);
	}
	totals(out, r);
}
