/* SPDX-License-Identifier: MIT */
/* Annotation lines, `//! word ...`: what they say about the declarations that follow. Lines that
 * follow a group line without a gap speak of the group, others of the next declaration. */
#include "proto/parse.h"

#include <stdlib.h>
#include <string.h>

#define KNOWN_NOTES                                                                                     \
	"annotations: group NAME [TEXT], why TEXT, abi NAME..., leaf, tail, varargs TYPE, ..., known "  \
	"CC "                                                                                           \
	"ABI: TEXT, through NAME, implicit EXPRESSION; "                                                \
	"of contracts: in, keeps, out, returns, jumps, pops, align, calls, arg, supply, vmx, depends, " \
	"leaves, for, first, svm, guest, entered, endbr"

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == '+';
}

/* The next word of a note's text, which must be a name; NULL at the end. `t` is the note's token,
 * *s a cursor in its text. */
static const char *note_name(struct parser *p, const struct token *t, const char **s)
{
	const char *start, *bad;

	*s += strspn(*s, " \t\r");
	start = *s;
	if (!*start)
		return NULL;
	while (name_char(**s))
		(*s)++;
	if (**s && !strchr(" \t\r", **s)) {
		/* rest is a copy of the end of the token. */
		bad = t->s + t->len - strlen(*s);
		parse_fail_at(p, bad, 1,
			      **s == ',' ? "separate names by blanks"
					 : "names are made of letters, digits, '_', '-', '.', '+'",
			      "this cannot be in a name");
	}
	return arena_strndup(p->a, start, (size_t)(*s - start));
}

static void missing(struct parser *p, const struct token *t, const char *what)
{
	parse_fail(p, t, KNOWN_NOTES, "'%s' without %s", t->word, what);
}

static void group_note(struct parser *p, struct notes *n, const struct token *t)
{
	const char *s = t->rest, *name;

	notes_unused(p, n);
	name = note_name(p, t, &s);
	if (!name)
		missing(p, t, "a name");
	n->group = name;
	n->header = t;
	n->group_why = n->group_abi = n->group_leaf = n->group_tail = (struct note){ 0 };
	n->group_why_is_text = n->group_causes = false;
	s += strspn(s, " \t");
	if (*s) {
		n->group_why.at = t;
		n->group_why.why = s;
		n->group_why_is_text = true;
	}
}

static struct note *set_once(struct parser *p, struct note *note, const struct token *t)
{
	if (note->at)
		parse_fail_again(p, t, note->at, NULL,
				 arena_printf(p->a, "a second '%s' for one declaration", t->word));
	note->at = t;
	return note;
}

static void why_note(struct parser *p, struct notes *n, const struct token *t, bool header)
{
	if (!*t->rest)
		missing(p, t, "text");
	if (header && (!n->group_why.at || n->group_why_is_text)) {
		n->group_why.at = t;
		n->group_why.why = t->rest;
		n->group_why_is_text = false;
		n->header = t;
		return;
	}
	set_once(p, &n->why, t)->why = t->rest;
}

static void abi_note(struct parser *p, struct notes *n, const struct token *t, bool header)
{
	struct note *note = &n->group_abi;
	const char *s = t->rest, *name;

	if (header && !n->group_abi.at) {
		n->group_abi.at = t;
		n->header = t;
	} else {
		note = set_once(p, &n->abi, t);
	}
	while ((name = note_name(p, t, &s))) {
		for (size_t i = 0; i < note->nconventions; i++)
			if (!strcmp(note->conventions[i], name))
				parse_fail(p, t, NULL, "'%s' is listed twice", name);
		note->conventions = arena_grow(p->a, note->conventions, note->nconventions,
					       sizeof(*note->conventions));
		note->positions = arena_grow(p->a, note->positions, note->nconventions,
					     sizeof(*note->positions));
		note->positions[note->nconventions] = (struct srcpos){
			p->src.name, t->line,
			t->col + (unsigned)(note_in_source(t, s) - t->s - (ptrdiff_t)strlen(name))
		};
		note->conventions[note->nconventions++] = name;
	}
	if (!note->nconventions)
		missing(p, t, "a convention's name");
}

static size_t word_length(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

static void through_note(struct parser *p, struct notes *n, const struct token *t)
{
	const char *s = t->rest;

	set_once(p, &n->through, t);
	n->through_name = note_name(p, t, &s);
	if (!n->through_name)
		missing(p, t, "the name of the assembly");
	n->through_broken = note_name(p, t, &s);
	if (n->through_broken && note_name(p, t, &s))
		parse_fail(p, t, KNOWN_NOTES, "'%s' takes a name and how it is broken", t->word);
}

/* `leaf' and `tail', of a group or of the next declaration. */
static void lone_note(struct parser *p, struct notes *n, const struct token *t, bool header,
		      struct note *of_group, struct note *of_next)
{
	if (*t->rest)
		parse_fail_at(p, note_in_source(t, t->rest), 1, NULL,
			      arena_printf(p->a, "'%s' stands alone", t->word));
	if (header && !of_group->at) {
		of_group->at = t;
		n->header = t;
		return;
	}
	set_once(p, of_next, t);
}

/* The compiler makes the call by itself: "EXPRESSION", "NAME: EXPRESSION". */
static void implicit_note(struct parser *p, struct notes *n, const struct token *t)
{
	const char *s = t->rest;
	size_t len = word_length(s);

	n->implicit_name = len && s[len] == ':' ? arena_strndup(p->a, s, len) : NULL;
	if (n->implicit_name)
		s += len + 1 + strspn(s + len + 1, " \t");
	if (!*s)
		missing(p, t, "an expression");
	n->implicit_rest = s;
	set_once(p, &n->implicit, t);
}

static void varargs_note(struct parser *p, struct notes *n, const struct token *t)
{
	struct note *note = set_once(p, &n->varargs, t);

	if (p->tok->kind == TOK_NOTE_END)
		missing(p, t, "types");
	do {
		const struct token *at = p->tok;

		if (note->nvarargs == MAX_ARGS)
			parse_fail(p, at, NULL, "more than %d arguments", MAX_ARGS);
		note->varargs =
			arena_grow(p->a, note->varargs, note->nvarargs, sizeof(*note->varargs));
		note->varargs[note->nvarargs] = type_promote(parse_argument_type(p));
		note->nvarargs++;
	} while (take_punct(p, ','));
	if (p->tok->kind != TOK_NOTE_END)
		parse_expected(p, "',' or the end of the line");
	p->tok++;
}

#define KNOWN_FORM                                                                              \
	"write: known FAMILY[<=>VERSION][/OPT,...] ABI[/WIDTH][@PROFILE][,ABI...] "             \
	"[callee|caller] [CHECK,...]: REASON, as in known clang<18 sysv caller argument: LLVM " \
	"bug 41784"

static const char *const families[] = {
#define FAMILY(name, ...) name,
#include "proto/families.def"
#undef FAMILY
	"other"
};
static const char known_families[] = "use one of "
#define FAMILY(name, ...) name ", "
#include "proto/families.def"
#undef FAMILY
				     "other";

static void known_selector(struct parser *p, const struct token *t, const char **s, struct known *k)
{
	size_t len = word_length(*s);
	bool found = false;

	k->family = arena_strndup(p->a, *s, len);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		found = found || !strcmp(families[i], k->family);
	if (!found)
		parse_fail_at(p, note_in_source(t, *s), len ? len : 1, known_families,
			      "unknown compiler family");
	*s += len;
}

static void known_versions(struct parser *p, const struct token *t, const char **s, struct known *k)
{
	size_t len;

	if (!strchr("<=>", **s) || !**s)
		return;
	k->op = **s == '<' ? KNOWN_LT : **s == '>' ? KNOWN_GT : KNOWN_EQ;
	if ((*s)[1] == '=' && k->op != KNOWN_EQ) {
		k->op = k->op == KNOWN_LT ? KNOWN_LE : KNOWN_GE;
		(*s)++;
	}
	(*s)++;
	len = strspn(*s, "0123456789");
	if (!len || len > 4)
		parse_fail_at(p, note_in_source(t, *s), 1, KNOWN_FORM,
			      "a major version belongs here");
	for (; len; len--)
		k->version = k->version * 10 + (unsigned)(*(*s)++ - '0');
}

/* "/O0,O2" */
static void known_opts(struct parser *p, const struct token *t, const char **s, struct known *k)
{
	if (**s != '/')
		return;
	do {
		size_t len = word_length(++*s);

		if (len < 2 || **s != 'O')
			parse_fail_at(p, note_in_source(t, *s), len ? len : 1, KNOWN_FORM,
				      "an optimisation belongs here, as O0");
		k->opts = arena_grow(p->a, k->opts, k->nopts, sizeof(*k->opts));
		k->opts[k->nopts++] = arena_strndup(p->a, *s, len);
		*s += len;
	} while (**s == ',');
}

static void known_direction(struct parser *p, const char **s, struct known *k)
{
	*s += strspn(*s, " \t");
	if (strncmp(*s, "callee", 6) && strncmp(*s, "caller", 6))
		return;
	/* "callee-saved" and "caller-frame" are checks. */
	if ((*s)[6] && !strchr(" \t:", (*s)[6]))
		return;
	k->direction = arena_strndup(p->a, *s, 6);
	*s += 6;
	*s += strspn(*s, " \t");
}

static void known_checks(struct parser *p, const struct token *t, const char **s, struct known *k)
{
	if (**s == ':' || !**s)
		return;
	for (;; ++*s) {
		size_t len;

		*s += strspn(*s, " \t");
		len = strspn(*s, "abcdefghijklmnopqrstuvwxyz0123456789-");
		if (!len)
			parse_fail_at(p, note_in_source(t, *s), 1, KNOWN_FORM,
				      k->nchecks ? "a check's name belongs here"
						 : "':' and the reason belong here");
		k->checks = arena_grow(p->a, k->checks, k->nchecks, sizeof(*k->checks));
		k->checks[k->nchecks++] = arena_strndup(p->a, *s, len);
		*s += len;
		*s += strspn(*s, " \t");
		if (**s != ',')
			return;
	}
}

static void known_note(struct parser *p, struct notes *n, const struct token *t, bool header)
{
	struct known k = { .op = KNOWN_ANY, .pos = { p->src.name, t->line, t->col } };
	const char *s = t->rest;
	size_t len;

	if (!strcmp(s, "causes")) {
		if (!header)
			parse_fail_at(p, note_in_source(t, s), 6,
				      "a single case has lines of its own",
				      "'known causes' stands in the lines behind 'group'");
		n->group_causes = true;
		n->header = t;
		return;
	}
	known_selector(p, t, &s, &k);
	known_versions(p, t, &s, &k);
	known_opts(p, t, &s, &k);
	do {
		s += strspn(s, " \t,");
		len = word_length(s);
		if (!len)
			parse_fail_at(p, note_in_source(t, s), 1, KNOWN_FORM,
				      "a convention's name belongs here");
		if (s[len] == '/') {
			if (strncmp(s + len, "/32", 3) && strncmp(s + len, "/64", 3))
				parse_fail_at(p, note_in_source(t, s + len), 1, KNOWN_FORM,
					      "a width is 32 or 64");
			len += 3;
		}
		if (s[len] == '@') {
			size_t name = strspn(s + len + 1, "abcdefghijklmnopqrstuvwxyz0123456789-");

			if (!name)
				parse_fail_at(p, note_in_source(t, s + len), 1, KNOWN_FORM,
					      "a profile's name belongs behind '@'");
			len += 1 + name;
		}
		k.conventions =
			arena_grow(p->a, k.conventions, k.nconventions, sizeof(*k.conventions));
		k.conventions[k.nconventions++] = arena_strndup(p->a, s, len);
		s += len;
	} while (*s == ',');
	known_direction(p, &s, &k);
	known_checks(p, t, &s, &k);
	if (*s != ':')
		parse_fail_at(p, note_in_source(t, s), 1, KNOWN_FORM,
			      "':' and the reason belong here");
	s += 1 + strspn(s + 1, " \t");
	if (!*s)
		missing(p, t, "a reason");
	k.reason = s;
	n->known = arena_grow(p->a, n->known, n->nknown, sizeof(k));
	n->known[n->nknown++] = k;
	n->known_at = t;
}

static void unknown_note(struct parser *p, const struct token *t)
{
	static const char *const known[] = { "group",   "why",   "abi",     "leaf",    "tail",
					     "varargs", "known", "through", "implicit" };
	size_t len = strlen(t->word);
	const char *what = arena_printf(p->a, "unknown annotation '%.40s'", t->word);
	const char *guess = NULL;

	if (!len)
		parse_fail_at(p, t->s, 3, KNOWN_NOTES, "annotation without a word");
	for (size_t i = 0; i < ARRAY_SIZE(known) && !guess; i++)
		if (diag_distance(t->word, known[i]) >= 0)
			guess = known[i];
	for (const char *const *w = contract_words; *w && !guess; w++)
		if (diag_distance(t->word, *w) >= 0)
			guess = *w;
	if (guess)
		parse_fail_at(p, t->s, len,
			      arena_printf(p->a, "did you mean '%s'? %s", guess, KNOWN_NOTES),
			      what);
	parse_fail_at(p, t->s, len, KNOWN_NOTES, what);
}

void parse_note(struct parser *p, struct notes *n)
{
	const struct token *t = p->tok++;
	bool header = n->header && n->header->line + 1 == t->line;

	if (!header)
		n->header = NULL;
	if (!strcmp(t->word, "group"))
		group_note(p, n, t);
	else if (!strcmp(t->word, "why"))
		why_note(p, n, t, header);
	else if (!strcmp(t->word, "abi"))
		abi_note(p, n, t, header);
	else if (!strcmp(t->word, "leaf"))
		lone_note(p, n, t, header, &n->group_leaf, &n->leaf);
	else if (!strcmp(t->word, "tail"))
		lone_note(p, n, t, header, &n->group_tail, &n->tail);
	else if (!strcmp(t->word, "varargs"))
		varargs_note(p, n, t);
	else if (!strcmp(t->word, "through"))
		through_note(p, n, t);
	else if (!strcmp(t->word, "implicit"))
		implicit_note(p, n, t);
	else if (!strcmp(t->word, "known"))
		known_note(p, n, t, header);
	else if (!parse_contract_line(p, n, t))
		unknown_note(p, t);
}

void notes_used(struct notes *n)
{
	n->why = n->abi = n->leaf = n->tail = n->varargs = n->through = n->implicit =
		(struct note){ 0 };
	n->known = NULL;
	n->nknown = 0;
	n->known_at = NULL;
	n->contract = NULL;
	n->ncontract = 0;
	n->contract_at = NULL;
}

void notes_unused(struct parser *p, const struct notes *n)
{
	const struct note *left = n->why.at        ? &n->why
				  : n->abi.at      ? &n->abi
				  : n->leaf.at     ? &n->leaf
				  : n->tail.at     ? &n->tail
				  : n->varargs.at  ? &n->varargs
				  : n->through.at  ? &n->through
				  : n->implicit.at ? &n->implicit
						   : NULL;

	if (!left && n->known_at)
		parse_fail(p, n->known_at, "put it before the declaration that it speaks of",
			   "'known' without a declaration after it");
	if (!left && n->contract_at)
		parse_fail(p, n->contract_at, "put it before the declaration that it speaks of",
			   "'%s' without a declaration after it", n->contract_at->word);
	if (left)
		parse_fail(p, left->at, "put it before the declaration that it speaks of",
			   "'%s' without a declaration after it", left->at->word);
}

bool known_version(const struct known *k, const char *version)
{
	unsigned major = (unsigned)strtoul(version, NULL, 10);

	switch (k->op) {
	case KNOWN_LT:
		return major < k->version;
	case KNOWN_LE:
		return major <= k->version;
	case KNOWN_EQ:
		return major == k->version;
	case KNOWN_GE:
		return major >= k->version;
	case KNOWN_GT:
		return major > k->version;
	default:
		return true;
	}
}
