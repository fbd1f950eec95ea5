/* SPDX-License-Identifier: MIT */
/* C types and prototypes as the rest of clobber sees them, and the parser that makes them.
 *
 * Sizes and alignments are those of the psABIs, table "Scalar Types" (i386 psABI 2.1.2 and x86-64
 * psABI 3.1.2), for both widths at once, so that one parsed declaration serves -m32 and -m64. */
#ifndef CLOBBER_PROTO_H
#define CLOBBER_PROTO_H

#include "payload/limits.h"
#include "util/util.h"

enum width { W32, W64, WIDTHS };

static inline unsigned width_bits(enum width w)
{
	return w == W64 ? 64 : 32;
}

static inline unsigned word_bytes(enum width w)
{
	return w == W64 ? 8 : 4;
}

/* kind, canonical C spelling, size/align at 32 bit, size/align at 64 bit; a size of 0 means that
 * the type does not exist at that width (except void). */
#define BASIC_TYPES(X)                                \
	X(VOID, "void", 0, 0, 0, 0)                   \
	X(BOOL, "_Bool", 1, 1, 1, 1)                  \
	X(CHAR, "char", 1, 1, 1, 1)                   \
	X(SCHAR, "signed char", 1, 1, 1, 1)           \
	X(UCHAR, "unsigned char", 1, 1, 1, 1)         \
	X(SHORT, "short", 2, 2, 2, 2)                 \
	X(USHORT, "unsigned short", 2, 2, 2, 2)       \
	X(INT, "int", 4, 4, 4, 4)                     \
	X(UINT, "unsigned int", 4, 4, 4, 4)           \
	X(LONG, "long", 4, 4, 8, 8)                   \
	X(ULONG, "unsigned long", 4, 4, 8, 8)         \
	X(LLONG, "long long", 8, 4, 8, 8)             \
	X(ULLONG, "unsigned long long", 8, 4, 8, 8)   \
	X(INT128, "__int128", 0, 0, 16, 16)           \
	X(UINT128, "unsigned __int128", 0, 0, 16, 16) \
	X(FLOAT, "float", 4, 4, 4, 4)                 \
	X(DOUBLE, "double", 8, 4, 8, 8)               \
	X(LDOUBLE, "long double", 12, 4, 16, 16)      \
	X(FLOAT16, "_Float16", 2, 2, 2, 2)            \
	X(BF16, "__bf16", 2, 2, 2, 2)                 \
	X(FLOAT128, "__float128", 16, 16, 16, 16)     \
	X(DECIMAL32, "_Decimal32", 4, 4, 4, 4)        \
	X(DECIMAL64, "_Decimal64", 8, 8, 8, 8)        \
	X(DECIMAL128, "_Decimal128", 16, 16, 16, 16)

enum type_kind {
#define X(kind, name, s32, a32, s64, a64) TYPE_##kind,
	BASIC_TYPES(X)
#undef X
		TYPE_BASIC_COUNT,
	TYPE_ENUM = TYPE_BASIC_COUNT, /* int-compatible; of = underlying type */
	TYPE_POINTER,                 /* of = pointee (TYPE_FUNCTION for function pointers) */
	TYPE_ARRAY,                   /* of, count; count 0 with `flexible` for [] */
	TYPE_STRUCT,
	TYPE_UNION,
	TYPE_COMPLEX, /* of = FLOAT, DOUBLE, LDOUBLE, FLOAT16 or FLOAT128 */
	TYPE_VECTOR,  /* of = element, count = elements */
	TYPE_BITINT,  /* count = bits, is_unsigned */
	TYPE_FUNCTION /* fn */
};

struct type;
struct prototype;

/* Why a C++ class is not trivial for the purposes of calls: Itanium C++ ABI, 1.1. */
enum special { SPECIAL_DESTRUCTOR = 1, SPECIAL_COPY = 2, SPECIAL_MEMBER = 4 };

struct field {
	const char *name; /* NULL for an unnamed bit-field or anonymous member */
	const struct type *type;
	uint32_t offset[WIDTHS]; /* bytes; for a bit-field, of its storage unit's first byte */
	bool is_bitfield;
	uint8_t bits;
	uint32_t bit_offset[WIDTHS]; /* from the start of the struct, in bits */
	bool packed;                 /* the member's own packed attribute */
	bool inherited;              /* C++: of a base; offsets are the derived class's */
	uint32_t aligned;            /* the member's own aligned attribute, 0 if none */
};

/* C++: a base of a class. */
struct base_class {
	const struct type *type;
	size_t first; /* of its fields in the derived class's; there are type->nfields */
};

struct enumerator {
	const char *name;
	long long value;
};

/* Where a type does not exist (__int128 at 32 bit, and whatever contains or points to it), size and
 * align are 0: ask type_exists. */
struct type {
	enum type_kind kind;
	uint32_t size[WIDTHS], align[WIDTHS]; /* bytes */
	bool is_unsigned;                     /* integer, enum or bit-precise type */
	const struct type *of;
	uint32_t count;
	bool flexible;
	const char *tag; /* struct, union, enum; NULL when anonymous */
	struct field *fields;
	size_t nfields;
	struct base_class *bases; /* C++; their fields stand before the class's own */
	size_t nbases;
	uint32_t data[WIDTHS]; /* bytes up to which a class derived from this one finds no room */
	struct enumerator *enumerators;
	size_t nenumerators;
	bool packed;
	uint32_t aligned; /* explicit alignment attribute on this type, 0 if none */
	bool atomic;      /* _Atomic: a copy of a basic type */
	unsigned special; /* set of enum special */
	bool made;        /* C++: it declares a constructor or destructor */
	bool transparent; /* a union with transparent_union */
	bool fixed;       /* an enum whose definition names its type (C23): `of` */
	bool incomplete;  /* declared, never defined: only pointers to it may be used */
	const struct prototype *fn;
	/* The typedef name without which C cannot name this very type: of an anonymous struct,
	 * union or enum, or of a type that the typedef re-aligns (a struct or union then has `of`,
	 * the type before that). NULL otherwise. */
	const char *alias;
	unsigned depth; /* nesting of derived and contained types, bounded by the parser */
};

struct param {
	const char *name;        /* NULL when the declaration names none */
	const struct type *type; /* arrays and functions already adjusted to pointers */
};

struct srcpos {
	const char *file;
	unsigned line, col; /* from 1 */
};

enum { MAX_ARGS = CL_ARGS };

/* One C function declaration. */
struct prototype {
	const char *name;
	const struct type *ret;
	struct param *params;
	size_t nparams;
	bool variadic;
	/* Types passed for `...`, from a `//! varargs` line; already promoted by C's rules. */
	const struct type **varargs;
	size_t nvarargs;
	/* Convention named by an attribute in the declaration itself ("stdcall", "regparm3",
	 * "sysv", "ms", ...) or NULL; `attribute` is its spelling there, for the generated C. */
	const char *convention;
	const char *attribute;
	/* `//! implicit [NAME:] EXPRESSION`: the compiler calls the function by itself, as
	 * `called`, where the C caller has this expression of its parameters; NULL: the C caller
	 * calls it. */
	const char *implicit, *called;
	struct srcpos pos;
	const char *text; /* the declaration as written, white space folded, without ';' */
};

/* A finding that is expected of a compiler, and why: `//! known SELECTOR ABI,... [callee|caller]
 * [CHECK,...]: REASON`, where SELECTOR is a compiler family with an optional comparison of its
 * major version, as in clang<18, and optionally what must be among the optimisations of a run for
 * the finding to occur, as in clang<18/O0. */
struct known {
	const char *family;
	enum { KNOWN_ANY, KNOWN_LT, KNOWN_LE, KNOWN_EQ, KNOWN_GE, KNOWN_GT } op;
	unsigned version;
	const char **opts; /* without each of which it need not occur */
	size_t nopts;
	const char **conventions;
	size_t nconventions;
	const char *direction; /* "callee", "caller", or NULL for both */
	const char **checks;   /* names of checks, not looked up here; none: whichever fails */
	size_t nchecks;
	const char *reason;
	struct srcpos pos;
};

/* Is it about compilers of this version? */
bool known_version(const struct known *k, const char *version);

/* A line of a contract, `//! WORD REST`, as written: src/check/contract.c reads it. */
struct contract_line {
	const char *word, *rest; /* the word without its width */
	struct srcpos pos, rest_pos;
	bool width[WIDTHS]; /* at which it holds: `WORD/32' */
};

/* A prototype of a case file with the annotations that apply to it. */
struct case_decl {
	const struct prototype *proto;
	const char *group; /* `//! group NAME`; default the file's stem */
	const char *why;   /* `//! why TEXT` of this declaration or of its group; NULL if none */
	const char **conventions;            /* `//! abi NAME...`; NULL: all that apply */
	const struct srcpos *convention_pos; /* of each name */
	size_t nconventions;
	/* `//! through NAME [BROKEN]`: the call is made through hand-written assembly with a
	 * contract of its own (src/gen/through.c), whole or broken on purpose; NULL: directly. */
	const char *through, *broken;
	bool leaf; /* `//! leaf`: the generated target calls nothing */
	bool tail; /* `//! tail`: its last act is the call, which may become a jump; returns void */
	bool causes; /* `//! known causes` of its group: what causes.def lists is known here */
	const struct known *known;
	size_t nknown;
	const struct contract_line *contract; /* docs/contracts.md */
	size_t ncontract;
	const char *stem; /* file name without folder and .h */
	bool own;         /* comes with clobber: its known lines are complete */
};

struct case_list {
	struct case_decl *v;
	size_t n;
};

/* Parse one case file: C declarations (prototypes, typedefs, enum, struct and union definitions),
 * comments, and `//!` annotation lines. Appends to *out; everything lives in `a`. `name` is used in
 * messages and stored in positions. On error returns -1 and sets *error (in `a`) to a message of
 * the form "FILE:LINE:COL: error: WHAT", the source line, a caret, and a hint. */
/* As proto_parse_mem, of a project's header: variables and repeated declarations are skipped, and
 * so are *skipped declarations that cannot be read; *error is the first one's error (NULL: none).
 * -1 for an error in an annotation line. sizeof is of `width` (WIDTHS: refused). */
int proto_parse_header(struct arena *a, const char *name, const char *text, size_t len,
		       enum width width, struct case_list *out, size_t *skipped,
		       const char **error);

int proto_parse_file(struct arena *a, const char *name, const char *text, struct case_list *out,
		     const char **error);

/* As proto_parse_file, for bytes that may hold a NUL (which is an error with a position). */
int proto_parse_mem(struct arena *a, const char *name, const char *text, size_t len,
		    struct case_list *out, const char **error);

/* A message in the parser's form about a place of a file found after parsing: position, excerpt,
 * `mark` characters underlined, hint (may be NULL). In `a`. */
char *proto_error_at(struct arena *a, const struct srcpos *pos, const char *text, size_t len,
		     size_t mark, const char *what, const char *hint);

/* Parse a single declaration from the command line (a trailing ';' is optional; preceding
 * definitions of struct/enum/typedef are accepted). Returns NULL and sets *error on failure. */
const struct prototype *proto_parse_decl(struct arena *a, const char *text, const char **error);

/* The canonical basic type object of a kind < TYPE_BASIC_COUNT (static storage). */
const struct type *type_basic(enum type_kind kind);

/* Which types of 64-bit code have 4 bytes instead of 8: none, long (Windows), long and pointers
 * (x32). */
enum data_model { MODEL_LP64, MODEL_LLP64, MODEL_ILP32 };

/* The prototype with types as a model lays them out. In `a`; what is the same in both is shared. */
const struct prototype *proto_in_model(struct arena *a, const struct prototype *p,
				       enum data_model model);

/* C's default argument promotions for a variadic argument (float -> double, small -> int). */
const struct type *type_promote(const struct type *t);

/* Spell `t` with declarator `name` ("" for an abstract type) as C, e.g. ("cb", int (*)(char)) ->
 * "int (*cb)(char)". Tags are printed as "struct TAG", types with an alias by that; an anonymous
 * one without alias is printed with its body. Qualifiers are not kept, conventions of function
 * pointers are. */
char *type_spell(struct arena *a, const struct type *t, const char *name);

/* The declaration, without ';', that must precede the use of what type_spell prints for a struct,
 * union, enum or aliased type, e.g. "struct s { int a; char b : 3; }" or "typedef struct { int a; }
 * pair". Types that its members name must have been declared before it. */
char *type_define(struct arena *a, const struct type *t);

/* The prototype as C, parameter names included where known, e.g. "int f(long a, double)"; without
 * its own convention attribute, so that one of the caller's can be put before it. */
char *proto_spell(struct arena *a, const struct prototype *p);

/* The type of argument i of a call, variadic ones after the named ones. */
const struct type *proto_arg_type(const struct prototype *p, unsigned i);

/* Its name; NULL of a variadic one, and where the declaration names none. */
const char *proto_arg_name(const struct prototype *p, unsigned i);

/* Its name, or its number from 1: "#2", "...#3" of a variadic one. */
const char *proto_arg_label(struct arena *a, const struct prototype *p, unsigned i);

/* Is `t` an integer type (including _Bool, char and enum; not pointers)? */
bool type_is_integer(const struct type *t);
/* Does the width have this type (or every type of this prototype)? */
bool type_exists(const struct type *t, enum width w);
bool proto_exists(const struct prototype *p, enum width w);
/* float, double, long double, _Float16, __bf16, __float128 or a decimal type? */
bool type_is_float(const struct type *t);
/* _Decimal32, _Decimal64 or _Decimal128? */
bool type_is_decimal(const struct type *t);

#endif
