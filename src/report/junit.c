/* SPDX-License-Identifier: MIT */
/* The report as JUnit XML (the structure that Jenkins documents and GitLab and others read): a
 * suite a column, a test case a cell, its findings that are not known as one failure with their
 * full text. What is known, and what no document decides, is reported without failing. */
#include "report/report.h"
#include "report/style.h"
#include "util/terminal.h"

#include <libxml/xmlwriter.h>
#include <string.h>

/* More text than a CI system likes to show: the rest is in the other reports. */
enum { MAX_TOLD = 20 };

/* XML has no way to write most control characters, and the writer takes UTF-8 only. */
static const char *clean(struct arena *a, const char *s)
{
	char *r = arena_strdup(a, s);

	for (unsigned char *p = (unsigned char *)r; *p; p++) {
		if ((*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
			*p = '?';
	}
	return r;
}

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
	xmlTextWriterWriteAttribute(w->xml, BAD_CAST name, BAD_CAST clean(w->s->arena, value));
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

/* What does not make the cell fail, a line each. */
static void in_short(struct str *out, const struct stored *s, const struct cell *c)
{
	unsigned reported = 0;

	for (size_t i = c->first; i != NO_FINDING; i = s->findings[i].next) {
		const struct stored_finding *f = &s->findings[i];

		if ((f->verdict >= VERDICT_VIOLATION && !f->known) || reported++ >= MAX_TOLD)
			continue;
		str_addf(out, "%s%s %s: %s: expected %s, got %s%s%s\n", f->known ? "known " : "",
			 verdict_info[f->verdict].name, f->c->id, f->subject, f->expected,
			 f->observed, f->known ? "; " : "", f->known ? f->known_reason : "");
	}
	if (reported > MAX_TOLD)
		str_addf(out, "... and %u more\n", reported - MAX_TOLD);
}

static void test_case(struct writer *w, const struct stored_column *col, const struct cell *c)
{
	struct str text = { 0 };
	unsigned n;

	begin(w, "testcase");
	attribute(w, "classname", col->id);
	attribute(w, "name", w->s->rows[c->row].id);
	count(w, "assertions", c->executed);
	if (!c->executed) {
		begin(w, "skipped");
		attribute(w, "message", c->reason ? c->reason : "not run");
		end(w);
	}
	if (cell_fails(c)) {
		n = cell_text(&text, w->s, c, 100);
		begin(w, "failure");
		attribute(w, "type", verdict_info[c->verdict].name);
		attribute(w, "message",
			  arena_printf(w->s->arena, "%u of %u cases, %u findings",
				       c->count[VERDICT_VIOLATION] + c->count[VERDICT_CRASH] +
					       c->count[VERDICT_TIMEOUT] - c->known,
				       c->planned, n));
		xmlTextWriterWriteString(w->xml, BAD_CAST clean(w->s->arena, text.s ? text.s : ""));
		end(w);
	}
	text.len = 0;
	in_short(&text, w->s, c);
	if (text.len) {
		begin(w, "system-out");
		xmlTextWriterWriteString(w->xml, BAD_CAST clean(w->s->arena, text.s));
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

static void suite(struct writer *w, size_t column)
{
	const struct stored_column *c = &w->s->columns[column];
	unsigned tests = 0, failures = 0, skipped = 0;

	for (size_t i = 0; i < w->s->ncells; i++) {
		if (w->s->cells[i].column != column)
			continue;
		tests++;
		failures += cell_fails(&w->s->cells[i]);
		skipped += !w->s->cells[i].executed;
	}
	begin(w, "testsuite");
	attribute(w, "name", arena_printf(w->s->arena, "%s, %s", c->name, c->place));
	count(w, "tests", tests);
	count(w, "failures", failures);
	count(w, "errors", 0);
	count(w, "skipped", skipped);
	begin(w, "properties");
	property(w, "compiler", arena_printf(w->s->arena, "%s %s", c->compiler, c->version));
	property(w, "place", arena_printf(w->s->arena, "%s (%s)", c->place, c->engine));
	property(w, "profile", c->profile);
	property(w, "text_hash", c->text_hash);
	end(w);
	for (size_t i = 0; i < w->s->ncells; i++) {
		if (w->s->cells[i].column == column)
			test_case(w, c, &w->s->cells[i]);
	}
	end(w);
}

/* A known finding that vanished is of no cell: a suite of its own, which fails. */
static void vanished(struct writer *w)
{
	if (!w->s->nvanished)
		return;
	begin(w, "testsuite");
	attribute(w, "name", "known findings that vanished");
	count(w, "tests", (unsigned)w->s->nvanished);
	count(w, "failures", (unsigned)w->s->nvanished);
	count(w, "errors", 0);
	count(w, "skipped", 0);
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

	(void)everything;
	if (!w.xml)
		die("out of memory while writing JUnit XML");
	xmlTextWriterSetIndent(w.xml, 1);
	xmlTextWriterStartDocument(w.xml, NULL, "UTF-8", NULL);
	begin(&w, "testsuites");
	attribute(&w, "name", arena_printf(s->arena, "clobber %s", s->version));
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
