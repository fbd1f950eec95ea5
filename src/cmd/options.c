/* SPDX-License-Identifier: MIT */
/* Options: from rows to parsing, help and completion. */
#include "cmd/options.h"

#include "util/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 18, HELP_WIDTH = 80 };

const char *const color_words[] = { "auto", "always", "never", NULL };
const char *const width_words[] = { "32", "64", NULL };
const char *const place_words[] = { "auto", "all", NULL }; /* besides the places */
const char *const opt_words[] = { "O0", "O1", "O2", "O3", "Os", NULL };

void unknown_word(const char *where, const char *kind, const char *word, const char *const *words,
		  const char *how)
{
	const char *hint = nearest(word, words);

	die("%s: unknown %s '%s'%s%s%s: %s", where, kind, word, hint ? " (did you mean '" : "",
	    hint ? hint : "", hint ? "'?)" : "", how);
}

/* Help ---------------------------------------------------------------------------------------- */

/* Wrapped text, the cursor being in column `at`. */
static void print_paragraph(const char *s, size_t at)
{
	while (*s) {
		size_t n = strcspn(s, " \n");
		size_t blanks;

		if (at + n > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		}
		fwrite(s, 1, n, stdout);
		at += n;
		s += n;
		if (*s == '\n') {
			blanks = strspn(++s, " ");
			printf("\n%*s", HELP_COLUMN + (int)blanks, "");
			s += blanks;
			at = HELP_COLUMN + blanks;
			continue;
		}
		blanks = strspn(s, " ");
		n = strcspn(s + blanks, " \n");
		if (*s && at + blanks + n <= HELP_WIDTH) {
			printf("%*s", (int)blanks, "");
			at += blanks;
		} else if (*s) {
			at = HELP_WIDTH; /* the next word does not fit */
		}
		s += blanks;
	}
	putchar('\n');
}

static void print_row(const struct option_row *r)
{
	char letter[] = { '-', r->letter, ',', ' ', 0 };
	int n = printf("  %s--%s%s%s", r->letter ? letter : "", r->name, r->argument ? " " : "",
		       r->argument ? r->argument : "");

	if (n >= HELP_COLUMN) {
		putchar('\n');
		n = 0;
	}
	printf("%*s", HELP_COLUMN - n, "");
	print_paragraph(r->help, HELP_COLUMN);
}

static const struct option_row help_row = FLAG("help", 'h', NULL, "this text");

static void print_help(const struct options_page *page, const struct option_row *rows)
{
	fputs(page->before, stdout);
	putchar('\n');
	for (; rows->name; rows++)
		print_row(rows);
	print_row(&help_row);
	if (page->after)
		printf("\n%s", page->after);
}

/* For completions/: a line for each option: its name, and what its value may be. */
static void print_completions(const struct option_row *rows)
{
	for (; rows->name; rows++) {
		printf("--%s", rows->name);
		for (const char *const *w = rows->words; w && *w; w++)
			printf(" %s", *w);
		if (rows->list)
			printf(" @%s", rows->list);
		putchar('\n');
	}
	puts("--help");
}

/* Parsing ------------------------------------------------------------------------------------- */

/* What is under way: an option as it was written, and where it may take its value from. */
struct parsing {
	struct arena *a;
	const struct options_page *page;
	const struct option_row *rows;
	char **next; /* the next argument; *next is NULL at the end */
};

static _Noreturn void bad_option(const struct parsing *p, const char *why)
{
	die("%s: %s; try `clobber %s --help'", p->page->verb, why, p->page->verb);
}

static const struct option_row *find_long(const struct parsing *p, const char *name, size_t n)
{
	const struct option_row *found = NULL;
	const char *names[64], *hint;
	char *word = arena_strndup(p->a, name, n);
	size_t many = 0, matches = 0;

	for (const struct option_row *r = p->rows;; r = r->name ? r + 1 : NULL) {
		const struct option_row *row = r->name ? r : &help_row;

		if (!strcmp(row->name, word))
			return row;
		if (!strncmp(row->name, word, n)) {
			found = row;
			matches++;
		}
		if (many + 1 < ARRAY_SIZE(names))
			names[many++] = row->name;
		if (!r->name)
			break;
	}
	names[many] = NULL;
	if (matches == 1)
		return found;
	if (matches)
		bad_option(p, arena_printf(p->a, "option '--%s' is ambiguous", word));
	hint = nearest(word, names);
	bad_option(p, arena_printf(p->a, "unknown option '--%s'%s%s%s", word,
				   hint ? " (did you mean '--" : "", hint ? hint : "",
				   hint ? "'?)" : ""));
}

static const struct option_row *find_letter(const struct parsing *p, char letter)
{
	for (const struct option_row *r = p->rows; r->name; r++) {
		if (r->letter == letter)
			return r;
	}
	if (letter != help_row.letter)
		bad_option(p, arena_printf(p->a, "unknown option '-%c'", letter));
	return &help_row;
}

static uint64_t number(const struct option_row *r, const char *s)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (*s < '0' || *s > '9' || *end || errno || n < r->min || n > r->max)
		die("--%s: '%s' is not a number from %llu to %llu", r->name, s,
		    (unsigned long long)r->min, (unsigned long long)r->max);
	return n;
}

static void add_text(struct arena *a, struct texts *t, const char *s)
{
	t->v = arena_grow(a, t->v, t->n, sizeof(*t->v));
	t->v[t->n++] = s;
}

/* "auto, always or never". */
static const char *words_text(struct arena *a, const char *const *words)
{
	const char *s = words[0];

	for (size_t i = 1; words[i]; i++)
		s = arena_printf(a, "%s%s%s", s, words[i + 1] ? ", " : " or ", words[i]);
	return s;
}

static const char *choice(const struct parsing *p, const struct option_row *r, const char *s)
{
	for (const char *const *w = r->words; *w; w++) {
		if (!strcmp(*w, s))
			return *w;
	}
	unknown_word(arena_printf(p->a, "--%s", r->name), "value", s, r->words,
		     arena_printf(p->a, "use %s", words_text(p->a, r->words)));
}

/* `value` is what stands behind `=', or NULL. */
static void take(struct parsing *p, const struct option_row *r, const char *value)
{
	if (r->kind == OPTION_FLAG && value)
		bad_option(p, arena_printf(p->a, "option '--%s' takes no value", r->name));
	if (r == &help_row) {
		print_help(p->page, p->rows);
		exit(0);
	}
	if (r->kind != OPTION_FLAG && !value) {
		value = *p->next;
		if (!value)
			bad_option(p, arena_printf(p->a, "option '--%s' needs a value: --%s %s",
						   r->name, r->name, r->argument));
		p->next++;
	}
	switch (r->kind) {
	case OPTION_FLAG:
		*(bool *)r->target = true;
		return;
	case OPTION_TEXT:
		*(const char **)r->target = value;
		return;
	case OPTION_TEXTS:
		add_text(p->a, r->target, value);
		return;
	case OPTION_NUMBER:
		*(uint64_t *)r->target = number(r, value);
		return;
	case OPTION_CHOICE:
		*(const char **)r->target = choice(p, r, value);
		return;
	}
}

static void take_argument(struct parsing *p, const char *s)
{
	const char *equals;

	if (s[1] == '-') {
		equals = strchr(s, '=');
		take(p, find_long(p, s + 2, equals ? (size_t)(equals - s - 2) : strlen(s + 2)),
		     equals ? equals + 1 : NULL);
		return;
	}
	for (s++; *s; s++)
		take(p, find_letter(p, *s), NULL);
}

int options_parse(struct arena *a, const struct options_page *page, const struct option_row *rows,
		  int argc, char **argv)
{
	struct parsing p = { .a = a, .page = page, .rows = rows, .next = argv + 1 };
	int n = 0;

	if (argc == 2 && !strcmp(argv[1], "--completions")) {
		print_completions(rows);
		exit(0);
	}
	while (*p.next) {
		char *s = *p.next++;

		if (!strcmp(s, "--")) {
			while (*p.next)
				argv[++n] = *p.next++;
		} else if (s[0] == '-' && s[1]) {
			take_argument(&p, s);
		} else {
			argv[++n] = s;
		}
	}
	argv[n + 1] = NULL;
	for (const struct option_row *r = rows; r->name; r++) {
		struct texts *t = r->target;

		if (r->kind != OPTION_TEXTS)
			continue;
		add_text(a, t, NULL);
		t->n--;
	}
	return n;
}

void options_only(struct arena *a, const struct options_page *page, const struct option_row *rows,
		  int argc, char **argv)
{
	if (options_parse(a, page, rows, argc, argv))
		die("%s: unexpected argument '%s'; try `clobber %s --help'", page->verb, argv[1],
		    page->verb);
}
