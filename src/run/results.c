/* SPDX-License-Identifier: MIT */
/* Writing and printing the reports of a judged matrix. */
#include "run/results.h"
#include "util/data.h"
#include "util/terminal.h"

#include <stdio.h>
#include <stdlib.h>

static void print(const struct stored *s, const struct results_style *r)
{
	const struct run_facts facts = { .took = r->took, .folder = r->out };
	struct text_style style = terminal_style(r->color);
	struct causes causes;
	struct str out = { 0 };

	style.every_group = style.every_finding = r->verbose;
	if (r->quiet) {
		report_causes(s, &causes);
		report_answer(&out, s, &causes, &facts, &style);
	} else {
		report_text(&out, s, &facts, &style);
	}
	fwrite(out.s, 1, out.len, stdout);
	str_free(&out);
}

int results(struct matrix *m, const struct claims_table *claims, const char *command, json_t *host,
	    const struct results_style *style)
{
	json_t *document = report_document(m, claims, command);
	struct str out = { 0 };
	struct stored stored;
	const char *wrong;

	if (host)
		json_object_set(document, "host", host);
	report_json(&out, document);
	wrong = stored_parse(m->arena, out.s, out.len, &stored);
	if (wrong)
		die("internal error: matrix.json: %s; please report this", wrong);
	for (size_t i = 0; i < stored.ncolumns; i++)
		stored.columns[i].seconds = m->runs ? (double)m->runs[i].run.cost.wall / 1e9 : 0;
	save_text(arena_printf(m->arena, "%s/matrix.json", style->out), &out);
	for (const struct report_format *f = report_formats; f->name; f++) {
		if (!f->file)
			continue;
		f->render(&out, &stored, style->verbose);
		save_text(arena_printf(m->arena, "%s/%s", style->out, f->file), &out);
	}
	print(&stored, style);
	stored_close(&stored);
	json_decref(document);
	if (!m->executed) {
		fflush(stdout);
		fputs("clobber: nothing was executed: see the reasons above\n", stderr);
		return 2;
	}
	return m->unexpected || m->nvanished;
}
