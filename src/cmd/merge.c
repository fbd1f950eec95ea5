/* SPDX-License-Identifier: MIT */
/* clobber merge: judge the shards of a run together, as if they had been run at once. */
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "run/accepted_files.h"
#include "run/results.h"
#include "run/shard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct options_page page = {
	"merge",
	"usage: clobber merge DIR... --out DIR [options]\n"
	"\n"
	"Join shards (`clobber run --shard K/N --out DIR') and judge them as one run.\n"
	"Every column must be there once; shards of other versions, cases or seeds are\n"
	"refused. Shards of several machines with other compilers may be joined as well.\n",
	"Exit status: as of `clobber run'.\n",
};

static bool same_list(const char **a, const char **b)
{
	if (!a || !b)
		return a == b;
	for (; *a && *b; a++, b++) {
		if (strcmp(*a, *b))
			return false;
	}
	return *a == *b;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* What must not be mixed. */
static void must_agree(const struct shard *a, const struct shard *b)
{
	const struct shard_run *x = &a->run, *y = &b->run;

	if (strcmp(x->version, y->version))
		die("merge: %s was run by clobber %s, %s by %s", a->path, x->version, b->path,
		    y->version);
	if (x->edition != y->edition)
		die("merge: %s was run with --edition %s, %s with %s", a->path,
		    editions[x->edition].name, b->path, editions[y->edition].name);
	if (x->seed != y->seed)
		die("merge: %s was run with seed %llu, %s with %llu", a->path,
		    (unsigned long long)x->seed, b->path, (unsigned long long)y->seed);
	if (x->case_set != y->case_set || !same_list(x->abis, y->abis) ||
	    memcmp(x->profiles, y->profiles, sizeof(x->profiles)) || !same_text(x->cases, y->cases))
		die("merge: %s and %s were run with different cases, conventions or widths",
		    a->path, b->path);
}

/* The columns of all shards, in order. */
static const char **all_columns(struct arena *a, const struct shard *v, size_t n, size_t *count)
{
	const char **ids = NULL;

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < v[i].run.ncolumns; k++) {
			bool reported = false;

			for (size_t j = 0; j < *count && !reported; j++)
				reported = !strcmp(ids[j], v[i].run.columns[k]);
			if (reported)
				continue;
			ids = arena_grow(a, ids, *count, sizeof(*ids));
			ids[(*count)++] = v[i].run.columns[k];
		}
	}
	return ids;
}

/* Put the columns into the order of the run; each must be there once. */
static void sort_columns(struct matrix *m, const struct column *columns,
			 const struct column_run *runs, size_t n, const char **ids, size_t nids)
{
	for (size_t i = 0; i < nids; i++) {
		size_t found = n;

		for (size_t k = 0; k < n; k++) {
			if (strcmp(columns[k].id, ids[i]))
				continue;
			if (found < n)
				die("merge: column %s is there twice", ids[i]);
			found = k;
		}
		if (found == n)
			die("merge: column %s is missing: name the folder of every shard", ids[i]);
		m->plan->columns[i] = columns[found];
		m->runs[i] = runs[found];
	}
	m->plan->ncolumns = nids;
}

static void join(struct matrix *m, const struct shard *v, size_t n)
{
	struct plan *p = m->plan;
	struct column *columns;
	struct column_run *runs;
	const char **ids;
	size_t nids, total = 0;

	for (size_t i = 0; i < n; i++)
		total += json_array_size(json_object_get(v[i].document, "columns"));
	ids = all_columns(m->arena, v, n, &nids);
	p->columns = arena_alloc(m->arena, (total + nids + 1) * sizeof(*p->columns));
	m->runs = arena_alloc(m->arena, (total + nids + 1) * sizeof(*m->runs));
	for (size_t i = 0; i < n; i++)
		shard_add(m, &v[i]);
	columns = arena_alloc(m->arena, (total + 1) * sizeof(*columns));
	runs = arena_alloc(m->arena, (total + 1) * sizeof(*runs));
	memcpy(columns, p->columns, total * sizeof(*columns));
	memcpy(runs, m->runs, total * sizeof(*runs));
	sort_columns(m, columns, runs, total, ids, nids);
	for (size_t i = 0; i < n; i++) {
		for (enum place_id f = 0; f < PLACES; f++) {
			const json_t *engine =
				json_array_get(json_object_get(v[i].document, "engines"), f);

			if (!m->engine[f])
				m->engine[f] = json_string_value(engine);
		}
	}
	for (size_t i = 0; i < p->ncolumns; i++) {
		struct column *c = &p->columns[i];

		for (c->built = 0; c->built < i; c->built++) {
			const struct column *b = &p->columns[c->built];

			if (b->compiler == c->compiler && b->profile == c->profile &&
			    !strcmp(b->opt, c->opt))
				break;
		}
	}
}

/* One host, or the words of several in each of its fields. */
static json_t *hosts(const struct shard *v, size_t n)
{
	json_t *r = json_deep_copy(json_object_get(v[0].document, "host"));

	for (size_t i = 1; i < n; i++) {
		const json_t *o = json_object_get(v[i].document, "host");
		const char *key;
		json_t *j;

		json_object_foreach(r, key, j)
		{
			const char *a = json_string_value(j);
			const char *b = json_string_value(json_object_get(o, key));

			if (a && b && !strstr(a, b))
				json_object_set_new(r, key, json_sprintf("%s; %s", a, b));
		}
	}
	return r;
}

int cmd_merge(int argc, char **argv)
{
	struct results_style style = { .out = "results/latest", .color = "auto" };
	struct plan p = { .arena = arena_new() };
	struct matrix m = { .arena = p.arena, .plan = &p };
	struct shard *v;
	json_t *host;
	const char *known = NULL, *baseline = NULL;
	size_t n;
	int status;
	const struct option_row rows[] = {
		TEXT("out", &style.out, "DIR", "results (default: results/latest)"),
		KNOWN_ROWS(&known, &baseline),
		COLOR_ROW(&style.color),
		FLAG("verbose", 'v', &style.verbose,
		     "a row for each group and every finding, not one of each kind"),
		FLAG("quiet", 'q', &style.quiet, "only the totals"),
		END_OF_OPTIONS
	};

	n = (size_t)options_parse(p.arena, &page, rows, argc, argv);
	if (!n)
		die("merge: name the folders of the shards: clobber merge shard1 shard2 --out all");
	v = arena_alloc(p.arena, n * sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		shard_read(p.arena, argv[1 + i], &v[i]);
		must_agree(&v[0], &v[i]);
	}
	m.seed = v[0].run.seed;
	shard_load_set(&p, &v[0]);
	join(&m, v, n);
	m.accepted =
		accepted_files(p.arena, known, baseline ? matrix_path(p.arena, baseline) : NULL);
	matrix_judge(&m);
	if (make_dirs(style.out) < 0)
		die("cannot make folder %s: %s; choose another with --out", style.out,
		    strerror(errno));
	host = hosts(v, n);
	status = results(&m, NULL, v[0].run.command, host, &style);
	json_decref(host);
	for (size_t i = 0; i < n; i++)
		json_decref(v[i].document);
	arena_free(p.arena);
	return status;
}
