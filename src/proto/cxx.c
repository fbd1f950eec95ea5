/* SPDX-License-Identifier: MIT */
/* What is read of C++, inside of extern "C++" only: classes that are not trivial for the purposes
 * of calls, by their destructor or copy constructor; bases; the names of structures as types;
 * references. */
#include "proto/parse.h"

#include <string.h>

/* extern "C" or extern "C++" is next. */
bool at_linkage(const struct parser *p)
{
	return p->tok->kind == TOK_WORD && !strcmp(p->tok->word, "extern") &&
	       p->tok[1].kind == TOK_STRING;
}

void parse_linkage(struct parser *p)
{
	const struct token *t = ++p->tok;
	bool around = p->cxx;

	if (t->len != 5 || strncmp(t->s, "\"C++\"", 5)) {
		if (t->len != 3 || strncmp(t->s, "\"C\"", 3))
			parse_fail(p, t, "use \"C++\" or \"C\"", "unknown linkage %s",
				   token_name(p, t));
		/* Of C++ that is compiled as C. */
		p->cxx = false;
	} else {
		p->cxx = true;
	}
	p->tok++;
	if (!take_punct(p, '{'))
		return;
	if (p->linkages == MAX_NESTING)
		parse_fail(p, t, NULL, "linkages are nested deeper than %d", MAX_NESTING);
	p->outer[p->linkages++] = around;
}

bool take_linkage_end(struct parser *p)
{
	if (!p->linkages || !take_punct(p, '}'))
		return false;
	p->cxx = p->outer[--p->linkages];
	return true;
}

/* Is there an object of the empty class at the beginning of the type? */
static bool begins_with(const struct type *t, const struct type *empty)
{
	if (t == empty)
		return true;
	while (t->kind == TYPE_ARRAY)
		t = t->of;
	for (size_t i = 0; i < t->nbases; i++) {
		const struct type *of = t->bases[i].type;

		if (begins_with(of, empty))
			return true;
	}
	return (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && t->nfields > 0 &&
	       !t->fields[0].inherited && begins_with(t->fields[0].type, empty);
}

/* Two objects of one class have addresses of their own: where an empty one goes then, Itanium C++
 * ABI 2.4 says, and this does not. */
static void refuse_twice(struct parser *p, const struct type *t, const struct type *other,
			 const struct token *at)
{
	for (size_t i = 0; i < t->nbases; i++) {
		const struct type *b = t->bases[i].type;

		if (b->nfields == 0 && begins_with(other, b))
			parse_fail(p, at, "give them different types",
				   "two objects of the empty class '%s' at one address", b->tag);
	}
}

void parse_bases(struct parser *p, struct type *t)
{
	p->tok++;
	do {
		const struct token *at = p->tok;
		const struct symbol *s;
		const struct type *of;
		struct base_class b;

		if (at_word(p, "public"))
			at = ++p->tok;
		if (at->kind != TOK_WORD || at_word(p, "virtual") || at_word(p, "private") ||
		    at_word(p, "protected"))
			parse_fail(p, at, "bases are public and not virtual here",
				   "%s is not supported as a base", token_name(p, at));
		s = symbol_find(p, SCOPE_TAGS, at->word);
		if (!s || s->tag->kind != TYPE_STRUCT || s->tag->incomplete)
			parse_fail(p, at, "define the structure before",
				   "'%s' is no structure that is defined", at->word);
		of = s->tag;
		if (of->nfields && of->fields[of->nfields - 1].type->flexible)
			parse_fail(p, at, NULL, "'%s' ends in a flexible array", at->word);
		if (of->made && !of->special)
			parse_fail(p, at, "leave its constructors and defaulted members out",
				   "compilers differ on what they let follow '%s'", at->word);
		refuse_twice(p, t, of, at);
		for (size_t i = 0; i < t->nbases; i++) {
			if (!of->nfields && begins_with(t->bases[i].type, of))
				parse_fail(p, at, "give them different types",
					   "two objects of the empty class '%s' at one address",
					   of->tag);
		}
		b = (struct base_class){ of, t->nfields };
		for (size_t i = 0; i < of->nfields; i++) {
			struct field f = of->fields[i];

			f.inherited = true;
			t->fields = arena_grow(p->a, t->fields, t->nfields, sizeof(f));
			t->fields[t->nfields++] = f;
		}
		t->bases = arena_grow(p->a, t->bases, t->nbases, sizeof(b));
		t->bases[t->nbases++] = b;
		if (of->special)
			t->special |= SPECIAL_MEMBER;
		p->tok++;
	} while (take_punct(p, ','));
	if (!at_punct(p, '{'))
		parse_expected(p, "'{' behind the bases");
}

/* From `open`, which is next, to what closes it. */
static void skip_nested(struct parser *p, int open, int close)
{
	const struct token *start = p->tok;
	unsigned depth = 0;

	do {
		if (p->tok->kind == TOK_EOF || p->tok->kind == TOK_ERROR)
			parse_fail(p, start, NULL, "this '%c' is never closed", open);
		depth += at_punct(p, open);
		depth -= at_punct(p, close);
		p->tok++;
	} while (depth);
}

/* What ends the declaration of a member function: a body, `= default`, or nothing. True: it is
 * defaulted, and so does nothing of its own. */
static bool member_end(struct parser *p)
{
	bool defaulted = false;

	if (take_punct(p, '=')) {
		if (!at_word(p, "default"))
			parse_fail(p, p->tok, "`= default' is, a declaration, and a body",
				   "%s is not supported here", token_name(p, p->tok));
		defaulted = true;
		p->tok++;
	}
	if (at_punct(p, '{')) {
		skip_nested(p, '{', '}');
		return defaulted;
	}
	expect_punct(p, ';', "';' at the end of the member");
	return defaulted;
}

bool take_member_function(struct parser *p, struct type *t)
{
	const struct token *name = p->tok + at_punct(p, '~');

	if (!p->cxx || !t->tag || name->kind != TOK_WORD || strcmp(name->word, t->tag) ||
	    name[1].kind != TOK_PUNCT || name[1].punct != '(')
		return false;
	t->made = true;
	if (name > p->tok) {
		p->tok = name + 1;
		skip_nested(p, '(', ')');
		if (!member_end(p))
			t->special |= SPECIAL_DESTRUCTOR;
		return true;
	}
	p->tok = name + 1;
	/* NAME(const NAME &), or NAME(NAME &&): all others make objects of other things. */
	name = p->tok + 1;
	while (name->kind == TOK_WORD && !strcmp(name->word, "const"))
		name++;
	if (name->kind == TOK_WORD && !strcmp(name->word, "struct"))
		name++;
	if (name->kind == TOK_WORD && !strcmp(name->word, t->tag) && name[1].kind == TOK_PUNCT &&
	    (name[1].punct == '&' || name[1].punct == P_AND)) {
		skip_nested(p, '(', ')');
		if (!member_end(p))
			t->special |= SPECIAL_COPY;
		return true;
	}
	skip_nested(p, '(', ')');
	member_end(p);
	return true;
}

void finish_class(struct parser *p, struct type *t, const struct token *tag)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct type *of = t->fields[i].type;

		while (of->kind == TYPE_ARRAY)
			of = of->of;
		if (of->special && t->kind == TYPE_UNION)
			parse_fail(p, tag, NULL, "a union with a class that is not trivial");
		if (of->special)
			t->special |= SPECIAL_MEMBER;
	}
	for (size_t i = 0; i < t->nfields; i++) {
		if (t->nbases && !t->fields[i].inherited) {
			refuse_twice(p, t, t->fields[i].type, tag);
			break;
		}
	}
	if (p->cxx && tag && !symbol_find(p, SCOPE_FILE, tag->word))
		symbol_add(p, SCOPE_FILE, tag, SYM_TYPEDEF)->type = t;
}
