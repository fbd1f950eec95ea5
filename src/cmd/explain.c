/* SPDX-License-Identifier: MIT */
/* clobber explain: where each argument of a prototype goes, under every convention. */
#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "abi/abi.h"
#include "check/header_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct options_page page = {
	"explain",
	"usage: clobber explain [options] 'PROTOTYPE'\n"
	"       clobber explain [options] FILE      (of prototypes; - is standard input)\n"
	"\n"
	"Where each argument goes, where the value returns and who pops the arguments,\n"
	"under every convention: a line each, equal ones together. With -v the rules that\n"
	"say so, and what is preserved. ?: no document decides.\n",
	"examples: clobber explain 'void vmread_error(unsigned long field, _Bool fault)'\n"
	"  clobber explain 'void f(long a, _Bool b)' --abi kernel --vs asmlinkage\n"
	"  clobber explain 'void f(struct { int a; } s)' --vs 'void f(int a)'\n",
};

/* What is asked. */
struct question {
	struct arena *a;
	const char *abis, *widths, *edition, *profile, *vs;
	const char **names; /* of conventions; NULL: all */
	bool width[WIDTHS], wanted[PROFILES], json, full;
};

/* The profile in which a convention is explained, or PROFILES: in none of those wanted. */
static enum profile_id profile_of(const struct question *q, const struct convention *c)
{
	if (!q->profile)
		return convention_profile(c);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (q->wanted[f] && profiles[f].width == c->width && convention_in(c, f))
			return f;
	}
	return PROFILES;
}

static bool place(const struct question *q, const struct convention *c, const struct prototype *p,
		  struct explained *out)
{
	*out = (struct explained){ .c = c, .p = p, .profile = profile_of(q, c) };
	if (out->profile == PROFILES)
		return false;
	out->why = abi_place_at(edition_option(q->edition), out->profile, c, p, &out->pl);
	return true;
}

/* All that are asked for, 64 bit first. */
static struct explained *place_all(const struct question *q, const struct prototype *p, size_t *n)
{
	struct explained *v = NULL, one;

	*n = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (const struct convention *const *c = conventions; *c; c++) {
			if (((*c)->width == W64) == pass || !q->width[(*c)->width] ||
			    !listed(q->names, (*c)->name) ||
			    (p->convention && strcmp(p->convention, (*c)->name)) ||
			    !place(q, *c, p, &one))
				continue;
			v = arena_grow(q->a, v, *n, sizeof(*v));
			v[(*n)++] = one;
		}
	}
	return v;
}

/* Nothing is selected: why. */
static _Noreturn void nothing(const struct question *q, const struct prototype *p)
{
	const char *name = p->convention ? p->convention : q->names ? q->names[0] : "it";

	if (p->convention && q->names && !listed(q->names, p->convention))
		die("explain: the prototype's own convention, %s, is not among those selected",
		    p->convention);
	for (enum width w = W32; w < WIDTHS; w++) {
		if (!q->width[w] && convention_find(name, w))
			die("explain: %s exists at %u bit only", name, width_bits(w));
	}
	die("explain: %s does not exist in the profile and width that are selected", name);
}

/* The convention of a prototype that names none, where one is needed: the only one selected, or the
 * platform's. */
static const struct convention *own(const struct question *q, const struct prototype *p,
				    enum width w)
{
	enum profile_id profile = profile_user(w);

	if (p->convention)
		return convention_find(p->convention, w);
	if (q->names && q->names[0] && !q->names[1])
		return convention_find(q->names[0], w);
	for (enum profile_id f = 0; q->profile && f < PROFILES; f++) {
		if (q->wanted[f] && profiles[f].width == w && profile_is(&profiles[f], "kernel"))
			profile = f;
	}
	return convention_default(profile);
}

static const struct prototype *parse(struct arena *a, const char *text)
{
	const char *error;
	const struct prototype *p = proto_parse_decl(a, text, &error);

	if (p)
		return p;
	fprintf(stderr, "%s\n", error);
	exit(2);
}

static bool is_convention(const char *name)
{
	return convention_find(name, W32) || convention_find(name, W64);
}

/* `--vs': under each convention, or from one's own to the other's. */
static void versus(const struct question *q, const struct prototype *p, struct str *out)
{
	bool named = is_convention(q->vs);
	const struct prototype *other = named ? p : parse(q->a, q->vs);
	struct explained from, to;
	size_t shown = 0, n;

	if (!named && !p->convention && !other->convention && !q->names) {
		struct explained *v = place_all(q, p, &n);

		for (size_t i = 0; i < n; i++) {
			if (place(q, v[i].c, other, &to))
				explain_change(out, q->a, &v[i], &to);
		}
		return;
	}
	for (int pass = 0; pass < 2; pass++) {
		enum width w = pass ? W32 : W64;
		const struct convention *c = own(q, p, w),
					*d = named ? convention_find(q->vs, w) : own(q, other, w);

		if (!q->width[w] || !c || !d || !place(q, c, p, &from) || !place(q, d, other, &to))
			continue;
		explain_change(out, q->a, &from, &to);
		shown++;
	}
	if (!shown)
		nothing(q, p->convention ? p : other);
}

static void explain(const struct question *q, const struct prototype *p, struct str *out,
		    json_t *json)
{
	size_t n;
	struct explained *v = place_all(q, p, &n);
	enum edition e = edition_option(q->edition);

	if (q->json) {
		json_t *placements = json_array();

		for (size_t i = 0; i < n; i++)
			json_array_append_new(placements, explain_json(q->a, e, &v[i]));
		json_array_append_new(json, json_pack("{ss ss so}", "prototype",
						      proto_spell(q->a, p), "edition",
						      editions[e].name, "placements", placements));
	}
	if (!n)
		nothing(q, p);
	if (q->json)
		return;
	str_addf(out, "%s\n\n", p->text ? p->text : proto_spell(q->a, p));
	if (q->vs)
		versus(q, p, out);
	else if (!q->full)
		explain_table(out, q->a, v, n);
	for (size_t i = 0; i < n && q->full && !q->vs; i++)
		explain_full(out, q->a, &v[i]);
}

/* The prototypes of a file, or of standard input for "-". */
static void read_prototypes(struct arena *a, const char *path, struct case_list *out)
{
	bool input = !strcmp(path, "-");
	const char *error, *name = input ? "<stdin>" : path;
	size_t skipped, left_out;
	char *text = file_read(input ? "/dev/stdin" : path, NULL), *plain;

	if (!text)
		die("explain: cannot read %s: %s", input ? "standard input" : path,
		    strerror(errno));
	plain = header_text(a, arena_strdup(a, text), &left_out);
	if (proto_parse_header(a, name, plain, strlen(plain), WIDTHS, out, &skipped, &error) < 0 ||
	    (error && !out->n)) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	if (!out->n)
		die("explain: %s declares no function", input ? "standard input" : path);
	if (skipped)
		warn("%zu declaration%s passed over, such as: %s", skipped, skipped == 1 ? "" : "s",
		     error);
	free(text);
}

int cmd_explain(int argc, char **argv)
{
	struct question q = { .a = arena_new() };
	struct str out = { 0 };
	json_t *json = json_array();
	struct case_list cases = { 0 };
	const struct option_row rows[] = {
		LISTED("abi", &q.abis, "LIST", "abis",
		       "conventions (default: all; see `clobber list abis')"),
		OFFERED("width", &q.widths, "LIST", width_words, "32, 64 (default: both)"),
		LISTED("profile", &q.profile, "LIST", "profiles",
		       "as compiled for: user, kernel, avx, ... (default: what each convention "
		       "belongs to; see `clobber list profiles')"),
		TEXT("vs", &q.vs, "OTHER",
		     "another prototype, or a convention: print only what changes"),
		CHOICE("edition", &q.edition, "E", edition_words(q.a),
		       "of the psABIs: 2019, 2024, 2025 (default: 2025; see `clobber list rules')"),
		FLAG("json", 0, &q.json, "for programs (docs/explain-json.md)"),
		FLAG("verbose", 'v', &q.full,
		     "each convention with its rules, what is preserved, and the stack"),
		END_OF_OPTIONS
	};

	if (options_parse(q.a, &page, rows, argc, argv) != 1)
		die("explain: one prototype, in quotes, please: clobber explain 'int f(long, "
		    "char)'");
	q.names = abi_list(q.a, q.abis);
	width_list(q.a, q.widths, q.width);
	profile_list(q.a, q.profile, q.wanted);
	if (q.json && q.vs)
		die("explain: --json does not go with --vs");
	/* A prototype has parentheses; names of files may have them, too. */
	if (!strcmp(argv[1], "-") || (access(argv[1], R_OK) == 0 && !strchr(argv[1], '(')))
		read_prototypes(q.a, argv[1], &cases);
	else
		explain(&q, parse(q.a, argv[1]), &out, json);
	for (size_t i = 0; i < cases.n; i++)
		explain(&q, cases.v[i].proto, &out, json);
	if (q.json) {
		char *text = json_dumps(
			json_array_size(json) == 1 && !cases.n ? json_array_get(json, 0) : json,
			JSON_INDENT(1));

		if (!text)
			die("out of memory while writing JSON");
		puts(text);
		free(text);
	} else {
		fwrite(out.s, 1, out.len, stdout);
	}
	json_decref(json);
	str_free(&out);
	arena_free(q.a);
	return 0;
}
