/* SPDX-License-Identifier: MIT */
/* The claims and what decides them, as tables; and which cases they need. */
#include "claims/claims.h"

#include <string.h>

const struct claim all_claims[CLAIMS] = {
#define CLAIM(number, who, widths, rooted, any_flags, refuted, text) \
	{ number, who, text, widths, rooted, any_flags, refuted },
#include "claims/claims.def"
#undef CLAIM
};

const struct step claim_steps[] = {
#define STEP(claim, widths, kind, weight, a, b, c, d, says) \
	{ claim, widths, kind, weight, a, b, c, d, says },
#include "claims/steps.def"
#undef STEP
	{ 0 }
};

const char *const claim_verdict_names[CLAIM_VERDICT_COUNT] = {
#define X(id, name) name,
	CLAIM_VERDICTS(X)
#undef X
};

/* The case file a step needs, "vmread.h:FUNCTION" or "vmread.h"; NULL: none. */
static const char *case_of(const struct step *s)
{
	return s->kind == STEP_PASS || s->kind == STEP_PLACEMENT ? s->a : NULL;
}

const char *claims_cases(struct arena *a, const bool wanted[CLAIMS])
{
	static const char *const files[] = { "prototypes.h", "vmread.h", "entries.h",
					     "claims/broken.cases" };
	const char *list = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *slash = strrchr(files[i], '/');
		const char *base = slash ? slash + 1 : files[i];
		bool needed = false;

		for (const struct step *s = claim_steps; s->claim; s++) {
			const char *c = s->kind == STEP_CAUGHT ? "broken.cases" : case_of(s);

			needed = needed ||
				 (wanted[s->claim - 1] && c && !strncmp(c, base, strcspn(c, ":")));
		}
		if (needed)
			list = arena_printf(a, "%s%scases/thread/%s", list ? list : "",
					    list ? "," : "", files[i]);
	}
	return list;
}

static bool asks_for(const struct step *s, const char *file, const char *function)
{
	const char *c = case_of(s), *colon;

	if (s->kind == STEP_CAUGHT)
		return !strcmp(file, "broken.cases") && !strcmp(function, s->a);
	if (!c)
		return false;
	colon = strchr(c, ':');
	return colon ? !strncmp(file, c, (size_t)(colon - c)) && !strcmp(colon + 1, function)
		     : !strcmp(file, c);
}

void claims_keep(struct case_list *cases, const bool wanted[CLAIMS])
{
	size_t kept = 0;

	for (size_t i = 0; i < cases->n; i++) {
		const struct prototype *p = cases->v[i].proto;
		const char *slash = strrchr(p->pos.file, '/');
		bool keep = false;

		for (const struct step *s = claim_steps; !keep && s->claim; s++)
			keep = wanted[s->claim - 1] &&
			       asks_for(s, slash ? slash + 1 : p->pos.file, p->name);
		if (keep)
			cases->v[kept++] = cases->v[i];
	}
	cases->n = kept;
}
