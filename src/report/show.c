/* SPDX-License-Identifier: MIT */
/* A finding with all that is known of it, for the terminal. */
#include "report/show.h"
#include "report/style.h"

#include <string.h>

const struct cluster *show_numbered(const struct causes *c, size_t number)
{
	return number && number <= c->n ? &c->v[c->n - number] : NULL;
}

static const struct stored_example *example_of(const struct stored *s,
					       const struct stored_finding *f)
{
	for (size_t i = 0; i < s->nexamples; i++) {
		if (s->examples[i].finding == (size_t)(f - s->findings))
			return &s->examples[i];
	}
	return NULL;
}

static void title(struct str *out, const struct text_style *style, const char *text)
{
	paint(out, style, BOLD, text);
	str_add(out, "\n");
}

static const char *head(const struct stored *s, const struct cluster *c)
{
	switch (c->kind) {
	case CLUSTER_CAUSE:
		return arena_printf(s->arena, "FAIL  %s: %s", c->compilers, cause_title(s, c));
	case CLUSTER_POINT:
		return arena_printf(s->arena, "point no document decides: %s", point_words(s, c));
	case CLUSTER_DE_FACTO:
		return arena_printf(s->arena, "de facto, no document decides: %s",
				    point_words(s, c));
	case CLUSTER_DIED:
		return arena_printf(s->arena, "died  %s", c->compilers);
	default:
		return arena_printf(s->arena, "known  %s: %s", c->compilers, cause_title(s, c));
	}
}

/* Where else the fact shows. */
static void elsewhere(struct str *out, const struct stored *s, const struct cluster *c,
		      const struct text_style *style)
{
	struct arena *a = s->arena;

	title(out, style, "Where it shows");
	text_wrap(out, style, "  ", "    ",
		  arena_printf(a, "%zu case%s (%zu as callee, %zu as caller), %zu finding%s",
			       c->cases, c->cases == 1 ? "" : "s", c->as[CL_CALLEE],
			       c->as[CL_CALLER], c->findings, c->findings == 1 ? "" : "s"));
	text_wrap(out, style, "  ", "    ", arena_printf(a, "with %s", c->columns));
	text_wrap(out, style, "  ", "    ", arena_printf(a, "under %s", c->conventions));
	if (c->nfollows)
		text_followers(out, s, c, style, c->nfollows);
	str_add(out, "\n");
}

void show_finding(struct str *out, const struct stored *s, const struct cluster *cluster,
		  const struct stored_finding *f, const struct text_style *style)
{
	const struct stored_example *e = example_of(s, f);

	if (cluster) {
		text_wrap(out, style, "", "      ", head(s, cluster));
		str_add(out, "\n");
	}
	text_finding(out, s, style, f, s->columns[f->column].name);
	if (f->known)
		text_wrap(out, style, "known: ", "  ", f->known_reason);
	show_places(out, s, f, style);
	if (e && e->code) {
		title(out, style,
		      arena_printf(s->arena, "What %s made of it (Intel syntax)",
				   s->columns[f->column].compiler));
		show_code(out, f, e->code, style);
		str_add(out, "\n");
	}
	if (e && e->assembly && style->every_finding) {
		title(out, style,
		      f->direction == CL_CALLEE ? "What calls it"
						: "What stands in for its callee");
		str_addf(out, "%s\n", e->assembly + (*e->assembly == '\n'));
	}
	if (cluster)
		elsewhere(out, s, cluster, style);
}
