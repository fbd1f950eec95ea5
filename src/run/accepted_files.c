/* SPDX-License-Identifier: MIT */
/* Reads what is expected from outside: a file of lines, and an earlier matrix, of which every
 * violation, crash and timeout is a line. */
#include "run/accepted_files.h"
#include "report/stored.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_known(struct arena *a, struct accepted_list *l, const char *path)
{
	char *text = file_read(path, NULL);
	const char *wrong;

	if (!text)
		die("--known: cannot read %s: %s", path, strerror(errno));
	wrong = accepted_parse(a, l, path, text);
	free(text);
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		exit(2);
	}
}

static void add_baseline(struct arena *a, struct accepted_list *l, const char *path)
{
	struct stored s;

	stored_read(a, path, &s);
	for (size_t i = 0; i < s.nfindings; i++) {
		const struct stored_finding *f = &s.findings[i];
		const struct stored_column *c = &s.columns[f->column];
		const char **check = arena_alloc(a, 2 * sizeof(*check));

		/* What a line beside a case expects needs none here. */
		if (f->verdict < VERDICT_VIOLATION || f->known)
			continue;
		check[0] = f->check;
		accepted_add(a, l,
			     &(struct accepted){
				     .known = { .family = c->compiler,
						.direction = direction_name(f->direction),
						.checks = check,
						.nchecks = 1,
						.reason = IN_BASELINE },
				     .spelt = c->compiler,
				     .cases = f->c->id,
				     .profile = c->profile,
				     .width = c->width,
				     .where = arena_printf(a, "%s:%zu", path, i + 1),
			     });
	}
}

struct accepted_list *accepted_files(struct arena *a, const char *known, const char *baseline)
{
	struct accepted_list *l = arena_alloc(a, sizeof(*l));

	if (!known && !baseline)
		return NULL;
	if (known)
		add_known(a, l, known);
	if (baseline)
		add_baseline(a, l, baseline);
	return l;
}
