/* SPDX-License-Identifier: MIT */
/* How often each type of C occurs in the cases of each convention: what the case files cover, and
 * what they leave out. */
#ifndef CLOBBER_CENSUS_H
#define CLOBBER_CENSUS_H

#include "gen/gen.h"

/* id, name, a declaration that uses it as an argument: a convention has the type if it places that
 * declaration. */
#define CENSUS_TYPES(X)                                                                           \
	X(BOOL, "_Bool", "void f(_Bool a);")                                                      \
	X(CHAR, "char", "void f(char a);")                                                        \
	X(SHORT, "short", "void f(short a);")                                                     \
	X(INT, "int", "void f(int a);")                                                           \
	X(LONG, "long", "void f(long a);")                                                        \
	X(LLONG, "long long", "void f(long long a);")                                             \
	X(INT128, "__int128", "void f(__int128 a);")                                              \
	X(ENUM, "enum", "enum e { A }; void f(enum e a);")                                        \
	X(POINTER, "pointer", "void f(int *a);")                                                  \
	X(FNPTR, "function pointer", "void f(int (*a)(void));")                                   \
	X(FLOAT, "float", "void f(float a);")                                                     \
	X(DOUBLE, "double", "void f(double a);")                                                  \
	X(LDOUBLE, "long double", "void f(long double a);")                                       \
	X(FLOAT16, "_Float16", "void f(_Float16 a);")                                             \
	X(BF16, "__bf16", "void f(__bf16 a);")                                                    \
	X(FLOAT128, "__float128", "void f(__float128 a);")                                        \
	X(ATOMIC, "_Atomic", "struct s { _Atomic int a; }; void f(struct s a);")                  \
	X(TRANSPARENT, "transparent_union",                                                       \
	  "union u { int *a; long *b; } __attribute__((transparent_union)); void f(union u a);")  \
	X(DECIMAL, "decimal", "void f(_Decimal64 a);")                                            \
	X(BITINT, "_BitInt", "void f(_BitInt(37) a);")                                            \
	X(CFLOAT, "_Complex float", "void f(_Complex float a);")                                  \
	X(CDOUBLE, "_Complex double", "void f(_Complex double a);")                               \
	X(CLDOUBLE, "_Complex long double", "void f(_Complex long double a);")                    \
	X(COTHER, "_Complex of others", "void f(_Complex __float128 a);")                         \
	X(VECTOR4, "vector of 4", "typedef char v __attribute__((vector_size(4))); void f(v a);") \
	X(VECTOR8, "vector of 8", "typedef int v __attribute__((vector_size(8))); void f(v a);")  \
	X(VECTOR16, "vector of 16",                                                               \
	  "typedef int v __attribute__((vector_size(16))); void f(v a);")                         \
	X(VECTOR32, "vector of 32",                                                               \
	  "typedef int v __attribute__((vector_size(32))); void f(v a);")                         \
	X(VECTOR64, "vector of 64",                                                               \
	  "typedef int v __attribute__((vector_size(64))); void f(v a);")                         \
	X(STRUCT, "struct", "struct s { int a; }; void f(struct s a);")                           \
	X(UNION, "union", "union u { int a; }; void f(union u a);")                               \
	X(NESTED, "struct in a struct", "struct s { struct { int a; } b; }; void f(struct s a);") \
	X(ARRAY, "array in a struct", "struct s { int a[3]; }; void f(struct s a);")              \
	X(MIXED, "float with integer", "struct s { long a; double b; }; void f(struct s a);")     \
	X(LARGE, "more than 64 bytes", "struct s { char a[65]; }; void f(struct s a);")           \
	X(BITFIELD, "bit-field", "struct s { int a : 3; }; void f(struct s a);")                  \
	X(UNNAMED, "unnamed bit-field", "struct s { int a : 3, : 5; }; void f(struct s a);")      \
	X(ZEROBITS, "zero-width bit-field",                                                       \
	  "struct s { int a : 3, : 0, b : 2; }; void f(struct s a);")                             \
	X(PACKED, "packed",                                                                       \
	  "struct s { char a; int b; } __attribute__((packed)); void f(struct s a);")             \
	X(OVERALIGNED, "over-aligned",                                                            \
	  "struct s { int a; } __attribute__((aligned(16))); void f(struct s a);")                \
	X(UNDERALIGNED, "under-aligned",                                                          \
	  "typedef int t __attribute__((aligned(1))); struct s { char c; t a; };"                 \
	  "void f(struct s a);")                                                                  \
	X(EMPTY, "empty struct", "struct s { }; void f(struct s a);")                             \
	X(FLEXIBLE, "flexible or empty array", "struct s { int a; int b[]; }; void f(struct s a);")

enum census_type {
#define X(id, name, sample) CENSUS_##id,
	CENSUS_TYPES(X)
#undef X
		CENSUS_COUNT
};

/* The types of a value, as a bit set of enum census_type. */
uint64_t census_of(const struct type *t);

enum { MAX_COUNTED = 32 }; /* conventions */

struct census {
	/* By type, and convention as in conventions[]. Cases with it: in all, as an argument, as
	 * the return value, after `...`. */
	struct census_cell {
		bool applies; /* the convention places the type in some profile */
		unsigned cases, arguments, returns, variadic;
	} cell[CENSUS_COUNT][MAX_COUNTED];
};

/* Count the cases of all profiles, each once. Those of files under cases/coverage are left out:
 * they are generated to walk automata. */
void census_take(struct arena *a, const struct gen_set set[PROFILES], struct census *out);

/* As tables, one for each width, and one line for each type that is in fewer than `enough` cases of
 * a convention that places it. */
void census_text(struct str *out, const struct census *c, unsigned enough);

#endif
