/* SPDX-License-Identifier: MIT */
/* Comparing two results of `clobber check': see compare_check.h. The files may be anybody's, so
 * what is not as docs/check.md says is refused before anything is compared. */
#include "report/compare_check.h"

#include "util/clean.h"
#include "verdict/model.h"

#include <string.h>

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* VERDICT_COUNT: it is none. */
static int verdict_of(const json_t *function)
{
	int v = 0;

	while (v < VERDICT_COUNT && strcmp(text(function, "verdict"), verdict_info[v].name))
		v++;
	return v;
}

bool check_document(const json_t *root)
{
	const json_t *functions = json_object_get(root, "functions"), *f;
	size_t i;

	if (!json_is_array(functions) || !json_is_integer(json_object_get(root, "width")))
		return false;
	json_array_foreach(functions, i, f)
	{
		if (!*text(f, "name") || verdict_of(f) == VERDICT_COUNT ||
		    !json_is_array(json_object_get(f, "findings")))
			return false;
	}
	return true;
}

/* The name that a function of the old result has in the new one. */
static const char *renamed(struct arena *a, const struct check_comparison *c, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *m = c->map; m && *m; m++) {
		if (!strncmp(*m, name, n) && (*m)[n] == '=')
			return arena_strdup(a, *m + n + 1);
	}
	return name;
}

static const json_t *function_named(const json_t *root, const char *name)
{
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(root, "functions"), i, f)
	{
		if (!strcmp(text(f, "name"), name))
			return f;
	}
	return NULL;
}

static bool has_finding(const json_t *function, const json_t *wanted)
{
	const json_t *x;
	size_t i;

	json_array_foreach(json_object_get(function, "findings"), i, x)
	{
		if (!strcmp(text(x, "check"), text(wanted, "check")) &&
		    !strcmp(text(x, "subject"), text(wanted, "subject")))
			return true;
	}
	return false;
}

/* Those of `in` that `other` has not. */
static void findings_only_in(struct str *out, struct arena *a, const char *what, const json_t *in,
			     const json_t *other)
{
	const json_t *x;
	size_t i;

	json_array_foreach(json_object_get(in, "findings"), i, x)
	{
		if (!has_finding(other, x))
			str_addf(out, "  %s: %s: %s\n", what, clean_text(a, text(x, "check")),
				 clean_text(a, text(x, "subject")));
	}
}

/* Not judged is worse than a pass, and better than nothing that was found. */
static int seriousness(const json_t *function)
{
	int v = verdict_of(function);

	return v == VERDICT_PASS ? 0 : v == VERDICT_NOT_RUN ? 1 : 2 + v;
}

static void count(struct str *out, const char *what, const json_t *old, const json_t *new)
{
	json_int_t was = json_integer_value(json_object_get(old, "instructions"));
	json_int_t is = json_integer_value(json_object_get(new, "instructions"));

	if (was && is && was != is)
		str_addf(out, "  %s: %lld, was %lld\n", what, (long long)is, (long long)was);
}

/* One that is in both. */
static void compare_function(struct str *out, struct arena *a, struct check_comparison *c,
			     const json_t *old, const json_t *new)
{
	bool worse = seriousness(new) > seriousness(old);
	struct str s = { 0 };

	c->compared++;
	findings_only_in(&s, a, "new", new, old);
	findings_only_in(&s, a, "fixed", old, new);
	if (strcmp(text(old, "prototype"), text(new, "prototype")))
		str_addf(&s, "  prototype: %s\n        was: %s\n",
			 clean_text(a, text(new, "prototype")),
			 clean_text(a, text(old, "prototype")));
	count(&s, "instructions", old, new);
	if (verdict_of(old) != verdict_of(new) || s.len) {
		c->regressions += worse;
		str_addf(out, "%s  %s", worse ? "regression" : "changed",
			 clean_text(a, text(new, "name")));
		if (strcmp(text(old, "name"), text(new, "name")))
			str_addf(out, ", was %s", clean_text(a, text(old, "name")));
		str_addf(out, ": %s", text(new, "verdict"));
		if (verdict_of(old) != verdict_of(new))
			str_addf(out, ", was %s", text(old, "verdict"));
		str_addf(out, "\n%s", s.s ? s.s : "");
	}
	str_free(&s);
}

static const char *wrong_map(struct arena *a, const struct check_comparison *c)
{
	for (const char *const *m = c->map; m && *m; m++) {
		const char *eq = strchr(*m, '=');

		if (!eq)
			return arena_printf(a, "'%s' is not a pair: use OLD=NEW", *m);
		if (!function_named(c->old, arena_strndup(a, *m, (size_t)(eq - *m))))
			return arena_printf(a, "the old result has no function `%.*s'",
					    (int)(eq - *m), *m);
		if (!function_named(c->new, eq + 1))
			return arena_printf(a, "the new result has no function `%s'", eq + 1);
	}
	return NULL;
}

const char *compare_checks(struct str *out, struct arena *a, struct check_comparison *c)
{
	const char *wrong = wrong_map(a, c);
	json_t *seen, *f;
	struct str changes = { 0 };
	size_t i;

	if (wrong)
		return wrong;
	seen = json_object();
	json_array_foreach(json_object_get(c->old, "functions"), i, f)
	{
		const char *name = renamed(a, c, text(f, "name"));
		const json_t *new = function_named(c->new, name);

		if (new) {
			json_object_set_new_nocheck(seen, name, json_true());
			compare_function(&changes, a, c, f, new);
			continue;
		}
		c->regressions += !c->part;
		str_addf(&changes, "%s  %s: not in the new result, was %s\n",
			 c->part ? "vanished" : "regression", clean_text(a, text(f, "name")),
			 text(f, "verdict"));
	}
	json_array_foreach(json_object_get(c->new, "functions"), i, f)
	{
		if (!json_object_get(seen, text(f, "name")))
			str_addf(&changes, "new  %s: %s\n", clean_text(a, text(f, "name")),
				 text(f, "verdict"));
	}
	if (c->regressions)
		str_addf(out, "%u regression%s", c->regressions, c->regressions == 1 ? "" : "s");
	else
		str_add(out, "no regressions");
	str_addf(out, "; %u functions compared\n%s", c->compared, changes.s ? changes.s : "");
	str_free(&changes);
	json_decref(seen);
	return NULL;
}
