/* SPDX-License-Identifier: MIT */
/* Declaration specifiers: storage class, qualifiers, attributes, and the words that make a type, in
 * any order. */
#include "proto/parse.h"

#include <string.h>

/* The type words seen so far. */
struct type_words {
	unsigned count[WORDS_BASIC];
	const struct token *first, *last;
	const struct type *named; /* typedef name, struct, union, enum */
	uint32_t bitint_bits;
	const struct token *atomic_at;
};

static void bad_type(struct parser *p, const struct type_words *w)
{
	const struct token *t = w->first;
	size_t len = (size_t)(w->last->s + w->last->len - t->s);
	struct str s = { 0 };
	char *what;

	for (; t <= w->last; t++)
		str_addf(&s, "%s%.*s", s.len ? " " : "", (int)(t->len < 40 ? t->len : 40), t->s);
	if (s.len > 60) {
		s.s[60] = 0;
		s.len = 60;
	}
	what = arena_printf(p->a, "'%s' is not a type of C", s.s);
	str_free(&s);
	parse_fail_at(p, w->first->s, len, NULL, what);
}

static enum type_kind integer_kind(const struct type_words *w)
{
	bool is_unsigned = w->count[WORD_UNSIGNED];

	if (w->count[WORD_INT128])
		return is_unsigned ? TYPE_UINT128 : TYPE_INT128;
	if (w->count[WORD_CHAR])
		return is_unsigned ? TYPE_UCHAR : w->count[WORD_SIGNED] ? TYPE_SCHAR : TYPE_CHAR;
	if (w->count[WORD_SHORT])
		return is_unsigned ? TYPE_USHORT : TYPE_SHORT;
	if (w->count[WORD_LONG] == 2)
		return is_unsigned ? TYPE_ULLONG : TYPE_LLONG;
	if (w->count[WORD_LONG])
		return is_unsigned ? TYPE_ULONG : TYPE_LONG;
	return is_unsigned ? TYPE_UINT : TYPE_INT;
}

/* Do these words make an integer type? */
static bool integer_words(const struct type_words *w)
{
	const unsigned *n = w->count;
	unsigned bases = n[WORD_CHAR] + n[WORD_INT128] + n[WORD_BITINT];

	if (n[WORD_COMPLEX] || n[WORD_INT] > 1 || n[WORD_SIGNED] + n[WORD_UNSIGNED] > 1)
		return false;
	if (bases)
		return bases == 1 && !n[WORD_INT] && !n[WORD_SHORT] && !n[WORD_LONG];
	return n[WORD_SHORT] + n[WORD_LONG] <= 1 || (n[WORD_LONG] == 2 && !n[WORD_SHORT]);
}

/* The words that name a floating-point type by themselves. */
static const struct {
	enum word_kind word;
	enum type_kind kind;
} floats[] = {
	{ WORD_FLOAT, TYPE_FLOAT },
	{ WORD_FLOAT16, TYPE_FLOAT16 },
	{ WORD_BF16, TYPE_BF16 },
	{ WORD_FLOAT128, TYPE_FLOAT128 },
	{ WORD_DECIMAL32, TYPE_DECIMAL32 },
	{ WORD_DECIMAL64, TYPE_DECIMAL64 },
	{ WORD_DECIMAL128, TYPE_DECIMAL128 },
};

static const struct type *floating_type(struct parser *p, const struct type_words *w)
{
	const unsigned *n = w->count;
	enum type_kind kind = n[WORD_LONG] ? TYPE_LDOUBLE : TYPE_DOUBLE;

	for (size_t i = 0; i < ARRAY_SIZE(floats); i++) {
		if (n[floats[i].word])
			kind = floats[i].kind;
	}
	if (n[WORD_SIGNED] || n[WORD_UNSIGNED] || n[WORD_SHORT] || n[WORD_INT] || n[WORD_CHAR] ||
	    n[WORD_INT128] || n[WORD_BITINT] || n[WORD_COMPLEX] > 1 ||
	    n[WORD_LONG] > (kind == TYPE_LDOUBLE))
		bad_type(p, w);
	if (!n[WORD_COMPLEX])
		return type_basic(kind);
	if (type_is_decimal(type_basic(kind)))
		bad_type(p, w);
	if (kind == TYPE_BF16)
		parse_fail(p, w->last, "neither gcc nor clang has it",
			   "complex '__bf16' is not supported");
	return type_complex(p->a, kind);
}

static bool names_float(const struct token *t)
{
	return t->kind == TOK_WORD &&
	       (!strncmp(t->word, "_Float", 6) || !strcmp(t->word, "__float80"));
}

/* _Float32, _Float64x, __float80: names of types, not of anybody's typedefs. */
static bool is_named_float(const struct type_words *w)
{
	for (const struct token *t = w->first; t <= w->last; t++) {
		if (names_float(t))
			return type_is_float(w->named);
	}
	return false;
}

/* _Complex, and nothing yet that says of what. */
static bool awaits_part(const struct type_words *w)
{
	unsigned all = 0;

	for (unsigned i = 0; i < WORDS_BASIC; i++)
		all += w->count[i];
	return all == 1 && w->count[WORD_COMPLEX] && !w->named;
}

/* The type that the words name; NULL without any. */
static const struct type *words_type(struct parser *p, const struct type_words *w)
{
	const unsigned *n = w->count;
	unsigned all = 0, others;

	for (unsigned i = 0; i < WORDS_BASIC; i++)
		all += n[i];
	if (!all)
		return w->named;
	if (w->named && all == 1 && n[WORD_COMPLEX] && is_named_float(w))
		return type_complex(p->a, w->named->kind);
	if (w->named)
		bad_type(p, w);
	others = n[WORD_VOID] + n[WORD_BOOL];
	if (others) {
		if (all > 1)
			bad_type(p, w);
		return type_basic(n[WORD_VOID] ? TYPE_VOID : TYPE_BOOL);
	}
	others = n[WORD_DOUBLE];
	for (size_t i = 0; i < ARRAY_SIZE(floats); i++)
		others += n[floats[i].word];
	if (others == 1)
		return floating_type(p, w);
	if (n[WORD_COMPLEX] == 1 && all == 1)
		parse_fail(p, w->last, "write float, double or long double with it",
			   "_Complex alone is not a type");
	if (others || !integer_words(w))
		bad_type(p, w);
	if (n[WORD_BITINT]) {
		if (w->bitint_bits == 1 && !n[WORD_UNSIGNED])
			parse_fail(p, w->last, "unsigned _BitInt(1) would do",
				   "a signed _BitInt has at least 2 bits");
		return type_bitint(p->a, w->bitint_bits, n[WORD_UNSIGNED]);
	}
	return type_basic(integer_kind(w));
}

static void storage(struct parser *p, struct specs *s, enum word_kind kind)
{
	if (s->storage != WORD_NONE && s->storage != kind)
		parse_fail(p, p->tok, NULL, "'%s' after '%s'", p->tok->word, s->storage_at->word);
	s->storage = kind;
	s->storage_at = p->tok++;
}

static void alignas_specifier(struct parser *p, struct specs *s)
{
	struct attrs at = { .aligned_at = p->tok++ };
	const struct token *t;
	unsigned long n;

	expect_punct(p, '(', "'('");
	t = p->tok;
	n = parse_count(p, 0, MAX_ALIGN, "an alignment");
	if (n & (n - 1))
		parse_fail(p, t, NULL, "an alignment must be a power of two, not %lu", n);
	expect_punct(p, ')', "')'");
	at.aligned = (uint32_t)n;
	if (n)
		attrs_merge(p, &s->attrs, &at);
}

static void basic_word(struct parser *p, struct type_words *w, enum word_kind kind)
{
	if (w->count[kind] < 9)
		w->count[kind]++;
	p->tok++;
	if (kind != WORD_BITINT)
		return;
	expect_punct(p, '(', "'(' and a number of bits");
	w->bitint_bits = (uint32_t)parse_count(p, 1, MAX_BITINT_BITS, "the bits of a _BitInt");
	expect_punct(p, ')', "')'");
}

static bool is_type_start(enum word_kind kind)
{
	return (kind > WORD_NONE && kind < WORDS_BASIC) || kind == WORD_STRUCT ||
	       kind == WORD_UNION || kind == WORD_ENUM || kind == WORD_TYPEDEF_NAME;
}

/* Why there is no type where there should be one. */
static void no_type(struct parser *p, const struct specs *s)
{
	const struct token *t = p->tok;
	const char *guess, *hint;

	if (t->kind == TOK_WORD && next_word(p) == WORD_VA_LIST)
		parse_fail(p, t, "parameters may have that type; elsewhere write void *",
			   "'%s' is not supported here", t->word);
	if (t->kind != TOK_WORD || word_find(t->word))
		parse_expected(p, p->tok == s->first && !p->depth && p->tok->kind != TOK_NOTE_END
					  ? "a declaration"
					  : "a type");
	if (t[1].kind == TOK_PUNCT && t[1].punct == '(' &&
	    !(t[2].kind == TOK_PUNCT && t[2].punct == '*'))
		parse_fail(
			p, t,
			arena_printf(p->a, "write its return type, such as 'int %s(...)'", t->word),
			"no type before '%s'", t->word);
	guess = word_guess(t->word);
	if (t[1].kind == TOK_PUNCT && t[1].punct == P_SCOPE)
		hint = "'::' is C++; case files are C";
	else if (guess)
		hint = arena_printf(p->a, "did you mean '%s'?", guess);
	else if (t[1].kind == TOK_PUNCT && (t[1].punct == ',' || t[1].punct == ')'))
		hint = arena_printf(
			p->a, "declare it before with a typedef; if it is a parameter's name, "
			      "write its type as well (old-style lists are not supported)");
	else
		hint = arena_printf(p->a, "declare it before: typedef ... %s;", t->word);
	parse_fail(p, t, hint, "unknown type name '%s'", t->word);
}

/* C11 6.7.2.4 and 6.7.3: as a specifier, with a type in parentheses, or as a qualifier. */
static void atomic_word(struct parser *p, struct type_words *w)
{
	w->atomic_at = p->tok++;
	if (!take_punct(p, '('))
		return;
	enter(p);
	w->named = parse_type_name(p);
	leave(p);
	expect_punct(p, ')', "')'");
	w->first = w->atomic_at;
	w->last = p->tok - 1;
}

static const struct type *make_atomic(struct parser *p, const struct type *t,
				      const struct token *at)
{
	if (t->kind == TYPE_VOID || t->kind >= TYPE_BASIC_COUNT || t->alias || t->size[W64] > 8)
		parse_fail(p, at, "basic types of up to 8 bytes may be",
			   "_Atomic '%s' is not supported", type_spell(p->a, t, ""));
	return type_atomic(p->a, t);
}

/* C23 6.7.1: in double brackets behind a type they are the type's, and compilers ignore there (gcc,
 * clang 22), or refuse (clang 14), what names a convention. */
static void specs_attributes(struct parser *p, struct specs *s, bool typed)
{
	const struct token *before = s->attrs.convention_at;
	bool bracket = at_bracket_attribute(p);

	parse_attributes(p, &s->attrs);
	if (bracket && typed && s->attrs.convention_at != before)
		parse_fail(p, s->attrs.convention_at, "write it before the type",
			   "%s here belongs to the type, not to the function",
			   token_name(p, s->attrs.convention_at));
}

void parse_specs(struct parser *p, struct specs *s)
{
	struct type_words w = { 0 };

	*s = (struct specs){ .first = p->tok };
	for (;;) {
		enum word_kind kind = next_word(p);
		bool typed = w.first;

		if (at_attribute(p)) {
			specs_attributes(p, s, typed);
			continue;
		}
		if (kind == WORD_QUALIFIER || kind == WORD_IGNORED) {
			p->tok++;
			continue;
		}
		if (kind == WORD_ATOMIC) {
			atomic_word(p, &w);
			continue;
		}
		if (kind == WORD_EXTERN || kind == WORD_STATIC || kind == WORD_TYPEDEF ||
		    kind == WORD_REGISTER) {
			storage(p, s, kind);
			continue;
		}
		if (kind == WORD_ALIGNAS) {
			alignas_specifier(p, s);
			continue;
		}
		/* After a type, a typedef's name is a name like others; _Complex is none yet. */
		if (!is_type_start(kind) || (kind == WORD_TYPEDEF_NAME && typed &&
					     !(awaits_part(&w) && names_float(p->tok))))
			break;
		if (!typed)
			w.first = p->tok;
		else if (w.named && p->tok[-1].kind == TOK_PUNCT && p->tok[-1].punct == '}')
			parse_fail_at(p, p->tok[-1].s + 1, 1, NULL, "expected ';' after this '}'");
		if (kind < WORDS_BASIC) {
			basic_word(p, &w, kind);
		} else if (w.named) {
			w.last = p->tok;
			bad_type(p, &w);
		} else if (kind == WORD_TYPEDEF_NAME) {
			w.named = typedef_type(p, p->tok->word);
			p->tok++;
		} else {
			w.named = kind == WORD_ENUM ? parse_enum(p) : parse_record(p, kind);
			s->tagged = true;
		}
		w.last = p->tok - 1;
	}
	s->type = words_type(p, &w);
	if (!s->type)
		no_type(p, s);
	if (w.atomic_at)
		s->type = make_atomic(p, s->type, w.atomic_at);
}
