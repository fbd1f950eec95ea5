/* SPDX-License-Identifier: MIT */
/* Reading declarations: of the command line, of contract files, of projects' own headers. */
#include "check/source.h"

#include "check/header_text.h"
#include "check/preprocess.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Is the word `word` before or behind s[0..n) in the declaration? */
static bool beside(const char *text, const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);
	const char *next = s + n + strspn(s + n, " \t"), *end = s;

	if (!strncmp(next, word, len) && !name_char(next[len]))
		return true;
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (size_t)(end - text) >= len && !strncmp(end - len, word, len) &&
	       ((size_t)(end - text) == len || !name_char(end[-(ptrdiff_t)len - 1]));
}

/* With types of the same places and sizes that are as large as those of Windows. */
static const char *windows_text(struct arena *a, const char *text, size_t len)
{
	char *out = arena_strndup(a, text, len);

	for (char *s = out; *s;) {
		size_t n = 0;

		while (name_char(s[n]))
			n++;
		/* long long and long double are what they are. */
		if (n == 4 && !strncmp(s, "long", n) &&
		    !beside(text, text + (s - out), n, "long") &&
		    !beside(text, text + (s - out), n, "double"))
			memcpy(s, beside(text, text + (s - out), n, "int") ? "    " : "int ", n);
		else if (n == 7 && !strncmp(s, "wchar_t", n))
			memcpy(s, "__u16  ", n);
		s += n ? n : 1;
	}
	return out;
}

/* With types of x32. */
static void size_types(struct arena *a, const struct declarations_for *how, struct case_list *cases)
{
	for (size_t i = 0; how->x32 && i < cases->n; i++)
		cases->v[i].proto = proto_in_model(a, cases->v[i].proto, MODEL_ILP32);
}

static int parse(struct arena *a, const char *name, const char *text, size_t len,
		 const struct declarations_for *how, struct declarations *out, const char **error)
{
	out->source = (struct contract_source){ .text = text, .len = len, .file = name };
	if (how->windows)
		text = windows_text(a, text, len);
	if (proto_parse_mem(a, name, text, len, &out->cases, error) < 0)
		return -1;
	size_types(a, how, &out->cases);
	return 0;
}

int declarations_of_protos(struct arena *a, const char *const *protos, const char *const *notes,
			   const struct declarations_for *how, struct declarations *out,
			   const char **error)
{
	struct str s = { 0 };
	const char *text;
	size_t len;

	*out = (struct declarations){ 0 };
	for (; *protos; protos++) {
		size_t n = strlen(*protos);

		for (; !protos[1] && *notes; notes++)
			str_addf(&s, "//! %s\n", *notes);
		while (n && strchr(" \t\r\n", (*protos)[n - 1]))
			n--;
		str_addn(&s, *protos, n);
		str_add(&s, n && (*protos)[n - 1] == ';' ? "\n" : ";\n");
	}
	text = arena_strndup(a, s.s, s.len);
	len = s.len;
	str_free(&s);
	if (parse(a, "<prototype>", text, len, how, out, error) < 0)
		return -1;
	if (!out->cases.n) {
		*error = "<prototype>: no function is declared; give one, such as 'int f(long n)'";
		return -1;
	}
	return 0;
}

static char *read_text(struct arena *a, const char *path, size_t *len, const char **error)
{
	char *raw = file_read(path, len), *text;

	if (!raw) {
		*error = arena_printf(a, "%s: cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	text = arena_strndup(a, raw, *len);
	memcpy(text, raw, *len);
	free(raw);
	return text;
}

/* One function, and those that its lines call. */
static int keep_only(struct arena *a, const char *path, const char *name, struct case_list *cases,
		     const char **error)
{
	const struct case_decl *wanted = NULL;
	struct case_list kept = { .v = arena_alloc(a, (cases->n + 1) * sizeof(*cases->v)) };

	for (size_t i = 0; i < cases->n; i++) {
		if (!strcmp(cases->v[i].proto->name, name))
			wanted = &cases->v[i];
	}
	if (!wanted) {
		*error = arena_printf(a, "%s declares no function `%s'", path, name);
		return -1;
	}
	kept.v[kept.n++] = *wanted;
	for (size_t i = 0; i < cases->n; i++) {
		bool called = false;

		for (size_t k = 0; k < wanted->ncontract; k++) {
			const char *rest = wanted->contract[k].rest;
			size_t n = strcspn(rest, " \t(");

			called = called || (!strcmp(wanted->contract[k].word, "calls") &&
					    n == strlen(cases->v[i].proto->name) &&
					    !strncmp(rest, cases->v[i].proto->name, n));
		}
		if (called && &cases->v[i] != wanted)
			kept.v[kept.n++] = cases->v[i];
	}
	*cases = kept;
	return 0;
}

int declarations_of_contract(struct arena *a, const char *path, const struct declarations_for *how,
			     struct declarations *out, const char **error)
{
	const char *only = NULL;
	struct stat st;
	size_t len;
	char *text;

	*out = (struct declarations){ 0 };
	path = arena_strdup(a, path);
	if (strrchr(path, ':') && stat(path, &st) < 0) {
		char *split = strrchr(path, ':');

		*split = 0;
		only = split + 1;
	}
	text = read_text(a, path, &len, error);
	if (!text || parse(a, path, text, len, how, out, error) < 0)
		return -1;
	if (!out->cases.n) {
		*error = arena_printf(a, "%s: no function is declared", path);
		return -1;
	}
	return only ? keep_only(a, path, only, &out->cases, error) : 0;
}

static bool mentions(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = text; (s = strstr(s, name)); s++) {
		if ((s == text || !name_char(s[-1])) && !name_char(s[n]))
			return true;
	}
	return false;
}

int declarations_of_header(struct arena *a, const char *path, const struct declarations_for *how,
			   struct declarations *out, const char **error)
{
	size_t len, left_out;
	char *text = read_text(a, path, &len, error);
	const char *raw, *why_not = NULL;
	struct contract_source shown;

	*out = (struct declarations){ .header = true };
	if (!text)
		return -1;
	shown = (struct contract_source){ .text = arena_strndup(a, text, len),
					  .len = len,
					  .file = path };
	raw = shown.text;
	/* Without a compiler all branches of its conditions are read. */
	if (preprocess_wanted(raw)) {
		char *done = preprocess(a, path, how->width, &why_not);

		text = done ? done : text;
		*out = (struct declarations){ .header = true, .preprocessed = done != NULL };
	}
	text = header_text(a, text, &left_out);
	if (how->windows)
		text = (char *)(uintptr_t)windows_text(a, text, strlen(text));
	if (proto_parse_header(a, path, text, strlen(text), how->width, &out->cases, &out->skipped,
			       &out->first_skipped) < 0) {
		*error = out->first_skipped;
		return -1;
	}
	size_types(a, how, &out->cases);
	out->source = shown;
	out->skipped += left_out;
	if (why_not && out->skipped)
		out->first_skipped = arena_printf(a, "%s: %s", path, why_not);
	if (left_out && !out->first_skipped)
		out->first_skipped = arena_printf(a,
						  "%s: an asm label that is no name in C, or a "
						  "#pragma pack to more than bytes",
						  path);
	if (!out->cases.n) {
		*error = out->skipped ? out->first_skipped
				      : arena_printf(a, "%s: no function is declared", path);
		return -1;
	}
	for (size_t i = 0; i < out->cases.n; i++) {
		/* What others that it includes declare is of no interest unless it is there. */
		if (out->preprocessed && !mentions(raw, out->cases.v[i].proto->name)) {
			out->included = arena_grow(a, out->included, out->nincluded,
						   sizeof(*out->included));
			out->included[out->nincluded++] = out->cases.v[i].proto->name;
		}
		out->optional =
			arena_grow(a, out->optional, out->noptional, sizeof(*out->optional));
		out->optional[out->noptional++] = out->cases.v[i].proto->name;
	}
	return 0;
}

static struct case_decl *find(const struct declarations *d, const char *name, size_t len)
{
	for (size_t i = 0; i < d->cases.n; i++) {
		const char *n = d->cases.v[i].proto->name;

		if (strlen(n) == len && !strncmp(n, name, len))
			return &d->cases.v[i];
	}
	return NULL;
}

bool declarations_included(const struct declarations *d, const char *name)
{
	for (size_t i = 0; i < d->nincluded; i++) {
		if (!strcmp(d->included[i], name))
			return true;
	}
	return false;
}

bool declarations_optional(const struct declarations *d, const char *name)
{
	for (size_t i = 0; i < d->noptional; i++) {
		if (!strcmp(d->optional[i], name))
			return true;
	}
	return false;
}

static void add_source(struct arena *a, struct declarations *to, const struct contract_source *s)
{
	struct contract_source *copy = arena_alloc(a, sizeof(*copy));

	*copy = *s;
	copy->next = to->source.next;
	to->source.next = copy;
}

void declarations_add(struct arena *a, struct declarations *to, const struct declarations *more)
{
	if (!to->cases.n) {
		*to = *more;
		return;
	}
	for (size_t i = 0; i < more->cases.n; i++) {
		const struct case_decl *d = &more->cases.v[i];
		const char *name = d->proto->name;
		struct case_decl *known = find(to, name, strlen(name));
		bool optional = declarations_optional(more, name);

		if (known && (optional || !declarations_optional(to, name)))
			continue;
		if (known) {
			*known = *d;
		} else {
			to->cases.v = arena_grow(a, to->cases.v, to->cases.n, sizeof(*d));
			to->cases.v[to->cases.n++] = *d;
		}
		for (size_t k = 0; known && k < to->noptional; k++) {
			if (!strcmp(to->optional[k], name))
				to->optional[k] = "";
		}
		if (optional) {
			to->optional =
				arena_grow(a, to->optional, to->noptional, sizeof(*to->optional));
			to->optional[to->noptional++] = name;
		}
	}
	for (size_t i = 0; i < more->nincluded; i++) {
		to->included = arena_grow(a, to->included, to->nincluded, sizeof(*to->included));
		to->included[to->nincluded++] = more->included[i];
	}
	to->header = to->header || more->header;
	to->skipped += more->skipped;
	if (!to->first_skipped)
		to->first_skipped = more->first_skipped;
	for (const struct contract_source *s = &more->source; s; s = s->next)
		add_source(a, to, s);
}

/* Length of the name in "NAME: ...", or 0. */
static size_t note_name(const char *note)
{
	size_t n = strspn(note, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	return note[n] == ':' ? n : 0;
}

bool declarations_note_names(const char *note)
{
	return note_name(note) > 0;
}

int declarations_note(struct arena *a, struct declarations *d, const char *note, const char **error)
{
	static const struct declarations_for plain = { .width = W64 };
	size_t n = note_name(note);
	struct case_decl *to = d->cases.n ? &d->cases.v[d->cases.n - 1] : NULL;
	struct declarations lines = { 0 };
	const char *text;

	if (n) {
		to = find(d, note, n);
		if (!to) {
			*error = arena_printf(a, "--note: nothing declares `%.*s'", (int)n, note);
			return -1;
		}
		note += n + 1;
		note += strspn(note, " \t");
	}
	text = arena_printf(a, "//! %s\nvoid f(void);\n", note);
	if (!to || parse(a, "<note>", text, strlen(text), &plain, &lines, error) < 0)
		return -1;
	for (size_t i = 0; i < lines.cases.v[0].ncontract; i++) {
		struct contract_line *all = arena_alloc(a, (to->ncontract + 1) * sizeof(*all));

		memcpy(all, to->contract, to->ncontract * sizeof(*all));
		all[to->ncontract] = lines.cases.v[0].contract[i];
		to->contract = all;
		to->ncontract++;
	}
	add_source(a, d, &lines.source);
	return 0;
}
