/* SPDX-License-Identifier: MIT */
/* Case files: declarations and annotation lines, one after the other, to prototypes. */
#include "proto/parse.h"

#include <string.h>

/* The cases found so far, and the annotations in force. */
struct cases {
	struct notes notes;
	const char *stem;
	struct case_list list;
};

/* A declaration as written: its specifiers and one of its declarators, as ranges of tokens. */
struct written {
	const struct token *specs, *specs_end, *declarator, *end;
};

/* What a token stands for after a type, when it is not what was expected there. */
static void explain_end(struct parser *p, const struct token *last)
{
	const char *guess;

	if (at_punct(p, '{'))
		parse_fail(p, p->tok, "end the declaration with ';'",
			   "function definitions are not supported");
	if (at_punct(p, '='))
		parse_fail(p, p->tok, "case files declare functions, not variables",
			   "initialisers are not supported");
	if (at_punct(p, ':') || at_punct(p, P_SCOPE))
		parse_fail(p, p->tok, "case files are plain C declarations", "unexpected '%.*s'",
			   (int)p->tok->len, p->tok->s);
	next_word(p);
	/* "unsigned lnog x": the slip was taken for the name. */
	if (p->tok->kind == TOK_WORD && last->kind == TOK_WORD && last->line == p->tok->line &&
	    (guess = word_guess(last->word)))
		parse_fail(p, last, arena_printf(p->a, "did you mean '%s'?", guess),
			   "unknown word '%s' before '%s'", last->word, p->tok->word);
	/* At the end of its line a missing ';' is best shown there. */
	if (p->tok->kind == TOK_NOTE || (p->tok->kind != TOK_ERROR && p->tok->line != last->line))
		parse_fail_at(p, last->s + last->len, 1, NULL,
			      "expected ';' at the end of the declaration");
	parse_expected(p, "';' or ','");
}

/* The text of two token ranges, white space and comments folded. */
static const char *text_of(struct parser *p, const struct written *w)
{
	struct str s = { 0 };
	char *text;

	for (const struct token *t = w->specs; t < w->end; t++) {
		if (t == w->specs_end)
			t = w->declarator;
		if (s.len && (t->space || t == w->declarator))
			str_add(&s, " ");
		str_addn(&s, t->s, t->len);
	}
	text = arena_strndup(p->a, s.s, s.len);
	str_free(&s);
	return text;
}

static void add_varargs(struct parser *p, struct prototype *fn, const struct note *n)
{
	if (!fn->variadic)
		parse_fail(p, n->at, NULL, "'varargs' before '%s', which takes no '...'", fn->name);
	if (fn->nparams + n->nvarargs > MAX_ARGS)
		parse_fail(p, n->at, "CL_ARGS in src/payload/limits.h is the limit",
			   "'%s' gets more than %d arguments", fn->name, MAX_ARGS);
	fn->varargs = n->varargs;
	fn->nvarargs = n->nvarargs;
}

static void add_case(struct parser *p, struct cases *c, const struct type *t,
		     const struct token *name, const struct written *w)
{
	struct prototype *fn = arena_alloc(p->a, sizeof(*fn));
	const struct notes *n = &c->notes;
	struct case_decl *d;

	*fn = *t->fn;
	fn->name = name->word;
	fn->pos = (struct srcpos){ p->src.name, name->line, name->col };
	fn->text = text_of(p, w);
	if (n->varargs.at)
		add_varargs(p, fn, &n->varargs);
	if (n->implicit.at) {
		fn->implicit = n->implicit_rest;
		fn->called = n->implicit_name ? n->implicit_name : fn->name;
	}
	c->list.v = arena_grow(p->a, c->list.v, c->list.n, sizeof(*c->list.v));
	d = &c->list.v[c->list.n++];
	d->proto = fn;
	d->stem = c->stem;
	d->group = n->group ? n->group : c->stem;
	d->why = n->why.at ? n->why.why : n->group_why.why;
	d->conventions = n->abi.at ? n->abi.conventions : n->group_abi.conventions;
	d->nconventions = n->abi.at ? n->abi.nconventions : n->group_abi.nconventions;
	d->convention_pos = n->abi.at ? n->abi.positions : n->group_abi.positions;
	d->through = n->through.at ? n->through_name : NULL;
	d->broken = n->through.at ? n->through_broken : NULL;
	d->leaf = n->leaf.at || n->group_leaf.at;
	d->tail = n->tail.at || n->group_tail.at;
	if (d->tail && fn->ret->kind != TYPE_VOID)
		parse_fail(p, n->tail.at ? n->tail.at : n->group_tail.at,
			   "what comes back from the last call would be its own result",
			   "'tail' is of functions that return nothing: '%s' does not", fn->name);
	if (d->tail && d->leaf)
		parse_fail(p, n->tail.at ? n->tail.at : n->group_tail.at, "a leaf calls nothing",
			   "'tail' and 'leaf' contradict each other");
	d->causes = n->group_causes;
	d->known = n->known;
	d->nknown = n->nknown;
	d->contract = n->contract;
	d->ncontract = n->ncontract;
}

static void add_typedef(struct parser *p, struct symbol *old, const struct type *t,
			const struct specs *s, struct declarator *d)
{
	const char *name = d->name->word;

	/* C's way to name a struct without a tag. `t` is still the parser's own to change. */
	if (t == s->type && (type_is_record(t) || t->kind == TYPE_ENUM) && !t->tag && !t->alias)
		((struct type *)t)->alias = name;
	if (d->attrs.transparent_at) {
		if (t->alias != name)
			parse_fail(p, d->attrs.transparent_at, "write it after the union's '}'",
				   "'transparent_union' on a typedef of a type that has a name");
		make_transparent(p, (struct type *)t, d->attrs.transparent_at);
	}
	if (d->attrs.aligned_at) {
		if (t->incomplete || t->kind == TYPE_FUNCTION || t->kind == TYPE_VOID)
			parse_fail(p, d->attrs.aligned_at, NULL, "no alignment for '%s'",
				   type_spell(p->a, t, ""));
		t = type_realign(p->a, t, d->attrs.aligned, name);
	}
	if (old && (old->kind != SYM_TYPEDEF ||
		    strcmp(type_spell(p->a, old->type, ""), type_spell(p->a, t, ""))))
		parse_fail_again(p, d->name, old->at, NULL,
				 arena_printf(p->a, "'%s' is declared again, differently", name));
	if (!old)
		symbol_add(p, SCOPE_FILE, d->name, SYM_TYPEDEF)->type = t;
}

/* One declarator of a declaration at file scope. */
static void parse_declared(struct parser *p, struct cases *c, const struct specs *s,
			   struct written *w)
{
	enum declarator_place place = s->storage == WORD_TYPEDEF ? IN_TYPEDEF : IN_FILE;
	struct declarator d = { 0 };
	const struct type *t;
	struct symbol *old;

	w->declarator = p->tok;
	parse_declarator(p, &d, place);
	parse_attributes(p, &d.attrs);
	w->end = p->tok;
	t = declared_type(p, s, &d, place);
	old = symbol_find(p, SCOPE_FILE, d.name->word);
	if (place == IN_TYPEDEF) {
		add_typedef(p, old, t, s, &d);
		return;
	}
	if (p->lenient && (t->kind != TYPE_FUNCTION || (old && old->kind == SYM_FUNCTION)))
		return;
	if (t->kind != TYPE_FUNCTION) {
		if (p->tok->kind == TOK_WORD || at_punct(p, P_SCOPE) || at_punct(p, '='))
			explain_end(p, p->tok - 1);
		parse_fail(p, d.name, "case files declare functions and types only",
			   "'%s' is not a function", d.name->word);
	}
	if (!old && word_builtin_type(p->a, d.name->word))
		parse_fail(p, d.name, NULL, "'%s' is the name of a type", d.name->word);
	if (old && old->kind == SYM_FUNCTION)
		parse_fail_again(p, d.name, old->at, "each function of a file needs its own name",
				 arena_printf(p->a, "'%s' is declared twice", d.name->word));
	if (old)
		parse_fail_again(
			p, d.name, old->at, NULL,
			arena_printf(p->a, "'%s' is declared again, differently", d.name->word));
	symbol_add(p, SCOPE_FILE, d.name, SYM_FUNCTION);
	add_case(p, c, t, d.name, w);
}

static void parse_declaration(struct parser *p, struct cases *c)
{
	size_t before = c->list.n;
	struct written w = { .specs = p->tok };
	struct specs s;

	parse_specs(p, &s);
	w.specs_end = p->tok;
	if (s.storage == WORD_REGISTER)
		parse_fail(p, s.storage_at, NULL, "'register' on a function");
	if (at_punct(p, ';')) {
		if (!s.tagged || s.storage == WORD_TYPEDEF)
			parse_fail_at(p, s.first->s, s.first->len, NULL,
				      "this declares nothing: the name is missing");
		attrs_allow(p, &s.attrs, 0, "a declaration without a name");
		p->tok++;
		return;
	}
	do
		parse_declared(p, c, &s, &w);
	while (take_punct(p, ','));
	if (!take_punct(p, ';') && !(p->single && p->tok->kind == TOK_EOF))
		explain_end(p, p->tok - 1);
	if (c->list.n > before)
		notes_used(&c->notes);
}

/* A declaration, or the beginning of what is declared with another linkage. */
static void parse_outer(struct parser *p, struct cases *c)
{
	unsigned open = p->linkages;
	bool cxx = p->cxx;

	if (at_linkage(p)) {
		parse_linkage(p);
		if (p->linkages > open)
			return;
	}
	parse_declaration(p, c);
	p->cxx = cxx;
}

static void parse_file(struct parser *p, void *into)
{
	struct cases *c = into;

	p->first = p->tok = lex(p->a, &p->src);
	while (p->tok->kind != TOK_EOF) {
		if (p->tok->kind == TOK_NOTE)
			parse_note(p, &c->notes);
		else if (!take_punct(p, ';') && !take_linkage_end(p))
			parse_outer(p, c);
	}
	notes_unused(p, &c->notes);
	if (p->single && c->list.n != 1)
		parse_fail(p, p->tok, "give one, such as 'int f(long, char *)'",
			   "%s in the declaration",
			   c->list.n ? "more than one function" : "no function");
}

/* Behind the declaration that starts at `t`, or the function's body. */
static const struct token *end_of_declaration(const struct token *t)
{
	const struct token *before = NULL;
	unsigned depth = 0;
	bool body = false;

	for (; t->kind != TOK_EOF && t->kind != TOK_ERROR; before = t++) {
		if (t->kind != TOK_PUNCT)
			continue;
		switch (t->punct) {
		case '{':
			if (!depth && before && before->kind == TOK_PUNCT && before->punct == ')')
				body = true;
			depth++;
			break;
		case '(':
		case '[':
			depth++;
			break;
		case '}':
		case ')':
		case ']':
			depth -= depth > 0;
			if (!depth && body)
				return t + 1;
			break;
		case ';':
			if (!depth)
				return t + 1;
			break;
		}
	}
	return t;
}

static void parse_one(struct parser *p, void *into)
{
	struct cases *c = into;

	if (p->tok->kind == TOK_NOTE)
		parse_note(p, &c->notes);
	else if (!take_punct(p, ';') && !take_linkage_end(p))
		parse_outer(p, c);
}

/* One declaration; false when it could not be read and was passed over. */
static bool parse_or_skip(struct parser *p, struct cases *c)
{
	const struct token *start = p->tok;

	if (parse_attempt(p, parse_one, c))
		return true;
	p->depth = 0;
	p->tok = end_of_declaration(start);
	/* Their lines are of no use without it. */
	c->notes = (struct notes){ 0 };
	return false;
}

static const char *stem_of(struct arena *a, const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t n;

	name = slash ? slash + 1 : name;
	n = strlen(name);
	if (n > 2 && !strcmp(name + n - 2, ".h"))
		n -= 2;
	return arena_strndup(a, name, n);
}

static struct parser *parser_new(struct arena *a, const char *name, const char *text, size_t len)
{
	struct parser *p = arena_alloc(a, sizeof(*p));

	p->a = a;
	p->src.name = arena_strdup(a, name);
	p->src.text = arena_strndup(a, text, len);
	p->src.len = len;
	p->scopes = SCOPE_FIRST_INNER;
	return p;
}

int proto_parse_mem(struct arena *a, const char *name, const char *text, size_t len,
		    struct case_list *out, const char **error)
{
	struct parser *p = parser_new(a, name, text, len);
	struct cases c = { .stem = stem_of(a, name) };

	if (!parse_attempt(p, parse_file, &c)) {
		*error = p->error;
		return -1;
	}
	for (size_t i = 0; i < c.list.n; i++) {
		out->v = arena_grow(a, out->v, out->n, sizeof(*out->v));
		out->v[out->n++] = c.list.v[i];
	}
	return 0;
}

int proto_parse_header(struct arena *a, const char *name, const char *text, size_t len,
		       enum width width, struct case_list *out, size_t *skipped, const char **error)
{
	struct parser *p = parser_new(a, name, text, len);
	struct cases c = { .stem = stem_of(a, name) };

	p->lenient = true;
	p->width = width;
	*skipped = 0;
	*error = NULL;
	p->first = p->tok = lex(p->a, &p->src);
	while (p->tok->kind != TOK_EOF) {
		bool note = p->tok->kind == TOK_NOTE;

		if (parse_or_skip(p, &c))
			continue;
		/* A contract line, unlike the C around it, was written for this program. */
		if (note) {
			*error = p->error;
			return -1;
		}
		*error = *error ? *error : p->error;
		++*skipped;
		/* What is not C at all has no tokens. */
		if (p->tok->kind == TOK_ERROR)
			break;
	}
	for (size_t i = 0; i < c.list.n; i++) {
		out->v = arena_grow(a, out->v, out->n, sizeof(*out->v));
		out->v[out->n++] = c.list.v[i];
	}
	return 0;
}

int proto_parse_file(struct arena *a, const char *name, const char *text, struct case_list *out,
		     const char **error)
{
	return proto_parse_mem(a, name, text, strlen(text), out, error);
}

const struct prototype *proto_parse_decl(struct arena *a, const char *text, const char **error)
{
	struct parser *p = parser_new(a, "<prototype>", text, strlen(text));
	struct cases c = { .stem = "prototype" };

	p->single = true;
	if (!parse_attempt(p, parse_file, &c)) {
		*error = p->error;
		return NULL;
	}
	return c.list.v[0].proto;
}
