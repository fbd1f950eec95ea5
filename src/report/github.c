/* SPDX-License-Identifier: MIT */
/* Annotations for GitHub Actions (its documentation, "Workflow commands"): a line a fact, at the
 * prototype's line of the case file. Errors are what makes a run fail; what no document decides is
 * a notice; known findings are left out. */
#include "report/report.h"
#include "report/style.h"

#include <string.h>

/* "cases/x.h:12" as file and line. */
static void annotation(struct str *out, struct arena *a, const char *kind, const char *where,
		       const char *title, const char *message)
{
	const char *colon = strrchr(where, ':');

	str_addf(out, "::%s file=", kind);
	str_add_escaped(out, colon ? arena_strndup(a, where, (size_t)(colon - where)) : where,
			":,");
	str_addf(out, ",line=%s,title=", colon ? colon + 1 : "1");
	str_add_escaped(out, title, ":,");
	str_add(out, "::");
	str_add_escaped(out, message, "");
	str_add(out, "\n");
}

void report_github(struct str *out, const struct stored *s, bool everything)
{
	size_t n;
	struct cluster *v = report_clusters(s, &n);
	struct arena *a = s->arena;

	(void)everything;
	for (size_t i = n; i-- > 0;) {
		const struct stored_finding *f = v[i].example;
		const char *message;

		if (f->known)
			continue;
		message = arena_printf(a, "%s\n%s\n%s: expected %s, got %s%s%s%s\nrule %s: %s\n%s",
				       text_cluster_columns(s, &v[i]), f->c->prototype, f->subject,
				       f->expected, f->observed, f->origin ? " (" : "",
				       f->origin ? f->origin : "", f->origin ? ")" : "",
				       f->rule->name, f->rule->sentence, f->repro);
		annotation(out, a, f->verdict >= VERDICT_VIOLATION ? "error" : "notice",
			   f->c->where,
			   arena_printf(a, "%s of %s as %s", verdict_info[f->verdict].name,
					f->c->id, direction_name(f->direction)),
			   message);
	}
	for (size_t i = 0; i < s->nvanished; i++)
		annotation(out, a, "error", s->vanished[i].where, "known finding vanished",
			   arena_printf(a, "%s no longer shows it in %s (%s): delete this line",
					s->vanished[i].compiler, s->vanished[i].id,
					s->vanished[i].reason));
}
