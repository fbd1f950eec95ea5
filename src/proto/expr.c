/* SPDX-License-Identifier: MIT */
/* Integer constant expressions: array sizes, bit-field widths, enumerators, attribute arguments.
 * Operands are int, unsigned, long long or unsigned long long; what depends on the width of long is
 * out of scope. */
#include "proto/parse.h"

struct value {
	long long v; /* unsigned long long: the same bits */
	bool is_unsigned, is_long;
};

static struct value conditional(struct parser *p);
static struct value unary(struct parser *p);

/* `v` brought into its type's range, as two's complement. */
static struct value wrap(struct value v)
{
	if (!v.is_long)
		v.v = v.is_unsigned ? (long long)(uint32_t)v.v : (long long)(int32_t)v.v;
	return v;
}

static struct value from_bool(bool b)
{
	return (struct value){ .v = b };
}

/* sizeof (TYPE), _Alignof (TYPE): of headers, which are read for one width. */
static struct value size_of(struct parser *p, bool align)
{
	struct value v = { .is_unsigned = true, .is_long = p->width == W64 };
	const struct type *t;

	p->tok++;
	expect_punct(p, '(', "'('");
	if (!at_type(p))
		parse_expected(p, "a type");
	enter(p);
	t = parse_type_name(p);
	expect_punct(p, ')', "')'");
	leave(p);
	v.v = (long long)(align ? t->align[p->width] : t->size[p->width]);
	return v;
}

/* A cast to an integer type: (int) 5. */
static struct value cast(struct parser *p)
{
	const struct type *t = parse_type_name(p);
	struct value v;

	expect_punct(p, ')', "')'");
	enter(p);
	v = unary(p);
	leave(p);
	v.is_unsigned = t->kind == TYPE_UCHAR || t->kind == TYPE_USHORT || t->kind == TYPE_UINT ||
			t->kind == TYPE_ULONG || t->kind == TYPE_ULLONG || t->kind == TYPE_BOOL;
	v.is_long = t->size[p->width] > 4;
	return wrap(v);
}

static struct value primary(struct parser *p)
{
	const struct token *t = p->tok;
	const struct symbol *sym;
	struct value v;

	if (p->lenient && p->width < WIDTHS && at_word(p, "sizeof"))
		return size_of(p, false);
	if (p->lenient &&
	    (at_word(p, "_Alignof") || at_word(p, "__alignof__") || at_word(p, "__alignof")))
		return size_of(p, true);
	if (t->kind == TOK_NUMBER) {
		p->tok++;
		return (struct value){ (long long)t->value, t->is_unsigned, t->is_long };
	}
	if (take_punct(p, '(')) {
		if (p->lenient && p->width < WIDTHS && !at_word(p, "sizeof") &&
		    !at_word(p, "_Alignof") && at_type(p))
			return cast(p);
		enter(p);
		v = conditional(p);
		expect_punct(p, ')', "')'");
		leave(p);
		return v;
	}
	if (t->kind != TOK_WORD)
		parse_expected(p, "a number");
	sym = symbol_find(p, SCOPE_FILE, t->word);
	if (!sym || sym->kind != SYM_ENUMERATOR) {
		if (!sym)
			next_word(p); /* sizeof and others have a hint of their own */
		parse_fail(p, t,
			   "only numbers, earlier enumerators and operators can be used; "
			   "variable-length arrays are not supported",
			   "'%s' is not a constant", t->word);
	}
	p->tok++;
	v = (struct value){ .v = sym->value };
	v.is_long = v.v != (int32_t)v.v && v.v != (uint32_t)v.v;
	v.is_unsigned = !v.is_long && v.v > INT32_MAX;
	return v;
}

static struct value unary(struct parser *p)
{
	struct value v;

	if (take_punct(p, '+'))
		goto nested;
	if (take_punct(p, '-')) {
		enter(p);
		v = unary(p);
		v.v = (long long)-(unsigned long long)v.v;
		leave(p);
		return wrap(v);
	}
	if (take_punct(p, '~')) {
		enter(p);
		v = unary(p);
		v.v = ~v.v;
		leave(p);
		return wrap(v);
	}
	if (take_punct(p, '!')) {
		enter(p);
		v = from_bool(!unary(p).v);
		leave(p);
		return v;
	}
	return primary(p);
nested:
	enter(p);
	v = unary(p);
	leave(p);
	return v;
}

static unsigned precedence(int punct)
{
	switch (punct) {
	case '*':
	case '/':
	case '%':
		return 10;
	case '+':
	case '-':
		return 9;
	case P_SHL:
	case P_SHR:
		return 8;
	case '<':
	case '>':
	case P_LE:
	case P_GE:
		return 7;
	case P_EQ:
	case P_NE:
		return 6;
	case '&':
		return 5;
	case '^':
		return 4;
	case '|':
		return 3;
	case P_AND:
		return 2;
	case P_OR:
		return 1;
	default:
		return 0;
	}
}

static bool less(struct value l, struct value r, bool is_unsigned)
{
	return is_unsigned ? (unsigned long long)l.v < (unsigned long long)r.v : l.v < r.v;
}

static struct value shift(struct parser *p, const struct token *op, struct value l, struct value r)
{
	unsigned bits = l.is_long ? 64 : 32;

	if (r.v < 0 || r.v >= bits)
		parse_fail(p, op, NULL, "shift by %lld of a %u-bit value", r.v, bits);
	if (op->punct == P_SHL)
		l.v = (long long)((unsigned long long)l.v << r.v);
	else if (l.is_unsigned)
		l.v = (long long)((unsigned long long)l.v >> r.v);
	else
		l.v >>= r.v;
	return wrap(l);
}

static struct value divide(struct parser *p, const struct token *op, struct value l, struct value r)
{
	if (!r.v)
		parse_fail(p, op, NULL, "division by zero");
	if (l.is_unsigned) {
		unsigned long long a = (unsigned long long)l.v, b = (unsigned long long)r.v;

		l.v = (long long)(op->punct == '/' ? a / b : a % b);
	} else if (r.v == -1) {
		if (op->punct == '/' && l.v == (l.is_long ? INT64_MIN : INT32_MIN))
			parse_fail(p, op, NULL, "overflow in a constant expression");
		l.v = op->punct == '/' ? -l.v : 0;
	} else {
		l.v = op->punct == '/' ? l.v / r.v : l.v % r.v;
	}
	return l;
}

static struct value arithmetic(struct parser *p, const struct token *op, struct value l,
			       struct value r)
{
	struct value v = l;
	bool overflow;

	switch (op->punct) {
	case '+':
		overflow = __builtin_add_overflow(l.v, r.v, &v.v);
		break;
	case '-':
		overflow = __builtin_sub_overflow(l.v, r.v, &v.v);
		break;
	default:
		overflow = __builtin_mul_overflow(l.v, r.v, &v.v);
		break;
	}
	/* Unsigned arithmetic wraps, and then the low bits are right. */
	if (!v.is_unsigned && (overflow || v.v != wrap(v).v))
		parse_fail(p, op, NULL, "overflow in a constant expression");
	return wrap(v);
}

static struct value binary_value(struct parser *p, const struct token *op, struct value l,
				 struct value r)
{
	bool is_long = l.is_long || r.is_long;
	bool is_unsigned =
		(l.is_unsigned && l.is_long == is_long) || (r.is_unsigned && r.is_long == is_long);

	if (op->punct == P_SHL || op->punct == P_SHR)
		return shift(p, op, l, r);
	if (op->punct == P_AND)
		return from_bool(l.v && r.v);
	if (op->punct == P_OR)
		return from_bool(l.v || r.v);
	/* The usual arithmetic conversions. */
	l.is_long = r.is_long = is_long;
	l.is_unsigned = r.is_unsigned = is_unsigned;
	l = wrap(l);
	r = wrap(r);
	switch (op->punct) {
	case '/':
	case '%':
		return divide(p, op, l, r);
	case '<':
		return from_bool(less(l, r, is_unsigned));
	case '>':
		return from_bool(less(r, l, is_unsigned));
	case P_LE:
		return from_bool(!less(r, l, is_unsigned));
	case P_GE:
		return from_bool(!less(l, r, is_unsigned));
	case P_EQ:
		return from_bool(l.v == r.v);
	case P_NE:
		return from_bool(l.v != r.v);
	case '&':
		l.v &= r.v;
		return l;
	case '^':
		l.v ^= r.v;
		return l;
	case '|':
		l.v |= r.v;
		return l;
	default:
		return arithmetic(p, op, l, r);
	}
}

static struct value binary(struct parser *p, unsigned min)
{
	struct value l;

	enter(p);
	l = unary(p);
	for (;;) {
		const struct token *op = p->tok;
		unsigned prec = op->kind == TOK_PUNCT ? precedence(op->punct) : 0;

		if (!prec || prec < min)
			break;
		p->tok++;
		l = binary_value(p, op, l, binary(p, prec + 1));
	}
	leave(p);
	return l;
}

static struct value conditional(struct parser *p)
{
	struct value c, yes, no;

	enter(p);
	c = binary(p, 1);
	if (take_punct(p, '?')) {
		yes = conditional(p);
		expect_punct(p, ':', "':' of the '?'");
		no = conditional(p);
		yes.is_long = no.is_long = yes.is_long || no.is_long;
		c = c.v ? yes : no;
	}
	leave(p);
	return c;
}

long long parse_constant(struct parser *p, bool *too_big, const struct token **at)
{
	struct value v;

	if (at)
		*at = p->tok;
	v = conditional(p);
	*too_big = v.is_unsigned && v.v < 0;
	return v.v;
}

unsigned long parse_count(struct parser *p, unsigned long min, unsigned long max, const char *what)
{
	const struct token *at;
	bool too_big;
	long long n = parse_constant(p, &too_big, &at);

	if (too_big || n < (long long)min || n > (long long)max) {
		size_t len = (size_t)(p->tok[-1].s + p->tok[-1].len - at->s);
		const char *value = too_big ? arena_printf(p->a, "%llu", (unsigned long long)n)
					    : arena_printf(p->a, "%lld", n);

		parse_fail_at(
			p, at->s, len, NULL,
			arena_printf(p->a, "%s must be %lu to %lu, not %s", what, min, max, value));
	}
	return (unsigned long)n;
}
