/* SPDX-License-Identifier: MIT */
/* clobber explain: where each argument of a prototype goes, under every convention. */
#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "cmd/options.h"
#include "cmd/values.h"
#include "abi/abi.h"
#include "check/header_text.h"

#include <jansson.h>
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

static const struct prototype *parse(struct arena *a, const char *text)
{
	const char *error;
	const struct prototype *p = proto_parse_decl(a, text, &error);

	if (p)
		return p;
	fprintf(stderr, "%s\n", error);
	exit(2);
}

/* How it is answered. */
struct answer {
	bool full;
	json_t *json; /* NULL: as text */
	struct str text;
};

static void explain(struct arena *a, const struct question *q, const struct prototype *p,
		    struct answer *out)
{
	size_t n;
	const char *why;
	const struct explained *v = explain_places(a, q, p, &n, &why);

	if (!why && !out->json && !out->full)
		why = explain_text(&out->text, a, q, p);
	if (why)
		die("explain: %s", why);
	if (out->json) {
		json_t *placements = json_array();

		for (size_t i = 0; i < n; i++)
			json_array_append_new(placements, explain_json(a, q->edition, &v[i]));
		json_array_append_new(out->json,
				      json_pack("{ss ss so}", "prototype", proto_spell(a, p),
						"edition", editions[q->edition].name, "placements",
						placements));
	} else if (out->full) {
		str_addf(&out->text, "%s\n\n", p->text ? p->text : proto_spell(a, p));
		for (size_t i = 0; i < n; i++)
			explain_full(&out->text, a, &v[i]);
	}
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

static void print_json(json_t *all, bool many)
{
	char *text = json_dumps(json_array_size(all) == 1 && !many ? json_array_get(all, 0) : all,
				JSON_INDENT(1));

	if (!text)
		die("out of memory while writing JSON");
	puts(text);
	free(text);
	json_decref(all);
}

int cmd_explain(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct question q = { 0 };
	struct answer out = { 0 };
	const char *abis = NULL, *widths = NULL, *edition = NULL, *profile = NULL, *vs = NULL;
	bool json = false, wanted[PROFILES];
	struct case_list cases = { 0 };
	const struct option_row rows[] = {
		LISTED("abi", &abis, "LIST", "abis",
		       "conventions (default: all; see `clobber list abis')"),
		OFFERED("width", &widths, "LIST", width_words, "32, 64 (default: both)"),
		LISTED("profile", &profile, "LIST", "profiles",
		       "as compiled for: user, kernel, avx, ... (default: what each convention "
		       "belongs to; see `clobber list profiles')"),
		TEXT("vs", &vs, "OTHER",
		     "another prototype, or a convention: print only what changes"),
		CHOICE("edition", &edition, "E", edition_words(a),
		       "of the psABIs: 2019, 2024, 2025 (default: 2025; see `clobber list rules')"),
		FLAG("json", 0, &json, "for programs (docs/explain-json.md)"),
		FLAG("verbose", 'v', &out.full,
		     "each convention with its rules, what is preserved, and the stack"),
		END_OF_OPTIONS
	};

	if (options_parse(a, &page, rows, argc, argv) != 1)
		die("explain: one prototype, in quotes, please: clobber explain 'int f(long, "
		    "char)'");
	q.names = abi_list(a, abis);
	width_list(a, widths, q.width);
	profile_list(a, profile, wanted);
	q.profiles = profile ? wanted : NULL;
	q.edition = edition_option(edition);
	if (json && vs)
		die("explain: --json does not go with --vs");
	if (vs && explain_is_convention(vs))
		q.vs_convention = vs;
	else if (vs)
		q.vs = parse(a, vs);
	out.full = out.full && !vs;
	out.json = json ? json_array() : NULL;
	/* A prototype has parentheses; names of files may have them, too. */
	if (!strcmp(argv[1], "-") || (access(argv[1], R_OK) == 0 && !strchr(argv[1], '(')))
		read_prototypes(a, argv[1], &cases);
	else
		explain(a, &q, parse(a, argv[1]), &out);
	for (size_t i = 0; i < cases.n; i++)
		explain(a, &q, cases.v[i].proto, &out);
	if (json)
		print_json(out.json, cases.n != 0);
	else
		fwrite(out.text.s, 1, out.text.len, stdout);
	str_free(&out.text);
	arena_free(a);
	return 0;
}
