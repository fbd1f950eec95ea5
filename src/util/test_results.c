/* SPDX-License-Identifier: MIT */
/* JUnit XML (the structure that Jenkins documents), KTAP (Linux, Documentation/dev-tools/ktap.rst,
 * version 1) and annotations for GitHub Actions (its documentation, "Workflow commands"). */
#include "util/test_results.h"

#include "util/clean.h"

#include <libxml/xmlwriter.h>
#include <string.h>

void test_note(struct arena *a, struct test_result *r, const char *kind, const char *title,
	       const char *text)
{
	struct test_note *more = arena_alloc(a, (r->nnotes + 1) * sizeof(*more));

	for (size_t i = 0; i < r->nnotes; i++)
		more[i] = r->note[i];
	more[r->nnotes++] = (struct test_note){ kind, title, text };
	r->note = more;
}

/* JUnit --------------------------------------------------------------------------------------- */

static void attribute(struct arena *a, xmlTextWriterPtr w, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST clean_lines(a, value));
}

static void junit_case(struct arena *a, xmlTextWriterPtr w, const struct test_result *r)
{
	static const char *const element[] = {
		[TEST_SKIPPED] = "skipped", [TEST_FAILED] = "failure", [TEST_DIED] = "error"
	};

	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(a, w, "classname", r->group);
	attribute(a, w, "name", r->name);
	if (r->status != TEST_PASSED) {
		xmlTextWriterStartElement(w, BAD_CAST element[r->status]);
		if (r->status != TEST_SKIPPED)
			attribute(a, w, "type", r->type);
		attribute(a, w, "message", r->message);
		if (r->status != TEST_SKIPPED)
			xmlTextWriterWriteString(w, BAD_CAST clean_lines(a, r->text));
		xmlTextWriterEndElement(w);
	} else if (*r->text) {
		xmlTextWriterWriteElement(w, BAD_CAST "system-out",
					  BAD_CAST clean_lines(a, r->text));
	}
	xmlTextWriterEndElement(w);
}

static void junit(struct arena *a, struct str *out, const char *suite, const struct test_result *v,
		  size_t n)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	xmlTextWriterPtr w = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
	size_t count[TEST_DIED + 1] = { 0 };

	if (!w)
		die("out of memory while writing JUnit XML");
	for (size_t i = 0; i < n; i++)
		count[v[i].status]++;
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(w, BAD_CAST "testsuites");
	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	attribute(a, w, "name", suite);
	attribute(a, w, "tests", arena_printf(a, "%zu", n));
	attribute(a, w, "failures", arena_printf(a, "%zu", count[TEST_FAILED]));
	attribute(a, w, "errors", arena_printf(a, "%zu", count[TEST_DIED]));
	attribute(a, w, "skipped", arena_printf(a, "%zu", count[TEST_SKIPPED]));
	for (size_t i = 0; i < n; i++)
		junit_case(a, w, &v[i]);
	if (xmlTextWriterEndDocument(w) < 0)
		die("cannot write JUnit XML: the XML library gave up");
	xmlFreeTextWriter(w);
	str_addn(out, (const char *)buffer->content, buffer->use);
	xmlBufferFree(buffer);
}

/* KTAP ---------------------------------------------------------------------------------------- */

static void ktap(struct arena *a, struct str *out, const char *suite, const struct test_result *v,
		 size_t n)
{
	(void)a;
	(void)suite;
	str_addf(out, "KTAP version 1\n1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		const struct test_result *r = &v[i];

		for (const char *s = r->status == TEST_SKIPPED ? "" : r->text; *s;
		     s += strcspn(s, "\n"), s += *s == '\n')
			str_addf(out, "# %.*s\n", (int)strcspn(s, "\n"), s);
		str_addf(out, "%s %zu %s/%s", r->status >= TEST_FAILED ? "not ok" : "ok", i + 1,
			 r->group, r->name);
		if (r->status == TEST_SKIPPED)
			str_addf(out, " # SKIP %s", r->message);
		str_add(out, "\n");
	}
}

/* GitHub -------------------------------------------------------------------------------------- */

static void github(struct arena *a, struct str *out, const char *suite, const struct test_result *v,
		   size_t n)
{
	(void)suite;
	for (const struct test_result *r = v; r < v + n; r++) {
		for (size_t k = 0; k < r->nnotes; k++) {
			str_addf(out, "::%s ", r->note[k].kind);
			if (r->file) {
				str_add(out, "file=");
				str_add_escaped(out, r->file, ":,");
				str_addf(out, ",line=%u,", r->line);
			}
			str_add(out, "title=");
			str_add_escaped(
				out,
				arena_printf(a, "%s/%s: %s", r->group, r->name, r->note[k].title),
				":,");
			str_add(out, "::");
			str_add_escaped(out, r->note[k].text, "");
			str_add(out, "\n");
		}
	}
}

static const struct {
	const char *name, *what;
	void (*write)(struct arena *a, struct str *out, const char *suite,
		      const struct test_result *v, size_t n);
} formats[] = {
	{ "junit", "XML for CI systems", junit },
	{ "ktap", "the kernel's test protocol", ktap },
	{ "github", "annotations for GitHub Actions", github },
};

const char *const *test_formats(struct arena *a, const char **help)
{
	static const char *names[ARRAY_SIZE(formats) + 3] = { "text", "json" };
	struct str s = { 0 };

	str_add(&s, "text (the default), json (everything, for programs)");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		names[i + 2] = formats[i].name;
		str_addf(&s, ", %s (%s)", formats[i].name, formats[i].what);
	}
	*help = arena_strdup(a, s.s);
	str_free(&s);
	return names;
}

void test_results(struct arena *a, struct str *out, const char *format, const char *suite,
		  const struct test_result *v, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(formats[i].name, format))
			formats[i].write(a, out, suite, v, n);
	}
}
