/* SPDX-License-Identifier: MIT */
/* The vocabulary of declarations: keywords, convention words, and the typedef names that need no
 * declaration because every header defines them. */
#include "proto/parse.h"

#include <string.h>

#define CXX "this is C++; case files are C"

static const struct word words[] = {
	{ "void", WORD_VOID, NULL },
	{ "_Bool", WORD_BOOL, NULL },
	{ "char", WORD_CHAR, NULL },
	{ "int", WORD_INT, NULL },
	{ "float", WORD_FLOAT, NULL },
	{ "double", WORD_DOUBLE, NULL },
	{ "short", WORD_SHORT, NULL },
	{ "long", WORD_LONG, NULL },
	{ "signed", WORD_SIGNED, NULL },
	{ "__signed", WORD_SIGNED, NULL },
	{ "__signed__", WORD_SIGNED, NULL },
	{ "unsigned", WORD_UNSIGNED, NULL },
	{ "__int128", WORD_INT128, NULL },
	{ "_Float16", WORD_FLOAT16, NULL },
	{ "__bf16", WORD_BF16, NULL },
	{ "__float128", WORD_FLOAT128, NULL },
	{ "_Float128", WORD_FLOAT128, NULL },
	{ "_Decimal32", WORD_DECIMAL32, NULL },
	{ "_Decimal64", WORD_DECIMAL64, NULL },
	{ "_Decimal128", WORD_DECIMAL128, NULL },
	{ "_BitInt", WORD_BITINT, NULL },
	{ "_Complex", WORD_COMPLEX, NULL },
	{ "__complex", WORD_COMPLEX, NULL },
	{ "__complex__", WORD_COMPLEX, NULL },
	{ "struct", WORD_STRUCT, NULL },
	{ "union", WORD_UNION, NULL },
	{ "enum", WORD_ENUM, NULL },
	{ "_Atomic", WORD_ATOMIC, NULL },
	{ "va_list", WORD_VA_LIST, NULL },
	{ "__builtin_va_list", WORD_VA_LIST, NULL },
	{ "__gnuc_va_list", WORD_VA_LIST, NULL },
	{ "const", WORD_QUALIFIER, NULL },
	{ "__const", WORD_QUALIFIER, NULL },
	{ "__const__", WORD_QUALIFIER, NULL },
	{ "volatile", WORD_QUALIFIER, NULL },
	{ "__volatile", WORD_QUALIFIER, NULL },
	{ "__volatile__", WORD_QUALIFIER, NULL },
	{ "restrict", WORD_QUALIFIER, NULL },
	{ "__restrict", WORD_QUALIFIER, NULL },
	{ "__restrict__", WORD_QUALIFIER, NULL },
	{ "inline", WORD_IGNORED, NULL },
	{ "__inline", WORD_IGNORED, NULL },
	{ "__inline__", WORD_IGNORED, NULL },
	{ "__always_inline", WORD_IGNORED, NULL },
	{ "__extension__", WORD_IGNORED, NULL },
	{ "_Noreturn", WORD_IGNORED, NULL },
	{ "__noreturn", WORD_IGNORED, NULL },
	{ "noinline", WORD_IGNORED, NULL },
	{ "noinstr", WORD_IGNORED, NULL },
	{ "notrace", WORD_IGNORED, NULL },
	{ "__init", WORD_IGNORED, NULL },
	{ "__exit", WORD_IGNORED, NULL },
	{ "__user", WORD_IGNORED, NULL },
	{ "__iomem", WORD_IGNORED, NULL },
	{ "__percpu", WORD_IGNORED, NULL },
	{ "__rcu", WORD_IGNORED, NULL },
	{ "__kernel", WORD_IGNORED, NULL },
	{ "__force", WORD_IGNORED, NULL },
	{ "__bitwise", WORD_IGNORED, NULL },
	{ "__must_check", WORD_IGNORED, NULL },
	{ "__maybe_unused", WORD_IGNORED, NULL },
	{ "__visible", WORD_IGNORED, NULL },
	{ "__weak", WORD_IGNORED, NULL },
	{ "extern", WORD_EXTERN, NULL },
	{ "static", WORD_STATIC, NULL },
	{ "typedef", WORD_TYPEDEF, NULL },
	{ "register", WORD_REGISTER, NULL },
	{ "asmlinkage", WORD_CONVENTION, "asmlinkage" },
	{ "__cdecl", WORD_CONVENTION, "cdecl" },
	{ "_cdecl", WORD_CONVENTION, "cdecl" },
	{ "__stdcall", WORD_CONVENTION, "stdcall" },
	{ "_stdcall", WORD_CONVENTION, "stdcall" },
	{ "__fastcall", WORD_CONVENTION, "fastcall" },
	{ "_fastcall", WORD_CONVENTION, "fastcall" },
	{ "__thiscall", WORD_CONVENTION, "thiscall" },
	{ "_thiscall", WORD_CONVENTION, "thiscall" },
	{ "__attribute__", WORD_ATTRIBUTE, NULL },
	{ "__attribute", WORD_ATTRIBUTE, NULL },
	{ "_Alignas", WORD_ALIGNAS, NULL },
	{ "alignas", WORD_ALIGNAS, NULL },
	{ "__vectorcall", WORD_CONVENTION, "vectorcall" },
	{ "__regcall", WORD_CONVENTION, "regcall" },
	{ "__pascal", WORD_REFUSED, "no x86 compiler of today has pascal" },
	{ "_Imaginary", WORD_REFUSED, "no compiler has imaginary types; use _Complex" },
	{ "complex", WORD_REFUSED, "<complex.h> is not included; write _Complex" },
	{ "__bf16", WORD_REFUSED, "the 16-bit float that is covered is _Float16" },
	{ "__fp16", WORD_REFUSED, "the 16-bit float that is covered is _Float16" },
	{ "typeof", WORD_REFUSED, "write the type itself" },
	{ "__typeof", WORD_REFUSED, "write the type itself" },
	{ "__typeof__", WORD_REFUSED, "write the type itself" },
	{ "typeof_unqual", WORD_REFUSED, "write the type itself" },
	{ "__auto_type", WORD_REFUSED, "write the type itself" },
	{ "auto", WORD_REFUSED, "write the type itself" },
	{ "_Thread_local", WORD_REFUSED, "case files declare functions, not variables" },
	{ "thread_local", WORD_REFUSED, "case files declare functions, not variables" },
	{ "__thread", WORD_REFUSED, "case files declare functions, not variables" },
	{ "constexpr", WORD_REFUSED, "case files declare functions, not variables" },
	{ "_Static_assert", WORD_REFUSED, "case files are plain declarations" },
	{ "static_assert", WORD_REFUSED, "case files are plain declarations" },
	{ "asm", WORD_REFUSED, "a case's symbol is its name: leave the asm label out" },
	{ "__asm", WORD_REFUSED, "a case's symbol is its name: leave the asm label out" },
	{ "__asm__", WORD_REFUSED, "a case's symbol is its name: leave the asm label out" },
	{ "sizeof", WORD_REFUSED, "write the number" },
	{ "_Alignof", WORD_REFUSED, "write the number" },
	{ "class", WORD_REFUSED, CXX },
	{ "template", WORD_REFUSED, CXX },
	{ "namespace", WORD_REFUSED, CXX },
	{ "using", WORD_REFUSED, CXX },
	{ "virtual", WORD_REFUSED, CXX },
	{ "operator", WORD_REFUSED, CXX },
	{ "public", WORD_REFUSED, CXX },
	{ "private", WORD_REFUSED, CXX },
	{ "typename", WORD_REFUSED, CXX },
	{ "break", WORD_RESERVED, NULL },
	{ "case", WORD_RESERVED, NULL },
	{ "continue", WORD_RESERVED, NULL },
	{ "default", WORD_RESERVED, NULL },
	{ "do", WORD_RESERVED, NULL },
	{ "else", WORD_RESERVED, NULL },
	{ "for", WORD_RESERVED, NULL },
	{ "goto", WORD_RESERVED, NULL },
	{ "if", WORD_RESERVED, NULL },
	{ "return", WORD_RESERVED, NULL },
	{ "switch", WORD_RESERVED, NULL },
	{ "while", WORD_RESERVED, NULL },
	{ "_Generic", WORD_RESERVED, NULL },
};

#undef CXX

/* Base types whose size at each width is the typedef's: "long" is as wide as a word at both. */
static const struct {
	const char *spelling;
	enum type_kind kind;
} builtins[] = {
	{ "bool", TYPE_BOOL },
	{ "size_t", TYPE_ULONG },
	{ "ssize_t", TYPE_LONG },
	{ "ptrdiff_t", TYPE_LONG },
	{ "intptr_t", TYPE_LONG },
	{ "uintptr_t", TYPE_ULONG },
	{ "int8_t", TYPE_SCHAR },
	{ "uint8_t", TYPE_UCHAR },
	{ "int16_t", TYPE_SHORT },
	{ "uint16_t", TYPE_USHORT },
	{ "int32_t", TYPE_INT },
	{ "uint32_t", TYPE_UINT },
	{ "int64_t", TYPE_LLONG },
	{ "uint64_t", TYPE_ULLONG },
	{ "intmax_t", TYPE_LLONG },
	{ "uintmax_t", TYPE_ULLONG },
	{ "wchar_t", TYPE_INT },
	{ "wint_t", TYPE_UINT },
	{ "char8_t", TYPE_UCHAR },
	{ "char16_t", TYPE_USHORT },
	{ "char32_t", TYPE_UINT },
	{ "__int128_t", TYPE_INT128 },
	{ "__uint128_t", TYPE_UINT128 },
	{ "_Float32", TYPE_FLOAT },
	{ "_Float64", TYPE_DOUBLE },
	{ "_Float32x", TYPE_DOUBLE },
	{ "_Float64x", TYPE_LDOUBLE },
	{ "__float80", TYPE_LDOUBLE },
	{ "u8", TYPE_UCHAR },
	{ "u16", TYPE_USHORT },
	{ "u32", TYPE_UINT },
	{ "u64", TYPE_ULLONG },
	{ "s8", TYPE_SCHAR },
	{ "s16", TYPE_SHORT },
	{ "s32", TYPE_INT },
	{ "s64", TYPE_LLONG },
	{ "__u8", TYPE_UCHAR },
	{ "__u16", TYPE_USHORT },
	{ "__u32", TYPE_UINT },
	{ "__u64", TYPE_ULLONG },
	{ "__s8", TYPE_SCHAR },
	{ "__s16", TYPE_SHORT },
	{ "__s32", TYPE_INT },
	{ "__s64", TYPE_LLONG },
	{ "__mmask8", TYPE_UCHAR },
	{ "__mmask16", TYPE_USHORT },
	{ "__mmask32", TYPE_UINT },
	{ "__mmask64", TYPE_ULLONG },
};

static const struct {
	const char *spelling;
	enum type_kind of;
	uint32_t count;
} builtin_vectors[] = {
	{ "__m64", TYPE_INT, 2 },     { "__m128", TYPE_FLOAT, 4 },  { "__m128d", TYPE_DOUBLE, 2 },
	{ "__m128i", TYPE_LLONG, 2 }, { "__m256", TYPE_FLOAT, 8 },  { "__m256d", TYPE_DOUBLE, 4 },
	{ "__m256i", TYPE_LLONG, 4 }, { "__m512", TYPE_FLOAT, 16 }, { "__m512d", TYPE_DOUBLE, 8 },
	{ "__m512i", TYPE_LLONG, 8 },
};

/* Most are told apart by their first two characters: neither is the empty string. */
static bool is_spelled(const char *spelling, const char *known)
{
	return spelling[0] == known[0] && spelling[1] == known[1] && !strcmp(spelling, known);
}

const struct word *word_find(const char *spelling)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (is_spelled(spelling, words[i].spelling))
			return &words[i];
	return NULL;
}

const struct type *word_builtin_type(struct arena *a, const char *spelling)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		if (is_spelled(spelling, builtins[i].spelling))
			return type_basic(builtins[i].kind);
	for (size_t i = 0; i < ARRAY_SIZE(builtin_vectors); i++)
		if (is_spelled(spelling, builtin_vectors[i].spelling))
			return type_vector(a, type_basic(builtin_vectors[i].of),
					   builtin_vectors[i].count);
	return NULL;
}

static void nearer(const char *spelling, const char *candidate, int *best, const char **guess)
{
	int d = diag_distance(spelling, candidate);

	if (d >= 0 && (!*guess || d < *best)) {
		*best = d;
		*guess = candidate;
	}
}

const char *word_guess(const char *spelling)
{
	const char *guess = NULL;
	int best = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].kind != WORD_REFUSED && words[i].kind != WORD_RESERVED)
			nearer(spelling, words[i].spelling, &best, &guess);
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		nearer(spelling, builtins[i].spelling, &best, &guess);
	return guess;
}
