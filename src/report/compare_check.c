/* SPDX-License-Identifier: MIT */
/* Comparing two results of `clobber check': see compare_check.h. The files may be anybody's, so
 * what is not as docs/check.md says is refused before anything is compared. */
#include "report/compare_check.h"

#include "report/style.h"
#include "util/clean.h"
#include "util/json.h"
#include "verdict/model.h"

#include <stdlib.h>
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

/* Those of `in` that `other` has not: their checks and subjects. */
static json_t *findings_only_in(const json_t *in, const json_t *other)
{
	json_t *found = json_array();
	const json_t *x;
	size_t i;

	json_array_foreach(json_object_get(in, "findings"), i, x)
	{
		if (!has_finding(other, x))
			json_array_append_new(found, json_pack("{ss ss}", "check", text(x, "check"),
							       "subject", text(x, "subject")));
	}
	return found;
}

/* Not judged is worse than a pass, and better than nothing that was found. */
static int seriousness(const json_t *function)
{
	int v = verdict_of(function);

	return v == VERDICT_PASS ? 0 : v == VERDICT_NOT_RUN ? 1 : 2 + v;
}

/* `key` of both, where they have it and it is another: KEY and old_KEY of the change. */
static bool differs(json_t *change, const char *key, const char *old_key, const json_t *old,
		    const json_t *new)
{
	json_t *was = json_object_get(old, key), *is = json_object_get(new, key);

	if (!was || !is || json_equal(was, is))
		return false;
	json_object_set(change, key, is);
	json_object_set(change, old_key, was);
	return true;
}

/* What became of a function; NULL for `old` or `new`: it is not there. */
static json_t *change_of(const char *what, bool regression, const json_t *old, const json_t *new)
{
	return json_pack("{ss sb so so so so}", "change", what, "regression", (int)regression,
			 "old_name", string_or_null(old ? text(old, "name") : NULL), "name",
			 string_or_null(new ? text(new, "name") : NULL), "old_verdict",
			 string_or_null(old ? text(old, "verdict") : NULL), "verdict",
			 string_or_null(new ? text(new, "verdict") : NULL));
}

/* One that is in both. */
static void compare_function(struct check_comparison *c, const json_t *old, const json_t *new)
{
	bool worse = seriousness(new) > seriousness(old);
	json_t *change = change_of("changed", worse, old, new);
	json_t *added = findings_only_in(new, old), *gone = findings_only_in(old, new);
	bool any = verdict_of(old) != verdict_of(new) || json_array_size(added) ||
		   json_array_size(gone);

	c->compared++;
	any |= differs(change, "prototype", "old_prototype", old, new);
	any |= differs(change, "instructions", "old_instructions", old, new);
	json_object_set_new(change, "new", added);
	json_object_set_new(change, "fixed", gone);
	if (any) {
		c->regressions += worse;
		json_array_append(c->changes, change);
	}
	json_decref(change);
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

const char *compare_checks(struct arena *a, struct check_comparison *c)
{
	const char *wrong = wrong_map(a, c);
	json_t *seen, *f;
	size_t i;

	if (wrong)
		return wrong;
	c->changes = json_array();
	seen = json_object();
	json_array_foreach(json_object_get(c->old, "functions"), i, f)
	{
		const char *name = renamed(a, c, text(f, "name"));
		const json_t *new = function_named(c->new, name);

		if (new) {
			json_object_set_new_nocheck(seen, name, json_true());
			compare_function(c, f, new);
			continue;
		}
		c->regressions += !c->part;
		json_array_append_new(c->changes, change_of("vanished", !c->part, f, NULL));
	}
	json_array_foreach(json_object_get(c->new, "functions"), i, f)
	{
		if (!json_object_get(seen, text(f, "name")))
			json_array_append_new(c->changes, change_of("new", false, NULL, f));
	}
	json_decref(seen);
	return NULL;
}

/* Words ------------------------------------------------------------------------------------------
 */

/* How a format writes a change: its lines, and what belongs to it. */
struct style {
	const char *head, *strong, *item, *was;
	void (*add)(struct str *out, const char *s);
};

static void plain(struct str *out, const char *s)
{
	str_add(out, s);
}

static void add_findings(struct str *out, struct arena *a, const struct style *t, const char *what,
			 const json_t *findings)
{
	const json_t *x;
	size_t i;

	json_array_foreach(findings, i, x)
	{
		str_addf(out, "%s%s: ", t->item, what);
		t->add(out, arena_printf(a, "%s: %s", clean_text(a, text(x, "check")),
					 clean_text(a, text(x, "subject"))));
		str_add(out, "\n");
	}
}

static void add_change(struct str *out, struct arena *a, const struct style *t, const json_t *x)
{
	const char *name = text(x, "name"), *old = text(x, "old_name");
	const char *was = text(x, "old_verdict"), *is = text(x, "verdict");
	json_t *count = json_object_get(x, "instructions");

	str_addf(out, "%s%s%s%s  ", t->head, t->strong,
		 json_is_true(json_object_get(x, "regression")) ? "regression" : text(x, "change"),
		 t->strong);
	t->add(out, clean_text(a, *name ? name : old));
	if (!*name) {
		str_addf(out, ": not in the new result, was %s\n", was);
		return;
	}
	if (*old && strcmp(old, name)) {
		str_add(out, ", was ");
		t->add(out, clean_text(a, old));
	}
	str_addf(out, ": %s", is);
	if (*was && strcmp(was, is))
		str_addf(out, ", was %s", was);
	str_add(out, "\n");
	add_findings(out, a, t, "new", json_object_get(x, "new"));
	add_findings(out, a, t, "fixed", json_object_get(x, "fixed"));
	if (*text(x, "prototype")) {
		str_addf(out, "%sprototype: ", t->item);
		t->add(out, clean_text(a, text(x, "prototype")));
		str_addf(out, "\n%s", t->was);
		t->add(out, clean_text(a, text(x, "old_prototype")));
		str_add(out, "\n");
	}
	if (count)
		str_addf(out, "%sinstructions: %lld, was %lld\n", t->item,
			 (long long)json_integer_value(count),
			 (long long)json_integer_value(json_object_get(x, "old_instructions")));
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void add_words(struct str *out, struct arena *a, const struct check_comparison *c,
		      const struct style *t)
{
	const json_t *x;
	size_t i;

	if (c->regressions)
		str_addf(out, "%u regression%s", c->regressions, plural(c->regressions));
	else
		str_add(out, "no regressions");
	str_addf(out, "; %u function%s compared\n", c->compared, plural(c->compared));
	if (*t->head && json_array_size(c->changes))
		str_add(out, "\n");
	json_array_foreach(c->changes, i, x) add_change(out, a, t, x);
}

void check_comparison_text(struct str *out, struct arena *a, const struct check_comparison *c)
{
	add_words(out, a, c, &(struct style){ "", "", "  ", "        was: ", plain });
}

void check_comparison_markdown(struct str *out, struct arena *a, const struct check_comparison *c)
{
	add_words(out, a, c, &(struct style){ "* ", "**", "  * ", "    was: ", markdown_safe });
}

void check_comparison_json(struct str *out, struct arena *a, const struct check_comparison *c)
{
	json_t *root = json_pack("{si si si sO}", "schema", 1, "regressions", (int)c->regressions,
				 "compared", (int)c->compared, "functions", c->changes);
	char *s = root ? json_dumps(root, JSON_INDENT(1)) : NULL;

	(void)a;
	if (!s)
		die("out of memory while writing the comparison");
	str_addf(out, "%s\n", s);
	free(s);
	json_decref(root);
}
