/* SPDX-License-Identifier: MIT */
/* What was found by running, in the report. */
#include "check/report_fitted.h"

#include <string.h>

void report_not_judged(struct str *out, const struct check_run *r, const struct text_style *style)
{
	for (size_t i = 0; r->fitted && i < r->file->n; i++) {
		if (r->fitted[i].why_not)
			text_wrap(out, style, "not-run  ", "         ",
				  arena_printf(r->arena, "%s: %s%s",
					       r->file->v[i].call.decl->proto->name,
					       r->fitted[i].why_not,
					       strstr(r->fitted[i].why_not, "no inputs fit")
						       ? "; `arg' lines say what it takes"
						       : ""));
	}
}

void report_fitted(struct str *out, const struct check_run *r, const struct text_style *style,
		   bool all)
{
	enum { FEW = 4 };
	size_t n = 0;

	for (size_t i = 0; r->fitted && i < r->file->n; i++)
		n += r->fitted[i].nlines > 0;
	if (!n)
		return;
	if (n > FEW && !all) {
		text_wrap(
			out, style, "", "  ",
			arena_printf(r->arena,
				     "Of %zu functions inputs that fit were found by running them; "
				     "-v prints them as lines for contracts.",
				     n));
		str_add(out, "\n");
		return;
	}
	str_add(out, "Inputs that fit, found by running; as lines for a contract:\n");
	for (size_t i = 0; i < r->file->n; i++) {
		for (size_t k = 0; k < r->fitted[i].nlines; k++)
			str_addf(out, "//! %s\n", r->fitted[i].line[k]);
		if (r->fitted[i].nlines)
			str_addf(out, "%s;\n", r->file->v[i].call.decl->proto->text);
	}
	str_add(out, "\n");
}
