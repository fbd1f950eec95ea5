/* SPDX-License-Identifier: MIT */
/* What a run found and nobody expected, as lines that `clobber run --known' takes: a line a case
 * and compiler, by cause. */
#include "report/report.h"

#include <string.h>

/* What one line says. */
struct line_of {
	const struct stored_finding *f;
	uint64_t checks;
	unsigned directions;
};

static bool expected(const struct stored_finding *f)
{
	return f->known || f->verdict < VERDICT_VIOLATION;
}

static uint64_t check_bit(const struct stored_finding *f)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		if (!strcmp(checks[i].name, f->check))
			return 1ull << i;
	}
	return 0;
}

static void add_line(struct str *out, const struct stored *s, const struct line_of *l,
		     const char *reason)
{
	const struct stored_column *c = &s->columns[l->f->column];
	const char *comma = " ";

	str_addf(out, "%s %s %u @%s", c->compiler, l->f->c->id, c->width, c->profile);
	if (l->directions != 3)
		str_addf(out, " %s", direction_name(l->directions == 1 ? CL_CALLEE : CL_CALLER));
	for (int i = 0; i < CHECK_COUNT; i++) {
		if (!(l->checks >> i & 1))
			continue;
		str_addf(out, "%s%s", comma, checks[i].name);
		comma = ",";
	}
	str_addf(out, ": %s\n", reason);
}

static void lines_of_cause(struct str *out, const struct stored *s, const struct causes *c,
			   size_t cause)
{
	const char *reason = cause_title(s, &c->v[cause]);
	struct line_of *v = arena_alloc(s->arena, (s->nfindings + 1) * sizeof(*v));
	json_t *keys = json_object();
	size_t n = 0;

	for (size_t i = 0; i < s->nfindings; i++) {
		const struct stored_finding *f = &s->findings[i];
		const struct stored_column *col = &s->columns[f->column];
		const char *key;
		const json_t *j;
		size_t at;

		if (c->of[i] != cause || expected(f))
			continue;
		key = arena_printf(s->arena, "%s %s %u %s", col->compiler, f->c->id, col->width,
				   col->profile);
		j = json_object_get(keys, key);
		at = j ? (size_t)json_integer_value(j) : n;
		if (!j) {
			json_object_set_new_nocheck(keys, key, json_integer((json_int_t)n));
			v[n++].f = f;
		}
		v[at].checks |= check_bit(f);
		v[at].directions |= 1u << f->direction;
	}
	json_decref(keys);
	if (n)
		str_addf(out, "\n# %s\n", reason);
	for (size_t i = 0; i < n; i++)
		add_line(out, s, &v[i], reason);
}

void report_known(struct str *out, const struct stored *s, bool everything)
{
	struct causes c;

	(void)everything;
	report_causes(s, &c);
	str_add(out, "# For `clobber run --known FILE': what this run found and nobody expected. "
		     "Delete what is not\n# accepted, write the reason behind the colon; CASES may "
		     "hold wildcards: tcc cdecl/* 32 alignment: ...\n");
	for (size_t i = c.n; i-- > 0;)
		lines_of_cause(out, s, &c, i);
}
