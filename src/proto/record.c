/* SPDX-License-Identifier: MIT */
/* struct, union and enum: their bodies and tags. */
#include "proto/parse.h"

#include <string.h>

enum { MAX_FIELDS = 4096 };

static const char *keyword(enum type_kind kind)
{
	return kind == TYPE_STRUCT ? "struct" : kind == TYPE_UNION ? "union" : "enum";
}

/* The type of a tag: found, or declared by this very use. `define`: a body follows. */
static struct type *tagged_type(struct parser *p, enum type_kind kind, const struct token *tag,
				bool define)
{
	struct symbol *sym = tag ? symbol_find(p, SCOPE_TAGS, tag->word) : NULL;
	struct type *t;

	if (sym && sym->tag->kind != kind)
		parse_fail_again(p, tag, sym->at, "struct, union and enum share their tags",
				 arena_printf(p->a, "'%s %s' was declared as '%s %s'",
					      keyword(kind), tag->word, keyword(sym->tag->kind),
					      tag->word));
	if (sym && define && !sym->tag->incomplete)
		parse_fail_again(
			p, tag, sym->at, NULL,
			arena_printf(p->a, "'%s %s' is defined twice", keyword(kind), tag->word));
	if (sym) {
		if (define)
			sym->at = tag;
		return sym->tag;
	}
	t = arena_alloc(p->a, sizeof(*t));
	t->kind = kind;
	t->incomplete = true;
	t->depth = 1;
	/* Pointers to it can be made at both widths. */
	t->align[W32] = t->align[W64] = 1;
	if (tag) {
		t->tag = tag->word;
		sym = symbol_add(p, SCOPE_TAGS, tag, SYM_TAG);
		sym->tag = t;
	}
	return t;
}

static void add_field(struct parser *p, struct type *t, const struct field *f,
		      const struct token *at)
{
	if (t->nfields && t->fields[t->nfields - 1].type->kind == TYPE_ARRAY &&
	    t->fields[t->nfields - 1].type->flexible && t->kind == TYPE_STRUCT)
		parse_fail(p, at, NULL, "a flexible array member must be the last member");
	if (t->nfields == MAX_FIELDS)
		parse_fail(p, at, NULL, "more than %d members", MAX_FIELDS);
	t->fields = arena_grow(p->a, t->fields, t->nfields, sizeof(*t->fields));
	t->fields[t->nfields++] = *f;
}

static void name_field(struct parser *p, unsigned scope, const struct token *name)
{
	const struct symbol *other = symbol_find(p, scope, name->word);

	if (other)
		parse_fail_again(p, name, other->at, NULL,
				 arena_printf(p->a, "member '%s' is declared twice", name->word));
	symbol_add(p, scope, name, SYM_MEMBER);
}

/* Names of an anonymous member's members are names of this struct; the only token left to point at
 * is the closing brace. */
static void name_anonymous(struct parser *p, unsigned scope, const struct type *t,
			   const struct token *at)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->name) {
			struct token *name = arena_alloc(p->a, sizeof(*name));

			*name = *at;
			name->word = f->name;
			name_field(p, scope, name);
		} else if (type_is_record(f->type)) {
			enter(p);
			name_anonymous(p, scope, f->type, at);
			leave(p);
		}
	}
}

static void parse_bits(struct parser *p, struct field *f, const struct token *name)
{
	const struct token *at = name ? name : p->tok;
	const struct type *t = f->type;
	unsigned bits =
		type_bits(t, W64) > type_bits(t, W32) ? type_bits(t, W64) : type_bits(t, W32);
	const struct token *width;

	if (!type_is_integer(t))
		parse_fail(p, at, NULL, "bit-field of type '%s'", type_spell(p->a, t, ""));
	p->tok++;
	width = p->tok;
	if (bits > 128)
		bits = 128;
	f->bits = (uint8_t)parse_count(p, 0, bits,
				       arena_printf(p->a, "the width of a bit-field of type '%s'",
						    type_spell(p->a, t, "")));
	f->is_bitfield = true;
	if (!f->bits && name)
		parse_fail(p, width, "leave out its name to align the next one",
			   "bit-field '%s' has no bits", name->word);
}

static void check_field(struct parser *p, const struct type *t, const struct type *of,
			const struct token *at)
{
	if (of->kind == TYPE_FUNCTION)
		parse_fail(p, at, "declare a pointer to a function",
			   "a member cannot be a function");
	if (of->kind == TYPE_VOID)
		parse_fail(p, at, NULL, "a member cannot be void");
	if (of->incomplete)
		parse_fail(p, at, "define it before, or use a pointer to it",
			   "'%s' has no definition yet", type_spell(p->a, of, ""));
	if (of->kind == TYPE_ARRAY && of->flexible && t->kind == TYPE_UNION)
		parse_fail(p, at, NULL, "a flexible array cannot be in a union");
}

/* One declarator of a member declaration. */
static void parse_field(struct parser *p, struct type *t, unsigned scope, const struct specs *s)
{
	struct declarator d = { 0 };
	struct field f = { 0 };
	const struct token *at = p->tok;

	if (!at_punct(p, ':'))
		parse_declarator(p, &d, IN_RECORD);
	if (d.name)
		at = d.name;
	if (at_punct(p, ':')) {
		f.type = declared_type(p, s, &d, IN_RECORD);
		parse_bits(p, &f, d.name);
		parse_attributes(p, &d.attrs);
		attrs_merge(p, &d.attrs, &s->attrs);
	} else {
		parse_attributes(p, &d.attrs);
		f.type = declared_type(p, s, &d, IN_RECORD); /* merges the attributes */
		check_field(p, t, f.type, at);
	}
	f.packed = d.attrs.packed;
	f.aligned = d.attrs.aligned;
	if (d.name) {
		f.name = d.name->word;
		name_field(p, scope, d.name);
	}
	add_field(p, t, &f, at);
}

/* A member without declarator: an anonymous struct or union. */
static void anonymous_field(struct parser *p, struct type *t, unsigned scope, const struct specs *s)
{
	struct field f = { .type = s->type };

	if (!type_is_record(s->type) || s->type->tag || s->type->alias)
		parse_fail(p, s->first, NULL, "this member has no name");
	attrs_allow(p, &s->attrs, ALLOW_PACKED | ALLOW_ALIGNED, "a struct member");
	f.packed = s->attrs.packed;
	f.aligned = s->attrs.aligned;
	name_anonymous(p, scope, s->type, p->tok);
	add_field(p, t, &f, s->first);
}

static void parse_members(struct parser *p, struct type *t)
{
	unsigned scope = p->scopes++;

	/* Members of bases are written like the class's own. */
	if (t->nfields)
		name_anonymous(p, scope, t, p->tok);
	while (!take_punct(p, '}')) {
		struct specs s;

		if (take_punct(p, ';') || take_member_function(p, t))
			continue;
		parse_specs(p, &s);
		if (s.storage != WORD_NONE)
			parse_fail(p, s.storage_at, NULL, "'%s' on a struct member",
				   s.storage_at->word);
		if (at_punct(p, ';'))
			anonymous_field(p, t, scope, &s);
		else
			do
				parse_field(p, t, scope, &s);
			while (take_punct(p, ','));
		if (at_punct(p, '='))
			parse_fail(p, p->tok, NULL, "a member has no initialiser");
		expect_punct(p, ';', "';' at the end of the member");
	}
}

/* Attributes of a struct before or after its body. */
static void record_attributes(struct parser *p, struct attrs *at)
{
	parse_attributes(p, at);
	attrs_allow(p, at, ALLOW_PACKED | ALLOW_ALIGNED | ALLOW_TRANSPARENT, "a struct or union");
}

void make_transparent(struct parser *p, struct type *t, const struct token *at)
{
	bool fits = t->kind == TYPE_UNION && t->nfields;

	for (size_t i = 0; fits && i < t->nfields; i++) {
		const struct field *f = &t->fields[i];
		const struct type *of = f->type, *first = t->fields[0].type;

		fits = !f->is_bitfield && !of->atomic &&
		       (type_is_integer(of) || of->kind == TYPE_POINTER);
		for (enum width w = W32; w < WIDTHS; w++)
			fits = fits && of->size[w] == first->size[w];
	}
	if (!fits)
		parse_fail(p, at,
			   "it is for unions of integers and pointers of one size; write the first "
			   "member's type for others",
			   "'transparent_union' does not fit this type");
	t->transparent = true;
}

const struct type *parse_record(struct parser *p, enum word_kind word)
{
	enum type_kind kind = word == WORD_STRUCT ? TYPE_STRUCT : TYPE_UNION;
	const struct token *start = p->tok++, *tag = NULL;
	struct attrs at = { 0 };
	struct type *t;

	record_attributes(p, &at);
	if (p->tok->kind == TOK_WORD) {
		if (word_find(p->tok->word))
			parse_expected(p, "a tag");
		tag = p->tok++;
	}
	if (!tag && !at_punct(p, '{'))
		parse_expected(p, "a tag or '{'");
	t = tagged_type(p, kind, tag, at_punct(p, '{') || (p->cxx && at_punct(p, ':')));
	if (p->cxx && tag && at_punct(p, ':'))
		parse_bases(p, t);
	if (!take_punct(p, '{')) {
		attrs_allow(p, &at, 0, "a struct or union that is not defined here");
		return t;
	}
	enter(p);
	parse_members(p, t);
	leave(p);
	if (!t->incomplete) /* its own body defined it */
		parse_fail(p, tag, NULL, "'%s %s' is defined inside itself", keyword(kind),
			   tag->word);
	/* What follows '}' is the struct's only when it is an attribute with GNU spelling. */
	record_attributes(p, &at);
	t->packed = at.packed;
	t->aligned = at.aligned;
	t->incomplete = false;
	if (!type_layout(t))
		parse_fail(p, start, NULL, "this %s is too large", keyword(kind));
	if (t->depth > MAX_TYPE_DEPTH)
		parse_fail(p, start, NULL, "types are nested deeper than %d", MAX_TYPE_DEPTH);
	if (at.transparent_at)
		make_transparent(p, t, at.transparent_at);
	finish_class(p, t, tag);
	return t;
}

/* The enum's integer type: as C and the psABIs have it, int or unsigned int; GNU C makes it larger
 * when values need that, smaller when packed. */
static enum type_kind enum_kind(long long min, long long max, bool packed)
{
	static const enum type_kind kinds[][2] = { { TYPE_SCHAR, TYPE_UCHAR },
						   { TYPE_SHORT, TYPE_USHORT },
						   { TYPE_INT, TYPE_UINT },
						   { TYPE_LLONG, TYPE_ULLONG } };

	for (unsigned i = packed ? 0 : 2; i < 3; i++) {
		unsigned bits = 8u << i;

		if (min >= 0 && max < 1ll << bits)
			return kinds[i][1];
		if (min < 0 && min >= -(1ll << (bits - 1)) && max < 1ll << (bits - 1))
			return kinds[i][0];
	}
	return kinds[3][min >= 0];
}

static void parse_enumerators(struct parser *p, struct type *t)
{
	long long next = 0, min = 0, max = 0;
	bool too_big = false;

	do {
		const struct token *name = p->tok, *at = name;
		struct symbol *other;
		struct enumerator *e;
		struct attrs ignored = { 0 };

		if (at_punct(p, '}') && t->nenumerators)
			break;
		if (name->kind != TOK_WORD || word_find(name->word))
			parse_expected(p, "an enumerator's name");
		other = symbol_find(p, SCOPE_FILE, name->word);
		if (other)
			parse_fail_again(p, name, other->at, NULL,
					 arena_printf(p->a, "'%s' is declared twice", name->word));
		p->tok++;
		parse_attributes(p, &ignored);
		attrs_allow(p, &ignored, 0, "an enumerator");
		if (take_punct(p, '='))
			next = parse_constant(p, &too_big, &at);
		if (too_big)
			parse_fail(p, at, "the largest is 0x7fffffffffffffff",
				   "the value of '%s' is too large", name->word);
		symbol_add(p, SCOPE_FILE, name, SYM_ENUMERATOR)->value = next;
		t->enumerators =
			arena_grow(p->a, t->enumerators, t->nenumerators, sizeof(*t->enumerators));
		e = &t->enumerators[t->nenumerators++];
		e->name = name->word;
		e->value = next;
		min = next < min ? next : min;
		max = next > max ? next : max;
		too_big = __builtin_add_overflow(next, 1, &next);
	} while (take_punct(p, ','));
	expect_punct(p, '}', "',' or '}'");
	if (!t->of)
		t->of = type_basic(enum_kind(min, max, t->packed));
}

static bool parse_underlying(struct parser *p, struct type *t)
{
	struct specs s;

	if (!at_punct(p, ':'))
		return false;
	p->tok++;
	enter(p);
	parse_specs(p, &s);
	leave(p);
	if (!type_is_integer(s.type) || s.type->kind == TYPE_ENUM || s.type->kind == TYPE_BITINT)
		parse_fail(p, s.first, NULL, "an enum's type must be an integer type");
	t->of = type_basic(s.type->kind);
	t->fixed = true;
	return true;
}

const struct type *parse_enum(struct parser *p)
{
	const struct token *start = p->tok++, *tag = NULL;
	struct attrs at = { 0 };
	struct type *t;

	parse_attributes(p, &at);
	if (p->tok->kind == TOK_WORD) {
		if (word_find(p->tok->word))
			parse_expected(p, "a tag");
		tag = p->tok++;
	}
	if (!tag && !at_punct(p, '{') && !at_punct(p, ':'))
		parse_expected(p, "a tag or '{'");
	t = tagged_type(p, TYPE_ENUM, tag, at_punct(p, '{') || at_punct(p, ':'));
	if (!parse_underlying(p, t) && !at_punct(p, '{')) {
		if (t->incomplete)
			parse_fail(p, tag, "define its enumerators before it is used",
				   "'enum %s' has no definition yet", tag->word);
		return t;
	}
	expect_punct(p, '{', "'{'");
	/* The body decides the type, and an attribute after it still changes that: look there. */
	for (const struct token *end = p->tok; end->kind != TOK_EOF && end->kind != TOK_ERROR;
	     end++) {
		if (end->kind == TOK_PUNCT && end->punct == '}') {
			const struct token *here = p->tok;

			p->tok = end + 1;
			parse_attributes(p, &at);
			p->tok = here;
			break;
		}
	}
	attrs_allow(p, &at, ALLOW_PACKED, "an enum");
	t->packed = at.packed && !t->fixed;
	parse_enumerators(p, t);
	parse_attributes(p, &at);
	t->incomplete = false;
	t->is_unsigned = t->of->is_unsigned;
	memcpy(t->size, t->of->size, sizeof(t->size));
	memcpy(t->align, t->of->align, sizeof(t->align));
	if (!type_exists(t, W64))
		parse_fail(p, start, NULL, "this enum has no type");
	return t;
}
