/* SPDX-License-Identifier: MIT */
#include "place/kept.h"

#include "abi/abi.h"
#include "util/data.h"
#include "util/index.h"

#include <inttypes.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Change it when the meaning of what is kept changes. */
#define FORMAT "clobber-kept 2\n"

bool kept_file(struct str *s, const char *what, const char *path)
{
	size_t len;
	char *data = file_read(path, &len);

	if (data)
		str_addf(s, "%s %zu %016" PRIx64 "\n", what, len, index_hash(data, len));
	free(data);
	return data != NULL;
}

/* Guests run on top of these; a native payload contains all it runs. */
static void add_runtime(struct str *s, const char *runtime)
{
	static const char *const kinds[] = { "rom", "bin" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct str pattern = { 0 };
		glob_t g;

		str_addf(&pattern, "%s/*.%s", runtime, kinds[i]);
		if (glob(pattern.s, 0, NULL, &g) == 0) {
			for (size_t k = 0; k < g.gl_pathc; k++)
				kept_file(s, strrchr(g.gl_pathv[k], '/') + 1, g.gl_pathv[k]);
			globfree(&g);
		}
		str_free(&pattern);
	}
}

/* What /proc/cpuinfo says of the first processor, without what changes by itself (MHz). */
static void add_processor(struct str *s)
{
	static const char *const lines[] = { "vendor_id", "cpu family", "model",
					     "stepping",  "microcode",  "flags" };
	FILE *f = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t room = 0;

	while (f && getline(&line, &room, f) > 1) {
		for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
			if (!strncmp(line, lines[i], strlen(lines[i])))
				str_add(s, line);
		}
	}
	free(line);
	if (f)
		fclose(f);
}

const char *kept_ground(struct arena *a, const char *runtime)
{
	const char *without = getenv("CLOBBER_WITHOUT"), *r;
	struct utsname u;
	struct str s = { 0 };

	str_add(&s, FORMAT);
	kept_file(&s, "program", "/proc/self/exe");
	if (runtime)
		add_runtime(&s, runtime);
	if (uname(&u) == 0)
		str_addf(&s, "kernel %s %s %s %s\n", u.sysname, u.release, u.version, u.machine);
	add_processor(&s);
	str_addf(&s, "without %s\n", without ? without : "");
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

void kept_program(struct arena *a, struct str *s, const char *name)
{
	const char *path = program_path(a, name);
	struct stat st;

	if (path && stat(path, &st) == 0)
		str_addf(s, "program %s %lld %lld.%09ld\n", path, (long long)st.st_size,
			 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

const char *kept_key(struct arena *a, const char *ground, enum place_id place, const char *engine,
		     const struct payload *p, const struct place_options *o)
{
	const char *key = NULL;
	struct str s = { 0 };

	str_add(&s, ground);
	str_addf(&s, "place %s, %s, asked for %s, model %s, monitor %x\n", place_name(place),
		 engine ? engine : "", o->engine ? o->engine : "", o->model ? o->model : "",
		 o->monitor);
	for (const char *const *e = all_places[place]->engines; *e; e++)
		kept_program(a, &s, *e);
	str_addf(&s, "cases %zu of %u bit, isa %d, directions %u, seed %" PRIu64 "\n", p->ncases,
		 width_bits(p->width), (int)p->isa, p->directions, p->seed);
	if (kept_file(&s, "payload", p->path))
		key = arena_strdup(a, s.s);
	str_free(&s);
	return key;
}

/* "HASH of the rest\nKEY\nBODY" */
char *kept_body(struct arena *a, const char *path, const char *key, size_t *bytes)
{
	size_t len, nkey = strlen(key);
	char *data = file_read(path, &len), *rest = data ? strchr(data, '\n') : NULL;
	char *body = NULL;
	uint64_t sum;

	if (rest && sscanf(data, "%16" SCNx64, &sum) == 1) {
		rest++;
		len -= (size_t)(rest - data);
		if (len > nkey && !memcmp(rest, key, nkey) && rest[nkey] == '\n' &&
		    sum == hash_bytes(HASH_INIT, rest, len)) {
			*bytes = len - nkey - 1;
			/* Copied for its alignment. */
			body = arena_alloc(a, *bytes + 1);
			memcpy(body, rest + nkey + 1, *bytes);
		}
	}
	free(data);
	return body;
}

void keep_body(const char *path, const char *key, const void *body, size_t bytes)
{
	struct str rest = { 0 }, out = { 0 };

	str_addf(&rest, "%s\n", key);
	str_addn(&rest, body, bytes);
	str_addf(&out, "%016" PRIx64 "\n", hash_bytes(HASH_INIT, rest.s, rest.len));
	str_addn(&out, rest.s, rest.len);
	if (file_write(path, out.s, out.len) < 0)
		unlink(path);
	str_free(&rest);
	str_free(&out);
}

bool kept_load(struct arena *a, const char *path, const char *key, const struct payload *p,
	       struct place_run *out)
{
	struct place_run r = { .n = p->ncases, .nargs = p->nargs, .reused = true };
	struct record_source from;
	size_t bytes;
	const char *body = kept_body(a, path, key, &bytes);

	if (!body)
		return false;
	r.v = arena_alloc(a, (2 * r.n + 1) * sizeof(*r.v));
	from = (struct record_source){ (const void *)body, bytes, STORED_KEY, 0,
				       2 * (uint32_t)r.n };
	if (!records_read(a, &from, &r))
		return false;
	*out = r;
	return true;
}

/* Did it end by itself, without any clock? */
static bool reliable(const struct place_run *r)
{
	if (r->why_not || r->unstarted || r->broken || r->restarts || !r->v)
		return false;
	for (size_t i = 0; i < 2 * r->n; i++) {
		for (unsigned k = 0; k < r->v[i].nfindings; k++) {
			const struct cl_finding *f = &r->v[i].findings[k];

			if (f->check == CHECK_FAULT &&
			    (f->item == CL_FAULT_TIMEOUT || f->item == CL_FAULT_DIED))
				return false;
		}
	}
	return true;
}

void kept_store(const char *path, const char *key, const struct payload *p,
		const struct place_run *r)
{
	struct str records = { 0 };

	if (!reliable(r)) {
		unlink(path);
		return;
	}
	records_add(&records, r, p->width, p->seed);
	keep_body(path, key, records.s, records.len);
	str_free(&records);
}

/* NULL when nothing is kept. */
static const char *key_of(const struct kept_job *k)
{
	const struct place_job *j = &k->job;

	return k->keeping.ground && k->keeping.path
		       ? kept_key(j->a, k->keeping.ground, place_find(j->place->name), k->engine,
				  j->p, j->o)
		       : NULL;
}

void kept_run_together(const struct kept_job *v, size_t n)
{
	struct arena *a = arena_new();
	const char **keys = arena_alloc(a, (n + 1) * sizeof(*keys));
	struct place_job *run = arena_alloc(a, (n + 1) * sizeof(*run));
	size_t *at = arena_alloc(a, (n + 1) * sizeof(*at)), left = 0;

	for (size_t i = 0; i < n; i++) {
		const struct place_job *j = &v[i].job;

		keys[i] = key_of(&v[i]);
		if (keys[i] && !v[i].keeping.fresh &&
		    kept_load(j->a, v[i].keeping.path, keys[i], j->p, j->out))
			continue;
		at[left] = i;
		run[left++] = *j;
	}
	if (left == 1)
		run->place->run(run->place, run->a, run->p, run->o, run->out);
	else if (left)
		run->place->run_together(run, left);
	for (size_t i = 0; i < left; i++) {
		if (keys[at[i]])
			kept_store(v[at[i]].keeping.path, keys[at[i]], run[i].p, run[i].out);
	}
	arena_free(a);
}

static const char *machine_of(struct arena *a, const struct place_job *j)
{
	return j->place->machine ? j->place->machine(j->place, a, j->o, j->p->width) : NULL;
}

void kept_run_all(const struct kept_job *v, size_t n)
{
	struct arena *a = arena_new();
	const char **machine = arena_alloc(a, (n + 1) * sizeof(*machine));
	struct kept_job *group = arena_alloc(a, (n + 1) * sizeof(*group));

	for (size_t i = 0; i < n; i++)
		machine[i] = machine_of(a, &v[i].job);
	for (size_t i = 0; i < n; i++) {
		size_t members = 0, k;

		for (k = 0; k < i && machine[i] && !(machine[k] && !strcmp(machine[k], machine[i]));
		     k++)
			;
		if (machine[i] && k < i)
			continue; /* it ran with an earlier one */
		group[members++] = v[i];
		for (k = i + 1; k < n && machine[i]; k++) {
			if (machine[k] && !strcmp(machine[k], machine[i]))
				group[members++] = v[k];
		}
		kept_run_together(group, members);
	}
	arena_free(a);
}
