/* SPDX-License-Identifier: MIT */
/* Causes and undecided points in a line each: what of a finding is what happened, and how to say
 * it shortly. */
#include "report/report.h"

#include <ctype.h>
#include <string.h>

static bool is_check(const struct stored_finding *f, enum check check)
{
	return !strcmp(f->check, checks[check].name);
}

/* The kind of a value whose type ends the subject: "argument b (struct pair)". */
static const char *kind_of_value(const char *subject)
{
	static const struct {
		const char *in, *kind;
	} kinds[] = { { "struct ", "structure" }, { "union ", "structure" },
		      { "*", "integer" },         { "_Complex", "complex" },
		      { "_BitInt", "_BitInt" },   { "__float128", "__float128" },
		      { "__int128", "__int128" }, { "long double", "long double" },
		      { "_Float16", "floating" }, { "double", "floating" },
		      { "float", "floating" },    { "__m", "vector" } };
	const char *type = strchr(subject, '(');

	for (size_t i = 0; type && i < ARRAY_SIZE(kinds); i++) {
		if (strstr(type, kinds[i].in))
			return kinds[i].kind;
	}
	return "integer";
}

/* Where it belongs: "in rsi:xmm1: 0x..." is "in two registers". */
static const char *kind_of_place(const char *expected)
{
	static const struct {
		const char *begin, *place;
	} places[] = { { "rsp", "on the stack" }, { "esp", "on the stack" }, { "xmm", "in an xmm" },
		       { "ymm", "in a ymm" },     { "zmm", "in a zmm" },     { "mm", "in an mm" },
		       { "st", "in an x87" },     { "memory", "in memory" } };
	const char *at = strstr(expected, "in ");
	size_t n;

	if (!at)
		return "in its place";
	at += 3;
	n = strcspn(at, " ");
	if (n && at[n - 1] == ':')
		n--;
	if (memchr(at, ':', n))
		return "in two registers";
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (!strncmp(at, places[i].begin, strlen(places[i].begin)))
			return places[i].place;
	}
	return "in a register";
}

/* The text without numbers and up to the first value. */
static const char *without_values(const struct stored *s, const char *text)
{
	char *r = arena_strdup(s->arena, text), *out = r, *value = strstr(r, "0x");

	if (value)
		*value = 0;
	for (const char *in = r; *in; in++) {
		if (!isdigit((unsigned char)*in))
			*out++ = *in;
	}
	*out = 0;
	return r;
}

static const char *first_word(const struct stored *s, const char *text)
{
	return arena_strndup(s->arena, text, strcspn(text, " "));
}

/* The register of "rbx after the call" or "ebx after the call" by its name at 64 bit. */
static const char *wide_register(const struct stored *s, const char *subject)
{
	const char *word = first_word(s, subject);

	for (unsigned r = 0; r < GPR_COUNT; r++) {
		if (!strcmp(word, gpr_name(W32, r, 4)))
			return gpr_name(W64, r, 8);
	}
	return word;
}

const char *cause_shape(const struct stored *s, const struct stored_finding *f)
{
	if (is_check(f, CHECK_SAVED)) /* one register, whatever the width */
		return wide_register(s, f->subject);
	if (is_check(f, CHECK_ALIGN))
		return f->expected;
	if (is_check(f, CHECK_FAULT)) /* its kind is what was observed */
		return arena_printf(s->arena, "%u %s %s", f->c->width, f->subject, f->observed);
	if (is_check(f, CHECK_ARG) || is_check(f, CHECK_RETURN))
		return arena_printf(s->arena, "%u %s", f->c->width, kind_of_value(f->subject));
	if (is_check(f, CHECK_LAYOUT))
		return "aggregates";
	return arena_printf(s->arena, "%u %s", f->c->width, without_values(s, f->expected));
}

const char *cause_words(const struct stored *s, const struct stored_finding *f)
{
	const char *kind = kind_of_value(f->subject), *place = kind_of_place(f->expected);

	if (is_check(f, CHECK_SAVED))
		return arena_printf(s->arena, "%s is not preserved", first_word(s, f->subject));
	if (is_check(f, CHECK_ARG))
		return arena_printf(s->arena, "%s argument not %s", kind, place);
	if (is_check(f, CHECK_RETURN))
		return arena_printf(s->arena, "%s return value not %s", kind, place);
	if (is_check(f, CHECK_UPPER))
		return arena_printf(s->arena, "dirt above a narrow %s is taken for a part of it",
				    strncmp(f->subject, "return", 6) ? "argument" : "return value");
	if (is_check(f, CHECK_ALIGN))
		return arena_printf(s->arena, "stack not %s at calls", f->expected);
	if (is_check(f, CHECK_LAYOUT))
		return arena_printf(s->arena, "%s: %s, not %s", f->subject, f->observed,
				    f->expected);
	if (is_check(f, CHECK_SP))
		return "a wrong number of bytes is popped";
	if (is_check(f, CHECK_LOCALS))
		return "a local value is lost across a call";
	if (is_check(f, CHECK_FAULT))
		return strcmp(f->subject, "the call")
			       ? arena_printf(s->arena, "%s: %s", f->subject, f->observed)
			       : f->observed;
	return arena_printf(s->arena, "%s is wrong", f->subject);
}

/* Is it among the first `n` followers, or the example? */
static bool repeated(const struct stored *s, const struct cluster *c, size_t n, const char *word,
		     const char *(*of)(const struct stored *, const char *))
{
	if (!strcmp(word, of(s, c->example->subject)))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(c->follows[i].example->check, c->example->check) &&
		    !strcmp(word, of(s, c->follows[i].example->subject)))
			return true;
	}
	return false;
}

/* What the example and those followers have that are of the same check: "rbx, r12". */
static const char *joined(const struct stored *s, const struct cluster *c,
			  const char *(*of)(const struct stored *, const char *), size_t *n)
{
	const char *r = of(s, c->example->subject);

	*n = 1;
	for (size_t i = 0; i < c->nfollows; i++) {
		const struct stored_finding *f = c->follows[i].example;
		const char *word = of(s, f->subject);

		if (strcmp(f->check, c->example->check) || repeated(s, c, i, word, of))
			continue;
		r = arena_printf(s->arena, "%s, %s", r, word);
		++*n;
	}
	return r;
}

static const char *value_kind(const struct stored *s, const char *subject)
{
	(void)s;
	return kind_of_value(subject);
}

const char *cause_title(const struct stored *s, const struct cluster *c)
{
	const struct stored_finding *f = c->example;
	const char *words;
	size_t n = 1;

	if (is_check(f, CHECK_SAVED)) {
		words = joined(s, c, c->widths == 32 ? first_word : wide_register, &n);
		return n > 1 || c->widths != 32 ? arena_printf(s->arena, "%s %s not preserved",
							       words, n > 1 ? "are" : "is")
						: cause_words(s, f);
	}
	if (is_check(f, CHECK_ARG)) {
		words = joined(s, c, value_kind, &n);
		if (n > 3)
			words = "all kinds of";
		if (n > 1)
			return arena_printf(s->arena, "%s arguments are not in their places",
					    words);
	}
	return cause_words(s, f);
}

/* Undecided points --------------------------------------------------------------------------- */

/* The item "NAME in PLACE" of a list "a in edx; b in eax; pops 8" with this name, or NULL. */
static const char *item_named(const char *list, size_t len, const char *name, size_t n,
			      size_t *item_len)
{
	while (len) {
		const char *end = memchr(list, ';', len);
		size_t item = end ? (size_t)(end - list) : len;

		if (item > n && !strncmp(list, name, n) && list[n] == ' ') {
			*item_len = item;
			return list;
		}
		item += end ? 2 : 0;
		item = item > len ? len : item;
		list += item;
		len -= item;
	}
	return NULL;
}

struct habit {
	const char *who, *what; /* compilers; what they do */
	size_t nwho, nwhat;
};

/* "gcc-12: a in eax | clang-14: a in edx": the first habit of each compiler. */
static size_t habits(const char *origin, struct habit *v, size_t max)
{
	size_t n = 0;

	while (origin && *origin && n < max) {
		const char *end = strstr(origin, " | "), *colon = strstr(origin, ": ");
		size_t len = end ? (size_t)(end - origin) : strlen(origin);
		bool again = false;

		if (!colon || colon > origin + len)
			return n;
		v[n] = (struct habit){ origin, colon + 2, (size_t)(colon - origin), 0 };
		v[n].nwhat = len - v[n].nwho - 2;
		for (size_t i = 0; i < n; i++)
			again = again ||
				(v[i].nwho == v[n].nwho && !strncmp(v[i].who, v[n].who, v[n].nwho));
		n += !again;
		origin = end ? end + 3 : NULL;
	}
	return n;
}

/* The first item in which not all do the same; that of the first habit. */
static const char *differing(const struct habit *v, size_t n, size_t *name_len)
{
	const char *at = v[0].what, *end = v[0].what + v[0].nwhat;

	while (at < end) {
		const char *semicolon = memchr(at, ';', (size_t)(end - at)), *in;
		size_t item = semicolon ? (size_t)(semicolon - at) : (size_t)(end - at), other;

		in = memmem(at, item, " in ", 4);
		*name_len = in ? (size_t)(in - at) : strcspn(at, " ");
		for (size_t i = 1; i < n; i++) {
			const char *o = item_named(v[i].what, v[i].nwhat, at, *name_len, &other);

			if (!o || other != item || strncmp(o, at, item))
				return at;
		}
		at += item + (semicolon ? 2 : 0);
	}
	return NULL;
}

const char *point_words(const struct stored *s, const struct cluster *c)
{
	const struct stored_finding *f = c->example;
	struct habit v[8];
	size_t n = strcmp(f->expected, "unspecified") ? 0 : habits(f->origin, v, ARRAY_SIZE(v)),
	       name_len = 0;
	const char *at = n > 1 ? differing(v, n, &name_len) : NULL, *r;

	if (!n)
		return arena_printf(s->arena, "%s: %s", c->compilers,
				    f->origin && strncmp(f->origin, "at 0x", 5) ? f->origin
										: f->observed);
	if (!at)
		return arena_printf(s->arena, "%.*s: %.*s", (int)v[0].nwho, v[0].who,
				    (int)v[0].nwhat, v[0].what);
	r = arena_printf(s->arena, "%.*s", (int)name_len, at);
	for (size_t i = 0; i < n; i++) {
		size_t len;
		const char *item = item_named(v[i].what, v[i].nwhat, at, name_len, &len);

		if (item)
			r = arena_printf(s->arena, "%s%s%.*s (%.*s)", r, i ? "," : "",
					 (int)(len - name_len), item + name_len, (int)v[i].nwho,
					 v[i].who);
	}
	return r;
}
