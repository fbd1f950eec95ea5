/* SPDX-License-Identifier: MIT */
/* Shards on disk: shard.json and records files. */
#include "run/shard.h"
#include "run/case_files.h"
#include "report/stored.h"
#include "util/data.h"
#include "version.h"
#include "util/elf.h"
#include "util/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHARD_SCHEMA = 2 };

/* Text fields (may be NULL) of a compiler and of a column. */
#define COMPILER_TEXTS(X) X(name) X(path) X(given) X(family) X(version) X(banner)
#define COLUMN_TEXTS(X)   X(opt) X(name) X(id) X(unusable)

void shard_parse(const char *text, unsigned *k, unsigned *n)
{
	int end = 0;

	if (sscanf(text, "%u/%u%n", k, n, &end) != 2 || text[end] || !*k || *k > *n || *n > 10000)
		die("--shard: '%s' is not a shard: use K/N with K from 1 to N, for instance 2/4",
		    text);
}

void shard_take(struct plan *p, unsigned k, unsigned n, struct shard_run *run)
{
	size_t kept = 0, *at = arena_alloc(p->arena, (p->ncolumns + 1) * sizeof(*at));

	run->columns = arena_alloc(p->arena, (p->ncolumns + 1) * sizeof(*run->columns));
	run->ncolumns = p->ncolumns;
	for (size_t i = 0; i < p->ncolumns; i++) {
		run->columns[i] = p->columns[i].id;
		/* A payload's places go together. */
		if (p->columns[i].built % n != k - 1)
			continue;
		if (p->columns[i].built == i)
			at[i] = kept;
		p->columns[kept] = p->columns[i];
		p->columns[kept++].built = at[p->columns[i].built];
	}
	p->ncolumns = kept;
}

uint64_t shard_case_set(const struct plan *p)
{
	uint64_t h = HASH_INIT;

	for (enum profile_id w = 0; w < PROFILES; w++) {
		for (size_t i = 0; i < p->set[w].n; i++) {
			const struct gen_case *c = &p->set[w].v[i];
			const struct case_decl *d = c->call.decl;

			h = hash_str(h, c->id);
			h = hash_str(h, gen_prototype(p->arena, &c->call));
			h = hash_str(h, d->group);
			h = hash_bytes(h, &d->proto->pos.line, sizeof(d->proto->pos.line));
			h = hash_bytes(h, &d->leaf, sizeof(d->leaf));
			for (size_t k = 0; k < d->nknown; k++)
				h = hash_str(h, d->known[k].reason);
		}
	}
	return h;
}

/* Writing -------------------------------------------------------------------------------------- */

static json_t *texts(const char **list, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, string_or_null(list[i]));
	return a;
}

static json_t *hash_text(uint64_t h)
{
	char s[20];

	snprintf(s, sizeof(s), "%016llx", (unsigned long long)h);
	return json_string(s);
}

/* Cases the column lacks: [[index, how, why], ...]. */
static json_t *absences(const struct plan *p, const struct column *c)
{
	json_t *a = json_array();

	for (size_t i = 0; c->absent && i < p->set[c->profile].n; i++) {
		if (c->absent[i] != PRESENT)
			json_array_append_new(a, json_pack("[i i o]", (int)i, (int)c->absent[i],
							   string_or_null(c->why[i])));
	}
	return a;
}

static json_t *column_json(const struct matrix *m, size_t i)
{
	const struct column *c = &m->plan->columns[i];
	const struct place_run *r = &m->runs[i].run;
	const char *payload = c->payload;
	json_t *j = json_object(), *compiler = json_object();

#define X(field) json_object_set_new(compiler, #field, string_or_null(c->compiler->field));
	COMPILER_TEXTS(X)
#undef X
#define X(field) json_object_set_new(j, #field, string_or_null(c->field));
	COLUMN_TEXTS(X)
#undef X
	json_object_set_new(j, "compiler", compiler);
	json_object_set_new(j, "profile_number", json_integer((json_int_t)c->profile));
	json_object_set_new(j, "place_number", json_integer((json_int_t)c->place));
	json_object_set_new(j, "text_hash", hash_text(c->text_hash));
	json_object_set_new(j, "why_not", string_or_null(r->why_not));
	json_object_set_new(j, "broken", string_or_null(r->broken));
	json_object_set_new(j, "unstarted", string_or_null(r->unstarted));
	json_object_set_new(j, "absent", absences(m->plan, c));
	/* Relative to the work folder, which may be elsewhere when the shards are merged. */
	if (payload && !strncmp(payload, m->plan->work, strlen(m->plan->work)))
		payload += strlen(m->plan->work) + 1;
	json_object_set_new(j, "payload", string_or_null(payload));
	return j;
}

/* Beside the payload, for each place it ran in. */
static char *records_path(struct arena *a, const struct column *c, const char *payload)
{
	return arena_printf(a, "%s.%s.records", payload, place_name(c->place));
}

static void records_write(const struct matrix *m, size_t i)
{
	const struct column *c = &m->plan->columns[i];
	struct str out = { 0 };

	if (!c->payload)
		return;
	records_add(&out, &m->runs[i].run, c->width, m->seed);
	save_text(records_path(m->arena, c, c->payload), &out);
}

void shard_write(const struct matrix *m, const struct shard_run *run, json_t *host, const char *dir)
{
	const struct plan *p = m->plan;
	json_t *columns = json_array(), *abis = json_null(), *wanted = json_array(), *root;
	json_t *engines = json_array();
	struct str out = { 0 };
	size_t n = 0;
	char *s;

	for (size_t i = 0; i < p->ncolumns; i++) {
		records_write(m, i);
		json_array_append_new(columns, column_json(m, i));
	}
	for (enum profile_id f = 0; f < PROFILES; f++)
		json_array_append_new(wanted, json_boolean(run->profiles[f]));
	for (enum place_id f = 0; f < PLACES; f++)
		json_array_append_new(engines, string_or_null(m->engine[f]));
	while (run->abis && run->abis[n])
		n++;
	if (run->abis)
		abis = texts(run->abis, n);
	root = json_pack("{si ss ss so so sI so so so so so ss so so}", "shard_schema",
			 (int)SHARD_SCHEMA, "version", run->version, "edition",
			 editions[p->edition].name, "cases", string_or_null(run->cases), "abis",
			 abis, "seed", (json_int_t)run->seed, "profiles", wanted, "case_set",
			 hash_text(run->case_set), "command", string_or_null(run->command),
			 "all_columns", texts(run->columns, run->ncolumns), "engines", engines,
			 "work", p->work, "columns", columns, "host", json_incref(host));
	s = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
	if (!s)
		die("out of memory while writing shard.json");
	str_addf(&out, "%s\n", s);
	free(s);
	json_decref(root);
	save_text(arena_printf(m->arena, "%s/shard.json", dir), &out);
}

/* Reading -------------------------------------------------------------------------------------- */

static const json_t *need(const struct shard *s, const json_t *o, const char *key, json_type type)
{
	const json_t *j = json_object_get(o, key);

	if (!j || json_typeof(j) != type)
		die("%s: damaged: `%s' is not as `clobber run --shard' writes it", s->path, key);
	return j;
}

static const char *need_text(const struct shard *s, const json_t *o, const char *key)
{
	return json_string_value(need(s, o, key, JSON_STRING));
}

static const char *maybe_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static const char **strings(struct arena *a, const json_t *list, size_t *n)
{
	const char **v;
	size_t i;
	json_t *j;

	*n = json_array_size(list);
	v = arena_alloc(a, (*n + 1) * sizeof(*v));
	json_array_foreach(list, i, j) v[i] = json_is_string(j) ? json_string_value(j) : "";
	return v;
}

void shard_read(struct arena *a, const char *path, struct shard *out)
{
	const char *end = strrchr(path, '/');
	char *file = arena_printf(a, "%s/shard.json", path);
	json_error_t error;
	const json_t *abis;
	json_t *root;
	size_t n;

	if (access(file, R_OK) < 0) {
		out->dir = end ? arena_strndup(a, path, (size_t)(end - path)) : ".";
		file = arena_strdup(a, path);
	} else {
		out->dir = path;
	}
	out->path = file;
	root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		die("%s: not a shard: %s; name the folders that `clobber run --shard' wrote", file,
		    error.text);
	out->document = root;
	if (json_integer_value(need(out, root, "shard_schema", JSON_INTEGER)) != SHARD_SCHEMA)
		die("%s: written by another version of clobber", file);
	abis = json_object_get(root, "abis");
	out->run = (struct shard_run){
		.version = need_text(out, root, "version"),
		.cases = maybe_text(root, "cases"),
		.command = maybe_text(root, "command"),
		.edition = edition_find(need_text(out, root, "edition")),
		.abis = json_is_array(abis) ? strings(a, abis, &n) : NULL,
		.seed = (uint64_t)json_integer_value(need(out, root, "seed", JSON_INTEGER)),
		.case_set = strtoull(need_text(out, root, "case_set"), NULL, 16),
	};
	if (out->run.edition == EDITIONS)
		die("%s: written by another version of clobber", file);
	for (enum profile_id f = 0; f < PROFILES; f++)
		out->run.profiles[f] =
			json_is_true(json_array_get(need(out, root, "profiles", JSON_ARRAY), f));
	out->run.columns =
		strings(a, need(out, root, "all_columns", JSON_ARRAY), &out->run.ncolumns);
}

void shard_load_set(struct plan *p, const struct shard *s)
{
	struct case_list cases;
	const char *error;

	if (strcmp(s->run.version, CLOBBER_VERSION))
		die("%s was written by clobber %s, this is " CLOBBER_VERSION, s->path,
		    s->run.version);
	load_cases(p->arena, s->run.cases, &cases);
	p->edition = s->run.edition;
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (s->run.profiles[f] &&
		    gen_select_at(p->arena, &cases, s->run.edition, f, (abi_filter)s->run.abis,
				  &p->set[f], &error) < 0) {
			fprintf(stderr, "%s\n", error);
			exit(2);
		}
	}
	if (shard_case_set(p) != s->run.case_set)
		die("%s was run with cases that are not those here (--cases %s); use the clobber, "
		    "and the folder, of that run",
		    s->path, s->run.cases ? s->run.cases : "not given");
}

/* The payload, if its folder came along: it names the functions of faults and examples. Beside it
 * lie the records, which must be there. */
static const char *find_payload(struct arena *a, const struct shard *s, const char *payload,
				const char *suffix)
{
	const char *places[] = { arena_printf(a, "%s/work", s->dir),
				 need_text(s, s->document, "work") };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		char *path = arena_printf(a, "%s/%s%s", places[i], payload, suffix);

		if (access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

static void read_records(struct matrix *m, const struct shard *s, const struct column *c,
			 const char *payload, struct place_run *r)
{
	const char *path = find_payload(m->arena, s, records_path(m->arena, c, payload), "");
	size_t len = 0;
	char *data = path ? file_read(path, &len) : NULL;
	struct record_source from;
	struct cl_header h;

	if (!data)
		die("%s: the records of %s (work/%s.*.records) are missing: copy the folder whole",
		    s->path, c->id, payload);
	r->n = column_set(m->plan, c)->n;
	r->nargs = gen_nargs(m->arena, column_set(m->plan, c));
	r->v = arena_alloc(m->arena, (2 * r->n + 1) * sizeof(*r->v));
	memset(&h, 0, sizeof(h));
	if (len >= sizeof(h))
		memcpy(&h, data, sizeof(h));
	if (h.magic != CL_MAGIC || h.planned != r->n || h.seed != m->seed ||
	    h.used != len - sizeof(h))
		die("%s: damaged, or of another run", path);
	from = (struct record_source){ (const void *)data, len, STORED_KEY, 0, 2 * (uint32_t)r->n };
	if (!records_read(m->arena, &from, r))
		die("%s: damaged: a record in it is impossible; run that shard again", path);
	free(data);
}

static void read_absences(struct plan *p, const struct shard *s, const json_t *o, struct column *c)
{
	const json_t *list = need(s, o, "absent", JSON_ARRAY);
	size_t n = p->set[c->profile].n, i;
	json_t *j;

	c->absent = arena_alloc(p->arena, n + 1);
	c->why = arena_alloc(p->arena, (n + 1) * sizeof(*c->why));
	json_array_foreach(list, i, j)
	{
		json_int_t index = json_integer_value(json_array_get(j, 0));
		json_int_t how = json_integer_value(json_array_get(j, 1));

		if (index < 0 || (size_t)index >= n ||
		    (how != UNSUPPORTED && how != COMPILER_CRASH && how != WITHOUT_RUNTIME))
			die("%s: damaged: column %s lacks a case that there is not", s->path,
			    c->id);
		c->absent[index] = (unsigned char)how;
		c->why[index] = json_string_value(json_array_get(j, 2));
	}
}

/* Columns of one compiler share it: src/verdict compares compilers by address. */
static const struct compiler *same_compiler(const struct plan *p, const struct compiler *cc)
{
	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct compiler *o = p->columns[i].compiler;

		if (!strcmp(o->name, cc->name) && !strcmp(o->path, cc->path) &&
		    !strcmp(o->version, cc->version))
			return o;
	}
	return cc;
}

/* One column, without its payload. */
static void read_column(struct plan *p, const struct shard *s, const json_t *o, struct column *c)
{
	const json_t *of = need(s, o, "compiler", JSON_OBJECT);
	struct compiler *cc = arena_alloc(p->arena, sizeof(*cc));

#define X(field) cc->field = maybe_text(of, #field);
	COMPILER_TEXTS(X)
#undef X
#define X(field) c->field = maybe_text(o, #field);
	COLUMN_TEXTS(X)
#undef X
	if (!cc->name || !cc->path || !cc->family || !cc->version || !c->opt || !c->name || !c->id)
		die("%s: damaged: a column has no name", s->path);
	c->compiler = same_compiler(p, cc);
	c->profile =
		(enum profile_id)json_integer_value(need(s, o, "profile_number", JSON_INTEGER));
	c->place = (enum place_id)json_integer_value(need(s, o, "place_number", JSON_INTEGER));
	if (c->profile >= PROFILES || c->place >= PLACES)
		die("%s: damaged: column %s is of no profile or place", s->path, c->id);
	c->width = profiles[c->profile].width;
	c->text_hash = strtoull(need_text(s, o, "text_hash"), NULL, 16);
	if (!c->unusable)
		read_absences(p, s, o, c);
}

void shard_add(struct matrix *m, const struct shard *s)
{
	const json_t *list = need(s, s->document, "columns", JSON_ARRAY);
	struct plan *p = m->plan;
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		struct column *c = &p->columns[p->ncolumns];
		struct place_run *r = &m->runs[p->ncolumns].run;
		const char *payload = maybe_text(o, "payload");

		read_column(p, s, o, c);
		r->why_not = maybe_text(o, "why_not");
		r->broken = maybe_text(o, "broken");
		r->unstarted = maybe_text(o, "unstarted");
		if (payload) {
			/* The path is kept even if nothing is there: there was a payload. */
			c->payload = find_payload(m->arena, s, payload, "");
			if (!c->payload || elf_text_hash(c->payload) != c->text_hash)
				c->payload = payload;
			if (!r->why_not)
				read_records(m, s, c, payload, r);
		}
		p->ncolumns++;
	}
}

void shard_payloads(struct plan *p, const struct shard *s)
{
	const json_t *list = need(s, s->document, "columns", JSON_ARRAY);
	size_t i;
	json_t *o;

	p->columns = arena_alloc(p->arena, (json_array_size(list) + 1) * sizeof(*p->columns));
	json_array_foreach(list, i, o)
	{
		struct column *c = &p->columns[p->ncolumns];
		const char *payload = maybe_text(o, "payload");

		*c = (struct column){ .built = p->ncolumns };
		read_column(p, s, o, c);
		if (plan_find_column(p, c->compiler, c->profile, c->opt) < p->ncolumns)
			continue;
		if (payload) {
			c->payload = find_payload(p->arena, s, payload, "");
			if (!c->payload)
				die("%s: payload work/%s of %s is missing: copy the folder whole",
				    s->path, payload, c->id);
			if (elf_text_hash(c->payload) != c->text_hash)
				die("%s: %s is damaged, or of another run", s->path, c->payload);
		}
		p->ncolumns++;
	}
}
