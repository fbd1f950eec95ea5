/* SPDX-License-Identifier: MIT */
/* Findings of the matrix, each with the command that repeats it. */
#include "verdict/judge.h"

#include "util/shell.h"

/* Names profile and place, too: left to the defaults, every one would run. */
static const char *repeat_command(struct matrix *m, const struct column *col,
				  const struct gen_case *c)
{
	const struct compiler *cc = col->compiler;
	const char *with = all_places[col->place]->guest ? m->vmx_with : NULL;
	const char *which = arena_printf(m->arena, "%s:%s", c->call.decl->proto->pos.file,
					 c->call.decl->proto->name);

	return arena_printf(
		m->arena,
		"clobber run --cc %s --width %u --opt %s --profile %s --place %s%s%s%s%s "
		"--abi %s --cases %s --seed %llu --out results/repeat",
		shell_word(m->arena, cc->given ? cc->given : cc->name), width_bits(col->width),
		col->opt, profiles[col->profile].name, place_name(col->place),
		with ? " --vmx-with " : "", with ? with : "",
		c->call.place.edition ? " --edition " : "",
		c->call.place.edition ? editions[c->call.place.edition].name : "",
		c->call.conv->name, shell_word(m->arena, which), (unsigned long long)m->seed);
}

struct finding *matrix_add_finding(struct matrix *m, size_t column, const struct gen_case *c,
				   int direction, enum check check, enum rule_id rule,
				   enum verdict verdict)
{
	struct judged *j = &m->runs[column].judged[c->index * 2 + (size_t)direction];
	struct finding f = { .column = column,
			     .c = c,
			     .direction = direction,
			     .check = check,
			     .rule = rule,
			     .verdict = verdict };

	f.repeat = repeat_command(m, &m->plan->columns[column], c);
	m->findings = arena_grow(m->arena, m->findings, m->nfindings, sizeof(f));
	m->findings[m->nfindings] = f;
	if (verdict > j->verdict)
		j->verdict = (unsigned char)verdict;
	return &m->findings[m->nfindings++];
}
