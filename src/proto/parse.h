/* SPDX-License-Identifier: MIT */
/* Private to src/proto: the parser's state and the entry points of its parts. A part that meets an
 * error does not return: parse_fail unwinds to parse_attempt; all memory is in the arena. */
#ifndef CLOBBER_PROTO_PARSE_H
#define CLOBBER_PROTO_PARSE_H

#include "proto/lex.h"
#include "proto/type.h"

enum {
	MAX_NESTING = 100,    /* parentheses, braces and so on inside each other */
	MAX_DERIVATIONS = 60, /* of one declarator */
	MAX_ALIGN = 1 << 28   /* the compilers' limit */
};

/* ---- words.c: what the words of C mean to us ---- */

enum word_kind {
	WORD_NONE, /* an ordinary identifier */
	WORD_VOID,
	WORD_BOOL,
	WORD_CHAR,
	WORD_INT,
	WORD_FLOAT,
	WORD_DOUBLE,
	WORD_INT128,
	WORD_FLOAT16,
	WORD_BF16,
	WORD_FLOAT128,
	WORD_DECIMAL32,
	WORD_DECIMAL64,
	WORD_DECIMAL128,
	WORD_BITINT,
	WORD_SHORT,
	WORD_LONG,
	WORD_SIGNED,
	WORD_UNSIGNED,
	WORD_COMPLEX,
	WORDS_BASIC, /* those before are the words of arithmetic types */
	WORD_STRUCT,
	WORD_UNION,
	WORD_ENUM,
	WORD_QUALIFIER,
	WORD_ATOMIC,
	WORD_VA_LIST, /* a parameter of it is a pointer */
	WORD_IGNORED, /* inline, _Noreturn, __user, ...: change no convention */
	WORD_EXTERN,
	WORD_STATIC,
	WORD_TYPEDEF,
	WORD_REGISTER,
	WORD_CONVENTION, /* __stdcall, asmlinkage: text is the convention */
	WORD_ATTRIBUTE,
	WORD_ALIGNAS,
	WORD_REFUSED,  /* known, not supported: text is the hint */
	WORD_RESERVED, /* keyword that no declaration holds */
	WORD_TYPEDEF_NAME
};

struct word {
	const char *spelling;
	enum word_kind kind;
	const char *text;
};

/* The entry of a keyword, or NULL. */
const struct word *word_find(const char *spelling);

/* The type of a built-in typedef name such as uint32_t, or NULL. */
const struct type *word_builtin_type(struct arena *a, const char *spelling);

/* The word of C, or the built-in typedef name, that `spelling` is nearly; NULL if none. */
const char *word_guess(const char *spelling);

/* ---- parser.c: state, symbols, tokens, errors ---- */

enum { SCOPE_FILE, SCOPE_TAGS, SCOPE_FIRST_INNER };

enum symbol_kind { SYM_TYPEDEF, SYM_ENUMERATOR, SYM_FUNCTION, SYM_TAG, SYM_MEMBER };

/* A name in a scope: of the file, of the tags, or of one member or parameter list. */
struct symbol {
	struct symbol *next;
	unsigned scope;
	const char *name;
	const struct token *at;
	enum symbol_kind kind;
	const struct type *type;
	struct type *tag;
	long long value;
};

struct parser {
	struct arena *a;
	struct source src;
	const struct token *first, *tok; /* of all tokens the first, and the next one */
	unsigned depth;
	unsigned scopes;
	bool cxx;                /* inside of extern "C++" */
	unsigned linkages;       /* braces of extern "C" and "C++" that are open */
	bool outer[MAX_NESTING]; /* cxx around each of them */
	bool single;             /* a declaration of the command line: no ';' needed at its end */
	bool lenient;     /* a project's header: what it holds besides functions is passed over */
	enum width width; /* of lenient ones: what sizeof is of */
	struct symbol **symbols; /* chains, newest first; as many as keep them short */
	unsigned nsymbols, nbuckets;
	struct attempt *attempt; /* the innermost, where there is one */
	const char *error;
};

/* Call `parse`, which may fail; false, with p->error, when it did. */
bool parse_attempt(struct parser *p, void (*parse)(struct parser *p, void *into), void *into);
/* End the innermost attempt as failed. */
void parse_give_up(struct parser *p) __attribute__((noreturn));

void parse_fail_at(struct parser *p, const char *at, size_t len, const char *hint, const char *what)
	__attribute__((noreturn));
void parse_fail(struct parser *p, const struct token *at, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), noreturn));
/* "expected WHAT before ...", at the next token, or what explains that token better. */
void parse_expected(struct parser *p, const char *what) __attribute__((noreturn));
/* A redefinition: points at both places. */
void parse_fail_again(struct parser *p, const struct token *at, const struct token *first,
		      const char *hint, const char *what) __attribute__((noreturn));

/* "'spelling'" of a token for messages, clipped. */
const char *token_name(struct parser *p, const struct token *t);

bool at_punct(const struct parser *p, int punct);
bool at_word(const struct parser *p, const char *word);
bool take_punct(struct parser *p, int punct);
void expect_punct(struct parser *p, int punct, const char *what);

/* Bound the nesting; `leave` undoes `enter`. */
void enter(struct parser *p);
void leave(struct parser *p);

struct symbol *symbol_find(const struct parser *p, unsigned scope, const char *name);
struct symbol *symbol_add(struct parser *p, unsigned scope, const struct token *name,
			  enum symbol_kind kind);

/* The type a word names as a typedef, the user's or a built-in one; NULL if it names none. */
const struct type *typedef_type(struct parser *p, const char *name);
/* What the next token is in a declaration; WORD_NONE for all but words. Refused words fail. */
enum word_kind next_word(struct parser *p);
bool at_type(struct parser *p);

/* ---- expr.c ---- */

/* An integer constant expression; `at` (may be NULL) is set to its first token. */
long long parse_constant(struct parser *p, bool *too_big, const struct token **at);
/* One that must be in [min, max]. */
unsigned long parse_count(struct parser *p, unsigned long min, unsigned long max, const char *what);

/* ---- attr.c ---- */

/* What attributes, together, say; the tokens are where they said it (NULL: they did not). */
struct attrs {
	const char *convention, *attribute;
	const struct token *convention_at;
	bool packed;
	const struct token *packed_at;
	const struct token *transparent_at;
	uint32_t aligned;
	const struct token *aligned_at;
	uint32_t vector_bytes, vector_elements; /* one of them */
	const struct token *vector_at;
	const char *mode;
	const struct token *mode_at;
};

/* Is the next token the start of an attribute (or convention keyword)? */
bool at_attribute(struct parser *p);
bool at_bracket_attribute(struct parser *p); /* [[...]] */
/* Take all attributes that follow, add them to *at. */
void parse_attributes(struct parser *p, struct attrs *at);
/* ... and qualifiers and ignored words as well. */
void parse_qualifiers(struct parser *p, struct attrs *at);
void attrs_merge(struct parser *p, struct attrs *to, const struct attrs *from);
/* `base` changed by vector_size and mode. */
const struct type *attrs_base(struct parser *p, const struct attrs *at, const struct type *base);
/* Fail on attributes that mean nothing in a place. */
enum {
	ALLOW_CONVENTION = 1,
	ALLOW_PACKED = 2,
	ALLOW_ALIGNED = 4,
	ALLOW_BASE = 8,
	ALLOW_TRANSPARENT = 16
};
void attrs_allow(struct parser *p, const struct attrs *at, unsigned allowed, const char *place);

/* ---- cxx.c ---- */

/* The bases of a class, if ':' is next in C++: their fields become its first ones. */
void parse_bases(struct parser *p, struct type *t);

/* extern "C" or extern "C++" */
bool at_linkage(const struct parser *p);
void parse_linkage(struct parser *p);
bool take_linkage_end(struct parser *p);
/* A constructor or destructor of the class `t` is next: taken, and noted when the class is then not
 * trivial. */
bool take_member_function(struct parser *p, struct type *t);
/* The definition of `t` has ended. */
void finish_class(struct parser *p, struct type *t, const struct token *tag);

/* ---- spec.c ---- */

struct specs {
	const struct token *first;
	enum word_kind storage; /* WORD_NONE, WORD_TYPEDEF, WORD_EXTERN, ... */
	const struct token *storage_at;
	const struct type *type;
	bool tagged; /* struct, union or enum: need not be followed by a declarator */
	struct attrs attrs;
};

void parse_specs(struct parser *p, struct specs *s);

/* ---- record.c ---- */

/* struct, union or enum specifier, from its keyword on. */
/* The union has transparent_union: mark it, or fail at `at` unless all its members are integers or
 * pointers of one size, which compilers ask for and else ignore the attribute. */
void make_transparent(struct parser *p, struct type *t, const struct token *at);
const struct type *parse_record(struct parser *p, enum word_kind kind);
const struct type *parse_enum(struct parser *p);

/* ---- declarator.c ---- */

struct derivation {
	enum { DERIVE_POINTER, DERIVE_ARRAY, DERIVE_FUNCTION, DERIVE_ATTRS } kind;
	const struct token *at;
	uint32_t count;
	bool flexible;
	bool param_only; /* [static 4] or [const]: an array parameter's */
	struct prototype *fn;
	struct attrs attrs;
};

/* From the name outward: "array of", "pointer to", ... */
struct declarator {
	const struct token *name;
	struct derivation *v;
	size_t n;
	struct attrs attrs; /* of the declared thing itself */
};

enum declarator_place { IN_FILE, IN_TYPEDEF, IN_RECORD, IN_PARAMS, IN_TYPE_NAME };

void parse_declarator(struct parser *p, struct declarator *d, enum declarator_place place);
/* The declarator's type, specifiers and all attributes considered; d->attrs must be complete. */
const struct type *declared_type(struct parser *p, const struct specs *s, struct declarator *d,
				 enum declarator_place place);
/* A type without a name, as in sizeof. */
const struct type *parse_type_name(struct parser *p);
/* A type without a name, as in `//! varargs`; arrays and functions become pointers. */
const struct type *parse_argument_type(struct parser *p);

/* ---- note.c ---- */

/* A note of each kind, to be applied to what follows it. */
struct note {
	const struct token *at;
	const char *why;
	const char **conventions;
	struct srcpos *positions;
	size_t nconventions;
	const struct type **varargs;
	size_t nvarargs;
};

/* The annotations in force while a file is parsed. */
struct notes {
	const char *group;
	const struct token *header; /* last line of the group's own notes, while in them */
	struct note group_why, group_abi, group_leaf, group_tail;
	struct known *known; /* of the next declaration */
	size_t nknown;
	const struct token *known_at;
	struct contract_line *contract;
	size_t ncontract;
	const struct token *contract_at;
	bool group_why_is_text; /* from the group line itself; a why line replaces it */
	bool group_causes;
	struct note why, abi, leaf, tail, varargs, through, implicit; /* of the next declaration;
								   `at` NULL: none */
	const char *through_name, *through_broken, *implicit_name, *implicit_rest;
};

void parse_note(struct parser *p, struct notes *n);

/* ---- contract_line.c ---- */

/* A NULL-ended list of the words that lines of contracts start with. */
extern const char *const contract_words[];
/* Take the note if it is such a line. */
bool parse_contract_line(struct parser *p, struct notes *n, const struct token *t);

/* ---- note.c ---- */

/* Forget those of one declaration. */
void notes_used(struct notes *n);
/* Fail if there are any of those left. */
void notes_unused(struct parser *p, const struct notes *n);

#endif
