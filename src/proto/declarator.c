/* SPDX-License-Identifier: MIT */
/* Declarators: the stars, brackets and parameter lists around a name, and the type they make. */
#include "proto/parse.h"

#include <string.h>

static void parse_level(struct parser *p, struct declarator *d, enum declarator_place place,
			bool outermost);

static struct derivation *derive(struct parser *p, struct declarator *d, int kind,
				 const struct token *at)
{
	struct derivation *v;

	if (d->n == MAX_DERIVATIONS)
		parse_fail(p, at, NULL, "declarator of more than %d parts", MAX_DERIVATIONS);
	d->v = arena_grow(p->a, d->v, d->n, sizeof(*d->v));
	v = &d->v[d->n++];
	*v = (struct derivation){ .at = at };
	v->kind = kind;
	return v;
}

static void derive_attrs(struct parser *p, struct declarator *d, const struct attrs *at)
{
	if (at->convention_at)
		derive(p, d, DERIVE_ATTRS, at->convention_at)->attrs = *at;
}

static void parse_array(struct parser *p, struct derivation *v)
{
	expect_punct(p, '[', "'['");
	while (next_word(p) == WORD_QUALIFIER || next_word(p) == WORD_STATIC) {
		v->param_only = true;
		p->tok++;
	}
	if (at_punct(p, '*'))
		parse_fail(p, p->tok, "write a number, [] or a pointer",
			   "variable-length arrays are not supported");
	if (take_punct(p, ']')) {
		v->flexible = true;
		return;
	}
	v->count = (uint32_t)parse_count(p, 0, MAX_TYPE_BYTES, "the size of an array");
	expect_punct(p, ']', "']'");
}

static void check_argument(struct parser *p, const struct type *t, const struct token *at)
{
	if (t->kind == TYPE_VOID)
		parse_fail(p, at, NULL, "an argument cannot be void");
	if (t->incomplete)
		parse_fail(p, at, "define it before, or use a pointer to it",
			   "'%s' has no definition yet", type_spell(p->a, t, ""));
}

/* Arrays and functions are passed as pointers. */
static const struct type *adjust(struct parser *p, const struct type *t)
{
	if (t->kind == TYPE_ARRAY)
		return type_pointer(p->a, t->of);
	return t->kind == TYPE_FUNCTION ? type_pointer(p->a, t) : t;
}

/* A va_list is an array of one structure at 64 bit (x86-64 psABI 3.5.7), so a parameter of it is a
 * pointer; at 32 bit it is one itself. */
static void parse_param_specs(struct parser *p, struct specs *s)
{
	const struct token *start = p->tok;

	if (next_word(p) != WORD_VA_LIST) {
		parse_specs(p, s);
		return;
	}
	*s = (struct specs){ .first = start, .type = type_pointer(p->a, type_basic(TYPE_VOID)) };
	p->tok++;
}

static void parse_param(struct parser *p, struct prototype *fn, unsigned scope)
{
	struct declarator d = { 0 };
	const struct token *at;
	struct specs s;
	struct param *param;

	parse_param_specs(p, &s);
	if (s.storage != WORD_NONE && s.storage != WORD_REGISTER)
		parse_fail(p, s.storage_at, NULL, "'%s' on a parameter", s.storage_at->word);
	parse_declarator(p, &d, IN_PARAMS);
	parse_attributes(p, &d.attrs);
	at = d.name ? d.name : s.first;
	if (at_punct(p, '='))
		parse_fail(p, p->tok, "default arguments are C++; case files are C",
			   "a parameter has no initialiser");
	if (fn->nparams == MAX_ARGS)
		parse_fail(p, s.first, "CL_ARGS in src/payload/limits.h is the limit",
			   "function of more than %d arguments", MAX_ARGS);
	fn->params = arena_grow(p->a, fn->params, fn->nparams, sizeof(*fn->params));
	param = &fn->params[fn->nparams++];
	param->type = adjust(p, declared_type(p, &s, &d, IN_PARAMS));
	check_argument(p, param->type, at);
	if (d.name) {
		const struct symbol *other = symbol_find(p, scope, d.name->word);

		if (other)
			parse_fail_again(p, d.name, other->at, NULL,
					 arena_printf(p->a, "parameter '%s' is declared twice",
						      d.name->word));
		symbol_add(p, scope, d.name, SYM_MEMBER);
		param->name = d.name->word;
	}
}

/* A parameter list, from '(' to ')'. */
static struct prototype *parse_params(struct parser *p)
{
	struct prototype *fn = arena_alloc(p->a, sizeof(*fn));
	unsigned scope = p->scopes++;

	expect_punct(p, '(', "'('");
	if (at_punct(p, ')'))
		parse_fail(p, p->tok, "write (void)",
			   "an empty parameter list does not say what is passed");
	if (at_word(p, "void") && p->tok[1].kind == TOK_PUNCT && p->tok[1].punct == ')') {
		p->tok += 2;
		return fn;
	}
	enter(p);
	do {
		if (at_punct(p, P_ELLIPSIS)) {
			if (!fn->nparams)
				parse_fail(p, p->tok, "only C23 compilers accept it",
					   "'...' needs a parameter before it");
			p->tok++;
			fn->variadic = true;
			if (!at_punct(p, ')'))
				parse_expected(p, "')' after '...'");
			break;
		}
		parse_param(p, fn, scope);
	} while (take_punct(p, ','));
	expect_punct(p, ')', "',' or ')'");
	leave(p);
	return fn;
}

/* Brackets and parameter lists. */
static void parse_suffixes(struct parser *p, struct declarator *d, bool outermost)
{
	size_t first = d->n;
	struct attrs at = { 0 };

	for (;;) {
		const struct token *t = p->tok;

		if (at_bracket_attribute(p)) {
			/* C23: of the function type just before it. */
			struct attrs its = { 0 };

			parse_attributes(p, &its);
			if (outermost && d->n == first)
				attrs_merge(p, &d->attrs, &its);
			else
				attrs_merge(p, &at, &its);
		} else if (at_punct(p, '[')) {
			struct derivation v = { 0 };

			parse_array(p, &v);
			v.at = t;
			v.kind = DERIVE_ARRAY;
			*derive(p, d, DERIVE_ARRAY, t) = v;
		} else if (at_punct(p, '(')) {
			struct prototype *fn = parse_params(p);

			derive(p, d, DERIVE_FUNCTION, t)->fn = fn;
		} else {
			break;
		}
	}
	/* In inner parentheses nothing else can be meant than what these enclose. */
	if (!outermost)
		parse_attributes(p, &at);
	attrs_allow(p, &at, ALLOW_CONVENTION, "a part of a declarator");
	if (at.convention_at) {
		derive_attrs(p, d, &at);
		for (size_t i = d->n - 1; i > first; i--) {
			struct derivation v = d->v[i];

			d->v[i] = d->v[i - 1];
			d->v[i - 1] = v;
		}
	}
}

/* Is the '(' that is next the start of a parameter list of a function without a name? */
static bool at_abstract_params(struct parser *p)
{
	const struct token *here = p->tok;
	bool yes;

	p->tok++;
	yes = at_punct(p, ')') || at_punct(p, P_ELLIPSIS) || at_type(p);
	p->tok = here;
	return yes;
}

static void parse_name(struct parser *p, struct declarator *d, enum declarator_place place)
{
	if (p->tok->kind == TOK_WORD) {
		enum word_kind kind = next_word(p);

		if (kind != WORD_NONE && kind != WORD_TYPEDEF_NAME)
			parse_expected(p, "a name");
		if (place == IN_TYPE_NAME)
			parse_fail(p, p->tok, "list types only, without names", "'%s' after a type",
				   p->tok->word);
		d->name = p->tok++;
		return;
	}
	if (place != IN_PARAMS && place != IN_TYPE_NAME)
		parse_expected(p, "a name");
}

static void parse_level(struct parser *p, struct declarator *d, enum declarator_place place,
			bool outermost)
{
	struct derivation stars[MAX_DERIVATIONS];
	struct attrs first = { 0 };
	size_t n = 0;

	enter(p);
	if (outermost)
		parse_qualifiers(p, &d->attrs);
	else
		parse_qualifiers(p, &first);
	attrs_allow(p, &first, ALLOW_CONVENTION, "a part of a declarator");
	while (at_punct(p, '*')) {
		if (n == MAX_DERIVATIONS)
			parse_fail(p, p->tok, NULL, "more than %d stars", MAX_DERIVATIONS);
		stars[n] = (struct derivation){ .at = p->tok++ };
		parse_qualifiers(p, &stars[n].attrs);
		attrs_allow(p, &stars[n].attrs, ALLOW_CONVENTION, "a pointer");
		n++;
	}
	if (at_punct(p, '&') || at_punct(p, P_AND)) {
		if (!p->cxx || place != IN_PARAMS || n == MAX_DERIVATIONS)
			parse_fail(p, p->tok,
				   p->cxx ? "parameters may be; write a pointer elsewhere"
					  : "case files are C: write a pointer",
				   "references are not supported%s", p->cxx ? " here" : "");
		/* Itanium C++ ABI, 3.1.2.5: a pointer is passed. */
		stars[n++] = (struct derivation){ .at = p->tok++ };
	}
	if (at_punct(p, '^'))
		parse_fail(p, p->tok, NULL, "blocks are not supported");
	if (at_punct(p, '(') &&
	    !((place == IN_PARAMS || place == IN_TYPE_NAME) && at_abstract_params(p))) {
		p->tok++;
		parse_level(p, d, place, false);
		expect_punct(p, ')', "')'");
	} else {
		parse_name(p, d, place);
	}
	parse_suffixes(p, d, outermost);
	while (n--) {
		derive_attrs(p, d, &stars[n].attrs);
		derive(p, d, DERIVE_POINTER, stars[n].at);
	}
	derive_attrs(p, d, &first);
	leave(p);
}

void parse_declarator(struct parser *p, struct declarator *d, enum declarator_place place)
{
	parse_level(p, d, place, true);
}

static const struct type *array_type(struct parser *p, const struct type *of,
				     const struct derivation *v)
{
	const struct type *t;

	if (of->kind == TYPE_FUNCTION || of->kind == TYPE_VOID)
		parse_fail(p, v->at, NULL, "array of %s",
			   of->kind == TYPE_VOID ? "void" : "functions");
	if (of->incomplete)
		parse_fail(p, v->at, "define it before",
			   "array of '%s', which has no definition yet", type_spell(p->a, of, ""));
	if (of->kind == TYPE_ARRAY && of->flexible)
		parse_fail(p, v->at, "only the first [] may be empty",
			   "array of arrays without size");
	t = type_array(p->a, of, v->count, v->flexible);
	if (!t)
		parse_fail(p, v->at, NULL, "this array is too large");
	return t;
}

static const struct type *function_type(struct parser *p, const struct type *ret,
					const struct derivation *v)
{
	if (ret->kind == TYPE_FUNCTION || ret->kind == TYPE_ARRAY)
		parse_fail(p, v->at, "return a pointer to it", "a function cannot return %s",
			   ret->kind == TYPE_ARRAY ? "an array" : "a function");
	if (ret->incomplete)
		parse_fail(p, v->at, "define it before, or return a pointer to it",
			   "'%s' has no definition yet", type_spell(p->a, ret, ""));
	v->fn->ret = ret;
	return type_function(p->a, v->fn);
}

/* `t`, a function or a pointer to one, with a convention; NULL if it is neither. */
static const struct type *with_convention(struct parser *p, const struct type *t,
					  const struct attrs *at)
{
	const char *has;
	struct prototype *fn;
	const struct type *of;

	if (t->kind == TYPE_POINTER) {
		of = t->of->kind == TYPE_FUNCTION ? with_convention(p, t->of, at) : NULL;
		return of ? type_pointer(p->a, of) : NULL;
	}
	if (t->kind != TYPE_FUNCTION)
		return NULL;
	has = t->fn->convention;
	if (has && strcmp(has, at->convention))
		parse_fail(p, at->convention_at, "a function has one convention",
			   "'%s' contradicts '%s' of the same function", at->convention, has);
	fn = arena_alloc(p->a, sizeof(*fn));
	*fn = *t->fn;
	fn->convention = at->convention;
	fn->attribute = at->attribute;
	return type_function(p->a, fn);
}

/* Apply the derivations to `t`, the outermost (farthest from the name) first. */
static const struct type *derived_type(struct parser *p, const struct type *t,
				       const struct declarator *d, enum declarator_place place)
{
	struct attrs pending = { 0 };

	for (size_t i = d->n; i--;) {
		const struct derivation *v = &d->v[i];
		const struct type *changed;

		switch (v->kind) {
		case DERIVE_POINTER:
			t = type_pointer(p->a, t);
			break;
		case DERIVE_ARRAY:
			if (v->param_only && (i || place != IN_PARAMS))
				parse_fail(p, v->at, NULL,
					   "static and qualifiers in [] are for parameters only");
			t = array_type(p, t, v);
			break;
		case DERIVE_FUNCTION:
			t = function_type(p, t, v);
			if (pending.convention_at)
				t = with_convention(p, t, &pending);
			pending = (struct attrs){ 0 };
			break;
		case DERIVE_ATTRS:
			/* As gcc has it: of the function type so far, else of the next. */
			changed = with_convention(p, t, &v->attrs);
			if (changed)
				t = changed;
			else
				attrs_merge(p, &pending, &v->attrs);
			break;
		}
		if (t->depth > MAX_TYPE_DEPTH)
			parse_fail(p, v->at, NULL, "types are nested deeper than %d",
				   MAX_TYPE_DEPTH);
	}
	if (pending.convention_at)
		parse_fail(p, pending.convention_at, NULL, "attribute %s means nothing here",
			   token_name(p, pending.convention_at));
	return t;
}

const struct type *declared_type(struct parser *p, const struct specs *s, struct declarator *d,
				 enum declarator_place place)
{
	static const struct {
		const char *name;
		unsigned allowed;
	} places[] = {
		[IN_FILE] = { "a function", ALLOW_CONVENTION | ALLOW_ALIGNED | ALLOW_BASE },
		[IN_TYPEDEF] = { "a typedef", ALLOW_CONVENTION | ALLOW_ALIGNED | ALLOW_BASE |
						      ALLOW_TRANSPARENT },
		[IN_RECORD] = { "a member",
				ALLOW_CONVENTION | ALLOW_PACKED | ALLOW_ALIGNED | ALLOW_BASE },
		[IN_PARAMS] = { "a parameter", ALLOW_CONVENTION | ALLOW_BASE },
		[IN_TYPE_NAME] = { "an argument", ALLOW_CONVENTION | ALLOW_BASE },
	};
	const struct type *t, *changed;

	attrs_merge(p, &d->attrs, &s->attrs);
	attrs_allow(p, &d->attrs, places[place].allowed, places[place].name);
	t = derived_type(p, attrs_base(p, &d->attrs, s->type), d, place);
	if (d->attrs.convention_at) {
		changed = with_convention(p, t, &d->attrs);
		if (!changed)
			parse_fail(p, d->attrs.convention_at,
				   "functions and pointers to functions have a convention",
				   "attribute %s belongs on a function",
				   token_name(p, d->attrs.convention_at));
		t = changed;
	}
	return t;
}

const struct type *parse_type_name(struct parser *p)
{
	struct declarator d = { 0 };
	struct specs s;

	parse_specs(p, &s);
	parse_declarator(p, &d, IN_TYPE_NAME);
	return declared_type(p, &s, &d, IN_TYPE_NAME);
}

const struct type *parse_argument_type(struct parser *p)
{
	struct declarator d = { 0 };
	const struct type *t;
	struct specs s;

	parse_specs(p, &s);
	if (s.storage != WORD_NONE)
		parse_fail(p, s.storage_at, NULL, "'%s' on a type", s.storage_at->word);
	parse_declarator(p, &d, IN_TYPE_NAME);
	t = adjust(p, declared_type(p, &s, &d, IN_TYPE_NAME));
	check_argument(p, t, s.first);
	return t;
}
