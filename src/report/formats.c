/* SPDX-License-Identifier: MIT */
/* The table of renderings. */
#include "report/report.h"

#include <string.h>

const struct report_format report_formats[] = {
	{ "terminal", NULL, "what `clobber run' prints", report_terminal },
	{ "txt", "report.txt", "text for a mail: 72 columns of ASCII", report_mail },
	{ "md", "report.md", "Markdown, for pull requests and job summaries", report_markdown },
	{ "html", "report.html", "one HTML file for a browser", report_html },
	{ "junit", "junit.xml", "JUnit XML", report_junit },
	{ "ktap", "ktap.txt", "the kernel's Test Anything Protocol", report_ktap },
	{ "github", NULL, "annotations for GitHub Actions", report_github },
	{ "known", NULL, "what was found, as lines for `clobber run --known FILE'", report_known },
	{ NULL, NULL, NULL, NULL },
};

const struct report_format *report_format(const char *name)
{
	for (const struct report_format *f = report_formats; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
	}
	return NULL;
}
