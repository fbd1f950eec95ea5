/* SPDX-License-Identifier: MIT */
/* Attributes: those that choose a convention or a layout are recorded, those that change neither
 * are passed over, all others are refused, because one that is ignored in silence makes a wrong
 * oracle. */
#include "proto/parse.h"

#include <string.h>

/* Attributes that change no convention and no layout. */
static const char *const harmless[] = {
	"noreturn",
	"pure",
	"const",
	"nonnull",
	"returns_nonnull",
	"unused",
	"used",
	"deprecated",
	"unavailable",
	"noinline",
	"always_inline",
	"visibility",
	"malloc",
	"alloc_size",
	"alloc_align",
	"assume_aligned",
	"format",
	"format_arg",
	"warn_unused_result",
	"nothrow",
	"leaf",
	"cold",
	"hot",
	"section",
	"flatten",
	"gnu_inline",
	"artificial",
	"sentinel",
	"nonstring",
	"warning",
	"error",
	"weak",
	"noclone",
	"noipa",
	"no_instrument_function",
	"externally_visible",
	"may_alias",
	"access",
	"maybe_unused",
	"nodiscard",
	"no_stack_protector",
	"no_sanitize",
	"no_split_stack",
	"no_reorder",
	"returns_twice",
	"gcc_struct",
	"btf_type_tag",
	"noderef",
	"address_space",
	"null_terminated_string_arg",
	"fd_arg",
	"counted_by",
	"designated_init",
	"no_icf",
	"reproducible",
	"unsequenced",
	"diagnose_if",
	"enable_if",
	"nocf_check",
	"cf_check",
};

/* Attributes that do change it, in ways that are not covered. */
static const struct {
	const char *name, *hint;
} refused[] = {
	{ "no_callee_saved_registers",
	  "no compiler that clobber is tested with has it: gcc 11 and 12, clang 13 to 22" },
	{ "sseregparm", "name the convention in a line: //! abi sseregparm" },
	{ "swiftcall", "Swift's conventions are not covered" },
	{ "swiftasynccall", "Swift's conventions are not covered" },
	{ "pascal", "pascal is not among the conventions" },
	{ "force_align_arg_pointer", "the frame is the generator's matter, not the declaration's" },
	{ "naked", "declare the plain function; the trampolines are clobber's own" },
	{ "target", "choose target features with the compiler's flags, not in the declaration" },
	{ "optimize", "choose the optimisation with --opt, not in the declaration" },
	{ "ms_struct", "only the SysV layout of structs is covered" },
	{ "scalar_storage_order", "reversed byte order is not covered" },
	{ "alias", "case files only declare" },
	{ "ifunc", "case files only declare" },
	{ "cleanup", "case files declare functions, not variables" },
};

/* Those that name a convention, and it. regparm takes a number: see below. */
static const struct {
	const char *name, *convention;
} conventions[] = {
	{ "cdecl", "cdecl" },
	{ "stdcall", "stdcall" },
	{ "fastcall", "fastcall" },
	{ "thiscall", "thiscall" },
	{ "sysv_abi", "sysv" },
	{ "ms_abi", "ms" },
	{ "preserve_most", "preserve_most" },
	{ "preserve_all", "preserve_all" },
	{ "preserve_none", "preserve_none" },
	{ "no_caller_saved_registers", "no_caller_saved" },
	{ "interrupt", "interrupt" },
	{ "vectorcall", "vectorcall" },
	{ "regcall", "regcall" },
};

/* Those that are recorded otherwise. */
static const char *const recorded[] = {
	"regparm", "packed", "vector_size", "aligned", "mode", "transparent_union",
};

bool at_bracket_attribute(struct parser *p)
{
	return at_punct(p, '[') && p->tok[1].kind == TOK_PUNCT && p->tok[1].punct == '[';
}

bool at_attribute(struct parser *p)
{
	enum word_kind kind;

	if (at_bracket_attribute(p))
		return true;
	if (p->tok->kind != TOK_WORD)
		return false;
	kind = next_word(p);
	return kind == WORD_ATTRIBUTE || kind == WORD_CONVENTION;
}

static void set_convention(struct parser *p, struct attrs *at, const struct token *t,
			   const char *convention, const char *attribute)
{
	const struct token *old = at->convention_at;

	if (old && strcmp(at->convention, convention)) {
		const char *what =
			arena_printf(p->a, "'%s' contradicts '%s'", convention, at->convention);

		/* The later one in the text is the error. */
		parse_fail_again(p, old->s < t->s ? t : old, old->s < t->s ? old : t,
				 "a function has one convention", what);
	}
	at->convention = convention;
	at->attribute = attribute;
	at->convention_at = t;
}

static void set_aligned(struct attrs *at, const struct token *t, uint32_t align)
{
	if (align > at->aligned)
		at->aligned = align;
	at->aligned_at = t;
}

void attrs_merge(struct parser *p, struct attrs *to, const struct attrs *from)
{
	if (from->convention)
		set_convention(p, to, from->convention_at, from->convention, from->attribute);
	if (from->packed_at) {
		to->packed = true;
		to->packed_at = from->packed_at;
	}
	if (from->transparent_at)
		to->transparent_at = from->transparent_at;
	if (from->aligned_at)
		set_aligned(to, from->aligned_at, from->aligned);
	if (from->vector_at) {
		to->vector_bytes = from->vector_bytes;
		to->vector_elements = from->vector_elements;
		to->vector_at = from->vector_at;
	}
	if (from->mode_at) {
		to->mode = from->mode;
		to->mode_at = from->mode_at;
	}
}

/* Skip a parenthesised list whose '(' is next. */
static void skip_arguments(struct parser *p)
{
	const struct token *open = p->tok;
	unsigned depth = 0;

	do {
		if (at_punct(p, '('))
			depth++;
		else if (at_punct(p, ')'))
			depth--;
		else if (p->tok->kind == TOK_EOF)
			parse_fail(p, open, NULL, "this '(' is never closed");
		else if (p->tok->kind == TOK_ERROR || p->tok->kind == TOK_NOTE ||
			 p->tok->kind == TOK_NOTE_END)
			parse_expected(p, "')'");
		p->tok++;
	} while (depth);
}

static uint32_t power_of_two(struct parser *p, const char *what)
{
	const struct token *t = p->tok;
	unsigned long n = parse_count(p, 1, MAX_ALIGN, what);

	if (n & (n - 1))
		parse_fail(p, t, NULL, "%s must be a power of two, not %lu", what, n);
	return (uint32_t)n;
}

/* The argument of an attribute in parentheses, or `missing` when there is none (0: it is needed).
 */
static uint32_t attribute_power(struct parser *p, const char *what, uint32_t missing)
{
	uint32_t n;

	if (missing && !at_punct(p, '('))
		return missing;
	expect_punct(p, '(', "'('");
	n = power_of_two(p, what);
	expect_punct(p, ')', "')'");
	return n;
}

/* clang's way to write a vector, by elements: "Clang Language Extensions", Vectors and Extended
 * Vectors, which does not say how much room one of three elements takes. */
static uint32_t vector_elements(struct parser *p)
{
	const struct token *t;
	unsigned long n;

	expect_punct(p, '(', "'(' and the number of elements");
	t = p->tok;
	n = parse_count(p, 1, 64, "the number of elements");
	if (n & (n - 1))
		parse_fail(p, t,
			   "no document says what a vector of another number of elements has "
			   "room for, nor how it travels; clang rounds it up",
			   "vectors have 1, 2, 4, 8, ... elements here, not %lu", n);
	expect_punct(p, ')', "')'");
	return (uint32_t)n;
}

static void regparm(struct parser *p, struct attrs *at, const struct token *name)
{
	unsigned long n;

	expect_punct(p, '(', "'(' and the number of registers");
	n = parse_count(p, 0, 3, "the number of regparm registers");
	expect_punct(p, ')', "')'");
	set_convention(p, at, name, arena_printf(p->a, "regparm%lu", n),
		       arena_printf(p->a, "__attribute__((regparm(%lu)))", n));
}

static void mode(struct parser *p, struct attrs *at, const struct token *name)
{
	expect_punct(p, '(', "'(' and a mode");
	if (p->tok->kind != TOK_WORD)
		parse_expected(p, "a mode such as DI");
	at->mode = p->tok->word;
	at->mode_at = name;
	p->tok++;
	expect_punct(p, ')', "')'");
}

/* "__packed__" and "packed" are the same. */
static const char *plain_name(struct parser *p, const char *s)
{
	size_t n = strlen(s);

	if (n > 4 && !strncmp(s, "__", 2) && !strcmp(s + n - 2, "__"))
		return arena_strndup(p->a, s + 2, n - 4);
	return s;
}

struct guess {
	const char *name;
	int distance;
};

static void consider(struct guess *best, const char *name, const char *like)
{
	int d = diag_distance(name, like);

	if (d >= 0 && d < best->distance)
		*best = (struct guess){ like, d };
}

static void unknown_attribute(struct parser *p, const struct token *t, const char *name)
{
	struct guess best = { .distance = 99 };
	const char *hint, *guess;

	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++)
		consider(&best, name, conventions[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++)
		consider(&best, name, recorded[i]);
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		consider(&best, name, harmless[i]);
	guess = best.name;
	hint = guess ? arena_printf(p->a, "did you mean '%s'?", guess)
		     : "leave it out unless it changes how the function is called";
	parse_fail(p, t, hint, "unknown attribute '%s'", name);
}

/* One attribute, from its name on. */
/* To clang pointers to 270 and 271 have 4 bytes, sign- and zero-extended: LLVM review D66827. */
static bool narrow_address_space(const struct parser *p)
{
	return at_punct(p, '(') && p->tok[1].kind == TOK_NUMBER &&
	       (p->tok[1].value == 270 || p->tok[1].value == 271);
}

static void parse_one(struct parser *p, struct attrs *at)
{
	const struct token *t = p->tok;
	const char *name;

	if (t->kind != TOK_WORD)
		parse_expected(p, "an attribute");
	p->tok++;
	if (at_punct(p, P_SCOPE)) {
		if (strcmp(t->word, "gnu") && strcmp(t->word, "clang") &&
		    strcmp(t->word, "__gnu__"))
			parse_fail(p, t, "attributes of gnu:: and clang:: are known",
				   "unknown attribute namespace '%s'", t->word);
		t = ++p->tok;
		if (t->kind != TOK_WORD)
			parse_expected(p, "an attribute");
		p->tok++;
	}
	name = plain_name(p, t->word);
	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		if (strcmp(name, conventions[i].name))
			continue;
		set_convention(p, at, t, conventions[i].convention,
			       arena_printf(p->a, "__attribute__((%s))", name));
		return;
	}
	if (!strcmp(name, "regparm")) {
		regparm(p, at, t);
	} else if (!strcmp(name, "packed")) {
		at->packed = true;
		at->packed_at = t;
	} else if (!strcmp(name, "transparent_union")) {
		at->transparent_at = t;
	} else if (!strcmp(name, "aligned")) {
		/* Alone: "the largest alignment ever used", 16 without AVX. */
		set_aligned(at, t, attribute_power(p, "an alignment", 16));
	} else if (!strcmp(name, "vector_size")) {
		at->vector_bytes = attribute_power(p, "a vector's size", 0);
		at->vector_at = t;
	} else if (!strcmp(name, "ext_vector_type")) {
		at->vector_elements = vector_elements(p);
		at->vector_at = t;
	} else if (!strcmp(name, "mode")) {
		mode(p, at, t);
	} else if (!strcmp(name, "address_space") && narrow_address_space(p)) {
		parse_fail(p, t, "write what travels: int, or unsigned int",
			   "pointers to address space %lld have 4 bytes, which is not supported",
			   p->tok[1].value);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
			if (!strcmp(name, refused[i].name))
				parse_fail(p, t, refused[i].hint, "attribute '%s' is not supported",
					   name);
		for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
			if (!strcmp(name, harmless[i])) {
				if (at_punct(p, '('))
					skip_arguments(p);
				return;
			}
		}
		unknown_attribute(p, t, name);
	}
}

static void parse_list(struct parser *p, struct attrs *at, int end)
{
	while (!at_punct(p, end)) {
		if (take_punct(p, ','))
			continue;
		parse_one(p, at);
		if (!at_punct(p, ',') && !at_punct(p, end))
			parse_expected(p, end == ')' ? "',' or ')'" : "',' or ']'");
	}
}

static void convention_keyword(struct parser *p, struct attrs *at)
{
	const struct word *w = word_find(p->tok->word);
	const char *attribute = w->spelling;

	/* Only asmlinkage is what the code that uses it really writes; the others are spelled as
	 * an attribute since only some compilers know the keyword. */
	if (strcmp(w->text, "asmlinkage"))
		attribute = arena_printf(p->a, "__attribute__((%s))", w->text);
	set_convention(p, at, p->tok, w->text, attribute);
	p->tok++;
}

void parse_attributes(struct parser *p, struct attrs *at)
{
	while (at_attribute(p)) {
		if (at_bracket_attribute(p)) {
			p->tok += 2;
			parse_list(p, at, ']');
			expect_punct(p, ']', "']]'");
			expect_punct(p, ']', "']]'");
		} else if (next_word(p) == WORD_CONVENTION) {
			convention_keyword(p, at);
		} else {
			p->tok++;
			expect_punct(p, '(', "'((' after __attribute__");
			expect_punct(p, '(', "'((' after __attribute__");
			parse_list(p, at, ')');
			expect_punct(p, ')', "'))'");
			expect_punct(p, ')', "'))'");
		}
	}
}

void parse_qualifiers(struct parser *p, struct attrs *at)
{
	for (;;) {
		enum word_kind kind = next_word(p);

		if (kind == WORD_ATOMIC)
			parse_fail(p, p->tok, "arithmetic types may be _Atomic",
				   "an _Atomic pointer is not supported");
		if (kind == WORD_QUALIFIER || kind == WORD_IGNORED)
			p->tok++;
		else if (at_attribute(p))
			parse_attributes(p, at);
		else
			return;
	}
}

/* gcc's machine modes: "mode(DI)" makes an 8-byte integer of any integer. */
static const struct {
	const char *name;
	bool is_float;
	enum type_kind kind, unsigned_kind;
} modes[] = {
	{ "QI", false, TYPE_SCHAR, TYPE_UCHAR },
	{ "byte", false, TYPE_SCHAR, TYPE_UCHAR },
	{ "HI", false, TYPE_SHORT, TYPE_USHORT },
	{ "SI", false, TYPE_INT, TYPE_UINT },
	{ "DI", false, TYPE_LLONG, TYPE_ULLONG },
	{ "TI", false, TYPE_INT128, TYPE_UINT128 },
	{ "word", false, TYPE_LONG, TYPE_ULONG },
	{ "pointer", false, TYPE_LONG, TYPE_ULONG },
	{ "unwind_word", false, TYPE_LONG, TYPE_ULONG },
	{ "HF", true, TYPE_FLOAT16, TYPE_VOID },
	{ "SF", true, TYPE_FLOAT, TYPE_VOID },
	{ "DF", true, TYPE_DOUBLE, TYPE_VOID },
	{ "XF", true, TYPE_LDOUBLE, TYPE_VOID },
	{ "TF", true, TYPE_FLOAT128, TYPE_VOID },
};

static const struct type *mode_type(struct parser *p, const struct attrs *at,
				    const struct type *base)
{
	const char *name = plain_name(p, at->mode);

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(modes[i].name, name))
			continue;
		if (modes[i].is_float ? !type_is_float(base) : !type_is_integer(base))
			parse_fail(p, at->mode_at, NULL, "mode %s does not fit the type '%s'", name,
				   type_spell(p->a, base, ""));
		return type_basic(!modes[i].is_float && base->is_unsigned ? modes[i].unsigned_kind
									  : modes[i].kind);
	}
	parse_fail(p, at->mode_at, "known: QI HI SI DI TI word pointer byte HF SF DF XF TF",
		   "unknown mode '%s'", name);
}

const struct type *attrs_base(struct parser *p, const struct attrs *at, const struct type *base)
{
	uint32_t size;

	if (at->mode_at)
		base = mode_type(p, at, base);
	if (!at->vector_at)
		return base;
	size = base->size[W64];
	if (base->kind == TYPE_BOOL || base->kind == TYPE_ENUM || base->kind == TYPE_BITINT ||
	    type_is_decimal(base) || !(type_is_integer(base) || type_is_float(base)))
		parse_fail(p, at->vector_at, "elements are integers or floating point numbers",
			   "no vector of '%s'", type_spell(p->a, base, ""));
	if (size != base->size[W32])
		parse_fail(p, at->vector_at, "choose an element of the same size at 32 and 64 bit",
			   "vector of '%s' differs between the widths", type_spell(p->a, base, ""));
	if (at->vector_elements)
		return type_vector(p->a, base, at->vector_elements);
	if (at->vector_bytes < size)
		parse_fail(p, at->vector_at, NULL, "vector of %u bytes is smaller than one '%s'",
			   at->vector_bytes, type_spell(p->a, base, ""));
	return type_vector(p->a, base, at->vector_bytes / size);
}

void attrs_allow(struct parser *p, const struct attrs *at, unsigned allowed, const char *place)
{
	const struct token *bad = NULL;

	if (at->convention_at && !(allowed & ALLOW_CONVENTION))
		bad = at->convention_at;
	else if (at->packed_at && !(allowed & ALLOW_PACKED))
		bad = at->packed_at;
	else if (at->transparent_at && !(allowed & ALLOW_TRANSPARENT))
		bad = at->transparent_at;
	else if (at->aligned_at && !(allowed & ALLOW_ALIGNED))
		bad = at->aligned_at;
	else if (at->vector_at && !(allowed & ALLOW_BASE))
		bad = at->vector_at;
	else if (at->mode_at && !(allowed & ALLOW_BASE))
		bad = at->mode_at;
	if (bad)
		parse_fail(p, bad, NULL, "attribute %s means nothing on %s", token_name(p, bad),
			   place);
}
