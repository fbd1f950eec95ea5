/* SPDX-License-Identifier: MIT */
/* `clobber explain' as a function of texts. */
#include "page/page.h"
#include "check/header_text.h"
#include "cmd/explain.h"
#include "util/words.h"

#include <stdlib.h>
#include <string.h>

/* The record is the last: an answer has several. */
static void record(struct str *out, const char *kind, ...)
{
	va_list ap;

	str_addf(out, RECORD "%s", kind);
	va_start(ap, kind);
	for (const char *s; (s = va_arg(ap, const char *));)
		str_addf(out, FIELD "%s", s);
	va_end(ap);
}

void page_start(void)
{
	heap_reset();
}

char *page_room(size_t bytes)
{
	return malloc(bytes);
}

const char *page_choices(void)
{
	struct str out = { 0 };

	for (const struct convention *const *c = conventions; *c; c++) {
		if ((*c)->width == W64 || !convention_find((*c)->name, W64))
			record(&out, "abi", (*c)->name, (*c)->title, NULL);
	}
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (profiles[f].width == W64)
			record(&out, "profile", profiles[f].name, NULL);
	}
	for (enum edition e = 0; e < EDITIONS; e++)
		record(&out, "edition", editions[e].name, NULL);
	return out.s;
}

/* Choices -> q; an error, or NULL. */
static const char *choose(struct arena *a, struct question *q, bool *wanted, const char *abis,
			  const char *widths, const char *profile, const char *edition)
{
	const char **names = *abis ? split_list(a, abis) : NULL;

	for (const char **n = names; n && *n; n++) {
		if (!explain_is_convention(*n))
			return arena_printf(a, "unknown convention '%s'", *n);
	}
	q->names = names;
	q->width[W32] = !*widths || strstr(widths, "32");
	q->width[W64] = !*widths || strstr(widths, "64");
	if (!q->width[W32] && !q->width[W64])
		return arena_printf(a, "unknown width '%s': use 32, 64 or 32,64", widths);
	q->edition = *edition ? edition_find(edition) : EDITION_LATEST;
	if (q->edition >= EDITIONS)
		return arena_printf(a, "unknown edition '%s'", edition);
	if (!*profile)
		return NULL;
	for (enum profile_id f = 0; f < PROFILES; f++) {
		wanted[f] = !strcmp(profiles[f].name, profile);
		q->profiles = wanted[f] ? wanted : q->profiles;
	}
	return q->profiles ? NULL : arena_printf(a, "unknown profile '%s'", profile);
}

static void table(struct str *out, struct arena *a, const struct question *q,
		  const struct prototype *p)
{
	size_t n, ngroups;
	const char *why;
	const struct explained *v = explain_places(a, q, p, &n, &why);
	struct explained_group *g = arena_alloc(a, (n + 1) * sizeof(*g));
	const struct explained_group *last = NULL;

	ngroups = explain_groups(a, v, n, g);
	for (size_t i = 0; i < ngroups; last = &g[i++]) {
		enum width w = g[i].first->c->width;

		if (!last || last->first->c->width != w)
			record(out, "width", arena_printf(a, "%u", width_bits(w)), NULL);
		if (!g[i].n) {
			record(out, "why", g[i].names, g[i].first->why, NULL);
			continue;
		}
		record(out, "heads", NULL);
		for (size_t c = 0; c < g[i].n; c++)
			str_addf(out, FIELD "%s", explain_heading(a, g[i].first, c));
		record(out, "row", g[i].names, NULL);
		for (size_t c = 0; c < g[i].n; c++)
			str_addf(out, FIELD "%s", g[i].cell[c]);
	}
	for (const char **line = explain_open(a, g, ngroups); *line; line++)
		record(out, "open", *line, NULL);
}

static void changes(struct str *out, struct arena *a, const struct question *q,
		    const struct prototype *p)
{
	size_t n, nchanges;
	const char *why;
	const struct explained_pair *pair = explain_pairs(a, q, p, &n, &why);

	for (size_t i = 0; i < n; i++) {
		const struct explained_change *v =
			explain_changes(a, &pair[i].from, &pair[i].to, &nchanges);

		record(out, "pair", arena_printf(a, "%u", width_bits(pair[i].from.c->width)),
		       explain_pair_name(a, &pair[i]), NULL);
		for (size_t k = 0; k < nchanges; k++)
			record(out, "change", v[k].what, v[k].from, v[k].to, NULL);
	}
}

static void answer(struct str *out, struct arena *a, const struct question *q,
		   const struct prototype *p)
{
	struct str text = { 0 };
	size_t n;
	const char *why = explain_text(&text, a, q, p);
	const struct explained *v;

	record(out, "prototype", p->text ? p->text : proto_spell(a, p), NULL);
	if (why) {
		record(out, "error", why, NULL);
		return;
	}
	record(out, "text", text.s, NULL);
	if (q->vs || q->vs_convention) {
		changes(out, a, q, p);
		return;
	}
	table(out, a, q, p);
	text.len = 0;
	v = explain_places(a, q, p, &n, &why);
	for (size_t i = 0; i < n; i++)
		explain_full(&text, a, &v[i]);
	record(out, "full", text.s, NULL);
}

/* One declaration, or a header of several: an error, or NULL. */
static const char *parse(struct arena *a, const char *text, struct case_list *out)
{
	const char *error, *other;
	struct case_list many = { 0 };
	size_t skipped, left_out;
	char *plain;

	out->v = arena_alloc(a, sizeof(*out->v));
	out->v->proto = proto_parse_decl(a, text, &error);
	if (out->v->proto) {
		out->n = 1;
		return NULL;
	}
	plain = header_text(a, arena_strdup(a, text), &left_out);
	if (proto_parse_header(a, "<prototypes>", plain, strlen(plain), WIDTHS, &many, &skipped,
			       &other) < 0 ||
	    many.n < 2)
		return error;
	*out = many;
	return NULL;
}

const char *page_ask(const char *prototypes, const char *abis, const char *widths,
		     const char *profile, const char *edition, const char *vs)
{
	struct arena *a = arena_new();
	struct question q = { 0 };
	struct case_list list = { 0 };
	bool wanted[PROFILES];
	struct str out = { 0 };
	const char *error = choose(a, &q, wanted, abis, widths, profile, edition);

	if (!error)
		error = parse(a, prototypes, &list);
	if (explain_is_convention(vs))
		q.vs_convention = vs;
	else if (!error && *vs)
		q.vs = proto_parse_decl(a, vs, &error);
	if (error)
		record(&out, "error", error, NULL);
	for (size_t i = 0; i < list.n && !error; i++)
		answer(&out, a, &q, list.v[i].proto);
	return out.s;
}
