/* SPDX-License-Identifier: MIT */
/* The report as JUnit XML (the structure that Jenkins documents and GitLab and others read): a
 * suite a column, a test case a cell, the first of its findings that are not known as one failure
 * with its full text and the line of its prototype. */
#include "report/report.h"
#include "report/style.h"
#include "util/clean.h"
#include "util/terminal.h"

#include <libxml/xmlwriter.h>
#include <string.h>

/* More text than a CI system likes to show: the rest is in the other reports. */
enum { MAX_TOLD = 20 };

struct writer {
	xmlTextWriterPtr xml;
	const struct stored *s;
};

static void begin(struct writer *w, const char *name)
{
	xmlTextWriterStartElement(w->xml, BAD_CAST name);
}

static void attribute(struct writer *w, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(w->xml, BAD_CAST name,
				    BAD_CAST clean_lines(w->s->arena, value));
}

static void count(struct writer *w, const char *name, unsigned n)
{
	xmlTextWriterWriteFormatAttribute(w->xml, BAD_CAST name, "%u", n);
}

static void end(struct writer *w)
{
	xmlTextWriterEndElement(w->xml);
}

bool cell_fails(const struct cell *c)
{
	return c->count[VERDICT_VIOLATION] + c->count[VERDICT_CRASH] + c->count[VERDICT_TIMEOUT] >
	       c->known;
}

unsigned cell_text(struct str *out, const struct stored *s, const struct cell *c, unsigned columns)
{
	struct text_style style = { .columns = columns };
	unsigned reported = 0;

	for (size_t i = c->first; i != NO_FINDING; i = s->findings[i].next) {
		const struct stored_finding *f = &s->findings[i];

		if (f->verdict < VERDICT_VIOLATION || f->known)
			continue;
		if (reported++ < MAX_TOLD)
			text_finding(out, s, &style, f, s->columns[f->column].name);
	}
	if (reported > MAX_TOLD)
		str_addf(out, "... and %u more\n", reported - MAX_TOLD);
	return reported;
}

/* Where the first finding that makes the cell fail is declared. */
static void position(struct writer *w, const struct cell *c)
{
	for (size_t i = c->first; i != NO_FINDING; i = w->s->findings[i].next) {
		const struct stored_finding *f = &w->s->findings[i];
		const char *colon = strrchr(f->c->where, ':');

		if (f->verdict < VERDICT_VIOLATION || f->known || !colon)
			continue;
		attribute(w, "file",
			  arena_strndup(w->s->arena, f->c->where, (size_t)(colon - f->c->where)));
		attribute(w, "line", colon + 1);
		return;
	}
}

/* The first of the findings that make it fail; how many there are. */
static unsigned first_text(struct str *out, const struct stored *s, const struct cell *c)
{
	struct text_style style = { .columns = 100 };
	unsigned n = 0;

	for (size_t i = c->first; i != NO_FINDING; i = s->findings[i].next) {
		const struct stored_finding *f = &s->findings[i];

		if (f->verdict < VERDICT_VIOLATION || f->known)
			continue;
		if (!n++)
			text_finding(out, s, &style, f, s->columns[f->column].name);
	}
	if (n > 1)
		str_addf(out, "... and %u more: report.html\n", n - 1);
	return n;
}

static void test_case(struct writer *w, const struct stored_column *col, const struct cell *c)
{
	struct str text = { 0 };
	unsigned n;

	begin(w, "testcase");
	attribute(w, "classname", col->id);
	attribute(w, "name", w->s->rows[c->row].id);
	count(w, "assertions", c->executed);
	if (cell_fails(c))
		position(w, c);
	if (!c->executed) {
		begin(w, "skipped");
		attribute(w, "message", c->reason ? c->reason : "not run");
		end(w);
	}
	if (cell_fails(c)) {
		n = first_text(&text, w->s, c);
		begin(w, "failure");
		attribute(w, "type", verdict_info[c->verdict].name);
		attribute(w, "message",
			  arena_printf(w->s->arena, "%u of %u cases, %u findings",
				       c->count[VERDICT_VIOLATION] + c->count[VERDICT_CRASH] +
					       c->count[VERDICT_TIMEOUT] - c->known,
				       c->planned, n));
		xmlTextWriterWriteString(w->xml,
					 BAD_CAST clean_lines(w->s->arena, text.s ? text.s : ""));
		end(w);
	}
	end(w);
	str_free(&text);
}

static void property(struct writer *w, const char *name, const char *value)
{
	if (!value)
		return;
	begin(w, "property");
	attribute(w, "name", name);
	attribute(w, "value", value);
	end(w);
}

struct totals {
	unsigned tests, failures, skipped;
};

static struct totals count_column(const struct writer *w, size_t column)
{
	struct totals t = { 0 };

	for (size_t i = w->s->first_cell[column]; i < w->s->first_cell[column + 1]; i++) {
		const struct cell *cell = &w->s->cells[w->s->by_column[i]];

		t.tests++;
		t.failures += cell_fails(cell);
		t.skipped += !cell->executed;
	}
	/* What cannot be built is one test that is skipped. */
	if (w->s->columns[column].unusable)
		t.tests = t.skipped = 1;
	return t;
}

static void totals(struct writer *w, const struct totals *t)
{
	count(w, "tests", t->tests);
	count(w, "failures", t->failures);
	count(w, "errors", 0);
	count(w, "skipped", t->skipped);
}

/* Seconds, where the run that writes this knows them. */
static void seconds(struct writer *w, double s)
{
	if (s > 0)
		xmlTextWriterWriteFormatAttribute(w->xml, BAD_CAST "time", "%.3f", s);
}

static void suite(struct writer *w, size_t column)
{
	const struct stored_column *c = &w->s->columns[column];
	struct totals t = count_column(w, column);

	begin(w, "testsuite");
	attribute(w, "name", arena_printf(w->s->arena, "%s, %s", c->name, c->place));
	totals(w, &t);
	seconds(w, c->seconds);
	begin(w, "properties");
	property(w, "compiler", arena_printf(w->s->arena, "%s %s", c->compiler, c->version));
	property(w, "place", arena_printf(w->s->arena, "%s (%s)", c->place, c->engine));
	property(w, "profile", c->profile);
	property(w, "text_hash", c->text_hash);
	end(w);
	if (c->unusable) {
		begin(w, "testcase");
		attribute(w, "classname", c->id);
		attribute(w, "name", "all");
		begin(w, "skipped");
		attribute(w, "message", c->unusable);
		end(w);
		end(w);
	}
	for (size_t i = w->s->first_cell[column]; !c->unusable && i < w->s->first_cell[column + 1];
	     i++)
		test_case(w, c, &w->s->cells[w->s->by_column[i]]);
	end(w);
}

/* A known finding that vanished is of no cell: a suite of its own, which fails. */
static void vanished(struct writer *w)
{
	if (!w->s->nvanished)
		return;
	begin(w, "testsuite");
	attribute(w, "name", "known findings that vanished");
	totals(w, &(struct totals){ (unsigned)w->s->nvanished, (unsigned)w->s->nvanished, 0 });
	for (size_t i = 0; i < w->s->nvanished; i++) {
		const struct vanished *v = &w->s->vanished[i];

		begin(w, "testcase");
		attribute(w, "classname", v->compiler);
		attribute(w, "name", v->id);
		begin(w, "failure");
		attribute(w, "type", "vanished");
		attribute(w, "message",
			  arena_printf(w->s->arena, "delete the line %s: %s", v->where, v->reason));
		end(w);
		end(w);
	}
	end(w);
}

void report_junit(struct str *out, const struct stored *s, bool everything)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	struct writer w = { buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL, s };
	struct totals all = { (unsigned)s->nvanished, (unsigned)s->nvanished, 0 };
	double time = 0;

	(void)everything;
	if (!w.xml)
		die("out of memory while writing JUnit XML");
	xmlTextWriterSetIndent(w.xml, 1);
	xmlTextWriterStartDocument(w.xml, NULL, "UTF-8", NULL);
	begin(&w, "testsuites");
	attribute(&w, "name", arena_printf(s->arena, "clobber %s", s->version));
	for (size_t i = 0; i < s->ncolumns; i++) {
		struct totals t = count_column(&w, i);

		all.tests += t.tests;
		all.failures += t.failures;
		all.skipped += t.skipped;
		time += s->columns[i].seconds;
	}
	totals(&w, &all);
	seconds(&w, time);
	for (size_t i = 0; i < s->ncolumns; i++)
		suite(&w, i);
	vanished(&w);
	end(&w);
	if (xmlTextWriterEndDocument(w.xml) < 0)
		die("cannot write JUnit XML: the XML library gave up");
	xmlFreeTextWriter(w.xml);
	str_addn(out, (const char *)buffer->content, buffer->use);
	xmlBufferFree(buffer);
}
