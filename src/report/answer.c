/* SPDX-License-Identifier: MIT */
/* The answer: who is fine, who violates what, by cause, and how far one may rely on it. It ends
 * every run and heads every report. */
#include "report/style.h"

#include <ctype.h>
#include <string.h>

enum {
	MOST_CAUSES = 3,
	MOST_COMPILERS = 4,
	MOST_FOLLOWERS = 3,
	MOST_REASONS = 3,
	MOST_POINTS = 20,
	MOST_REFERENCES = 26
};

const char *grouped_number(struct arena *a, size_t n)
{
	return n < 1000 ? arena_printf(a, "%zu", n)
			: arena_printf(a, "%s,%03zu", grouped_number(a, n / 1000), n % 1000);
}

bool answer_fails(const struct stored *s)
{
	return s->unexpected || s->nvanished;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* A word in colour, and what it is about, wrapped behind it. */
static void line(struct str *out, const struct text_style *style, const char *colour,
		 const char *word, const char *text)
{
	struct str plain = { 0 };
	char lead[16] = "      ";
	size_t n = strlen(word);

	memcpy(lead, word, n);
	text_wrap(&plain, style, lead, "      ", text);
	paint(out, style, colour, word);
	str_add(out, plain.s + n);
	str_free(&plain);
}

/* A compiler of the run: what there is against it. */
struct standing {
	const char *name;
	size_t causes, died;
	const char *such; /* a case on which it died */
	bool ran;
};

/* The standings of all compilers that could be used; *n of them. */
static struct standing *standings(const struct stored *s, const struct causes *c, size_t *n)
{
	struct standing *v = arena_alloc(s->arena, (s->ncolumns + 1) * sizeof(*v));
	size_t *of = arena_alloc(s->arena, (s->ncolumns + 1) * sizeof(*of));
	unsigned char *seen;

	*n = 0;
	for (size_t i = 0; i < s->ncolumns; i++) {
		size_t k = 0;

		while (k < *n && strcmp(v[k].name, s->columns[i].compiler))
			k++;
		if (k == *n)
			v[(*n)++] = (struct standing){ .name = s->columns[i].compiler };
		of[i] = k;
	}
	for (size_t i = 0; i < s->ncells; i++)
		v[of[s->cells[i].column]].ran |= s->cells[i].executed > 0;
	seen = arena_alloc(s->arena, *n * c->n + 1);
	for (size_t i = 0; i < s->nfindings; i++) {
		size_t k = of[s->findings[i].column];
		unsigned char *flag = &seen[k * c->n + c->of[i]];
		const struct cluster *cluster = &c->v[c->of[i]];

		v[k].causes += cluster->kind == CLUSTER_CAUSE && !*flag;
		if (cluster->kind == CLUSTER_DIED) {
			v[k].died = cluster->cases;
			v[k].such = cluster->example->c->id;
		}
		*flag = 1;
	}
	return v;
}

/* "gcc-11, gcc-12" of those without anything against them; "" if there are none. */
static const char *fine(const struct stored *s, const struct standing *v, size_t n)
{
	const char *r = "";

	for (size_t i = 0; i < n; i++) {
		if (v[i].ran && !v[i].causes && !v[i].died)
			r = arena_printf(s->arena, "%s%s%s", r, *r ? ", " : "", v[i].name);
	}
	return r;
}

/* Few causes: a line each. */
static void each_cause(struct str *out, const struct stored *s, const struct causes *c,
		       const struct text_style *style)
{
	for (size_t i = c->n; i-- > 0;) {
		const struct cluster *v = &c->v[i];

		if (v->kind == CLUSTER_CAUSE)
			line(out, style, RED, "FAIL",
			     arena_printf(s->arena, "%s: %s (%s)", v->compilers, cause_title(s, v),
					  v->example->rule->name));
	}
	for (size_t i = c->n; i-- > 0;) {
		const struct cluster *v = &c->v[i];

		if (v->kind == CLUSTER_DIED)
			line(out, style, MAGENTA, "died",
			     arena_printf(s->arena, "%s on %zu prototype%s, such as %s",
					  v->compilers, v->cases, plural(v->cases),
					  v->example->c->id));
	}
}

/* Many: a line for each compiler. */
static void each_compiler(struct str *out, const struct stored *s, const struct standing *v,
			  size_t n, const struct text_style *style)
{
	size_t reported = 0, more = 0;

	for (size_t i = 0; i < n; i++) {
		const char *died = "";

		if (!v[i].causes && !v[i].died)
			continue;
		if (++reported > MOST_COMPILERS) {
			more++;
			continue;
		}
		if (v[i].died)
			died = arena_printf(s->arena, "%sdied on %zu prototype%s (%s)",
					    v[i].causes ? "; " : "", v[i].died, plural(v[i].died),
					    v[i].such);
		line(out, style, v[i].causes ? RED : MAGENTA, v[i].causes ? "FAIL" : "died",
		     v[i].causes ? arena_printf(s->arena, "%s: %zu cause%s%s", v[i].name,
						v[i].causes, plural(v[i].causes), died)
				 : arena_printf(s->arena, "%s: %s", v[i].name, died));
	}
	if (more)
		line(out, style, RED, "FAIL",
		     arena_printf(s->arena, "and %zu more compiler%s", more, plural(more)));
}

static void verdict(struct str *out, const struct stored *s, const struct causes *c,
		    const struct text_style *style)
{
	size_t n;
	const struct standing *v = standings(s, c, &n);
	const char *good = fine(s, v, n);

	if (!s->executed) {
		line(out, style, YELLOW, "none", "nothing was executed, so nothing is known");
		return;
	}
	if (c->count[CLUSTER_CAUSE] <= MOST_CAUSES)
		each_cause(out, s, c, style);
	else
		each_compiler(out, s, v, n, style);
	if (s->nvanished)
		line(out, style, RED, "FAIL",
		     arena_printf(s->arena, "%zu known finding%s did not occur: %s%s", s->nvanished,
				  plural(s->nvanished),
				  strcmp(s->vanished[0].reason, IN_BASELINE)
					  ? "delete "
					  : "make the baseline anew: ",
				  s->nvanished == 1 ? s->vanished[0].where : "their lines"));
	if (!*good)
		return;
	line(out, style, GREEN, "ok",
	     answer_fails(s) ? good
	     : s->known      ? arena_printf(s->arena, "no violation but known ones by %s", good)
			     : arena_printf(s->arena, "no document is violated by %s", good));
}

/* "LLVM 41784" of "LLVM 41784: __int128 split": the references of the known findings. */
static const char *references(const struct stored *s, const struct causes *c)
{
	const char *r = "", *end = "";

	for (size_t i = 0; i < c->n && !*end; i++) {
		const char *reason = c->v[i].example->known_reason, *colon, *more;

		if (c->v[i].kind != CLUSTER_KNOWN)
			continue;
		colon = strchr(reason, ':');
		if (!colon || colon == reason || !isupper((unsigned char)*reason) ||
		    !isdigit((unsigned char)colon[-1]))
			continue;
		more = arena_printf(s->arena, "%s%s%.*s", r, *r ? "; " : "", (int)(colon - reason),
				    reason);
		if (strlen(more) > MOST_REFERENCES)
			end = "; ...";
		else
			r = more;
	}
	return *r ? arena_printf(s->arena, " (%s%s)", r, end) : "";
}

/* "kvm: no /dev/kvm" without the name of the place. */
static const char *behind(const char *why)
{
	const char *colon = strstr(why, ": ");

	return colon ? colon + 2 : why;
}

/* Reasons for what was not run, each printed once, the first few of them. */
struct reasons {
	struct arena *arena;
	const char **seen;
	size_t n;
};

static bool is_new(struct reasons *r, const char *why)
{
	if (!why || strstr(why, EXPRESSES_NONE))
		return false;
	for (size_t i = 0; i < r->n; i++) {
		if (!strcmp(r->seen[i], why))
			return false;
	}
	r->seen = arena_grow(r->arena, r->seen, r->n, sizeof(*r->seen));
	r->seen[r->n++] = why;
	return r->n <= MOST_REASONS;
}

/* "12 cases of " where others ran; nothing where the reason stopped all of them. */
static const char *share(const struct stored *s, const char *reason)
{
	size_t n = 0;

	for (size_t i = 0; s->executed && i < s->ncells; i++) {
		if (s->cells[i].reason && !strcmp(s->cells[i].reason, reason))
			n += s->cells[i].count[VERDICT_NOT_RUN];
	}
	return n ? arena_printf(s->arena, "%zu case%s, first of ", n, n == 1 ? "" : "s") : "";
}

/* Cases that a column left out, though it ran, or had something to run; where nothing was executed
 * at all, those that no compiler expresses, too. */
static void not_run_cases(struct str *out, const struct stored *s, struct reasons *r,
			  const struct text_style *style)
{
	for (size_t i = 0; i < s->ncells; i++) {
		const struct cell *cell = &s->cells[i];
		const struct stored_column *c = &s->columns[cell->column];

		if (c->unusable || (s->executed && !cell->count[VERDICT_NOT_RUN]))
			continue;
		if (is_new(r, cell->reason))
			line(out, style, "", "",
			     arena_printf(s->arena, "not run: %s%s -m%u: %s",
					  share(s, cell->reason), stored_group(s, c), c->width,
					  cell->reason));
	}
}

/* What was not run here, a line a reason. */
static void not_run(struct str *out, const struct stored *s, const struct text_style *style)
{
	struct reasons r = { .arena = s->arena };

	for (size_t i = 0; i < s->nplaces; i++) {
		const struct stored_place *p = &s->places[i];
		const char *why = p->why_not;

		if (is_new(&r, why))
			line(out, style, "", "",
			     arena_printf(s->arena, "not run here: place %s: %s", p->name,
					  strncmp(why, p->name, strlen(p->name)) ? why
										 : behind(why)));
	}
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];

		if (is_new(&r, c->why_not))
			line(out, style, "", "",
			     arena_printf(s->arena, "not run here: %s -m%u: %s", c->place, c->width,
					  c->why_not));
	}
	not_run_cases(out, s, &r, style);
	for (size_t i = 0; i < s->nplaces; i++) {
		if (s->places[i].instead)
			line(out, style, "", "",
			     arena_printf(s->arena, "place %s instead of native: %s",
					  s->places[i].name, s->places[i].instead));
	}
	if (r.n > MOST_REASONS)
		line(out, style, "", "",
		     arena_printf(s->arena, "not run here: more, for %zu other reasons: -v",
				  r.n - MOST_REASONS));
}

/* Compilers and options that nothing was built with, in a line. */
static void not_built(struct str *out, const struct stored *s, const struct text_style *style)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct stored_column *c = &s->columns[i];

		if (!c->unusable || (i && stored_siblings(&s->columns[i - 1], c)))
			continue;
		if (!first)
			first = arena_printf(s->arena, "%s -m%u: %s", stored_group(s, c), c->width,
					     c->unusable);
		n++;
	}
	if (n)
		line(out, style, "", "",
		     n == 1 ? arena_printf(s->arena, "not built: %s", first)
			    : arena_printf(s->arena, "not built: %s; and %zu more: -v", first,
					   n - 1));
}

void report_answer(struct str *out, const struct stored *s, const struct causes *c,
		   const struct run_facts *run, const struct text_style *style)
{
	struct arena *a = s->arena;
	const char *points = "";

	verdict(out, s, c, style);
	if (c->count[CLUSTER_POINT])
		points = arena_printf(a, "; %zu point%s no document decides (-v)",
				      c->count[CLUSTER_POINT], plural(c->count[CLUSTER_POINT]));
	if (s->total[VERDICT_DE_FACTO])
		points = arena_printf(a, "%s; %s de facto, as no document decides", points,
				      grouped_number(a, s->total[VERDICT_DE_FACTO]));
	line(out, style, "", "",
	     arena_printf(a, "%s calls checked%s%s%s", grouped_number(a, s->executed),
			  run && run->took ? " in " : "", run && run->took ? run->took : "",
			  points));
	if (s->known)
		line(out, style, "", "",
		     arena_printf(a, "k: %zu known finding%s in %s calls%s",
				  c->count[CLUSTER_KNOWN], plural(c->count[CLUSTER_KNOWN]),
				  grouped_number(a, s->known), references(s, c)));
	text_claims_line(out, &s->claims, style);
	not_run(out, s, style);
	not_built(out, s, style);
	if (run && run->folder && c->count[CLUSTER_CAUSE] + c->count[CLUSTER_DIED])
		line(out, style, "", "",
		     arena_printf(a,
				  "clobber show 1%s%s explains a cause; --run repeats it, --bundle "
				  "DIR writes a bug report",
				  strcmp(run->folder, "results/latest") ? " " : "",
				  strcmp(run->folder, "results/latest") ? run->folder : ""));
	if (run && run->folder)
		line(out, style, "", "",
		     arena_printf(a, "%s/report.html, report.txt (a mail), report.md, junit.xml",
				  run->folder));
}

/* Lists -------------------------------------------------------------------------------------- */

/* "%-*.*s" that says when it cuts. */
static const char *cut(const struct stored *s, const char *text, size_t room)
{
	return strlen(text) <= room
		       ? text
		       : arena_printf(s->arena, "%.*s...", (int)(room > 3 ? room - 3 : 0), text);
}

/* The columns of a list of causes; what is between WHO and CASES is left for the cause. */
enum { NUMBER = 3, WHO = 13, CASES = 5, RULE = 19, BETWEEN = 4 };

static size_t cause_room(const struct text_style *style)
{
	return style->columns - (NUMBER + WHO + CASES + RULE + BETWEEN);
}

static void short_cause(struct str *out, const struct stored *s, const struct cluster *c,
			const struct text_style *style, size_t number)
{
	const char *who =
		strchr(c->compilers, ',') ? s->columns[c->example->column].family : c->compilers;
	size_t room = cause_room(style);

	str_addf(out, "%*zu %-*s %-*s%*zu  %s\n", NUMBER, number, WHO,
		 cut(s,
		     arena_printf(s->arena, "%.7s %s", who,
				  c->widths == 64   ? "64"
				  : c->widths == 32 ? "32"
						    : "64+32"),
		     WHO),
		 (int)room, cut(s, cause_title(s, c), room), CASES, c->cases,
		 cut(s, c->example->rule->name, RULE));
}

static void full_cause(struct str *out, const struct stored *s, const struct cluster *c,
		       const struct text_style *style)
{
	const char *as = c->as[CL_CALLEE] && c->as[CL_CALLER] ? "callee and caller"
			 : c->as[CL_CALLEE]                   ? "callee"
							      : "caller";

	line(out, style, RED, "FAIL",
	     arena_printf(s->arena, "%s: %s, as %s", c->compilers, cause_title(s, c), as));
	text_finding(out, s, style, c->example, text_cluster_columns(s, c));
	if (c->nfollows) {
		out->len--; /* of the blank line behind the finding */
		text_followers(out, s, c, style, MOST_FOLLOWERS);
		str_add(out, "\n");
	}
}

void text_followers(struct str *out, const struct stored *s, const struct cluster *c,
		    const struct text_style *style, size_t most)
{
	const char *text = "";

	for (size_t i = 0; i < c->nfollows && i < most; i++)
		text = arena_printf(s->arena, "%s%s%s (%zu)", text, i ? ", " : "",
				    cause_words(s, c->follows[i].example), c->follows[i].cases);
	if (c->nfollows > most)
		text = arena_printf(s->arena, "%s, and %zu more", text, c->nfollows - most);
	text_wrap(out, style, "  with it, in the same cases: ", "    ", text);
}

void text_causes(struct str *out, const struct stored *s, const struct causes *c,
		 const struct text_style *style, size_t most, size_t lines)
{
	size_t n = 0, more = 0;

	for (size_t i = c->n; i-- > 0;) {
		if (c->v[i].kind != CLUSTER_CAUSE)
			continue;
		if (n == most && lines > most)
			str_addf(out, "%*s %-*s %-*s%*s  %s\n", NUMBER, "", WHO, "compiler",
				 (int)cause_room(style), "cause", CASES, "cases", "rule");
		if (n++ < most)
			full_cause(out, s, &c->v[i], style);
		else if (n <= lines)
			short_cause(out, s, &c->v[i], style, n);
		else
			more++;
	}
	if (more)
		str_addf(out, "    ... and %zu more: -v, report.html\n", more);
	if (n > most)
		str_add(out, "\n");
}

void text_died(struct str *out, const struct stored *s, const struct causes *c,
	       const struct text_style *style)
{
	for (size_t i = c->n; i-- > 0;) {
		const struct cluster *v = &c->v[i];

		if (v->kind != CLUSTER_DIED)
			continue;
		line(out, style, MAGENTA, "died",
		     arena_printf(s->arena, "%s on %zu prototype%s, such as %s: %s", v->compilers,
				  v->cases, plural(v->cases), v->example->c->prototype,
				  v->example->observed));
		str_add(out, "\n");
	}
}

static void points(struct str *out, const struct stored *s, const struct causes *c,
		   const struct text_style *style, enum cluster_kind kind, const char *title)
{
	size_t most = style->every_finding ? c->n : MOST_POINTS, more = 0;

	if (!c->count[kind])
		return;
	str_addf(out, "%s\n", title);
	for (size_t i = c->n; i-- > 0;) {
		const struct cluster *v = &c->v[i];

		if (v->kind != kind)
			continue;
		if (!most--) {
			more = c->count[kind] - MOST_POINTS;
			break;
		}
		str_addf(out, "%s\n",
			 cut(s,
			     arena_printf(s->arena, "  %s: %s", v->example->rule->name,
					  point_words(s, v)),
			     style->columns));
	}
	if (more)
		str_addf(out, "  ... and %zu more: -v, report.html\n", more);
	str_add(out, "\n");
}

void text_points(struct str *out, const struct stored *s, const struct causes *c,
		 const struct text_style *style)
{
	points(out, s, c, style, CLUSTER_POINT, "Points no document decides");
	points(out, s, c, style, CLUSTER_DE_FACTO,
	       "De facto: no document decides, gcc and clang agree");
}
