/* SPDX-License-Identifier: MIT */
/* A stored finding's case and compiler, found again; and its bundle. */
#include "run/finding_case.h"
#include "bundle/bundle.h"
#include "plan/toolchain.h"
#include "run/case_files.h"
#include "util/data.h"

#include <string.h>

enum profile_id finding_profile(const struct stored *s, const struct stored_finding *f)
{
	const struct stored_column *c = &s->columns[f->column];

	for (enum profile_id i = 0; i < PROFILES; i++) {
		if (!strcmp(profiles[i].name, c->profile) &&
		    width_bits(profiles[i].width) == c->width)
			return i;
	}
	die("%s: unknown profile '%s': this matrix was made by another clobber", c->id, c->profile);
}

const struct gen_case *finding_case(const struct stored *s, const struct stored_finding *f)
{
	const char *colon = strrchr(f->c->where, ':'), *slash = strrchr(f->c->id, '/');
	const char *const only[] = { f->c->convention, NULL };
	const char *name = json_string_value(json_object_get(s->tool, "edition")), *error;
	enum edition edition = name ? edition_find(name) : EDITION_LATEST;
	struct case_list *cases = arena_alloc(s->arena, sizeof(*cases));
	struct gen_set *set = arena_alloc(s->arena, sizeof(*set));

	if (edition == EDITIONS)
		die("unknown edition '%s': this matrix was made by another clobber", name);
	load_cases(s->arena,
		   arena_printf(s->arena, "%.*s:%s", (int)(colon - f->c->where), f->c->where,
				slash ? slash + 1 : f->c->id),
		   cases);
	if (gen_select_at(s->arena, cases, edition, finding_profile(s, f), only, set, &error) < 0)
		die("%s", error);
	for (size_t i = 0; i < set->n; i++) {
		if (!strcmp(set->v[i].id, f->c->id))
			return &set->v[i];
	}
	die("%s: no longer declares %s; run again", f->c->where, f->c->id);
}

/* Its compiler, asked what it takes. */
static struct compiler *find_compiler(const struct stored *s, const struct stored_finding *f)
{
	const struct stored_column *c = &s->columns[f->column];
	struct compiler_list *list = arena_alloc(s->arena, sizeof(*list));
	const char *error;

	if (compilers_find(s->arena, c->path ? c->path : c->compiler, list, &error) < 0 || !list->n)
		die("the finding's compiler, %s, is no longer there: %s", c->compiler, error);
	compiler_ask(s->arena, &list->v[0], finding_profile(s, f), NULL);
	if (strcmp(list->v[0].version, c->version))
		warn("%s is version %s now; the finding is of %s", c->compiler, list->v[0].version,
		     c->version);
	return &list->v[0];
}

/* How to call it: by its name, where PATH leads to the same. */
static const char *compiler_words(const struct stored *s, const struct stored_finding *f,
				  const struct compiler *cc)
{
	const char *name = s->columns[f->column].compiler, *path = program_path(s->arena, name);

	return path && !strcmp(path, cc->path) ? name : cc->path;
}

void finding_bundle(const struct stored *s, const struct stored_finding *f, const char *title,
		    const char *dir)
{
	const struct gen_case *c = finding_case(s, f);
	struct bundle_about about = {
		.title = title,
		.opt = s->columns[f->column].opt,
		.subject = arena_printf(s->arena, "%s: %s", f->check, f->subject),
		.expected = f->expected,
		.observed = f->observed,
		.origin = f->origin,
		.known = f->known_reason,
		.rule = f->rule->name,
		.sentence = f->rule->sentence,
		.cited = arena_printf(s->arena, "%s (%s), %s", f->rule->document, f->rule->edition,
				      f->rule->section),
		.profile = finding_profile(s, f),
		.direction = f->direction,
		.died = !strcmp(f->check, checks[CHECK_FAULT].name) &&
			!strcmp(f->subject, "the compiler"),
		.undecided = f->verdict <= VERDICT_DIVERGENCE,
	};
	const char *why = bundle_unfit(s->arena, &about, c);
	struct bundle bundle = { 0 };
	const struct compiler *cc;

	if (why)
		die("--bundle: %s", why);
	cc = find_compiler(s, f);
	about.language = target_language(&cc->target[about.profile]);
	why = bundle_unfit(s->arena, &about, c);
	if (why)
		die("--bundle: %s", why);
	about.compiler = compiler_words(s, f, cc);
	about.banner = cc->banner;
	about.flags = cc->target[about.profile].flags;
	bundle_make(&bundle, s->arena, data_dir(s->arena, "runtime"), &about, c);
	bundle_write(&bundle, dir);
}
