/* SPDX-License-Identifier: MIT */
/* The report as one HTML file that needs no network: the page of src/report/html with the matrix in
 * it, as JSON in which every string, and whatever columns share, is written once. */
#include "report/style.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* src/report/html/assets.asm */
extern const char html_page[], html_page_end[], html_style[], html_style_end[], html_script[],
	html_script_end[];

struct packer {
	const struct stored *s;
	struct arena *a;
	json_t *strings, *string_of; /* list, and text -> index */
	size_t *merged;              /* by finding: its index in the page */
	struct causes causes;
};

/* The index of a string; -1 for NULL. */
static int string_at(struct packer *p, const char *s)
{
	const json_t *at = s ? json_object_get(p->string_of, s) : NULL;
	size_t n = json_array_size(p->strings);

	if (!s)
		return -1;
	if (at)
		return (int)json_integer_value(at);
	json_array_append_new(p->strings, json_string(s));
	json_object_set_new_nocheck(p->string_of, s, json_integer((json_int_t)n));
	return (int)n;
}

static json_t *text(struct packer *p, const char *s)
{
	return json_integer(string_at(p, s));
}

/* Of a command that repeats a finding, what comes before the case: the same for a whole column. */
static size_t command_head(const char *repro)
{
	const char *at = strstr(repro, " --abi ");

	return at ? (size_t)(at - repro) : 0;
}

/* What is left of the command: NULL when the page can make it from the case, as it nearly always
 * can. */
static const char *command_tail(struct packer *p, const struct stored_finding *f)
{
	const char *tail = f->repro + command_head(f->repro);
	const char *colon = strrchr(f->c->where, ':'), *name = strrchr(f->c->id, '/');
	size_t file = colon ? (size_t)(colon - f->c->where) : 0;
	char *usual =
		arena_printf(p->a, " --abi %s --cases %.*s:%s --seed %llu --out results/repeat",
			     f->c->convention, (int)file, f->c->where, name ? name + 1 : "",
			     (unsigned long long)p->s->seed);

	return strcmp(tail, usual) ? tail : NULL;
}

static json_t *columns(struct packer *p)
{
	const char **repros = arena_alloc(p->a, (p->s->ncolumns + 1) * sizeof(*repros));
	json_t *list = json_array();

	for (size_t k = p->s->nfindings; k-- > 0;)
		repros[p->s->findings[k].column] = p->s->findings[k].repro;
	for (size_t i = 0; i < p->s->ncolumns; i++) {
		const struct stored_column *c = &p->s->columns[i];
		const char *repro =
			repros[i] ? arena_strndup(p->a, repros[i], command_head(repros[i])) : "";

		json_array_append_new(
			list, json_pack("{ss ss ss ss ss ss si ss ss ss ss so so so}", "id", c->id,
					"name", c->name, "group", stored_group(p->s, c), "compiler",
					c->compiler, "family", c->family, "version", c->version,
					"width", (int)c->width, "opt", c->opt, "profile",
					c->profile, "place", c->place, "engine", c->engine, "hash",
					string_or_null(c->text_hash), "unusable",
					string_or_null(c->unusable), "repro", json_string(repro)));
	}
	return list;
}

static json_t *rows(struct packer *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->s->nrows; i++) {
		const struct row *r = &p->s->rows[i];

		json_array_append_new(list, json_pack("[o i i o i]", text(p, r->convention),
						      (int)r->width, r->direction,
						      text(p, r->group), (int)r->headline));
	}
	return list;
}

/* Lists of numbers, each once. */
struct table {
	json_t *list, *index_of;
	struct str key;
};

static size_t told_once(struct table *t, const int *v, size_t n)
{
	const json_t *at;
	json_t *j;

	t->key.len = 0;
	for (size_t i = 0; i < n; i++) {
		char digits[8], *end = digits;
		unsigned u = (unsigned)v[i];

		/* Not for people: base 64. */
		do
			*end++ = (char)('0' + (u & 63));
		while (u >>= 6);
		*end++ = ' ';
		str_addn(&t->key, digits, (size_t)(end - digits));
	}
	str_add(&t->key, "");
	if (!t->list) {
		t->list = json_array();
		t->index_of = json_object();
	}
	at = json_object_get(t->index_of, t->key.s);
	if (at)
		return (size_t)json_integer_value(at);
	j = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(j, json_integer(v[i]));
	json_array_append_new(t->list, j);
	n = json_array_size(t->list) - 1;
	json_object_set_new_nocheck(t->index_of, t->key.s, json_integer((json_int_t)n));
	return n;
}

/* Into the page, as a list. */
static void put_table(struct table *t, json_t *page, const char *name)
{
	json_object_set_new(page, name, t->list ? t->list : json_array());
	json_decref(t->index_of);
	str_free(&t->key);
}

/* Cells that count the same share one kind: [verdict, planned, executed, known, reason, a count a
 * verdict]. Each row then is [column, kind, column, kind, ...]. */
static void cells(struct packer *p, json_t *page)
{
	struct table kinds = { 0 };
	json_t *by_row = json_array();

	for (size_t i = 0; i < p->s->nrows; i++)
		json_array_append_new(by_row, json_array());
	for (size_t i = 0; i < p->s->ncells; i++) {
		const struct cell *c = &p->s->cells[i];
		json_t *row = json_array_get(by_row, c->row);
		int kind[5 + VERDICT_COUNT] = { (int)c->verdict, (int)c->planned, (int)c->executed,
						(int)c->known, string_at(p, c->reason) };

		for (int v = 0; v < VERDICT_COUNT; v++)
			kind[5 + v] = (int)c->count[v];
		json_array_append_new(row, json_integer((json_int_t)c->column));
		json_array_append_new(
			row, json_integer((json_int_t)told_once(&kinds, kind, ARRAY_SIZE(kind))));
	}
	put_table(&kinds, page, "kinds");
	json_object_set_new(page, "cells", by_row);
}

/* [name, by reference, "rdi 0 8;rsi 8 8"]; 0 for nothing. */
static json_t *value(struct packer *p, const json_t *v)
{
	const json_t *pieces = json_object_get(v, "pieces"), *piece;
	struct str t = { 0 };
	json_t *j;
	size_t i;

	if (!json_is_object(v))
		return json_integer(0);
	str_add(&t, "");
	json_array_foreach(pieces, i, piece)
	{
		const char *s = json_string_value(piece);

		str_addf(&t, "%s%s", t.len ? ";" : "", s ? s : "");
	}
	j = json_pack("[o i o]", text(p, json_string_value(json_object_get(v, "name"))),
		      (int)json_is_true(json_object_get(v, "by_reference")), text(p, t.s));
	str_free(&t);
	return j;
}

/* [[argument, ...], hidden, returns, bytes of stack]; 0 for nothing. */
static json_t *placement(struct packer *p, const json_t *placed)
{
	const json_t *list = json_object_get(placed, "arguments"), *argument;
	json_t *arguments;
	size_t i;

	if (!placed)
		return json_integer(0);
	arguments = json_array();
	json_array_foreach(list, i, argument) json_array_append_new(arguments, value(p, argument));
	return json_pack("[o o o I]", arguments, value(p, json_object_get(placed, "hidden")),
			 value(p, json_object_get(placed, "returns")),
			 json_integer_value(json_object_get(placed, "stack_bytes")));
}

/* The prototypes of one declaration differ in the attribute in front of them only. */
static json_t *cases(struct packer *p)
{
	static const char attribute[] = "__attribute__((";
	json_t *list = json_array();

	for (size_t i = 0; i < p->s->ncases; i++) {
		const struct stored_case *c = &p->s->cases[i];
		const char *end = strncmp(c->prototype, attribute, sizeof(attribute) - 1)
					  ? NULL
					  : strstr(c->prototype, ")) ");
		const char *rest = end ? end + 3 : c->prototype;
		const char *slash = strchr(c->id, '/');

		json_array_append_new(
			list,
			json_pack("[o o o o o o i o o]", text(p, c->convention),
				  text(p, slash ? slash : c->id),
				  text(p, arena_strndup(p->a, c->prototype,
							(size_t)(rest - c->prototype))),
				  text(p, rest), text(p, c->where), text(p, c->group),
				  (int)c->width, placement(p, c->placement), text(p, c->profile)));
	}
	return list;
}

static json_t *rules_used(struct packer *p)
{
	unsigned char *used = arena_alloc(p->a, p->s->nrules + 1);
	json_t *list = json_array();

	for (size_t i = 0; i < p->s->nfindings; i++)
		used[p->s->findings[i].rule - p->s->rules] = 1;
	for (size_t i = 0; i < p->s->nrules; i++) {
		const struct stored_rule *r = &p->s->rules[i];

		json_array_append_new(list, used[i] ? json_pack("[s s s s s s]", r->name,
								r->document, r->edition, r->section,
								r->status, r->sentence)
						    : json_integer(0));
	}
	return list;
}

struct numbers {
	int *v;
	size_t n;
};

static void add_number(struct arena *a, struct numbers *list, size_t value)
{
	list->v = arena_grow(a, list->v, list->n, sizeof(*list->v));
	list->v[list->n++] = (int)value;
}

/* A finding that several columns have is one: [case, nature, subject, expected, observed, origin,
 * end of the command, columns, facts that it is one of in these]. Natures and lists are few: they
 * are written once. */
static void findings(struct packer *p, json_t *page)
{
	struct table natures = { 0 }, columns_of = { 0 }, facts_of = { 0 }, merged = { 0 };
	size_t n = p->s->nfindings, bytes = (n + 1) * sizeof(struct numbers), i;
	struct numbers *in = arena_alloc(p->a, bytes), *facts = arena_alloc(p->a, bytes);
	json_t *j;

	p->merged = arena_alloc(p->a, (n + 1) * sizeof(size_t));
	for (i = 0; i < n; i++) {
		const struct stored_finding *f = &p->s->findings[i];
		const int nature[] = { f->direction, string_at(p, f->check),
				       (int)(f->rule - p->s->rules), (int)f->verdict,
				       string_at(p, f->known ? f->known_reason : NULL) };
		const int whole[] = { (int)(f->c - p->s->cases),
				      (int)told_once(&natures, nature, ARRAY_SIZE(nature)),
				      string_at(p, f->subject),
				      string_at(p, f->expected),
				      string_at(p, f->observed),
				      string_at(p, f->origin),
				      string_at(p, command_tail(p, f)) };
		size_t at = told_once(&merged, whole, ARRAY_SIZE(whole));

		p->merged[i] = at;
		add_number(p->a, &in[at], f->column);
		add_number(p->a, &facts[at], p->causes.n - 1 - p->causes.of[i]);
	}
	json_array_foreach(merged.list, i, j)
	{
		size_t where = told_once(&columns_of, in[i].v, in[i].n);
		size_t what = told_once(&facts_of, facts[i].v, facts[i].n);

		json_array_append_new(j, json_integer((json_int_t)where));
		json_array_append_new(j, json_integer((json_int_t)what));
	}
	put_table(&facts_of, page, "factsOf");
	put_table(&natures, page, "natures");
	put_table(&columns_of, page, "columnsOf");
	put_table(&merged, page, "findings");
}

/* Most serious first, as `clobber show' numbers them: [example, findings, cases, columns,
 * conventions, kind, title, what follows]. */
static json_t *facts(struct packer *p)
{
	static const char *const kinds[] = {
		[CLUSTER_KNOWN] = "known",       [CLUSTER_DIED] = "died",
		[CLUSTER_DE_FACTO] = "de-facto", [CLUSTER_POINT] = "point",
		[CLUSTER_CAUSE] = "cause",
	};
	const struct text_style style = { .columns = 10000 };
	json_t *list = json_array();

	for (size_t i = p->causes.n; i-- > 0;) {
		const struct cluster *v = &p->causes.v[i];
		struct str follows = { 0 };
		const char *title = v->kind == CLUSTER_POINT   ? point_words(p->s, v)
				    : v->kind == CLUSTER_KNOWN ? v->example->known_reason
				    : v->kind == CLUSTER_DIED  ? v->example->observed
							       : cause_title(p->s, v);

		str_add(&follows, "");
		if (v->nfollows)
			text_followers(&follows, p->s, v, &style, v->nfollows);
		json_array_append_new(list, json_pack("[i i i s s s s s s]",
						      (int)p->merged[v->example - p->s->findings],
						      (int)v->findings, (int)v->cases, v->columns,
						      v->conventions, kinds[v->kind], v->compilers,
						      title, follows.s));
		str_free(&follows);
	}
	return list;
}

static json_t *examples(struct packer *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->s->nexamples; i++) {
		const struct stored_example *e = &p->s->examples[i];

		json_array_append_new(list, json_pack("[i i s o]", (int)p->merged[e->finding],
						      (int)p->s->findings[e->finding].column,
						      e->assembly, string_or_null(e->code)));
	}
	return list;
}

/* The answer, for the head of the page. */
static json_t *answer(const struct stored *s, const struct causes *c)
{
	struct text_style style = { .columns = 200 };
	struct str t = { 0 };
	json_t *j;

	report_answer(&t, s, c, NULL, &style);
	j = json_string(t.s);
	str_free(&t);
	return j;
}

/* As they are stored; null when they were not decided. */
static json_t *with_claims(const struct stored *s)
{
	return s->claims.n ? json_object_get(s->root, "claims") : json_null();
}

static json_t *page_data(const struct stored *s)
{
	struct packer p = { .s = s, .a = s->arena };
	json_t *page = json_object(), *verdicts = json_array(), *vanished = json_array();

	p.strings = json_array();
	p.string_of = json_object();
	report_causes(s, &p.causes);
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_array_append_new(
			verdicts, json_pack("[s s]", verdict_info[v].name, verdict_info[v].what));
	for (size_t i = 0; i < s->nvanished; i++)
		json_array_append_new(
			vanished, json_pack("[s s s s]", s->vanished[i].id, s->vanished[i].compiler,
					    s->vanished[i].where, s->vanished[i].reason));
	json_object_set(page, "tool", (json_t *)s->tool);
	json_object_set(page, "host", (json_t *)s->host);
	json_object_set_new(page, "places", json_string(stored_places(s)));
	json_object_set_new(page, "compilers", json_string(stored_compilers(s)));
	json_object_set_new(page, "totals", answer(s, &p.causes));
	json_object_set_new(page, "unexpected", json_integer((json_int_t)s->unexpected));
	json_object_set_new(page, "verdicts", verdicts);
	json_object_set_new(page, "columns", columns(&p));
	json_object_set_new(page, "rows", rows(&p));
	cells(&p, page);
	json_object_set_new(page, "cases", cases(&p));
	json_object_set_new(page, "rules", rules_used(&p));
	findings(&p, page);
	json_object_set_new(page, "facts", facts(&p));
	json_object_set_new(page, "examples", examples(&p));
	json_object_set_new(page, "vanished", vanished);
	json_object_set(page, "claims", with_claims(s));
	json_object_set_new(page, "strings", p.strings);
	json_decref(p.string_of);
	return page;
}

/* RFC 4648, section 4. */
static void add_base64(struct str *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)bytes[i] << 16 | (i + 1 < n ? bytes[i + 1] << 8 : 0) |
			     (i + 2 < n ? bytes[i + 2] : 0);
		char four[] = { digits[v >> 18], digits[v >> 12 & 63],
				i + 1 < n ? digits[v >> 6 & 63] : '=',
				i + 2 < n ? digits[v & 63] : '=' };

		str_addn(out, four, sizeof(four));
	}
}

/* The data as the page's script unpacks it: a run over many compilers has tens of megabytes, and
 * one page goes with one mail. Base64 holds nothing that could end the element it is in. */
static void add_data(struct str *out, const json_t *data)
{
	enum { GZIP = 16 };
	char *json = json_dumps(data, JSON_COMPACT);
	z_stream z = { .next_in = (Bytef *)json, .avail_in = json ? (uInt)strlen(json) : 0 };
	uint8_t *packed;

	if (!json || deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP,
				  MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		die("out of memory while writing HTML");
	z.avail_out = (uInt)deflateBound(&z, z.avail_in);
	packed = z.next_out = malloc(z.avail_out);
	if (!packed || deflate(&z, Z_FINISH) != Z_STREAM_END)
		die("out of memory while writing HTML");
	add_base64(out, packed, z.total_out);
	deflateEnd(&z);
	free(packed);
	free(json);
}

void report_html(struct str *out, const struct stored *s, bool everything)
{
	const char *at = html_page, *mark;
	size_t left = (size_t)(html_page_end - html_page);
	json_t *data = page_data(s);

	(void)everything;
	/* The page names what goes into it: @STYLE@, @DATA@, @SCRIPT@. */
	while ((mark = memchr(at, '@', left))) {
		const char *end = memchr(mark + 1, '@', left - (size_t)(mark + 1 - at));
		size_t n = end ? (size_t)(end - mark - 1) : 0;

		str_addn(out, at, (size_t)(mark - at));
		if (n == 5 && !memcmp(mark, "@STYLE", 6))
			str_addn(out, html_style, (size_t)(html_style_end - html_style));
		else if (n == 6 && !memcmp(mark, "@SCRIPT", 7))
			str_addn(out, html_script, (size_t)(html_script_end - html_script));
		else if (n == 4 && !memcmp(mark, "@DATA", 5))
			add_data(out, data);
		else
			die("internal error: page.html: unknown mark; please report this");
		left -= (size_t)(end + 1 - at);
		at = end + 1;
	}
	str_addn(out, at, left);
	json_decref(data);
}
